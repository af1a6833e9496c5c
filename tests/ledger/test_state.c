/* A state saved and loaded is the same state, at every size. */
#include "tests/check.h"

#include <string.h>

#include "tests/ledger/vector.h"

/* Save, load, free the old; both must say and save the same. */
static struct ledger_state *
reborn(struct ledger_state *st)
{
	struct ledger_state *other = NULL;
	struct buf saved, again, text, text_again;

	buf_init(&saved, 1 << 24);
	buf_init(&again, 1 << 24);
	buf_init(&text, 1 << 24);
	buf_init(&text_again, 1 << 24);
	ledger_save(&saved, st);
	assert_false(saved.failed);
	assert_int_equal(ledger_load(&other, buf_view(&saved)), REASON_OK);
	ledger_save(&again, other);
	assert_true(span_eq(buf_view(&saved), buf_view(&again)));
	state_text(&text, st);
	state_text(&text_again, other);
	assert_true(span_eq(buf_view(&text), buf_view(&text_again)));
	buf_fini(&saved);
	buf_fini(&again);
	buf_fini(&text);
	buf_fini(&text_again);
	ledger_state_free(st);
	return other;
}

static void
test_reborn(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < VECTORS; i++) {
		struct ledger_state *st;
		struct replayer r;
		struct vector v;
		struct buf out;

		vector_open(&v, vector_names[i]);
		replayer_init(&r);
		r.recalls = true;
		st = ledger_state_new(v.successions, v.n_successions);
		buf_init(&out, 1 << 24);
		for (size_t k = 0; k < v.n; k++) {
			enum reason verdict =
			    replayer_step(&r, st, v.entries[k]);

			ledger_log_line(&out, k, r.entry, verdict);
			st = reborn(st);
		}
		CHECK(v.name, span_eq(buf_view(&out), v.log));
		buf_reset(&out);
		state_text(&out, st);
		CHECK(v.name, span_eq(buf_view(&out), v.state));
		buf_fini(&out);
		ledger_state_free(st);
		replayer_fini(&r);
		vector_close(&v);
	}
}

static void
vector_saved(struct buf *saved, const char *name)
{
	struct ledger_state *st;
	struct replayer r;
	struct vector v;

	vector_open(&v, name);
	replayer_init(&r);
	st = ledger_state_new(v.successions, v.n_successions);
	for (size_t k = 0; k < v.n; k++)
		(void)replayer_step(&r, st, v.entries[k]);
	ledger_save(saved, st);
	assert_false(saved->failed);
	ledger_state_free(st);
	replayer_fini(&r);
	vector_close(&v);
}

/* Every byte bent, the checksum as it was, and then put right. What is then
 * believed must still be a state that can be used. */
static void
test_damaged(void **unused)
{
	struct ledger_state *st;
	struct buf saved, text;
	size_t believed = 0;

	(void)unused;
	buf_init(&saved, 1 << 24);
	buf_init(&text, 1 << 24);
	vector_saved(&saved, "mixed-120");
	for (size_t i = 0; i + 32 < saved.n; i += i < 8000 ? 7 : 3) {
		uint8_t *sum = saved.p + saved.n - 32, was = saved.p[i];
		enum reason why;

		saved.p[i] ^= (uint8_t)(1 + i % 255);
		assert_int_equal(
		    ledger_load(&st, buf_view(&saved)), R_LOG_STATE);
		crypt_sha256(sum, span_of(saved.p, saved.n - 32));
		why = ledger_load(&st, buf_view(&saved));
		if (why == REASON_OK) {
			buf_reset(&text);
			state_text(&text, st);
			ledger_state_free(st);
			believed++;
		} else {
			assert_int_equal(why, R_LOG_STATE);
		}
		saved.p[i] = was;
	}
	assert_true(believed > 0); /* ids and the like may be anything */
	crypt_sha256(saved.p + saved.n - 32, span_of(saved.p, saved.n - 32));
	for (size_t n = 0; n < saved.n; n += 1 + n / 50)
		CHECK_REASON(
		    "cut", ledger_load(&st, span_of(saved.p, n)), R_LOG_STATE);
	assert_int_equal(ledger_load(&st, buf_view(&saved)), REASON_OK);
	ledger_state_free(st);
	buf_fini(&text);
	buf_fini(&saved);
}

/* What another version of the replay came to is nothing to go on from, whole
 * though it is. */
static void
test_version(void **unused)
{
	struct ledger_state *st;
	struct buf saved;
	uint8_t *end, *sum;

	(void)unused;
	buf_init(&saved, 1 << 24);
	vector_saved(&saved, "mixed-120");
	end = memchr(saved.p, '\n', saved.n);
	sum = saved.p + saved.n - 32;
	assert_non_null(end);
	assert_true(end - saved.p > 64); /* a digest of its sources */
	end[-1] = end[-1] == '0' ? '1' : '0';
	crypt_sha256(sum, span_of(saved.p, saved.n - 32));
	assert_int_equal(ledger_load(&st, buf_view(&saved)), R_LOG_STATE);
	buf_fini(&saved);
}

/* What does not parse is malformed, whatever a worker said of it. */
static void
test_recall(void **unused)
{
	const struct ledger_checked lie = { .signed_well = true,
		.content_well = true,
		.evidence = { .holds = true } };
	struct ledger_entry *e = base_alloc(sizeof(*e));
	struct arena arena;

	(void)unused;
	assert_non_null(e);
	arena_init(&arena, SIZE_MAX);
	CHECK_REASON("recall", ledger_recall(e, SPAN("x"), &lie, &arena),
	    REASON_OK);
	CHECK_REASON("frame", e->frame, R_STATEMENT_MALFORMED);
	CHECK("nothing", !e->parsed && !e->signed_well && !e->content_well &&
			     !e->evidence.holds);
	arena_fini(&arena);
	base_free(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reborn),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_recall),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
