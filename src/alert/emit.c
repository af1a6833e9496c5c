/* An alert, for programs and for people. */
#include "alert/alert.h"

static const char *const texts[] = { [ALERT_GONE] =
					 "is no longer given to routers",
	[ALERT_NEW_ORIGIN] = "is a new origin",
	[ALERT_EXPIRING] = "ends soon",
	[ALERT_CONFLICT] = "is said by one world and not by the other",
	[ALERT_CLAIM] = "is claimed in a ledger by somebody else",
	[ALERT_COLLAPSE] = "trust anchor fails, or has lost much",
	[ALERT_FORK] = "ledger shows two faces: nothing more of it is believed",
	[ALERT_LEDGER] = "ledger is stale, or cannot be had" };
_Static_assert(COUNT(texts) == ALERT_KINDS, "words for each kind");

static void
emit_payload(struct emit *e, const struct payload *p)
{
	char prefix[PREFIX_TEXT];

	switch (p->kind) {
	case PAYLOAD_VRP:
		prefix_write(prefix, &p->vrp.prefix);
		emit_str(e, "prefix", prefix);
		emit_uint(e, "max_length", p->vrp.max_len);
		emit_uint(e, "asn", p->vrp.asn.v);
		break;
	case PAYLOAD_ASPA:
		emit_uint(e, "customer", p->aspa.customer.v);
		break;
	case PAYLOAD_ROUTER_KEY:
		emit_uint(e, "asn", p->key.asn.v);
		emit_hex(e, "ski", SPAN_OF(p->key.ski));
		break;
	}
	if (p->origin == NULL)
		return;
	emit_span(e, "source", p->origin->source);
	emit_span(e, "object", p->origin->uri);
}

static void
range_text(char out[RESOURCE_TEXT], const struct view_holding *h)
{
	if (h->kind == HOLDING_AS)
		asn_range_text(out, &h->as);
	else
		addr_range_text(
		    out, h->kind == HOLDING_V4 ? FAMILY_V4 : FAMILY_V6, &h->ip);
}

static void
emit_holding(struct emit *e, const struct view_holding *h)
{
	char range[RESOURCE_TEXT];

	range_text(range, h);
	emit_str(e, "resource", range);
	emit_span(e, "source", h->holder->ledger);
	emit_hex(e, "holder", SPAN_OF(h->holder->id));
	if (h->holder->name.n > 0)
		emit_span(e, "name", h->holder->name);
	emit_uint(e, "level", h->level);
}

static void
emit_source(struct emit *e, const struct view_source *s)
{
	emit_span(e, "source", s->name);
	if (s->reason != REASON_OK)
		emit_str(e, "reason", reason_id(s->reason));
	if (s->detail.n > 0)
		emit_span(e, "detail", s->detail);
	if (s->held_until_at != 0)
		emit_time(e, "held_until", s->held_until_at);
	if (s->evidence.n > 0)
		emit_span(e, "evidence", s->evidence);
}

void
alert_emit(struct buf *out, const struct alert *a, int64_t at, const char *id)
{
	struct emit e;

	emit_init(&e, out, EMIT_JSON_LINE);
	emit_object(&e, NULL);
	emit_str(&e, "alert", alert_kind_id(a->kind));
	emit_str(&e, "id", id);
	emit_time(&e, "at", at);
	if (a->source != NULL)
		emit_source(&e, a->source);
	else if (a->holding.holder != NULL)
		emit_holding(&e, &a->holding);
	else
		emit_payload(&e, &a->payload);
	if (a->kind == ALERT_EXPIRING)
		emit_time(&e, "expires", a->expires_at);
	emit_str(&e, "text", texts[a->kind]);
	emit_end(&e);
}

void
alert_text(struct buf *out, const struct alert *a)
{
	char text[RESOURCE_TEXT];

	buf_printf(out, "%s: ", alert_kind_id(a->kind));
	if (a->source != NULL) {
		escape_write(out, a->source->name);
	} else if (a->holding.holder != NULL) {
		range_text(text, &a->holding);
		buf_puts(out, text);
	} else {
		payload_words(out, &a->payload);
	}
	buf_printf(out, " %s", texts[a->kind]);
}
