/*
 * Every fault of fault.def, one world each: the judge must refuse it for the
 * reason the table says, and for no other, and everything beside it must hold
 * as if it were not there. The walk here is the smallest one that does; what
 * needs memory of earlier runs, or budgets, is in the scenes.
 */
#include "tests/check.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rpki/rpki.h"
#include "world/world.h"

#define AT 1795226400 /* 2026-11-21 */

/* ---- a folder in memory ---------------------------------------------- */

struct folder {
	struct arena arena;
	struct map by_hash, by_uri;
};

static struct folder *filling; /* nftw has no argument to pass on */
static size_t filling_skip;

static struct span
file_read(struct arena *arena, const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	struct span s;
	uint8_t *p;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	p = arena_alloc(arena, (size_t)st.st_size + 1);
	assert_non_null(p);
	assert_int_equal(read(fd, p, (size_t)st.st_size), st.st_size);
	(void)close(fd);
	s = span_of(p, (size_t)st.st_size);
	return s;
}

static int
take_file(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	struct folder *f = filling;
	struct span *s;
	struct digest *hash;
	char *uri;

	(void)st;
	(void)ftw;
	if (flag != FTW_F)
		return 0;
	s = ARENA_NEW(&f->arena, struct span);
	hash = ARENA_NEW(&f->arena, struct digest);
	uri = arena_alloc(&f->arena, strlen(path) + 16);
	assert_true(s != NULL && hash != NULL && uri != NULL);
	*s = file_read(&f->arena, path);
	crypt_sha256(hash->b, *s);
	(void)snprintf(
	    uri, strlen(path) + 16, "rsync://%s", path + filling_skip);
	assert_true(map_put(&f->by_hash, SPAN_OF(hash->b), s));
	assert_true(map_put(&f->by_uri, span_str(uri), s));
	return 0;
}

static void
folder_fill(struct folder *f, const char *dir)
{
	char repo[256];

	arena_init(&f->arena, SIZE_MAX);
	map_init(&f->by_hash);
	map_init(&f->by_uri);
	(void)snprintf(repo, sizeof(repo), "%s/repo/", dir);
	filling = f;
	filling_skip = strlen(repo);
	assert_int_equal(nftw(repo, take_file, 16, FTW_PHYS), 0);
}

static void
folder_fini(struct folder *f)
{
	map_fini(&f->by_hash);
	map_fini(&f->by_uri);
	arena_fini(&f->arena);
}

static struct span
by_hash(void *ctx, const struct digest *hash)
{
	struct folder *f = ctx;
	struct span *s = map_get(&f->by_hash, SPAN_OF(hash->b));

	return s != NULL ? *s : span_of(NULL, 0);
}

