/*
 * Each element of a statement has one tag, and nothing behind what belongs in
 * it: of those of the vectors, each is bent in turn. What is in octets is for
 * others to judge, as evidence is, and a key of an algorithm that nobody here
 * knows is a key.
 */
#include <string.h>

#include "ledger/statement.h"

#include "tests/ledger/vector.h"
#include "tests/shape.h"

#define PER_KIND 4 /* statements, of each vector */

static enum reason
read(struct statement *s, struct span entry, struct arena *arena)
{
	struct decode dec;

	decode_init(&dec, arena, ledger_limits(), entry);
	return statement_parse(s, entry, &dec);
}

static bool
has_unknown_key(const struct statement *s)
{
	bool unknown = s->body.key.der.n > 0 && !s->body.key.known;

	for (size_t i = 0; i < s->n_signatures; i++)
		unknown = unknown || !s->signatures[i].key.known;
	return unknown;
}

static void
check_bent(struct span good, struct statement *s, struct arena *arena)
{
	struct buf bent;
	size_t n;

	buf_init(&bent, 2 * LEDGER_ENTRY_MAX);
	n = shape_bend(&bent, good, false, SIZE_MAX, BENDS);
	for (size_t i = 0; i < 2 * n; i++) {
		enum bend how = (enum bend)(i % 2);

		(void)shape_bend(&bent, good, false, i / 2, how);
		arena_reset(arena);
		if (span_eq(buf_view(&bent), good) ||
		    read(s, buf_view(&bent), arena) != REASON_OK ||
		    has_unknown_key(s))
			continue;
		fail_msg("kind %d: element %zu: %s", s->kind, i / 2,
		    how == BEND_TAG ? "another tag" : "a BOOLEAN more");
	}
	buf_fini(&bent);
}

static void
check_vector(const char *name)
{
	struct statement *s = base_alloc(sizeof(*s));
	unsigned seen[STATEMENT_KINDS] = { 0 };
	struct arena arena;
	struct vector v;

	assert_non_null(s);
	arena_init(&arena, SIZE_MAX);
	vector_open(&v, name);
	for (size_t i = 0; i < v.n; i++) {
		arena_reset(&arena);
		if (read(s, v.entries[i], &arena) == REASON_OK &&
		    !s->body.has_evidence && seen[s->kind]++ < PER_KIND)
			check_bent(v.entries[i], s, &arena);
	}
	vector_close(&v);
	arena_fini(&arena);
	base_free(s);
}

static void
test_shapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++)
		check_vector(vector_names[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
