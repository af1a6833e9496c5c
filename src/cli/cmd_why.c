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

static int
read_route(struct why *w)
{
	if (w->prefix == NULL)
		return usage_error(w->self, "which prefix?");
	if (!prefix_or_addr_parse(&w->route.prefix, w->prefix))
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
	int status = print_answer(w->self, out);

	buf_fini(out);
	return status;
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

/* Only what the newest view follows from: later files are of a run that did
 * not get to its end. A gap ends the story, which begins at *since_at. */
static enum reason
write_past(int64_t *since_at, const struct why *w, struct shown *s,
    struct buf *out, struct emit *e)
{
	uint64_t edition = view_head(s->file)->edition.number;
	struct view_past *past;
	struct arena arena;
	enum reason reason;
	size_t n;

	TRY(view_past_list(&past, &n, s->folder, &s->arena));
	arena_init(&arena, SIZE_MAX);
	reason = REASON_OK;
	*since_at = view_head(s->file)->edition.since_at;
	for (size_t i = 0; reason == REASON_OK && i < n; i++) {
		struct view_delta d;

		if (past[i].edition > edition)
			continue;
		if (past[i].edition < edition)
			break;
		edition--;
		*since_at = past[i].since_at;
		reason = view_past_read(&d, s->folder, &past[i], &arena);
		for (size_t j = 0; reason == REASON_OK && j < d.n; j++) {
			if (!change_meets(&d.changes[j], &w->route))
				continue;
			if (w->json)
				change_emit(e, &d, &d.changes[j]);
			else
				change_text(out, &d, &d.changes[j]);
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
	int64_t since_at;
	char text[TIME_TEXT];

	buf_init(&out, CLI_TEXT);
	emit_init(&e, &out, EMIT_JSON);
	if (w->json)
		emit_array(&e, NULL);
	reason = write_past(&since_at, w, s, &out, &e);
	if (w->json)
		emit_end(&e);
	else if (reason == REASON_OK && out.n == 0) {
		time_write(text, sizeof(text), since_at);
		buf_printf(&out, "no change since %s\n", text);
	}
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
	OPTION_CONFIG,
	OPTION_CACHE,
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
