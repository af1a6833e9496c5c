/* Repositories by RRDP from a server: rows RR of hostile.md, and bombs. */
#include "tests/check.h"

#include <string.h>
#include <sys/resource.h>

#include "tests/fetch/serve.h"

struct repository {
	struct buf notification;
	const char *session;
	char base[96]; /* URI of its files */
	const char *name;
};

static void
put_named(struct buf *out, const struct repository *r, const char *file,
    struct span bytes)
{
	struct digest d = hash_of(bytes);

	buf_printf(out, " uri=\"%s%s-%s\" hash=\"", r->base, r->name, file);
	put_hash(out, &d);
	buf_puts(out, "\"/>\n");
}

static void
repository_file(const struct repository *r, const char *file, struct span b)
{
	char name[96];

	(void)snprintf(name, sizeof(name), "%s-%s", r->name, file);
	serve_file(&server, name, b);
}

/* A new notification, with this snapshot. */
static void
repository_begin(struct repository *r, const char *session, uint64_t serial,
    const char *words)
{
	struct buf b;

	r->session = session;
	buf_reset(&r->notification);
	buf_init(&b, 1 << 20);
	put_words(&b, "snapshot", session, serial, words);
	repository_file(r, "snapshot", buf_view(&b));
	buf_printf(&r->notification,
	    "<notification xmlns=\"" SPACE
	    "\" version=\"1\" session_id=\"%s\" serial=\"%llu\">\n<snapshot",
	    session, (unsigned long long)serial);
	put_named(&r->notification, r, "snapshot", buf_view(&b));
	buf_fini(&b);
}

static void
repository_delta(struct repository *r, uint64_t serial, const char *words)
{
	char file[32];
	struct buf b;

	(void)snprintf(file, sizeof(file), "%llu", (unsigned long long)serial);
	buf_init(&b, 1 << 20);
	put_words(&b, "delta", r->session, serial, words);
	repository_file(r, file, buf_view(&b));
	buf_printf(&r->notification, "<delta serial=\"%s\"", file);
	put_named(&r->notification, r, file, buf_view(&b));
	buf_fini(&b);
}

static void
repository_end(struct repository *r)
{
	buf_puts(&r->notification, "</notification>");
	repository_file(r, "notification", buf_view(&r->notification));
}

/* What we have: the store of a test. names[c - 'a'] is 0 or an object. */
struct have {
	struct rrdp_state state;
	unsigned names[26];
};

static bool
known(void *ctx, struct span uri, struct digest *hash)
{
	const struct have *have = ctx;
	unsigned number = have->names[uri.p[uri.n - 5] - 'a'];

	if (number != 0)
		*hash = object_hash(number);
	return number != 0;
}

static void
apply(struct have *have, const struct https_job *job)
{
	if (job->outcome == RRDP_BY_SNAPSHOT)
		memset(have->names, 0, sizeof(have->names));
	for (size_t i = 0; i < job->n_changes; i++) {
		const struct rrdp_change *c = &job->changes[i];
		unsigned *name = &have->names[c->uri.p[c->uri.n - 5] - 'a'];
		struct digest got = hash_of(c->bytes), d = { { 0 } };

		*name = 0;
		if (c->is_withdrawn)
			continue;
		assert_true(digest_eq(&got, &c->hash));
		while (!digest_eq(&d, &c->hash) && *name < 9)
			d = object_hash(++*name);
	}
	have->state = job->state;
}

static const char *
text_of(const struct have *have)
{
	static char out[128];
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < 26; i++)
		if (have->names[i] != 0)
			n += (size_t)snprintf(out + n, sizeof(out) - n, "%c%u ",
			    (char)('a' + i), have->names[i]);
	return out;
}

static void
update(struct have *have, struct https *h, const struct repository *r,
    struct https_job *job)
{
	char uri[160];

	(void)snprintf(uri, sizeof(uri), "%s%s-notification", r->base, r->name);
	*job = (struct https_job){ .what = HTTPS_RRDP,
		.uri = span_str(uri),
		.is_named = true,
		.had = &have->state,
		.known = known,
		.ctx = have };
	https_start(h, job, serve_now_ms());
	serve_wait(h);
	if (job->reason == REASON_OK)
		apply(have, job);
	https_drop(job);
}

#define EXPECT(job, want_outcome, want_why)                                   \
	do {                                                                  \
		if ((job).reason != REASON_OK)                                \
			fail_msg(                                             \
			    "%s: %s", reason_id((job).reason), (job).detail); \
		assert_int_equal((job).outcome, (want_outcome));              \
		CHECK_REASON("why", (job).why, (want_why));                   \
	} while (0)

static void
repository_init(struct repository *r, const char *name, const char *path)
{
	r->name = name;
	serve_uri(r->base, sizeof(r->base), &server, PORT_GOOD, path);
	buf_init(&r->notification, 1 << 20);
}

