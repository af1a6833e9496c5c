/* The rules at their boundaries, and where they meet: what the vectors may
 * happen not to hold. */
#include "tests/check.h"

#include <string.h>

#include "tests/ledger/kit.h"

#include "ledger/replay.h"

#define OK(call)         CHECK_REASON(#call, (call), REASON_OK)
#define REFUSED(call, r) CHECK_REASON(#call, (call), R_STATEMENT_##r)

static void
test_genesis(void **unused)
{
	static struct kit k;
	struct ledger_state *st;
	struct digest was;

	(void)unused;
	kit_init(&k);
	for (int row = 0; row < 4; row++) {
		kit_new(&k, row == 0 ? STATEMENT_TICK : STATEMENT_GENESIS);
		k.s.body.origin = SPAN("kit.example");
		k.s.body.time = KIT_AT;
		k.holder[5].sequence = row == 1;
		memset(&k.holder[5].last, 0, sizeof(k.holder[5].last));
		memset(&k.s.ledger, row == 2, sizeof(k.s.ledger));
		was = k.holder[5].id;
		k.holder[5].id.b[0] ^= row == 3;
		kit_write(&k, 5);
		k.holder[5].id = was;
		st = ledger_state_new(NULL, 0);
		CHECK_REASON("no genesis",
		    replayer_step(&k.r, st, buf_view(&k.entry)), R_LOG_GENESIS);
		ledger_state_free(st);
	}
	st = ledger_state_new(NULL, 0);
	CHECK_REASON(
	    "empty entry", replayer_step(&k.r, st, SPAN("")), R_LOG_GENESIS);
	ledger_state_free(st);
	REFUSED(replayer_step(&k.r, k.st, SPAN("")), MALFORMED);
	kit_fini(&k);
}

static void
test_limits(void **unused)
{
	static struct kit k;

	(void)unused;
	kit_init(&k);
	REFUSED(kit_claim(&k, 1, "10.0.0.0/15"), LIMIT);
	REFUSED(kit_claim(&k, 1, "10.0.0.0-10.1.0.0"), LIMIT);
	OK(kit_claim(&k, 1, "10.0.0.0/16"));
	REFUSED(kit_claim(&k, 1, "10.1.0.0/32"), LIMIT);
	OK(kit_claim(&k, 1, "AS1-AS16 2001:db8::/33"));
	REFUSED(kit_claim(&k, 1, "AS17"), LIMIT);
	OK(kit_claim(&k, 1, "2001:db8:8000::/33"));
	REFUSED(kit_claim(&k, 1, "2001:db9::/128"), LIMIT);
	REFUSED(kit_claim(&k, 2, "::/0"), OVERLAP);
	REFUSED(kit_claim(&k, 2, "8000::/1"), LIMIT);
	REFUSED(kit_claim(&k, 2, "0.0.0.0/0"), OVERLAP);
	REFUSED(kit_claim(&k, 1, "10.0.255.255/32"), HELD);
	/* What is released counts no more. */
	OK(kit_release(&k, 1, "10.0.3.0/24"));
	OK(kit_claim(&k, 1, "10.9.0.0/24"));
	REFUSED(kit_claim(&k, 1, "10.10.0.0/32"), LIMIT);
	/* A transfer is never refused for it, but counts. */
	OK(kit_claim(&k, 2, "10.20.0.0/16"));
	OK(kit_offer(&k, 2, 1, "10.20.0.0/16"));
	OK(kit_accept(&k, 1, &k.said));
	REFUSED(kit_claim(&k, 1, "AS4294967295"), LIMIT);
	OK(kit_release(&k, 1, "10.20.0.0/16"));
	OK(kit_release(&k, 1, "AS16"));
	OK(kit_claim(&k, 1, "AS4294967295"));
	kit_fini(&k);
}

