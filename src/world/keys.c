/*
 * Keys of test worlds: any two primes of the table make one, so that a world
 * of thousands of CAs costs no search for primes. Whoever has this source has
 * all of them.
 */
#include "crypt/crypt.h"
#include "world/tree.h"

static const char *const primes[] = {
#define P(hex) hex,
#include "world/primes.def"
#undef P
};

enum {
	PRIME_BYTES = 128,
	/* Primes that only EE keys have: their keys may repeat, but are never
	 * a CA's. (rpki-client takes an EE certificate with the key of a CA
	 * for a thief.) */
	EE_PRIMES = 16,
	CA_PRIMES = COUNT(primes) - EE_PRIMES
};

size_t
world_key_pairs(void)
{
	return (size_t)CA_PRIMES * (CA_PRIMES - 1) / 2;
}

/* 32 bytes that only the arguments decide. */
static void
draw(uint8_t out[32], uint64_t seed, const char *use, const char *name)
{
	char text[WORLD_URI + 64];
	int n = snprintf(text, sizeof(text), "cairn world %llu %s %s",
	    (unsigned long long)seed, use, name);

	ASSERT(n > 0 && (size_t)n < sizeof(text));
	crypt_sha256(out, span_of(text, (size_t)n));
}

static uint64_t
draw_number(uint64_t seed, const char *use, const char *name)
{
	uint8_t bytes[32];
	uint64_t n = 0;

	draw(bytes, seed, use, name);
	for (int i = 0; i < 8; i++)
		n = n << 8 | bytes[i];
	return n;
}

static struct crypt_secret *
pair_key(const char *one, const char *other)
{
	uint8_t p[PRIME_BYTES], q[PRIME_BYTES];
	bool ok = hex_parse(p, sizeof(p), span_str(one)) &&
		  hex_parse(q, sizeof(q), span_str(other));

	ASSERT(ok); /* primes.def is ours */
	return crypt_secret_rsa(span_of(p, sizeof(p)), span_of(q, sizeof(q)));
}

void
world_seed(uint8_t out[32], uint64_t seed, const char *use, const char *name)
{
	draw(out, seed, use, name);
}

struct crypt_secret *
world_ca_key(uint64_t seed, size_t number)
{
	/* A prime that does not divide the number of pairs: each once. */
	const uint64_t step = 7919;
	const char *const *pool = primes + EE_PRIMES;
	uint64_t pair = (draw_number(seed, "first", "") % world_key_pairs() +
			    number % world_key_pairs() * step) %
			world_key_pairs();
	size_t i = 0;

	while (pair >= CA_PRIMES - 1 - i) {
		pair -= CA_PRIMES - 1 - i;
		i++;
	}
	return pair_key(pool[i], pool[i + 1 + pair]);
}

struct crypt_secret *
world_ee_key(uint64_t seed, const char *uri)
{
	uint64_t n = draw_number(seed, "ee", uri);

	return pair_key(primes[n % EE_PRIMES],
	    primes[EE_PRIMES + n / EE_PRIMES % CA_PRIMES]);
}

struct crypt_secret *
world_router_key(uint64_t seed, const char *uri)
{
	uint8_t d[32];

	draw(d, seed, "router", uri);
	d[0] &= 0x7f; /* below the order of P-256 */
	return crypt_secret_p256(span_of(d, sizeof(d)));
}

void
world_serial(uint8_t out[16], uint64_t seed, const char *uri)
{
	uint8_t bytes[32];

	draw(bytes, seed, "serial", uri);
	for (int i = 0; i < 16; i++)
		out[i] = bytes[i];
	out[0] = (uint8_t)((out[0] & 0x3f) | 0x40);
}
