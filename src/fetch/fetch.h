/*
 * fetch - bring what others publish to this machine.
 *
 * What	    rsync by the external program, boxed in and timed; RRDP and files
 *	    by HTTPS; folders of the operator; and the reading of what they
 *	    brought, without following a link.
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
#include "fetch/leash.h"
#include "model/model.h"

/* ---- jobs ------------------------------------------------------------ */

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
	const char *proxy;   /* "http://HOST:PORT"; NULL: none */
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

/* ---- what came ------------------------------------------------------- */

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
	/* Of all names, sizes and stamps: where it is the same again, so is
	 * all that is there. Not so where something was passed over, or has a
	 * stamp that cannot be relied upon. */
	bool is_stamped;
	struct digest stamp;
};

/*
 * Read the tree that a job brought: regular files and folders only, no link
 * followed, in the order of their names. `root` is the URI of its root. Over a
 * limit of files or bytes nothing of it counts (the staging folder is then
 * emptied); what is deeper than folder_depth or larger than an object may be
 * is skipped. `now` tells stamps that cannot be relied upon. Without a reader
 * (NULL) the tree is only looked at.
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

/* ---- RRDP and files by HTTPS ----------------------------------------- */

/*
 * Two kinds of process do the work, made when `https_open` is called: one has
 * the network and nothing else, the others, one for each file, read what came
 * and have nothing at all. Call it before there is much memory to fork.
 */

struct rrdp_session { /* a version 4 UUID */
	uint8_t b[16];
};

#define RRDP_SEEN      100
#define HTTPS_ETAG     256
#define HTTPS_MODIFIED 64

/* What a repository last gave us; all zero: nothing. */
struct rrdp_state {
	uint64_t serial; /* 0: nothing */
	struct rrdp_session session;
	char etag[HTTPS_ETAG], modified[HTTPS_MODIFIED]; /* "": none */
	size_t n_seen;
	struct rrdp_seen { /* deltas that were listed, RFC 9697 */
		uint64_t serial;
		struct digest hash;
	} seen[RRDP_SEEN];
};

/* A form to keep. False: what is there is no such form. */
void rrdp_state_write(struct buf *out, const struct rrdp_state *);
bool rrdp_state_parse(struct rrdp_state *out, struct span) MUST_CHECK;

enum rrdp_outcome {
	RRDP_NOTHING, /* what we have is current */
	RRDP_BY_DELTAS,
	RRDP_BY_SNAPSHOT /* what is not among the changes is gone */
};

/* What is to be done to one URI; each is there once. */
struct rrdp_change {
	struct span uri;
	bool is_withdrawn;
	struct digest hash; /* the box's word: compare when bytes are stored */
	struct span bytes;  /* empty: not kept, see bad */
	enum reason bad;    /* R_RRDP_OBJECT_SIZE, R_RRDP_OBJECT_URI */
};

enum https_what {
	HTTPS_RRDP,         /* uri is that of a notification */
	HTTPS_NOTIFICATION, /* the same, but only to see whether it can be */
	HTTPS_FILE          /* one file of at most object_max bytes */
};

/* The caller fills the first part, which must outlive the job, and may read
 * the second once https_take has returned it and until https_drop. */
struct https_job {
	enum https_what what;
	struct span uri;
	bool is_named; /* by the operator: may be local or have a port */
	const struct rrdp_state *had; /* NULL: nothing */
	/* What we have under this URI in this repository, for deltas; called
	 * by https_poll. NULL: nothing. */
	bool (*known)(void *ctx, struct span uri, struct digest *hash);
	void *ctx;
	void *owner;

	enum reason reason; /* REASON_OK: the rest holds */
	char detail[160];
	enum rrdp_outcome outcome;
	enum reason why; /* not by deltas */
	bool is_new_session;
	struct rrdp_state state; /* to be kept with the changes */
	size_t n_changes;
	struct rrdp_change *changes;
	struct span bytes; /* of a file */
	uint64_t duration_ms, received, files;
	uint32_t retry_after_s;

	struct https_work *work;
	struct https_job *next;
};

/* What it points to outlives the struct https. */
struct https_settings {
	const char *spool;   /* folder for files without names; is made when
			      * the first is */
	const char *ca_file; /* PEM, more roots; NULL: the system's only */
	const char *proxy;   /* NULL: none */
	const char *agent;   /* User-Agent */
	const struct limits *limits;
};

struct https;

enum reason https_open(struct https **out, const struct https_settings *,
    struct fault *why) MUST_CHECK;
/* Ends all processes. Jobs that were taken keep their bytes. May be NULL. */
void https_close(struct https *);
void https_start(struct https *, struct https_job *, int64_t now_ms);
/* Look after all jobs; wait at most wait_ms for something to happen. */
void https_poll(struct https *, int64_t now_ms, int wait_ms);
struct https_job *https_take(struct https *); /* NULL: none has ended */
/* What the changes and bytes were in. */
void https_drop(struct https_job *);
/* End all jobs, with this reason; they can then be taken. */
void https_end(struct https *, enum reason);
size_t https_pending(const struct https *);

/* ---- files one by one by HTTP or HTTPS ------------------------------- */

/*
 * For logs, and who speaks to them: of what the operator named, so that it may
 * be local, have a port and be plain HTTP. One process does the work; it has
 * the network and nothing else, unpacks what comes as gzip, and keeps its
 * connections. `spool` of the settings is not needed.
 */
