/*
 * Ledgers: whose signatures count, what each source has, how old what is in
 * force is, and what there is to look at. As a run would see them, less what
 * it would do about it.
 */
#include <dirent.h>
#include <string.h>
#include <time.h>

#include "run/doctor.h"
#include "run/follow.h"

#define PATIENCE 15 /* seconds: somebody waits */
#define AHEAD    300
#define RECORD   ((size_t)1 << 20)

struct visit {
	struct run_checkup *c;
	const struct conf *conf;
	struct limits limits;
	struct fault why;
	struct run *run;
	struct follow *f;
	bool has_record; /* of an earlier run */
	size_t n_good;   /* sources with a checkpoint that counts */
	uint64_t newest; /* size of the largest */
	int64_t cosigned_at;
};

static void
age_write(char out[32], int64_t seconds)
{
	static const struct {
		int64_t unit;
		const char *name;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "m" }, { 1, "s" } };
	size_t i = 0;

	while (units[i].unit > 1 && seconds < 2 * units[i].unit)
		i++;
	(void)snprintf(out, 32, "%lld %s", (long long)(seconds / units[i].unit),
	    units[i].name);
}

/* ---- whose signatures count -------------------------------------------- */

static bool
are_witnesses_enough(const struct follow *f)
{
	for (size_t i = 0; i < f->n_segments; i++)
		if (!tlog_keys_suffice(&f->segments[i].keys))
			return false;
	return true;
}

static const char *
keys_advice(const struct conf_ledger *l)
{
	if (l->policy == NULL && l->quorum == 0)
		return "nobody would notice a log with two histories: name "
		       "witnesses, unless the log is your own";
	if (l->policy == NULL && 2 * l->quorum <= l->n_witnesses)
		return "two quorums may have no witness in common: ask for "
		       "more than half";
	return NULL;
}

static void
say_keys(struct visit *v)
{
	const struct conf_ledger *l = v->f->conf;
	struct run_check check = {
		.name = "ledger", .object = l->name, .advice = keys_advice(l)
	};

	if (!are_witnesses_enough(v->f)) {
		check.health = RUN_FAIL;
		check.advice = "name more witnesses whose keys are of "
			       "cosignature/v1 (Ed25519)";
		doctor_say(v->c, &check,
		    "no checkpoint can ever count: too few of the witnesses' "
		    "keys can be used");
		return;
	}
	if (check.advice != NULL)
		check.health = RUN_WARN;
	if (l->policy != NULL)
		doctor_say(
		    v->c, &check, "%s: keys as %s says", l->origin, l->policy);
	else
		doctor_say(v->c, &check, "%s: %llu of %zu witnesses wanted",
		    l->origin, (unsigned long long)l->quorum, l->n_witnesses);
}

static void
say_bad_keys(struct visit *v, const struct conf_ledger *l, enum reason why)
{
	struct run_check check = { .name = "ledger",
		.object = l->name,
		.health = RUN_FAIL,
		.advice = "copy the key from who keeps the log, or who "
			  "witnesses it: NAME+ID+KEY" };

	doctor_say(v->c, &check, "%s: %s: %s", reason_id(why), reason_text(why),
	    v->why.detail);
}

/* ---- sources ----------------------------------------------------------- */

static const char *
source_advice(enum reason why)
{
	switch ((int)why) {
	case R_CHECKPOINT_QUORUM:
		return "its witnesses are behind or dead: wait, or ask them";
	case R_CHECKPOINT_UNSIGNED:
	case R_CHECKPOINT_ORIGIN:
		return "compare origin and key with what its operator says, "
		       "or take the source out";
	case R_CHECKPOINT_SEGMENT:
		return "compare successions with what its operator says";
	case R_LOG_MISSING:
	case R_FETCH_FOLDER:
		return "no log is there: correct the source, or fill it";
	case R_FETCH_TLS:
		return "look at the clock; where the server's root is not the "
		       "system's, name it: ca-file";
	case R_FETCH_ADDRESS:
		return "its holder has to announce a public host";
	default:
		return "look at DNS, firewall and proxy, or take the source "
		       "out";
	}
}

static void
say_bad_source(struct visit *v, const struct spot *s)
{
	struct run_check check = { .name = s->is_announced ? "ledger-mirror"
							   : "ledger-source",
		.object = s->text,
		.health =
		    v->n_good > 0 || s->is_announced ? RUN_WARN : RUN_FAIL,
		.advice = source_advice(s->reason) };
	char witnesses[64] = "";

	if (s->reason == R_CHECKPOINT_QUORUM)
		(void)snprintf(witnesses, sizeof(witnesses),
		    ": cosigned by %zu", s->count.witnesses);
	doctor_say(v->c, &check, "%s: %s: %s%s%s%s", v->f->conf->name,
	    reason_id(s->reason), reason_text(s->reason), witnesses,
	    s->detail[0] != '\0' ? ": " : "", s->detail);
}

