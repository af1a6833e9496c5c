/* A comparison in words: for people, for programs, for spreadsheets. */
#include <string.h>

#include "policy/compare_words.h"

void
words_kinds(struct buf *b, unsigned kinds)
{
	static const char *const words[] = { [PAYLOAD_VRP] = "VRPs",
		[PAYLOAD_ASPA] = "ASPAs",
		[PAYLOAD_ROUTER_KEY] = "router keys" };
	bool any = false;

	for (unsigned i = 0; i < COUNT(words); i++) {
		if ((kinds & 1U << i) == 0)
			continue;
		buf_printf(b, "%s%s", any ? ", " : "", words[i]);
		any = true;
	}
	if (!any)
		buf_puts(b, "nothing");
}

void
words_cause(struct buf *b, const struct cause *c)
{
	buf_puts(b, cause_id(c->kind));
	if (c->kind == CAUSE_POLICY && c->rule > 0)
		buf_printf(b, " (%s %u)", left_cause_id(c->left), c->rule);
	else if (c->kind == CAUSE_POLICY)
		buf_printf(b, " (%s)", left_cause_id(c->left));
	if (c->reason != REASON_OK)
		buf_printf(b, " (%s)", reason_id(c->reason));
}

void
words_group(struct buf *b, const struct compare_group *g)
{
	static const struct digest none;
	char hex[17];

	escape_write(b, g->name);
	if (g->kind == COMPARE_SOURCE || digest_eq(&g->id, &none))
		return;
	hex_write(hex, span_of(g->id.b, 8));
	buf_printf(b, "%s%s", g->name.n > 0 ? " " : "", hex);
}

/* ---- for people ---------------------------------------------------------- */

static void
put_totals(struct buf *b, const struct compare *c)
{
	buf_printf(b, "%-12s %-14s %10s %10s %14s %14s\n", "", "said by",
	    "VRPs", "prefixes", "v4 addresses", "v6 /64 nets");
	for (int class = 0; class < COMPARE_CLASSES; class ++) {
		for (int side = 0; side < 2; side++) {
			const struct compare_total *t = &c->total[side][class];

			if (class == COMPARE_AGREE && side == 1)
				continue;
			buf_printf(b,
			    "%-12s %-14.14s %10ju %10ju %14ju %14ju\n",
			    compare_class_id((enum compare_class) class),
			    class == COMPARE_AGREE ? "both"
						   : c->side[side].name,
			    (uintmax_t)t->vrps, (uintmax_t)t->prefixes,
			    (uintmax_t)t->v4_addresses, (uintmax_t)t->v6_nets);
		}
	}
}

static void
put_causes(struct buf *b, const struct compare *c)
{
	bool any = false;

	for (int side = 0; side < 2; side++)
		for (int class = 1; class < COMPARE_CLASSES; class ++)
			for (int k = 0; k <= CAUSE_SILENT; k++) {
				uint64_t n = c->causes[side][class][k];

				if (n == 0)
					continue;
				if (!any)
					buf_puts(b, "\nWhy not by the "
						    "other:\n");
				any = true;
				buf_printf(b, "  %-14.14s %-10s %-12s %10ju\n",
				    c->side[side].name,
				    compare_class_id(
					(enum compare_class) class),
				    cause_id((enum cause_kind)k), (uintmax_t)n);
			}
}

static void
put_groups(struct buf *b, const struct compare_report *r,
    enum compare_group_kind kind, const char *title)
{
	const struct compare *c = r->compare;
	size_t shown = 0;

	for (size_t i = 0; i < c->n_groups; i++) {
		const struct compare_group *g = &c->groups[i];

		if (g->kind != kind)
			continue;
		if (shown++ == 0)
			buf_printf(b,
			    "\n%s: agree, conflict, unsettled, only\n", title);
		if (r->most > 0 && shown > r->most)
			continue;
		buf_puts(b, "  ");
		for (int side = 0; side < 2; side++)
			for (int class = 0; class < COMPARE_CLASSES; class ++)
				if (side == 0 || class != COMPARE_AGREE)
					buf_printf(b, "%s%ju",
					    class == COMPARE_AGREE ? ""
					    : class == 1           ? " | "
								   : " ",
					    (uintmax_t)g->n[side][class] +
						(class == COMPARE_AGREE &&
							    g->n[0][0] == 0
							? (uintmax_t)g->n[1][0]
							: 0));
		buf_puts(b, "  ");
		words_group(b, g);
		buf_byte(b, '\n');
	}
	if (r->most > 0 && shown > r->most)
		buf_printf(b, "  and %zu more\n", shown - r->most);
}

