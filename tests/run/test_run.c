/* Whole runs over small worlds. */
#include <sys/wait.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/run/scene.h"

/* Each line of truth/vrps.csv but its header, and no other. */
static void
check_truth(const struct scene *s)
{
	char path[128], line[256];
	size_t n = 0, got = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/w/truth/vrps.csv", s->root);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	while (fgets(line, sizeof(line), f) != NULL) {
		char *prefix = strchr(line, ','), *max, *ta, want[300];

		max = strchr(prefix + 1, ',');
		ta = strchr(max + 1, ',');
		*prefix++ = *max++ = *ta++ = '\0';
		(void)snprintf(
		    want, sizeof(want), "%s %s-%s %s", line, prefix, max, ta);
		CHECK(want, scene_has_vrp(s, want));
		n++;
	}
	(void)fclose(f);
	for (const char *p = scene_vrps(s); *p != '\0'; p++)
		got += *p == '\n';
	assert_int_equal(got, n);
}

static void
check_findings(const struct scene *s)
{
	char path[128], line[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/w/truth/findings.csv", s->root);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	while (fgets(line, sizeof(line), f) != NULL) {
		char *reason = strchr(line, ',');

		*reason++ = '\0';
		reason[strcspn(reason, ",")] = '\0';
		CHECK(line, scene_found(s, reason_by_id(reason), line));
	}
	(void)fclose(f);
}

/* ---- the demonstration ----------------------------------------------- */

static void
test_demo(void **state)
{
	struct scene *s = *state;
	const struct run_ta *ta;
	char *first;

	scene_world(s, NULL, s->at);
	scene_run(s);
	check_truth(s);
	check_findings(s);
	assert_false(s->result.degraded);
	ta = &s->result.tas[0];
	assert_true(span_eq(ta->name, SPAN("alpha")));
	assert_true(ta->cas > 10 && ta->points > 8 && ta->points_failed >= 3);
	assert_true(
	    ta->roas > 10 && ta->payloads.vrps >= ta->roas && ta->aspas > 3);
	assert_true(ta->payloads.router_keys == 3 && ta->refused >= 8);
	assert_int_equal(s->result.reasons[R_ROA_MAXLEN], 1);
	for (size_t i = 0; i < s->result.n_repositories; i++) {
		assert_int_equal(s->result.repositories[i].state, RUN_FRESH);
		assert_true(s->result.repositories[i].files > 0);
	}
	first = base_strdup(scene_vrps(s));

	/* Again, and again without any source: the same to the byte. */
	scene_run(s);
	assert_string_equal(scene_vrps(s), first);
	s->conf.offline = true;
	scene_shell(s, "rm -r w/repo");
	scene_run(s);
	assert_string_equal(scene_vrps(s), first);
	assert_int_equal(s->result.repositories[0].state, RUN_OFFLINE);
	assert_true(s->result.tas[0].kept);
	base_free(first);
}

/* Chains and times of what is in the view. */
static void
test_chains(void **state)
{
	struct scene *s = *state;
	const struct view *v = &s->result.view;

	scene_world(s, NULL, s->at);
	scene_run(s);
	for (size_t i = 0; i < v->n; i++) {
		const struct origin *o = v->payloads[i].origin;
		const struct link *l = o->chain;
		int64_t until = INT64_MAX;

		assert_true(o->chain_from_at <= s->result.at);
		assert_true(payload_expires_at(&v->payloads[i]) > s->at);
		for (unsigned depth = l->depth;; depth--, l = l->parent) {
			assert_int_equal(l->depth, depth);
			assert_true(l->chain_until_at <= l->not_after_at);
			assert_true(l->uri.n > 0 && l->manifest_uri.n > 0);
			if (l->chain_until_at < until)
				until = l->chain_until_at;
			if (l->parent == NULL)
				break;
		}
		assert_int_equal(l->depth, 0);
		assert_int_equal(o->chain_until_at, until);
	}
}

