#include "tests/check.h"

#include <string.h>

#include "model/model.h"

/* ---- against bitmaps: 256 numbers at a place where carries happen -------- */

#define SIZE 256

static const struct universe {
	const char *what;
	int kind; /* 0 IPv4, 1 IPv6, 2 AS */
	uint64_t hi, lo;
} universes[] = {
	{ "first IPv4", 0, 0, 0 },
	{ "last IPv4", 0, 0, 0xffffff00 },
	{ "IPv4 across bytes", 0, 0, 0x0affff80 },
	{ "first IPv6", 1, 0, 0 },
	{ "last IPv6", 1, UINT64_MAX, UINT64_MAX - 255 },
	{ "IPv6 across words", 1, 0x20010db8, UINT64_MAX - 127 },
	{ "first AS", 2, 0, 0 },
	{ "last AS", 2, 0, 0xffffff00 },
};

static uint32_t
random_below(uint32_t *x, uint32_t n)
{
	*x = *x * 1664525 + 1013904223;
	return (*x >> 8) % n;
}

static struct addr
place(const struct universe *u, unsigned i)
{
	uint64_t lo = u->lo + i, hi = u->hi + (lo < u->lo);
	struct addr a = { { 0 } };

	for (int b = 0; u->kind == 0 && b < 4; b++)
		a.b[b] = (uint8_t)(lo >> (24 - 8 * b));
	for (int b = 0; u->kind == 1 && b < 16; b++)
		a.b[b] = (uint8_t)((b < 8 ? hi : lo) >> (56 - 8 * (b % 8)));
	return a;
}

/* An arena's worth of ranges, as they come: any order, overlapping. */
static void
make(struct resources *r, bool *map, const struct universe *u, uint32_t *x,
    struct arena *arena)
{
	size_t n = random_below(x, 20);
	struct addr_range *ip = ARENA_ARRAY(arena, n, struct addr_range);
	struct asn_range *as = ARENA_ARRAY(arena, n, struct asn_range);

	*r = (struct resources){ 0 };
	memset(map, 0, SIZE * sizeof(*map));
	for (size_t i = 0; i < n; i++) {
		unsigned lo = random_below(x, SIZE);
		unsigned most = random_below(x, 4) == 0 ? SIZE : 12;
		unsigned hi = lo + random_below(x, most);

		hi = hi < SIZE ? hi : SIZE - 1;
		ip[i] = (struct addr_range){ place(u, lo), place(u, hi) };
		as[i] = (struct asn_range){ (uint32_t)u->lo + lo,
			(uint32_t)u->lo + hi };
		memset(map + lo, 1, (hi - lo + 1) * sizeof(*map));
	}
	if (u->kind == 2) {
		r->as = (struct asn_set){ HOLDS_SOME, n, as };
		asn_set_normalise(&r->as);
	} else {
		enum family f = u->kind == 0 ? FAMILY_V4 : FAMILY_V6;

		r->ip[u->kind] = (struct addr_set){ HOLDS_SOME, n, ip };
		addr_set_normalise(&r->ip[u->kind], f);
	}
}

static bool
holds(const struct resources *r, const struct universe *u, unsigned i)
{
	struct prefix p = { u->kind == 0 ? FAMILY_V4 : FAMILY_V6,
		u->kind == 0 ? 32 : 128, place(u, i) };

	if (u->kind == 2)
		return resources_contain_asn(
		    r, (struct asn){ (uint32_t)u->lo + i });
	return resources_contain_prefix(r, &p);
}

static void
check_is(const struct resources *r, const struct universe *u, const bool *map)
{
	size_t runs = 0;

	CHECK(u->what, addr_set_is_canonical(&r->ip[0], FAMILY_V4));
	CHECK(u->what, addr_set_is_canonical(&r->ip[1], FAMILY_V6));
	CHECK(u->what, asn_set_is_canonical(&r->as));
	for (unsigned i = 0; i < SIZE; i++) {
		CHECK(u->what, holds(r, u, i) == map[i]);
		runs += map[i] && (i == 0 || !map[i - 1]);
	}
	/* So no range is there twice, or of another kind. */
	CHECK(u->what, r->ip[0].n + r->ip[1].n + r->as.n == runs);
	CHECK(u->what, resources_is_empty(r) == (runs == 0));
}

