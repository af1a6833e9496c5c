/* What the files of this room share. Private to it. */
#ifndef CAIRN_RUN_INSIDE_H
#define CAIRN_RUN_INSIDE_H

#include "fetch/fetch.h"
#include "policy/policy.h"
#include "pool/pool.h"
#include "rpki/rpki.h"
#include "run/assume.h"
#include "run/run.h"
#include "store/store.h"

/* ---- what is to be had, from one of several places ------------------- */

struct source {
	bool is_https;
	bool is_named; /* by the operator: may be local */
	struct fetch_source at;
};

/* One place after the other, until one brought it. */
struct want {
	struct run *run;
	struct ta *ta; /* for whose certificate; or */
	struct repository *repository;
	struct digest key; /* SHA-256 of the URI */
	size_t n, at;
	const struct source *sources;
	const struct rrdp_state *had; /* by HTTPS; NULL: nothing */
	uint64_t spent_ms;
	/* When it was taken: */
	enum reason reason;
	char detail[160];
	uint32_t retry_after_s;
	struct fetch_job fetch;
	struct https_job *https; /* NULL: not asked for by HTTPS so far */
};

/* ---- repositories ---------------------------------------------------- */

enum repository_state {
	REPOSITORY_NEW,     /* named, not asked for */
	REPOSITORY_PENDING, /* on its way */
	REPOSITORY_DONE     /* as good as it gets, in the ways asked for */
};

/*
 * What one fetch brings: by RRDP, all that a notification leads to; else a
 * module of rsync, or what a mirror stands for. Names of one are not names of
 * another, whatever URIs they have (hostile.md A15).
 */
struct repository {
	struct span uri;
	struct digest key;
	bool by_rrdp; /* uri is that of a notification */
	enum repository_state state;
	bool known;       /* fetched before this run */
	bool used;        /* a valid CA names it */
	bool used_itself; /* not only in the place of one that failed */
	bool has_sources;
	size_t n_mirrors;         /* of its sources, before the place itself */
	enum reason why_not;      /* REASON_OK: the place itself is the last */
	bool asked_itself;        /* in this run */
	bool is_fresh, by_mirror; /* had in this run; not from itself */
	bool is_current;          /* and there was nothing new */
	bool is_settled;          /* it was told that it failed */
	bool is_blamed;           /* the place itself failed in this run */
	int64_t fetched_at;       /* 0: never */
	struct fetch_health health;   /* of the place itself */
	struct rrdp_state *state_had; /* NULL: nothing */
	struct want want;
	struct run_repository report;
	unsigned n_skipped; /* findings about passed over files so far */
};

/* Where the points of a CA may come from. */
struct places {
	struct repository *tree;
	struct repository *rrdp; /* NULL: its certificate names none */
};

/* ---- trust anchors --------------------------------------------------- */

struct node;
struct follow;

/* One point reached by one more certificate. */
struct edge {
	struct node *from, *to;
	int64_t not_after_at;
};

/* What a walk found below one trust anchor. */
struct tree {
	struct arena arena;
	VEC(struct node *) nodes; /* in the order they were reached */
	VEC(struct edge) edges;
	VEC(struct finding) findings; /* of the walk itself */
	struct map seen;              /* descent key -> node */
	struct map charged;           /* repository URI -> repository */
	size_t n_pending;             /* nodes that wait for their repository */
	unsigned generation;
};

struct ta {
	const struct conf_tal *conf;
	struct run_ta *report;
	struct span name;
	struct tal tal;
	struct digest tal_key;
	struct digest scope; /* whose word, by which code: of memo keys */
	struct digest files; /* of what the operator's say */
	struct constraints constraints;
	struct rpki_issuer issuer; /* the certificate in use */
	struct span uri;           /* where it came from */
	bool usable, kept;
	size_t next_uri;
	enum reason refusal; /* the first certificate that came, if no good */
	char refusal_detail[160];
	struct want want;
	struct tree tree;
};

/* ---- publication points ---------------------------------------------- */

/* What a result depends on but the bytes that the manifest pins, and time. */
struct memo_key {
	struct digest who; /* a node's key */
	struct digest manifest;
};

/* What was judged, in this run or an earlier one. */
struct memo {
	struct memo_key key;
	bool came;  /* and what follows is so */
	bool fresh; /* judged in this run, to be stored */
	unsigned generation;
	struct listing list; /* of the manifest */
	struct rpki_point point;
	const uint8_t *held; /* by file, then the manifest; NULL: unknown */
};

