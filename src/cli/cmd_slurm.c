/* cairn slurm: are these files right, and what would they do? */
#include <stdio.h>
#include <string.h>

#include "cli/shown.h"
#include "policy/policy.h"

struct lint {
	const struct command *self;
	const char *config, *cache;
	bool json, has_at;
	int64_t at;
	VEC(const char *) paths;
	struct slurm slurm;
	struct view before, after;
	bool has_view;
	uint64_t *hits;  /* of each filter */
	uint64_t *known; /* of each assertion: others say the same */
};

static int
take(void *ctx, const char *name, const char *value)
{
	struct lint *l = ctx;

	if (name == NULL)
		return vec_push(&l->paths, value)
			   ? STATUS_DONE
			   : failure(l->self, "no memory");
	if (strcmp(name, "config") == 0)
		l->config = value;
	else if (strcmp(name, "cache") == 0)
		l->cache = value;
	else if (strcmp(name, "json") == 0)
		l->json = true;
	else {
		l->has_at = true;
		if (!time_parse(&l->at, value))
			return usage_error(
			    l->self, "\"%s\" is no time: RFC 3339", value);
	}
	return STATUS_DONE;
}

/* ---- what they would do ---------------------------------------------- */

static bool
is_exception(const struct origin *o)
{
	return o->chain == NULL && o->statement == NULL;
}

/* What the run found, before the exceptions it made. */
static enum reason
gather(struct lint *l, struct shown *s, struct policy_set *out)
{
	const struct view *v = &l->before;
	struct payload *all =
	    ARENA_ARRAY(&s->arena, v->n + v->n_left, struct payload);
	size_t n = 0;

	if (all == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < v->n; i++)
		if (!is_exception(v->payloads[i].origin))
			all[n++] = v->payloads[i];
	for (size_t i = 0; i < v->n_left; i++)
		if (v->left[i].cause == LEFT_SLURM)
			all[n++] = v->left[i].payload;
	*out = (struct policy_set){ .payloads = all, .n = n };
	return REASON_OK;
}

static void
count(struct lint *l)
{
	const struct view *v = &l->after;

	for (size_t i = 0; i < v->n_left; i++)
		if (v->left[i].cause == LEFT_SLURM)
			l->hits[v->left[i].rule - 1]++;
	for (size_t i = 0; i < l->slurm.assertions.n; i++) {
		const struct payload *p = &l->slurm.assertions.v[i].payload;
		size_t lo = 0, hi = v->n;

		while (lo < hi) {
			size_t mid = lo + (hi - lo) / 2;

			if (payload_cmp(&v->payloads[mid], p) < 0)
				lo = mid + 1;
			else
				hi = mid;
		}
		for (; lo < v->n && payload_cmp(&v->payloads[lo], p) == 0; lo++)
			l->known[i] += !is_exception(v->payloads[lo].origin);
	}
}

static enum reason
try_out(struct lint *l, struct shown *s)
{
	static const struct view none;
	struct policy policy;
	struct policy_set set;
	struct policy_in in = { .policy = &policy,
		.slurm = &l->slurm,
		.sets = &set,
		.n = 1,
		.facts = &none,
		.limits = &s->conf.limits };

	policy_init(&policy);
	policy.mode = POLICY_UNION;
	policy.minimum_level = 0;
	l->hits = ARENA_ARRAY(&s->arena, l->slurm.filters.n, uint64_t);
	l->known = ARENA_ARRAY(&s->arena, l->slurm.assertions.n, uint64_t);
	if (l->hits == NULL || l->known == NULL)
		return R_LIMIT_MEMORY;
	TRY(l->has_at
		? view_at(&l->before, s->file, s->folder, l->at, &s->arena)
		: view_load(&l->before, s->file, &s->arena));
	TRY(gather(l, s, &set));
	TRY(policy_merge(&l->after, &in, &s->arena));
	count(l);
	l->has_view = true;
	return REASON_OK;
}

/* ---- telling --------------------------------------------------------- */

static void
payload_write(struct buf *out, const struct payload *p)
{
	char key[41];

	payload_words(out, p);
	if (p->kind == PAYLOAD_ROUTER_KEY) {
		hex_write(key, SPAN_OF(p->key.ski));
		buf_printf(out, " %s", key);
	}
}

static void
place_write(struct buf *out, const struct lint *l, size_t file, unsigned line)
{
	escape_write(out, l->slurm.files.v[file].name);
	buf_printf(out, ":%u: ", line);
}

