noinst_LIBRARIES += libhttp.a
libhttp_a_SOURCES = %D%/http.h %D%/inside.h %D%/metrics.def %D%/http.c %D%/select.c \
	%D%/delta.c %D%/validity.c %D%/status.c %D%/metrics.c %D%/openapi.c
libhttp_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
http_libs = libhttp.a liboutput.a $(policy_libs) $(JANSSON_LIBS)
if HAVE_CMOCKA
check_PROGRAMS += tests/http/test_http
tests_http_test_http_LDADD = $(http_libs) $(CMOCKA_LIBS)
endif
fuzz_programs += tests/fuzz/http_request
tests_fuzz_http_request_LDADD = $(fuzz_main) $(http_libs)