static int
remove_file(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* ---- the smallest walk ----------------------------------------------- */

struct walk {
	struct folder folder;
	struct limits limits;
	struct verifier verifier;
	struct buf vrps, findings; /* lines */
};

static void
finding_line(struct walk *w, const struct finding *f)
{
	provoked(f->reason);
	buf_printf(&w->findings, "%.*s,%s,%s\n", SPAN_FMT(f->object),
	    reason_id(f->reason), effect_id(f->effect));
}

static void
payload_line(struct walk *w, const struct payload *p, const char *anchor)
{
	char prefix[PREFIX_TEXT];

	if (p->kind != PAYLOAD_VRP)
		return;
	prefix_write(prefix, &p->vrp.prefix);
	buf_printf(&w->vrps, "AS%u,%s,%u,%s\n", (unsigned)p->vrp.asn.v, prefix,
	    p->vrp.max_len, anchor);
}

/* Judge all points below an issuer, breadth first. */
static void
walk_points(struct walk *w, const struct rpki_issuer *root, const char *anchor)
{
	VEC(struct rpki_issuer) todo = { 0 };
	struct arena *arena = &w->folder.arena;

	assert_true(vec_push(&todo, *root));
	for (size_t n = 0; n < todo.n; n++) {
		struct rpki_issuer issuer = todo.v[n];
		const struct span *manifest =
		    map_get(&w->folder.by_uri, issuer.cert.manifest_uri);
		struct rpki_point_in in = { .issuer = &issuer,
			.at = AT,
			.source = { by_hash, &w->folder },
			.limits = &w->limits,
			.verifier = &w->verifier };
		struct rpki_point out;

		assert_true(n < 100);
		if (manifest == NULL) {
			finding_line(
			    w, &(struct finding){ .reason = R_POINT_NO_MANIFEST,
				   .effect = EFFECT_POINT,
				   .object = issuer.cert.manifest_uri });
			continue;
		}
		in.manifest = *manifest;
		crypt_sha256(in.manifest_hash.b, in.manifest);
		assert_int_equal(rpki_point_judge(&out, &in, arena), REASON_OK);
		for (size_t i = 0; i < out.n_findings; i++)
			finding_line(w, &out.findings[i]);
		for (size_t i = 0; i < out.n_payloads; i++)
			payload_line(w, &out.payloads[i].payload, anchor);
		for (size_t i = 0; i < out.n_children; i++)
			assert_true(vec_push(&todo, out.children[i].issuer));
	}
	vec_fini(&todo);
}

static void
walk_anchor(struct walk *w, const char *dir, const char *name)
{
	struct arena *arena = &w->folder.arena;
	char path[256];
	struct rpki_issuer root;
	struct cert cert;
	struct decode dec;
	struct tal tal;
	struct span text, *der;
	enum reason r;

	(void)snprintf(path, sizeof(path), "%s/tals/%s.tal", dir, name);
	if (access(path, F_OK) != 0)
		return;
	text = file_read(arena, path);
	decode_init(&dec, arena, &w->limits, text);
	assert_int_equal(tal_parse(&tal, text, &dec), REASON_OK);
	der = map_get(&w->folder.by_uri, tal.uris[0].text);
	assert_non_null(der);
	decode_init(&dec, arena, &w->limits, *der);
	r = rpki_ta_check(&cert, *der, &tal, AT, &w->verifier, &dec);
	if (r != REASON_OK) {
		finding_line(w, &(struct finding){ .reason = r,
				    .effect = EFFECT_TRUST_ANCHOR,
				    .object = tal.uris[0].text });
		return;
	}
	if (rpki_ta_is_long_lived(&cert, &w->limits))
		finding_line(w, &(struct finding){ .reason = R_TA_LIFETIME,
				    .effect = EFFECT_WARNING,
				    .object = tal.uris[0].text });
	assert_int_equal(
	    rpki_issuer_init(&root, &cert, &cert.resources, NULL), REASON_OK);
	walk_points(w, &root, name);
}

/* ---- comparing ------------------------------------------------------- */

static int
line_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The lines in order, each once: a copy of a CA says things twice. */
static char *
lines_sorted(struct arena *arena, struct span text)
{
	char *copy = arena_str(arena, text);
	char *out = arena_alloc(arena, text.n + 1), *to = out;
	const char **lines = ARENA_ARRAY(arena, text.n + 1, const char *);
	size_t n = 0;

	assert_true(copy != NULL && out != NULL && lines != NULL);
	while (*copy != 0) {
		lines[n++] = copy;
		copy += strcspn(copy, "\n");
		if (*copy != 0)
			*copy++ = 0;
	}
	qsort(lines, n, sizeof(*lines), line_order);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(lines[i - 1], lines[i]) != 0)
			to += snprintf(to, text.n + 1 - (size_t)(to - out),
			    "%s\n", lines[i]);
	*to = 0;
	return out;
}

static void
compare(struct walk *w, const char *what, const char *dir, const char *file,
    struct span got)
{
	struct arena *arena = &w->folder.arena;
	char path[256], *a, *b;
	struct span want;
	const uint8_t *body;

