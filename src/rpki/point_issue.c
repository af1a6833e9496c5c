/* What identifies one issue of a manifest. */
#include <string.h>

#include "rpki/point.h"

void
issue_of(
    struct rpki_issue *out, const struct manifest *m, const struct digest *hash)
{
	/* manifest_parse: at most 20 octets, not negative. */
	ASSERT(m->number.n <= sizeof(out->number));
	*out = (struct rpki_issue){ .hash = *hash,
		.this_update_at = m->this_update_at,
		.next_update_at = m->next_update_at };
	memcpy(out->number + sizeof(out->number) - m->number.n, m->number.p,
	    m->number.n);
}

enum reason
rpki_issue_read(struct rpki_issue *out, struct manifest *lists,
    struct span manifest, const struct digest *hash, struct decode *dec)
{
	struct span type, content;

	TRY(cms_look(&type, &content, manifest, dec));
	if (object_type_by_oid(type) != OBJECT_MANIFEST)
		return fault_at(&dec->why, R_POINT_TYPE, type.p);
	TRY(manifest_parse(lists, content, dec));
	issue_of(out, lists, hash);
	return REASON_OK;
}
