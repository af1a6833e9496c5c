/* What router and cache say to each other, in hexadecimal. */
#ifndef CAIRN_TESTS_RTR_TALK_H
#define CAIRN_TESTS_RTR_TALK_H

#include <string.h>

#include "rtr/rtr.h"

#define RESPONSE(v, session) v "03" session "00000008"
#define END_0(session)       "0007" session "0000000c00000005"
#define END(v, session)      v "07" session "0000001800000005" TIMES
#define TIMES              \
	"00000e1000000258" \
	"00001c20"

#define RESET(v)   \
	v "020000" \
	  "00000008"
#define SERIAL(v, session, hex) v "01" session "0000000c" hex
/* An Error Report of n + 16 + text bytes; the text is checked by itself. */
#define REPORT(v, code) v "0a" code "*"
#define CACHE_RESET(v) \
	v "080000"     \
	  "00000008"

__attribute__((unused)) static size_t
from_hex(uint8_t *out, size_t max, const char *hex)
{
	size_t n = strlen(hex) / 2;

	assert_true(n <= max);
	assert_true(hex_parse(out, n, span_of(hex, 2 * n)));
	return n;
}

/* Everything said at once or in steps, everything heard. */
__attribute__((unused)) static bool
speak(struct buf *heard, struct rtr_session *s, struct span said, size_t step)
{
	struct span out[RTR_SPANS];

	for (;;) {
		size_t n = rtr_output(s, out), part = said.n, taken;

		if (n > 0) { /* a byte short, to see that it is resumed */
			size_t some = out[0].n > 1 ? out[0].n - 1 : 1;

			buf_add(heard, out[0].p, some);
			rtr_sent(s, some);
			continue;
		}
		if (part == 0 || s->is_closing)
			return s->is_closing;
		if (step > 0 && part > step)
			part = step;
		taken = rtr_feed(s, span_of(said.p, part));
		assert_true(taken <= part);
		assert_true(taken > 0 || rtr_output(s, out) > 0);
		said = span_of(said.p + taken, said.n - taken);
	}
}

/* Compare, with * for the rest of an Error Report. */
__attribute__((unused)) static void
check_heard(const char *what, struct span heard, const char *want)
{
	uint8_t bytes[1024];
	size_t at = 0;

	while (*want != '\0') {
		size_t n = strcspn(want, "*") / 2;

		assert_true(n <= sizeof(bytes));
		CHECK(what, hex_parse(bytes, n, span_of(want, 2 * n)));
		CHECK(what, heard.n - at >= n);
		CHECK(what, memcmp(heard.p + at, bytes, n) == 0);
		at += n;
		want += 2 * n;
		if (*want != '*')
			break;
		/* after version, type, code: the length of all */
		CHECK(what, heard.n - at >= 4 && heard.p[at] == 0 &&
				heard.p[at + 1] == 0);
		at += (size_t)(heard.p[at + 2] << 8 | heard.p[at + 3]) - 4;
		CHECK(what, at <= heard.n);
		want++;
	}
	CHECK(what, at == heard.n);
}

#endif
