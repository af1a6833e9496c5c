/*
 * Answers, as the run reads them: from a process that may have been taken over
 * by what it read.
 *
 * Nothing in it counts before it is known to be possible: sets are canonical
 * and inside the issuer's, payloads inside their object's, numbers of files on
 * the manifest, spans in the bytes, text printable. So the worst that a worker
 * taken over can do is to speak for the issuers it was asked about, which who
 * took it over had to be one of.
 */
#include <string.h>

#include "pool/wire_answer.h"

size_t
wire_held_count(const struct job *j)
{
	return j->n_files + (j->kind == JOB_JUDGE);
}

/* ---- what all parts need ---------------------------------------------- */

struct reader {
	struct wire_in *r;
	const struct job *job;
	struct arena *arena;
	struct span point; /* manifest's URI, in the arena */
	bool no_memory;
};

static void
require(struct reader *t, bool ok)
{
	t->r->failed = t->r->failed || !ok;
}

static void *
array(struct reader *t, size_t n, size_t size)
{
	void *p = t->r->failed ? NULL : arena_array(t->arena, n, size);

	if (p == NULL && !t->r->failed)
		t->no_memory = t->r->failed = true;
	return p;
}
#define ARRAY(t, n, type) ((type *)array((t), (n), sizeof(type)))

/* What is the issuer's own array need not be compared with it. */
static struct resources
less_inherited(const struct resources *r, const struct resources *above)
{
	struct resources left = *r;

	for (size_t i = 0; i < COUNT(left.ip); i++)
		if (left.ip[i].r == above->ip[i].r)
			left.ip[i].n = 0;
	if (left.as.r == above->as.r)
		left.as.n = 0;
	return left;
}

/* Inherits nothing, and the issuer has all of it. */
static void
get_held(struct reader *t, struct resources *out)
{
	const struct resources *above = &t->job->issuer->resources;
	struct resources left;

	if (!wire_get_resources(t->r, out, above, t->arena))
		t->no_memory = t->r->failed = true;
	if (t->r->failed)
		return;
	left = less_inherited(out, above);
	require(t, !resources_has_inherit(out) &&
		       resources_contain(above, &left, NULL));
}

static struct span
uri_of(struct reader *t, const struct job_file *f)
{
	struct span uri =
	    uri_join(t->arena, t->job->issuer->cert.repository_uri, f->name);

	if (uri.p == NULL)
		t->no_memory = t->r->failed = true;
	return uri;
}

/* A copy: the store's bytes are there until the next commit. */
static struct span
kept(struct reader *t, struct span bytes)
{
	struct span copy = { NULL, 0 };

	if (t->r->failed)
		return copy;
	copy = arena_dup(t->arena, bytes);
	if (copy.p == NULL)
		t->no_memory = t->r->failed = true;
	return copy;
}

/* Memos have the bytes of certificates, by their names, and of no other. */
static void
require_type(struct reader *t, const struct job_file *f, enum object_type type)
{
	require(t, object_type_by_name(f->name) == type);
	if (type == OBJECT_CERT)
		require(t, f->bytes.p != NULL);
}

/* The next file that yields something: each at most once, and in order. */
static const struct job_file *
get_file(struct reader *t, size_t *next)
{
	uint64_t at;

	if (*next >= t->job->n_files) {
		t->r->failed = true;
		return NULL;
	}
	at = wire_get_max(t->r, t->job->n_files - 1);
	require(t, at >= *next && t->job->files[at].bytes.n > 0);
	*next = (size_t)at + 1;
	return t->r->failed ? NULL : &t->job->files[at];
}

/* ---- parts of a point ---------------------------------------------------- */

static void
get_objects(
    struct reader *t, struct rpki_point *p, const struct job_file **files)
{
	size_t next = 0;

	for (size_t i = 0; i < p->n_objects && !t->r->failed; i++) {
		struct rpki_object *o = &p->objects[i];

		files[i] = get_file(t, &next);
		o->not_before_at = wire_get_time(t->r);
		o->not_after_at = wire_get_time(t->r);
		get_held(t, &o->resources);
		if (t->r->failed)
			return;
		o->uri = uri_of(t, files[i]);
		o->hash = files[i]->hash;
	}
}

static bool
has_host_bits(const struct prefix *p)
{
	unsigned rest = 0;

	if (p->len % 8 != 0)
		rest = p->addr.b[p->len / 8] & (0xffu >> p->len % 8);
	for (size_t i = (p->len + 7u) / 8; i < sizeof(p->addr.b); i++)
		rest |= p->addr.b[i];
	return rest != 0;
}

