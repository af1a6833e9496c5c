/* The story of a route, for people and for programs. */
#include <string.h>

#include "policy/policy.h"

/* ---- what both say ------------------------------------------------------- */

/* Where the bytes at that URI came from: the repository nearest to it. */
static const struct view_repository *
repository_of(const struct view *v, struct span uri)
{
	const struct view_repository *best = NULL;

	for (size_t i = 0; i < v->n_repositories; i++) {
		const struct view_repository *r = &v->repositories[i];

		if (span_starts(uri, r->uri) &&
		    (best == NULL || r->uri.n > best->uri.n))
			best = r;
	}
	return best;
}

static const struct view_source *
source_of(const struct view *v, struct span name)
{
	for (size_t i = 0; i < v->n_sources; i++)
		if (span_eq(v->sources[i].name, name))
			return &v->sources[i];
	return NULL;
}

static const char *
source_kind(const struct view *v, const struct origin *o)
{
	const struct view_source *s = source_of(v, o->source);
	enum source_kind kind = s != NULL              ? s->kind
				: o->statement != NULL ? SOURCE_LEDGER
				: o->chain != NULL     ? SOURCE_TRUST_ANCHOR
						       : SOURCE_SLURM;

	switch (kind) {
	case SOURCE_TRUST_ANCHOR:
		return "trust-anchor";
	case SOURCE_LEDGER:
		return "ledger";
	case SOURCE_SLURM:
		return "slurm";
	}
	BUG("a kind of source");
}

static const struct view_authority *
authority_of(const struct view *v, const struct link *l)
{
	for (size_t i = 0; i < v->n_authorities; i++)
		if (digest_eq(&v->authorities[i].link->hash, &l->hash) &&
		    span_eq(v->authorities[i].link->uri, l->uri))
			return &v->authorities[i];
	return NULL;
}

/* The range of an authority that holds the prefix. */
static bool
range_text(char out[RESOURCE_TEXT], const struct view_authority *a,
    const struct prefix *p)
{
	const struct addr_set *set = &a->resources.ip[FAMILY_INDEX(p->family)];
	struct addr lo, hi;

	prefix_range(&lo, &hi, p);
	for (size_t i = 0; i < set->n; i++)
		if (addr_cmp(&set->r[i].lo, &lo) <= 0 &&
		    addr_cmp(&hi, &set->r[i].hi) <= 0) {
			addr_range_text(out, p->family, &set->r[i]);
			return true;
		}
	return false;
}

/* ---- for programs -------------------------------------------------------- */

static void
emit_some(struct emit *e, const char *key, struct span value)
{
	if (value.n > 0)
		emit_span(e, key, value);
}

static void
emit_vrp(struct emit *e, const struct vrp *v)
{
	char prefix[PREFIX_TEXT];

	prefix_write(prefix, &v->prefix);
	emit_fmt(e, "asn", "AS%u", v->asn.v);
	emit_str(e, "prefix", prefix);
	emit_uint(e, "max_length", v->max_len);
}

static void
emit_link(struct emit *e, const struct explanation *x, const struct link *l)
{
	const struct view_authority *a = authority_of(x->view, l);
	const struct view_repository *r = repository_of(x->view, l->uri);
	char range[RESOURCE_TEXT];

	emit_object(e, NULL);
	emit_span(e, "certificate", l->uri);
	emit_hex(e, "hash", SPAN_OF(l->hash));
	emit_span(e, "manifest", l->manifest_uri);
	emit_time(e, "not_before", l->not_before_at);
	emit_time(e, "not_after", l->not_after_at);
	if (a != NULL && range_text(range, a, &x->route.prefix))
		emit_str(e, "gives", range);
	if (r != NULL && r->fetched_at != 0)
		emit_time(e, "fetched_at", r->fetched_at);
	emit_end(e);
}

