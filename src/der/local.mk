noinst_LIBRARIES += libder.a
libder_a_SOURCES = %D%/der.h %D%/tlv.h \
	%D%/cursor.c %D%/value.c %D%/walk.c %D%/write.c
der_libs = libder.a $(base_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/der/test_cursor tests/der/test_value \
	tests/der/test_walk tests/der/test_write
tests_der_test_cursor_LDADD = $(der_libs) $(CMOCKA_LIBS)
tests_der_test_value_LDADD = $(der_libs) $(CMOCKA_LIBS)
tests_der_test_walk_LDADD = $(der_libs) $(CMOCKA_LIBS)
tests_der_test_write_LDADD = $(der_libs) $(CMOCKA_LIBS)
endif
EXTRA_DIST += tests/der/bytes.h
fuzz_programs += tests/fuzz/der_walk
tests_fuzz_der_walk_LDADD = $(fuzz_main) $(der_libs)
fuzz_programs += tests/fuzz/der_value
tests_fuzz_der_value_LDADD = $(fuzz_main) $(der_libs)
