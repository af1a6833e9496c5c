noinst_LIBRARIES += librun.a
librun_a_SOURCES = %D%/run.h %D%/inside.h %D%/run.c %D%/source.c \
	%D%/repository.c %D%/anchor.c %D%/judge.c %D%/walk.c %D%/harvest.c \
	%D%/settle.c %D%/doctor.h %D%/doctor.c %D%/doctor_rsync.c \
	%D%/doctor_net.c %D%/doctor_sources.c
run_libs = librun.a $(rpki_libs) $(policy_libs) $(store_libs) $(fetch_libs) $(conf_libs) $(output_libs)
if HAVE_CMOCKA
check_LIBRARIES += tests/run/libscene.a
tests_run_libscene_a_SOURCES = tests/run/scene.h tests/run/scene.c
check_PROGRAMS += tests/run/test_run
tests_run_test_run_LDADD = tests/run/libscene.a $(run_libs) $(world_libs) $(CMOCKA_LIBS)
endif
