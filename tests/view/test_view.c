/*
 * A view that is written is the view that is read; what bears on a prefix is
 * what a plain search finds; what is damaged is refused.
 *
 * With a folder as argument: write the seeds of the fuzz target there.
 */
#include <sys/stat.h>

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/view/sample.h"

#include "crypt/crypt.h"
#include "view/format.h"

static struct arena arena;
static const struct view_edition edition = { 7, 900 };
static char folder[] = "/tmp/cairn-view-XXXXXX";

static const char *
in_folder(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* ---- what was written ------------------------------------------------ */

static void
bytes_of(struct buf *out, const struct view *v)
{
	buf_init(out, SIZE_MAX);
	CHECK_REASON("bytes", view_bytes(out, v, edition), REASON_OK);
}

/* The view read from its bytes writes the same bytes: nothing is lost, and
 * there is one way to write it. */
static void
test_round(void **state)
{
	struct sample s;
	struct buf first, second;
	struct view_file *f;
	struct view v;

	(void)state;
	sample_init(&s);
	bytes_of(&first, &s.view);
	CHECK_REASON("open", view_open_bytes(&f, buf_view(&first)), REASON_OK);
	CHECK_REASON("load", view_load(&v, f, &arena), REASON_OK);
	bytes_of(&second, &v);
	assert_true(span_eq(buf_view(&first), buf_view(&second)));
	assert_int_equal(view_head(f)->edition.number, 7);
	assert_int_equal(view_head(f)->edition.since_at, 900);
	assert_int_equal(view_head(f)->serial, 42);
	assert_int_equal(view_head(f)->sessions[1], 0xffff);
	view_close(f);
	buf_fini(&first);
	buf_fini(&second);
}

static void
same_origin(const struct origin *a, const struct origin *b)
{
	const struct link *l = a->chain, *m = b->chain;

	assert_true(span_eq(a->source, b->source) && span_eq(a->uri, b->uri));
	assert_true(digest_eq(&a->hash, &b->hash));
	assert_int_equal(a->not_before_at, b->not_before_at);
	assert_int_equal(a->not_after_at, b->not_after_at);
	assert_int_equal(a->stale_at, b->stale_at);
	assert_int_equal(a->chain_from_at, b->chain_from_at);
	assert_int_equal(a->chain_until_at, b->chain_until_at);
	for (; l != NULL && m != NULL; l = l->parent, m = m->parent) {
		assert_true(span_eq(l->uri, m->uri));
		assert_true(span_eq(l->manifest_uri, m->manifest_uri));
		assert_true(digest_eq(&l->hash, &m->hash));
		assert_int_equal(l->not_after_at, m->not_after_at);
		assert_int_equal(l->chain_until_at, m->chain_until_at);
		assert_int_equal(l->depth, m->depth);
	}
	assert_true(l == NULL && m == NULL);
	assert_int_equal(a->statement != NULL, b->statement != NULL);
	if (a->statement == NULL)
		return;
	assert_int_equal(a->statement->entry, b->statement->entry);
	assert_int_equal(a->statement->level, b->statement->level);
	assert_true(a->statement->has_ca_key == b->statement->has_ca_key);
	assert_true(digest_eq(&a->statement->holder, &b->statement->holder));
	assert_true(span_eq(a->statement->name, b->statement->name));
	assert_true(span_eq(a->statement->region, b->statement->region));
	assert_int_equal(a->statement->n_endorsers, b->statement->n_endorsers);
	assert_true(digest_eq(
	    &a->statement->endorsers[1], &b->statement->endorsers[1]));
}

static void
test_fields(void **state)
{
	struct sample s;
	struct buf bytes;
	struct view_file *f;
	struct view v;

	(void)state;
	sample_init(&s);
	bytes_of(&bytes, &s.view);
	CHECK_REASON("open", view_open_bytes(&f, buf_view(&bytes)), REASON_OK);
	CHECK_REASON("load", view_load(&v, f, &arena), REASON_OK);
	assert_int_equal(v.n, s.view.n);
	for (size_t i = 0; i < v.n; i++) {
		assert_int_equal(
		    payload_order(&v.payloads[i], &s.payloads[i]), 0);
		same_origin(v.payloads[i].origin, s.payloads[i].origin);
	}
	assert_int_equal(v.left[0].cause, LEFT_COVERED);
	assert_int_equal(v.left[0].rule, 3);
	same_origin(v.left[0].by, &s.roa);
	assert_null(v.left[1].by);
	assert_int_equal(v.sources[1].size, 78);
	assert_int_equal(v.repositories[0].reason, R_FETCH_TIME);
	assert_int_equal(v.repositories[1].fetched_at, 900);
	assert_true(resources_eq(
	    &v.authorities[1].resources, &s.authorities[1].resources));
	assert_true(v.authorities[1].is_holder && !v.authorities[0].is_holder);
	assert_ptr_equal(v.holdings[1].contender, &v.holders[1]);
	assert_true(v.holdings[1].is_young && !v.holdings[1].has_ca_key);
	assert_true(v.holdings[0].has_ca_key);
	assert_int_equal(v.holdings[0].ca_key.b[0], 13);
	assert_true(v.holdings[2].evidence_withdrawn);
	assert_int_equal(v.n_witnesses, 2);
	assert_true(span_eq(v.witnesses[0].ledger, SPAN("ledger")));
	assert_true(span_eq(v.witnesses[1].name, SPAN("x.example")));
	assert_int_equal(v.witnesses[0].cosigned_at, 77);
	assert_int_equal(v.witnesses[1].cosigned_at, 0);
	for (size_t i = 0; i < v.n_findings; i++)
		assert_int_equal(
		    finding_cmp(&v.findings[i], &s.findings[i]), 0);
	view_close(f);
	buf_fini(&bytes);
}

/* One entry for each contents. */
static void
test_heard(void **state)
{
	struct sample s;
	struct buf bytes;
	struct view_file *f;
	struct view v;

	(void)state;
	sample_init(&s);
	bytes_of(&bytes, &s.view);
	CHECK_REASON("open", view_open_bytes(&f, buf_view(&bytes)), REASON_OK);
	CHECK_REASON("heard", view_load_heard(&v, f, &arena), REASON_OK);
	assert_int_equal(v.n, s.view.n - 1);
	for (size_t i = 1; i < v.n; i++)
		assert_true(
		    payload_cmp(&v.payloads[i - 1], &v.payloads[i]) < 0);
	assert_int_equal(v.serial, 42);
	view_close(f);
	buf_fini(&bytes);
}

/* ---- near ------------------------------------------------------------ */

static void
look(struct view *out, struct view_file *f, const char *text)
{
	struct prefix p = prefix_of(text);

	CHECK_REASON(text, view_near(out, f, &p, &arena), REASON_OK);
}

static void
test_near(void **state)
{
	static const struct {
		const char *prefix;
		size_t n, left, authorities, holdings, findings;
	} cases[] = {
		{ "10.1.2.0/24", 4, 1, 2, 1, 2 },
		{ "10.1.2.128/25", 4, 1, 2, 1, 2 },
		{ "10.1.0.0/16", 4, 1, 2, 1, 2 },
		{ "10.2.0.0/16", 1, 0, 2, 1, 2 },
		{ "10.0.0.0/8", 4, 1, 2, 2, 2 },
		{ "0.0.0.0/0", 5, 2, 0, 2, 1 },
		{ "192.0.2.1/32", 1, 0, 2, 0, 2 },
		{ "198.51.100.0/25", 0, 1, 0, 0, 1 },
		{ "255.255.255.255/32", 0, 0, 0, 0, 1 },
		{ "2001:db8:1::/48", 1, 0, 2, 0, 2 },
		{ "::/0", 1, 0, 0, 0, 1 },
	};
	struct sample s;
	struct buf bytes;
	struct view_file *f;

	(void)state;
	sample_init(&s);
	bytes_of(&bytes, &s.view);
	CHECK_REASON("open", view_open_bytes(&f, buf_view(&bytes)), REASON_OK);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].prefix;
		struct view v;

		look(&v, f, what);
		CHECK(what, v.n == cases[i].n);
		CHECK(what, v.n_left == cases[i].left);
		CHECK(what, v.n_authorities == cases[i].authorities);
		CHECK(what, v.n_holdings == cases[i].holdings);
		CHECK(what, v.n_findings == cases[i].findings);
		CHECK(what, v.n_sources == 3 && v.n_repositories == 2);
		if (v.n_authorities > 0)
			CHECK(what, v.authorities[1].link->depth == 1);
	}
	struct view v;

	look(&v, f, "10.1.0.0/16");
	same_origin(v.payloads[0].origin, &s.roa);
	same_origin(v.payloads[1].origin, &s.entry);
	view_close(f);
	buf_fini(&bytes);
}