static void
test_cold_offline(void **state)
{
	struct scene *s = *state;

	scene_world(s, NULL, s->at);
	s->conf.offline = true;
	scene_run(s);
	assert_int_equal(s->result.view.n, 0);
	assert_true(s->result.degraded);
	assert_int_equal(s->result.tas[0].reason, R_TA_FETCH);
	assert_true(scene_found(s, R_TA_FETCH, ".cer"));
}

/* ---- RFC 9286 6.6: never worse than before --------------------------- */

#define SMALL                                                           \
	"ta a { host a.example module a resources 10.0.0.0/8 AS1-AS9\n" \
	"ca one { resources 10.1.0.0/16 AS1\n"                          \
	"roa x { as 1 prefix 10.1.0.0/20 }\n"                           \
	"roa y { as 1 prefix 10.1.16.0/20 } }\n"                        \
	"ca two { resources 10.2.0.0/16 AS2 host b.example module b\n"  \
	"roa z { as 2 prefix 10.2.0.0/20 } } }\n"
#define SMALL_VRPS                \
	"AS1 10.1.0.0/20-20 a\n"  \
	"AS1 10.1.16.0/20-20 a\n" \
	"AS2 10.2.0.0/20-20 a\n"

/* Rounds cost look-ups, not judging: each point once, and each signature
 * once, however often its tree was walked. */
static void
test_work(void **state)
{
	struct scene *s = *state;
	const struct run_work *w = &s->result.work;
	uint64_t signatures;

	scene_world(s, SMALL, s->at);
	scene_run(s);
	assert_true(w->walks > 1 && w->points_from_memo > 0);
	assert_int_equal(w->points_judged, s->result.tas[0].points);
	/* Of a trust anchor, two CAs, three CRLs, three manifests, and ROAs. */
	signatures = 1 + 2 + 3 + 2 * (3 + s->result.tas[0].roas);
	assert_int_equal(w->crypt.signatures, signatures);
	s->conf.offline = true;
	s->conf.no_memo = true;
	scene_run(s);
	assert_int_equal(w->walks, 1);
	assert_int_equal(w->points_judged, s->result.tas[0].points);
	assert_int_equal(w->crypt.signatures, signatures);
	/* By memory, all but the trust anchor's certificate. */
	s->conf.no_memo = false;
	scene_run(s);
	assert_int_equal(w->points_from_memo, s->result.tas[0].points);
	assert_int_equal(w->points_judged, 0);
	assert_int_equal(w->manifests_listed, 0);
	assert_int_equal(w->objects_checked, 0);
	assert_int_equal(w->workers, 0);
	assert_int_equal(w->crypt.signatures, 1);
}

static void
test_failed_fetch(void **state)
{
	struct scene *s = *state;
	const struct run_repository *r;

	scene_world(s, SMALL, s->at);
	scene_run(s);
	assert_string_equal(scene_vrps(s), SMALL_VRPS);
	/* A whole repository is gone. */
	scene_shell(s, "mv w/repo/b.example w/away");
	s->conf.rsync_command = "/bin/false";
	scene_run(s);
	assert_string_equal(scene_vrps(s), SMALL_VRPS);
	r = scene_repository(s, "rsync://b.example/b/");
	assert_int_equal(r->state, RUN_KEPT);
	assert_int_equal(r->reason, R_FETCH_EXIT);
	assert_true(scene_found(s, R_FETCH_EXIT, "rsync://b.example/b/"));
	/* One that was never there. */
	scene_shell(s, "rm -r w/cache");
	scene_run(s);
	assert_false(scene_has_vrp(s, "AS2 "));
	assert_true(scene_has_vrp(s, "AS1 10.1.0.0/20-20 a\n"));
	r = scene_repository(s, "rsync://b.example/b/");
	assert_int_equal(r->state, RUN_FAILED);
	assert_true(scene_found(s, R_POINT_NO_MANIFEST, "two.mft"));
	assert_int_equal(s->result.tas[0].reason, REASON_OK);
	assert_false(s->result.degraded);
	/* Nor does a trust anchor say anything without its own manifest. */
	scene_shell(s, "rm -r w/cache w/repo/a.example/a/a/a.mft");
	scene_run(s);
	assert_int_equal(s->result.view.n, 0);
	assert_int_equal(s->result.tas[0].reason, R_POINT_NO_MANIFEST);
	assert_true(s->result.degraded);
}

