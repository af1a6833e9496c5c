/* Accept again from a log that is frozen: the operator's word. */
#include <string.h>

#include "run/follow.h"

static const struct conf_ledger *
find(const struct conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n_ledgers; i++)
		if (strcmp(conf->ledgers[i].name, name) == 0)
			return &conf->ledgers[i];
	return NULL;
}

static enum reason
record_clear(struct store_write *w, const struct digest *key, struct span bytes,
    bool restart)
{
	struct kept *kept = base_alloc(sizeof(*kept));
	enum reason why = R_LIMIT_MEMORY;
	struct buf b;

	if (kept == NULL)
		return why;
	buf_init(&b, 2 * bytes.n + 1);
	if (restart || !kept_parse(kept, bytes)) {
		why = store_write_blob(w, STORE_LEDGER, key, span_of("", 0));
	} else {
		kept->frozen = false;
		kept->evidence = span_of("", 0);
		kept_write(&b, kept);
		if (!b.failed)
			why = store_write_blob(
			    w, STORE_LEDGER, key, buf_view(&b));
	}
	buf_fini(&b);
	base_free(kept);
	return why;
}

static enum reason
store_clear(
    struct store *s, const struct digest *key, bool restart, struct fault *why)
{
	struct store_write *w = NULL;
	struct store_read *read;
	struct span bytes;
	enum reason r;

	TRY(store_read_begin(&read, s, why));
	r = store_blob(&bytes, read, STORE_LEDGER, key) ? REASON_OK
							: R_LEDGER_UNKNOWN;
	if (r == REASON_OK)
		r = store_write_begin(&w, s, why);
	if (r == REASON_OK)
		r = record_clear(w, key, bytes, restart);
	store_read_end(read);
	if (w == NULL)
		return r;
	if (r == REASON_OK)
		return store_write_commit(w);
	store_write_abort(w);
	return r;
}

enum reason
run_ledger_clear(
    const struct conf *conf, const char *name, bool restart, struct fault *why)
{
	const struct conf_ledger *ledger = find(conf, name);
	struct digest key;
	struct store *s;
	enum reason r;

	if (ledger == NULL)
		return fault_at(why, R_LEDGER_UNKNOWN, NULL);
	follow_key(&key, ledger);
	TRY(store_open(&s, conf->cache, why));
	r = store_clear(s, &key, restart, why);
	store_close(s);
	return r;
}
