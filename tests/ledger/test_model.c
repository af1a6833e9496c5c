/*
 * Random statements of self-asserted holders over sixteen addresses, against
 * a second model that knows nothing of runs, links or trees: an array with a
 * place for each address. Verdicts must agree, and so must who holds and
 * leases what.
 */
#include "tests/check.h"

#include <string.h>

#include "tests/ledger/kit.h"

#define SPACE  16
#define LEASES 400
#define STEPS  2000
#define WORLDS 6

struct model_lease {
	struct digest id;
	size_t to;
	uint64_t until;
	bool sublease;
};

struct model {
	int holder[SPACE];       /* -1: nobody */
	int line[SPACE][LEASES]; /* leases from the holder's on */
	size_t n_line[SPACE];
	struct model_lease lease[LEASES];
	size_t n_leases;
	/* One open offer at a time, to keep this plain. */
	bool offered;
	bool in_offer[SPACE];
	size_t from, to;
	uint64_t expires;
	struct digest offer;
	uint64_t time;
};

/* xorshift64* */
static uint32_t
roll(uint64_t *seed, uint32_t n)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return (uint32_t)((*seed * UINT64_C(2685821657736338717)) >> 33) % n;
}

/* ---- the rules, address by address
 * ------------------------------------------- */

static bool
model_sublets(const struct model *m, size_t a, size_t who, uint64_t until)
{
	for (size_t i = 0; i < m->n_line[a]; i++) {
		const struct model_lease *l = &m->lease[m->line[a][i]];

		if (l->to == who && l->sublease && until <= l->until)
			return true;
	}
	return false;
}

static bool
model_leased_out(const struct model *m, size_t a, size_t who)
{
	if (m->n_line[a] > 0 && m->holder[a] == (int)who)
		return true;
	for (size_t i = 0; i + 1 < m->n_line[a]; i++)
		if (m->lease[m->line[a][i]].to == who)
			return true;
	return false;
}

static enum reason
model_lease(struct model *m, size_t who, const struct model_lease *l, size_t lo,
    size_t hi)
{
	for (size_t a = lo; a <= hi; a++)
		if (m->holder[a] != (int)who &&
		    !model_sublets(m, a, who, l->until))
			return R_STATEMENT_NOT_HELD;
	for (size_t a = lo; a <= hi; a++)
		if (model_leased_out(m, a, who))
			return R_STATEMENT_LEASED;
	for (size_t a = lo; a <= hi; a++)
		if (m->offered && m->in_offer[a])
			return R_STATEMENT_LOCKED;
	if (l->until <= m->time)
		return R_STATEMENT_TIME;
	if (l->to == who)
		return R_STATEMENT_NOT_PARTY;
	for (size_t a = lo; a <= hi; a++)
		m->line[a][m->n_line[a]++] = (int)m->n_leases;
	m->lease[m->n_leases++] = *l;
	return REASON_OK;
}

static enum reason
model_claim(struct model *m, size_t who, size_t lo, size_t hi)
{
	for (size_t a = lo; a <= hi; a++)
		if (m->holder[a] >= 0 && m->holder[a] != (int)who)
			return R_STATEMENT_OVERLAP;
	for (size_t a = lo; a <= hi; a++)
		if (m->holder[a] == (int)who)
			return R_STATEMENT_HELD;
	for (size_t a = lo; a <= hi; a++)
		m->holder[a] = (int)who;
	return REASON_OK;
}

static enum reason
model_release(struct model *m, size_t who, size_t lo, size_t hi)
{
	for (size_t a = lo; a <= hi; a++)
		if (m->holder[a] != (int)who)
			return R_STATEMENT_NOT_HELD;
	for (size_t a = lo; a <= hi; a++)
		if (m->offered && m->in_offer[a])
			return R_STATEMENT_LOCKED;
	for (size_t a = lo; a <= hi; a++)
		if (m->n_line[a] > 0)
			return R_STATEMENT_LEASED;
	for (size_t a = lo; a <= hi; a++)
		m->holder[a] = -1;
	return REASON_OK;
}

static enum reason
model_offer(struct model *m, size_t who, size_t to, size_t lo, size_t hi)
{
	for (size_t a = lo; a <= hi; a++)
		if (m->holder[a] != (int)who)
			return R_STATEMENT_NOT_HELD;
	for (size_t a = lo; a <= hi; a++)
		if (m->offered && m->in_offer[a])
			return R_STATEMENT_LOCKED;
	if (to == who)
		return R_STATEMENT_NOT_PARTY;
	m->offered = true;
	m->from = who;
	m->to = to;
	m->expires = m->time + 50;
	for (size_t a = 0; a < SPACE; a++)
		m->in_offer[a] = a >= lo && a <= hi;
	return REASON_OK;
}

