/*
 * One publication point: RFC 9286 6.
 *
 * The steps below are in the RFC's order, and what one of them refuses fails
 * the point: none of it counts (6.6), and the walk uses what it had before.
 * Only when manifest, CRL and the presence of every file are beyond doubt is
 * each file judged, by itself.
 */
#include <string.h>

#include "rpki/point.h"

/* ---- saying what was found --------------------------------------------- */

struct span
judge_uri(struct judge *j, struct span name)
{
	return uri_join(j->arena, j->in->issuer->cert.repository_uri, name);
}

enum reason
judge_report(struct judge *j, enum effect effect, enum reason reason,
    const struct fault *why)
{
	struct finding f = { .reason = reason,
		.effect = effect,
		.object = j->point,
		.hash = j->in->manifest_hash,
		.point = j->point };

	if (j->file != NULL) {
		f.object = judge_uri(j, j->file->name);
		f.hash = j->absent ? (struct digest){ 0 } : j->file->hash;
	}
	if (why != NULL) {
		f.offset = why->offset;
		f.detail = arena_dup(j->arena, span_str(why->detail));
		if (f.detail.p == NULL)
			return R_LIMIT_MEMORY;
	}
	if (f.object.p == NULL || !vec_push(&j->findings, f))
		return R_LIMIT_MEMORY;
	return REASON_OK;
}

/* ---- what manifest, CRL and objects have in common --------------------- */

enum reason
judge_size(const struct judge *j, struct span bytes, struct decode *dec)
{
	const struct limits *l = j->in->limits;

	if (bytes.n < l->object_min || bytes.n > l->object_max)
		return fault_say(
		    &dec->why, R_LIMIT_SIZE, NULL, "%zu bytes", bytes.n);
	return REASON_OK;
}

enum reason
judge_signatures(
    const struct judge *j, const struct cms *cms, struct decode *dec)
{
	const struct verifier *v = j->in->verifier;

	TRY(cert_verify(&cms->ee, &j->in->issuer->cert, v, &dec->why));
	return cms_verify(cms, v, &dec->why);
}

/* thisUpdate and nextUpdate, of a manifest or a CRL. */
struct window {
	int64_t this_update_at, next_update_at;
	enum reason future, stale;
};

static enum reason
check_window(struct judge *j, const struct window *w, struct decode *dec)
{
	char text[32];

	if (w->next_update_at < j->out->stale_at)
		j->out->stale_at = w->next_update_at;
	if (!interval_reached(&j->time, w->this_update_at)) {
		time_write(text, sizeof(text), w->this_update_at);
		return fault_say(&dec->why, w->future, NULL, "%s", text);
	}
	if (interval_reached(&j->time, w->next_update_at + 1)) {
		time_write(text, sizeof(text), w->next_update_at);
		return fault_say(&dec->why, w->stale, NULL, "%s", text);
	}
	return REASON_OK;
}

/* ---- the steps --------------------------------------------------------- */

/* RFC 9981 2: published where the CA says it is. (cert_check saw to it that
 * this is in the CA's folder.) */
static enum reason
check_place(const struct judge *j, struct decode *dec)
{
	struct span uri = j->cms.ee.object_uri;

	if (span_eq(uri, j->in->issuer->cert.manifest_uri))
		return REASON_OK;
	return fault_say(
	    &dec->why, R_MANIFEST_PLACE, uri.p, "%.*s", SPAN_FMT(uri));
}

/* RFC 9286 6.2, 6.3. */
static enum reason
step_manifest(struct judge *j, struct decode *dec)
{
	struct cms *cms = &j->cms;
	struct manifest *m = &j->manifest;

	TRY(judge_size(j, j->in->manifest, dec));
	TRY(cms_parse(cms, j->in->manifest, dec));
	if (object_type_by_oid(cms->type) != OBJECT_MANIFEST)
		return fault_at(&dec->why, R_POINT_TYPE, cms->type.p);
	TRY(judge_signatures(j, cms, dec));
	TRY(manifest_parse(m, cms->content, dec));
	issue_of(&j->out->issue, m, &j->in->manifest_hash);
	TRY(manifest_check(m, &cms->ee, dec));
	TRY(check_place(j, dec));
	TRY(path_check_time(&cms->ee, &j->time, &dec->why));
	/* manifest_check: it inherits, so cannot claim too much. */
	return check_window(j,
	    &(struct window){ m->this_update_at, m->next_update_at,
		R_MANIFEST_FUTURE, R_MANIFEST_STALE },
	    dec);
}

