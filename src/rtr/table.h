/*
 * Tables: payloads as the PDUs of version 2 that announce them, in the order
 * of 8210bis-26 11.2. One is at once the body of a full answer, and a sorted
 * set that others can be added to and taken from. Private to the room.
 */
#ifndef CAIRN_RTR_TABLE_H
#define CAIRN_RTR_TABLE_H

#include "rtr/wire.h"

/* Immutable, and held by many. */
struct rtr_bytes {
	unsigned refs;
	size_t generation; /* of the view it answers for */
	size_t n;
	uint8_t *p;
};

struct rtr_bytes *rtr_bytes_hold(struct rtr_bytes *);
void rtr_bytes_drop(struct rtr_bytes *); /* NULL is fine */
/* Takes the buffer over, whatever happens. NULL: no memory. */
struct rtr_bytes *rtr_bytes_take(struct buf *) MUST_CHECK;

enum section {
	SECTION_IPV4,
	SECTION_IPV6,
	SECTION_KEY,
	SECTION_ASPA,
	SECTIONS
};

struct table {
	struct rtr_bytes *bytes;
	size_t end[SECTIONS]; /* in bytes */
	size_t n[SECTIONS];
	size_t left_out;
};

/* Payloads in any order, and more than once. */
enum reason rtr_table_make(
    struct table *out, const struct payload *, size_t n) MUST_CHECK;
void rtr_table_fini(struct table *);
struct span rtr_table_section(const struct table *, enum section);
size_t rtr_table_count(const struct table *);
/* PDUs of one section, one after the other: NULL at the end. */
static inline const uint8_t *
pdu_first(struct span s)
{
	return s.n > 0 ? s.p : NULL;
}
static inline const uint8_t *
pdu_after(const uint8_t *p, struct span s)
{
	p += get32(p + 4);
	return p < s.p + s.n ? p : NULL;
}

/* From one table to another: what came, what went. */
struct delta {
	struct table came, went;
};

enum reason rtr_delta_make(struct delta *out, const struct table *from,
    const struct table *to) MUST_CHECK;
/* One step after the other, without what cancels out (8210bis-26 5.3). */
enum reason rtr_delta_join(struct delta *out, const struct delta *first,
    const struct delta *then) MUST_CHECK;
void rtr_delta_fini(struct delta *);
size_t rtr_delta_size(const struct delta *);

/* How many of a table's bytes a version can carry. */
size_t rtr_table_reach(const struct table *, uint8_t version);
/* The body of a full answer. For version 2 it is the table's own. */
enum reason body_full(
    struct rtr_bytes **out, const struct table *, uint8_t version) MUST_CHECK;
/* The body of a difference: announcements before withdrawals of a type. */
enum reason body_delta(
    struct rtr_bytes **out, const struct delta *, uint8_t version) MUST_CHECK;

#endif
