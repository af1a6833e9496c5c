noinst_LIBRARIES += libder.a
libder_a_SOURCES = %D%/der.h %D%/tlv.h \
	%D%/cursor.c %D%/value.c %D%/walk.c %D%/write.c
der_libs = libder.a $(base_libs)
fuzz_programs += tests/fuzz/der_walk
tests_fuzz_der_walk_LDADD = $(fuzz_main) $(der_libs)
fuzz_programs += tests/fuzz/der_value
tests_fuzz_der_value_LDADD = $(fuzz_main) $(der_libs)
