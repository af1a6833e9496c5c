/* What those who write and read questions and answers share. Private to the
 * room. */
#ifndef CAIRN_POOL_WIRE_ANSWER_H
#define CAIRN_POOL_WIRE_ANSWER_H

#include "pool/wire.h"

#define WIRE_MANIFEST UINT32_MAX /* instead of a file's number */

/* A span that lies in another. */
void wire_put_part(struct wire_out *, struct span whole, struct span part);
struct span wire_get_part(struct wire_in *, struct span whole);
/* wire_cert.c: a CA's certificate but for its bytes. Resources of the very
 * array that `held` has are not written. False: no memory. */
void wire_put_cert(
    struct wire_out *, const struct cert *, const struct resources *held);
bool wire_get_cert(struct wire_in *, struct cert *out, struct span der,
    const struct resources *held, struct arena *) MUST_CHECK;
/* wire_answer.c and wire_check.c: parts of answers that memos have, too. */
void wire_put_issue(struct wire_out *, const struct rpki_issue *);
void wire_get_issue(struct wire_in *, struct rpki_issue *out);
void wire_put_point(
    struct wire_out *, const struct job *, const struct rpki_point *);
/* R_RUN_WORKER: it could not be so. */
enum reason wire_get_point(struct wire_in *, struct rpki_point *out,
    const struct job *asked, struct arena *) MUST_CHECK;
/* How many objects the job says of which signatures are known to hold. */
size_t wire_held_count(const struct job *);

#endif
