noinst_LIBRARIES += librpki.a
librpki_a_SOURCES = %D%/rpki.h %D%/constraints.c
rpki_libs = librpki.a $(object_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/rpki/test_constraints
tests_rpki_test_constraints_LDADD = $(rpki_libs) $(CMOCKA_LIBS)
endif
