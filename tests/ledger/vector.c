/* The vectors of tests/wild/ledger. */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#include "tests/ledger/vector.h"

const char *const vector_names[VECTORS] = { "mixed-120", "hostile-400",
	"succession-80" };

static bool
file_read(struct span *out, struct vector *v, const char *file)
{
	const char *top = getenv("top_srcdir");
	char path[512];
	struct buf b;
	FILE *f;
	int c;

	(void)snprintf(path, sizeof(path), "%s/tests/wild/ledger/%s/%s",
	    top == NULL ? "." : top, v->name, file);
	f = fopen(path, "rb");
	if (f == NULL)
		return false;
	buf_init(&b, 1 << 24);
	while ((c = fgetc(f)) != EOF)
		buf_byte(&b, (uint8_t)c);
	(void)fclose(f);
	*out = arena_dup(&v->arena, buf_view(&b));
	buf_fini(&b);
	assert_non_null(out->p);
	return true;
}

struct span
vector_file(struct vector *v, const char *file)
{
	struct span s = { NULL, 0 };

	if (!file_read(&s, v, file))
		fail_msg("%s: no %s", v->name, file);
	return s;
}

static void
entries_read(struct vector *v)
{
	char path[TILE_PATH];
	size_t lines = 0;

	for (size_t i = 0; i < v->log.n; i++)
		lines += v->log.p[i] == '\n';
	v->n = lines;
	v->entries = ARENA_ARRAY(&v->arena, lines, struct span);
	assert_non_null(v->entries);
	for (uint64_t i = 0; i * TILE_WIDTH < v->n; i++) {
		unsigned w = tile_width(0, i, v->n);

		tile_path(path, -1, i, w);
		assert_int_equal(tile_entries(v->entries + i * TILE_WIDTH, w,
				     vector_file(v, path)),
		    REASON_OK);
	}
}

void
vector_open(struct vector *v, const char *name)
{
	struct span s;

	*v = (struct vector){ .name = name };
	arena_init(&v->arena, SIZE_MAX);
	v->checkpoint = vector_file(v, "checkpoint");
	v->keys = vector_file(v, "keys");
	v->log = vector_file(v, "expected-log.tsv");
	v->state = vector_file(v, "expected-state.txt");
	v->digest = vector_file(v, "expected-digest");
	v->emit = vector_file(v, "expected-emit.csv");
	v->now = vector_file(v, "now");
	if (file_read(&s, v, "successions.tsv"))
		assert_int_equal(successions_parse(&v->successions,
				     &v->n_successions, s, &v->arena),
		    REASON_OK);
	entries_read(v);
}

void
vector_close(struct vector *v)
{
	arena_fini(&v->arena);
}

void
replayer_init(struct replayer *r)
{
	r->recalls = false;
	r->crypt = crypt_new();
	assert_non_null(r->crypt);
	r->verifier = crypt_verifier(r->crypt);
	arena_init(&r->arena, SIZE_MAX);
	r->entry = base_alloc(sizeof(*r->entry));
	assert_non_null(r->entry);
}

void
replayer_fini(struct replayer *r)
{
	crypt_free(r->crypt);
	arena_fini(&r->arena);
	base_free(r->entry);
}

/* Kept out of the log it was never there; then it comes all the same. */
static enum reason
admitted(enum reason *verdict, struct ledger_state *st,
    const struct ledger_entry *entry)
{
	uint64_t size = ledger_summary(st).size;
	enum reason failed = ledger_admit(verdict, st, entry), first = *verdict;

	if (failed != REASON_OK || *verdict == REASON_OK)
		return failed;
	assert_int_equal(ledger_summary(st).size, size);
	failed = ledger_replay(verdict, st, entry);
	assert_int_equal(*verdict, first);
	return failed;
}

enum reason
replayer_step(struct replayer *r, struct ledger_state *st, struct span entry)
{
	enum reason verdict = REASON_OK, failed;
	struct ledger_checked checked;

	arena_reset(&r->arena);
	assert_int_equal(
	    ledger_precheck(r->entry, entry, r->crypt, &r->verifier, &r->arena),
	    REASON_OK);
	if (r->recalls) {
		ledger_checked_of(&checked, r->entry);
		assert_int_equal(
		    ledger_recall(r->entry, entry, &checked, &r->arena),
		    REASON_OK);
	}
	failed = r->recalls ? admitted(&verdict, st, r->entry)
			    : ledger_replay(&verdict, st, r->entry);
	provoked(failed != REASON_OK ? failed : verdict);
	return failed != REASON_OK ? failed : verdict;
}

static void
take(void *ctx, struct span text)
{
	buf_span(ctx, text);
}

void
state_text(struct buf *b, const struct ledger_state *st)
{
	const struct ledger_sink sink = { take, b };

	assert_int_equal(ledger_dump(st, &sink), REASON_OK);
}

struct csv {
	struct arena arena;
	VEC(char *) lines;
};

static enum reason
csv_take(void *ctx, const struct ledger_payload *p)
{
	struct csv *csv = ctx;
	struct buf b;
	char *line;

	buf_init(&b, 1 << 20);
	ledger_csv_line(&b, p);
	line = arena_str(&csv->arena, buf_view(&b));
	buf_fini(&b);
	return line != NULL && vec_push(&csv->lines, line) ? REASON_OK
							   : R_LIMIT_MEMORY;
}

static int
line_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void
emit_text(struct buf *b, const struct ledger_state *st, int64_t now)
{
	struct csv csv = { .lines = { 0 } };
	const struct ledger_taker taker = { csv_take, &csv };

	arena_init(&csv.arena, SIZE_MAX);
	assert_int_equal(ledger_emit(st, now, &taker), REASON_OK);
	if (csv.lines.n > 0)
		qsort(csv.lines.v, csv.lines.n, sizeof(char *), line_order);
	buf_puts(b, LEDGER_CSV_HEAD);
	for (size_t i = 0; i < csv.lines.n; i++)
		buf_puts(b, csv.lines.v[i]);
	vec_fini(&csv.lines);
	arena_fini(&csv.arena);
}
