/*
 * What a server answers: the lines of a header, the empty one, and content
 * that says it is packed. No more comes out of it than may, and of what the
 * header says only what can be sent back.
 */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "fetch/http.h"
#include "fetch/inflate.h"

#define FREE ((uint64_t)1 << 20) /* as in inflate.c */
#define MORE ((uint64_t)1 << 16) /* than may, before it is noticed */

static enum reason
count(void *ctx, struct span bytes)
{
	*(uint64_t *)ctx += bytes.n;
	return REASON_OK;
}

static struct span
line_take(struct span *rest)
{
	const uint8_t *lf = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
	size_t n = lf != NULL ? (size_t)(lf - rest->p) + 1 : rest->n;
	struct span line = span_of(rest->p, n);

	*rest = span_of(rest->p + n, rest->n - n);
	return line;
}

static void
read_head(struct http_head *head, struct span *rest, const struct limits *l)
{
	do
		if (http_head_line(head, line_take(rest), l) != REASON_OK)
			return;
	while (head->is_open && rest->n > 0);
	head->status = 200;
	if (http_head_check(head, true, true) == REASON_OK)
		ASSERT(!head->has_length || !head->has_coding);
	for (const char *c = head->etag; *c != '\0'; c++)
		ASSERT(*c >= ' ' && *c <= '~');
	ASSERT(strlen(head->modified) < sizeof(head->modified));
}

static void
unpack(struct span packed, size_t piece, const struct limits *l)
{
	uint64_t n = 0;
	const struct inflate_sink sink = { count, &n };
	struct inflate *z;
	enum reason r = inflate_new(&z, l);

	ASSERT(r == REASON_OK);
	for (size_t at = 0; r == REASON_OK && at < packed.n; at += piece) {
		size_t left = packed.n - at;

		r = inflate_feed(z,
		    span_of(packed.p + at, left < piece ? left : piece), &sink);
	}
	ASSERT(n <= FREE + MORE + packed.n * l->gzip_ratio);
	inflate_free(z);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span rest = span_of(data, n);
	struct http_head head = { 0 };
	struct limits limits;

	limits_init(&limits);
	read_head(&head, &rest, &limits);
	unpack(rest, n + 1, &limits);
	unpack(rest, 7, &limits);
	return 0;
}
