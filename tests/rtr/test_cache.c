/* Tables, differences and history: what a client holds after any of them. */
#include "tests/check.h"

#include "rtr/table.h"
#include "tests/rtr/kit.h"

/* Ask, and carry bytes to and fro until the client has an answer. */
static enum rtr_event
exchange(struct rtr_client *c, struct rtr_session *s)
{
	struct span out[RTR_SPANS];
	enum rtr_event e = RTR_NOTHING;
	struct buf ask;

	buf_init(&ask, 100);
	rtr_client_ask(c, &ask);
	assert_int_equal(rtr_feed(s, buf_view(&ask)), ask.n);
	buf_fini(&ask);
	while (e == RTR_NOTHING && rtr_output(s, out) > 0) {
		/* odd pieces, so that PDUs are cut anywhere */
		struct span part = { out[0].p, out[0].n > 33 ? 33 : out[0].n };

		rtr_sent(s, part.n);
		e = rtr_client_feed(c, &part);
		assert_int_equal(part.n, 0);
	}
	return e;
}

static struct rtr_cache *
new_cache(size_t history)
{
	struct rtr_cache *c = rtr_cache_new(history, &RTR_TIMERS);

	assert_non_null(c);
	return c;
}

static void
take(struct rtr_cache *c, struct payload *p, size_t n, uint32_t serial)
{
	struct view v = kit_view(p, n, serial);

	CHECK_REASON("take", rtr_cache_take(c, &v), REASON_OK);
}

/* ---- what a table holds
 * -------------------------------------------------------- */

/* The example of 8210bis-26 11.2.1: address, maximum length, length, AS. */
static void
test_order(void **state)
{
	struct payload p[] = { kit_vrp(1, "10.0.0.0/8", 8),
		kit_vrp(1, "10.0.0.0/8", 24), kit_vrp(2, "10.0.0.0/8", 24),
		kit_vrp(0, "10.0.0.0/8", 24), kit_vrp(1, "10.0.0.0/16", 16),
		kit_vrp(1, "10.0.0.0/16", 24), kit_vrp(1, "11.0.0.0/8", 8),
		kit_vrp(1, "::/0", 128), kit_vrp(1, "ff00::/8", 8) };
	static const struct {
		uint8_t len, max_len, first;
		uint32_t asn;
	} want[] = { { 8, 8, 11, 1 }, { 16, 24, 10, 1 }, { 8, 24, 10, 2 },
		{ 8, 24, 10, 1 }, { 8, 24, 10, 0 }, { 16, 16, 10, 1 },
		{ 8, 8, 10, 1 }, { 8, 8, 0xff, 1 }, { 0, 128, 0, 1 } };
	struct table t;
	const uint8_t *at;

	(void)state;
	/* From any order, and with each payload twice. */
	for (size_t turn = 0; turn < 4; turn++) {
		struct payload twice[2 * COUNT(p)];

		for (size_t i = 0; i < COUNT(twice); i++)
			twice[i] = p[(i * (turn + 1) + turn) % COUNT(p)];
		if (turn == 2) /* a third of them is missing: put them in */
			memcpy(twice, p, sizeof(p));
		CHECK_REASON(
		    "make", rtr_table_make(&t, twice, COUNT(twice)), REASON_OK);
		assert_int_equal(rtr_table_count(&t), COUNT(want));
		at = t.bytes->p;
		for (size_t i = 0; i < COUNT(want); i++) {
			size_t n = pdu_addr_n(at[1]);

			assert_int_equal(at[AT_LEN], want[i].len);
			assert_int_equal(at[AT_MAX_LEN], want[i].max_len);
			assert_int_equal(at[AT_ADDR], want[i].first);
			assert_int_equal(get32(at + AT_ADDR + n), want[i].asn);
			at += get32(at + 4);
		}
		rtr_table_fini(&t);
	}
}