static void
put_item(struct buf *b, const struct compare *c, const struct compare_item *x)
{
	int side = x->of[0] == NULL;

	buf_printf(b, "  %.14s: ", c->side[side].name);
	payload_words(b, x->of[side]);
	if (x->rival != NULL) {
		buf_printf(b, "; %.14s: ", c->side[!side].name);
		payload_words(b, x->rival);
	}
	buf_puts(b, "; ");
	words_cause(b, &x->cause);
	buf_byte(b, '\n');
}

static void
put_items(struct buf *b, const struct compare_report *r)
{
	const struct compare *c = r->compare;

	for (int class = 1; class < COMPARE_CLASSES; class ++) {
		size_t n = 0;

		for (size_t i = 0; i < c->n; i++) {
			if ((int)c->items[i].class != class)
				continue;
			if (n++ == 0)
				buf_printf(b, "\n%s:\n",
				    compare_class_id(
					(enum compare_class) class));
			if (r->most == 0 || n <= r->most)
				put_item(b, c, &c->items[i]);
		}
		if (r->most > 0 && n > r->most)
			buf_printf(b, "  and %zu more\n", n - r->most);
	}
}

static void
put_route(struct buf *b, const struct table_route *r)
{
	char prefix[PREFIX_TEXT];

	prefix_write(prefix, &r->prefix);
	if (r->origin != 0)
		buf_printf(b, "%s AS%u", prefix, r->origin);
	else
		buf_printf(b, "%s of no one AS", prefix);
}

static void
put_routes(struct buf *b, const struct compare_report *r)
{
	const struct compare *c = r->compare;
	const struct compare_routes *x = r->routes;

	buf_printf(b, "\n%ju routes of %s (%s):\n", (uintmax_t)x->n,
	    r->table_name, r->table->format);
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++)
			if (x->count[i][j] > 0)
				buf_printf(b,
				    "  %-10s by %s, %-10s by %s: "
				    "%ju\n",
				    route_state_id((enum route_state)i),
				    c->side[0].name,
				    route_state_id((enum route_state)j),
				    c->side[1].name, (uintmax_t)x->count[i][j]);
	if (x->n_differ > 0)
		buf_puts(b, "\nroutes that differ:\n");
	for (size_t i = 0; i < x->n_differ; i++) {
		if (r->most > 0 && i >= r->most) {
			buf_printf(
			    b, "  and %zu more\n", x->n_differ - r->most);
			break;
		}
		buf_puts(b, "  ");
		put_route(b, x->differ[i].route);
		buf_printf(b, ": %s, %s\n",
		    route_state_id(x->differ[i].state[0]),
		    route_state_id(x->differ[i].state[1]));
	}
}

/* ASPA says "unknown" where RFC 6811 says "not found". */
static const char *
path_state(enum route_state state)
{
	return state == ROUTE_NOT_FOUND ? "unknown" : route_state_id(state);
}

static void
put_paths(struct buf *b, const struct compare_report *r)
{
	const struct compare *c = r->compare;
	const struct compare_routes *x = r->routes;

	if (x->n_paths == 0)
		return;
	buf_printf(
	    b, "\npaths of %ju entries, by ASPAs:\n", (uintmax_t)x->n_paths);
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++)
			if (x->path_count[i][j] > 0)
				buf_printf(b,
				    "  %-10s by %s, %-10s by %s: "
				    "%ju\n",
				    path_state((enum route_state)i),
				    c->side[0].name,
				    path_state((enum route_state)j),
				    c->side[1].name,
				    (uintmax_t)x->path_count[i][j]);
	for (size_t i = 0; i < x->n_paths_differ; i++) {
		const struct compare_path *p = &x->paths_differ[i];

		if (r->most > 0 && i >= r->most) {
			buf_printf(b, "  and %zu more paths\n",
			    x->n_paths_differ - r->most);
			break;
		}
		buf_puts(b, " ");
		for (size_t j = 0; j < p->path->n; j++)
			buf_printf(b, " AS%u",
			    r->table->numbers.v[p->path->first + j]);
		buf_printf(b, ": %s, %s\n", path_state(p->state[0]),
		    path_state(p->state[1]));
	}
}

void
compare_text(struct buf *b, const struct compare_report *r)
{
	const struct compare *c = r->compare;

	buf_printf(b, "%s and %s\n", c->side[0].name, c->side[1].name);
	if (c->kinds != COMPARE_KINDS) {
		buf_puts(b, "of what both can say: ");
		words_kinds(b, c->kinds);
		buf_byte(b, '\n');
	}
	buf_byte(b, '\n');
	put_totals(b, c);
	put_causes(b, c);
	put_groups(b, r, COMPARE_SOURCE, "Sources");
	put_groups(b, r, COMPARE_HOLDER, "Holders");
	put_items(b, r);
	if (r->routes != NULL) {
		put_routes(b, r);
		put_paths(b, r);
	}
}

/* ---- for programs -------------------------------------------------------- */

