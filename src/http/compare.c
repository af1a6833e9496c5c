/*
 * The two worlds side by side, for the page: totals, and of each class the
 * first prefixes with who says what and why the other does not. All of it, in
 * every form, is what `cairn compare` prints.
 */
#include "http/inside.h"
#include "policy/policy.h"

#define TOLD_MAX 500 /* of each class */

/* What a person calls it: what is said by one side only is called by it. */
static const char *
class_name(const struct compare_item *item)
{
	static const char *const names[] = { [COMPARE_AGREE] = "agree",
		[COMPARE_CONFLICT] = "conflict",
		[COMPARE_UNSETTLED] = "claimed" };

	if (item->class == COMPARE_ONLY)
		return item->of[0] != NULL ? "legacy" : "ledger";
	return names[item->class];
}

static void
emit_said(struct emit *e, const char *key, const struct payload *p)
{
	char prefix[PREFIX_TEXT];

	if (p == NULL || p->kind != PAYLOAD_VRP)
		return;
	prefix_write(prefix, &p->vrp.prefix);
	emit_array(e, key);
	if (p->vrp.max_len > p->vrp.prefix.len)
		emit_fmt(e, NULL, "%s-%u AS%u", prefix, p->vrp.max_len,
		    p->vrp.asn.v);
	else
		emit_fmt(e, NULL, "%s AS%u", prefix, p->vrp.asn.v);
	emit_end(e);
}

static void
emit_item(struct emit *e, const struct compare_item *item)
{
	int side = item->of[0] == NULL;
	const struct payload *p = item->of[side];
	const struct payload *rival =
	    item->class == COMPARE_CONFLICT ? item->rival : NULL;
	char prefix[PREFIX_TEXT];

	prefix_write(prefix, &p->vrp.prefix);
	emit_object(e, NULL);
	emit_str(e, "class", class_name(item));
	emit_str(e, "prefix", prefix);
	emit_said(e, "legacy", item->of[0] != NULL ? item->of[0] : rival);
	emit_said(e, "ledger", item->of[1] != NULL ? item->of[1] : rival);
	if (item->class != COMPARE_AGREE)
		cause_emit(e, &item->cause);
	emit_end(e);
}

static void
emit_class(struct emit *e, const struct compare *x, enum compare_class class)
{
	size_t told[2] = { 0, 0 };

	for (size_t i = 0; i < x->n; i++) {
		const struct compare_item *item = &x->items[i];
		int side = item->of[0] == NULL;

		if (item->class != class ||
		    item->of[side]->kind != PAYLOAD_VRP ||
		    told[side]++ >= TOLD_MAX)
			continue;
		emit_item(e, item);
	}
}

static void
emit_totals(struct emit *e, const struct compare *x)
{
	emit_object(e, "totals");
	emit_uint(e, "agree", x->total[0][COMPARE_AGREE].vrps);
	emit_uint(e, "conflict",
	    x->total[0][COMPARE_CONFLICT].vrps +
		x->total[1][COMPARE_CONFLICT].vrps);
	emit_uint(e, "claimed",
	    x->total[0][COMPARE_UNSETTLED].vrps +
		x->total[1][COMPARE_UNSETTLED].vrps);
	emit_uint(e, "legacy", x->total[0][COMPARE_ONLY].vrps);
	emit_uint(e, "ledger", x->total[1][COMPARE_ONLY].vrps);
	emit_end(e);
}

static void
emit_all(struct emit *e, const struct compare *x)
{
	emit_object(e, NULL);
	emit_totals(e, x);
	emit_array(e, "entries");
	emit_class(e, x, COMPARE_CONFLICT);
	emit_class(e, x, COMPARE_UNSETTLED);
	emit_class(e, x, COMPARE_ONLY);
	emit_class(e, x, COMPARE_AGREE);
	emit_end(e);
	emit_end(e);
}

static enum reason
write_compare(const struct http_world *world, struct output_sink sink)
{
	const struct compare_side legacy = {
		.name = "legacy", .view = world->view, .world = COMPARE_LEGACY
	};
	const struct compare_side ledger = {
		.name = "ledger", .view = world->view, .world = COMPARE_LEDGER
	};
	struct compare x;
	struct arena arena;
	struct buf out;
	struct emit e;
	enum reason r;

	arena_init(&arena, SIZE_MAX);
	buf_init(&out, (size_t)16 << 20);
	r = policy_compare(&x, &legacy, &ledger, &arena);
	if (r == REASON_OK) {
		emit_init(&e, &out, EMIT_JSON_LINE);
		emit_all(&e, &x);
		r = out.failed ? R_LIMIT_MEMORY
			       : sink.write(sink.ctx, buf_view(&out));
	}
	buf_fini(&out);
	arena_fini(&arena);
	return r;
}

void
answer_compare(struct http_call *call)
{
	call->out->kind = HTTP_FILE;
	call->out->write = write_compare;
	http_set_etag(call, "compare");
}