/* Whatever a payload says, a router never sees an impossible PDU. */
static void
test_unsound(void **state)
{
	static uint8_t many[RTR_PDU_MAX];
	static struct asn providers[16381];
	struct payload p[] = { kit_vrp(1, "10.0.0.0/8", 33),
		kit_vrp(1, "10.0.0.0/8", 7), kit_vrp(1, "::/0", 129),
		kit_vrp(1, "::/8", 255), kit_vrp(1, "10.0.0.0/8", 8),
		kit_vrp(1, "2001:db8::/33", 33), kit_key(1, 1, ""),
		kit_key(1, 1, "k"), kit_key(1, 1, "k"),
		kit_aspa(1, providers, 0), kit_aspa(2, providers, 16380),
		kit_aspa(3, providers, 16381) };
	struct table t;

	(void)state;
	p[4].vrp.prefix.addr.b[1] = 1;
	p[5].vrp.prefix.addr.b[4] = 0x40;
	p[7].key.spki = span_of(many, RTR_PDU_MAX - 32);
	p[8].key.spki = span_of(many, RTR_PDU_MAX - 31);
	for (uint32_t i = 0; i < COUNT(providers); i++)
		providers[i].v = i + 1;
	CHECK_REASON("make", rtr_table_make(&t, p, COUNT(p)), REASON_OK);
	assert_int_equal(t.n[SECTION_IPV4], 0);
	assert_int_equal(t.n[SECTION_IPV6], 0);
	assert_int_equal(t.n[SECTION_KEY], 1);
	assert_int_equal(t.n[SECTION_ASPA], 1);
	assert_int_equal(t.left_out, COUNT(p) - 2);
	rtr_table_fini(&t);
}

/* Of each length: the longest such prefix is one, with a bit more it is not. */
static void
test_lengths(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= 32 + 128 + 1; i++) {
		enum family family = i <= 32 ? FAMILY_V4 : FAMILY_V6;
		unsigned bits = family_bits(family);
		unsigned len = i <= 32 ? i : i - 33;
		struct payload p = kit_vrp(1, "::/0", (uint8_t)len);
		struct prefix *to = &p.vrp.prefix;
		struct table t;

		*to = (struct prefix){ .family = family, .len = (uint8_t)len };
		for (unsigned k = 0; k < len; k++)
			to->addr.b[k / 8] |= (uint8_t)(0x80 >> k % 8);
		CHECK_REASON("make", rtr_table_make(&t, &p, 1), REASON_OK);
		assert_int_equal(rtr_table_count(&t), 1);
		rtr_table_fini(&t);
		for (unsigned k = len; k < bits; k++) {
			to->addr.b[k / 8] ^= (uint8_t)(0x80 >> k % 8);
			CHECK_REASON(
			    "make", rtr_table_make(&t, &p, 1), REASON_OK);
			assert_int_equal(rtr_table_count(&t), 0);
			rtr_table_fini(&t);
			to->addr.b[k / 8] ^= (uint8_t)(0x80 >> k % 8);
		}
	}
}

/* One PDU a customer: the union, sorted, and AS 0 only by itself. */
static void
test_union(void **state)
{
	static const struct asn a[] = { { 30 }, { 10 } },
				b[] = { { 0 }, { 20 } };
	static const struct asn c[] = { { 0 } };
	struct payload p[] = { kit_aspa(5, a, 2), kit_aspa(4, c, 1),
		kit_aspa(5, b, 2), kit_aspa(4, c, 1), kit_aspa(5, c, 1) };
	static const uint8_t want[] = { 2, 11, 1, 0, 0, 0, 0, 16, 0, 0, 0, 4, 0,
		0, 0, 0, 2, 11, 1, 0, 0, 0, 0, 24, 0, 0, 0, 5, 0, 0, 0, 10, 0,
		0, 0, 20, 0, 0, 0, 30 };
	struct table t;

	(void)state;
	CHECK_REASON("make", rtr_table_make(&t, p, COUNT(p)), REASON_OK);
	assert_int_equal(t.bytes->n, sizeof(want));
	assert_memory_equal(t.bytes->p, want, sizeof(want));
	rtr_table_fini(&t);
}

