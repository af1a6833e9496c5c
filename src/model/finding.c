/* Findings: their order and their one description. */
#include "model/model.h"

static const char *const effects[] = {
	[EFFECT_WARNING] = "warning",
	[EFFECT_OBJECT] = "object",
	[EFFECT_POINT] = "point",
	[EFFECT_REPOSITORY] = "repository",
	[EFFECT_TRUST_ANCHOR] = "trust-anchor",
	[EFFECT_LEDGER] = "ledger",
};

const char *
effect_id(enum effect e)
{
	ASSERT(e < COUNT(effects));
	return effects[e];
}

int
finding_cmp(const void *va, const void *vb)
{
	const struct finding *a = va, *b = vb;
	int c = span_cmp(a->trust_anchor, b->trust_anchor);

	if (c == 0)
		c = span_cmp(a->point, b->point);
	if (c == 0)
		c = span_cmp(a->certificate, b->certificate);
	if (c == 0)
		c = span_cmp(a->object, b->object);
	if (c == 0)
		c = span_cmp(SPAN_OF(a->hash), SPAN_OF(b->hash));
	if (c == 0)
		c = (a->offset > b->offset) - (a->offset < b->offset);
	/* By id: the numbers follow the table, which grows in the middle. */
	if (c == 0)
		c = span_cmp(span_str(reason_id(a->reason)),
		    span_str(reason_id(b->reason)));
	if (c == 0)
		c = (a->effect > b->effect) - (a->effect < b->effect);
	return c != 0 ? c : span_cmp(a->detail, b->detail);
}

static void
emit_some(struct emit *e, const char *key, struct span value)
{
	if (value.n > 0)
		emit_span(e, key, value);
}

void
finding_emit(struct emit *e, const struct finding *f)
{
	static const struct digest none;

	emit_object(e, NULL);
	emit_str(e, "reason", reason_id(f->reason));
	emit_str(e, "class", reason_class_id(reason_class(f->reason)));
	emit_some(e, "clause", span_str(reason_clause(f->reason)));
	emit_some(e, "object", f->object);
	if (!digest_eq(&f->hash, &none))
		emit_hex(e, "hash", SPAN_OF(f->hash));
	emit_some(e, "trust_anchor", f->trust_anchor);
	emit_some(e, "point", f->point);
	emit_some(e, "certificate", f->certificate);
	if (f->offset > 0)
		emit_uint(e, "offset", f->offset);
	emit_some(e, "detail", f->detail);
	emit_str(e, "effect", effect_id(f->effect));
	emit_str(e, "text", reason_text(f->reason));
	emit_end(e);
}

bool
finding_is_under(const struct finding *f, const struct link *l)
{
	return span_eq(f->point, l->manifest_uri) &&
	       (f->certificate.n == 0 || span_eq(f->certificate, l->uri));
}
