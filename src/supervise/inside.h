/* What the files of this room share. Private to it. */
#ifndef CAIRN_SUPERVISE_INSIDE_H
#define CAIRN_SUPERVISE_INSIDE_H

#include <signal.h>
#include <sys/types.h>

#include "serve/serve.h"
#include "supervise/supervise.h"

/* A listening socket, by its address; which protocol speaks there, and
 * whether over TLS, the configuration says. */
struct sock {
	char *name; /* as in the configuration; "#3": not in it */
	int fd;
	bool from_systemd;
	bool keep;    /* during a reload */
	bool is_shut; /* made way for another one */
};

struct sockets {
	struct sock *v;
	size_t n, cap;
};

struct protocol;

struct child {
	const struct protocol *protocol; /* NULL: the engine */
	pid_t pid;                       /* 0: none */
	int fd;                          /* to it, or from it; -1 */
	int64_t began_ms, due_ms; /* due: to be started; INT64_MAX: not */
	int64_t heard_ms;         /* its last sign */
	unsigned failures;        /* in a row */
	bool is_ready;            /* it said so */
	bool is_applying;         /* new settings */
};

struct supervisor {
	const struct supervise_hooks *daemon;
	struct conf *conf, *next; /* next: a reload is under way */
	struct sockets sockets;
	struct child engine, server, site;
	struct http_counters *counters; /* shared by server and site */
	int signals;                    /* signalfd */
	sigset_t old_mask;
	int lock;
	bool is_stopping, run_again, reload_again;
	bool is_ready; /* said to systemd */
	int64_t turned_ms, stop_ms, reload_ms;
	int64_t watchdog_ms, fed_ms; /* 0: no watchdog */
};

/* In a process that serves: one of the two protocols. */
struct serving {
	const struct supervise_hooks *daemon;
	const struct protocol *protocol;
	struct http_counters *counters;
	int fd; /* to the supervisor */
	struct conf *conf;
	struct sockets sockets;  /* of the reload under way */
	struct serve *rtr;       /* one of these */
	struct serve_site *site; /* two */
};

struct protocol {
	const char *name, *what; /* of the process; for the log */
	/* Open it, with hooks, or have it take new settings. */
	enum reason (*apply)(struct serving *, const struct conf *,
	    const struct sockets *, const struct serve_hooks *,
	    struct fault *why);
	void (*look)(struct serving *); /* for a new view */
	void (*stop)(struct serving *);
	void (*loop)(struct serving *);
	void (*second)(struct serving *); /* may be NULL */
};

extern const struct protocol protocol_rtr, protocol_http;

void supervise_say(const struct supervisor *, const char *fmt, ...)
    FORMAT(2, 3);
void supervise_note(const struct supervisor *, const char *fmt, ...)
    FORMAT(2, 3);
/* In a child just forked: signals as they were, nothing of the parent's; its
 * name for ps(1). */
void supervise_child(struct supervisor *, int keep, const char *name);
/* Delay before the next try, in ms: 0, 1, 2, 4 ... 60 s. */
int64_t supervise_backoff_ms(unsigned failures);

/* listen.c */
/* Have a socket for each listener of the configuration; marks those in use.
 * False, and said: one cannot be had; all is as it was. */
bool sockets_open(struct supervisor *, const struct conf *);
/* Close what is not marked. */
void sockets_tidy(struct sockets *);
void sockets_close(struct sockets *);
const struct sock *sockets_find(const struct sockets *, const char *name);
/* Take over what systemd passed. */
void sockets_inherit(struct supervisor *);

/* serving.c */
void serving_start(struct supervisor *, struct child *);
void serving_tell(struct child *, const char *what);
/* Hand it the sockets and have it read the configuration again. */
void serving_apply(struct supervisor *, struct child *);
/* It hangs: another one takes its place. */
void serving_end(struct supervisor *, struct child *, const char *why);
/* What it said. */
void serving_hear(struct supervisor *, struct child *);
/* In it: each listener with its socket. */
enum reason serving_name(struct serve_listener *out,
    const struct conf_listener *, size_t n, const struct sockets *,
    struct fault *why) MUST_CHECK;

/* pem.c */
struct pem {
	struct buf certificate, key, client_ca;
};

/* All of these files; of no path, nothing. */
enum reason pem_read(struct pem *out, const char *certificate, const char *key,
    const char *client_ca, struct fault *why) MUST_CHECK;
struct serve_tls pem_view(const struct pem *);
void pem_fini(struct pem *);
/* Can they be used? In a process of its own. False: that was said. */
bool pem_check(struct supervisor *, const struct conf *) MUST_CHECK;

/* engine.c */
void engine_start(struct supervisor *);
void engine_hear(struct supervisor *);

/* notify.c: sd_notify(3), by hand. */
void notify_systemd(const char *text);
/* sd_notify(3): with the time that Type=notify-reload wants. */
void notify_reloading(void);
int64_t notify_watchdog_ms(void); /* 0: none */

/* box.c */
/* From now on: no other program, no process, no file written, no socket made.
 * False: it cannot be had. */
bool box_server(void) MUST_CHECK;
void box_oom_score(int score);

#endif
