/*
 * A comparison as one page: no script, no outside resource, pictures as SVG in
 * it, light and dark by the reader's choice. All that came from the network
 * goes through put_text.
 */
#include <string.h>

#include "policy/compare_words.h"

#define ROWS_MAX   1000 /* of one list; the CSV has all */
#define GROUPS_MAX 60

static void
put_text(struct buf *b, struct span text)
{
	struct buf plain;

	buf_init(&plain, 16 * text.n + 16);
	escape_write(&plain, text);
	for (size_t i = 0; i < plain.n; i++)
		switch (plain.p[i]) {
		case '<':
			buf_puts(b, "&lt;");
			break;
		case '>':
			buf_puts(b, "&gt;");
			break;
		case '&':
			buf_puts(b, "&amp;");
			break;
		case '"':
			buf_puts(b, "&quot;");
			break;
		case '\'':
			buf_puts(b, "&#39;");
			break;
		default:
			buf_byte(b, plain.p[i]);
		}
	b->failed |= plain.failed;
	buf_fini(&plain);
}

static void
put_str(struct buf *b, const char *text)
{
	put_text(b, span_str(text));
}

static void
put_payload(struct buf *b, const struct payload *p)
{
	struct buf text;

	buf_init(&text, SIZE_MAX);
	payload_words(&text, p);
	put_text(b, buf_view(&text));
	b->failed |= text.failed;
	buf_fini(&text);
}

/* ---- pictures ------------------------------------------------------------ */

/* agree, then what each side says alone, as one bar. */
enum part {
	PART_AGREE,
	PART_CONFLICT_A,
	PART_UNSETTLED_A,
	PART_ONLY_A,
	PART_ONLY_B,
	PART_UNSETTLED_B,
	PART_CONFLICT_B,
	PARTS
};

static const char *const part_colours[] = { "agree", "conflict", "unsettled",
	"only-a", "only-b", "unsettled", "conflict" };

static int
part_side(int part)
{
	return part >= PART_ONLY_B;
}

static enum compare_class
part_class(int part)
{
	static const enum compare_class classes[] = { COMPARE_AGREE,
		COMPARE_CONFLICT, COMPARE_UNSETTLED, COMPARE_ONLY, COMPARE_ONLY,
		COMPARE_UNSETTLED, COMPARE_CONFLICT };

	return classes[part];
}

static void
put_part_name(struct buf *b, const struct compare *c, int part)
{
	buf_puts(b, compare_class_id(part_class(part)));
	if (part == PART_AGREE)
		return;
	buf_puts(b, ", ");
	put_str(b, c->side[part_side(part)].name);
}

static void
put_bar(struct buf *b, const struct compare *c, const uint64_t n[PARTS])
{
	double x = 0, total = 0;

	for (int i = 0; i < PARTS; i++)
		total += (double)n[i];
	if (total <= 0)
		total = 1;
	buf_puts(b, "<svg viewBox=\"0 0 1000 24\" preserveAspectRatio=\"none\""
		    " role=\"img\" aria-label=\"shares\">");
	for (int i = 0; i < PARTS; i++) {
		double width = (double)n[i] * 1000 / total;

		if (n[i] == 0)
			continue;
		buf_printf(b,
		    "<rect class=\"%s\" x=\"%.2f\" y=\"0\" width=\"%.2f\" "
		    "height=\"24\"><title>",
		    part_colours[i], x, width);
		put_part_name(b, c, i);
		buf_printf(b, ": %ju</title></rect>", (uintmax_t)n[i]);
		x += width;
	}
	buf_puts(b, "</svg>");
}

static void
put_key(struct buf *b, const struct compare *c)
{
	static const int parts[] = { PART_AGREE, PART_CONFLICT_A,
		PART_UNSETTLED_A, PART_ONLY_A, PART_ONLY_B };

	buf_puts(b, "<p class=\"key\">");
	for (size_t i = 0; i < COUNT(parts); i++) {
		int part = parts[i];

		buf_printf(b, "<span><i class=\"%s\"></i>", part_colours[part]);
		if (part_class(part) == COMPARE_ONLY)
			put_part_name(b, c, part);
		else
			buf_puts(b, compare_class_id(part_class(part)));
		buf_puts(b, "</span> ");
	}
	buf_puts(b, "</p>\n");
}

/* ---- parts of the page --------------------------------------------------- */