static void
get_vrp(struct reader *t, struct vrp *v, const struct resources *held)
{
	struct prefix *p = &v->prefix;
	unsigned bits;

	wire_get(t->r, &v->asn, sizeof(v->asn));
	p->family = (enum family)wire_get_max(t->r, FAMILY_V6);
	wire_get(t->r, &p->len, 1);
	wire_get(t->r, &v->max_len, 1);
	wire_get(t->r, &p->addr, sizeof(p->addr));
	require(t, p->family == FAMILY_V4 || p->family == FAMILY_V6);
	if (t->r->failed)
		return;
	bits = family_bits(p->family);
	require(t, p->len <= v->max_len && v->max_len <= bits);
	if (t->r->failed)
		return;
	require(t, !has_host_bits(p));
	require(t, resources_contain_prefix(held, p));
}

static void
get_aspa(struct reader *t, struct aspa *a, const struct resources *held)
{
	struct asn *providers;

	wire_get(t->r, &a->customer, sizeof(a->customer));
	a->n = wire_get_count(t->r, sizeof(*providers));
	require(t, a->n > 0 && a->n <= t->job->limits->aspa_providers);
	require(t, resources_contain_asn(held, a->customer));
	providers = ARRAY(t, a->n, struct asn);
	if (providers == NULL)
		return;
	wire_get(t->r, providers, a->n * sizeof(*providers));
	for (size_t i = 1; i < a->n; i++)
		require(t, providers[i - 1].v < providers[i].v);
	a->providers = providers;
}

static void
get_router_key(struct reader *t, struct router_key *k, struct span bytes,
    const struct resources *held)
{
	wire_get(t->r, &k->asn, sizeof(k->asn));
	wire_get(t->r, &k->ski, sizeof(k->ski));
	k->spki = kept(t, wire_get_part(t->r, bytes));
	require(t, k->spki.n > 0 && resources_contain_asn(held, k->asn));
}

static void
get_payloads(
    struct reader *t, struct rpki_point *p, const struct job_file *const *files)
{
	static const enum object_type types[] = {
		[PAYLOAD_VRP] = OBJECT_ROA,
		[PAYLOAD_ASPA] = OBJECT_ASPA,
		[PAYLOAD_ROUTER_KEY] = OBJECT_CERT,
	};
	uint64_t last = 0;

	for (size_t i = 0; i < p->n_payloads && !t->r->failed; i++) {
		struct payload *y = &p->payloads[i].payload;
		const struct resources *held;

		y->kind = (enum payload_kind)wire_get_max(
		    t->r, (uint64_t)PAYLOAD_ROUTER_KEY);
		p->payloads[i].object =
		    (uint32_t)wire_get_max(t->r, UINT32_MAX);
		require(t, p->payloads[i].object >= last &&
			       p->payloads[i].object < p->n_objects);
		if (t->r->failed)
			return;
		last = p->payloads[i].object;
		held = &p->objects[last].resources;
		require_type(t, files[last], types[y->kind]);
		switch (y->kind) {
		case PAYLOAD_VRP:
			get_vrp(t, &y->vrp, held);
			break;
		case PAYLOAD_ASPA:
			get_aspa(t, &y->aspa, held);
			break;
		case PAYLOAD_ROUTER_KEY:
			get_router_key(t, &y->key, files[last]->bytes, held);
			break;
		}
	}
}

/* The walk goes by these URIs. */
static void
require_uri(struct reader *t, struct span uri, enum uri_scheme scheme)
{
	struct uri u;

	require(t, uri_parse(&u, uri, t->job->limits) == REASON_OK &&
		       u.scheme == scheme);
}

static void
get_cert(struct reader *t, struct cert *c, struct span der,
    const struct resources *held)
{
	if (!wire_get_cert(t->r, c, der, held, t->arena))
		t->no_memory = t->r->failed = true;
	require(t, c->kind == CERT_CA && c->spki.key.raw.n > 0 &&
		       c->spki.der.n > 0 && c->subject.n > 0 &&
		       c->serial.n > 0 && c->tbs.n > 0);
	require_uri(t, c->repository_uri, URI_RSYNC);
	require_uri(t, c->manifest_uri, URI_RSYNC);
	if (c->notify_uri.n > 0)
		require_uri(t, c->notify_uri, URI_HTTPS);
}

