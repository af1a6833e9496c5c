/* Trust anchor keys. */
#include "tests/check.h"

#include "tests/object/kit.h"

/* A key with one comment and two URIs. */
static struct tak_key
tak_key(struct kit *k, uint8_t n)
{
	struct tak_key key = { .n_comments = 1, .n_uris = 2 };
	struct crypt_key raw = kit_key(k, n);
	struct buf b;

	key.comments = ARENA_ARRAY(&k->arena, 1, struct span);
	key.uris = ARENA_ARRAY(&k->arena, 2, struct span);
	assert_true(key.comments != NULL && key.uris != NULL);
	key.comments[0] = SPAN("cl\xc3\xa9 de l'ancre");
	key.uris[0] = SPAN("rsync://rpki.example/ta/ta.cer");
	key.uris[1] = SPAN("https://rpki.example/ta.cer");
	key.spki.key = raw;
	buf_init(&b, 1000);
	spki_write(&b, &raw);
	key.spki.der = kit_take(k, &b);
	return key;
}

static struct span
written(struct kit *k, const struct tak *tak)
{
	struct buf b;

	buf_init(&b, 100000);
	tak_write(&b, tak);
	return kit_take(k, &b);
}

static void
test_keys(void **state)
{
	static const struct {
		const char *what;
		uint8_t current, predecessor, successor; /* 0: none */
		enum reason want;
	} cases[] = {
		{ "one key", 1, 0, 0, REASON_OK },
		{ "predecessor", 1, 2, 0, REASON_OK },
		{ "successor", 1, 0, 2, REASON_OK },
		{ "all three", 1, 2, 3, REASON_OK },
		{ "predecessor is current", 1, 1, 0, R_TAK_SAME_KEY },
		{ "successor is current", 1, 0, 1, R_TAK_SAME_KEY },
		{ "back again", 1, 2, 2, R_TAK_SAME_KEY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tak in = { 0 }, out;
		struct span der;
		struct kit k;

		kit_init(&k);
		in.current = tak_key(&k, cases[i].current);
		in.has_predecessor = cases[i].predecessor != 0;
		in.predecessor = tak_key(&k, cases[i].predecessor);
		in.has_successor = cases[i].successor != 0;
		in.successor = tak_key(&k, cases[i].successor);
		der = written(&k, &in);
		CHECK_REASON(cases[i].what,
		    tak_parse(&out, der, kit_decode(&k, der)), cases[i].want);
		if (cases[i].want == REASON_OK) {
			CHECK(cases[i].what,
			    out.has_predecessor == in.has_predecessor &&
				out.has_successor == in.has_successor);
			CHECK(cases[i].what, span_eq(written(&k, &out), der));
		}
		kit_fini(&k);
	}
}

/* hostile.md TK1: what a key may come with. */
static void
test_key(void **state)
{
	static const struct {
		const char *what, *comment, *uri;
		size_t n_uris;
		enum reason want;
	} cases[] = {
		{ "as it should be", "x", "https://rpki.example/ta.cer", 2,
		    REASON_OK },
		{ "empty comment", "", "https://rpki.example/ta.cer", 2,
		    REASON_OK },
		{ "comment not UTF-8", "\xff", "https://rpki.example/ta.cer", 2,
		    R_DER_STRING },
		{ "comment cut short", "\xc3", "https://rpki.example/ta.cer", 2,
		    R_DER_STRING },
		{ "no URI", "x", "", 0, R_TAK_NO_URI },
		{ "http", "x", "http://rpki.example/ta.cer", 2, R_URI_SCHEME },
		{ "not ASCII", "x", "https://rpki.example/t\xe4.cer", 2,
		    R_DER_STRING },
		{ "path goes up", "x", "rsync://rpki.example/ta/../x", 2,
		    R_URI_PATH },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tak in = { 0 }, out;
		struct span der;
		struct kit k;

		kit_init(&k);
		in.current = tak_key(&k, 1);
		in.current.comments[0] = span_str(cases[i].comment);
		in.current.uris[1] = span_str(cases[i].uri);
		in.current.n_uris = cases[i].n_uris;
		der = written(&k, &in);
		CHECK_REASON(cases[i].what,
		    tak_parse(&out, der, kit_decode(&k, der)), cases[i].want);
		kit_fini(&k);
	}
}

static void
test_limits(void **state)
{
	struct tak in = { 0 }, out;
	struct span der;
	struct kit k;

	(void)state;
	kit_init(&k);
	in.current = tak_key(&k, 1);
	der = written(&k, &in);
	k.limits.tal_uris = 2;
	assert_int_equal(tak_parse(&out, der, kit_decode(&k, der)), REASON_OK);
	k.limits.tal_uris = 1;
	assert_int_equal(
	    tak_parse(&out, der, kit_decode(&k, der)), R_LIMIT_ITEMS);
	k.limits.tal_uris = 2;
	k.arena.budget = k.arena.used;
	assert_int_equal(
	    tak_parse(&out, der, kit_decode(&k, der)), R_LIMIT_MEMORY);
	kit_fini(&k);
}

/* Around the keys. */
static void
test_frame(void **state)
{
	static const struct {
		const char *what, *before, *after;
		size_t grow;
		enum reason want;
	} cases[] = {
		{ "nothing", "", "", 0, REASON_OK },
		{ "version 0 written", "a003020100", "", 5, R_DER_DEFAULT },
		{ "version 1", "a003020101", "", 5, R_TAK_VERSION },
		{ "another tag", "", "a2020500", 4, R_DER_TRAILING },
		{ "successor before predecessor", "", "a1020500", 4,
		    R_DER_TAG },
		{ "bytes after", "", "0500", 0, R_DER_TRAILING },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tak in = { 0 }, out;
		struct span der;
		struct buf b;
		struct kit k;

		kit_init(&k);
		in.current = tak_key(&k, 1);
		der = written(&k, &in);
		assert_int_equal(der.p[1], 0x82);
		buf_init(&b, 100000);
		buf_byte(&b, DER_SEQUENCE);
		buf_byte(&b, 0x82);
		buf_byte(&b, (uint8_t)((der.n - 4 + cases[i].grow) >> 8));
		buf_byte(&b, (uint8_t)(der.n - 4 + cases[i].grow));
		buf_span(&b, kit_hex(&k, cases[i].before));
		buf_add(&b, der.p + 4, der.n - 4);
		buf_span(&b, kit_hex(&k, cases[i].after));
		der = kit_take(&k, &b);
		CHECK_REASON(cases[i].what,
		    tak_parse(&out, der, kit_decode(&k, der)), cases[i].want);
		kit_fini(&k);
	}
}

static void
test_check(void **state)
{
	static const struct {
		const char *what, *ee;
		enum reason want;
	} cases[] = {
		{ "all inherited", "inherit4 inherit6 inherit-as", REASON_OK },
		{ "some inherited", "inherit4", REASON_OK },
		{ "IPv4 named", "10.0.0.0/8 inherit6 inherit-as",
		    R_TAK_RESOURCES },
		{ "IPv6 named", "inherit4 ::/0 inherit-as", R_TAK_RESOURCES },
		{ "AS numbers named", "inherit4 inherit6 AS1",
		    R_TAK_RESOURCES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tak tak = { 0 };
		struct cert ee;
		struct kit k;

		kit_init(&k);
		ee = kit_ee(&k, cases[i].ee);
		CHECK_REASON(
		    cases[i].what, tak_check(&tak, &ee, &k.dec), cases[i].want);
		kit_fini(&k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_frame),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
