/*
 * A log: entries with their length in two bytes before each, as in a bundle.
 * Every signature is taken for good, and each statement gets the ledger,
 * sequence and previous id that its author needs, so that what is bent is
 * what it says. Whatever happens the state can be told, and saved and loaded
 * it is the same.
 */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "ledger/ledger.h"

struct author {
	struct digest id, last;
	uint64_t sequence;
};

struct world {
	struct ledger_state *state;
	struct crypt *crypt;
	struct verifier verifier;
	struct arena arena;
	struct ledger_entry *entry;
	struct digest genesis;
	VEC(struct author) authors;
	uint64_t n;
};

static enum reason
accept(void *ctx, const struct crypt_key *key, struct span message,
    struct span signature)
{
	(void)ctx, (void)key, (void)message, (void)signature;
	return REASON_OK;
}

static struct author *
author_of(struct world *w, const struct digest *id)
{
	for (size_t i = 0; i < w->authors.n; i++)
		if (digest_eq(&w->authors.v[i].id, id))
			return &w->authors.v[i];
	return NULL;
}

/* As its author would have said it now. */
static void
repair(struct world *w, struct buf *out, struct span bytes)
{
	struct statement *s = base_alloc(sizeof(*s));
	const struct author *a;
	struct decode dec;
	struct buf tbs;

	ASSERT(s != NULL);
	buf_init(&tbs, LEDGER_ENTRY_MAX);
	decode_init(&dec, &w->arena, ledger_limits(), bytes);
	if (statement_parse(s, bytes, &dec) == REASON_OK && w->n > 0) {
		a = author_of(w, &s->holder);
		s->ledger = w->genesis;
		if (a != NULL && s->kind != STATEMENT_ENROLL) {
			s->sequence = a->sequence + 1;
			s->previous = a->last;
		}
		statement_write_tbs(&tbs, s);
		s->tbs = buf_view(&tbs);
		statement_write(out, s);
	} else {
		buf_span(out, bytes);
	}
	buf_fini(&tbs);
	base_free(s);
}

static void
applied(struct world *w)
{
	const struct statement *s = &w->entry->statement;
	struct author *a = author_of(w, &s->holder);

	if (w->n == 0)
		w->genesis = s->id;
	if (a == NULL)
		ASSERT(vec_push(&w->authors,
		    ((struct author){ s->holder, s->id, s->sequence })));
	else
		*a = (struct author){ s->holder, s->id, s->sequence };
}

static void
take(void *ctx, struct span text)
{
	buf_span(ctx, text);
}

static void
tell(struct buf *out, const struct ledger_state *st)
{
	const struct ledger_sink sink = { take, out };

	ASSERT(ledger_dump(st, &sink) == REASON_OK);
}

static enum reason
payload_take(void *ctx, const struct ledger_payload *p)
{
	(void)ctx;
	ASSERT(p->level <= 1 && p->has_ca_key == (p->level == 1));
	return REASON_OK;
}

static void
state_check(struct world *w)
{
	const struct ledger_taker taker = { payload_take, NULL };
	struct ledger_state *other = NULL;
	struct buf saved, text, again;

	buf_init(&saved, (size_t)1 << 26);
	buf_init(&text, (size_t)1 << 26);
	buf_init(&again, (size_t)1 << 26);
	ledger_save(&saved, w->state);
	ASSERT(!saved.failed);
	ASSERT(ledger_load(&other, buf_view(&saved)) == REASON_OK);
	tell(&text, w->state);
	tell(&again, other);
	ASSERT(span_eq(buf_view(&text), buf_view(&again)));
	ASSERT(ledger_emit(w->state, 0, &taker) == REASON_OK);
	ledger_state_free(other);
	buf_fini(&saved);
	buf_fini(&text);
	buf_fini(&again);
}

/* False when there is no ledger to go on with. */
static bool
step(struct world *w, struct span bytes)
{
	enum reason verdict = REASON_OK, r;
	struct buf entry;

	arena_reset(&w->arena);
	buf_init(&entry, 2 * LEDGER_ENTRY_MAX);
	repair(w, &entry, bytes);
	ASSERT(ledger_precheck(w->entry, buf_view(&entry), w->crypt,
		   &w->verifier, &w->arena) == REASON_OK);
	r = ledger_replay(&verdict, w->state, w->entry);
	ASSERT(r == REASON_OK || (r == R_LOG_GENESIS && w->n == 0));
	if (r == REASON_OK && verdict == REASON_OK)
		applied(w);
	w->n++;
	buf_fini(&entry);
	return r == REASON_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct world w = { .verifier = { accept, NULL } };
	struct span rest = span_of(data, n);
	bool lives = true;

	w.state = ledger_state_new(NULL, 0);
	w.crypt = crypt_new();
	w.entry = base_alloc(sizeof(*w.entry));
	ASSERT(w.state != NULL && w.crypt != NULL && w.entry != NULL);
	arena_init(&w.arena, SIZE_MAX);
	while (lives && rest.n >= 2) {
		size_t size = (size_t)rest.p[0] << 8 | rest.p[1];

		rest = span_of(rest.p + 2, rest.n - 2);
		if (size > rest.n)
			size = rest.n;
		lives = step(&w, span_of(rest.p, size));
		rest = span_of(rest.p + size, rest.n - size);
	}
	if (lives && w.n > 0)
		state_check(&w);
	ledger_state_free(w.state);
	crypt_free(w.crypt);
	base_free(w.entry);
	arena_fini(&w.arena);
	vec_fini(&w.authors);
	return 0;
}