static enum reason
model_accept(struct model *m, size_t who)
{
	if (!m->offered)
		return R_STATEMENT_NO_OFFER;
	if (m->to != who)
		return R_STATEMENT_NOT_PARTY;
	for (size_t a = 0; a < SPACE; a++) {
		if (!m->in_offer[a])
			continue;
		m->holder[a] = (int)who;
		if (m->n_line[a] > 0 && m->lease[m->line[a][0]].to == who) {
			m->n_line[a]--;
			memmove(m->line[a], m->line[a] + 1,
			    m->n_line[a] * sizeof(m->line[a][0]));
		}
	}
	m->offered = false;
	return REASON_OK;
}

static enum reason
model_withdraw(struct model *m, size_t who, size_t lease)
{
	bool lives = false, under = false;

	for (size_t a = 0; a < SPACE; a++)
		for (size_t i = 0; i < m->n_line[a]; i++)
			if (m->line[a][i] == (int)lease) {
				lives = true;
				under |= i + 1 < m->n_line[a];
			}
	if (!lives)
		return R_STATEMENT_NO_STATEMENT;
	if (m->lease[lease].to != who)
		return R_STATEMENT_NOT_PARTY;
	if (under)
		return R_STATEMENT_LEASED;
	for (size_t a = 0; a < SPACE; a++)
		if (m->n_line[a] > 0 &&
		    m->line[a][m->n_line[a] - 1] == (int)lease)
			m->n_line[a]--;
	return REASON_OK;
}

static void
model_tick(struct model *m, uint64_t later)
{
	m->time += later;
	if (m->offered && m->expires <= m->time)
		m->offered = false;
	for (size_t a = 0; a < SPACE; a++) {
		size_t n = 0;

		for (size_t i = 0; i < m->n_line[a]; i++)
			if (m->lease[m->line[a][i]].until > m->time)
				m->line[a][n++] = m->line[a][i];
		m->n_line[a] = n;
	}
}

/* ---- both told in one way
 * ------------------------------------------------------ */

static void
put_id(struct buf *b, const struct digest *id)
{
	char hex[65];

	hex_write(hex, SPAN_OF(id->b));
	buf_printf(b, "%s", hex);
}

static int
line_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Lines "lease ..." as ledger.md 7 has them. */
static void
model_leases(struct buf *out, const struct model *m, const struct kit *k)
{
	struct arena arena;
	VEC(char *) lines = { 0 };

	arena_init(&arena, SIZE_MAX);
	for (size_t l = 0; l < m->n_leases; l++) {
		int last = -2; /* lessor of the address before */
		size_t start = 0;

		for (size_t a = 0; a <= SPACE; a++) {
			int lessor = -2;

			for (size_t i = 0; a < SPACE && i < m->n_line[a]; i++)
				if (m->line[a][i] == (int)l)
					lessor =
					    i == 0
						? m->holder[a]
						: (int)m
						      ->lease[m->line[a][i - 1]]
						      .to;
			if (lessor == last)
				continue;
			if (last >= 0) {
				struct buf b;

				buf_init(&b, 1000);
				buf_puts(&b, "lease ");
				put_id(&b, &m->lease[l].id);
				buf_printf(&b, " ipv4 10.0.0.%zu-10.0.0.%zu ",
				    start, a - 1);
				put_id(&b, &k->holder[last].id);
				buf_puts(&b, " ");
				put_id(&b, &k->holder[m->lease[l].to].id);
				buf_printf(&b, " %llu %d\n",
				    (unsigned long long)m->lease[l].until,
				    m->lease[l].sublease);
				assert_true(vec_push(
				    &lines, arena_str(&arena, buf_view(&b))));
				buf_fini(&b);
			}
			last = lessor;
			start = a;
		}
	}
	if (lines.n > 0)
		qsort(lines.v, lines.n, sizeof(char *), line_order);
	for (size_t i = 0; i < lines.n; i++)
		buf_puts(out, lines.v[i]);
	vec_fini(&lines);
	arena_fini(&arena);
}

