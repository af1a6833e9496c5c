/* The sides of a comparison, by the words for them. */
#ifndef CAIRN_CLI_COMPARE_SIDE_H
#define CAIRN_CLI_COMPARE_SIDE_H

#include "cli/shown.h"
#include "policy/policy.h"

/* A file in memory: mapped, or read from standard input ("-"). */
struct whole_file {
	struct span bytes;
	struct buf read;
	void *mapped;
};

/* False with errno set; whole_file_close is due either way. */
bool whole_file_open(struct whole_file *, const char *path);
void whole_file_close(struct whole_file *);

struct side_guess;

/* What is needed to make them: the newest view, once somebody asks. */
struct sides {
	const struct command *self;
	const char *config, *cache, *assume;
	const char *at; /* NULL: the newest view */
	int64_t at_s;
	struct arena arena;
	struct shown shown;
	bool is_open, has_view, has_slurm; /* shown, view, slurm */
	bool is_past;                      /* the view is an earlier one */
	struct view view;                  /* whole */
	struct limits limits;
	struct slurm slurm;       /* the configuration's */
	struct side_guess *guess; /* NULL: nobody asked yet */
	struct whole_file files[2];
	size_t n_files;
};

/* STATUS_DONE, or said on standard error. */
int side_make(struct compare_side *out, struct sides *, const char *word);
void sides_init(struct sides *out, const struct command *);
void sides_close(struct sides *);

#endif
