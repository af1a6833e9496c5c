/* cairn ledger submit: hand statements to whoever keeps a ledger. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cli/ledger_command.h"
#include "cli/ledger_write.h"
#include "fetch/fetch.h"

#define ANSWER_MAX ((size_t)4096)
#define URL_MAX    4096

struct post {
	struct ledger_write *w;
	struct limits limits;
	struct web *web;
	char url[URL_MAX];
	struct buf entry, answer;
};

/* What no ledger could take is not sent; what this one makes of it, its log
 * will say. */
static int
statement_read(struct post *p, const char *path)
{
	struct ledger_write *w = p->w;
	struct decode dec;
	enum reason why;

	buf_reset(&p->entry);
	if (!cli_read(&p->entry, path))
		return usage_error(w->self, "%s: %s", path, strerror(errno));
	if (p->entry.n > TLOG_ENTRY_MAX)
		return ledger_write_fail(w, path, R_STATEMENT_MALFORMED);
	if (w->anyway)
		return STATUS_DONE;
	arena_reset(&w->scratch);
	decode_init(&dec, &w->scratch, ledger_limits(), buf_view(&p->entry));
	why = statement_parse(&w->entry->statement, buf_view(&p->entry), &dec);
	return why == REASON_OK ? STATUS_DONE : ledger_write_fail(w, path, why);
}

/* A number, and perhaps a line end: as Tessera's own servers answer. */
static bool
index_parse(uint64_t *out, const struct buf *answer)
{
	struct span s = buf_view(answer);

	if (s.n > 0 && s.p[s.n - 1] == '\n')
		s.n--;
	return decimal_parse(out, s, INT64_MAX);
}

/* failure() escapes what is not for a terminal. */
static int
refused(const struct post *p, const char *path, const struct web_file *f)
{
	size_t n = p->answer.n < 200 ? p->answer.n : 200;

	while (n > 0 && p->answer.p[n - 1] == '\n')
		n--;
	return failure(p->w->self, "%s: %s: %u %.*s%s", path, p->url, f->status,
	    (int)n, n == 0 ? "" : (const char *)p->answer.p, f->detail);
}

static int
file_post(struct post *p, const char *path)
{
	struct web_file f = { .url = p->url,
		.is_post = true,
		.takes_all = true,
		.bytes_max = ANSWER_MAX };
	enum reason why;
	uint64_t index;
	int status = statement_read(p, path);

	if (status != STATUS_DONE)
		return status;
	f.post = buf_view(&p->entry);
	buf_reset(&p->answer);
	web_start(p->web, &f);
	why = web_wait(p->web, &f, &p->answer);
	if (why != REASON_OK)
		return failure(p->w->self, "%s: %s: %s: %s: %s", path, p->url,
		    reason_id(why), reason_text(why), f.detail);
	if (f.status != 200 || !index_parse(&index, &p->answer))
		return refused(p, path, &f);
	if (p->w->quiet)
		return STATUS_DONE;
	(void)printf("%" PRIu64 "\t%s\n", index, path);
	return fflush(stdout) == 0 ? STATUS_DONE : STATUS_FAILED;
}

static int
all_post(struct post *p)
{
	struct ledger_write *w = p->w;
	const struct https_settings settings = {
		.ca_file = w->ca_path, .agent = "cairn", .limits = &p->limits
	};
	size_t n = strlen(w->place);
	struct fault why;
	int status = STATUS_DONE;

	if (snprintf(p->url, sizeof(p->url), "%s%sadd", w->place,
		w->place[n - 1] == '/' ? "" : "/") >= (int)sizeof(p->url))
		return usage_error(w->self, "a URL too long");
	fault_init(&why, span_of(NULL, 0));
	if (web_open(&p->web, &settings, &why) != REASON_OK)
		return failure(w->self, "%s: %s: %s", reason_id(why.reason),
		    reason_text(why.reason), why.detail);
	for (size_t i = 0; status == STATUS_DONE && i < w->files.n; i++)
		status = file_post(p, w->files.v[i]);
	return status;
}

int
ledger_submit(struct ledger_write *w)
{
	struct post p = { .w = w };
	int status;

	if (!place_is_web(w->place))
		return ledger_append(w);
	if (w->files.n == 0)
		return usage_error(w->self, "which statements?");
	limits_init(&p.limits);
	buf_init(&p.entry, (size_t)1 << 20);
	buf_init(&p.answer, ANSWER_MAX);
	status = all_post(&p);
	web_close(p.web);
	buf_fini(&p.entry);
	buf_fini(&p.answer);
	return status;
}

static int
run_submit(const struct command *self, int argc, char **argv)
{
	return ledger_write_run(self, argc, argv, ledger_submit);
}

static const struct option_row rows[] = {
	ROW_LOG_KEY,
	ROW_SUCCESSIONS,
	ROW_CA_FILE,
	ROW_ANYWAY("also what is no statement, or what the replay rejects"),
};

const struct command command_ledger_submit = {
	.name = "ledger submit",
	.operands = "URL|DIR STATEMENT...",
	.text = "send statements to whoever keeps a ledger, or append them",
	.run = run_submit,
	.n_rows = COUNT(rows),
	.rows = rows,
};
