# libcairn: the rooms the facade stands on, once more as position-independent
# code. Nothing but cairn_* leaves it. (Tests of the room link with the
# archives, as those of any other room.)
lib_sources = %D%/lib.h %D%/context.c %D%/show.c %D%/ca.c %D%/payload.c \
	%D%/point.c %D%/view.c
cairnincludedir = $(includedir)/cairn
cairninclude_HEADERS = include/cairn/cairn.h
noinst_LIBRARIES += liblib.a
liblib_a_SOURCES = $(lib_sources)
lib_libs = liblib.a $(policy_libs) $(rpki_libs)

if LIBRARY
lib_LTLIBRARIES += libcairn.la
pkgconfigdir = $(libdir)/pkgconfig
nodist_pkgconfig_DATA = %D%/cairn.pc
endif
libcairn_la_SOURCES = $(lib_sources) $(libbase_a_SOURCES) \
	$(libmodel_a_SOURCES) $(libcrypt_a_SOURCES) $(libder_a_SOURCES) \
	$(libobject_a_SOURCES) $(librpki_a_SOURCES) \
	$(lib_policy)
# The merge, and no file: what compares and explains is for the program.
lib_policy = src/policy/policy.h src/policy/inside.h src/policy/merge.c \
	src/policy/aspa.c src/policy/cover.c src/policy/filter.c src/policy/first.c \
	src/policy/nest.c src/policy/rule.c src/policy/take.c \
	src/policy/who.c src/policy/world.c
libcairn_la_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
libcairn_la_LIBADD = $(CRYPTO_LIBS)
libcairn_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined -version-info 0:0:0 \
	-export-symbols-regex '^cairn_'
# By a variable: automake has a rule of its own for this object.
lib_point_key = src/rpki/libcairn_la-point_key.lo
$(lib_point_key): src/rpki/version.h

dist_man_MANS += doc/man/libcairn.3

EXTRA_PROGRAMS += doc/examples/origins
doc_examples_origins_LDADD = libcairn.la
tap_tests += tests/lib/library.sh
if LIBRARY
tests/lib/library.log: doc/examples/origins$(EXEEXT) libcairn.la
endif
if HAVE_CMOCKA
check_PROGRAMS += tests/lib/test_context tests/lib/test_show \
	tests/lib/test_lib tests/lib/test_view
tests_lib_test_context_LDADD = $(lib_libs) $(CMOCKA_LIBS)
tests_lib_test_show_SOURCES = tests/lib/test_show.c $(rpki_kit)
tests_lib_test_show_LDADD = $(lib_libs) $(CMOCKA_LIBS)
tests_lib_test_lib_SOURCES = tests/lib/test_lib.c $(rpki_kit) $(starve)
tests_lib_test_lib_LDFLAGS = $(AM_LDFLAGS) $(starve_ldflags)
tests_lib_test_lib_LDADD = $(lib_libs) $(CMOCKA_LIBS)
tests_lib_test_view_SOURCES = tests/lib/test_view.c $(rpki_kit)
tests_lib_test_view_LDADD = $(lib_libs) $(CMOCKA_LIBS)
endif