static void
test_names(void **unused)
{
	static const struct {
		const char *label;
		enum reason want;
	} rows[] = {
		{ "abc", REASON_OK },
		{ "a-c", REASON_OK },
		{ "a--c", REASON_OK },
		{ "123", REASON_OK },
		{ "-bc", R_STATEMENT_MALFORMED },
		{ "ab-", R_STATEMENT_MALFORMED },
		{ "ab--", R_STATEMENT_MALFORMED },
		{ "xn--a", R_STATEMENT_MALFORMED },
		{ "Abc", R_STATEMENT_MALFORMED },
		{ "a.c", R_STATEMENT_MALFORMED },
		{ "ab", R_STATEMENT_MALFORMED },
		{ "abc", R_STATEMENT_NAME_TAKEN },
		{ "n-5", REASON_OK },
		{ "n-6", REASON_OK },
		{ "n-7", REASON_OK },
		{ "n-8", REASON_OK },
		{ "n-9", R_STATEMENT_LIMIT },
	};
	static struct kit k;
	struct digest first = { { 0 } };

	(void)unused;
	kit_init(&k);
	for (size_t i = 0; i < COUNT(rows); i++) {
		kit_new(&k, STATEMENT_NAME);
		k.s.body.label = span_str(rows[i].label);
		CHECK_REASON(rows[i].label, kit_say(&k, 1), rows[i].want);
		if (i == 0)
			first = k.said;
	}
	REFUSED(kit_withdraw(&k, 2, &first), NOT_PARTY);
	OK(kit_withdraw(&k, 1, &first));
	REFUSED(kit_withdraw(&k, 1, &first), NO_STATEMENT);
	kit_new(&k, STATEMENT_NAME);
	k.s.body.label = SPAN("n-9");
	OK(kit_say(&k, 1));
	kit_fini(&k);
}

/* 1 leases to 2, 2 to 3, 3 back to 2: one line, whose order is that of the
 * statements. */
static void
test_lease_line(void **unused)
{
	static struct kit k;
	struct digest one, two, three;
	uint64_t t = KIT_AT + 1000;

	(void)unused;
	kit_init(&k);
	OK(kit_claim(&k, 1, "10.0.0.0/24"));
	REFUSED(kit_lease(&k, 2, 3, "10.0.0.0/24", t, true), NOT_HELD);
	OK(kit_lease(&k, 1, 2, "10.0.0.0/24", t, true));
	one = k.said;
	REFUSED(kit_lease(&k, 1, 3, "10.0.0.0/25", t, true), LEASED);
	REFUSED(kit_lease(&k, 2, 3, "10.0.0.0/25", t + 1, true), NOT_HELD);
	REFUSED(kit_lease(&k, 2, 2, "10.0.0.0/25", t, true), NOT_PARTY);
	OK(kit_lease(&k, 2, 3, "10.0.0.0/25", t, true));
	two = k.said;
	OK(kit_lease(&k, 3, 2, "10.0.0.64/26", t - 1, false));
	three = k.said;
	REFUSED(kit_lease(&k, 2, 1, "10.0.0.64/26", t - 1, false), LEASED);
	REFUSED(kit_release(&k, 1, "10.0.0.0/24"), LEASED);
	OK(kit_rdns(&k, 3, "10.0.0.0/26"));
	REFUSED(kit_rdns(&k, 3, "10.0.0.0/24"), NOT_HELD);
	REFUSED(kit_withdraw(&k, 2, &one), LEASED);
	REFUSED(kit_withdraw(&k, 1, &one), NOT_PARTY);
	REFUSED(kit_withdraw(&k, 3, &two), LEASED);
	OK(kit_withdraw(&k, 2, &three));
	assert_int_equal(kit_lines(&k, "rdns "), 1);
	OK(kit_withdraw(&k, 3, &two));
	assert_int_equal(kit_lines(&k, "rdns "), 0);
	assert_int_equal(kit_lines(&k, "lease "), 1);
	OK(kit_tick(&k, 999));
	assert_int_equal(kit_lines(&k, "lease "), 1);
	OK(kit_tick(&k, 1));
	assert_int_equal(kit_lines(&k, "lease "), 0);
	OK(kit_release(&k, 1, "10.0.0.0/24"));
	kit_fini(&k);
}

/* What moves to its own lessee: the lease ends, and what was under it
 * becomes the new holder's. */
