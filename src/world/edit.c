#include "world/edit.h"

#include <stdlib.h>
#include <string.h>

#include "der/der.h"

enum {
	PATH_DEPTH = 40,
	VALUE_DEPTH = 12
};

/* Words that stand for paths, each ended by a '/'. */
static const struct {
	const char *word, *path;
} words[] = {
	/* of a signed object */
	{ "signed-data", "1/0/" },
	{ "content", "1/0/2/1/0/0/" },
	{ "octets", "1/0/2/1/0/" },
	{ "ee", "1/0/3/0/" },
	{ "signer", "1/0/4/0/" },
	{ "attrs", "1/0/4/0/3/" },
	{ "content-type", "@1.2.840.113549.1.9.3/" },
	{ "digest", "@1.2.840.113549.1.9.4/" },
	{ "signing-time", "@1.2.840.113549.1.9.5/" },
	/* of a certificate or CRL */
	{ "tbs", "0/" },
	{ "validity", "0/4/" },
	{ "spki", "0/6/" },
	{ "ext", "0/-1/0/" },
	{ "value", "-1/0/" },
	{ "ski", "@2.5.29.14/" },
	{ "key-usage", "@2.5.29.15/" },
	{ "basic", "@2.5.29.19/" },
	{ "crl-number", "@2.5.29.20/" },
	{ "crldp", "@2.5.29.31/" },
	{ "policies", "@2.5.29.32/" },
	{ "aki", "@2.5.29.35/" },
	{ "eku", "@2.5.29.37/" },
	{ "aia", "@1.3.6.1.5.5.7.1.1/" },
	{ "ip", "@1.3.6.1.5.5.7.1.7/" },
	{ "as", "@1.3.6.1.5.5.7.1.8/" },
	{ "sia", "@1.3.6.1.5.5.7.1.11/" },
	{ "manifest-uri", "@1.3.6.1.5.5.7.48.10/" },
	{ "repository-uri", "@1.3.6.1.5.5.7.48.5/" },
	{ "object-uri", "@1.3.6.1.5.5.7.48.11/" },
};

/* An element: where it is, and how it is made up. */
struct element {
	size_t at, header, length; /* in bytes; length of the contents */
};

/* From the outermost element to the one a path names. */
struct place {
	size_t n;
	struct element up[PATH_DEPTH];
};

static size_t
element_end(const struct element *e)
{
	return e->at + e->header + e->length;
}

/* Any definite length is taken: programs also edit what they bent before. */
static bool
element_read(struct element *out, struct span s, size_t at, size_t end)
{
	size_t n, length = 0;

	if (end - at < 2)
		return false;
	n = s.p[at + 1];
	if (n < 0x80) {
		*out = (struct element){ at, 2, n };
		return n <= end - at - 2;
	}
	n -= 0x80;
	if (n == 0 || n > 4 || end - at < 2 + n)
		return false;
	for (size_t i = 0; i < n; i++)
		length = length << 8 | s.p[at + 2 + i];
	*out = (struct element){ at, 2 + n, length };
	return length <= end - at - 2 - n;
}

/* The first byte of the elements inside this one. */
static size_t
inside(struct span s, const struct element *e)
{
	bool bits = s.p[e->at] == DER_BIT_STRING && e->length > 0;

	return e->at + e->header + (bits ? 1 : 0);
}

static bool
child_number(
    struct element *out, struct span s, const struct element *in, long number)
{
	size_t end = element_end(in), at = inside(s, in);
	long n = 0;

	for (; at < end && element_read(out, s, at, end); n++) {
		if (n == number)
			return true;
		at = element_end(out);
	}
	/* From the end: count, then go again. */
	return number < 0 && n + number >= 0 && at == end &&
	       child_number(out, s, in, n + number);
}

static bool
child_oid(struct element *out, struct span s, const struct element *in,
    struct span oid)
{
	size_t end = element_end(in), at = inside(s, in);
	char text[128];

