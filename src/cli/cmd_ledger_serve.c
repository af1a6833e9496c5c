/*
 * cairn ledger serve: take statements from others, and let everybody read.
 *
 * What came in one turn of the loop is judged one by one, appended and signed
 * at once, and only then answered. Where that fails the process ends, and
 * nobody was promised anything. The log is locked for that long only: ticks,
 * witnesses and Tessera's tools may work on it in between.
 */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/ledger_command.h"
#include "cli/ledger_serve.h"
#include "supervise/supervise.h"

#define RATE_DEFAULT 60 /* statements a minute */
#define RATE_MAX     1000000
#define SAVE_PAUSE   60 /* seconds: the state is written whole */
#define SAVE_SHARE   20 /* of the time at most goes into that */
#define BUSY_TRIES   20
#define BUSY_MS      50
#define KEYS_FILE    ((size_t)1 << 20)

static int64_t
clock_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* ---- the log ----------------------------------------------------------- */

/* Whoever else writes to it, does so for a moment. */
static enum reason
lock(struct ledger_write *w)
{
	const struct timespec moment = { .tv_nsec = BUSY_MS * 1000000L };
	enum reason why = R_LOG_BUSY;

	for (unsigned i = 0; why == R_LOG_BUSY && i < BUSY_TRIES; i++) {
		if (i > 0)
			(void)nanosleep(&moment, NULL);
		why = ledger_write_resume(w);
	}
	return why;
}

enum reason
ledger_serve_begin(struct ledger_serve *s)
{
	enum reason why;

	if (s->open || s->status != STATUS_DONE)
		return REASON_OK;
	s->w->now = time(NULL);
	why = lock(s->w);
	s->open = why == REASON_OK;
	if (why != REASON_OK && why != R_LOG_BUSY)
		s->status = ledger_write_fail(s->w, s->w->place, why);
	return why;
}

static void
save(struct ledger_serve *s)
{
	int64_t begun = clock_s();

	ledger_write_save(s->w);
	s->saved_s = clock_s();
	s->pause_s = (s->saved_s - begun) * SAVE_SHARE;
	if (s->pause_s < SAVE_PAUSE)
		s->pause_s = SAVE_PAUSE;
	s->is_new = false;
}

static bool
is_save_due(const struct ledger_serve *s)
{
	return s->is_new && clock_s() - s->saved_s >= s->pause_s;
}

/* What was judged since ledger_serve_begin. */
static void
end(struct ledger_serve *s)
{
	if (!s->open)
		return;
	if (s->status == STATUS_DONE && s->w->pending.n > 0) {
		s->status = ledger_write_commit(s->w);
		s->is_new = true;
	}
	if (s->status == STATUS_DONE && is_save_due(s))
		save(s);
	s->time = ledger_summary(s->w->state).time;
	ledger_write_pause(s->w);
	s->open = false;
}

static void
tick(struct ledger_serve *s)
{
	uint64_t now = (uint64_t)time(NULL);

	if (s->every == 0 || now < s->time || now - s->time < s->every ||
	    ledger_serve_begin(s) != REASON_OK || !s->open)
		return;
	/* Somebody else may have been first. */
	s->time = ledger_summary(s->w->state).time;
	if (now < s->time || now - s->time < s->every)
		return;
	s->w->time_at = (int64_t)now;
	s->status = ledger_tick(s->w);
}

/* ---- the loop ---------------------------------------------------------- */

static bool
is_told_to_end(void)
{
	sigset_t set;

	return sigpending(&set) == 0 && (sigismember(&set, SIGTERM) == 1 ||
					    sigismember(&set, SIGINT) == 1);
}