/* What misses a file is not judged anew with each repository that comes, but
 * is once the file has come: here, from another repository. */
static void
test_missing(void **state)
{
	struct scene *s = *state;

	scene_world(s, SMALL, s->at);
	scene_shell(s, "rm w/repo/a.example/a/one/x.roa");
	scene_run(s);
	assert_true(scene_found(s, R_POINT_MISSING, "x.roa"));
	assert_true(s->result.work.walks > 2);
	assert_int_equal(s->result.work.points_judged, 3);
	scene_world(s, SMALL, s->at);
	scene_shell(s, "rm -r w/cache;"
		       "mv w/repo/a.example/a/one/x.roa w/repo/b.example/b/");
	scene_run(s);
	assert_string_equal(scene_vrps(s), SMALL_VRPS);
	assert_int_equal(s->result.work.points_judged, 4);
}

/* A listed file, the CRL or the manifest goes: the point stays as it was, to
 * the moment its manifest is stale. RS7 is the same. */
static void
test_last_good(void **state)
{
	static const struct {
		const char *what, *script;
		enum reason want;
		const char *object;
	} cases[] = {
		{ "object", "rm w/repo/a.example/a/one/x.roa", R_POINT_MISSING,
		    "x.roa" },
		{ "CRL", "rm w/repo/a.example/a/one/*.crl", R_POINT_MISSING,
		    ".crl" },
		{ "manifest", "rm w/repo/a.example/a/one/*.mft", REASON_OK,
		    "" },
		{ "rubbish",
		    "head -c 500 /dev/urandom >w/repo/a.example/a/one/one.mft",
		    R_DER_TAG, "one.mft" },
		{ "short", "echo >w/repo/a.example/a/one/one.mft", R_LIMIT_SIZE,
		    "one.mft" },
	};
	struct scene *s = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		scene_world(s, SMALL, s->at - 3600);
		scene_shell(s, "rm -rf w/cache");
		scene_run(s);
		CHECK(cases[i].what, strcmp(scene_vrps(s), SMALL_VRPS) == 0);
		/* A new issue, of which something is not there. */
		scene_world(s, SMALL, s->at - 1800);
		scene_shell(s, cases[i].script);
		scene_run(s);
		CHECK(cases[i].what, strcmp(scene_vrps(s), SMALL_VRPS) == 0);
		CHECK(cases[i].what, s->result.tas[0].points_old == 1);
		if (cases[i].want != REASON_OK)
			CHECK(cases[i].what,
			    s->result.tas[0].refused == 1 ||
				scene_found(s, cases[i].want, cases[i].object));
	}
}

/* hostile.md A28: an older manifest does not come back. */
static void
test_replay(void **state)
{
	struct scene *s = *state;

	scene_world(s, SMALL, s->at - 1800);
	scene_run(s);
	assert_string_equal(scene_vrps(s), SMALL_VRPS);
	scene_world(s,
	    "ta a { host a.example module a resources 10.0.0.0/8 AS1-AS9\n"
	    "ca one { resources 10.1.0.0/16 AS1\n"
	    "roa x { as 1 prefix 10.1.0.0/24 } } }",
	    s->at - 3600);
	scene_run(s);
	assert_string_equal(scene_vrps(s), SMALL_VRPS);
	assert_true(scene_found(s, R_MANIFEST_REPLAY, "one.mft"));
	assert_int_equal(s->result.tas[0].points_old, 2);
}

/* --at another time learns nothing: after it the older issue is still taken,
 * and the trust anchor is not kept. */
static void
test_at(void **state)
{
	struct scene *s = *state;

	scene_world(s, SMALL, s->at - 1800);
	s->conf.has_at = true;
	s->conf.at = s->at - 900;
	scene_run(s);
	assert_string_equal(scene_vrps(s), SMALL_VRPS);
	assert_int_equal(s->result.at, s->at - 900);
	s->conf.at = s->at + 365 * 86400; /* all of it is stale */
	scene_run(s);
	assert_int_equal(s->result.view.n, 0);
	assert_int_equal(s->result.tas[0].reason, R_PATH_EXPIRED);
	assert_true(s->result.degraded);
	scene_world(s, SMALL, s->at - 3600);
	scene_run(s);
	assert_string_equal(scene_vrps(s), SMALL_VRPS);
	assert_false(scene_found(s, R_MANIFEST_REPLAY, ".mft"));
	assert_int_equal(s->result.tas[0].points_old, 0);
}

