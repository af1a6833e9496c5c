/* cairn validate: one run, from configuration to outputs. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/outputs.h"
#include "supervise/supervise.h"

/* ---- what is written ------------------------------------------------- */

struct outputs {
	struct output_in in;
	size_t n;
	struct output_file *files;
	struct summary_output *told;
	bool reader_left; /* and does not want the rest: no failure */
	bool *is_kept;    /* nothing is to be done about it */
	const struct digest *contents; /* of the view; NULL: not known by it */
	struct outputs_kept kept;
};

/* Then what earlier runs wrote is better than the nothing there is to say. */
static bool
has_nothing(const struct run_result *r)
{
	for (size_t i = 0; i < r->n_tas; i++)
		if (r->tas[i].reason == REASON_OK)
			return false;
	for (size_t i = 0; i < r->n_ledgers; i++)
		if (r->ledgers[i].size > 0 && !r->ledgers[i].gone)
			return false;
	return true;
}

/* The i-th of all; false past the end. */
static bool
output_at(const struct output_format **format, const char **path,
    const struct conf *c, size_t i)
{
	if (i < c->n_outputs) {
		*format = output_by_name(c->outputs[i].format);
		*path = c->outputs[i].path;
		return true;
	}
	if (i > c->n_outputs || c->findings == NULL)
		return false;
	*format = &output_findings;
	*path = strcmp(c->findings, "-") != 0 ? c->findings : NULL;
	return true;
}

/* `early`: files alone, since what went elsewhere cannot be taken back. */
static int
prepare(
    const struct settings *v, struct outputs *o, bool early, struct fault *why)
{
	const struct conf *c = &v->conf;
	const struct output_format *format;
	const char *path;

	for (size_t i = 0; output_at(&format, &path, c, i); i++) {
		o->told[o->n] =
		    (struct summary_output){ format->name, path, false };
		if (o->is_kept[o->n]) {
			o->n++;
			continue;
		}
		if (output_prepare(&o->files[o->n], format, &o->in, path,
			why) != REASON_OK)
			return failure(
			    v->self, "%s: outputs are untouched", why->detail);
		if (early && !output_is_file(&o->files[o->n])) {
			output_drop(&o->files[o->n]);
			continue;
		}
		o->n++;
	}
	return STATUS_DONE;
}

/* First what is no file, and so cannot be prepared: when that fails the files
 * are still the old ones. */
static int
commit(const struct settings *v, struct outputs *o, struct fault *why)
{
	int status = STATUS_DONE;

	for (size_t i = 0; i < 2 * o->n; i++) {
		struct output_file *f = &o->files[i % o->n];

		if ((i < o->n) == output_is_file(f) || o->is_kept[i % o->n])
			continue;
		if (o->contents != NULL && status == STATUS_DONE)
			outputs_kept_add(
			    &o->kept, o->contents, f, o->told[i % o->n].path);
		if (status != STATUS_DONE)
			output_drop(f);
		else if (output_commit(f, why) == REASON_OK)
			o->told[i % o->n].changed = f->changed;
		else if (f->reader_left)
			o->reader_left = true;
		else
			status = failure(v->self, "%s", why->detail);
	}
	return status;
}

/* Of a view that was there before, what still is where it was written. */
static enum reason
keep(const struct settings *v, struct run_result *r, struct outputs *o,
    struct fault *why)
{
	const struct conf *c = &v->conf;
	const struct output_format *format;
	const char *path;
	bool all = true;

	for (size_t i = 0; output_at(&format, &path, c, i); i++) {
		o->is_kept[i] = r->is_same && outputs_kept_is(&o->kept,
						  &r->contents, format, path);
		all = all && o->is_kept[i];
	}
	return all && v->quiet && !v->json ? REASON_OK
					   : run_result_view(r, c, why);
}

static int
make_outputs(const struct settings *v, struct run_result *r, struct outputs *o,
    bool early)
{
	struct fault why;
	int status;

	fault_init(&why, SPAN(""));
	if (keep(v, r, o, &why) != REASON_OK)
		return failure(v->self, "%s", why.detail);
	status = prepare(v, o, early, &why);
	if (status == STATUS_DONE)
		return commit(v, o, &why);
	for (size_t i = 0; i < o->n; i++)
		if (!o->is_kept[i])
			output_drop(&o->files[i]);
	o->n = 0;
	return status;
}

