/* From what the operator wrote to whose signatures count, and where. */
#include <string.h>

#include "file/file.h"
#include "run/follow.h"

#define KEYS_MAX ((size_t)1 << 20)

static enum reason
fail(const struct follow *f, enum reason why, const char *what)
{
	return fault_say(
	    f->run->why, why, NULL, "ledger %s: %.100s", f->conf->name, what);
}

void
follow_key(struct digest *out, const struct conf_ledger *c)
{
	/* With the NUL, which neither of them has. */
	crypt_sha256_2(
	    out->b, span_of(c->name, strlen(c->name) + 1), span_str(c->origin));
}

/* The lines of a file of keys. */
static enum reason
keys_of_lines(struct tlog_keys *out, struct follow *f, const char *key)
{
	const struct conf_ledger *c = f->conf;
	unsigned line = 0;
	enum reason why;
	struct buf b;
	struct span text;

	buf_init(&b, KEYS_MAX);
	buf_printf(&b, "log %s\n", key);
	for (size_t i = 0; i < c->n_witnesses; i++)
		buf_printf(&b, "witness %s\n", c->witnesses[i]);
	buf_printf(&b, "quorum %llu\n", (unsigned long long)c->quorum);
	/* What is parsed borrows from it. */
	text = b.failed ? span_of(NULL, 0)
			: arena_dup(&f->run->work, buf_view(&b));
	buf_fini(&b);
	if (text.p == NULL)
		return R_LIMIT_MEMORY;
	why = tlog_keys_parse(out, text, &f->run->work, &line);
	if (why == REASON_OK || why == R_LIMIT_MEMORY)
		return why;
	return fail(f, why,
	    line == 1                                ? key
	    : line >= 2 && line - 2 < c->n_witnesses ? c->witnesses[line - 2]
						     : "witnesses");
}

/* The witnesses of a policy file; of the logs' keys also this one. */
static enum reason
keys_of_policy(struct tlog_keys *out, struct follow *f, const char *key)
{
	struct arena *arena = &f->run->work;
	char detail[128];
	struct tlog_keys own;
	struct vkey *logs;
	unsigned line = 0;
	struct span text;
	enum reason why;
	struct buf b;
	bool is_there;

	buf_init(&b, KEYS_MAX);
	is_there = file_load(&b, f->conf->policy);
	text = arena_dup(arena, buf_view(&b));
	buf_fini(&b);
	if (!is_there)
		return fail(f, R_CONF_FILE, f->conf->policy);
	if (text.p == NULL)
		return R_LIMIT_MEMORY;
	why = tlog_keys_parse(out, text, arena, &line);
	(void)snprintf(
	    detail, sizeof(detail), "%.80s:%u", f->conf->policy, line);
	if (why != REASON_OK)
		return fail(f, why, detail);
	TRY(keys_of_lines(&own, f, key));
	logs = ARENA_ARRAY(arena, out->n_logs + 1, struct vkey);
	if (logs == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < out->n_logs; i++)
		logs[i + 1] = out->logs[i];
	logs[0] = own.logs[0];
	out->logs = logs;
	out->n_logs++;
	return REASON_OK;
}

static enum reason
segment_init(struct segment *out, struct follow *f, const char *key)
{
	return f->conf->policy != NULL ? keys_of_policy(&out->keys, f, key)
				       : keys_of_lines(&out->keys, f, key);
}

enum reason
follow_add_spots(struct follow *f, const struct segment *segment,
    const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct spot *s = &f->spots[f->n_spots++];

		s->text = texts[i];
		s->segment = segment;
		crypt_sha256(s->key.b, span_str(texts[i]));
		buf_init(&s->note, NOTE_MAX + 1);
	}
	return REASON_OK;
}

/* Each succession takes over what it does not say itself. */
static enum reason
add_segments(struct follow *f)
{
	const struct conf_ledger *c = f->conf;
	const char *origin = c->origin, *key = c->key;
	struct segment *s = &f->segments[0];

	*s =
	    (struct segment){ .until = UINT64_MAX, .origin = span_str(origin) };
	TRY(segment_init(s, f, key));
	TRY(follow_add_spots(f, s, c->sources, c->n_sources));
	f->n_segments = 1;
	for (size_t i = 0; i < c->n_successions; i++) {
		const struct conf_succession *x = &c->successions[i];

		if (x->origin == NULL && x->key == NULL && x->n_sources == 0)
			continue; /* the log goes on as it is */
		s->until = x->size;
		s = &f->segments[f->n_segments++];
		origin = x->origin != NULL ? x->origin : origin;
		key = x->key != NULL ? x->key : key;
		*s = (struct segment){ .from = x->size,
			.until = UINT64_MAX,
			.origin = span_str(origin) };
		TRY(segment_init(s, f, key));
		if (x->n_sources > 0)
			TRY(follow_add_spots(f, s, x->sources, x->n_sources));
		else
			TRY(follow_add_spots(f, s, c->sources, c->n_sources));
	}
	return REASON_OK;
}

static enum reason
add_successions(struct follow *f)
{
	const struct conf_ledger *c = f->conf;

	f->successions =
	    ARENA_ARRAY(&f->run->work, c->n_successions, struct succession);
	if (f->successions == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < c->n_successions; i++) {
		struct succession *s = &f->successions[i];

		s->size = c->successions[i].size;
		s->holder = c->successions[i].sequencer;
	}
	f->n_successions = c->n_successions;
	/* In memory without gaps; compared on this machine only. */
	crypt_sha256(f->succession_digest.b,
	    span_of(
		f->successions, f->n_successions * sizeof(*f->successions)));
	return REASON_OK;
}

enum reason
follow_init(struct follow *f, struct run *run, const struct conf_ledger *conf)
{
	size_t n_spots = conf->n_sources + MIRRORS_MAX,
	       n = conf->n_successions + 1;

	for (size_t i = 0; i < conf->n_successions; i++)
		n_spots += conf->successions[i].n_sources > 0
			       ? conf->successions[i].n_sources
			       : conf->n_sources;
	f->run = run;
	f->conf = conf;
	f->segments = ARENA_ARRAY(&run->work, n, struct segment);
	f->spots = ARENA_ARRAY(&run->work, n_spots, struct spot);
	if (f->segments == NULL || f->spots == NULL)
		return R_LIMIT_MEMORY;
	follow_key(&f->key, conf);
	TRY(add_successions(f));
	return add_segments(f);
}
