/*
 * Cold replay of a generated log of Ed25519 statements, beside what its
 * signatures and its bytes cost at the least; or, with --memory, what the
 * state of so many holders' claims takes. Not a test: contrib/bench-ledger
 * runs it.
 *
 *	bench_ledger N		N statements: holders, claims, names, ticks
 *	bench_ledger --junk N	the same, but of ten entries nine are no good
 *	bench_ledger --memory N	N holders, a claim each, signatures untried
 *	bench_ledger --write N DIR
 *				the first as a log in a folder, and how to
 *				follow it on standard output
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "ledger/ledger.h"

#define CHALLENGE  3600
#define GENESIS_AT UINT64_C(1790000000)

struct author {
	struct crypt_secret *secret;
	struct digest id, last;
	uint64_t sequence;
};

struct bench {
	struct digest genesis;
	struct author sequencer;
	VEC(struct span) entries;
	struct arena arena;
	bool fake; /* no signatures, only their room */
	uint64_t bytes;
};

static double
cpu_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void
die(const char *what)
{
	(void)fprintf(stderr, "bench_ledger: %s\n", what);
	exit(1);
}

static void
author_init(struct author *a, uint64_t number)
{
	uint8_t seed[32] = { 0 };
	struct crypt_key key;
	struct buf spki;

	memcpy(seed, &number, sizeof(number));
	a->secret = crypt_secret_ed25519(SPAN_OF(seed));
	if (a->secret == NULL)
		die("no key");
	key = crypt_secret_public(a->secret);
	buf_init(&spki, 200);
	spki_write(&spki, &key);
	crypt_sha256(a->id.b, buf_view(&spki));
	buf_fini(&spki);
}

/* Sign and append; out's tbs is filled in here. */
static struct span
entry_make(struct bench *b, struct statement *s, struct author *a)
{
	const struct crypt_key key = crypt_secret_public(a->secret);
	uint8_t nothing[64] = { 0 };
	struct buf spki, tbs, message, value, entry;
	struct span kept;

	buf_init(&spki, 200);
	buf_init(&tbs, LEDGER_ENTRY_MAX);
	buf_init(&message, LEDGER_ENTRY_MAX);
	buf_init(&value, 200);
	buf_init(&entry, LEDGER_ENTRY_MAX);
	spki_write(&spki, &key);
	s->ledger = b->genesis;
	s->holder = a->id;
	s->sequence = a->sequence++;
	s->previous = a->last;
	if (s->kind == STATEMENT_GENESIS || s->kind == STATEMENT_ENROLL)
		s->body.key.der = buf_view(&spki);
	statement_write_tbs(&tbs, s);
	s->tbs = buf_view(&tbs);
	statement_message(&message, s->tbs);
	crypt_sha256(a->last.b, buf_view(&message));
	if (b->fake)
		buf_add(&value, nothing, sizeof(nothing));
	else if (crypt_sign(&value, a->secret, buf_view(&message)) != REASON_OK)
		die("cannot sign");
	s->n_signatures = 1;
	s->signatures[0].holder = a->id;
	s->signatures[0].key.der = buf_view(&spki);
	s->signatures[0].value = buf_view(&value);
	statement_write(&entry, s);
	kept = arena_dup(&b->arena, buf_view(&entry));
	buf_fini(&spki);
	buf_fini(&tbs);
	buf_fini(&message);
	buf_fini(&value);
	buf_fini(&entry);
	if (kept.p == NULL)
		die("no memory");
	return kept;
}

static void
genesis_make(struct span *out, struct bench *b)
{
	static struct statement s;

	s = (struct statement){ .kind = STATEMENT_GENESIS };
	s.body.origin = SPAN("bench.example/ledger");
	s.body.time = GENESIS_AT;
	s.body.challenge = CHALLENGE;
	author_init(&b->sequencer, UINT64_MAX);
	*out = entry_make(b, &s, &b->sequencer);
	b->genesis = b->sequencer.last;
}

static void
enroll_make(struct span *out, struct bench *b, struct author *a, uint64_t i)
{
	static struct statement s;

	author_init(a, i);
	s = (struct statement){ .kind = STATEMENT_ENROLL };
	*out = entry_make(b, &s, a);
}

/* A /56 of its own each. */
static void
claim_make(struct span *out, struct bench *b, struct author *a, uint64_t i)
{
	static struct statement s;
	struct addr_range range = { { { 0x20, 0x01 } }, { { 0x20, 0x01 } } };

	for (unsigned k = 0; k < 5; k++)
		range.lo.b[2 + k] = range.hi.b[2 + k] =
		    (uint8_t)(i >> (8 * (4 - k)));
	memset(range.hi.b + 7, 0xff, 9);
	s = (struct statement){ .kind = STATEMENT_CLAIM };
	s.body.resources.set.ip[1] = (struct addr_set){ HOLDS_SOME, 1, &range };
	*out = entry_make(b, &s, a);
}

