/*
 * Who asks a log's witnesses to cosign it (C2SP tlog-witness): a process
 * beside the one that serves, which has the network and no key. It looks at
 * the checkpoint in the folder, whoever wrote it, and puts the cosignatures
 * beneath it. Nobody waits for that: who reads has what counted last.
 */
#include <sys/prctl.h>

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/ledger_serve.h"

#define NOTE_FILE  ((size_t)65537)
#define LOOK_MS    500
#define AGAIN_MS   60000   /* a witness that failed is left alone */
#define RENEW_MS   3600000 /* cosignatures are as young as that */
#define CONNECT_S  5
#define ANSWER_S   15
#define ANSWER_MAX ((size_t)16384)

struct asked {
	struct web_file file;
	char url[2100];
	struct buf body, answer;
	struct merkle_head head; /* that it cosigned, as far as we know */
	int64_t next_ms;         /* not before, unless the log has grown */
	bool failed;
	bool under_way;
	struct span line; /* what it signed in this turn; n == 0: nothing */
};

struct asker {
	const struct command *self;
	const char *place;
	const struct tlog_keys *keys;
	struct crypt *crypt;
	struct verifier verifier;
	struct limits limits;
	struct web *web;
	struct ledger_place files;
	struct logdir dir;
	struct log_tiles tiles;
	struct arena arena; /* of a turn */
	struct asked asked[TLOG_KEYS_MAX];
};

/* ---- asking ------------------------------------------------------------ */

/* What it had cosigned may be of another history, or more than we have: then
 * it says so. */
static void
body_write(struct asker *a, struct asked *x, const struct checkpoint *c,
    struct span note)
{
	struct tile_source tiles = log_tile_source(&a->tiles);
	struct witness_request r = { .old = x->head.size, .note = note };

	a->tiles.source = ledger_place_source(&a->files);
	a->tiles.size = c->head.size;
	if (r.old > c->head.size || merkle_consistency_make(&r.proof, r.old,
					c->head.size, &tiles) != REASON_OK)
		r = (struct witness_request){ .note = note };
	buf_reset(&x->body);
	witness_request_write(&x->body, &r);
}

static void
start(struct asker *a, struct asked *x, const struct checkpoint *c,
    struct span note)
{
	body_write(a, x, c, note);
	buf_reset(&x->answer);
	x->file = (struct web_file){ .url = x->url,
		.is_post = true,
		.post = buf_view(&x->body),
		.takes_all = true,
		.bytes_max = ANSWER_MAX };
	x->under_way = true;
	web_start(a->web, &x->file);
}

static bool
is_due(const struct asked *x, const struct checkpoint *c)
{
	bool has_it = x->head.size == c->head.size &&
		      digest_eq(&x->head.root, &c->head.root);

	return x->url[0] != '\0' &&
	       (clock_ms() >= x->next_ms || (!has_it && !x->failed));
}

/* ---- what they say ----------------------------------------------------- */

static void
fail(struct asker *a, struct asked *x, enum reason why)
{
	if (!x->failed)
		(void)failure(a->self, "%s: %s: %s: %u %s", x->url,
		    reason_id(why), reason_text(why), x->file.status,
		    x->file.detail);
	x->failed = true;
	x->next_ms = clock_ms() + AGAIN_MS;
}

/* 409: it cosigned another size than we thought. */
static bool
size_take(struct asked *x)
{
	struct span s = buf_view(&x->answer);
	uint64_t size;

	if (x->file.status != 409 || s.n == 0 || s.p[s.n - 1] != '\n' ||
	    !decimal_parse(&size, span_of(s.p, s.n - 1), INT64_MAX) ||
	    size == x->head.size)
		return false;
	x->head = (struct merkle_head){ .size = size };
	return true;
}

static enum reason
line_take(struct asker *a, struct asked *x, const struct checkpoint *c)
{
	struct witness_answer answer = { buf_view(&x->answer), &a->verifier,
		&a->arena };

	if (x->file.status == 409)
		return R_WITNESS_SIZE;
	if (x->file.status != 200)
		return R_FETCH_HTTP_STATUS;
	return witness_answer_take(
	    &x->line, c, &a->keys->witnesses[x - a->asked], &answer);
}

static void
finish(struct asker *a, struct asked *x, const struct checkpoint *c,
    struct span note)
{
	enum reason why = web_wait(a->web, &x->file, &x->answer);

	if (why == REASON_OK && size_take(x) && x->head.size <= c->head.size) {
		start(a, x, c, note);
		why = web_wait(a->web, &x->file, &x->answer);
	}
	x->under_way = false;
	if (why == REASON_OK)
		why = line_take(a, x, c);
	if (why != REASON_OK) {
		x->line = span_of(NULL, 0);
		fail(a, x, why);
		return;
	}
	if (x->failed)
		(void)failure(a->self, "%s: cosigns again", x->url);
	x->failed = false;
	x->head = c->head;
	x->next_ms = clock_ms() + RENEW_MS;
}

/* ---- the checkpoint ---------------------------------------------------- */

/* With all that was signed in this turn beneath it. */
static enum reason
note_write(struct asker *a, struct buf *out, struct span note)
{
	struct checkpoint c;
	struct span copy;

	buf_reset(out);
	buf_span(out, note);
	for (size_t i = 0; i < a->keys->n_witnesses; i++) {
		if (a->asked[i].line.n == 0)
			continue;
		copy = arena_dup(&a->arena, buf_view(out));
		if (copy.p == NULL)
			return R_LIMIT_MEMORY;
		TRY(checkpoint_parse(&c, copy, &a->arena));
		buf_reset(out);
		checkpoint_write_with(
		    out, &c, &a->keys->witnesses[i], a->asked[i].line);
	}
	return out->failed ? R_LIMIT_MEMORY : REASON_OK;
}

