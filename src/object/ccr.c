/*
 * Canonical Cache Representation, draft-ietf-sidrops-rpki-ccr: what a
 * validated cache says, without signature.
 *
 *	ContentInfo ::= SEQUENCE {
 *		contentType	OBJECT IDENTIFIER,
 *		content [0]	SEQUENCE {
 *			version [0]	INTEGER DEFAULT 0,
 *			hashAlg		AlgorithmIdentifier,
 *			producedAt	GeneralizedTime,
 *			mfts [1]	ManifestState OPTIONAL,
 *			vrps [2]	SEQUENCE { list, hash } OPTIONAL,
 *			vaps [3]	SEQUENCE { list, hash } OPTIONAL,
 *			tas [4]		TrustAnchorState OPTIONAL,
 *			rks [5]		SEQUENCE { list, hash } OPTIONAL } }
 *
 * Lists of { asID, ipAddrBlocks }, { asID, providers }, { asID, keys }; each
 * hash is of the DER of its list. One AS's VRPs are, byte for byte, the
 * content of a ROA: roa.c reads and writes them. Manifests and trust anchors
 * are not looked at, nor are states of later versions.
 */
#include <stdlib.h>

#include "object/part.h"

/* id-ct-rpkiCanonicalCacheRepresentation, 1.2.840.113549.1.9.16.1.54 */
#define OID_CCR SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x36")

enum {
	STATE_MANIFESTS = 1,
	STATE_VRPS,
	STATE_ASPAS,
	STATE_ANCHORS,
	STATE_KEYS
};

/* ---- reading ------------------------------------------------------------- */

struct reading {
	struct decode *dec;
	VEC(struct payload) payloads;
};

static enum reason
add(struct reading *r, const struct der *at, const struct payload *p)
{
	return vec_push(&r->payloads, *p) ? REASON_OK
					  : der_fail(at, R_LIMIT_MEMORY);
}

static enum reason
asn_read(struct asn *out, struct der *d)
{
	uint64_t v = 0;

	TRY(der_uint(&v, d, UINT32_MAX));
	out->v = (uint32_t)v;
	return REASON_OK;
}

static enum reason
vrps_read(struct reading *r, struct der *list)
{
	struct payload p = { .kind = PAYLOAD_VRP };
	struct span whole;
	struct roa roa;

	TRY(der_any(&whole, list));
	TRY(roa_parse(&roa, whole, r->dec));
	for (size_t i = 0; i < roa.n; i++) {
		p.vrp = roa.vrps[i];
		TRY(add(r, list, &p));
	}
	return REASON_OK;
}

/* As the profile of ASPAs has them, of any number: several were united. */
static enum reason
aspa_read(struct reading *r, struct der *list)
{
	struct payload p = { .kind = PAYLOAD_ASPA };
	struct der set, providers;
	struct asn *to;
	size_t n;

	TRY(der_enter(&set, list, DER_SEQUENCE));
	TRY(asn_read(&p.aspa.customer, &set));
	TRY(der_enter(&providers, &set, DER_SEQUENCE));
	TRY(der_end(&set));
	TRY(der_count(&n, &providers, SIZE_MAX));
	if (n == 0)
		return der_fail(&providers, R_CCR_PROVIDERS);
	to = ARENA_ARRAY(r->dec->arena, n, struct asn);
	if (to == NULL)
		return der_fail(&providers, R_LIMIT_MEMORY);
	p.aspa.providers = to;
	p.aspa.n = n;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *at = providers.at;

		TRY(asn_read(&to[i], &providers));
		if (to[i].v == p.aspa.customer.v ||
		    (i > 0 && (to[i].v <= to[i - 1].v || to[0].v == 0)))
			return fault_say(providers.why, R_CCR_PROVIDERS, at,
			    "AS%u of AS%u", to[i].v, p.aspa.customer.v);
	}
	return add(r, list, &p);
}

static enum reason
keys_read(struct reading *r, struct der *list)
{
	struct payload p = { .kind = PAYLOAD_ROUTER_KEY };
	struct der set, keys;

	TRY(der_enter(&set, list, DER_SEQUENCE));
	TRY(asn_read(&p.key.asn, &set));
	TRY(der_enter(&keys, &set, DER_SEQUENCE));
	TRY(der_end(&set));
	while (der_more(&keys)) {
		struct der key;
		struct span ski, contents;
		const uint8_t *at;

		TRY(der_enter(&key, &keys, DER_SEQUENCE));
		at = key.at;
		TRY(der_octets(&ski, &key));
		if (ski.n != sizeof(p.key.ski.b))
			return fault_at(key.why, R_CCR_SKI, at);
		for (size_t i = 0; i < ski.n; i++)
			p.key.ski.b[i] = ski.p[i];
		TRY(der_whole(&p.key.spki, &contents, &key, DER_SEQUENCE));
		TRY(der_end(&key));
		TRY(add(r, list, &p));
	}
	return REASON_OK;
}