static void
emit_statement(struct emit *e, const struct statement_origin *s,
    const struct view_source *log)
{
	emit_uint(e, "entry", s->entry);
	emit_hex(e, "holder", SPAN_OF(s->holder));
	emit_some(e, "holder_name", s->name);
	emit_some(e, "region", s->region);
	emit_str(e, "level", s->level == 0 ? "self-asserted" : "attested");
	if (log != NULL && log->size > 0) {
		emit_uint(e, "log_size", log->size);
		emit_hex(e, "log_root", SPAN_OF(log->root));
	}
	if (log != NULL && log->cosigned_at != 0)
		emit_time(e, "cosigned_at", log->cosigned_at);
	if (s->n_endorsers == 0)
		return;
	emit_array(e, "endorsers");
	for (size_t i = 0; i < s->n_endorsers; i++)
		emit_hex(e, NULL, SPAN_OF(s->endorsers[i]));
	emit_end(e);
}

static void
emit_origin(
    struct emit *e, const struct explanation *x, const struct payload *p)
{
	const struct origin *o = p->origin;
	const struct view_repository *r = repository_of(x->view, o->uri);

	emit_object(e, NULL);
	emit_span(e, "source", o->source);
	emit_str(e, "kind", source_kind(x->view, o));
	emit_some(e, "object", o->uri);
	emit_hex(e, "hash", SPAN_OF(o->hash));
	if (r != NULL) {
		emit_some(e, "fetched_from", r->from);
		if (r->fetched_at != 0)
			emit_time(e, "fetched_at", r->fetched_at);
	}
	if (o->not_after_at < INT64_MAX) {
		emit_time(e, "not_before", o->not_before_at);
		emit_time(e, "not_after", o->not_after_at);
		emit_time(e, "expires", payload_expires_at(p));
	}
	if (o->statement != NULL)
		emit_statement(e, o->statement, source_of(x->view, o->source));
	if (o->chain != NULL) {
		emit_array(e, "chain");
		for (const struct link *l = o->chain; l != NULL; l = l->parent)
			emit_link(e, x, l);
		emit_end(e);
	}
	emit_end(e);
}

static void
emit_covering(struct emit *e, const struct explanation *x)
{
	emit_array(e, "covering");
	for (size_t i = 0; i < x->n_covering; i++) {
		const struct explain_vrp *v = &x->covering[i];

		emit_object(e, NULL);
		emit_vrp(e, &v->entries->vrp);
		emit_str(e, "matches", route_match_id(v->match));
		emit_array(e, "origins");
		for (size_t j = 0; j < v->n; j++)
			emit_origin(e, x, &v->entries[j]);
		emit_end(e);
		emit_end(e);
	}
	emit_end(e);
}

static void
emit_left(struct emit *e, const struct explanation *x)
{
	emit_array(e, "left_out");
	for (size_t i = 0; i < x->n_left; i++) {
		const struct view_left *l = x->left[i];

		emit_object(e, NULL);
		emit_vrp(e, &l->payload.vrp);
		emit_str(e, "matches",
		    route_match_id(route_match(&x->route, &l->payload.vrp)));
		emit_str(e, "cause", left_cause_id(l->cause));
		emit_str(e, "text", left_cause_text(l->cause));
		if (l->rule > 0)
			emit_uint(e, "rule", l->rule);
		emit_some(e, "why", l->why);
		if (l->by != NULL) {
			emit_some(e, "displaced_by", l->by->uri);
			emit_span(e, "displaced_by_source", l->by->source);
			if (l->by->uri.n == 0)
				emit_hex(e, "displaced_by_claim",
				    SPAN_OF(l->by->hash));
		}
		emit_array(e, "origins");
		emit_origin(e, x, &l->payload);
		emit_end(e);
		emit_end(e);
	}
	emit_end(e);
}

