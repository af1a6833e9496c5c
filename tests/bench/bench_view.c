/*
 * How long a view of 800,000 VRPs of 400,000 ROAs takes to be written, opened,
 * asked about one prefix, loaded, and compared with one that has 1,000 fewer:
 * a line each, "what seconds", and the size of the file.
 *
 *	bench_view FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "view/view.h"

#define VRPS  800000
#define ROAS  (VRPS / 2)
#define CAS   40000
#define FEWER 1000

static double
now(void)
{
	struct timespec t;

	ASSERT(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct payload payloads[VRPS];
static struct origin origins[ROAS];
static struct link links[CAS + 1];
static struct addr_range ranges[CAS + 1];
static struct view_authority authorities[CAS + 1];
static char uris[ROAS + CAS + 1][96];
static struct view view;

static void
fill_authorities(void)
{
	for (size_t i = 0; i <= CAS; i++) {
		struct span uri = span_str(uris[ROAS + i]);

		(void)snprintf(uris[ROAS + i], sizeof(uris[0]),
		    "rsync://rpki.example.net/repository/%08zx/m.mft", i);
		uri = span_str(uris[ROAS + i]);
		links[i] = (struct link){ .parent = i > 0 ? &links[0] : NULL,
			.uri = uri,
			.manifest_uri = uri,
			.depth = i > 0 };
		ranges[i].hi.b[0] = 255;
		if (i > 0) {
			ranges[i].lo.b[0] = ranges[i].hi.b[0] =
			    (uint8_t)(i >> 8);
			ranges[i].lo.b[1] = ranges[i].hi.b[1] = (uint8_t)i;
		}
		ranges[i].hi.b[2] = ranges[i].hi.b[3] = 255;
		authorities[i] = (struct view_authority){ .source = SPAN("ta"),
			.link = &links[i],
			.resources.ip[0] = { HOLDS_SOME, 1, &ranges[i] } };
	}
}

static void
fill(void)
{
	for (size_t i = 0; i < ROAS; i++) {
		(void)snprintf(uris[i], sizeof(uris[i]),
		    "rsync://rpki.example.net/repository/%08zx/%016zx.roa",
		    i % CAS + 1, i);
		origins[i] = (struct origin){ .source = SPAN("ta"),
			.chain = &links[i % CAS + 1],
			.uri = span_str(uris[i]),
			.not_after_at = 1790000000,
			.stale_at = 1785000000,
			.chain_until_at = 1785000000 };
		origins[i].hash.b[0] = (uint8_t)i;
		origins[i].hash.b[1] = (uint8_t)(i >> 8);
	}
	for (size_t i = 0; i < VRPS; i++) {
		size_t x = i * 2654435761u % (1u << 24);
		struct payload *p = &payloads[i];

		p->kind = PAYLOAD_VRP;
		p->vrp.prefix.family = FAMILY_V4;
		p->vrp.prefix.len = p->vrp.max_len = 24;
		p->vrp.prefix.addr.b[0] = (uint8_t)(x >> 16);
		p->vrp.prefix.addr.b[1] = (uint8_t)(x >> 8);
		p->vrp.prefix.addr.b[2] = (uint8_t)x;
		p->vrp.asn.v = (uint32_t)i;
		p->origin = &origins[i / 2];
	}
	qsort(payloads, VRPS, sizeof(*payloads), payload_order);
	view = (struct view){ .payloads = payloads,
		.n = VRPS,
		.authorities = authorities,
		.n_authorities = CAS + 1,
		.at = 1780000000 };
}

static double
told(const char *what, double since)
{
	double at = now();

	(void)printf("%-8s %.6f\n", what, at - since);
	return now();
}

int
main(int argc, char **argv)
{
	struct view less, loaded;
	struct view_file *f;
	struct view_delta d;
	struct prefix p;
	struct fault why;
	struct arena arena;
	struct rusage use;
	double t;

	ASSERT(argc == 2);
	fault_init(&why, SPAN(""));
	arena_init(&arena, SIZE_MAX);
	fill_authorities();
	fill();
	less = view;
	less.n -= FEWER;
	t = now();
	ASSERT(view_write(argv[1], &view, (struct view_edition){ 1, 1 },
		   &why) == REASON_OK);
	t = told("write", t);
	ASSERT(view_open(&f, argv[1], &why) == REASON_OK);
	t = told("open", t);
	ASSERT(prefix_parse(&p, "10.1.2.0/24"));
	ASSERT(view_near(&loaded, f, &p, &arena) == REASON_OK);
	t = told("near", t);
	ASSERT(view_near(&loaded, f, &p, &arena) == REASON_OK);
	t = told("again", t);
	ASSERT(view_load_heard(&loaded, f, &arena) == REASON_OK);
	t = told("heard", t);
	ASSERT(view_load(&loaded, f, &arena) == REASON_OK);
	t = told("load", t);
	ASSERT(view_diff(&d, &less, &loaded, &arena) == REASON_OK);
	t = told("diff", t);
	ASSERT(d.n == FEWER);
	(void)getrusage(RUSAGE_SELF, &use);
	(void)printf("peak     %ld KiB\n", use.ru_maxrss);
	view_close(f);
	arena_fini(&arena);
	return 0;
}
