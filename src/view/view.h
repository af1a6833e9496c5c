/*
 * view - the view as a file, and the difference of two views.
 *
 * What	    Writes a view so that readers map it, replaces the file whole or
 *	    not at all, answers what bears on one prefix without reading the
 *	    rest; finds what changed between two views and why, keeps that in
 *	    the same form, and goes back from a view to an earlier one.
 * In	    Const views; paths; bytes of files, which may be damaged.
 * Out	    Files; views, or parts of them, in the caller's arena.
 * Owns	    A mapping, from _open to _close.
 * Fails    R_VIEW_*. Each page of the file has a digest and is believed when
 *	    it holds; every offset and number in it is checked before it is
 *	    used, so that a file that was made up costs no more than its
 *	    refusal.
 * Threads  One struct view_file belongs to one caller.
 * Standards None: the form is private to one version of the program, and a
 *	    file of another is refused. The next run writes a new one.
 */
#ifndef CAIRN_VIEW_H
#define CAIRN_VIEW_H

#include "base/base.h"
#include "model/model.h"

/* ---- the file ---------------------------------------------------------- */

/* What stands in front: enough for a server to see that it is a new one. */
/* Counts differences: the views between two of them are one edition. */
struct view_edition {
	uint64_t number;
	int64_t since_at; /* when the first of them was published */
};

struct view_head {
	int64_t at, made_at;
	struct view_edition edition;
	uint32_t serial;
	uint16_t sessions[3];
	uint64_t n_payloads; /* one for each origin */
};

struct view_file;

/* The edition is kept beside the view: its number is that of the difference
 * that led to it. The file is replaced by rename, durably. */
enum reason view_write(const char *path, const struct view *,
    struct view_edition, struct fault *why) MUST_CHECK;
/* The bytes of such a file. */
enum reason view_bytes(
    struct buf *out, const struct view *, struct view_edition) MUST_CHECK;
/* Map it and check what stands in front; pages are checked when first used.
 * R_VIEW_MISSING: there is none. */
enum reason view_open(
    struct view_file **out, const char *path, struct fault *why) MUST_CHECK;
/* The same of borrowed bytes. */
enum reason view_open_bytes(
    struct view_file **out, struct span bytes) MUST_CHECK;
void view_close(struct view_file *); /* may be NULL */
const struct view_head *view_head(const struct view_file *);

/*
 * What follows puts arrays into the arena, and borrows text from the file,
 * which is to stay open for as long.
 */

/* All of it: the view that was written. */
enum reason view_load(
    struct view *out, struct view_file *, struct arena *) MUST_CHECK;
/* Only its payloads, each contents once and without origin: what routers
 * hear. The rest of the view is empty, but for times, serial and sessions. */
enum reason view_load_heard(
    struct view *out, struct view_file *, struct arena *) MUST_CHECK;

/*
 * What bears on a prefix, in microseconds and as a view of its own: payloads
 * and what was left out that cover it, or that it covers (VIEW_INSIDE at
 * most); authorities that hold all of it, and of their resources the ranges
 * that overlap it; holdings that overlap it; findings about the publication
 * points of these authorities and about none in particular; of these last
 * three VIEW_NEAR at most; sources, repositories, holders: all.
 */
#define VIEW_INSIDE 256
#define VIEW_NEAR   4096
enum reason view_near(struct view *out, struct view_file *,
    const struct prefix *, struct arena *) MUST_CHECK;

/* ---- why something is so in one view and not in another ------------------ */

enum cause_kind {
	CAUSE_NONE,      /* nothing is known that would explain it */
	CAUSE_PUBLISHED, /* a new object, a new statement */
	CAUSE_GONE,      /* no longer published, though it would still hold */
	CAUSE_REPLACED,  /* the object is there and says something else */
	CAUSE_REFUSED,   /* the object: reason says why */
	CAUSE_REVOKED,   /* the object, or a CA above it */
	CAUSE_EXPIRED,   /* its time, or that of the chain above it, is over */
	CAUSE_CHAIN,     /* a CA above it, or its publication point: reason */
	CAUSE_FETCH,     /* its repository could not be had: reason */
	CAUSE_SOURCE,    /* its trust anchor or ledger failed: reason */
	CAUSE_UNCONFIGURED, /* there is no such trust anchor or ledger */
	CAUSE_POLICY,       /* left out: `left` and `rule` say why */
	CAUSE_CONTESTED,    /* the claim it rests on */
	CAUSE_YOUNG,        /* the claim it rests on emits nothing yet */
	CAUSE_UNCLAIMED,    /* nobody holds that space in the ledger */
	CAUSE_UNCERTIFIED,  /* no holder has a CA for that space in the RPKI */
	CAUSE_SILENT        /* its holder authorizes nothing such */
};

const char *cause_id(enum cause_kind);   /* "gone" */
const char *cause_text(enum cause_kind); /* "it is no longer published" */

struct cause {
	enum cause_kind kind;
	enum reason reason;   /* REASON_OK: none */
	enum left_cause left; /* of CAUSE_POLICY */
	unsigned rule;
	struct span detail; /* the finding's, the rule's words */
	struct span object; /* whose finding it is; empty: none */
};

/* Look-ups in a whole view, for many questions. It borrows the view. The keys
 * of `about` are all URIs of objects that will be asked about; NULL: any. */
struct view_index;
enum reason view_index_new(struct view_index **out, const struct view *,
    const struct map *about) MUST_CHECK;
void view_index_free(struct view_index *); /* may be NULL */
/* Why what that origin said elsewhere is not in this view. */
void view_absence(
    struct cause *out, const struct view_index *, const struct payload *);

