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

const char *
left_cause_text(enum left_cause cause)
{
	static const char *const texts[] = {
		[LEFT_MODE] = "the mode takes nothing of this kind of source",
		[LEFT_COVERED] = "the other kind of source comes first there",
		[LEFT_UNAGREED] = "only one kind of source says so",
		[LEFT_LEVEL] = "below minimum-level",
		[LEFT_ENDORSERS] = "not endorsed as endorsed-by wants",
		[LEFT_RULE] = "rejected by a rule",
		[LEFT_SLURM] = "filtered by SLURM",
		[LEFT_UNSAFE] = "a refused CA overlaps",
		[LEFT_PROVIDERS] = "too many providers of one customer",
	};

	ASSERT(cause < COUNT(texts));
	return texts[cause];
}

int64_t
view_next_expiry(const struct view *v, int64_t now)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < v->n; i++) {
		int64_t at = v->payloads[i].origin == NULL
				 ? INT64_MAX
				 : payload_expires_at(&v->payloads[i]);

		if (at > now && at < next)
			next = at;
	}
	return next;
}
