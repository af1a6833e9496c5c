/*
 * The record of a ledger in the store. What has come to it since stands at its
 * end, so that a record of before is one, too: what was accepted is never
 * forgotten for a new version.
 */
#include <string.h>

#include "run/follow.h"

#define KEPT_FORM "cairn follow 1"

static void
put(struct buf *b, const void *p, size_t n)
{
	buf_add(b, p, n);
}

static void
put_u64(struct buf *b, uint64_t v)
{
	put(b, &v, sizeof(v));
}

static void
put_span(struct buf *b, struct span s)
{
	put_u64(b, s.n);
	buf_span(b, s);
}

static size_t
bits_set(uint64_t v)
{
	size_t n = 0;

	for (; v != 0; v &= v - 1)
		n++;
	return n;
}

/* Reasons are kept by their ids: numbers change from version to version. */
static void
put_reasons(struct buf *b, const uint64_t reasons[REASON_COUNT])
{
	uint64_t n = 0;

	for (size_t i = 0; i < REASON_COUNT; i++)
		n += reasons[i] > 0;
	put_u64(b, n);
	for (size_t i = 0; i < REASON_COUNT; i++)
		if (reasons[i] > 0) {
			put_span(b, span_str(reason_id((enum reason)i)));
			put_u64(b, reasons[i]);
		}
}

void
kept_write(struct buf *b, const struct kept *k)
{
	put_span(b, SPAN(KEPT_FORM));
	put_u64(b, k->frontier.size);
	put(b, k->frontier.hash,
	    bits_set(k->frontier.size) * sizeof(k->frontier.hash[0]));
	put(b, &k->root, sizeof(k->root));
	put(b, &k->cosigned_at, sizeof(k->cosigned_at));
	put_u64(b, k->frozen);
	put(b, &k->successions, sizeof(k->successions));
	put_span(b, k->note);
	put_span(b, k->evidence);
	put_u64(b, k->n_tags);
	for (size_t i = 0; i < k->n_tags; i++) {
		put(b, &k->tags[i].source, sizeof(k->tags[i].source));
		put_span(b, span_str(k->tags[i].etag));
	}
	put_reasons(b, k->reasons);
	/* Records of before there were any end here. */
	if (!k->has_looked)
		return;
	put_u64(b, k->n_mirrors);
	for (size_t i = 0; i < k->n_mirrors; i++)
		put_span(b, k->mirrors[i]);
}

/* What put_u64 and put_span wrote: the wire between processes has a form of
 * its own, which may be another in the next version. */
static uint64_t
get_max(struct wire_in *r, uint64_t max)
{
	uint64_t v;

	wire_get(r, &v, sizeof(v));
	r->failed = r->failed || v > max;
	return r->failed ? 0 : v;
}

static struct span
get_span(struct wire_in *r)
{
	uint64_t n = get_max(r, r->n);
	struct span s = { r->p + r->at, 0 };

	if (r->failed || n > r->n - r->at) {
		r->failed = true;
		return s;
	}
	s.n = (size_t)n;
	r->at += s.n;
	return s;
}

static int64_t
get_at(struct wire_in *r)
{
	int64_t v;

	wire_get(r, &v, sizeof(v));
	return v;
}

static bool
get_tags(struct wire_in *r, struct kept *k)
{
	k->n_tags = (size_t)get_max(r, COUNT(k->tags));
	for (size_t i = 0; i < k->n_tags; i++) {
		struct kept_tag *t = &k->tags[i];
		struct span etag;

		wire_get(r, &t->source, sizeof(t->source));
		etag = get_span(r);
		if (r->failed || etag.n >= sizeof(t->etag))
			return false;
		memcpy(t->etag, etag.p, etag.n);
		t->etag[etag.n] = '\0';
	}
	return true;
}

static bool
get_reasons(struct wire_in *r, struct kept *k)
{
	uint64_t n = get_max(r, REASON_COUNT);

	for (uint64_t i = 0; i < n; i++) {
		struct span id = get_span(r);
		uint64_t count = get_max(r, UINT64_MAX);
		char text[64];

		if (r->failed || id.n >= sizeof(text))
			return false;
		memcpy(text, id.p, id.n);
		text[id.n] = '\0';
		k->reasons[reason_by_id(text)] += count;
	}
	return true;
}

static bool
get_mirrors(struct wire_in *r, struct kept *k)
{
	if (r->failed || r->at == r->n)
		return !r->failed;
	k->has_looked = true;
	k->n_mirrors = (size_t)get_max(r, MIRRORS_MAX);
	for (size_t i = 0; i < k->n_mirrors; i++)
		k->mirrors[i] = get_span(r);
	return !r->failed;
}

bool
kept_parse(struct kept *out, struct span bytes)
{
	struct wire_in r = { .p = bytes.p, .n = bytes.n };
	struct digest root;

	*out = (struct kept){ 0 };
	if (!span_eq(get_span(&r), SPAN(KEPT_FORM)))
		return false;
	out->frontier.size = get_max(&r, INT64_MAX);
	wire_get(&r, out->frontier.hash,
	    bits_set(out->frontier.size) * sizeof(out->frontier.hash[0]));
	wire_get(&r, &out->root, sizeof(out->root));
	out->cosigned_at = get_at(&r);
	out->frozen = get_max(&r, 1) == 1;
	wire_get(&r, &out->successions, sizeof(out->successions));
	out->note = get_span(&r);
	out->evidence = get_span(&r);
	if (!get_tags(&r, out) || !get_reasons(&r, out) ||
	    !get_mirrors(&r, out))
		return false;
	merkle_root(&root, &out->frontier);
	return !r.failed && r.at == r.n && digest_eq(&root, &out->root);
}
