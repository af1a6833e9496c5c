#include "tests/run/follow_world.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- the world ------------------------------------------------------- */

const char *
at(const struct world *w, const char *name)
{
	static char path[8][128];
	static unsigned next;
	char *out = path[next++ % 8];

	(void)snprintf(out, sizeof(path[0]), "%s/%s", w->root, name);
	return out;
}

void
shell(const struct world *w, const char *script)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (chdir(w->root) != 0)
			_exit(99);
		(void)execl("/bin/sh", "sh", "-ec", script, NULL);
		_exit(98);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
authorize(struct kit *k, size_t holder, uint32_t as, const char *prefix)
{
	struct buf content;
	struct roa roa = { .asn = { as }, .n = 1 };
	struct vrp vrp = { .asn = { as } };

	assert_true(prefix_parse(&vrp.prefix, prefix));
	vrp.max_len = vrp.prefix.len;
	roa.vrps = &vrp;
	buf_init(&content, 1000);
	roa_write(&content, &roa);
	kit_new(k, STATEMENT_AUTHORIZE);
	k->s.body.type = SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x18");
	k->s.body.content = buf_view(&content);
	assert_int_equal(kit_say(k, holder), REASON_OK);
	buf_fini(&content);
}

int
setup(void **state)
{
	struct world *w = base_alloc(sizeof(*w));
	struct kit *k;

	assert_non_null(w);
	k = &w->kit;
	(void)snprintf(w->root, sizeof(w->root), "/tmp/cairn-follow-XXXXXX");
	assert_non_null(mkdtemp(w->root));
	w->now = time(NULL);
	kit_init(k);
	signers_init(&w->signers, "kit.example", 1);
	assert_int_equal(kit_claim(k, 1, "10.0.0.0/16 AS64500"), REASON_OK);
	authorize(k, 1, 64500, "10.0.0.0/16");
	assert_int_equal(
	    kit_tick(k, (uint64_t)w->now - KIT_AT - 3600), REASON_OK);
	w->small = k->log.n;
	assert_int_equal(kit_claim(k, 2, "10.1.0.0/16"), REASON_OK);
	authorize(k, 2, 64501, "10.1.0.0/16");
	assert_int_equal(kit_claim(k, 3, "10.1.0.0/24"), R_STATEMENT_OVERLAP);
	assert_int_equal(kit_tick(k, 1000), REASON_OK);
	*state = w;
	return 0;
}

int
teardown(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(w->servers); i++)
		server_end(&w->servers[i]);
	if (w->has_result)
		run_result_fini(&w->result);
	conf_fini(&w->conf);
	kit_fini(&w->kit);
	signers_fini(&w->signers);
	shell(w, "rm -rf cache a b c d");
	shell(w, "rm -f a.log b.log c.log saved");
	(void)rmdir(w->root);
	base_free(w);
	return 0;
}

struct cosigned
by(const struct world *w, unsigned witnesses, int64_t ago)
{
	return (struct cosigned){ witnesses, w->now - ago };
}

/* Folder NAME with the first n entries, cosigned by all just now. */
void
make(const struct world *w, const char *name, size_t n)
{
	log_make(at(w, name), &w->signers, w->kit.log.v, n, by(w, ALL, 10));
}

void
serve(struct world *w, size_t i, const char *folder)
{
	char log[32];

	(void)snprintf(log, sizeof(log), "%s.log", folder);
	server_start(&w->servers[i], at(w, folder), at(w, log));
}

/* ---- runs ------------------------------------------------------------ */

static void
put_sources(struct buf *b, const struct world *w, const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '%') {
			text++;
			buf_printf(b, "'http://127.0.0.1:%u/'",
			    w->servers[*text - '0'].port);
		} else {
			buf_byte(b, (uint8_t)*text);
		}
}

void
configure(struct world *w, const struct how *how)
{
	struct conf_error error;
	struct buf b;

	conf_fini(&w->conf);
	conf_init(&w->conf);
	buf_init(&b, 1 << 16);
	buf_printf(&b,
	    "cache: cache\ntrust-anchors: []\njobs: %u\n"
	    "limits: {connect-time: 2, first-byte-time: 3}\n"
	    "policy: {mode: union, ledger: {minimum-level: self-asserted}}\n"
	    "ledgers:\n- name: kit\n",
	    how->jobs == 0 ? 2 : how->jobs);
	signers_write(&b, &w->signers, how->quorum);
	buf_puts(&b, "  sources: [");
	put_sources(&b, w, how->sources);
	buf_printf(&b, "]\n%s", how->more == NULL ? "" : how->more);
	if (conf_parse(&w->conf, buf_view(&b), at(w, "cairn.yaml"), &error) !=
		REASON_OK ||
	    conf_finish(&w->conf, &error) != REASON_OK)
		fail_msg("%u: %s", error.line, error.text);
	buf_fini(&b);
	w->conf.no_memo = how->no_memo;
	if (how->repository_bytes > 0)
		w->conf.limits.repository_bytes = how->repository_bytes;
	w->conf.has_at = how->later != 0;
	w->conf.at = w->now + how->later;
}

const struct run_ledger *
run(struct world *w, const struct how *how)
{
	enum reason r;

	configure(w, how);
	if (w->has_result)
		run_result_fini(&w->result);
	w->has_result = true;
	r = run_validate(&w->result, &w->conf, (struct run_progress){ 0 },
	    (struct run_early){ 0 }, &w->why);
	if (r != REASON_OK)
		fail_msg("run: %s: %s", reason_id(r), w->why.detail);
	assert_int_equal(
	    run_result_view(&w->result, &w->conf, &w->why), REASON_OK);
	assert_int_equal(w->result.n_ledgers, 1);
	return &w->result.ledgers[0];
}

bool
found(const struct world *w, enum reason reason)
{
	for (size_t i = 0; i < w->result.view.n_findings; i++)
		if (w->result.view.findings[i].reason == reason) {
			provoked(reason);
			return true;
		}
	return false;
}

/* In force: that size, and that many VRPs. */
void
check_is(const struct world *w, const char *what, uint64_t size, uint64_t vrps)
{
	const struct run_ledger *r = &w->result.ledgers[0];

	if (r->size != size || r->payloads.vrps != vrps ||
	    w->result.view.n != vrps)
		fail_msg("%s: size %u, %u VRPs, %u in the view (%s %s)", what,
		    (unsigned)r->size, (unsigned)r->payloads.vrps,
		    (unsigned)w->result.view.n, reason_id(r->reason),
		    r->detail);
}

void
check_reason(const struct world *w, const char *what, enum reason want)
{
	CHECK_REASON(what, w->result.ledgers[0].reason, want);
	CHECK(what, want == REASON_OK || found(w, want));
}

/* What is in a file of this folder. */
void
slurp(struct buf *out, const char *folder)
{
	DIR *d = opendir(folder);
	char path[512];
	struct dirent *e;
	size_t n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		int c;
		FILE *f;

		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		f = fopen(path, "rb");
		assert_non_null(f);
		while ((c = fgetc(f)) != EOF)
			buf_byte(out, (uint8_t)c);
		(void)fclose(f);
		n++;
	}
	(void)closedir(d);
	assert_int_equal(n, 1);
}
