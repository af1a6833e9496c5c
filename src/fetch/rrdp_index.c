#include "fetch/rrdp_index.h"

#include <string.h>

bool
rrdp_index_next(
    struct rrdp_record *out, struct span *text, struct rrdp_index *x)
{
	size_t n;

	if (x->rest.n < sizeof(*out))
		return false;
	memcpy(out, x->rest.p, sizeof(*out));
	if (out->n_text > RECORD_TEXT_MAX || out->reason >= REASON_COUNT)
		return false;
	n = sizeof(*out) + (out->n_text + (size_t)7) / 8 * 8;
	if (x->rest.n < n)
		return false;
	*text = span_of(x->rest.p + sizeof(*out), out->n_text);
	x->rest = span_of(x->rest.p + n, x->rest.n - n);
	return true;
}

/* The last one ends exactly where the index does. */
enum reason
rrdp_index_check(struct rrdp_record *end, struct span *detail,
    const struct rrdp_index *index)
{
	struct rrdp_index x = *index;

	*detail = SPAN("");
	end->kind = 0;
	while (rrdp_index_next(end, detail, &x))
		if (end->kind == RECORD_END)
			break;
	if (x.rest.n != 0 || end->kind != RECORD_END)
		return R_FETCH_PROCESS;
	return (enum reason)end->reason;
}

static enum reason
give(const struct rrdp_events *e, const struct rrdp_record *r, struct span text)
{
	switch (r->kind) {
	case RECORD_HEAD:
		return e->head(e->ctx, &r->session, r->number);
	case RECORD_SNAPSHOT:
		return e->snapshot(e->ctx, text, &r->hash);
	case RECORD_DELTA:
		return e->delta(e->ctx, r->number, text, &r->hash);
	default:
		return R_FETCH_PROCESS;
	}
}

static enum reason
say(struct fault *why, enum reason r, struct span detail)
{
	return fault_say(why, r, NULL, "%.*s", SPAN_FMT(detail));
}

enum reason
rrdp_index_notification(struct rrdp_notification *out,
    const struct rrdp_index *index, struct fault *why)
{
	struct rrdp_events e = rrdp_notification_events(out);
	struct rrdp_index x = *index;
	struct rrdp_record record;
	struct span text;
	enum reason r = rrdp_index_check(&record, &text, index);

	/* A list that is too long is cut, and the rest is not looked at. */
	if (r != REASON_OK && r != R_RRDP_MANY)
		return say(why, r, text);
	out->is_cut = r == R_RRDP_MANY;
	while (
	    rrdp_index_next(&record, &text, &x) && record.kind != RECORD_END) {
		r = give(&e, &record, text);
		if (r == R_RRDP_MANY)
			break;
		if (r != REASON_OK)
			return say(why, r, text);
	}
	r = rrdp_notification_check(out);
	return r == REASON_OK ? r : say(why, r, SPAN(""));
}
