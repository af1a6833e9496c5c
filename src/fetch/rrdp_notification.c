/* What a notification says, collected and checked as a whole. */
#include <stdlib.h>

#include "fetch/rrdp.h"

void
rrdp_notification_init(struct rrdp_notification *out, const struct uri *origin,
    struct arena *arena, const struct limits *limits)
{
	*out = (struct rrdp_notification){
		.arena = arena, .limits = limits, .origin = *origin
	};
}

bool
uri_is_same_origin(const struct uri *a, const struct uri *b)
{
	static const struct span usual = { (const uint8_t *)"443", 3 };
	struct span pa = a->port.n > 0 ? a->port : usual;
	struct span pb = b->port.n > 0 ? b->port : usual;

	return a->scheme == b->scheme && span_eq(a->host, b->host) &&
	       span_eq(pa, pb);
}

static enum reason
file_uri_check(const struct rrdp_notification *x, struct span text)
{
	struct uri uri;

	if (uri_parse(&uri, text, x->limits) != REASON_OK ||
	    uri.scheme != URI_HTTPS)
		return R_RRDP_URI;
	return uri_is_same_origin(&uri, &x->origin) ? REASON_OK : R_RRDP_ORIGIN;
}

static enum reason
on_head(void *ctx, const struct rrdp_session *session, uint64_t serial)
{
	struct rrdp_notification *x = ctx;

	x->session = *session;
	x->serial = serial;
	return REASON_OK;
}

static enum reason
on_snapshot(void *ctx, struct span uri, const struct digest *hash)
{
	struct rrdp_notification *x = ctx;

	TRY(file_uri_check(x, uri));
	x->snapshot_uri = arena_dup(x->arena, uri);
	if (x->snapshot_uri.p == NULL)
		return R_LIMIT_MEMORY;
	x->snapshot_hash = *hash;
	x->has_snapshot = true;
	return REASON_OK;
}

static enum reason
grow(struct rrdp_notification *x)
{
	size_t size = x->size == 0 ? 16 : x->size * 2;
	struct rrdp_listed *more =
	    ARENA_ARRAY(x->arena, size, struct rrdp_listed);

	if (more == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < x->n; i++)
		more[i] = x->deltas[i];
	x->deltas = more;
	x->size = size;
	return REASON_OK;
}

static enum reason
on_delta(void *ctx, uint64_t serial, struct span uri, const struct digest *hash)
{
	struct rrdp_notification *x = ctx;
	struct rrdp_listed d = { .serial = serial, .hash = *hash };

	TRY(file_uri_check(x, uri));
	if (x->n >= x->limits->delta_list) {
		x->is_cut = true;
		return R_RRDP_MANY;
	}
	if (x->n == x->size)
		TRY(grow(x));
	d.uri = arena_dup(x->arena, uri);
	if (d.uri.p == NULL)
		return R_LIMIT_MEMORY;
	x->deltas[x->n++] = d;
	return REASON_OK;
}

struct rrdp_events
rrdp_notification_events(struct rrdp_notification *x)
{
	return (struct rrdp_events){ .head = on_head,
		.snapshot = on_snapshot,
		.delta = on_delta,
		.ctx = x };
}

static int
by_serial(const void *a, const void *b)
{
	const struct rrdp_listed *x = a, *y = b;

	return (x->serial > y->serial) - (x->serial < y->serial);
}

/* One serial is one delta, RFC 8182 3.5.1.3. */
enum reason
rrdp_notification_check(struct rrdp_notification *x)
{
	if (x->serial == 0 || !x->has_snapshot)
		return R_RRDP_ELEMENT;
	if (x->n > 0)
		qsort(x->deltas, x->n, sizeof(*x->deltas), by_serial);
	for (size_t i = 1; i < x->n; i++)
		if (x->deltas[i].serial == x->deltas[i - 1].serial)
			return R_RRDP_DUPLICATE;
	return REASON_OK;
}
