/*
 * One file of a publication point: RFC 6487 7.2 for certificates, RFC 6488 3
 * for signed objects.
 *
 * The signatures come before time, revocation and resources: whether they
 * hold depends on the object and the issuer's key alone, so that a verifier
 * may remember it, while the rest is judged anew each time.
 */
#include "rpki/point.h"

/* ---- what every certificate issued here must meet ---------------------- */

/* What the certificate holds. What RFC 8360 leaves out is reported. */
static enum reason
check_resources(struct resources *out, struct judge *j, const struct cert *cert,
    struct decode *dec)
{
	struct fault why;
	char cut[RESOURCE_TEXT];

	TRY(path_resources(out, cut, cert, &j->in->issuer->resources, dec));
	if (cut[0] == '\0')
		return REASON_OK;
	fault_init(&why, cert->der);
	(void)fault_say(&why, R_PATH_CUT, NULL, "%s", cut);
	return judge_report(j, EFFECT_WARNING, R_PATH_CUT, &why);
}

static enum reason
check_path(struct resources *held, struct judge *j, const struct cert *cert,
    struct decode *dec)
{
	if (!span_eq(cert->crl_uri, j->cms.ee.crl_uri))
		return fault_say(&dec->why, R_PATH_CRL_URI, cert->crl_uri.p,
		    "%.*s", SPAN_FMT(cert->crl_uri));
	TRY(path_check_time(cert, &j->time, &dec->why));
	if (crl_index_has(&j->revoked, cert->serial))
		return fault_at(&dec->why, R_PATH_REVOKED, cert->serial.p);
	return check_resources(held, j, cert, dec);
}

/* ---- what is found good ------------------------------------------------ */

/* Make room for n payloads of the file in question. */
static enum reason
add_object(
    struct judge *j, const struct cert *cert, uint64_t n, struct decode *dec)
{
	struct rpki_object o = { .hash = j->file->hash,
		.not_before_at = cert->not_before_at,
		.not_after_at = cert->not_after_at };

	if (n > j->in->limits->point_vrps - j->payloads.n) {
		j->too_much = true;
		return fault_say(&dec->why, R_LIMIT_ITEMS, NULL,
		    "more than %llu payloads in one point",
		    (unsigned long long)j->in->limits->point_vrps);
	}
	o.uri = judge_uri(j, j->file->name);
	if (o.uri.p == NULL)
		return R_LIMIT_MEMORY;
	TRY(path_resources_copy(
	    &o.resources, &cert->resources, NULL, j->arena));
	return vec_push(&j->objects, o) ? REASON_OK : R_LIMIT_MEMORY;
}

static enum reason
add_payload(struct judge *j, const struct payload *p)
{
	struct rpki_payload payload = { .payload = *p,
		.object = (uint32_t)(j->objects.n - 1) };

	return vec_push(&j->payloads, payload) ? REASON_OK : R_LIMIT_MEMORY;
}

/* What a child holds is kept once: what it inherits by its issuer, what it
 * says by itself for both what it says and what it holds of that. */
static enum reason
add_child(struct judge *j, struct cert *cert, const struct resources *held)
{
	const struct rpki_issuer *above = j->in->issuer;
	struct rpki_child c = { .der = cert->der, .hash = j->file->hash };
	struct resources *own = &cert->resources, kept;

	c.uri = judge_uri(j, j->file->name);
	if (c.uri.p == NULL)
		return R_LIMIT_MEMORY;
	TRY(path_resources_copy(&kept, held, &above->resources, j->arena));
	for (size_t i = 0; i < COUNT(kept.ip); i++)
		if (own->ip[i].r == held->ip[i].r)
			own->ip[i].r = kept.ip[i].r;
	if (own->as.r == held->as.r)
		own->as.r = kept.as.r;
	TRY(path_resources_copy(own, own, &kept, j->arena));
	c.issuer.cert = *cert;
	c.issuer.resources = kept;
	return vec_push(&j->children, c) ? REASON_OK : R_LIMIT_MEMORY;
}