static void
emit_payload(struct emit *e, const struct payload *p)
{
	char prefix[PREFIX_TEXT];

	switch (p->kind) {
	case PAYLOAD_VRP:
		prefix_write(prefix, &p->vrp.prefix);
		emit_str(e, "kind", "vrp");
		emit_fmt(e, "asn", "AS%u", p->vrp.asn.v);
		emit_str(e, "prefix", prefix);
		emit_uint(e, "max_length", p->vrp.max_len);
		break;
	case PAYLOAD_ASPA:
		emit_str(e, "kind", "aspa");
		emit_fmt(e, "customer", "AS%u", p->aspa.customer.v);
		emit_array(e, "providers");
		for (size_t i = 0; i < p->aspa.n; i++)
			emit_fmt(e, NULL, "AS%u", p->aspa.providers[i].v);
		emit_end(e);
		break;
	case PAYLOAD_ROUTER_KEY:
		emit_str(e, "kind", "router-key");
		emit_fmt(e, "asn", "AS%u", p->key.asn.v);
		emit_hex(e, "ski", SPAN_OF(p->key.ski));
		break;
	}
	if (p->origin->source.n > 0)
		emit_span(e, "source", p->origin->source);
	if (p->origin->uri.n > 0)
		emit_span(e, "object", p->origin->uri);
}

static void
emit_item(struct emit *e, const struct compare *c, const struct compare_item *x)
{
	int side = x->of[0] == NULL;

	emit_object(e, NULL);
	emit_str(e, "side", c->side[side].name);
	emit_str(e, "class", compare_class_id(x->class));
	emit_payload(e, x->of[side]);
	emit_str(e, "cause", cause_id(x->cause.kind));
	if (x->cause.kind == CAUSE_POLICY)
		emit_str(e, "policy", left_cause_id(x->cause.left));
	if (x->cause.kind == CAUSE_POLICY && x->cause.rule > 0)
		emit_uint(e, "rule", x->cause.rule);
	if (x->cause.reason != REASON_OK)
		emit_str(e, "reason", reason_id(x->cause.reason));
	if (x->cause.object.n > 0)
		emit_span(e, "cause_object", x->cause.object);
	if (x->cause.detail.n > 0)
		emit_span(e, "detail", x->cause.detail);
	if (x->rival != NULL) {
		emit_object(e, "rival");
		emit_payload(e, x->rival);
		emit_end(e);
	}
	emit_end(e);
}

static void
emit_totals(struct emit *e, const struct compare *c)
{
	emit_array(e, "totals");
	for (int class = 0; class < COMPARE_CLASSES; class ++)
		for (int side = 0; side < 2; side++) {
			const struct compare_total *t = &c->total[side][class];

			if (class == COMPARE_AGREE && side == 1)
				continue;
			emit_object(e, NULL);
			emit_str(e, "class",
			    compare_class_id((enum compare_class) class));
			if (class != COMPARE_AGREE)
				emit_str(e, "side", c->side[side].name);
			emit_uint(e, "vrps", t->vrps);
			emit_uint(e, "prefixes", t->prefixes);
			emit_uint(e, "ipv4_addresses", t->v4_addresses);
			emit_uint(e, "ipv6_nets_of_64", t->v6_nets);
			emit_end(e);
		}
	emit_end(e);
}

static void
emit_groups(struct emit *e, const struct compare *c)
{
	emit_array(e, "groups");
	for (size_t i = 0; i < c->n_groups; i++) {
		const struct compare_group *g = &c->groups[i];

		emit_object(e, NULL);
		emit_str(
		    e, "kind", g->kind == COMPARE_SOURCE ? "source" : "holder");
		emit_span(e, "name", g->name);
		if (g->kind == COMPARE_HOLDER)
			emit_span(e, "source", g->source);
		for (int side = 0; side < 2; side++) {
			emit_object(e, side == 0 ? "a" : "b");
			for (int class = 0; class < COMPARE_CLASSES; class ++)
				emit_uint(e,
				    compare_class_id(
					(enum compare_class) class),
				    g->n[side][class]);
			emit_end(e);
		}
		emit_end(e);
	}
	emit_end(e);
}

static void
emit_route(struct emit *e, const struct compare_route *r)
{
	char prefix[PREFIX_TEXT];

	prefix_write(prefix, &r->route->prefix);
	emit_object(e, NULL);
	emit_str(e, "prefix", prefix);
	if (r->route->origin != 0)
		emit_fmt(e, "origin", "AS%u", r->route->origin);
	emit_str(e, "a", route_state_id(r->state[0]));
	emit_str(e, "b", route_state_id(r->state[1]));
	emit_end(e);
}

