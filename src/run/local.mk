noinst_LIBRARIES += librun.a
librun_a_SOURCES = %D%/run.h %D%/inside.h %D%/finish.h %D%/alarm.c \
	%D%/alarm.h %D%/alarm_queue.c %D%/anchor.c %D%/ask.c %D%/assume.c \
	%D%/assume.h %D%/clock.c %D%/early.c %D%/facts.c %D%/harvest.c \
	%D%/hold.c %D%/intake.c %D%/judge.c %D%/memo.c %D%/publish.c \
	%D%/repository.c %D%/run.c %D%/same.c %D%/same.h %D%/same_key.c \
	%D%/same_record.c %D%/settle.c %D%/slurm.c %D%/slurm.h \
	%D%/slurm_kept.c %D%/source.c %D%/walk.c %D%/want.c %D%/withdrawn.c \
	%D%/withdrawn.h
# Ledgers.
librun_a_SOURCES += %D%/follow.c %D%/follow.h %D%/follow_ask.c \
	%D%/follow_choose.c %D%/follow_clear.c %D%/follow_conf.c \
	%D%/follow_discover.c %D%/follow_emit.c %D%/follow_entries.c \
	%D%/follow_evidence.c %D%/follow_kept.c %D%/follow_look.c \
	%D%/follow_read.c %D%/follow_record.c %D%/follow_replay.c \
	%D%/follow_said.c %D%/follow_witness.c
run_libs = librun.a $(pool_libs) $(policy_libs) $(view_libs) $(store_libs) \
	$(fetch_libs) $(conf_libs) $(output_libs) $(file_libs)

# What a state says is read by the code that wrote it, or not at all.
said_sources = %D%/follow_said.c $(replay_sources)
src/run/said_version.h: $(said_sources)
	$(AM_V_GEN)$(MKDIR_P) src/run && \
	printf '#define SAID_VERSION "%s"\n' \
	    `cd $(srcdir) && cat $(said_sources) | sha256sum | cut -c1-64` >$@
src/run/follow_said.$(OBJEXT): src/run/said_version.h
CLEANFILES += src/run/said_version.h

# A view stands for what the whole program would have made of its sources.
whole_sources = $(judge_sources) $(libfile_a_SOURCES) $(libtlog_a_SOURCES) $(libledger_a_SOURCES) \
	$(libview_a_SOURCES) $(libpolicy_a_SOURCES) $(libstore_a_SOURCES) \
	$(libfetch_a_SOURCES) $(libconf_a_SOURCES) $(liboutput_a_SOURCES) \
	$(libpool_a_SOURCES) $(librun_a_SOURCES)
src/run/whole.h: $(whole_sources)
	$(AM_V_GEN)$(MKDIR_P) src/run && \
	printf '#define WHOLE_VERSION "%s"\n' \
	    `cd $(srcdir) && cat $(whole_sources) | sha256sum | cut -c1-64` >$@
src/run/same_key.$(OBJEXT): src/run/whole.h
CLEANFILES += src/run/whole.h

fuzz_programs += tests/fuzz/run_kept
tests_fuzz_run_kept_LDADD = $(fuzz_main) $(run_libs)

if HAVE_CMOCKA
check_LIBRARIES += tests/run/libscene.a
tests_run_libscene_a_SOURCES = tests/run/scene.h tests/run/scene.c
check_PROGRAMS += tests/run/test_follow tests/run/test_follow_lies
follow_world = tests/run/follow_world.h tests/run/follow_world.c \
	tests/run/log.h tests/run/log.c tests/run/server.h \
	tests/run/server.c $(ledger_kit)
tests_run_test_follow_SOURCES = tests/run/test_follow.c $(follow_world) \
	src/pool/worker.c
tests_run_test_follow_CPPFLAGS = $(AM_CPPFLAGS) -DCAIRN_POISON
tests_run_test_follow_LDADD = $(run_libs) $(CMOCKA_LIBS)
tests_run_test_follow_lies_SOURCES = tests/run/test_follow_lies.c \
	$(follow_world)
tests_run_test_follow_lies_LDADD = $(run_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/run/test_run
check_PROGRAMS += tests/run/test_memo
check_PROGRAMS += tests/run/test_same tests/run/test_straggler
tests_run_test_straggler_LDADD = tests/run/libscene.a $(run_libs) $(world_libs) $(CMOCKA_LIBS)
tests_run_test_same_LDADD = tests/run/libscene.a $(run_libs) $(world_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/run/test_assume
tests_run_test_assume_LDADD = tests/run/libscene.a $(run_libs) $(world_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/run/test_starve
tests_run_test_starve_SOURCES = tests/run/test_starve.c $(starve)
tests_run_test_starve_LDADD = tests/run/libscene.a $(run_libs) $(world_libs) $(CMOCKA_LIBS)
tests_run_test_starve_LDFLAGS = $(AM_LDFLAGS) $(starve_ldflags)
check_PROGRAMS += tests/run/test_clock
tests_run_test_clock_LDADD = tests/run/libscene.a $(run_libs) $(world_libs) $(CMOCKA_LIBS)
tests_run_test_clock_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=time
tests_run_test_memo_LDADD = tests/run/libscene.a $(run_libs) $(world_libs) $(CMOCKA_LIBS)
tests_run_test_run_LDADD = tests/run/libscene.a $(run_libs) $(world_libs) $(CMOCKA_LIBS)
# With a worker of its own, which has a poison switch: libpool.a's is not asked.
check_PROGRAMS += tests/run/test_quarantine
tests_run_test_quarantine_SOURCES = tests/run/test_quarantine.c src/pool/worker.c
tests_run_test_quarantine_CPPFLAGS = $(AM_CPPFLAGS) -DCAIRN_POISON
tests_run_test_quarantine_LDADD = tests/run/libscene.a $(run_libs) $(world_libs) $(CMOCKA_LIBS)
endif
