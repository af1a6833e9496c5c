/*
 * The truth beside a world: what a validator must find, worked out from the
 * description alone.
 */
#include <stdlib.h>
#include <string.h>

#include "object/object.h"
#include "world/tree.h"

/* A line of one of the tables; sorted by vrp, trust anchors before the
 * ledger, then by name. */
struct row {
	struct vrp vrp;
	const char *anchor;
	bool is_ledger;
	const struct world_item *item;
};

struct rows {
	VEC(struct row) list;
};

static int
row_order(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int n = vrp_cmp(&x->vrp, &y->vrp);

	if (n == 0)
		n = x->is_ledger - y->is_ledger;
	return n != 0 ? n : strcmp(x->anchor, y->anchor);
}

static bool
row_add(struct rows *rows, const struct world_item *item, struct vrp vrp)
{
	struct row row = { vrp, world_anchor(item->in), false, item };

	return vec_push(&rows->list, row);
}

/* All items of a kind that hold; ROAs give a row for each prefix. */
static bool
collect(struct rows *out, const struct world *w, enum world_kind kind)
{
	for (const struct world_ca *ca = w->cas; ca != NULL; ca = ca->next)
		for (const struct world_item *i = ca->items; i != NULL;
		     i = i->next) {
			struct vrp vrp = { .asn = i->asn };

			if (i->kind != kind || !world_item_holds(i))
				continue;
			if (kind != WORLD_ROA && !row_add(out, i, vrp))
				return false;
			for (const struct world_vrp *v = i->vrps;
			     kind == WORLD_ROA && v != NULL; v = v->next) {
				vrp = v->vrp;
				vrp.asn = i->asn;
				if (!row_add(out, i, vrp))
					return false;
			}
		}
	return true;
}

/* What the ledger says and its holders attest: each by a CA that is valid and
 * holds it, so that the default policy takes all of it. */
static bool
collect_ledger(struct rows *out, const struct world *w)
{
	const struct world_say *s = w->ledger != NULL ? w->ledger->says : NULL;

	for (; s != NULL; s = s->next)
		for (const struct world_vrp *v = s->item.vrps;
		     s->type == AUTHORIZE_ROA && s->emits == EMITS_ATTESTED &&
		     v != NULL;
		     v = v->next) {
			struct row row = { v->vrp, w->ledger->name, true,
				&s->item };

			row.vrp.asn = s->item.asn;
			if (!vec_push(&out->list, row))
				return false;
		}
	return true;
}

static void
vrp_line(struct buf *out, const struct row *row)
{
	char prefix[PREFIX_TEXT];

	prefix_write(prefix, &row->vrp.prefix);
	buf_printf(out, "AS%u,%s,%u,%s\n", (unsigned)row->vrp.asn.v, prefix,
	    row->vrp.max_len, row->anchor);
}

static void
aspa_line(struct buf *out, const struct row *row)
{
	buf_printf(out, "AS%u,", (unsigned)row->vrp.asn.v);
	for (size_t i = 0; i < row->item->n_providers; i++)
		buf_printf(out, "%sAS%u", i > 0 ? " " : "",
		    (unsigned)row->item->providers[i].v);
	buf_printf(out, ",%s\n", row->anchor);
}

static void
router_line(struct buf *out, const struct row *row)
{
	buf_printf(out, "AS%u,%s,%s\n", (unsigned)row->vrp.asn.v,
	    row->item->name, row->anchor);
}

static enum reason
table(const struct world_writer *w, const char *path, enum world_kind kind,
    const char *head, bool with_ledger)
{
	struct rows rows = { 0 };
	struct buf out;
	bool ok = collect(&rows, w->world, kind) &&
		  (!with_ledger || collect_ledger(&rows, w->world));
	enum reason r;

	if (rows.list.n > 0)
		qsort(
		    rows.list.v, rows.list.n, sizeof(*rows.list.v), row_order);

	buf_init(&out, SIZE_MAX);
	buf_puts(&out, head);
	for (size_t i = 0; ok && i < rows.list.n; i++) {
		const struct row *row = &rows.list.v[i];

		/* One line for what several say: of the first anchor. */
		if (kind == WORLD_ROA && i > 0 &&
		    vrp_cmp(&row[-1].vrp, &row->vrp) == 0)
			continue;
		if (kind == WORLD_ROA)
			vrp_line(&out, row);
		else if (kind == WORLD_ASPA)
			aspa_line(&out, row);
		else
			router_line(&out, row);
	}
	r = !ok || out.failed ? R_LIMIT_MEMORY
			      : world_put(w, path, buf_view(&out));
	buf_fini(&out);
	vec_fini(&rows.list);
	return r;
}

