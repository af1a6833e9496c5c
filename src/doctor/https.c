/*
 * What a run would have by HTTPS, looked at all at once: the certificates of
 * trust anchors, mirrors, and the notification of each repository that the
 * last run used. And the ports of those it had by rsync.
 */
#include <stdio.h>
#include <string.h>

#include "doctor/inside.h"
#include "fetch/fetch.h"
#include "file/file.h"
#include "object/object.h"
#include "store/store.h"

#define FILE_MAX ((size_t)1 << 20)

struct visit {
	const char *name; /* of the check */
	struct https_job job;
};

struct visits {
	struct doctor_checkup *c;
	const struct conf *conf;
	struct limits limits;
	VEC(struct visit *) all;
	VEC(struct span) named; /* hosts and ports of the operator's */
	int64_t last_at;        /* of the last run */
};

/* ---- what there is to see -------------------------------------------- */

static struct span
authority(const struct uri *u)
{
	return span_of(u->host.p,
	    u->port.n > 0 ? (size_t)(u->port.p + u->port.n - u->host.p)
			  : u->host.n);
}

static bool
is_named(const struct visits *v, const struct uri *u)
{
	if (v->conf->allow_local)
		return true;
	for (size_t i = 0; i < v->named.n; i++)
		if (span_eq(v->named.v[i], authority(u)))
			return true;
	return false;
}

static void
add(struct visits *v, const char *name, enum https_what what,
    const struct uri *u)
{
	struct visit *one = ARENA_NEW(&v->c->arena, struct visit);

	if (one == NULL || !vec_push(&v->all, one)) {
		v->c->failed = true;
		return;
	}
	one->name = name;
	one->job = (struct https_job){ .what = what,
		.uri = arena_dup(&v->c->arena, u->text),
		.is_named = is_named(v, u) };
	if (one->job.uri.p == NULL)
		v->c->failed = true;
}

static void
add_named(
    struct visits *v, const char *name, enum https_what what, struct span text)
{
	struct uri u;

	text = arena_dup(&v->c->arena, text);
	if (text.p == NULL) {
		v->c->failed = true;
		return;
	}
	if (uri_parse(&u, text, &v->limits) != REASON_OK)
		return; /* said elsewhere */
	if (!vec_push(&v->named, authority(&u)))
		v->c->failed = true;
	if (u.scheme == URI_HTTPS)
		add(v, name, what, &u);
}

static void
add_tal(struct visits *v, const struct conf_tal *conf)
{
	struct buf bytes;
	struct decode dec;
	struct tal tal;

	buf_init(&bytes, FILE_MAX);
	if (file_load(&bytes, conf->path)) {
		decode_init(&dec, &v->c->arena, &v->limits, buf_view(&bytes));
		if (tal_parse(&tal, buf_view(&bytes), &dec) == REASON_OK)
			for (size_t i = 0; i < tal.n_uris; i++)
				add_named(
				    v, "tls", HTTPS_FILE, tal.uris[i].text);
	}
	buf_fini(&bytes);
}

/* As source.c would have it. */
static void
add_place(struct visits *v, const struct conf_place *place)
{
	char text[4096];

	(void)snprintf(text, sizeof(text), "%s%s", place->text,
	    place->is_notification ? "" : "notification.xml");
	if (!place->is_folder)
		add_named(v, "rrdp", HTTPS_NOTIFICATION, span_str(text));
}

static void
check_rsync(struct doctor_checkup *c, const struct uri *u, const char *text)
{
	struct doctor_check check = { .name = "repository", .object = text };
	char detail[160];

	if (!doctor_reaches(u, 5, detail)) {
		check.health = DOCTOR_WARN;
		check.advice = "what was had last stays in force until it "
			       "expires; look at DNS and firewall";
	}
	doctor_say(c, &check, "%s", detail);
}

static bool
add_repository(void *ctx, const struct store_repository *stored)
{
	struct visits *v = ctx;
	struct uri u;
	char text[512];

	if (stored->used_at != v->last_at ||
	    uri_parse(&u, stored->uri, &v->limits) != REASON_OK)
		return true;
	(void)snprintf(text, sizeof(text), "%.*s", SPAN_FMT(stored->uri));
	if (u.scheme == URI_HTTPS)
		add(v, "rrdp", HTTPS_NOTIFICATION, &u);
	else if (stored->fetched_at == 0 || stored->stood_in)
		check_rsync(v->c, &u, text);
	return true;
}

