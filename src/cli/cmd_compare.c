/* cairn compare: where two sides agree and differ, and why. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/compare_side.h"

#define MOST 20 /* of one list, in text */

enum form {
	FORM_TEXT,
	FORM_JSON,
	FORM_CSV,
	FORM_HTML
};

struct comparison {
	const struct command *self;
	struct sides sides;
	const char *between[2], *routes;
	size_t n_between;
	enum form form;
	bool all, has_tolerance, is_share;
	uint64_t tolerance;
};

static int
read_tolerance(struct comparison *c, const char *value)
{
	struct span s = span_str(value);

	c->has_tolerance = true;
	c->is_share = s.n > 0 && s.p[s.n - 1] == '%';
	s.n -= c->is_share;
	if (!decimal_parse(&c->tolerance, s, c->is_share ? 100 : UINT32_MAX))
		return usage_error(c->self,
		    "--tolerance takes a number of payloads, or of %%");
	return STATUS_DONE;
}

static int
take(void *ctx, const char *name, const char *value)
{
	struct comparison *c = ctx;

	if (name == NULL)
		return usage_error(c->self, "what is \"%s\" for?", value);
	if (strcmp(name, "config") == 0)
		c->sides.config = value;
	else if (strcmp(name, "cache") == 0)
		c->sides.cache = value;
	else if (strcmp(name, "assume") == 0)
		c->sides.assume = value;
	else if (strcmp(name, "at") == 0) {
		c->sides.at = value;
		if (!time_parse(&c->sides.at_s, value))
			return usage_error(
			    c->self, "\"%s\" is no time: RFC 3339", value);
	} else if (strcmp(name, "routes") == 0)
		c->routes = value;
	else if (strcmp(name, "all") == 0)
		c->all = true;
	else if (strcmp(name, "json") == 0)
		c->form = FORM_JSON;
	else if (strcmp(name, "csv") == 0)
		c->form = FORM_CSV;
	else if (strcmp(name, "html") == 0)
		c->form = FORM_HTML;
	else if (strcmp(name, "tolerance") == 0)
		return read_tolerance(c, value);
	else if (c->n_between == COUNT(c->between))
		return usage_error(c->self, "--between takes two sides");
	else
		c->between[c->n_between++] = value;
	return STATUS_DONE;
}

static int
print(const struct comparison *c, const struct compare_report *r)
{
	struct buf out;
	struct emit e;
	int status;

	buf_init(&out, SIZE_MAX);
	switch (c->form) {
	case FORM_TEXT:
		compare_text(&out, r);
		break;
	case FORM_JSON:
		emit_init(&e, &out, EMIT_JSON);
		compare_emit(&e, r);
		break;
	case FORM_CSV:
		compare_csv(&out, r);
		break;
	case FORM_HTML:
		compare_html(&out, r);
		break;
	}
	status = print_answer(c->self, &out);
	buf_fini(&out);
	return status;
}

/* More than is tolerated is a "no". */
static int
judge(const struct comparison *c, const struct compare *x)
{
	uint64_t most = c->tolerance;

	if (!c->has_tolerance)
		return STATUS_DONE;
	if (c->is_share)
		most = x->n * c->tolerance / 100;
	return x->n_differ <= most ? STATUS_DONE : STATUS_FAILED;
}

static int
read_routes(struct comparison *c, struct table *out, struct whole_file *f)
{
	struct fault why;
	enum reason reason;

	if (!whole_file_open(f, c->routes))
		return failure(c->self, "%s: %s", c->routes, strerror(errno));
	reason = table_parse(out, f->bytes, &why);
	if (reason != REASON_OK)
		return failure(c->self, "%s: %s: %s: byte %zu, %s", c->routes,
		    reason_id(reason), reason_text(reason), why.offset,
		    why.detail);
	return STATUS_DONE;
}

static int
report(struct comparison *c, const struct compare *x)
{
	struct compare_report r = {
		.compare = x, .table_name = c->routes, .most = c->all ? 0 : MOST
	};
	struct compare_routes routes;
	struct whole_file file = { 0 };
	struct table table = { 0 };
	int status = STATUS_DONE;

	if (c->routes != NULL) {
		status = read_routes(c, &table, &file);
		if (status == STATUS_DONE &&
		    policy_compare_routes(
			&routes, x, &table, &c->sides.arena) != REASON_OK)
			status = failure(c->self, "no memory");
		r.routes = &routes;
		r.table = &table;
	}
	if (status == STATUS_DONE)
		status = print(c, &r);
	table_fini(&table);
	whole_file_close(&file);
	return status == STATUS_DONE ? judge(c, x) : status;
}

/* Of two views of ours, published at different times, one is the next. */
static void
order(struct compare_side side[2])
{
	int64_t a = side[0].view->made_at, b = side[1].view->made_at;

	if (a != 0 && b != 0 && a != b)
		side[a < b].is_next = true;
}

static int
compare(struct comparison *c)
{
	struct compare_side side[2];
	struct compare x;

	for (int i = 0; i < 2; i++) {
		int status = side_make(&side[i], &c->sides, c->between[i]);

		if (status != STATUS_DONE)
			return status;
	}
	order(side);
	if (policy_compare(&x, &side[0], &side[1], &c->sides.arena) !=
	    REASON_OK)
		return failure(c->self, "no memory");
	return report(c, &x);
}

static int
run_command(const struct command *self, int argc, char **argv)
{
	struct comparison c = { .self = self };
	int status;

	sides_init(&c.sides, self);
	status = options_each(self, argc, argv, take, &c);
	if (status == STATUS_DONE && c.n_between == 1)
		status = usage_error(self, "--between takes two sides");
	if (c.n_between == 0) {
		c.between[0] = c.sides.assume != NULL ? "view" : "legacy";
		c.between[1] = c.sides.assume != NULL ? "assumed" : "ledger";
	}
	if (status == STATUS_DONE)
		status = compare(&c);
	sides_close(&c.sides);
	return status;
}

static const struct option_row rows[] = {
	OPTION_CONFIG,
	OPTION_CACHE,
	{ .name = "between",
	    .many = true,
	    .argument = "SIDE",
	    .otherwise = "legacy ledger",
	    .text = "two of: legacy, ledger, view (what routers hear), "
		    "policy (what they would hear as configured now), a mode "
		    "instead, a FILE.yaml of policy, a time of the past, a "
		    "file (csv, json, ndjson, ccr), assumed" },
	{ .name = "at",
	    .argument = "TIME",
	    .otherwise = "now",
	    .text = "legacy, ledger and view of the view that was the newest "
		    "at that time" },
	{ .name = "assume",
	    .argument = "FILE",
	    .text = "what if? What FILE says is added, removed or configured "
		    "otherwise: between what routers hear and what they would "
		    "after the next run" },
	{ .name = "routes",
	    .argument = "FILE",
	    .text = "a routing table, and what the difference does to it: MRT, "
		    "RIS whois dump, or lines \"prefix,origin\"" },
	{ .name = "tolerance",
	    .argument = "N",
	    .text = "exit 1 when more payloads differ, or more than N%" },
	{ .name = "all", .text = "whole lists, in text" },
	{ .name = "json", .text = "one JSON document" },
	{ .name = "csv", .text = "a line for each payload" },
	{ .name = "html", .text = "a page with pictures" },
};

const struct command command_compare = {
	.name = "compare",
	.operands = "",
	.text = "where the two worlds agree and differ, and what that does to "
		"routes",
	.run = run_command,
	.n_rows = COUNT(rows),
	.rows = rows,
};