static uint32_t
next_random(uint32_t *x)
{
	*x = *x * 1664525 + 1013904223;
	return *x >> 8;
}

/* Few addresses and any length, so that there is much nesting. */
static struct prefix
random_prefix(uint32_t *x, enum family family)
{
	struct prefix p = { .family = family };
	unsigned bits;

	p.len = (uint8_t)(next_random(x) % 13);
	bits = next_random(x) & 0xffff & ~(0xffffU >> p.len);
	p.addr.b[0] = (uint8_t)(bits >> 8);
	p.addr.b[1] = (uint8_t)bits;
	return p;
}

#define MANY 700

struct crowd {
	struct origin origin;
	struct link link;
	struct payload payloads[2 * MANY];
	struct addr_range ranges[MANY];
	struct view_authority authorities[MANY];
	struct view view;
};

static void
crowd_init(struct crowd *c, uint32_t seed)
{
	*c = (struct crowd){ .origin = { .source = SPAN("x") } };
	for (size_t i = 0; i < 2 * MANY; i++) {
		struct payload *p = &c->payloads[i];

		p->kind = PAYLOAD_VRP;
		p->vrp.prefix =
		    random_prefix(&seed, i < MANY ? FAMILY_V4 : FAMILY_V6);
		p->vrp.max_len = p->vrp.prefix.len;
		p->vrp.asn.v = next_random(&seed) % 4;
		p->origin = &c->origin;
	}
	qsort(c->payloads, 2 * MANY, sizeof(*c->payloads), payload_order);
	for (size_t i = 0; i < MANY; i++) {
		struct prefix p = random_prefix(&seed, FAMILY_V4);

		prefix_range(&c->ranges[i].lo, &c->ranges[i].hi, &p);
		/* Ranges that are no prefixes overlap in part. */
		if (c->ranges[i].hi.b[0] < 250)
			c->ranges[i].hi.b[0] =
			    (uint8_t)(c->ranges[i].hi.b[0] +
				      next_random(&seed) % 5);
		c->authorities[i].source = SPAN("x");
		c->authorities[i].link = &c->link;
		c->authorities[i].resources.ip[0] =
		    (struct addr_set){ HOLDS_SOME, 1, &c->ranges[i] };
	}
	c->view.payloads = c->payloads;
	c->view.n = 2 * MANY;
	c->view.authorities = c->authorities;
	c->view.n_authorities = MANY;
}

