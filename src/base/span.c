/* Spans, and what becomes of a broken assertion. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

void
base_bug(const char *what, const char *file, int line)
{
	(void)fprintf(stderr, "cairn: bug: %s, %s:%d\n", what, file, line);
	abort();
}

struct span
span_str(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

int
span_cmp(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n == 0 ? 0 : memcmp(a.p, b.p, n);

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

bool
span_starts(struct span s, struct span prefix)
{
	return s.n >= prefix.n && span_eq(span_of(s.p, prefix.n), prefix);
}

bool
span_ends(struct span s, struct span suffix)
{
	return s.n >= suffix.n &&
	       span_eq(span_of(s.p + (s.n - suffix.n), suffix.n), suffix);
}
