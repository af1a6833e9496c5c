noinst_LIBRARIES += librtr.a
librtr_a_SOURCES = %D%/rtr.h %D%/wire.h %D%/wire.c %D%/table.h %D%/table.c \
	%D%/delta.c %D%/cache.h %D%/cache.c %D%/session.c %D%/client.c
rtr_libs = librtr.a $(model_libs)
# Seeds: tests/rtr/seeds.py tests/fuzz/corpus
fuzz_programs += tests/fuzz/rtr_session tests/fuzz/rtr_client
tests_fuzz_rtr_session_LDADD = $(fuzz_main) $(rtr_libs)
tests_fuzz_rtr_client_LDADD = $(fuzz_main) $(rtr_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/rtr/test_rtr tests/rtr/test_cache \
	tests/rtr/test_client tests/rtr/test_payloads
tests_rtr_test_rtr_SOURCES = tests/rtr/test_rtr.c tests/rtr/kit.h \
	tests/rtr/talk.h
tests_rtr_test_payloads_SOURCES = tests/rtr/test_payloads.c tests/rtr/kit.h \
	tests/rtr/talk.h
tests_rtr_test_payloads_LDADD = $(rtr_libs) $(CMOCKA_LIBS)
tests_rtr_test_cache_SOURCES = tests/rtr/test_cache.c tests/rtr/kit.h
tests_rtr_test_client_SOURCES = tests/rtr/test_client.c tests/rtr/kit.h
tests_rtr_test_rtr_LDADD = $(rtr_libs) $(CMOCKA_LIBS)
tests_rtr_test_cache_LDADD = $(rtr_libs) $(CMOCKA_LIBS)
tests_rtr_test_client_LDADD = $(rtr_libs) $(CMOCKA_LIBS)
endif
EXTRA_DIST += tests/rtr/seeds.py
tap_tests += tests/rtr/table.sh
