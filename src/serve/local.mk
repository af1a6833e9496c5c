noinst_LIBRARIES += libserve.a
libserve_a_SOURCES = %D%/web.h %D%/web_inside.h %D%/web.c \
	%D%/web_client.c %D%/web_listen.c %D%/control.c %D%/web_body.h %D%/web_body.c \
	%D%/serve.h %D%/inside.h %D%/serve.c %D%/listener.c %D%/conn.c \
	%D%/wire.c %D%/tls.c %D%/source.c %D%/dial.c %D%/site.c \
	%D%/site_since.h %D%/site_since.c
libserve_a_CFLAGS = $(AM_CFLAGS) $(EVENT_CFLAGS) $(SSL_CFLAGS) $(ZLIB_CFLAGS)
serve_libs = libserve.a $(rtr_libs) $(view_libs) $(http_libs) $(EVENT_LIBS) $(SSL_LIBS) $(ZLIB_LIBS)
if HAVE_CMOCKA
check_PROGRAMS += tests/serve/test_web tests/serve/test_serve \
	tests/serve/test_tls
serve_kit = tests/serve/server.h tests/serve/server.c tests/rtr/kit.h
tests_serve_test_serve_SOURCES = tests/serve/test_serve.c $(serve_kit)
tests_serve_test_serve_LDADD = $(serve_libs) $(CMOCKA_LIBS)
tests_serve_test_tls_SOURCES = tests/serve/test_tls.c $(serve_kit)
tests_serve_test_tls_LDADD = $(serve_libs) $(CMOCKA_LIBS)
tests_serve_test_web_LDADD = $(serve_libs) $(CMOCKA_LIBS)
endif
