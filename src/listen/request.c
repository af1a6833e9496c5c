/* A request by RFC 9112, as strict as it may be. */
#include <string.h>
#include <strings.h>

#include "listen/listen.h"

struct fields {
	bool has_host, has_length, has_encoding, closes;
	uint64_t length;
};

/* A line ends with CR LF; a lone LF or CR is none (RFC 9112 2.2 allows to be
 * lenient: there is no need here). */
static bool
line_take(struct span *line, struct span *rest)
{
	const uint8_t *end =
	    rest->n == 0 ? NULL : memchr(rest->p, '\n', rest->n);

	if (end == NULL || end == rest->p || end[-1] != '\r')
		return false;
	*line = span_of(rest->p, (size_t)(end - rest->p) - 1);
	*rest = span_of(end + 1, rest->n - line->n - 2);
	return memchr(line->p, '\r', line->n) == NULL;
}

static bool
is_token(struct span s)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			(c >= 'A' && c <= 'Z') ||
			(c != 0 && strchr(marks, c) != NULL)))
			return false;
	}
	return s.n > 0;
}

static bool
is_field_text(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f)
			return false;
	return true;
}

static struct span
trimmed(struct span s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = span_of(s.p + 1, s.n - 1);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

static bool
is_word(struct span s, const char *word)
{
	return s.n == strlen(word) &&
	       strncasecmp((const char *)s.p, word, s.n) == 0;
}

/* "METHOD /path HTTP/1.1" */
static unsigned
request_line(struct listen_request *out, struct span line)
{
	const uint8_t *space = memchr(line.p, ' ', line.n);
	struct span rest, version = SPAN("HTTP/1.1"), old = SPAN("HTTP/1.0");

	if (space == NULL)
		return 400;
	out->method = span_of(line.p, (size_t)(space - line.p));
	rest = span_of(space + 1, line.n - out->method.n - 1);
	space = rest.n == 0 ? NULL : memchr(rest.p, ' ', rest.n);
	if (!is_token(out->method) || space == NULL)
		return 400;
	out->path = span_of(rest.p, (size_t)(space - rest.p));
	rest = span_of(space + 1, rest.n - out->path.n - 1);
	out->closes = span_eq(rest, old);
	if (!out->closes && !span_eq(rest, version))
		return span_starts(rest, SPAN("HTTP/")) ? 505 : 400;
	for (size_t i = 0; i < out->path.n; i++)
		if (out->path.p[i] <= 0x20 || out->path.p[i] >= 0x7f)
			return 400;
	if (!span_starts(out->path, SPAN("/")))
		return 400;
	out->is_head = span_eq(out->method, SPAN("HEAD"));
	if (out->is_head)
		out->method = SPAN("GET");
	return 0;
}

/* Also in a list, such as "keep-alive, close". */
static bool
lists_close(struct span value)
{
	while (value.n > 0) {
		const uint8_t *comma = memchr(value.p, ',', value.n);
		size_t n = comma == NULL ? value.n : (size_t)(comma - value.p);

		if (is_word(trimmed(span_of(value.p, n)), "close"))
			return true;
		n += comma != NULL;
		value = span_of(value.p + n, value.n - n);
	}
	return false;
}

/* No list, no sign, no leading zero, and once: two readers of one message
 * shall not see two (RFC 9112 6.3). */
static unsigned
length_take(struct fields *f, struct span value)
{
	if (f->has_length || !decimal_parse(&f->length, value, INT64_MAX))
		return 400;
	f->has_length = true;
	return 0;
}

static unsigned
field_take(struct fields *f, struct span line)
{
	const uint8_t *colon = memchr(line.p, ':', line.n);
	struct span name, value;

	if (colon == NULL)
		return 400;
	name = span_of(line.p, (size_t)(colon - line.p));
	value = trimmed(span_of(colon + 1, line.n - name.n - 1));
	if (!is_token(name) || !is_field_text(value))
		return 400;
	if (is_word(name, "Content-Length"))
		return length_take(f, value);
	if (is_word(name, "Host")) {
		if (f->has_host)
			return 400;
		f->has_host = true;
	}
	f->has_encoding |= is_word(name, "Transfer-Encoding");
	if (is_word(name, "Connection"))
		f->closes |= lists_close(value);
	return 0;
}

/* Which bodies are read: those that say how long they are. */
static unsigned
fields_judge(
    const struct fields *f, const struct listen_request *r, size_t body_max)
{
	if (!f->has_host && !r->closes)
		return 400;
	if (f->has_encoding)
		return f->has_length ? 400 : 411;
	if (!f->has_length && span_eq(r->method, SPAN("POST")))
		return 411;
	return f->length > body_max ? 413 : 0;
}

static unsigned
head_parse(struct listen_request *out, struct fields *f, struct span head,
    size_t body_max)
{
	struct span line;
	unsigned status;

	if (!line_take(&line, &head))
		return 400;
	status = request_line(out, line);
	while (status == 0 && head.n > 0)
		status = line_take(&line, &head) ? field_take(f, line) : 400;
	return status == 0 ? fields_judge(f, out, body_max) : status;
}

/* Up to the empty line; false while there is none. */
static bool
head_find(size_t *n, struct span bytes)
{
	for (*n = 0; *n + 4 <= bytes.n; ++*n)
		if (memcmp(bytes.p + *n, "\r\n\r\n", 4) == 0) {
			*n += 2;
			return true;
		}
	return false;
}

unsigned
listen_parse(struct listen_request *out, size_t *used, struct span bytes,
    size_t body_max)
{
	struct fields f = { .has_host = false };
	unsigned status;
	size_t n;

	*out = (struct listen_request){ .closes = true };
	if (!head_find(&n, bytes))
		return bytes.n > LISTEN_HEAD_MAX ? 431 : 0;
	if (n > LISTEN_HEAD_MAX)
		return 431;
	status = head_parse(out, &f, span_of(bytes.p, n), body_max);
	if (status != 0)
		return status;
	out->closes |= f.closes;
	n += 2;
	if (bytes.n - n < f.length)
		return 0;
	out->body = span_of(bytes.p + n, (size_t)f.length);
	*used = n + (size_t)f.length;
	return 200;
}
