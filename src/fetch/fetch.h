/*
 * fetch - bring what others publish to this machine.
 *
 * What	    rsync by the external program, boxed in and timed; folders of the
 *	    operator; and the reading of what they brought, without following
 *	    a link.
 * In	    Jobs: what for, and the sources to try in order. The time.
 * Out	    For each job how it ended; then files, one at a time, by callback.
 * Owns	    A staging folder for each rsync source under CACHE/rsync, named by
 *	    the SHA-256 of the URI: a URI never becomes the name of a file.
 *	    Children, until they are reaped.
 * Fails    R_FETCH_*, in the job.
 * Threads  One caller. Nothing here waits but fetch_poll, as long as it may.
 * Standards rsync protocol by rsync(1); RFC 5781 (rsync URIs).
 */
#ifndef CAIRN_FETCH_H
#define CAIRN_FETCH_H

#include <sys/types.h>

#include "base/base.h"
#include "model/model.h"

/* ---- jobs -------------------------------------------------------------------
 */

enum fetch_what {
	FETCH_TREE, /* all of a repository, or module */
	FETCH_FILE  /* one file: a trust anchor's certificate */
};

enum fetch_via {
	FETCH_BY_RSYNC,
	FETCH_BY_FOLDER
};

struct fetch_source {
	enum fetch_via via;
	struct span text; /* URI; or path, with a NUL after it */
	struct span rest; /* folder, file: the segments of its place in it */
	struct span host; /* rsync: host and port, to count connections by */
};

enum fetch_state {
	FETCH_WAITING,
	FETCH_RUNNING,
	FETCH_DONE
};

/*
 * The caller fills the first part, which must outlive the job, and may read
 * the second once fetch_take has returned it.
 */
struct fetch_job {
	struct digest key; /* SHA-256 of what it is for */
	enum fetch_what what;
	size_t n_sources;
	const struct fetch_source *sources;
	void *owner;

	enum reason reason; /* REASON_OK: source brought it */
	char detail[160];   /* of the last failure; printable */
	size_t source;      /* the one in use */
	uint64_t duration_ms;

	/* The scheduler's. */
	enum fetch_state state;
	struct fetch_job *next;
	bool has_begun;
	int64_t begun_ms, begun_source_ms;
	struct fetch_child *child;
};

struct fetch_settings {
	const char *cache;   /* folder */
	const char *command; /* rsync: a path, or a name to look for */
	const struct limits *limits;
};

struct fetch;

enum reason fetch_open(struct fetch **out, const struct fetch_settings *,
    struct fault *why) MUST_CHECK;
/* Kills what still runs. May be NULL. */
void fetch_close(struct fetch *);

/* Queue a job; at least one source. */
void fetch_start(struct fetch *, struct fetch_job *);
/* Look after all jobs; wait at most wait_ms for something to happen. */
void fetch_poll(struct fetch *, int64_t now_ms, int wait_ms);
/* A job that ended, or NULL. */
struct fetch_job *fetch_take(struct fetch *);
/*
 * What a taken job brought was no good: go on with its next source. False,
 * with job->reason set, when there is none.
 */
bool fetch_refuse(
    struct fetch *, struct fetch_job *, enum reason, const char *detail);
/* End all jobs, with this reason; they can then be taken. */
void fetch_end(struct fetch *, enum reason);
size_t fetch_pending(const struct fetch *);

/* ---- what came
 * ---------------------------------------------------------------- */

struct fetch_file {
	struct span uri;
	struct span bytes; /* valid in the callback; none when known */
	uint64_t size;
	uint64_t stamp; /* 0: too new to be relied upon */
	bool known;
};

struct fetch_reader {
	/* Was this file, with this stamp, read before? */
	bool (*known)(void *ctx, struct span uri, uint64_t stamp);
	/* Anything but REASON_OK ends the reading. */
	enum reason (*file)(void *ctx, const struct fetch_file *);
	/* What was passed over, and why. */
	void (*skipped)(void *ctx, struct span uri, enum reason);
	void *ctx;
};

struct fetch_count {
	uint64_t files, folders, bytes, skipped;
};

/*
 * Read the tree that a job brought: regular files and folders only, no link
 * followed, in the order of their names. `root` is the URI of its root. Over a
 * limit of files or bytes nothing of it counts (the staging folder is then
 * emptied); what is deeper than folder_depth or larger than an object may be
 * is skipped. `now` tells stamps that cannot be relied upon.
 */
enum reason fetch_read(struct fetch_count *out, struct fetch *,
    const struct fetch_job *, struct span root, int64_t now,
    const struct fetch_reader *, struct fault *why) MUST_CHECK;
/* The one file that a job brought. */
enum reason fetch_read_file(struct buf *out, struct fetch *,
    const struct fetch_job *, struct fault *why) MUST_CHECK;
/* Remove staging folders for which `keep` says no. */
void fetch_tidy(struct fetch *,
    bool (*keep)(void *ctx, const struct digest *key), void *ctx);

#endif