static void
name_make(struct span *out, struct bench *b, struct author *a, uint64_t i)
{
	static struct statement s;
	char label[40];

	(void)snprintf(label, sizeof(label), "holder-%" PRIu64, i);
	s = (struct statement){ .kind = STATEMENT_NAME };
	s.body.label = span_str(label);
	*out = entry_make(b, &s, a);
}

static void
tick_make(struct span *out, struct bench *b, uint64_t i)
{
	static struct statement s;

	s = (struct statement){ .kind = STATEMENT_TICK };
	s.body.time = GENESIS_AT + 1 + i;
	*out = entry_make(b, &s, &b->sequencer);
}

static enum reason
accept(void *ctx, const struct crypt_key *key, struct span message,
    struct span signature)
{
	(void)ctx, (void)key, (void)message, (void)signature;
	return REASON_OK;
}

struct replayer {
	struct crypt *crypt;
	struct verifier verifier;
	struct ledger_state *state;
	struct ledger_entry *entry;
	struct arena arena;
};

static void
replayer_init(struct replayer *r, bool fake)
{
	r->crypt = crypt_new();
	r->state = ledger_state_new(NULL, 0);
	r->entry = base_alloc(sizeof(*r->entry));
	arena_init(&r->arena, SIZE_MAX);
	if (r->crypt == NULL || r->state == NULL || r->entry == NULL)
		die("no memory");
	r->verifier =
	    fake ? (struct verifier){ accept, NULL } : crypt_verifier(r->crypt);
}

static void
replayer_fini(struct replayer *r)
{
	ledger_state_free(r->state);
	crypt_free(r->crypt);
	base_free(r->entry);
	arena_fini(&r->arena);
}

static void
replay(struct replayer *r, struct span entry)
{
	enum reason verdict;

	arena_reset(&r->arena);
	if (ledger_precheck(r->entry, entry, r->crypt, &r->verifier,
		&r->arena) != REASON_OK ||
	    ledger_replay(&verdict, r->state, r->entry) != REASON_OK)
		die("replay failed");
	if (verdict != REASON_OK)
		die(reason_id(verdict));
}

static void
entry_add(struct bench *b, struct span entry)
{
	if (!vec_push(&b->entries, entry))
		die("no memory");
	b->bytes += entry.n;
}

/* Four statements a holder: enroll, claim, name; and a tick. */
static void
log_make(struct bench *b, uint64_t n)
{
	struct author a;
	struct span entry;

	genesis_make(&entry, b);
	entry_add(b, entry);
	for (uint64_t i = 0; b->entries.n + 4 <= n; i++) {
		a = (struct author){ 0 };
		enroll_make(&entry, b, &a, i);
		entry_add(b, entry);
		claim_make(&entry, b, &a, i);
		entry_add(b, entry);
		name_make(&entry, b, &a, i);
		entry_add(b, entry);
		tick_make(&entry, b, i);
		entry_add(b, entry);
		crypt_secret_free(a.secret);
	}
}

/* One signature, many times: what `openssl speed ed25519` does. */
static double
verify_s(void)
{
	struct crypt *c = crypt_new();
	struct author a = { 0 };
	struct crypt_key key;
	struct buf value;
	uint8_t message[300] = { 0 };
	double start;
	unsigned n = 4000;

	author_init(&a, 1);
	key = crypt_secret_public(a.secret);
	buf_init(&value, 100);
	if (crypt_sign(&value, a.secret, SPAN_OF(message)) != REASON_OK)
		die("cannot sign");
	start = cpu_s();
	for (unsigned i = 0; i < n; i++)
		if (crypt_verify(c, &key, SPAN_OF(message), buf_view(&value)) !=
		    REASON_OK)
			die("does not verify");
	start = (cpu_s() - start) / n;
	buf_fini(&value);
	crypt_secret_free(a.secret);
	crypt_free(c);
	return start;
}

/* Seconds a byte, in long pieces. */
static double
hash_s(void)
{
	static uint8_t block[1 << 20];
	uint8_t out[32];
	double start = cpu_s();

	for (unsigned i = 0; i < 64; i++)
		crypt_sha256(out, SPAN_OF(block));
	return (cpu_s() - start) / 64 / sizeof(block);
}

