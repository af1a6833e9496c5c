/* Deltas on what is known: one set of changes, or why not. */
#include "tests/check.h"

#include <string.h>

#include "tests/fetch/files.h"

/* What we have: "a1 b2". */
static bool
known(void *ctx, struct span uri, struct digest *hash)
{
	for (const char *w = ctx; *w != '\0'; w += *w == ' ' ? 3 : 2) {
		if (*w == ' ')
			w++;
		if (uri.n > 5 && uri.p[uri.n - 5] == (uint8_t)*w) {
			*hash = object_hash((unsigned)(w[1] - '0'));
			return true;
		}
		if (w[2] == '\0')
			break;
	}
	return false;
}

/* The changes, by name: "a2 -b". */
static void
say(char *out, size_t n, const struct rrdp_fold *f)
{
	size_t at = 0;

	out[0] = '\0';
	for (char c = 'a'; c <= 'z'; c++)
		for (size_t i = 0; i < f->changes.n; i++) {
			const struct rrdp_change *x = &f->changes.v[i];
			unsigned number = 0;
			struct digest d = { { 0 } };

			if (x->uri.p[x->uri.n - 5] != (uint8_t)c)
				continue;
			for (; number < 9 && !digest_eq(&d, &x->hash); number++)
				d = object_hash(number + 1);
			if (!x->is_withdrawn) {
				struct digest got = hash_of(x->bytes);

				assert_int_equal(x->bytes.n, 120);
				assert_true(digest_eq(&got, &x->hash));
			}
			at += (size_t)snprintf(out + at, n - at,
			    x->is_withdrawn ? "%s-%c" : "%s%c%u",
			    at > 0 ? " " : "", c, number);
		}
}

static const struct {
	const char *what, *known, *deltas[3], *want;
	enum reason reason;
} cases[] = {
	{ "add", "", { "+a1" }, "a1", REASON_OK },
	{ "add two", "", { "+a1 +b2" }, "a1 b2", REASON_OK },
	{ "replace", "a1", { "~a12" }, "a2", REASON_OK },
	{ "withdraw", "a1 b2", { "-b2" }, "-b", REASON_OK },
	{ "chain", "a1", { "~a12", "~a23 +b1", "-b1" }, "a3 -b", REASON_OK },
	{ "away and back", "a1", { "-a1", "+a2" }, "a2", REASON_OK },
	{ "nothing", "a1", { "" }, "", REASON_OK },
	/* RR12 */
	{ "withdraw unknown", "a1", { "-b1" }, NULL, R_RRDP_WITHDRAW },
	{ "withdraw another", "a1", { "-a2" }, NULL, R_RRDP_WITHDRAW },
	{ "publish over", "a1", { "+a2" }, NULL, R_RRDP_PUBLISH },
	{ "publish the same over", "a1", { "+a1" }, NULL, R_RRDP_PUBLISH },
	{ "replace unknown", "a1", { "~b12" }, NULL, R_RRDP_REPLACE },
	{ "replace another", "a1", { "~a23" }, NULL, R_RRDP_REPLACE },
	{ "twice in one", "", { "+a1 ~a12" }, NULL, R_RRDP_DUPLICATE },
	{ "in and out in one", "", { "+a1 -a1" }, NULL, R_RRDP_DUPLICATE },
	{ "out and in in one", "a1", { "-a1 +a2" }, NULL, R_RRDP_DUPLICATE },
	{ "withdraw what went", "a1", { "-a1", "-a1" }, NULL, R_RRDP_WITHDRAW },
	{ "publish over an earlier", "", { "+a1", "+a2" }, NULL,
	    R_RRDP_PUBLISH },
};

static enum reason
add(struct rrdp_fold *f, struct taken *t, const char *name, uint64_t serial,
    const char *words, const struct limits *l)
{
	bool is_delta = strcmp(name, "delta") == 0;
	struct rrdp_expected want = {
		.kind = is_delta ? RRDP_DELTA : RRDP_SNAPSHOT, .serial = serial
	};
	struct fault why;
	struct buf b;

	fault_init(&why, SPAN(""));
	assert_true(rrdp_session_parse(&want.session, SPAN(SESSION)));
	buf_init(&b, 1 << 20);
	put_words(&b, name, SESSION, serial, words);
	want.hash = hash_of(buf_view(&b));
	take_file(t, want.kind, buf_view(&b), false, l);
	buf_fini(&b);
	return rrdp_fold_add(f, &want, &t->view, &why);
}

static void
test_deltas(void **state)
{
	struct limits l;

	(void)state;
	limits_init(&l);
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum reason r = REASON_OK;
		struct taken t[3];
		struct rrdp_fold f;
		char got[64];
		size_t n = 0;

		rrdp_fold_init(&f, &l);
		f.known = known;
		f.ctx = (void *)(uintptr_t)cases[i].known;
		for (; n < 3 && cases[i].deltas[n] != NULL && r == REASON_OK;
		     n++)
			r = add(
			    &f, &t[n], "delta", 5 + n, cases[i].deltas[n], &l);
		CHECK_REASON(cases[i].what, r, cases[i].reason);
		if (r == REASON_OK) {
			say(got, sizeof(got), &f);
			CHECK(cases[i].what, strcmp(got, cases[i].want) == 0);
		}
		rrdp_fold_fini(&f);
		while (n-- > 0)
			taken_fini(&t[n]);
	}
}

