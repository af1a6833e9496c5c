/*
 * Which bytes are in the files that outputs were written to, of which view:
 * CACHE/outputs, a line each. So that a view that is published once more is
 * not written out again. What it says is never believed without a look at the
 * file; where it is damaged or gone the outputs are made and compared.
 */
#ifndef CAIRN_CLI_OUTPUTS_H
#define CAIRN_CLI_OUTPUTS_H

#include "cli/cli.h"
#include "crypt/crypt.h"
#include "output/output.h"

struct outputs_kept {
	struct buf before, now; /* text */
};

void outputs_kept_init(struct outputs_kept *out, const char *cache);
void outputs_kept_fini(struct outputs_kept *);
/* Does the file hold what this view makes of the format? Then it is kept. */
bool outputs_kept_is(struct outputs_kept *, const struct digest *contents,
    const struct output_format *, const char *path);
/* It does from now on, or did: the file in the making says what. */
void outputs_kept_add(struct outputs_kept *, const struct digest *contents,
    const struct output_file *, const char *path);
/* A failure costs time, later. */
void outputs_kept_write(const struct outputs_kept *, const char *cache);

#endif
