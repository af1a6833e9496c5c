/*
 * OpenSSL without memory: a good signature is never called bad for it, nor a
 * good key. What a ledger rejected would stay so in its state, and be another
 * state than others have.
 */
#include <stdlib.h>

#include <openssl/crypto.h>

#include "tests/check.h"

#include "crypt/crypt.h"

/* How many more allocations succeed. */
static size_t left = SIZE_MAX;

static void *
take(size_t n, const char *file, int line)
{
	(void)file, (void)line;
	if (left == 0)
		return NULL;
	left--;
	return malloc(n);
}

static void *
more(void *p, size_t n, const char *file, int line)
{
	(void)file, (void)line;
	if (left == 0)
		return NULL;
	left--;
	return realloc(p, n);
}

static void
drop(void *p, const char *file, int line)
{
	(void)file, (void)line;
	free(p);
}

static void
check_alg(enum crypt_alg alg, const char *what)
{
	struct crypt_secret *secret = crypt_secret_generate(alg);
	const struct crypt_key key = crypt_secret_public(secret);
	struct span message = SPAN("what is signed");
	enum reason r = R_LIMIT_MEMORY;
	size_t starved = 0;
	struct buf signature;

	buf_init(&signature, 4096);
	assert_int_equal(crypt_sign(&signature, secret, message), REASON_OK);
	for (size_t n = 0; r != REASON_OK; n++) {
		struct crypt *c = crypt_new();

		assert_non_null(c);
		left = n;
		r = crypt_verify(c, &key, message, buf_view(&signature));
		starved += left == 0;
		left = SIZE_MAX;
		if (r != REASON_OK)
			CHECK_REASON(what, r, R_LIMIT_MEMORY);
		/* Nothing of that stays. */
		CHECK_REASON(what,
		    crypt_verify(c, &key, message, buf_view(&signature)),
		    REASON_OK);
		crypt_free(c);
		assert_true(n < 1000);
	}
	CHECK(what, starved > 1);
	buf_fini(&signature);
	crypt_secret_free(secret);
}

static void
test_starved(void **state)
{
	(void)state;
	check_alg(CRYPT_RSA, "RSA");
	check_alg(CRYPT_P256, "P-256");
	check_alg(CRYPT_ED25519, "Ed25519");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starved),
	};

	/* Before its first allocation. */
	if (CRYPTO_set_mem_functions(take, more, drop) != 1)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
