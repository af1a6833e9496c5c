/* cairn ledger mirror: copy a log while verifying it, and keep it fresh. */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cli/ledger_command.h"
#include "cli/ledger_place.h"
#include "cli/ledger_rows.h"
#include "logdir/logdir.h"

#define SMALL_FILE ((size_t)1 << 20)
#define NOTE_FILE  ((size_t)65537)
#define EVIDENCE   ".state/split-view/"

struct mirror {
	const struct command *self;
	const char *from, *to, *keys_path, *ca_path;
	uint64_t every; /* seconds; 0: once */
	bool quiet, split;

	struct arena arena, round; /* of the run, of one look */
	struct buf keys_text, theirs, ours;
	struct tlog_keys keys;
	struct crypt *crypt;
	struct verifier verifier;
	struct ledger_place place;
	struct logdir dir;
};

static int
fail(const struct mirror *m, const char *what, enum reason why)
{
	const char *detail = "";

	if (m->dir.why.reason == why)
		detail = m->dir.why.detail;
	else if (m->place.name != NULL)
		detail = ledger_place_detail(&m->place);
	return failure(m->self, "%s: %s: %s%s%s", what, reason_id(why),
	    reason_text(why), detail[0] == '\0' ? "" : ": ", detail);
}

/* ---- checkpoints ------------------------------------------------------- */

/* Without keys anything signed will do, as long as it goes on from ours. */
static enum reason
count(struct checkpoint_count *out, const struct mirror *m,
    const struct checkpoint *c)
{
	*out = (struct checkpoint_count){ 0 };
	return m->keys_path == NULL
		   ? REASON_OK
		   : checkpoint_count(out, c, &m->keys, &m->verifier);
}

static enum reason
theirs_read(
    struct checkpoint *out, struct checkpoint_count *counted, struct mirror *m)
{
	const struct log_source source = ledger_place_source(&m->place);

	buf_reset(&m->theirs);
	TRY(source.get(source.ctx, &m->theirs, "checkpoint"));
	TRY(checkpoint_parse(out, buf_view(&m->theirs), &m->round));
	return count(counted, m, out);
}

/* There is none before the first copy is whole. */
static enum reason
ours_read(struct checkpoint *out, struct mirror *m)
{
	struct merkle_frontier none = { .size = 0 };
	const struct log_source source = logdir_source(&m->dir);
	enum reason why;

	*out = (struct checkpoint){ .origin = { NULL, 0 } };
	merkle_root(&out->head.root, &none);
	buf_reset(&m->ours);
	why = source.get(source.ctx, &m->ours, "checkpoint");
	if (why == R_LOG_MISSING)
		return REASON_OK;
	TRY(why);
	return checkpoint_parse(out, buf_view(&m->ours), &m->round);
}

/* Both signed, and both cannot be true: for whoever is to judge it. */
static int
evidence_keep(struct mirror *m, const struct checkpoint *theirs)
{
	char path[TILE_PATH], hex[65];
	enum reason why;

	m->split = true;
	hex_write(hex, SPAN_OF(theirs->head.root.b));
	(void)snprintf(path, sizeof(path), EVIDENCE "%" PRIu64 "-%.16s",
	    theirs->head.size, hex);
	why = logdir_put(&m->dir, path, buf_view(&m->theirs));
	if (why != REASON_OK)
		(void)fail(m, m->to, why);
	return failure(m->self, "%s: %s: %s: %s/checkpoint and %s/%s", m->from,
	    reason_id(R_CHECKPOINT_SPLIT_VIEW),
	    reason_text(R_CHECKPOINT_SPLIT_VIEW), m->to, m->to, path);
}

/* ---- one look ---------------------------------------------------------- */

static int
copy(struct mirror *m, const struct checkpoint *theirs,
    const struct checkpoint *ours)
{
	struct logdir_copy job = { .from = ledger_place_source(&m->place),
		.have = ours->head,
		.want = theirs->head };
	enum reason why = logdir_copy(&m->dir, &job);

	if (why == R_CHECKPOINT_SPLIT_VIEW)
		return evidence_keep(m, theirs);
	if (why == REASON_OK)
		why = logdir_checkpoint_put(&m->dir, buf_view(&m->theirs));
	if (why != REASON_OK)
		return fail(m, m->from, why);
	if (!m->quiet)
		(void)printf("%" PRIu64 "\t%" PRIu64 "\n", ours->head.size,
		    theirs->head.size);
	return fflush(stdout) == 0 ? STATUS_DONE : STATUS_FAILED;
}

/* The same tree: its checkpoint may tell of more or newer cosignatures, or
 * of older ones. */
static int
refresh(struct mirror *m, const struct checkpoint_count *theirs,
    const struct checkpoint *c)
{
	struct checkpoint_count ours;
	enum reason why = count(&ours, m, c);

	if (span_eq(buf_view(&m->theirs), buf_view(&m->ours)) ||
	    (why == REASON_OK && ours.newest_at > theirs->newest_at))
		return STATUS_DONE;
	why = logdir_checkpoint_put(&m->dir, buf_view(&m->theirs));
	return why == REASON_OK ? STATUS_DONE : fail(m, m->to, why);
}