/* Of both at once where they are of one view; a file tells none. */
static void
put_times(struct buf *b, const struct compare *c)
{
	bool same = c->side[0].view->at == c->side[1].view->at;
	char text[TIME_TEXT];

	for (int i = 0; i < (same ? 1 : 2); i++) {
		if (c->side[i].view->at == 0)
			continue;
		time_write(text, sizeof(text), c->side[i].view->at);
		buf_puts(b, "<p class=\"dim\">");
		if (!same)
			put_str(b, c->side[i].name);
		buf_printf(b, "%s %s</p>\n", same ? "As of" : " as of", text);
	}
}

static void
put_head(struct buf *b, const struct compare *c)
{
	buf_puts(b, "<!doctype html>\n<html lang=\"en\"><head>"
		    "<meta charset=\"utf-8\">\n"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\""
		    "default-src 'none'; style-src 'unsafe-inline'\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width, "
		    "initial-scale=1\">\n<title>");
	put_str(b, c->side[0].name);
	buf_puts(b, " and ");
	put_str(b, c->side[1].name);
	buf_puts(b,
	    "</title>\n<style>\n"
	    ":root{color-scheme:light dark;--fg:#1c1e21;--bg:#fff;"
	    "--dim:#5c6370;--line:#d8dce2;--agree:#2e7d4f;"
	    "--conflict:#c0392b;--unsettled:#b7791f;--a:#2f6fb2;"
	    "--b:#7b53b5}\n"
	    "@media(prefers-color-scheme:dark){:root{--fg:#e6e8eb;"
	    "--bg:#15181c;--dim:#9aa3b0;--line:#343a43;--agree:#58b37f;"
	    "--conflict:#ef7b6d;--unsettled:#dda74f;--a:#6aa7e8;"
	    "--b:#b08fe6}}\n"
	    "body{font:16px/1.5 system-ui,sans-serif;color:var(--fg);"
	    "background:var(--bg);max-width:70rem;margin:0 auto;"
	    "padding:1rem}\n"
	    "h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}\n"
	    "svg{width:100%;height:1.5rem;display:block;border-radius:4px}\n"
	    ".agree{fill:var(--agree);background:var(--agree)}"
	    ".conflict{fill:var(--conflict);background:var(--conflict)}"
	    ".unsettled{fill:var(--unsettled);background:var(--unsettled)}"
	    ".only-a{fill:var(--a);background:var(--a)}"
	    ".only-b{fill:var(--b);background:var(--b)}\n"
	    ".key span{margin-right:1rem;white-space:nowrap}"
	    ".key i{display:inline-block;width:.8em;height:.8em;"
	    "margin-right:.4em;border-radius:2px}\n"
	    ".wide{overflow-x:auto}\n"
	    "table{border-collapse:collapse;width:100%;font-size:.9rem}"
	    "th,td{text-align:left;padding:.3rem .6rem;"
	    "border-bottom:1px solid var(--line);vertical-align:top}"
	    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
	    "td.w{min-width:8rem;overflow-wrap:anywhere}\n"
	    ".dim{color:var(--dim)}\n"
	    /* Rows of many columns become paragraphs on a phone. */
	    "@media(max-width:40rem){table{font-size:.85rem}"
	    "th,td{padding:.3rem .3rem}td{overflow-wrap:anywhere}"
	    ".rows thead{display:none}.rows tr{display:flex;flex-wrap:wrap;"
	    "column-gap:.6rem;padding:.4rem 0;"
	    "border-bottom:1px solid var(--line)}"
	    ".rows td{display:block;border:0;padding:0;text-align:left}"
	    ".rows td:empty{display:none}"
	    ".items td:nth-child(3),.items td:nth-child(4),"
	    ".items td:nth-child(6){flex-basis:100%}"
	    ".items td:nth-child(3),.totals td:nth-child(1),"
	    ".totals td:nth-child(2){font-weight:600}"
	    ".items td:nth-child(4)::before{content:\"the other says \"}"
	    ".items td:nth-child(5)::before{content:\"cause: \"}"
	    ".totals td:nth-child(3){flex-basis:100%}"
	    ".totals td:nth-child(3)::after{content:\" VRPs\"}"
	    ".totals td:nth-child(4)::after{content:\" prefixes\"}"
	    ".totals td:nth-child(5)::after{content:\" IPv4 addresses\"}"
	    ".totals td:nth-child(6)::after{content:\" IPv6 /64 nets\"}}\n"
	    "</style></head>\n<body><main>\n<h1>");
	put_str(b, c->side[0].name);
	buf_puts(b, " and ");
	put_str(b, c->side[1].name);
	buf_puts(b, "</h1>\n");
	put_times(b, c);
	if (c->kinds != COMPARE_KINDS) {
		buf_puts(b, "<p class=\"dim\">Of what both can say: ");
		words_kinds(b, c->kinds);
		buf_puts(b, ".</p>\n");
	}
}

