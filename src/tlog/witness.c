/*
 * What a witness does with what it is sent (C2SP tlog-witness), without any
 * input or output: who calls keeps what was cosigned, on a disk, and writes it
 * there before it answers.
 */
#include <inttypes.h>
#include <string.h>

#include "tlog/tlog.h"

static bool
line_take(struct span *line, struct span *rest)
{
	const uint8_t *end =
	    rest->n == 0 ? NULL : memchr(rest->p, '\n', rest->n);

	if (end == NULL)
		return false;
	*line = span_of(rest->p, (size_t)(end - rest->p));
	*rest = span_of(end + 1, rest->n - line->n - 1);
	return true;
}

static bool
hash_parse(struct digest *out, struct span line)
{
	struct buf raw;
	bool good;

	buf_init(&raw, 64);
	good = base64_parse(&raw, line, false) && raw.n == sizeof(out->b);
	if (good)
		memcpy(out->b, raw.p, sizeof(out->b));
	buf_fini(&raw);
	return good;
}

enum reason
witness_request_parse(struct witness_request *out, struct span body)
{
	struct span line, old = SPAN("old ");

	*out = (struct witness_request){ .old = 0 };
	if (body.n > WITNESS_BODY_MAX || !line_take(&line, &body) ||
	    !span_starts(line, old) ||
	    !decimal_parse(
		&out->old, span_of(line.p + old.n, line.n - old.n), INT64_MAX))
		return R_WITNESS_REQUEST;
	while (line_take(&line, &body)) {
		if (line.n == 0) {
			out->note = body;
			return REASON_OK;
		}
		if (out->proof.n == WITNESS_HASHES_MAX ||
		    !hash_parse(&out->proof.hash[out->proof.n++], line))
			return R_WITNESS_REQUEST;
	}
	return R_WITNESS_REQUEST;
}

void
witness_request_write(struct buf *b, const struct witness_request *r)
{
	buf_printf(b, "old %" PRIu64 "\n", r->old);
	for (size_t i = 0; i < r->proof.n; i++) {
		base64_write(b, SPAN_OF(r->proof.hash[i].b));
		buf_byte(b, '\n');
	}
	buf_byte(b, '\n');
	buf_span(b, r->note);
}

static int
answer(enum reason *why, enum reason reason, int status)
{
	*why = reason;
	return status;
}

static bool
origin_is_known(const struct tlog_keys *keys, struct span origin)
{
	for (size_t i = 0; i < keys->n_logs; i++)
		if (span_eq(keys->logs[i].name, origin))
			return true;
	return false;
}

/* Nothing is consistent with everything, but has one root only. */
static bool
is_consistent(const struct merkle_head *last, const struct merkle_head *head,
    const struct merkle_proof *proof)
{
	struct merkle_frontier none = { .size = 0 };
	struct digest root;

	merkle_root(&root, &none);
	if (head->size == 0 && !digest_eq(&head->root, &root))
		return false;
	if (last->size == 0)
		return proof->n == 0;
	return merkle_consistency(last, head, proof->hash, proof->n);
}

int
witness_judge(struct checkpoint *out, enum reason *why,
    const struct witness_view *view, struct span body, struct arena *arena)
{
	const struct tlog_keys logs = { .n_logs = view->keys->n_logs,
		.logs = view->keys->logs };
	struct checkpoint_count count;
	struct witness_request request;
	struct merkle_head last;

	*why = witness_request_parse(&request, body);
	if (*why == REASON_OK)
		*why = checkpoint_parse(out, request.note, arena);
	if (*why != REASON_OK)
		return *why == R_LIMIT_MEMORY ? 500 : 400;
	if (!origin_is_known(view->keys, out->origin))
		return answer(why, R_CHECKPOINT_ORIGIN, 404);
	*why = checkpoint_count(&count, out, &logs, view->verifier);
	if (*why != REASON_OK)
		return *why == R_LIMIT_MEMORY ? 500 : 403;
	if (request.old > out->head.size)
		return answer(why, R_WITNESS_REQUEST, 400);
	last = view->last(view->ctx, out->origin);
	if (request.old != last.size)
		return answer(why, R_WITNESS_SIZE, 409);
	if (!is_consistent(&last, &out->head, &request.proof))
		return answer(why, R_WITNESS_PROOF, 422);
	return answer(why, REASON_OK, 200);
}

/* ---- who asks ---------------------------------------------------------- */

static struct span
line_of(const struct checkpoint *c, const struct vkey *who)
{
	for (size_t i = 0; i < c->note.n; i++) {
		const struct note_signature *s = &c->note.signatures[i];

		if (s->id == who->id && span_eq(s->name, who->name))
			return s->line;
	}
	return span_of(NULL, 0);
}

enum reason
witness_answer_take(struct span *line, const struct checkpoint *c,
    const struct vkey *who, struct witness_answer *a)
{
	struct vkey key = *who;
	const struct tlog_keys keys = { .n_witnesses = 1, .witnesses = &key };
	struct checkpoint answered;
	int64_t at[1] = { 0 };
	struct span bytes;
	struct buf note;

	/* As a note of which nothing but these lines is signed. */
	buf_init(&note, WITNESS_BODY_MAX);
	buf_span(&note, c->note.text);
	buf_byte(&note, '\n');
	buf_span(&note, a->body);
	bytes = note.failed ? span_of(NULL, 0)
			    : arena_dup(a->arena, buf_view(&note));
	buf_fini(&note);
	if (bytes.p == NULL)
		return R_LIMIT_MEMORY;
	TRY(checkpoint_parse(&answered, bytes, a->arena));
	TRY(checkpoint_witnesses(at, &answered, &keys, a->verifier));
	*line = line_of(&answered, who);
	return at[0] != 0 ? REASON_OK : R_CHECKPOINT_QUORUM;
}

void
checkpoint_write_with(struct buf *b, const struct checkpoint *c,
    const struct vkey *who, struct span line)
{
	buf_span(b, c->note.text);
	buf_byte(b, '\n');
	for (size_t i = 0; i < c->note.n; i++) {
		const struct note_signature *s = &c->note.signatures[i];

		if (s->id == who->id && span_eq(s->name, who->name))
			continue;
		buf_span(b, s->line);
		buf_byte(b, '\n');
	}
	buf_span(b, line);
	buf_byte(b, '\n');
}