/* A life: snapshot, nothing new, deltas, another session. */
static void
live(const char *name, const char *path)
{
	struct repository r;
	static struct have have;
	static struct https_job job;
	struct limits l;
	struct https *h;
	char uri[160];

	memset(&have, 0, sizeof(have));
	serve_limits(&l);
	h = serve_open(&server, &l);
	repository_init(&r, name, path);
	repository_begin(&r, SESSION, 3, "+a1 +b2");
	repository_end(&r);
	update(&have, h, &r, &job);
	EXPECT(job, RRDP_BY_SNAPSHOT, REASON_OK);
	assert_string_equal(text_of(&have), "a1 b2 ");
	assert_int_equal(have.state.serial, 3);
	assert_true(have.state.etag[0] == '"');

	/* Only to look: the notification is read, and nothing else. */
	job =
	    (struct https_job){ .what = HTTPS_NOTIFICATION, .is_named = true };
	(void)snprintf(uri, sizeof(uri), "%s%s-notification", r.base, r.name);
	job.uri = span_str(uri);
	https_start(h, &job, serve_now_ms());
	serve_wait(h);
	EXPECT(job, RRDP_NOTHING, REASON_OK);
	assert_true(job.files == 1 && job.n_changes == 0);
	assert_int_equal(job.state.serial, 3);
	https_drop(&job);

	update(&have, h, &r, &job);
	EXPECT(job, RRDP_NOTHING, REASON_OK);
	assert_int_equal(job.files, 0); /* 304 */
	assert_int_equal(have.state.serial, 3);

	have.state.etag[0] = have.state.modified[0] = '\0';
	update(&have, h, &r, &job);
	EXPECT(job, RRDP_NOTHING, REASON_OK);
	assert_int_equal(job.files, 1); /* the same again */

	repository_begin(&r, SESSION, 5, "+a3 +c1");
	repository_delta(&r, 5, "~a23 +c1");
	repository_delta(&r, 4, "~a12 -b2");
	repository_end(&r);
	update(&have, h, &r, &job);
	EXPECT(job, RRDP_BY_DELTAS, REASON_OK);
	assert_int_equal(job.files, 3);
	assert_int_equal(job.n_changes, 0); /* dropped */
	assert_string_equal(text_of(&have), "a3 c1 ");
	assert_int_equal(have.state.n_seen, 2);

	repository_begin(&r, OTHER, 5, "+a3 +d4");
	repository_end(&r);
	update(&have, h, &r, &job);
	EXPECT(job, RRDP_BY_SNAPSHOT, R_RRDP_NEW_SESSION);
	assert_true(job.is_new_session);
	assert_string_equal(text_of(&have), "a3 d4 ");
	buf_fini(&r.notification);
	https_close(h);
}

static void
test_life(void **state)
{
	(void)state;
	NEED_SERVER();
	live("plain", "/www/");
	live("packed", "/gz/");
}

/* Wrong deltas cost a snapshot; a wrong snapshot costs nothing we have. */
static void
test_wrong_files(void **state)
{
	static const struct {
		const char *what, *delta;
		enum reason why;
	} deltas[] = {
		{ "withdraw unknown", "-x1", R_RRDP_WITHDRAW },
		{ "publish over", "+a2", R_RRDP_PUBLISH },
		{ "replace another", "~a23", R_RRDP_REPLACE },
		{ "both in one", "+x1 -x1", R_RRDP_DUPLICATE },
	};
	struct repository r;
	static struct have have;
	static struct https_job job;
	struct limits l;
	struct https *h;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	h = serve_open(&server, &l);
	repository_init(&r, "wrong", "/www/");
	repository_begin(&r, SESSION, 10, "+a1");
	repository_end(&r);
	update(&have, h, &r, &job);
	EXPECT(job, RRDP_BY_SNAPSHOT, REASON_OK);
	for (size_t i = 0; i < COUNT(deltas); i++) {
		uint64_t serial = 11 + i;

		repository_begin(&r, SESSION, serial, "+a1 +c3");
		repository_delta(&r, serial, deltas[i].delta);
		repository_end(&r);
		update(&have, h, &r, &job);
		EXPECT(job, RRDP_BY_SNAPSHOT, deltas[i].why);
		CHECK(deltas[i].what, strcmp(text_of(&have), "a1 c3 ") == 0);
	}
	/* RR9: the delta of 14 was another one. */
	repository_begin(&r, SESSION, 15, "+a2");
	repository_delta(&r, 15, "~a12 -c3");
	repository_delta(&r, 14, "");
	repository_end(&r);
	update(&have, h, &r, &job);
	EXPECT(job, RRDP_BY_SNAPSHOT, R_RRDP_MUTATED);
	/* RR8: not the delta that was announced. */
	repository_begin(&r, SESSION, 16, "+a3");
	repository_delta(&r, 16, "~a23");
	repository_file(&r, "16", SPAN("<delta/>"));
	repository_end(&r);
	update(&have, h, &r, &job);
	EXPECT(job, RRDP_BY_SNAPSHOT, R_RRDP_ELEMENT);
	assert_string_equal(text_of(&have), "a3 ");
	/* A delta that is not there. */
	repository_begin(&r, SESSION, 17, "+a4");
	repository_delta(&r, 17, "~a34");
	buf_printf(&r.notification,
	    "<delta serial=\"18\" uri=\"%snone\" hash=\"" HEX64 "\"/>", r.base);
	repository_end(&r);
	update(&have, h, &r, &job);
	EXPECT(job, RRDP_BY_SNAPSHOT, R_RRDP_GAP);
	/* RR8: the snapshot is another file. */
	repository_begin(&r, OTHER, 1, "+a5");
	repository_file(&r, "snapshot", SPAN("<snapshot/>"));
	repository_end(&r);
	update(&have, h, &r, &job);
	CHECK_REASON("rrdp.element", job.reason, R_RRDP_ELEMENT);
	assert_string_equal(text_of(&have), "a4 ");
	assert_int_equal(have.state.serial, 17);
	buf_fini(&r.notification);
	https_close(h);
}