/* ---- trees ----------------------------------------------------------- */

#define CANARY                                        \
	"ca canary { resources 10.200.0.0/16 AS200\n" \
	"roa c { as 200 prefix 10.200.0.0/16 } }\n"
#define CANARY_VRP "AS200 10.200.0.0/16-16 a\n"

/* Finding 7: who takes another's key and place hides nobody. */
static void
test_thief(void **state)
{
	struct scene *s = *state;

	scene_world(s,
	    "ta a { host a.example module a\n"
	    "resources 10.0.0.0/8 AS1-AS300\n"
	    "copy short { of victim resources 10.3.0.0/16 AS3 }\n"
	    "ca deep { resources 10.200.0.0/15 AS200-AS210\n"
	    "ca deeper { resources 10.200.0.0/15 AS200-AS210\n"
	    "ca victim { resources 10.200.0.0/16 AS200\n"
	    "roa c { as 200 prefix 10.200.0.0/16 } } } } }",
	    s->at);
	scene_run(s);
	assert_string_equal(scene_vrps(s), CANARY_VRP);
}

/* The same key, place and resources by two paths: one point, one chain (the
 * shorter), and the payload once. TR4, TR5. */
static void
test_two_paths(void **state)
{
	struct scene *s = *state;
	const struct view *v = &s->result.view;

	scene_world(s,
	    "ta a { host a.example module a\n"
	    "resources 10.0.0.0/8 AS1-AS300\n"
	    "copy again { of canary resources 10.200.0.0/16 AS200 }\n"
	    "ca deep { resources 10.200.0.0/15 AS200-AS210\n" CANARY "} }",
	    s->at);
	scene_run(s);
	assert_string_equal(scene_vrps(s), CANARY_VRP);
	assert_int_equal(v->n, 1);
	assert_int_equal(v->payloads[0].origin->chain->depth, 1);
	assert_int_equal(s->result.tas[0].points, 3);
}

static void
test_loop(void **state)
{
	struct scene *s = *state;

	scene_world(s,
	    "ta a { host a.example module a\n"
	    "resources 10.0.0.0/8 AS1-AS300\n" CANARY
	    "ca outer { resources 10.1.0.0/16 AS1\n"
	    "roa x { as 1 prefix 10.1.0.0/20 }\n"
	    "ca inner { resources 10.1.0.0/16 AS1\n"
	    "copy back { of outer resources 10.1.0.0/16 AS1 } } } }",
	    s->at);
	scene_run(s);
	assert_string_equal(scene_vrps(s), "AS1 10.1.0.0/20-20 a\n" CANARY_VRP);
	assert_true(scene_found(s, R_TREE_LOOP, "back.cer"));
	assert_int_equal(s->result.tas[0].points, 4);
}

/* TR1: as deep as may be, and one deeper. */
static void
test_depth(void **state)
{
	static const char chain[] = "ta a { host a.example module a\n"
				    "resources 10.0.0.0/8 AS1-AS300\n" CANARY
				    "ca k { resources 10.1.0.0/16 AS1\n"
				    "ca l { resources 10.1.0.0/16 AS1\n"
				    "ca m { resources 10.1.0.0/16 AS1\n"
				    "roa x { as 1 prefix 10.1.0.0/20 } } } } }";
	struct scene *s = *state;

	scene_world(s, chain, s->at);
	s->conf.policy.hold_for = 0;
	s->conf.limits.depth_max = 3;
	scene_run(s);
	assert_true(scene_has_vrp(s, "AS1 10.1.0.0/20-20 a\n"));
	assert_false(scene_found(s, R_TREE_DEPTH, ".cer"));
	s->conf.limits.depth_max = 2;
	scene_run(s);
	assert_string_equal(scene_vrps(s), CANARY_VRP);
	assert_true(scene_found(s, R_TREE_DEPTH, "m.cer"));
}