	for (; at < end && element_read(out, s, at, end);
	     at = element_end(out)) {
		struct element first;

		if (!child_number(&first, s, out, 0) ||
		    s.p[first.at] != DER_OID ||
		    !der_oid_text(text, sizeof(text),
			span_of(s.p + first.at + first.header, first.length)))
			continue;
		if (span_eq(span_str(text), oid))
			return true;
	}
	return false;
}

/* Replace words by the paths they stand for. */
static bool
path_expand(struct buf *out, struct span path)
{
	while (path.n > 0) {
		const uint8_t *slash = memchr(path.p, '/', path.n);
		size_t n = slash != NULL ? (size_t)(slash - path.p) : path.n;
		struct span part = span_of(path.p, n);
		size_t i = 0;

		while (
		    i < COUNT(words) && !span_eq(span_str(words[i].word), part))
			i++;
		if (i < COUNT(words)) {
			buf_puts(out, words[i].path);
		} else {
			buf_span(out, part);
			buf_byte(out, '/');
		}
		n += slash != NULL ? 1 : 0;
		path = span_of(path.p + n, path.n - n);
	}
	buf_byte(out, 0);
	return !out->failed;
}

static bool
place_walk(struct place *out, struct span s, const char *path)
{
	out->n = 1;
	if (!element_read(&out->up[0], s, 0, s.n))
		return false;
	while (*path != 0) {
		const char *slash = strchr(path, '/');
		const struct element *in = &out->up[out->n - 1];
		struct element *to = &out->up[out->n];
		struct span part = span_of(path, (size_t)(slash - path));

		if (out->n == PATH_DEPTH)
			return false;
		if (*path == '@'
			? !child_oid(to, s, in, span_of(part.p + 1, part.n - 1))
			: !child_number(to, s, in, strtol(path, NULL, 10)))
			return false;
		out->n++;
		path = slash + 1;
	}
	return true;
}

static bool
place_find(struct place *out, struct span s, struct span path)
{
	struct buf full;
	bool ok;

	buf_init(&full, 1024);
	ok = path_expand(&full, path) &&
	     place_walk(out, s, (const char *)full.p);
	buf_fini(&full);
	return ok;
}

struct span
edit_find(struct span object, const char *path)
{
	struct place place;
	const struct element *e;

	if (!place_find(&place, object, span_str(path)))
		return span_of(NULL, 0);
	e = &place.up[place.n - 1];
	return span_of(object.p + e->at, e->header + e->length);
}

/* Put `with` where n bytes at `at` are. */
static void
splice(struct buf *b, size_t at, size_t n, struct span with)
{
	if (with.n > n) {
		if (buf_insert(b, at, with.n - n) == NULL)
			return;
	} else if (with.n < n) {
		memmove(b->p + at + with.n, b->p + at + n, b->n - at - n);
		b->n -= n - with.n;
	}
	if (with.n > 0)
		memcpy(b->p + at, with.p, with.n);
}

static struct span
header_write(uint8_t out[6], uint8_t tag, size_t length)
{
	size_t n = 0, rest = length;

	out[0] = tag;
	if (length < 0x80) {
		out[1] = (uint8_t)length;
		return span_of(out, 2);
	}
	for (; rest > 0; rest >>= 8)
		n++;
	out[1] = (uint8_t)(0x80 | n);
	for (size_t i = 0; i < n; i++)
		out[2 + i] = (uint8_t)(length >> 8 * (n - 1 - i));
	return span_of(out, 2 + n);
}

/* Splice inside the place's elements but the last `below`, and put the
 * lengths of all those around it in order again. */
static bool
place_splice(struct buf *b, struct place *place, size_t below, size_t at,
    size_t n, struct span with)
{
	size_t before = b->n;

	splice(b, at, n, with);
	for (size_t i = place->n - below; i-- > 0 && !b->failed;) {
		struct element *e = &place->up[i];
		uint8_t header[6];

		splice(b, e->at, e->header,
		    header_write(
			header, b->p[e->at], e->length + b->n - before));
	}
	return !b->failed;
}

