/* Evidence of the vectors holds, and no byte of it can be another. */
#include "tests/check.h"

#include <string.h>

#include "ledger/evidence.h"

#include "tests/ledger/vector.h"

/* Authors are taken at their word, certificates are not. */
static enum reason
verify_rsa(void *ctx, const struct crypt_key *key, struct span message,
    struct span signature)
{
	return key->alg == CRYPT_RSA
		   ? crypt_verify(ctx, key, message, signature)
		   : REASON_OK;
}

static void
check_entry(struct replayer *r, struct span entry)
{
	const struct verifier v = { verify_rsa, r->crypt };

	arena_reset(&r->arena);
	assert_int_equal(
	    ledger_precheck(r->entry, entry, r->crypt, &v, &r->arena),
	    REASON_OK);
}

static void
bend(struct replayer *r, uint8_t *entry, size_t n, struct span part)
{
	for (size_t i = 0; i < part.n; i++) {
		uint8_t *byte = entry + (part.p - entry) + i;

		*byte ^= 1;
		check_entry(r, span_of(entry, n));
		if (r->entry->evidence.holds)
			fail_msg("byte %zu of %zu may change", i, part.n);
		*byte ^= 1;
	}
}

/* The smallest claim with evidence that applies. */
static struct span
smallest(struct vector *v, struct replayer *r)
{
	struct span best = { NULL, 0 };

	for (size_t i = 0; i < v->n; i++) {
		check_entry(r, v->entries[i]);
		if (r->entry->evidence.holds &&
		    (best.p == NULL || v->entries[i].n < best.n))
			best = v->entries[i];
	}
	assert_non_null(best.p);
	return best;
}

static void
test_bent(void **unused)
{
	struct replayer r;
	struct vector v;
	struct span entry, rsc, chain[LEDGER_CHAIN];
	size_t n_chain;

	(void)unused;
	vector_open(&v, "hostile-400");
	replayer_init(&r);
	entry = smallest(&v, &r);
	check_entry(&r, entry);
	assert_true(r.entry->evidence.holds);
	assert_true(r.entry->evidence.from_at < r.entry->evidence.until_at);
	rsc = r.entry->statement.body.rsc;
	n_chain = r.entry->statement.body.n_chain;
	memcpy(chain, r.entry->statement.body.chain, sizeof(chain));
	bend(&r, (uint8_t *)(uintptr_t)entry.p, entry.n, rsc);
	for (size_t i = 0; i < n_chain; i++)
		bend(&r, (uint8_t *)(uintptr_t)entry.p, entry.n, chain[i]);
	check_entry(&r, entry);
	assert_true(r.entry->evidence.holds);
	replayer_fini(&r);
	vector_close(&v);
}

/* Evidence is bound to ledger, holder and resources: not another's. */
static void
test_bound(void **unused)
{
	struct statement *s = base_alloc(sizeof(*s));
	struct span entry, original;
	struct replayer r;
	struct vector v;
	struct buf tbs, moved;

	(void)unused;
	assert_non_null(s);
	vector_open(&v, "hostile-400");
	replayer_init(&r);
	buf_init(&tbs, LEDGER_ENTRY_MAX);
	buf_init(&moved, LEDGER_ENTRY_MAX);
	original = smallest(&v, &r);
	for (int row = 0; row < 4; row++) {
		check_entry(&r, original);
		*s = r.entry->statement;
		s->ledger.b[0] ^= row == 1;
		s->holder.b[0] ^= row == 2;
		if (row == 3)
			s->body.n_chain--; /* its last is the EE's issuer */
		buf_reset(&tbs);
		buf_reset(&moved);
		statement_write_tbs(&tbs, s);
		s->tbs = buf_view(&tbs);
		statement_write(&moved, s);
		entry = buf_view(&moved);
		check_entry(&r, entry);
		if (r.entry->evidence.holds != (row == 0))
			fail_msg("row %d", row);
	}
	buf_fini(&tbs);
	buf_fini(&moved);
	base_free(s);
	replayer_fini(&r);
	vector_close(&v);
}

static enum reason
verify_any(void *ctx, const struct crypt_key *key, struct span message,
    struct span signature)
{
	(void)ctx, (void)key, (void)message, (void)signature;
	return REASON_OK;
}

/* X.680 41.4: what a PrintableString has, and nothing else. */
static void
test_printable(void **unused)
{
	static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz"
				  "0123456789 '()+,-./:=?";
	const struct verifier any = { verify_any, NULL };
	struct evidence_cms cms;
	struct replayer r;
	struct span entry;
	struct vector v;
	struct decode dec;
	uint8_t *last;

	(void)unused;
	vector_open(&v, "hostile-400");
	replayer_init(&r);
	entry = smallest(&v, &r);
	check_entry(&r, entry);
	decode_init(&dec, &r.arena, ledger_limits(), entry);
	assert_int_equal(
	    evidence_cms_parse(&cms, r.entry->statement.body.rsc, &dec),
	    REASON_OK);
	/* The end of its one commonName. */
	last = (uint8_t *)(uintptr_t)cms.ee.subject.p + cms.ee.subject.n - 1;
	for (unsigned c = 0; c < 256; c++) {
		bool want = memchr(all, (int)c, sizeof(all) - 1) != NULL;

		*last = (uint8_t)c;
		arena_reset(&r.arena);
		assert_int_equal(
		    ledger_precheck(r.entry, entry, r.crypt, &any, &r.arena),
		    REASON_OK);
		if (r.entry->evidence.holds != want)
			fail_msg("0x%02x in a PrintableString", c);
	}
	replayer_fini(&r);
	vector_close(&v);
}

/* As when the key cannot be made ready for want of memory. */
static enum reason
verify_short(void *ctx, const struct crypt_key *key, struct span message,
    struct span signature)
{
	size_t *left = ctx;

	(void)key, (void)message, (void)signature;
	return (*left)-- == 0 ? R_LIMIT_MEMORY : REASON_OK;
}

/* Whoever has too little memory says so, and rejects nothing: to others, who
 * have it, the state would be another. */
static void
test_short(void **unused)
{
	enum reason r = R_LIMIT_MEMORY;
	struct replayer p;
	struct span entry;
	struct vector v;
	size_t n = 0;

	(void)unused;
	vector_open(&v, "hostile-400");
	replayer_init(&p);
	entry = smallest(&v, &p);
	for (; r != REASON_OK; n++) {
		size_t left = n;
		const struct verifier by = { verify_short, &left };

		arena_reset(&p.arena);
		r = ledger_precheck(p.entry, entry, p.crypt, &by, &p.arena);
		if (r != REASON_OK)
			CHECK_REASON("short", r, R_LIMIT_MEMORY);
	}
	assert_true(p.entry->signed_well && p.entry->evidence.holds);
	assert_true(n > 3); /* the author, a chain, a checklist's two */
	replayer_fini(&p);
	vector_close(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bent),
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
