/* Tables from payloads: each payload once, in order, one ASPA a customer. */
#include <stdlib.h>
#include <string.h>

#include "rtr/table.h"

struct rtr_bytes *
rtr_bytes_hold(struct rtr_bytes *b)
{
	b->refs++;
	return b;
}

void
rtr_bytes_drop(struct rtr_bytes *b)
{
	if (b == NULL || --b->refs > 0)
		return;
	base_free(b->p);
	base_free(b);
}

struct rtr_bytes *
rtr_bytes_take(struct buf *from)
{
	struct rtr_bytes *b = from->failed ? NULL : base_alloc(sizeof(*b));

	if (b == NULL) {
		buf_fini(from);
		return NULL;
	}
	*b = (struct rtr_bytes){ .refs = 1, .n = from->n, .p = from->p };
	buf_init(from, 0);
	return b;
}

void
rtr_table_fini(struct table *t)
{
	rtr_bytes_drop(t->bytes);
	*t = (struct table){ 0 };
}

struct span
rtr_table_section(const struct table *t, enum section s)
{
	size_t from = s == 0 ? 0 : t->end[s - 1];

	/* A table that was never made has no bytes. */
	return t->bytes == NULL || t->end[s] == from
		   ? (struct span){ 0 }
		   : span_of(t->bytes->p + from, t->end[s] - from);
}

size_t
rtr_table_count(const struct table *t)
{
	return t->n[SECTION_IPV4] + t->n[SECTION_IPV6] + t->n[SECTION_KEY] +
	       t->n[SECTION_ASPA];
}

/* ---- prefixes ---------------------------------------------------------- */

/* Whoever made the payload has checked it; a router must never see another,
 * so look again (CVE-2021-3761, CVE-2021-41531: routers end the session). */
static bool
vrp_is_sound(const struct vrp *v)
{
	unsigned bits = family_bits(v->prefix.family), len = v->prefix.len;
	const uint8_t *b = v->prefix.addr.b;

	if (len > v->max_len || v->max_len > bits)
		return false;
	if (len % 8 != 0 && (b[len / 8] & (0xff >> len % 8)) != 0)
		return false;
	for (size_t i = (len + 7) / 8; i < bits / 8; i++)
		if (b[i] != 0)
			return false;
	return true;
}

static void
put_vrp(uint8_t *p, const struct vrp *v)
{
	bool v4 = v->prefix.family == FAMILY_V4;
	size_t n = v4 ? 4 : 16;

	put_header(
	    p, 2, v4 ? PDU_IPV4 : PDU_IPV6, 0, v4 ? PDU_IPV4_N : PDU_IPV6_N);
	p[AT_FLAGS] = 1;
	p[AT_LEN] = v->prefix.len;
	p[AT_MAX_LEN] = v->max_len;
	p[AT_MAX_LEN + 1] = 0;
	memcpy(p + AT_ADDR, v->prefix.addr.b, n);
	put32(p + AT_ADDR + n, v->asn.v);
}

static int
pdu_order(const void *a, const void *b)
{
	return pdu_cmp(a, b);
}

/* A view is sorted by address, upwards: in its reverse, only the PDUs of one
 * address are to be put in order. */
static void
sort_runs(uint8_t *p, size_t n, size_t size)
{
	size_t addr_n = pdu_addr_n(p[1]), run;
	bool sorted = true;

	for (size_t i = 0; i < n; i += run) {
		const uint8_t *first = p + i * size;

		for (run = 1; i + run < n; run++)
			if (memcmp(first + AT_ADDR,
				first + run * size + AT_ADDR, addr_n) != 0)
				break;
		if (run > 1)
			qsort(p + i * size, run, size, pdu_order);
		if (i > 0 && pdu_cmp(first - size, first) > 0)
			sorted = false;
	}
	if (!sorted)
		qsort(p, n, size, pdu_order);
}

/* The same payload of two origins is one: 8210bis-26 5.6. */
static size_t
drop_doubles(uint8_t *p, size_t n, size_t size)
{
	size_t kept = 1;

	for (size_t i = 1; i < n; i++) {
		if (pdu_cmp(p + (kept - 1) * size, p + i * size) == 0)
			continue;
		if (kept != i)
			memcpy(p + kept * size, p + i * size, size);
		kept++;
	}
	return kept;
}