/* ---- values ---------------------------------------------------------- */

static void
value_time(struct buf *out, int64_t at, bool utc)
{
	struct civil c;

	time_to_civil(&c, at);
	if (utc)
		buf_printf(out, "%02d", c.year % 100);
	else
		buf_printf(out, "%04d", c.year);
	buf_printf(out, "%02d%02d%02d%02d%02dZ", c.month, c.day, c.hour,
	    c.minute, c.second);
}

/* Hex digits; "HH(" opens an element, "HH*N" repeats a byte. */
static const char *
value_hex(struct buf *out, const char *s, size_t *marks, size_t *open)
{
	uint8_t byte;
	char *end;

	if (!hex_parse(&byte, 1, span_of(s, strnlen(s, 2))))
		return NULL;
	s += 2;
	if (*s == '(') {
		if (*open == VALUE_DEPTH)
			return NULL;
		marks[(*open)++] = der_open(out, byte);
		return s + 1;
	}
	if (*s != '*') {
		buf_byte(out, byte);
		return s;
	}
	for (unsigned long n = strtoul(s + 1, &end, 10); n > 0; n--)
		buf_byte(out, byte);
	return end;
}

static bool
value_write(struct buf *out, const char *s, int64_t at)
{
	size_t marks[VALUE_DEPTH], open = 0;

	while (s != NULL && *s != 0) {
		bool utc = s[0] == 'u' && s[1] == '@';
		char *end;

		if (*s == ' ') {
			s++;
		} else if (*s == ')') {
			if (open == 0)
				return false;
			der_close(out, marks[--open]);
			s++;
		} else if (*s == '"') {
			end = strchr(s + 1, '"');
			if (end == NULL)
				return false;
			buf_add(out, s + 1, (size_t)(end - s - 1));
			s = end + 1;
		} else if (utc || *s == '@') {
			s += utc ? 2 : 1;
			value_time(out, at + strtoll(s, &end, 10), utc);
			s = end;
		} else {
			s = value_hex(out, s, marks, &open);
		}
	}
	return s != NULL && open == 0 && !out->failed;
}

/* ---- steps ----------------------------------------------------------- */

static bool
step_repeat(struct buf *b, struct place *place, const char *argument)
{
	struct element *e = &place->up[place->n - 1];
	size_t n = e->header + e->length;
	struct buf copies;
	bool ok;

	buf_init(&copies, SIZE_MAX);
	for (unsigned long i = strtoul(argument, NULL, 10); i > 1; i--)
		buf_add(&copies, b->p + e->at, n);
	ok = !copies.failed &&
	     place_splice(b, place, 1, e->at + n, 0, buf_view(&copies));
	buf_fini(&copies);
	return ok;
}

static bool
step_swap(struct buf *b, struct place *place)
{
	struct element *e = &place->up[place->n - 1], next;
	size_t end = element_end(e);
	struct buf copy;
	bool ok;

	if (place->n < 2 || !element_read(&next, buf_view(b), end,
				element_end(&place->up[place->n - 2])))
		return false;
	buf_init(&copy, SIZE_MAX);
	buf_add(&copy, b->p + next.at, next.header + next.length);
	buf_add(&copy, b->p + e->at, e->header + e->length);
	ok = !copy.failed;
	if (ok)
		splice(b, e->at, copy.n, buf_view(&copy));
	buf_fini(&copy);
	return ok;
}

