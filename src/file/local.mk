noinst_LIBRARIES += libfile.a
libfile_a_SOURCES = %D%/file.h %D%/file.c
file_libs = libfile.a $(base_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/file/test_file
tests_file_test_file_LDADD = $(file_libs) $(CMOCKA_LIBS)
endif
