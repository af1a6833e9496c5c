/* cairn ledger audit: compute everything again, and compare. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cli/ledger_command.h"
#include "cli/ledger_run.h"

#define HEX_DIGEST 65

struct audit {
	struct ledger_run run;
	struct log_writer *writer;
	struct buf file;
	uint64_t files, older; /* compared */
	const char *digest, *state_path;
	bool json;
	/* What it came to. */
	struct merkle_head head;
	struct ledger_summary summary;
	struct digest state;
};

/* ---- what the entries make of it, beside what is there ----------------- */

static enum reason
differs(struct audit *a, const char *path)
{
	(void)snprintf(a->run.detail, sizeof(a->run.detail), "%.100s", path);
	return R_LOG_TILE;
}

/* "tile/0/001.p/44" is of "tile/0/001", if it is partial at all. */
static bool
whole_name(char out[TILE_PATH], const char *path)
{
	const char *dot = strstr(path, ".p/");

	(void)snprintf(out, TILE_PATH, "%s", path);
	if (dot != NULL)
		out[dot - path] = '\0';
	return dot == NULL;
}

/* A partial one may be gone where the full one is there. */
static enum reason
file_compare(struct audit *a, const char *path, struct span want)
{
	const struct log_source *source = &a->run.source;
	char name[TILE_PATH];
	bool partial = !whole_name(name, path), prefix = false;
	enum reason why;

	buf_reset(&a->file);
	why = source->get(source->ctx, &a->file, path);
	if (why == R_LOG_MISSING && partial) {
		buf_reset(&a->file);
		prefix = true;
		why = source->get(source->ctx, &a->file, name);
	}
	if (why != REASON_OK) {
		(void)differs(a, path);
		return why;
	}
	a->files++;
	return prefix ? span_starts(buf_view(&a->file), want) ? REASON_OK
							      : differs(a, name)
	       : span_eq(buf_view(&a->file), want) ? REASON_OK
						   : differs(a, path);
}

/* An older tree's: the first so many of what is there now. */
static bool
is_older_of(
    struct span file, unsigned width, const char *path, struct span want)
{
	struct span entries[TILE_WIDTH];

	if (!span_starts(want, file))
		return false;
	return span_starts(span_str(path), SPAN("tile/entries/"))
		   ? tile_entries(entries, width, file) == REASON_OK
		   : file.n == width * sizeof(struct digest);
}

static enum reason
older_compare(struct audit *a, const char *folder, const char *name,
    struct span want, unsigned widest)
{
	const struct log_source *source = &a->run.source;
	char path[TILE_PATH + 16];
	uint64_t width;

	/* What no tree has is no file of the log; what a larger one has is
	 * not of this checkpoint. */
	if (!decimal_parse(&width, span_str(name), TILE_WIDTH - 1) ||
	    width == 0 || width >= widest)
		return REASON_OK;
	(void)snprintf(path, sizeof(path), "%s.p/%" PRIu64, folder, width);
	buf_reset(&a->file);
	TRY(source->get(source->ctx, &a->file, path));
	a->older++;
	return is_older_of(buf_view(&a->file), (unsigned)width, folder, want)
		   ? REASON_OK
		   : differs(a, path);
}

/* Only a folder can be asked what there is. */
static DIR *
older_open(const struct audit *a, const char *folder)
{
	const char *place = a->run.place, *scheme = "file://";
	char path[4096 + TILE_PATH];

	if (place_is_web(place))
		return NULL;
	if (strncmp(place, scheme, strlen(scheme)) == 0)
		place += strlen(scheme);
	if (snprintf(path, sizeof(path), "%s/%s.p", place, folder) >=
	    (int)sizeof(path))
		return NULL;
	return opendir(path);
}

static enum reason
take_file(void *ctx, const char *path, struct span bytes)
{
	struct audit *a = ctx;
	char folder[TILE_PATH];
	bool full = whole_name(folder, path);
	uint64_t width = TILE_WIDTH;
	enum reason why = file_compare(a, path, bytes);
	struct dirent *d;
	DIR *dir;

	if (why != REASON_OK)
		return why;
	if (!full && !decimal_parse(
			 &width, span_str(strrchr(path, '/') + 1), TILE_WIDTH))
		BUG("a partial tile without its width");
	dir = older_open(a, folder);
	while (dir != NULL && why == REASON_OK && (d = readdir(dir)) != NULL)
		why =
		    older_compare(a, folder, d->d_name, bytes, (unsigned)width);
	if (dir != NULL)
		(void)closedir(dir);
	return why;
}

static enum reason
take_entry(void *ctx, uint64_t i, struct span entry)
{
	struct audit *a = ctx;
	const struct log_sink sink = { take_file, a };

	(void)i;
	return log_writer_add(a->writer, entry, &sink);
}

/* ---- what it comes to -------------------------------------------------- */

static enum reason
take_state(struct buf *out, const struct ledger_run *run,
    const struct ledger_state *state)
{
	struct audit *a = run->ctx;
	const struct log_sink sink = { take_file, a };

	(void)out;
	TRY(log_writer_end(a->writer, &sink));
	log_writer_head(&a->head, a->writer);
	if (!digest_eq(&a->head.root, &run->checkpoint.head.root))
		return R_LOG_ROOT;
	a->summary = ledger_summary(state);
	return ledger_digest(&a->state, state);
}