/* 11.2.2: SKI, then the length of the key, then the key, then the AS. */
static void
test_keys(void **state)
{
	struct payload p[] = { kit_key(2, 9, "a"), kit_key(1, 9, "a"),
		kit_key(1, 9, "aa"), kit_key(1, 9, "b"), kit_key(9, 1, "zzz"),
		kit_key(2, 9, "a") };
	static const char want[] = "zzzaabaa";
	struct table t;
	struct span s;
	size_t at = 0;

	(void)state;
	CHECK_REASON("make", rtr_table_make(&t, p, COUNT(p)), REASON_OK);
	s = rtr_table_section(&t, SECTION_KEY);
	assert_int_equal(t.n[SECTION_KEY], 5);
	for (const uint8_t *q = pdu_first(s); q != NULL; q = pdu_after(q, s)) {
		size_t n = get32(q + 4) - 32;

		assert_memory_equal(want + at, q + 32, n);
		at += n;
	}
	assert_int_equal(at, strlen(want));
	rtr_table_fini(&t);
}

/* ---- clients through many views
 * ------------------------------------------------ */

static uint32_t
draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(*seed >> 33) % below;
}

static const struct asn pool[] = { { 1 }, { 2 }, { 3 }, { 4 }, { 5 } };

/* A few of a small world, so that much comes and goes and comes again. */
static size_t
some_view(struct payload *out, uint64_t *seed)
{
	static const char *const nets[] = { "10.0.0.0/8", "10.0.0.0/16",
		"10.1.0.0/16", "2001:db8::/32", "2001:db8::/48" };
	static const char *const keys[] = { "a", "b", "cc" };
	size_t n = 0;

	for (size_t i = 0; i < COUNT(nets); i++)
		for (uint32_t as = 0; as < 2; as++)
			if (draw(seed, 2) == 0)
				out[n++] =
				    kit_vrp(as, nets[i], i < 3 ? 24 : 64);
	for (size_t i = 0; i < COUNT(keys); i++)
		if (draw(seed, 2) == 0)
			out[n++] = kit_key(7, (uint8_t)i, keys[i]);
	for (uint32_t customer = 1; customer < 4; customer++)
		if (draw(seed, 3) > 0)
			out[n++] = kit_aspa(
			    customer, pool + draw(seed, 3), 1 + draw(seed, 2));
	return n;
}

static void
check_same(const struct rtr_client *a, const struct rtr_client *b)
{
	struct arena arena;
	struct payload *x, *y;
	size_t n, m;

	arena_init(&arena, 1000000);
	CHECK_REASON("a", rtr_client_payloads(&x, &n, a, &kit_origin, &arena),
	    REASON_OK);
	CHECK_REASON("b", rtr_client_payloads(&y, &m, b, &kit_origin, &arena),
	    REASON_OK);
	assert_int_equal(n, m);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(payload_cmp(&x[i], &y[i]), 0);
	arena_fini(&arena);
}

#define CLIENTS                                                      \
	4 /* of each version: one asks each time, one each second... \
	   */

static void
play(uint64_t seed)
{
	static struct rtr_client clients[RTR_VERSIONS][CLIENTS];
	struct rtr_cache *cache = new_cache(CLIENTS);

	for (unsigned v = 0; v < RTR_VERSIONS; v++)
		for (size_t i = 0; i < CLIENTS; i++) {
			rtr_client_init(&clients[v][i], v);
			clients[v][i].wants_order = true;
		}
	for (uint32_t turn = 0; turn < 24; turn++) {
		struct payload p[64];

		take(cache, p, some_view(p, &seed), turn - 8);
		for (unsigned v = 0; v < RTR_VERSIONS; v++) {
			static struct rtr_client fresh;
			struct rtr_session s;

			rtr_client_init(&fresh, v);
			rtr_session_init(&s, cache, 2);
			assert_int_equal(exchange(&fresh, &s), RTR_COMPLETE);
			for (size_t i = 0; i < CLIENTS; i++) {
				struct rtr_client *c = &clients[v][i];

				if (turn % (i + 1) != 0)
					continue;
				assert_int_equal(exchange(c, &s), RTR_COMPLETE);
				check_same(c, &fresh);
			}
			rtr_session_fini(&s);
			rtr_client_fini(&fresh);
		}
	}
	for (unsigned v = 0; v < RTR_VERSIONS; v++)
		for (size_t i = 0; i < CLIENTS; i++)
			rtr_client_fini(&clients[v][i]);
	rtr_cache_free(cache);
}

static void
test_play(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++)
		play(seed);
}