static void
check_prefixes(const struct resources *r, const struct universe *u,
    const bool *map, uint32_t *x)
{
	unsigned width = u->kind == 0 ? 32 : 128;
	unsigned host = random_below(x, 7), size = 1u << host;
	/* Aligned as prefixes are: the universes begin on multiples of 128. */
	unsigned at = random_below(x, SIZE / size) * size, n = 0;
	struct prefix p = { u->kind == 0 ? FAMILY_V4 : FAMILY_V6,
		(uint8_t)(width - host), place(u, at) };

	for (unsigned i = at; i < at + size; i++)
		n += map[i];
	CHECK(u->what, resources_contain_prefix(r, &p) == (n == size));
	CHECK(u->what, resources_overlap_prefix(r, &p) == (n > 0));
}

static void
check_pair(const struct universe *u, uint32_t *x, struct arena *arena)
{
	static bool ma[SIZE], mb[SIZE], both[SIZE], left[SIZE];
	struct resources a, b, i, s;
	bool contained = true, equal = true;
	struct buf fa, fb;

	make(&a, ma, u, x, arena);
	make(&b, mb, u, x, arena);
	if (random_below(x, 4) == 0)
		assert_int_equal(
		    resources_intersect(&b, &a, &b, arena), REASON_OK);
	for (unsigned k = 0; k < SIZE; k++) {
		mb[k] = holds(&b, u, k);
		both[k] = ma[k] && mb[k];
		left[k] = ma[k] && !mb[k];
		contained = contained && (!mb[k] || ma[k]);
		equal = equal && ma[k] == mb[k];
	}
	check_is(&a, u, ma);
	check_is(&b, u, mb);
	assert_int_equal(resources_intersect(&i, &a, &b, arena), REASON_OK);
	assert_int_equal(resources_subtract(&s, &a, &b, arena), REASON_OK);
	check_is(&i, u, both);
	check_is(&s, u, left);
	CHECK(u->what, resources_contain(&a, &b, NULL) == contained);
	CHECK(u->what, resources_eq(&a, &b) == equal);
	if (u->kind != 2)
		check_prefixes(&a, u, ma, x);
	buf_init(&fa, 1 << 16);
	buf_init(&fb, 1 << 16);
	resources_digest_form(&fa, &a);
	resources_digest_form(&fb, &b);
	CHECK(u->what, span_eq(buf_view(&fa), buf_view(&fb)) == equal);
	buf_fini(&fa);
	buf_fini(&fb);
}

static void
test_against_bitmaps(void **state)
{
	uint32_t x = 11;

	(void)state;
	for (size_t i = 0; i < COUNT(universes); i++)
		for (int round = 0; round < 300; round++) {
			struct arena arena;

			arena_init(&arena, 1 << 20);
			check_pair(&universes[i], &x, &arena);
			arena_fini(&arena);
		}
}

/* ---- by hand --------------------------------------------------------- */

/* Items by commas; "i4", "i6", "ia" inherit. */
static void
read_items(struct resources *out, struct arena *arena, const char *text)
{
	*out = (struct resources){ 0 };
	while (*text != '\0') {
		size_t n = strcspn(text, ",");
		char *item = arena_str(arena, span_of(text, n));

		text += n + (text[n] == ',');
		if (strcmp(item, "i4") == 0)
			out->ip[0].holding = HOLDS_INHERIT;
		else if (strcmp(item, "i6") == 0)
			out->ip[1].holding = HOLDS_INHERIT;
		else if (strcmp(item, "ia") == 0)
			out->as.holding = HOLDS_INHERIT;
		else
			assert_int_equal(
			    resources_add_text(out, arena, item), REASON_OK);
	}
	addr_set_normalise(&out->ip[0], FAMILY_V4);
	addr_set_normalise(&out->ip[1], FAMILY_V6);
	asn_set_normalise(&out->as);
}

