/*
 * One publication point. The judge borrows the bytes it is given; the caller's
 * need to stay for the length of the call only, so what the result borrowed is
 * copied in the end.
 */
#include <string.h>

#include "lib/lib.h"

/* ---- the caller's source ---------------------------------------------------
 */

/* The judge asks by hash; the caller may want to know the URI. */
struct ask {
	const struct cairn_source *source;
	struct span folder;
	struct arena arena; /* of the manifest's list */
	struct map names;   /* hash -> struct manifest_file */
	struct buf uri;
	bool failed; /* out of memory: "not there" was not true */
};

static const char *
ask_uri(struct ask *a, const struct digest *hash)
{
	const struct manifest_file *f = map_get(&a->names, SPAN_OF(*hash));

	buf_reset(&a->uri);
	buf_span(&a->uri, a->folder);
	if (f != NULL)
		buf_span(&a->uri, f->name);
	buf_byte(&a->uri, '\0');
	a->failed = a->failed || a->uri.failed;
	return a->uri.failed ? NULL : (const char *)a->uri.p;
}

/* The judge takes the hash at its source's word: here it is looked at. */
static struct span
ask_object(void *ctx, const struct digest *hash)
{
	static const struct span none = { NULL, 0 };
	struct ask *a = ctx;
	const char *uri = ask_uri(a, hash);
	struct digest is;
	struct span s;

	if (uri == NULL)
		return none;
	s = lib_span(a->source->object(a->source->ctx, hash->b, uri));
	if (s.p == NULL)
		return none;
	crypt_sha256(is.b, s);
	return digest_eq(&is, hash) ? s : none;
}

/* Not a judgement: what cannot be read, the judge will not ask about. */
static enum reason
ask_names(struct ask *a, struct span bytes, const struct limits *limits)
{
	struct manifest m;
	struct decode dec;
	struct cms cms;
	enum reason r;

	decode_init(&dec, &a->arena, limits, bytes);
	if (bytes.n > limits->object_max)
		return REASON_OK;
	r = cms_parse(&cms, bytes, &dec);
	if (r == REASON_OK)
		r = manifest_parse(&m, cms.content, &dec);
	if (r != REASON_OK)
		return r == R_LIMIT_MEMORY ? r : REASON_OK;
	for (size_t i = 0; i < m.n; i++)
		if (!map_put(&a->names, SPAN_OF(m.files[i].hash), &m.files[i]))
			return R_LIMIT_MEMORY;
	return REASON_OK;
}

static enum reason
judge(struct cairn_point *p, struct cairn *c, const struct cairn_point_in *in)
{
	struct ask ask = { .source = &in->source,
		.folder = p->ca->issuer.cert.repository_uri };
	struct rpki_point_in to = { .issuer = &p->ca->issuer,
		.manifest = lib_span(in->manifest),
		.at = in->at,
		.source = { ask_object, &ask },
		.limits = &c->limits,
		.verifier = &c->verifier };
	enum reason r;

	crypt_sha256(to.manifest_hash.b, to.manifest);
	arena_init(&ask.arena, (size_t)c->limits.point_memory);
	map_init(&ask.names);
	buf_init(
	    &ask.uri, (size_t)(c->limits.uri_max + c->limits.name_max) + 1);
	r = ask_names(&ask, to.manifest, &c->limits);
	if (r == REASON_OK)
		r = rpki_point_judge(&p->judged, &to, &p->arena);
	if (r == REASON_OK && ask.failed)
		r = R_LIMIT_MEMORY;
	buf_fini(&ask.uri);
	map_fini(&ask.names);
	arena_fini(&ask.arena);
	return r;
}

/* ---- the result
 * --------------------------------------------------------------- */

static bool
keep(struct arena *a, struct span *s)
{
	*s = arena_dup(a, *s);
	return s->p != NULL;
}

static enum reason
keep_borrowed(struct cairn_point *p)
{
	struct rpki_point *j = &p->judged;

	for (size_t i = 0; i < j->n_children; i++)
		if (!keep(&p->arena, &j->children[i].der))
			return R_LIMIT_MEMORY;
	for (size_t i = 0; i < j->n_payloads; i++) {
		struct payload *one = &j->payloads[i].payload;

		if (one->kind == PAYLOAD_ROUTER_KEY &&
		    !keep(&p->arena, &one->key.spki))
			return R_LIMIT_MEMORY;
	}
	return REASON_OK;
}

/* The chain's end with this point's manifest and CRL. */
static int64_t
until(const struct cairn_point *p)
{
	int64_t at = p->ca->info.chain_until_at;

	return p->judged.stale_at < at ? p->judged.stale_at : at;
}

