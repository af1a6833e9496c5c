/* A request to a witness: parsed, written again, and judged. */
#include "tests/fuzz/fuzz.h"

#include "tlog/tlog.h"

static enum reason
accept(void *ctx, const struct crypt_key *key, struct span message,
    struct span signature)
{
	(void)ctx, (void)key, (void)message, (void)signature;
	return REASON_OK;
}

static struct merkle_head
never(void *ctx, struct span origin)
{
	(void)ctx, (void)origin;
	return (struct merkle_head){ .size = 0 };
}

static void
request_check(const struct witness_request *r, struct span body)
{
	struct buf again;

	buf_init(&again, 1 << 20);
	witness_request_write(&again, r);
	ASSERT(span_eq(buf_view(&again), body));
	buf_fini(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct verifier verifier = { accept, NULL };
	struct vkey key = { .name = SPAN("witness.example/log"),
		.type = VKEY_ED25519 };
	const struct tlog_keys keys = { .n_logs = 1, .logs = &key };
	const struct witness_view view = { &keys, &verifier, never, NULL };
	struct witness_request request;
	struct checkpoint c;
	struct arena arena;
	enum reason why;
	int status;

	key.id = vkey_id(&key);
	arena_init(&arena, (size_t)16 << 20);
	if (witness_request_parse(&request, span_of(data, n)) == REASON_OK)
		request_check(&request, span_of(data, n));
	status = witness_judge(&c, &why, &view, span_of(data, n), &arena);
	ASSERT((status == 200) == (why == REASON_OK));
	arena_fini(&arena);
	return 0;
}
