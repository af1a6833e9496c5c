/*
 * Arenas and the heap: the only file that calls malloc.
 *
 * In a sanitizer build (CAIRN_DEBUG_ARENA) each allocation is a block of its
 * own, so that AddressSanitizer sees where each object ends.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

#ifdef CAIRN_DEBUG_ARENA
#define BLOCK_SIZE 0
#else
#define BLOCK_SIZE ((size_t)64 * 1024)
#endif
#define ALIGN _Alignof(max_align_t)

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	max_align_t data[];
};

void
arena_init(struct arena *out, size_t budget)
{
	*out = (struct arena){ .budget = budget };
}

static struct arena_block *
arena_grow(struct arena *a, size_t n)
{
	size_t size = n > BLOCK_SIZE ? n : BLOCK_SIZE;
	struct arena_block *b = malloc(sizeof(*b) + size);

	if (b == NULL)
		return NULL;
	b->size = size;
	b->used = 0;
	b->next = a->head;
	a->head = b;
	return b;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	struct arena_block *b = a->head;
	uint8_t *p;

	if (n > a->budget || a->budget - n < a->used)
		return NULL;
	n = n == 0 ? ALIGN : (n + ALIGN - 1) / ALIGN * ALIGN;
	if (b == NULL || b->size - b->used < n) {
		b = arena_grow(a, n);
		if (b == NULL)
			return NULL;
	}
	p = (uint8_t *)b->data + b->used;
	b->used += n;
	a->used += n;
	/* Not the block at once: most arenas use a little of theirs. */
	return memset(p, 0, n);
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	ASSERT(size > 0);
	return n > SIZE_MAX / size ? NULL : arena_alloc(a, n * size);
}

struct span
arena_dup(struct arena *a, struct span s)
{
	uint8_t *p = arena_alloc(a, s.n);

	if (p == NULL)
		return (struct span){ NULL, 0 };
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return span_of(p, s.n);
}

char *
arena_str(struct arena *a, struct span s)
{
	char *p = s.n == SIZE_MAX ? NULL : arena_alloc(a, s.n + 1);

	if (p != NULL && s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}

static void
arena_drop(struct arena_block *b)
{
	while (b != NULL) {
		struct arena_block *next = b->next;

		free(b);
		b = next;
	}
}

void
arena_reset(struct arena *a)
{
	struct arena_block *keep = a->head;

	if (BLOCK_SIZE > 0 && keep != NULL && keep->size == BLOCK_SIZE) {
		arena_drop(keep->next);
		keep->used = 0;
		keep->next = NULL;
	} else {
		arena_drop(keep);
		a->head = NULL;
	}
	a->used = 0;
}

struct arena_mark
arena_mark(const struct arena *a)
{
	return (struct arena_mark){ .head = a->head,
		.block_used = a->head != NULL ? a->head->used : 0,
		.used = a->used };
}

void
arena_rewind(struct arena *a, struct arena_mark m)
{
	while (a->head != m.head) {
		struct arena_block *next = a->head->next;

		free(a->head);
		a->head = next;
	}
	if (a->head != NULL)
		a->head->used = m.block_used;
	a->used = m.used;
}

void
arena_fini(struct arena *a)
{
	arena_drop(a->head);
	a->head = NULL;
	a->used = 0;
}

void *
base_alloc(size_t n)
{
	return calloc(1, n == 0 ? 1 : n);
}

void *
base_realloc(void *p, size_t n)
{
	return realloc(p, n == 0 ? 1 : n);
}

void
base_free(void *p)
{
	free(p);
}

char *
base_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy = base_alloc(n);

	if (copy != NULL)
		memcpy(copy, s, n);
	return copy;
}

bool
base_vec_grow(void **v, size_t *cap, size_t n, size_t size)
{
	size_t want = *cap == 0 ? 16 : *cap * 2;
	void *p;

	if (n < *cap)
		return true;
	if (want < *cap || want > SIZE_MAX / size)
		return false;
	p = realloc(*v, want * size);
	if (p == NULL)
		return false;
	*v = p;
	*cap = want;
	return true;
}
