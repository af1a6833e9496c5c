/* Canonical cache representations; what is accepted is, once in order, the
 * same again when written. Seeds: tests/object/test_ccr FOLDER. */
#include <stdlib.h>

#include "tests/fuzz/object.h"

static int
order(const void *a, const void *b)
{
	return payload_cmp(a, b);
}

static void
sort(struct ccr *ccr)
{
	static const struct origin none;

	for (size_t i = 0; i < ccr->n; i++)
		ccr->payloads[i].origin = &none;
	if (ccr->n > 1)
		qsort(ccr->payloads, ccr->n, sizeof(*ccr->payloads), order);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct object_fuzz f;
	struct ccr ccr, again;

	object_fuzz_init(&f, data, n);
	if (ccr_parse(&ccr, f.input, &f.dec) == REASON_OK) {
		struct decode dec;
		size_t at = 0;

		sort(&ccr);
		ccr_write(&f.out, &ccr);
		decode_init(&dec, &f.arena, &f.limits, buf_view(&f.out));
		ASSERT(ccr_parse(&again, buf_view(&f.out), &dec) == REASON_OK);
		sort(&again);
		ASSERT(again.produced_at == ccr.produced_at);
		ASSERT(again.n <= ccr.n);
		/* What was there twice is there once. */
		for (size_t i = 0; i < ccr.n; i++) {
			at += i > 0 && payload_cmp(&ccr.payloads[i - 1],
					   &ccr.payloads[i]) != 0;
			ASSERT(at < again.n);
			ASSERT(payload_cmp(
				   &ccr.payloads[i], &again.payloads[at]) == 0);
		}
	}
	return object_fuzz_fini(&f);
}