struct judged {
	bool done;                        /* what follows is so */
	const struct rpki_point *point;   /* in force; NULL: none */
	const struct rpki_point *refused; /* the candidate, where it failed */
	const struct memo *memo, *refused_memo; /* whose these are */
	bool last_good;
	enum reason why; /* the candidate was not even judged */
	struct digest why_hash;
	struct store_point stored;
};

struct node {
	struct ta *ta;
	struct node *parent; /* NULL: the trust anchor */
	const struct rpki_issuer *issuer;
	struct span uri; /* of its certificate */
	struct digest hash, key;
	unsigned depth;
	bool pending; /* waits for its repository */
	bool skipped; /* goes without: a finding says why */
	bool full;    /* no more points below it: a finding says so */
	struct judged judged;
	/* In all of its subtree. */
	uint64_t cas, objects, repositories;
	uint64_t child_repositories; /* new ones, of its direct children */
	enum reason cut;             /* there is no room for its objects */
	struct link *link;
	size_t number; /* among the view's authorities */
	int64_t from_at, until_at;
};

/* ---- the run --------------------------------------------------------- */

/* A manifest, and what is on it. */
struct listed {
	struct digest hash;
	struct span bytes; /* in this generation */
	unsigned generation;
	struct listing list; /* once it came */
	bool came;
	char lost[64]; /* what the worker that read it died of; "": nothing */
};

/* A point that somebody needs to be judged. */
struct wish {
	struct memo *memo;
	const struct node *node;
	const struct listed *manifest;
};

/* A memo to be stored, as bytes. */
struct pending {
	struct memo_key key;
	size_t at, n; /* in pending_bytes */
};

/* same.h: is all as the run before left it? */
struct same {
	bool is_alive;  /* nothing has spoken against it so far */
	bool holds;     /* nothing did, to the end */
	bool is_unsure; /* what this run found another might not find */
	struct digest early, key;
	struct same_last *last;
};

struct run {
	const struct conf *conf;
	struct run_result *out;
	struct run_progress progress;
	struct run_early early;
	bool is_early; /* nobody is waited for */
	bool is_guess; /* what would be: nothing is kept of it */
	struct assumed assumed;
	struct fault *why;
	struct arena work; /* until the end of the run */
	struct store *store;
	struct store_read *now; /* spans from it last until run_renew */
	struct fetch *fetch;    /* NULL: offline */
	struct https *https;    /* the same */
	struct pool *pool;
	struct web *web; /* NULL: offline, or no ledger needs it */
	struct follow *follows;
	size_t n_follows, n_followed; /* followed: to the end */
	int64_t turn_ms;              /* when to look after fetches again */
	enum reason meanwhile;        /* what failed while a ledger was asked */
	struct map listed;            /* manifest's hash -> listed */
	VEC(struct listed *) wish_lists; /* until ask_all */
	VEC(struct wish) wish_points;
	struct crypt *crypt;
	struct verifier verifier;
	int64_t at, clock_at, begun_ms;
	bool is_now; /* not --at another time: what was learnt is kept */
	unsigned generation;         /* of the store, by commits of this run */
	struct map repositories;     /* URI -> repository */
	struct map memos;            /* memo_key -> memo */
	VEC(struct pending) pending; /* memos to be stored */
	struct buf pending_bytes;
	struct wire_out record; /* the memo in the making */
	struct arena scratch;   /* until the next who uses it */
	struct ta *tas;
	size_t n_tas;
	VEC(struct finding) findings;  /* of repositories and trust anchors */
	VEC(struct span) named;        /* hosts the operator named */
	struct view_file *before_file; /* what alarms have seen */
	uint64_t n_fetched;
	struct same same;
};

/* run.c */
enum reason run_find(struct run *, const struct finding *) MUST_CHECK;
enum reason run_renew(struct run *) MUST_CHECK;
/* Is nothing on its way? */
bool run_is_quiet(const struct run *);

/* want.c */
/* Have it from the source it is at. */
enum reason want_start(struct run *, struct want *) MUST_CHECK;
/* Nothing came, or what came was refused: go on with the next source, if
 * there is one, and time. */
enum reason want_next(bool *goes_on, struct run *, struct want *) MUST_CHECK;
/* What came is no good: for the same reason as if nothing had come. */
void want_refuse(struct want *, enum reason, const char *detail);
/* The next that ended, whether it has more sources or not; or NULL. */
struct want *want_take(struct run *);
/* Of one that was taken: where it was had from. */
const struct source *want_source(const struct want *);
/* What came is not needed any more. */
void want_drop(struct want *);

/* repository.c */
enum reason repository_places(
    struct places *out, struct run *, const struct cert *) MUST_CHECK;