static void
emit_holders(struct emit *e, const struct explanation *x)
{
	char range[RESOURCE_TEXT];

	emit_array(e, "authorities");
	for (size_t i = 0; i < x->n_holders; i++) {
		const struct view_authority *a = x->holders[i];

		emit_object(e, NULL);
		emit_span(e, "trust_anchor", a->source);
		emit_span(e, "certificate", a->link->uri);
		emit_uint(e, "depth", a->link->depth);
		if (range_text(range, a, &x->route.prefix))
			emit_str(e, "range", range);
		emit_bool(e, "in_force", a->in_force);
		emit_end(e);
	}
	emit_end(e);
	emit_array(e, "claims");
	for (size_t i = 0; i < x->n_claims; i++) {
		const struct view_holding *h = x->claims[i];

		addr_range_text(range,
		    h->kind == HOLDING_V4 ? FAMILY_V4 : FAMILY_V6, &h->ip);
		emit_object(e, NULL);
		emit_span(e, "ledger", h->holder->ledger);
		emit_str(e, "range", range);
		emit_hex(e, "holder", SPAN_OF(h->holder->id));
		emit_some(e, "holder_name", h->holder->name);
		emit_hex(e, "claim", SPAN_OF(h->claim));
		emit_str(
		    e, "level", h->level == 0 ? "self-asserted" : "attested");
		if (h->contender != NULL)
			emit_hex(e, "contested_by", SPAN_OF(h->contender->id));
		emit_bool(e, "young", h->is_young);
		emit_bool(e, "evidence_withdrawn", h->evidence_withdrawn);
		emit_end(e);
	}
	emit_end(e);
}

static void
emit_findings(
    struct emit *e, const char *key, const struct finding *const *all, size_t n)
{
	emit_array(e, key);
	for (size_t i = 0; i < n; i++)
		finding_emit(e, all[i]);
	emit_end(e);
}

void
explanation_emit(struct emit *e, const struct explanation *x)
{
	char prefix[PREFIX_TEXT];

	prefix_write(prefix, &x->route.prefix);
	emit_object(e, NULL);
	emit_str(e, "prefix", prefix);
	if (x->route.has_asn)
		emit_fmt(e, "asn", "AS%u", x->route.asn.v);
	emit_str(e, "state", route_state_id(x->state));
	emit_str(e, "state_if_nothing_left_out", route_state_id(x->if_all));
	emit_time(e, "at", x->view->at);
	if (x->view->made_at != 0)
		emit_time(e, "published_at", x->view->made_at);
	emit_uint(e, "serial", x->view->serial);
	emit_covering(e, x);
	emit_left(e, x);
	emit_array(e, "inside");
	for (size_t i = 0; i < x->n_inside; i++) {
		emit_object(e, NULL);
		emit_vrp(e, &x->inside[i]->vrp);
		emit_span(e, "source", x->inside[i]->origin->source);
		emit_end(e);
	}
	emit_end(e);
	emit_holders(e, x);
	emit_findings(e, "refused", x->refused, x->n_refused);
	emit_findings(e, "troubles", x->troubles, x->n_troubles);
	emit_array(e, "would_change");
	for (size_t i = 0; i < x->n_changes; i++)
		emit_str(e, NULL, x->changes[i]);
	emit_end(e);
	emit_end(e);
}

/* ---- for people ---------------------------------------------------------- */

#define HASH_N 8                     /* bytes shown */
#define NEVER  INT64_C(253402300799) /* the last second of the year 9999 */

static void
put_hash(struct buf *b, const struct digest *d)
{
	char hex[2 * HASH_N + 1];

	hex_write(hex, span_of(d->b, HASH_N));
	buf_puts(b, hex);
}

static void
put_time(struct buf *b, int64_t at)
{
	char text[TIME_TEXT];

	time_write(text, sizeof(text), at);
	buf_puts(b, text);
}

static void
put_vrp(struct buf *b, const struct vrp *v)
{
	char prefix[PREFIX_TEXT];

	prefix_write(prefix, &v->prefix);
	buf_printf(b, "%s", prefix);
	if (v->max_len > v->prefix.len)
		buf_printf(b, "-%u", v->max_len);
	buf_printf(b, " AS%u", v->asn.v);
}

static void
put_link(struct buf *b, const struct explanation *x, const struct link *l)
{
	const struct view_authority *a = authority_of(x->view, l);
	char range[RESOURCE_TEXT];

	buf_printf(b, "      %s ", l->parent == NULL ? "anchor" : "by CA ");
	escape_write(b, l->uri);
	buf_puts(b, " #");
	put_hash(b, &l->hash);
	buf_puts(b, "\n              until ");
	put_time(b, l->not_after_at);
	if (a != NULL && range_text(range, a, &x->route.prefix))
		buf_printf(b, ", holds %s", range);
	buf_byte(b, '\n');
}

