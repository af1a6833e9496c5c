/*
 * The newest checkpoint of each source: asked of all of them at once, with the
 * tag of the one we have where it is the one they had, so that nothing new
 * costs one small request and no more.
 */
#include <string.h>

#include "run/follow.h"

static void
fail(struct spot *s, enum reason why, const char *detail)
{
	s->reason = why;
	(void)snprintf(s->detail, sizeof(s->detail), "%s", detail);
}

void
follow_spot_begin(struct follow *f, struct spot *s)
{
	struct fault why;

	fault_init(&why, span_of(NULL, 0));
	if (s->place != NULL)
		return;
	if (place_is_web(s->text) && f->run->web == NULL) {
		fail(s, R_FETCH_PROCESS, "");
		return;
	}
	if (place_open(&s->place, s->text, f->run->web, &why) != REASON_OK) {
		fail(s, why.reason, why.detail);
		return;
	}
	if (s->is_announced)
		place_announced(s->place, f->run->conf->allow_local);
	for (size_t i = 0; i < f->kept.n_tags; i++)
		if (digest_eq(&f->kept.tags[i].source, &s->key))
			memcpy(s->etag, f->kept.tags[i].etag, sizeof(s->etag));
	place_expect_if(s->place, "checkpoint", s->etag);
}

/* Whose signatures are on it, and of which log it may be. */
static enum reason
spot_judge(struct follow *f, struct spot *s)
{
	const struct segment *g = s->segment;
	uint64_t size;
	enum reason why;

	why =
	    checkpoint_parse(&s->checkpoint, buf_view(&s->note), &f->run->work);
	if (why != REASON_OK)
		return why;
	if (!span_eq(s->checkpoint.origin, g->origin))
		return R_CHECKPOINT_ORIGIN;
	why = checkpoint_count(
	    &s->count, &s->checkpoint, &g->keys, &f->run->verifier);
	size = s->checkpoint.head.size;
	if (why == REASON_OK && (size < g->from || size > g->until))
		return R_CHECKPOINT_SEGMENT;
	return why;
}

enum reason
follow_spot_end(struct follow *f, struct spot *s)
{
	bool unchanged = false;

	if (s->place == NULL)
		return REASON_OK;
	s->reason =
	    place_get_if(s->place, &s->note, "checkpoint", s->etag, &unchanged);
	if (s->reason == R_LIMIT_MEMORY)
		return s->reason;
	if (s->reason != REASON_OK) {
		fail(s, s->reason, place_detail(s->place));
		return REASON_OK;
	}
	if (unchanged)
		buf_span(&s->note, f->kept.note);
	s->reason = spot_judge(f, s);
	return s->reason == R_LIMIT_MEMORY ? s->reason : REASON_OK;
}

/* A checkpoint that was refused is kept: who looks into it will want it. */
static enum reason
spot_report(struct follow *f, struct spot *s)
{
	struct span path = { 0 };
	char detail[400];

	if (s->reason == REASON_OK)
		return REASON_OK;
	/* Not a stranger's: there is room for so many only. */
	if (s->note.n > 0 && !s->is_announced)
		TRY(evidence_keep(&path, f, EVIDENCE_REFUSED,
		    buf_view(&s->note), span_of(NULL, 0)));
	(void)snprintf(detail, sizeof(detail), "%s%s%.*s", s->detail,
	    s->detail[0] != '\0' && path.n > 0 ? ": " : "", SPAN_FMT(path));
	return follow_find(
	    f, s->reason, EFFECT_WARNING, span_str(s->text), detail);
}

static enum reason
ask(struct follow *f, bool announced)
{
	for (size_t i = 0; i < f->n_spots; i++)
		if (f->spots[i].is_announced == announced)
			follow_spot_begin(f, &f->spots[i]);
	for (size_t i = 0; i < f->n_spots; i++)
		if (f->spots[i].is_announced == announced) {
			TRY(follow_spot_end(f, &f->spots[i]));
			TRY(spot_report(f, &f->spots[i]));
		}
	return REASON_OK;
}

/* All sources of the operator's say what we have. */
static bool
is_quiet(const struct follow *f)
{
	for (size_t i = 0; i < f->n_spots; i++) {
		const struct spot *s = &f->spots[i];

		if (!s->is_announced &&
		    (s->reason != REASON_OK ||
			s->checkpoint.head.size != f->kept.frontier.size ||
			!digest_eq(&s->checkpoint.head.root, &f->kept.root)))
			return false;
	}
	return follow_has_state(f) && !f->is_outdated;
}

/* Strangers are asked when there is something to ask: what is new may be shown
 * to others otherwise, and what fails they may have. */
enum reason
follow_ask(struct follow *f)
{
	TRY(ask(f, false));
	return is_quiet(f) ? REASON_OK : ask(f, true);
}
