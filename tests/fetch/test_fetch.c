/*
 * Jobs, and an rsync that is not what it should be: hostile.md A3, A16, RS1,
 * RS2, RS4, RS5, RS6. The hostile ones are small scripts in the place of
 * rsync; the good one is a daemon on a high port of this machine.
 */
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fetch/scene.h"

/* ---- a false rsync --------------------------------------------------- */

static void
false_rsync(struct scene *s, const char *script)
{
	char text[1024];

	(void)snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script);
	scene_shell(s, "mkdir -p bin");
	scene_write(s, "bin/rsync", text, 0700);
	(void)snprintf(
	    s->command, sizeof(s->command), "%s", scene_path(s, "bin/rsync"));
}

static void
test_hostile(void **state)
{
	static const struct {
		const char *what, *script;
		enum reason want;
		const char *detail; /* somewhere in it */
	} cases[] = {
		{ "ends well", "exit 0", REASON_OK, "" },
		{ "an error", "echo oops >&2; exit 12", R_FETCH_EXIT,
		    "status 12: oops" },
		{ "the last line says most", "echo a >&2; echo b >&2; exit 1",
		    R_FETCH_EXIT, "status 1: b" },
		{ "missing", "exit 127", R_FETCH_START, "" },
		{ "killed", "kill -9 $$", R_FETCH_KILLED, "signal 9" },
		{ "rubbish", "printf '\\001\\377\\033[2J' >&2; exit 1",
		    R_FETCH_EXIT, "\\x01\\xff\\x1b[2J" },
		{ "drips", "while :; do echo 1; sleep 0.2; done", R_FETCH_TIME,
		    "" },
		{ "hangs", "sleep 1000", R_FETCH_TIME, "" },
		{ "hangs, all closed", "exec >&- 2>&-; sleep 1000",
		    R_FETCH_TIME, "" },
		{ "hangs, deaf", "trap '' TERM INT HUP; sleep 1000 & wait",
		    R_FETCH_TIME, "" },
		{ "floods", "yes x", R_FETCH_FILES, "" },
		{ "one endless line", "tr '\\0' x </dev/zero", R_FETCH_OUTPUT,
		    "" },
		{ "endless errors", "yes >&2", R_FETCH_OUTPUT, "" },
		{ "too many bytes", "echo 7000000; echo 7000000; sleep 1000",
		    R_FETCH_BYTES, "" },
		{ "numbers beyond sense",
		    "echo 99999999999999999999999999; echo 5", REASON_OK, "" },
		{ "leaves one behind", "sleep 1000 & exit 0", REASON_OK, "" },
		{ "has nothing of ours open", "test ! -e /proc/$$/fd/60",
		    REASON_OK, "" },
	};
	struct scene *s = *state;
	const int ours = 60;

	/* As LMDB opens its file: for whoever is executed, too. */
	assert_int_equal(fcntl(ours, F_GETFD), -1);
	assert_int_equal(dup2(STDIN_FILENO, ours), ours);
	s->limits.transfer_time = 1;
	s->limits.repository_bytes = 13999999;
	s->limits.repository_files = 100000;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fetch_source source = scene_rsync("rsync://h/m/");
		struct fetch_job job = scene_job(FETCH_TREE, &source, 1);
		int64_t took;

		false_rsync(s, cases[i].script);
		scene_open(s);
		took = scene_fetch(s, &job);
		CHECK_REASON(cases[i].what, job.reason, cases[i].want);
		CHECK(
		    cases[i].what, strstr(job.detail, cases[i].detail) != NULL);
		CHECK(cases[i].what, took < 8000);
		CHECK(
		    cases[i].what, job.reason != R_FETCH_TIME || took >= 1000);
		fetch_close(s->fetch);
		s->fetch = NULL;
	}
	assert_int_equal(close(ours), 0);
}

static void
test_not_there(void **state)
{
	struct scene *s = *state;
	struct fetch_source source = scene_rsync("rsync://h/m/");
	struct fetch_job job = scene_job(FETCH_TREE, &source, 1);

	(void)snprintf(s->command, sizeof(s->command), "/no/such/rsync");
	scene_open(s);
	(void)scene_fetch(s, &job);
	CHECK_REASON("not there", job.reason, R_FETCH_START);
	assert_non_null(strstr(job.detail, "/no/such/rsync: No such file"));
}

