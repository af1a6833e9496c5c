#include "tests/check.h"

#include "tests/crypt/keys.h"

/* FIPS 180-4 examples. */
static const struct {
	const char *what, *message, *sha256, *sha1;
} digests[] = {
	{ "empty", "",
	    "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855",
	    "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
	{ "one block", "abc",
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad",
	    "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ "two blocks",
	    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039"
	    "a33ce45964ff2167f6ecedd419db06c1",
	    "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
};

static void
test_digests(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(digests); i++) {
		struct span m = span_str(digests[i].message);
		struct bytes want = bytes(digests[i].sha256);
		struct bytes want1 = bytes(digests[i].sha1);
		uint8_t have[32], have1[20];

		crypt_sha256(have, m);
		CHECK(digests[i].what, span_eq(SPAN_OF(have), view(&want)));
		crypt_sha1(have1, m);
		CHECK(digests[i].what, span_eq(SPAN_OF(have1), view(&want1)));
	}
}

static void
test_two_parts(void **state)
{
	struct span m = span_str(digests[2].message);
	struct bytes want = bytes(digests[2].sha256);

	(void)state;
	for (size_t cut = 0; cut <= m.n; cut++) {
		uint8_t have[32];

		crypt_sha256_2(
		    have, span_of(m.p, cut), span_of(m.p + cut, m.n - cut));
		CHECK("cut", span_eq(SPAN_OF(have), view(&want)));
	}
}

static void
test_million(void **state)
{
	struct crypt_hash *h = crypt_hash_new();
	struct bytes want = bytes("cdc76e5c9914fb9281a1c7e284d73e67"
				  "f1809a48a497200e046d39ccc7112cd0");
	uint8_t have[32];

	(void)state;
	assert_non_null(h);
	for (int i = 0; i < 100000; i++)
		crypt_hash_add(h, SPAN("aaaaaaaaaa"));
	crypt_hash_take(h, have);
	assert_true(span_eq(SPAN_OF(have), view(&want)));
}

static void
test_nothing_added(void **state)
{
	struct crypt_hash *h = crypt_hash_new();
	struct bytes want = bytes(digests[0].sha256);
	uint8_t have[32];

	(void)state;
	assert_non_null(h);
	crypt_hash_add(h, span_of(NULL, 0));
	crypt_hash_take(h, have);
	assert_true(span_eq(SPAN_OF(have), view(&want)));
	crypt_sha256(have, span_of(NULL, 0));
	assert_true(span_eq(SPAN_OF(have), view(&want)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_two_parts),
		cmocka_unit_test(test_million),
		cmocka_unit_test(test_nothing_added),
	};

	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
