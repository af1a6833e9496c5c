/* "legacy", "union", "2026-11-21T00:00:00Z", "vrps.csv": what is meant. */
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/compare_side.h"
#include "object/object.h"
#include "run/run.h"

/* ---- files --------------------------------------------------------------- */

bool
whole_file_open(struct whole_file *f, const char *path)
{
	struct stat st;
	void *p;
	int fd;

	*f = (struct whole_file){ 0 };
	buf_init(&f->read, SIZE_MAX);
	if (strcmp(path, "-") == 0) {
		if (!cli_read(&f->read, path))
			return false;
		f->bytes = buf_view(&f->read);
		return true;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
		(void)close(fd);
		if (!cli_read(&f->read, path))
			return false;
		f->bytes = buf_view(&f->read);
		return true;
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	(void)close(fd);
	if (p == MAP_FAILED)
		return false;
	f->mapped = p;
	f->bytes = span_of(p, (size_t)st.st_size);
	return true;
}

void
whole_file_close(struct whole_file *f)
{
	if (f->mapped != NULL)
		(void)munmap(f->mapped, f->bytes.n);
	buf_fini(&f->read);
}

/* ---- sides --------------------------------------------------------------- */

static bool
is_before_newest(const struct sides *s, int64_t at)
{
	return view_head(s->shown.file)->edition.since_at > at;
}

static int
have_view(struct sides *s)
{
	enum reason reason;
	int status;

	if (s->has_view)
		return STATUS_DONE;
	s->is_open = true;
	status = shown_open(&s->shown, s->self, s->config, s->cache);
	if (status != STATUS_DONE)
		return status;
	s->is_past = s->at != NULL && is_before_newest(s, s->at_s);
	reason = s->is_past ? view_at(&s->view, s->shown.file, s->shown.folder,
				  s->at_s, &s->arena)
			    : view_load(&s->view, s->shown.file, &s->arena);
	if (reason != REASON_OK)
		return shown_failure(
		    &s->shown, reason, s->is_past ? s->at : "");
	s->limits = s->shown.conf.limits;
	s->has_view = true;
	return STATUS_DONE;
}

static struct view *
new_view(struct sides *s)
{
	return ARENA_NEW(&s->arena, struct view);
}

static int
have_slurm(struct sides *s)
{
	const struct conf *c = &s->shown.conf;
	struct fault why;
	enum reason reason;

	if (s->has_slurm)
		return STATUS_DONE;
	s->has_slurm = true;
	fault_init(&why, SPAN(""));
	reason =
	    run_slurm_load(&s->slurm, c->slurm, c->n_slurm, &s->limits, &why);
	if (reason == REASON_OK)
		return STATUS_DONE;
	return failure(s->self, "%s: %s", reason_id(reason), why.detail);
}

/* What the sources of the newest view come to under that policy, with the
 * exceptions of the configuration. */
static int
by_policy(
    struct compare_side *out, struct sides *s, const struct policy *policy)
{
	struct policy_wish wish = { .policy = policy, .limits = &s->limits };
	struct view *v = new_view(s);
	enum reason reason = R_LIMIT_MEMORY;
	int status;

	/* Who held what then, by which policy goes, is not kept. */
	if (s->is_past)
		return usage_error(s->self,
		    "\"%s\" is of the newest view, not of one --at %s",
		    out->name, s->at);
	status = have_slurm(s);
	if (status != STATUS_DONE)
		return status;
	if (s->slurm.files.n > 0)
		wish.slurm = &s->slurm;
	if (v != NULL)
		reason = policy_again(v, &s->view, &wish, &s->arena);
	if (reason != REASON_OK)
		return shown_failure(&s->shown, reason, "");
	out->view = v;
	return STATUS_DONE;
}

static int
by_mode(struct compare_side *out, struct sides *s, enum policy_mode mode)
{
	struct policy policy = s->shown.conf.policy;

	policy.mode = mode;
	return by_policy(out, s, &policy);
}

/* A file as validate --policy takes it. */
static int
by_policy_file(struct compare_side *out, struct sides *s)
{
	struct conf *c = &s->shown.conf;
	struct policy before = c->policy, policy;
	struct conf_error error;
	enum reason reason = conf_option(c, "policy", out->name, &error);

	policy = c->policy;
	c->policy = before;
	if (reason != REASON_OK)
		return conf_refused(s->self, &error);
	return by_policy(out, s, &policy);
}

static int
by_time(struct compare_side *out, struct sides *s, int64_t at)
{
	struct view *v = new_view(s);
	enum reason reason = R_LIMIT_MEMORY;

	if (v != NULL)
		reason =
		    view_at(v, s->shown.file, s->shown.folder, at, &s->arena);
	if (reason != REASON_OK)
		return shown_failure(&s->shown, reason, out->name);
	out->view = v;
	out->is_past = is_before_newest(s, at);
	return STATUS_DONE;
}

/* DER begins with a SEQUENCE; no other form does with a '0'. */
static enum reason
read_ccr(struct said_file *out, struct sides *s, struct span bytes,
    struct fault *why)
{
	static const struct origin unnamed = { .not_after_at = INT64_MAX,
		.stale_at = INT64_MAX,
		.chain_until_at = INT64_MAX };
	struct limits limits;
	struct decode dec;
	struct ccr ccr;
	enum reason reason;

	limits_init(&limits);
	decode_init(&dec, &s->arena, &limits, bytes);
	reason = ccr_parse(&ccr, bytes, &dec);
	*why = dec.why;
	if (reason != REASON_OK)
		return reason;
	for (size_t i = 0; i < ccr.n; i++)
		ccr.payloads[i].origin = &unnamed;
	if (ccr.n > 1)
		qsort(
		    ccr.payloads, ccr.n, sizeof(*ccr.payloads), payload_order);
	*out = (struct said_file){ .view = { .payloads = ccr.payloads,
				       .n = ccr.n,
				       .at = ccr.produced_at },
		.kinds = (unsigned)ccr.has_vrps << PAYLOAD_VRP |
			 (unsigned)ccr.has_aspas << PAYLOAD_ASPA |
			 (unsigned)ccr.has_keys << PAYLOAD_ROUTER_KEY };
	return REASON_OK;
}

static int
by_file(struct compare_side *out, struct sides *s)
{
	struct whole_file *f = &s->files[s->n_files];
	struct said_file *said;
	struct fault why;
	enum reason reason;

	if (!whole_file_open(f, out->name)) {
		int error = errno;

		whole_file_close(f);
		return failure(s->self,
		    "\"%s\" is no world, mode or time, and no file: %s",
		    out->name, strerror(error));
	}
	s->n_files++;
	said = ARENA_NEW(&s->arena, struct said_file);
	if (said == NULL)
		return failure(s->self, "no memory");
	reason = f->bytes.n > 0 && f->bytes.p[0] == DER_SEQUENCE
		     ? read_ccr(said, s, f->bytes, &why)
		     : policy_said(said, f->bytes, &s->arena, &why);
	if (reason != REASON_OK)
		return failure(s->self, "%s: %s: %s: %s", out->name,
		    reason_id(reason), reason_text(reason), why.detail);
	out->view = &said->view;
	out->kinds = said->kinds;
	return STATUS_DONE;
}

/* ---- what if? ------------------------------------------------------------ */

struct side_guess {
	struct conf conf; /* as it would be */
	struct run_result result;
};

/* All of the configuration, where the other sides need but a part. */
static enum reason
assume_read(struct sides *s, struct conf_error *error)
{
	struct conf *c = &s->guess->conf;

	if (s->config == NULL && access(conf_default_file(), F_OK) == 0)
		s->config = conf_default_file();
	if (s->config != NULL)
		TRY(conf_load(c, s->config, error));
	if (s->cache != NULL)
		c->cache = s->cache;
	TRY(conf_finish(c, error));
	return conf_assume(c, s->assume, error);
}

static int
guess_make(struct sides *s)
{
	struct conf_error error;
	struct fault why;
	enum reason reason;

	s->guess = ARENA_NEW(&s->arena, struct side_guess);
	if (s->guess == NULL)
		return failure(s->self, "no memory");
	conf_init(&s->guess->conf);
	arena_init(&s->guess->result.arena, SIZE_MAX);
	arena_init(&s->guess->result.before.arena, SIZE_MAX);
	slurm_init(&s->guess->result.slurm);
	if (assume_read(s, &error) != REASON_OK)
		return conf_refused(s->self, &error);
	reason = run_guess(&s->guess->result, &s->guess->conf, &why);
	if (reason == REASON_OK)
		return STATUS_DONE;
	return failure(s->self, "%s: %s: %s", reason_id(reason),
	    reason_text(reason), why.detail);
}

static int
by_assumption(struct compare_side *out, struct sides *s)
{
	int status = STATUS_DONE;

	if (s->assume == NULL)
		return usage_error(s->self, "assumed: --assume what?");
	if (s->guess == NULL)
		status = guess_make(s);
	if (status == STATUS_DONE)
		out->view = &s->guess->result.view;
	out->is_next = true;
	return status;
}

static bool
is_policy_file(const char *word)
{
	return span_ends(span_str(word), SPAN(".yaml")) ||
	       span_ends(span_str(word), SPAN(".yml"));
}

int
side_make(struct compare_side *out, struct sides *s, const char *word)
{
	enum policy_mode mode;
	int64_t at;
	bool is_legacy = strcmp(word, "legacy") == 0;
	bool is_ledger = strcmp(word, "ledger") == 0;
	bool is_mode = policy_mode_parse(&mode, span_str(word));
	bool is_time = time_parse(&at, word);
	bool is_policy = strcmp(word, "policy") == 0;
	bool is_rules = is_policy_file(word);
	bool is_assumed = strcmp(word, "assumed") == 0;
	int status;

	*out = (struct compare_side){ .name = word };
	if (is_assumed)
		return by_assumption(out, s);
	if (!is_legacy && !is_ledger && !is_mode && !is_time && !is_policy &&
	    !is_rules && strcmp(word, "view") != 0)
		return by_file(out, s);
	status = have_view(s);
	if (status != STATUS_DONE)
		return status;
	if (is_mode)
		return by_mode(out, s, mode);
	if (is_policy)
		return by_policy(out, s, &s->shown.conf.policy);
	if (is_rules)
		return by_policy_file(out, s);
	if (is_time)
		return by_time(out, s, at);
	out->view = &s->view;
	out->is_past = s->is_past;
	out->world = is_legacy   ? COMPARE_LEGACY
		     : is_ledger ? COMPARE_LEDGER
				 : COMPARE_ALL;
	return STATUS_DONE;
}

void
sides_init(struct sides *out, const struct command *self)
{
	*out = (struct sides){ .self = self };
	slurm_init(&out->slurm);
	arena_init(&out->arena, SIZE_MAX);
}

void
sides_close(struct sides *s)
{
	if (s->is_open)
		shown_close(&s->shown);
	slurm_fini(&s->slurm);
	if (s->guess != NULL) {
		run_result_fini(&s->guess->result);
		conf_fini(&s->guess->conf);
	}
	arena_fini(&s->arena);
	for (size_t i = 0; i < s->n_files; i++)
		whole_file_close(&s->files[i]);
}