/* The length in a form DER forbids. */
static bool
step_length(struct buf *b, struct place *place, bool indefinite)
{
	const struct element *e = &place->up[place->n - 1];
	size_t end = element_end(e);
	uint8_t header[6] = { b->p[e->at], 0x80 };
	size_t n = 2;
	struct buf whole;
	bool ok;

	if (!indefinite) {
		n = 6;
		header[1] = 0x84;
		for (size_t i = 0; i < 4; i++)
			header[2 + i] = (uint8_t)(e->length >> 8 * (3 - i));
	}
	buf_init(&whole, SIZE_MAX);
	buf_add(&whole, header, n);
	buf_add(&whole, b->p + e->at + e->header, e->length);
	if (indefinite)
		buf_add(&whole, "\0\0", 2);
	ok = !whole.failed &&
	     place_splice(b, place, 1, e->at, end - e->at, buf_view(&whole));
	buf_fini(&whole);
	return ok;
}

/* Inside another element, as of an explicit tag. */
static bool
step_wrap(struct buf *b, struct place *place, const char *argument)
{
	const struct element *e = &place->up[place->n - 1];
	uint8_t tag, header[6];

	return hex_parse(&tag, 1, span_str(argument)) &&
	       place_splice(b, place, 1, e->at, 0,
		   header_write(header, tag, e->header + e->length));
}

static bool
step_cut(struct buf *b, struct place *place, const char *argument)
{
	const struct element *e = &place->up[place->n - 1];
	long n = strtol(argument, NULL, 10);
	size_t keep = n < 0 ? e->length - (size_t)-n : (size_t)n;

	return keep <= e->length &&
	       place_splice(b, place, 0, e->at + e->header + keep,
		   e->length - keep, span_of(NULL, 0));
}

/* Steps that take a value. */
static bool
step_value(struct buf *b, struct place *place, char op, struct span value)
{
	const struct element *e = &place->up[place->n - 1];

	switch (op) {
	case '=':
		return place_splice(
		    b, place, 1, e->at, e->header + e->length, value);
	case '<':
		return place_splice(b, place, 1, e->at, 0, value);
	case '>':
		return place_splice(b, place, 1, element_end(e), 0, value);
	case '+':
		return place_splice(b, place, 0, element_end(e), 0, value);
	default:
		return false;
	}
}

/* The file as a whole: no length around it has to be right. */
static bool
step_file(struct buf *b, char op, const char *argument, struct span value)
{
	long n;

	switch (op) {
	case '=':
		buf_reset(b);
		buf_span(b, value);
		break;
	case '>':
		buf_span(b, value);
		break;
	case 'c':
		n = strtol(argument + 3, NULL, 10);
		if (n < 0)
			n += (long)b->n;
		if (n < 0 || (size_t)n > b->n)
			return false;
		b->n = (size_t)n;
		break;
	default:
		return false;
	}
	return !b->failed;
}

static bool
step_word(struct buf *b, struct place *place, const char *op)
{
	const struct element *e = &place->up[place->n - 1];

	if (strcmp(op, "del") == 0)
		return place_splice(b, place, 1, e->at, e->header + e->length,
		    span_of(NULL, 0));
	if (strcmp(op, "swap") == 0)
		return step_swap(b, place);
	if (strcmp(op, "long") == 0 || strcmp(op, "open") == 0)
		return step_length(b, place, op[0] == 'o');
	if (strncmp(op, "cut ", 4) == 0)
		return step_cut(b, place, op + 4);
	if (strncmp(op, "x ", 2) == 0)
		return step_repeat(b, place, op + 2);
	if (strncmp(op, "wrap ", 5) == 0)
		return step_wrap(b, place, op + 5);
	if (strncmp(op, "tag ", 4) == 0)
		return hex_parse(&b->p[e->at], 1, span_str(op + 4));
	return false;
}

static bool
step_run(struct buf *b, const char *path, const char *op, int64_t at)
{
	bool file = strcmp(path, ".") == 0;
	bool valued = strchr("=<>+", op[0]) != NULL;
	struct place place;
	struct buf value;
	bool ok;

	if (!file && !place_find(&place, buf_view(b), span_str(path)))
		return false;
	buf_init(&value, SIZE_MAX);
	ok = !valued || value_write(&value, op + 1, at);
	if (ok && file)
		ok = step_file(b, op[0], op, buf_view(&value));
	else if (ok && valued)
		ok = step_value(b, &place, op[0], buf_view(&value));
	else if (ok)
		ok = step_word(b, &place, op);
	buf_fini(&value);
	return ok;
}

