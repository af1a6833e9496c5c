# Test helpers shared by all rooms; each room lists its own tests in its local.mk.
EXTRA_DIST += tests/check.h
# For tests in which the heap runs dry: see tests/starve.h.
starve = tests/starve.h tests/starve.c
starve_ldflags = -Wl,--wrap=calloc,--wrap=realloc
