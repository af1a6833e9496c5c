/*
 * Was what is published no more revoked, too? A CA that takes something back
 * puts its certificate on the CRL; one that does not has lost it, or had it
 * taken (RFC 8211).
 *
 * The bytes are in the store: of what vanished since the last run until what
 * nobody refers to is swept, at the end of this one. All that is parsed here
 * was judged by a worker before, in this run or the one that published it.
 */
#include "run/withdrawn.h"

struct withdrawn {
	struct run *run;
	struct arena arena, scratch;
	struct map nodes; /* URI of a CA's certificate -> node in force */
	struct map crls;  /* the same URI -> crl_index; none: it is not known */
	struct map judged; /* an origin -> enum withdrawn_state */
};

enum reason
withdrawn_new(struct withdrawn **out, struct run *run)
{
	struct withdrawn *w = base_alloc(sizeof(*w));
	bool ok = true;

	if (w == NULL)
		return R_LIMIT_MEMORY;
	*w = (struct withdrawn){ .run = run };
	arena_init(&w->arena, SIZE_MAX);
	arena_init(&w->scratch, SIZE_MAX);
	map_init(&w->nodes);
	map_init(&w->crls);
	map_init(&w->judged);
	for (size_t t = 0; t < run->n_tas; t++) {
		const struct tree *tree = &run->tas[t].tree;

		for (size_t i = 0; ok && i < tree->nodes.n; i++) {
			struct node *n = tree->nodes.v[i];

			if (n->judged.point != NULL)
				ok = map_put(&w->nodes, n->uri, n);
		}
	}
	if (!ok) {
		withdrawn_free(w);
		return R_LIMIT_MEMORY;
	}
	*out = w;
	return REASON_OK;
}

void
withdrawn_free(struct withdrawn *w)
{
	if (w == NULL)
		return;
	map_fini(&w->nodes);
	map_fini(&w->crls);
	map_fini(&w->judged);
	arena_fini(&w->scratch);
	arena_fini(&w->arena);
	base_free(w);
}

/* ---- the CRL in force ---------------------------------------------------- */

static bool
read_crl(struct crl_index *out, struct withdrawn *w, struct span bytes)
{
	struct decode dec;
	struct crl crl;

	decode_init(&dec, &w->arena, &w->run->conf->limits, bytes);
	return crl_parse(&crl, bytes, &dec) == REASON_OK &&
	       crl_index(out, &crl, &dec) == REASON_OK;
}

static bool
find_crl(struct crl_index *out, struct withdrawn *w, const struct node *n)
{
	struct store_read *store = w->run->now;
	struct span bytes = store_object(store, &n->judged.memo->key.manifest);
	struct span type, content;
	struct manifest m;
	struct decode dec;

	decode_init(&dec, &w->arena, &w->run->conf->limits, bytes);
	if (bytes.n == 0 ||
	    cms_look(&type, &content, bytes, &dec) != REASON_OK ||
	    manifest_parse(&m, content, &dec) != REASON_OK)
		return false;
	for (size_t i = 0; i < m.n; i++)
		if (object_type_by_name(m.files[i].name) == OBJECT_CRL) {
			bytes = store_object(store, &m.files[i].hash);
			return bytes.n > 0 && read_crl(out, w, bytes);
		}
	return false;
}

/* NULL: it cannot be said. */
static const struct crl_index *
crl_of(struct withdrawn *w, const struct node *n)
{
	struct crl_index *crl = map_get(&w->crls, n->uri);

	if (crl != NULL)
		return crl;
	crl = ARENA_NEW(&w->arena, struct crl_index);
	if (crl == NULL || !find_crl(crl, w, n) ||
	    !map_put(&w->crls, n->uri, crl))
		return NULL;
	return crl;
}

/* ---- what vanished ------------------------------------------------------- */

static bool
find_serial(struct span *out, struct withdrawn *w, const struct digest *hash,
    bool is_signed)
{
	struct span bytes = store_object(w->run->now, hash);
	struct decode dec;
	struct cert cert;
	struct cms cms;
	bool good;

	arena_reset(&w->scratch);
	decode_init(&dec, &w->scratch, &w->run->conf->limits, bytes);
	if (bytes.n == 0)
		return false;
	good = is_signed ? cms_parse(&cms, bytes, &dec) == REASON_OK
			 : cert_parse(&cert, bytes, &dec) == REASON_OK;
	if (good)
		*out = is_signed ? cms.ee.serial : cert.serial;
	return good;
}

/* The first certificate above it that is still there says; what is between is
 * gone with the one below that. */
static enum withdrawn_state
judge(struct withdrawn *w, const struct payload *p)
{
	const struct digest *hash = &p->origin->hash;
	bool is_signed = p->kind != PAYLOAD_ROUTER_KEY;

	if (assume_is_taken_back(w->run, p))
		return WITHDRAWN_REVOKED;
	for (const struct link *l = p->origin->chain; l != NULL;
	     l = l->parent) {
		const struct node *n = map_get(&w->nodes, l->uri);
		const struct crl_index *crl;
		struct span serial;

		if (n == NULL) {
			hash = &l->hash;
			is_signed = false;
			continue;
		}
		crl = crl_of(w, n);
		if (crl == NULL || !find_serial(&serial, w, hash, is_signed))
			return WITHDRAWN_UNKNOWN;
		return crl_index_has(crl, serial) ? WITHDRAWN_REVOKED
						  : WITHDRAWN_ONLY;
	}
	return WITHDRAWN_UNKNOWN;
}

/* An object may say thousands of payloads, of one chain. */
enum reason
withdrawn_find(enum withdrawn_state *out, bool *is_first, struct withdrawn *w,
    const struct payload *p)
{
	struct span key = span_of(&p->origin, sizeof(p->origin));
	enum withdrawn_state *known = map_get(&w->judged, key);

	*is_first = known == NULL;
	if (*is_first) {
		known = ARENA_NEW(&w->arena, enum withdrawn_state);
		if (known == NULL)
			return R_LIMIT_MEMORY;
		*known = judge(w, p);
		key = arena_dup(&w->arena, key);
		if (key.p == NULL || !map_put(&w->judged, key, known))
			return R_LIMIT_MEMORY;
	}
	*out = *known;
	return REASON_OK;
}
