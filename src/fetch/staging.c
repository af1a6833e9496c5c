/*
 * Staging folders: CACHE/rsync/<SHA-256 of the URI, hex>.
 *
 * Who filled them may have made them deeper than descriptors or paths reach,
 * so they are emptied without descending: each folder found inside one is
 * first moved up to the top.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fetch/inside.h"

#define KEY_TEXT (2 * sizeof(struct digest) + 1)

enum reason
staging_open(
    int *out, struct fetch *f, const struct digest *key, struct fault *why)
{
	char name[KEY_TEXT];

	hex_write(name, SPAN_OF(*key));
	if (mkdirat(f->staging, name, 0700) != 0 && errno != EEXIST)
		return fault_say(why, R_FETCH_FOLDER, NULL,
		    "staging folder: %s", strerror(errno));
	*out = openat(
	    f->staging, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *out >= 0 ? REASON_OK
			 : fault_say(why, R_FETCH_FOLDER, NULL,
			       "staging folder: %s", strerror(errno));
}

static DIR *
dir_open(int at, const char *name)
{
	int fd =
	    openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (dir == NULL && fd >= 0)
		(void)close(fd);
	return dir;
}

static bool
is_self(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* A folder may have been made unreadable. Where this fails, so does what comes
 * next, which is looked at. */
static void
unlock(int folder, const char *name)
{
	if (fchmodat(folder, name, 0700, 0) != 0)
		return;
}

/* Remove `name` of the folder: its files, and itself once its folders have
 * moved up under numbers. */
static void
flatten(int folder, const char *name, uint64_t *number)
{
	DIR *dir;
	struct dirent *entry;
	char up[32];

	unlock(folder, name);
	dir = dir_open(folder, name);
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (is_self(entry->d_name) ||
		    unlinkat(dirfd(dir), entry->d_name, 0) == 0)
			continue;
		unlock(dirfd(dir), entry->d_name);
		(void)snprintf(
		    up, sizeof(up), ".%llu", (unsigned long long)++*number);
		(void)renameat(dirfd(dir), entry->d_name, folder, up);
	}
	(void)closedir(dir);
	(void)unlinkat(folder, name, AT_REMOVEDIR);
}

void
staging_empty(int folder)
{
	uint64_t number = 0, before;
	bool removed;

	do {
		DIR *dir = dir_open(folder, ".");
		struct dirent *entry;

		if (dir == NULL)
			return;
		removed = false;
		before = number;
		while ((entry = readdir(dir)) != NULL) {
			if (is_self(entry->d_name))
				continue;
			if (unlinkat(folder, entry->d_name, 0) == 0) {
				removed = true;
				continue;
			}
			flatten(folder, entry->d_name, &number);
			removed =
			    removed || faccessat(folder, entry->d_name, F_OK,
					   AT_SYMLINK_NOFOLLOW) != 0;
		}
		(void)closedir(dir);
	} while (removed || number != before);
}

void
fetch_tidy(struct fetch *f, bool (*keep)(void *ctx, const struct digest *key),
    void *ctx)
{
	DIR *dir = dir_open(f->staging, ".");
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		struct digest key;
		int fd;

		if (!hex_parse(key.b, sizeof(key.b), span_str(entry->d_name)) ||
		    keep(ctx, &key))
			continue;
		fd = openat(f->staging, entry->d_name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			continue;
		staging_empty(fd);
		(void)close(fd);
		(void)unlinkat(f->staging, entry->d_name, AT_REMOVEDIR);
	}
	if (dir != NULL)
		(void)closedir(dir);
}
