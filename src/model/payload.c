/* Payloads: their order, and until when they hold. */
#include <string.h>

#include "model/model.h"

static int
number_order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int
vrp_cmp(const struct vrp *a, const struct vrp *b)
{
	int c = prefix_cmp(&a->prefix, &b->prefix);

	if (c == 0)
		c = number_order(a->max_len, b->max_len);
	return c != 0 ? c : number_order(a->asn.v, b->asn.v);
}

static int
aspa_cmp(const struct aspa *a, const struct aspa *b)
{
	size_t n = a->n < b->n ? a->n : b->n;
	int c = number_order(a->customer.v, b->customer.v);

	for (size_t i = 0; c == 0 && i < n; i++)
		c = number_order(a->providers[i].v, b->providers[i].v);
	return c != 0 ? c : number_order(a->n, b->n);
}

static int
key_cmp(const struct router_key *a, const struct router_key *b)
{
	int c = number_order(a->asn.v, b->asn.v);

	if (c == 0)
		c = memcmp(a->ski.b, b->ski.b, sizeof(a->ski.b));
	return c != 0 ? c : span_cmp(a->spki, b->spki);
}

int
payload_cmp(const struct payload *a, const struct payload *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	switch (a->kind) {
	case PAYLOAD_VRP:
		return vrp_cmp(&a->vrp, &b->vrp);
	case PAYLOAD_ASPA:
		return aspa_cmp(&a->aspa, &b->aspa);
	case PAYLOAD_ROUTER_KEY:
		return key_cmp(&a->key, &b->key);
	}
	BUG("a kind of payload");
}

static int
chain_cmp(const struct link *a, const struct link *b)
{
	int c = 0;

	for (; c == 0 && a != NULL && b != NULL && a != b;
	     a = a->parent, b = b->parent) {
		c = span_cmp(a->uri, b->uri);
		if (c == 0)
			c = span_cmp(SPAN_OF(a->hash), SPAN_OF(b->hash));
	}
	return c != 0 ? c : (a != NULL) - (b != NULL);
}

static int
origin_cmp(const struct origin *a, const struct origin *b)
{
	unsigned a_depth, b_depth;
	int c;

	if (a == b)
		return 0;
	a_depth = a->chain == NULL ? 0 : a->chain->depth;
	b_depth = b->chain == NULL ? 0 : b->chain->depth;
	c = span_cmp(a->source, b->source);
	if (c == 0)
		c = number_order(a_depth, b_depth);
	if (c == 0)
		c = span_cmp(a->uri, b->uri);
	if (c == 0)
		c = span_cmp(SPAN_OF(a->hash), SPAN_OF(b->hash));
	return c != 0 ? c : chain_cmp(a->chain, b->chain);
}

int
payload_order(const void *va, const void *vb)
{
	const struct payload *a = va, *b = vb;
	int c = payload_cmp(a, b);

	return c != 0 ? c : origin_cmp(a->origin, b->origin);
}

int64_t
payload_expires_at(const struct payload *p)
{
	const struct origin *o = p->origin;
	int64_t at = o->not_after_at;

	if (o->stale_at < at)
		at = o->stale_at;
	return o->chain_until_at < at ? o->chain_until_at : at;
}

struct asn
payload_asn(const struct payload *p)
{
	switch (p->kind) {
	case PAYLOAD_VRP:
		return p->vrp.asn;
	case PAYLOAD_ASPA:
		return p->aspa.customer;
	case PAYLOAD_ROUTER_KEY:
		return p->key.asn;
	}
	BUG("a kind of payload");
}

#define PROVIDERS_TOLD 100

static void
aspa_words(struct buf *out, const struct aspa *a)
{
	size_t n = a->n < PROVIDERS_TOLD ? a->n : PROVIDERS_TOLD;

	buf_printf(out, "ASPA AS%u%s", a->customer.v, n > 0 ? ":" : "");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, " AS%u", a->providers[i].v);
	if (a->n > n)
		buf_printf(out, " and %zu more", a->n - n);
}

void
payload_words(struct buf *out, const struct payload *p)
{
	char prefix[PREFIX_TEXT];

	switch (p->kind) {
	case PAYLOAD_VRP:
		prefix_write(prefix, &p->vrp.prefix);
		buf_puts(out, prefix);
		if (p->vrp.max_len > p->vrp.prefix.len)
			buf_printf(out, "-%u", p->vrp.max_len);
		buf_printf(out, " AS%u", p->vrp.asn.v);
		return;
	case PAYLOAD_ASPA:
		aspa_words(out, &p->aspa);
		return;
	case PAYLOAD_ROUTER_KEY:
		buf_printf(out, "router key AS%u", p->key.asn.v);
		return;
	}
	BUG("a kind of payload");
}

struct payload_counts
payload_count(const struct payload *p, size_t n)
{
	struct payload_counts out = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && payload_cmp(&p[i - 1], &p[i]) == 0)
			continue;
		out.vrps += p[i].kind == PAYLOAD_VRP;
		out.aspa_customers +=
		    p[i].kind == PAYLOAD_ASPA &&
		    (i == 0 || p[i - 1].kind != PAYLOAD_ASPA ||
			p[i - 1].aspa.customer.v != p[i].aspa.customer.v);
		out.router_keys += p[i].kind == PAYLOAD_ROUTER_KEY;
	}
	return out;
}
