/* What the commands that read published views share. */
#ifndef CAIRN_CLI_SHOWN_H
#define CAIRN_CLI_SHOWN_H

#include "cli/cli.h"
#include "view/view.h"

/* The newest view of a cache. */
struct shown {
	const struct command *self;
	struct conf conf;
	struct arena arena;
	char *folder; /* of published views */
	struct view_file *file;
};

/* The configuration (NULL: the default one, where there is one) says which
 * cache, unless `cache` does. STATUS_DONE, or said on standard error;
 * shown_close is due either way. */
int shown_open(struct shown *, const struct command *, const char *config,
    const char *cache);
/* The same, but `file` is NULL where there is no view yet. */
int shown_find(struct shown *, const struct command *, const char *config,
    const char *cache);
/* "cairn CMD: ..." for what view room says; STATUS_FAILED. */
int shown_failure(const struct shown *, enum reason, const char *what);
void shown_close(struct shown *);

#endif