static bool
find_last(void *ctx, const struct store_repository *stored)
{
	struct visits *v = ctx;

	if (stored->used_at > v->last_at)
		v->last_at = stored->used_at;
	return true;
}

/* One that cannot be opened was told of by the check of the cache. */
static void
add_stored(struct visits *v)
{
	struct store_read *read = NULL;
	struct store *store = NULL;
	struct fault why;

	fault_init(&why, SPAN(""));
	if (!store_is_there(v->conf->cache) ||
	    store_open(&store, v->conf->cache, &why) != REASON_OK)
		return;
	if (store_read_begin(&read, store, &why) == REASON_OK &&
	    (store_repositories(read, find_last, v) != REASON_OK ||
		store_repositories(read, add_repository, v) != REASON_OK))
		v->c->failed = true;
	store_read_end(read);
	store_close(store);
}

/* ---- how it went ----------------------------------------------------- */

static const char *
advice(enum reason why)
{
	switch ((int)why) {
	case R_FETCH_TLS:
		return "look at the clock; where the server's root is not the "
		       "system's, name it: ca-file";
	case R_FETCH_RESOLVE:
	case R_FETCH_CONNECT:
	case R_FETCH_SLOW:
	case R_FETCH_TIME:
		return "look at DNS, firewall and proxy";
	case R_FETCH_LOCAL:
	case R_FETCH_ADDRESS:
		return "its publisher has to name a public host";
	default:
		return "tell its publisher, unless it is better soon";
	}
}

static void
report(struct doctor_checkup *c, const struct visit *v)
{
	const struct https_job *job = &v->job;
	char uri[512];
	struct doctor_check check = { .name = v->name, .object = uri };

	(void)snprintf(uri, sizeof(uri), "%.*s", SPAN_FMT(job->uri));
	if (job->reason != REASON_OK) {
		check.health = DOCTOR_WARN;
		check.advice = advice(job->reason);
		doctor_say(c, &check, "%s: %s%s%s", reason_id(job->reason),
		    reason_text(job->reason),
		    job->detail[0] != '\0' ? ": " : "", job->detail);
	} else if (job->what == HTTPS_FILE)
		doctor_say(c, &check, "%zu bytes, by TLS", job->bytes.n);
	else
		doctor_say(c, &check, "serial %llu, by TLS",
		    (unsigned long long)job->state.serial);
}

static void
see(struct visits *v)
{
	struct https_settings settings = { .spool = P_tmpdir,
		.ca_file = v->conf->ca_file,
		.proxy = v->conf->proxy,
		.agent = "cairn/doctor",
		.limits = &v->limits };
	struct doctor_check check = {
		.name = "tls", .health = DOCTOR_FAIL, .advice = "see the reason"
	};
	struct https *https;
	struct fault why;

	fault_init(&why, SPAN(""));
	if (https_open(&https, &settings, &why) != REASON_OK) {
		doctor_say(
		    v->c, &check, "%s: %s", reason_id(why.reason), why.detail);
		return;
	}
	for (size_t i = 0; i < v->all.n; i++)
		https_start(https, &v->all.v[i]->job, clock_ms());
	while (https_pending(https) > 0) {
		https_poll(https, clock_ms(), 100);
		while (https_take(https) != NULL)
			continue;
	}
	for (size_t i = 0; i < v->all.n; i++) {
		report(v->c, v->all.v[i]);
		https_drop(&v->all.v[i]->job);
	}
	https_close(https);
}

void
doctor_https(struct doctor_checkup *c, const struct conf *conf)
{
	struct visits v = { .c = c, .conf = conf, .limits = conf->limits };

	if (conf->offline)
		return;
	doctor_hurry(&v.limits);
	for (size_t i = 0; i < conf->n_tals; i++)
		add_tal(&v, &conf->tals[i]);
	for (size_t i = 0; i < conf->n_mirrors; i++)
		for (size_t k = 0; k < conf->mirrors[i].n; k++)
			if (conf->mirrors[i].from.scheme == URI_RSYNC)
				add_place(&v, &conf->mirrors[i].to[k]);
	add_stored(&v);
	if (v.all.n > 0 && !c->failed)
		see(&v);
	vec_fini(&v.all);
	vec_fini(&v.named);
}
