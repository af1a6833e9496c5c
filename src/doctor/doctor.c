/* The list of checks, and those that need only this machine. */
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "doctor/inside.h"
#include "store/store.h"

#define TEXT_MAX   ((size_t)8192)
#define RELEASED   INT64_C(1793491200) /* 2026-11-01: no clock is before */
#define CENTURY    (INT64_C(36525) * 86400)
#define AHEAD      300 /* seconds by which a file may be from the future */
#define MIB        ((uint64_t)1 << 20)
#define DISK_LEAST (512 * MIB)
#define DISK_GOOD  (4096 * MIB)
#define FILES_GOOD 1000000 /* rsync's copies are a file an object */

const char *
doctor_health_id(enum doctor_health health)
{
	switch (health) {
	case DOCTOR_OK:
		return "ok";
	case DOCTOR_WARN:
		return "warn";
	case DOCTOR_FAIL:
		return "fail";
	}
	BUG("a health");
}

/* A copy without what would move a cursor. */
static const char *
keep(struct doctor_checkup *c, const char *text)
{
	struct buf b;
	char *out;

	buf_init(&b, TEXT_MAX * 4);
	escape_write(&b, span_str(text));
	out = b.failed ? NULL : arena_str(&c->arena, buf_view(&b));
	buf_fini(&b);
	if (out != NULL)
		return out;
	c->failed = true;
	return "";
}

void
doctor_say(struct doctor_checkup *c, const struct doctor_check *check,
    const char *fmt, ...)
{
	struct doctor_check one = *check;
	char text[1024];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	one.object = keep(c, one.object != NULL ? one.object : "");
	one.text = keep(c, text);
	one.advice = one.advice != NULL ? keep(c, one.advice) : "";
	if (!vec_push(&c->checks, one))
		c->failed = true;
}

/* ---- the configuration, the clock ------------------------------------ */

static void
check_conf(struct doctor_checkup *c, const struct conf *conf)
{
	struct doctor_check check = { .name = "configuration" };

	if (conf->file != NULL)
		check.object = conf->file;
	doctor_say(c, &check,
	    "%s; trust anchors: %zu, ledgers: %zu, mirrors: "
	    "%zu, outputs: %zu",
	    conf->file != NULL ? "the file can be read"
			       : "no file, only options and defaults",
	    conf->n_tals, conf->n_ledgers, conf->n_mirrors, conf->n_outputs);
}

/* When the cache was last written, or 0. */
static int64_t
written_at(const struct conf *conf)
{
	char path[TEXT_MAX / 2];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/store/data.mdb", conf->cache);
	return stat(path, &st) == 0 ? st.st_mtime : 0;
}

static void
check_clock(struct doctor_checkup *c, const struct conf *conf)
{
	struct doctor_check check = { .name = "clock", .health = DOCTOR_FAIL };
	struct timex t = { 0 };
	int64_t now = time(NULL), last = written_at(conf);
	char text[TIME_TEXT], then[TIME_TEXT];
	int state = adjtimex(&t);

	time_write(text, sizeof(text), now);
	time_write(then, sizeof(then), last);
	check.advice = "set the clock, and run an NTP client such as chrony";
	if (now < RELEASED || now > RELEASED + CENTURY) {
		doctor_say(c, &check, "%s cannot be", text);
	} else if (last > now + AHEAD) {
		doctor_say(c, &check, "%s, but the cache was written at %s",
		    text, then);
	} else if (state == TIME_ERROR) {
		check.health = DOCTOR_WARN;
		check.advice = "run an NTP client such as chrony";
		doctor_say(c, &check,
		    "%s, but nothing keeps it right as far as the kernel "
		    "knows",
		    text);
	} else {
		check.health = DOCTOR_OK;
		check.advice = NULL;
		doctor_say(c, &check, "%s%s", text,
		    state >= 0 ? ", synchronised" : "");
	}
}

/* ---- the cache ------------------------------------------------------- */

/* The folder that a file is in, or will be. */
static void
folder_of(char *out, size_t n, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		(void)snprintf(out, n, ".");
	else
		(void)snprintf(out, n, "%.*s",
		    slash == path ? 1 : (int)(slash - path), path);
}

static void
check_new_cache(struct doctor_checkup *c, const char *cache)
{
	struct doctor_check check = { .name = "cache", .object = cache };
	char folder[TEXT_MAX / 2];

	folder_of(folder, sizeof(folder), cache);
	if (access(folder, W_OK | X_OK) == 0) {
		doctor_say(c, &check, "the first run will make it");
		return;
	}
	check.health = DOCTOR_FAIL;
	check.advice = "make the folder, owned by the user that runs cairn";
	doctor_say(
	    c, &check, "it is not there, and %s: %s", folder, strerror(errno));
}

