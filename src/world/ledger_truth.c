/*
 * The truth beside a ledger: what each statement comes to, what is emitted,
 * and how that meets the legacy repositories; all of it by what the
 * description says, nothing by replaying what was written.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "world/tree.h"

enum {
	LINE_CAP = 1 << 20
};

struct lines {
	struct arena arena;
	VEC(struct span) list;
	bool failed;
};

static void
line_add(struct lines *l, struct buf *line)
{
	struct span copy = arena_dup(&l->arena, buf_view(line));

	if (line->failed || copy.p == NULL || !vec_push(&l->list, copy))
		l->failed = true;
	buf_reset(line);
}

static int
line_order(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

/* Sorted, below a head. */
static enum reason
lines_put(struct lines *l, const struct world_writer *w, const char *path,
    const char *head)
{
	struct buf out;
	enum reason r;

	buf_init(&out, SIZE_MAX / 2);
	buf_puts(&out, head);
	if (l->list.n > 0)
		qsort(l->list.v, l->list.n, sizeof(*l->list.v), line_order);
	for (size_t i = 0; i < l->list.n; i++)
		buf_span(&out, l->list.v[i]);
	r = l->failed || out.failed ? R_LIMIT_MEMORY
				    : world_put(w, path, buf_view(&out));
	buf_fini(&out);
	vec_fini(&l->list);
	arena_fini(&l->arena);
	return r;
}

static void
lines_init(struct lines *l)
{
	*l = (struct lines){ .failed = false };
	arena_init(&l->arena, SIZE_MAX);
}

/* ---- what is emitted ------------------------------------------------- */

static bool
is_emitted(const struct world_say *s)
{
	return s->emits == EMITS_SELF_ASSERTED || s->emits == EMITS_ATTESTED;
}

static void
emission_add(struct lines *l, const struct world_said *said,
    const struct payload *payload)
{
	const struct ledger_payload p = { .payload = *payload,
		.holder = said->holder,
		.statement = said->id,
		.entry = said->entry,
		.level = said->say->emits == EMITS_ATTESTED,
		.n_endorsers = said->n_endorsers,
		.endorsers = said->endorsers };
	struct buf line;

	buf_init(&line, LINE_CAP);
	ledger_csv_line(&line, &p);
	line_add(l, &line);
	buf_fini(&line);
}

static void
router_add(struct lines *l, const struct world_said *said, uint64_t seed)
{
	const struct world_item *i = &said->say->item;
	struct payload p = { .kind = PAYLOAD_ROUTER_KEY,
		.key = { .asn = i->asn } };
	struct crypt_secret *secret = world_router_key(seed, i->name);
	struct digest id;

	if (secret == NULL ||
	    ledger_key(&p.key.spki, &id, secret, &l->arena) != REASON_OK)
		l->failed = true;
	crypt_secret_free(secret);
	if (!l->failed)
		emission_add(l, said, &p);
}

static void
emissions_add(struct lines *l, const struct world_said *said, uint64_t seed)
{
	const struct world_item *i = &said->say->item;
	struct payload p = { .kind = PAYLOAD_ASPA,
		.aspa = { i->asn, i->n_providers, i->providers } };

	if (!is_emitted(said->say))
		return;
	if (said->say->type == AUTHORIZE_ASPA)
		emission_add(l, said, &p);
	if (said->say->type == AUTHORIZE_ROUTER_KEY)
		router_add(l, said, seed);
	if (said->say->type != AUTHORIZE_ROA)
		return;
	p.kind = PAYLOAD_VRP;
	for (const struct world_vrp *v = i->vrps; v != NULL; v = v->next) {
		p.vrp = v->vrp;
		p.vrp.asn = i->asn;
		emission_add(l, said, &p);
	}
}

/* ---- both worlds ----------------------------------------------------- */

enum class {
	CLASS_AGREEMENT,
	CLASS_LEGACY_ONLY,
	CLASS_LEDGER_ONLY,
	CLASS_CONFLICT_AS,
	CLASS_CONFLICT_MAXLEN,
	CLASS_CONTESTED,
	CLASS_YOUNG
};

static const char *const class_words[] = { "agreement", "legacy-only",
	"ledger-only", "conflict-as", "conflict-maxlen", "contested", "young" };

struct origin_set {
	VEC(struct vrp) legacy;
	const struct world_said *said;
	size_t n;
};

static bool
legacy_collect(struct origin_set *set, const struct world *w)
{
	for (const struct world_ca *ca = w->cas; ca != NULL; ca = ca->next)
		for (const struct world_item *i = ca->items; i != NULL;
		     i = i->next)
			for (const struct world_vrp *v = i->vrps;
			     i->kind == WORLD_ROA && v != NULL &&
			     world_item_holds(i);
			     v = v->next) {
				struct vrp vrp = v->vrp;

				vrp.asn = i->asn;
				if (!vec_push(&set->legacy, vrp))
					return false;
			}
	return true;
}