static void
add_prefixes(struct table *out, struct buf *to, enum section section,
    const struct payload *all, size_t n_all)
{
	enum family family = section == SECTION_IPV4 ? FAMILY_V4 : FAMILY_V6;
	size_t size = family == FAMILY_V4 ? PDU_IPV4_N : PDU_IPV6_N, n = 0;
	size_t start = to->n;
	uint8_t *p, pdu[PDU_IPV6_N];

	for (size_t i = n_all; i-- > 0;) {
		const struct vrp *v = &all[i].vrp;

		if (all[i].kind != PAYLOAD_VRP || v->prefix.family != family)
			continue;
		if (!vrp_is_sound(v)) {
			out->left_out++;
			continue;
		}
		put_vrp(pdu, v);
		buf_add(to, pdu, size);
		n++;
	}
	if (!to->failed && n > 0) {
		p = to->p + start;
		sort_runs(p, n, size);
		n = drop_doubles(p, n, size);
		to->n = start + n * size;
	}
	out->n[section] = n;
	out->end[section] = to->n;
}

/* ---- router keys and ASPAs ----------------------------------------------- */

/* As VEC() makes them. */
struct picked {
	const struct payload **v;
	size_t n, cap;
};

static enum reason
pick(struct picked *out, enum payload_kind kind, const struct payload *all,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].kind == kind && !vec_push(out, &all[i]))
			return R_LIMIT_MEMORY;
	return REASON_OK;
}

static int
key_order(const void *va, const void *vb)
{
	const struct router_key *a = &(*(const struct payload *const *)va)->key;
	const struct router_key *b = &(*(const struct payload *const *)vb)->key;
	int c = memcmp(a->ski.b, b->ski.b, sizeof(a->ski.b));

	if (c == 0)
		c = (a->spki.n > b->spki.n) - (a->spki.n < b->spki.n);
	if (c == 0)
		c = span_cmp(a->spki, b->spki);
	return c != 0 ? c : (a->asn.v > b->asn.v) - (a->asn.v < b->asn.v);
}

static void
put_key(struct buf *to, const struct router_key *k)
{
	uint8_t head[PDU_KEY_N];

	put_header(
	    head, 2, PDU_ROUTER_KEY, 0x0100, (uint32_t)(PDU_KEY_N + k->spki.n));
	memcpy(head + AT_SKI, k->ski.b, sizeof(k->ski.b));
	put32(head + AT_KEY_ASN, k->asn.v);
	buf_add(to, head, sizeof(head));
	buf_span(to, k->spki);
}

static enum reason
add_keys(struct table *out, struct buf *to, const struct payload *all, size_t n)
{
	struct picked keys = { 0 };
	enum reason r = pick(&keys, PAYLOAD_ROUTER_KEY, all, n);

	if (r == REASON_OK && keys.n > 1)
		qsort(keys.v, keys.n, sizeof(keys.v[0]), key_order);
	for (size_t i = 0; r == REASON_OK && i < keys.n; i++) {
		const struct router_key *k = &keys.v[i]->key;

		if (k->spki.n == 0 || k->spki.n > RTR_PDU_MAX - PDU_KEY_N) {
			out->left_out++;
			continue;
		}
		if (i > 0 && key_order(&keys.v[i - 1], &keys.v[i]) == 0)
			continue;
		put_key(to, k);
		out->n[SECTION_KEY]++;
	}
	out->end[SECTION_KEY] = to->n;
	vec_fini(&keys);
	return r;
}

static int
customer_order(const void *va, const void *vb)
{
	uint32_t a = (*(const struct payload *const *)va)->aspa.customer.v;
	uint32_t b = (*(const struct payload *const *)vb)->aspa.customer.v;

	return (a > b) - (a < b);
}

static int
asn_order(const void *va, const void *vb)
{
	const struct asn *a = va, *b = vb;

	return (a->v > b->v) - (a->v < b->v);
}

struct asn_list {
	struct asn *v;
	size_t n, cap;
};

