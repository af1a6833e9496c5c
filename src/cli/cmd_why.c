/* cairn why: the state of a route, and its whole story. */
#include <stdio.h>
#include <string.h>

#include "cli/shown.h"
#include "policy/policy.h"

struct why {
	const struct command *self;
	const char *config, *cache, *prefix, *asn;
	struct route route;
	bool json, history, has_at;
	int64_t at;
};

static int
take(void *ctx, const char *name, const char *value)
{
	struct why *w = ctx;

	if (name == NULL && w->prefix == NULL)
		w->prefix = value;
	else if (name == NULL && w->asn == NULL)
		w->asn = value;
	else if (name == NULL)
		return usage_error(w->self, "what is \"%s\" for?", value);
	else if (strcmp(name, "config") == 0)
		w->config = value;
	else if (strcmp(name, "cache") == 0)
		w->cache = value;
	else if (strcmp(name, "json") == 0)
		w->json = true;
	else if (strcmp(name, "history") == 0)
		w->history = true;
	else {
		w->has_at = true;
		if (!time_parse(&w->at, value))
			return usage_error(
			    w->self, "\"%s\" is no time: RFC 3339", value);
	}
	return STATUS_DONE;
}

/* An address is its own prefix. */
static bool
read_prefix(struct prefix *out, const char *text)
{
	*out = (struct prefix){ .family = FAMILY_V4 };
	if (strchr(text, '/') != NULL)
		return prefix_parse(out, text);
	if (!addr_parse(&out->addr, &out->family, text))
		return false;
	out->len = (uint8_t)family_bits(out->family);
	return true;
}

static int
read_route(struct why *w)
{
	if (w->prefix == NULL)
		return usage_error(w->self, "which prefix?");
	if (!read_prefix(&w->route.prefix, w->prefix))
		return usage_error(w->self,
		    "\"%s\" is no prefix, or has bits beyond its length",
		    w->prefix);
	w->route.has_asn = w->asn != NULL;
	if (w->asn != NULL && !asn_parse(&w->route.asn, w->asn))
		return usage_error(w->self, "\"%s\" is no AS number", w->asn);
	return STATUS_DONE;
}

static int
print(const struct why *w, struct buf *out)
{
	bool ok = cli_print(stdout, out);

	buf_fini(out);
	return ok ? STATUS_DONE : failure(w->self, "standard output failed");
}

/* ---- now, or at a time --------------------------------------------------- */

static int
tell(const struct why *w, struct shown *s)
{
	struct view view;
	struct explanation x;
	struct buf out;
	struct emit e;
	enum reason reason;

	reason = w->has_at && w->at < view_head(s->file)->made_at
		     ? view_at(&view, s->file, s->folder, w->at, &s->arena)
		     : view_near(&view, s->file, &w->route.prefix, &s->arena);
	if (reason == REASON_OK)
		reason = policy_explain(&x, &view, &w->route, &s->arena);
	if (reason != REASON_OK)
		return shown_failure(s, reason, "");
	buf_init(&out, CLI_TEXT);
	if (w->json) {
		emit_init(&e, &out, EMIT_JSON);
		explanation_emit(&e, &x);
	} else
		explanation_text(&out, &x);
	return print(w, &out);
}

/* ---- what changed -------------------------------------------------------- */

/* Of all changes those that the route meets: what covers it. */
static bool
is_of(const struct why *w, const struct view_change *c)
{
	const struct payload *p = &c->payload;

	return p->kind == PAYLOAD_VRP &&
	       prefix_covers(&p->vrp.prefix, &w->route.prefix) &&
	       (!w->route.has_asn || p->vrp.asn.v == w->route.asn.v);
}

static void
write_change(
    struct buf *out, const struct view_delta *d, const struct view_change *c)
{
	char time[TIME_TEXT], prefix[PREFIX_TEXT];
	const struct vrp *v = &c->payload.vrp;