/* RFC 9286 2 and 5.1: the issuer's one CRL is on the manifest, and is the one
 * the manifest's certificate names. The manifest itself is not. */
static enum reason
step_names(struct judge *j, struct decode *dec)
{
	const struct manifest *m = &j->manifest;
	struct span folder = j->in->issuer->cert.repository_uri;
	struct span uri = j->cms.ee.crl_uri, self = { 0 }, crl = { 0 };
	bool found = false;

	(void)path_name(&self, folder, j->cms.ee.object_uri);
	for (size_t i = 0; i < m->n; i++) {
		struct span name = m->files[i].name;

		if (span_eq(name, self))
			return fault_at(&dec->why, R_MANIFEST_SELF, name.p);
		if (object_type_by_name(name) != OBJECT_CRL)
			continue;
		if (found)
			return fault_say(&dec->why, R_POINT_CRL, name.p,
			    "a second: %.*s", SPAN_FMT(name));
		found = true;
		j->crl = i;
	}
	if (!found)
		return fault_say(&dec->why, R_POINT_CRL, NULL, "none");
	if (!path_name(&crl, folder, uri) ||
	    !span_eq(crl, m->files[j->crl].name))
		return fault_say(&dec->why, R_POINT_CRL, uri.p,
		    "certificate names %.*s", SPAN_FMT(uri));
	return REASON_OK;
}

/* The source says "not there" and "no bytes" in the same way. */
static bool
is_of_nothing(const struct digest *hash)
{
	struct digest nothing;

	crypt_sha256(nothing.b, span_of(NULL, 0));
	return digest_eq(hash, &nothing);
}

/* RFC 9286 6.4, 6.5: all files are there. (By hash: with another hash is not
 * there.) */
static enum reason
step_files(struct judge *j, struct decode *dec)
{
	const struct manifest *m = &j->manifest;
	const struct rpki_source *source = &j->in->source;

	j->bytes = ARENA_ARRAY(&j->kept, m->n, struct span);
	if (j->bytes == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < m->n; i++) {
		const struct manifest_file *f = &m->files[i];

		j->bytes[i] = source->object(source->ctx, &f->hash);
		j->out->bytes += j->bytes[i].n;
		if (j->bytes[i].n > 0 || is_of_nothing(&f->hash))
			continue;
		if (j->file == NULL)
			j->file = f;
	}
	if (j->file == NULL)
		return REASON_OK;
	j->absent = j->out->incomplete = true;
	j->out->missing = j->file->hash;
	return fault_say(&dec->why, R_POINT_MISSING, NULL,
	    "at least this one of %zu files", m->n);
}

static enum reason
step_crl(struct judge *j, struct decode *dec)
{
	const struct cert *ca = &j->in->issuer->cert;
	struct span bytes = j->bytes[j->crl];
	struct crl crl;

	j->file = &j->manifest.files[j->crl];
	TRY(judge_size(j, bytes, dec));
	TRY(crl_parse(&crl, bytes, dec));
	TRY(crl_verify(&crl, ca, j->in->verifier, &dec->why));
	TRY(check_window(j,
	    &(struct window){ crl.this_update_at, crl.next_update_at,
		R_POINT_CRL_FUTURE, R_POINT_CRL_STALE },
	    dec));
	TRY(crl_index(&j->revoked, &crl, dec));
	j->file = NULL;
	if (crl_index_has(&j->revoked, j->cms.ee.serial))
		return fault_say(
		    &dec->why, R_PATH_REVOKED, NULL, "the manifest's own");
	/* Any other CA's serial number is its issuer's to give and revoke. */
	if (ca->kind == CERT_TA && crl_index_has(&j->revoked, ca->serial))
		return fault_say(
		    &dec->why, R_PATH_REVOKED, NULL, "the trust anchor's own");
	return REASON_OK;
}

