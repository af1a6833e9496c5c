/* What changed in a view, told to programs and to people. */
#include "policy/policy.h"

bool
change_meets(const struct view_change *c, const struct route *route)
{
	const struct payload *p = &c->payload;

	return p->kind == PAYLOAD_VRP &&
	       prefix_covers(&p->vrp.prefix, &route->prefix) &&
	       (!route->has_asn || p->vrp.asn.v == route->asn.v);
}

void
change_text(
    struct buf *out, const struct view_delta *d, const struct view_change *c)
{
	char time[TIME_TEXT];

	time_write(time, sizeof(time), d->made_at);
	buf_printf(out, "%s %s ", time, change_op_id(c->op));
	payload_words(out, &c->payload);
	buf_printf(out, "%s: %s", c->is_left ? " (left out)" : "",
	    cause_id(c->cause.kind));
	if (c->cause.kind == CAUSE_POLICY)
		buf_printf(out, ", %s", left_cause_id(c->cause.left));
	if (c->cause.reason != REASON_OK)
		buf_printf(out, ", %s: %s", reason_id(c->cause.reason),
		    reason_text(c->cause.reason));
	buf_puts(out, "\n  ");
	escape_write(out, c->payload.origin->uri);
	buf_byte(out, '\n');
}

static void
emit_because(struct emit *e, const struct cause *c, const char *words)
{
	emit_str(e, "cause", cause_id(c->kind));
	emit_str(e, "because", words);
	if (c->kind == CAUSE_POLICY) {
		emit_str(e, "policy", left_cause_id(c->left));
		emit_str(e, "text", left_cause_text(c->left));
	} else if (c->reason != REASON_OK) {
		emit_str(e, "reason", reason_id(c->reason));
		emit_str(e, "text", reason_text(c->reason));
		if (reason_clause(c->reason)[0] != '\0')
			emit_str(e, "clause", reason_clause(c->reason));
	}
	if (c->detail.n > 0)
		emit_span(e, "detail", c->detail);
}

void
cause_emit(struct emit *e, const struct cause *c)
{
	emit_because(e, c, cause_text(c->kind));
}

static void
emit_payload(struct emit *e, const struct payload *p)
{
	char prefix[PREFIX_TEXT];

	switch (p->kind) {
	case PAYLOAD_VRP:
		prefix_write(prefix, &p->vrp.prefix);
		emit_fmt(e, "asn", "AS%u", p->vrp.asn.v);
		emit_str(e, "prefix", prefix);
		emit_uint(e, "max_length", p->vrp.max_len);
		return;
	case PAYLOAD_ASPA:
		emit_fmt(e, "customer", "AS%u", p->aspa.customer.v);
		emit_array(e, "providers");
		for (size_t i = 0; i < p->aspa.n; i++)
			emit_fmt(e, NULL, "AS%u", p->aspa.providers[i].v);
		emit_end(e);
		return;
	case PAYLOAD_ROUTER_KEY:
		emit_fmt(e, "router", "AS%u", p->key.asn.v);
		emit_hex(e, "ski", SPAN_OF(p->key.ski));
		return;
	}
	BUG("a kind of payload");
}

void
change_emit(
    struct emit *e, const struct view_delta *d, const struct view_change *c)
{
	emit_object(e, NULL);
	emit_time(e, "time", d->made_at);
	emit_uint(e, "serial", d->serial);
	emit_str(e, "change", change_op_id(c->op));
	emit_bool(e, "left_out", c->is_left);
	emit_bool(e, "heard", c->is_heard);
	emit_payload(e, &c->payload);
	emit_span(e, "source", c->payload.origin->source);
	emit_span(e, "object", c->payload.origin->uri);
	emit_hex(e, "hash", SPAN_OF(c->payload.origin->hash));
	emit_because(e, &c->cause,
	    c->op == CHANGE_REPLACED
		? "its object was issued anew, and says the same of it"
		: cause_text(c->cause.kind));
	emit_end(e);
}
