/* Lines of resources: what is written reads back, sets stay canonical. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "model/model.h"

static void
same_prefix(const char *line)
{
	struct prefix p, back;
	char text[PREFIX_TEXT];

	if (!prefix_parse(&p, line))
		return;
	prefix_write(text, &p);
	ASSERT(prefix_parse(&back, text) && prefix_cmp(&p, &back) == 0);
	ASSERT(prefix_covers(&p, &back));
}

/* Each range as text, added to another set, which is then the same. */
static void
same_set(const struct resources *r, struct arena *arena)
{
	struct resources back = { 0 };
	char text[RESOURCE_TEXT];

	for (int i = 0; i < 2; i++)
		for (size_t j = 0; j < r->ip[i].n; j++) {
			addr_range_text(text, i == 0 ? FAMILY_V4 : FAMILY_V6,
			    &r->ip[i].r[j]);
			ASSERT(resources_add_text(&back, arena, text) ==
			       REASON_OK);
		}
	for (size_t j = 0; j < r->as.n; j++) {
		asn_range_text(text, &r->as.r[j]);
		ASSERT(resources_add_text(&back, arena, text) == REASON_OK);
	}
	ASSERT(resources_eq(r, &back));
	ASSERT(resources_contain(r, &back, NULL));
}

static void
add_lines(struct resources *r, struct arena *arena, struct span input)
{
	for (size_t at = 0, n; at < input.n; at += n + 1) {
		char *line;

		for (n = 0; at + n < input.n && input.p[at + n] != '\n';)
			n++;
		line = arena_str(arena, span_of(input.p + at, n));
		if (line == NULL)
			return;
		same_prefix(line);
		(void)!resources_add_text(r, arena, line);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct resources r = { 0 }, none;
	struct arena arena;

	if (n > 4096)
		return 0;
	arena_init(&arena, (size_t)4 << 20);
	add_lines(&r, &arena, span_of(data, n));
	addr_set_normalise(&r.ip[0], FAMILY_V4);
	addr_set_normalise(&r.ip[1], FAMILY_V6);
	asn_set_normalise(&r.as);
	ASSERT(addr_set_is_canonical(&r.ip[0], FAMILY_V4));
	ASSERT(addr_set_is_canonical(&r.ip[1], FAMILY_V6));
	ASSERT(asn_set_is_canonical(&r.as));
	same_set(&r, &arena);
	ASSERT(resources_subtract(&none, &r, &r, &arena) == REASON_OK);
	ASSERT(resources_is_empty(&none));
	arena_fini(&arena);
	return 0;
}
