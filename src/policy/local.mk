noinst_LIBRARIES += libpolicy.a
libpolicy_a_SOURCES = %D%/policy.h %D%/inside.h %D%/aspa.c %D%/cover.c \
	%D%/explain.c %D%/explain_print.c %D%/filter.c %D%/first.c %D%/hold.c \
	%D%/merge.c %D%/nest.c %D%/route.c %D%/rule.c %D%/slurm_check.c %D%/slurm_read.c \
	%D%/take.c %D%/who.c %D%/world.c \
	%D%/compare.h %D%/compare_inside.h %D%/compare_words.h \
	%D%/compare.c %D%/compare_absent.c %D%/compare_sum.c \
	%D%/compare_routes.c %D%/compare_paths.c %D%/compare_print.c %D%/compare_html.c \
	%D%/table.h %D%/table.c %D%/mrt.c \
	%D%/said.h %D%/said.c %D%/change.c %D%/said_json.c %D%/again.c
policy_libs = libpolicy.a $(view_libs)
# Seeds: tests/policy/test_table tests/fuzz/corpus/policy_table
fuzz_programs += tests/fuzz/policy_table tests/fuzz/policy_said
tests_fuzz_policy_table_LDADD = $(fuzz_main) $(policy_libs)
tests_fuzz_policy_said_LDADD = $(fuzz_main) $(policy_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/policy/test_hold tests/policy/test_merge tests/policy/test_policy \
	tests/policy/test_slurm
tests_policy_test_hold_LDADD = $(policy_libs) $(CMOCKA_LIBS)
tests_policy_test_slurm_LDADD = $(policy_libs) $(CMOCKA_LIBS)
tests_policy_test_merge_SOURCES = tests/policy/test_merge.c \
	tests/policy/reference.c tests/policy/worlds.c tests/policy/worlds.h
check_PROGRAMS += tests/policy/test_properties
tests_policy_test_properties_SOURCES = tests/policy/test_properties.c \
	tests/policy/worlds.c tests/policy/worlds.h
tests_policy_test_properties_LDADD = $(policy_libs) $(CMOCKA_LIBS)
tests_policy_test_merge_LDADD = $(policy_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/policy/test_explain tests/policy/test_compare \
	tests/policy/test_table
tests_policy_test_compare_LDADD = $(policy_libs) $(CMOCKA_LIBS)
tests_policy_test_table_LDADD = $(policy_libs) $(CMOCKA_LIBS)
tests_policy_test_explain_LDADD = $(policy_libs) $(CMOCKA_LIBS)
tests_policy_test_policy_LDADD = $(policy_libs) $(CMOCKA_LIBS)
endif
fuzz_programs += tests/fuzz/policy_slurm
tests_fuzz_policy_slurm_LDADD = $(fuzz_main) $(policy_libs)
