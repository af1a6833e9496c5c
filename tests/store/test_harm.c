/* What may go wrong: locks, folders, damage, a full disk, a death at any time.
 */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/store/scene.h"

static void
test_lock(void **state)
{
	struct store *s = store_new(), *second = NULL;
	char want[64];

	(void)state;
	fault_init(&why, span_of(NULL, 0));
	CHECK_REASON(
	    "second", store_open(&second, folder, &why), R_STORE_LOCKED);
	(void)snprintf(want, sizeof(want), "process %d uses", (int)getpid());
	assert_non_null(strstr(why.detail, want));
	store_close(s);
	store_close(store_new());
}

/* A process is gone, its child has the lock for a moment yet. */
static void
test_orphan(void **state)
{
	struct store *s = NULL;
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		s = store_new();
		if (fork() == 0)
			(void)usleep(300000);
		_exit(s != NULL ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	fault_init(&why, span_of(NULL, 0));
	CHECK_REASON(why.detail, store_open(&s, folder, &why), REASON_OK);
	store_close(s);
}

static void
test_folder(void **state)
{
	struct store *s = NULL;
	char path[128];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/no/such", folder);
	fault_init(&why, span_of(NULL, 0));
	CHECK_REASON("nowhere", store_open(&s, path, &why), R_STORE_IO);
	assert_int_equal(chmod(folder, 0777), 0);
	fault_init(&why, span_of(NULL, 0));
	CHECK_REASON(
	    "anyone writes", store_open(&s, folder, &why), R_STORE_OWNER);
	assert_int_equal(chmod(folder, 0700), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(folder, 65534, 65534), 0);
		fault_init(&why, span_of(NULL, 0));
		CHECK_REASON(
		    "another's", store_open(&s, folder, &why), R_STORE_OWNER);
		assert_int_equal(chown(folder, 0, 0), 0);
	}
	/* A file where the store's folder should be. */
	(void)snprintf(path, sizeof(path), "%s/store", folder);
	assert_true(close(open(path, O_CREAT | O_WRONLY, 0600)) == 0);
	fault_init(&why, span_of(NULL, 0));
	CHECK_REASON("file", store_open(&s, folder, &why), R_STORE_IO);
}

/* Change the bytes `from` to `to` wherever the store's file has them. */
static void
patch(const char *from, const char *to)
{
	size_t n = strlen(from);
	char path[128];
	uint8_t *p;
	struct stat st;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/store/data.mdb", folder);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	p = base_alloc((size_t)st.st_size);
	assert_non_null(p);
	assert_int_equal(pread(fd, p, (size_t)st.st_size, 0), st.st_size);
	for (size_t i = 0; i + n <= (size_t)st.st_size; i++)
		if (memcmp(p + i, from, n) == 0)
			memcpy(p + i, to, n);
	assert_int_equal(pwrite(fd, p, (size_t)st.st_size, 0), st.st_size);
	base_free(p);
	assert_int_equal(close(fd), 0);
}

static void
test_format(void **state)
{
	struct store *s = store_new();

	(void)state;
	store_close(s);
	patch("cairn store 3", "cairn store 9");
	fault_init(&why, span_of(NULL, 0));
	CHECK_REASON("format", store_open(&s, folder, &why), R_STORE_FORMAT);
	fault_init(&why, span_of(NULL, 0));
	CHECK_REASON(
	    "to look at", store_look(&s, folder, &why), R_STORE_FORMAT);
	/* And a file that is no store at all. */
	patch("\xde\xc0\xef\xbe", "beef");
	fault_init(&why, span_of(NULL, 0));
	CHECK_REASON("no store", store_open(&s, folder, &why), R_STORE_DAMAGED);
}

