noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = %D%/base.h %D%/json.h %D%/json.c %D%/reason.def %D%/limits.def \
	%D%/reason.c %D%/limits.c %D%/span.c %D%/arena.c %D%/buf.c \
	%D%/map.c %D%/text.c %D%/time.c %D%/emit.c
base_libs = libbase.a

if HAVE_CMOCKA
check_PROGRAMS += tests/base/test_arena \
	tests/base/test_buf \
	tests/base/test_emit \
	tests/base/test_json \
	tests/base/test_limits \
	tests/base/test_map \
	tests/base/test_reason \
	tests/base/test_span \
	tests/base/test_text \
	tests/base/test_time
tests_base_test_arena_SOURCES = tests/base/test_arena.c $(starve)
tests_base_test_arena_LDFLAGS = $(AM_LDFLAGS) $(starve_ldflags)
tests_base_test_arena_LDADD = $(base_libs) $(CMOCKA_LIBS)
tests_base_test_buf_SOURCES = tests/base/test_buf.c $(starve)
tests_base_test_buf_LDFLAGS = $(AM_LDFLAGS) $(starve_ldflags)
tests_base_test_buf_LDADD = $(base_libs) $(CMOCKA_LIBS)
tests_base_test_emit_LDADD = $(base_libs) $(CMOCKA_LIBS)
tests_base_test_json_LDADD = $(base_libs) $(CMOCKA_LIBS)
tests_base_test_limits_LDADD = $(base_libs) $(CMOCKA_LIBS)
tests_base_test_map_SOURCES = tests/base/test_map.c $(starve)
tests_base_test_map_LDFLAGS = $(AM_LDFLAGS) $(starve_ldflags)
tests_base_test_map_LDADD = $(base_libs) $(CMOCKA_LIBS)
tests_base_test_reason_LDADD = $(base_libs) $(CMOCKA_LIBS)
tests_base_test_span_LDADD = $(base_libs) $(CMOCKA_LIBS)
tests_base_test_text_LDADD = $(base_libs) $(CMOCKA_LIBS)
tests_base_test_time_LDADD = $(base_libs) $(CMOCKA_LIBS)
endif
fuzz_programs += tests/fuzz/base_text
tests_fuzz_base_text_LDADD = $(fuzz_main) $(base_libs)
