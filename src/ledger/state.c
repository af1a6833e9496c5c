/* The state's own books: holders, records, and the orders they are kept in. */
#include <string.h>

#include "ledger/state.h"

#define CHUNK 1024

void *
state_alloc(struct ledger_state *st, size_t n)
{
	void *p = base_alloc(n);

	st->failed |= p == NULL;
	return p;
}

/* ---- holders --------------------------------------------------------- */

struct holder *
holder_at(const struct ledger_state *st, uint32_t number)
{
	ASSERT(number < st->holder_ids.n);
	return &st->holder_chunks.v[number / CHUNK][number % CHUNK];
}

struct holder *
holder_find(const struct ledger_state *st, const struct digest *id)
{
	uint32_t n = ids_find(&st->holder_ids, id);

	return n == ID_NONE ? NULL : holder_at(st, n);
}

const struct digest *
holder_id(const struct ledger_state *st, const struct holder *h)
{
	return ids_at(&st->holder_ids, h->number);
}

struct holder *
holder_add(struct ledger_state *st, const struct digest *id)
{
	struct holder *chunk;
	uint32_t n;

	if (st->holder_ids.n % CHUNK == 0) {
		chunk = state_alloc(st, CHUNK * sizeof(*chunk));
		if (chunk == NULL)
			return NULL;
		if (!vec_push(&st->holder_chunks, chunk)) {
			base_free(chunk);
			st->failed = true;
			return NULL;
		}
	}
	n = ids_add(&st->holder_ids, id);
	if (n == ID_NONE) {
		st->failed = true;
		return NULL;
	}
	holder_at(st, n)->number = n;
	return holder_at(st, n);
}

/* ---- records --------------------------------------------------------- */

static int
number_cmp(const struct record *a, const struct record *b)
{
	return (a->statement > b->statement) - (a->statement < b->statement);
}

static int
time_cmp(const struct record *a, const struct record *b)
{
	if (a->until != b->until)
		return a->until < b->until ? -1 : 1;
	return number_cmp(a, b);
}

static int
subject_cmp(const struct record *a, const struct record *b)
{
	if (a->subject != b->subject)
		return a->subject < b->subject ? -1 : 1;
	return number_cmp(a, b);
}

static int
label_cmp(const struct record *a, const struct record *b)
{
	return span_cmp(a->bytes, b->bytes);
}

static int
rdns_cmp(const struct record *a, const struct record *b)
{
	return prefix_cmp(&a->prefix, &b->prefix);
}

TREE(numbers, record, by_number, number_cmp)
TREE(times, record, by_time, time_cmp)
TREE(subjects, record, by_subject, subject_cmp)
TREE(labels, record, by_subject, label_cmp)
TREE(prefixes, record, by_subject, rdns_cmp)

