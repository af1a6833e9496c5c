/* Who is told and who watches: receivers of alerts, witnesses of ledgers. */
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "doctor/inside.h"
#include "run/run.h"
#include "view/view.h"

#define CONNECT_MOST 5 /* seconds: somebody waits */

/* ---- receivers --------------------------------------------------------- */

static void
check_command(struct doctor_checkup *c, const char *path)
{
	struct doctor_check check = {
		.name = "alert", .object = path, .health = DOCTOR_FAIL
	};
	struct stat st;

	if (stat(path, &st) != 0 || access(path, X_OK) != 0) {
		check.advice = "name a program that the user that runs cairn "
			       "may execute";
		doctor_say(c, &check, "%s", strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		check.advice = "name a program";
		doctor_say(c, &check, "it is no file");
	} else if ((st.st_mode & 0002) != 0) {
		check.health = DOCTOR_WARN;
		check.advice = "chmod o-w it: who writes it runs as cairn's "
			       "user";
		doctor_say(c, &check,
		    "every user of this machine may write "
		    "it");
	} else {
		check.health = DOCTOR_OK;
		doctor_say(c, &check, "it may be executed");
	}
}

static void
check_url(struct doctor_checkup *c, const struct conf *conf, const char *url)
{
	struct doctor_check check = { .name = "alert", .object = url };
	char detail[160];
	struct uri uri;

	if (conf->offline || conf->proxy != NULL ||
	    uri_parse(&uri, span_str(url), &conf->limits) != REASON_OK)
		return; /* of http, or by what stands between */
	if (!doctor_reaches(&uri, CONNECT_MOST, detail)) {
		check.health = DOCTOR_WARN;
		check.advice = "look at DNS and firewall; alerts wait for a "
			       "day";
	}
	doctor_say(c, &check, "%s", detail);
}

/* What waits says that a receiver failed. */
static void
check_queue(struct doctor_checkup *c, const struct conf *conf)
{
	struct doctor_check check = { .name = "alerts",
		.object = conf->cache,
		.health = DOCTOR_WARN,
		.advice = "a receiver did not take them: run its command by "
			  "hand, or look at its server; the next runs try "
			  "again" };
	char since[TIME_TEXT];
	int64_t since_at;
	size_t n = run_look_alerts(&since_at, conf->cache);

	if (n == 0)
		return;
	time_write(since, sizeof(since), since_at);
	doctor_say(c, &check, "%zu wait to be told, since %s", n, since);
}

/* ---- witnesses --------------------------------------------------------- */

static void
check_witness(
    struct doctor_checkup *c, const struct view_witness *w, uint64_t max_age)
{
	char object[512], time_text[TIME_TEXT];
	struct doctor_check check = { .name = "witness", .object = object };

	(void)snprintf(object, sizeof(object), "%.*s of %.*s",
	    SPAN_FMT(w->name), SPAN_FMT(w->ledger));
	if (w->cosigned_at == 0) {
		check.health = DOCTOR_WARN;
		check.advice = "ask who runs it whether it is up; where it is "
			       "gone for good, name another";
		doctor_say(
		    c, &check, "it has not cosigned what was accepted last");
		return;
	}
	time_write(time_text, sizeof(time_text), w->cosigned_at);
	if (time(NULL) - w->cosigned_at > (int64_t)max_age) {
		check.health = DOCTOR_WARN;
		check.advice = "ask who runs it whether it is up, and who "
			       "keeps the log whether it asks it";
		doctor_say(c, &check,
		    "it cosigned at %s, longer ago than "
		    "max-age",
		    time_text);
		return;
	}
	doctor_say(c, &check, "it cosigned at %s", time_text);
}

/* By the view of the last run: which ledgers it followed, and by whom. */
static void
check_witnesses(struct doctor_checkup *c, const struct conf *conf)
{
	struct view_file *file = NULL;
	struct arena arena;
	struct fault why;
	struct view view;
	char path[4096];

	if (conf->n_ledgers == 0)
		return;
	fault_init(&why, SPAN(""));
	(void)snprintf(path, sizeof(path), "%s/view/current", conf->cache);
	arena_init(&arena, SIZE_MAX);
	if (view_open(&file, path, &why) == REASON_OK &&
	    view_load(&view, file, &arena) == REASON_OK)
		for (size_t i = 0; i < view.n_witnesses; i++)
			for (size_t j = 0; j < conf->n_ledgers; j++)
				if (span_eq(view.witnesses[i].ledger,
					span_str(conf->ledgers[j].name)))
					check_witness(c, &view.witnesses[i],
					    conf->ledgers[j].max_age);
	view_close(file);
	arena_fini(&arena);
}

void
doctor_watch(struct doctor_checkup *c, const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_alerts; i++) {
		if (conf->alerts[i].command != NULL)
			check_command(c, conf->alerts[i].command);
		if (conf->alerts[i].url != NULL)
			check_url(c, conf, conf->alerts[i].url);
	}
	if (conf->n_alerts > 0)
		check_queue(c, conf);
	check_witnesses(c, conf);
}
