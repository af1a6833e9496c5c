/*
 * Answers, as a worker writes them. Objects are named by their number on the
 * manifest, parts of them by their place in the bytes.
 */
#include <string.h>

#include "pool/wire_answer.h"

/* What turns URIs of the judge's result back into numbers. */
struct writer {
	struct wire_out *w;
	const struct job *job;
	size_t skip; /* of a URI: the folder's */
	size_t next; /* file: most things come in the manifest's order */
};

static void
writer_init(struct writer *out, struct wire_out *w, const struct job *job)
{
	struct span folder = job->issuer->cert.repository_uri;

	*out = (struct writer){ .w = w, .job = job, .skip = folder.n };
	if (folder.n > 0 && folder.p[folder.n - 1] != '/')
		out->skip++;
}

/* WIRE_MANIFEST for all that is no file of it. */
static uint64_t
number_of(struct writer *t, struct span uri)
{
	size_t n = t->job->n_files;
	struct span name;

	if (uri.n <= t->skip)
		return WIRE_MANIFEST;
	name = span_of(uri.p + t->skip, uri.n - t->skip);
	for (size_t i = 0; i < n; i++) {
		size_t at = t->next + i < n ? t->next + i : t->next + i - n;

		if (span_eq(t->job->files[at].name, name)) {
			t->next = at;
			return at;
		}
	}
	return WIRE_MANIFEST;
}

/* ---- parts of a point ---------------------------------------------------- */

static void
put_objects(struct writer *t, const struct rpki_point *p)
{
	wire_put_u64(t->w, p->n_objects);
	for (size_t i = 0; i < p->n_objects; i++) {
		const struct rpki_object *o = &p->objects[i];

		wire_put_u64(t->w, number_of(t, o->uri));
		wire_put(t->w, &o->not_before_at, sizeof(o->not_before_at));
		wire_put(t->w, &o->not_after_at, sizeof(o->not_after_at));
		wire_put_resources(
		    t->w, &o->resources, &t->job->issuer->resources);
	}
}

static void
put_payloads(struct writer *t, const struct rpki_point *p)
{
	wire_put_u64(t->w, p->n_payloads);
	for (size_t i = 0; i < p->n_payloads; i++) {
		const struct payload *y = &p->payloads[i].payload;
		uint32_t object = p->payloads[i].object;
		struct span bytes;
		uint64_t file;

		wire_put_u64(t->w, y->kind);
		wire_put_u64(t->w, object);
		switch (y->kind) {
		case PAYLOAD_VRP:
			wire_put(t->w, &y->vrp.asn, sizeof(y->vrp.asn));
			wire_put_u64(t->w, y->vrp.prefix.family);
			wire_put(t->w, &y->vrp.prefix.len, 1);
			wire_put(t->w, &y->vrp.max_len, 1);
			wire_put(t->w, &y->vrp.prefix.addr,
			    sizeof(y->vrp.prefix.addr));
			break;
		case PAYLOAD_ASPA:
			wire_put(
			    t->w, &y->aspa.customer, sizeof(y->aspa.customer));
			wire_put_u64(t->w, y->aspa.n);
			wire_put(t->w, y->aspa.providers,
			    y->aspa.n * sizeof(*y->aspa.providers));
			break;
		case PAYLOAD_ROUTER_KEY:
			file = number_of(t, p->objects[object].uri);
			bytes = t->job->files[file].bytes;
			wire_put(t->w, &y->key.asn, sizeof(y->key.asn));
			wire_put(t->w, &y->key.ski, sizeof(y->key.ski));
			wire_put_part(t->w, bytes, y->key.spki);
			break;
		}
	}
}

static void
put_children(struct writer *t, const struct rpki_point *p)
{
	wire_put_u64(t->w, p->n_children);
	for (size_t i = 0; i < p->n_children; i++) {
		const struct rpki_issuer *c = &p->children[i].issuer;

		wire_put_u64(t->w, number_of(t, p->children[i].uri));
		wire_put_resources(
		    t->w, &c->resources, &t->job->issuer->resources);
		wire_put_cert(t->w, &c->cert, &c->resources);
	}
}

static void
put_findings(struct writer *t, const struct rpki_point *p)
{
	static const struct digest none = { { 0 } };

	wire_put_u64(t->w, p->n_findings);
	for (size_t i = 0; i < p->n_findings; i++) {
		const struct finding *f = &p->findings[i];

		wire_put_u64(t->w, f->reason);
		wire_put_u64(t->w, f->effect);
		wire_put_u64(t->w, number_of(t, f->object));
		wire_put_u64(t->w, digest_eq(&f->hash, &none));
		wire_put_u64(t->w, f->offset);
		wire_put_span(t->w, f->detail);
	}
}

void
wire_put_issue(struct wire_out *w, const struct rpki_issue *issue)
{
	wire_put(w, issue->number, sizeof(issue->number));
	wire_put(w, &issue->this_update_at, sizeof(issue->this_update_at));
	wire_put(w, &issue->next_update_at, sizeof(issue->next_update_at));
}

static void
put_point(struct writer *t, const struct rpki_point *p)
{
	struct wire_out *w = t->w;

	wire_put_u64(w, p->failed);
	wire_put_u64(w, p->incomplete);
	wire_put(w, &p->missing, sizeof(p->missing));
	wire_put_issue(w, &p->issue);
	wire_put(w, &p->stale_at, sizeof(p->stale_at));
	wire_put_u64(w, p->n_files);
	wire_put(w, &p->from_at, sizeof(p->from_at));
	wire_put(w, &p->until_at, sizeof(p->until_at));
	wire_put_u64(w, p->bytes);
	wire_put(w, p->n_valid, sizeof(p->n_valid));
	put_objects(t, p);
	put_payloads(t, p);
	put_children(t, p);
	put_findings(t, p);
}

static void
put_listing(struct wire_out *w, const struct job *j, const struct listing *l)
{
	wire_put_u64(w, l->readable);
	wire_put_issue(w, &l->issue);
	wire_put_u64(w, l->n);
	for (size_t i = 0; i < l->n; i++) {
		wire_put_part(w, j->manifest, l->files[i].name);
		wire_put(w, &l->files[i].hash, sizeof(l->files[i].hash));
	}
}

void
wire_put_point(
    struct wire_out *w, const struct job *job, const struct rpki_point *p)
{
	struct writer t;

	writer_init(&t, w, job);
	put_point(&t, p);
}

void
answer_write(struct wire_out *w, const struct job *job, const struct answer *a)
{
	wire_put_u64(w, job->id);
	wire_put_u64(w, a->work.signatures);
	wire_put_u64(w, a->work.hashed_bytes);
	wire_put_u64(w, a->outgrown);
	if (a->outgrown)
		return;
	if (job->kind == JOB_ENTRIES) {
		wire_put_checked(w, a->checked, job->n_entries);
		return;
	}
	if (job->kind == JOB_LIST) {
		put_listing(w, job, &a->list);
		return;
	}
	wire_put(w, a->held, wire_held_count(job));
	if (job->kind == JOB_JUDGE)
		wire_put_point(w, job, &a->point);
}
