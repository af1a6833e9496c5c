/*
 * A heap that runs dry: link with tests/starve.c and
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc, and the n-th allocation from
 * a call of starve_after on fails, with all that follow. Only what the linked
 * rooms ask for is counted, not the C library's own.
 */
#ifndef CAIRN_TESTS_STARVE_H
#define CAIRN_TESTS_STARVE_H

#include <stddef.h>
#include <stdint.h>

void starve_after(size_t n); /* n more succeed */
void starve_never(void);
size_t starve_count(void); /* allocations since the last call of either */

#endif
