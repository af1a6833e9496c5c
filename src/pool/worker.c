/*
 * A worker: jobs from its ring, answers into it. It has one descriptor, no
 * files, no time but the run's, and the memory of one job at a time.
 */
#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include "pool/worker.h"

/* ---- signatures ------------------------------------------------------- */

/* Answers from what is known to hold; notes what it finds to hold. */
struct recorder {
	struct crypt *crypt;
	const struct job *job;
	uint8_t *held; /* by file, then the manifest */
};

/* Which object are these bytes in? They lie in the ring in this order. */
static bool
find_object(size_t *out, const struct job *j, const uint8_t *p)
{
	size_t lo = 0, hi = j->n_files;

	if (j->manifest.n > 0 && p >= j->manifest.p &&
	    p < j->manifest.p + j->manifest.n) {
		*out = j->n_files;
		return true;
	}
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p < j->files[mid].bytes.p + j->files[mid].bytes.n)
			hi = mid;
		else
			lo = mid + 1;
	}
	*out = lo;
	return lo < j->n_files && p >= j->files[lo].bytes.p;
}

/* Whose signature is it: the issuer's, or that of the key in the object? */
static uint8_t
which_of(const struct recorder *t, size_t object, const struct crypt_key *key)
{
	const struct job *j = t->job;
	struct span bytes =
	    object == j->n_files ? j->manifest : j->files[object].bytes;

	if (key->raw.p >= bytes.p && key->raw.p < bytes.p + bytes.n)
		return HELD_BY_OWN;
	return key->alg == j->issuer->cert.spki.key.alg &&
		       span_eq(key->raw, j->issuer->cert.spki.key.raw)
		   ? HELD_BY_ISSUER
		   : 0;
}

static enum reason
recorder_verify(void *ctx, const struct crypt_key *key, struct span message,
    struct span signature)
{
	struct recorder *t = ctx;
	uint8_t which = 0;
	enum reason r;
	size_t i;

	if (find_object(&i, t->job, signature.p)) {
		which = which_of(t, i, key);
		if (which != 0 && (t->held[i] & which) != 0)
			return REASON_OK;
	}
	r = crypt_verify(t->crypt, key, message, signature);
	if (r == REASON_OK && which != 0)
		t->held[i] |= which;
	return r;
}

static bool
recorder_init(struct recorder *out, struct crypt *crypt, const struct job *j,
    struct answer *answer, struct arena *arena)
{
	*out = (struct recorder){ .crypt = crypt, .job = j };
	answer->held = out->held = arena_alloc(arena, j->n_files + 1);
	if (out->held == NULL)
		return false;
	for (size_t i = 0; i < j->n_files; i++)
		out->held[i] = j->files[i].held;
	out->held[j->n_files] = j->manifest_held;
	return true;
}

/* ---- jobs ------------------------------------------------------------- */

static bool
do_list(struct answer *out, const struct job *j, struct arena *arena)
{
	struct listing *l = &out->list;
	struct manifest m;
	struct decode dec;
	enum reason r;

	decode_init(&dec, arena, j->limits, j->manifest);
	r = rpki_issue_read(
	    &l->issue, &m, j->manifest, &j->manifest_hash, &dec);
	if (r == R_LIMIT_MEMORY)
		return false;
	l->readable = r == REASON_OK;
	if (!l->readable) {
		l->issue = (struct rpki_issue){ 0 };
		return true;
	}
	l->n = m.n;
	l->files = m.files;
	return true;
}

/* Every signature of one object, whatever else is wrong with it. */
static enum reason
check_object(const struct job *j, const struct job_file *f,
    const struct verifier *v, struct decode *dec)
{
	const struct cert *issuer = &j->issuer->cert;
	struct cert cert;
	struct cms cms;
	struct crl crl;

	switch (object_type_by_name(f->name)) {
	case OBJECT_UNKNOWN:
	case OBJECT_TAL:
		return REASON_OK;
	case OBJECT_CERT:
		TRY(cert_parse(&cert, f->bytes, dec));
		TRY(cert_check(&cert, cert_guess(&cert), dec));
		return cert_verify(&cert, issuer, v, &dec->why);
	case OBJECT_CRL:
		TRY(crl_parse(&crl, f->bytes, dec));
		return crl_verify(&crl, issuer, v, &dec->why);
	case OBJECT_MANIFEST:
	case OBJECT_ROA:
	case OBJECT_ASPA:
	case OBJECT_TAK:
	case OBJECT_RSC:
	case OBJECT_GHOSTBUSTERS:
	case OBJECT_PREFIX_LIST:
	default:
		TRY(cms_parse(&cms, f->bytes, dec));
		TRY(cert_verify(&cms.ee, issuer, v, &dec->why));
		return cms_verify(&cms, v, &dec->why);
	}
}

static bool
do_check(struct answer *out, const struct job *j, struct crypt *crypt,
    struct arena *arena)
{
	struct recorder t;
	struct verifier v = { recorder_verify, &t };
	struct arena scratch;
	struct decode dec;

	if (!recorder_init(&t, crypt, j, out, arena))
		return false;
	arena_init(&scratch, (size_t)j->limits->point_memory);
	for (size_t i = 0; i < j->n_files; i++) {
		const struct job_file *f = &j->files[i];

		if (f->bytes.n < j->limits->object_min ||
		    f->bytes.n > j->limits->object_max)
			continue;
		arena_reset(&scratch);
		decode_init(&dec, &scratch, j->limits, f->bytes);
		/* What is wrong is the judge's to say. */
		(void)!check_object(j, f, &v, &dec);
	}
	arena_fini(&scratch);
	return true;
}