/* ---- differences ----------------------------------------------------------
 * Of two views, entry by entry: an entry is a payload by one origin (source
 * and URI). Times of validity that moved are no change.
 */

enum change_op {
	CHANGE_ADDED,
	CHANGE_REMOVED,
	CHANGE_REPLACED /* the same payload by another object of that URI */
};

const char *change_op_id(enum change_op); /* "added" */

struct view_change {
	enum change_op op;
	/* Of what was left out, not of the payloads: the fields of `left`
	 * but for its payload. */
	bool is_left;
	struct view_left left;
	/* Routers hear of it: nobody said the same before, nobody says it any
	 * more. Once for each payload. */
	bool is_heard;
	struct payload payload;      /* with its origin */
	const struct origin *before; /* REPLACED: the earlier one */
	struct cause cause;
};

struct view_delta {
	uint64_t edition; /* from the one before to this */
	int64_t from_at, from_made_at, at, made_at;
	int64_t
	    from_since_at; /* of the edition before: the first view's time */
	uint32_t from_serial, serial;
	uint16_t sessions[3];
	size_t n;
	struct view_change *changes; /* payloads, then left; payload_order */
};

/* Times, serials and sessions are those of the views. Borrows both. */
enum reason view_diff(struct view_delta *out, const struct view *from,
    const struct view *to, struct arena *) MUST_CHECK;

enum reason view_delta_write(
    const char *path, const struct view_delta *, struct fault *why) MUST_CHECK;
enum reason view_delta_bytes(
    struct buf *out, const struct view_delta *) MUST_CHECK;
/* Text is borrowed from the file. R_VIEW_DAMAGED also for a view. */
enum reason view_delta_load(
    struct view_delta *out, struct view_file *, struct arena *) MUST_CHECK;

/*
 * The view as it was before these differences, newest first: one after the
 * other, they lead to `now`. (Backwards, because then the newest view is whole
 * and readable without history, the oldest difference can go at any time, and
 * a damaged one hides only what is older.)
 *
 * Payloads and what was left out are as they were, with the objects that said
 * so and the times of validity last seen; findings, repositories, authorities
 * and holdings are not kept: empty. Sources are those of now.
 */
enum reason view_back(struct view *out, const struct view *now,
    const struct view_delta *const *deltas, size_t n,
    struct arena *) MUST_CHECK;

/* ---- the folder of published views --------------------------------------- */

struct view_folder {
	const char *path; /* of the cache: DIR/view; made when not there */
	uint64_t serials; /* differences that routers may still ask for */
	/* All younger ones are kept, for people: so many of them at most, and
	 * in so many bytes. They go in eighths of that. */
	int64_t keep_s;
	uint64_t keep_n, keep_bytes;
	int64_t now;
	uint16_t sessions[3]; /* random: for when there are none yet */
	/* What the caller has read of it: not read again, when it is still the
	 * newest. NULL: nothing. */
	const struct view_file *read_file;
	const struct view *read;
};

struct view_published {
	struct view_edition edition;
	size_t n_changes, n_heard;
	bool is_new;      /* no view went before it: `lost` says why */
	enum reason lost; /* R_VIEW_MISSING: the first */
};

/*
 * Give the view its time, serial and sessions, keep what changed since the one
 * before, and put it in that one's place. The serial grows, by RFC 1982, when
 * routers are to hear something.
 */
enum reason view_publish(struct view_published *out, struct view *,
    const struct view_folder *, struct fault *why) MUST_CHECK;

/* Which view it was: no other of that folder was made at that time. */
struct view_name {
	uint64_t edition;
	int64_t made_at;
	uint16_t sessions[3];
};

/* What is new of a view of which nothing else is. */
struct view_again {
	struct view_name was;
	int64_t at;
	struct span state; /* repositories in it were had anew, at: */
	int64_t fetched_at;
};

/* When a view that follows one made then is made: time goes forward here,
 * whatever the clock does. */
int64_t view_made_after(int64_t made_at, int64_t now);
void view_name_of(struct view_name *out, const struct view_head *);
bool view_is_named(const struct view_head *, const struct view_name *);
/* The newest one's; false: there is none, or it is damaged in front. */
bool view_newest(struct view_head *out, const char *folder) MUST_CHECK;
/*
 * Publish the newest once more, with these times, as view_publish would have
 * done with a view like it. R_VIEW_DAMAGED: it is damaged, or is not the one
 * that was meant; then all is as before.
 */
enum reason view_publish_again(struct view_published *out,
    const struct view_again *, const struct view_folder *,
    struct fault *why) MUST_CHECK;

/*
 * What is kept of the past: a difference and where it is, the newest first.
 * Editions count on by one; where they do not there is a gap, and what is
 * older does not lead here.
 */
struct view_past {
	uint64_t edition;
	int64_t made_at, since_at; /* since_at: of the view it ended */
	uint32_t serial, n_changes;
	uint64_t segment, offset, n; /* first edition of its file; its bytes */
};

enum reason view_past_list(struct view_past **out, size_t *n,
    const char *folder, struct arena *) MUST_CHECK;
/* All in the arena. */
enum reason view_past_read(struct view_delta *out, const char *folder,
    const struct view_past *, struct arena *) MUST_CHECK;
/* Is there something that another version of the program kept? R_VIEW_HISTORY:
 * the next view_publish removes it. */
enum reason view_past_check(const char *folder, struct fault *why) MUST_CHECK;
/* The view that was the newest at that time; `now` is DIR/current, and stays
 * open for as long. R_VIEW_PAST: that is not kept, or there was none. */
enum reason view_at(struct view *out, struct view_file *now, const char *folder,
    int64_t at, struct arena *) MUST_CHECK;

#endif