/* One customer's ASPAs are one PDU: all providers, each once, and AS 0 only
 * where there is no other (8210bis-26 5.12, 10). */
static enum reason
unite(struct asn_list *out, const struct payload *const *p, size_t n)
{
	size_t kept = 0;

	out->n = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < p[i]->aspa.n; j++)
			if (!vec_push(out, p[i]->aspa.providers[j]))
				return R_LIMIT_MEMORY;
	if (out->n > 1)
		qsort(out->v, out->n, sizeof(out->v[0]), asn_order);
	for (size_t i = 0; i < out->n; i++)
		if (kept == 0 || out->v[kept - 1].v != out->v[i].v)
			out->v[kept++] = out->v[i];
	if (kept > 1 && out->v[0].v == 0) {
		memmove(out->v, out->v + 1, (kept - 1) * sizeof(out->v[0]));
		kept--;
	}
	out->n = kept;
	return REASON_OK;
}

static void
put_aspa(struct table *out, struct buf *to, uint32_t customer,
    const struct asn_list *providers)
{
	uint8_t word[PDU_ASPA_N];

	if (providers->n == 0 ||
	    providers->n > (RTR_PDU_MAX - PDU_ASPA_N) / 4) {
		out->left_out++;
		return;
	}
	put_header(word, 2, PDU_ASPA, 0x0100,
	    (uint32_t)(PDU_ASPA_N + 4 * providers->n));
	put32(word + PDU_HEADER, customer);
	buf_add(to, word, PDU_ASPA_N);
	for (size_t i = 0; i < providers->n; i++) {
		put32(word, providers->v[i].v);
		buf_add(to, word, 4);
	}
	out->n[SECTION_ASPA]++;
}

static enum reason
add_aspas(
    struct table *out, struct buf *to, const struct payload *all, size_t n)
{
	struct picked list = { 0 };
	struct asn_list providers = { 0 };
	enum reason r = pick(&list, PAYLOAD_ASPA, all, n);
	size_t same;

	if (r == REASON_OK && list.n > 1)
		qsort(list.v, list.n, sizeof(list.v[0]), customer_order);
	for (size_t i = 0; r == REASON_OK && i < list.n; i += same) {
		for (same = 1; i + same < list.n; same++)
			if (customer_order(&list.v[i], &list.v[i + same]) != 0)
				break;
		r = unite(&providers, &list.v[i], same);
		if (r == REASON_OK)
			put_aspa(
			    out, to, list.v[i]->aspa.customer.v, &providers);
	}
	out->end[SECTION_ASPA] = to->n;
	vec_fini(&providers);
	vec_fini(&list);
	return r;
}

/* ---- all of it ------------------------------------------------------------
 */

/* At once, not by doubling: a table of the world is some 20 MB. */
static size_t
most_bytes(const struct payload *all, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		switch (all[i].kind) {
		case PAYLOAD_VRP:
			sum += all[i].vrp.prefix.family == FAMILY_V4
				   ? PDU_IPV4_N
				   : PDU_IPV6_N;
			break;
		case PAYLOAD_ASPA:
			sum += PDU_ASPA_N + 4 * all[i].aspa.n;
			break;
		case PAYLOAD_ROUTER_KEY:
			sum += PDU_KEY_N + all[i].key.spki.n;
			break;
		}
	return sum;
}

enum reason
rtr_table_make(struct table *out, const struct payload *all, size_t n)
{
	struct buf to;
	enum reason r;

	*out = (struct table){ 0 };
	buf_init(&to, most_bytes(all, n));
	if (to.cap > 0 && buf_insert(&to, 0, to.cap) == NULL) {
		buf_fini(&to);
		return R_LIMIT_MEMORY;
	}
	to.n = 0;
	add_prefixes(out, &to, SECTION_IPV4, all, n);
	add_prefixes(out, &to, SECTION_IPV6, all, n);
	r = add_keys(out, &to, all, n);
	if (r == REASON_OK)
		r = add_aspas(out, &to, all, n);
	if (r != REASON_OK) {
		buf_fini(&to);
		return r;
	}
	out->bytes = rtr_bytes_take(&to);
	return out->bytes == NULL ? R_LIMIT_MEMORY : REASON_OK;
}
