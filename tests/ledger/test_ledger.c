/* The replay against the vectors, entry by entry. */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#include "tests/ledger/vector.h"

/* Say where two texts part, in lines. */
static void
same_text(const char *what, struct span have, struct span want)
{
	size_t line = 1, start = 0, i;
	size_t n = have.n < want.n ? have.n : want.n;

	if (span_eq(have, want))
		return;
	for (i = 0; i < n && have.p[i] == want.p[i]; i++)
		if (have.p[i] == '\n') {
			line++;
			start = i + 1;
		}
	fail_msg("%s, line %zu:\n  have %.*s\n  want %.*s", what, line,
	    (int)(have.n - start < 300 ? have.n - start : 300),
	    (const char *)have.p + start,
	    (int)(want.n - start < 300 ? want.n - start : 300),
	    (const char *)want.p + start);
}

static void
log_is_as_expected(struct vector *v, struct ledger_state *st)
{
	struct replayer r;
	struct buf log;

	replayer_init(&r);
	buf_init(&log, 1 << 24);
	for (size_t i = 0; i < v->n; i++) {
		enum reason verdict = replayer_step(&r, st, v->entries[i]);

		ledger_log_line(&log, i, r.entry, verdict);
	}
	same_text(v->name, buf_view(&log), v->log);
	buf_fini(&log);
	replayer_fini(&r);
}

static void
test_vectors(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < VECTORS; i++) {
		struct ledger_state *st;
		struct digest digest;
		struct vector v;
		struct buf text;
		char hex[66];

		vector_open(&v, vector_names[i]);
		st = ledger_state_new(v.successions, v.n_successions);
		assert_non_null(st);
		log_is_as_expected(&v, st);
		buf_init(&text, 1 << 24);
		state_text(&text, st);
		same_text(v.name, buf_view(&text), v.state);
		buf_reset(&text);
		assert_int_equal(ledger_digest(&digest, st), REASON_OK);
		hex_write(hex, SPAN_OF(digest.b));
		CHECK(v.name, memcmp(hex, v.digest.p, 64) == 0);
		emit_text(&text, st, strtoll((const char *)v.now.p, NULL, 10));
		same_text(v.name, buf_view(&text), v.emit);
		buf_fini(&text);
		ledger_state_free(st);
		vector_close(&v);
	}
}

/* ---- whose key attested what ------------------------------------------ */

struct attested {
	VEC(struct ledger_fact) facts; /* holdings; resources are gone */
	size_t n;                      /* of level 1 */
};

static enum reason
take_fact(void *ctx, const struct ledger_fact *f)
{
	struct attested *a = ctx;

	if (f->kind != FACT_HOLD)
		return REASON_OK;
	assert_int_equal(f->has_ca_key, f->level == 1);
	a->n += f->level == 1;
	return vec_push(&a->facts, *f) ? REASON_OK : R_LIMIT_MEMORY;
}

/* Some holding of the facts has this key. */
static enum reason
take_payload(void *ctx, const struct ledger_payload *p)
{
	const struct attested *a = ctx;
	bool found = !p->has_ca_key;

	for (size_t i = 0; i < a->facts.n; i++)
		found =
		    found || (a->facts.v[i].has_ca_key &&
				 digest_eq(&a->facts.v[i].ca_key, &p->ca_key));
	assert_true(found);
	return REASON_OK;
}

static void
test_attested(void **unused)
{
	size_t n = 0;

	(void)unused;
	for (size_t i = 0; i < VECTORS; i++) {
		struct attested a = { .n = 0 };
		const struct ledger_facts facts = { take_fact, &a };
		const struct ledger_taker taker = { take_payload, &a };
		struct ledger_state *st;
		struct vector v;

		vector_open(&v, vector_names[i]);
		st = ledger_state_new(v.successions, v.n_successions);
		assert_non_null(st);
		log_is_as_expected(&v, st);
		assert_int_equal(ledger_facts(st, &facts), REASON_OK);
		assert_int_equal(
		    ledger_emit(
			st, strtoll((const char *)v.now.p, NULL, 10), &taker),
		    REASON_OK);
		n += a.n;
		vec_fini(&a.facts);
		ledger_state_free(st);
		vector_close(&v);
	}
	assert_true(n > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_attested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