static void
get_children(struct reader *t, struct rpki_point *p)
{
	size_t next = 0;

	for (size_t i = 0; i < p->n_children && !t->r->failed; i++) {
		struct rpki_child *c = &p->children[i];
		struct resources held;
		struct cert cert = { 0 };
		const struct job_file *f = get_file(t, &next);

		if (f == NULL)
			return;
		require_type(t, f, OBJECT_CERT);
		c->der = kept(t, f->bytes);
		c->hash = f->hash;
		c->uri = uri_of(t, f);
		get_held(t, &held);
		get_cert(t, &cert, c->der, &held);
		if (!t->r->failed && rpki_issuer_init(&c->issuer, &cert, &held,
					 t->job->issuer) != REASON_OK)
			t->no_memory = t->r->failed = true;
	}
}

static void
get_detail(struct reader *t, struct finding *f)
{
	struct span text = wire_get_span(t->r);

	require(t, text.n < sizeof(((struct fault *)0)->detail));
	for (size_t i = 0; i < text.n && !t->r->failed; i++)
		require(t, text.p[i] >= 0x20 && text.p[i] < 0x7f);
	if (t->r->failed)
		return;
	f->detail = arena_dup(t->arena, text);
	if (f->detail.p == NULL)
		t->no_memory = t->r->failed = true;
}

static void
get_findings(struct reader *t, struct rpki_point *p)
{
	for (size_t i = 0; i < p->n_findings && !t->r->failed; i++) {
		struct finding *f = &p->findings[i];
		uint64_t file;
		bool absent;

		f->reason = (enum reason)wire_get_max(t->r, REASON_COUNT - 1);
		f->effect =
		    (enum effect)wire_get_max(t->r, (uint64_t)EFFECT_POINT);
		file = wire_get_max(t->r, WIRE_MANIFEST);
		absent = wire_get_bool(t->r);
		f->offset = wire_get_max(t->r, t->job->limits->object_max);
		get_detail(t, f);
		require(
		    t, f->reason != REASON_OK &&
			   (file == WIRE_MANIFEST || file < t->job->n_files));
		if (t->r->failed)
			return;
		f->point = f->object = t->point;
		f->hash = t->job->manifest_hash;
		if (file != WIRE_MANIFEST) {
			f->object = uri_of(t, &t->job->files[file]);
			f->hash = t->job->files[file].hash;
		}
		if (absent)
			f->hash = (struct digest){ 0 };
	}
}

void
wire_get_issue(struct wire_in *r, struct rpki_issue *out)
{
	*out = (struct rpki_issue){ 0 };
	wire_get(r, out->number, sizeof(out->number));
	out->this_update_at = wire_get_time(r);
	out->next_update_at = wire_get_time(r);
}

/* ---- the point -------------------------------------------------------- */

/* A failed one says nothing but why; one that holds is of the time, as its
 * manifest is: that will be the floor of those that follow. */
static void
require_whole(struct reader *t, const struct rpki_point *p)
{
	uint64_t valid = 0;

	for (size_t i = 0; i < COUNT(p->n_valid); i++)
		valid += p->n_valid[i];
	require(t, valid <= (uint64_t)t->job->n_files + 2);
	require(t, p->from_at <= t->job->at && t->job->at < p->until_at);
	if (p->failed)
		require(t, p->n_objects == 0 && p->n_children == 0 &&
			       p->n_findings > 0 && valid == 0);
	else
		require(t, !p->incomplete && p->n_files == t->job->n_files &&
			       p->n_files > 0 &&
			       p->issue.this_update_at <= t->job->at &&
			       t->job->at <= p->issue.next_update_at);
}

static void
get_head(struct reader *t, struct rpki_point *p)
{
	uint64_t most = t->job->manifest.n;

	for (size_t i = 0; i < t->job->n_files; i++)
		most += t->job->files[i].bytes.n;
	p->failed = wire_get_bool(t->r);
	p->incomplete = wire_get_bool(t->r);
	wire_get(t->r, &p->missing, sizeof(p->missing));
	wire_get_issue(t->r, &p->issue);
	p->stale_at = wire_get_time(t->r);
	p->n_files = (size_t)wire_get_max(t->r, t->job->limits->manifest_files);
	p->from_at = wire_get_time(t->r);
	p->until_at = wire_get_time(t->r);
	p->bytes = wire_get_max(t->r, most);
	wire_get(t->r, p->n_valid, sizeof(p->n_valid));
}

/* The judge leaves the issue empty where it did not come to read it. */
static void
set_issue_hash(struct reader *t, struct rpki_issue *issue)
{
	static const uint8_t zero[20] = { 0 };
	bool unread = issue->this_update_at == 0 &&
		      issue->next_update_at == 0 &&
		      memcmp(issue->number, zero, sizeof(zero)) == 0;

	if (!unread)
		issue->hash = t->job->manifest_hash;
}

