/*
 * The canonical cache representation, as far as a view goes: VRPs, ASPAs and
 * router keys. Which manifests and trust anchors were valid it does not say:
 * these states are optional, and of ledgers there are none.
 */
#include "object/object.h"
#include "output/stream.h"

void
format_ccr(struct output_stream *s, const struct output_in *in)
{
	const struct ccr ccr = { .produced_at = in->view->at,
		.has_vrps = true,
		.has_aspas = true,
		.has_keys = true,
		.n = in->view->n,
		.payloads = in->view->payloads };

	ccr_write(&s->buf, &ccr);
	stream_flow(s);
}