static void
signals_hold(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

/* Whoever looks after us begins again with both. */
static bool
is_asked(const struct ledger_serve *s)
{
	return s->asker == 0 || waitpid(s->asker, NULL, WNOHANG) == 0;
}

static void
loop(struct ledger_serve *s, struct listen *l)
{
	bool asked = true;

	while (s->status == STATUS_DONE && asked && !is_told_to_end()) {
		listen_poll(l, 1000);
		tick(s);
		if (is_save_due(s))
			(void)!ledger_serve_begin(s);
		end(s);
		asked = is_asked(s);
	}
	/* The next one need not replay what this one did. */
	if (s->status == STATUS_DONE && s->is_new &&
	    ledger_serve_begin(s) == REASON_OK && s->open) {
		save(s);
		end(s);
	}
	if (!asked && !is_told_to_end())
		s->status =
		    failure(s->w->self, "who asks the witnesses has ended");
}

/* It talks to whoever may connect, and has the log's key. */
static bool
confine(const struct ledger_serve *s)
{
	int folder = open(s->w->place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = folder >= 0 && confine_folders(&folder, 1, false) &&
		    supervise_box_keeper();

	if (folder >= 0)
		(void)close(folder);
	return good;
}

static int
serve_at(struct ledger_serve *s)
{
	const struct listen_settings settings = { .address = s->w->address,
		.body_max = TLOG_ENTRY_MAX,
		.answer_max = BUNDLE_MAX,
		.answer = ledger_serve_answer,
		.ctx = s };
	struct listen *l;
	struct fault why;

	fault_init(&why, span_of(NULL, 0));
	if (listen_open(&l, &settings, &why) != REASON_OK)
		return usage_error(s->w->self, "--listen: %s: %s: %s",
		    reason_id(why.reason), reason_text(why.reason), why.detail);
	(void)printf("listening on port %u\n", listen_port(l));
	if (fflush(stdout) != 0)
		s->status = STATUS_FAILED;
	else if (!confine(s))
		s->status = failure(s->w->self, "it cannot be confined");
	else
		loop(s, l);
	listen_close(l);
	return s->status;
}

/* ---- before it --------------------------------------------------------- */

/* What came last, and may not have been heard of. */
static enum reason
recent_read(struct ledger_serve *s)
{
	const struct log_source source = ledger_place_source(&s->files);
	uint64_t size = s->w->writer->frontier.size;
	uint64_t first = size < SERVE_RECENT ? 0 : size - SERVE_RECENT;
	struct span entries[TILE_WIDTH];
	struct statement *x = &s->w->entry->statement;
	enum reason why = REASON_OK;
	struct decode dec;
	struct buf b;

	buf_init(&b, BUNDLE_MAX);
	for (uint64_t at = first; why == REASON_OK && at < size;) {
		uint64_t i = at / TILE_WIDTH;

		why = log_bundle(entries, &b, &source, i, size);
		for (; why == REASON_OK && at < size && at / TILE_WIDTH == i;
		     at++) {
			struct span e = entries[at % TILE_WIDTH];

			arena_reset(&s->w->scratch);
			decode_init(&dec, &s->w->scratch, ledger_limits(), e);
			if (statement_parse(x, e, &dec) == REASON_OK)
				ledger_serve_remember(s, &x->id, at);
		}
	}
	buf_fini(&b);
	return why;
}

static int
begin(struct ledger_serve *s)
{
	struct ledger_write *w = s->w;
	int status = ledger_write_open(w);
	enum reason why;

	if (status != STATUS_DONE)
		return status;
	why = ledger_place_open(&s->files, w->place, NULL);
	if (why == REASON_OK)
		why = recent_read(s);
	if (why != REASON_OK)
		return ledger_write_fail(w, w->place, why);
	s->open = true;
	save(s);
	end(s);
	return s->status;
}

static int
numbers_read(struct ledger_serve *s)
{
	const struct ledger_write *w = s->w;

	s->rate = RATE_DEFAULT;
	if (w->rate != NULL &&
	    !decimal_parse(&s->rate, span_str(w->rate), RATE_MAX))
		return usage_error(w->self,
		    "--rate: 0 to %d statements a minute are wanted", RATE_MAX);
	if (w->tick != NULL && !ledger_every_parse(&s->every, w->tick))
		return usage_error(
		    w->self, "--tick: 1s to 24h is wanted, such as 10m");
	if (s->every > 0 && w->holder_key_path == NULL)
		return usage_error(w->self, "--tick: --holder-key: who signs?");
	return STATUS_DONE;
}

static bool
has_url(const struct tlog_keys *keys)
{
	for (size_t i = 0; i < keys->n_witnesses; i++)
		if (keys->urls[i].n > 0)
			return true;
	return false;
}

/* Before there is a key in memory. */
static int
ask(struct ledger_serve *s)
{
	struct ledger_write *w = s->w;
	enum reason why = R_CONF_FILE;
	unsigned line = 0;

	if (w->keys_path == NULL)
		return STATUS_DONE;
	if (cli_read(&s->keys_text, w->keys_path))
		why = tlog_keys_parse(
		    &s->keys, buf_view(&s->keys_text), &s->arena, &line);
	if (why != REASON_OK)
		return usage_error(w->self, "%s:%u: %s: %s", w->keys_path, line,
		    reason_id(why), reason_text(why));
	if (!has_url(&s->keys))
		return usage_error(
		    w->self, "%s: no witness has a URL", w->keys_path);
	s->asker = ledger_ask(w, &s->keys);
	return s->asker > 0 ? STATUS_DONE
			    : failure(w->self, "%s", strerror(errno));
}

static int
keys_read(struct ledger_serve *s)
{
	struct ledger_write *w = s->w;
	int status = log_key_read(w);

	if (status == STATUS_DONE && s->every > 0)
		status = secret_read(w, &w->holder, w->holder_key_path);
	return status;
}

static int
serve(struct ledger_write *w)
{
	struct ledger_serve *s;
	int status;

	if (w->log_key_path == NULL || w->address == NULL)
		return usage_error(
		    w->self, "--log-key and --listen are wanted");
	s = base_alloc(sizeof(*s));
	if (s == NULL)
		return failure(w->self, "%s", reason_text(R_LIMIT_MEMORY));
	s->w = w;
	w->seldom = true;
	arena_init(&s->arena, SIZE_MAX);
	buf_init(&s->keys_text, KEYS_FILE);
	signals_hold();
	status = numbers_read(s);
	if (status == STATUS_DONE)
		status = ask(s);
	if (status == STATUS_DONE)
		status = keys_read(s);
	if (status == STATUS_DONE)
		status = begin(s);
	if (status == STATUS_DONE)
		status = serve_at(s);
	ledger_place_close(&s->files);
	buf_fini(&s->keys_text);
	arena_fini(&s->arena);
	base_free(s);
	return status;
}

static int
run_serve(const struct command *self, int argc, char **argv)
{
	return ledger_write_run(self, argc, argv, serve);
}

static const struct option_row rows[] = {
	ROW_LOG_KEY,
	{ .name = "listen",
	    .argument = "ADDRESS",
	    .text = "where to answer by HTTP, such as 127.0.0.1:8091" },
	{ .name = "rate",
	    .argument = "N",
	    .otherwise = "60",
	    .text = "statements a minute that one sender may send; 0: any "
		    "number" },
	{ .name = "keys",
	    .argument = "FILE",
	    .text = "ask the witnesses of this C2SP tlog-policy to cosign, and "
		    "serve what counts by it" },
	ROW_CA_FILE,
	{ .name = "tick",
	    .argument = "TIME",
	    .text = "say what time it is every so often, such as 10m" },
	{ .name = "holder-key",
	    .argument = "FILE",
	    .text = "of --tick: the sequencer's private key, PKCS #8 in PEM" },
	ROW_PASSPHRASE,
	ROW_SUCCESSIONS,
};

const struct command command_ledger_serve = {
	.name = "ledger serve",
	.operands = "DIR",
	.text = "take statements by HTTP, append what applies, and "
		"serve the log",
	.run = run_serve,
	.n_rows = COUNT(rows),
	.rows = rows,
};
