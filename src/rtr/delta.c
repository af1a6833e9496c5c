/* Sets of PDUs taken apart and put together, and the bodies of answers. */
#include <string.h>

#include "rtr/table.h"

/* Which of two sorted sets' PDUs are wanted. */
enum want {
	WANT_A = 1,
	WANT_B = 2,
	WANT_BOTH = 4
};

#define MINUS WANT_A
#define PLUS  (WANT_A | WANT_B | WANT_BOTH)

static bool
select_section(
    struct buf *out, struct span a, struct span b, unsigned want, size_t *n)
{
	const uint8_t *p = pdu_first(a), *q = pdu_first(b);

	while (p != NULL || q != NULL) {
		int c = p == NULL ? 1 : q == NULL ? -1 : pdu_cmp(p, q);
		const uint8_t *it = c <= 0 ? p : q;
		unsigned bit = c < 0 ? WANT_A : c > 0 ? WANT_B : WANT_BOTH;

		if (want & bit) {
			buf_add(out, it, get32(it + 4));
			++*n;
		}
		if (c <= 0)
			p = pdu_after(p, a);
		if (c >= 0)
			q = pdu_after(q, b);
	}
	return !out->failed;
}

static enum reason
select_pdus(struct table *out, const struct table *a, const struct table *b,
    unsigned want)
{
	struct buf to;

	*out = (struct table){ 0 };
	buf_init(&to, SIZE_MAX / 2);
	for (enum section s = 0; s < SECTIONS; s++) {
		if (!select_section(&to, rtr_table_section(a, s),
			rtr_table_section(b, s), want, &out->n[s]))
			break;
		out->end[s] = to.n;
	}
	out->bytes = rtr_bytes_take(&to);
	return out->bytes == NULL ? R_LIMIT_MEMORY : REASON_OK;
}

void
rtr_delta_fini(struct delta *d)
{
	rtr_table_fini(&d->came);
	rtr_table_fini(&d->went);
}

size_t
rtr_delta_size(const struct delta *d)
{
	return (d->came.bytes == NULL ? 0 : d->came.bytes->n) +
	       (d->went.bytes == NULL ? 0 : d->went.bytes->n);
}

enum reason
rtr_delta_make(
    struct delta *out, const struct table *from, const struct table *to)
{
	enum reason r;

	*out = (struct delta){ 0 };
	r = select_pdus(&out->came, to, from, MINUS);
	if (r == REASON_OK)
		r = select_pdus(&out->went, from, to, MINUS);
	if (r != REASON_OK)
		rtr_delta_fini(out);
	return r;
}

/* (a - b) + (c - d) */
static enum reason
sum_of_rests(struct table *out, const struct table *a, const struct table *b,
    const struct table *c, const struct table *d)
{
	struct table left = { 0 }, right = { 0 };
	enum reason r = select_pdus(&left, a, b, MINUS);

	*out = (struct table){ 0 };
	if (r == REASON_OK)
		r = select_pdus(&right, c, d, MINUS);
	if (r == REASON_OK)
		r = select_pdus(out, &left, &right, PLUS);
	rtr_table_fini(&left);
	rtr_table_fini(&right);
	return r;
}

enum reason
rtr_delta_join(struct delta *out, const struct delta *a, const struct delta *b)
{
	enum reason r;

	*out = (struct delta){ 0 };
	r = sum_of_rests(&out->came, &a->came, &b->went, &b->came, &a->went);
	if (r == REASON_OK)
		r = sum_of_rests(
		    &out->went, &a->went, &b->came, &b->went, &a->came);
	if (r != REASON_OK)
		rtr_delta_fini(out);
	return r;
}

/* ---- bodies ----------------------------------------------------------------
 */

/* Types are in ascending order, and each version added the last of them. */
static enum section
last_section(uint8_t version)
{
	ASSERT(version < RTR_VERSIONS);
	return version == 0   ? SECTION_IPV6
	       : version == 1 ? SECTION_KEY
			      : SECTION_ASPA;
}

size_t
rtr_table_reach(const struct table *t, uint8_t version)
{
	return t->end[last_section(version)];
}

static void
set_version(uint8_t *p, size_t n, uint8_t version)
{
	for (size_t at = 0; at < n; at += get32(p + at + 4))
		p[at] = version;
}

enum reason
body_full(struct rtr_bytes **out, const struct table *t, uint8_t version)
{
	size_t n = rtr_table_reach(t, version);
	struct buf b;

	if (version == 2) {
		*out = rtr_bytes_hold(t->bytes);
		return REASON_OK;
	}
	buf_init(&b, n);
	buf_add(&b, t->bytes->p, n);
	if (!b.failed)
		set_version(b.p, b.n, version);
	*out = rtr_bytes_take(&b);
	return *out == NULL ? R_LIMIT_MEMORY : REASON_OK;
}

/* Withdrawals of prefixes are in the reverse of the announcements' order. */
static void
put_withdrawn_prefixes(struct buf *out, struct span s, size_t size)
{
	for (size_t at = s.n; at > 0; at -= size) {
		size_t start = out->n;

		buf_add(out, s.p + at - size, size);
		if (!out->failed)
			out->p[start + AT_FLAGS] = 0;
	}
}

static void
put_withdrawn_keys(struct buf *out, struct span s)
{
	for (const uint8_t *p = pdu_first(s); p != NULL; p = pdu_after(p, s)) {
		size_t start = out->n;

		buf_add(out, p, get32(p + 4));
		if (!out->failed)
			out->p[start + AT_FLAGS_2] = 0;
	}
}

/* A customer that is announced anew is replaced; one that is not loses all,
 * said without providers (8210bis-26 5.12). */
static void
put_withdrawn_aspas(struct buf *out, struct span went, struct span came)
{
	const uint8_t *q = pdu_first(came);
	uint8_t pdu[PDU_ASPA_N];

	for (const uint8_t *p = pdu_first(went); p != NULL;
	     p = pdu_after(p, went)) {
		uint32_t customer = get32(p + PDU_HEADER);

		while (q != NULL && get32(q + PDU_HEADER) < customer)
			q = pdu_after(q, came);
		if (q != NULL && get32(q + PDU_HEADER) == customer)
			continue;
		put_header(pdu, 2, PDU_ASPA, 0, PDU_ASPA_N);
		put32(pdu + PDU_HEADER, customer);
		buf_add(out, pdu, sizeof(pdu));
	}
}

enum reason
body_delta(struct rtr_bytes **out, const struct delta *d, uint8_t version)
{
	struct buf b;

	buf_init(&b, SIZE_MAX / 2);
	for (enum section s = 0; s <= last_section(version); s++) {
		struct span came = rtr_table_section(&d->came, s);
		struct span went = rtr_table_section(&d->went, s);

		buf_span(&b, came);
		if (s == SECTION_IPV4 || s == SECTION_IPV6)
			put_withdrawn_prefixes(&b, went,
			    s == SECTION_IPV4 ? PDU_IPV4_N : PDU_IPV6_N);
		else if (s == SECTION_KEY)
			put_withdrawn_keys(&b, went);
		else
			put_withdrawn_aspas(&b, went, came);
	}
	if (!b.failed)
		set_version(b.p, b.n, version);
	*out = rtr_bytes_take(&b);
	return *out == NULL ? R_LIMIT_MEMORY : REASON_OK;
}
