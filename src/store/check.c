/*
 * Is the store's file as we left it? LMDB believes its pages: what became of
 * them on the disk, or by a hand, may end the process that reads them. So a
 * process that may end looks at all of them first, unless the file is known to
 * be as the last one left it that came to its end in good order.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "store/format.h"

#define CHECK_CPU_S 600 /* of a process that goes round in circles */
#define PAGE_LEAST  4096

/* ---- known by its stamp ---------------------------------------------- */

void
stamp_write(char out[STAMP_TEXT], int folder)
{
	struct stat st;

	out[0] = '\0';
	if (fstatat(folder, "store/data.mdb", &st, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	(void)snprintf(out, STAMP_TEXT, "closed %ju %ju %jd.%09ld %jd.%09ld\n",
	    (uintmax_t)st.st_ino, (uintmax_t)st.st_size,
	    (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
	    (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

/* ---- in the process that may end ------------------------------------- */

struct look {
	MDB_txn *txn;
	size_t size; /* of the map */
	uint8_t *free;
	size_t n_pages;
};

static bool
touch(const struct look *l, const MDB_val *v)
{
	const volatile uint8_t *p = v->mv_data;

	if (v->mv_size > l->size)
		return false;
	for (size_t i = 0; i < v->mv_size; i += PAGE_LEAST)
		(void)p[i];
	if (v->mv_size > 0)
		(void)p[v->mv_size - 1];
	return true;
}

/* A list of pages that may be written upon: each there, and once. */
static bool
is_free_list(struct look *l, const MDB_val *v)
{
	const uint8_t *p = v->mv_data;
	size_t n, page;

	if (v->mv_size < sizeof(n))
		return false;
	memcpy(&n, p, sizeof(n));
	if (n > v->mv_size / sizeof(n) - 1)
		return false;
	for (size_t i = 1; i <= n; i++) {
		memcpy(&page, p + i * sizeof(page), sizeof(page));
		if (page < 2 || page >= l->n_pages ||
		    (l->free[page / 8] >> (page % 8) & 1) != 0)
			return false;
		l->free[page / 8] |= (uint8_t)(1U << (page % 8));
	}
	return true;
}

/* Its records: as many as it says, in order, and all in the file. */
static bool
is_table_whole(struct look *l, MDB_dbi table, bool is_free)
{
	MDB_val k, v, last = { 0 };
	MDB_cursor *cursor;
	MDB_stat st;
	size_t n = 0;
	int rc;

	if (mdb_stat(l->txn, table, &st) != 0 ||
	    mdb_cursor_open(l->txn, table, &cursor) != 0)
		return false;
	while ((rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == 0) {
		if (++n > st.ms_entries || !touch(l, &k) || !touch(l, &v) ||
		    (n > 1 && mdb_cmp(l->txn, table, &last, &k) >= 0) ||
		    (is_free && !is_free_list(l, &v)))
			break;
		last = k;
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND && n == st.ms_entries;
}

/* ---- pages ------------------------------------------------------------
 * As version 1 of LMDB's file has them, because what stands in front of a page
 * is believed most where it is written: number, flags, where the free space in
 * it begins and ends; or how many it is one of. Then offsets of nodes.
 */

#define PAGE_HEAD     16
#define PAGE_BRANCH   0x01
#define PAGE_LEAF     0x02
#define PAGE_OVERFLOW 0x04
#define NODE_HEAD     8
#define NODE_BIG      0x01 /* its value is on pages of its own */

struct page {
	const uint8_t *p;
	size_t size, n_pages;
};

static size_t
get_u16(const uint8_t *p)
{
	return (size_t)p[0] | (size_t)p[1] << 8;
}

static size_t
get_pages(const uint8_t *p, size_t n)
{
	size_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static bool
is_node(const struct page *page, size_t at, bool is_leaf)
{
	const uint8_t *p = page->p + at;
	size_t room = page->size - at, key, value;

	if (room < NODE_HEAD)
		return false;
	key = get_u16(p + 6);
	if (!is_leaf)
		return key <= room - NODE_HEAD &&
		       get_pages(p, 6) < page->n_pages;
	value = (get_u16(p + 4) & NODE_BIG) != 0 ? sizeof(uint64_t)
						 : get_pages(p, 4);
	return key <= room - NODE_HEAD && value <= room - NODE_HEAD - key &&
	       ((get_u16(p + 4) & NODE_BIG) == 0 ||
		   get_pages(p + NODE_HEAD + key, 8) < page->n_pages);
}

/* *n: so many pages belong to it. */
static bool
is_page(const struct page *page, size_t number, size_t *n)
{
	size_t flags = get_u16(page->p + 10);
	size_t lower = get_u16(page->p + 12), upper = get_u16(page->p + 14);

	*n = 1;
	if (get_pages(page->p, 8) != number)
		return false;
	if (flags == PAGE_OVERFLOW) {
		*n = get_pages(page->p + 12, 4);
		return *n > 0 && *n <= page->n_pages - number;
	}
	if ((flags != PAGE_BRANCH && flags != PAGE_LEAF) || lower < PAGE_HEAD ||
	    lower % 2 != 0 || lower > upper || upper > page->size)
		return false;
	for (size_t at = PAGE_HEAD; at < lower; at += 2) {
		size_t node = get_u16(page->p + at);

		if (node < upper || node >= page->size ||
		    !is_node(page, node, flags == PAGE_LEAF))
			return false;
	}
	return true;
}

static bool
are_pages_whole(const struct look *l, size_t size, int fd)
{
	const uint8_t *all =
	    mmap(NULL, l->n_pages * size, PROT_READ, MAP_SHARED, fd, 0);
	size_t n = 1;

	if (all == MAP_FAILED)
		return true;
	for (size_t i = 2; i < l->n_pages; i += n) {
		const struct page page = { all + i * size, size, l->n_pages };

		n = 1;
		if ((l->free[i / 8] >> (i % 8) & 1) == 0 &&
		    !is_page(&page, i, &n))
			return false;
	}
	return true;
}

static bool
is_whole(struct look *l, MDB_env *env)
{
	MDB_envinfo info;
	MDB_stat st;
	MDB_dbi table;
	mdb_filehandle_t fd;

	if (mdb_env_info(env, &info) != 0)
		return false;
	l->size = info.me_mapsize;
	l->n_pages = info.me_last_pgno + 1;
	l->free = base_alloc(l->n_pages / 8 + 1);
	if (l->free == NULL || !is_table_whole(l, 0, true) ||
	    mdb_dbi_open(l->txn, NULL, 0, &table) != 0 ||
	    mdb_stat(l->txn, table, &st) != 0 ||
	    mdb_env_get_fd(env, &fd) != 0 ||
	    !are_pages_whole(l, st.ms_psize, fd))
		return false;
	if (st.ms_entries == 0) /* made, and nothing more */
		return true;
	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (mdb_dbi_open(l->txn, store_table_name((enum table)i),
			i == TABLE_OBJECTS ? MDB_INTEGERKEY : 0, &table) != 0 ||
		    !is_table_whole(l, table, false))
			return false;
	return true;
}

static bool
look_at(const char *path, size_t map_size)
{
	struct look l = { 0 };
	MDB_env *env;

	if (mdb_env_create(&env) != 0)
		return true;
	(void)mdb_env_set_maxdbs(env, TABLE_COUNT);
	(void)mdb_env_set_mapsize(env, map_size);
	switch (mdb_env_open(
	    env, path, MDB_RDONLY | MDB_NOLOCK | MDB_NOTLS, 0600)) {
	case 0:
		break;
	case MDB_INVALID:
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
		return false;
	default: /* not for us to say: opening it says why */
		return true;
	}
	return mdb_txn_begin(env, NULL, MDB_RDONLY, &l.txn) == 0 &&
	       is_whole(&l, env);
}

static void
be_mortal(pid_t parent)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE,
		SIGXCPU };
	const struct rlimit none = { 0, 0 };
	/* SIGXCPU before SIGKILL, which others send, too. */
	const struct rlimit cpu = { CHECK_CPU_S, CHECK_CPU_S + 1 };
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)prctl(PR_SET_NAME, "cairn-check");
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	for (size_t i = 0; i < COUNT(signals); i++)
		(void)signal(signals[i], SIG_DFL);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setrlimit(RLIMIT_CPU, &cpu);
	/* What LMDB says when it gives up is for its authors. */
	if (null >= 0)
		(void)dup2(null, STDERR_FILENO);
}

/* False: nobody could look. */
static bool
look_apart(int *status, const char *path, size_t map_size)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		be_mortal(parent);
		_exit(look_at(path, map_size) ? 0 : 1);
	}
	if (pid < 0)
		return false;
	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR)
			return false;
	return true;
}

/* Who was killed by somebody else, say for want of memory, has found nothing.
 * What nobody could look at shows later what is wrong with it. */
bool
store_is_whole(const char *path, size_t map_size)
{
	int status = 0;

	for (int tries = 0; tries < 2; tries++)
		if (!look_apart(&status, path, map_size) ||
		    !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
			return WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return true;
}