/* The judge asks for the files in the manifest's order, in which they are. */
struct source {
	const struct job *job;
	size_t next;
};

static struct span
source_object(void *ctx, const struct digest *hash)
{
	struct source *s = ctx;
	const struct job *j = s->job;

	for (size_t i = 0; i < j->n_files; i++) {
		size_t at = s->next++ % j->n_files;

		if (digest_eq(&j->files[at].hash, hash))
			return j->files[at].bytes;
	}
	return span_of(NULL, 0);
}

static bool
do_judge(struct answer *out, const struct job *j, struct crypt *crypt,
    struct arena *arena)
{
	struct recorder t;
	struct verifier v = { recorder_verify, &t };
	struct source source = { .job = j };
	struct rpki_point_in in = { .issuer = j->issuer,
		.manifest = j->manifest,
		.manifest_hash = j->manifest_hash,
		.at = j->at,
		.source = { source_object, &source },
		.limits = j->limits,
		.verifier = &v };

	return recorder_init(&t, crypt, j, out, arena) &&
	       rpki_point_judge(&out->point, &in, arena) == REASON_OK;
}

static bool
do_entries(struct answer *out, const struct job *j, struct crypt *crypt,
    struct arena *arena)
{
	struct ledger_entry *entry = ARENA_NEW(arena, struct ledger_entry);
	struct verifier v = crypt_verifier(crypt);
	enum reason r = REASON_OK;
	struct arena scratch;

	out->checked = ARENA_ARRAY(arena, j->n_entries, struct ledger_checked);
	if (entry == NULL || out->checked == NULL)
		return false;
	arena_init(&scratch, SIZE_MAX);
	for (size_t i = 0; r == REASON_OK && i < j->n_entries; i++) {
		arena_reset(&scratch);
		r = ledger_precheck(entry, j->entries[i], crypt, &v, &scratch);
		ledger_checked_of(&out->checked[i], entry);
	}
	arena_fini(&scratch);
	return r == REASON_OK;
}

/* False: it takes more memory than it may have. */
static bool
do_job(struct answer *out, const struct job *j, struct crypt *crypt,
    struct arena *arena)
{
	switch (j->kind) {
	case JOB_LIST:
		return do_list(out, j, arena);
	case JOB_CHECK:
		return do_check(out, j, crypt, arena);
	case JOB_ENTRIES:
		return do_entries(out, j, crypt, arena);
	case JOB_JUDGE:
		break;
	}
	return do_judge(out, j, crypt, arena);
}

/* ---- batches ---------------------------------------------------------- */

/* What an answer does not fit into, it has outgrown. */
static void
write_answer(struct wire_out *w, const struct job *j, struct answer *a)
{
	size_t from = w->n;

	answer_write(w, j, a);
	if (!w->failed || a->outgrown)
		return;
	w->failed = false;
	w->n = from;
	a->outgrown = true;
	answer_write(w, j, a);
}

static void
answer_job(struct wire_out *w, struct wire_in *r, struct crypt *crypt)
{
	struct crypt_work before = crypt_work(crypt), after;
	struct answer a = { 0 };
	struct limits limits;
	struct arena arena;
	struct job j;

	arena_init(&arena, SIZE_MAX);
	a.outgrown = !job_read(&j, r, &limits, &arena);
#ifdef CAIRN_POISON
	worker_poison(&j);
#endif
	if (!a.outgrown)
		a.outgrown = !do_job(&a, &j, crypt, &arena);
	after = crypt_work(crypt);
	a.work.signatures = after.signatures - before.signatures;
	a.work.hashed_bytes = after.hashed_bytes - before.hashed_bytes;
	write_answer(w, &j, &a);
	arena_fini(&arena);
}

static void
answer_batch(struct worker_message *m, struct ring *ring, struct crypt *crypt)
{
	struct worker_state *state = (void *)ring->out;
	struct wire_in r = { .p = ring->in, .n = (size_t)m->bytes };
	struct wire_out w = { .p = ring->out + WORKER_STATE,
		.cap = ring->out_size - WORKER_STATE };

	for (uint64_t i = 0; i < m->jobs; i++) {
		*(volatile uint64_t *)&state->at = i;
		answer_job(&w, &r, crypt);
	}
	m->bytes = w.n;
}

/* What one job had, the next will have: glibc would give it back in between,
 * which costs as much as to judge a small point's objects but for their
 * signatures. */
static void
keep_heap(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
	(void)mallopt(M_TRIM_THRESHOLD, 16 << 20);
#endif
}

NORETURN void
worker_main(int sock, struct ring *ring, struct crypt *crypt,
    const struct worker_settings *settings)
{
	struct worker_message m;
	ssize_t n;

	keep_heap();
	for (;;) {
		n = read(sock, &m, sizeof(m));
		if (n < 0 && errno == EINTR)
			continue;
		if (n != sizeof(m) || m.bytes > settings->in_size)
			_exit(0);
		answer_batch(&m, ring, crypt);
		if (write(sock, &m, sizeof(m)) != sizeof(m))
			_exit(0);
	}
}