static void
write_text(struct buf *out, const struct lint *l)
{
	for (size_t i = 0; i < l->slurm.filters.n; i++) {
		const struct slurm_filter *f = &l->slurm.filters.v[i];

		place_write(out, l, f->file, f->line);
		buf_puts(out, "removes ");
		slurm_filter_write(out, f);
		if (l->has_view)
			buf_printf(
			    out, ": %llu", (unsigned long long)l->hits[i]);
		buf_byte(out, '\n');
	}
	for (size_t i = 0; i < l->slurm.assertions.n; i++) {
		const struct slurm_assertion *a = &l->slurm.assertions.v[i];

		place_write(out, l, a->file, a->line);
		buf_puts(out, "adds ");
		payload_write(out, &a->payload);
		if (l->has_view && l->known[i] > 0)
			buf_puts(out, ": there without it");
		buf_byte(out, '\n');
	}
	buf_printf(out, "%zu files, %zu filters, %zu assertions\n",
	    l->slurm.files.n, l->slurm.filters.n, l->slurm.assertions.n);
	if (!l->has_view)
		buf_puts(
		    out, "no view yet: what they would hit is not known\n");
}

static void
emit_place(struct emit *e, const struct lint *l, size_t file, unsigned line)
{
	emit_object(e, NULL);
	emit_span(e, "file", l->slurm.files.v[file].name);
	emit_uint(e, "line", line);
}

static void
write_json(struct buf *out, const struct lint *l)
{
	struct buf text;
	struct emit e;

	buf_init(&text, 4096);
	emit_init(&e, out, EMIT_JSON);
	emit_object(&e, NULL);
	emit_array(&e, "filters");
	for (size_t i = 0; i < l->slurm.filters.n; i++) {
		const struct slurm_filter *f = &l->slurm.filters.v[i];

		buf_reset(&text);
		slurm_filter_write(&text, f);
		emit_place(&e, l, f->file, f->line);
		emit_span(&e, "removes", buf_view(&text));
		if (f->comment.n > 0)
			emit_span(&e, "comment", f->comment);
		if (l->has_view)
			emit_uint(&e, "hits", l->hits[i]);
		emit_end(&e);
	}
	emit_end(&e);
	emit_array(&e, "assertions");
	for (size_t i = 0; i < l->slurm.assertions.n; i++) {
		const struct slurm_assertion *a = &l->slurm.assertions.v[i];

		buf_reset(&text);
		payload_write(&text, &a->payload);
		emit_place(&e, l, a->file, a->line);
		emit_span(&e, "adds", buf_view(&text));
		if (a->comment.n > 0)
			emit_span(&e, "comment", a->comment);
		if (l->has_view)
			emit_bool(&e, "known", l->known[i] > 0);
		emit_end(&e);
	}
	emit_end(&e);
	emit_end(&e);
	buf_fini(&text);
}

static int
tell(const struct lint *l)
{
	struct buf out;
	int status;

	buf_init(&out, 2 * CLI_TEXT);
	if (l->json)
		write_json(&out, l);
	else
		write_text(&out, l);
	status = print_answer(l->self, &out);
	buf_fini(&out);
	return status;
}

/* ---- the command ----------------------------------------------------- */

/* For a command that checks, a file that is wrong is a "no". */
static int
read_files(struct lint *l)
{
	struct limits limits;
	struct fault why;
	enum reason reason;

	if (l->paths.n == 0)
		return usage_error(l->self, "which file?");
	limits_init(&limits);
	fault_init(&why, SPAN(""));
	reason =
	    run_slurm_load(&l->slurm, l->paths.v, l->paths.n, &limits, &why);
	if (reason == REASON_OK)
		return STATUS_DONE;
	return failure(l->self, "%s: %s", reason_id(reason), why.detail);
}

static int
check(struct lint *l)
{
	struct shown s;
	enum reason reason = REASON_OK;
	int status;

	status = shown_find(&s, l->self, l->config, l->cache);
	if (status == STATUS_DONE && s.file != NULL)
		reason = try_out(l, &s);
	if (reason != REASON_OK)
		status = shown_failure(&s, reason, "");
	if (status == STATUS_DONE)
		status = tell(l);
	shown_close(&s);
	return status;
}

static int
run_command(const struct command *self, int argc, char **argv)
{
	struct lint l = { .self = self };
	int status;

	slurm_init(&l.slurm);
	status = options_each(self, argc, argv, take, &l);
	if (status == STATUS_DONE)
		status = read_files(&l);
	if (status == STATUS_DONE)
		status = check(&l);
	slurm_fini(&l.slurm);
	vec_fini(&l.paths);
	return status;
}

static const struct option_row rows[] = {
	OPTION_CONFIG,
	OPTION_CACHE,
	{ .name = "at",
	    .argument = "TIME",
	    .otherwise = "now",
	    .text = "try them on the view that was the newest at that time" },
	{ .name = "json", .text = "one JSON document" },
};

const struct command command_slurm = {
	.name = "slurm",
	.operands = "FILE...",
	.text = "check SLURM files, and say what they would do",
	.run = run_command,
	.n_rows = COUNT(rows),
	.rows = rows,
};
