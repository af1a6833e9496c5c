/* What statements say: from a description into bodies. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "world/say.h"

enum {
	DAY = 86400,
	CONTENT_CAP = 65536
};

static uint64_t
time_of(const struct world_speech *k, const struct world_say *s)
{
	return s->has_time ? (uint64_t)(k->w->at + s->time) : LEDGER_NEVER;
}

static enum reason
holder_take(struct digest *out, struct world_speech *k, const char *name)
{
	const struct world_author *a = author_find(k, name);

	if (a == NULL)
		return R_LIMIT_MEMORY;
	*out = a->id;
	return REASON_OK;
}

static enum reason
guardians_fill(struct world_speech *k, const struct world_say *s)
{
	struct statement_guardians *g = &k->s->body.guardians;

	g->given = s->guardians.n > 0;
	g->threshold = s->threshold;
	g->lock = s->lock;
	for (size_t i = 0; i < s->guardians.n; i++)
		TRY(holder_take(&g->holder[g->n++], k, s->guardians.name[i]));
	return REASON_OK;
}

/* ---- authorizations -------------------------------------------------- */

static enum reason
roa_fill(struct buf *out, struct world_speech *k, const struct world_item *i)
{
	struct roa roa = { .asn = i->asn };

	roa.vrps = ARENA_ARRAY(&k->arena, i->n_vrps, struct vrp);
	if (roa.vrps == NULL)
		return R_LIMIT_MEMORY;
	for (const struct world_vrp *v = i->vrps; v != NULL; v = v->next) {
		roa.vrps[roa.n] = v->vrp;
		roa.vrps[roa.n++].asn = i->asn;
	}
	roa_write(out, &roa);
	return REASON_OK;
}

/* SEQUENCE { asID, key } */
static enum reason
router_fill(struct buf *out, struct world_speech *k, const struct world_item *i)
{
	struct crypt_secret *secret = world_router_key(k->w->seed, i->name);
	struct digest id;
	struct span spki;
	enum reason r = R_LIMIT_MEMORY;
	size_t mark;

	if (secret != NULL)
		r = ledger_key(&spki, &id, secret, &k->arena);
	crypt_secret_free(secret);
	TRY(r);
	mark = der_open(out, DER_SEQUENCE);
	der_put_uint(out, i->asn.v);
	buf_span(out, spki);
	der_close(out, mark);
	return REASON_OK;
}

static enum reason
authorize_fill(struct world_speech *k, const struct world_say *s)
{
	const struct aspa aspa = { s->item.asn, s->item.n_providers,
		s->item.providers };
	struct statement_body *b = &k->s->body;
	struct buf content;
	enum reason r = REASON_OK;

	buf_init(&content, CONTENT_CAP);
	if (s->type == AUTHORIZE_ROA)
		r = roa_fill(&content, k, &s->item);
	else if (s->type == AUTHORIZE_ASPA)
		aspa_write(&content, &aspa);
	else
		r = router_fill(&content, k, &s->item);
	b->type = authorize_type_oid(s->type);
	b->content = arena_dup(&k->arena, buf_view(&content));
	if (content.failed || b->content.p == NULL)
		r = R_LIMIT_MEMORY;
	buf_fini(&content);
	return r;
}

/* ---- others ---------------------------------------------------------- */

/* A statement by its name; a holder's is its enrolment. */
static enum reason
subject_fill(struct world_speech *k, const struct world_say *s)
{
	const struct world_said *of = said_find(k, s->of);

	if (of == NULL)
		return fault_say(k->w->why, R_WORLD_DESCRIPTION, NULL,
		    "line %u: nothing was said of that name: %s", s->item.line,
		    s->of);
	k->s->body.subject = of->id;
	return REASON_OK;
}

static enum reason
offer_fill(struct world_speech *k, const struct world_say *s)
{
	struct statement_body *b = &k->s->body;

	if (s->escrow != NULL) {
		b->has_escrow = true;
		TRY(holder_take(&b->escrow, k, s->escrow));
	}
	if (s->hashlock != NULL) {
		b->has_hashlock = true;
		crypt_sha256(b->hashlock.b, span_str(s->hashlock));
	}
	return holder_take(&b->subject, k, s->to);
}

