/* Text forms of bytes and numbers. */
#include <string.h>

#include "base/base.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
hex_write(char *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		*out++ = hex_digits[s.p[i] >> 4];
		*out++ = hex_digits[s.p[i] & 15];
	}
	*out = '\0';
}

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
hex_parse(uint8_t *out, size_t out_n, struct span text)
{
	if (text.n % 2 != 0 || text.n / 2 != out_n)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (hex_value(text.p[i]) < 0)
			return false;
	for (size_t i = 0; i < out_n; i++)
		out[i] = (uint8_t)(hex_value(text.p[2 * i]) << 4 |
				   hex_value(text.p[2 * i + 1]));
	return true;
}

void
base64_write(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i += 3) {
		size_t n = s.n - i < 3 ? s.n - i : 3;
		uint32_t x = (uint32_t)s.p[i] << 16;
		char group[4];

		if (n > 1)
			x |= (uint32_t)s.p[i + 1] << 8;
		if (n > 2)
			x |= s.p[i + 2];
		group[0] = base64_digits[x >> 18];
		group[1] = base64_digits[x >> 12 & 63];
		group[2] = n > 1 ? base64_digits[x >> 6 & 63] : '=';
		group[3] = n > 2 ? base64_digits[x & 63] : '=';
		buf_add(out, group, sizeof(group));
	}
}

static int
base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* One to three bytes from a group of four characters, of which the last
 * `pad` were '='. Bits that carry nothing must be zero (RFC 4648 3.5). */
static bool
base64_group(struct buf *out, uint32_t x, unsigned pad)
{
	uint8_t bytes[3] = { (uint8_t)(x >> 16), (uint8_t)(x >> 8),
		(uint8_t)x };

	if (pad > 0 && (pad > 2 || (x & (pad == 1 ? 0xff : 0xffff)) != 0))
		return false;
	buf_add(out, bytes, 3 - pad);
	return true;
}

static bool
is_white(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
base64_body(struct buf *out, struct span text, bool white)
{
	uint32_t x = 0;
	unsigned have = 0, pad = 0;

	for (size_t i = 0; i < text.n; i++) {
		int v = base64_value(text.p[i]);

		if (white && is_white(text.p[i]))
			continue;
		if (text.p[i] == '=' && have > 1)
			pad++;
		else if (v < 0 || pad > 0)
			return false;
		x = x << 6 | (v < 0 ? 0 : (uint32_t)v);
		if (++have < 4)
			continue;
		if (!base64_group(out, x, pad))
			return false;
		x = have = 0;
	}
	return have == 0;
}

bool
base64_parse(struct buf *out, struct span text, bool white)
{
	size_t n = out->n;

	if (base64_body(out, text, white) && !out->failed)
		return true;
	out->n = n;
	return false;
}

bool
decimal_parse(uint64_t *out, struct span text, uint64_t max)
{
	uint64_t x = 0;

	if (text.n == 0 || (text.n > 1 && text.p[0] == '0'))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		uint64_t digit;

		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		digit = (uint64_t)(text.p[i] - '0');
		if (x > (UINT64_MAX - digit) / 10)
			return false;
		x = x * 10 + digit;
		if (x > max)
			return false;
	}
	*out = x;
	return true;
}

void
escape_write(struct buf *out, struct span s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		char form[4] = { '\\', 'x', hex_digits[c >> 4],
			hex_digits[c & 15] };

		/* The backslash too: the form can be read back. */
		if (c >= 0x20 && c <= 0x7e && c != '\\')
			continue;
		buf_add(out, s.p + from, i - from);
		buf_add(out, form, sizeof(form));
		from = i + 1;
	}
	if (s.n > from)
		buf_add(out, s.p + from, s.n - from);
}
