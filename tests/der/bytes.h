/* DER from hexadecimal, for the tables. */
#ifndef CAIRN_TESTS_DER_BYTES_H
#define CAIRN_TESTS_DER_BYTES_H

#include <string.h>

#include "der/der.h"

struct bytes {
	uint8_t p[400];
	size_t n;
};

static inline struct span
from_hex(struct bytes *b, const char *hex)
{
	b->n = strlen(hex) / 2;
	assert_true(
	    b->n <= sizeof(b->p) && hex_parse(b->p, b->n, span_str(hex)));
	return span_of(b->p, b->n);
}

/* A cursor over it, and the fault it reports to. */
static inline struct der
cursor(struct bytes *b, struct fault *why, const char *hex)
{
	struct der d;

	fault_init(why, from_hex(b, hex));
	der_init(&d, span_of(b->p, b->n), why);
	return d;
}

#endif