	(void)snprintf(path, sizeof(path), "%s/truth/%s", dir, file);
	want = file_read(arena, path);
	body = memchr(want.p, '\n', want.n); /* the heading */
	assert_non_null(body);
	want = span_of(body + 1, want.n - (size_t)(body + 1 - want.p));
	a = lines_sorted(arena, got);
	b = lines_sorted(arena, want);
	if (strcmp(a, b) != 0)
		fail_msg("%s: %s: got\n%sinstead of\n%s", what, file, a, b);
}

/* Write a world, walk it, and compare with the truth beside it. */
static void
walk_world(const char *what, const struct world *world)
{
	char dir[] = "/tmp/cairn-world-XXXXXX";
	static const char *const anchors[] = { "alpha", "bravo", "charlie" };
	struct crypt *crypt = crypt_new();
	struct walk w = { 0 };
	struct fault why;

	assert_non_null(crypt);
	assert_non_null(mkdtemp(dir));
	if (world_write(world, dir, AT, 1, &why) != REASON_OK)
		fail_msg("%s: %s", what, why.detail);
	folder_fill(&w.folder, dir);
	limits_init(&w.limits);
	w.verifier = crypt_verifier(crypt);
	buf_init(&w.vrps, SIZE_MAX);
	buf_init(&w.findings, SIZE_MAX);
	for (size_t i = 0; i < COUNT(anchors); i++)
		walk_anchor(&w, dir, anchors[i]);
	compare(&w, what, dir, "findings.csv", buf_view(&w.findings));
	compare(&w, what, dir, "vrps.csv", buf_view(&w.vrps));
	buf_fini(&w.vrps);
	buf_fini(&w.findings);
	folder_fini(&w.folder);
	crypt_free(crypt);
	(void)nftw(dir, remove_file, 16, FTW_PHYS | FTW_DEPTH);
}

static void
walk_text(const char *what, const char *text)
{
	struct world *world;
	struct fault why;

	if (world_parse(&world, span_str(text), &why) != REASON_OK)
		fail_msg("%s: %s", what, why.detail);
	walk_world(what, world);
	world_free(world);
}

/* ---- the tests ------------------------------------------------------- */

#define CANARY                                                        \
	"ca canary { resources 10.1.0.0/16 2001:db8:1::/48 AS64499\n" \
	"roa v4 { as 64499 prefix 10.1.0.0/20 maxlen 24 }\n"          \
	"roa v6 { as 64499 prefix 2001:db8:1::/48 } }\n"
#define ALPHA                                               \
	"ta alpha { host rpki.alpha.example module alpha\n" \
	"resources 10.0.0.0/8 2001:db8::/32 AS64496-AS64511\n" CANARY
#define BROKEN                                        \
	"ca broken { resources 10.2.0.0/16 AS64500\n" \
	"roa good { as 64500 prefix 10.2.0.0/20 }\n"
/* In a CA of which the fault takes one thing. */
#define INSIDE(item) ALPHA BROKEN item "fault %s } } }"

static const struct {
	const char *on, *text;
} places[] = {
	{ "any", INSIDE("roa bad { as 64500 prefix 10.2.16.0/20 ") },
	{ "signed", INSIDE("roa bad { as 64500 prefix 10.2.16.0/20 ") },
	{ "roa", INSIDE("roa bad { as 64500 prefix 10.2.16.0/20 ") },
	{ "aspa", INSIDE("aspa bad { customer 64500 providers 64496 64497 ") },
	{ "router", INSIDE("router bad { as 64500 ") },
	{ "tak", INSIDE("tak bad { ") },
	{ "ghostbusters", INSIDE("ghostbusters bad { ") },
	{ "prefix-list",
	    INSIDE("prefix-list bad { as 64500 prefix 10.2.16.0/20 ") },
	{ "ca", INSIDE("ca bad { resources 10.2.16.0/20 AS64500 roa lost { "
		       "as 64500 prefix 10.2.16.0/20 } ") },
	{ "manifest", ALPHA BROKEN "fault %s } }" },
	{ "crl", ALPHA BROKEN "fault %s } }" },
	{ "ta", ALPHA "} ta bravo { host rpki.bravo.example module bravo\n"
		      "resources 192.0.2.0/24 AS64497\n"
		      "ca b { resources inherit roa lost { as 64497 "
		      "prefix 192.0.2.0/24 } } fault %s }" },
};

