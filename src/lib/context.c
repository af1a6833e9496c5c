/* The context, and what needs none: version, reasons, faults. */
#include "config.h"

#include <string.h>

#include "lib/lib.h"

const char *
cairn_version(void)
{
	return PACKAGE_VERSION;
}

/* ---- reasons ------------------------------------------------------------- */

static bool
is_reason(int reason)
{
	return reason > REASON_OK && reason < REASON_COUNT;
}

int
cairn_reason_count(void)
{
	return REASON_COUNT;
}

const char *
cairn_reason_id(int reason)
{
	return is_reason(reason) ? reason_id((enum reason)reason) : NULL;
}

const char *
cairn_reason_class(int reason)
{
	return is_reason(reason)
		   ? reason_class_id(reason_class((enum reason)reason))
		   : NULL;
}

const char *
cairn_reason_text(int reason)
{
	return is_reason(reason) ? reason_text((enum reason)reason) : NULL;
}

const char *
cairn_reason_clause(int reason)
{
	return is_reason(reason) ? reason_clause((enum reason)reason) : NULL;
}

int
cairn_reason_by_id(const char *id)
{
	return (int)reason_by_id(id);
}

/* ---- bytes and faults ---------------------------------------------------- */

struct span
lib_span(struct cairn_bytes b)
{
	return span_of(b.p, b.n);
}

struct cairn_bytes
lib_bytes(struct span s)
{
	return (struct cairn_bytes){ s.p, s.n };
}

int
lib_fault(struct cairn_fault *out, enum reason r, const struct fault *why)
{
	if (out == NULL)
		return (int)r;
	*out = (struct cairn_fault){ .reason = (int)r };
	/* Where memory ran out, the fault may be of what came before. */
	if (r == REASON_OK || why->reason != r)
		return (int)r;
	out->offset = why->offset;
	(void)snprintf(out->detail, sizeof(out->detail), "%s", why->detail);
	return (int)r;
}

/* ---- the context --------------------------------------------------------- */

struct cairn *
cairn_new(void)
{
	struct cairn *c = base_alloc(sizeof(*c));

	if (c == NULL)
		return NULL;
	limits_init(&c->limits);
	c->crypt = crypt_new();
	if (c->crypt == NULL) {
		base_free(c);
		return NULL;
	}
	c->verifier = crypt_verifier(c->crypt);
	return c;
}

void
cairn_free(struct cairn *c)
{
	if (c == NULL)
		return;
	crypt_free(c->crypt);
	base_free(c);
}

int
cairn_limit_set(struct cairn *c, const char *key, uint64_t value)
{
	size_t n;
	const struct limit_row *rows = limits_table(&n);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].key, key) != 0)
			continue;
		if (value < 1 || value > rows[i].value * LIMIT_FACTOR)
			return R_CONF_RANGE;
		memcpy(
		    (char *)&c->limits + rows[i].offset, &value, sizeof(value));
		return REASON_OK;
	}
	return R_CONF_KEY;
}
