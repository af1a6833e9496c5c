noinst_LIBRARIES += librpki.a
librpki_a_SOURCES = %D%/rpki.h %D%/constraints.c
EXTRA_DIST += etc/tals/afrinic.constraints etc/tals/apnic.constraints \
	etc/tals/arin.constraints etc/tals/lacnic.constraints \
	etc/tals/ripe.constraints
rpki_libs = librpki.a $(object_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/rpki/test_constraints
tests_rpki_test_constraints_LDADD = $(rpki_libs) $(CMOCKA_LIBS)
endif
