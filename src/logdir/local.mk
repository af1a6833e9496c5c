noinst_LIBRARIES += liblogdir.a
liblogdir_a_SOURCES = %D%/logdir.h %D%/inside.h %D%/logdir.c %D%/state.c %D%/copy.c
logdir_libs = liblogdir.a $(tlog_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/logdir/test_logdir
tests_logdir_test_logdir_LDADD = $(logdir_libs) $(CMOCKA_LIBS)
endif
