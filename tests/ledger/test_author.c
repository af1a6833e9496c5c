/* Making statements, and what is told of the state. */
#include "tests/check.h"

#include <string.h>

#include "ledger/statement.h"

#include "tests/ledger/kit.h"

static void
signer_init(struct ledger_signer *by, uint8_t number)
{
	uint8_t seed[32];

	memset(seed, number, sizeof(seed));
	memset(by->holder.b, number, sizeof(by->holder.b));
	by->secret = crypt_secret_ed25519(SPAN_OF(seed));
	assert_non_null(by->secret);
}

/* As many signatures as there may be, and each holder's once. */
static void
test_sign(void **state)
{
	struct ledger_signer by[LEDGER_SIGNATURES + 1];
	struct statement *s = base_alloc(sizeof(*s));
	struct ledger_entry *entry = base_alloc(sizeof(*entry));
	struct crypt *crypt = crypt_new();
	const struct verifier v = crypt_verifier(crypt);
	struct arena arena;
	struct buf out;

	(void)state;
	assert_non_null(s);
	assert_non_null(entry);
	arena_init(&arena, SIZE_MAX);
	buf_init(&out, LEDGER_ENTRY_MAX);
	for (uint8_t i = 0; i < COUNT(by); i++)
		signer_init(&by[i], (uint8_t)(i + 1));
	s->kind = STATEMENT_TICK;
	s->holder = by[0].holder;
	s->body.time = 7;
	assert_int_equal(statement_make(&out, s, by, 1, &arena), REASON_OK);
	assert_int_equal(s->n_signatures, 1);
	for (size_t n = 1; n <= LEDGER_SIGNATURES; n++) {
		buf_reset(&out);
		assert_int_equal(
		    statement_sign(&out, s, by, n, &arena), REASON_OK);
		assert_int_equal(s->n_signatures, n);
	}
	assert_int_equal(
	    ledger_precheck(entry, buf_view(&out), crypt, &v, &arena),
	    REASON_OK);
	assert_int_equal(entry->frame, REASON_OK);
	assert_true(entry->signed_well);
	assert_memory_equal(entry->statement.id.b, s->id.b, 32);
	buf_reset(&out);
	CHECK_REASON("one more than may be",
	    statement_sign(&out, s, by, COUNT(by), &arena),
	    R_STATEMENT_MALFORMED);
	for (size_t i = 0; i < COUNT(by); i++)
		crypt_secret_free(
		    (struct crypt_secret *)(uintptr_t)by[i].secret);
	buf_fini(&out);
	arena_fini(&arena);
	crypt_free(crypt);
	base_free(entry);
	base_free(s);
}

static void
test_too_long(void **state)
{
	struct statement *s = base_alloc(sizeof(*s));
	struct ledger_signer by;
	struct arena arena;
	struct buf out;
	uint8_t *content;

	(void)state;
	assert_non_null(s);
	arena_init(&arena, SIZE_MAX);
	buf_init(&out, LEDGER_ENTRY_MAX);
	content = arena_alloc(&arena, LEDGER_ENTRY_MAX);
	assert_non_null(content);
	signer_init(&by, 1);
	s->kind = STATEMENT_AUTHORIZE;
	s->holder = by.holder;
	s->body.type = authorize_type_oid(AUTHORIZE_ROA);
	s->body.time = LEDGER_NEVER;
	s->body.content = span_of(content, LEDGER_ENTRY_MAX);
	CHECK_REASON("longer than an entry",
	    statement_make(&out, s, &by, 1, &arena), R_STATEMENT_MALFORMED);
	s->body.content.n = LEDGER_ENTRY_MAX - 400;
	buf_reset(&out);
	out.failed = false;
	assert_int_equal(statement_make(&out, s, &by, 1, &arena), REASON_OK);
	crypt_secret_free((struct crypt_secret *)(uintptr_t)by.secret);
	buf_fini(&out);
	arena_fini(&arena);
	base_free(s);
}

/* ledger.md 3: of RSA, moduli of 2048 to 4096 bits, odd. What is another is a
 * key of no known kind. */