static void
tell(struct audit *a)
{
	const struct ledger_run *run = &a->run;
	struct emit e;

	buf_reset(&a->run.out);
	emit_init(&e, &a->run.out, a->json ? EMIT_JSON : EMIT_TEXT);
	emit_object(&e, NULL);
	emit_span(&e, "origin", run->checkpoint.origin);
	emit_uint(&e, "size", a->head.size);
	emit_base64(&e, "root", SPAN_OF(a->head.root.b));
	emit_uint(&e, "witnesses", run->count.witnesses);
	if (run->count.newest_at != 0)
		emit_time(&e, "newest_cosignature", run->count.newest_at);
	emit_uint(&e, "files", a->files);
	emit_uint(&e, "older_partial_files", a->older);
	emit_hex(&e, "genesis", SPAN_OF(a->summary.genesis.b));
	emit_time(&e, "time", (int64_t)a->summary.time);
	emit_uint(&e, "applied", a->summary.applied);
	emit_uint(&e, "rejected", a->summary.rejected);
	emit_hex(&e, "digest", SPAN_OF(a->state.b));
	emit_end(&e);
}

/* The state that another came to. */
static int
wanted(struct audit *a, struct digest *want)
{
	const struct command *self = a->run.self;
	struct buf text;

	if (a->digest != NULL)
		return hex_parse(want->b, sizeof(want->b), span_str(a->digest))
			   ? STATUS_DONE
			   : usage_error(self, "--digest: 64 hexadecimal "
					       "digits are wanted");
	buf_init(&text, SIZE_MAX / 2);
	if (!cli_read(&text, a->state_path)) {
		buf_fini(&text);
		return usage_error(
		    self, "%s: %s", a->state_path, strerror(errno));
	}
	crypt_sha256(want->b, buf_view(&text));
	buf_fini(&text);
	return STATUS_DONE;
}

static int
state_compare(struct audit *a)
{
	enum reason why = decision_reason(a->run.decision);
	char hex[HEX_DIGEST];
	struct digest want = a->state;
	int status = STATUS_DONE;

	if (why != REASON_OK)
		(void)failure(a->run.self, "%s: %s: %s", a->run.place,
		    reason_id(why), reason_text(why));
	if (!decision_accepts(a->run.decision))
		return STATUS_FAILED;
	if (a->digest != NULL || a->state_path != NULL)
		status = wanted(a, &want);
	if (status != STATUS_DONE || digest_eq(&want, &a->state))
		return status;
	hex_write(hex, SPAN_OF(want.b));
	return failure(a->run.self, "%s: %s: %s: %s", a->run.place,
	    reason_id(R_LOG_DIGEST), reason_text(R_LOG_DIGEST), hex);
}

static int
audit(struct audit *a)
{
	int status;

	a->writer = base_alloc(sizeof(*a->writer));
	if (a->writer == NULL)
		return failure(a->run.self, "%s", reason_text(R_LIMIT_MEMORY));
	log_writer_init(a->writer);
	a->run.each = take_entry;
	a->run.tell = take_state;
	a->run.ctx = a;
	status = ledger_run_status(&a->run);
	if (status == STATUS_DONE) {
		tell(a);
		status = print_answer(a->run.self, &a->run.out);
	}
	if (status == STATUS_DONE)
		status = state_compare(a);
	log_writer_fini(a->writer);
	base_free(a->writer);
	return status;
}

/* ---- the command ------------------------------------------------------- */

static int
take(void *ctx, const char *name, const char *value)
{
	struct audit *a = ctx;

	if (name == NULL && a->run.place != NULL)
		return usage_error(a->run.self, "one log only");
	if (name == NULL)
		a->run.place = value;
	else if (strcmp(name, "digest") == 0)
		a->digest = value;
	else if (strcmp(name, "state") == 0)
		a->state_path = value;
	else if (strcmp(name, "json") == 0)
		a->json = true;
	else
		return ledger_run_option(&a->run, name, value);
	return STATUS_DONE;
}

static int
run_audit(const struct command *self, int argc, char **argv)
{
	struct audit a = { .writer = NULL };
	int status;

	ledger_run_init(&a.run, self);
	buf_init(&a.file, BUNDLE_MAX);
	status = options_each(self, argc, argv, take, &a);
	if (status == STATUS_DONE)
		status = audit(&a);
	buf_fini(&a.file);
	ledger_run_fini(&a.run);
	return status;
}

static const struct option_row rows[] = {
	ROW_KEYS,
	{ .name = "digest",
	    .argument = "HEX",
	    .text = "the digest that the state should have" },
	{ .name = "state",
	    .argument = "FILE",
	    .text = "the state that it should be, as cairn ledger state "
		    "prints it" },
	ROW_SUCCESSIONS,
	ROW_NOW,
	ROW_CA_FILE,
	{ .name = "checkpoint",
	    .argument = "FILE",
	    .text = "another checkpoint of the same log" },
	{ .name = "json", .text = "print JSON" },
};

const struct command command_ledger_audit = {
	.name = "ledger audit",
	.operands = "PLACE",
	.text = "compute every file, the root and the state again, and "
		"compare",
	.run = run_audit,
	.n_rows = COUNT(rows),
	.rows = rows,
};
