/*
 * Authorities: a trust anchor by its locator, a child by the point it was
 * found in. A child has its certificate's bytes for itself, and holds its
 * parent: the resources it inherits are the parent's own array, since one list
 * of 200,000 ranges must not become as many lists as it has heirs.
 */
#include <string.h>

#include "lib/lib.h"

static enum reason
text_to(const char **out, struct arena *arena, struct span s)
{
	*out = arena_str(arena, s);
	return *out != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

/* ---- trust anchor locators ----------------------------------------------- */

static enum reason
tal_take(
    struct cairn_tal *t, const char *name, struct span text, struct decode *dec)
{
	TRY(tal_parse(&t->tal, text, dec));
	TRY(text_to(&t->name, &t->arena, span_str(name)));
	t->uris = ARENA_ARRAY(&t->arena, t->tal.n_uris, const char *);
	if (t->uris == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < t->tal.n_uris; i++)
		TRY(text_to(&t->uris[i], &t->arena, t->tal.uris[i].text));
	return REASON_OK;
}

int
cairn_tal_new(struct cairn_tal **out, struct cairn *c, const char *name,
    struct cairn_bytes text, struct cairn_fault *fault)
{
	struct cairn_tal *t = base_alloc(sizeof(*t));
	enum reason r = R_LIMIT_MEMORY;
	struct span copy = { 0 };
	struct decode dec;

	*out = NULL;
	if (t != NULL) {
		arena_init(&t->arena, (size_t)c->limits.point_memory);
		copy = arena_dup(&t->arena, lib_span(text));
	}
	decode_init(&dec, t != NULL ? &t->arena : NULL, &c->limits, copy);
	if (copy.p != NULL)
		r = tal_take(t, name, copy, &dec);
	if (r == REASON_OK)
		*out = t;
	else
		cairn_tal_free(t);
	return lib_fault(fault, r, &dec.why);
}

void
cairn_tal_free(struct cairn_tal *t)
{
	if (t == NULL)
		return;
	arena_fini(&t->arena);
	base_free(t);
}

const char *
cairn_tal_uri(const struct cairn_tal *t, size_t i)
{
	return i < t->tal.n_uris ? t->uris[i] : NULL;
}

/* ---- making one ---------------------------------------------------------- */

static bool
copy_addrs(struct addr_set *own, const struct addr_set *above, struct arena *a)
{
	struct span bytes = span_of(own->r, own->n * sizeof(*own->r));

	if (own->n == 0 || (above != NULL && own->r == above->r))
		return true;
	own->r = ARENA_ARRAY(a, own->n, struct addr_range);
	if (own->r != NULL)
		memcpy(own->r, bytes.p, bytes.n);
	return own->r != NULL;
}

static bool
copy_asns(struct asn_set *own, const struct asn_set *above, struct arena *a)
{
	struct span bytes = span_of(own->r, own->n * sizeof(*own->r));

	if (own->n == 0 || (above != NULL && own->r == above->r))
		return true;
	own->r = ARENA_ARRAY(a, own->n, struct asn_range);
	if (own->r != NULL)
		memcpy(own->r, bytes.p, bytes.n);
	return own->r != NULL;
}

static enum reason
copy_resources(struct resources *out, const struct resources *effective,
    const struct cairn_ca *parent, struct arena *arena)
{
	const struct resources *above = &parent->issuer.resources;

	*out = *effective;
	for (size_t i = 0; i < COUNT(out->ip); i++)
		if (!copy_addrs(&out->ip[i], &above->ip[i], arena))
			return R_LIMIT_MEMORY;
	return copy_asns(&out->as, &above->as, arena) ? REASON_OK
						      : R_LIMIT_MEMORY;
}

/* RFC 6487 7, hostile.md TR2: as run's walk. */
static enum reason
check_chain(
    const struct cairn_ca *parent, const struct cert *cert, struct decode *dec)
{
	for (const struct cairn_ca *a = parent; a != NULL; a = a->parent)
		if (span_eq(a->issuer.cert.spki.der, cert->spki.der))
			return fault_at(
			    &dec->why, R_TREE_LOOP, cert->spki.der.p);
	return parent->info.depth < dec->limits->depth_max
		   ? REASON_OK
		   : fault_at(&dec->why, R_TREE_DEPTH, NULL);
}

static enum reason
take_anchor(struct cairn_ca *ca, struct cairn *c, const struct lib_ca *in,
    struct decode *dec)
{
	struct cert cert;

	TRY(rpki_ta_check(&cert, in->der, in->tal, in->at, &c->verifier, dec));
	return rpki_issuer_init(&ca->issuer, &cert, &cert.resources, NULL);
}

/* The point's judge found it good: it is read again only to borrow from bytes
 * that stay. */
static enum reason
take_child(struct cairn_ca *ca, const struct lib_ca *in, struct decode *dec)
{
	struct resources effective;
	struct cert cert;

	TRY(cert_parse(&cert, in->der, dec));
	TRY(cert_check(&cert, CERT_CA, dec));
	TRY(check_chain(in->parent, &cert, dec));
	TRY(copy_resources(&effective, in->effective, in->parent, &ca->arena));
	return rpki_issuer_init(
	    &ca->issuer, &cert, &effective, &in->parent->issuer);
}

static enum reason
describe(struct cairn_ca *ca, struct cairn *c, const struct lib_ca *in)
{
	static const struct digest none = { { 0 } };
	const struct cert *cert = &ca->issuer.cert;
	struct cairn_ca_info *info = &ca->info;
	struct arena *a = &ca->arena;
	struct digest key;

	TRY(text_to(&info->trust_anchor, a, span_str(in->trust_anchor)));
	TRY(text_to(&info->uri, a, in->uri));
	TRY(text_to(&info->manifest_uri, a, cert->manifest_uri));
	TRY(text_to(&info->repository_uri, a, cert->repository_uri));
	TRY(text_to(&info->notify_uri, a, cert->notify_uri));
	TRY(rpki_point_key(&key, &ca->issuer, &none, &c->limits));
	memcpy(info->key, key.b, sizeof(info->key));
	crypt_sha256(info->sha256, cert->der);
	info->not_before_at = cert->not_before_at;
	info->not_after_at = cert->not_after_at;
	info->chain_until_at = cert->not_after_at < in->until_at
				   ? cert->not_after_at
				   : in->until_at;
	return REASON_OK;
}

static void
make_link(struct cairn_ca *ca)
{
	const struct cairn_ca_info *info = &ca->info;

	ca->link =
	    (struct link){ .parent =
			       ca->parent != NULL ? &ca->parent->link : NULL,
		    .uri = span_str(info->uri),
		    .manifest_uri = span_str(info->manifest_uri),
		    .not_before_at = info->not_before_at,
		    .not_after_at = info->not_after_at,
		    .chain_from_at = info->not_before_at,
		    .chain_until_at = info->chain_until_at,
		    .depth = info->depth };
	memcpy(ca->link.hash.b, info->sha256, sizeof(info->sha256));
	if (ca->parent != NULL &&
	    ca->parent->link.chain_from_at > ca->link.chain_from_at)
		ca->link.chain_from_at = ca->parent->link.chain_from_at;
}

static enum reason
ca_take(
    struct cairn_ca *ca, struct cairn *c, struct lib_ca *in, struct fault *why)
{
	struct decode dec;
	enum reason r;

	in->der = arena_dup(&ca->arena, in->der);
	if (in->der.p == NULL)
		return R_LIMIT_MEMORY;
	decode_init(&dec, &ca->arena, &c->limits, in->der);
	r = in->parent == NULL ? take_anchor(ca, c, in, &dec)
			       : take_child(ca, in, &dec);
	*why = dec.why;
	TRY(r);
	TRY(describe(ca, c, in));
	make_link(ca);
	return REASON_OK;
}

enum reason
lib_ca_new(struct cairn_ca **out, struct cairn *c, const struct lib_ca *in,
    struct fault *why)
{
	struct cairn_ca *ca = base_alloc(sizeof(*ca));
	struct lib_ca copy = *in;
	enum reason r;

	*out = NULL;
	if (ca == NULL)
		return R_LIMIT_MEMORY;
	arena_init(&ca->arena, (size_t)c->limits.point_memory);
	ca->held = 1;
	if (in->parent != NULL) {
		ca->parent = lib_ca_hold(in->parent);
		ca->info.depth = in->parent->info.depth + 1;
	}
	r = ca_take(ca, c, &copy, why);
	if (r == REASON_OK)
		*out = ca;
	else
		cairn_ca_free(ca);
	return r;
}

int
cairn_ca_anchor(struct cairn_ca **out, struct cairn *c,
    const struct cairn_anchor *anchor, struct cairn_fault *fault)
{
	struct lib_ca in = { .der = lib_span(anchor->der),
		.uri = span_str(anchor->uri),
		.trust_anchor = anchor->tal->name,
		.tal = &anchor->tal->tal,
		.at = anchor->at,
		.until_at = INT64_MAX };
	struct fault why;
	enum reason r;

	fault_init(&why, in.der);
	r = lib_ca_new(out, c, &in, &why);
	return lib_fault(fault, r, &why);
}

/* ---- holding one --------------------------------------------------------- */

struct cairn_ca *
lib_ca_hold(const struct cairn_ca *ca)
{
	/* The count is not the caller's to see, so not in what const means. */
	struct cairn_ca *held = (struct cairn_ca *)(uintptr_t)ca;

	held->held++;
	return held;
}

void
cairn_ca_free(struct cairn_ca *ca)
{
	while (ca != NULL && --ca->held == 0) {
		struct cairn_ca *parent = ca->parent;

		arena_fini(&ca->arena);
		base_free(ca);
		ca = parent;
	}
}

const struct cairn_ca_info *
cairn_ca_info(const struct cairn_ca *ca)
{
	return &ca->info;
}
