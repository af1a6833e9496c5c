/*
 * A state as it is saved, less its magic and digest, which are made to hold:
 * what is loaded can be told, and is the same once saved and loaded again.
 */
#include "tests/fuzz/fuzz.h"

#include "crypt/crypt.h"
#include "ledger/ledger.h"
#include "ledger/state_save.h"

static enum reason
take_fact(void *ctx, const struct ledger_fact *fact)
{
	(void)fact;
	++*(size_t *)ctx;
	return REASON_OK;
}

static enum reason
take_payload(void *ctx, const struct ledger_payload *payload)
{
	(void)payload;
	++*(size_t *)ctx;
	return REASON_OK;
}

static void
tell(const struct ledger_state *st)
{
	size_t n = 0;
	const struct ledger_facts facts = { take_fact, &n };
	const struct ledger_taker taker = { take_payload, &n };
	const struct ledger_summary sum = ledger_summary(st);

	/* What is authorized is read when it is emitted, and not before. */
	(void)!ledger_emit(st, 0, &taker);
	ASSERT(ledger_facts(st, &facts) == REASON_OK);
	(void)sum;
}

static void
check(const struct ledger_state *st)
{
	struct ledger_state *again;
	struct digest a, b;
	struct buf saved;

	tell(st);
	buf_init(&saved, SIZE_MAX);
	ledger_save(&saved, st);
	ASSERT(!saved.failed);
	ASSERT(ledger_load(&again, buf_view(&saved)) == REASON_OK);
	ASSERT(ledger_digest(&a, st) == REASON_OK);
	ASSERT(ledger_digest(&b, again) == REASON_OK);
	ASSERT(digest_eq(&a, &b));
	ledger_state_free(again);
	buf_fini(&saved);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ledger_state *st;
	struct digest sum;
	struct buf b;

	buf_init(&b, n + 1024);
	buf_span(&b, SAVE_MAGIC);
	buf_add(&b, data, n);
	crypt_sha256(sum.b, buf_view(&b));
	buf_add(&b, sum.b, sizeof(sum.b));
	ASSERT(!b.failed);
	if (ledger_load(&st, buf_view(&b)) == REASON_OK) {
		check(st);
		ledger_state_free(st);
	}
	buf_fini(&b);
	return 0;
}