/* For who reads, where it counts; a log that grows faster than its witnesses
 * answer has another checkpoint by now. */
static enum reason
counted_put(struct asker *a, struct span note)
{
	struct checkpoint_count count;
	struct checkpoint c;
	enum reason why;

	TRY(checkpoint_parse(&c, note, &a->arena));
	why = checkpoint_count(&count, &c, a->keys, &a->verifier);
	if (why == R_CHECKPOINT_QUORUM)
		return REASON_OK;
	TRY(why);
	return logdir_put(&a->dir, SERVE_COUNTED, note);
}

static enum reason
put(struct asker *a, struct buf *b, const struct checkpoint *of,
    struct span note)
{
	struct checkpoint now;
	struct span copy;

	TRY(note_write(a, b, note));
	TRY(counted_put(a, buf_view(b)));
	buf_reset(b);
	TRY(logdir_get(&a->dir, b, "checkpoint"));
	copy = arena_dup(&a->arena, buf_view(b));
	if (copy.p == NULL)
		return R_LIMIT_MEMORY;
	TRY(checkpoint_parse(&now, copy, &a->arena));
	if (!span_eq(now.note.text, of->note.text))
		return REASON_OK;
	TRY(note_write(a, b, copy));
	return logdir_checkpoint_put(&a->dir, buf_view(b));
}

static enum reason
publish(struct asker *a, const struct checkpoint *of, struct span note)
{
	enum reason why = logdir_open(&a->dir, a->place);
	struct buf b;

	buf_init(&b, NOTE_FILE);
	if (why == REASON_OK)
		why = put(a, &b, of, note);
	logdir_close(&a->dir);
	buf_fini(&b);
	return why;
}

static void
pause_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

static void
publish_soon(struct asker *a, const struct checkpoint *of, struct span note)
{
	enum reason why = R_LOG_BUSY;

	/* Whoever writes does so for a moment. */
	for (unsigned i = 0; why == R_LOG_BUSY && i < 100; i++) {
		if (i > 0)
			pause_ms(20);
		why = publish(a, of, note);
	}
	if (why != REASON_OK)
		(void)failure(a->self, "%s: %s: %s", a->place, reason_id(why),
		    reason_text(why));
}

static void
turn(struct asker *a, struct span note)
{
	size_t n = a->keys->n_witnesses, lines = 0;
	struct checkpoint c;

	if (checkpoint_parse(&c, note, &a->arena) != REASON_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		a->asked[i].line = span_of(NULL, 0);
		if (is_due(&a->asked[i], &c))
			start(a, &a->asked[i], &c, note);
	}
	for (size_t i = 0; i < n; i++)
		if (a->asked[i].under_way) {
			finish(a, &a->asked[i], &c, note);
			lines += a->asked[i].line.n > 0;
		}
	if (lines > 0)
		publish_soon(a, &c, note);
}

/* ---- for ever ---------------------------------------------------------- */

static bool
begin(struct asker *a, const char *ca_file)
{
	struct https_settings settings = {
		.ca_file = ca_file, .agent = "cairn", .limits = &a->limits
	};
	int folder = open(a->place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct fault why;
	bool good;

	limits_init(&a->limits);
	a->limits.connect_time = CONNECT_S;
	a->limits.first_byte_time = a->limits.transfer_time = ANSWER_S;
	arena_init(&a->arena, (size_t)64 << 20);
	fault_init(&why, span_of(NULL, 0));
	a->crypt = crypt_new();
	good = folder >= 0 && a->crypt != NULL &&
	       web_open(&a->web, &settings, &why) == REASON_OK &&
	       ledger_place_open(&a->files, a->place, NULL) == REASON_OK &&
	       confine_folders(&folder, 1, true);
	if (folder >= 0)
		(void)close(folder);
	a->verifier = crypt_verifier(a->crypt);
	return good;
}

static bool
url_make(struct asked *x, struct span url)
{
	bool ends = url.n > 0 && url.p[url.n - 1] == '/';

	buf_init(&x->body, WITNESS_BODY_MAX);
	buf_init(&x->answer, ANSWER_MAX);
	return url.n == 0 ||
	       snprintf(x->url, sizeof(x->url), "%.*s%sadd-checkpoint",
		   SPAN_FMT(url), ends ? "" : "/") < (int)sizeof(x->url);
}

static NORETURN void
ask_for_ever(struct asker *a, const char *ca_file)
{
	struct buf note;
	bool good = begin(a, ca_file);

	for (size_t i = 0; good && i < a->keys->n_witnesses; i++)
		good = url_make(&a->asked[i], a->keys->urls[i]);
	buf_init(&note, NOTE_FILE);
	while (good) {
		buf_reset(&note);
		arena_reset(&a->arena);
		if (place_get(a->files.place, &note, "checkpoint") == REASON_OK)
			turn(a, buf_view(&note));
		pause_ms(LOOK_MS);
	}
	(void)failure(a->self, "witnesses cannot be asked");
	_exit(1);
}

pid_t
ledger_ask(const struct ledger_write *w, const struct tlog_keys *keys)
{
	struct asker *a;
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	(void)prctl(PR_SET_NAME, "cairn-ask");
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	a = base_alloc(sizeof(*a));
	if (a == NULL)
		_exit(1);
	*a = (struct asker){ .self = w->self, .place = w->place, .keys = keys };
	a->dir.folder = a->dir.tree_lock = a->dir.publish_lock = -1;
	ask_for_ever(a, w->ca_path);
}
