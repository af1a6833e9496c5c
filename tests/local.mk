# Test helpers shared by all rooms; each room lists its own tests in its local.mk.
EXTRA_DIST += tests/check.h tests/wild
# For tests that bend DER.
shape = tests/shape.h tests/shape.c
# For tests in which the heap runs dry: see tests/starve.h.
starve = tests/starve.h tests/starve.c
starve_ldflags = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc

# Not tests: contrib/bench-crypt runs the first, contrib/bench-rtr bench_rtr.
EXTRA_PROGRAMS += tests/bench/bench_crypt tests/bench/bench_object \
	tests/bench/bench_output tests/bench/bench_ledger tests/bench/bench_view \
	tests/bench/bench_policy tests/bench/bench_rtr \
	tests/bench/bench_history
tests_bench_bench_history_LDADD = $(view_libs)
tests_bench_bench_policy_LDADD = $(policy_libs)
tests_bench_bench_view_LDADD = $(view_libs)
tests_bench_bench_ledger_LDADD = $(ledger_libs)
tests_bench_bench_output_LDADD = $(output_libs)
tests_bench_bench_object_LDADD = $(object_libs)
tests_bench_bench_crypt_LDADD = $(crypt_libs)

# A fuzz target is tests/fuzz/<room>_<thing>.c, its seeds are in
# tests/fuzz/corpus/<room>_<thing>/, and it has two lines in its room's
# local.mk (see src/der/local.mk). It replays its corpus as a test; with
# --enable-fuzzers it is linked with libFuzzer instead: contrib/fuzz does that
# and runs them all.
EXTRA_DIST += tests/fuzz/fuzz.h tests/fuzz/object.h tests/fuzz/corpus
if FUZZERS
fuzz_main = $(FUZZ_ENGINE)
noinst_PROGRAMS = $(fuzz_programs)
else
fuzz_main = tests/fuzz/libreplay.a
check_PROGRAMS += $(fuzz_programs)
check_LIBRARIES += tests/fuzz/libreplay.a
tests_fuzz_libreplay_a_SOURCES = tests/fuzz/replay.c
endif
