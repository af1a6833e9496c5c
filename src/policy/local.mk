# noinst_LIBRARIES += libpolicy.a
# libpolicy_a_SOURCES = %D%/policy.h
policy_libs = $(model_libs)
