noinst_LIBRARIES += libview.a
libview_a_SOURCES = %D%/view.h %D%/format.h %D%/history.h %D%/record.c %D%/shelf.c \
	%D%/pack.c %D%/write.c %D%/file.c %D%/read.c %D%/read_facts.c \
	%D%/load.c %D%/near.c %D%/cause.c %D%/diff.c %D%/delta.c %D%/back.c \
	%D%/history.c %D%/keep.c %D%/publish.c %D%/again.c
view_libs = libview.a $(file_libs) $(model_libs) $(crypt_libs)
# Seeds: tests/view/test_view tests/fuzz/corpus/view_file
fuzz_programs += tests/fuzz/view_file
tests_fuzz_view_file_LDADD = $(fuzz_main) $(view_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/view/test_view tests/view/test_diff \
	tests/view/test_publish tests/view/test_history tests/view/test_again
tests_view_test_again_SOURCES = tests/view/sample.h tests/view/folder.h \
	tests/view/test_again.c
tests_view_test_again_LDADD = $(view_libs) $(CMOCKA_LIBS)
tests_view_test_publish_SOURCES = tests/view/sample.h tests/view/folder.h \
	tests/view/test_publish.c
tests_view_test_history_SOURCES = tests/view/sample.h tests/view/folder.h \
	tests/view/test_history.c
tests_view_test_history_LDADD = $(view_libs) $(CMOCKA_LIBS)
tests_view_test_publish_LDADD = $(view_libs) $(CMOCKA_LIBS)
tests_view_test_view_SOURCES = tests/view/sample.h tests/view/test_view.c
tests_view_test_view_LDADD = $(view_libs) $(CMOCKA_LIBS)
tests_view_test_diff_SOURCES = tests/view/sample.h tests/view/test_diff.c
tests_view_test_diff_LDADD = $(view_libs) $(CMOCKA_LIBS)
endif
