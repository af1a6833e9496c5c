/*
 * What a run leaves for the next: work that follows change, and the same
 * result as without.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/run/scene.h"

#define CAS  20
#define ROAS 5

/* Many CAs with some ROAs each; of CA 7 a later issue, with so many ROAs. */
static const char *
many(unsigned later, unsigned roas)
{
	static char text[32768];
	size_t n = 0;

#define SAY(...) n += (size_t)snprintf(text + n, sizeof(text) - n, __VA_ARGS__)
	SAY("ta a { host a.example module a resources 10.0.0.0/8 AS1-AS99\n");
	for (unsigned i = 1; i <= CAS; i++) {
		unsigned here = i == 7 ? roas : ROAS;

		SAY("ca c%u { resources 10.%u.0.0/16 AS%u", i, i, i);
		if (i == 7 && later > 0)
			SAY(" reissued %u", later);
		for (unsigned k = 0; k < here; k++)
			SAY(" roa r%u { as %u prefix 10.%u.%u.0/24 }", k, i, i,
			    k);
		SAY(" }\n");
	}
	SAY("}\n");
#undef SAY
	assert_true(n < sizeof(text));
	return text;
}

/* All that the view says, in static memory of its own for each `which`. */
static const char *
said(const struct scene *s, size_t which)
{
	static char all[2][1 << 20];
	const struct view *v = &s->result.view;
	char *text = all[which];
	const size_t size = sizeof(all[0]);
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < v->n && n < size; i++) {
		const struct payload *p = &v->payloads[i];
		const struct origin *o = p->origin;

		n += (size_t)snprintf(text + n, size - n,
		    "%u %.*s %02x%02x %lld %lld %lld %lld %lld %.*s %u\n",
		    p->kind, SPAN_FMT(o->uri), o->hash.b[0], o->hash.b[31],
		    (long long)o->not_before_at, (long long)o->not_after_at,
		    (long long)o->stale_at, (long long)o->chain_from_at,
		    (long long)o->chain_until_at, SPAN_FMT(o->chain->uri),
		    o->chain->depth);
	}
	for (size_t i = 0; i < v->n_findings && n < size; i++) {
		const struct finding *f = &v->findings[i];

		n += (size_t)snprintf(text + n, size - n,
		    "%s %u %.*s %.*s %02x%02x %llu %.*s\n",
		    reason_id(f->reason), f->effect, SPAN_FMT(f->object),
		    SPAN_FMT(f->point), f->hash.b[0], f->hash.b[31],
		    (unsigned long long)f->offset, SPAN_FMT(f->detail));
	}
	assert_true(n < size);
	n += (size_t)snprintf(text + n, size - n, "%s", scene_vrps(s));
	return text;
}

/* From what was kept, and from nothing: the same? */
static void
check_same(struct scene *s, const char *what)
{
	const bool offline = s->conf.offline;
	const char *kept, *anew;

	s->conf.offline = true;
	scene_run(s);
	kept = said(s, 0);
	s->conf.no_memo = true;
	scene_run(s);
	anew = said(s, 1);
	s->conf.no_memo = false;
	s->conf.offline = offline;
	if (strcmp(kept, anew) != 0)
		print_error("%s\n---- %s\n", kept, anew);
	CHECK(what, strcmp(kept, anew) == 0);
}

static void
test_churn(void **state)
{
	struct scene *s = *state;
	const struct run_work *w = &s->result.work;

	scene_world(s, many(0, ROAS), s->at);
	scene_run(s);
	assert_int_equal(w->points_judged, CAS + 1);
	/* Nothing changed: nothing is done. */
	scene_run(s);
	assert_int_equal(w->points_judged, 0);
	assert_int_equal(w->objects_checked, 0);
	assert_int_equal(w->workers, 0);
	assert_true(w->crypt.signatures <= 2); /* of the trust anchor itself */

	/* Manifest and CRL anew: two signatures and one. */
	scene_world(s, many(1, ROAS), s->at);
	s->conf.offline = false;
	scene_run(s);
	assert_int_equal(w->points_judged, 1);
	assert_int_equal(w->manifests_listed, 1);
	assert_int_equal(w->objects_checked, 1);
	assert_in_range(w->crypt.signatures, 3, 3 + 2);
	check_same(s, "reissued");

	/* One ROA more in a point of many: its own two more. */
	scene_world(s, many(2, ROAS), s->at);
	scene_run(s);
	scene_world(s, many(3, ROAS + 1), s->at);
	scene_run(s);
	assert_int_equal(w->points_judged, 1);
	assert_int_equal(w->objects_checked, 2);
	assert_in_range(w->crypt.signatures, 5, 5 + 2);
	assert_true(w->crypt.hashed_bytes < 20000);
	assert_true(scene_has_vrp(s, "AS7 10.7.5.0/24-24 a\n"));
	check_same(s, "one more");
	scene_world(s, many(4, ROAS - 1), s->at);
	scene_run(s);
	assert_int_equal(w->points_judged, 1);
	assert_int_equal(w->objects_checked, 1);
	assert_false(scene_has_vrp(s, "AS7 10.7.5.0/24-24 a\n"));
	check_same(s, "two less");
}

