/* A proof: written again it is the same, and its log is read to its end. */
#include "tests/fuzz/fuzz.h"

#include "logdir/logdir.h"

static void
log_check(const struct log_proof *p, uint64_t size)
{
	struct log_proof_log l;
	struct log_reader r = { .head = { .size = size } };

	if (log_proof_open(&l, p, size) == REASON_OK) {
		r.source = log_proof_source(&l);
		/* The root is any: but nothing is missing. */
		enum reason why = log_open(&r, NULL);
		ASSERT(why == REASON_OK || why == R_LOG_ROOT);
		log_close(&r);
	}
	log_proof_close(&l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct log_proof p;
	struct buf b, again;

	/* With the right checksum, else nothing else is ever reached. */
	buf_init(&b, n + 64);
	buf_init(&again, n + 64);
	buf_add(&b, data, n);
	log_proof_end(&b);
	if (log_proof_parse(&p, buf_view(&b)) == REASON_OK) {
		log_proof_begin(&again, &p);
		buf_span(&again, p.entries);
		log_proof_end(&again);
		ASSERT(span_eq(buf_view(&b), buf_view(&again)));
		for (uint64_t size = 0; size < 5; size++)
			log_check(&p, size);
	}
	buf_fini(&b);
	buf_fini(&again);
	return 0;
}