static void
test_faults(void **state)
{
	size_t n;
	const struct world_fault *faults = world_faults(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		char text[2048];
		size_t p = 0;

		while (p < COUNT(places) &&
		       strcmp(places[p].on, faults[i].on) != 0)
			p++;
		CHECK(faults[i].name, p < COUNT(places));
		const char *hole = strstr(places[p].text, "%s");

		(void)snprintf(text, sizeof(text), "%.*s%s%s",
		    (int)(hole - places[p].text), places[p].text,
		    faults[i].name, hole + 2);
		walk_text(faults[i].name, text);
	}
}

/* Things that are wrong, or look so, without any one object being bent. */
static const struct {
	const char *what, *text;
} scenes[] = {
	{ "nothing wrong", ALPHA BROKEN "} }" },
	{ "overclaim: the subtree is lost, the siblings stay",
	    ALPHA BROKEN "ca greedy { resources 10.2.0.0/16 192.0.2.0/24 "
			 "expect path.overclaim object\n"
			 "roa lost { as 64500 prefix 10.2.16.0/20 } } } }" },
	{ "RFC 8360: what is too much is cut", ALPHA BROKEN
	    "ca cut { reconsidered resources 10.2.0.0/16 192.0.2.0/24 "
	    "expect path.cut warning\n"
	    "roa kept { as 64500 prefix 10.2.16.0/20 } } } }" },
	{ "a ROA beyond its CA",
	    ALPHA BROKEN "roa lost { as 64500 prefix 10.3.0.0/20 "
			 "expect path.overclaim object } } }" },
	{ "a thief of key and place changes nothing",
	    ALPHA BROKEN "copy thief { of canary resources 10.2.0.0/16 } } }" },
	{ "a thief who comes first",
	    "ta alpha { host rpki.alpha.example module alpha\n"
	    "resources 10.0.0.0/8 2001:db8::/32 AS64496-AS64511\n"
	    "copy thief { of canary resources 10.2.0.0/16 } ca between { "
	    "resources inherit " CANARY "} }" },
	{ "two certificates for one key and place",
	    ALPHA "copy again { of canary resources 10.1.0.0/16 "
		  "2001:db8:1::/48 AS64499 } }" },
	{ "inherit, twice",
	    ALPHA BROKEN "ca heir { resources inherit ca grandchild { "
			 "resources inherit roa kept { as 64500 "
			 "prefix 10.2.16.0/20 } } } } }" },
	{ "unknown types and empty files",
	    ALPHA BROKEN "file a.xyz { text \"what is this?\" }\n"
			 "file b.txt { } } }" },
	{ "noise with the names of objects", ALPHA BROKEN
	    "file a.roa { text \"noise\" expect limit.size object }\n"
	    "file b.cer { expect limit.size object } } }" },
	{ "all types at once",
	    ALPHA BROKEN "aspa a { customer 64500 providers 64496 }\n"
			 "router r { as 64500 } tak t { }\n"
			 "ghostbusters g { }\n"
			 "prefix-list p { as 64500 prefix 10.2.0.0/20 "
			 "prefix 10.2.16.0/20 } } }" },
};

static void
test_scenes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(scenes); i++)
		walk_text(scenes[i].what, scenes[i].text);
}

static void
test_demo(void **state)
{
	struct world *world;
	struct fault why;

	(void)state;
	assert_int_equal(world_demo(&world, 40, &why), REASON_OK);
	walk_world("generated", world);
	world_free(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scenes),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_demo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