static void
say_source(struct visit *v, const struct spot *s)
{
	struct run_check check = { .name = s->is_announced ? "ledger-mirror"
							   : "ledger-source",
		.object = s->text };
	uint64_t size = s->checkpoint.head.size;
	int64_t age = time(NULL) - s->count.newest_at;
	char text[32] = "", old[64] = "";

	if (s->reason != REASON_OK) {
		say_bad_source(v, s);
		return;
	}
	if (s->count.newest_at > 0) {
		age_write(text, age < 0 ? 0 : age);
		(void)snprintf(old, sizeof(old), ", cosigned %s ago", text);
	}
	if (size < v->newest || size < v->f->kept.frontier.size) {
		check.health = RUN_WARN;
		check.advice = "it lags: no harm while another does not";
	}
	if (age < -AHEAD && s->count.newest_at > 0) {
		check.health = RUN_WARN;
		check.advice = "cosigned in the future: look at the clock";
	}
	doctor_say(v->c, &check, "%s: %llu entries%s", v->f->conf->name,
	    (unsigned long long)size, old);
}

static void
ask(struct visit *v)
{
	struct follow *f = v->f;

	for (size_t i = 0; i < f->n_spots; i++)
		if (!v->conf->offline || !place_is_web(f->spots[i].text))
			follow_spot_begin(f, &f->spots[i]);
	for (size_t i = 0; i < f->n_spots; i++) {
		struct spot *s = &f->spots[i];

		if (follow_spot_end(f, s) != REASON_OK)
			v->c->failed = true;
		if (s->place == NULL || s->reason != REASON_OK)
			continue;
		v->n_good += !s->is_announced;
		if (s->checkpoint.head.size > v->newest)
			v->newest = s->checkpoint.head.size;
		if (s->count.newest_at > v->cosigned_at)
			v->cosigned_at = s->count.newest_at;
	}
	for (size_t i = 0; i < f->n_spots; i++)
		if (f->spots[i].place != NULL ||
		    f->spots[i].reason != REASON_OK)
			say_source(v, &f->spots[i]);
}

/* ---- what is in force -------------------------------------------------- */

static void
say_frozen(struct visit *v)
{
	char advice[160];
	struct run_check check = { .name = "ledger-state",
		.object = v->f->conf->name,
		.health = RUN_FAIL,
		.advice = advice };

	(void)snprintf(advice, sizeof(advice),
	    "read both notes, ask who keeps the log, then: cairn ledger clear "
	    "%.64s --evidence-read",
	    v->f->conf->name);
	doctor_say(v->c, &check,
	    "frozen at %llu entries: the log showed two histories: %.*s",
	    (unsigned long long)v->f->kept.frontier.size,
	    SPAN_FMT(v->f->kept.evidence));
}

/* interface.md, max-age: by the newest cosignature, wherever it is. */
static void
say_age(struct visit *v, struct run_check *check)
{
	const struct kept *k = &v->f->kept;
	uint64_t most = v->f->conf->max_age;
	int64_t at = k->cosigned_at, now = time(NULL);
	char text[32];

	if (v->cosigned_at > at)
		at = v->cosigned_at;
	age_write(text, now > at ? now - at : 0);
	if (now > at && (uint64_t)(now - at) > most) {
		check->health = RUN_FAIL;
		check->advice = "its payloads are left out until somebody "
				"cosigns again: look at its sources, and ask "
				"its witnesses";
	} else if (now > at && (uint64_t)(now - at) > most / 2) {
		check->health = RUN_WARN;
		check->advice = "half of max-age is over: look at its sources, "
				"and ask its witnesses";
	}
	doctor_say(v->c, check, "%llu entries accepted, cosigned %s ago",
	    (unsigned long long)k->frontier.size, text);
}

static void
say_state(struct visit *v)
{
	const struct kept *k = &v->f->kept;
	struct run_check check = { .name = "ledger-state",
		.object = v->f->conf->name };

	if (k->frozen) {
		say_frozen(v);
	} else if (k->frontier.size == 0) {
		doctor_say(v->c, &check, "%s",
		    v->has_record ? "nothing was accepted so far"
				  : "not known, or not followed so far");
	} else if (k->cosigned_at > 0) {
		say_age(v, &check);
	} else {
		doctor_say(v->c, &check, "%llu entries accepted",
		    (unsigned long long)k->frontier.size);
	}
}

