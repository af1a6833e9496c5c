/*
 * A routing table as MRT, RFC 6396 4.3 and RFC 8050 4: of each RIB entry the
 * prefix and the origins that its peers saw. What is no table of unicast
 * routes is passed over.
 */
#include <string.h>

#include "policy/table.h"

#define TABLE_DUMP_V2    13

#define IPV4_UNICAST     2
#define IPV6_UNICAST     4
#define IPV4_ADDPATH     8
#define IPV6_ADDPATH     10

#define ATTR_EXTENDED    0x10
#define ATTR_AS_PATH     2
#define SEGMENT_SEQUENCE 2

/* Big-endian numbers; what is not there reads as zero and sets `bad`. */
struct cursor {
	const uint8_t *p, *end;
	bool bad;
};

static struct cursor
take(struct cursor *c, size_t n)
{
	struct cursor out = { c->p, c->p, false };

	if ((size_t)(c->end - c->p) < n)
		c->bad = true;
	else {
		out.end = c->p + n;
		c->p += n;
	}
	return out;
}

static uint32_t
number(struct cursor *c, size_t n)
{
	struct cursor field = take(c, n);
	uint32_t v = 0;

	for (; field.p < field.end; field.p++)
		v = v << 8 | *field.p;
	return v;
}

bool
mrt_is(struct span bytes)
{
	struct cursor c = { bytes.p, bytes.p + bytes.n, false };
	uint32_t type, subtype;

	(void)number(&c, 4);
	type = number(&c, 2);
	subtype = number(&c, 2);
	return !c.bad && type == TABLE_DUMP_V2 && subtype <= 12;
}

/* A table in the making, and the paths that were met: by the bytes of the
 * attribute, which stay where they are. */
struct dump {
	struct table *out;
	struct map paths; /* -> number + 1 */
};

/* The last AS of a path that ends in a sequence; 0: RFC 6811 2, "NONE". */
static enum reason
read_path(struct dump *d, struct table_path *out, struct cursor *path,
    uint32_t *origin)
{
	struct table *t = d->out;

	*out = (struct table_path){ .first = t->numbers.n };
	*origin = 0;
	while (path->p < path->end && !path->bad) {
		uint32_t type = number(path, 1), n = number(path, 1);
		struct cursor asns = take(path, (size_t)n * 4);

		*origin = 0;
		while (asns.p < asns.end) {
			*origin = number(&asns, 4);
			if (t->numbers.n > out->first &&
			    t->numbers.v[t->numbers.n - 1] == *origin)
				continue;
			if (!vec_push(&t->numbers, *origin))
				return R_LIMIT_MEMORY;
		}
		if (type != SEGMENT_SEQUENCE) {
			*origin = 0;
			out->has_set = true;
		}
	}
	out->n = t->numbers.n - out->first;
	return path->bad ? R_TABLE_MRT : REASON_OK;
}

/* Count the path where it is known, or else note it. */
static enum reason
add_path(struct dump *d, struct span bytes, uint32_t *origin)
{
	struct cursor c = { bytes.p, bytes.p + bytes.n, false };
	struct table *t = d->out;
	uintptr_t known = (uintptr_t)map_get(&d->paths, bytes);
	struct table_path path;

	if (known != 0) {
		const struct table_path *p = &t->paths.v[known - 1];

		t->paths.v[known - 1].count++;
		*origin = p->has_last ? t->numbers.v[p->first + p->n - 1] : 0;
		return REASON_OK;
	}
	TRY(read_path(d, &path, &c, origin));
	if (path.n == 0)
		return REASON_OK;
	path.count = 1;
	path.has_last = *origin != 0;
	if (!vec_push(&t->paths, path) ||
	    !map_put(&d->paths, bytes, (void *)(uintptr_t)t->paths.n))
		return R_LIMIT_MEMORY;
	return REASON_OK;
}

