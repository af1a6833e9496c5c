/* A statement: what is parsed is written again as it was, byte by byte, as
 * there is one encoding of it only; and it can be shown. */
#include "tests/fuzz/fuzz.h"

#include "ledger/ledger.h"

static void
check(const struct statement *s, struct span entry)
{
	struct statement *again = base_alloc(sizeof(*again));
	struct buf tbs, whole;

	ASSERT(again != NULL);
	*again = *s;
	buf_init(&tbs, entry.n);
	buf_init(&whole, entry.n);
	statement_write_tbs(&tbs, again);
	ASSERT(span_eq(buf_view(&tbs), s->tbs));
	again->tbs = buf_view(&tbs);
	statement_write(&whole, again);
	ASSERT(span_eq(buf_view(&whole), entry));
	buf_fini(&tbs);
	buf_fini(&whole);
	base_free(again);
}

static void
show(const struct statement *s, struct arena *arena)
{
	struct resources about;
	struct buf text;
	struct emit e;

	buf_init(&text, (size_t)64 << 20);
	emit_init(&e, &text, EMIT_JSON);
	emit_object(&e, NULL);
	statement_emit(&e, s, NULL, arena);
	emit_end(&e);
	ASSERT(!text.failed);
	buf_fini(&text);
	/* What it is about may be nothing sound. */
	if (s->kind == STATEMENT_AUTHORIZE &&
	    authorize_resources(&about, &s->body, arena) == REASON_OK)
		ASSERT(!resources_is_empty(&about));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct span entry = span_of(data, n);
	struct statement *s = base_alloc(sizeof(*s));
	struct arena arena;
	struct decode dec;

	ASSERT(s != NULL);
	arena_init(&arena, (size_t)64 << 20);
	decode_init(&dec, &arena, ledger_limits(), entry);
	if (statement_parse(s, entry, &dec) == REASON_OK) {
		check(s, entry);
		show(s, &arena);
	}
	base_free(s);
	arena_fini(&arena);
	return 0;
}
