/*
 * The schema of RFC 8182 3.5.4, as a machine of few states. Attributes are
 * checked here; what they mean together, by whoever gets the events.
 */
#include <string.h>

#include "fetch/rrdp.h"
#include "fetch/xml.h"

#define NAMESPACE "http://www.ripe.net/rpki/rrdp"
#define ATTRS     5

enum where {
	AT_START,
	IN_FILE,     /* in the outermost element */
	AFTER_FIRST, /* notification: after its snapshot */
	IN_EMPTY,    /* in an element without contents */
	IN_PUBLISH,
	AT_END
};

struct rrdp_reader {
	struct xml *xml;
	enum rrdp_kind kind;
	enum where place, back; /* back: where an element leads to */
	const struct rrdp_events *events;
	const struct limits *limits;
	struct base64 base64;
};

/* ---- attributes ------------------------------------------------------ */

enum attr {
	ATTR_VERSION,
	ATTR_SESSION,
	ATTR_SERIAL,
	ATTR_URI,
	ATTR_HASH
};

/* NULL: not there. */
struct attrs {
	const char *v[ATTRS];
};

#define BIT(attr) (1u << (attr))

/* All of `must` and any of `may`, nothing else. */
static enum reason
attrs_read(
    struct attrs *out, const char *const *list, unsigned must, unsigned may)
{
	static const char *const names[ATTRS] = { "version", "session_id",
		"serial", "uri", "hash" };
	unsigned seen = 0;

	*out = (struct attrs){ 0 };
	for (; list[0] != NULL; list += 2) {
		size_t i = 0;

		while (i < ATTRS && strcmp(list[0], names[i]) != 0)
			i++;
		if (i == ATTRS || ((must | may) & BIT(i)) == 0)
			return R_RRDP_ATTRIBUTE;
		out->v[i] = list[1];
		seen |= BIT(i);
	}
	return (seen & must) == must ? REASON_OK : R_RRDP_ATTRIBUTE;
}

/* RFC 9562 4 and 5.4: hexadecimal, groups, version 4, its variant. */
bool
rrdp_session_parse(struct rrdp_session *out, struct span text)
{
	static const uint8_t group[] = { 4, 2, 2, 2, 6 };
	size_t at = 0, n = 0;

	if (text.n != 36)
		return false;
	for (size_t g = 0; g < COUNT(group); g++) {
		if (g > 0 && text.p[at++] != '-')
			return false;
		if (!hex_parse(out->b + n, group[g],
			span_of(text.p + at, (size_t)2 * group[g])))
			return false;
		n += group[g];
		at += (size_t)2 * group[g];
	}
	return out->b[6] >> 4 == 4 && out->b[8] >> 6 == 2;
}

static enum reason
serial_parse(uint64_t *out, const char *text)
{
	if (!decimal_parse(out, span_str(text), INT64_MAX) || *out == 0)
		return R_RRDP_SERIAL;
	return REASON_OK;
}

static enum reason
hash_parse(struct digest *out, const char *text)
{
	return hex_parse(out->b, sizeof(out->b), span_str(text))
		   ? REASON_OK
		   : R_RRDP_HASH_FORM;
}

/*
 * One CA may put a name into a repository that nobody takes: that is its own
 * loss, and its name is kept so that deltas still apply. What tries to be
 * something else than a name is the server's fault.
 */
static enum reason
object_uri_check(struct rrdp_element *e, const struct limits *limits)
{
	enum reason r;
	struct uri uri;

	r = uri_parse(&uri, e->uri, limits);
	if (r == REASON_OK && uri.scheme == URI_RSYNC)
		return REASON_OK;
	if (e->uri.n <= limits->uri_max &&
	    span_starts(e->uri, SPAN("rsync:")) &&
	    (r == R_URI_LENGTH ||
		(r == R_URI_SYNTAX &&
		    memchr(e->uri.p, '%', e->uri.n) == NULL))) {
		e->bad = R_RRDP_OBJECT_URI;
		return REASON_OK;
	}
	return R_RRDP_URI;
}

/* ---- elements -------------------------------------------------------- */

static enum reason
open_file(struct rrdp_reader *x, const char *name, const char *const *list)
{
	static const char *const names[] = { "notification", "snapshot",
		"delta" };
	struct rrdp_session session;
	struct attrs a;
	uint64_t serial;

	if (strcmp(name, names[x->kind]) != 0)
		return R_RRDP_ELEMENT;
	TRY(attrs_read(&a, list,
	    BIT(ATTR_VERSION) | BIT(ATTR_SESSION) | BIT(ATTR_SERIAL), 0));
	if (strcmp(a.v[ATTR_VERSION], "1") != 0)
		return R_RRDP_VERSION;
	if (!rrdp_session_parse(&session, span_str(a.v[ATTR_SESSION])))
		return R_RRDP_SESSION;
	TRY(serial_parse(&serial, a.v[ATTR_SERIAL]));
	x->place = IN_FILE;
	return x->events->head(x->events->ctx, &session, serial);
}