static void
test_transfer_to_lessee(void **unused)
{
	static struct kit k;
	struct digest under;
	uint64_t t = KIT_AT + 1000;

	(void)unused;
	kit_init(&k);
	OK(kit_claim(&k, 1, "10.0.0.0/24"));
	OK(kit_lease(&k, 1, 2, "10.0.0.0/24", t, true));
	OK(kit_lease(&k, 2, 3, "10.0.0.0/26", t, true));
	under = k.said;
	OK(kit_rdns(&k, 1, "10.0.0.0/27"));
	OK(kit_rdns(&k, 2, "10.0.0.128/26"));
	OK(kit_rdns(&k, 3, "10.0.0.32/27"));
	OK(kit_offer(&k, 1, 2, "10.0.0.0/25"));
	REFUSED(kit_lease(&k, 2, 4, "10.0.0.64/26", t, true), LOCKED);
	OK(kit_accept(&k, 2, &k.said));
	/* 2's lease goes on for the other half; 3's is one of 2 as holder. */
	assert_int_equal(kit_lines(&k, "lease "), 2);
	assert_int_equal(kit_lines(&k, "rdns "), 2);
	REFUSED(kit_release(&k, 2, "10.0.0.0/26"), LEASED);
	OK(kit_release(&k, 2, "10.0.0.64/26"));
	REFUSED(kit_lease(&k, 2, 4, "10.0.0.0/26", t, true), LEASED);
	OK(kit_withdraw(&k, 3, &under));
	OK(kit_lease(&k, 2, 4, "10.0.0.0/26", t, true));
	OK(kit_lease(&k, 4, 2, "10.0.0.0/26", t, true));
	OK(kit_offer(&k, 2, 4, "10.0.0.0/26"));
	OK(kit_accept(&k, 4, &k.said));
	/* 4 holds, and leases to 2 as holder. */
	REFUSED(kit_lease(&k, 4, 3, "10.0.0.0/26", t, true), LEASED);
	OK(kit_lease(&k, 2, 3, "10.0.0.0/26", t, true));
	REFUSED(kit_release(&k, 1, "10.0.0.128/25"), LEASED);
	kit_fini(&k);
}

static void
test_offers(void **unused)
{
	static struct kit k;
	struct digest offer;

	(void)unused;
	kit_init(&k);
	OK(kit_claim(&k, 1, "10.0.0.0/24 AS5"));
	REFUSED(kit_offer(&k, 1, 2, "10.0.0.0/23"), NOT_HELD);
	REFUSED(kit_offer(&k, 1, 1, "10.0.0.0/24"), NOT_PARTY);
	OK(kit_offer(&k, 1, 2, "10.0.0.0/25 AS5"));
	offer = k.said;
	REFUSED(kit_offer(&k, 1, 3, "10.0.0.127/32"), LOCKED);
	OK(kit_offer(&k, 1, 3, "10.0.0.128/32"));
	REFUSED(kit_release(&k, 1, "AS5"), LOCKED);
	REFUSED(kit_accept(&k, 3, &offer), NOT_PARTY);
	OK(kit_tick(&k, 49));
	assert_int_equal(kit_lines(&k, "offer "), 2);
	OK(kit_tick(&k, 1));
	assert_int_equal(kit_lines(&k, "offer "), 0);
	REFUSED(kit_accept(&k, 2, &offer), NO_OFFER);
	REFUSED(kit_tick(&k, 0), TIME);
	OK(kit_offer(&k, 1, 2, "10.0.0.0/25 AS5"));
	OK(kit_accept(&k, 2, &k.said));
	assert_int_equal(kit_lines(&k, "hold "), 3);
	REFUSED(kit_accept(&k, 2, &offer), NO_OFFER);
	REFUSED(kit_accept(&k, 2, &k.genesis), NO_OFFER);
	kit_fini(&k);
}

/* What two cuts and a join leave is what was there. */
static void
test_whole_space(void **unused)
{
	static struct kit k;

	(void)unused;
	kit_init(&k);
	OK(kit_claim(&k, 1, "0.0.0.0/17 255.255.128.0/17 AS0 AS4294967295"));
	OK(kit_claim(&k, 2, "::/32"));
	OK(kit_claim(&k, 3, "ffff:ffff::/32"));
	OK(kit_lease(&k, 3, 2, "ffff:ffff:ffff::/48", KIT_AT + 10, false));
	OK(kit_lease(
	    &k, 1, 2, "255.255.255.255/32 AS4294967295", KIT_AT + 10, false));
	OK(kit_release(&k, 1, "255.255.255.254/32 0.0.0.0/32 AS0"));
	assert_int_equal(kit_lines(&k, "hold ipv4"), 3);
	OK(kit_tick(&k, 10));
	OK(kit_release(&k, 1, "255.255.255.255/32"));
	OK(kit_claim(&k, 1, "0.0.0.0/32"));
	OK(kit_release(&k, 3, "ffff:ffff::/32"));
	assert_int_equal(kit_lines(&k, "hold ipv6"), 1);
	kit_fini(&k);
}

