/*
 * Write one publication point: what the CA issued, its CRL, its manifest, in
 * this order, since each names those before it.
 */
#include <string.h>

#include "object/object.h"
#include "world/edit.h"
#include "world/tree.h"

enum { DAY = 86400, OBJECT_CAP = 64 << 20 };

/* Some faults are no edits. */
static bool
is_act(const struct world_fault *f, const char *act)
{
	return f != NULL && strcmp(f->edit, act) == 0;
}

/* A CA at work. */
struct point {
	const struct world_writer *w;
	const struct world_ca *ca;
	struct crypt_secret *key;
	struct ski ski;
	struct arena *arena;
	char crl_uri[WORLD_URI], cert_uri[WORLD_URI];
	size_t n_files, n_revoked;
	struct manifest_file *files;
	struct span *revoked;
	struct buf buf; /* the object in the making */
};

static enum reason
no_memory(const struct point *p)
{
	return fault_at(p->w->why, R_LIMIT_MEMORY, NULL);
}

static enum reason
key_id(struct ski *out, const struct crypt_secret *key, struct arena *arena)
{
	struct limits limits;
	struct decode dec;
	struct spki spki;
	struct der d;
	struct buf b;
	enum reason r;

	limits_init(&limits);
	buf_init(&b, 4096);
	spki_write(&b, &(struct crypt_key){ 0 } == NULL
		? NULL
		: (const struct crypt_key[]){ crypt_secret_public(key) });
	decode_init(&dec, arena, &limits, buf_view(&b));
	der_init(&d, buf_view(&b), &dec.why);
	r = spki_parse(&spki, &d, &dec);
	if (r == REASON_OK)
		spki_ski(out, &spki);
	buf_fini(&b);
	return r;
}
