/* The kit's point as a job for a worker. */
#ifndef CAIRN_TESTS_RUN_POINT_H
#define CAIRN_TESTS_RUN_POINT_H

#include "tests/rpki/kit.h"

#include "pool/wire.h"

/* Borrows from the kit, which is written. */
static inline void
point_job(struct job *out, struct kit *k, struct arena *a)
{
	struct manifest m;
	struct decode dec;
	struct cms cms;

	*out = (struct job){ .kind = JOB_JUDGE,
		.id = 7,
		.limits = &k->limits,
		.manifest = buf_view(&k->mft.bytes),
		.manifest_hash = k->mft.hash,
		.at = KIT_AT,
		.issuer = &k->issuer };
	decode_init(&dec, a, &k->limits, out->manifest);
	CHECK_REASON("cms", cms_parse(&cms, out->manifest, &dec), REASON_OK);
	CHECK_REASON(
	    "manifest", manifest_parse(&m, cms.content, &dec), REASON_OK);
	out->n_files = m.n;
	out->files = ARENA_ARRAY(a, m.n, struct job_file);
	assert_non_null(out->files);
	for (size_t i = 0; i < m.n; i++) {
		out->files[i].name = m.files[i].name;
		out->files[i].hash = m.files[i].hash;
		for (size_t n = 0; n < k->n; n++)
			if (digest_eq(&k->files[n].hash, &m.files[i].hash) &&
			    !k->files[n].absent)
				out->files[i].bytes =
				    buf_view(&k->files[n].bytes);
	}
}

/* All of it as text, for comparison. */
static inline char *
point_text(const struct rpki_point *p)
{
	struct buf b;
	char *text;

	buf_init(&b, (size_t)16 << 20);
	kit_show(&b, p);
	buf_byte(&b, '\0');
	assert_false(b.failed);
	text = base_strdup((const char *)b.p);
	buf_fini(&b);
	return text;
}

#endif