/* A snapshot is built on nothing, and has each name once. */
static void
test_snapshot(void **state)
{
	struct rrdp_fold f;
	struct limits l;
	struct taken t;
	char got[64];

	(void)state;
	limits_init(&l);
	rrdp_fold_init(&f, &l);
	assert_int_equal(add(&f, &t, "snapshot", 3, "+a1 +b2", &l), REASON_OK);
	say(got, sizeof(got), &f);
	assert_string_equal(got, "a1 b2");
	rrdp_fold_fini(&f);
	taken_fini(&t);
	rrdp_fold_init(&f, &l);
	CHECK_REASON("rrdp.duplicate",
	    add(&f, &t, "snapshot", 3, "+a1 +a1", &l), R_RRDP_DUPLICATE);
	rrdp_fold_fini(&f);
	taken_fini(&t);
}

/* RR8: the right file, or none. */
static void
test_expected(void **state)
{
	struct rrdp_expected good = { .kind = RRDP_DELTA, .serial = 5 }, e;
	struct rrdp_fold f;
	struct fault why;
	struct limits l;
	struct taken t;
	struct buf b;

	(void)state;
	limits_init(&l);
	fault_init(&why, SPAN(""));
	assert_true(rrdp_session_parse(&good.session, SPAN(SESSION)));
	buf_init(&b, 1 << 16);
	put_words(&b, "delta", SESSION, 5, "+a1");
	good.hash = hash_of(buf_view(&b));
	take_file(&t, RRDP_DELTA, buf_view(&b), false, &l);
	rrdp_fold_init(&f, &l);
	e = good;
	e.hash.b[31] ^= 1;
	CHECK_REASON(
	    "rrdp.hash", rrdp_fold_add(&f, &e, &t.view, &why), R_RRDP_HASH);
	e = good;
	e.serial = 6;
	CHECK_REASON("rrdp.mismatch", rrdp_fold_add(&f, &e, &t.view, &why),
	    R_RRDP_MISMATCH);
	e = good;
	e.session.b[0] ^= 1;
	CHECK_REASON("rrdp.mismatch", rrdp_fold_add(&f, &e, &t.view, &why),
	    R_RRDP_MISMATCH);
	assert_int_equal(rrdp_fold_add(&f, &good, &t.view, &why), REASON_OK);
	rrdp_fold_fini(&f);
	taken_fini(&t);
	buf_fini(&b);
}

/* A box that died, or lies: never more than a refusal. */
static void
test_index_bent(void **state)
{
	struct rrdp_expected e = { .kind = RRDP_DELTA, .serial = 5 };
	struct taken t;
	struct limits l;
	struct buf b, bent;
	struct fault why;

	(void)state;
	limits_init(&l);
	assert_true(rrdp_session_parse(&e.session, SPAN(SESSION)));
	buf_init(&b, 1 << 16);
	put_words(&b, "delta", SESSION, 5, "+a1 +b2 -c3");
	e.hash = hash_of(buf_view(&b));
	take_file(&t, RRDP_DELTA, buf_view(&b), false, &l);
	buf_init(&bent, t.view.rest.n);
	for (size_t i = 0; i < 2 * t.view.rest.n; i++) {
		struct rrdp_index x = t.view;
		size_t at = i / 2;
		struct rrdp_fold f;
		enum reason r;

		buf_reset(&bent);
		buf_span(&bent, t.view.rest);
		if (i % 2 == 0)
			bent.n = at; /* cut short */
		else
			bent.p[at] ^= 0xff;
		x.rest = buf_view(&bent);
		rrdp_fold_init(&f, &l);
		fault_init(&why, SPAN(""));
		r = rrdp_fold_add(&f, &e, &x, &why);
		if (i % 2 == 0)
			CHECK_REASON("fetch.process", r, R_FETCH_PROCESS);
		for (size_t c = 0; c < f.changes.n; c++)
			assert_true(f.changes.v[c].bytes.n <= t.bytes_map.n);
		rrdp_fold_fini(&f);
	}
	buf_fini(&bent);
	taken_fini(&t);
	buf_fini(&b);
}

static void
test_limits(void **state)
{
	struct rrdp_fold f;
	struct limits l;
	struct taken t[2];

	(void)state;
	limits_init(&l);
	l.repository_files = 2;
	rrdp_fold_init(&f, &l);
	assert_int_equal(add(&f, &t[0], "delta", 5, "+a1 +b1", &l), REASON_OK);
	CHECK_REASON("fetch.files", add(&f, &t[1], "delta", 6, "+c1", &l),
	    R_FETCH_FILES);
	rrdp_fold_fini(&f);
	taken_fini(&t[0]);
	taken_fini(&t[1]);
	limits_init(&l);
	rrdp_fold_init(&f, &l);
	assert_int_equal(add(&f, &t[0], "delta", 5, "+a1", &l), REASON_OK);
	l.repository_bytes = 1200; /* the files are larger than the objects */
	f.bytes = l.repository_bytes - 120;
	assert_int_equal(add(&f, &t[1], "delta", 6, "+b1", &l), REASON_OK);
	taken_fini(&t[1]);
	CHECK_REASON("fetch.bytes", add(&f, &t[1], "delta", 7, "+c1", &l),
	    R_FETCH_BYTES);
	rrdp_fold_fini(&f);
	taken_fini(&t[0]);
	taken_fini(&t[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deltas),
		cmocka_unit_test(test_snapshot),
		cmocka_unit_test(test_expected),
		cmocka_unit_test(test_index_bent),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
