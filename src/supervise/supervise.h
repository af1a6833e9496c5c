/*
 * supervise - serving for ever: a small process that keeps others alive.
 *
 *	supervisor	signals, time, the listening sockets, systemd
 *	  engine	one validation, and then it ends; its workers and
 *			fetchers are its own
 *	  server	routers, for as long as all goes on
 *	  site		programs and people, the same way
 *
 * All are forks: what the supervisor has in memory (configuration, sockets)
 * they have. An engine that dies costs its run, a server that dies its
 * connections: the sockets stay open, and the next one has the view.
 *
 * What a validation is, its caller says: this room knows processes, and no
 * run. Beside it, whom a process becomes, and what box it serves in.
 */
#ifndef CAIRN_SUPERVISE_H
#define CAIRN_SUPERVISE_H

#include "conf/conf.h"

/* What a validation came to, for when the next is due. */
struct supervise_report {
	int status;         /* exit status; 0: published */
	int64_t expires_at; /* the earliest payload after now; INT64_MAX */
};

struct supervise_hooks {
	void *ctx;
	/* Read the configuration again; NULL: it is broken, and that was said.
	 * Returned by drop. */
	struct conf *(*load)(void *ctx);
	void (*drop)(void *ctx, struct conf *);
	/* One validation, published. In a process of its own. */
	struct supervise_report (*validate)(void *ctx, const struct conf *);
	/* One line for the log: what is wrong; what goes as it should. */
	void (*say)(void *ctx, const char *text);
	void (*note)(void *ctx, const char *text);
};

/* Until SIGTERM or SIGINT. Takes over the configuration, which came from
 * load. An exit status. */
int supervise_run(const struct supervise_hooks *, struct conf *first);

/* ---- who runs, and in what box ------------------------------------------ */

/* As root, with a user in the configuration: be that user from now on, for
 * good. The cache's folder is made, and theirs, when it is not there. The user
 * must be there, whoever starts.
 * R_RUN_USER. */
enum reason supervise_become_user(
    const struct conf *, struct fault *why) MUST_CHECK;

/* For a command that serves files of its own: this process starts no other,
 * runs no program, signals and traces nobody, and makes no socket but by
 * accept. By seccomp. */
bool supervise_box_keeper(void) MUST_CHECK;

/* ---- looking without serving ----------------------------------------------
 */

/* Listen there, or connect to there: a descriptor, or -1 with errno. */
int supervise_bind(const char *address);
int supervise_dial(const char *address);
/* All of a file of PEM; of no path, nothing. */
bool supervise_read(struct buf *out, const char *path) MUST_CHECK;

#endif
