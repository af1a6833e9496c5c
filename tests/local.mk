# Test helpers shared by all rooms; each room lists its own tests in its local.mk.
EXTRA_DIST += tests/check.h
