/*
 * From entries to state: batches to the workers, which check signatures,
 * contents and evidence; then, in order, what the rules make of them. Chunks
 * and workers show nowhere in what comes of it.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "run/follow.h"

#define CHUNK_BYTES   ((size_t)16 << 20)
#define READ_BYTES    ((size_t)1 << 20)
#define CHUNK_ENTRIES 32768
#define BATCH         64 /* entries of one task */

struct replay {
	struct follow *f;
	struct replay_to *to;
	struct ledger_entry *entry;
	uint64_t at;
	struct buf bytes; /* of a chunk, and the beginning of the next */
	VEC(struct span) entries;
	struct arena arena;   /* of a chunk */
	struct arena scratch; /* of an entry */
	uint64_t had;         /* bytes of the spool so far */
};

static void
load_nothing(void *ctx, struct job *j)
{
	(void)ctx, (void)j;
}

/* ---- from the spool -------------------------------------------------- */

static enum reason
read_more(struct replay *r, const struct spool *s)
{
	while (r->had < s->bytes && r->bytes.n < CHUNK_BYTES) {
		size_t at = r->bytes.n, want = READ_BYTES;
		uint8_t *room;
		ssize_t n;

		if (want > s->bytes - r->had)
			want = (size_t)(s->bytes - r->had);
		room = buf_insert(&r->bytes, at, want);
		if (room == NULL)
			return R_LIMIT_MEMORY;
		do
			n = pread(s->fd, room, want, (off_t)r->had);
		while (n < 0 && errno == EINTR);
		if (n <= 0)
			return R_STORE_IO;
		r->bytes.n = at + (size_t)n;
		r->had += (uint64_t)n;
	}
	return REASON_OK;
}

/* The whole entries at the front; *used: their bytes. */
static enum reason
chunk_cut(struct replay *r, size_t *used)
{
	struct span s = buf_view(&r->bytes);

	r->entries.n = 0;
	while (s.n >= 2 && r->entries.n < CHUNK_ENTRIES) {
		size_t n = (size_t)s.p[0] << 8 | s.p[1];

		if (n > s.n - 2)
			break;
		if (!vec_push(&r->entries, span_of(s.p + 2, n)))
			return R_LIMIT_MEMORY;
		s = span_of(s.p + 2 + n, s.n - 2 - n);
	}
	*used = r->bytes.n - s.n;
	return r->entries.n > 0 || r->bytes.n == 0 ? REASON_OK : R_STORE_IO;
}

/* ---- the workers ----------------------------------------------------- */

/* What ends a worker twice is not known to be anything: as no other validator
 * would skip it, the log is not followed further. */
static enum reason
tasks_check(const struct replay *r, const struct task *tasks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tasks[i].lost || tasks[i].answer.outgrown) {
			(void)snprintf(r->to->detail, sizeof(r->to->detail),
			    "entries from %llu on: %s",
			    (unsigned long long)(r->at + i * BATCH),
			    tasks[i].lost ? tasks[i].why : "memory");
			return R_RUN_WORKER;
		}
	return REASON_OK;
}

static enum reason
chunk_check(struct replay *r, struct task **out)
{
	size_t n = (r->entries.n + BATCH - 1) / BATCH;
	struct task *tasks = ARENA_ARRAY(&r->arena, n, struct task);
	/* No trust anchor's number. */
	struct pool_for who = { .anchor = (unsigned)r->f->run->conf->n_tals +
					  r->f->number,
		.load = load_nothing };

	if (tasks == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < n; i++) {
		struct job *j = &tasks[i].job;
		size_t left = r->entries.n - i * BATCH;

		j->kind = JOB_ENTRIES;
		j->entries = &r->entries.v[i * BATCH];
		j->n_entries = left < BATCH ? left : BATCH;
	}
	TRY(pool_run(r->f->run->pool, &who, tasks, n, &r->arena));
	*out = tasks;
	return tasks_check(r, tasks, n);
}

/* ---- the rules ------------------------------------------------------- */

static enum reason
entry_take(
    struct replay *r, struct span bytes, const struct ledger_checked *checked)
{
	enum reason verdict = REASON_OK;

	arena_reset(&r->scratch);
	TRY(ledger_recall(r->entry, bytes, checked, &r->scratch));
	TRY(ledger_replay(&verdict, r->to->state, r->entry));
	/* The log is the one that its genesis says it is: ledger.md 2. */
	if (r->at == 0 && !span_eq(r->entry->statement.body.origin,
			      span_str(r->f->conf->origin)))
		return R_CHECKPOINT_ORIGIN;
	if (verdict != REASON_OK)
		r->to->reasons[verdict]++;
	r->at++;
	return REASON_OK;
}

static enum reason
chunk_take(struct replay *r)
{
	struct task *tasks;

	TRY(chunk_check(r, &tasks));
	for (size_t i = 0; i < r->entries.n; i++)
		TRY(entry_take(r, r->entries.v[i],
		    &tasks[i / BATCH].answer.checked[i % BATCH]));
	return REASON_OK;
}

static enum reason
replay_all(struct replay *r, const struct spool *s)
{
	struct run *run = r->f->run;

	while (r->at < s->end) {
		size_t used;

		TRY(read_more(r, s));
		TRY(chunk_cut(r, &used));
		if (r->entries.n == 0)
			return R_STORE_IO;
		arena_reset(&r->arena);
		TRY(chunk_take(r));
		memmove(r->bytes.p, r->bytes.p + used, r->bytes.n - used);
		r->bytes.n -= used;
		if (run->progress.update != NULL)
			run->progress.update(
			    run->progress.ctx, RUN_PHASE_LEDGER, r->at, s->end);
	}
	return REASON_OK;
}

enum reason
spool_replay(struct replay_to *to, struct follow *f, const struct spool *s)
{
	struct replay r = { .f = f,
		.to = to,
		.at = s->first,
		.entry = base_alloc(sizeof(*r.entry)) };
	enum reason why = R_LIMIT_MEMORY;

	buf_init(&r.bytes, 4 * CHUNK_BYTES);
	arena_init(&r.arena, SIZE_MAX);
	arena_init(&r.scratch, SIZE_MAX);
	if (r.entry != NULL)
		why = replay_all(&r, s);
	f->report->fresh += r.at - s->first;
	buf_fini(&r.bytes);
	vec_fini(&r.entries);
	arena_fini(&r.arena);
	arena_fini(&r.scratch);
	base_free(r.entry);
	return why;
}