/* ---- the whole --------------------------------------------------------- */

static enum reason
judge_steps(struct judge *j)
{
	static enum reason (*const steps[])(struct judge *, struct decode *) = {
		step_manifest, step_names, step_files, step_crl
	};
	struct decode dec;
	enum reason r;

	for (size_t i = 0; i < COUNT(steps); i++) {
		decode_init(&dec, &j->kept, j->in->limits,
		    steps[i] == step_crl ? j->bytes[j->crl] : j->in->manifest);
		r = steps[i](j, &dec);
		if (r == R_LIMIT_MEMORY)
			return r;
		if (r != REASON_OK) {
			j->out->failed = true;
			return judge_report(j, EFFECT_POINT, r, &dec.why);
		}
	}
	return REASON_OK;
}

static enum reason
judge_files(struct judge *j)
{
	for (size_t i = 0; i < j->manifest.n && !j->out->failed; i++) {
		j->file = &j->manifest.files[i];
		if (i != j->crl)
			TRY(judge_object(j, j->bytes[i]));
	}
	j->out->n_valid[OBJECT_MANIFEST]++;
	j->out->n_valid[OBJECT_CRL]++;
	return REASON_OK;
}

/* Of a failed point only the findings stay. */
static void
judge_forget(struct judge *j)
{
	j->payloads.n = j->children.n = j->objects.n = 0;
	memset(j->out->n_valid, 0, sizeof(j->out->n_valid));
}

static void *
keep(struct arena *a, const void *v, size_t n, size_t size)
{
	void *copy = arena_array(a, n, size);

	if (copy != NULL && n > 0)
		memcpy(copy, v, n * size);
	return copy;
}

static enum reason
judge_keep(struct judge *j)
{
	struct rpki_point *out = j->out;
	struct arena *a = j->arena;

	out->n_payloads = j->payloads.n;
	out->payloads =
	    keep(a, j->payloads.v, j->payloads.n, sizeof(*out->payloads));
	out->n_children = j->children.n;
	out->children =
	    keep(a, j->children.v, j->children.n, sizeof(*out->children));
	out->n_objects = j->objects.n;
	out->objects =
	    keep(a, j->objects.v, j->objects.n, sizeof(*out->objects));
	out->n_findings = j->findings.n;
	out->findings =
	    keep(a, j->findings.v, j->findings.n, sizeof(*out->findings));
	out->n_files = j->manifest.n;
	out->from_at = j->time.from_at;
	out->until_at = j->time.until_at;
	return out->payloads == NULL || out->children == NULL ||
		       out->objects == NULL || out->findings == NULL
		   ? R_LIMIT_MEMORY
		   : REASON_OK;
}

static enum reason
judge(struct judge *j)
{
	j->point = arena_dup(j->arena, j->in->issuer->cert.manifest_uri);
	if (j->point.p == NULL)
		return R_LIMIT_MEMORY;
	TRY(judge_steps(j));
	if (!j->out->failed)
		TRY(judge_files(j));
	if (j->out->failed)
		judge_forget(j);
	return judge_keep(j);
}

enum reason
rpki_point_judge(
    struct rpki_point *out, const struct rpki_point_in *in, struct arena *arena)
{
	struct judge j = { .in = in, .out = out, .arena = arena };
	const size_t most = (size_t)in->limits->point_memory;
	const struct arena_mark mark = arena_mark(arena);
	const size_t budget = arena->budget;
	enum reason r;

	*out = (struct rpki_point){ .stale_at = INT64_MAX,
		.bytes = in->manifest.n };
	arena_init(&j.kept, most);
	arena_init(&j.scratch, most);
	interval_init(&j.time, in->at);
	if (budget > arena->used && budget - arena->used > most)
		arena->budget = arena->used + most;
	r = judge(&j);
	arena->budget = budget;
	if (r == R_LIMIT_MEMORY)
		arena_rewind(arena, mark);
	vec_fini(&j.payloads);
	vec_fini(&j.children);
	vec_fini(&j.objects);
	vec_fini(&j.findings);
	arena_fini(&j.scratch);
	arena_fini(&j.kept);
	return r;
}
