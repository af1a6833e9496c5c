noinst_LIBRARIES += libpolicy.a
libpolicy_a_SOURCES = %D%/policy.h %D%/inside.h %D%/aspa.c %D%/cover.c \
	%D%/explain.c %D%/explain_print.c %D%/filter.c %D%/first.c \
	%D%/merge.c %D%/nest.c %D%/route.c %D%/rule.c %D%/slurm_read.c \
	%D%/take.c %D%/who.c %D%/world.c
policy_libs = libpolicy.a $(model_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/policy/test_merge tests/policy/test_policy \
	tests/policy/test_slurm
tests_policy_test_slurm_LDADD = $(policy_libs) $(CMOCKA_LIBS)
tests_policy_test_merge_SOURCES = tests/policy/test_merge.c \
	tests/policy/reference.c tests/policy/worlds.c tests/policy/worlds.h
tests_policy_test_merge_LDADD = $(policy_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/policy/test_explain
tests_policy_test_explain_LDADD = $(policy_libs) $(CMOCKA_LIBS)
tests_policy_test_policy_LDADD = $(policy_libs) $(CMOCKA_LIBS)
endif
fuzz_programs += tests/fuzz/policy_slurm
tests_fuzz_policy_slurm_LDADD = $(fuzz_main) $(policy_libs)
