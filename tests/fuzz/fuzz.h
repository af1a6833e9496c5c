/* What every fuzz target includes: its one function, and the ways to say
 * that something is wrong without a crash. */
#ifndef CAIRN_TESTS_FUZZ_H
#define CAIRN_TESTS_FUZZ_H

#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#endif