/* How two that are about one prefix meet. */
static enum class meet(const struct vrp *a, const struct vrp *b) {
	if (a->asn.v != b->asn.v) return CLASS_CONFLICT_AS;
	    return a->max_len != b->max_len ? CLASS_CONFLICT_MAXLEN
					    : CLASS_AGREEMENT;
}

static enum class ledger_class(const struct origin_set *set,
    const struct vrp *vrp, enum world_emits emits) {
	if (emits == EMITS_CONTESTED) return CLASS_CONTESTED;
	    if (emits == EMITS_YOUNG) return CLASS_YOUNG;
	    for (size_t i = 0; i < set->legacy.n;
		 i++) if (prefix_cmp(&set->legacy.v[i].prefix, &vrp->prefix) ==
			  0) return meet(&set->legacy.v[i], vrp);
	    return CLASS_LEDGER_ONLY;
}

/* What the ledger says of a prefix, if anything. */
static enum class legacy_class(
    const struct origin_set *set, const struct vrp *vrp) {
	for (size_t i = 1; i < set->n; i++){
		const struct world_say *s = set->said[i].say;

		if (s->emits == EMITS_NOTHING) continue;
		for (const struct world_vrp *v = s->item.vrps; v != NULL;
		     v = v->next){ struct vrp mine = v->vrp;

		    mine.asn = s->item.asn;
		    if (prefix_cmp(&mine.prefix, &vrp->prefix) ==
			0) return ledger_class(set, &mine, s->emits) ==
			    CLASS_LEDGER_ONLY
			? CLASS_LEGACY_ONLY
		    : s->emits == EMITS_CONTESTED ? CLASS_CONTESTED
		    : s->emits == EMITS_YOUNG     ? CLASS_YOUNG
						  : meet(vrp, &mine);
}
}
return CLASS_LEGACY_ONLY;
}

static void
meeting_add(struct lines *l, enum class class, const char *source,
    const struct vrp *vrp)
{
	char prefix[PREFIX_TEXT];
	struct buf line;

	buf_init(&line, LINE_CAP);
	prefix_write(prefix, &vrp->prefix);
	buf_printf(&line, "%s,%s,AS%" PRIu32 ",%s,%u\n", class_words[class],
	    source, vrp->asn.v, prefix, vrp->max_len);
	line_add(l, &line);
	buf_fini(&line);
}

static enum reason
meetings_put(
    const struct world_writer *w, const struct world_said *said, size_t n)
{
	struct origin_set set = { .said = said, .n = n };
	struct lines l;

	lines_init(&l);
	l.failed = !legacy_collect(&set, w->world);
	for (size_t i = 0; i < set.legacy.n; i++) {
		enum class class = legacy_class(&set, &set.legacy.v[i]);

		meeting_add(&l, class,
		    class == CLASS_AGREEMENT ? "both" : "legacy",
		    &set.legacy.v[i]);
	}
	for (size_t i = 1; i < n; i++) {
		const struct world_say *s = said[i].say;

		for (const struct world_vrp *v = s->item.vrps;
		     s->type == AUTHORIZE_ROA && s->emits != EMITS_NOTHING &&
		     v != NULL;
		     v = v->next) {
			struct vrp vrp = v->vrp;
			enum class class;

			vrp.asn = s->item.asn;
			class = ledger_class(&set, &vrp, s->emits);
			if (class != CLASS_AGREEMENT)
				meeting_add(&l, class, "ledger", &vrp);
		}
	}
	vec_fini(&set.legacy);
	return lines_put(
	    &l, w, "truth/compare.csv", "class,source,asn,prefix,maxlen\n");
}

/* ---- all of it ------------------------------------------------------- */

static enum reason
log_put(const struct world_writer *w, const struct world_said *said, size_t n)
{
	struct buf out;
	enum reason r;

	buf_init(&out, SIZE_MAX / 2);
	buf_puts(&out, "entry,name,verdict\n0,genesis,applied\n");
	for (size_t i = 1; i < n; i++) {
		const struct world_say *s = said[i].say;

		buf_printf(&out, "%zu,%s,%s\n", i, s->item.name,
		    s->fault == NULL
			? "applied"
			: strchr(reason_id(s->fault->reason), '.') + 1);
	}
	r = out.failed ? R_LIMIT_MEMORY
		       : world_put(w, "truth/ledger-log.csv", buf_view(&out));
	buf_fini(&out);
	return r;
}

enum reason
world_write_ledger_truth(
    const struct world_writer *w, const struct world_said *said, size_t n)
{
	struct lines l;

	lines_init(&l);
	for (size_t i = 1; i < n; i++)
		emissions_add(&l, &said[i], w->seed);
	TRY(lines_put(&l, w, "truth/ledger.csv", LEDGER_CSV_HEAD));
	TRY(log_put(w, said, n));
	return meetings_put(w, said, n);
}