static void
put_statement(struct buf *b, const struct statement_origin *s,
    const struct view_source *log)
{
	buf_puts(b, "      holder ");
	escape_write(b, s->name);
	buf_puts(b, s->name.n > 0 ? " (" : "");
	put_hash(b, &s->holder);
	buf_printf(b, "%s, entry %ju, %s", s->name.n > 0 ? ")" : "",
	    (uintmax_t)s->entry, s->level == 0 ? "self-asserted" : "attested");
	if (s->n_endorsers > 0)
		buf_printf(b, ", %zu endorsement%s", s->n_endorsers,
		    s->n_endorsers == 1 ? "" : "s");
	buf_byte(b, '\n');
	if (log == NULL || log->size == 0)
		return;
	buf_printf(b, "      in a log of %ju entries #", (uintmax_t)log->size);
	put_hash(b, &log->root);
	if (log->cosigned_at != 0) {
		buf_puts(b, ", cosigned ");
		put_time(b, log->cosigned_at);
	}
	buf_byte(b, '\n');
}

static void
put_origin(struct buf *b, const struct explanation *x, const struct payload *p)
{
	const struct origin *o = p->origin;
	const struct view_repository *r = repository_of(x->view, o->uri);

	buf_printf(b, "    %s ", source_kind(x->view, o));
	escape_write(b, o->source);
	buf_puts(b, ": ");
	escape_write(b, o->uri);
	if (o->chain != NULL || o->statement != NULL) {
		buf_puts(b, " #");
		put_hash(b, &o->hash);
	}
	buf_byte(b, '\n');
	if (payload_expires_at(p) < NEVER) {
		buf_puts(b, "      holds until ");
		put_time(b, payload_expires_at(p));
		buf_byte(b, '\n');
	}
	if (r != NULL && r->fetched_at != 0) {
		buf_puts(b, "      fetched ");
		put_time(b, r->fetched_at);
		buf_puts(b, " from ");
		escape_write(b, r->from.n > 0 ? r->from : r->uri);
		buf_byte(b, '\n');
	}
	if (o->statement != NULL)
		put_statement(b, o->statement, source_of(x->view, o->source));
	for (const struct link *l = o->chain; l != NULL; l = l->parent)
		put_link(b, x, l);
}

static void
put_covering(struct buf *b, const struct explanation *x)
{
	static const char *const words[] = { [MATCH_YES] = "matches",
		[MATCH_AS] = "is for another AS",
		[MATCH_LENGTH] = "does not allow that length" };

	if (x->n_covering > 0)
		buf_puts(b, "\nWhat covers it:\n");
	for (size_t i = 0; i < x->n_covering; i++) {
		const struct vrp *vrp = &x->covering[i].entries->vrp;

		buf_puts(b, "  ");
		put_vrp(b, vrp);
		buf_printf(b, ": %s\n",
		    vrp->asn.v == 0 ? "is for no AS"
				    : words[x->covering[i].match]);
		for (size_t j = 0; j < x->covering[i].n; j++)
			put_origin(b, x, &x->covering[i].entries[j]);
	}
}

/* Who displaced it: an object, a line of a SLURM file; or, without a URI, a
 * claim of a ledger. */
static void
put_by(struct buf *b, const struct view_left *l)
{
	const struct origin *by = l->by;

	buf_puts(b, l->cause == LEFT_SLURM ? ", in " : ", by ");
	if (by->uri.n > 0) {
		escape_write(b, by->uri);
		return;
	}
	buf_puts(b, "claim #");
	put_hash(b, &by->hash);
	buf_puts(b, " in ledger ");
	escape_write(b, by->source);
}

static void
put_left(struct buf *b, const struct explanation *x)
{
	if (x->n_left > 0)
		buf_puts(b, "\nWhat policy left out:\n");
	for (size_t i = 0; i < x->n_left; i++) {
		const struct view_left *l = x->left[i];

		buf_puts(b, "  ");
		put_vrp(b, &l->payload.vrp);
		buf_printf(b, ": %s", left_cause_text(l->cause));
		if (l->rule > 0)
			buf_printf(b, ", number %u", l->rule);
		if (l->why.n > 0) {
			buf_puts(b, ", ");
			escape_write(b, l->why);
		}
		if (l->by != NULL)
			put_by(b, l);
		buf_byte(b, '\n');
		put_origin(b, x, &l->payload);
	}
}