/* All files, then all renames. */
static int
write_outputs(const struct settings *v, struct run_result *r, struct outputs *o,
    bool early)
{
	size_t n_sources = r->n_tas + r->n_ledgers;
	struct span *sources = ARENA_ARRAY(&r->arena, n_sources, struct span);
	size_t n = v->conf.n_outputs + 1;
	int status;

	o->files = ARENA_ARRAY(&r->arena, n, struct output_file);
	o->told = ARENA_ARRAY(&r->arena, n, struct summary_output);
	o->is_kept = ARENA_ARRAY(&r->arena, n, bool);
	if (sources == NULL || o->files == NULL || o->told == NULL ||
	    o->is_kept == NULL)
		return failure(v->self, "no memory");
	for (size_t i = 0; i < r->n_tas; i++)
		sources[i] = r->tas[i].name;
	for (size_t i = 0; i < r->n_ledgers; i++)
		sources[r->n_tas + i] = r->ledgers[i].name;
	o->in = (struct output_in){ &r->view, n_sources, sources };
	o->contents = r->is_published && !early ? &r->contents : NULL;
	outputs_kept_init(&o->kept, v->conf.cache);
	status = make_outputs(v, r, o, early);
	if (status == STATUS_DONE && o->contents != NULL)
		outputs_kept_write(&o->kept, v->conf.cache);
	outputs_kept_fini(&o->kept);
	return status;
}

static bool
uses_stdout(const struct outputs *o)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->told[i].path == NULL)
			return true;
	return false;
}

/* JSON to standard output; text there too, unless something else is. */
static int
print_summary(const struct settings *v, const struct run_result *r,
    const struct outputs *o)
{
	struct summary s = { r, o->n, o->told, v->verbose };
	struct buf text;
	int status = STATUS_DONE;

	if (v->quiet && !v->json)
		return STATUS_DONE;
	buf_init(&text, CLI_TEXT);
	if (v->json)
		summary_json(&text, &s);
	else
		summary_text(&text, &s);
	if (v->json || !uses_stdout(o))
		status = print_answer(v->self, &text);
	else
		(void)cli_print(stderr, &text);
	buf_fini(&text);
	return status;
}

/* ---- the run --------------------------------------------------------- */

static int
finish(const struct settings *v, struct run_result *r)
{
	struct outputs o = { 0 };
	bool empty = has_nothing(r);
	int status, printed;

	/* A reader that leaves early, such as head(1), does not stop what is
	 * for others. (No child is left to inherit it.) */
	(void)signal(SIGPIPE, SIG_IGN);
	if (empty)
		status = failure(v->self,
		    "every trust anchor and ledger failed: outputs are "
		    "untouched; cairn doctor looks for the cause");
	else
		status = write_outputs(v, r, &o, false);
	printed = print_summary(v, r, &o);
	if (printed == STATUS_LEFT)
		o.reader_left = true;
	else if (status == STATUS_DONE)
		status = printed;
	if (r->degraded && v->conf.strict && (empty || status == STATUS_DONE))
		return STATUS_DEGRADED;
	return status == STATUS_DONE && o.reader_left ? STATUS_LEFT : status;
}

/* In the log of who serves, when routers are to hear of something. */
static void
say_news(const struct settings *v, const struct run_result *r)
{
	const struct view_published *p = &r->published;
	uint64_t ms = r->work.total_ms > 0 ? r->work.total_ms : r->early_ms;
	struct payload_counts n;
	uint64_t all;

	if (!v->notes || !r->is_published || (p->n_heard == 0 && !p->is_new))
		return;
	n = payload_count(r->view.payloads, r->view.n);
	all = n.vrps + n.aspa_customers + n.router_keys;
	(void)failure(v->self,
	    "serial %lu: %llu VRPs, %llu ASPAs, %llu router keys; %llu changes "
	    "in %.1f s",
	    (unsigned long)r->view.serial, (unsigned long long)n.vrps,
	    (unsigned long long)n.aspa_customers,
	    (unsigned long long)n.router_keys,
	    (unsigned long long)(p->is_new ? all : p->n_heard),
	    (double)ms / 1000);
}

/* Some keep the run waiting. What fails here is tried again at the end. */
static void
publish_early(void *ctx, struct run_result *r)
{
	const struct settings *v = ctx;
	struct outputs o = { 0 };

	(void)signal(SIGPIPE, SIG_IGN);
	say_news(v, r);
	if (!has_nothing(r))
		(void)write_outputs(v, r, &o, true);
}