struct web;

struct web_file {
	/* The caller's. */
	const char *url;
	bool is_post;
	struct span post; /* what to send there */
	bool takes_all;   /* content of any status, and none */
	bool is_stranger; /* the URL is not the operator's: by TLS only, and
			   * from no local address unless is_local */
	bool is_local;
	uint64_t bytes_max;    /* of content, unpacked */
	char etag[HTTPS_ETAG]; /* of what we have, or "" */

	/* Once web_wait has returned. */
	enum reason reason;
	char detail[160];
	unsigned status;
	bool unchanged;    /* we have it */
	uint64_t received; /* as it came */
	uint32_t wait_s;   /* what the host asked for, or 0 */
	char came_etag[HTTPS_ETAG];

	/* Its own. */
	uint32_t id; /* 0: not on its way */
	int body;
	bool done;
	struct web_file *next;
};

enum reason web_open(struct web **out, const struct https_settings *,
    struct fault *why) MUST_CHECK;
void web_close(struct web *); /* may be NULL */
/* What there is to do while web_wait waits: called now and then, at least
 * every second. */
void web_meanwhile(struct web *, void (*)(void *ctx), void *ctx);
/* Ask; others may be on their way. It stays where it is until web_wait or
 * web_drop. */
void web_start(struct web *, struct web_file *);
/* Its content is appended to out, unless it is unchanged. */
enum reason web_wait(
    struct web *, struct web_file *, struct buf *out) MUST_CHECK;
void web_drop(struct web *, struct web_file *);

/* ---- a place with files: a folder, or what is below a URL ------------ */

struct place;

/* http:// or https://? */
bool place_is_web(const char *text);
/* "file:///PATH", a path, or a URL, which needs a web. */
enum reason place_open(struct place **out, const char *text, struct web *,
    struct fault *why) MUST_CHECK;
/* One that the operator did not name: by TLS only and, unless local ones are
 * allowed, from public addresses. */
void place_announced(struct place *, bool local_allowed);
void place_close(struct place *); /* may be NULL */

/*
 * The file of this relative path, appended: R_LOG_MISSING when the place says
 * that it has none, R_FETCH_* when it does not answer. As a struct log_source
 * of room tlog wants it. Of a file longer than the cap of `out` nothing counts.
 */
enum reason place_get(void *place, struct buf *out, const char *path);
/* Only if it has changed since a get had this tag; *etag is then the new. A
 * folder has no tags, and always has it. */
enum reason place_get_if(struct place *, struct buf *out, const char *path,
    char etag[HTTPS_ETAG], bool *unchanged) MUST_CHECK;
/* This will be asked for next: while others are being looked at. */
void place_expect(struct place *, const char *path);
void place_expect_if(struct place *, const char *path, const char *etag);
const char *place_detail(const struct place *); /* of the last failure */
uint64_t place_requests(const struct place *);  /* made so far */

/* ---- when to try again, and by what ---------------------------------- */

/* What to remember of a source of a repository between runs. */
struct fetch_health {
	uint32_t failures; /* in a row */
	int64_t good_at;   /* last success; 0: never */
	int64_t next_at;   /* not before; 0: at once */
	int64_t flips[8];  /* latest session changes, newest first */
};

/* A form to keep, as for rrdp_state. */
void fetch_health_write(struct buf *out, const struct fetch_health *);
bool fetch_health_parse(struct fetch_health *out, struct span) MUST_CHECK;

void fetch_health_good(struct fetch_health *, int64_t now, bool is_new_session,
    const struct limits *);
/* retry_after_s: what the host asked for, or 0. */
void fetch_health_failed(
    struct fetch_health *, int64_t now, uint32_t retry_after_s);
/* REASON_OK, R_FETCH_BACKOFF or R_RRDP_FLIPS. */
enum reason fetch_health_check(
    const struct fetch_health *, int64_t now, const struct limits *) MUST_CHECK;

enum fetch_fallback {
	FALLBACK_NEVER,
	FALLBACK_STALE, /* when RRDP has failed for an hour, or a bit more */
	FALLBACK_NEW    /* when RRDP has never worked */
};
/* May rsync be asked now that RRDP has failed? `key` spreads repositories. */
bool fetch_may_fall_back(enum fetch_fallback, const struct fetch_health *rrdp,
    const struct digest *key, int64_t now);

/* ---- telling --------------------------------------------------------- */

/* To where the operator said, and in the caller's own process: who does not
 * want to wait for it forks. */
struct fetch_post {
	const char *url;
	struct span body;            /* JSON */
	const char *agent;           /* User-Agent */
	const char *proxy, *ca_file; /* NULL: none */
	unsigned timeout_s;
};
/* R_FETCH_CONNECT, R_FETCH_HTTP_STATUS. */
enum reason fetch_post(const struct fetch_post *, struct fault *) MUST_CHECK;

/*
 * confine.c: from now on this process, which has one thread, and those that it
 * starts touch no file but what is below these folders; with `resolves`, they
 * read what a resolver and TLS need, too. By Landlock, where the kernel has
 * it. False: it cannot be confined.
 */
bool confine_folders(const int *folders, size_t n, bool resolves) MUST_CHECK;

#endif
