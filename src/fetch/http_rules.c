/* What an answer may be, how slow, and from where: no sockets, no clock. */
#include "fetch/http.h"

#include <netinet/in.h>
#include <string.h>
#include <strings.h>

/* ---- addresses ------------------------------------------------------- */

struct block {
	uint8_t b[16];
	unsigned len;
};

static bool
is_in(const uint8_t *address, const struct block *block)
{
	for (unsigned i = 0; i < block->len; i++)
		if (((address[i / 8] ^ block->b[i / 8]) & (0x80 >> i % 8)) != 0)
			return false;
	return true;
}

/* IANA special-purpose registry: what is not globally reachable. */
static bool
v4_is_local(const uint8_t b[4])
{
	static const struct block blocks[] = { { { 0 }, 8 }, { { 10 }, 8 },
		{ { 100, 64 }, 10 }, { { 127 }, 8 }, { { 169, 254 }, 16 },
		{ { 172, 16 }, 12 }, { { 192, 0, 0 }, 24 },
		{ { 192, 168 }, 16 }, { { 198, 18 }, 15 }, { { 224 }, 3 } };

	for (size_t i = 0; i < COUNT(blocks); i++)
		if (is_in(b, &blocks[i]))
			return true;
	return false;
}

static bool
v6_is_local(const uint8_t b[16])
{
	static const struct block blocks[] = { { { 0xfc }, 7 },
		{ { 0xfe, 0x80 }, 10 }, { { 0xfe, 0xc0 }, 10 }, { { 0xff }, 8 },
		{ { 0x01, 0x00 }, 64 } };
	static const struct block mapped = {
		{ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 96
	};
	static const struct block nat64 = { { 0, 0x64, 0xff, 0x9b }, 96 };
	static const struct block sixtofour = { { 0x20, 0x02 }, 16 };
	static const struct block compatible = { { 0 }, 96 };

	if (is_in(b, &mapped) || is_in(b, &nat64))
		return v4_is_local(b + 12);
	if (is_in(b, &sixtofour))
		return v4_is_local(b + 2);
	if (is_in(b, &compatible)) /* with :: and ::1 */
		return true;
	for (size_t i = 0; i < COUNT(blocks); i++)
		if (is_in(b, &blocks[i]))
			return true;
	return false;
}

bool
http_address_is_local(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in in;
		uint8_t b[4];

		memcpy(&in, address, sizeof(in));
		memcpy(b, &in.sin_addr, sizeof(b));
		return v4_is_local(b);
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 in;

		memcpy(&in, address, sizeof(in));
		return v6_is_local(in.sin6_addr.s6_addr);
	}
	return true;
}

/* ---- header ---------------------------------------------------------- */

static bool
is_name(struct span line, const char *name, struct span *value)
{
	size_t n = strlen(name);

	if (line.n <= n || line.p[n] != ':' ||
	    strncasecmp((const char *)line.p, name, n) != 0)
		return false;
	*value = span_of(line.p + n + 1, line.n - n - 1);
	while (value->n > 0 && (value->p[0] == ' ' || value->p[0] == '\t'))
		*value = span_of(value->p + 1, value->n - 1);
	while (value->n > 0 && (value->p[value->n - 1] == ' ' ||
				   value->p[value->n - 1] == '\t'))
		value->n--;
	return true;
}

static bool
is_word(struct span value, const char *word)
{
	return value.n == strlen(word) &&
	       strncasecmp((const char *)value.p, word, value.n) == 0;
}

/* What we would send back one day: printable, and not too long. */
static void
keep(char *out, size_t size, struct span value)
{
	out[0] = '\0';
	if (value.n >= size)
		return;
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] < ' ' || value.p[i] > '~')
			return;
	memcpy(out, value.p, value.n);
	out[value.n] = '\0';
}

static void
field(struct http_head *h, struct span line)
{
	struct span v;

	if (is_name(line, "content-length", &v)) {
		if (h->has_length || !decimal_parse(&h->length, v, INT64_MAX))
			h->bad = R_FETCH_HTTP_LENGTH;
		h->has_length = true;
	} else if (is_name(line, "transfer-encoding", &v)) {
		if (h->has_coding || !is_word(v, "chunked"))
			h->bad = R_FETCH_HTTP_LENGTH;
		h->has_coding = true;
	} else if (is_name(line, "content-encoding", &v)) {
		if (h->is_gzip ||
		    (!is_word(v, "gzip") && !is_word(v, "x-gzip") &&
			!is_word(v, "identity")))
			h->bad = R_FETCH_HTTP_ENCODING;
		h->is_gzip = !is_word(v, "identity");
	} else if (is_name(line, "etag", &v)) {
		keep(h->etag, sizeof(h->etag), v);
	} else if (is_name(line, "last-modified", &v)) {
		keep(h->modified, sizeof(h->modified), v);
	}
}

