/*
 * Ledgers: whose signatures count, what each source has, how old what is in
 * force is, and what there is to look at. As a run would see them, less what
 * it would do about it.
 */
#include <dirent.h>
#include <string.h>
#include <time.h>

#include "doctor/inside.h"
#include "run/run.h"

#define AHEAD 300

struct visit {
	struct doctor_checkup *c;
	const struct conf *conf;
	const struct conf_ledger *ledger;
	const struct run_ledger_look *look;
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
	const struct conf_ledger *l = v->ledger;
	struct doctor_check check = {
		.name = "ledger", .object = l->name, .advice = keys_advice(l)
	};

	if (!v->look->is_reachable) {
		check.health = DOCTOR_FAIL;
		check.advice = "name more witnesses whose keys are of "
			       "cosignature/v1 (Ed25519)";
		doctor_say(v->c, &check,
		    "no checkpoint can ever count: too few of the witnesses' "
		    "keys can be used");
		return;
	}
	if (check.advice != NULL)
		check.health = DOCTOR_WARN;
	if (l->policy != NULL)
		doctor_say(
		    v->c, &check, "%s: keys as %s says", l->origin, l->policy);
	else
		doctor_say(v->c, &check, "%s: %llu of %zu witnesses wanted",
		    l->origin, (unsigned long long)l->quorum, l->n_witnesses);
}