/* Of the state, the lines that begin so. */
static void
state_lines(struct buf *out, const struct ledger_state *st, struct span start)
{
	struct span rest;
	struct buf text;

	buf_init(&text, 1 << 24);
	state_text(&text, st);
	for (rest = buf_view(&text); rest.n > 0;) {
		const uint8_t *end = memchr(rest.p, '\n', rest.n);
		size_t used = (size_t)(end - rest.p) + 1;

		if (span_starts(rest, start))
			buf_add(out, rest.p, used);
		rest = span_of(rest.p + used, rest.n - used);
	}
	buf_fini(&text);
}

static void
compare(const struct model *m, const struct kit *k)
{
	struct buf want, have;

	buf_init(&want, 1 << 24);
	buf_init(&have, 1 << 24);
	model_leases(&want, m, k);
	state_lines(&have, k->st, SPAN("lease "));
	if (!span_eq(buf_view(&want), buf_view(&have)))
		fail_msg("want\n%.*shave\n%.*s", SPAN_FMT(buf_view(&want)),
		    SPAN_FMT(buf_view(&have)));
	buf_fini(&want);
	buf_fini(&have);
}

/* ---- the worlds
 * ------------------------------------------------------------------- */

static void
range_text(char text[40], size_t lo, size_t hi)
{
	(void)snprintf(text, 40, "10.0.0.%zu-10.0.0.%zu", lo, hi);
}

static void
step(struct model *m, struct kit *k, uint64_t *seed)
{
	size_t who = 1 + roll(seed, 3);
	size_t to = 1 + roll(seed, 3);
	size_t lo = roll(seed, SPACE), hi = lo + roll(seed, 5);
	struct model_lease l = { .to = to,
		.sublease = roll(seed, 5) > 0,
		.until = m->time + roll(seed, 300) };
	size_t which = m->n_leases == 0 ? 0 : roll(seed, (uint32_t)m->n_leases);
	enum reason want = REASON_OK, have;
	char text[40];

	if (hi >= SPACE)
		hi = SPACE - 1;
	/* Mostly by somebody who may. */
	if (m->holder[lo] >= 0 && roll(seed, 4) > 0)
		who = (size_t)m->holder[lo];
	if (m->n_line[lo] > 0 && roll(seed, 2) > 0)
		who = m->lease[m->line[lo][m->n_line[lo] - 1]].to;
	range_text(text, lo, hi);
	switch (roll(seed, 15)) {
	case 0:
	case 1:
		have = kit_claim(k, who, text);
		want = model_claim(m, who, lo, hi);
		break;
	case 2:
		have = kit_release(k, who, text);
		want = model_release(m, who, lo, hi);
		break;
	case 3:
		if (m->offered)
			return;
		have = kit_offer(k, who, to, text);
		want = model_offer(m, who, to, lo, hi);
		if (have == REASON_OK)
			m->offer = k->said;
		break;
	case 4:
		have = kit_accept(k, who, &m->offer);
		want = model_accept(m, who);
		break;
	case 5:
		if (m->n_leases == 0)
			return;
		have = kit_withdraw(k, who, &m->lease[which].id);
		want = model_withdraw(m, who, which);
		break;
	case 6:
		l.until = 1 + roll(seed, 20); /* not until, but later */
		have = kit_tick(k, l.until);
		model_tick(m, l.until);
		break;
	default:
		have = kit_lease(k, who, to, text, l.until, l.sublease);
		want = model_lease(m, who, &l, lo, hi);
		if (have == REASON_OK)
			m->lease[m->n_leases - 1].id = k->said;
		break;
	}
	CHECK_REASON(text, have, want);
}

static void
test_worlds(void **unused)
{
	static struct model m;
	static struct kit k;

	(void)unused;
	for (uint32_t world = 0; world < WORLDS; world++) {
		uint64_t seed = 12345 + world;

		memset(&m, 0, sizeof(m));
		memset(m.holder, -1, sizeof(m.holder));
		m.time = KIT_AT;
		kit_init(&k);
		/* A few hold much, so that leases have room. */
		assert_int_equal(kit_claim(&k, 1, "10.0.0.0-10.0.0.11"),
		    model_claim(&m, 1, 0, 11));
		for (size_t i = 0; i < STEPS && m.n_leases < LEASES; i++) {
			step(&m, &k, &seed);
			compare(&m, &k);
		}
		CHECK("many leases", m.n_leases > 50);
		kit_fini(&k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worlds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
