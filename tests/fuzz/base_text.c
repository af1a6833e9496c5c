/* Text forms: what a reader takes, its writer writes the same, and whatever
 * the bytes, what goes to people is fit to print. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

static void
base64(struct span input)
{
	struct buf bytes, text;

	buf_init(&bytes, input.n);
	buf_init(&text, input.n + 4);
	if (base64_parse(&bytes, input, false)) {
		base64_write(&text, buf_view(&bytes));
		ASSERT(span_eq(buf_view(&text), input));
	}
	buf_reset(&bytes);
	if (base64_parse(&bytes, input, true))
		ASSERT(bytes.n <= input.n / 4 * 3);
	else
		ASSERT(bytes.n == 0);
	buf_fini(&bytes);
	buf_fini(&text);
}

static void
numbers(struct span input)
{
	char text[64], back[TIME_TEXT];
	uint64_t number;
	int64_t at, again;

	if (input.n >= sizeof(text) || memchr(input.p, 0, input.n) != NULL)
		return;
	(void)snprintf(text, sizeof(text), "%.*s", SPAN_FMT(input));
	if (decimal_parse(&number, input, UINT64_MAX)) {
		(void)snprintf(text, sizeof(text), "%ju", (uintmax_t)number);
		ASSERT(span_eq(span_str(text), input));
	}
	if (time_parse(&at, text)) {
		time_write(back, sizeof(back), at);
		ASSERT(time_parse(&again, back));
		/* An offset may lead beyond year 0 or 9999. */
		ASSERT(again == at || again == INT64_C(-62167219200) ||
		       again == INT64_C(253402300799));
	}
}

static void
printable(struct span input)
{
	struct buf out;
	struct emit e;

	buf_init(&out, 16 * input.n + 64);
	for (enum emit_form f = EMIT_TEXT; f <= EMIT_JSON_LINE; f++) {
		emit_init(&e, &out, f);
		emit_span(&e, NULL, input);
	}
	for (size_t i = 0; i < out.n; i++)
		ASSERT(
		    (out.p[i] >= 0x20 && out.p[i] != 0x7f) || out.p[i] == '\n');
	buf_reset(&out);
	escape_write(&out, input);
	for (size_t i = 0; i < out.n; i++)
		ASSERT(out.p[i] >= 0x20 && out.p[i] < 0x7f);
	ASSERT(!out.failed);
	buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span input = span_of(data, n);

	base64(input);
	if (n > 0)
		numbers(input);
	printable(input);
	return 0;
}