#define CHILD(n)                                        \
	"ca c" #n " { resources 10.1." #n ".0/24 AS1\n" \
	"roa x { as 1 prefix 10.1." #n ".0/24 } }\n"

/* Who has too many below it loses its own, and no other. */
static void
test_budgets(void **state)
{
	static const char text[] =
	    "ta a { host a.example module a\n"
	    "resources 10.0.0.0/8 AS1-AS300\n" CANARY
	    "ca greedy { resources 10.1.0.0/16 AS1\n"
	    "ca first { resources 10.1.0.0/24 AS1\n"
	    "roa x { as 1 prefix 10.1.0.0/24 } }\n" CHILD(1) CHILD(2) CHILD(3)
		CHILD(4) "} }";
	struct scene *s = *state;
	size_t n = 0;

	scene_world(s, text, s->at);
	s->conf.policy.hold_for = 0;
	s->conf.limits.ta_cas = 7;
	scene_run(s);
	assert_false(scene_found(s, R_TREE_CAS, ".mft"));
	assert_true(scene_has_vrp(s, "AS1 10.1.4.0/24-24 a\n"));
	s->conf.limits.ta_cas = 6; /* the trust anchor's own */
	scene_run(s);
	assert_true(scene_has_vrp(s, CANARY_VRP));
	assert_true(scene_found(s, R_TREE_CAS, ".mft"));
	limits_init(&s->conf.limits);
	s->conf.limits.ta_objects = 30;
	s->conf.limits.manifest_files = 6;
	scene_run(s); /* greedy has 6 and the 10 below it; its share is 15 */
	assert_true(scene_has_vrp(s, CANARY_VRP));
	for (const char *p = scene_vrps(s); *p != '\0'; p++)
		n += *p == '\n';
	assert_int_equal(n, 1 + 4);
	assert_true(scene_found(s, R_TREE_OBJECTS, ".mft"));
	assert_false(scene_found(s, R_TREE_OBJECTS, "greedy.mft"));
	/* Several fill what is above them all: who was there before stays. */
	s->conf.limits.ta_objects = 12;
	s->conf.limits.manifest_files = 12;
	scene_run(s);
	assert_true(scene_has_vrp(s, CANARY_VRP));
}

/* TR3: many children, each with a repository of its own. */
static void
test_repositories(void **state)
{
	static const char text[] =
	    "ta a { host a.example module a\n"
	    "resources 10.0.0.0/8 AS1-AS300\n" CANARY
	    "ca greedy { resources 10.1.0.0/16 AS1\n"
	    "ca r1 { host r1.example module r resources 10.1.1.0/24 AS1\n"
	    "roa x { as 1 prefix 10.1.1.0/24 } }\n"
	    "ca r2 { host r2.example module r2 resources 10.1.2.0/24 AS1\n"
	    "roa x { as 1 prefix 10.1.2.0/24 } }\n"
	    "ca r3 { host r3.example module r3 resources 10.1.3.0/24 AS1\n"
	    "roa x { as 1 prefix 10.1.3.0/24 } } } }";
	struct scene *s = *state;

	scene_world(s, text, s->at);
	s->conf.limits.ca_repositories = 2;
	scene_run(s);
	assert_true(scene_has_vrp(s, CANARY_VRP));
	assert_int_equal(s->result.tas[0].payloads.vrps, 3);
	assert_int_equal(s->result.reasons[R_TREE_CHILD_REPOSITORIES], 1);
	/* Those that are known by now are no longer new. */
	scene_run(s);
	assert_int_equal(s->result.tas[0].payloads.vrps, 4);
	assert_int_equal(s->result.reasons[R_TREE_CHILD_REPOSITORIES], 0);
	scene_shell(s, "rm -r w/cache");
	limits_init(&s->conf.limits);
	s->conf.limits.ta_repositories = 3;
	scene_run(s);
	assert_true(scene_has_vrp(s, CANARY_VRP));
	assert_int_equal(s->result.tas[0].payloads.vrps, 3);
	assert_int_equal(s->result.reasons[R_TREE_REPOSITORIES], 1);
}