#define LEAST_OBJECT  24
#define LEAST_PAYLOAD 8
#define LEAST_CHILD   64
#define LEAST_FINDING 6

static void
get_point(struct reader *t, struct rpki_point *p)
{
	const struct job_file **files;

	get_head(t, p);
	set_issue_hash(t, &p->issue);
	p->n_objects = wire_get_count(t->r, LEAST_OBJECT);
	require(t, p->n_objects <= t->job->n_files);
	p->objects = ARRAY(t, p->n_objects, struct rpki_object);
	files = ARRAY(t, p->n_objects, const struct job_file *);
	if (t->r->failed)
		return;
	get_objects(t, p, files);
	p->n_payloads = wire_get_count(t->r, LEAST_PAYLOAD);
	require(t, p->n_payloads <= t->job->limits->point_vrps);
	p->payloads = ARRAY(t, p->n_payloads, struct rpki_payload);
	if (t->r->failed)
		return;
	get_payloads(t, p, files);
	p->n_children = wire_get_count(t->r, LEAST_CHILD);
	require(t, p->n_children <= t->job->n_files);
	p->children = ARRAY(t, p->n_children, struct rpki_child);
	if (t->r->failed)
		return;
	get_children(t, p);
	p->n_findings = wire_get_count(t->r, LEAST_FINDING);
	require(t, p->n_findings <= 4 * (t->job->n_files + 4));
	p->findings = ARRAY(t, p->n_findings, struct finding);
	if (t->r->failed)
		return;
	get_findings(t, p);
	require_whole(t, p);
}

/* ---- lists ------------------------------------------------------------ */

static void
get_listing(struct reader *t, struct listing *l)
{
	l->readable = wire_get_bool(t->r);
	wire_get_issue(t->r, &l->issue);
	l->issue.hash = t->job->manifest_hash;
	l->n = wire_get_count(t->r, 2 + sizeof(struct digest));
	require(t, l->n <= t->job->limits->manifest_files &&
		       (l->readable || l->n == 0));
	l->files = ARRAY(t, l->n, struct manifest_file);
	for (size_t i = 0; i < l->n && !t->r->failed; i++) {
		l->files[i].name =
		    kept(t, wire_get_part(t->r, t->job->manifest));
		wire_get(t->r, &l->files[i].hash, sizeof(l->files[i].hash));
		require(t,
		    manifest_name_is_valid(l->files[i].name, t->job->limits));
	}
}

/* ---- all of it -------------------------------------------------------- */

static void
get_bits(struct reader *t, struct answer *out)
{
	size_t n = wire_held_count(t->job);
	uint8_t *held = ARRAY(t, n, uint8_t);

	out->held = held;
	if (held == NULL)
		return;
	wire_get(t->r, held, n);
	for (size_t i = 0; i < n; i++)
		require(t, held[i] <= (HELD_BY_ISSUER | HELD_BY_OWN));
}

enum reason
wire_get_point(struct wire_in *r, struct rpki_point *out,
    const struct job *asked, struct arena *arena)
{
	struct reader t = { .r = r, .job = asked, .arena = arena };

	t.point = arena_dup(arena, asked->issuer->cert.manifest_uri);
	if (t.point.p == NULL)
		return R_LIMIT_MEMORY;
	get_point(&t, out);
	if (t.no_memory)
		return R_LIMIT_MEMORY;
	return r->failed ? R_RUN_WORKER : REASON_OK;
}

static void
get_answer(struct reader *t, struct answer *out)
{
	require(t, wire_get_u64(t->r) == t->job->id);
	out->work.signatures = wire_get_u64(t->r);
	out->work.hashed_bytes = wire_get_u64(t->r);
	out->outgrown = wire_get_bool(t->r);
	if (t->r->failed || out->outgrown)
		return;
	if (t->job->kind == JOB_ENTRIES) {
		t->no_memory = !wire_get_checked(
		    t->r, &out->checked, t->job->n_entries, t->arena);
		return;
	}
	if (t->job->kind == JOB_LIST) {
		get_listing(t, &out->list);
		return;
	}
	get_bits(t, out);
}

enum reason
answer_read(struct answer *out, struct wire_in *r, const struct job *asked,
    struct arena *arena)
{
	struct reader t = { .r = r, .job = asked, .arena = arena };

	*out = (struct answer){ 0 };
	get_answer(&t, out);
	if (t.no_memory)
		return R_LIMIT_MEMORY;
	if (!r->failed && asked->kind == JOB_JUDGE && !out->outgrown)
		return wire_get_point(r, &out->point, asked, arena);
	return r->failed ? R_RUN_WORKER : REASON_OK;
}
