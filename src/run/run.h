/*
 * run - one validation, from configuration to view.
 *
 * What	    Rounds: walk the trees of all trust anchors with what the store
 *	    has, fetch the repositories they name, walk again what changed,
 *	    until nothing new is named. Then payload sets, the view, the
 *	    report; the new floors and last good points into the store.
 * In	    A const configuration; the clock, which it alone tells the rooms
 *	    that judge.
 * Out	    A struct run_result that borrows nothing: it outlives store and
 *	    configuration.
 * Owns	    The store, its lock and the rsync children while it runs.
 * Fails    What one publisher did is a finding and a count. Only the
 *	    machine (store, memory) and the configuration fail a run; the
 *	    store then holds what it held before, or more of the same.
 * Threads  One run at a time in one cache: the second is refused.
 * Standards RFC 6480 6, 6487 7, 8630 3, 9286 6.6, 10097.
 */
#ifndef CAIRN_RUN_H
#define CAIRN_RUN_H

#include "base/base.h"
#include "conf/conf.h"
#include "crypt/crypt.h"
#include "model/model.h"
#include "view/view.h"

/* What one trust anchor came to. */
struct run_ta {
	struct span name;   /* of the TAL */
	enum reason reason; /* REASON_OK: certificate and own point hold */
	char detail[160];
	struct span uri;        /* where the certificate in use came from */
	struct digest hash;     /* of that certificate */
	bool kept;              /* it is the one of an earlier run */
	uint64_t cas;           /* CA certificates valid, the TA's included */
	uint64_t points;        /* publication points in force */
	uint64_t points_old;    /* of these, by their last good manifest */
	uint64_t points_failed; /* with nothing in force */
	uint64_t objects;       /* files on the manifests in force */
	uint64_t roas, aspas, router_certs; /* objects that yielded payloads */
	struct payload_counts payloads;
	uint64_t refused; /* objects and points refused */
};

enum run_state {
	RUN_FRESH,   /* fetched in this run */
	RUN_KEPT,    /* the fetch failed: what the store had */
	RUN_OFFLINE, /* not asked for; what the store had */
	RUN_FAILED,  /* the fetch failed and the store had nothing */
	RUN_REFUSED /* never asked: a limit, or a host only the network named */
};

const char *run_state_id(enum run_state); /* "fresh" */

enum run_via {
	RUN_VIA_STORE, /* nothing came */
	RUN_VIA_RRDP,
	RUN_VIA_RSYNC,
	RUN_VIA_FOLDER
};

const char *run_via_id(enum run_via); /* "store" */

enum run_rrdp {
	RUN_RRDP_CURRENT, /* there was nothing new */
	RUN_RRDP_DELTAS,
	RUN_RRDP_SNAPSHOT
};

const char *run_rrdp_id(enum run_rrdp); /* "current" */

struct run_repository {
	struct span uri;    /* of a notification; or a tree's: ends with '/' */
	struct span source; /* where the bytes came from; empty: nowhere */
	enum run_state state;
	enum run_via via;
	enum reason reason; /* of the last failure; REASON_OK: none */
	char detail[160];
	/* By RRDP: what it took, from where to where. */
	enum run_rrdp rrdp;
	uint64_t serial, deltas, received; /* received: bytes, packed */
	struct span instead_of; /* by rsync: the notification that failed */
	enum reason why;        /* not by deltas; not by the notification */
	uint64_t files, bytes;  /* that came */
	uint64_t new_objects;   /* bytes not seen before */
	uint64_t duration_ms;
};

/* What one ledger came to. */
struct run_ledger {
	struct span name;
	/* REASON_OK, or why it gives less than it could. */
	enum reason reason;
	char detail[160];
	const char *decision; /* on the newest checkpoint: "accepted"; or "" */
	struct span source;   /* it came from; empty: from nowhere */
	uint64_t size;        /* in force; 0: nothing was ever accepted */
	struct digest root;
	int64_t cosigned_at;  /* newest counted cosignature; 0: none */
	uint64_t time;        /* ledger time */
	bool frozen;          /* until cairn ledger clear */
	bool gone;            /* older than max-age: without payloads */
	int64_t until_at;     /* in force until then; INT64_MAX: no end */
	struct span evidence; /* path of what says why; empty: none */
	uint64_t fresh;       /* entries replayed in this run */
	uint64_t applied, rejected;
	uint64_t holders, holdings;
	struct payload_counts payloads;
	uint64_t requests, duration_ms, cpu_ms; /* cpu: the run's own */
	uint64_t reasons[REASON_COUNT]; /* rejected since genesis, why */
};

struct run_work {
	struct crypt_work crypt;
	uint64_t points_looked_up, points_judged;
	uint64_t points_from_memo;   /* looked up and not judged anew */
	uint64_t points_quarantined; /* their worker died, twice */
	uint64_t manifests_listed;
	uint64_t objects_checked; /* of which not all signatures were known */
	uint64_t objects_damaged; /* in the store: had again, in a next run */
	uint64_t workers, workers_died; /* processes made; ended unasked */
	uint64_t walks;                 /* rounds */
	uint64_t fetch_ms, total_ms;    /* wall clock */
};

