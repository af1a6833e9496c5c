/* What changed since a serial, for programs that keep a copy: the shape is
 * Routinator's. The session and serial are those of RTR version 1. */
#include <stdio.h>
#include <stdlib.h>

#include "http/inside.h"

/* Is it this session that is asked about, and which serial of it? */
static bool
asked(uint32_t *serial, const struct http_call *call)
{
	const char *session = http_param(call, "session");
	const char *text = http_param(call, "serial");
	uint64_t a, b;

	if (session == NULL || text == NULL ||
	    !decimal_parse(&a, span_str(session), UINT16_MAX) ||
	    !decimal_parse(&b, span_str(text), UINT32_MAX))
		return false;
	*serial = (uint32_t)b;
	return a == call->world->view->sessions[1];
}

static bool
is_given(const struct http_call *call)
{
	return http_param(call, "session") != NULL ||
	       http_param(call, "serial") != NULL;
}

static void
emit_asn(struct emit *e, const char *key, struct asn asn)
{
	emit_fmt(e, key, "AS%u", asn.v);
}

static void
emit_payload(struct emit *e, const struct payload *p)
{
	char prefix[PREFIX_TEXT];

	emit_object(e, NULL);
	switch (p->kind) {
	case PAYLOAD_VRP:
		prefix_write(prefix, &p->vrp.prefix);
		emit_str(e, "type", "routeOrigin");
		emit_asn(e, "asn", p->vrp.asn);
		emit_str(e, "prefix", prefix);
		emit_uint(e, "maxLength", p->vrp.max_len);
		break;
	case PAYLOAD_ASPA:
		emit_str(e, "type", "aspa");
		emit_asn(e, "customerAsid", p->aspa.customer);
		emit_array(e, "providerAsids");
		for (size_t i = 0; i < p->aspa.n; i++)
			emit_asn(e, NULL, p->aspa.providers[i]);
		emit_end(e);
		break;
	case PAYLOAD_ROUTER_KEY:
		emit_str(e, "type", "routerKey");
		emit_asn(e, "asn", p->key.asn);
		emit_hex(e, "keyIdentifier", SPAN_OF(p->key.ski));
		emit_base64(e, "keyInfo", p->key.spki);
		break;
	}
	emit_end(e);
}

static void
emit_serial(struct emit *e, const struct view *view)
{
	emit_fmt(e, "session", "%u", view->sessions[1]);
	emit_uint(e, "serial", view->serial);
}

static void
emit_all(struct emit *e, const struct view *view)
{
	emit_array(e, "announced");
	for (size_t i = 0; i < view->n; i++)
		if (i == 0 || payload_cmp(&view->payloads[i - 1],
				  &view->payloads[i]) != 0)
			emit_payload(e, &view->payloads[i]);
	emit_end(e);
	emit_array(e, "withdrawn");
	emit_end(e);
}

static void
emit_changes(struct emit *e, const struct http_changes *c)
{
	emit_uint(e, "fromSerial", c->from);
	emit_array(e, "announced");
	for (size_t i = 0; i < c->n_announced; i++)
		emit_payload(e, c->announced[i]);
	emit_end(e);
	emit_array(e, "withdrawn");
	for (size_t i = 0; i < c->n_withdrawn; i++)
		emit_payload(e, c->withdrawn[i]);
	emit_end(e);
}

void
answer_delta(struct http_call *call)
{
	const struct http_world *world = call->world;
	struct http_changes changes = { 0 };
	uint32_t serial = 0;
	bool known = asked(&serial, call);
	struct emit e;

	if (known && serial == world->view->serial)
		changes = (struct http_changes){ .from = serial, .to = serial };
	else
		known = known && world->since != NULL &&
			world->since(world->ctx, serial, &changes);
	emit_init(&e, &call->out->body, EMIT_JSON_LINE);
	emit_object(&e, NULL);
	emit_bool(&e, "reset", !known);
	emit_serial(&e, world->view);
	if (known)
		emit_changes(&e, &changes);
	else
		emit_all(&e, world->view);
	emit_end(&e);
}

void
answer_notify(struct http_call *call)
{
	uint32_t serial = 0;
	bool known = asked(&serial, call);
	struct emit e;

	if (!known && is_given(call) &&
	    (http_param(call, "session") == NULL ||
		http_param(call, "serial") == NULL)) {
		http_refuse(call, 400, "session and serial, or neither");
		return;
	}
	if (known && serial == call->world->view->serial && !call->timed_out) {
		call->out->kind = HTTP_WAIT;
		return;
	}
	emit_init(&e, &call->out->body, EMIT_JSON_LINE);
	emit_object(&e, NULL);
	emit_serial(&e, call->world->view);
	emit_end(&e);
}

void
answer_events(struct http_call *call)
{
	call->out->kind = HTTP_EVENTS;
}

void
http_event(struct buf *out, const struct http_world *world)
{
	struct emit e;

	emit_init(&e, out, EMIT_JSON_LINE);
	emit_object(&e, NULL);
	if (world->view != NULL) {
		emit_serial(&e, world->view);
		emit_time(&e, "made", world->view->made_at);
		emit_uint(&e, "payloads", world->view->n);
		emit_uint(&e, "left", world->view->n_left);
		emit_uint(&e, "findings", world->view->n_findings);
	}
	emit_end(&e);
}
