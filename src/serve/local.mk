noinst_LIBRARIES += libserve.a
libserve_a_SOURCES = %D%/web.h %D%/web.c %D%/web_body.h %D%/web_body.c
libserve_a_CFLAGS = $(AM_CFLAGS) $(EVENT_CFLAGS) $(SSL_CFLAGS) $(ZLIB_CFLAGS)
serve_libs = libserve.a $(http_libs) $(EVENT_LIBS) $(SSL_LIBS) $(ZLIB_LIBS)
if HAVE_CMOCKA
check_PROGRAMS += tests/serve/test_web
tests_serve_test_web_LDADD = $(serve_libs) $(CMOCKA_LIBS)
endif
