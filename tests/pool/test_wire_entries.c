/* Entries to a worker and back: the same, or refused. */
#include "tests/check.h"

#include <string.h>

#include "tests/ledger/vector.h"

#include "pool/wire.h"

#define ROOM ((size_t)1 << 22)

struct talk {
	struct job job, there;
	struct limits limits;
	struct answer said;
	struct arena arena;
	uint8_t *p; /* what crosses */
	size_t n;
};

static void
talk_init(struct talk *t, struct span *entries, size_t n)
{
	struct wire_out w = { .cap = ROOM };
	struct wire_in r;

	*t = (struct talk){ .job = { .kind = JOB_ENTRIES, .id = 7 } };
	arena_init(&t->arena, SIZE_MAX);
	t->job.entries = entries;
	t->job.n_entries = n;
	t->p = w.p = base_alloc(ROOM);
	assert_non_null(w.p);
	job_write(&w, &t->job);
	assert_false(w.failed);
	r = (struct wire_in){ .p = w.p, .n = w.n };
	assert_true(job_read(&t->there, &r, &t->limits, &t->arena));
	assert_int_equal(t->there.kind, JOB_ENTRIES);
	assert_int_equal(t->there.id, 7);
	assert_int_equal(t->there.n_entries, n);
	for (size_t i = 0; i < n; i++)
		assert_true(span_eq(t->there.entries[i], entries[i]));
}

static void
talk_fini(struct talk *t)
{
	arena_fini(&t->arena);
	base_free(t->p);
}

static void
answer(struct talk *t)
{
	struct wire_out w = { .p = t->p, .cap = ROOM };

	answer_write(&w, &t->job, &t->said);
	assert_false(w.failed);
	t->n = w.n;
}

static enum reason
hear(struct answer *out, struct talk *t, size_t n)
{
	struct wire_in r = { .p = t->p, .n = n };

	return answer_read(out, &r, &t->job, &t->arena);
}

/* Every entry of the vectors: what a worker found is what the run hears. */
static void
test_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		struct replayer r;
		struct vector v;
		struct talk t;
		struct answer heard;

		vector_open(&v, vector_names[i]);
		replayer_init(&r);
		talk_init(&t, v.entries, v.n);
		t.said.checked =
		    ARENA_ARRAY(&t.arena, v.n, struct ledger_checked);
		for (size_t k = 0; k < v.n; k++) {
			arena_reset(&r.arena);
			assert_int_equal(ledger_precheck(r.entry, v.entries[k],
					     r.crypt, &r.verifier, &r.arena),
			    REASON_OK);
			ledger_checked_of(&t.said.checked[k], r.entry);
		}
		answer(&t);
		CHECK_REASON(v.name, hear(&heard, &t, t.n), REASON_OK);
		for (size_t k = 0; k < v.n; k++) {
			const struct ledger_checked *a = &t.said.checked[k],
						    *b = &heard.checked[k];

			CHECK(v.name, a->frame == b->frame &&
					  a->signed_well == b->signed_well &&
					  a->content_well == b->content_well);
			CHECK(v.name, a->evidence.holds == b->evidence.holds);
			CHECK(v.name, !a->evidence.holds ||
					  memcmp(&a->evidence, &b->evidence,
					      sizeof(a->evidence)) == 0);
		}
		for (size_t k = 0; k < t.n; k++)
			assert_int_not_equal(hear(&heard, &t, k), REASON_OK);
		talk_fini(&t);
		replayer_fini(&r);
		vector_close(&v);
	}
}

/* What cannot be is not heard. */
static void
test_lies(void **state)
{
	static const struct {
		const char *what;
		uint8_t frame, bits;
		int64_t from, until;
		enum reason want;
	} rows[] = {
		{ "nothing", 0, 0, 0, 0, REASON_OK },
		{ "signed", 0, 1, 0, 0, REASON_OK },
		{ "content", 0, 3, 0, 0, REASON_OK },
		{ "evidence", 0, 5, 1, 1, REASON_OK },
		{ "malformed", 1, 0, 0, 0, REASON_OK },
		{ "a key of no kind", 2, 0, 0, 0, REASON_OK },
		{ "a frame of no kind", 3, 0, 0, 0, R_RUN_WORKER },
		{ "malformed and signed", 1, 1, 0, 0, R_RUN_WORKER },
		{ "content unsigned", 0, 2, 0, 0, R_RUN_WORKER },
		{ "evidence unsigned", 0, 4, 1, 1, R_RUN_WORKER },
		{ "evidence of no time", 0, 5, 2, 1, R_RUN_WORKER },
		{ "a bit of no meaning", 0, 9, 0, 0, R_RUN_WORKER },
	};
	struct span entry = SPAN("x");
	struct ledger_checked nothing = { .frame = REASON_OK };
	struct answer heard;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const uint8_t two[2] = { rows[i].frame, rows[i].bits };
		struct digest keys[2] = { { { 0 } } };
		struct talk t;
		struct wire_out w;

		talk_init(&t, &entry, 1);
		t.said.checked = &nothing;
		answer(&t);
		w = (struct wire_out){ .p = t.p, .n = t.n - 2, .cap = ROOM };
		wire_put(&w, two, sizeof(two));
		if ((rows[i].bits & 4) != 0) {
			wire_put(&w, &rows[i].from, sizeof(rows[i].from));
			wire_put(&w, &rows[i].until, sizeof(rows[i].until));
			wire_put(&w, keys, sizeof(keys));
		}
		CHECK_REASON(rows[i].what, hear(&heard, &t, w.n), rows[i].want);
		t.job.id = 8;
		CHECK_REASON("another's", hear(&heard, &t, w.n), R_RUN_WORKER);
		talk_fini(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
