/*
 * A hash map whose order of iteration is that of insertion.
 *
 * Keys come from the network, so the hash is SipHash-2-4 (Aumasson and
 * Bernstein) under a seed of its own for each map: nobody can choose keys
 * that collide. Entries sit in an array; the table of slots only points into
 * it, so the seed decides nothing a reader of the output could see.
 */
#include <sys/random.h>

#include <errno.h>
#include <string.h>

#include "base/base.h"

#define SLOTS_MIN   16
#define ENTRIES_MAX ((size_t)1 << 30)

static uint64_t
rotate(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static inline void
sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static uint64_t
read_word(const uint8_t *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
	       (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
	       (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
	       (uint64_t)p[7] << 56;
}

static uint64_t
read_le(const uint8_t *p, size_t n)
{
	uint64_t x = 0;

	for (size_t i = 0; i < n; i++)
		x |= (uint64_t)p[i] << (8 * i);
	return x;
}

static inline void
sip_word(uint64_t v[4], uint64_t m)
{
	v[3] ^= m;
	sip_round(v);
	sip_round(v);
	v[0] ^= m;
}

uint64_t
map_hash(const uint64_t seed[2], struct span s)
{
	uint64_t v[4] = {
		seed[0] ^ 0x736f6d6570736575,
		seed[1] ^ 0x646f72616e646f6d,
		seed[0] ^ 0x6c7967656e657261,
		seed[1] ^ 0x7465646279746573,
	};
	size_t whole = s.n & ~(size_t)7;

	for (size_t i = 0; i < whole; i += 8)
		sip_word(v, read_word(s.p + i));
	sip_word(v, (uint64_t)s.n << 56 |
			(s.n == whole ? 0 : read_le(s.p + whole, s.n - whole)));
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void
map_init(struct map *out)
{
	ssize_t n;

	*out = (struct map){ 0 };
	/* Up to 256 bytes are never cut short: getrandom(2). */
	do
		n = getrandom(out->seed, sizeof(out->seed), 0);
	while (n == -1 && errno == EINTR);
	ASSERT(n == (ssize_t)sizeof(out->seed));
}

/* The slot of this key, or the free one where its search ends. A removed
 * entry keeps its slot until the next growth, so that searches go past it. */
static size_t
find_slot(const struct map *m, struct span key, uint64_t hash)
{
	size_t at = (size_t)hash & (m->slot_count - 1);

	for (;; at = (at + 1) & (m->slot_count - 1)) {
		const struct map_entry *e;

		if (m->slots[at] == 0)
			return at;
		e = &m->entries[m->slots[at] - 1];
		if (e->value != NULL && e->hash == hash && span_eq(e->key, key))
			return at;
	}
}

static struct map_entry *
find(const struct map *m, struct span key, uint64_t hash)
{
	size_t at;

	if (m->n == 0)
		return NULL;
	at = find_slot(m, key, hash);
	return m->slots[at] == 0 ? NULL : &m->entries[m->slots[at] - 1];
}

void *
map_get(const struct map *m, struct span key)
{
	const struct map_entry *e =
	    m->n == 0 ? NULL : find(m, key, map_hash(m->seed, key));

	return e == NULL ? NULL : e->value;
}

/* Room for one more entry: drop the removed ones, double if still needed. */
static bool
map_grow(struct map *m)
{
	size_t slot_count = SLOTS_MIN, used = 0;
	struct map_entry *entries;
	uint32_t *slots;

	if (m->used < m->size)
		return true;
	while (slot_count / 2 < m->n + m->n / 2 + 1)
		slot_count *= 2;
	if (slot_count > ENTRIES_MAX)
		return false;
	slots = base_alloc(slot_count * sizeof(*slots));
	entries = base_alloc(slot_count / 2 * sizeof(*entries));
	if (slots == NULL || entries == NULL) {
		base_free(slots);
		base_free(entries);
		return false;
	}
	for (size_t i = 0; i < m->used; i++)
		if (m->entries[i].value != NULL)
			entries[used++] = m->entries[i];
	map_fini(m);
	m->slots = slots;
	m->slot_count = slot_count;
	m->entries = entries;
	m->size = slot_count / 2;
	m->n = m->used = used;
	for (size_t i = 0; i < used; i++)
		slots[find_slot(m, entries[i].key, entries[i].hash)] =
		    (uint32_t)(i + 1);
	return true;
}

bool
map_put(struct map *m, struct span key, void *value)
{
	uint64_t hash = map_hash(m->seed, key);
	struct map_entry *e = find(m, key, hash);

	ASSERT(value != NULL);
	if (e != NULL) {
		e->value = value;
		return true;
	}
	if (!map_grow(m))
		return false;
	m->entries[m->used] = (struct map_entry){ key, value, hash };
	m->slots[find_slot(m, key, hash)] = (uint32_t)++m->used;
	m->n++;
	return true;
}

void
map_remove(struct map *m, struct span key)
{
	struct map_entry *e = find(m, key, map_hash(m->seed, key));

	if (e == NULL)
		return;
	e->key = (struct span){ NULL, 0 };
	e->value = NULL;
	m->n--;
}

bool
map_next(const struct map *m, size_t *i, struct span *key, void **value)
{
	while (*i < m->used) {
		const struct map_entry *e = &m->entries[(*i)++];

		if (e->value == NULL)
			continue;
		*key = e->key;
		*value = e->value;
		return true;
	}
	return false;
}

void
map_fini(struct map *m)
{
	base_free(m->slots);
	base_free(m->entries);
	m->slots = NULL;
	m->entries = NULL;
	m->n = m->used = m->size = m->slot_count = 0;
}