/* Is the hash that follows a list the list's? */
static enum reason
hash_read(struct der *state, struct span list)
{
	uint8_t want[32];
	struct span hash;
	const uint8_t *at = state->at;

	TRY(der_octets(&hash, state));
	TRY(der_end(state));
	crypt_sha256(want, list);
	return span_eq(hash, SPAN_OF(want))
		   ? REASON_OK
		   : fault_at(state->why, R_CCR_HASH, at);
}

static enum reason
state_read(struct reading *r, bool *there, struct der *d, unsigned number,
    enum reason (*read)(struct reading *, struct der *))
{
	struct der outer, state, list;
	struct span whole, contents;

	*there = der_is(d, DER_CONTEXT_CONS(number));
	if (!*there)
		return REASON_OK;
	TRY(der_enter(&outer, d, DER_CONTEXT_CONS(number)));
	TRY(der_enter(&state, &outer, DER_SEQUENCE));
	TRY(der_end(&outer));
	TRY(der_whole(&whole, &contents, &state, DER_SEQUENCE));
	TRY(hash_read(&state, whole));
	der_init(&list, contents, state.why);
	while (der_more(&list))
		TRY(read(r, &list));
	return REASON_OK;
}

static enum reason
pass(struct der *d, unsigned number)
{
	struct span whole;

	return der_is(d, DER_CONTEXT_CONS(number)) ? der_any(&whole, d)
						   : REASON_OK;
}

static enum reason
content_read(struct ccr *out, struct reading *r, struct der *d)
{
	struct span whole;

	TRY(part_version(d, 0, R_CCR_VERSION));
	TRY(part_algorithm(NULL, d, OID_SHA256, R_CCR_DIGEST));
	TRY(der_generalized_time(&out->produced_at, d));
	TRY(pass(d, STATE_MANIFESTS));
	TRY(state_read(r, &out->has_vrps, d, STATE_VRPS, vrps_read));
	TRY(state_read(r, &out->has_aspas, d, STATE_ASPAS, aspa_read));
	TRY(pass(d, STATE_ANCHORS));
	TRY(state_read(r, &out->has_keys, d, STATE_KEYS, keys_read));
	while (der_more(d))
		TRY(der_any(&whole, d));
	return REASON_OK;
}

