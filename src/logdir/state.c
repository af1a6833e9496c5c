/*
 * .state as Tessera keeps it: what tree there is, apart from what is signed
 * of it. A writer that lost it would begin again at nothing and sign a second
 * history over the first, so that we stop where it is not as it should be.
 */
#include <inttypes.h>
#include <string.h>

#include "logdir/inside.h"

#define STATE_MAX 4096 /* bytes */

static bool
take(struct span *rest, const char *word)
{
	struct span w = span_str(word);

	if (!span_starts(*rest, w))
		return false;
	*rest = span_of(rest->p + w.n, rest->n - w.n);
	return true;
}

/* Up to one of `end`, which stays. */
static struct span
take_until(struct span *rest, const char *end)
{
	struct span word = span_of(rest->p, 0);

	while (word.n < rest->n && strchr(end, rest->p[word.n]) == NULL)
		word.n++;
	*rest = span_of(rest->p + word.n, rest->n - word.n);
	return word;
}

/* {"size":N,"root":"BASE64"}: as Go's json.Marshal writes it, and nothing
 * else, for this is no message from strangers but our own or Tessera's. */
static bool
state_parse(struct merkle_head *out, struct span text)
{
	struct span size, root;
	struct buf raw;
	bool good;

	if (!take(&text, "{\"size\":"))
		return false;
	size = take_until(&text, ",");
	if (!take(&text, ",\"root\":\""))
		return false;
	root = take_until(&text, "\"");
	if (!take(&text, "\"}") || text.n != 0 ||
	    !decimal_parse(&out->size, size, INT64_MAX))
		return false;
	buf_init(&raw, 64);
	good = base64_parse(&raw, root, false) && raw.n == sizeof(out->root.b);
	if (good)
		memcpy(out->root.b, raw.p, sizeof(out->root.b));
	buf_fini(&raw);
	return good;
}

static enum reason
say(struct logdir *d, const char *path, const char *what)
{
	return fault_say(&d->why, R_LOG_TREE_STATE, NULL, "%s: %s", path, what);
}

enum reason
logdir_state_read(struct logdir *d)
{
	enum reason why = REASON_OK;
	struct buf text;

	buf_init(&text, STATE_MAX);
	if (logdir_get(d, &text, VERSION_FILE) != REASON_OK)
		why = say(d, VERSION_FILE, "not there");
	else if (!span_eq(buf_view(&text), SPAN(VERSION)))
		why = say(d, VERSION_FILE, "not version " VERSION);
	if (why != REASON_OK)
		goto out;
	buf_reset(&text);
	if (logdir_get(d, &text, STATE_FILE) != REASON_OK)
		why = say(d, STATE_FILE, "not there");
	else if (!state_parse(&d->state, buf_view(&text)))
		why = say(d, STATE_FILE, "no size and root");
out:
	buf_fini(&text);
	return why;
}

enum reason
logdir_check(struct logdir *d, const struct merkle_head *published)
{
	const struct merkle_head *state = &d->state;

	if (state->size < published->size)
		return fault_say(&d->why, R_LOG_TREE_STATE, NULL,
		    "%s says %" PRIu64 " entries, the checkpoint %" PRIu64,
		    STATE_FILE, state->size, published->size);
	if (state->size == published->size &&
	    !digest_eq(&state->root, &published->root))
		return say(d, STATE_FILE, "another root than the checkpoint's");
	return REASON_OK;
}

enum reason
logdir_state_put(struct logdir *d, const struct merkle_head *head)
{
	enum reason why = R_LIMIT_MEMORY;
	struct buf text;

	buf_init(&text, STATE_MAX);
	buf_printf(&text, "{\"size\":%" PRIu64 ",\"root\":\"", head->size);
	base64_write(&text, SPAN_OF(head->root.b));
	buf_puts(&text, "\"}");
	if (!text.failed)
		why = logdir_put(d, STATE_FILE, buf_view(&text));
	buf_fini(&text);
	if (why == REASON_OK)
		d->state = *head;
	return why;
}
