/* Digests numbered in the order in which they came. */
#include <string.h>
#include <sys/random.h>

#include "ledger/ids.h"

#define CHUNK 4096

void
ids_init(struct ids *t)
{
	*t = (struct ids){ .n = 0 };
	/* Only who may choose ids minds; nothing printed depends on it. */
	if (getrandom(t->seed, sizeof(t->seed), GRND_NONBLOCK) < 0)
		t->seed[0] = (uint64_t)(uintptr_t)t;
}

void
ids_fini(struct ids *t)
{
	for (size_t i = 0; i < t->chunks.n; i++)
		base_free(t->chunks.v[i]);
	vec_fini(&t->chunks);
	base_free(t->slots);
	*t = (struct ids){ .n = 0 };
}

const struct digest *
ids_at(const struct ids *t, uint32_t number)
{
	ASSERT(number < t->n);
	return &t->chunks.v[number / CHUNK][number % CHUNK];
}

/* Where it is, or where it would be. */
static size_t
slot_of(const struct ids *t, const struct digest *id)
{
	size_t mask = t->slot_count - 1;
	size_t i = (size_t)map_hash(t->seed, SPAN_OF(id->b)) & mask;

	while (t->slots[i] != 0 && !digest_eq(ids_at(t, t->slots[i] - 1), id))
		i = (i + 1) & mask;
	return i;
}

uint32_t
ids_find(const struct ids *t, const struct digest *id)
{
	uint32_t slot = t->n == 0 ? 0 : t->slots[slot_of(t, id)];

	return slot == 0 ? ID_NONE : slot - 1;
}

static bool
slots_grow(struct ids *t)
{
	size_t count = t->slot_count == 0 ? 64 : t->slot_count * 2;
	uint32_t *slots = base_alloc(count * sizeof(*slots));

	if (slots == NULL)
		return false;
	base_free(t->slots);
	t->slots = slots;
	t->slot_count = count;
	for (uint32_t i = 0; i < t->n; i++)
		slots[slot_of(t, ids_at(t, i))] = i + 1;
	return true;
}

uint32_t
ids_add(struct ids *t, const struct digest *id)
{
	struct digest *chunk;
	size_t slot;

	if (t->n == ID_NONE - 1)
		return ID_NONE;
	if (t->n + (size_t)t->n / 4 >= t->slot_count && !slots_grow(t))
		return ID_NONE;
	slot = slot_of(t, id);
	if (t->slots[slot] != 0)
		return t->slots[slot] - 1;
	if (t->n % CHUNK == 0) {
		chunk = base_alloc(CHUNK * sizeof(*chunk));
		if (chunk == NULL || !vec_push(&t->chunks, chunk)) {
			base_free(chunk);
			return ID_NONE;
		}
	}
	t->chunks.v[t->n / CHUNK][t->n % CHUNK] = *id;
	t->slots[slot] = ++t->n;
	return t->n - 1;
}
