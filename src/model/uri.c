/*
 * URIs, as narrow as the repositories of the field allow.
 *
 * A URI never becomes the name of a file here, yet rsync makes names of its
 * segments, and people and log readers see them: so nothing is let in that
 * could mean something to any of them. Scheme and host are compared by bytes
 * everywhere, hence the scheme must be in lower case.
 */
#include <string.h>

#include "model/model.h"

#define HOST_MAX  253
#define LABEL_MAX 63

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alnum(uint8_t c)
{
	uint8_t lower = c | 0x20;

	return (lower >= 'a' && lower <= 'z') || is_digit(c);
}

/* Unreserved (RFC 3986 2.3), and those of the reserved ones that names made
 * by other software contain: base64, AS numbers, addresses of mail. */
static bool
is_segment_char(uint8_t c)
{
	return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~' ||
	       c == '+' || c == '=' || c == ',' || c == '@';
}

/* The bytes up to the first mark, or all. Moves `rest` past them, not past the
 * mark. */
static struct span
take_until(struct span *rest, char mark)
{
	const uint8_t *end =
	    rest->n > 0 ? memchr(rest->p, mark, rest->n) : NULL;
	size_t n = end != NULL ? (size_t)(end - rest->p) : rest->n;
	struct span out = span_of(rest->p, n);

	*rest = span_of(rest->p + n, rest->n - n);
	return out;
}

/* All that comes before a path, a query or a fragment. */
static struct span
take_authority(struct span *rest)
{
	struct span out = take_until(rest, '/');
	size_t n = 0;

	while (n < out.n && out.p[n] != '?' && out.p[n] != '#')
		n++;
	*rest = span_of(out.p + n, rest->n + out.n - n);
	return span_of(out.p, n);
}

/* Digits, or a number in the C notations that inet_aton(3) takes. */
static bool
is_number(struct span label)
{
	size_t i = 0;

	if (label.n > 1 && label.p[0] == '0' && (label.p[1] | 0x20) == 'x')
		return true;
	while (i < label.n && is_digit(label.p[i]))
		i++;
	return i == label.n;
}

static bool
is_v4(uint8_t out[4], struct span host)
{
	char text[PREFIX_TEXT];
	enum family family;
	struct addr a;

	if (host.n >= sizeof(text))
		return false;
	(void)snprintf(text, sizeof(text), "%.*s", SPAN_FMT(host));
	if (!addr_parse(&a, &family, text) || family != FAMILY_V4)
		return false;
	for (int i = 0; i < 4; i++)
		out[i] = a.b[i];
	return true;
}

static bool
label_is_good(struct span label)
{
	if (label.n == 0 || label.n > LABEL_MAX || label.p[0] == '-' ||
	    label.p[label.n - 1] == '-')
		return false;
	for (size_t i = 0; i < label.n; i++)
		if (!is_alnum(label.p[i]) && label.p[i] != '-')
			return false;
	return true;
}

/* Labels of letters, digits and hyphens (RFC 1123 2.1), or four decimal
 * numbers; nothing else that a resolver would read as an address. */
static bool
host_is_good(struct span host)
{
	struct span rest = host, label;
	uint8_t v4[4];

	if (host.n == 0 || host.n > HOST_MAX)
		return false;
	for (;;) {
		label = take_until(&rest, '.');
		if (!label_is_good(label))
			return false;
		if (rest.n == 0)
			break;
		rest = span_of(rest.p + 1, rest.n - 1);
	}
	return !is_number(label) || is_v4(v4, host);
}

/* [host[:port]], to the slash. */
static enum reason
authority_parse(struct uri *out, struct span *rest)
{
	struct span all = take_authority(rest), after = all;
	uint64_t port;

	for (size_t i = 0; i < all.n; i++)
		if (!is_alnum(all.p[i]) && all.p[i] != '-' && all.p[i] != '.' &&
		    all.p[i] != ':')
			return R_URI_SYNTAX;
	out->host = take_until(&after, ':');
	out->port = span_of(after.p, 0);
	if (!host_is_good(out->host))
		return R_URI_HOST;
	if (after.n == 0)
		return REASON_OK;
	out->port = span_of(after.p + 1, after.n - 1);
	if (!decimal_parse(&port, out->port, UINT16_MAX) || port == 0)
		return R_URI_PORT;
	return REASON_OK;
}

