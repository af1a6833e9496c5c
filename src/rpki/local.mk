noinst_LIBRARIES += librpki.a
librpki_a_SOURCES = %D%/rpki.h %D%/path.h %D%/point.h \
	%D%/choose.c %D%/ta.c %D%/path.c %D%/constraints.c %D%/issued.c \
	%D%/point.c %D%/point_object.c %D%/point_issue.c %D%/point_key.c
rpki_libs = librpki.a $(object_libs)

# What was judged by other code is not what this code would judge: everything
# that a verdict rests on goes into the key of point_key.c.
judge_sources = $(libbase_a_SOURCES) $(libmodel_a_SOURCES) \
	$(libcrypt_a_SOURCES) $(libder_a_SOURCES) $(libobject_a_SOURCES) \
	$(librpki_a_SOURCES)
src/rpki/version.h: $(judge_sources)
	$(AM_V_GEN)$(MKDIR_P) src/rpki && \
	printf '#define JUDGE_VERSION "%s"\n' \
	    `cd $(srcdir) && cat $(judge_sources) | sha256sum | cut -c1-64` >$@
src/rpki/point_key.$(OBJEXT): src/rpki/version.h
AM_CPPFLAGS += -I$(top_builddir)/src
CLEANFILES += src/rpki/version.h

# Seeds: tests/rpki/test_point tests/fuzz/corpus/rpki_point
fuzz_programs += tests/fuzz/rpki_point
tests_fuzz_rpki_point_LDADD = $(fuzz_main) $(rpki_libs)

if HAVE_CMOCKA
check_PROGRAMS += tests/rpki/test_choose tests/rpki/test_path \
	tests/rpki/test_constraints tests/rpki/test_ta tests/rpki/test_point \
	tests/rpki/test_point_whole tests/rpki/test_point_key \
	tests/rpki/test_wild tests/rpki/test_issued tests/rpki/test_bits
tests_rpki_test_constraints_LDADD = $(rpki_libs) $(CMOCKA_LIBS)
rpki_kit = tests/rpki/kit.h tests/rpki/kit.c tests/rpki/keys.h
tests_rpki_test_ta_SOURCES = tests/rpki/test_ta.c $(rpki_kit)
tests_rpki_test_ta_LDADD = $(rpki_libs) $(CMOCKA_LIBS)
tests_rpki_test_point_SOURCES = tests/rpki/test_point.c $(rpki_kit)
tests_rpki_test_point_LDADD = $(rpki_libs) $(CMOCKA_LIBS)
tests_rpki_test_point_whole_SOURCES = tests/rpki/test_point_whole.c $(rpki_kit) \
	$(starve)
tests_rpki_test_point_whole_LDFLAGS = $(AM_LDFLAGS) $(starve_ldflags)
tests_rpki_test_point_whole_LDADD = $(rpki_libs) $(CMOCKA_LIBS)
tests_rpki_test_point_key_SOURCES = tests/rpki/test_point_key.c $(rpki_kit)
tests_rpki_test_point_key_LDADD = $(rpki_libs) $(CMOCKA_LIBS)
tests_rpki_test_issued_SOURCES = tests/rpki/test_issued.c $(rpki_kit)
tests_rpki_test_issued_LDADD = $(rpki_libs) $(CMOCKA_LIBS)
tests_rpki_test_bits_SOURCES = tests/rpki/test_bits.c $(rpki_kit)
tests_rpki_test_bits_LDADD = $(rpki_libs) $(CMOCKA_LIBS)
tests_rpki_test_wild_LDADD = $(rpki_libs) $(CMOCKA_LIBS)
tests_rpki_test_choose_LDADD = $(rpki_libs) $(CMOCKA_LIBS)
tests_rpki_test_path_LDADD = $(rpki_libs) $(CMOCKA_LIBS)
endif
fuzz_programs += tests/fuzz/rpki_constraints
tests_fuzz_rpki_constraints_LDADD = $(fuzz_main) $(rpki_libs)
