/*
 * The log as far as a witness replayed it, so that the next run need not begin
 * at its first entry. Below --state: magic; the tree's frontier; SHA-256 of
 * the successions; then as ledger_save has it, with a checksum. It counts for
 * a log that goes on from that tree, which the entries show; else, and where it
 * is damaged, everything is replayed.
 */
#include <string.h>
#include <time.h>

#include "cli/ledger_witness.h"

#define MAGIC      SPAN("cairn witness state 1\n")
#define SAVE_PAUSE 60 /* seconds: the state is written whole */
#define SAVE_SHARE 20 /* of the time at most goes into that */

static void
path_of(char out[TILE_PATH], struct span origin)
{
	ledger_witness_path(out, origin);
	(void)snprintf(out + 64, TILE_PATH - 64, "/replayed");
}

static size_t
hashes_of(uint64_t size)
{
	size_t n = 0;

	for (; size != 0; size &= size - 1)
		n++;
	return n * sizeof(struct digest);
}

static void
head_write(struct buf *b, const struct ledger_witness *w)
{
	uint8_t successions[32];

	crypt_sha256(successions, buf_view(&w->successions_text));
	buf_span(b, MAGIC);
	buf_span(b, SPAN_OF(successions));
}

static int64_t
clock_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Without it the next run takes longer: no failure of this one. */
static void
save(struct ledger_witness *w)
{
	const struct merkle_frontier *f = &w->known;
	char path[TILE_PATH];
	struct buf b;

	buf_init(&b, SIZE_MAX / 2);
	head_write(&b, w);
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_byte(&b, (uint8_t)(f->size >> shift));
	buf_add(&b, f->hash, hashes_of(f->size));
	ledger_save(&b, w->state);
	path_of(path, w->origin);
	if (!b.failed)
		(void)!logdir_put(&w->store, path, buf_view(&b));
	buf_fini(&b);
}

void
ledger_witness_save(struct ledger_witness *w)
{
	int64_t begun = clock_s();

	if (w->known.size == 0 || w->known.size == w->saved ||
	    (w->saved > 0 && begun < w->save_s))
		return;
	save(w);
	w->saved = w->known.size;
	w->save_s = clock_s() + SAVE_PAUSE + (clock_s() - begun) * SAVE_SHARE;
}

static bool
parse(struct ledger_witness *w, struct span s)
{
	struct merkle_frontier f = { .size = 0 };
	struct buf head;
	size_t n;

	buf_init(&head, 4096);
	head_write(&head, w);
	n = head.n;
	if (!span_starts(s, buf_view(&head)) || s.n < n + 8)
		n = 0;
	buf_fini(&head);
	if (n == 0)
		return false;
	for (size_t i = 0; i < 8; i++)
		f.size = f.size << 8 | s.p[n++];
	if (f.size == 0 || f.size > INT64_MAX || s.n - n < hashes_of(f.size))
		return false;
	memcpy(f.hash, s.p + n, hashes_of(f.size));
	n += hashes_of(f.size);
	if (ledger_load(&w->state, span_of(s.p + n, s.n - n)) != REASON_OK)
		return false;
	w->known = f;
	if (ledger_summary(w->state).size == f.size)
		return true;
	ledger_witness_forget(w);
	return false;
}

void
ledger_witness_recall(struct ledger_witness *w)
{
	char path[TILE_PATH];
	struct buf b;

	if (w->state != NULL || w->has_recalled)
		return;
	w->has_recalled = true;
	path_of(path, w->origin);
	buf_init(&b, SIZE_MAX / 2);
	if (logdir_get(&w->store, &b, path) == REASON_OK &&
	    parse(w, buf_view(&b)))
		w->saved = w->known.size;
	buf_fini(&b);
}
