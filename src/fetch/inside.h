/* What the files of this room share. Private to it. */
#ifndef CAIRN_FETCH_INSIDE_H
#define CAIRN_FETCH_INSIDE_H

#include "fetch/fetch.h"

struct fetch {
	struct fetch_settings settings;
	int staging; /* CACHE/rsync */
	struct fetch_job *waiting, **waiting_end;
	struct fetch_job *running;
	struct fetch_job *done, **done_end;
	size_t n_waiting, n_running, n_done;
};

#define FETCH_NOISE 1024 /* bytes of an error text worth keeping */

/* One rsync. */
struct fetch_child {
	pid_t pid;
	struct leash leash;
	int out, err;          /* -1: ended */
	uint64_t items, bytes; /* changed so far, by its own account */
	uint64_t number;       /* of the line in the making */
	size_t line;           /* characters of it so far */
	size_t n_noise;
	uint64_t err_bytes;
	char noise[FETCH_NOISE];
	enum reason killed_for;
};

/* rsync.c */
struct fetch_child *child_new(const struct fetch_settings *,
    const struct fetch_job *, int folder, char detail[160]);
/* Read what it printed. */
void child_listen(struct fetch_child *, const struct limits *);
/* True: it ended, all its group is gone, *out says how. */
bool child_ended(struct fetch_child *, const struct limits *, enum reason *out,
    char detail[160]);
void child_kill(struct fetch_child *, enum reason);
void child_free(struct fetch_child *);

/* confine.c: in the child, between fork and exec. */
bool confine_writes(int folder, const char *command);

/* staging.c */
enum reason staging_open(int *out, struct fetch *, const struct digest *key,
    struct fault *why) MUST_CHECK;
void staging_empty(int folder);
#define STAGING_FILE "object" /* the name of a single file */

/* tree.c */
enum reason fetch_tree_read(struct fetch_count *out, int folder,
    struct span root, const struct limits *, int64_t now,
    const struct fetch_reader *) MUST_CHECK;
enum reason fetch_file_read(struct buf *out, int folder, struct span name);

#endif
