/*
 * What is remembered of a repository and of its sources, as bytes for the
 * store: the struct's fields in order, numbers in big-endian, strings with
 * their length.
 */
#include <string.h>

#include "fetch/fetch.h"

#define FORMAT_VERSION 1

struct in {
	struct span rest;
	bool failed;
};

static void
put_number(struct buf *out, uint64_t v)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_byte(out, (uint8_t)(v >> shift));
}

static void
put_text(struct buf *out, const char *text)
{
	put_number(out, strlen(text));
	buf_puts(out, text);
}

void
rrdp_state_write(struct buf *out, const struct rrdp_state *s)
{
	buf_byte(out, FORMAT_VERSION);
	put_number(out, s->serial);
	buf_add(out, s->session.b, sizeof(s->session.b));
	put_text(out, s->etag);
	put_text(out, s->modified);
	put_number(out, s->n_seen);
	for (size_t i = 0; i < s->n_seen; i++) {
		put_number(out, s->seen[i].serial);
		buf_add(out, s->seen[i].hash.b, sizeof(s->seen[i].hash.b));
	}
}

static void
get(struct in *in, void *out, size_t n)
{
	if (in->failed || in->rest.n < n) {
		in->failed = true;
		memset(out, 0, n);
		return;
	}
	memcpy(out, in->rest.p, n);
	in->rest = span_of(in->rest.p + n, in->rest.n - n);
}

static uint64_t
get_number(struct in *in)
{
	uint64_t v = 0;
	uint8_t b[8];

	get(in, b, sizeof(b));
	for (size_t i = 0; i < sizeof(b); i++)
		v = v << 8 | b[i];
	return v;
}

static void
get_text(struct in *in, char *out, size_t size)
{
	uint64_t n = get_number(in);

	if (n >= size) {
		in->failed = true;
		return;
	}
	get(in, out, (size_t)n);
	out[n] = '\0';
	for (size_t i = 0; i < (size_t)n; i++)
		if (out[i] < ' ' || out[i] > '~')
			in->failed = true;
}

bool
rrdp_state_parse(struct rrdp_state *out, struct span bytes)
{
	struct in in = { bytes, false };
	struct rrdp_state s = { 0 };
	uint8_t version;

	get(&in, &version, 1);
	if (version != FORMAT_VERSION)
		return false;
	s.serial = get_number(&in);
	get(&in, s.session.b, sizeof(s.session.b));
	get_text(&in, s.etag, sizeof(s.etag));
	get_text(&in, s.modified, sizeof(s.modified));
	s.n_seen = (size_t)get_number(&in);
	if (s.n_seen > RRDP_SEEN)
		return false;
	for (size_t i = 0; i < s.n_seen; i++) {
		s.seen[i].serial = get_number(&in);
		get(&in, s.seen[i].hash.b, sizeof(s.seen[i].hash.b));
	}
	if (in.failed || in.rest.n != 0)
		return false;
	*out = s;
	return true;
}

/* ---- health ---------------------------------------------------------- */

void
fetch_health_write(struct buf *out, const struct fetch_health *h)
{
	buf_byte(out, FORMAT_VERSION);
	put_number(out, h->failures);
	put_number(out, (uint64_t)h->good_at);
	put_number(out, (uint64_t)h->next_at);
	for (size_t i = 0; i < COUNT(h->flips); i++)
		put_number(out, (uint64_t)h->flips[i]);
}

static int64_t
get_time(struct in *in)
{
	uint64_t v = get_number(in);

	in->failed = in->failed || v > INT64_MAX;
	return in->failed ? 0 : (int64_t)v;
}

bool
fetch_health_parse(struct fetch_health *out, struct span bytes)
{
	struct in in = { bytes, false };
	struct fetch_health h = { 0 };
	uint64_t failures;
	uint8_t version;

	get(&in, &version, 1);
	failures = get_number(&in);
	h.good_at = get_time(&in);
	h.next_at = get_time(&in);
	for (size_t i = 0; i < COUNT(h.flips); i++)
		h.flips[i] = get_time(&in);
	if (in.failed || in.rest.n != 0 || version != FORMAT_VERSION ||
	    failures > UINT32_MAX)
		return false;
	h.failures = (uint32_t)failures;
	*out = h;
	return true;
}