/* All that may be wrong, at all times. */
static void
test_same(void **state)
{
	static const struct {
		const char *what;
		int64_t later;
	} times[] = {
		{ "now", 0 },
		{ "yesterday", -86400 },
		{ "before all", -4 * 365 * 86400 },
		{ "in a week, less a minute", 7 * 86400 - 60 },
		{ "in a week", 7 * 86400 },
		{ "in a week, and a minute", 7 * 86400 + 60 },
		{ "in a year", 366 * 86400 },
		{ "now again", 0 },
	};
	struct scene *s = *state;

	scene_world(s, NULL, s->at);
	scene_run(s);
	check_same(s, "as it is");
	s->conf.has_at = true;
	for (size_t i = 0; i < COUNT(times); i++) {
		s->conf.at = s->at + times[i].later;
		check_same(s, times[i].what);
	}
	s->conf.has_at = false;
	/* All of it anew, over what was kept. */
	scene_world(s, NULL, s->at + 60);
	scene_run(s);
	check_same(s, "another issue");
	scene_shell(s, "find w/repo -name '*.roa' | sort | sed -n 3p |"
		       "xargs rm");
	scene_run(s);
	check_same(s, "a file less");
}

/* What lacks a file is judged again when it has come, though the manifest is
 * the same. */
static void
test_incomplete(void **state)
{
	struct scene *s = *state;

	scene_world(s, many(0, ROAS), s->at);
	scene_shell(s, "mv w/repo/a.example/a/c7/r1.roa kept");
	scene_run(s);
	assert_true(scene_found(s, R_POINT_MISSING, "r1.roa"));
	scene_run(s);
	assert_true(scene_found(s, R_POINT_MISSING, "r1.roa"));
	assert_int_equal(s->result.work.points_judged, 1);
	scene_shell(s, "mv kept w/repo/a.example/a/c7/r1.roa");
	scene_run(s);
	assert_false(scene_found(s, R_POINT_MISSING, "r1.roa"));
	assert_int_equal(s->result.work.points_judged, 1);
	scene_run(s);
	assert_int_equal(s->result.work.points_judged, 0);
}

/* Other limits may say something else, and so may other resources. */
static void
test_key(void **state)
{
	struct scene *s = *state;
	char *text;

	scene_world(s, many(0, ROAS), s->at);
	scene_run(s);
	s->conf.offline = true;
	s->conf.limits.point_vrps--;
	scene_run(s);
	assert_int_equal(s->result.work.points_judged, CAS + 1);
	/* But what holds holds: only that of the trust anchor. */
	assert_int_equal(s->result.work.crypt.signatures, 1);
	s->conf.offline = false;
	text = strdup(many(0, ROAS));
	assert_non_null(text);
	/* c7 has less: c7 and who certified it are judged. */
	memcpy(strstr(text, "10.7.0.0/16"), "10.7.0.0/17", 11);
	memcpy(strstr(text, "10.0.0.0/8 "), "10.0.0.0/9 ", 11);
	scene_world(s, text, s->at + 60);
	scene_run(s);
	check_same(s, "less resources");
	free(text);
}

/* A record that was bent is not there. */
static void
test_bent(void **state)
{
	struct scene *s = *state;

	scene_world(s, many(0, ROAS), s->at);
	scene_run(s);
	/* URIs of ROAs are in names, those of memos without the folder. */
	scene_shell(s, "python3 - <<'EOF'\n"
		       "p = 'w/cache/store/data.mdb'\n"
		       "b = bytearray(open(p, 'rb').read())\n"
		       "at = n = 0\n"
		       "while (at := b.find(b'\\x06r3.roa', at + 1)) > 0:\n"
		       "    if b[at - 3] == 0x30 and b[at - 1] == 0x16:\n"
		       "        continue # the manifest itself\n"
		       "    b[at + 2] ^= 1\n"
		       "    n += 1\n"
		       "assert n >= 20, n\n"
		       "open(p, 'wb').write(b)\n"
		       "EOF");
	scene_run(s);
	assert_int_equal(s->result.work.points_judged, CAS);
	check_same(s, "bent");
	scene_run(s);
	assert_int_equal(s->result.work.points_judged, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { SCENE(test_churn), SCENE(test_same),
		SCENE(test_incomplete), SCENE(test_key), SCENE(test_bent) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
