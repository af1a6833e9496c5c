/*
 * How long each format takes for many VRPs, as many as three times the world
 * had in 2026: a line a format, "name bytes seconds peak-KiB".
 *
 *	bench_output [FORMAT...]
 */
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "output/output.h"

#define VRPS  800000
#define CHAIN 4

static double
now(void)
{
	struct timespec t;

	ASSERT(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct payload payloads[VRPS];
static struct origin origins[VRPS / 4];
static struct link links[CHAIN];

/* Three quarters IPv4, in order, four of each ROA. */
static void
fill(void)
{
	static const char uri[] = "rsync://rpki.example.net/repository/"
				  "0123456789abcdef/0123456789abcdef.roa";

	for (size_t i = 0; i < CHAIN; i++)
		links[i] = (struct link){
			.parent = i > 0 ? &links[i - 1] : NULL,
			.uri = SPAN(uri),
			.manifest_uri = SPAN(uri),
			.not_before_at = 1780000000,
			.not_after_at = 1790000000,
			.depth = (unsigned)i,
		};
	for (size_t i = 0; i < COUNT(origins); i++)
		origins[i] = (struct origin){
			.source = SPAN("ripe-ncc"),
			.chain = &links[CHAIN - 1],
			.uri = SPAN(uri),
			.not_before_at = 1780000000,
			.not_after_at = 1790000000,
			.stale_at = 1785000000,
			.chain_from_at = 1780000000,
			.chain_until_at = 1785000000,
		};
	for (size_t i = 0; i < VRPS; i++) {
		struct payload *p = &payloads[i];
		bool v4 = i < VRPS / 4 * 3;
		size_t at = v4 ? 0 : 4;

		p->kind = PAYLOAD_VRP;
		p->origin = &origins[i / 4];
		p->vrp.asn.v = (uint32_t)(64500 + i);
		p->vrp.prefix.family = v4 ? FAMILY_V4 : FAMILY_V6;
		p->vrp.prefix.len = v4 ? 24 : 56;
		p->vrp.max_len = (uint8_t)(p->vrp.prefix.len + i % 2);
		p->vrp.prefix.addr.b[0] = 0x20;
		p->vrp.prefix.addr.b[1] = 0x01;
		p->vrp.prefix.addr.b[at] = (uint8_t)(0x20 + (i >> 16));
		p->vrp.prefix.addr.b[at + 1] = (uint8_t)(i >> 8);
		p->vrp.prefix.addr.b[at + 2] = (uint8_t)i;
	}
}

static enum reason
count(void *ctx, struct span bytes)
{
	uint64_t *n = ctx;

	*n += bytes.n;
	return REASON_OK;
}

static int
measure(const struct output_format *format, const struct output_in *in)
{
	struct rusage use;
	uint64_t bytes = 0;
	double start = now(), spent;
	enum reason r =
	    output_write(format, in, (struct output_sink){ count, &bytes });

	spent = now() - start;
	if (r != REASON_OK || getrusage(RUSAGE_SELF, &use) != 0) {
		(void)fprintf(stderr, "%s: %s\n", format->name, reason_id(r));
		return 1;
	}
	return printf("%s %llu %.3f %ld\n", format->name,
		   (unsigned long long)bytes, spent, use.ru_maxrss) < 0;
}

int
main(int argc, char **argv)
{
	struct view view = {
		.payloads = payloads, .n = VRPS, .at = 1781000000
	};
	struct span source = SPAN("ripe-ncc");
	struct output_in in = { &view, 1, &source };
	size_t n;
	const struct output_format *table = output_table(&n);

	fill();
	if (argc == 1)
		for (size_t i = 0; i < n; i++)
			if (measure(&table[i], &in) != 0)
				return 1;
	for (int i = 1; i < argc; i++) {
		const struct output_format *f = output_by_name(argv[i]);

		if (f == NULL || measure(f, &in) != 0)
			return 2;
	}
	return 0;
}