static int
speed(uint64_t n)
{
	struct bench b = { .bytes = 0 };
	struct replayer r;
	struct merkle_frontier f = { .size = 0 };
	double verify, hash, took, least;

	arena_init(&b.arena, SIZE_MAX);
	log_make(&b, n);
	verify = verify_s();
	hash = hash_s();
	replayer_init(&r, false);
	took = cpu_s();
	for (size_t i = 0; i < b.entries.n; i++) {
		struct digest leaf;

		merkle_leaf(&leaf, b.entries.v[i]);
		merkle_push(&f, &leaf);
	}
	for (size_t i = 0; i < b.entries.n; i++)
		replay(&r, b.entries.v[i]);
	took = cpu_s() - took;
	verify = (verify + verify_s()) / 2; /* before and after */
	least = (double)b.entries.n * verify + (double)b.bytes * hash;
	(void)printf("%zu entries, %" PRIu64 " bytes, %" PRIu64 " applied\n"
		     "verify %.1f us, sha256 %.0f MB/s\n"
		     "replay %.2f s (%.1f us an entry), at the least %.2f s: "
		     "ratio %.3f\n",
	    b.entries.n, b.bytes, ledger_summary(r.state).applied, 1e6 * verify,
	    1e-6 / hash, took, 1e6 * took / (double)b.entries.n, least,
	    took / least);
	replayer_fini(&r);
	crypt_secret_free(b.sequencer.secret);
	vec_fini(&b.entries);
	arena_fini(&b.arena);
	return 0;
}

static int
memory(uint64_t n)
{
	struct bench b = { .fake = true };
	struct replayer r;
	struct rusage before, after;
	struct span entry;

	arena_init(&b.arena, SIZE_MAX);
	replayer_init(&r, true);
	genesis_make(&entry, &b);
	replay(&r, entry);
	(void)getrusage(RUSAGE_SELF, &before);
	for (uint64_t i = 0; i < n; i++) {
		struct author a = { .sequence = 0 };

		arena_reset(&b.arena);
		enroll_make(&entry, &b, &a, i);
		replay(&r, entry);
		claim_make(&entry, &b, &a, i);
		replay(&r, entry);
		crypt_secret_free(a.secret);
	}
	(void)getrusage(RUSAGE_SELF, &after);
	(void)printf("%" PRIu64 " holders with a claim each: %.0f MiB\n", n,
	    (double)(after.ru_maxrss - before.ru_maxrss) / 1024);
	replayer_fini(&r);
	crypt_secret_free(b.sequencer.secret);
	arena_fini(&b.arena);
	return 0;
}

/* ---- nine of ten are no good ---------------------------------------- */

struct junk {
	struct bench b;
	struct replayer r;
	double took;
	uint64_t n, rejected;
	uint8_t noise[LEDGER_ENTRY_MAX];
};

static void
junk_replay(struct junk *j, struct span entry)
{
	enum reason verdict;
	double start = cpu_s();
	struct digest leaf;

	merkle_leaf(&leaf, entry);
	arena_reset(&j->r.arena);
	if (ledger_precheck(j->r.entry, entry, j->r.crypt, &j->r.verifier,
		&j->r.arena) != REASON_OK ||
	    ledger_replay(&verdict, j->r.state, j->r.entry) != REASON_OK)
		die("replay failed");
	j->took += cpu_s() - start;
	j->n++;
	j->rejected += verdict != REASON_OK;
	j->b.bytes += entry.n;
}

/* Of one that applied: said again, bent, cut short; noise; and now and then
 * as much noise as fits into an entry. */
static void
junk_of(struct junk *j, struct span entry)
{
	static uint8_t bent[LEDGER_ENTRY_MAX];
	size_t n = j->n % 1000 == 9 ? sizeof(j->noise) : 300;

	memcpy(bent, entry.p, entry.n);
	bent[entry.n - 1] ^= 1;
	for (unsigned i = 0; i < 4; i++)
		junk_replay(j, entry);
	for (unsigned i = 0; i < 2; i++)
		junk_replay(j, span_of(bent, entry.n));
	junk_replay(j, span_of(bent, entry.n - 1));
	junk_replay(j, span_of(j->noise + j->n % 7, n - 7));
	bent[0] = 0x31;
	junk_replay(j, span_of(bent, entry.n));
}

