/* Checkpoints, cosignatures, and whether enough of them count. */
#include <inttypes.h>
#include <string.h>

#include "tlog/tlog.h"

static struct span
line_next(struct span *rest)
{
	const uint8_t *end = memchr(rest->p, '\n', rest->n);
	struct span line =
	    span_of(rest->p, end == NULL ? rest->n : (size_t)(end - rest->p));
	size_t used = end == NULL ? rest->n : line.n + 1;

	*rest = span_of(rest->p + used, rest->n - used);
	return line;
}

/* Three lines and no extension line: hostile.md LE4. */
enum reason
checkpoint_parse(struct checkpoint *out, struct span bytes, struct arena *arena)
{
	struct span rest, root;
	struct buf raw;
	bool ok;

	TRY(note_parse(&out->note, bytes, arena));
	rest = out->note.text;
	out->origin = line_next(&rest);
	if (out->origin.n == 0 ||
	    !decimal_parse(&out->head.size, line_next(&rest), INT64_MAX))
		return R_CHECKPOINT_SYNTAX;
	root = line_next(&rest);
	buf_init(&raw, 64);
	ok = base64_parse(&raw, root, false) && raw.n == 32 && rest.n == 0;
	if (ok)
		memcpy(out->head.root.b, raw.p, 32);
	buf_fini(&raw);
	return ok ? REASON_OK : R_CHECKPOINT_SYNTAX;
}

void
checkpoint_write(
    struct buf *b, struct span origin, const struct merkle_head *head)
{
	buf_span(b, origin);
	buf_printf(b, "\n%" PRIu64 "\n", head->size);
	base64_write(b, span_of(head->root.b, 32));
	buf_byte(b, '\n');
}

void
cosignature_message(struct buf *b, uint64_t time, struct span text)
{
	buf_printf(b, "cosignature/v1\ntime %" PRIu64 "\n", time);
	buf_span(b, text);
}

static uint64_t
big_endian(const uint8_t *p)
{
	uint64_t v = 0;

	for (size_t i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

static bool
signature_is_of(const struct note_signature *s, const struct vkey *k)
{
	return s->id == k->id && span_eq(s->name, k->name);
}

static enum reason
log_verify(const struct note_signature *s, const struct vkey *k,
    struct span text, const struct verifier *v)
{
	const struct crypt_key key = { CRYPT_ED25519, span_of(k->key, 32) };
	enum reason r = v->verify(v->ctx, &key, text, s->value);

	return r == REASON_OK || r == R_LIMIT_MEMORY ? r : R_NOTE_SIGNATURE;
}

static enum reason
witness_verify(int64_t *at, const struct note_signature *s,
    const struct vkey *k, struct span text, const struct verifier *v)
{
	const struct crypt_key key = { CRYPT_ED25519, span_of(k->key, 32) };
	struct buf message;
	uint64_t time;
	enum reason r;

	if (s->value.n != 8 + 64)
		return R_NOTE_SIGNATURE;
	time = big_endian(s->value.p);
	if (time > INT64_MAX)
		return R_NOTE_SIGNATURE;
	buf_init(&message, 128 * 1024);
	cosignature_message(&message, time, text);
	r = message.failed ? R_LIMIT_MEMORY
			   : v->verify(v->ctx, &key, buf_view(&message),
				 span_of(s->value.p + 8, 64));
	buf_fini(&message);
	*at = (int64_t)time;
	return r == REASON_OK || r == R_LIMIT_MEMORY ? r : R_NOTE_SIGNATURE;
}

/* Times of the witnesses' cosignatures, by index; 0: none. */
enum reason
checkpoint_witnesses(int64_t *at, const struct checkpoint *c,
    const struct tlog_keys *keys, const struct verifier *v)
{
	for (size_t w = 0; w < keys->n_witnesses; w++)
		for (size_t i = 0; i < c->note.n; i++) {
			const struct note_signature *s = &c->note.signatures[i];
			int64_t t;

			if (keys->witnesses[w].type != VKEY_COSIGNATURE ||
			    !signature_is_of(s, &keys->witnesses[w]))
				continue;
			TRY(witness_verify(
			    &t, s, &keys->witnesses[w], c->note.text, v));
			/* Several of one witness count as its newest. */
			if (t > at[w])
				at[w] = t;
		}
	return REASON_OK;
}

/* Members stand before their group, so one pass decides all. */
static bool
quorum_reached(const struct tlog_keys *keys, const int64_t *at)
{
	bool met[TLOG_KEYS_MAX + 1] = { false };

	for (size_t g = 0; g < keys->n_groups; g++) {
		const struct witness_group *group = &keys->groups[g];
		size_t count = 0;

		for (size_t i = 0; i < group->n; i++) {
			size_t m = group->members[i];

			count += m < TLOG_KEYS_MAX ? at[m] != 0
						   : met[m - TLOG_KEYS_MAX];
		}
		met[g] = count >= group->threshold;
	}
	if (!keys->need_quorum)
		return true;
	return keys->quorum < TLOG_KEYS_MAX ? at[keys->quorum] != 0
					    : met[keys->quorum - TLOG_KEYS_MAX];
}

bool
tlog_keys_suffice(const struct tlog_keys *keys)
{
	int64_t at[TLOG_KEYS_MAX] = { 0 };

	for (size_t i = 0; i < keys->n_witnesses; i++)
		at[i] = keys->witnesses[i].type == VKEY_COSIGNATURE;
	return quorum_reached(keys, at);
}

enum reason
checkpoint_count(struct checkpoint_count *out, const struct checkpoint *c,
    const struct tlog_keys *keys, const struct verifier *v)
{
	int64_t at[TLOG_KEYS_MAX] = { 0 };
	bool log_signed = false;

	*out = (struct checkpoint_count){ 0 };
	for (size_t k = 0; k < keys->n_logs; k++)
		for (size_t i = 0; i < c->note.n; i++) {
			if (!signature_is_of(
				&c->note.signatures[i], &keys->logs[k]))
				continue;
			TRY(log_verify(&c->note.signatures[i], &keys->logs[k],
			    c->note.text, v));
			/* A log's key is called what its log is. */
			if (!span_eq(keys->logs[k].name, c->origin))
				return R_CHECKPOINT_ORIGIN;
			log_signed = true;
		}
	if (!log_signed)
		return R_CHECKPOINT_UNSIGNED;
	TRY(checkpoint_witnesses(at, c, keys, v));
	for (size_t w = 0; w < keys->n_witnesses; w++) {
		out->witnesses += at[w] != 0;
		if (at[w] > out->newest_at)
			out->newest_at = at[w];
	}
	return quorum_reached(keys, at) ? REASON_OK : R_CHECKPOINT_QUORUM;
}
