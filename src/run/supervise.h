/*
 * Serving for ever: a small process that keeps two others alive.
 *
 *	supervisor	signals, time, the listening sockets, systemd
 *	  engine	one validation, and then it ends; its workers and
 *			fetchers are its own
 *	  server	routers, for as long as all goes on
 *
 * Both are forks: what the supervisor has in memory (configuration, sockets)
 * they have. An engine that dies costs its run, a server that dies its
 * connections: the sockets stay open, and the next one has the view.
 */
#ifndef CAIRN_RUN_SUPERVISE_H
#define CAIRN_RUN_SUPERVISE_H

#include "conf/conf.h"

/* What a validation came to, for when the next is due. */
struct run_report {
	int status;         /* exit status; 0: published */
	int64_t expires_at; /* the earliest payload after now; INT64_MAX */
};

struct run_daemon {
	void *ctx;
	/* Read the configuration again; NULL: it is broken, and that was said.
	 * Returned by drop. */
	struct conf *(*load)(void *ctx);
	void (*drop)(void *ctx, struct conf *);
	/* One validation, published. In a process of its own. */
	struct run_report (*validate)(void *ctx, const struct conf *);
	/* One line for the log. */
	void (*say)(void *ctx, const char *text);
};

/* Until SIGTERM or SIGINT. Takes over the configuration, which came from
 * load. An exit status. */
int run_supervise(const struct run_daemon *, struct conf *first);
/* The earliest end of a payload after `now`; INT64_MAX: none. */
int64_t run_next_expiry(const struct view *, int64_t now);

#endif
