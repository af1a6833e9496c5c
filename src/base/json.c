/*
 * One pass, no recursion, no memory: which of object or array is open is a
 * bit for each depth. Whether keys repeat is for those to see who know them.
 */
#include <string.h>

#include "base/json.h"

enum expect {
	VALUE,
	FIRST_KEY,  /* or the end */
	FIRST_ITEM, /* or the end */
	COMMA,      /* or the end */
	NOTHING
};

void
json_init(struct json *out, struct span text)
{
	*out = (struct json){ .text = text, .line = 1, .expect = VALUE };
	if (span_starts(text, SPAN("\xef\xbb\xbf")))
		out->why = "begins with a byte order mark";
	else if (!utf8_is_valid(text))
		out->why = "is not UTF-8";
}

static void
fail(struct json_event *e, struct json *j, const char *why)
{
	j->why = why;
	e->kind = JSON_AT_BAD;
}

static void
skip_white(struct json *j)
{
	for (; j->at < j->text.n; j->at++) {
		uint8_t c = j->text.p[j->at];

		if (c == '\n')
			j->line++;
		else if (c != ' ' && c != '\t' && c != '\r')
			return;
	}
}

/* The next byte, or a NUL, which is none of JSON's. */
static uint8_t
peek(const struct json *j)
{
	return j->at < j->text.n ? j->text.p[j->at] : 0;
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* ---- strings --------------------------------------------------------- */

static bool
read_hex(uint32_t *out, const uint8_t *p, size_t n)
{
	uint8_t two[2];

	if (n < 4 || !hex_parse(two, 2, span_of(p, 4)))
		return false;
	*out = (uint32_t)two[0] << 8 | two[1];
	return true;
}

/* \uXXXX, or two of them for what is beyond U+FFFF: how many bytes. */
static size_t
read_unicode(uint32_t *out, const uint8_t *p, size_t n)
{
	uint32_t low;

	if (n < 6 || !read_hex(out, p + 2, n - 2))
		return 0;
	if (*out < 0xd800 || *out > 0xdfff)
		return 6;
	if (*out > 0xdbff || n < 12 || p[6] != '\\' || p[7] != 'u' ||
	    !read_hex(&low, p + 8, n - 8) || low < 0xdc00 || low > 0xdfff)
		return 0;
	*out = 0x10000 + ((*out & 0x3ff) << 10 | (low & 0x3ff));
	return 12;
}

/* How long is the escape here? 0: it is none. */
static size_t
escape_length(const uint8_t *p, size_t n)
{
	uint32_t c;

	if (n < 2)
		return 0;
	if (p[1] == 'u')
		return read_unicode(&c, p, n);
	return p[1] != 0 && strchr("\"\\/bfnrt", p[1]) != NULL ? 2 : 0;
}

static void
read_string(struct json_event *e, struct json *j, enum json_kind kind)
{
	size_t from = ++j->at, n;

	e->kind = kind;
	for (; j->at < j->text.n; j->at += n) {
		const uint8_t *p = j->text.p + j->at;

		if (*p == '"') {
			e->text =
			    span_of(j->text.p + from, (size_t)(j->at - from));
			j->at++;
			return;
		}
		n = 1;
		if (*p == '\\') {
			e->is_escaped = true;
			n = escape_length(p, j->text.n - j->at);
		}
		if (*p < 0x20 || n == 0) {
			fail(e, j,
			    n == 0 ? "an escape is none of JSON's"
				   : "a string has a control character");
			return;
		}
	}
	fail(e, j, "a string does not end");
}

static void
put_utf8(struct buf *out, uint32_t c)
{
	if (c < 0x80)
		buf_byte(out, (uint8_t)c);
	else if (c < 0x800) {
		buf_byte(out, (uint8_t)(0xc0 | c >> 6));
		buf_byte(out, (uint8_t)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_byte(out, (uint8_t)(0xe0 | c >> 12));
		buf_byte(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		buf_byte(out, (uint8_t)(0x80 | (c & 0x3f)));
	} else {
		buf_byte(out, (uint8_t)(0xf0 | c >> 18));
		buf_byte(out, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
		buf_byte(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		buf_byte(out, (uint8_t)(0x80 | (c & 0x3f)));
	}
}

bool
json_text(struct buf *out, const struct json_event *e)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const uint8_t *p = e->text.p, *end = p + e->text.n;
	const char *found;
	uint32_t c = 0;

	while (p < end) {
		if (*p != '\\') {
			buf_byte(out, *p++);
			continue;
		}
		if (p[1] == 'u') {
			p += read_unicode(&c, p, (size_t)(end - p));
			put_utf8(out, c);
			continue;
		}
		found = strchr(from, p[1]);
		buf_byte(out, found != NULL ? (uint8_t)to[found - from] : p[1]);
		p += 2;
	}
	return !out->failed;
}

bool
json_is(const struct json_event *e, const char *text)
{
	return !e->is_escaped && span_eq(e->text, span_str(text));
}

/* ---- other values ---------------------------------------------------- */

static bool
skip_digits(struct json *j)
{
	size_t from = j->at;

	while (is_digit(peek(j)))
		j->at++;
	return j->at > from;
}

static void
read_number(struct json_event *e, struct json *j)
{
	size_t from = j->at;
	bool good = true;

	if (peek(j) == '-')
		j->at++;
	if (peek(j) == '0')
		j->at++;
	else
		good = skip_digits(j);
	if (good && peek(j) == '.') {
		j->at++;
		good = skip_digits(j);
	}
	if (good && (peek(j) == 'e' || peek(j) == 'E')) {
		j->at++;
		if (peek(j) == '+' || peek(j) == '-')
			j->at++;
		good = skip_digits(j);
	}
	e->kind = JSON_AT_NUMBER;
	e->text = span_of(j->text.p + from, j->at - from);
	if (!good || is_digit(peek(j)))
		fail(e, j, "a number is none of JSON's");
}

static void
read_word(struct json_event *e, struct json *j)
{
	static const struct {
		struct span word;
		enum json_kind kind;
	} words[] = { { { (const uint8_t *)"true", 4 }, JSON_AT_TRUE },
		{ { (const uint8_t *)"false", 5 }, JSON_AT_FALSE },
		{ { (const uint8_t *)"null", 4 }, JSON_AT_NULL } };
	struct span rest = span_of(j->text.p + j->at, j->text.n - j->at);

	for (size_t i = 0; i < COUNT(words); i++)
		if (span_starts(rest, words[i].word)) {
			j->at += words[i].word.n;
			e->kind = words[i].kind;
			return;
		}
	fail(e, j,
	    rest.n == 0 ? "the text ends too early"
			: "a value is wanted, and this is none of JSON's");
}

static void
open_one(struct json_event *e, struct json *j, bool is_array)
{
	if (j->depth == JSON_DEPTH) {
		fail(e, j, "nested deeper than any such file");
		return;
	}
	j->at++;
	j->arrays &= ~((uint32_t)1 << j->depth);
	j->arrays |= (uint32_t)is_array << j->depth;
	j->depth++;
	j->expect = is_array ? FIRST_ITEM : FIRST_KEY;
	e->kind = is_array ? JSON_AT_ARRAY : JSON_AT_OBJECT;
}

static void
read_value(struct json_event *e, struct json *j)
{
	uint8_t c = peek(j);

	if (c == '{' || c == '[') {
		open_one(e, j, c == '[');
		return;
	}
	if (c == '"')
		read_string(e, j, JSON_AT_STRING);
	else if (c == '-' || is_digit(c))
		read_number(e, j);
	else
		read_word(e, j);
	j->expect = j->depth > 0 ? COMMA : NOTHING;
}

static void
read_key(struct json_event *e, struct json *j)
{
	if (peek(j) != '"') {
		fail(e, j, "a key in quotes is wanted");
		return;
	}
	read_string(e, j, JSON_AT_KEY);
	if (e->kind == JSON_AT_BAD)
		return;
	skip_white(j);
	if (peek(j) != ':') {
		fail(e, j, "a colon is wanted");
		return;
	}
	j->at++;
	j->expect = VALUE;
}

static void
close_one(struct json_event *e, struct json *j)
{
	j->at++;
	j->depth--;
	j->expect = j->depth > 0 ? COMMA : NOTHING;
	e->kind = JSON_AT_END;
}

void
json_next(struct json_event *e, struct json *j)
{
	bool in_array;

	*e = (struct json_event){ .kind = JSON_AT_BAD, .line = j->line };
	if (j->why != NULL)
		return;
	skip_white(j);
	e->line = j->line;
	if (j->expect == NOTHING) {
		e->kind = JSON_AT_DONE;
		if (j->at < j->text.n)
			fail(e, j, "something follows the end");
		return;
	}
	in_array = j->depth > 0 && (j->arrays >> (j->depth - 1) & 1) != 0;
	if (j->expect != VALUE && peek(j) == (in_array ? ']' : '}')) {
		close_one(e, j);
		return;
	}
	if (j->expect == COMMA) {
		if (peek(j) != ',') {
			fail(e, j, "a comma or an end is wanted");
			return;
		}
		j->at++;
		skip_white(j);
		e->line = j->line;
	}
	if (in_array || j->expect == VALUE)
		read_value(e, j);
	else
		read_key(e, j);
}

void
json_skip(struct json_event *e, struct json *j)
{
	unsigned depth = j->depth;

	do
		json_next(e, j);
	while (j->depth > depth && e->kind != JSON_AT_BAD);
}