static void
put_totals(struct buf *b, const struct compare *c)
{
	uint64_t vrps[PARTS], addresses[PARTS];

	for (int i = 0; i < PARTS; i++) {
		const struct compare_total *t =
		    &c->total[part_side(i)][part_class(i)];

		vrps[i] = t->vrps;
		addresses[i] = t->v4_addresses;
	}
	buf_puts(b, "<h2>VRPs</h2>\n");
	put_bar(b, c, vrps);
	buf_puts(b, "<h2>IPv4 addresses</h2>\n");
	put_bar(b, c, addresses);
	put_key(b, c);
	buf_puts(b, "<div class=\"wide\" tabindex=\"0\">"
		    "<table class=\"rows totals\"><thead><tr>"
		    "<th>class<th>said by<th class=\"n\">VRPs<th class=\"n\">"
		    "prefixes<th class=\"n\">IPv4 addresses<th class=\"n\">"
		    "IPv6 /64 nets</thead><tbody>\n");
	for (int i = 0; i < PARTS; i++) {
		const struct compare_total *t =
		    &c->total[part_side(i)][part_class(i)];

		buf_printf(
		    b, "<tr><td>%s<td>", compare_class_id(part_class(i)));
		put_str(
		    b, i == PART_AGREE ? "both" : c->side[part_side(i)].name);
		buf_printf(b,
		    "<td class=\"n\">%ju<td class=\"n\">%ju"
		    "<td class=\"n\">%ju<td class=\"n\">%ju\n",
		    (uintmax_t)t->vrps, (uintmax_t)t->prefixes,
		    (uintmax_t)t->v4_addresses, (uintmax_t)t->v6_nets);
	}
	buf_puts(b, "</tbody></table></div>\n");
}

static void
put_causes(struct buf *b, const struct compare *c)
{
	buf_puts(b, "<h2>Why not by the other</h2>\n<div class=\"wide\" "
		    "tabindex=\"0\"><table><thead><tr><th>said by<th>class"
		    "<th>cause<th class=\"n\">payloads</thead><tbody>\n");
	for (int i = PART_CONFLICT_A; i < PARTS; i++)
		for (int k = 0; k <= CAUSE_SILENT; k++) {
			uint64_t n = c->causes[part_side(i)][part_class(i)][k];

			if (n == 0)
				continue;
			buf_puts(b, "<tr><td>");
			put_str(b, c->side[part_side(i)].name);
			buf_printf(b, "<td>%s<td>%s: %s<td class=\"n\">%ju\n",
			    compare_class_id(part_class(i)),
			    cause_id((enum cause_kind)k),
			    cause_text((enum cause_kind)k), (uintmax_t)n);
		}
	buf_puts(b, "</tbody></table></div>\n");
}

static void
put_groups(struct buf *b, const struct compare *c, enum compare_group_kind kind,
    const char *title)
{
	size_t shown = 0;

	buf_printf(b,
	    "<h2>%s</h2>\n<div class=\"wide\" tabindex=\"0\"><table>"
	    "<thead><tr><th>name<th>shares<th class=\"n\">agree"
	    "<th class=\"n\">differ</thead><tbody>\n",
	    title);
	for (size_t i = 0; i < c->n_groups && shown < GROUPS_MAX; i++) {
		const struct compare_group *g = &c->groups[i];
		uint64_t n[PARTS], differ = 0;
		struct buf name;

		if (g->kind != kind)
			continue;
		shown++;
		for (int p = 0; p < PARTS; p++) {
			n[p] = g->n[part_side(p)][part_class(p)];
			differ += p == PART_AGREE ? 0 : n[p];
		}
		if (n[PART_AGREE] == 0)
			n[PART_AGREE] = g->n[1][COMPARE_AGREE];
		buf_init(&name, SIZE_MAX);
		words_group(&name, g);
		buf_puts(b, "<tr><td class=\"w\">");
		put_text(b, buf_view(&name));
		b->failed |= name.failed;
		buf_fini(&name);
		buf_puts(b, "<td class=\"w\">");
		put_bar(b, c, n);
		buf_printf(b, "<td class=\"n\">%ju<td class=\"n\">%ju\n",
		    (uintmax_t)n[PART_AGREE], (uintmax_t)differ);
	}
	buf_puts(b, "</tbody></table></div>\n");
}