/* Of which one knows the URIs. rrdp empty: none. */
enum reason repository_again(struct places *out, struct run *, struct span tree,
    struct span rrdp) MUST_CHECK;

enum step {
	STEP_ASK, /* for *out, also from the place itself? */
	STEP_WAIT,
	STEP_USE /* what there is under the key of *out */
};
enum step repository_step(struct repository **out, bool *itself,
    const struct run *, const struct places *);
/* Could its points be judged now? Looks only. */
bool repository_is_ready(
    struct digest *key, const struct run *, const struct cert *);
enum reason repository_want(
    struct run *, struct repository *, bool itself) MUST_CHECK;
/* It is where the points of a CA come from. */
void repository_use(struct repository *, const struct places *);
enum reason repository_took(struct run *, struct repository *) MUST_CHECK;
enum reason repository_prefetch(struct run *) MUST_CHECK;

/* intake.c */
/* Commit what came. *bad: why it is no good; what is returned is our own
 * trouble. */
enum reason intake_tree(
    struct run *, struct repository *, struct fault *bad) MUST_CHECK;
enum reason intake_changes(
    struct run *, struct repository *, struct fault *bad) MUST_CHECK;
/* What the next run is to know of it. */
enum reason intake_remember(
    struct run *, struct repository *, struct store_write *) MUST_CHECK;

/* source.c */
enum reason source_name_hosts(struct run *) MUST_CHECK;
/* The part of the tree this URI is in: what one fetch is to bring. */
struct span source_root(const struct conf *, const struct uri *);

enum source_of {
	SOURCE_OF_FILE,
	SOURCE_OF_TREE,
	SOURCE_OF_RRDP /* the URI is that of a notification */
};
struct sources {
	const struct source *list; /* mirrors, then the URI itself */
	size_t n_mirrors;
	enum reason why_not; /* REASON_OK: the URI itself is there, too */
};
enum reason source_list(struct sources *out, struct run *, enum source_of,
    const struct uri *) MUST_CHECK;

/* clock.c */
/* Before anything is judged or asked for by time. */
enum reason clock_check(struct run *) MUST_CHECK;

/* anchor.c */
enum reason anchor_load(
    struct run *, struct ta *, const struct conf_tal *) MUST_CHECK;
enum reason anchor_want(struct run *, struct ta *) MUST_CHECK;
/* The kept certificate, where there is one, as long as none has come. */
enum reason anchor_use_kept(struct run *, struct ta *) MUST_CHECK;
enum reason anchor_took(struct run *, struct ta *) MUST_CHECK;

/* ask.c */
/* NULL in *out: its bytes are not there. *waits: not known before ask_all. */
enum reason ask_list(struct listed **out, bool *waits, struct run *,
    const struct digest *manifest) MUST_CHECK;
/* Of a memo that did not come yet, or is outdated. */
enum reason ask_point(struct run *, const struct node *, struct memo *,
    const struct listed *) MUST_CHECK;
/* Have all that is wished for, under one trust anchor. */
enum reason ask_all(struct run *, const struct ta *) MUST_CHECK;

/* memo.c */
/* NULL in *out: there is none yet. */
enum reason memo_find(struct memo **out, struct run *, const struct node *,
    const struct digest *manifest) MUST_CHECK;
enum reason memo_new(
    struct memo **out, struct run *, const struct memo_key *) MUST_CHECK;
/* It came, from this job: have it stored, if it may be. */
enum reason memo_keep(struct run *, struct memo *, const struct job *,
    const struct answer *) MUST_CHECK;
enum reason memos_settle(struct run *, struct store_write *) MUST_CHECK;
enum reason memos_collect(struct run *, struct store_write *) MUST_CHECK;
void memos_init(struct run *);
void memos_fini(struct run *);

/* judge.c */
/* The repository by its key. */
enum reason judge_node(
    struct run *, struct node *, const struct digest *repository) MUST_CHECK;
/* Judge those of a level that can be judged now, many at once, so that
 * judge_node finds them done. All are of one trust anchor. */
enum reason judge_ahead(
    struct run *, struct node *const *, size_t n) MUST_CHECK;

/* walk.c */
enum reason walk_anchor(struct run *, struct ta *) MUST_CHECK;
void tree_fini(struct tree *);
bool node_is_cut(const struct node *);
/* Something is in force there. */
bool node_stands(const struct node *);

/* slurm_kept.c */
/* The exceptions in force: as their files say, or as they last did. */
enum reason slurm_take(struct run *) MUST_CHECK;

#endif
