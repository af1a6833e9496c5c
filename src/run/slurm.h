/* Texts of SLURM files. Private to the room. */
#ifndef CAIRN_RUN_SLURM_H
#define CAIRN_RUN_SLURM_H

#include "run/run.h"

struct slurm_texts {
	VEC(struct buf) texts; /* in the order of their paths */
};

/* All of them; _fini is due in either case. */
enum reason slurm_texts_read(struct slurm_texts *out, const char *const *paths,
    size_t n, const struct limits *, struct fault *why) MUST_CHECK;
void slurm_texts_fini(struct slurm_texts *);
/* slurm_fini is due in either case. */
enum reason slurm_texts_parse(struct slurm *out, const struct slurm_texts *,
    const char *const *paths, const struct limits *,
    struct fault *why) MUST_CHECK;

#endif