/* Those of a that are not in b. */
static size_t
minus(struct payload *out, const struct payload *a, size_t n_a,
    const struct payload *b, size_t n_b)
{
	size_t n = 0;

	for (size_t i = 0; i < n_a; i++) {
		size_t j = 0;

		while (j < n_b && payload_cmp(&a[i], &b[j]) != 0)
			j++;
		if (j == n_b)
			out[n++] = a[i];
	}
	return n;
}

#define STEPS 5

/* A history read back serves as the one that was lived through; what leads
 * elsewhere, or further back than is kept, is passed over. */
static void
test_past(void **state)
{
	static struct payload views[STEPS][64], came[64], went[64];
	size_t n[STEPS], history = 0;
	uint64_t seed = 77;
	struct rtr_client clients[STEPS], fresh;
	struct rtr_cache *lived = new_cache(3), *read = new_cache(3);
	struct rtr_cache_facts facts;
	struct rtr_session s;

	(void)state;
	for (uint32_t i = 0; i < STEPS; i++) {
		n[i] = some_view(views[i], &seed);
		take(lived, views[i], n[i], i);
		rtr_client_init(&clients[i], 2);
		rtr_session_init(&s, lived, 2);
		assert_int_equal(exchange(&clients[i], &s), RTR_COMPLETE);
		rtr_session_fini(&s);
	}
	take(read, views[STEPS - 1], n[STEPS - 1], STEPS - 1);
	for (uint32_t i = STEPS - 1; i-- > 0;) {
		struct rtr_step step = {
			.from = i, .until = i + 2, .came = came, .went = went
		};

		step.n_came =
		    minus(came, views[i + 1], n[i + 1], views[i], n[i]);
		step.n_went =
		    minus(went, views[i], n[i], views[i + 1], n[i + 1]);
		CHECK_REASON("past", rtr_cache_past(read, &step), REASON_OK);
		rtr_cache_facts(&facts, read);
		assert_int_equal(facts.history, history);
		step.until = i + 1;
		CHECK_REASON("past", rtr_cache_past(read, &step), REASON_OK);
		rtr_cache_facts(&facts, read);
		history += history < 3;
		assert_int_equal(facts.history, history);
	}
	rtr_client_init(&fresh, 2);
	rtr_session_init(&s, read, 2);
	assert_int_equal(exchange(&fresh, &s), RTR_COMPLETE);
	for (uint32_t i = 0; i < STEPS; i++) {
		enum rtr_event want = i == 0 ? RTR_MUST_RESET : RTR_COMPLETE;

		assert_int_equal(exchange(&clients[i], &s), want);
		if (want == RTR_COMPLETE)
			check_same(&clients[i], &fresh);
		rtr_client_fini(&clients[i]);
	}
	rtr_session_fini(&s);
	rtr_client_fini(&fresh);
	rtr_cache_free(lived);
	rtr_cache_free(read);
}

/* Beyond 8 MiB, or the table if that is more, the oldest goes. */
static void
test_history_bytes(void **state)
{
	enum {
		MANY = 300000
	};
	struct payload *p = test_malloc(MANY * sizeof(*p));
	struct rtr_cache *c = new_cache(9);
	struct rtr_cache_facts facts;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++)
		p[i] = kit_vrp(i, "10.0.0.0/8", 8);
	take(c, p, MANY, 1); /* 6 MB */
	take(c, p, 0, 2);
	rtr_cache_facts(&facts, c);
	assert_int_equal(facts.history, 1);
	take(c, p, MANY / 2, 3); /* 2 to 3 is 3 MB, 1 to 3 another 3 */
	rtr_cache_facts(&facts, c);
	assert_int_equal(facts.history, 2);
	take(c, p, 0, 4); /* 3, nothing, 6: too much */
	rtr_cache_facts(&facts, c);
	assert_int_equal(facts.history, 2);
	rtr_cache_set(c, 1, &RTR_TIMERS);
	rtr_cache_facts(&facts, c);
	assert_int_equal(facts.history, 1);
	rtr_cache_free(c);
	test_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_unsound),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_union),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_play),
		cmocka_unit_test(test_past),
		cmocka_unit_test(test_history_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