struct run_result {
	struct arena arena;
	int64_t at;         /* time of evaluation */
	int64_t started_at; /* by the clock */
	/* Empty where is_same, until run_result_view, which reads the file. */
	struct view view;
	struct view_file *file;
	struct slurm slurm; /* what the view borrows of it */
	struct run_before {
		bool is_read, is_there;
		struct view_file *file;
		struct arena arena;
		struct view view;
	} before; /* what was published before: what is held is of it */
	struct run_ta *tas; /* in the order of the configuration */
	size_t n_tas;
	struct run_repository *repositories; /* by URI */
	size_t n_repositories;
	struct run_ledger *ledgers; /* in the order of the configuration */
	size_t n_ledgers;
	uint64_t reasons[REASON_COUNT]; /* findings but warnings, by reason */
	uint64_t warnings;
	bool degraded; /* a trust anchor or ledger failed: --strict exits 3 */
	/* Nothing changed since the run before, which was not repeated: the
	 * view is the one that was there, at another time. */
	bool is_same;
	struct digest contents; /* of the view but for its times: its name */
	int64_t expires_at;     /* the first payload that does; INT64_MAX */
	uint64_t early_ms;      /* when it was published early; 0: not */
	uint64_t early_waiting; /* for so many, then */
	struct run_work work;
	/* The view is in DIR/view: not --at another time, nor where nothing
	 * was found at all. */
	bool is_published;
	struct view_published published;
	/* Waiting: a receiver failed and is told again; lost: it never did. */
	uint64_t alerts_told, alerts_waiting, alerts_lost;
};

enum run_phase {
	RUN_PHASE_LEDGER, /* entries */
	RUN_PHASE_FETCH,
	RUN_PHASE_VALIDATE,
	RUN_PHASE_PUBLISH
};

/* For a person who waits. Called often: the receiver thins out. */
struct run_progress {
	void (*update)(void *ctx, enum run_phase, uint64_t done,
	    uint64_t total); /* NULL: nobody looks */
	void *ctx;
};

/*
 * Called once at most, before the end, when some keep the run waiting: what
 * the result is so far, with what the store has of those. It is another one
 * at the end.
 */
struct run_early {
	void (*publish)(void *ctx, struct run_result *); /* NULL: nobody */
	void *ctx;
};

/*
 * On failure `why` names the file or the process in the
 * way; run_result_fini is due in either case.
 */
enum reason run_validate(struct run_result *out, const struct conf *,
    struct run_progress, struct run_early, struct fault *why) MUST_CHECK;
void run_result_fini(struct run_result *);
/* Have the view, where it is not there yet. */
enum reason run_result_view(
    struct run_result *, const struct conf *, struct fault *why) MUST_CHECK;

/*
 * What the next run would come to if nothing moved but what the configuration
 * assumes (conf_assume): a run offline over what the cache has now, which
 * keeps and publishes nothing, and may go on beside another.
 *
 * R_ASSUME_*, what a ledger or a trust anchor's constraints refuse, or the
 * reason of a file: then it is one of the assumptions, and why says which.
 */
enum reason run_guess(
    struct run_result *out, const struct conf *, struct fault *why) MUST_CHECK;

/*
 * The operator has read the evidence: accept again from this ledger's log.
 * `restart`: forget what was accepted, and begin anew with what the log's
 * sources say. R_LEDGER_UNKNOWN.
 */
enum reason run_ledger_clear(const struct conf *, const char *name,
    bool restart, struct fault *why) MUST_CHECK;

/* All of these files or none: why says file, line and path of what is wrong.
 * slurm_fini is due in either case. */
enum reason run_slurm_load(struct slurm *out, const char *const *paths,
    size_t n, const struct limits *, struct fault *why) MUST_CHECK;

/* ---- looking without running: what a run would find ---------------------- */

/* One source of a ledger, asked now. */
struct run_ledger_source {
	const char *text;
	bool is_announced;  /* by a holder, not the operator */
	enum reason reason; /* REASON_OK: its checkpoint counts */
	char detail[160];
	uint64_t size;
	int64_t cosigned_at; /* newest counted cosignature; 0: none */
	size_t witnesses;    /* that cosigned it */
};

struct run_ledger_look {
	enum reason reason; /* of its keys: all else is known for REASON_OK */
	char detail[160];
	bool is_reachable; /* enough of its witnesses' keys can be used */
	size_t n_sources;  /* asked; none that offline forbids */
	struct run_ledger_source *sources;
	/* What the last run left in the cache. */
	bool has_record, is_frozen;
	uint64_t size; /* in force */
	int64_t cosigned_at;
	struct span evidence; /* path */
};

/* Of each ledger, in the order of the configuration; in the arena. Makes and
 * keeps nothing; with the limits of the caller's patience. R_LIMIT_MEMORY. */
enum reason run_look_ledgers(struct run_ledger_look **out, const struct conf *,
    const struct limits *, struct arena *) MUST_CHECK;

/* How many alerts wait to be told, and since when. */
size_t run_look_alerts(int64_t *since, const char *cache);

#endif
