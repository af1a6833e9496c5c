#include "world/tree.h"

static const struct world_ledger_fault faults[] = {
#define L(name, row, act, reason, text) { name, row, act, reason, text },
#include "world/ledger.def"
#undef L
};

const struct world_ledger_fault *
world_ledger_faults(size_t *n)
{
	*n = COUNT(faults);
	return faults;
}

const struct world_ledger_fault *
world_ledger_fault(struct span name)
{
	for (size_t i = 0; i < COUNT(faults); i++)
		if (span_eq(span_str(faults[i].name), name))
			return &faults[i];
	return NULL;
}