static const char *
store_advice(enum reason reason)
{
	switch ((int)reason) {
	case R_STORE_OWNER:
	case R_STORE_DENIED:
		return "run as the folder's owner, or chown and chmod 700 it";
	case R_STORE_FULL:
		return "free space";
	case R_STORE_DAMAGED:
		return "nothing: the next run sets it aside and fetches "
		       "everything anew";
	case R_STORE_FORMAT:
		return "remove the folder: the next run fetches everything "
		       "anew";
	default:
		return "see the reason, and the system's log";
	}
}

static void
check_cache(struct doctor_checkup *c, const char *cache)
{
	struct doctor_check check = { .name = "cache", .object = cache };
	struct store *store = NULL;
	struct fault why;
	enum reason reason;

	fault_init(&why, SPAN(""));
	reason = store_open(&store, cache, &why);
	if (reason == REASON_OK) {
		store_close(store);
		doctor_say(c, &check, "the store opens");
		return;
	}
	if (reason == R_STORE_LOCKED) {
		doctor_say(
		    c, &check, "not looked into: in use (%s)", why.detail);
		return;
	}
	check.health = DOCTOR_FAIL;
	check.advice = store_advice(reason);
	doctor_say(c, &check, "%s: %s%s%s", reason_id(reason),
	    reason_text(reason), why.detail[0] != '\0' ? ": " : "", why.detail);
}

static void
check_disk(struct doctor_checkup *c, const char *cache)
{
	struct doctor_check check = { .name = "disk", .object = cache };
	char folder[TEXT_MAX / 2];
	struct statvfs disk;
	uint64_t bytes;

	folder_of(folder, sizeof(folder), cache);
	if (statvfs(cache, &disk) != 0 && statvfs(folder, &disk) != 0)
		return; /* said by the cache */
	bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
	if (bytes < DISK_LEAST)
		check.health = DOCTOR_FAIL;
	else if (bytes < DISK_GOOD ||
		 (disk.f_files > 0 && disk.f_favail < FILES_GOOD))
		check.health = DOCTOR_WARN;
	if (check.health != DOCTOR_OK)
		check.advice = "free space: 4 GiB and a million files are "
			       "enough for all of the RPKI";
	if (disk.f_files > 0)
		doctor_say(c, &check, "%llu MiB and %llu files are free",
		    (unsigned long long)(bytes / MIB),
		    (unsigned long long)disk.f_favail);
	else
		doctor_say(c, &check, "%llu MiB are free",
		    (unsigned long long)(bytes / MIB));
}

/* ---- outputs --------------------------------------------------------- */

static void
check_output(struct doctor_checkup *c, const char *path)
{
	struct doctor_check check = { .name = "output", .object = path };
	char folder[TEXT_MAX / 2];

	if (path == NULL || strcmp(path, "-") == 0)
		return;
	folder_of(folder, sizeof(folder), path);
	if (access(folder, W_OK | X_OK) == 0) {
		doctor_say(c, &check, "its folder may be written");
		return;
	}
	check.health = DOCTOR_FAIL;
	check.advice = "make the folder, and let the user that runs cairn "
		       "write it";
	doctor_say(c, &check, "%s: %s", folder, strerror(errno));
}

void
doctor_machine(struct doctor_checkup *c, const struct conf *conf)
{
	struct stat st;

	check_conf(c, conf);
	check_clock(c, conf);
	if (stat(conf->cache, &st) != 0 && errno == ENOENT)
		check_new_cache(c, conf->cache);
	else
		check_cache(c, conf->cache);
	check_disk(c, conf->cache);
	for (size_t i = 0; i < conf->n_outputs; i++)
		check_output(c, conf->outputs[i].path);
	check_output(c, conf->findings);
}

enum reason
doctor_look(struct doctor_checkup *out, const struct conf *conf)
{
	*out = (struct doctor_checkup){ 0 };
	arena_init(&out->arena, SIZE_MAX);
	doctor_machine(out, conf);
	doctor_kernel(out);
	doctor_rsync(out, conf);
	doctor_sources(out, conf);
	doctor_https(out, conf);
	doctor_ledgers(out, conf);
	doctor_watch(out, conf);
	doctor_serve(out, conf);
	return out->failed ? R_LIMIT_MEMORY : REASON_OK;
}

void
doctor_fini(struct doctor_checkup *c)
{
	vec_fini(&c->checks);
	arena_fini(&c->arena);
}