/* ---- sources --------------------------------------------------------- */

/* hostile.md A6: what only the network named may not be on this machine. */
static void
test_local(void **state)
{
	static const char text[] =
	    "ta a { host a.example module a\n"
	    "resources 10.0.0.0/8 AS1-AS300\n" CANARY
	    "ca in { host intranet module m resources 10.1.0.0/16 AS1\n"
	    "roa x { as 1 prefix 10.1.0.0/24 } } }";
	struct scene *s = *state;
	const struct run_repository *r;

	scene_world(s, text, s->at);
	s->conf.rsync_command = "/bin/false";
	for (size_t i = 0; i < s->conf.n_mirrors; i++)
		if (span_starts(s->conf.mirrors[i].from.text,
			SPAN("rsync://intranet/")))
			s->conf.mirrors[i] =
			    s->conf.mirrors[--s->conf.n_mirrors];
	scene_run(s);
	assert_string_equal(scene_vrps(s), CANARY_VRP);
	r = scene_repository(s, "rsync://intranet/m/");
	assert_int_equal(r->state, RUN_REFUSED);
	CHECK_REASON("intranet", r->reason, R_FETCH_LOCAL);
	s->conf.allow_local = true;
	scene_run(s);
	r = scene_repository(s, "rsync://intranet/m/");
	assert_int_equal(r->state, RUN_FAILED);
	assert_int_equal(r->reason, R_FETCH_EXIT);
}

/* A hanging server costs its own repository, in its own time. */
static void
test_hanging(void **state)
{
	struct scene *s = *state;
	char path[128];

	scene_world(s, SMALL, s->at);
	scene_shell(s, "rm -r w/repo/b.example;"
		       "printf '#!/bin/sh\\nsleep 1000\\n' >hang;"
		       "chmod +x hang");
	(void)snprintf(path, sizeof(path), "%s/hang", s->root);
	s->conf.rsync_command = path;
	s->conf.limits.transfer_time = 1;
	scene_run(s);
	assert_true(scene_has_vrp(s, "AS1 10.1.0.0/20-20 a\n"));
	assert_int_equal(
	    scene_repository(s, "rsync://b.example/b/")->reason, R_FETCH_TIME);
	assert_true(s->result.work.total_ms < 10000);
	/* The run as a whole has an end too. */
	s->conf.limits.transfer_time = 300;
	s->conf.limits.run_time = 2;
	scene_run(s);
	assert_int_equal(
	    scene_repository(s, "rsync://b.example/b/")->reason, R_RUN_TIME);
	assert_true(s->result.work.total_ms < 10000);
}

/* ---- trust anchors --------------------------------------------------- */

static void
test_anchor_kept(void **state)
{
	struct scene *s = *state;

	scene_world(s, SMALL, s->at);
	scene_run(s);
	assert_false(s->result.tas[0].kept);
	scene_shell(s, "rm w/repo/a.example/a/*.cer");
	s->conf.rsync_command = "/bin/false";
	scene_run(s);
	assert_true(s->result.tas[0].kept);
	assert_int_equal(s->result.tas[0].reason, REASON_OK);
	assert_string_equal(scene_vrps(s), SMALL_VRPS);
	/* TAL3: not the TAL's key. */
	scene_shell(s, "cp w/repo/a.example/a/*/one.cer"
		       " w/repo/a.example/a/a.cer");
	scene_run(s);
	assert_true(s->result.tas[0].kept);
	assert_int_equal(s->result.reasons[R_TA_KEY], 0);
	scene_shell(s, "rm -r w/cache");
	scene_run(s);
	assert_true(s->result.degraded);
	assert_int_equal(s->result.view.n, 0);
}