static enum reason
read_all(struct ccr *out, struct reading *r, struct span der)
{
	struct der d, info, outer, content;

	der_init(&d, der, &r->dec->why);
	TRY(der_enter(&info, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	TRY(der_oid_is(&info, OID_CCR, R_CCR_TYPE));
	TRY(der_enter(&outer, &info, DER_CONTEXT_CONS(0)));
	TRY(der_end(&info));
	TRY(der_enter(&content, &outer, DER_SEQUENCE));
	TRY(der_end(&outer));
	TRY(content_read(out, r, &content));
	if (!out->has_vrps && !out->has_aspas && !out->has_keys)
		return der_fail(&content, R_CCR_EMPTY);
	return REASON_OK;
}

enum reason
ccr_parse(struct ccr *out, struct span der, struct decode *dec)
{
	struct limits limits = *dec->limits;
	struct decode all = *dec;
	struct reading r = { .dec = &all };
	enum reason reason;

	/* A list is of all ROAs of an AS: the file's size is its limit. */
	limits.resource_items = SIZE_MAX;
	all.limits = &limits;
	*out = (struct ccr){ 0 };
	reason = read_all(out, &r, der);
	dec->why = all.why;
	if (reason == REASON_OK) {
		out->n = r.payloads.n;
		out->payloads = ARENA_ARRAY(dec->arena, out->n, struct payload);
		if (out->payloads == NULL)
			reason = fault_at(&dec->why, R_LIMIT_MEMORY, NULL);
	}
	for (size_t i = 0; reason == REASON_OK && i < out->n; i++)
		out->payloads[i] = r.payloads.v[i];
	vec_fini(&r.payloads);
	return reason;
}

/* ---- writing ------------------------------------------------------------- */

/* By AS number, then as the lists are. */
static int
by_asn(const void *va, const void *vb)
{
	const struct payload *a = *(const struct payload *const *)va;
	const struct payload *b = *(const struct payload *const *)vb;
	uint32_t x = a->kind == PAYLOAD_VRP ? a->vrp.asn.v : a->key.asn.v;
	uint32_t y = b->kind == PAYLOAD_VRP ? b->vrp.asn.v : b->key.asn.v;

	return x != y ? (x > y) - (x < y) : payload_cmp(a, b);
}

struct writing {
	struct buf *b;
	VEC(const struct payload *) some; /* of one kind, each once */
};

static void
collect(struct writing *w, const struct ccr *ccr, enum payload_kind kind)
{
	const struct payload *p = ccr->payloads;

	w->some.n = 0;
	for (size_t i = 0; i < ccr->n; i++)
		if (p[i].kind == kind &&
		    (i == 0 || payload_cmp(&p[i - 1], &p[i]) != 0) &&
		    !vec_push(&w->some, &p[i]))
			w->b->failed = true;
	if (kind != PAYLOAD_ASPA && w->some.n > 1)
		qsort(w->some.v, w->some.n, sizeof(const void *), by_asn);
}

/* How many from `at` on are of one AS. */
static size_t
run_of(const struct writing *w, size_t at)
{
	size_t n = 1;
	bool is_vrp = w->some.v[at]->kind == PAYLOAD_VRP;

	while (
	    at + n < w->some.n &&
	    (is_vrp ? w->some.v[at]->vrp.asn.v == w->some.v[at + n]->vrp.asn.v
		    : w->some.v[at]->key.asn.v == w->some.v[at + n]->key.asn.v))
		n++;
	return n;
}

static void
vrps_write(struct writing *w)
{
	VEC(struct vrp) vrps = { 0 };
	size_t n;

	for (size_t i = 0; i < w->some.n; i += n) {
		struct roa roa = { .asn = w->some.v[i]->vrp.asn };

		n = run_of(w, i);
		vrps.n = 0;
		for (size_t j = 0; j < n; j++)
			if (!vec_push(&vrps, w->some.v[i + j]->vrp))
				w->b->failed = true;
		roa.n = vrps.n;
		roa.vrps = vrps.v;
		roa_write(w->b, &roa);
	}
	vec_fini(&vrps);
}

static void
aspas_write(struct writing *w)
{
	for (size_t i = 0; i < w->some.n; i++) {
		const struct aspa *a = &w->some.v[i]->aspa;
		size_t set = der_open(w->b, DER_SEQUENCE), providers;

		der_put_uint(w->b, a->customer.v);
		providers = der_open(w->b, DER_SEQUENCE);
		for (size_t j = 0; j < a->n; j++)
			der_put_uint(w->b, a->providers[j].v);
		der_close(w->b, providers);
		der_close(w->b, set);
	}
}

static void
keys_write(struct writing *w)
{
	size_t n;

	for (size_t i = 0; i < w->some.n; i += n) {
		size_t set = der_open(w->b, DER_SEQUENCE), keys, key;

		n = run_of(w, i);
		der_put_uint(w->b, w->some.v[i]->key.asn.v);
		keys = der_open(w->b, DER_SEQUENCE);
		for (size_t j = 0; j < n; j++) {
			const struct router_key *k = &w->some.v[i + j]->key;

			key = der_open(w->b, DER_SEQUENCE);
			der_put_octets(w->b, SPAN_OF(k->ski));
			buf_span(w->b, k->spki);
			der_close(w->b, key);
		}
		der_close(w->b, keys);
		der_close(w->b, set);
	}
}

static void
state_write(struct writing *w, const struct ccr *ccr, enum payload_kind kind)
{
	static const struct {
		unsigned state;
		void (*write)(struct writing *);
	} states[] = { [PAYLOAD_VRP] = { STATE_VRPS, vrps_write },
		[PAYLOAD_ASPA] = { STATE_ASPAS, aspas_write },
		[PAYLOAD_ROUTER_KEY] = { STATE_KEYS, keys_write } };
	struct buf *b = w->b;
	size_t outer = der_open(b, DER_CONTEXT_CONS(states[kind].state));
	size_t state = der_open(b, DER_SEQUENCE), start = b->n;
	size_t list = der_open(b, DER_SEQUENCE);
	uint8_t hash[32];

	collect(w, ccr, kind);
	states[kind].write(w);
	der_close(b, list);
	crypt_sha256(
	    hash, b->failed ? SPAN("") : span_of(b->p + start, b->n - start));
	der_put_octets(b, SPAN_OF(hash));
	der_close(b, state);
	der_close(b, outer);
}

void
ccr_write(struct buf *b, const struct ccr *ccr)
{
	struct writing w = { .b = b };
	size_t info = der_open(b, DER_SEQUENCE), outer, content, algorithm;

	der_put_oid(b, OID_CCR);
	outer = der_open(b, DER_CONTEXT_CONS(0));
	content = der_open(b, DER_SEQUENCE);
	/* RFC 5754 2: without parameters. */
	algorithm = der_open(b, DER_SEQUENCE);
	der_put_oid(b, OID_SHA256);
	der_close(b, algorithm);
	der_put_generalized_time(b, ccr->produced_at);
	if (ccr->has_vrps)
		state_write(&w, ccr, PAYLOAD_VRP);
	if (ccr->has_aspas)
		state_write(&w, ccr, PAYLOAD_ASPA);
	if (ccr->has_keys)
		state_write(&w, ccr, PAYLOAD_ROUTER_KEY);
	der_close(b, content);
	der_close(b, outer);
	der_close(b, info);
	vec_fini(&w.some);
}
