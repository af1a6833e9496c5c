/* Inside der: one header, and what each universal type allows as contents. */
#ifndef CAIRN_DER_TLV_H
#define CAIRN_DER_TLV_H

#include "der/der.h"

struct tlv {
	size_t head; /* octets of tag and length */
	struct span contents;
};

/* The element at `at`, which must end by `end`; moves and records nothing. */
enum reason tlv_parse(
    struct tlv *out, const uint8_t *at, const uint8_t *end) MUST_CHECK;
/* Contents that a type of its own may have; any for other tags. */
enum reason tlv_check(uint8_t tag, struct span contents) MUST_CHECK;

#endif
