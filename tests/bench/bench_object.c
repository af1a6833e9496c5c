/*
 * How long a decoder takes for one object, signatures aside: a line a file,
 * "name bytes microseconds".
 *
 *	bench_object FILE...	(by ending: .cer .crl .mft .roa)
 */
#include <stdio.h>
#include <time.h>

#include "object/object.h"

#define SECONDS 0.5
#define BATCH   256

static double
now(void)
{
	struct timespec t;

	ASSERT(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static enum reason
signed_object(struct span bytes, struct decode *dec)
{
	struct manifest m;
	struct cms cms;
	struct roa roa;

	TRY(cms_parse(&cms, bytes, dec));
	if (object_type_by_oid(cms.type) == OBJECT_MANIFEST) {
		TRY(manifest_parse(&m, cms.content, dec));
		return manifest_check(&m, &cms.ee, dec);
	}
	TRY(roa_parse(&roa, cms.content, dec));
	return roa_check(&roa, &cms.ee, dec);
}

static enum reason
judge(struct span bytes, enum object_type type, struct decode *dec)
{
	struct cert cert;
	struct crl crl;

	if (type == OBJECT_CRL)
		return crl_parse(&crl, bytes, dec);
	if (type != OBJECT_CERT)
		return signed_object(bytes, dec);
	TRY(cert_parse(&cert, bytes, dec));
	return cert_check(&cert,
	    cert.ext[CERT_EXT_AIA].present ? cert_guess(&cert) : CERT_TA, dec);
}

static void
measure(const char *name, struct span bytes)
{
	enum object_type type = object_type_by_name(span_str(name));
	double start = now(), spent = 0;
	enum reason r = REASON_OK;
	struct limits limits;
	struct decode dec;
	struct arena arena;
	uint64_t n = 0;

	limits_init(&limits);
	arena_init(&arena, limits.point_memory);
	for (; spent < SECONDS; spent = now() - start)
		for (int i = 0; i < BATCH; i++, n++) {
			decode_init(&dec, &arena, &limits, bytes);
			r = judge(bytes, type, &dec);
			arena_reset(&arena);
		}
	(void)printf("%s %zu %.2f%s%s\n", name, bytes.n,
	    spent / (double)n * 1e6, r == REASON_OK ? "" : " ",
	    r == REASON_OK ? "" : reason_id(r));
	arena_fini(&arena);
}

int
main(int argc, char **argv)
{
	static uint8_t bytes[1 << 23];

	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		size_t n;

		if (file == NULL) {
			perror(argv[i]);
			return 1;
		}
		n = fread(bytes, 1, sizeof(bytes), file);
		(void)fclose(file);
		measure(argv[i], span_of(bytes, n));
	}
	return 0;
}
