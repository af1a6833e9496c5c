/* cairn holder status: what the ledger says of one holder. */
#include <inttypes.h>
#include <string.h>

#include "cli/holder.h"

struct telling {
	struct holder *h;
	struct emit *e;
	struct statement_names names;
	VEC(struct digest) mine; /* statements that can be endorsed */
};

static void
holder_emit(const struct telling *s, const char *key, const struct digest *id)
{
	struct buf text;
	char hex[65];

	hex_write(hex, SPAN_OF(id->b));
	buf_init(&text, 512);
	buf_puts(&text, hex);
	if (s->e->form == EMIT_TEXT)
		s->names.name(&text, s->names.ctx, id);
	emit_span(s->e, key, buf_view(&text));
	buf_fini(&text);
}

static void
until_emit(const struct telling *s, const char *key, uint64_t at)
{
	if (at != LEDGER_NEVER)
		emit_time(s->e, key, (int64_t)at);
}

/* ---- one fact -------------------------------------------------------- */

static void
hold_emit(const struct telling *s, const struct ledger_fact *f)
{
	emit_uint(s->e, "level", f->level);
	emit_bool(s->e, "contested", f->flag);
	if (f->flag)
		holder_emit(s, "contender", &f->other);
	emit_bool(s->e, "young", f->level == 0 && f->fresh);
	if (f->fresh)
		until_emit(s, "contestable_until", f->until);
	emit_hex(s->e, "claim", SPAN_OF(f->statement.b));
	resources_emit(s->e, "resources", &f->resources);
}

static void
offer_emit(const struct telling *s, const struct ledger_fact *f)
{
	const struct digest *me = &s->h->file.id;

	emit_hex(s->e, "offer", SPAN_OF(f->statement.b));
	if (!digest_eq(&f->holder, me))
		holder_emit(s, "from", &f->holder);
	if (!digest_eq(&f->to, me))
		holder_emit(s, "to", &f->to);
	emit_bool(s->e, "accepted", f->flag);
	if (f->has_other)
		holder_emit(s, "escrow", &f->other);
	if (f->has_hashlock)
		emit_hex(s->e, "hashlock", SPAN_OF(f->digest.b));
	until_emit(s, "expires", f->until);
	resources_emit(s->e, "resources", &f->resources);
}

static void
lease_emit(const struct telling *s, const struct ledger_fact *f)
{
	const bool is_own = digest_eq(&f->holder, &s->h->file.id);

	emit_hex(s->e, "lease", SPAN_OF(f->statement.b));
	if (is_own)
		holder_emit(s, "to", &f->to);
	else
		holder_emit(s, "from", &f->holder);
	until_emit(s, "until", f->until);
	emit_bool(s->e, "sublease", f->flag);
	resources_emit(s->e, "resources", &f->resources);
}

static void
authorize_emit(const struct telling *s, const struct ledger_fact *f)
{
	emit_hex(s->e, "authorization", SPAN_OF(f->statement.b));
	authorize_content_emit(s->e, f->type, f->bytes, &s->h->arena);
	until_emit(s, "until", f->until);
}

static void
endorse_emit(const struct telling *s, const struct ledger_fact *f)
{
	emit_hex(s->e, "endorsement", SPAN_OF(f->statement.b));
	emit_hex(s->e, "of", SPAN_OF(f->to.b));
	until_emit(s, "until", f->until);
}

static void
endorsed_emit(const struct telling *s, const struct ledger_fact *f)
{
	holder_emit(s, "by", &f->holder);
	endorse_emit(s, f);
}

static void
rdns_emit(const struct telling *s, const struct ledger_fact *f)
{
	char prefix[PREFIX_TEXT];

	prefix_write(prefix, &f->prefix);
	emit_hex(s->e, "statement", SPAN_OF(f->statement.b));
	emit_str(s->e, "prefix", prefix);
	emit_array(s->e, "servers");
	for (size_t i = 0; i < f->n_texts; i++)
		emit_span(s->e, NULL, f->texts[i]);
	emit_end(s->e);
	emit_array(s->e, "ds");
	for (size_t i = 0; i < f->n_ds; i++)
		emit_hex(s->e, NULL, f->texts[f->n_texts + i]);
	emit_end(s->e);
}

