/* RRDP inside the room: its files, what to do about them, and what came. */
#ifndef CAIRN_FETCH_RRDP_H
#define CAIRN_FETCH_RRDP_H

#include "fetch/fetch.h"

/* ---- rrdp_xml.c: the three kinds of file, RFC 8182 3.5 --------------- */

enum rrdp_kind {
	RRDP_NOTIFICATION,
	RRDP_SNAPSHOT,
	RRDP_DELTA
};

/* One element publish or withdraw. */
struct rrdp_element {
	bool is_withdraw, has_hash;
	struct span uri;    /* as it is: not checked, never a file's name */
	struct digest hash; /* of what it replaces or withdraws */
	enum reason bad;    /* R_RRDP_OBJECT_URI: not to be kept */
};

/* What is in a file, in its order. Anything but REASON_OK ends the reading. */
struct rrdp_events {
	/* Of all three; of a file named by a notification, also what it says
	 * of it. */
	enum reason (*head)(
	    void *ctx, const struct rrdp_session *, uint64_t serial);
	/* Of a notification. */
	enum reason (*snapshot)(
	    void *ctx, struct span uri, const struct digest *);
	enum reason (*delta)(
	    void *ctx, uint64_t serial, struct span uri, const struct digest *);
	/* Of snapshots and deltas: an element, its bytes, its end. */
	enum reason (*begin)(void *ctx, const struct rrdp_element *);
	enum reason (*bytes)(void *ctx, struct span);
	enum reason (*end)(void *ctx);
	void *ctx;
};

struct rrdp_reader;

enum reason rrdp_reader_new(struct rrdp_reader **out, enum rrdp_kind,
    const struct rrdp_events *, const struct limits *) MUST_CHECK;
enum reason rrdp_reader_feed(struct rrdp_reader *, struct span) MUST_CHECK;
enum reason rrdp_reader_end(struct rrdp_reader *) MUST_CHECK;
uint64_t rrdp_reader_line(const struct rrdp_reader *);
void rrdp_reader_free(struct rrdp_reader *); /* may be NULL */

bool rrdp_session_parse(struct rrdp_session *out, struct span) MUST_CHECK;

/* ---- base64.c: in pieces --------------------------------------------- */

struct base64 {
	uint32_t bits;
	unsigned n;   /* characters of the group so far */
	unsigned pad; /* of them '=' */
	bool has_ended;
};

/* Decodes into out, which has room for 3 bytes for each 4 characters begun;
 * white space is passed over. */
bool base64_feed(
    struct base64 *, uint8_t *out, size_t *n_out, struct span text) MUST_CHECK;
bool base64_is_whole(const struct base64 *) MUST_CHECK;

/* ---- rrdp_notification.c --------------------------------------------- */

struct rrdp_listed {
	uint64_t serial;
	struct span uri;
	struct digest hash;
};

/* In an arena. */
struct rrdp_notification {
	struct rrdp_session session;
	uint64_t serial;
	struct span snapshot_uri;
	struct digest snapshot_hash;
	size_t n, size;
	struct rrdp_listed *deltas; /* as listed, then by serial */
	bool is_cut;                /* there were more than the limit */
	struct arena *arena;
	const struct limits *limits;
	struct uri origin; /* of the notification */
	bool has_snapshot;
};

/* Collects from events; `origin` is where it came from. R_RRDP_MANY from
 * events->delta: the list is longer, and what there is counts. */
void rrdp_notification_init(struct rrdp_notification *out,
    const struct uri *origin, struct arena *, const struct limits *);
struct rrdp_events rrdp_notification_events(struct rrdp_notification *);
/* After the last event: sorts. */
enum reason rrdp_notification_check(struct rrdp_notification *) MUST_CHECK;
/* Scheme, host and port. */
bool uri_is_same_origin(const struct uri *, const struct uri *);

/* ---- rrdp_plan.c ----------------------------------------------------- */

struct rrdp_plan {
	enum rrdp_outcome what;
	enum reason why; /* REASON_OK, or why not by deltas */
	size_t first, n; /* of notification->deltas, ascending */
};

/* `had` may be NULL: nothing. Notifications are those that passed check. */
void rrdp_plan(struct rrdp_plan *out, const struct rrdp_state *had,
    const struct rrdp_notification *, const struct limits *);
/* What to remember once the plan was carried out. */
void rrdp_state_next(struct rrdp_state *out, const struct rrdp_notification *);

#endif