static void
test_rsa_sizes(void **state)
{
	static const struct {
		const char *what;
		size_t n;
		uint8_t first, last;
		bool known;
	} cases[] = {
		{ "2047 bits", 256, 0x7f, 0xff, false },
		{ "2048 bits", 256, 0x80, 0xff, true },
		{ "even", 256, 0x80, 0xfe, false },
		{ "2049 bits", 257, 0x01, 0xff, true },
		{ "4096 bits", 512, 0xff, 0xff, true },
		{ "4097 bits", 513, 0x01, 0xff, false },
	};
	static uint8_t modulus[513];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct crypt_key key = { CRYPT_RSA,
			span_of(modulus, cases[i].n) };
		struct statement_key out;
		struct fault why;
		struct buf b;
		struct der d;

		memset(modulus, 0xff, sizeof(modulus));
		modulus[0] = cases[i].first;
		modulus[cases[i].n - 1] = cases[i].last;
		buf_init(&b, 4096);
		spki_write(&b, &key);
		fault_init(&why, buf_view(&b));
		der_init(&d, buf_view(&b), &why);
		CHECK_REASON(
		    cases[i].what, statement_key_parse(&out, &d), REASON_OK);
		CHECK(cases[i].what, out.known == cases[i].known);
		buf_fini(&b);
	}
}

/* Of 1 to 64 octets. */
static void
test_preimage(void **state)
{
	static const struct {
		size_t n;
		enum reason want;
	} cases[] = { { 1, REASON_OK }, { 64, REASON_OK },
		{ 65, R_STATEMENT_MALFORMED } };
	static const uint8_t octets[65];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct statement *s = base_alloc(2 * sizeof(*s));
		struct ledger_signer by;
		struct arena arena;
		struct decode dec;
		struct buf out;

		assert_non_null(s);
		arena_init(&arena, SIZE_MAX);
		buf_init(&out, LEDGER_ENTRY_MAX);
		signer_init(&by, 1);
		s->kind = STATEMENT_ACCEPT;
		s->holder = by.holder;
		s->body.preimage = span_of(octets, cases[i].n);
		assert_int_equal(
		    statement_make(&out, s, &by, 1, &arena), REASON_OK);
		decode_init(&dec, &arena, ledger_limits(), buf_view(&out));
		CHECK_REASON("preimage",
		    statement_parse(&s[1], buf_view(&out), &dec),
		    cases[i].want);
		crypt_secret_free((struct crypt_secret *)(uintptr_t)by.secret);
		buf_fini(&out);
		arena_fini(&arena);
		base_free(s);
	}
}

/* A router has a key on P-256 and no other, known or not. */
static void
test_router_key(void **state)
{
	static const struct {
		const char *what;
		enum crypt_alg alg;
		enum reason want;
	} cases[] = {
		{ "P-256", CRYPT_P256, REASON_OK },
		{ "Ed25519", CRYPT_ED25519, R_STATEMENT_MALFORMED },
		{ "RSA", CRYPT_RSA, R_STATEMENT_MALFORMED },
	};
	struct crypt *crypt = crypt_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct crypt_secret *secret =
		    crypt_secret_generate(cases[i].alg);
		const struct crypt_key key = crypt_secret_public(secret);
		struct statement_body *body = base_alloc(sizeof(*body));
		struct limits limits;
		struct decode dec;
		struct buf b;
		size_t mark;

		assert_non_null(body);
		limits_init(&limits);
		buf_init(&b, 4096);
		mark = der_open(&b, DER_SEQUENCE);
		der_put_uint(&b, 64496);
		spki_write(&b, &key);
		der_close(&b, mark);
		body->content = buf_view(&b);
		decode_init(&dec, NULL, &limits, body->content);
		CHECK_REASON(cases[i].what,
		    authorize_content_check(
			body, AUTHORIZE_ROUTER_KEY, crypt, &dec),
		    cases[i].want);
		buf_fini(&b);
		base_free(body);
		crypt_secret_free(secret);
	}
	crypt_free(crypt);
}

/* ---- facts ----------------------------------------------------------- */

struct tally {
	size_t n[FACT_SERVICE + 1];
	struct ledger_fact last[FACT_SERVICE + 1];
	char where[FACT_SERVICE + 1][RESOURCE_TEXT]; /* the first of IPv4 */
};

static enum reason
tally_take(void *ctx, const struct ledger_fact *f)
{
	struct tally *t = ctx;

	t->n[f->kind]++;
	t->last[f->kind] = *f;
	if (f->resources.ip[0].n > 0)
		addr_range_text(
		    t->where[f->kind], FAMILY_V4, &f->resources.ip[0].r[0]);
	return REASON_OK;
}