static void
look_as_plainly(
    const struct crowd *c, struct view_file *f, const struct prefix *p)
{
	size_t covering = 0, inside = 0, holding = 0, n_covering = 0;
	struct addr lo, hi;
	struct view v;

	CHECK_REASON("near", view_near(&v, f, p, &arena), REASON_OK);
	prefix_range(&lo, &hi, p);
	for (size_t i = 0; i < c->view.n; i++) {
		const struct prefix *q = &c->payloads[i].vrp.prefix;

		covering += prefix_covers(q, p);
		inside += prefix_covers(p, q) && !prefix_covers(q, p);
	}
	for (size_t i = 0; i < MANY; i++)
		holding += addr_cmp(&c->ranges[i].lo, &lo) <= 0 &&
			   addr_cmp(&hi, &c->ranges[i].hi) <= 0 &&
			   p->family == FAMILY_V4;
	for (size_t i = 0; i < v.n; i++)
		n_covering += prefix_covers(&v.payloads[i].vrp.prefix, p);
	assert_int_equal(n_covering, covering);
	if (inside + 50 < VIEW_INSIDE) /* equal ones count as inside too */
		assert_int_equal(v.n, covering + inside);
	assert_int_equal(v.n_authorities, holding);
}

static void
test_near_random(void **state)
{
	static struct crowd c;
	uint32_t seed = 1;

	(void)state;
	for (uint32_t round = 0; round < 3; round++) {
		struct buf bytes;
		struct view_file *f;

		crowd_init(&c, round + 1);
		bytes_of(&bytes, &c.view);
		CHECK_REASON(
		    "open", view_open_bytes(&f, buf_view(&bytes)), REASON_OK);
		for (size_t i = 0; i < 400; i++) {
			struct prefix p = random_prefix(
			    &seed, i % 2 == 0 ? FAMILY_V4 : FAMILY_V6);

			look_as_plainly(&c, f, &p);
		}
		view_close(f);
		buf_fini(&bytes);
	}
}

/* ---- damage ---------------------------------------------------------- */

/* Load it; true when that went well. */
static enum reason
load_bytes(struct span bytes)
{
	struct view_file *f;
	struct arena a;
	struct view v;
	enum reason reason = view_open_bytes(&f, bytes);

	if (reason != REASON_OK)
		return reason;
	arena_init(&a, SIZE_MAX);
	reason = view_load(&v, f, &a);
	arena_fini(&a);
	view_close(f);
	return reason;
}

static void
test_damage(void **state)
{
	struct sample s;
	struct buf b;

	(void)state;
	sample_init(&s);
	bytes_of(&b, &s.view);
	for (size_t i = 0; i < b.n; i++) {
		enum reason reason;

		b.p[i] ^= 0x20;
		reason = load_bytes(buf_view(&b));
		CHECK_REASON("a bit", reason, R_VIEW_DAMAGED);
		b.p[i] ^= 0x20;
	}
	for (size_t n = 0; n < b.n; n += 13)
		CHECK_REASON(
		    "cut", load_bytes(span_of(b.p, n)), R_VIEW_DAMAGED);
	CHECK_REASON("whole", load_bytes(buf_view(&b)), REASON_OK);
	buf_fini(&b);
}

