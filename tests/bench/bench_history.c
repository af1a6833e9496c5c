/*
 * A year of views: 52,000 differences over 500,000 VRPs, one each ten minutes
 * with 60 changes. How large that is, and how long it takes to have the view
 * of any time in it: a line each.
 *
 *	bench_history CACHE [DIFFERENCES]
 */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "view/history.h"

#define VRPS  500000
#define ROAS  (VRPS / 2)
#define CAS   25000
#define SETS  512 /* of VRPs, of which one is there at a time */
#define SET   30
#define BEGIN 1760000000
#define EVERY 600
#define ASKED 40

static struct payload payloads[VRPS + SET];
static struct origin origins[ROAS], set_origins[SETS];
static struct link links[CAS + 1];
static struct view_authority authorities[CAS + 1];
static struct addr_range range = { .hi.b = { 255, 255, 255, 255 } };
static char uris[ROAS + CAS + 1 + SETS][80];
static struct view_source source = { .kind = SOURCE_TRUST_ANCHOR };
static struct payload sets[SETS][SET];

static double
now(void)
{
	struct timespec t;

	ASSERT(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double
cpu(void)
{
	struct timespec t;

	ASSERT(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void
fill_authorities(void)
{
	for (size_t i = 0; i <= CAS; i++) {
		char *uri = uris[ROAS + i];

		(void)snprintf(uri, sizeof(uris[0]),
		    "rsync://rpki.example.net/repository/%08zx/m.mft", i);
		links[i] = (struct link){ .parent = i > 0 ? &links[0] : NULL,
			.uri = span_str(uri),
			.manifest_uri = span_str(uri),
			.depth = i > 0 };
		authorities[i] = (struct view_authority){ .source = SPAN("ta"),
			.link = &links[i],
			.resources.ip[0] = { HOLDS_SOME, 1, &range } };
	}
}

static void
origin_make(struct origin *out, char *uri, size_t i)
{
	(void)snprintf(uri, sizeof(uris[0]),
	    "rsync://rpki.example.net/repository/%08zx/%016zx.roa", i % CAS + 1,
	    i);
	*out = (struct origin){ .source = SPAN("ta"),
		.chain = &links[i % CAS + 1],
		.uri = span_str(uri),
		.not_after_at = 1990000000,
		.stale_at = 1990000000,
		.chain_until_at = 1990000000 };
	out->hash.b[0] = (uint8_t)i;
	out->hash.b[1] = (uint8_t)(i >> 8);
	out->hash.b[2] = (uint8_t)(i >> 16);
}

static void
vrp_make(struct payload *p, size_t address, uint8_t len, uint32_t asn)
{
	*p = (struct payload){ .kind = PAYLOAD_VRP };
	p->vrp.prefix.family = len > 32 ? FAMILY_V6 : FAMILY_V4;
	p->vrp.prefix.len = p->vrp.max_len = len;
	p->vrp.prefix.addr.b[0] = (uint8_t)(address >> 16);
	p->vrp.prefix.addr.b[1] = (uint8_t)(address >> 8);
	p->vrp.prefix.addr.b[2] = (uint8_t)address;
	p->vrp.asn.v = asn;
}

static void
fill(void)
{
	fill_authorities();
	for (size_t i = 0; i < ROAS; i++)
		origin_make(&origins[i], uris[i], i);
	for (size_t i = 0; i < VRPS; i++) {
		vrp_make(&payloads[i], i * 2654435761u % (1u << 24), 24,
		    (uint32_t)i);
		payloads[i].origin = &origins[i / 2];
	}
	qsort(payloads, VRPS, sizeof(*payloads), payload_order);
	for (size_t i = 0; i < SETS; i++) {
		origin_make(
		    &set_origins[i], uris[ROAS + CAS + 1 + i], ROAS + i);
		for (size_t k = 0; k < SET; k++) {
			vrp_make(&sets[i][k], i * SET + k, 48, 65000);
			sets[i][k].origin = &set_origins[i];
		}
	}
	source.name = SPAN("ta");
}

/* Edition 1 is the first. */
static struct view
view_of(uint64_t edition)
{
	for (size_t k = 0; k < SET; k++)
		payloads[VRPS + k] = sets[edition % SETS][k];
	return (struct view){ .payloads = payloads,
		.n = VRPS + SET,
		.sources = &source,
		.n_sources = 1,
		.authorities = authorities,
		.n_authorities = CAS + 1,
		.at = BEGIN + (int64_t)edition * EVERY,
		.made_at = BEGIN + (int64_t)edition * EVERY,
		.serial = (uint32_t)edition };
}

static struct view_edition
edition_of(uint64_t n)
{
	return (struct view_edition){ .number = n,
		.since_at = BEGIN + (int64_t)n * EVERY };
}

/* From the edition before to this one. */
static void
delta_make(struct view_delta *out, struct view_change *changes, uint64_t n)
{
	const struct payload *goes = sets[(n - 1) % SETS];
	const struct payload *comes = sets[n % SETS];
	bool is_down = n % SETS == 0; /* payload_order */
	int64_t at = BEGIN + (int64_t)n * EVERY;

	*out = (struct view_delta){ .edition = n,
		.from_at = at - EVERY,
		.from_made_at = at - EVERY,
		.from_since_at = at - EVERY,
		.at = at,
		.made_at = at,
		.from_serial = (uint32_t)n - 1,
		.serial = (uint32_t)n,
		.n = (size_t)2 * SET,
		.changes = changes };
	for (size_t k = 0; k < (size_t)2 * SET; k++) {
		bool adds = is_down == (k < SET);

		changes[k] = (struct view_change){ .op = adds ? CHANGE_ADDED
							      : CHANGE_REMOVED,
			.is_heard = true,
			.payload = adds ? comes[k % SET] : goes[k % SET],
			.cause.kind = adds ? CAUSE_PUBLISHED : CAUSE_GONE };
	}
}

static void
current_write(const char *path, uint64_t n)
{
	struct view v = view_of(n);
	struct fault why;

	fault_init(&why, SPAN(""));
	ASSERT(view_write(path, &v, edition_of(n), &why) == REASON_OK);
}

/* The view is written only where it is to be kept whole. */
static void
year(const char *folder, const char *path, uint64_t n)
{
	struct view_folder f = { .path = folder,
		.serials = 24,
		.keep_s = (int64_t)400 * 86400,
		.keep_n = 100000,
		.keep_bytes = (uint64_t)1 << 40 };
	static struct view_change changes[2 * SET];
	struct view_file *current = NULL;
	struct view_delta d;
	struct fault why;

	fault_init(&why, SPAN(""));
	for (uint64_t i = 2; i <= n + 1; i++) {
		struct keep k = { .folder = &f,
			.edition = edition_of(i - 1),
			.n_payloads = VRPS + SET };

		if ((i - 2) % SEGMENT_DIFFERENCES == 0) {
			view_close(current);
			current_write(path, i - 1);
			ASSERT(view_open(&current, path, &why) == REASON_OK);
		}
		k.current = current;
		delta_make(&d, changes, i);
		ASSERT(keep_difference(&k, &d, &why) == REASON_OK);
	}
	view_close(current);
	current_write(path, n + 1);
}

/* The view of that time, and it is the right one. */
static double
ask(const char *folder, const char *path, uint64_t edition)
{
	double since = now(), took;
	struct view_file *f;
	struct arena arena;
	struct fault why;
	struct view v;

	fault_init(&why, SPAN(""));
	arena_init(&arena, SIZE_MAX);
	ASSERT(view_open(&f, path, &why) == REASON_OK);
	ASSERT(
	    view_at(&v, f, folder, BEGIN + (int64_t)edition * EVERY + EVERY / 2,
		&arena) == REASON_OK);
	took = now() - since;
	ASSERT(v.n == VRPS + SET);
	for (size_t k = 0; k < SET; k++)
		ASSERT(payload_cmp(&v.payloads[VRPS + k],
			   &sets[edition % SETS][k]) == 0);
	view_close(f);
	arena_fini(&arena);
	return took;
}

static void
ask_all(const char *folder, const char *path, uint64_t n)
{
	double most = 0, sum = 0, t, begun = cpu();
	uint64_t seed = 8;

	for (unsigned i = 0; i < ASKED; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		t = ask(folder, path, 1 + (seed >> 33) % (n + 1));
		sum += t;
		most = t > most ? t : most;
	}
	(void)printf("any time, mean    %.3f s, of the processor %.3f s\n",
	    sum / ASKED, (cpu() - begun) / ASKED);
	(void)printf("any time, most    %.3f s\n", most);
	(void)printf("the oldest        %.3f s\n", ask(folder, path, 1));
	(void)printf("the newest        %.3f s\n", ask(folder, path, n + 1));
}

int
main(int argc, char **argv)
{
	uint64_t n = 52000;
	char folder[512], path[600];
	double since = now();

	ASSERT(argc == 2 || argc == 3);
	if (argc == 3)
		ASSERT(decimal_parse(&n, span_str(argv[2]), 1000000));
	(void)snprintf(folder, sizeof(folder), "%s/view", argv[1]);
	(void)snprintf(path, sizeof(path), "%s/current", folder);
	ASSERT(mkdir(argv[1], 0755) == 0 && mkdir(folder, 0755) == 0);
	fill();
	year(folder, path, n);
	(void)printf("a difference kept %.6f s\n", (now() - since) / (double)n);
	ask_all(folder, path, n);
	return 0;
}
