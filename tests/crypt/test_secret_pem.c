#include "tests/check.h"

#include "crypt/crypt.h"

#define TEXT 16384

static const struct {
	const char *what;
	enum crypt_alg alg;
} algs[] = {
	{ "Ed25519", CRYPT_ED25519 },
	{ "P-256", CRYPT_P256 },
	{ "RSA", CRYPT_RSA },
};

static void
signs_alike(const char *what, const struct crypt_secret *a,
    const struct crypt_secret *b)
{
	struct crypt_key key = crypt_secret_public(a);
	struct crypt *c = crypt_new();
	struct buf signature;

	CHECK(what, key.alg == crypt_secret_public(b).alg);
	CHECK(what, span_eq(key.raw, crypt_secret_public(b).raw));
	buf_init(&signature, TEXT);
	CHECK_REASON(
	    what, crypt_sign(&signature, b, SPAN("sample")), REASON_OK);
	CHECK_REASON(what,
	    crypt_verify(c, &key, SPAN("sample"), buf_view(&signature)),
	    REASON_OK);
	buf_fini(&signature);
	crypt_free(c);
}

static void
test_there_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(algs); i++) {
		const char *what = algs[i].what;
		struct crypt_secret *s = crypt_secret_generate(algs[i].alg);
		struct crypt_secret *t = NULL;
		struct buf plain, sealed;

		assert_non_null(s);
		buf_init(&plain, TEXT);
		buf_init(&sealed, TEXT);
		CHECK_REASON(what,
		    crypt_secret_write_pem(&plain, s, span_of(NULL, 0)),
		    REASON_OK);
		CHECK_REASON(what,
		    crypt_secret_read_pem(
			&t, buf_view(&plain), span_of(NULL, 0)),
		    REASON_OK);
		signs_alike(what, s, t);
		crypt_secret_free(t);

		CHECK_REASON(what,
		    crypt_secret_write_pem(&sealed, s, SPAN("correct horse")),
		    REASON_OK);
		CHECK(
		    what, span_starts(buf_view(&sealed),
			      SPAN("-----BEGIN ENCRYPTED PRIVATE KEY-----\n")));
		CHECK_REASON(what,
		    crypt_secret_read_pem(
			&t, buf_view(&sealed), SPAN("correct horse")),
		    REASON_OK);
		signs_alike(what, s, t);
		crypt_secret_free(t);
		CHECK_REASON(what,
		    crypt_secret_read_pem(
			&t, buf_view(&sealed), SPAN("battery")),
		    R_KEY_PASSPHRASE);
		CHECK_REASON(what,
		    crypt_secret_read_pem(
			&t, buf_view(&sealed), span_of(NULL, 0)),
		    R_KEY_PASSPHRASE);
		assert_null(t);
		buf_fini(&plain);
		buf_fini(&sealed);
		crypt_secret_free(s);
	}
}

/* openssl genpkey -algorithm ... | openssl pkcs8 -topk8 ...: made once. The
 * first is RFC 8410 10.3; its public half is that of RFC 8410 10.1. */
static const struct {
	const char *what, *text;
	enum reason why;
} texts[] = {
	{ "RFC 8410 10.3",
	    "-----BEGIN PRIVATE KEY-----\n"
	    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
	    "-----END PRIVATE KEY-----\n",
	    REASON_OK },
	{ "nothing", "", R_KEY_PEM },
	{ "a public key",
	    "-----BEGIN PUBLIC KEY-----\n"
	    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
	    "-----END PUBLIC KEY-----\n",
	    R_KEY_PEM },
	{ "cut short",
	    "-----BEGIN PRIVATE KEY-----\n"
	    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdQ==\n"
	    "-----END PRIVATE KEY-----\n",
	    R_KEY_PEM },
	{ "X25519, which signs nothing",
	    "-----BEGIN PRIVATE KEY-----\n"
	    "MC4CAQAwBQYDK2VuBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
	    "-----END PRIVATE KEY-----\n",
	    R_KEY_PEM },
};

static void
test_texts(void **state)
{
	static const uint8_t public[] = { 0x19, 0xbf, 0x44, 0x09, 0x69, 0x84,
		0xcd, 0xfe, 0x85, 0x41, 0xba, 0xc1, 0x67, 0xdc, 0x3b, 0x96,
		0xc8, 0x50, 0x86, 0xaa, 0x30, 0xb6, 0xb6, 0xcb, 0x0c, 0x5c,
		0x38, 0xad, 0x70, 0x31, 0x66, 0xe1 };
	struct crypt_secret *s;
	uint8_t seed[32];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		CHECK_REASON(texts[i].what,
		    crypt_secret_read_pem(
			&s, span_str(texts[i].text), SPAN("unused")),
		    texts[i].why);
		CHECK(texts[i].what, (s != NULL) == (i == 0));
		if (s == NULL)
			continue;
		CHECK(texts[i].what,
		    span_eq(crypt_secret_public(s).raw, SPAN_OF(public)));
		crypt_secret_seed(seed, s);
		CHECK(texts[i].what, seed[0] == 0xd4 && seed[31] == 0x42);
		crypt_secret_free(s);
	}
}

static void
test_limits(void **state)
{
	struct crypt_secret *s = crypt_secret_generate(CRYPT_ED25519);
	static const uint8_t passphrase[1025];
	struct buf text;

	(void)state;
	buf_init(&text, TEXT);
	assert_int_equal(
	    crypt_secret_write_pem(&text, s, span_of(passphrase, 1024)),
	    REASON_OK);
	assert_int_equal(
	    crypt_secret_write_pem(&text, s, span_of(passphrase, 1025)),
	    R_KEY_PASSPHRASE);
	buf_fini(&text);
	buf_init(&text, 20);
	assert_int_equal(
	    crypt_secret_write_pem(&text, s, span_of(NULL, 0)), R_LIMIT_MEMORY);
	buf_fini(&text);
	crypt_secret_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
