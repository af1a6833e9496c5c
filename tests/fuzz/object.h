/* What the fuzz targets of decoders share: a decode of the input, a buffer
 * for what is written again, and that a fault is inside of the input. */
#ifndef CAIRN_TESTS_FUZZ_OBJECT_H
#define CAIRN_TESTS_FUZZ_OBJECT_H

#include "tests/fuzz/fuzz.h"

#include "object/object.h"

struct object_fuzz {
	struct span input;
	struct arena arena;
	struct limits limits;
	struct decode dec;
	struct buf out;
};

static inline void
object_fuzz_init(struct object_fuzz *f, const uint8_t *data, size_t n)
{
	f->input = span_of(data, n);
	arena_init(&f->arena, (size_t)16 << 20);
	limits_init(&f->limits);
	decode_init(&f->dec, &f->arena, &f->limits, f->input);
	buf_init(&f->out, (size_t)16 << 20);
}

/* The result of a target. */
static inline int
object_fuzz_fini(struct object_fuzz *f)
{
	ASSERT(f->dec.why.offset <= f->input.n);
	buf_fini(&f->out);
	arena_fini(&f->arena);
	return 0;
}

#endif
