/*
 * Walk the RPKI below some trust anchors with libcairn, print its VRPs, or say
 * what they make of one route.
 *
 *	origins REPO TIME TAL... [-- AS PREFIX]
 *
 * REPO is a folder that holds what rsync servers publish, as HOST/MODULE/PATH
 * (cairn demo makes one). TIME is in seconds since 1970.
 *
 *	cc origins.c $(pkg-config --cflags --libs cairn)
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cairn/cairn.h>

#define FILE_MAX (8 * 1024 * 1024)

/* Files read, kept until the point they belong to is judged. */
struct file {
	struct file *next;
	size_t n;
	uint8_t bytes[];
};

struct walk {
	struct cairn *cairn;
	struct cairn_set *set;
	const char *repo;
	int64_t at;
	struct file *files;
	/* Authorities in the order they were found, each point once. */
	struct cairn_ca **cas;
	size_t n, size;
};

_Noreturn static void
fail(const char *what, int reason, const char *detail)
{
	const char *id = cairn_reason_id(reason);

	fprintf(
	    stderr, "origins: %s: %s %s\n", what, id != NULL ? id : "", detail);
	exit(1);
}

static void *
grow(void *p, size_t n)
{
	p = realloc(p, n);
	if (p == NULL)
		fail("no memory", 0, "");
	return p;
}

/* ---- the source of bytes ------------------------------------------------ */

static struct cairn_bytes
read_file(struct walk *w, const char *path)
{
	struct cairn_bytes out = { NULL, 0 };
	struct file *f;
	FILE *in = fopen(path, "rb");

	if (in == NULL)
		return out;
	f = grow(NULL, sizeof(*f) + FILE_MAX);
	f->n = fread(f->bytes, 1, FILE_MAX, in);
	(void)fclose(in);
	f = grow(f, sizeof(*f) + f->n);
	f->next = w->files;
	w->files = f;
	out.p = f->bytes;
	out.n = f->n;
	return out;
}

/* The library gives out no URI that it has not checked: its segments are
 * never "..". */
static struct cairn_bytes
read_uri(struct walk *w, const char *uri)
{
	static const char scheme[] = "rsync://";
	struct cairn_bytes none = { NULL, 0 };
	char path[4096];

	if (strncmp(uri, scheme, sizeof(scheme) - 1) != 0)
		return none;
	(void)snprintf(
	    path, sizeof(path), "%s/%s", w->repo, uri + sizeof(scheme) - 1);
	return read_file(w, path);
}

static struct cairn_bytes
object(void *ctx, const uint8_t sha256[32], const char *uri)
{
	(void)sha256; /* a cache would look for this */
	return read_uri(ctx, uri);
}

static void
forget_files(struct walk *w)
{
	while (w->files != NULL) {
		struct file *next = w->files->next;

		free(w->files);
		w->files = next;
	}
}

/* ---- the walk ------------------------------------------------------------ */

static void
add_ca(struct walk *w, struct cairn_ca *ca)
{
	const struct cairn_ca_info *info = cairn_ca_info(ca);

	for (size_t i = 0; i < w->n; i++) {
		const struct cairn_ca_info *other = cairn_ca_info(w->cas[i]);

		if (memcmp(other->key, info->key, sizeof(info->key)) == 0 &&
		    strcmp(other->trust_anchor, info->trust_anchor) == 0) {
			cairn_ca_free(ca); /* reached already */
			return;
		}
	}
	if (w->n == w->size) {
		w->size = w->size == 0 ? 64 : w->size * 2;
		w->cas = grow(w->cas, w->size * sizeof(*w->cas));
	}
	w->cas[w->n++] = ca;
}

static void
add_anchor(struct walk *w, const char *path)
{
	const char *slash = strrchr(path, '/'), *uri;
	struct cairn_ca *ca = NULL;
	struct cairn_fault why;
	struct cairn_tal *tal;
	char name[64];

	(void)snprintf(name, sizeof(name), "%s", slash ? slash + 1 : path);
	name[strcspn(name, ".")] = '\0';
	if (cairn_tal_new(&tal, w->cairn, name, read_file(w, path), &why) != 0)
		fail(path, why.reason, why.detail);
	for (size_t i = 0; ca == NULL && (uri = cairn_tal_uri(tal, i)) != NULL;
	     i++) {
		struct cairn_anchor a = { tal, read_uri(w, uri), uri, w->at };

		if (a.der.p != NULL &&
		    cairn_ca_anchor(&ca, w->cairn, &a, &why) != 0)
			fprintf(stderr, "%s: %s\n", uri,
			    cairn_reason_id(why.reason));
	}
	if (ca != NULL)
		add_ca(w, ca);
	cairn_tal_free(tal);
	forget_files(w);
}

