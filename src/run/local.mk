noinst_LIBRARIES += librun.a
librun_a_SOURCES = %D%/run.h %D%/inside.h %D%/run.c %D%/source.c \
	%D%/repository.c %D%/anchor.c %D%/judge.c %D%/walk.c %D%/harvest.c \
	%D%/settle.c
run_libs = librun.a $(rpki_libs) $(policy_libs) $(store_libs) $(fetch_libs) $(conf_libs) $(output_libs)