/* ---- signing again --------------------------------------------------- */

/* Replace the element at a path, if there is one. */
static bool
put(struct buf *b, const char *path, const struct buf *value)
{
	struct place place;

	return !value->failed &&
	       (!place_find(&place, buf_view(b), span_str(path)) ||
		   step_value(b, &place, '=', buf_view(value)));
}

/* Certificate, CRL: the third element signs the first. */
static bool
sign_body(struct buf *b, const char *body, const char *where,
    const struct crypt_secret *key)
{
	struct span tbs = edit_find(buf_view(b), body);
	struct buf signature, value;
	bool ok;

	if (tbs.n == 0)
		return true;
	buf_init(&signature, 4096);
	buf_init(&value, 4096);
	ok = crypt_sign(&signature, key, tbs) == REASON_OK;
	der_put_bits(&value, buf_view(&signature), 0);
	ok = ok && put(b, where, &value);
	buf_fini(&value);
	buf_fini(&signature);
	return ok;
}

static bool
sign_digest(struct buf *b)
{
	struct span octets = edit_find(buf_view(b), "octets");
	struct element e;
	uint8_t digest[32];
	struct buf value;
	bool ok;

	if (octets.n == 0 || !element_read(&e, octets, 0, octets.n))
		return true;
	crypt_sha256(digest, span_of(octets.p + e.header, e.length));
	buf_init(&value, 64);
	der_put_octets(&value, span_of(digest, sizeof(digest)));
	ok = put(b, "attrs/digest/1/0", &value);
	buf_fini(&value);
	return ok;
}

/* RFC 5652 5.4: the attributes are signed as a SET OF, not as [0]. */
static bool
sign_attributes(struct buf *b, const struct crypt_secret *key)
{
	struct span attrs = edit_find(buf_view(b), "attrs");
	struct buf message, signature, value;
	bool ok;

	if (attrs.n == 0 || attrs.p[0] != DER_CONTEXT_CONS(0))
		return true;
	buf_init(&message, SIZE_MAX);
	buf_init(&signature, 4096);
	buf_init(&value, 4096);
	buf_byte(&message, DER_SET);
	buf_add(&message, attrs.p + 1, attrs.n - 1);
	ok = !message.failed &&
	     crypt_sign(&signature, key, buf_view(&message)) == REASON_OK;
	der_put_octets(&value, buf_view(&signature));
	ok = ok && put(b, "signer/5", &value);
	buf_fini(&value);
	buf_fini(&signature);
	buf_fini(&message);
	return ok;
}

bool
edit_sign(struct buf *object, const struct edit_keys *keys)
{
	if (keys->ee == NULL)
		return sign_body(object, "0", "2", keys->issuer);
	return sign_body(object, "ee/0", "ee/2", keys->issuer) &&
	       sign_digest(object) && sign_attributes(object, keys->ee);
}

bool
edit_run(struct buf *object, const char *program, int64_t at,
    const struct edit_keys *keys)
{
	bool sealed = keys == NULL;

	while (*program != 0) {
		char step[512], *op;
		size_t n = strcspn(program, ";");

		if (n >= sizeof(step))
			return false;
		memcpy(step, program, n);
		step[n] = 0;
		program += n;
		program += strspn(program, "; ");
		op = strchr(step, ' ');
		if (op == NULL)
			return false;
		*op++ = 0;
		if (strcmp(step, ".") == 0 && strcmp(op, "signed") == 0) {
			if (keys == NULL || !edit_sign(object, keys))
				return false;
			sealed = true;
		} else if (!step_run(object, step, op, at)) {
			return false;
		}
	}
	return sealed || edit_sign(object, keys);
}