static void
name_emit(const struct telling *s, const struct ledger_fact *f)
{
	emit_span(s->e, "label", f->bytes);
	emit_hex(s->e, "statement", SPAN_OF(f->statement.b));
}

static void
recovery_emit(const struct telling *s, const struct ledger_fact *f)
{
	emit_hex(s->e, "statement", SPAN_OF(f->statement.b));
	emit_hex(s->e, "new_key", SPAN_OF(f->digest.b));
	until_emit(s, "takes_effect", f->until);
}

static void
service_emit(const struct telling *s, const struct ledger_fact *f)
{
	emit_array(s->e, "records");
	for (size_t i = 0; i + 2 < f->n_texts; i += 3) {
		emit_object(s->e, NULL);
		emit_span(s->e, "kind", f->texts[i]);
		emit_span(s->e, "uri", f->texts[i + 1]);
		if (f->texts[i + 2].n > 0)
			emit_span(s->e, "region", f->texts[i + 2]);
		emit_end(s->e);
	}
	emit_end(s->e);
}

/* ---- lists ----------------------------------------------------------- */

static bool
is_author(const struct telling *s, const struct ledger_fact *f)
{
	return digest_eq(&f->holder, &s->h->file.id);
}

static bool
is_taker(const struct telling *s, const struct ledger_fact *f)
{
	return digest_eq(&f->to, &s->h->file.id);
}

static bool
is_escrow(const struct telling *s, const struct ledger_fact *f)
{
	return f->has_other && digest_eq(&f->other, &s->h->file.id);
}

/* Of one of its own. */
static bool
is_subject(const struct telling *s, const struct ledger_fact *f)
{
	for (size_t i = 0; i < s->mine.n; i++)
		if (digest_eq(&f->to, &s->mine.v[i]))
			return true;
	return false;
}

/* In the order in which they are told. */
static const struct {
	const char *key;
	enum ledger_fact_kind kind;
	bool (*wanted)(const struct telling *, const struct ledger_fact *);
	void (*emit)(const struct telling *, const struct ledger_fact *);
} lists[] = {
	{ "resources", FACT_HOLD, is_author, hold_emit },
	{ "leases_in", FACT_LEASE, is_taker, lease_emit },
	{ "leases_out", FACT_LEASE, is_author, lease_emit },
	{ "offers_in", FACT_OFFER, is_taker, offer_emit },
	{ "offers_out", FACT_OFFER, is_author, offer_emit },
	{ "offers_to_settle", FACT_OFFER, is_escrow, offer_emit },
	{ "authorizations", FACT_AUTHORIZE, is_author, authorize_emit },
	{ "endorsements", FACT_ENDORSE, is_author, endorse_emit },
	{ "endorsed", FACT_ENDORSE, is_subject, endorsed_emit },
	{ "names", FACT_NAME, is_author, name_emit },
	{ "services", FACT_SERVICE, is_author, service_emit },
	{ "rdns", FACT_RDNS, is_author, rdns_emit },
	{ "recovery", FACT_RECOVERY, is_author, recovery_emit },
};

struct list {
	struct telling *s;
	size_t which;
};

static enum reason
list_take(void *ctx, const struct ledger_fact *f)
{
	const struct list *l = ctx;

	if (f->kind != lists[l->which].kind || !lists[l->which].wanted(l->s, f))
		return REASON_OK;
	emit_object(l->s->e, NULL);
	lists[l->which].emit(l->s, f);
	emit_end(l->s->e);
	return REASON_OK;
}

static enum reason
mine_take(void *ctx, const struct ledger_fact *f)
{
	struct telling *s = ctx;

	if ((f->kind != FACT_HOLD && f->kind != FACT_AUTHORIZE) ||
	    !is_author(s, f))
		return REASON_OK;
	return vec_push(&s->mine, f->statement) ? REASON_OK : R_LIMIT_MEMORY;
}