static void
finding(struct buf *out, const char *uri, enum reason reason, enum effect e)
{
	buf_printf(out, "%s,%s,%s\n", uri, reason_id(reason), effect_id(e));
}

static void
fault_finding(struct buf *out, const char *uri, const struct world_fault *fault)
{
	if (fault != NULL && fault->reason != REASON_OK)
		finding(out, uri, fault->reason, fault->effect);
}

/* Does the copy of a CA hold what this item of the CA says? */
static bool
copy_holds(const struct world_item *copy, const struct world_item *item)
{
	bool by_as = item->kind == WORLD_ASPA || item->kind == WORLD_ROUTER ||
		     item->kind == WORLD_PREFIX_LIST;

	if (item->kind == WORLD_CA)
		return resources_has_inherit(&item->resources) ||
		       resources_contain(
			   &copy->resources, &item->resources, NULL);
	for (const struct world_vrp *v = item->vrps;
	     item->kind == WORLD_ROA && v != NULL; v = v->next)
		if (!resources_contain_prefix(&copy->resources, &v->vrp.prefix))
			return false;
	return !by_as || resources_contain_asn(&copy->resources, item->asn);
}

/* Along the path of the copy, the CA's own objects claim too much. */
static void
copy_findings(struct buf *out, const struct world_item *copy)
{
	char uri[WORLD_URI];

	if (!world_item_holds(copy) || copy->ca->dead)
		return;
	for (const struct world_item *i = copy->ca->items; i != NULL;
	     i = i->next) {
		if (!world_item_holds(i) || copy_holds(copy, i))
			continue;
		world_item_uri(uri, sizeof(uri), i);
		finding(out, uri, R_PATH_OVERCLAIM, EFFECT_OBJECT);
	}
}

static void
ca_findings(struct buf *out, const struct world_ca *ca)
{
	char uri[WORLD_URI];

	if (ca->parent == NULL) {
		world_item_uri(uri, sizeof(uri), ca->item);
		fault_finding(out, uri, ca->item->fault);
	}
	world_manifest_uri(uri, sizeof(uri), ca);
	fault_finding(out, uri, ca->on_manifest);
	world_crl_uri(uri, sizeof(uri), ca);
	fault_finding(out, uri, ca->on_crl);
	for (const struct world_item *i = ca->items; i != NULL; i = i->next) {
		world_item_uri(uri, sizeof(uri), i);
		fault_finding(out, uri, i->fault);
		if (i->expect != REASON_OK)
			finding(out, uri, i->expect, i->expect_effect);
		if (i->kind == WORLD_COPY)
			copy_findings(out, i);
	}
}

enum reason
world_write_truth(const struct world_writer *w)
{
	struct buf out;
	enum reason r;

	TRY(table(w, "truth/vrps.csv", WORLD_ROA,
	    "ASN,IP Prefix,Max Length,Trust Anchor\n", false));
	TRY(table(w, "truth/view.csv", WORLD_ROA,
	    "ASN,IP Prefix,Max Length,Trust Anchor\n", true));
	TRY(table(w, "truth/aspas.csv", WORLD_ASPA,
	    "Customer,Providers,Trust Anchor\n", false));
	TRY(table(w, "truth/router-keys.csv", WORLD_ROUTER,
	    "ASN,Name,Trust Anchor\n", false));
	buf_init(&out, SIZE_MAX);
	buf_puts(&out, "object,reason,effect\n");
	for (const struct world_ca *ca = w->world->cas; ca != NULL;
	     ca = ca->next)
		ca_findings(&out, ca);
	r = out.failed ? R_LIMIT_MEMORY
		       : world_put(w, "truth/findings.csv", buf_view(&out));
	buf_fini(&out);
	return r;
}