/* "north (820055263d32a977)" */
static void
put_holder(struct buf *b, const struct view_holder *h)
{
	escape_write(b, h->name);
	buf_puts(b, h->name.n > 0 ? " (" : "");
	put_hash(b, &h->id);
	buf_puts(b, h->name.n > 0 ? ")" : "");
}

static void
put_claim(struct buf *b, const struct view_holding *h)
{
	char range[RESOURCE_TEXT];

	addr_range_text(
	    range, h->kind == HOLDING_V4 ? FAMILY_V4 : FAMILY_V6, &h->ip);
	buf_printf(b, "  %s of ledger ", range);
	escape_write(b, h->holder->ledger);
	buf_puts(b, ": ");
	put_holder(b, h->holder);
	buf_puts(b, " by claim #");
	put_hash(b, &h->claim);
	buf_puts(b, h->level == 0 ? ", self-asserted" : ", attested");
	if (h->is_young)
		buf_puts(b, ", too young to emit");
	if (h->evidence_withdrawn)
		buf_puts(b, ", its evidence was withdrawn");
	if (h->contender != NULL) {
		buf_puts(b, ", contested by ");
		put_holder(b, h->contender);
	}
	buf_byte(b, '\n');
}

static void
put_holders(struct buf *b, const struct explanation *x)
{
	char range[RESOURCE_TEXT];

	if (x->n_holders + x->n_claims > 0)
		buf_puts(b, "\nWho holds it:\n");
	for (size_t i = 0; i < x->n_holders; i++) {
		const struct view_authority *a = x->holders[i];

		if (!range_text(range, a, &x->route.prefix))
			continue;
		buf_printf(b, "  %s of trust anchor ", range);
		escape_write(b, a->source);
		buf_puts(b, ": ");
		escape_write(b, a->link->uri);
		buf_puts(b, a->in_force ? "\n"
					: ", whose publication point does not "
					  "count\n");
	}
	for (size_t i = 0; i < x->n_claims; i++)
		put_claim(b, x->claims[i]);
}

static void
put_findings(struct buf *b, const char *title, const struct finding *const *all,
    size_t n)
{
	if (n > 0)
		buf_puts(b, title);
	for (size_t i = 0; i < n; i++) {
		const struct finding *f = all[i];

		buf_puts(b, "  ");
		escape_write(b, f->object.n > 0 ? f->object : f->trust_anchor);
		if (f->certificate.n > 0) {
			buf_puts(b, "\n    under ");
			escape_write(b, f->certificate);
		}
		buf_printf(b, "\n    %s: %s", reason_id(f->reason),
		    reason_text(f->reason));
		if (f->detail.n > 0) {
			buf_puts(b, ": ");
			escape_write(b, f->detail);
		}
		buf_byte(b, '\n');
	}
}

void
explanation_text(struct buf *b, const struct explanation *x)
{
	char prefix[PREFIX_TEXT];

	prefix_write(prefix, &x->route.prefix);
	buf_printf(b, "%s", prefix);
	if (x->route.has_asn)
		buf_printf(b, " AS%u", x->route.asn.v);
	buf_printf(b, ": %s (", route_state_id(x->state));
	put_time(b, x->view->at);
	buf_puts(b, ")\n");
	put_covering(b, x);
	put_left(b, x);
	if (x->n_inside > 0)
		buf_puts(b, "\nMore specific, and no part of the answer:\n");
	for (size_t i = 0; i < x->n_inside; i++) {
		buf_puts(b, "  ");
		put_vrp(b, &x->inside[i]->vrp);
		buf_puts(b, ", ");
		escape_write(b, x->inside[i]->origin->source);
		buf_byte(b, '\n');
	}
	put_holders(b, x);
	put_findings(
	    b, "\nWhat was refused nearby:\n", x->refused, x->n_refused);
	put_findings(
	    b, "\nWhat could not be had:\n", x->troubles, x->n_troubles);
	buf_puts(b, "\nWhat would change it:\n");
	for (size_t i = 0; i < x->n_changes; i++) {
		buf_puts(b, "  ");
		escape_write(b, span_str(x->changes[i]));
		buf_byte(b, '\n');
	}
}