static int
junk(uint64_t n)
{
	static struct junk j;
	struct author a;
	struct span entry;
	struct rusage before, after;
	double verify = verify_s(), hash = hash_s(), least;

	arena_init(&j.b.arena, SIZE_MAX);
	replayer_init(&j.r, false);
	for (size_t i = 0; i < sizeof(j.noise); i++)
		j.noise[i] = (uint8_t)(i * i >> 7);
	genesis_make(&entry, &j.b);
	junk_replay(&j, entry);
	(void)getrusage(RUSAGE_SELF, &before);
	for (uint64_t i = 0; j.n + 20 <= n; i++) {
		arena_reset(&j.b.arena);
		a = (struct author){ 0 };
		enroll_make(&entry, &j.b, &a, i);
		junk_replay(&j, entry);
		junk_of(&j, entry);
		claim_make(&entry, &j.b, &a, i);
		junk_replay(&j, entry);
		junk_of(&j, entry);
		crypt_secret_free(a.secret);
	}
	(void)getrusage(RUSAGE_SELF, &after);
	verify = (verify + verify_s()) / 2;
	least = (double)crypt_work(j.r.crypt).signatures * verify +
		(double)j.b.bytes * hash;
	(void)printf("%" PRIu64 " entries, %" PRIu64 " rejected, %" PRIu64
		     " bytes, %" PRIu64 " signatures tried\n"
		     "replay %.2f s, at the least %.2f s: ratio %.3f\n"
		     "%.0f MiB, %.0f bytes an applied statement\n",
	    j.n, j.rejected, j.b.bytes, crypt_work(j.r.crypt).signatures,
	    j.took, least, j.took / least,
	    (double)(after.ru_maxrss - before.ru_maxrss) / 1024,
	    1024 * (double)(after.ru_maxrss - before.ru_maxrss) /
		(double)(j.n - j.rejected));
	replayer_fini(&j.r);
	crypt_secret_free(j.b.sequencer.secret);
	arena_fini(&j.b.arena);
	return 0;
}

/* ---- a log in a folder ---------------------------------------------- */

static enum reason
file_put(void *ctx, const char *path, struct span bytes)
{
	char name[4096];
	FILE *f;

	(void)snprintf(name, sizeof(name), "%s/%s", (const char *)ctx, path);
	for (char *slash = strchr(name + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(name, 0777);
		*slash = '/';
	}
	f = fopen(name, "wb");
	if (f == NULL || fwrite(bytes.p, 1, bytes.n, f) != bytes.n ||
	    fclose(f) != 0)
		die(name);
	return REASON_OK;
}

static void
checkpoint_put(const struct log_writer *w, struct bench *b, char *folder)
{
	const struct note_secret log = { SPAN("bench.example/ledger"),
		b->sequencer.secret };
	struct merkle_head head;
	struct vkey key;
	struct buf text, note;

	buf_init(&text, 1000);
	buf_init(&note, 4000);
	log_writer_head(&head, w);
	checkpoint_write(&text, log.name, &head);
	if (note_sign(&note, &log, buf_view(&text)) != REASON_OK)
		die("cannot sign");
	(void)!file_put(folder, "checkpoint", buf_view(&note));
	buf_reset(&text);
	note_secret_vkey(&key, &log);
	vkey_write(&text, &key);
	(void)printf("name: bench\norigin: %.*s\nkey: %.*s\n"
		     "witnesses: {quorum: 0}\n",
	    SPAN_FMT(log.name), SPAN_FMT(buf_view(&text)));
	buf_fini(&text);
	buf_fini(&note);
}

static int
write_log(uint64_t n, char *folder)
{
	const struct log_sink sink = { file_put, folder };
	struct log_writer *w = base_alloc(sizeof(*w));
	struct bench b = { .bytes = 0 };

	if (w == NULL)
		die("no memory");
	arena_init(&b.arena, SIZE_MAX);
	log_make(&b, n);
	log_writer_init(w);
	for (size_t i = 0; i < b.entries.n; i++)
		if (log_writer_add(w, b.entries.v[i], &sink) != REASON_OK)
			die("cannot write");
	if (log_writer_end(w, &sink) != REASON_OK)
		die("cannot write");
	checkpoint_put(w, &b, folder);
	log_writer_fini(w);
	base_free(w);
	crypt_secret_free(b.sequencer.secret);
	vec_fini(&b.entries);
	arena_fini(&b.arena);
	return 0;
}

int
main(int argc, char **argv)
{
	uint64_t n;

	if (argc == 3 && strcmp(argv[1], "--junk") == 0 &&
	    decimal_parse(&n, span_str(argv[2]), 10000000))
		return junk(n);
	if (argc == 3 && strcmp(argv[1], "--memory") == 0 &&
	    decimal_parse(&n, span_str(argv[2]), 10000000))
		return memory(n);
	if (argc == 4 && strcmp(argv[1], "--write") == 0 &&
	    decimal_parse(&n, span_str(argv[2]), 10000000))
		return write_log(n, argv[3]);
	if (argc == 2 && decimal_parse(&n, span_str(argv[1]), 10000000))
		return speed(n);
	die("bench_ledger [--junk|--memory] N, bench_ledger --write N DIR");
	return 1;
}
