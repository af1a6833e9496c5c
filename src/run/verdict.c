/* Verdicts in memory: a map from SHA-256(TAL, issuer's key, object). */
#include <string.h>

#include "crypt/crypt.h"
#include "run/verdict.h"

struct verdict {
	struct digest key;
	uint8_t held;
};

void
verdicts_init(struct verdicts *v)
{
	map_init(&v->known);
	arena_init(&v->arena, SIZE_MAX);
}

void
verdicts_fini(struct verdicts *v)
{
	map_fini(&v->known);
	arena_fini(&v->arena);
}

static void
key_of(struct digest *out, const struct verdict_issuer *issuer,
    const struct digest *object)
{
	crypt_sha256_2(out->b, SPAN_OF(*issuer), SPAN_OF(*object));
}

uint8_t
verdict_get(const struct verdicts *v, const struct verdict_issuer *issuer,
    const struct digest *object)
{
	const struct verdict *found;
	struct digest key;

	if (v->known.n == 0)
		return 0;
	key_of(&key, issuer, object);
	found = map_get(&v->known, SPAN_OF(key));
	return found == NULL ? 0 : found->held;
}

bool
verdict_add(struct verdicts *v, const struct verdict_issuer *issuer,
    const struct digest *object, uint8_t held)
{
	struct verdict *found;
	struct digest key;

	if (held == 0)
		return true;
	key_of(&key, issuer, object);
	found = map_get(&v->known, SPAN_OF(key));
	if (found == NULL) {
		found = ARENA_NEW(&v->arena, struct verdict);
		if (found == NULL)
			return false;
		found->key = key;
		if (!map_put(&v->known, SPAN_OF(found->key), found))
			return false;
	}
	found->held |= held;
	return true;
}