/* RR8: right by its hash, wrong by what it says; or by neither. */
static void
test_wrong_snapshots(void **state)
{
	static struct have have;
	struct repository r;
	static struct https_job job;
	struct limits l;
	struct https *h;
	struct buf b;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	h = serve_open(&server, &l);
	repository_init(&r, "snapshots", "/www/");
	buf_init(&b, 1 << 20);
	repository_begin(&r, SESSION, 3, "+a1");
	put_words(&b, "snapshot", SESSION, 3, "+a2");
	repository_file(&r, "snapshot", buf_view(&b));
	repository_end(&r);
	update(&have, h, &r, &job);
	CHECK_REASON("rrdp.hash", job.reason, R_RRDP_HASH);
	for (int i = 0; i < 2; i++) {
		buf_reset(&r.notification);
		buf_reset(&b);
		put_words(&b, "snapshot", i == 0 ? SESSION : OTHER,
		    i == 0 ? 4 : 3, "+a2");
		repository_file(&r, "snapshot", buf_view(&b));
		buf_puts(&r.notification,
		    FILE_HEAD("notification", "3") "<snapshot");
		put_named(&r.notification, &r, "snapshot", buf_view(&b));
		repository_end(&r);
		update(&have, h, &r, &job);
		CHECK_REASON("rrdp.mismatch", job.reason, R_RRDP_MISMATCH);
	}
	assert_string_equal(text_of(&have), "");
	buf_fini(&b);
	buf_fini(&r.notification);
	https_close(h);
}

/* Bombs, whole, with what they cost. */
static void
test_bombs(void **state)
{
	static const struct {
		const char *name, *path;
		size_t n;
		const char *before, *again;
		enum reason want;
	} bombs[] = {
		/* HT11: a gzip bomb; A7: white space; A9: an attribute */
		{ "zip", "/gz/", (size_t)64 << 20,
		    FILE_HEAD("notification", "1"), " ", R_FETCH_GZIP_RATIO },
		{ "white", "/www/", (size_t)64 << 20,
		    FILE_HEAD("notification", "1"), " ", R_FETCH_HTTP_SIZE },
		{ "prolog", "/gz/", (size_t)1 << 19, "<?xml version=\"1.0\"?>",
		    " ", R_RRDP_XML },
		{ "attribute", "/gz/", (size_t)64 << 20,
		    "<notification xmlns=\"", "a", R_RRDP_TAG },
		{ "comment", "/gz/", (size_t)64 << 20, "<!--", "a",
		    R_RRDP_TAG },
		/* RR3: more than 10^6 of them */
		{ "attributes", "/gz/", (size_t)16 << 20, "<notification",
		    " attribute=\"\"", R_RRDP_TAG },
	};
	struct repository r;
	static struct have have;
	struct rusage before, after;
	static struct https_job job;
	struct limits l;
	struct https *h;
	struct buf b;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	/* What is large takes its time to be made, where others work too. */
	l.first_byte_time = l.idle_time = l.speed_window = 60;
	l.transfer_time = l.repository_time = 120;
	l.notification_bytes = 8 << 20;
	h = serve_open(&server, &l);
	for (size_t i = 0; i < COUNT(bombs); i++) {
		repository_init(&r, bombs[i].name, bombs[i].path);
		buf_init(&b, (size_t)80 << 20);
		buf_puts(&b, bombs[i].before);
		while (b.n < bombs[i].n)
			buf_puts(&b, bombs[i].again);
		repository_file(&r, "notification", buf_view(&b));
		assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
		update(&have, h, &r, &job);
		assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
		CHECK_REASON(bombs[i].name, job.reason, bombs[i].want);
		CHECK(bombs[i].name,
		    after.ru_maxrss - before.ru_maxrss < 16 << 10);
		buf_fini(&b);
		buf_fini(&r.notification);
	}
	https_close(h);
	/* Who took and read them: the largest process, and the time of all.
	 * (A sanitizer's need more.) */
	assert_int_equal(getrusage(RUSAGE_CHILDREN, &after), 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
	assert_in_range(after.ru_maxrss, 0, (8 + 16) << 10);
#endif
	assert_in_range(after.ru_utime.tv_sec + after.ru_stime.tv_sec, 0, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_wrong_files),
		cmocka_unit_test(test_wrong_snapshots),
		cmocka_unit_test(test_bombs),
	};

	return cmocka_run_group_tests(tests, serve_set_up, serve_tear_down);
}
