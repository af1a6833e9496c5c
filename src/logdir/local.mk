noinst_LIBRARIES += liblogdir.a
liblogdir_a_SOURCES = %D%/logdir.h %D%/inside.h %D%/logdir.c %D%/state.c %D%/copy.c %D%/proof.c
logdir_libs = liblogdir.a $(file_libs) $(tlog_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/logdir/test_logdir tests/logdir/test_proof
tests_logdir_test_proof_LDADD = $(logdir_libs) $(CMOCKA_LIBS)
tests_logdir_test_logdir_LDADD = $(logdir_libs) $(CMOCKA_LIBS)
endif
fuzz_programs += tests/fuzz/logdir_proof
tests_fuzz_logdir_proof_LDADD = $(fuzz_main) $(logdir_libs)