static void
report(const struct cairn_point *point)
{
	const struct cairn_finding *f;

	for (size_t i = 0; (f = cairn_point_finding(point, i)) != NULL; i++)
		fprintf(stderr, "%s: %s: %s\n", f->uri,
		    cairn_reason_id(f->reason), f->detail);
}

/* A failed point has no payloads and no children. */
static void
visit(struct walk *w, const struct cairn_ca *ca)
{
	struct cairn_point_in in = { ca, { NULL, 0 }, { object, w }, w->at };
	struct cairn_point *point;
	int reason;

	in.manifest = read_uri(w, cairn_ca_info(ca)->manifest_uri);
	if (in.manifest.p == NULL) {
		fprintf(
		    stderr, "%s: not there\n", cairn_ca_info(ca)->manifest_uri);
		return;
	}
	reason = cairn_point_judge(&point, w->cairn, &in);
	forget_files(w);
	if (reason != 0)
		fail("judge", reason, "");
	report(point);
	if (cairn_set_add(w->set, point) != 0)
		fail("no memory", 0, "");
	for (size_t i = 0; i < cairn_point_info(point)->children; i++) {
		struct cairn_ca *child;

		reason = cairn_point_child(&child, w->cairn, point, i);
		if (reason == 0)
			add_ca(w, child);
		else
			fprintf(stderr, "%s: a child: %s\n",
			    cairn_ca_info(ca)->uri, cairn_reason_id(reason));
	}
	cairn_point_free(point);
}

/* ---- what comes of it ---------------------------------------------------- */

static void
print_vrp(const struct cairn_payload *p)
{
	char prefix[CAIRN_PREFIX_TEXT];

	cairn_prefix_write(prefix, &p->prefix);
	printf("AS%" PRIu32 ",%s,%u,%s\n", p->asn, prefix, p->max_length,
	    p->trust_anchor);
}

static void
print_all(const struct cairn_view *view)
{
	const struct cairn_payload *p;

	for (size_t i = 0; (p = cairn_view_payload(view, i)) != NULL; i++)
		if (p->kind == CAIRN_VRP)
			print_vrp(p);
}

static void
print_route(const struct cairn_view *view, const char *as, const char *text)
{
	static const char *const names[] = { "not found", "valid", "invalid" };
	const struct cairn_payload *p;
	struct cairn_prefix prefix;
	enum cairn_validity is;
	uint32_t asn = (uint32_t)strtoul(as, NULL, 10);
	size_t at = 0;

	if (cairn_prefix_parse(&prefix, text) != 0 ||
	    cairn_view_origin(&is, view, asn, &prefix) != 0)
		fail(text, 0, "no prefix");
	printf("%s\n", names[is]);
	while ((p = cairn_view_covering(view, &prefix, &at)) != NULL)
		print_vrp(p);
}

int
main(int argc, char **argv)
{
	struct walk w = { 0 };
	struct cairn_view *view;
	int i;

	if (argc < 4)
		fail("origins REPO TIME TAL... [-- AS PREFIX]", 0, "");
	w.cairn = cairn_new();
	w.set = cairn_set_new();
	w.repo = argv[1];
	w.at = (int64_t)strtoll(argv[2], NULL, 10);
	if (w.cairn == NULL || w.set == NULL)
		fail("no memory", 0, "");
	for (i = 3; i < argc && strcmp(argv[i], "--") != 0; i++)
		add_anchor(&w, argv[i]);
	for (size_t next = 0; next < w.n; next++)
		visit(&w, w.cas[next]);
	if (cairn_view_new(&view, w.cairn, w.set) != 0)
		fail("no memory", 0, "");
	if (i + 2 < argc)
		print_route(view, argv[i + 1], argv[i + 2]);
	else
		print_all(view);
	cairn_view_free(view);
	cairn_set_free(w.set);
	while (w.n > 0)
		cairn_ca_free(w.cas[--w.n]);
	free(w.cas);
	cairn_free(w.cairn);
	return 0;
}
