# noinst_LIBRARIES += librun.a
# librun_a_SOURCES = %D%/run.h
run_libs = $(rpki_libs) $(policy_libs) $(store_libs) $(fetch_libs) $(conf_libs) $(output_libs)