static int
look(struct mirror *m)
{
	struct checkpoint theirs, ours;
	struct checkpoint_count counted;
	enum reason why;

	arena_reset(&m->round);
	fault_init(&m->dir.why, span_of(NULL, 0));
	why = theirs_read(&theirs, &counted, m);
	if (why != REASON_OK)
		return fail(m, m->from, why);
	why = ours_read(&ours, m);
	if (why != REASON_OK)
		return fail(m, m->to, why);
	if (ours.origin.p != NULL && !span_eq(ours.origin, theirs.origin))
		return fail(m, m->from, R_CHECKPOINT_ORIGIN);
	if (theirs.head.size < ours.head.size)
		return fail(m, m->from, R_CHECKPOINT_STALE);
	if (theirs.head.size > ours.head.size || ours.origin.p == NULL)
		return copy(m, &theirs, &ours);
	return digest_eq(&theirs.head.root, &ours.head.root)
		   ? refresh(m, &counted, &ours)
		   : evidence_keep(m, &theirs);
}

/* ---- the run ----------------------------------------------------------- */

static int
keys_read(struct mirror *m)
{
	unsigned line = 0;
	enum reason why = R_CONF_FILE;

	if (m->keys_path == NULL)
		return STATUS_DONE;
	if (cli_read(&m->keys_text, m->keys_path))
		why = tlog_keys_parse(
		    &m->keys, buf_view(&m->keys_text), &m->arena, &line);
	return why == REASON_OK
		   ? STATUS_DONE
		   : usage_error(m->self, "%s:%u: %s: %s", m->keys_path, line,
			 reason_id(why), reason_text(why));
}

static int
open_both(struct mirror *m)
{
	enum reason why = ledger_place_open(&m->place, m->from, m->ca_path);

	if (why != REASON_OK)
		return usage_error(m->self, "%s: %s: %s",
		    ledger_place_detail(&m->place), reason_id(why),
		    reason_text(why));
	why = logdir_open_copy(&m->dir, m->to);
	return why == REASON_OK ? STATUS_DONE : fail(m, m->to, why);
}

/* Ended anywhere, nothing is lost: no signal is waited for. What failed may
 * not fail the next time, but for two histories. */
static int
mirror(struct mirror *m)
{
	int status = keys_read(m);

	m->crypt = crypt_new();
	if (m->crypt == NULL)
		return failure(m->self, "%s", reason_text(R_LIMIT_MEMORY));
	m->verifier = crypt_verifier(m->crypt);
	if (status == STATUS_DONE)
		status = open_both(m);
	if (status != STATUS_DONE)
		return status;
	for (;;) {
		status = look(m);
		if (m->every == 0 || m->split)
			return status;
		(void)sleep((unsigned)m->every);
	}
}

/* "60s", "10m", "6h", or plain seconds. */
bool
ledger_every_parse(uint64_t *out, const char *value)
{
	static const struct {
		char letter;
		uint64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 } };
	struct span text = span_str(value);
	uint64_t unit = 1;

	for (size_t i = 0; i < COUNT(units); i++)
		if (text.n > 0 && text.p[text.n - 1] == units[i].letter) {
			unit = units[i].seconds;
			text.n--;
			break;
		}
	if (!decimal_parse(out, text, 86400))
		return false;
	*out *= unit;
	return *out >= 1 && *out <= 86400;
}

static int
take(void *ctx, const char *name, const char *value)
{
	struct mirror *m = ctx;

	if (name == NULL && m->from == NULL)
		m->from = value;
	else if (name == NULL && m->to == NULL)
		m->to = value;
	else if (name == NULL)
		return usage_error(m->self, "one log, one folder");
	else if (strcmp(name, "keys") == 0)
		m->keys_path = value;
	else if (strcmp(name, "ca-file") == 0)
		m->ca_path = value;
	else if (strcmp(name, "quiet") == 0)
		m->quiet = true;
	else if (strcmp(name, "once") == 0)
		m->every = 0;
	else if (!ledger_every_parse(&m->every, value))
		return usage_error(
		    m->self, "--every: 1s to 24h is wanted, such as 60s");
	return STATUS_DONE;
}

static int
run_mirror(const struct command *self, int argc, char **argv)
{
	struct mirror m = { .self = self };
	int status;

	m.dir.folder = m.dir.tree_lock = m.dir.publish_lock = -1;
	arena_init(&m.arena, SIZE_MAX);
	arena_init(&m.round, SIZE_MAX);
	buf_init(&m.keys_text, SMALL_FILE);
	buf_init(&m.theirs, NOTE_FILE);
	buf_init(&m.ours, NOTE_FILE);
	status = options_each(self, argc, argv, take, &m);
	if (status == STATUS_DONE)
		status = m.to == NULL
			     ? usage_error(self, "from where, to which folder?")
			     : mirror(&m);
	logdir_close(&m.dir);
	ledger_place_close(&m.place);
	crypt_free(m.crypt);
	buf_fini(&m.keys_text);
	buf_fini(&m.theirs);
	buf_fini(&m.ours);
	arena_fini(&m.arena);
	arena_fini(&m.round);
	return status;
}

static const struct option_row rows[] = {
	ROW_KEYS,
	ROW_CA_FILE,
	{ .name = "once", .text = "look once; this is the default" },
	{ .name = "every",
	    .argument = "TIME",
	    .text = "go on looking, such as every 60s or 10m" },
	{ .name = "quiet",
	    .letter = 'q',
	    .text = "print nothing but failures" },
};

const struct command command_ledger_mirror = {
	.name = "ledger mirror",
	.operands = "FROM DIR",
	.text = "copy a log while verifying it, and keep it fresh",
	.run = run_mirror,
	.n_rows = COUNT(rows),
	.rows = rows,
};
