#include "tests/check.h"

#include "tests/crypt/keys.h"

/*
 * The twelve cases of "Taming the Many EdDSAs" (Chalkias, Garillot,
 * Nikolaenko; SSR 2020), from github.com/novifinancial/ed25519-speccheck,
 * Apache-2.0. Our rule (doc/ledger.md 3): keys canonical and not of small
 * order, S below L, R compared as bytes, no cofactor.
 */
static const struct {
	const char *what, *message, *key, *signature;
	enum reason want;
} cases[] = {
	{ "0: S = 0, small A, small R",
	    "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6",
	    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
	    "0000000000000000000000000000000000000000000000000000000000000000",
	    R_KEY_BAD },
	{ "1: small A, mixed R",
	    "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
	    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	    "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43"
	    "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
	    R_KEY_BAD },
	{ "2: mixed A, small R",
	    "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
	    "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
	    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"
	    "8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e",
	    REASON_OK },
	{ "3: mixed A, mixed R",
	    "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
	    "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
	    "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f"
	    "87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009",
	    REASON_OK },
	{ "4: holds with the cofactor only",
	    "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
	    "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
	    "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed512"
	    "5ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09",
	    R_SIGNATURE_BAD },
	{ "5: holds with the cofactor, hash reduced after",
	    "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
	    "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
	    "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7"
	    "e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405",
	    R_SIGNATURE_BAD },
	{ "6: S above L",
	    "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
	    "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
	    "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e"
	    "547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514",
	    R_SIGNATURE_BAD },
	{ "7: S far above L",
	    "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
	    "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
	    "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa1942"
	    "7e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22",
	    R_SIGNATURE_BAD },
	{ "8: R not canonical, hashed reduced",
	    "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41",
	    "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
	    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
	    "03be9678ac102edcd92b0210bb34d7428d12ffc5df5f37e359941266a4e35f0f",
	    R_SIGNATURE_BAD },
	{ "9: R not canonical, hashed as it is",
	    "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41",
	    "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
	    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
	    "ca8c5b64cd208982aa38d4936621a4775aa233aa0505711d8fdcfdaa943d4908",
	    R_SIGNATURE_BAD },
	{ "10: A not canonical, hashed reduced",
	    "e96b7021eb39c1a163b6da4e3093dcd3f21387da4cc4572be588fafae23c155b",
	    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	    "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dc"
	    "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
	    R_KEY_BAD },
	{ "11: A not canonical, hashed as it is",
	    "39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f",
	    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	    "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dc"
	    "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
	    R_KEY_BAD },
};

static void
test_speccheck(void **state)
{
	struct crypt *c = crypt_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bytes message = bytes(cases[i].message);
		struct bytes raw = bytes(cases[i].key);
		struct bytes signature = bytes(cases[i].signature);
		struct crypt_key key = { CRYPT_ED25519, view(&raw) };

		CHECK_REASON(cases[i].what,
		    crypt_verify(c, &key, view(&message), view(&signature)),
		    cases[i].want);
	}
	crypt_free(c);
}

#define P_AND(first, last) \
	first              \
	    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" last
#define ZEROS "00000000000000000000000000000000000000000000000000000000000000"

static void
test_keys(void **state)
{
	static const struct {
		const char *what, *key;
		enum reason want;
	} keys[] = {
		{ "RFC 8032 test 1",
		    "d75a980182b10ab7d54bfed3c964073a"
		    "0ee172f3daa62325af021a68f707511a",
		    REASON_OK },
		{ "y = 0, order 4", "00" ZEROS, R_KEY_BAD },
		{ "y = 1, the neutral point", "01" ZEROS, R_KEY_BAD },
		{ "y = 2: no x", "02" ZEROS, R_KEY_BAD },
		{ "y = 3: on the curve", "03" ZEROS, REASON_OK },
		{ "y = 7: no x", "07" ZEROS, R_KEY_BAD },
		{ "y = -1, order 2", P_AND("ec", "7f"), R_KEY_BAD },
		{ "y = -1 and a sign for x = 0", P_AND("ec", "ff"), R_KEY_BAD },
		{ "y = p", P_AND("ed", "7f"), R_KEY_BAD },
		{ "y = p + 1", P_AND("ee", "7f"), R_KEY_BAD },
		{ "y = p + 3, on the curve as 3", P_AND("f0", "7f"),
		    R_KEY_BAD },
		{ "y = 2^255 - 1", P_AND("ff", "ff"), R_KEY_BAD },
		{ "order 8",
		    "26e8958fc2b227b045c3f489f2ef98f0"
		    "d5dfac05d3c63339b13802886d53fc05",
		    R_KEY_BAD },
		{ "order 8, other x",
		    "26e8958fc2b227b045c3f489f2ef98f0"
		    "d5dfac05d3c63339b13802886d53fc85",
		    R_KEY_BAD },
		{ "order 8, other y",
		    "c7176a703d4dd84fba3c0b760d10670f"
		    "2a2053fa2c39ccc64ec7fd7792ac037a",
		    R_KEY_BAD },
		{ "31 bytes", ZEROS, R_KEY_BAD },
		{ "33 bytes", "0300" ZEROS, R_KEY_BAD },
	};
	struct crypt *c = crypt_new();

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct bytes raw = bytes(keys[i].key);
		struct crypt_key key = { CRYPT_ED25519, view(&raw) };

		CHECK_REASON(
		    keys[i].what, crypt_key_check(c, &key), keys[i].want);
	}
	crypt_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_speccheck),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests_name("ed25519", tests, NULL, NULL);
}