static void
test_facts(void **state)
{
	struct kit *k = base_alloc(sizeof(*k));
	struct tally t = { .n = { 0 } };
	const struct ledger_facts facts = { tally_take, &t };
	struct digest offer;

	(void)state;
	assert_non_null(k);
	kit_init(k);
	assert_int_equal(kit_claim(k, 1, "10.0.0.0/24 AS1"), REASON_OK);
	assert_int_equal(kit_claim(k, 2, "10.0.2.0/24"), REASON_OK);
	kit_new(k, STATEMENT_NAME)->body.label = SPAN("some-name");
	assert_int_equal(kit_say(k, 1), REASON_OK);
	assert_int_equal(
	    kit_lease(k, 1, 3, "10.0.0.0/25", k->time + 1000, true), REASON_OK);
	assert_int_equal(
	    kit_lease(k, 3, 4, "10.0.0.0/26", k->time + 900, false), REASON_OK);
	assert_int_equal(kit_offer(k, 2, 1, "10.0.2.0/25"), REASON_OK);
	offer = k->said;
	assert_int_equal(kit_rdns(k, 2, "10.0.2.0/24"), REASON_OK);
	assert_int_equal(ledger_facts(k->st, &facts), REASON_OK);
	assert_int_equal(t.n[FACT_HOLD], 3);
	assert_int_equal(t.n[FACT_NAME], 1);
	assert_int_equal(t.n[FACT_LEASE], 2);
	assert_int_equal(t.n[FACT_OFFER], 1);
	assert_int_equal(t.n[FACT_RDNS], 1);
	assert_string_equal(t.where[FACT_LEASE], "10.0.0.0/26");
	assert_memory_equal(
	    &t.last[FACT_LEASE].holder, &k->holder[3].id, 32); /* the lessor */
	assert_string_equal(t.where[FACT_OFFER], "10.0.2.0/25");
	assert_memory_equal(&t.last[FACT_OFFER].statement, &offer, 32);
	assert_true(t.last[FACT_HOLD].fresh);
	assert_int_equal(t.last[FACT_HOLD].until, KIT_AT + KIT_CHALLENGE);
	assert_int_equal(kit_tick(k, KIT_CHALLENGE), REASON_OK);
	assert_int_equal(ledger_facts(k->st, &facts), REASON_OK);
	assert_false(t.last[FACT_HOLD].fresh);
	assert_int_equal(t.n[FACT_OFFER], 1); /* it has expired */
	kit_fini(k);
	base_free(k);
}

/* ---- look-ups -------------------------------------------------------- */

static void
test_find(void **state)
{
	struct kit *k = base_alloc(sizeof(*k));
	struct ledger_holder h;
	struct digest id, none = { { 1 } };
	char hex[65];

	(void)state;
	assert_non_null(k);
	kit_init(k);
	assert_true(ledger_holder(&h, k->st, &k->holder[1].id));
	assert_int_equal(h.sequence, 0);
	assert_memory_equal(&h.last, &h.enrolled, 32);
	assert_false(ledger_holder(&h, k->st, &none));
	assert_false(ledger_name(&id, k->st, SPAN("some-name")));
	kit_new(k, STATEMENT_NAME)->body.label = SPAN("some-name");
	assert_int_equal(kit_say(k, 1), REASON_OK);
	assert_true(ledger_name(&id, k->st, SPAN("some-name")));
	assert_memory_equal(&id, &k->holder[1].id, 32);
	hex_write(hex, SPAN_OF(k->said.b));
	assert_int_equal(ledger_statement_find(&id, k->st, hex), 1);
	assert_memory_equal(&id, &k->said, 32);
	hex[20] = '\0';
	assert_int_equal(ledger_statement_find(&id, k->st, hex), 1);
	assert_int_equal(ledger_statement_find(&id, k->st, ""), 2);
	hex[0] = 'x';
	assert_int_equal(ledger_statement_find(&id, k->st, hex), 0);
	memset(hex, '0', 65);
	assert_int_equal(
	    ledger_statement_find(&id, k->st,
		"00000000000000000000000000000000000000000000000000000000000000"
		"0000000000"),
	    0);
	kit_fini(k);
	base_free(k);
}

/* A CA's certificate and its key belong together. */
static void
test_evidence_refused(void **state)
{
	struct evidence_spec spec = { .ca_cert = SPAN("no certificate") };
	struct arena arena;
	struct decode dec;
	struct buf out;

	(void)state;
	arena_init(&arena, SIZE_MAX);
	buf_init(&out, LEDGER_ENTRY_MAX);
	spec.ca_key = crypt_secret_generate(CRYPT_ED25519);
	assert_non_null(spec.ca_key);
	decode_init(&dec, &arena, ledger_limits(), spec.ca_cert);
	assert_int_not_equal(evidence_write(&out, &spec, &dec), REASON_OK);
	assert_int_equal(out.n, 0);
	crypt_secret_free((struct crypt_secret *)(uintptr_t)spec.ca_key);
	buf_fini(&out);
	arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_rsa_sizes),
		cmocka_unit_test(test_preimage),
		cmocka_unit_test(test_router_key),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_evidence_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
