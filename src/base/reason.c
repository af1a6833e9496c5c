/* The table of reasons, and faults that carry one. */
#include <string.h>

#include "base/base.h"

static const struct {
	const char *id, *clause, *text;
	enum reason_class class;
} reasons[REASON_COUNT] = {
	[REASON_OK] = { "ok", "", "nothing is wrong", CLASS_SYNTAX },
#define R(name, class, id, clause, text) \
	[R_##name] = { id, clause, text, CLASS_##class },
#include "base/reason.def"
#undef R
};

static const char *const classes[] = {
	[CLASS_SYNTAX] = "syntax",
	[CLASS_PROFILE] = "profile",
	[CLASS_SIGNATURE] = "signature",
	[CLASS_TIME] = "time",
	[CLASS_RESOURCES] = "resources",
	[CLASS_TREE] = "tree",
	[CLASS_LEDGER] = "ledger",
	[CLASS_LIMIT] = "limit",
	[CLASS_FETCH] = "fetch",
	[CLASS_CONF] = "conf",
	[CLASS_SYSTEM] = "system",
};

const char *
reason_id(enum reason r)
{
	ASSERT(r < REASON_COUNT);
	return reasons[r].id;
}

const char *
reason_text(enum reason r)
{
	ASSERT(r < REASON_COUNT);
	return reasons[r].text;
}

const char *
reason_clause(enum reason r)
{
	ASSERT(r < REASON_COUNT);
	return reasons[r].clause;
}

enum reason_class
reason_class(enum reason r)
{
	ASSERT(r < REASON_COUNT);
	return reasons[r].class;
}

const char *
reason_class_id(enum reason_class c)
{
	ASSERT(c < COUNT(classes));
	return classes[c];
}

enum reason
reason_by_id(const char *id)
{
	for (size_t i = 1; i < REASON_COUNT; i++)
		if (strcmp(reasons[i].id, id) == 0)
			return (enum reason)i;
	return REASON_OK;
}

void
fault_init(struct fault *out, struct span object)
{
	*out = (struct fault){ .base = object.p };
}

enum reason
fault_at(struct fault *f, enum reason r, const uint8_t *at)
{
	ASSERT(r != REASON_OK);
	if (f->reason != REASON_OK)
		return r;
	f->reason = r;
	f->offset = at != NULL && f->base != NULL ? (size_t)(at - f->base) : 0;
	return r;
}

enum reason
fault_say(
    struct fault *f, enum reason r, const uint8_t *at, const char *fmt, ...)
{
	va_list args;

	if (f->reason != REASON_OK)
		return r;
	va_start(args, fmt);
	(void)vsnprintf(f->detail, sizeof(f->detail), fmt, args);
	va_end(args);
	for (char *c = f->detail; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	return fault_at(f, r, at);
}
