/* Jobs by HTTPS inside the room: files on their way, and what for. */
#ifndef CAIRN_FETCH_HTTPS_H
#define CAIRN_FETCH_HTTPS_H

#include "fetch/http.h"

/* One file of a job. */
enum doc_state {
	DOC_IDLE,
	DOC_WAITING, /* for its turn at the network */
	DOC_FETCHING,
	DOC_FETCHED, /* waits for a box */
	DOC_READING,
	DOC_DONE
};

struct doc {
	struct https_work *work;
	struct doc *next; /* of all that are not idle or done */
	enum doc_state state;
	struct span uri;
	uint64_t bytes_max;
	struct rrdp_expected want;
	uint32_t id;
	int body, bytes, index, alive; /* -1: closed */
	bool is_again;                 /* the process that had it died */
	unsigned maker, lost_by; /* of its box, as restarts counts; and then */
	struct http_told told;
	struct span map[2]; /* of bytes and index */
	struct rrdp_index view;
};

enum phase {
	PHASE_NOTIFICATION,
	PHASE_DELTAS,
	PHASE_SNAPSHOT,
	PHASE_FILE
};

struct https_work {
	struct https *https;
	struct https_job *job;
	struct https_work *next; /* of those that run */
	int64_t begun_ms;
	enum phase phase;
	struct uri uri;
	struct arena arena;
	struct rrdp_notification notification;
	struct rrdp_plan plan;
	struct rrdp_fold fold;
	struct doc first, snapshot, *deltas;
	size_t n_asked, n_folded; /* of the plan's deltas */
};

struct https {
	struct https_settings settings;
	const struct limits *limits;
	int folder, roots; /* of the spool, -1 so far; what N trusts */
	struct process net, maker;
	unsigned restarts;
	uint32_t next_id;
	int64_t now_ms;
	struct https_work *running;
	struct doc *docs, **docs_end; /* active ones, in order of asking */
	size_t n_fetching, n_reading, n_jobs;
	struct https_job *done, **done_end;
};

/* ---- https.c --------------------------------------------------------- */

/* A file without a name in the spool folder, or -1. */
int https_spool(struct https *);
/* Both processes are there: who died is made anew, so many times. */
bool https_revive(struct https *);

/* ---- https_doc.c: one file, from asking to having been read ---------- */

void doc_init(struct doc *, struct https_work *, struct span uri,
    uint64_t bytes_max, enum rrdp_kind);
void doc_ask(struct https *, struct doc *);
/* Give up on it, wherever it is. */
void doc_cancel(struct https *, struct doc *);
void doc_fini(struct doc *);
/* What the processes said, and what may go on. */
void docs_poll(struct https *, int wait_ms);

/* ---- https_work.c: what to do next ----------------------------------- */

void work_begin(struct https *, struct https_job *);
/* A file of its is there, or not. */
void work_go_on(struct https *, struct doc *, enum reason, const char *detail);
void work_end(
    struct https *, struct https_work *, enum reason, const char *detail);

#endif
