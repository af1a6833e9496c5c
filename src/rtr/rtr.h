/*
 * rtr - the protocol that routers speak, both sides, without a socket.
 *
 * What	    Versions 0, 1 and 2: the cache (what is served, its history, one
 *	    session for each router) and the router (the client of the tests
 *	    and of `cairn rtr`).
 * In	    A view's payloads; bytes from the other side; the time.
 * Out	    Bytes for the other side. Full answers and differences are built
 *	    once for each view and version, and are shared by all sessions: a
 *	    session is a cursor.
 * Owns	    The cache its tables, a session at most one pin on an answer, a
 *	    client what it holds.
 * Fails    R_LIMIT_MEMORY when an answer cannot be built; what the peer did
 *	    wrong ends its own session (is_closing), with an Error Report where
 *	    the text asks for one; R_RTR_* in the client.
 * Threads  One caller for a cache and all its sessions.
 * Standards RFC 6810, RFC 8210, draft-ietf-sidrops-8210bis-26, RFC 1982.
 */
#ifndef CAIRN_RTR_H
#define CAIRN_RTR_H

#include "base/base.h"
#include "model/model.h"

#define RTR_VERSIONS    3     /* 0, 1 and 2 */
#define RTR_PDU_MAX     65535 /* 8210bis-26 5.1 */
#define RTR_NOTIFY_MS   60000 /* 8210bis-26 8.2: at most one a minute */
#define RTR_NO_DEADLINE INT64_MAX

enum rtr_error { /* 8210bis-26 12; from 8 on not in version 0, 9 in 1 */
	RTR_CORRUPT_DATA,
	RTR_INTERNAL_ERROR,
	RTR_NO_DATA,
	RTR_INVALID_REQUEST,
	RTR_UNSUPPORTED_VERSION,
	RTR_UNSUPPORTED_TYPE,
	RTR_UNKNOWN_WITHDRAWAL,
	RTR_DUPLICATE,
	RTR_UNEXPECTED_VERSION,
	RTR_PROVIDER_LIST,
	RTR_TRANSPORT,
	RTR_ORDERING,
	RTR_RESTART,
	RTR_SHUTDOWN
};

/* RFC 1982: does a come before b? Neither does at a distance of 2^31. */
bool rtr_serial_before(uint32_t a, uint32_t b);

/* 8210bis-26 6, in seconds. */
struct rtr_timers {
	uint32_t refresh, retry, expire;
};

#define RTR_TIMERS \
	((struct rtr_timers){ .refresh = 3600, .retry = 600, .expire = 7200 })
/* Within their ranges, and expire above both others. */
bool rtr_timers_are_valid(const struct rtr_timers *);

/* ---- the cache --------------------------------------------------------- */

struct rtr_cache;

struct rtr_cache_facts {
	bool has_data;
	uint32_t serial;
	uint16_t sessions[RTR_VERSIONS];
	size_t vrps, router_keys, aspas;
	size_t left_out; /* payloads that no PDU may carry */
	size_t history;  /* older serials that get a difference */
};

/* Keeps differences from at most so many older serials. */
struct rtr_cache *rtr_cache_new(
    size_t history, const struct rtr_timers *) MUST_CHECK;
void rtr_cache_free(struct rtr_cache *); /* after its last session */
void rtr_cache_set(struct rtr_cache *, size_t history,
    const struct rtr_timers *); /* as at _new */
/*
 * Serve this view. It is not looked at afterwards. Another serial of the same
 * sessions is a change of the payloads; the same serial is the same payloads
 * (who publishes sees to that). On failure the old view stays.
 */
enum reason rtr_cache_take(struct rtr_cache *, const struct view *) MUST_CHECK;
/* From one view to the next: which payloads came, which went. */
struct rtr_step {
	uint32_t from, until; /* serials */
	const struct payload *came, *went;
	size_t n_came, n_went;
};

/* The step before the oldest serial known, for a start with a history. One
 * that leads elsewhere, or is more than is kept, is passed over. */
enum reason rtr_cache_past(
    struct rtr_cache *, const struct rtr_step *) MUST_CHECK;
/* Answer No Data until told otherwise: the view is too old. */
void rtr_cache_silence(struct rtr_cache *, bool silent);
void rtr_cache_facts(struct rtr_cache_facts *out, const struct rtr_cache *);

/* ---- a router's session ------------------------------------------------- */

#define RTR_INPUT 256 /* the longest PDU looked at whole */
#define RTR_SMALL 512 /* room for what is said beside shared answers */
#define RTR_TAIL  24

