/*
 * The emitter: callers describe a thing once, it comes out as text for people
 * or as JSON (RFC 8259).
 *
 * The text form is a quiet YAML: "key: value", what is nested is indented by
 * two spaces, items of arrays begin with "- ".
 */
#include <inttypes.h>
#include <string.h>

#include "base/base.h"

void
emit_init(struct emit *e, struct buf *out, enum emit_form form)
{
	*e = (struct emit){ .out = out, .form = form, .first = true };
}

static bool
in_array(const struct emit *e, int depth)
{
	return depth > 0 && (e->arrays >> (depth - 1) & 1) != 0;
}

static void
indent(struct emit *e, int levels)
{
	for (int i = 0; i < levels; i++)
		buf_add(e->out, "  ", 2);
}

/* The length of the UTF-8 sequence at p, of n bytes, and what it encodes; 0
 * when it is not well-formed (RFC 3629 section 4). */
static size_t
utf8_next(uint32_t *out, const uint8_t *p, size_t n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t want = p[0] < 0x80                   ? 1
		      : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
		      : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
		      : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
						    : 0;
	uint32_t c;

	if (want == 0 || want > n)
		return 0;
	c = want == 1 ? p[0] : p[0] & (0xffu >> (want + 1));
	for (size_t i = 1; i < want; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[want] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*out = c;
	return want;
}

bool
utf8_is_valid(struct span text)
{
	uint32_t c;

	for (size_t i = 0, n; i < text.n; i += n) {
		n = utf8_next(&c, text.p + i, text.n - i);
		if (n == 0)
			return false;
	}
	return true;
}

/* What moves the cursor, hides text or turns its direction: no terminal and
 * no log shall act on it. */
static bool
is_plain(uint32_t c)
{
	return c >= 0x20 && (c < 0x7f || c >= 0xa0) && c != 0xad &&
	       c != 0x61c && !(c >= 0x200b && c <= 0x200f) &&
	       !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2060 && c <= 0x206f) &&
	       c != 0xfeff && !(c >= 0xfff0 && c <= 0xfffb) &&
	       !(c >= 0xe0000 && c < 0xe1000);
}

static void
json_escape(struct buf *out, uint32_t c)
{
	if (c == '"' || c == '\\')
		buf_printf(out, "\\%c", (char)c);
	else if (c == '\n')
		buf_puts(out, "\\n");
	else if (c == '\t')
		buf_puts(out, "\\t");
	else if (c < 0x10000)
		buf_printf(out, "\\u%04" PRIx32, c);
	else
		buf_printf(out, "\\u%04" PRIx32 "\\u%04" PRIx32,
		    0xd800 + ((c - 0x10000) >> 10),
		    0xdc00 + ((c - 0x10000) & 0x3ff));
}

/* How much of it, from its beginning, is never escaped: nearly always all. */
static size_t
ascii_run(const uint8_t *p, size_t n)
{
	size_t i = 0;

	while (i < n && (uint8_t)(p[i] - ' ') < 0x7f - ' ' && p[i] != '\\' &&
	       p[i] != '"')
		i++;
	return i;
}

/* The text between the quotes, or in text form the text itself. */
static void
write_text(struct emit *e, struct span s)
{
	bool json = e->form != EMIT_TEXT;
	size_t from = 0, step;

	for (size_t i = 0; i < s.n; i += step) {
		uint32_t c = 0xfffd;
		size_t n;

		i += ascii_run(s.p + i, s.n - i);
		if (i == s.n)
			break;
		n = utf8_next(&c, s.p + i, s.n - i);
		step = n == 0 ? 1 : n;
		if (n > 0 && is_plain(c) && c != '\\' && !(json && c == '"'))
			continue;
		buf_add(e->out, s.p + from, i - from);
		if (json)
			json_escape(e->out, c);
		else
			escape_write(e->out, span_of(s.p + i, step));
		from = i + step;
	}
	if (s.n > from)
		buf_add(e->out, s.p + from, s.n - from);
}

static void
json_string(struct emit *e, struct span s)
{
	buf_byte(e->out, '"');
	write_text(e, s);
	buf_byte(e->out, '"');
}

static void
json_lead(struct emit *e, const char *key)
{
	bool line = e->form == EMIT_JSON_LINE;

	if (e->depth > 0) {
		if (!e->first)
			buf_byte(e->out, ',');
		if (!line) {
			buf_byte(e->out, '\n');
			indent(e, e->depth);
		}
	}
	if (key == NULL)
		return;
	json_string(e, span_str(key));
	buf_puts(e->out, line ? ":" : ": ");
}

/* Up to "key:" or "- ". The first member of an object that is itself an item
 * goes on the line of that item's dash. */
static void
text_lead(struct emit *e, const char *key)
{
	bool after_dash = e->first && in_array(e, e->depth - 1);

	if (e->depth == 0 && !e->first)
		buf_byte(e->out, '\n');
	if (e->depth > 1 && e->first && !after_dash)
		buf_byte(e->out, '\n');
	if (e->depth > 0 && !after_dash)
		indent(e, e->depth - 1);
	if (key == NULL) {
		buf_puts(e->out, in_array(e, e->depth) ? "- " : "");
		return;
	}
	write_text(e, span_str(key));
	buf_byte(e->out, ':');
}

