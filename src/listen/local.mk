noinst_LIBRARIES += liblisten.a
liblisten_a_SOURCES = %D%/listen.h %D%/listen.c %D%/request.c
listen_libs = liblisten.a $(base_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/listen/test_listen
tests_listen_test_listen_LDADD = $(listen_libs) $(CMOCKA_LIBS)
endif
fuzz_programs += tests/fuzz/listen_request
tests_fuzz_listen_request_LDADD = $(fuzz_main) $(listen_libs)
