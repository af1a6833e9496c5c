/*
 * Questions: written by the run, read by a worker, which may trust them. They
 * are read within bounds all the same.
 */
#include <string.h>

#include "pool/wire_answer.h"

static void
put_issuer(struct wire_out *w, const struct rpki_issuer *issuer)
{
	wire_put_span(w, issuer->cert.der);
	wire_put_resources(w, &issuer->resources, NULL);
	wire_put_cert(w, &issuer->cert, &issuer->resources);
}

static void
put_job(struct wire_out *w, const struct job *j)
{
	wire_put_u64(w, j->kind);
	wire_put_u64(w, j->id);
	if (j->kind == JOB_ENTRIES) {
		wire_put_entries(w, j);
		return;
	}
	wire_put(w, j->limits, sizeof(*j->limits));
	wire_put(w, &j->manifest_hash, sizeof(j->manifest_hash));
	wire_put_span(w, j->manifest);
	wire_put_u64(w, j->manifest_held);
	wire_put(w, &j->at, sizeof(j->at));
	if (j->kind == JOB_LIST)
		return;
	put_issuer(w, j->issuer);
	wire_put_u64(w, j->n_files);
	for (size_t i = 0; i < j->n_files; i++) {
		const struct job_file *f = &j->files[i];

		wire_put_span(w, f->name);
		wire_put_span(w, f->bytes);
		wire_put(w, &f->hash, sizeof(f->hash));
		wire_put_u64(w, f->held);
	}
}

void
job_write(struct wire_out *w, const struct job *j)
{
	uint64_t length = 0;
	size_t from = w->n;

	wire_put(w, &length, sizeof(length));
	put_job(w, j);
	if (w->failed) {
		w->n = from;
		return;
	}
	length = w->n - from - sizeof(length);
	memcpy(w->p + from, &length, sizeof(length));
}

/* The run knows what is in it, and says so. */
static bool
get_issuer(struct job *j, struct wire_in *r, struct arena *arena)
{
	struct span der = wire_get_span(r);
	struct rpki_issuer *issuer = ARENA_NEW(arena, struct rpki_issuer);

	if (r->failed || issuer == NULL)
		return false;
	j->issuer = issuer;
	return wire_get_resources(r, &issuer->resources, NULL, arena) &&
	       wire_get_cert(
		   r, &issuer->cert, der, &issuer->resources, arena) &&
	       !r->failed;
}

static bool
get_files(struct job *j, struct wire_in *r, struct arena *arena)
{
	j->n_files = wire_get_count(r, sizeof(struct digest));
	j->files = ARENA_ARRAY(arena, j->n_files, struct job_file);
	if (j->files == NULL)
		return false;
	for (size_t i = 0; i < j->n_files && !r->failed; i++) {
		struct job_file *f = &j->files[i];

		f->name = wire_get_span(r);
		f->bytes = wire_get_span(r);
		wire_get(r, &f->hash, sizeof(f->hash));
		f->held =
		    (uint8_t)wire_get_max(r, HELD_BY_ISSUER | HELD_BY_OWN);
	}
	return !r->failed;
}

static bool
get_job(struct job *out, struct wire_in *r, struct limits *limits,
    struct arena *arena)
{
	out->kind = (enum job_kind)wire_get_max(r, (uint64_t)JOB_ENTRIES);
	out->id = wire_get_u64(r);
	if (out->kind == JOB_ENTRIES)
		return wire_get_entries(r, out, arena);
	wire_get(r, limits, sizeof(*limits));
	wire_get(r, &out->manifest_hash, sizeof(out->manifest_hash));
	out->manifest = wire_get_span(r);
	out->manifest_held =
	    (uint8_t)wire_get_max(r, HELD_BY_ISSUER | HELD_BY_OWN);
	out->at = wire_get_time(r);
	if (r->failed || out->kind == JOB_LIST)
		return !r->failed;
	return get_issuer(out, r, arena) && get_files(out, r, arena);
}

bool
job_read(struct job *out, struct wire_in *r, struct limits *limits,
    struct arena *arena)
{
	uint64_t length;
	struct span bytes;
	struct wire_in one;

	wire_get(r, &length, sizeof(length));
	bytes = wire_get_raw(r, length);
	one = (struct wire_in){ .p = bytes.p, .n = bytes.n };
	*out = (struct job){ .limits = limits };
	return !r->failed && get_job(out, &one, limits, arena);
}
