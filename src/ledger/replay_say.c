/* The rules of authorize, withdraw, endorse, name, service and rdns. */
#include <string.h>

#include "ledger/replay.h"

#define NAMES_MAX 8

/* ---- authorize ------------------------------------------------------- */

enum reason
authorize_check(struct step *step)
{
	if (!step->entry->content_well)
		return R_STATEMENT_MALFORMED;
	return step->body->time > step->st->time ? REASON_OK : R_STATEMENT_TIME;
}

static struct span
copy(struct ledger_state *st, struct span s)
{
	uint8_t *p = state_alloc(st, s.n);

	if (p != NULL && s.n > 0)
		memcpy(p, s.p, s.n);
	return span_of(p, p == NULL ? 0 : s.n);
}

void
authorize_apply(struct step *step)
{
	struct record *r = record_new(step->st, RECORD_AUTHORIZE, step->author);

	if (r == NULL)
		return;
	r->until = step->body->time;
	r->type = step->entry->type;
	r->entry = step->st->size;
	r->bytes = copy(step->st, step->body->content);
	record_add(step->st, r, step->number);
}

/* ---- withdraw -------------------------------------------------------- */

enum reason
withdraw_check(struct step *step)
{
	uint32_t n = ids_find(&step->st->statements, &step->body->subject);
	struct record *r = n == ID_NONE ? NULL : record_find(step->st, n);

	step->record = r;
	if (r == NULL ||
	    (r->kind != RECORD_AUTHORIZE && r->kind != RECORD_ENDORSE &&
		r->kind != RECORD_NAME && r->kind != RECORD_RDNS &&
		r->kind != RECORD_LEASE))
		return R_STATEMENT_NO_STATEMENT;
	if ((r->kind == RECORD_LEASE ? r->to : r->holder) != step->author)
		return R_STATEMENT_NOT_PARTY;
	if (r->kind == RECORD_LEASE && lease_has_sublease(step->st, r))
		return R_STATEMENT_LEASED;
	return REASON_OK;
}

void
withdraw_apply(struct step *step)
{
	if (step->record->kind == RECORD_NAME)
		step->author->n_names--;
	if (step->record->kind == RECORD_LEASE)
		lease_end(step->st, step->record);
	else
		record_end(step->st, step->record);
}

/* ---- endorse --------------------------------------------------------- */

enum reason
endorse_check(struct step *step)
{
	if (ids_find(&step->st->statements, &step->body->subject) == ID_NONE)
		return R_STATEMENT_NO_STATEMENT;
	return step->body->time > step->st->time ? REASON_OK : R_STATEMENT_TIME;
}

void
endorse_apply(struct step *step)
{
	struct record *r = record_new(step->st, RECORD_ENDORSE, step->author);

	if (r == NULL)
		return;
	r->until = step->body->time;
	r->subject = ids_find(&step->st->statements, &step->body->subject);
	record_add(step->st, r, step->number);
}

/* ---- name ------------------------------------------------------------ */

static bool
label_is_valid(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') &&
		    !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '-')
			return false;
	return s.p[0] != '-' && s.p[s.n - 1] != '-' &&
	       !(s.n >= 4 && s.p[2] == '-' && s.p[3] == '-');
}

enum reason
name_check_rule(struct step *step)
{
	if (!label_is_valid(step->body->label))
		return R_STATEMENT_MALFORMED;
	if (name_find(step->st, step->body->label) != NULL)
		return R_STATEMENT_NAME_TAKEN;
	return step->author->n_names < NAMES_MAX ? REASON_OK
						 : R_STATEMENT_LIMIT;
}

void
name_apply(struct step *step)
{
	struct record *r = record_new(step->st, RECORD_NAME, step->author);

	if (r == NULL)
		return;
	r->bytes = copy(step->st, step->body->label);
	if (step->st->failed) {
		base_free(r);
		return;
	}
	record_add(step->st, r, step->number);
	step->author->n_names++;
}

/* ---- service, rdns --------------------------------------------------- */

/* Copy texts into one block of the record. */
static void
texts_take(struct ledger_state *st, struct record *r, const struct span *texts,
    size_t n)
{
	size_t total = 0, at = 0;
	uint8_t *p;

	for (size_t i = 0; i < n; i++)
		total += texts[i].n;
	p = state_alloc(st, total);
	r->bytes = span_of(p, p == NULL ? 0 : total);
	r->texts = state_alloc(st, n * sizeof(*r->texts));
	for (size_t i = 0; !st->failed && i < n; i++) {
		if (texts[i].n > 0)
			memcpy(p + at, texts[i].p, texts[i].n);
		r->texts[i] = span_of(p + at, texts[i].n);
		at += texts[i].n;
	}
}

enum reason
service_check(struct step *step)
{
	(void)step;
	return REASON_OK;
}

void
service_apply(struct step *step)
{
	const struct statement_body *b = step->body;
	struct span texts[3 * LEDGER_SERVICES];
	struct record *r = NULL;

	if (step->author->services != NULL)
		record_end(step->st, step->author->services);
	step->author->services = NULL;
	if (b->n_records == 0)
		return;
	for (size_t i = 0; i < b->n_records; i++) {
		texts[3 * i] = b->records[i].kind;
		texts[3 * i + 1] = b->records[i].uri;
		texts[3 * i + 2] = b->records[i].region;
	}
	r = record_new(step->st, RECORD_SERVICE, step->author);
	if (r == NULL)
		return;
	r->n_texts = 3 * b->n_records;
	texts_take(step->st, r, texts, r->n_texts);
	record_add(step->st, r, step->number);
	step->author->services = r;
}

enum reason
rdns_check(struct step *step)
{
	const struct piece p = piece_of_prefix(&step->body->prefix);
	struct cover unused;

	return cover_find(&unused, step->st, &p, step->author, 0)
		   ? REASON_OK
		   : R_STATEMENT_NOT_HELD;
}

void
rdns_apply(struct step *step)
{
	const struct statement_body *b = step->body;
	struct record *r = rdns_find(step->st, &b->prefix);
	struct span texts[2 * LEDGER_RDNS];

	if (r != NULL)
		record_end(step->st, r);
	r = record_new(step->st, RECORD_RDNS, step->author);
	if (r == NULL)
		return;
	r->prefix = b->prefix;
	r->n_texts = b->n_records;
	r->n_ds = b->n_ds;
	memcpy(texts, b->servers, b->n_records * sizeof(*texts));
	memcpy(texts + b->n_records, b->ds, b->n_ds * sizeof(*texts));
	texts_take(step->st, r, texts, b->n_records + b->n_ds);
	record_add(step->st, r, step->number);
}