struct record *
record_new(struct ledger_state *st, enum record_kind kind, struct holder *h)
{
	struct record *r = state_alloc(st, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->kind = kind;
	r->holder = h;
	r->until = LEDGER_NEVER;
	return r;
}

void
record_add(struct ledger_state *st, struct record *r, uint32_t statement)
{
	struct record *other = NULL;

	r->statement = statement;
	if (r->kind == RECORD_SERVICE)
		return;
	ASSERT(RB_INSERT(numbers, &st->numbers, r) == NULL);
	if (r->until != LEDGER_NEVER)
		other = RB_INSERT(times, &st->times, r);
	if (r->kind == RECORD_ENDORSE)
		other = RB_INSERT(subjects, &st->subjects, r);
	else if (r->kind == RECORD_NAME)
		other = RB_INSERT(labels, &st->labels, r);
	else if (r->kind == RECORD_RDNS)
		other = RB_INSERT(prefixes, &st->prefixes, r);
	ASSERT(other == NULL);
}

void
record_discard(struct record *r)
{
	base_free(r->parcel.pieces);
	base_free(r->texts);
	base_free((void *)(uintptr_t)r->bytes.p);
	base_free(r);
}

void
record_end(struct ledger_state *st, struct record *r)
{
	if (r->kind != RECORD_SERVICE)
		(void)RB_REMOVE(numbers, &st->numbers, r);
	if (r->kind != RECORD_SERVICE && r->until != LEDGER_NEVER)
		(void)RB_REMOVE(times, &st->times, r);
	if (r->kind == RECORD_ENDORSE)
		(void)RB_REMOVE(subjects, &st->subjects, r);
	else if (r->kind == RECORD_NAME)
		(void)RB_REMOVE(labels, &st->labels, r);
	else if (r->kind == RECORD_RDNS)
		(void)RB_REMOVE(prefixes, &st->prefixes, r);
	record_discard(r);
}

struct record *
record_find(const struct ledger_state *st, uint32_t statement)
{
	struct record key = { .statement = statement };
	struct numbers tree = st->numbers;

	return RB_FIND(numbers, &tree, &key);
}

struct record *
record_first(const struct ledger_state *st)
{
	struct numbers tree = st->numbers;

	return RB_MIN(numbers, &tree);
}

struct record *
record_next(const struct record *r)
{
	return numbers_RB_NEXT((struct record *)(uintptr_t)r);
}

struct record *
record_due(const struct ledger_state *st)
{
	struct times tree = st->times;

	return RB_MIN(times, &tree);
}

struct record *
endorsement_first(const struct ledger_state *st, uint32_t subject)
{
	struct record key = { .subject = subject }, *r;
	struct subjects tree = st->subjects;

	r = RB_NFIND(subjects, &tree, &key);
	return r != NULL && r->subject == subject ? r : NULL;
}

struct record *
endorsement_next(const struct record *r)
{
	struct record *n = subjects_RB_NEXT((struct record *)(uintptr_t)r);

	return n != NULL && n->subject == r->subject ? n : NULL;
}

struct record *
name_find(const struct ledger_state *st, struct span label)
{
	struct record key = { .bytes = label };
	struct labels tree = st->labels;

	return RB_FIND(labels, &tree, &key);
}

struct record *
rdns_find(const struct ledger_state *st, const struct prefix *p)
{
	struct record key = { .prefix = *p };
	struct prefixes tree = st->prefixes;

	return RB_FIND(prefixes, &tree, &key);
}

struct record *
rdns_from(const struct ledger_state *st, const struct prefix *p)
{
	struct record key = { .prefix = *p };
	struct prefixes tree = st->prefixes;

	return RB_NFIND(prefixes, &tree, &key);
}

struct record *
rdns_next(const struct record *r)
{
	return prefixes_RB_NEXT((struct record *)(uintptr_t)r);
}

/* ---- the whole ------------------------------------------------------- */

struct ledger_state *
ledger_state_new(const struct succession *successions, size_t n)
{
	struct ledger_state *st = base_alloc(sizeof(*st));

	if (st == NULL)
		return NULL;
	ids_init(&st->statements);
	ids_init(&st->holder_ids);
	st->successions = base_alloc(n * sizeof(*st->successions));
	if (st->successions == NULL) {
		base_free(st);
		return NULL;
	}
	if (n > 0)
		memcpy(st->successions, successions, n * sizeof(*successions));
	st->n_successions = n;
	return st;
}

static void
trees_free(struct ledger_state *st)
{
	struct record *r;

	for (enum space s = 0; s < SPACES; s++) {
		struct run *run;

		while ((run = runs_first(&st->chains[s])) != NULL) {
			/* Without ending the leases: they go below. */
			while (run->is.chain.leaf != NULL &&
			       --run->is.chain.leaf->uses == 0) {
				struct lease_link *up = run->is.chain.leaf->up;

				base_free(run->is.chain.leaf);
				run->is.chain.leaf = up;
			}
			runs_remove(&st->chains[s], run);
		}
		while ((run = runs_first(&st->offers[s])) != NULL)
			runs_remove(&st->offers[s], run);
		while ((run = runs_first(&st->holds[s])) != NULL) {
			claim_drop(run->is.hold.claim);
			claim_drop(run->is.hold.contender);
			runs_remove(&st->holds[s], run);
		}
	}
	while ((r = record_first(st)) != NULL)
		record_end(st, r);
}

void
ledger_state_free(struct ledger_state *st)
{
	if (st == NULL)
		return;
	trees_free(st);
	for (uint32_t i = 0; i < st->holder_ids.n; i++) {
		struct holder *h = holder_at(st, i);

		base_free(h->guardians);
		if (h->services != NULL)
			record_end(st, h->services);
	}
	for (size_t i = 0; i < st->holder_chunks.n; i++)
		base_free(st->holder_chunks.v[i]);
	vec_fini(&st->holder_chunks);
	vec_fini(&st->touched);
	ids_fini(&st->statements);
	ids_fini(&st->holder_ids);
	base_free(st->successions);
	base_free(st);
}

struct ledger_summary
ledger_summary(const struct ledger_state *st)
{
	struct ledger_summary s = { .size = st->size,
		.time = st->time,
		.applied = st->applied,
		.challenge = st->challenge,
		.rejected = st->size - st->applied };

	if (st->applied > 0)
		s.genesis = *ids_at(&st->statements, 0);
	return s;
}
