/* A signed note, a checkpoint, a verifier key: parsed, and written again. */
#include "tests/fuzz/fuzz.h"

#include "tlog/tlog.h"

static enum reason
accept(void *ctx, const struct crypt_key *key, struct span message,
    struct span signature)
{
	(void)ctx, (void)key, (void)message, (void)signature;
	return REASON_OK;
}

/* Text, an empty line and the signatures are all there is. */
static void
note_check(const struct note *note, struct span bytes)
{
	struct buf again;

	buf_init(&again, 1 << 20);
	buf_span(&again, note->text);
	buf_byte(&again, '\n');
	for (size_t i = 0; i < note->n; i++)
		note_write_signature(&again, note->signatures[i].name,
		    note->signatures[i].id, note->signatures[i].value);
	ASSERT(span_eq(buf_view(&again), bytes));
	buf_fini(&again);
}

static void
head_check(const struct checkpoint *c)
{
	struct buf again;

	buf_init(&again, 1 << 20);
	checkpoint_write(&again, c->origin, &c->head);
	ASSERT(span_eq(buf_view(&again), c->note.text));
	buf_fini(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct tlog_keys nobody = { .n_logs = 0 };
	const struct verifier verifier = { accept, NULL };
	const struct span bytes = span_of(data, n);
	struct checkpoint_count count;
	struct checkpoint c;
	struct arena arena;
	struct note note;
	struct vkey key;

	arena_init(&arena, (size_t)16 << 20);
	if (note_parse(&note, bytes, &arena) == REASON_OK)
		note_check(&note, bytes);
	if (checkpoint_parse(&c, bytes, &arena) == REASON_OK) {
		head_check(&c);
		ASSERT(checkpoint_count(&count, &c, &nobody, &verifier) ==
		       R_CHECKPOINT_UNSIGNED);
	}
	if (vkey_parse(&key, bytes) == REASON_OK && key.type != VKEY_ML_DSA_44)
		ASSERT(key.id == vkey_id(&key));
	arena_fini(&arena);
	return 0;
}