static enum reason
lists_emit(struct telling *s)
{
	const struct ledger_facts mine = { mine_take, s };

	if (!vec_push(&s->mine, s->h->me.enrolled))
		return R_LIMIT_MEMORY;
	TRY(ledger_facts(s->h->state, &mine));
	for (size_t i = 0; i < COUNT(lists); i++) {
		struct list list = { s, i };
		const struct ledger_facts facts = { list_take, &list };

		emit_array(s->e, lists[i].key);
		TRY(ledger_facts(s->h->state, &facts));
		emit_end(s->e);
	}
	return REASON_OK;
}

static void
guardians_emit(const struct telling *s)
{
	const struct ledger_holder *me = &s->h->me;

	emit_object(s->e, "guardians");
	emit_uint(s->e, "threshold", me->threshold);
	emit_bool(s->e, "lock", me->lock);
	emit_array(s->e, "holders");
	for (size_t i = 0; i < me->n_guardians; i++)
		holder_emit(s, NULL, &me->guardians[i]);
	emit_end(s->e);
	emit_end(s->e);
}

/* Signed, and not in the ledger. */
static void
said_emit(const struct telling *s)
{
	const struct holder_file *f = &s->h->file;

	emit_array(s->e, "waiting");
	for (size_t i = 0; i < f->said.n; i++) {
		emit_object(s->e, NULL);
		emit_str(s->e, "file", f->said.v[i].path);
		emit_hex(s->e, "statement", SPAN_OF(f->said.v[i].id.b));
		emit_end(s->e);
	}
	emit_end(s->e);
	if (s->h->said_why != REASON_OK) {
		emit_object(s->e, "would_be_refused");
		emit_str(s->e, "file", s->h->said_path);
		emit_str(s->e, "reason", reason_id(s->h->said_why));
		emit_str(s->e, "text", reason_text(s->h->said_why));
		emit_end(s->e);
	}
}

static enum reason
status_emit(struct telling *s)
{
	const struct holder *h = s->h;
	const struct ledger_summary sum = ledger_summary(h->state);

	emit_object(s->e, NULL);
	emit_str(s->e, "holder", h->file.name);
	holder_emit(s, "id", &h->file.id);
	emit_str(s->e, "ledger", h->ledger);
	emit_hex(s->e, "ledger_id", SPAN_OF(sum.genesis.b));
	emit_time(s->e, "ledger_time", (int64_t)sum.time);
	emit_uint(s->e, "challenge", sum.challenge);
	emit_bool(s->e, "enrolled", h->enrolled);
	if (h->enrolled) {
		emit_uint(s->e, "sequence", h->me.sequence);
		emit_hex(s->e, "last", SPAN_OF(h->me.last.b));
		emit_hex(s->e, "key", SPAN_OF(h->me.key.b));
		guardians_emit(s);
	}
	said_emit(s);
	if (h->enrolled)
		TRY(lists_emit(s));
	emit_end(s->e);
	return REASON_OK;
}

int
holder_status(struct holder *h)
{
	struct telling s = { .h = h, .names = holder_names(h) };
	struct buf text;
	struct emit e;
	enum reason why;
	int status = holder_file_find(h);

	if (status == STATUS_DONE && h->operands.n > 0)
		status = usage_error(h->self, "--as NAME: whose?");
	if (status == STATUS_DONE)
		status = holder_open(h);
	if (status != STATUS_DONE)
		return status;
	buf_init(&text, CLI_TEXT);
	emit_init(&e, &text, h->json ? EMIT_JSON : EMIT_TEXT);
	s.e = &e;
	why = status_emit(&s);
	if (why != REASON_OK)
		status = failure(h->self, "%s", reason_text(why));
	else
		status = print_answer(h->self, &text);
	buf_fini(&text);
	vec_fini(&s.mine);
	return status;
}