static void
say_bad_keys(struct visit *v)
{
	struct doctor_check check = { .name = "ledger",
		.object = v->ledger->name,
		.health = DOCTOR_FAIL,
		.advice = "copy the key from who keeps the log, or who "
			  "witnesses it: NAME+ID+KEY" };

	doctor_say(v->c, &check, "%s: %s: %s", reason_id(v->look->reason),
	    reason_text(v->look->reason), v->look->detail);
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
say_bad_source(struct visit *v, const struct run_ledger_source *s)
{
	struct doctor_check check = { .name = s->is_announced ? "ledger-mirror"
							      : "ledger-source",
		.object = s->text,
		.health = v->n_good > 0 || s->is_announced ? DOCTOR_WARN
							   : DOCTOR_FAIL,
		.advice = source_advice(s->reason) };
	char witnesses[64] = "";

	if (s->reason == R_CHECKPOINT_QUORUM)
		(void)snprintf(witnesses, sizeof(witnesses),
		    ": cosigned by %zu", s->witnesses);
	doctor_say(v->c, &check, "%s: %s: %s%s%s%s", v->ledger->name,
	    reason_id(s->reason), reason_text(s->reason), witnesses,
	    s->detail[0] != '\0' ? ": " : "", s->detail);
}

static void
say_source(struct visit *v, const struct run_ledger_source *s)
{
	struct doctor_check check = { .name = s->is_announced ? "ledger-mirror"
							      : "ledger-source",
		.object = s->text };
	uint64_t size = s->size;
	int64_t age = time(NULL) - s->cosigned_at;
	char text[32] = "", old[64] = "";

	if (s->reason != REASON_OK) {
		say_bad_source(v, s);
		return;
	}
	if (s->cosigned_at > 0) {
		age_write(text, age < 0 ? 0 : age);
		(void)snprintf(old, sizeof(old), ", cosigned %s ago", text);
	}
	if (size < v->newest || size < v->look->size) {
		check.health = DOCTOR_WARN;
		check.advice = "it lags: no harm while another does not";
	}
	if (age < -AHEAD && s->cosigned_at > 0) {
		check.health = DOCTOR_WARN;
		check.advice = "cosigned in the future: look at the clock";
	}
	doctor_say(v->c, &check, "%s: %llu entries%s", v->ledger->name,
	    (unsigned long long)size, old);
}

static void
say_sources(struct visit *v)
{
	const struct run_ledger_look *l = v->look;

	for (size_t i = 0; i < l->n_sources; i++) {
		const struct run_ledger_source *s = &l->sources[i];

		if (s->reason != REASON_OK)
			continue;
		v->n_good += !s->is_announced;
		if (s->size > v->newest)
			v->newest = s->size;
		if (s->cosigned_at > v->cosigned_at)
			v->cosigned_at = s->cosigned_at;
	}
	for (size_t i = 0; i < l->n_sources; i++)
		say_source(v, &l->sources[i]);
}

/* ---- what is in force -------------------------------------------------- */

static void
say_frozen(struct visit *v)
{
	char advice[160];
	struct doctor_check check = { .name = "ledger-state",
		.object = v->ledger->name,
		.health = DOCTOR_FAIL,
		.advice = advice };

	(void)snprintf(advice, sizeof(advice),
	    "read both notes, ask who keeps the log, then: cairn ledger clear "
	    "%.64s --evidence-read",
	    v->ledger->name);
	doctor_say(v->c, &check,
	    "frozen at %llu entries: the log showed two histories: %.*s",
	    (unsigned long long)v->look->size, SPAN_FMT(v->look->evidence));
}

/* interface.md, max-age: by the newest cosignature, wherever it is. */
static void
say_age(struct visit *v, struct doctor_check *check)
{
	const struct run_ledger_look *k = v->look;
	uint64_t most = v->ledger->max_age;
	int64_t at = k->cosigned_at, now = time(NULL);
	char text[32];

	if (v->cosigned_at > at)
		at = v->cosigned_at;
	age_write(text, now > at ? now - at : 0);
	if (now > at && (uint64_t)(now - at) > most) {
		check->health = DOCTOR_FAIL;
		check->advice = "its payloads are left out until somebody "
				"cosigns again: look at its sources, and ask "
				"its witnesses";
	} else if (now > at && (uint64_t)(now - at) > most / 2) {
		check->health = DOCTOR_WARN;
		check->advice = "half of max-age is over: look at its sources, "
				"and ask its witnesses";
	}
	doctor_say(v->c, check, "%llu entries accepted, cosigned %s ago",
	    (unsigned long long)k->size, text);
}

static void
say_state(struct visit *v)
{
	const struct run_ledger_look *k = v->look;
	struct doctor_check check = { .name = "ledger-state",
		.object = v->ledger->name };

	if (k->is_frozen) {
		say_frozen(v);
	} else if (k->size == 0) {
		doctor_say(v->c, &check, "%s",
		    k->has_record ? "nothing was accepted so far"
				  : "not known, or not followed so far");
	} else if (k->cosigned_at > 0) {
		say_age(v, &check);
	} else {
		doctor_say(v->c, &check, "%llu entries accepted",
		    (unsigned long long)k->size);
	}
}

/* CACHE/evidence/NAME-refused-*, NAME-split-* */
static void
say_evidence(struct visit *v)
{
	struct doctor_check check = { .name = "evidence",
		.object = v->ledger->name,
		.health = DOCTOR_WARN,
		.advice = "read them, tell who keeps the log, and remove them "
			  "when that is done" };
	char path[1024], prefix[512];
	struct dirent *e;
	size_t n = 0;
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/evidence", v->conf->cache);
	(void)snprintf(prefix, sizeof(prefix), "%s-", v->ledger->name);
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
ledger_see(struct visit *v)
{
	if (v->look->reason != REASON_OK) {
		say_bad_keys(v);
		return;
	}
	say_keys(v);
	say_sources(v);
	say_state(v);
	say_evidence(v);
}

void
doctor_ledgers(struct doctor_checkup *c, const struct conf *conf)
{
	struct limits limits = conf->limits;
	struct run_ledger_look *looks;

	if (conf->n_ledgers == 0)
		return;
	doctor_hurry(&limits);
	if (run_look_ledgers(&looks, conf, &limits, &c->arena) != REASON_OK) {
		c->failed = true;
		return;
	}
	for (size_t i = 0; i < conf->n_ledgers; i++) {
		struct visit v = { .c = c,
			.conf = conf,
			.ledger = &conf->ledgers[i],
			.look = &looks[i] };

		ledger_see(&v);
	}
}
