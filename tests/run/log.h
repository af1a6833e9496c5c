/* Logs as their operators and witnesses make them, honest and not. */
#ifndef CAIRN_TESTS_RUN_LOG_H
#define CAIRN_TESTS_RUN_LOG_H

#include "ledger/ledger.h"

#define LOG_WITNESSES 3

/* Who signs: the log and its witnesses. */
struct signers {
	struct note_secret log, witness[LOG_WITNESSES];
};

void signers_init(struct signers *, const char *origin, uint8_t seed);
void signers_fini(struct signers *);
/* The lines of a configuration that name them, with this quorum. */
void signers_write(struct buf *, const struct signers *, unsigned quorum);

/* What a checkpoint gets. */
struct cosigned {
	unsigned witnesses; /* bits */
	int64_t at;
};

/* Bundles and tiles of these entries below the folder, which is made; then
 * the checkpoint. */
void log_make(const char *folder, const struct signers *,
    const struct span *entries, size_t n, struct cosigned);
/* The checkpoint alone. */
void log_sign(const char *folder, const struct signers *,
    const struct span *entries, size_t n, struct cosigned);
/* One of this tree, whatever is there. */
void log_sign_head(const char *folder, const struct signers *,
    const struct merkle_head *, struct cosigned);
void log_file(const char *folder, const char *path, struct span);

#endif
