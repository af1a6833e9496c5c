/* What policy and exceptions did to payloads, for people and for programs. */
#include "cli/cli.h"

#define CAUSES (LEFT_PROVIDERS + 1)

struct tally {
	uint64_t left[CAUSES]; /* by each of their origins */
	uint64_t asserted;
	bool any;
};

static void
count(struct tally *out, const struct view *v)
{
	*out = (struct tally){ 0 };
	for (size_t i = 0; i < v->n_left; i++)
		out->left[v->left[i].cause]++;
	for (size_t i = 0; i < v->n_sources; i++)
		if (v->sources[i].kind == SOURCE_SLURM)
			out->asserted += v->sources[i].n_payloads;
	out->any = v->n_left > 0 || out->asserted > 0 || v->n_unsafe > 0;
}

void
summary_policy_text(struct buf *out, const struct view *v)
{
	struct tally t;

	count(&t, v);
	if (!t.any)
		return;
	buf_puts(out, "\npolicy:\n");
	for (size_t i = 0; i < CAUSES; i++)
		if (t.left[i] > 0)
			buf_printf(out, "%8llu  left out: %s (%s)\n",
			    (unsigned long long)t.left[i],
			    left_cause_text((enum left_cause)i),
			    left_cause_id((enum left_cause)i));
	if (t.asserted > 0)
		buf_printf(out, "%8llu  asserted by SLURM\n",
		    (unsigned long long)t.asserted);
	if (v->n_unsafe > 0)
		buf_printf(out, "%8llu  VRPs unsafe: a refused CA overlaps\n",
		    (unsigned long long)v->n_unsafe);
}

void
summary_policy_json(struct emit *e, const struct view *v)
{
	struct tally t;

	count(&t, v);
	emit_object(e, "policy");
	emit_object(e, "left_out");
	for (size_t i = 0; i < CAUSES; i++)
		emit_uint(e, left_cause_id((enum left_cause)i), t.left[i]);
	emit_end(e);
	emit_uint(e, "asserted", t.asserted);
	emit_uint(e, "unsafe", v->n_unsafe);
	emit_end(e);
}