static enum reason
rdns_fill(struct world_speech *k, const struct world_say *s)
{
	struct statement_body *b = &k->s->body;
	uint8_t ds[68];
	size_t n = s->ds != NULL ? strlen(s->ds) / 2 : 0;

	b->prefix = s->item.vrps->vrp.prefix;
	for (size_t i = 0; i < s->servers.n; i++)
		b->servers[b->n_records++] = span_str(s->servers.name[i]);
	if (s->ds == NULL)
		return REASON_OK;
	if (n > sizeof(ds) || !hex_parse(ds, n, span_str(s->ds)))
		return fault_say(k->w->why, R_WORLD_DESCRIPTION, NULL,
		    "line %u: ds in hexadecimal expected", s->item.line);
	b->ds[b->n_ds++] = arena_dup(&k->arena, span_of(ds, n));
	return b->ds[0].p != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

enum reason
body_fill(struct world_speech *k, const struct world_say *s)
{
	struct statement_body *b = &k->s->body;

	b->time = time_of(k, s);
	b->resources.set = s->item.resources;
	b->flag = s->kind == STATEMENT_SETTLE ? s->complete : s->sublease;
	switch ((int)s->kind) {
	case STATEMENT_ENROLL:
	case STATEMENT_ROTATE:
		return guardians_fill(k, s);
	case STATEMENT_OFFER:
		return offer_fill(k, s);
	case STATEMENT_LEASE:
		return holder_take(&b->subject, k, s->to);
	case STATEMENT_ACCEPT:
		if (s->preimage != NULL)
			b->preimage = span_str(s->preimage);
		return subject_fill(k, s);
	case STATEMENT_SETTLE:
	case STATEMENT_WITHDRAW:
	case STATEMENT_ENDORSE:
		return subject_fill(k, s);
	case STATEMENT_AUTHORIZE:
		return authorize_fill(k, s);
	case STATEMENT_NAME:
		b->label = span_str(s->label);
		return REASON_OK;
	case STATEMENT_SERVICE:
		b->n_records = s->n_records;
		memcpy(b->records, s->records, sizeof(s->records));
		return REASON_OK;
	case STATEMENT_RDNS:
		return rdns_fill(k, s);
	default:
		return REASON_OK;
	}
}

/* ---- evidence -------------------------------------------------------- */

/* What was published, from the disk: it may carry a fault. */
static enum reason
certificate_read(
    struct span *out, struct world_speech *k, const struct world_ca *ca)
{
	char path[2 * WORLD_URI], uri[WORLD_URI];
	uint8_t *bytes = arena_alloc(&k->arena, CONTENT_CAP);
	ssize_t n = -1;
	int fd;

	if (bytes == NULL)
		return R_LIMIT_MEMORY;
	world_item_uri(uri, sizeof(uri), ca->item);
	(void)snprintf(path, sizeof(path), "%s/repo/%s", k->w->dir,
	    uri + sizeof("rsync://") - 1);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, bytes, CONTENT_CAP);
		(void)close(fd);
	}
	if (n <= 0)
		return fault_say(
		    k->w->why, R_WORLD_WRITE, NULL, "%s: not there", path);
	*out = span_of(bytes, (size_t)n);
	return REASON_OK;
}

static enum reason
chain_fill(struct world_speech *k, const struct world_ca *ca)
{
	const struct world_ca *path[LEDGER_CHAIN];
	struct statement_body *b = &k->s->body;
	size_t n = 0;

	for (; ca != NULL && n < COUNT(path); ca = ca->parent)
		path[n++] = ca;
	while (n > 0)
		TRY(certificate_read(&b->chain[b->n_chain++], k, path[--n]));
	return REASON_OK;
}

static enum reason
checklist_fill(struct world_speech *k, const struct world_say *s,
    struct evidence_spec *spec)
{
	struct statement_body *b = &k->s->body;
	struct decode dec;
	struct buf out;
	enum reason r;

	/* For another than who claims by it. */
	if (s->fault != NULL && strcmp(s->fault->act, "evidence") == 0)
		spec->holder.b[0] ^= 1;
	decode_init(&dec, &k->arena, ledger_limits(), spec->ca_cert);
	buf_init(&out, CONTENT_CAP);
	r = evidence_write(&out, spec, &dec);
	b->rsc = r == REASON_OK ? arena_dup(&k->arena, buf_view(&out))
				: span_of(NULL, 0);
	buf_fini(&out);
	if (r != REASON_OK)
		return fault_say(k->w->why, R_WORLD_DESCRIPTION, NULL,
		    "line %u: no evidence can be made: %s %s", s->item.line,
		    reason_text(r), dec.why.detail);
	return b->rsc.p != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

enum reason
body_evidence(struct world_speech *k, const struct world_say *s)
{
	const struct world_ca *ca = world_ca_find(k->w->world, s->evidence);
	struct statement_body *b = &k->s->body;
	struct crypt_secret *ca_key = world_ca_key(k->w->seed, ca->number);
	struct crypt_secret *ee_key = world_ee_key(k->w->seed, s->item.name);
	uint8_t serial[16];
	enum reason r;

	world_serial(serial, k->w->seed, s->item.name);
	b->has_evidence = true;
	r = ca_key == NULL || ee_key == NULL ? R_LIMIT_MEMORY
					     : chain_fill(k, ca);
	if (r == REASON_OK) {
		struct evidence_spec spec = {
			.ledger = k->genesis,
			.holder = k->s->holder,
			.resources = b->resources.set,
			.ca_cert = b->chain[b->n_chain - 1],
			.ca_key = ca_key,
			.ee_key = ee_key,
			.serial = SPAN_OF(serial),
			.from_at = k->w->at - DAY,
			.until_at = k->w->at + 30 * DAY,
		};

		r = checklist_fill(k, s, &spec);
	}
	crypt_secret_free(ca_key);
	crypt_secret_free(ee_key);
	return r;
}