/* hostile.md LO3: what is damaged is not there, and comes back. */
static void
test_damage(void **state)
{
	static const char *const uris[] = { "rsync://h/m/first",
		"rsync://h/m/second" };
	static const char *const texts[] = { "object one", "object two" };
	struct digest key = sha256("rsync://h/m/"), d = sha256("object one");
	struct digest unread = sha256("object two");
	uint64_t n = 9;
	struct store *s = store_new();
	struct store_name name;
	struct store_read *r;
	struct store_write *w;
	bool fresh;

	(void)state;
	put_names(s, "rsync://h/m/", uris, texts, 2);
	put_blob(s, STORE_RRDP, "https://a/", "state");
	put_blob(s, STORE_TREE, "rsync://h/m/", "stamp");
	put_blob(s, STORE_HEALTH, "https://a/", "good");
	store_close(s);
	s = store_new();
	w = begin(s);
	CHECK_REASON("nothing", store_forget_damaged(w, &n), REASON_OK);
	assert_int_equal(n, 0);
	commit(w);
	assert_true(blob_is(s, STORE_RRDP, "https://a/", "state"));
	store_close(s);
	patch("object one", "object 0ne");
	patch("object two", "object tw0"); /* which nobody reads */
	patch("/m/second", "/m/secund");
	s = store_new();
	r = look(s);
	assert_null(store_object(r, &d).p);
	assert_true(store_name(&name, r, &key, span_str(uris[0])));
	assert_false(store_name(&name, r, &key, span_str(uris[1])));
	store_read_end(r);
	w = begin(s);
	assert_true(store_write_has(w, &d)); /* by name only */
	CHECK_REASON("forget", store_forget_damaged(w, &n), REASON_OK);
	assert_int_equal(n, 2);
	assert_false(store_write_has(w, &d));
	assert_false(store_write_has(w, &unread));
	CHECK_REASON("anew",
	    store_write_object(w, &d, &fresh, SPAN("object one")), REASON_OK);
	assert_true(fresh);
	commit(w);
	assert_true(has(s, "object one"));
	/* No delta would have brought it. */
	assert_true(blob_is(s, STORE_RRDP, "https://a/", ""));
	assert_true(blob_is(s, STORE_TREE, "rsync://h/m/", ""));
	assert_true(blob_is(s, STORE_HEALTH, "https://a/", "good"));
	/* The name alone: the same. */
	put_blob(s, STORE_TREE, "rsync://h/m/", "stamp");
	r = look(s);
	assert_false(store_name(&name, r, &key, span_str(uris[1])));
	assert_false(store_name(&name, r, &key, SPAN("rsync://h/m/none")));
	store_read_end(r);
	w = begin(s);
	CHECK_REASON("name", store_forget_damaged(w, &n), REASON_OK);
	commit(w);
	assert_true(blob_is(s, STORE_TREE, "rsync://h/m/", ""));
	store_close(s);
	/* Putting the same bytes repairs it as well. */
	patch("object one", "object 0ne");
	s = store_new();
	w = begin(s);
	(void)put(w, "object one");
	commit(w);
	assert_true(has(s, "object one"));
	store_close(s);
}

/* hostile.md LO1: no room is a reason, and what was there stays. */
static void
test_full(void **state)
{
	struct store *s = store_new();
	struct rlimit old, small = { 1 << 20, 1 << 20 };
	struct store_write *w = begin(s);
	enum reason r = REASON_OK;
	static uint8_t big[300000];

	(void)state;
	(void)put(w, "before");
	commit(w);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	w = begin(s);
	for (uint8_t i = 0; r == REASON_OK && i < 10; i++) {
		struct digest d;
		bool fresh;

		big[0] = i;
		r = store_write_object(
		    w, &d, &fresh, span_of(big, sizeof(big)));
	}
	if (r == REASON_OK)
		r = store_write_commit(w);
	else
		store_write_abort(w);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	/* By the disk it would be R_STORE_FULL; by a limit LMDB cannot say. */
	assert_true(r == R_STORE_FULL || r == R_STORE_IO);
	provoked(r);
	assert_true(has(s, "before"));
	store_close(s);
	s = store_new();
	assert_true(has(s, "before"));
	w = begin(s);
	(void)put(w, "after");
	commit(w);
	assert_true(has(s, "after"));
	store_close(s);
}

/* Killed at any moment: each commit before it holds, whole. */
static void
writer(int out)
{
	struct store *s = store_new();

	for (uint32_t i = 0;; i++) {
		struct store_write *w = begin(s);
		char text[32];

		(void)snprintf(text, sizeof(text), "left %u", i);
		(void)put(w, text);
		(void)snprintf(text, sizeof(text), "right %u", i);
		(void)put(w, text);
		commit(w);
		if (write(out, &i, sizeof(i)) != sizeof(i))
			_exit(1);
	}
}

static void
test_kill(void **state)
{
	(void)state;
	for (useconds_t round = 0; round < 8; round++) {
		uint32_t i, last = UINT32_MAX;
		struct store *s;
		int pair[2], status;
		pid_t pid;

		assert_int_equal(pipe(pair), 0);
		pid = fork();
		if (pid == 0)
			writer(pair[1]);
		(void)close(pair[1]);
		assert_int_equal(read(pair[0], &i, sizeof(i)), sizeof(i));
		(void)usleep(1000 + 3100 * round);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		do
			last = i;
		while (read(pair[0], &i, sizeof(i)) == sizeof(i));
		(void)close(pair[0]);
		s = store_new();
		for (i = 0; i <= last + 1; i++) {
			char left[32], right[32];

			(void)snprintf(left, sizeof(left), "left %u", i);
			(void)snprintf(right, sizeof(right), "right %u", i);
			assert_true(i > last || has(s, left));
			assert_int_equal(has(s, left), has(s, right));
		}
		store_close(s);
	}
}

/* Somebody else's folder. Root may go anywhere, so it is not root who asks. */
static void
test_denied(void **state)
{
	struct store *store = NULL;
	enum reason r;

	(void)state;
	fault_init(&why, span_of(NULL, 0));
	assert_int_equal(chmod(folder, geteuid() == 0 ? 0700 : 0), 0);
	if (getuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	r = store_open(&store, folder, &why);
	if (getuid() == 0)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod(folder, 0700), 0);
	CHECK_REASON("denied", r, R_STORE_DENIED);
	assert_null(store);
	assert_non_null(strstr(why.detail, folder));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_lock),
		SCENE(test_orphan),
		SCENE(test_folder),
		SCENE(test_format),
		SCENE(test_damage),
		SCENE(test_full),
		SCENE(test_denied),
		SCENE(test_kill),
	};

	return cmocka_run_group_tests_name("store harm", tests, NULL, NULL);
}