static void
test_contain_says_what(void **state)
{
	static const struct {
		const char *outer, *inner, *what; /* NULL: contained */
	} cases[] = {
		{ "", "", NULL },
		{ "10.0.0.0/8", "", NULL },
		{ "", "10.0.0.0/8", "10.0.0.0/8" },
		{ "10.0.0.0/8,AS1", "10.1.0.0/16,AS1", NULL },
		{ "10.0.0.0/8,AS1", "10.1.0.0/16,AS2-AS3", "AS2-AS3" },
		{ "10.0.0.0/8", "9.255.255.255-10.0.0.1",
		    "9.255.255.255-10.0.0.1" },
		{ "10.0.0.0/8", "::/0", "::/0" },
		{ "::/0", "2001:db8::/32,AS5", "AS5" },
		{ "10.0.0.0/9,10.128.0.0/9", "10.0.0.0/8", NULL },
		{ "10.0.0.0/9,10.128.0.1-10.255.255.255", "10.0.0.0/8",
		    "10.0.0.0/8" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct resources outer, inner;
		char what[RESOURCE_TEXT] = "untouched";
		struct arena arena;
		bool in;

		arena_init(&arena, 1 << 20);
		read_items(&outer, &arena, cases[i].outer);
		read_items(&inner, &arena, cases[i].inner);
		in = resources_contain(&outer, &inner, what);
		CHECK(cases[i].inner, in == (cases[i].what == NULL));
		CHECK(cases[i].inner,
		    strcmp(what, in ? "untouched" : cases[i].what) == 0);
		arena_fini(&arena);
	}
}

/* The longest texts there are fit. */
static void
test_longest_text(void **state)
{
	struct addr_range r;
	enum family family;
	char text[RESOURCE_TEXT];
	struct buf out;

	(void)state;
	assert_true(addr_parse(
	    &r.lo, &family, "1111:1111:1111:1111:1111:1111:1111:1111"));
	assert_true(addr_parse(
	    &r.hi, &family, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff1"));
	addr_range_text(text, FAMILY_V6, &r);
	assert_string_equal(text, "1111:1111:1111:1111:1111:1111:1111:1111-"
				  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff1");
	buf_init(&out, 1000);
	addr_range_write(&out, FAMILY_V6, &r);
	assert_true(span_eq(buf_view(&out), span_str(text)));
	buf_fini(&out);
	asn_range_text(text, &(struct asn_range){ 4294967294, 4294967295 });
	assert_string_equal(text, "AS4294967294-AS4294967295");
}

static void
test_not_canonical(void **state)
{
	static const struct {
		const char *what;
		struct asn_range r[2];
		bool good;
	} cases[] = {
		{ "apart", { { 1, 2 }, { 4, 5 } }, true },
		{ "adjacent", { { 1, 2 }, { 3, 5 } }, false },
		{ "overlapping", { { 1, 3 }, { 3, 5 } }, false },
		{ "the same twice", { { 1, 3 }, { 1, 3 } }, false },
		{ "descending", { { 4, 5 }, { 1, 2 } }, false },
		{ "upside down", { { 2, 1 }, { 4, 5 } }, false },
		{ "second upside down", { { 1, 2 }, { 5, 4 } }, false },
		{ "up to the last", { { 0, 0 }, { 2, UINT32_MAX } }, true },
		{ "after the last", { { 0, UINT32_MAX }, { 0, 0 } }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct asn_range as[2];
		struct addr_range ip[2] = { 0 };
		struct asn_set s = { HOLDS_SOME, 2, as };
		struct addr_set v4 = { HOLDS_SOME, 2, ip };

		memcpy(as, cases[i].r, sizeof(as));
		for (int j = 0; j < 2; j++)
			for (int b = 0; b < 4; b++) {
				ip[j].lo.b[b] =
				    (uint8_t)(as[j].lo >> (24 - 8 * b));
				ip[j].hi.b[b] =
				    (uint8_t)(as[j].hi >> (24 - 8 * b));
			}
		CHECK(cases[i].what, asn_set_is_canonical(&s) == cases[i].good);
		CHECK(cases[i].what,
		    addr_set_is_canonical(&v4, FAMILY_V4) == cases[i].good);
		asn_set_normalise(&s);
		CHECK(cases[i].what, asn_set_is_canonical(&s));
		addr_set_normalise(&v4, FAMILY_V4);
		CHECK(cases[i].what,
		    addr_set_is_canonical(&v4, FAMILY_V4) && v4.n == s.n);
	}
}

static void
test_inherit(void **state)
{
	struct resources own, issuer, out, want;
	struct arena arena;

	(void)state;
	arena_init(&arena, 1 << 20);
	read_items(&own, &arena, "i4,2001:db8::/32,ia");
	read_items(&issuer, &arena, "10.0.0.0/8,::/0,AS1-AS9");
	read_items(&want, &arena, "10.0.0.0/8,2001:db8::/32,AS1-AS9");
	assert_true(resources_has_inherit(&own));
	assert_false(resources_is_empty(&own));
	assert_false(resources_has_inherit(&issuer));
	assert_false(resources_eq(&own, &want));
	resources_inherit(&out, &own, &issuer);
	assert_false(resources_has_inherit(&out));
	assert_true(resources_eq(&out, &want));
	resources_inherit(&own, &own, &issuer); /* in place */
	assert_true(resources_eq(&own, &want));
	arena_fini(&arena);
}

static void
test_inherit_differs(void **state)
{
	static const char *const items[] = { "", "i4", "i6", "ia", "0.0.0.0/0",
		"::/0", "0", "i4,0" };
	struct resources a, b;
	struct arena arena;

	(void)state;
	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < COUNT(items); i++)
		for (size_t j = 0; j < COUNT(items); j++) {
			struct buf fa, fb;

			buf_init(&fa, 1000);
			buf_init(&fb, 1000);
			read_items(&a, &arena, items[i]);
			read_items(&b, &arena, items[j]);
			resources_digest_form(&fa, &a);
			resources_digest_form(&fb, &b);
			CHECK(items[i], resources_eq(&a, &b) == (i == j));
			CHECK(items[i],
			    span_eq(buf_view(&fa), buf_view(&fb)) == (i == j));
			buf_fini(&fa);
			buf_fini(&fb);
		}
	arena_fini(&arena);
}

static void
test_items(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} cases[] = {
		{ "10.0.0.0/8", "{\"ipv4\":[\"10.0.0.0/8\"]}" },
		{ "10.0.0.0-10.255.255.255", "{\"ipv4\":[\"10.0.0.0/8\"]}" },
		{ "10.0.0.1 - 10.0.0.2", "{\"ipv4\":[\"10.0.0.1-10.0.0.2\"]}" },
		{ "10.0.0.1", "{\"ipv4\":[\"10.0.0.1/32\"]}" },
		{ "10.0.0.1-10.0.0.1", "{\"ipv4\":[\"10.0.0.1/32\"]}" },
		{ "0.0.0.0-255.255.255.255", "{\"ipv4\":[\"0.0.0.0/0\"]}" },
		{ "0.0.0.0-127.255.255.255", "{\"ipv4\":[\"0.0.0.0/1\"]}" },
		{ "0.0.0.1-127.255.255.255",
		    "{\"ipv4\":[\"0.0.0.1-127.255.255.255\"]}" },
		{ "2001:db8::/32", "{\"ipv6\":[\"2001:db8::/32\"]}" },
		{ "::1-::2", "{\"ipv6\":[\"::1-::2\"]}" },
		{ "AS1-AS5", "{\"as\":[\"AS1-AS5\"]}" },
		{ "AS1 - 5", "{\"as\":[\"AS1-AS5\"]}" },
		{ "64500", "{\"as\":[\"AS64500\"]}" },
		{ "AS0-AS4294967295", "{\"as\":[\"AS0-AS4294967295\"]}" },
		{ "AS5-AS1", NULL },
		{ "AS5-", NULL },
		{ "-AS5", NULL },
		{ "AS1-AS2-AS3", NULL },
		{ "10.0.0.2-10.0.0.1", NULL },
		{ "10.0.0.1-::1", NULL },
		{ "10.0.0.1-AS1", NULL },
		{ "10.0.0.1/8", NULL },
		{ "10.0.0.0/8-11.0.0.0/8", NULL },
		{ "10.0.0.0 10.0.0.1", NULL },
		{ " 10.0.0.0/8", NULL },
		{ "", NULL },
		{ "-", NULL },
		{ "everything", NULL },
		{ "11111111111111111111111111111111111111111111111111111",
		    NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct resources r = { 0 };
		struct arena arena;
		enum reason got;
		struct buf out;
		struct emit e;

		arena_init(&arena, 1 << 20);
		buf_init(&out, 1000);
		got = resources_add_text(&r, &arena, cases[i].text);
		CHECK_REASON(cases[i].text, got,
		    cases[i].want == NULL ? R_RESOURCES_TEXT : REASON_OK);
		emit_init(&e, &out, EMIT_JSON_LINE);
		resources_emit(&e, NULL, &r);
		out.n--;
		CHECK(cases[i].text,
		    span_eq(buf_view(&out),
			span_str(
			    cases[i].want == NULL ? "{}" : cases[i].want)));
		buf_fini(&out);
		arena_fini(&arena);
	}
}

static void
test_emit(void **state)
{
	struct resources r;
	struct arena arena;
	struct buf out;
	struct emit e;

	(void)state;
	arena_init(&arena, 1 << 20);
	buf_init(&out, 1000);
	read_items(&r, &arena, "10.0.0.0/8,192.0.2.0/24,i6,AS1");
	emit_init(&e, &out, EMIT_TEXT);
	emit_object(&e, NULL);
	resources_emit(&e, "resources", &r);
	emit_end(&e);
	assert_true(span_eq(buf_view(&out), SPAN("resources:\n"
						 "  ipv4:\n"
						 "    - 10.0.0.0/8\n"
						 "    - 192.0.2.0/24\n"
						 "  ipv6: inherit\n"
						 "  as:\n"
						 "    - AS1\n")));
	buf_fini(&out);
	arena_fini(&arena);
}

/* As many items as a certificate may hold, in the worst order; quadratic
 * work would take minutes. */
static void
test_many(void **state)
{
	struct resources many = { 0 }, odd = { 0 }, out;
	struct arena arena;
	struct limits limits;
	uint32_t n;

	(void)state;
	limits_init(&limits);
	n = (uint32_t)limits.resource_items;
	arena_init(&arena, (size_t)256 << 20);
	many.as = (struct asn_set){ HOLDS_SOME, n,
		ARENA_ARRAY(&arena, n, struct asn_range) };
	odd.as = (struct asn_set){ HOLDS_SOME, n,
		ARENA_ARRAY(&arena, n, struct asn_range) };
	assert_non_null(many.as.r);
	assert_non_null(odd.as.r);
	for (uint32_t i = 0; i < n; i++) {
		many.as.r[n - 1 - i] = (struct asn_range){ 4 * i, 4 * i + 1 };
		odd.as.r[i] = (struct asn_range){ 4 * i + 1, 4 * i + 2 };
	}
	asn_set_normalise(&many.as);
	assert_int_equal(many.as.n, n);
	assert_true(resources_contain(&many, &many, NULL));
	assert_int_equal(
	    resources_intersect(&out, &many, &odd, &arena), REASON_OK);
	assert_int_equal(out.as.n, n);
	assert_int_equal(
	    resources_subtract(&out, &many, &odd, &arena), REASON_OK);
	assert_int_equal(out.as.n, n);
	assert_true(resources_contain(&many, &out, NULL));
	arena_fini(&arena);
}

static void
test_no_memory(void **state)
{
	struct resources a, b, out = { 0 };
	struct arena arena, small;

	(void)state;
	arena_init(&arena, 1 << 20);
	read_items(&a, &arena, "10.0.0.0/8,::/0,AS1-AS9");
	read_items(&b, &arena, "10.1.0.0/16,1::/16,AS5");
	for (size_t budget = 0; budget < 256; budget += 16) {
		enum reason got;

		arena_init(&small, budget);
		got = resources_subtract(&out, &a, &b, &small);
		/* 2 IPv4, 2 IPv6 and 2 AS ranges: 64 + 64 + 16 bytes */
		CHECK_REASON(
		    "subtract", got, budget < 144 ? R_LIMIT_MEMORY : REASON_OK);
		CHECK("untouched", (out.as.n == 0) == (got != REASON_OK));
		arena_fini(&small);
	}
	arena_init(&small, 8 * sizeof(struct asn_range));
	out = (struct resources){ 0 };
	for (int i = 0; i < 8; i++)
		assert_int_equal(
		    resources_add_text(&out, &small, "AS1"), REASON_OK);
	assert_int_equal(
	    resources_add_text(&out, &small, "AS1"), R_LIMIT_MEMORY);
	assert_int_equal(out.as.n, 8);
	arena_fini(&small);
	arena_fini(&arena);
}

/* Adding moves the ranges to twice the room, never by a step. */
static void
test_adding_is_linear(void **state)
{
	struct resources r = { 0 };
	struct arena arena;

	(void)state;
	/* 8 + 16 + ... + 4096 ranges, of which the last room is full. */
	arena_init(&arena, (8192 - 8) * sizeof(struct asn_range));
	for (int i = 0; i < 4096; i++)
		assert_int_equal(
		    resources_add_text(&r, &arena, "AS1"), REASON_OK);
	assert_int_equal(resources_add_text(&r, &arena, "AS1"), R_LIMIT_MEMORY);
	arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_bitmaps),
		cmocka_unit_test(test_contain_says_what),
		cmocka_unit_test(test_longest_text),
		cmocka_unit_test(test_not_canonical),
		cmocka_unit_test(test_inherit),
		cmocka_unit_test(test_inherit_differs),
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_emit),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_adding_is_linear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
