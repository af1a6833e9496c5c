#include "world/tree.h"

static const struct world_fault faults[] = {
#define F(name, row, on, edit, reason, effect, text) \
	{ name, row, on, edit, reason, EFFECT_##effect, text },
#include "world/fault.def"
#undef F
};

const struct world_fault *
world_faults(size_t *n)
{
	*n = COUNT(faults);
	return faults;
}

const struct world_fault *
world_fault(struct span name)
{
	for (size_t i = 0; i < COUNT(faults); i++)
		if (span_eq(span_str(faults[i].name), name))
			return &faults[i];
	return NULL;
}