static void
emit_paths(struct emit *e, const struct compare_report *r)
{
	const struct compare_routes *x = r->routes;

	emit_array(e, "path_states");
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++) {
			emit_object(e, NULL);
			emit_str(e, "a", path_state((enum route_state)i));
			emit_str(e, "b", path_state((enum route_state)j));
			emit_uint(e, "entries", x->path_count[i][j]);
			emit_end(e);
		}
	emit_end(e);
	emit_array(e, "paths_differ");
	for (size_t i = 0; i < x->n_paths_differ; i++) {
		const struct compare_path *p = &x->paths_differ[i];

		emit_object(e, NULL);
		emit_array(e, "path");
		for (size_t j = 0; j < p->path->n; j++)
			emit_fmt(e, NULL, "AS%u",
			    r->table->numbers.v[p->path->first + j]);
		emit_end(e);
		emit_uint(e, "entries", p->path->count);
		emit_str(e, "a", path_state(p->state[0]));
		emit_str(e, "b", path_state(p->state[1]));
		emit_end(e);
	}
	emit_end(e);
}

static void
emit_routes(struct emit *e, const struct compare_report *r)
{
	const struct compare_routes *x = r->routes;

	emit_object(e, "routes");
	emit_str(e, "file", r->table_name);
	emit_str(e, "format", r->table->format);
	emit_uint(e, "routes", x->n);
	emit_array(e, "states");
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 3; j++) {
			emit_object(e, NULL);
			emit_str(e, "a", route_state_id((enum route_state)i));
			emit_str(e, "b", route_state_id((enum route_state)j));
			emit_uint(e, "routes", x->count[i][j]);
			emit_end(e);
		}
	emit_end(e);
	emit_array(e, "differ");
	for (size_t i = 0; i < x->n_differ; i++)
		emit_route(e, &x->differ[i]);
	emit_end(e);
	emit_paths(e, r);
	emit_end(e);
}

static void
emit_kinds(struct emit *e, unsigned kinds)
{
	static const char *const ids[] = { [PAYLOAD_VRP] = "vrp",
		[PAYLOAD_ASPA] = "aspa",
		[PAYLOAD_ROUTER_KEY] = "router-key" };

	emit_array(e, "kinds");
	for (unsigned i = 0; i < COUNT(ids); i++)
		if ((kinds & 1U << i) != 0)
			emit_str(e, NULL, ids[i]);
	emit_end(e);
}

void
compare_emit(struct emit *e, const struct compare_report *r)
{
	const struct compare *c = r->compare;

	emit_object(e, NULL);
	emit_str(e, "a", c->side[0].name);
	emit_str(e, "b", c->side[1].name);
	emit_kinds(e, c->kinds);
	emit_uint(e, "differing", c->n_differ);
	emit_totals(e, c);
	emit_groups(e, c);
	emit_array(e, "differences");
	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].class != COMPARE_AGREE)
			emit_item(e, c, &c->items[i]);
	emit_end(e);
	if (r->routes != NULL)
		emit_routes(e, r);
	emit_end(e);
}

/* ---- for spreadsheets ---------------------------------------------------- */

/* Always quoted, a quote doubled, and without what a spreadsheet would take
 * for a formula. */
static void
put_cell(struct buf *b, struct span text)
{
	size_t from = 0;

	buf_puts(b, ",\"");
	if (text.n > 0 && memchr("=+-@", text.p[0], 4) != NULL)
		buf_byte(b, '\'');
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '"') {
			escape_write(b, span_of(text.p + from, i - from));
			buf_byte(b, '"');
			from = i; /* and once more */
		}
	escape_write(b, span_of(text.p + from, text.n - from));
	buf_byte(b, '"');
}

static void
put_payload_cell(struct buf *b, const struct payload *p)
{
	buf_puts(b, ",\"");
	if (p != NULL)
		payload_words(b, p);
	buf_byte(b, '"');
}

void
compare_csv(struct buf *b, const struct compare_report *r)
{
	const struct compare *c = r->compare;

	buf_puts(b, "class,side,payload,rival,cause,policy,reason,source,"
		    "object,detail\n");
	for (size_t i = 0; i < c->n; i++) {
		const struct compare_item *x = &c->items[i];
		int side = x->of[0] == NULL;
		const struct origin *o = x->of[side]->origin;
		const struct cause *why = &x->cause;
		bool agree = x->class == COMPARE_AGREE;

		buf_puts(b, compare_class_id(x->class));
		put_cell(b, span_str(agree ? "" : c->side[side].name));
		put_payload_cell(b, x->of[side]);
		put_payload_cell(b, x->rival);
		put_cell(b, span_str(agree ? "" : cause_id(why->kind)));
		put_cell(b, span_str(why->kind == CAUSE_POLICY
					 ? left_cause_id(why->left)
					 : ""));
		put_cell(b,
		    span_str(why->reason != REASON_OK ? reason_id(why->reason)
						      : ""));
		put_cell(b, o->source);
		put_cell(b, o->uri);
		put_cell(b, why->detail);
		buf_byte(b, '\n');
	}
}