enum reason
http_head_line(
    struct http_head *h, struct span line, const struct limits *limits)
{
	uint64_t bytes = h->bytes + line.n;

	if (bytes > limits->http_header)
		return R_FETCH_HTTP_HEADER;
	while (line.n > 0 &&
	       (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	/* An interim answer may come before the one that counts. */
	if (!h->is_open && span_starts(line, SPAN("HTTP/")))
		*h = (struct http_head){ .is_open = true };
	else if (line.n == 0)
		h->is_open = false;
	else
		field(h, line);
	h->bytes = bytes;
	return REASON_OK;
}

bool
http_head_is_redirect(const struct http_head *h)
{
	return h->status == 301 || h->status == 302 || h->status == 303 ||
	       h->status == 307 || h->status == 308;
}

enum reason
http_head_check(const struct http_head *h, bool sent, bool wants_gzip)
{
	if (h->status == 304)
		return sent ? REASON_OK : R_FETCH_HTTP_UNASKED;
	if (http_head_is_redirect(h))
		return REASON_OK;
	if (h->status != 200)
		return R_FETCH_HTTP_STATUS;
	return http_head_check_content(h, wants_gzip);
}

enum reason
http_head_check_content(const struct http_head *h, bool wants_gzip)
{
	if (h->bad != REASON_OK)
		return h->bad;
	if (h->has_length && h->has_coding)
		return R_FETCH_HTTP_LENGTH;
	if (h->is_gzip && !wants_gzip)
		return R_FETCH_HTTP_ENCODING;
	return REASON_OK;
}

/* ---- time ------------------------------------------------------------ */

void
http_clock_init(struct http_clock *out, int64_t now_ms)
{
	*out = (struct http_clock){ .begun_ms = now_ms, .asked_ms = now_ms };
}

void
http_clock_again(struct http_clock *c, int64_t now_ms)
{
	c->asked_ms = now_ms;
	c->last_ms = 0;
	c->window_bytes = 0;
}

void
http_clock_bytes(struct http_clock *c, int64_t now_ms, size_t n)
{
	if (c->last_ms == 0)
		c->window_ms = now_ms;
	c->last_ms = now_ms;
	c->window_bytes += n;
}

static bool
is_over(int64_t since_ms, int64_t now_ms, uint64_t limit_s)
{
	return now_ms > since_ms &&
	       (uint64_t)(now_ms - since_ms) > limit_s * 1000;
}

/* A byte now and then must not keep a transfer alive: hostile.md A2. */
enum reason
http_clock_check(
    struct http_clock *c, int64_t now_ms, const struct limits *limits)
{
	bool is_slow;

	if (is_over(c->begun_ms, now_ms, limits->transfer_time))
		return R_FETCH_TIME;
	if (!c->is_resolved)
		return is_over(c->begun_ms, now_ms, limits->resolve_time)
			   ? R_FETCH_RESOLVE
			   : REASON_OK;
	if (c->last_ms == 0)
		return is_over(c->asked_ms, now_ms, limits->first_byte_time)
			   ? R_FETCH_SLOW
			   : REASON_OK;
	if (is_over(c->last_ms, now_ms, limits->idle_time))
		return R_FETCH_SLOW;
	if (!is_over(c->window_ms, now_ms, limits->speed_window))
		return REASON_OK;
	is_slow = c->window_bytes < limits->speed_floor * limits->speed_window;
	c->window_ms = now_ms;
	c->window_bytes = 0;
	return is_slow ? R_FETCH_SLOW : REASON_OK;
}

uint32_t
http_retry_after(int64_t asked_s, const struct limits *limits)
{
	uint64_t most =
	    limits->retry_after < INT32_MAX ? limits->retry_after : INT32_MAX;

	if (asked_s <= 0)
		return 0;
	return (uint32_t)((uint64_t)asked_s < most ? (uint64_t)asked_s : most);
}

void
http_text(char *out, size_t size, struct span text)
{
	size_t n = text.n < size - 1 ? text.n : size - 1;

	for (size_t i = 0; i < n; i++)
		out[i] = text.p[i] >= ' ' && text.p[i] <= '~' ? (char)text.p[i]
							      : '?';
	out[n] = '\0';
}