static enum reason
read_attributes(struct dump *d, struct cursor *c, uint32_t *origin)
{
	*origin = 0;
	while (c->p < c->end && !c->bad) {
		uint32_t flags = number(c, 1), type = number(c, 1);
		uint32_t n = number(c, (flags & ATTR_EXTENDED) != 0 ? 2 : 1);
		struct cursor value = take(c, n);

		if (type == ATTR_AS_PATH && !c->bad)
			TRY(add_path(d,
			    span_of(value.p, (size_t)(value.end - value.p)),
			    origin));
	}
	return c->bad ? R_TABLE_MRT : REASON_OK;
}

static bool
read_prefix(struct prefix *out, struct cursor *c, enum family family)
{
	struct cursor bytes;
	unsigned rest;

	*out = (struct prefix){ .family = family };
	out->len = (uint8_t)number(c, 1);
	if (out->len > family_bits(family))
		return false;
	bytes = take(c, (out->len + 7U) / 8);
	if (c->bad)
		return false;
	memcpy(out->addr.b, bytes.p, (size_t)(bytes.end - bytes.p));
	/* RFC 4271 4.3: trailing bits are irrelevant. */
	rest = out->len % 8U;
	if (rest > 0)
		out->addr.b[out->len / 8] &= (uint8_t)(0xff00U >> rest);
	return true;
}

/* Many peers, few origins: the last ones of this record are looked through,
 * so that most of what is the same is not even kept until the end. */
#define LOOK_BACK 8

static enum reason
add(struct table *out, size_t since, const struct table_route *r)
{
	out->n_read++;
	for (size_t i = out->routes.n, k = 0; i > since && k < LOOK_BACK;
	     i--, k++)
		if (out->routes.v[i - 1].origin == r->origin)
			return REASON_OK;
	return vec_push(&out->routes, *r) ? REASON_OK : R_LIMIT_MEMORY;
}

static enum reason
read_rib(struct dump *d, struct cursor *c, enum family family, bool addpath)
{
	struct table *out = d->out;
	struct table_route r;
	size_t since = out->routes.n;
	uint32_t n;

	(void)number(c, 4); /* sequence */
	if (!read_prefix(&r.prefix, c, family))
		return R_TABLE_MRT;
	n = number(c, 2);
	for (uint32_t i = 0; i < n && !c->bad; i++) {
		struct cursor attributes;

		(void)take(c, 2 + 4 + (addpath ? 4U : 0U));
		attributes = take(c, number(c, 2));
		if (c->bad)
			return R_TABLE_MRT;
		TRY(read_attributes(d, &attributes, &r.origin));
		TRY(add(out, since, &r));
	}
	return c->bad || c->p != c->end ? R_TABLE_MRT : REASON_OK;
}

static enum reason
read_record(struct dump *d, uint32_t subtype, struct cursor *body)
{
	switch (subtype) {
	case IPV4_UNICAST:
	case IPV4_ADDPATH:
		return read_rib(d, body, FAMILY_V4, subtype == IPV4_ADDPATH);
	case IPV6_UNICAST:
	case IPV6_ADDPATH:
		return read_rib(d, body, FAMILY_V6, subtype == IPV6_ADDPATH);
	default: /* peers, multicast, what is not known */
		return REASON_OK;
	}
}

static enum reason
read_all(struct dump *d, struct span bytes, struct fault *why)
{
	struct cursor c = { bytes.p, bytes.p + bytes.n, false };

	while (c.p < c.end) {
		const uint8_t *at = c.p;
		uint32_t type, subtype, n;
		struct cursor body;
		enum reason reason = REASON_OK;

		(void)number(&c, 4);
		type = number(&c, 2);
		subtype = number(&c, 2);
		n = number(&c, 4);
		body = take(&c, n);
		if (c.bad)
			reason = R_TABLE_MRT;
		else if (type == TABLE_DUMP_V2)
			reason = read_record(d, subtype, &body);
		if (reason != REASON_OK)
			return fault_say(why, reason, at,
			    "record of type %u.%u, %u bytes", type, subtype, n);
	}
	return REASON_OK;
}

enum reason
mrt_parse(struct table *out, struct span bytes, struct fault *why)
{
	struct dump d = { .out = out };
	enum reason reason;

	out->format = "mrt";
	map_init(&d.paths);
	reason = read_all(&d, bytes, why);
	map_fini(&d.paths);
	return reason;
}