static void
put_item(struct buf *b, const struct compare *c, const struct compare_item *x)
{
	int side = x->of[0] == NULL;
	struct buf cause;

	buf_printf(b, "<tr><td>%s<td>", compare_class_id(x->class));
	put_str(b, c->side[side].name);
	buf_puts(b, "<td>");
	put_payload(b, x->of[side]);
	buf_puts(b, "<td>");
	if (x->rival != NULL)
		put_payload(b, x->rival);
	buf_init(&cause, SIZE_MAX);
	words_cause(&cause, &x->cause);
	buf_puts(b, "<td>");
	put_text(b, buf_view(&cause));
	b->failed |= cause.failed;
	buf_fini(&cause);
	buf_puts(b, "<td class=\"w dim\">");
	put_text(b, x->of[side]->origin->uri);
	buf_byte(b, '\n');
}

static void
put_items(struct buf *b, const struct compare *c)
{
	size_t shown = 0, n = 0;

	buf_puts(b, "<h2>Differences</h2>\n<div class=\"wide\" tabindex=\"0\">"
		    "<table class=\"rows items\"><thead><tr>"
		    "<th>class<th>said by<th>payload"
		    "<th>the other says<th>cause<th>object</thead><tbody>\n");
	/* Conflicts first. */
	for (int class = 1; class < COMPARE_CLASSES; class ++)
		for (size_t i = 0; i < c->n; i++) {
			if ((int)c->items[i].class != class)
				continue;
			n++;
			if (shown < ROWS_MAX) {
				shown++;
				put_item(b, c, &c->items[i]);
			}
		}
	buf_puts(b, "</tbody></table></div>\n");
	if (n > shown)
		buf_printf(b, "<p class=\"dim\">and %zu more</p>\n", n - shown);
}

static void
put_route_counts(struct buf *b, const struct compare_report *r)
{
	const struct compare *c = r->compare;

	buf_printf(b,
	    "<h2>%ju routes</h2>\n<div class=\"wide\" "
	    "tabindex=\"0\"><table><thead><tr><th>",
	    (uintmax_t)r->routes->n);
	put_str(b, c->side[0].name);
	for (int j = 0; j < 3; j++) {
		buf_printf(b, "<th class=\"n\">%s by ",
		    route_state_id((enum route_state)j));
		put_str(b, c->side[1].name);
	}
	buf_puts(b, "</thead><tbody>\n");
	for (int i = 0; i < 3; i++) {
		buf_printf(
		    b, "<tr><th>%s", route_state_id((enum route_state)i));
		for (int j = 0; j < 3; j++)
			buf_printf(b, "<td class=\"n\">%ju",
			    (uintmax_t)r->routes->count[i][j]);
		buf_byte(b, '\n');
	}
	buf_puts(b, "</tbody></table></div>\n");
}

static void
put_routes(struct buf *b, const struct compare_report *r)
{
	const struct compare_routes *x = r->routes;
	char prefix[PREFIX_TEXT];

	put_route_counts(b, r);
	buf_puts(b,
	    "<h3>Routes that differ</h3>\n<div class=\"wide\" tabindex=\"0\"><table><thead><tr>"
	    "<th>route<th>origin<th>");
	put_str(b, r->compare->side[0].name);
	buf_puts(b, "<th>");
	put_str(b, r->compare->side[1].name);
	buf_puts(b, "</thead><tbody>\n");
	for (size_t i = 0; i < x->n_differ && i < ROWS_MAX; i++) {
		const struct compare_route *d = &x->differ[i];

		prefix_write(prefix, &d->route->prefix);
		buf_printf(b, "<tr><td>%s<td>AS%u<td>%s<td>%s\n", prefix,
		    d->route->origin, route_state_id(d->state[0]),
		    route_state_id(d->state[1]));
	}
	buf_puts(b, "</tbody></table></div>\n");
	if (x->n_differ > ROWS_MAX)
		buf_printf(b, "<p class=\"dim\">and %zu more</p>\n",
		    x->n_differ - ROWS_MAX);
}

void
compare_html(struct buf *b, const struct compare_report *r)
{
	const struct compare *c = r->compare;

	put_head(b, c);
	put_totals(b, c);
	if (r->routes != NULL)
		put_routes(b, r);
	put_causes(b, c);
	put_groups(b, c, COMPARE_SOURCE, "Trust anchors and ledgers");
	put_groups(b, c, COMPARE_HOLDER, "Holders");
	put_items(b, c);
	buf_puts(b, "</main></body></html>\n");
}
