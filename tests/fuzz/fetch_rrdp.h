/* What the three fuzz targets of RRDP files share. */
#ifndef CAIRN_TESTS_FUZZ_FETCH_RRDP_H
#define CAIRN_TESTS_FUZZ_FETCH_RRDP_H

#include "fetch/rrdp_index.h"

#include "tests/fuzz/fuzz.h"

/* Read whole and in pieces: the same events, or the same refusal. */
void fuzz_rrdp(enum rrdp_kind, struct span);

#endif