/* Gone, or dead and not reaped by whoever is init here. */
static bool
is_gone(uint64_t pid)
{
	char path[64], text[128] = "";
	FILE *f;
	bool dead;

	(void)snprintf(path, sizeof(path), "/proc/%u/stat", (unsigned)pid);
	f = fopen(path, "r");
	if (f == NULL)
		return true;
	(void)!fgets(text, sizeof(text), f);
	(void)fclose(f);
	dead = strstr(text, ") Z ") != NULL;
	return dead;
}

/* The whole group goes at the deadline, also what hides behind the leader. */
static void
test_group(void **state)
{
	struct scene *s = *state;
	struct fetch_source source = scene_rsync("rsync://h/m/");
	struct fetch_job job = scene_job(FETCH_TREE, &source, 1);
	char text[32] = { 0 };
	uint64_t pid;
	int fd;

	false_rsync(s, "sleep 1000 & echo $! >grandchild; sleep 1000");
	s->limits.transfer_time = 1;
	scene_open(s);
	(void)scene_fetch(s, &job);
	CHECK_REASON("group", job.reason, R_FETCH_TIME);
	scene_shell(s, "cat rsync/*/grandchild >grandchild");
	fd = open(scene_path(s, "grandchild"), O_RDONLY);
	assert_true(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	(void)close(fd);
	text[strcspn(text, "\n")] = '\0';
	assert_true(decimal_parse(&pid, span_str(text), INT32_MAX));
	for (int i = 0; i < 200 && !is_gone(pid); i++)
		(void)usleep(10000);
	assert_true(is_gone(pid));
}

/* Nothing of our environment comes along, and each size has its limit. */
static void
test_box(void **state)
{
	struct scene *s = *state;
	struct fetch_source source = scene_rsync("rsync://h/m/");
	struct fetch_job job = scene_job(FETCH_TREE, &source, 1);

	assert_int_equal(setenv("RSYNC_RSH", "evil", 1), 0);
	assert_int_equal(setenv("SECRET", "evil", 1), 0);
	false_rsync(s, "{ env; ulimit -f; ulimit -c; pwd; echo \"$@\"; } >out");
	scene_open(s);
	(void)scene_fetch(s, &job);
	(void)unsetenv("RSYNC_RSH");
	(void)unsetenv("SECRET");
	CHECK_REASON(job.detail, job.reason, REASON_OK);
	scene_shell(s, "cd rsync/*; ! grep -q evil out; grep -q '^LC_ALL=C$' "
		       "out; test \"$(grep -cE '^(15753|0)$' out)\" = 2;"
		       "grep -q -- '^-rtO --no-motd' out;"
		       "grep -q -- --delete out;"
		       "grep -q -- '--max-size=8000000 ' out;"
		       "grep -q -- '-- rsync://h/m/ \\./$' out;"
		       "! grep -q RSYNC_PROXY out");
}

static void
test_proxy(void **state)
{
	struct scene *s = *state;
	struct fetch_source source = scene_rsync("rsync://h/m/");
	struct fetch_job job = scene_job(FETCH_TREE, &source, 1);

	s->proxy = "http://me:secret@p.example:3128";
	false_rsync(s, "env >out");
	scene_open(s);
	(void)scene_fetch(s, &job);
	CHECK_REASON(job.detail, job.reason, REASON_OK);
	scene_shell(s, "cd rsync/*; grep -qx "
		       "'RSYNC_PROXY=me:secret@p.example:3128' out");
}

/* Zero or less: the kernel has none. */
static long
landlock_version(void)
{
	/* With 1, LANDLOCK_CREATE_RULESET_VERSION, it says which. */
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
}

/* Where the kernel has Landlock nothing outside the folder can be written. */
static void
test_landlock(void **state)
{
	struct scene *s = *state;
	struct fetch_source source = scene_rsync("rsync://h/m/");
	struct fetch_job job = scene_job(FETCH_TREE, &source, 1);

	if (landlock_version() <= 0)
		SKIP("no Landlock");
	scene_shell(s, "echo secret >secret");
	false_rsync(s, "echo in >inside; echo out >../outside;"
		       "echo out >\"${0%/*}/outside\"; cp ../../secret read;"
		       "rm -f ../../secret;"
		       "perl -e 'truncate(\"../../secret\", 0)';"
		       "kill -0 $PPID && echo yes >signals; exit 0");
	scene_open(s);
	(void)scene_fetch(s, &job);
	CHECK_REASON("box", job.reason, REASON_OK);
	scene_shell(s, "test -e rsync/*/inside; ! test -e rsync/outside;"
		       "! test -s rsync/*/read; ! test -e bin/outside;"
		       "test -e secret");
	if (landlock_version() >= 3) /* truncate(2) */
		scene_shell(s, "test -s secret");
	if (landlock_version() >= 6)
		scene_shell(s, "! test -e rsync/*/signals");
}

/* ---- jobs ------------------------------------------------------------ */

static void
test_next_source(void **state)
{
	struct scene *s = *state;
	struct fetch_source sources[3] = { scene_rsync("rsync://bad/m/"),
		scene_folder("/no/such", ""), scene_rsync("rsync://good/m/") };
	struct fetch_job job = scene_job(FETCH_TREE, sources, 3);

	false_rsync(s, "case \"$*\" in *good*) exit 0;; esac; exit 5");
	scene_open(s);
	(void)scene_fetch(s, &job);
	CHECK_REASON("folder", job.reason, REASON_OK);
	assert_int_equal(job.source, 1); /* to be looked at */
	assert_true(fetch_refuse(s->fetch, &job, R_FETCH_FOLDER, "no"));
	do
		fetch_poll(s->fetch, scene_now_ms(), 50);
	while (fetch_take(s->fetch) != &job);
	CHECK_REASON("good", job.reason, REASON_OK);
	assert_int_equal(job.source, 2);
	assert_false(fetch_refuse(s->fetch, &job, R_FETCH_FILES, "much"));
	CHECK_REASON("refused", job.reason, R_FETCH_FILES);
	assert_int_equal(fetch_pending(s->fetch), 0);
}

/* hostile.md A3: all sources together have no more than repository_time. */
static void
test_repository_time(void **state)
{
	struct scene *s = *state;
	struct fetch_source sources[3] = { scene_rsync("rsync://a/m/"),
		scene_rsync("rsync://b/m/"), scene_rsync("rsync://c/m/") };
	struct fetch_job job = scene_job(FETCH_TREE, sources, 3);
	int64_t took;

	false_rsync(s, "sleep 1000");
	s->limits.transfer_time = 2;
	s->limits.repository_time = 3;
	scene_open(s);
	took = scene_fetch(s, &job);
	CHECK_REASON("time", job.reason, R_FETCH_TIME);
	assert_int_equal(job.source, 1);
	assert_true(took >= 3000 && took < 8000);
}

static void
run_many(struct scene *s, struct fetch_job *jobs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fetch_start(s->fetch, &jobs[i]);
	while (fetch_pending(s->fetch) > 0) {
		fetch_poll(s->fetch, scene_now_ms(), 50);
		while (fetch_take(s->fetch) != NULL)
			continue;
	}
}

/* Each notes when it came and went; the most at once are counted after. */
static void
test_how_many(void **state)
{
	static const struct {
		const char *what;
		uint64_t rsyncs, per_host;
		const char *most;
	} cases[] = {
		{ "rsyncs at once", 3, 16, "test $(cat most) = 3" },
		{ "from one host", 16, 2, "test $(cat most) = 2" },
	};
	struct scene *s = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fetch_source source = scene_rsync("rsync://h/m/");
		struct fetch_job jobs[6];

		false_rsync(s, "date +%s%N >from; sleep 0.4; date +%s%N >to");
		for (size_t k = 0; k < COUNT(jobs); k++) {
			jobs[k] = scene_job(FETCH_TREE, &source, 1);
			jobs[k].key.b[31] = (uint8_t)k;
		}
		s->limits.rsync_count = cases[i].rsyncs;
		s->limits.host_connections = cases[i].per_host;
		scene_open(s);
		run_many(s, jobs, COUNT(jobs));
		scene_shell(s,
		    "for d in rsync/*; do echo $(cat $d/from) 1;"
		    "echo $(cat $d/to) -1; done | sort -n |"
		    "awk '{ n += $2; if (n > m) m = n } END { print m }' >most");
		scene_shell(s, cases[i].most);
		fetch_close(s->fetch);
		s->fetch = NULL;
	}
}