/* ---- the file -------------------------------------------------------- */

static void
test_file(void **state)
{
	struct sample s;
	struct view_file *f, *later;
	struct fault why;
	struct view v;

	(void)state;
	sample_init(&s);
	fault_init(&why, SPAN(""));
	CHECK_REASON(
	    "none", view_open(&f, in_folder("v"), &why), R_VIEW_MISSING);
	CHECK_REASON("write",
	    view_write(in_folder("v"), &s.view, edition, &why), REASON_OK);
	CHECK_REASON("open", view_open(&f, in_folder("v"), &why), REASON_OK);
	s.view.serial++;
	CHECK_REASON("again",
	    view_write(in_folder("v"), &s.view, edition, &why), REASON_OK);
	/* Who has the old one mapped keeps it. */
	CHECK_REASON("old", view_load(&v, f, &arena), REASON_OK);
	assert_int_equal(v.serial, 42);
	CHECK_REASON(
	    "open new", view_open(&later, in_folder("v"), &why), REASON_OK);
	assert_int_equal(view_head(later)->serial, 43);
	view_close(f);
	view_close(later);
	fault_init(&why, SPAN(""));
	CHECK_REASON("no folder",
	    view_write(in_folder("no/v"), &s.view, edition, &why),
	    R_VIEW_WRITE);
	assert_true(strstr(why.detail, "no/v") != NULL);
	fault_init(&why, SPAN(""));
	CHECK_REASON("a folder", view_open(&f, folder, &why), R_VIEW_DAMAGED);
}

static void
test_memory(void **state)
{
	struct sample s;
	struct buf b;
	struct view_file *f;
	struct arena small;
	struct view v;

	(void)state;
	sample_init(&s);
	bytes_of(&b, &s.view);
	CHECK_REASON("open", view_open_bytes(&f, buf_view(&b)), REASON_OK);
	for (size_t n = 0; n < 1600; n += 100) {
		arena_init(&small, n);
		CHECK_REASON("load", view_load(&v, f, &small), R_LIMIT_MEMORY);
		arena_fini(&small);
	}
	view_close(f);
	buf_fini(&b);
}

/* ---- main ------------------------------------------------------------ */

static int
setup(void **state)
{
	(void)state;
	arena_init(&arena, SIZE_MAX);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

static int
seed(const char *path)
{
	struct sample s;
	struct view_delta d;
	struct view nothing = { .at = 1 };
	struct fault why;
	struct buf to;

	sample_init(&s);
	arena_init(&arena, SIZE_MAX);
	fault_init(&why, SPAN(""));
	buf_init(&to, 4096);
	buf_printf(&to, "%s/whole", path);
	buf_byte(&to, '\0');
	if (view_write((const char *)to.p, &s.view, edition, &why) != REASON_OK)
		return 1;
	buf_reset(&to);
	buf_printf(&to, "%s/difference", path);
	buf_byte(&to, '\0');
	if (view_diff(&d, &nothing, &s.view, &arena) != REASON_OK ||
	    view_delta_write((const char *)to.p, &d, &why) != REASON_OK)
		return 1;
	buf_fini(&to);
	arena_fini(&arena);
	return 0;
}

/* What another version of the program wrote is told apart from damage. */
static void
test_version(void **state)
{
	const struct view empty = { .at = 1, .made_at = 1 };
	struct view_file *f;
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	CHECK_REASON("bytes", view_bytes(&b, &empty, edition), REASON_OK);
	b.p[VIEW_MAGIC_N]++;
	crypt_sha256(b.p + VIEW_HEADER - 32, span_of(b.p, VIEW_HEADER - 32));
	CHECK_REASON("another version", view_open_bytes(&f, buf_view(&b)),
	    R_VIEW_VERSION);
	buf_fini(&b);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round, setup, teardown),
		cmocka_unit_test(test_version),
		cmocka_unit_test_setup_teardown(test_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(test_heard, setup, teardown),
		cmocka_unit_test_setup_teardown(test_near, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_near_random, setup, teardown),
		cmocka_unit_test(test_damage),
		cmocka_unit_test_setup_teardown(test_file, setup, teardown),
		cmocka_unit_test(test_memory),
	};
	int failed;

	if (argc > 1)
		return seed(argv[1]);
	if (mkdtemp(folder) == NULL)
		return 99;
	failed = cmocka_run_group_tests_name("view", tests, NULL, NULL);
	(void)unlink(in_folder("v"));
	(void)rmdir(folder);
	return failed;
}