/* A TAL or constraints that cannot be read cost one trust anchor. */
static void
test_anchor_files(void **state)
{
	static const struct {
		const char *what, *script;
		bool good;
	} cases[] = {
		{ "empty", ": >w/tals/alpha.tal", false },
		{ "comments", "echo '# x' >w/tals/alpha.tal", false },
		{ "large", "head -c 10000000 /dev/zero >w/tals/alpha.tal",
		    false },
		{ "gone", "rm w/tals/alpha.tal", false },
		{ "fifo", "rm w/tals/alpha.tal; mkfifo w/tals/alpha.tal",
		    false },
		{ "CRLF", "sed -i 's/$/\\r/' w/tals/alpha.tal", true },
	};
	struct scene *s = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		scene_world(s, NULL, s->at);
		scene_shell(s, cases[i].script);
		scene_run(s);
		CHECK(cases[i].what,
		    (s->result.tas[0].reason == REASON_OK) == cases[i].good);
		CHECK(cases[i].what, s->result.tas[1].reason == REASON_OK &&
					 s->result.tas[1].payloads.vrps > 0);
	}
}

static void
test_constraints(void **state)
{
	struct scene *s = *state;
	char path[128];

	scene_world(s, SMALL, s->at);
	(void)snprintf(path, sizeof(path), "%s/w/tals/a.constraints", s->root);
	s->conf.tals[0].constraints = path;
	scene_shell(s, "echo 'deny 10.2.0.0/24' >w/tals/a.constraints");
	scene_run(s);
	assert_true(scene_has_vrp(s, "AS1 10.1.0.0/20-20 a\n"));
	assert_false(scene_has_vrp(s, "AS2 "));
	assert_true(scene_found(s, R_CONSTRAINTS_OUTSIDE, "z.roa"));
	scene_shell(s, "echo nonsense >w/tals/a.constraints");
	scene_run(s);
	assert_int_equal(s->result.tas[0].reason, R_CONSTRAINTS_TEXT);
	assert_int_equal(s->result.view.n, 0);
}

/* ---- crashes
 * -----------------------------------------------------------------------------
 */

static void
test_locked(void **state)
{
	struct scene *s = *state;
	int status;
	pid_t pid;

	scene_world(s, SMALL, s->at);
	scene_shell(s, "rm -r w/repo; mkfifo go;"
		       "printf '#!/bin/sh\\nsleep 1000\\n' >hang;"
		       "chmod +x hang");
	pid = fork();
	if (pid == 0) {
		char path[128];

		(void)snprintf(path, sizeof(path), "%s/hang", s->root);
		s->conf.rsync_command = path;
		_exit(scene_try(s) == REASON_OK ? 0 : 1);
	}
	for (int i = 0; i < 500; i++) {
		char path[128];

		(void)snprintf(path, sizeof(path), "%s/w/cache/rsync", s->root);
		if (access(path, F_OK) == 0)
			break;
		(void)usleep(10000);
	}
	CHECK_REASON("locked", scene_try(s), R_STORE_LOCKED);
	assert_non_null(strstr(s->why.detail, "process "));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	s->conf.rsync_command = "/bin/false";
	scene_run(s);
}

/* Killed at any moment, the next run is right. */
static void
test_killed(void **state)
{
	struct scene *s = *state;

	for (useconds_t round = 0; round < 12; round++) {
		pid_t pid;
		int status;

		scene_world(s, NULL, s->at - 3600 + (int)round * 60);
		pid = fork();
		if (pid == 0)
			_exit(scene_try(s) == REASON_OK ? 0 : 1);
		(void)usleep(4000 + round * 9000);
		(void)kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		scene_run(s);
		check_truth(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_demo),
		SCENE(test_chains),
		SCENE(test_cold_offline),
		SCENE(test_work),
		SCENE(test_failed_fetch),
		SCENE(test_missing),
		SCENE(test_last_good),
		SCENE(test_replay),
		SCENE(test_at),
		SCENE(test_thief),
		SCENE(test_two_paths),
		SCENE(test_loop),
		SCENE(test_depth),
		SCENE(test_budgets),
		SCENE(test_repositories),
		SCENE(test_local),
		SCENE(test_hanging),
		SCENE(test_anchor_kept),
		SCENE(test_anchor_files),
		SCENE(test_constraints),
		SCENE(test_locked),
		SCENE(test_killed),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
