/* The table of limits. */
#include "base/base.h"

static const struct limit_row rows[] = {
#define L(name, value, unit, key, text) \
	{ #name, unit, key, text, value, offsetof(struct limits, name) },
#include "base/limits.def"
#undef L
};

void
limits_init(struct limits *out)
{
#define L(name, value, unit, key, text) out->name = value;
#include "base/limits.def"
#undef L
}

const struct limit_row *
limits_table(size_t *n)
{
	*n = COUNT(rows);
	return rows;
}