/* One segment and the slash after it. */
static enum reason
segment_parse(struct span *out, struct span *rest, const struct limits *limits)
{
	*out = take_until(rest, '/');
	for (size_t i = 0; i < out->n; i++)
		if (!is_segment_char(out->p[i]))
			return R_URI_SYNTAX;
	if (out->n > limits->name_max)
		return R_URI_LENGTH;
	if (out->n > 0 && out->p[0] == '.')
		return R_URI_PATH;
	if (out->n == 0 && rest->n > 0)
		return R_URI_PATH;
	if (rest->n > 0)
		*rest = span_of(rest->p + 1, rest->n - 1);
	return REASON_OK;
}

static enum reason
path_parse(struct uri *out, struct span rest, const struct limits *limits)
{
	struct span segment;

	if (rest.n == 0)
		return R_URI_PATH;
	if (rest.p[0] != '/')
		return R_URI_SYNTAX;
	rest = span_of(rest.p + 1, rest.n - 1);
	out->module = span_of(rest.p, 0);
	if (out->scheme == URI_RSYNC) {
		TRY(segment_parse(&out->module, &rest, limits));
		/* rsync lists modules without one, and without the slash the
		 * same module would have two names. */
		if (out->module.n == 0 ||
		    rest.p == out->module.p + out->module.n)
			return R_URI_PATH;
	}
	out->path = rest;
	while (rest.n > 0)
		TRY(segment_parse(&segment, &rest, limits));
	return REASON_OK;
}

enum reason
uri_parse(struct uri *out, struct span text, const struct limits *limits)
{
	static const struct {
		struct span prefix;
		enum uri_scheme scheme;
	} schemes[] = {
		{ { (const uint8_t *)"rsync://", 8 }, URI_RSYNC },
		{ { (const uint8_t *)"https://", 8 }, URI_HTTPS },
	};
	struct uri uri = { .text = text };
	struct span rest = text;
	size_t i = 0;

	if (text.n > limits->uri_max)
		return R_URI_LENGTH;
	while (i < COUNT(schemes) && !span_starts(text, schemes[i].prefix))
		i++;
	if (i == COUNT(schemes))
		return R_URI_SCHEME;
	uri.scheme = schemes[i].scheme;
	rest.p += schemes[i].prefix.n;
	rest.n -= schemes[i].prefix.n;
	TRY(authority_parse(&uri, &rest));
	TRY(path_parse(&uri, rest, limits));
	*out = uri;
	return REASON_OK;
}

/* IANA's special-purpose registry, what is not globally reachable there. */
static bool
v4_is_local(const uint8_t a[4])
{
	return a[0] == 0 || a[0] == 10 || a[0] == 127 || a[0] >= 224 ||
	       (a[0] == 100 && (a[1] & 0xc0) == 64) ||
	       (a[0] == 169 && a[1] == 254) ||
	       (a[0] == 172 && (a[1] & 0xf0) == 16) ||
	       (a[0] == 192 && a[1] == 168);
}

static bool
label_is(struct span label, const char *name)
{
	struct span want = span_str(name);

	if (label.n != want.n)
		return false;
	for (size_t i = 0; i < want.n; i++)
		if ((label.p[i] | 0x20) != want.p[i])
			return false;
	return true;
}

bool
uri_is_local(const struct uri *uri)
{
	static const char *const names[] = { "localhost", "local", "internal",
		"lan", "arpa" };
	struct span rest = uri->host, label;
	uint8_t v4[4];
	size_t labels = 1;

	if (uri->port.n > 0)
		return true;
	if (is_v4(v4, uri->host))
		return v4_is_local(v4);
	for (label = take_until(&rest, '.'); rest.n > 0; labels++) {
		rest = span_of(rest.p + 1, rest.n - 1);
		label = take_until(&rest, '.');
	}
	for (size_t i = 0; i < COUNT(names); i++)
		if (label_is(label, names[i]))
			return true;
	return labels == 1;
}

struct span
uri_module_root(const struct uri *uri)
{
	/* The path begins after the slash that follows module or host. */
	return span_of(uri->text.p, (size_t)(uri->path.p - uri->text.p));
}

struct span
uri_join(struct arena *arena, struct span folder, struct span name)
{
	size_t slash = folder.n > 0 && folder.p[folder.n - 1] != '/';
	uint8_t *p = arena_alloc(arena, folder.n + slash + name.n);

	if (p == NULL)
		return span_of(NULL, 0);
	if (folder.n > 0)
		memcpy(p, folder.p, folder.n);
	if (slash)
		p[folder.n] = '/';
	if (name.n > 0)
		memcpy(p + folder.n + slash, name.p, name.n);
	return span_of(p, folder.n + slash + name.n);
}