/* CACHE/evidence/NAME-refused-*, NAME-split-* */
static void
say_evidence(struct visit *v)
{
	struct run_check check = { .name = "evidence",
		.object = v->f->conf->name,
		.health = RUN_WARN,
		.advice = "read them, tell who keeps the log, and remove them "
			  "when that is done" };
	char path[1024], prefix[512];
	struct dirent *e;
	size_t n = 0;
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/evidence", v->conf->cache);
	(void)snprintf(prefix, sizeof(prefix), "%s-", v->f->conf->name);
	d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL)
		n += strncmp(e->d_name, prefix, strlen(prefix)) == 0;
	if (d != NULL)
		(void)closedir(d);
	if (n > 0)
		doctor_say(v->c, &check, "%s: %zu %s", path, n,
		    n == 1 ? "checkpoint that was refused"
			   : "checkpoints that were refused");
}

/* ---- one, and all of them ---------------------------------------------- */

static void
kept_read(struct visit *v, struct store_read *read)
{
	struct span bytes;

	if (!store_blob(&bytes, read, STORE_LEDGER, &v->f->key))
		return;
	bytes = arena_dup(&v->run->work, bytes);
	v->has_record = bytes.p != NULL && kept_parse(&v->f->kept, bytes);
	if (!v->has_record)
		v->f->kept = (struct kept){ 0 };
}

/* One that cannot be opened was told of by the check of the cache. */
static void
store_ask(struct visit *v)
{
	struct store_read *read = NULL;
	struct store *store = NULL;
	struct fault why;

	fault_init(&why, SPAN(""));
	if (!doctor_has_store(v->conf) ||
	    store_open(&store, v->conf->cache, &why) != REASON_OK)
		return;
	if (store_read_begin(&read, store, &why) == REASON_OK)
		kept_read(v, read);
	store_read_end(read);
	store_close(store);
}

static void
ledger_see(struct visit *v, const struct conf_ledger *l)
{
	enum reason why = follow_init(v->f, v->run, l);

	if (why != REASON_OK) {
		say_bad_keys(v, l, why);
		return;
	}
	say_keys(v);
	store_ask(v);
	if (follow_announced(v->f) != REASON_OK)
		v->c->failed = true;
	ask(v);
	say_state(v);
	say_evidence(v);
}

static void
ledger_check(struct visit *v, const struct conf_ledger *l)
{
	struct run_ledger *report = ARENA_NEW(&v->c->arena, struct run_ledger);

	v->f = base_alloc(sizeof(*v->f));
	if (v->f == NULL || report == NULL) {
		base_free(v->f);
		v->c->failed = true;
		return;
	}
	fault_init(&v->why, SPAN(""));
	report->name = span_str(l->name);
	v->f->report = report;
	v->n_good = 0;
	v->newest = 0;
	v->cosigned_at = 0;
	v->has_record = false;
	ledger_see(v, l);
	follow_fini(v->f);
	base_free(v->f);
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* As much of a run as following has need of. */
static bool
run_make(struct visit *v)
{
	struct crypt *crypt = crypt_new();
	struct https_settings settings = { .ca_file = v->conf->ca_file,
		.proxy = v->conf->proxy,
		.agent = "cairn/doctor",
		.limits = &v->limits };

	v->run = base_alloc(sizeof(*v->run));
	if (v->run == NULL || crypt == NULL) {
		crypt_free(crypt);
		return false;
	}
	arena_init(&v->run->work, SIZE_MAX);
	v->run->conf = v->conf;
	v->run->why = &v->why;
	v->run->crypt = crypt;
	v->run->verifier = crypt_verifier(crypt);
	if (!v->conf->offline &&
	    web_open(&v->run->web, &settings, &v->why) != REASON_OK)
		v->run->web = NULL; /* each source will say so */
	return true;
}

static void
run_end(struct visit *v)
{
	if (v->run == NULL)
		return;
	web_close(v->run->web);
	crypt_free(v->run->crypt);
	arena_fini(&v->run->work);
	base_free(v->run);
}

void
doctor_ledgers(struct run_checkup *c, const struct conf *conf)
{
	struct visit v = { .c = c, .conf = conf, .limits = conf->limits };

	if (conf->n_ledgers == 0)
		return;
	v.limits.connect_time = least(v.limits.connect_time, PATIENCE / 3);
	v.limits.first_byte_time = least(v.limits.first_byte_time, PATIENCE);
	v.limits.transfer_time = least(v.limits.transfer_time, PATIENCE);
	fault_init(&v.why, SPAN(""));
	if (run_make(&v))
		for (size_t i = 0; i < conf->n_ledgers; i++)
			ledger_check(&v, &conf->ledgers[i]);
	else
		c->failed = true;
	run_end(&v);
}
