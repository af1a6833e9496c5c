noinst_LIBRARIES += libpolicy.a
libpolicy_a_SOURCES = %D%/policy.h %D%/merge.c %D%/route.c
policy_libs = libpolicy.a $(model_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/policy/test_policy
tests_policy_test_policy_LDADD = $(policy_libs) $(CMOCKA_LIBS)
endif