/* For all of them there is one cause. */
static void
say_slurm(const struct settings *v, const struct slurm *s)
{
	if (s->files.n > 0 && s->files.v[0].reason != REASON_OK)
		(void)failure(v->self,
		    "%s: %.*s: the exceptions stay as they last were",
		    reason_id(s->files.v[0].reason),
		    SPAN_FMT(s->files.v[0].detail));
}

/* What a quiet run tells all the same: in the log of who serves, and why it
 * ends as it does where that is to be strict. */
static void
say_failures(const struct settings *v, const struct run_result *r)
{
	for (size_t i = 0; i < r->n_tas; i++) {
		const struct run_ta *ta = &r->tas[i];

		if (ta->reason != REASON_OK)
			(void)failure(v->self,
			    "trust anchor %.*s failed: %s: %s%s%s",
			    SPAN_FMT(ta->name), reason_id(ta->reason),
			    reason_text(ta->reason),
			    ta->detail[0] != '\0' ? ": " : "", ta->detail);
	}
	for (size_t i = 0; i < r->n_ledgers; i++) {
		const struct run_ledger *l = &r->ledgers[i];

		if (l->reason != REASON_OK)
			(void)failure(v->self, "ledger %.*s: %s: %s%s%s",
			    SPAN_FMT(l->name), reason_id(l->reason),
			    reason_text(l->reason),
			    l->detail[0] != '\0' ? ": " : "", l->detail);
	}
	if (r->reasons[R_POLICY_HELD] > 0)
		(void)failure(v->self, "%s: %s", reason_id(R_POLICY_HELD),
		    reason_text(R_POLICY_HELD));
}

int
validate_once(struct settings *v, int64_t *expires_at)
{
	struct run_early early = { publish_early, v };
	struct run_result result;
	struct progress progress;
	struct fault why;
	enum reason reason;
	int status;

	fault_init(&why, SPAN(""));
	progress_init(&progress, v->quiet);
	reason = run_validate(
	    &result, &v->conf, progress_of(&progress), early, &why);
	progress_end(&progress);
	if (reason == REASON_OK) {
		say_slurm(v, &result.slurm);
		*expires_at = result.expires_at;
		if (v->quiet && (v->self->serves || v->conf.strict))
			say_failures(v, &result);
		say_news(v, &result);
		status = finish(v, &result);
	} else {
		status = failure(v->self, "%s: %s%s%s", reason_id(reason),
		    reason_text(reason), why.detail[0] != '\0' ? ": " : "",
		    why.detail);
		if (reason_class(reason) == CLASS_CONF)
			status = STATUS_USAGE;
	}
	run_result_fini(&result);
	return status;
}

static int
become_user(const struct settings *v)
{
	struct fault why;
	enum reason r;

	fault_init(&why, SPAN(""));
	r = supervise_become_user(&v->conf, &why);
	if (r == REASON_OK)
		return STATUS_DONE;
	return usage_error(
	    v->self, "%s: %s: %s", reason_id(r), reason_text(r), why.detail);
}

static int
run_command(const struct command *self, int argc, char **argv)
{
	struct settings v = { .self = self, .writes = true };
	int64_t expires_at;
	int status;

	conf_init(&v.conf);
	status = settings_read(&v, argc, argv);
	if (status == STATUS_DONE)
		status = become_user(&v);
	if (status == STATUS_DONE)
		status = validate_once(&v, &expires_at);
	conf_fini(&v.conf);
	return status;
}

static void
write_formats(struct buf *out)
{
	size_t n;
	const struct output_format *table = output_table(&n);

	buf_puts(out, "\nFORMAT is one of\n");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "  %-10s %s\n", table[i].name, table[i].text);
}

static const struct option_row rows[] = {
	OPTION_CONFIG,
	{ .name = "quiet",
	    .letter = 'q',
	    .text = "neither progress nor summary" },
	{ .name = "verbose",
	    .letter = 'v',
	    .text = "every repository in the summary" },
	{ .name = "json", .text = "the summary as JSON" },
};

const struct command command_validate = {
	.name = "validate",
	.operands = "",
	.text = "fetch, validate, write the outputs, once",
	.run = run_command,
	.n_rows = COUNT(rows),
	.rows = rows,
	.takes_conf = true,
	.more = write_formats,
};