/* ---- certificates ------------------------------------------------------ */

/* RFC 8209: the key may sign for each of its AS numbers. */
static enum reason
judge_router(struct judge *j, const struct cert *cert, struct decode *dec)
{
	const struct asn_set *as = &cert->resources.as;
	struct payload p = { .kind = PAYLOAD_ROUTER_KEY };
	uint64_t n = 0;

	for (size_t i = 0; i < as->n; i++)
		n += (uint64_t)as->r[i].hi - as->r[i].lo + 1;
	if (n == 0)
		return REASON_OK; /* RFC 8360 left nothing */
	TRY(add_object(j, cert, n, dec));
	p.key.ski = cert->ski;
	p.key.spki = cert->spki.der;
	for (size_t i = 0; i < as->n; i++)
		for (uint64_t v = as->r[i].lo; v <= as->r[i].hi; v++) {
			p.key.asn.v = (uint32_t)v;
			TRY(add_payload(j, &p));
		}
	return REASON_OK;
}

static enum reason
judge_cert(struct judge *j, struct span bytes, struct decode *dec)
{
	struct resources held;
	enum cert_kind kind;
	struct cert cert;

	TRY(cert_parse(&cert, bytes, dec));
	kind = cert_guess(&cert);
	if (kind == CERT_EE)
		return fault_say(&dec->why, R_POINT_MISPLACED, NULL,
		    "an EE certificate by itself");
	TRY(cert_check(&cert, kind, dec));
	TRY(cert_verify(
	    &cert, &j->in->issuer->cert, j->in->verifier, &dec->why));
	TRY(check_path(&held, j, &cert, dec));
	if (kind == CERT_CA)
		return add_child(j, &cert, &held);
	cert.resources = held;
	return judge_router(j, &cert, dec);
}

/* ---- signed objects ---------------------------------------------------- */

static enum reason
judge_roa(struct judge *j, const struct cms *cms, struct decode *dec)
{
	struct payload p = { .kind = PAYLOAD_VRP };
	struct roa roa;

	TRY(roa_parse(&roa, cms->content, dec));
	TRY(roa_check(&roa, &cms->ee, dec));
	TRY(add_object(j, &cms->ee, roa.n, dec));
	for (size_t i = 0; i < roa.n; i++) {
		p.vrp = roa.vrps[i];
		TRY(add_payload(j, &p));
	}
	return REASON_OK;
}

static enum reason
judge_aspa(struct judge *j, const struct cms *cms, struct decode *dec)
{
	struct payload p = { .kind = PAYLOAD_ASPA };
	struct span providers;

	TRY(aspa_parse(&p.aspa, cms->content, dec));
	TRY(aspa_check(&p.aspa, &cms->ee, dec));
	TRY(add_object(j, &cms->ee, 1, dec));
	providers = arena_dup(j->arena,
	    span_of(p.aspa.providers, p.aspa.n * sizeof(*p.aspa.providers)));
	if (providers.p == NULL)
		return R_LIMIT_MEMORY;
	p.aspa.providers = (const void *)providers.p;
	return add_payload(j, &p);
}

static enum reason
judge_tak(struct judge *j, const struct cms *cms, struct decode *dec)
{
	struct fault why;
	struct tak tak;

	TRY(tak_parse(&tak, cms->content, dec));
	TRY(tak_check(&tak, &cms->ee, dec));
	if (!span_eq(tak.current.spki.der, j->in->issuer->cert.spki.der))
		return fault_at(
		    &dec->why, R_POINT_TAK_KEY, tak.current.spki.der.p);
	if (!tak.has_predecessor && !tak.has_successor)
		return REASON_OK;
	fault_init(&why, cms->content);
	(void)fault_say(&why, R_POINT_TAK_SUCCESSOR, NULL, "%s%s%s",
	    tak.has_predecessor ? "predecessor" : "",
	    tak.has_predecessor && tak.has_successor ? " and " : "",
	    tak.has_successor ? "successor" : "");
	return judge_report(j, EFFECT_WARNING, R_POINT_TAK_SUCCESSOR, &why);
}

