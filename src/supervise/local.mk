noinst_LIBRARIES += libsupervise.a
libsupervise_a_SOURCES = %D%/supervise.h %D%/inside.h %D%/supervise.c \
	%D%/engine.c %D%/serving.c %D%/server.c %D%/site.c %D%/listen.c \
	%D%/pem.c %D%/notify.c %D%/box.c %D%/user.c
supervise_libs = libsupervise.a $(serve_libs) $(conf_libs) $(file_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/supervise/test_supervise
tests_supervise_test_supervise_LDADD = $(supervise_libs) $(CMOCKA_LIBS)
endif