struct rtr_bytes;

struct rtr_session {
	struct rtr_cache *cache;
	uint8_t max_version;
	uint8_t version;     /* once is_open; else max_version */
	bool is_open;        /* the version is fixed */
	bool is_closing;     /* close once all output is sent */
	bool is_leaving;     /* the cache goes away */
	bool told;           /* a Cache Response was sent */
	uint8_t refusals;    /* of versions */
	uint16_t session;    /* told */
	uint32_t serial;     /* told */
	int peer_error;      /* its Error Report's code; -1: none */
	int error;           /* ours that ended it; -1: none */
	int64_t notified_ms; /* RTR_NO_DEADLINE: never */
	uint32_t notified;   /* serial */
	uint64_t queries, resets;
	uint64_t reports; /* Error Reports, ours and the router's */
	size_t in_n;
	uint8_t in[RTR_INPUT];
	/* Output: small, then the shared answer, then the tail. */
	size_t small_n, small_at, body_at, body_end, tail_n, tail_at;
	struct rtr_bytes *body;
	uint8_t small[RTR_SMALL], tail[RTR_TAIL];
};

void rtr_session_init(
    struct rtr_session *, struct rtr_cache *, unsigned max_version);
void rtr_session_fini(struct rtr_session *);
/*
 * Take bytes of the router; how many were taken. Not all are where an answer
 * is now waiting to be sent: feed the rest after that.
 */
size_t rtr_feed(struct rtr_session *, struct span bytes) MUST_CHECK;
/* Is a PDU begun that did not end yet? */
bool rtr_is_midway(const struct rtr_session *);
/* What is to be sent now, in up to three spans; how many. */
#define RTR_SPANS 3
size_t rtr_output(
    const struct rtr_session *, struct span out[RTR_SPANS]) MUST_CHECK;
void rtr_sent(struct rtr_session *, size_t n);
/* Say that there is something new, if there is and if it may be said. To be
 * called when there may be, and again at the time returned. */
int64_t rtr_notify(struct rtr_session *, int64_t now_ms);
/* The cache goes away and means to come back (8210bis-26 8.5): that is said
 * after the answer under way. */
void rtr_goodbye(struct rtr_session *);
/* How many newer views than the one it is being sent there are. */
size_t rtr_lag(const struct rtr_session *);

/* ---- the router's side --------------------------------------------------- */

enum rtr_event {
	RTR_NOTHING,    /* all bytes taken */
	RTR_NOTIFIED,   /* a Serial Notify came */
	RTR_COMPLETE,   /* End of Data: what is held is whole */
	RTR_MUST_RESET, /* Cache Reset: ask for everything */
	RTR_DOWNGRADED, /* ask again, with client->version now lower */
	RTR_REPORTED,   /* Error Report: client->report, text in why */
	RTR_REFUSED     /* the cache broke the rules: client->why */
};

struct rtr_client {
	uint8_t version;
	bool wants_order; /* below version 2 too, where it is a SHOULD */
	bool is_answered; /* once a PDU of its version came */
	bool has_data;
	uint16_t session;
	uint32_t serial;
	struct rtr_timers timers; /* zero in version 0 */
	uint32_t notified;        /* the serial of the last Notify */
	int report;               /* code of the Error Report */
	struct fault why;
	uint64_t pdus, bytes;
	/* private */
	bool in_answer, is_full; /* is_full: to a Reset Query */
	bool asked_full;
	struct buf in, answer;
	struct map held; /* its key -> the PDU, of version 2, announced */
};

/* Holds nothing, and will speak this version. */
void rtr_client_init(struct rtr_client *, unsigned version);
void rtr_client_fini(struct rtr_client *);
/* What to send: a Serial Query where data is held, else a Reset Query. */
void rtr_client_ask(struct rtr_client *, struct buf *out);
/* Forget session and serial: the next question is for everything. */
void rtr_client_forget(struct rtr_client *);
/*
 * Take bytes until something happens. Held to the letter: order (11.2),
 * duplicates, unknown withdrawals, zero bits, lengths, sessions. After
 * RTR_REPORTED or RTR_REFUSED the connection is to be closed.
 */
enum rtr_event rtr_client_feed(struct rtr_client *, struct span *bytes);
size_t rtr_client_count(const struct rtr_client *);
/* All that is held, as a view's payloads. */
enum reason rtr_client_payloads(struct payload **out, size_t *n,
    const struct rtr_client *, const struct origin *,
    struct arena *) MUST_CHECK;

#endif