static void
test_end(void **state)
{
	struct scene *s = *state;
	struct fetch_source source = scene_rsync("rsync://h/m/");
	struct fetch_job jobs[3];

	false_rsync(s, "sleep 1000");
	s->limits.rsync_count = 2;
	scene_open(s);
	for (size_t k = 0; k < COUNT(jobs); k++) {
		jobs[k] = scene_job(FETCH_TREE, &source, 1);
		jobs[k].key.b[31] = (uint8_t)k;
		fetch_start(s->fetch, &jobs[k]);
	}
	fetch_poll(s->fetch, scene_now_ms(), 10);
	fetch_end(s->fetch, R_RUN_TIME);
	assert_int_equal(fetch_pending(s->fetch), 3);
	for (size_t k = 0; k < COUNT(jobs); k++)
		CHECK_REASON("end", fetch_take(s->fetch)->reason, R_RUN_TIME);
	assert_null(fetch_take(s->fetch));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* none is left */
}

/* ---- a true one ------------------------------------------------------ */

/* A daemon over the scene's folder "tree" as module m: its pid, and the URI
 * of the module. */
static pid_t
daemon_start(struct scene *s, char uri[64])
{
	char text[256], option[32];
	unsigned port = 20000 + (unsigned)getpid() % 20000;
	struct fetch_source source;
	struct fetch_job job;
	pid_t pid;

	(void)snprintf(text, sizeof(text),
	    "use chroot = no\nlog file = /dev/null\naddress = 127.0.0.1\n"
	    "uid = %u\ngid = %u\nmotd file = %s/motd\n[m]\npath = %s/tree\n",
	    (unsigned)getuid(), (unsigned)getgid(), s->root, s->root);
	scene_write(s, "rsyncd.conf", text, 0600);
	(void)snprintf(
	    text, sizeof(text), "--config=%s", scene_path(s, "rsyncd.conf"));
	(void)snprintf(option, sizeof(option), "--port=%u", port);
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)execlp("rsync", "rsync", "--daemon", "--no-detach", text,
		    option, NULL);
		_exit(127);
	}
	(void)snprintf(uri, 64, "rsync://127.0.0.1:%u/m/", port);
	source = scene_rsync(uri);
	for (int i = 0; i < 50; i++) {
		job = scene_job(FETCH_FILE, &source, 1);
		(void)scene_fetch(s, &job);
		if (strstr(job.detail, "status 10") == NULL)
			return pid;
		(void)usleep(100000);
	}
	fail_msg("rsync daemon does not answer: %s", job.detail);
	return pid;
}

