noinst_LIBRARIES += liboutput.a
liboutput_a_SOURCES = %D%/output.h %D%/stream.h %D%/output.c %D%/csv.c \
	%D%/json.c %D%/ndjson.c %D%/slurm.c %D%/openbgpd.c %D%/bird.c \
	%D%/rpsl.c %D%/summary.c %D%/ccr.c %D%/file.c
output_libs = liboutput.a $(file_libs) $(object_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/output/test_output tests/output/test_formats \
	tests/output/test_file
tests_output_test_output_SOURCES = tests/output/mixed.h \
	tests/output/test_output.c
tests_output_test_formats_SOURCES = tests/output/mixed.h \
	tests/output/test_formats.c
tests_output_test_output_LDADD = $(output_libs) $(CMOCKA_LIBS)
tests_output_test_formats_LDADD = $(output_libs) $(CMOCKA_LIBS)
tests_output_test_file_LDADD = $(output_libs) $(CMOCKA_LIBS)
endif