static enum reason
make_origins(struct cairn_point *p)
{
	const struct rpki_point *j = &p->judged;
	int64_t from_at = p->ca->link.chain_from_at;

	if (j->issue.this_update_at > from_at)
		from_at = j->issue.this_update_at;
	p->origins = ARENA_ARRAY(&p->arena, j->n_objects, struct origin);
	if (p->origins == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < j->n_objects; i++) {
		const struct rpki_object *o = &j->objects[i];
		const char *uri = arena_str(&p->arena, o->uri);

		if (uri == NULL)
			return R_LIMIT_MEMORY;
		p->origins[i] = (struct origin){ .source = span_str(
						     p->ca->info.trust_anchor),
			.chain = &p->ca->link,
			.uri = span_str(uri),
			.hash = o->hash,
			.not_before_at = o->not_before_at,
			.not_after_at = o->not_after_at,
			.stale_at = j->stale_at,
			.chain_from_at = from_at,
			.chain_until_at = until(p) };
	}
	return REASON_OK;
}

static enum reason
make_payloads(struct cairn_point *p)
{
	const struct rpki_point *j = &p->judged;

	TRY(keep_borrowed(p));
	TRY(make_origins(p));
	p->payloads =
	    ARENA_ARRAY(&p->arena, j->n_payloads, struct cairn_payload);
	if (p->payloads == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < j->n_payloads; i++) {
		j->payloads[i].payload.origin =
		    &p->origins[j->payloads[i].object];
		lib_payload(&p->payloads[i], &j->payloads[i].payload);
	}
	return REASON_OK;
}

static enum reason
make_findings(struct cairn_point *p)
{
	const struct rpki_point *j = &p->judged;

	p->findings =
	    ARENA_ARRAY(&p->arena, j->n_findings, struct cairn_finding);
	if (p->findings == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < j->n_findings; i++) {
		const struct finding *f = &j->findings[i];
		struct cairn_finding *out = &p->findings[i];

		*out = (struct cairn_finding){ .reason = (int)f->reason,
			.effect = effect_id(f->effect),
			.uri = arena_str(&p->arena, f->object),
			.offset = f->offset,
			.detail = arena_str(&p->arena, f->detail) };
		memcpy(out->sha256, f->hash.b, sizeof(out->sha256));
		if (out->uri == NULL || out->detail == NULL)
			return R_LIMIT_MEMORY;
	}
	return REASON_OK;
}

static void
describe(struct cairn_point *p, struct cairn_bytes manifest)
{
	const struct rpki_point *j = &p->judged;

	p->info = (struct cairn_point_info){ .failed = j->failed,
		.incomplete = j->incomplete,
		.this_update_at = j->issue.this_update_at,
		.next_update_at = j->issue.next_update_at,
		.stale_at = j->stale_at,
		.from_at = j->from_at,
		.until_at = j->until_at,
		.files = j->n_files,
		.payloads = j->n_payloads,
		.children = j->n_children,
		.findings = j->n_findings };
	crypt_sha256(p->info.sha256, lib_span(manifest));
	memcpy(p->info.number, j->issue.number, sizeof(p->info.number));
}

static enum reason
point_take(
    struct cairn_point *p, struct cairn *c, const struct cairn_point_in *in)
{
	TRY(judge(p, c, in));
	TRY(make_payloads(p));
	TRY(make_findings(p));
	describe(p, in->manifest);
	return REASON_OK;
}

int
cairn_point_judge(
    struct cairn_point **out, struct cairn *c, const struct cairn_point_in *in)
{
	struct cairn_point *p = base_alloc(sizeof(*p));
	enum reason r;

	*out = NULL;
	if (p == NULL)
		return R_LIMIT_MEMORY;
	/* The judge keeps to point_memory; the copies are of bytes given. */
	arena_init(&p->arena, SIZE_MAX);
	p->ca = lib_ca_hold(in->ca);
	r = point_take(p, c, in);
	if (r == REASON_OK)
		*out = p;
	else
		cairn_point_free(p);
	return (int)r;
}

void
cairn_point_free(struct cairn_point *p)
{
	if (p == NULL)
		return;
	arena_fini(&p->arena);
	cairn_ca_free(p->ca);
	base_free(p);
}

const struct cairn_point_info *
cairn_point_info(const struct cairn_point *p)
{
	return &p->info;
}

const struct cairn_payload *
cairn_point_payload(const struct cairn_point *p, size_t i)
{
	return i < p->judged.n_payloads ? &p->payloads[i] : NULL;
}

const struct cairn_finding *
cairn_point_finding(const struct cairn_point *p, size_t i)
{
	return i < p->judged.n_findings ? &p->findings[i] : NULL;
}

int
cairn_point_child(struct cairn_ca **out, struct cairn *c,
    const struct cairn_point *p, size_t i)
{
	const struct rpki_child *child;
	struct lib_ca in = { .parent = p->ca,
		.trust_anchor = p->ca->info.trust_anchor,
		.until_at = until(p) };
	struct fault why;

	*out = NULL;
	if (i >= p->judged.n_children)
		return REASON_OK;
	child = &p->judged.children[i];
	in.der = child->der;
	in.uri = child->uri;
	in.effective = &child->issuer.resources;
	return (int)lib_ca_new(out, c, &in, &why);
}