static void
daemon_end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
test_daemon(void **state)
{
	struct scene *s = *state;
	struct fetch_source source;
	struct fetch_job job;
	char uri[64];
	pid_t pid;

	scene_shell(s,
	    "mkdir -p tree/a/b tree/open; printf 1 >tree/x.roa;"
	    "printf 22 >tree/a/b/y.cer; : >tree/empty.roa;"
	    "head -c 9000 /dev/zero >tree/large.roa; mkfifo tree/fifo;"
	    "ln -s /etc/passwd tree/link.roa; printf s >tree/suid.roa;"
	    "chmod 6777 tree/suid.roa; chmod 777 tree/open; echo hello >motd");
	s->limits.object_max = 8999;
	scene_open(s);
	pid = daemon_start(s, uri);
	source = scene_rsync(uri);
	job = scene_job(FETCH_TREE, &source, 1);
	(void)scene_fetch(s, &job);
	CHECK_REASON(job.detail, job.reason, REASON_OK);
	scene_shell(s,
	    "cd rsync/01*; test \"$(find . | LC_ALL=C sort | tr '\\n' ' ')\" ="
	    " '. ./a ./a/b ./a/b/y.cer ./empty.roa ./open ./suid.roa"
	    " ./x.roa '; test $(stat -c %a suid.roa) = 600;"
	    "test $(stat -c %a open) = 700; cmp a/b/y.cer ../../tree/a/b/y.cer");
	/* What went there goes here. */
	scene_shell(s, "rm -r tree/a; printf 333 >tree/x.roa");
	(void)scene_fetch(s, &job);
	CHECK_REASON(job.detail, job.reason, REASON_OK);
	scene_shell(s, "cd rsync/01*; ! test -e a; test $(cat x.roa) = 333");
	daemon_end(pid);
	(void)scene_fetch(s, &job);
	CHECK_REASON("gone", job.reason, R_FETCH_EXIT);
	assert_non_null(strstr(job.detail, "status 10: "));
	scene_shell(s, "cd rsync/01*; test $(cat x.roa) = 333");
}