static void
test_successions(void **unused)
{
#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	static const struct {
		const char *text;
		size_t n;
		enum reason want;
	} rows[] = {
		{ "", 0, REASON_OK },
		{ "1\t" ID "\n", 1, REASON_OK },
		{ "1\t" ID "\n2\t" ID, 2, REASON_OK },
		{ "0\t" ID "\n", 0, R_SUCCESSION_LINE },
		{ "2\t" ID "\n2\t" ID "\n", 0, R_SUCCESSION_LINE },
		{ "01\t" ID "\n", 0, R_SUCCESSION_LINE },
		{ "1 " ID "\n", 0, R_SUCCESSION_LINE },
		{ "1\t" ID "0\n", 0, R_SUCCESSION_LINE },
		{ "1\t" ID "\r\n", 0, R_SUCCESSION_LINE },
		{ "\n", 0, R_SUCCESSION_LINE },
	};
	struct succession *list;
	struct arena a;
	size_t n;

	(void)unused;
	arena_init(&a, SIZE_MAX);
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK_REASON(rows[i].text,
		    successions_parse(&list, &n, span_str(rows[i].text), &a),
		    rows[i].want);
		if (rows[i].want == REASON_OK)
			assert_int_equal(n, rows[i].n);
	}
	arena_fini(&a);
}

/* Nobody signs, and no sequence goes on. */
static enum reason
take_back(struct kit *k, const struct digest *id)
{
	enum reason verdict;

	OK(ledger_take_back(&verdict, k->st, id));
	return verdict;
}

/* What if? As withdraw and release would, whoever has it by now. */
static void
test_take_back(void **unused)
{
	static const struct digest unknown = { { 1 } };
	static struct kit k;
	struct digest claim, lease, name, found;

	(void)unused;
	kit_init(&k);
	OK(kit_claim(&k, 1, "10.0.0.0/24 AS1"));
	claim = k.said;
	kit_new(&k, STATEMENT_NAME)->body.label = SPAN("kit");
	OK(kit_say(&k, 1));
	name = k.said;
	OK(kit_lease(&k, 1, 2, "10.0.0.0/25", k.time + 50, false));
	lease = k.said;
	/* Its place in the log: after the genesis and five holders. */
	assert_true(ledger_entry_find(&found, k.st, KIT_HOLDERS));
	assert_true(digest_eq(&found, &claim));
	assert_false(ledger_entry_find(&found, k.st, 1));
	assert_false(ledger_entry_find(&found, k.st, KIT_HOLDERS + 1));
	REFUSED(take_back(&k, &unknown), NO_STATEMENT);
	REFUSED(take_back(&k, &k.genesis), NO_STATEMENT);
	assert_int_equal(kit_lines(&k, "name "), 1);
	OK(take_back(&k, &name));
	assert_int_equal(kit_lines(&k, "name "), 0);
	REFUSED(take_back(&k, &name), NO_STATEMENT);
	REFUSED(take_back(&k, &claim), LEASED);
	OK(take_back(&k, &lease));
	assert_int_equal(kit_lines(&k, "lease "), 0);
	/* Half of it moved: both halves are of that claim. */
	OK(kit_offer(&k, 1, 2, "10.0.0.0/25"));
	REFUSED(take_back(&k, &claim), LOCKED);
	OK(kit_accept(&k, 2, &k.said));
	assert_int_equal(kit_lines(&k, "hold "), 3);
	OK(take_back(&k, &claim));
	assert_int_equal(kit_lines(&k, "hold "), 0);
	assert_false(ledger_entry_find(&found, k.st, KIT_HOLDERS));
	/* Their next statements follow as if nothing had been. */
	OK(kit_claim(&k, 1, "10.0.0.0/16"));
	OK(kit_claim(&k, 2, "10.1.0.0/16"));
	OK(take_back(&k, &k.said));
	assert_int_equal(kit_lines(&k, "hold "), 1);
	OK(kit_claim(&k, 3, "10.1.0.0/16"));
	kit_fini(&k);
}

/* A genesis is judged and has its effect where it is looked for. */
static void
test_kinds(void **state)
{
	(void)state;
	for (int i = 0; i < STATEMENT_KINDS; i++) {
		const char *id = statement_kind_id((enum statement_kind)i);
		bool is_wanted = i != STATEMENT_GENESIS;

		CHECK(id, (replay_rows[i].check != NULL) == is_wanted);
		CHECK(id, (replay_rows[i].apply != NULL) == is_wanted);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_genesis),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_lease_line),
		cmocka_unit_test(test_transfer_to_lessee),
		cmocka_unit_test(test_offers),
		cmocka_unit_test(test_whole_space),
		cmocka_unit_test(test_successions),
		cmocka_unit_test(test_take_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
