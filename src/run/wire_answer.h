/* What the writer and the reader of answers share. Private to the room. */
#ifndef CAIRN_RUN_WIRE_ANSWER_H
#define CAIRN_RUN_WIRE_ANSWER_H

#include "run/wire.h"

#define WIRE_MANIFEST UINT32_MAX /* instead of a file's number */

/* A span of a certificate that lies in its bytes. */
struct wire_part {
	size_t offset; /* in struct cert */
};

/* All that the run asks of a CA's certificate. Raw values of extensions stay
 * behind. */
const struct wire_part *wire_cert_parts(size_t *n);
const struct span *wire_cert_part_of(
    const struct cert *, const struct wire_part *);
/* How many objects the job says of which signatures are known to hold. */
size_t wire_held_count(const struct job *);

#endif