static void
test_daemon_file(void **state)
{
	struct scene *s = *state;
	struct fetch_source source;
	struct fetch_job job;
	struct buf bytes;
	char uri[64], file[80];
	pid_t pid;

	scene_shell(s, "mkdir tree; printf cert >tree/ta.cer");
	scene_open(s);
	pid = daemon_start(s, uri);
	(void)snprintf(file, sizeof(file), "%sta.cer", uri);
	source = scene_rsync(file);
	job = scene_job(FETCH_FILE, &source, 1);
	(void)scene_fetch(s, &job);
	CHECK_REASON(job.detail, job.reason, REASON_OK);
	buf_init(&bytes, 100);
	CHECK_REASON("file", fetch_read_file(&bytes, s->fetch, &job, &s->why),
	    REASON_OK);
	assert_true(span_eq(buf_view(&bytes), SPAN("cert")));
	buf_fini(&bytes);
	daemon_end(pid);
}

/* RS2: many files are counted while they come. */
static void
test_daemon_many(void **state)
{
	struct scene *s = *state;
	struct fetch_source source;
	struct fetch_job job;
	char uri[64];
	pid_t pid;

	scene_shell(s, "mkdir tree; cd tree; for i in $(seq 300); do"
		       " echo $i >$i.roa; done");
	scene_open(s);
	pid = daemon_start(s, uri);
	source = scene_rsync(uri);
	job = scene_job(FETCH_TREE, &source, 1);
	s->limits.repository_files = 200;
	(void)scene_fetch(s, &job);
	CHECK_REASON("many", job.reason, R_FETCH_FILES);
	daemon_end(pid);
}

/* ---- staging folders ------------------------------------------------- */

static enum reason
no_file(void *ctx, const struct fetch_file *f)
{
	(void)ctx;
	(void)f;
	return REASON_OK;
}

static bool
not_known(void *ctx, struct span uri, uint64_t stamp)
{
	(void)ctx;
	(void)uri;
	(void)stamp;
	return false;
}

static void
not_told(void *ctx, struct span uri, enum reason why)
{
	(void)ctx;
	(void)uri;
	(void)why;
}

/* Over the limit the staging folder is emptied, however deep it is. */
static void
test_emptied(void **state)
{
	static const struct fetch_reader reader = { not_known, no_file,
		not_told, NULL };
	struct scene *s = *state;
	struct fetch_source source = scene_rsync("rsync://h/m/");
	struct fetch_job job = scene_job(FETCH_TREE, &source, 1);
	struct fetch_count count;

	false_rsync(s, "i=0; : >a; : >b; while [ $i -lt 1500 ]; do mkdir d;"
		       " : >d/f; cd d; i=$((i+1)); done; chmod 0 .");
	s->limits.repository_files = 1;
	scene_open(s);
	(void)scene_fetch(s, &job);
	CHECK_REASON(job.detail, job.reason, REASON_OK);
	scene_shell(s, "test -e rsync/*/d/d/d/d/f");
	CHECK_REASON("too many",
	    fetch_read(&count, s->fetch, &job, SPAN("rsync://h/m/"), 0, &reader,
		&s->why),
	    R_FETCH_FILES);
	scene_shell(s, "test -z \"$(ls -A rsync/*/)\"");
}

static bool
keep_first(void *ctx, const struct digest *key)
{
	(void)ctx;
	return key->b[31] == 0;
}

static void
test_tidy(void **state)
{
	struct scene *s = *state;
	struct fetch_source source = scene_rsync("rsync://h/m/");
	struct fetch_job jobs[2];

	false_rsync(s, "mkdir a; : >a/b");
	scene_open(s);
	for (size_t k = 0; k < COUNT(jobs); k++) {
		jobs[k] = scene_job(FETCH_TREE, &source, 1);
		jobs[k].key.b[31] = (uint8_t)k;
		(void)scene_fetch(s, &jobs[k]);
	}
	scene_shell(s, "test $(ls rsync | wc -l) = 2; mkdir rsync/other");
	fetch_tidy(s->fetch, keep_first, NULL);
	scene_shell(s, "test $(ls rsync | wc -l) = 2; test -e rsync/*00/a/b;"
		       "test -e rsync/other");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_hostile),
		SCENE(test_not_there),
		SCENE(test_group),
		SCENE(test_box),
		SCENE(test_proxy),
		SCENE(test_landlock),
		SCENE(test_next_source),
		SCENE(test_repository_time),
		SCENE(test_how_many),
		SCENE(test_end),
		SCENE(test_daemon),
		SCENE(test_daemon_file),
		SCENE(test_daemon_many),
		SCENE(test_emptied),
		SCENE(test_tidy),
	};

	return cmocka_run_group_tests_name("fetch", tests, NULL, NULL);
}