	time_write(time, sizeof(time), d->made_at);
	prefix_write(prefix, &v->prefix);
	buf_printf(out, "%s %s %s-%u AS%u%s: %s", time, change_op_id(c->op),
	    prefix, v->max_len, v->asn.v, c->is_left ? " (left out)" : "",
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
emit_change(
    struct emit *e, const struct view_delta *d, const struct view_change *c)
{
	char prefix[PREFIX_TEXT];
	const struct vrp *v = &c->payload.vrp;

	prefix_write(prefix, &v->prefix);
	emit_object(e, NULL);
	emit_time(e, "time", d->made_at);
	emit_uint(e, "serial", d->serial);
	emit_str(e, "change", change_op_id(c->op));
	emit_bool(e, "left_out", c->is_left);
	emit_fmt(e, "asn", "AS%u", v->asn.v);
	emit_str(e, "prefix", prefix);
	emit_uint(e, "max_length", v->max_len);
	emit_span(e, "source", c->payload.origin->source);
	emit_span(e, "object", c->payload.origin->uri);
	emit_hex(e, "hash", SPAN_OF(c->payload.origin->hash));
	emit_str(e, "cause", cause_id(c->cause.kind));
	if (c->cause.kind == CAUSE_POLICY)
		emit_str(e, "policy", left_cause_id(c->cause.left));
	if (c->cause.reason != REASON_OK)
		emit_str(e, "reason", reason_id(c->cause.reason));
	if (c->cause.detail.n > 0)
		emit_span(e, "detail", c->cause.detail);
	emit_end(e);
}

/* Only what the newest view follows from: later files are of a run that did
 * not get to its end. A gap ends the story. */
static enum reason
write_past(
    const struct why *w, struct shown *s, struct buf *out, struct emit *e)
{
	uint64_t edition = view_head(s->file)->edition.number;
	struct view_past *past;
	struct arena arena;
	enum reason reason;
	size_t n;

	TRY(view_past_list(&past, &n, s->folder, &s->arena));
	arena_init(&arena, SIZE_MAX);
	reason = REASON_OK;
	for (size_t i = 0; reason == REASON_OK && i < n; i++) {
		struct view_delta d;

		if (past[i].edition > edition)
			continue;
		if (past[i].edition < edition)
			break;
		edition--;
		reason = view_past_read(&d, s->folder, &past[i], &arena);
		for (size_t j = 0; reason == REASON_OK && j < d.n; j++) {
			if (!is_of(w, &d.changes[j]))
				continue;
			if (w->json)
				emit_change(e, &d, &d.changes[j]);
			else
				write_change(out, &d, &d.changes[j]);
		}
		arena_reset(&arena);
	}
	arena_fini(&arena);
	return reason;
}

static int
tell_past(const struct why *w, struct shown *s)
{
	struct buf out;
	struct emit e;
	enum reason reason;

	buf_init(&out, CLI_TEXT);
	emit_init(&e, &out, EMIT_JSON);
	if (w->json)
		emit_array(&e, NULL);
	reason = write_past(w, s, &out, &e);
	if (w->json)
		emit_end(&e);
	if (reason == REASON_OK)
		return print(w, &out);
	buf_fini(&out);
	return shown_failure(s, reason, "");
}

static int
run_command(const struct command *self, int argc, char **argv)
{
	struct why w = { .self = self };
	struct shown s;
	int status = options_each(self, argc, argv, take, &w);

	if (status == STATUS_DONE)
		status = read_route(&w);
	if (status != STATUS_DONE)
		return status;
	status = shown_open(&s, self, w.config, w.cache);
	if (status == STATUS_DONE)
		status = w.history ? tell_past(&w, &s) : tell(&w, &s);
	shown_close(&s);
	return status;
}

static const struct option_row rows[] = {
	{ .name = "config",
	    .letter = 'c',
	    .argument = "FILE",
	    .text = "the configuration, cairn.yaml(5)" },
	{ .name = "cache",
	    .argument = "DIR",
	    .text = "the cache whose views are read" },
	{ .name = "json", .text = "one JSON document" },
	{ .name = "at",
	    .argument = "TIME",
	    .otherwise = "now",
	    .text = "by the view that was the newest at that time" },
	{ .name = "history",
	    .text = "when what covers it came and went, and why" },
};

const struct command command_why = {
	.name = "why",
	.operands = "PREFIX [AS]",
	.text = "the state of a route, who says so, and what would change it",
	.run = run_command,
	.n_rows = COUNT(rows),
	.rows = rows,
};
