/* Growing buffers with a cap and a sticky failure. */
#include <string.h>

#include "base/base.h"

void
buf_init(struct buf *out, size_t cap)
{
	*out = (struct buf){ .cap = cap };
}

static bool
buf_room(struct buf *b, size_t n)
{
	size_t size = b->size;
	uint8_t *p;

	if (b->failed || n > b->cap || b->cap - n < b->n) {
		b->failed = true;
		return false;
	}
	if (b->n + n <= size)
		return true;
	if (size == 0)
		size = b->cap < 256 ? b->cap : 256;
	while (size < b->n + n)
		size = size > b->cap / 2 ? b->cap : size * 2;
	p = base_realloc(b->p, size);
	if (p == NULL) {
		b->failed = true;
		return false;
	}
	b->p = p;
	b->size = size;
	return true;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0 || !buf_room(b, n))
		return;
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

void
buf_byte(struct buf *b, uint8_t c)
{
	buf_add(b, &c, 1);
}

void
buf_span(struct buf *b, struct span s)
{
	buf_add(b, s.p, s.n);
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	size_t room = b->size - b->n;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(room > 0 ? (char *)b->p + b->n : NULL, room, fmt, args);
	va_end(args);
	if (n < 0 || !buf_room(b, (size_t)n + 1)) {
		b->failed = true;
		return;
	}
	if ((size_t)n >= room) { /* it did not fit before */
		va_start(args, fmt);
		(void)vsnprintf((char *)b->p + b->n, (size_t)n + 1, fmt, args);
		va_end(args);
	}
	b->n += (size_t)n;
}

uint8_t *
buf_insert(struct buf *b, size_t at, size_t n)
{
	ASSERT(b->failed || at <= b->n);
	if (!buf_room(b, n))
		return NULL;
	if (b->n > at)
		memmove(b->p + at + n, b->p + at, b->n - at);
	b->n += n;
	return b->p + at;
}

struct span
buf_view(const struct buf *b)
{
	return span_of(b->p, b->n);
}

void
buf_reset(struct buf *b)
{
	b->n = 0;
	b->failed = false;
}

void
buf_fini(struct buf *b)
{
	base_free(b->p);
	*b = (struct buf){ .cap = b->cap };
}
