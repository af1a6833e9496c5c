/* Names of what a view is made of. */
#include "model/model.h"

const char *
left_cause_id(enum left_cause cause)
{
	static const char *const ids[] = { [LEFT_MODE] = "mode",
		[LEFT_COVERED] = "covered",
		[LEFT_UNAGREED] = "unagreed",
		[LEFT_LEVEL] = "level",
		[LEFT_ENDORSERS] = "endorsers",
		[LEFT_RULE] = "rule",
		[LEFT_SLURM] = "slurm",
		[LEFT_UNSAFE] = "unsafe",
		[LEFT_PROVIDERS] = "providers" };

	ASSERT(cause < COUNT(ids));
	return ids[cause];
}
