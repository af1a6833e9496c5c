#include "tests/fuzz/fetch_rrdp.h"

#include "crypt/crypt.h"

struct seen {
	struct crypt_hash *hash; /* of all events */
	struct rrdp_notification *notification;
	bool is_open; /* in an element */
	size_t heads, items;
};

static void
note(struct seen *s, const void *p, size_t n)
{
	crypt_hash_add(s->hash, span_of(p, n));
}

static enum reason
on_head(void *ctx, const struct rrdp_session *session, uint64_t serial)
{
	struct seen *s = ctx;
	struct rrdp_events e;

	ASSERT(s->heads++ == 0 && serial > 0);
	note(s, session, sizeof(*session));
	note(s, &serial, sizeof(serial));
	e = rrdp_notification_events(s->notification);
	return e.head(e.ctx, session, serial);
}

static enum reason
on_snapshot(void *ctx, struct span uri, const struct digest *hash)
{
	struct seen *s = ctx;
	struct rrdp_events e = rrdp_notification_events(s->notification);

	ASSERT(s->heads == 1);
	note(s, uri.p, uri.n);
	note(s, hash, sizeof(*hash));
	return e.snapshot(e.ctx, uri, hash);
}

static enum reason
on_delta(void *ctx, uint64_t serial, struct span uri, const struct digest *hash)
{
	struct seen *s = ctx;
	struct rrdp_events e = rrdp_notification_events(s->notification);

	ASSERT(s->heads == 1 && serial > 0);
	note(s, uri.p, uri.n);
	return e.delta(e.ctx, serial, uri, hash);
}

static enum reason
on_begin(void *ctx, const struct rrdp_element *e)
{
	struct seen *s = ctx;
	struct limits limits;
	struct uri uri;

	limits_init(&limits);
	ASSERT(s->heads == 1 && !s->is_open);
	ASSERT(!e->is_withdraw || e->has_hash);
	ASSERT((uri_parse(&uri, e->uri, &limits) == REASON_OK) ==
	       (e->bad == REASON_OK));
	s->is_open = true;
	note(s, e->uri.p, e->uri.n);
	return REASON_OK;
}

static enum reason
on_bytes(void *ctx, struct span bytes)
{
	struct seen *s = ctx;

	ASSERT(s->is_open && bytes.n > 0);
	note(s, bytes.p, bytes.n);
	return REASON_OK;
}

static enum reason
on_end(void *ctx)
{
	struct seen *s = ctx;

	ASSERT(s->is_open);
	s->is_open = false;
	s->items++;
	return REASON_OK;
}

/* What was taken as a notification is one that can be planned with. */
static void
check_plan(struct rrdp_notification *n, const struct limits *limits)
{
	struct rrdp_state had = { 0 };
	struct rrdp_plan p;

	if (rrdp_notification_check(n) != REASON_OK)
		return;
	rrdp_plan(&p, NULL, n, limits);
	ASSERT(p.what == RRDP_BY_SNAPSHOT);
	had.session = n->session;
	had.serial = n->serial > 3 ? n->serial - 2 : n->serial;
	rrdp_plan(&p, &had, n, limits);
	ASSERT(p.what != RRDP_BY_DELTAS ||
	       (p.n == n->serial - had.serial && p.first + p.n <= n->n));
	rrdp_state_next(&had, n);
	rrdp_plan(&p, &had, n, limits);
	ASSERT(p.what == RRDP_NOTHING);
}

static enum reason
read_in_pieces(
    uint8_t out[32], enum rrdp_kind kind, struct span file, size_t piece)
{
	struct rrdp_notification n;
	struct seen s = { .hash = crypt_hash_new(), .notification = &n };
	const struct rrdp_events events = { on_head, on_snapshot, on_delta,
		on_begin, on_bytes, on_end, &s };
	struct rrdp_reader *x;
	struct limits limits;
	struct arena a;
	struct uri uri;
	enum reason r;

	limits_init(&limits);
	arena_init(&a, (size_t)4 << 20);
	ASSERT(s.hash != NULL &&
	       uri_parse(&uri, SPAN("https://rrdp.ripe.net/n.xml"), &limits) ==
		   REASON_OK);
	rrdp_notification_init(&n, &uri, &a, &limits);
	r = rrdp_reader_new(&x, kind, &events, &limits);
	ASSERT(r == REASON_OK);
	while (r == REASON_OK && file.n > 0) {
		size_t part = file.n < piece ? file.n : piece;

		r = rrdp_reader_feed(x, span_of(file.p, part));
		file = span_of(file.p + part, file.n - part);
	}
	if (r == REASON_OK)
		r = rrdp_reader_end(x);
	ASSERT(r != REASON_OK || (s.heads == 1 && !s.is_open));
	if (r == REASON_OK && kind == RRDP_NOTIFICATION)
		check_plan(&n, &limits);
	rrdp_reader_free(x);
	crypt_hash_take(s.hash, out);
	arena_fini(&a);
	return r;
}

/* Where in a broken file it stops may differ by the pieces, and so what was
 * seen before; a good file is the same whatever the pieces. */
void
fuzz_rrdp(enum rrdp_kind kind, struct span file)
{
	struct digest whole, pieces;
	enum reason a, b;

	a = read_in_pieces(whole.b, kind, file, file.n + 1);
	b = read_in_pieces(pieces.b, kind, file, 97);
	ASSERT((a == REASON_OK) == (b == REASON_OK));
	ASSERT(a != REASON_OK || digest_eq(&whole, &pieces));
}