/* What comes before any value. */
static void
lead(struct emit *e, const char *key)
{
	ASSERT((key != NULL) == (e->depth > 0 && !in_array(e, e->depth)));
	if (e->form == EMIT_TEXT)
		text_lead(e, key);
	else
		json_lead(e, key);
	e->first = false;
}

static void
open_nest(struct emit *e, const char *key, bool array)
{
	lead(e, key);
	if (e->form != EMIT_TEXT)
		buf_byte(e->out, array ? '[' : '{');
	e->keyed = key != NULL;
	e->first = true;
	ASSERT(e->depth < EMIT_DEPTH);
	e->depth++;
	e->arrays &= ~(UINT32_C(1) << (e->depth - 1));
	e->arrays |= (uint32_t)array << (e->depth - 1);
}

void
emit_object(struct emit *e, const char *key)
{
	open_nest(e, key, false);
}

void
emit_array(struct emit *e, const char *key)
{
	open_nest(e, key, true);
}

void
emit_end(struct emit *e)
{
	bool array = in_array(e, e->depth), empty = e->first;

	ASSERT(e->depth > 0);
	e->depth--;
	e->first = false;
	if (e->form == EMIT_TEXT) {
		if (empty)
			buf_puts(e->out, e->keyed ? " none\n" : "none\n");
		return;
	}
	if (e->form == EMIT_JSON && !empty) {
		buf_byte(e->out, '\n');
		indent(e, e->depth);
	}
	buf_byte(e->out, array ? ']' : '}');
	if (e->depth == 0)
		buf_byte(e->out, '\n');
}

static void
before_scalar(struct emit *e, const char *key)
{
	lead(e, key);
	if (e->form == EMIT_TEXT && key != NULL)
		buf_byte(e->out, ' ');
}

static void
after_scalar(struct emit *e)
{
	if (e->form == EMIT_TEXT || e->depth == 0)
		buf_byte(e->out, '\n');
}

void
emit_span(struct emit *e, const char *key, struct span value)
{
	before_scalar(e, key);
	if (e->form != EMIT_TEXT)
		json_string(e, value);
	else if (value.n == 0)
		buf_puts(e->out, "\"\"");
	else
		write_text(e, value);
	after_scalar(e);
}

void
emit_str(struct emit *e, const char *key, const char *value)
{
	emit_span(e, key, span_str(value));
}

void
emit_hex(struct emit *e, const char *key, struct span value)
{
	uint8_t *digits;

	before_scalar(e, key);
	if (e->form != EMIT_TEXT || value.n == 0)
		buf_byte(e->out, '"');
	digits = buf_insert(e->out, e->out->n, 2 * value.n + 1);
	if (digits != NULL) {
		hex_write((char *)digits, value);
		e->out->n--; /* the NUL */
	}
	if (e->form != EMIT_TEXT || value.n == 0)
		buf_byte(e->out, '"');
	after_scalar(e);
}

void
emit_base64(struct emit *e, const char *key, struct span value)
{
	before_scalar(e, key);
	if (e->form != EMIT_TEXT || value.n == 0)
		buf_byte(e->out, '"');
	base64_write(e->out, value);
	if (e->form != EMIT_TEXT || value.n == 0)
		buf_byte(e->out, '"');
	after_scalar(e);
}

void
emit_uint(struct emit *e, const char *key, uint64_t value)
{
	before_scalar(e, key);
	buf_printf(e->out, "%" PRIu64, value);
	after_scalar(e);
}

void
emit_int(struct emit *e, const char *key, int64_t value)
{
	before_scalar(e, key);
	buf_printf(e->out, "%" PRId64, value);
	after_scalar(e);
}

void
emit_bool(struct emit *e, const char *key, bool value)
{
	before_scalar(e, key);
	if (e->form == EMIT_TEXT)
		buf_puts(e->out, value ? "yes" : "no");
	else
		buf_puts(e->out, value ? "true" : "false");
	after_scalar(e);
}

void
emit_time(struct emit *e, const char *key, int64_t at)
{
	char text[TIME_TEXT];

	time_write(text, sizeof(text), at);
	before_scalar(e, key);
	if (e->form != EMIT_TEXT)
		buf_byte(e->out, '"');
	buf_puts(e->out, text);
	if (e->form != EMIT_TEXT)
		buf_byte(e->out, '"');
	after_scalar(e);
}

void
emit_null(struct emit *e, const char *key)
{
	before_scalar(e, key);
	buf_puts(e->out, e->form == EMIT_TEXT ? "none" : "null");
	after_scalar(e);
}

void
emit_fmt(struct emit *e, const char *key, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n >= 0)
		text = base_alloc((size_t)n + 1);
	if (text == NULL) {
		e->out->failed = true;
		return;
	}
	va_start(args, fmt);
	(void)vsnprintf(text, (size_t)n + 1, fmt, args);
	va_end(args);
	emit_span(e, key, span_of(text, (size_t)n));
	base_free(text);
}