/* These yield nothing, but a bad one is worth a finding. */
static enum reason
judge_ghostbusters(struct judge *j, const struct cms *cms, struct decode *dec)
{
	struct ghostbusters g;

	(void)j;
	TRY(ghostbusters_parse(&g, cms->content, dec));
	return ghostbusters_check(&g, &cms->ee, dec);
}

static enum reason
judge_prefix_list(struct judge *j, const struct cms *cms, struct decode *dec)
{
	struct prefix_list list;

	(void)j;
	TRY(prefix_list_parse(&list, cms->content, dec));
	return prefix_list_check(&list, &cms->ee, dec);
}

/* What a signed object says, once it is known who said it. */
static enum reason (*const contents[OBJECT_TYPES])(
    struct judge *, const struct cms *, struct decode *) = {
	[OBJECT_ROA] = judge_roa,
	[OBJECT_ASPA] = judge_aspa,
	[OBJECT_TAK] = judge_tak,
	[OBJECT_GHOSTBUSTERS] = judge_ghostbusters,
	[OBJECT_PREFIX_LIST] = judge_prefix_list,
};

static enum reason
judge_signed(struct judge *j, struct span bytes, enum object_type type,
    struct decode *dec)
{
	struct span name = { 0 }, uri;
	struct resources held;
	struct cms cms;

	TRY(cms_parse(&cms, bytes, dec));
	if (object_type_by_oid(cms.type) != type)
		return fault_at(&dec->why, R_POINT_TYPE, cms.type.p);
	uri = cms.ee.object_uri;
	if (!path_name(&name, j->in->issuer->cert.repository_uri, uri) ||
	    !span_eq(name, j->file->name))
		return fault_say(
		    &dec->why, R_POINT_NAME, uri.p, "%.*s", SPAN_FMT(uri));
	TRY(judge_signatures(j, &cms, dec));
	TRY(check_path(&held, j, &cms.ee, dec));
	/* The profiles that allow no inherit must still see it. */
	if (!resources_has_inherit(&cms.ee.resources))
		cms.ee.resources = held;
	return contents[type](j, &cms, dec);
}

/* ---- any file ---------------------------------------------------------- */

static enum reason
judge_type(struct judge *j, struct span bytes, enum object_type type,
    struct decode *dec)
{
	/* RFC 9286 6.4: the hash is all there is to judge. */
	if (type == OBJECT_UNKNOWN || type == OBJECT_TAL)
		return REASON_OK;
	if (type == OBJECT_CERT) {
		TRY(judge_size(j, bytes, dec));
		return judge_cert(j, bytes, dec);
	}
	if (contents[type] == NULL)
		return fault_say(&dec->why, R_POINT_MISPLACED, NULL, "a %s",
		    object_type_id(type));
	TRY(judge_size(j, bytes, dec));
	return judge_signed(j, bytes, type, dec);
}

enum reason
judge_object(struct judge *j, struct span bytes)
{
	enum object_type type = object_type_by_name(j->file->name);
	struct decode dec;
	enum reason r;

	arena_reset(&j->scratch);
	decode_init(&dec, &j->scratch, j->in->limits, bytes);
	r = judge_type(j, bytes, type, &dec);
	if (r == REASON_OK) {
		j->out->n_valid[type]++;
		return REASON_OK;
	}
	if (r == R_LIMIT_MEMORY)
		return r;
	j->out->failed = j->too_much;
	return judge_report(
	    j, j->too_much ? EFFECT_POINT : EFFECT_OBJECT, r, &dec.why);
}
