/*
 * How many times a second crypt does what a run does most: one line a case,
 * "name rate". contrib/bench-crypt sets it beside `openssl speed`.
 */
#include <time.h>

#include "tests/crypt/keys.h"

#define SECONDS 0.5
#define BATCH   64
#define MANY    64 /* more keys than crypt keeps */

struct work {
	struct crypt *crypt;
	struct span modulus, signature;
	struct crypt_secret *ed25519, *p256;
	struct buf ed25519_signature, p256_signature;
	uint8_t message[2048];
};

static double
now(void)
{
	struct timespec t;

	ASSERT(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void
rsa_kept(struct work *w)
{
	struct crypt_key key = { CRYPT_RSA, w->modulus };

	for (int i = 0; i < BATCH; i++)
		ASSERT(crypt_verify(w->crypt, &key, SPAN("sample"),
			   w->signature) == REASON_OK);
}

/* Other moduli: the signature does not hold, after the same work. */
static void
rsa_once(struct work *w)
{
	uint8_t raw[256];
	struct crypt_key key = { CRYPT_RSA, SPAN_OF(raw) };

	memcpy(raw, w->modulus.p, sizeof(raw));
	raw[0] = 0xff;
	for (int i = 0; i < BATCH; i++) {
		raw[100] = (uint8_t)(i % MANY);
		ASSERT(crypt_verify(w->crypt, &key, SPAN("sample"),
			   w->signature) == R_SIGNATURE_BAD);
	}
}

static void
ed25519_kept(struct work *w)
{
	struct crypt_key key = crypt_secret_public(w->ed25519);

	for (int i = 0; i < BATCH; i++)
		ASSERT(crypt_verify(w->crypt, &key, SPAN("sample"),
			   buf_view(&w->ed25519_signature)) == REASON_OK);
}

static void
p256_kept(struct work *w)
{
	struct crypt_key key = crypt_secret_public(w->p256);

	for (int i = 0; i < BATCH; i++)
		ASSERT(crypt_verify(w->crypt, &key, SPAN("sample"),
			   buf_view(&w->p256_signature)) == REASON_OK);
}

static void
sha256_2048(struct work *w)
{
	for (int i = 0; i < BATCH; i++)
		crypt_sha256(w->message, SPAN_OF(w->message));
}

static void
sha256_64(struct work *w)
{
	for (int i = 0; i < BATCH; i++)
		crypt_sha256(w->message, span_of(w->message, 64));
}

static const struct {
	const char *name;
	void (*run)(struct work *);
} cases[] = {
	{ "rsa2048-kept", rsa_kept },
	{ "rsa2048-once", rsa_once },
	{ "ed25519-kept", ed25519_kept },
	{ "p256-kept", p256_kept },
	{ "sha256-2048", sha256_2048 },
	{ "sha256-64", sha256_64 },
};

int
main(void)
{
	struct bytes signature = bytes(RSA_SAMPLE);
	struct crypt_secret *rsa = rsa_secret();
	uint8_t seed[32] = { 1 };
	struct work w = {
		.crypt = crypt_new(),
		.modulus = crypt_secret_public(rsa).raw,
		.signature = view(&signature),
		.ed25519 = crypt_secret_ed25519(SPAN_OF(seed)),
		.p256 = crypt_secret_p256(SPAN_OF(seed)),
	};

	ASSERT(w.crypt != NULL && w.ed25519 != NULL && w.p256 != NULL);
	buf_init(&w.ed25519_signature, 64);
	buf_init(&w.p256_signature, 80);
	ASSERT(crypt_sign(&w.ed25519_signature, w.ed25519, SPAN("sample")) ==
	       REASON_OK);
	ASSERT(
	    crypt_sign(&w.p256_signature, w.p256, SPAN("sample")) == REASON_OK);
	for (size_t i = 0; i < COUNT(cases); i++) {
		double start = now(), took;
		uint64_t n = 0;

		do {
			cases[i].run(&w);
			n += BATCH;
			took = now() - start;
		} while (took < SECONDS);
		(void)printf("%s %.0f\n", cases[i].name, (double)n / took);
	}
	buf_fini(&w.ed25519_signature);
	buf_fini(&w.p256_signature);
	crypt_secret_free(w.ed25519);
	crypt_secret_free(w.p256);
	crypt_secret_free(rsa);
	crypt_free(w.crypt);
	return 0;
}
