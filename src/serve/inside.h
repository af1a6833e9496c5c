/* What the files of this room share. Private to it. */
#ifndef CAIRN_SERVE_INSIDE_H
#define CAIRN_SERVE_INSIDE_H

#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <limits.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "serve/serve.h"

int64_t serve_clock_ms(void);

/* ---- control.c: the socket of who started us ----------------------------- */

struct control {
	const struct serve_hooks *hooks;
	struct event *event; /* NULL: there is none */
};

/* fd -1: none. The hooks are borrowed. False: no memory. */
bool control_open(struct control *, struct event_base *, int fd,
    const struct serve_hooks *) MUST_CHECK;
void control_close(struct control *);

/* ---- TLS ---------------------------------------------------------------- */

struct tls;      /* what a listener's connections have in common */
struct tls_conn; /* one connection's */

/* NULL in *out where there is no certificate. */
enum reason tls_new(
    struct tls **out, const struct serve_tls *, struct fault *why) MUST_CHECK;
/* For web_listen; goes with the tls. */
struct ssl_ctx_st *tls_context(struct tls *);
void tls_free(struct tls *); /* connections keep what they need */
struct tls_conn *tls_accept(struct tls *, int fd) MUST_CHECK;
void tls_conn_free(struct tls_conn *);

/* ---- one connection's transport, in the clear or not ----------------------
 */

#define WIRE_AGAIN  (-1) /* wait for what `wants` says */
#define WIRE_FAILED (-2)

struct wire {
	int fd;
	struct tls_conn *tls; /* NULL: in the clear */
	short wants;          /* EV_READ or EV_WRITE */
};

/* 1: may be used; else WIRE_*. */
int wire_begin(struct wire *, const struct addr *peer, enum family);
/* Bytes; 0 at the end. */
ssize_t wire_read(struct wire *, void *p, size_t n);
/* Bytes; fewer than there are: wait for what `wants` says. */
ssize_t wire_write(struct wire *, const struct span *, size_t n);
void wire_end(struct wire *); /* half close */

int tls_begin(struct wire *);
bool tls_peer_is(struct tls_conn *, const struct addr *, enum family);
ssize_t tls_read(struct wire *, void *p, size_t n);
ssize_t tls_write(struct wire *, struct span);
void tls_end(struct wire *);

/* ---- connections ------------------------------------------------------------
 */

#define CONN_INPUT 1024

struct address { /* of clients, and how many there are */
	struct addr addr;
	enum family family;
	size_t n;
};

struct conn {
	TAILQ_ENTRY(conn) next;
	struct serve *serve;
	struct wire wire;
	struct address *address;
	struct event event;
	short waits;       /* what the event is for; 0: not added */
	bool is_begun;     /* past the handshake */
	bool is_lingering; /* all is said: waits for the client's close */
	int64_t since_ms;  /* of the state it is in: handshake, first query,
			    * half a PDU, output, linger */
	int64_t came_ms, heard_ms;
	uint64_t sent_bytes;
	struct rtr_session rtr;
	size_t in_at, in_n;
	uint8_t in[CONN_INPUT];
};

TAILQ_HEAD(conn_list, conn);

struct listener {
	struct serve *serve;
	int fd;
	char *name;
	struct tls *tls; /* the serve's; NULL: none */
	unsigned max_version;
	size_t n_allow;
	struct prefix *allow;
	struct event *event;
};

struct serve {
	struct event_base *base;
	struct serve_hooks hooks;
	struct limits limits;
	struct tls *tls;
	struct listener *listeners;
	size_t n_listeners;
	struct conn_list conns;
	size_t n_conns;
	struct map addresses; /* struct address, by its bytes */
	int reserve;          /* a descriptor to give up when there is none */
	struct event *tick, *resume, *notice;
	struct control control;
	int notice_fd; /* inotify; -1: the tick alone looks */
	bool is_stopping, is_paused;
	int64_t stop_ms;
	struct rtr_cache *rtr;
	char *folder;          /* of the view file; NULL: none */
	char path[PATH_MAX];   /* of a file in it */
	uint64_t view_seen[4]; /* device, inode, time, size: looked at last */
	int64_t made_at, max_age;
	size_t history;
	bool is_old;   /* said */
	size_t n_told; /* routers of the log, in this turn of the clock */
	struct serve_counters counters;
};

void serve_say(struct serve *, const char *fmt, ...) FORMAT(2, 3);

/* listener.c */
enum reason listeners_make(struct listener **out, struct serve *,
    const struct serve_settings *, struct tls *, struct fault *why) MUST_CHECK;
void listeners_free(struct listener *, size_t n);
void listeners_pause(struct serve *);

/* conn.c. conn_start takes fd over, whatever happens. */
void conn_start(struct listener *, int fd, const struct addr *, enum family);
void conn_run(struct conn *);
void conn_close(struct conn *);
/* What is due by the clock: a deadline, a notice. */
void conn_tick(struct conn *, int64_t now_ms);

/* source.c */
void source_look(struct serve *);
void source_watch(struct serve *);
void source_age(struct serve *);

#endif
