noinst_LIBRARIES += libstore.a
libstore_a_SOURCES = %D%/store.h %D%/format.h %D%/format.c %D%/store.c \
	%D%/check.c %D%/read.c %D%/write.c %D%/collect.c
libstore_a_CFLAGS = $(AM_CFLAGS) $(LMDB_CFLAGS)
store_libs = libstore.a $(model_libs) $(crypt_libs) $(LMDB_LIBS)
fuzz_programs += tests/fuzz/store_record
tests_fuzz_store_record_CFLAGS = $(AM_CFLAGS) $(LMDB_CFLAGS)
tests_fuzz_store_record_LDADD = $(fuzz_main) $(store_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/store/test_store tests/store/test_harm \
	tests/store/test_check
store_scene = tests/store/scene.h tests/store/scene.c
tests_store_test_store_SOURCES = tests/store/test_store.c $(store_scene)
tests_store_test_harm_SOURCES = tests/store/test_harm.c $(store_scene)
tests_store_test_check_SOURCES = tests/store/test_check.c $(store_scene)
tests_store_test_check_LDADD = $(store_libs) $(CMOCKA_LIBS)
tests_store_test_store_LDADD = $(store_libs) $(CMOCKA_LIBS)
tests_store_test_harm_LDADD = $(store_libs) $(CMOCKA_LIBS)
endif
