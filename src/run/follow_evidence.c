/*
 * What a log's operator signed and should not have: CACHE/evidence/NAME-*.note,
 * readable by any tool for signed notes. Names of files are ours: a ledger's
 * name is of letters, digits, '-', '_' and '.', and does not begin with '.'
 * here as a word comes first.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "file/file.h"
#include "run/follow.h"

#define REFUSED_MAX 32 /* files of one ledger */
#define NAME_SIZE   512

static int
folder_open(const struct conf *conf)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/evidence", conf->cache) >=
	    (int)sizeof(path))
		return -1;
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The oldest of this ledger's; empty while there is room. */
static void
oldest(char out[NAME_SIZE], int folder, const char *prefix)
{
	struct timespec at = { 0 };
	size_t n = 0;
	struct dirent *e;
	int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = again < 0 ? NULL : fdopendir(again);

	out[0] = '\0';
	while (d != NULL && (e = readdir(d)) != NULL) {
		struct stat st;

		if (strncmp(e->d_name, prefix, strlen(prefix)) != 0 ||
		    fstatat(folder, e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (n++ == 0 || st.st_mtim.tv_sec < at.tv_sec ||
		    (st.st_mtim.tv_sec == at.tv_sec &&
			st.st_mtim.tv_nsec < at.tv_nsec)) {
			at = st.st_mtim;
			(void)snprintf(out, NAME_SIZE, "%s", e->d_name);
		}
	}
	if (d != NULL)
		(void)closedir(d);
	if (n < REFUSED_MAX)
		out[0] = '\0';
}

/* Durable: an alarm will name it. */
static bool
file_make(int folder, const char *name, struct span first, struct span second)
{
	static const char fresh[] = ".new";
	int fd = openat(folder, fresh,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool good = fd >= 0 && file_write(fd, first) &&
		    file_write(fd, second.n > 0 ? SPAN("\n") : second) &&
		    file_write(fd, second) && fsync(fd) == 0;

	if (fd >= 0)
		(void)close(fd);
	return good && renameat(folder, fresh, folder, name) == 0 &&
	       fsync(folder) == 0;
}

static void
name_make(char out[NAME_SIZE], char prefix[NAME_SIZE], const struct follow *f,
    enum evidence_kind kind, const uint8_t hash[32])
{
	char hex[33];

	hex_write(hex, span_of(hash, 16));
	(void)snprintf(prefix, NAME_SIZE, "%s-%s-", f->conf->name,
	    kind == EVIDENCE_SPLIT ? "split" : "refused");
	(void)snprintf(out, NAME_SIZE, "%.400s%s.note", prefix, hex);
}

enum reason
evidence_keep(struct span *path, struct follow *f, enum evidence_kind kind,
    struct span first, struct span second)
{
	char name[NAME_SIZE], prefix[NAME_SIZE], old[NAME_SIZE] = "";
	int folder = folder_open(f->run->conf);
	uint8_t hash[32];
	struct buf text;

	*path = span_of("", 0);
	if (folder < 0)
		return REASON_OK; /* the finding stands without it */
	crypt_sha256_2(hash, first, second);
	name_make(name, prefix, f, kind, hash);
	if (faccessat(folder, name, F_OK, 0) != 0) {
		if (kind == EVIDENCE_REFUSED)
			oldest(old, folder, prefix);
		if (old[0] != '\0')
			(void)unlinkat(folder, old, 0);
		if (!file_make(folder, name, first, second)) {
			(void)close(folder);
			return REASON_OK;
		}
	}
	(void)close(folder);
	buf_init(&text, 8192);
	buf_printf(&text, "%s/evidence/%s", f->run->conf->cache, name);
	*path = arena_dup(&f->run->out->arena, buf_view(&text));
	buf_fini(&text);
	return path->p != NULL ? REASON_OK : R_LIMIT_MEMORY;
}
