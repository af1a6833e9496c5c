/* What the files of the supervisor share. Private to them. */
#ifndef CAIRN_RUN_SUPERVISE_INSIDE_H
#define CAIRN_RUN_SUPERVISE_INSIDE_H

#include <signal.h>
#include <sys/types.h>

#include "run/supervise.h"
#include "serve/serve.h"

/* A listening socket, by its address. */
struct sock {
	char *name; /* as in the configuration */
	int fd;
	bool is_tls;
	bool from_systemd;
	bool keep; /* during a reload */
};

struct sockets {
	struct sock *v;
	size_t n, cap;
};

struct child {
	pid_t pid;                /* 0: none */
	int fd;                   /* to it, or from it; -1 */
	int64_t began_ms, due_ms; /* due: to be started; INT64_MAX: not */
	unsigned failures;        /* in a row */
};

struct supervisor {
	const struct run_daemon *daemon;
	struct conf *conf, *next; /* next: a reload is under way */
	struct sockets sockets;
	struct child engine, server, site;
	struct http_counters *counters; /* shared by server and site */
	int signals;                    /* signalfd */
	sigset_t old_mask;
	int lock;
	bool is_stopping, run_again, reload_again;
	bool is_ready;                        /* said to systemd */
	int64_t stop_ms, reload_ms, heard_ms; /* the server's last sign */
	int64_t watchdog_ms, fed_ms;          /* 0: no watchdog */
};

int64_t run_clock_ms(void);
void supervise_say(const struct supervisor *, const char *fmt, ...)
    FORMAT(2, 3);
/* In a child just forked: signals as they were, nothing of the parent's. */
void supervise_child(struct supervisor *, int keep);
/* Delay before the next try, in ms: 0, 1, 2, 4 ... 60 s. */
int64_t supervise_backoff_ms(unsigned failures);

/* supervise_listen.c */
/* Have a socket for each listener of the configuration; marks those in use.
 * False, and said: one cannot be had. New ones stay until _tidy. */
bool sockets_open(struct supervisor *, const struct conf *);
/* Close what is not marked. */
void sockets_tidy(struct sockets *);
void sockets_close(struct sockets *);
/* Listen there, or connect to there: a descriptor, or -1 with errno. */
int sockets_bind(const char *address);
int sockets_dial(const char *address);
const struct sock *sockets_find(
    const struct sockets *, const char *name, bool is_tls);
/* Take over what systemd passed. */
void sockets_inherit(struct supervisor *);

/* supervise_server.c */
void server_start(struct supervisor *);
/* Hand it the sockets and have it read the configuration again. */
bool server_reload(struct supervisor *);
void server_tell(struct supervisor *, const char *what);
/* What it said. */
void server_hear(struct supervisor *);

/* All of a file of PEM; of no path, nothing. */
bool supervise_read(struct buf *out, const char *path) MUST_CHECK;

/* supervise_site.c */
bool site_is_wanted(const struct supervisor *);
void site_start(struct supervisor *);
bool counters_open(struct supervisor *) MUST_CHECK;
void counters_close(struct supervisor *);
void counters_take(struct http_counters *out, const struct serve_counters *);

/* supervise_engine.c */
void engine_start(struct supervisor *);
void engine_hear(struct supervisor *);

/* supervise_notify.c: sd_notify(3), by hand. */
void notify_systemd(const char *text);
int64_t notify_watchdog_ms(void); /* 0: none */

/* supervise_box.c */
/* From now on: no other program, no process, no file written, no connection
 * made. False: it cannot be had. */
bool box_server(void) MUST_CHECK;
void box_oom_score(int score);

#endif
