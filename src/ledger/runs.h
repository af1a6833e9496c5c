/*
 * Ordered runs of numbers: addresses and AS numbers as what they are, numbers
 * below 2^128, and who has which. Private to the room.
 */
#ifndef CAIRN_LEDGER_RUNS_H
#define CAIRN_LEDGER_RUNS_H

#include <bsd/sys/tree.h>

#include "ledger/ledger.h"

/* The functions of a tree, for one file; not all of them are called. */
#define TREE(name, type, field, cmp) \
	RB_GENERATE_INTERNAL(        \
	    name, type, field, cmp, static __attribute__((unused)))

struct num { /* hi * 2^64 + lo */
	uint64_t hi, lo;
};

int num_cmp(struct num, struct num);
struct num num_next(struct num); /* wraps at the end */
struct num num_prev(struct num);

/* How many: up to 2^128 and a bit, which a num cannot say. */
struct amount {
	uint64_t top, hi, lo;
};

void amount_add(struct amount *, struct num lo, struct num hi);
void amount_subtract(struct amount *, struct num lo, struct num hi);
int amount_cmp(const struct amount *, const struct amount *);
bool amount_is_zero(const struct amount *);

enum space {
	SPACE_V4,
	SPACE_V6,
	SPACE_AS,
	SPACES
};

extern const char *const space_id[SPACES]; /* "ipv4" */

struct piece {
	enum space space;
	struct num lo, hi;
};

/* The pieces of a statement's resources: IPv4, IPv6, AS; ascending, apart. */
struct parcel {
	size_t n;
	struct piece *pieces;
};

/* NULL pieces without memory; base_free(pieces) ends it. */
struct parcel parcel_of(const struct resources *);
struct piece piece_of_prefix(const struct prefix *);
struct piece piece_of_asn(struct asn);
void piece_range(struct addr_range *out, const struct piece *); /* addresses */
/* "192.0.2.0-192.0.2.255" */
void piece_write(struct buf *, const struct piece *);

struct holder;
struct claim;
struct record;
struct lease_link;

/* A stretch of one space about which one thing is known. Which member counts
 * is the tree's to know. */
struct run {
	RB_ENTRY(run) node;
	struct num lo, hi;
	union {
		struct {
			struct holder *holder;
			struct claim *claim, *contender;
		} hold;
		struct {
			struct lease_link *leaf; /* the latest lease */
			uint64_t n;              /* of them that are in force */
		} chain;
		struct record *offer;
	} is;
};

RB_HEAD(runs, run);

/* The first that ends at x or after. */
struct run *runs_from(const struct runs *, struct num x);
struct run *runs_next(const struct run *);
struct run *runs_first(const struct runs *);
struct run *runs_before(const struct run *);
/* Where none is: NULL without memory. The caller fills `is`. */
struct run *runs_add(struct runs *, struct num lo, struct num hi) MUST_CHECK;
void runs_remove(struct runs *, struct run *);

/* ---- one pass over pieces and what is known of them ------------------ */

struct part {
	enum space space;
	struct num lo, hi;
	struct run *run; /* NULL: nothing */
};

struct parts {
	const struct runs *trees; /* one a space */
	const struct piece *piece, *end;
	struct num at;
	struct run *run; /* the next not yet given, once started */
	bool started;
};

void parts_init(
    struct parts *, const struct runs trees[SPACES], const struct parcel *);
void parts_init_range(
    struct parts *, const struct runs trees[SPACES], const struct piece *);
/* The run given last may be removed before the next is asked for. */
bool parts_next(struct part *out, struct parts *);

#endif