/* RFC 8182 3.5.4: the snapshot once and first, then deltas. */
static enum reason
open_listed(struct rrdp_reader *x, const char *name, const char *const *list)
{
	const struct rrdp_events *e = x->events;
	bool is_first = x->place == IN_FILE;
	uint64_t serial = 0;
	struct digest hash;
	struct span uri;
	struct attrs a;

	if (strcmp(name, is_first ? "snapshot" : "delta") != 0)
		return R_RRDP_ELEMENT;
	TRY(attrs_read(&a, list,
	    BIT(ATTR_URI) | BIT(ATTR_HASH) | (is_first ? 0 : BIT(ATTR_SERIAL)),
	    0));
	if (!is_first)
		TRY(serial_parse(&serial, a.v[ATTR_SERIAL]));
	TRY(hash_parse(&hash, a.v[ATTR_HASH]));
	uri = span_str(a.v[ATTR_URI]);
	x->place = IN_EMPTY;
	x->back = AFTER_FIRST;
	return is_first ? e->snapshot(e->ctx, uri, &hash)
			: e->delta(e->ctx, serial, uri, &hash);
}

static enum reason
open_element(struct rrdp_reader *x, const char *name, const char *const *list)
{
	bool is_delta = x->kind == RRDP_DELTA;
	struct rrdp_element e = {
		.is_withdraw = is_delta && strcmp(name, "withdraw") == 0
	};
	struct attrs a;

	if (!e.is_withdraw && strcmp(name, "publish") != 0)
		return R_RRDP_ELEMENT;
	TRY(attrs_read(&a, list,
	    BIT(ATTR_URI) | (e.is_withdraw ? BIT(ATTR_HASH) : 0),
	    is_delta ? BIT(ATTR_HASH) : 0));
	e.uri = span_str(a.v[ATTR_URI]);
	e.has_hash = a.v[ATTR_HASH] != NULL;
	if (e.has_hash)
		TRY(hash_parse(&e.hash, a.v[ATTR_HASH]));
	TRY(object_uri_check(&e, x->limits));
	x->base64 = (struct base64){ 0 };
	x->place = e.is_withdraw ? IN_EMPTY : IN_PUBLISH;
	x->back = IN_FILE;
	TRY(x->events->begin(x->events->ctx, &e));
	return e.is_withdraw ? x->events->end(x->events->ctx) : REASON_OK;
}

static enum reason
on_open(void *ctx, const char *name, const char *const *list)
{
	struct rrdp_reader *x = ctx;

	switch (x->place) {
	case AT_START:
		return open_file(x, name, list);
	case IN_FILE:
		return x->kind == RRDP_NOTIFICATION
			   ? open_listed(x, name, list)
			   : open_element(x, name, list);
	case AFTER_FIRST:
		return open_listed(x, name, list);
	case IN_EMPTY:
	case IN_PUBLISH:
	case AT_END:
	default:
		return R_RRDP_ELEMENT;
	}
}

static enum reason
on_close(void *ctx)
{
	struct rrdp_reader *x = ctx;

	switch (x->place) {
	case IN_PUBLISH:
		if (!base64_is_whole(&x->base64))
			return R_RRDP_BASE64;
		x->place = x->back;
		return x->events->end(x->events->ctx);
	case IN_EMPTY:
		x->place = x->back;
		return REASON_OK;
	case IN_FILE:
		/* A notification without its snapshot. */
		if (x->kind == RRDP_NOTIFICATION)
			return R_RRDP_ELEMENT;
		x->place = AT_END;
		return REASON_OK;
	case AFTER_FIRST:
		x->place = AT_END;
		return REASON_OK;
	case AT_START:
	case AT_END:
	default:
		BUG("more ends than beginnings");
	}
}

static bool
is_white(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != ' ' && text.p[i] != '\t' &&
		    text.p[i] != '\n' && text.p[i] != '\r')
			return false;
	return true;
}

static enum reason
on_text(void *ctx, struct span text)
{
	struct rrdp_reader *x = ctx;
	uint8_t out[768];
	size_t n;

	if (x->place != IN_PUBLISH)
		return is_white(text) ? REASON_OK : R_RRDP_TEXT;
	while (text.n > 0) {
		/* With the group begun before, at most 768 bytes. */
		size_t part = text.n < 1020 ? text.n : 1020;

		if (!base64_feed(&x->base64, out, &n, span_of(text.p, part)))
			return R_RRDP_BASE64;
		if (n > 0)
			TRY(x->events->bytes(x->events->ctx, span_of(out, n)));
		text = span_of(text.p + part, text.n - part);
	}
	return REASON_OK;
}

/* ---- outside --------------------------------------------------------- */

enum reason
rrdp_reader_new(struct rrdp_reader **out, enum rrdp_kind kind,
    const struct rrdp_events *events, const struct limits *limits)
{
	static const struct xml_rules rules = { NAMESPACE, on_open, on_text,
		on_close };
	struct rrdp_reader *x = base_alloc(sizeof(*x));
	enum reason r;

	if (x == NULL)
		return R_LIMIT_MEMORY;
	x->kind = kind;
	x->events = events;
	x->limits = limits;
	r = xml_new(&x->xml, &rules, x, limits);
	if (r != REASON_OK) {
		base_free(x);
		return r;
	}
	*out = x;
	return REASON_OK;
}

enum reason
rrdp_reader_feed(struct rrdp_reader *x, struct span bytes)
{
	return xml_feed(x->xml, bytes);
}

enum reason
rrdp_reader_end(struct rrdp_reader *x)
{
	return xml_end(x->xml);
}

uint64_t
rrdp_reader_line(const struct rrdp_reader *x)
{
	return xml_line(x->xml);
}

void
rrdp_reader_free(struct rrdp_reader *x)
{
	if (x == NULL)
		return;
	xml_free(x->xml);
	base_free(x);
}
