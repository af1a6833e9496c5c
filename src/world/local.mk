noinst_LIBRARIES += libworld.a
libworld_a_SOURCES = %D%/world.h %D%/tree.h %D%/edit.h %D%/fault.def \
	%D%/primes.def %D%/parse.c %D%/tree.c %D%/keys.c %D%/edit.c \
	%D%/fault.c %D%/point.c %D%/anchor.c %D%/truth.c %D%/write.c \
	%D%/rrdp.c %D%/generate.c %D%/demo.c %D%/parse.h %D%/parse_ledger.c \
	%D%/ledger.def %D%/ledger_fault.c %D%/say.h %D%/say.c \
	%D%/say_body.c %D%/ledger.c %D%/ledger_truth.c
world_libs = libworld.a libledger.a libtlog.a $(rpki_libs)
BUILT_SOURCES += src/world/demo.inc
CLEANFILES += src/world/demo.inc
EXTRA_DIST += %D%/demo.world
src/world/demo.$(OBJEXT): src/world/demo.inc
src/world/demo.inc: %D%/demo.world
	@$(MKDIR_P) src/world
	$(AM_V_GEN)sed 's/["\\]/\\&/g; s/.*/"&",/' $(srcdir)/src/world/demo.world > $@.tmp && mv $@.tmp $@
if HAVE_CMOCKA
check_PROGRAMS += tests/world/test_world tests/world/test_edit tests/world/test_fault
tests_world_test_world_LDADD = $(world_libs) $(CMOCKA_LIBS)
tests_world_test_edit_LDADD = $(world_libs) $(CMOCKA_LIBS)
tests_world_test_fault_LDADD = $(world_libs) $(CMOCKA_LIBS)
endif
tap_tests += tests/world/ledger.sh tests/world/scenes.sh tests/world/hostile.sh \
	tests/world/rrdp.sh tests/world/conformance.sh
tap_tests += tests/world/crash.sh
EXTRA_DIST += tests/world/crash.py
tap_tests += tests/world/alerts.sh tests/world/why.sh tests/world/modes.sh
EXTRA_DIST += tests/world/designed.csv
tap_tests += tests/world/serve_hostile.sh
EXTRA_DIST += tests/world/https.py tests/world/bend.py
EXTRA_DIST += tests/world/serve_hostile.py
