noinst_LIBRARIES += librun.a
librun_a_SOURCES = %D%/run.h %D%/inside.h %D%/finish.h %D%/run.c %D%/source.c \
	%D%/want.c %D%/repository.c %D%/intake.c %D%/anchor.c %D%/judge.c %D%/walk.c %D%/harvest.c %D%/facts.c \
	%D%/early.c %D%/assume.h %D%/assume.c %D%/settle.c %D%/slurm.h %D%/slurm.c %D%/slurm_kept.c %D%/hold.c %D%/withdrawn.h %D%/withdrawn.c %D%/publish.c %D%/alarm.h %D%/alarm.c %D%/alarm_queue.c %D%/doctor.h %D%/doctor.c %D%/doctor_rsync.c \
	%D%/doctor_net.c %D%/doctor_sources.c %D%/doctor_https.c %D%/doctor_kernel.c %D%/doctor_serve.c %D%/doctor_watch.c \
	%D%/ask.c %D%/pool.h %D%/pool_inside.h \
	%D%/pool.c %D%/pool_slot.c %D%/ring.h %D%/ring.c %D%/box.h %D%/box.c %D%/wire.h \
	%D%/wire_answer.h %D%/wire.c %D%/wire_cert.c %D%/wire_job.c %D%/wire_answer.c \
	%D%/wire_check.c %D%/wire_memo.c %D%/worker.h %D%/worker.c %D%/zygote.c
librun_a_SOURCES += %D%/memo.c %D%/same.h %D%/same.c %D%/same_key.c \
	%D%/same_record.c
# Ledgers.
librun_a_SOURCES += %D%/wire_entries.c \
	%D%/follow.h %D%/follow.c %D%/follow_conf.c %D%/follow_kept.c \
	%D%/doctor_ledger.c %D%/follow_ask.c %D%/follow_discover.c %D%/follow_said.c %D%/follow_read.c %D%/follow_replay.c \
	%D%/follow_choose.c %D%/follow_evidence.c %D%/follow_emit.c %D%/follow_clear.c %D%/follow_witness.c
run_libs = librun.a $(ledger_libs) $(rpki_libs) $(policy_libs) $(view_libs) $(store_libs) $(fetch_libs) $(conf_libs) $(supervise_libs) $(output_libs)

# Memos are read by the code that wrote them, or not at all.
wire_sources = %D%/wire.h %D%/wire_answer.h %D%/wire.c %D%/wire_cert.c \
	%D%/wire_answer.c %D%/wire_check.c %D%/wire_memo.c
src/run/version.h: $(wire_sources)
	$(AM_V_GEN)$(MKDIR_P) src/run && \
	printf '#define WIRE_VERSION "%s"\n' \
	    `cd $(srcdir) && cat $(wire_sources) | sha256sum | cut -c1-64` >$@
src/run/memo.$(OBJEXT): src/run/version.h
CLEANFILES += src/run/version.h

# So is what a state says, which other code might make otherwise.
said_sources = %D%/follow_said.c $(replay_sources)
src/run/said_version.h: $(said_sources)
	$(AM_V_GEN)$(MKDIR_P) src/run && \
	printf '#define SAID_VERSION "%s"\n' \
	    `cd $(srcdir) && cat $(said_sources) | sha256sum | cut -c1-64` >$@
src/run/follow_said.$(OBJEXT): src/run/said_version.h
CLEANFILES += src/run/said_version.h

# A view stands for what the whole program would have made of its sources.
whole_sources = $(judge_sources) $(libtlog_a_SOURCES) $(libledger_a_SOURCES) \
	$(libview_a_SOURCES) $(libpolicy_a_SOURCES) $(libstore_a_SOURCES) \
	$(libfetch_a_SOURCES) $(libconf_a_SOURCES) $(liboutput_a_SOURCES) \
	$(librun_a_SOURCES)
src/run/whole.h: $(whole_sources)
	$(AM_V_GEN)$(MKDIR_P) src/run && \
	printf '#define WHOLE_VERSION "%s"\n' \
	    `cd $(srcdir) && cat $(whole_sources) | sha256sum | cut -c1-64` >$@
src/run/same_key.$(OBJEXT): src/run/whole.h
CLEANFILES += src/run/whole.h

# Seeds: tests/run/test_wire tests/fuzz/corpus/run_wire
fuzz_programs += tests/fuzz/run_wire
tests_fuzz_run_wire_LDADD = $(fuzz_main) $(run_libs)
if HAVE_CMOCKA
check_LIBRARIES += tests/run/libscene.a
tests_run_libscene_a_SOURCES = tests/run/scene.h tests/run/scene.c
check_PROGRAMS += tests/run/test_follow tests/run/test_follow_lies \
	tests/run/test_wire_entries
follow_world = tests/run/follow_world.h tests/run/follow_world.c \
	tests/run/log.h tests/run/log.c tests/run/server.h \
	tests/run/server.c $(ledger_kit)
tests_run_test_follow_SOURCES = tests/run/test_follow.c $(follow_world) \
	src/run/worker.c
tests_run_test_follow_CPPFLAGS = $(AM_CPPFLAGS) -DCAIRN_POISON
tests_run_test_follow_LDADD = $(run_libs) $(CMOCKA_LIBS)
tests_run_test_follow_lies_SOURCES = tests/run/test_follow_lies.c \
	$(follow_world)
tests_run_test_follow_lies_LDADD = $(run_libs) $(CMOCKA_LIBS)
tests_run_test_wire_entries_SOURCES = tests/run/test_wire_entries.c \
	$(ledger_vector)
tests_run_test_wire_entries_LDADD = $(run_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/run/test_run
check_PROGRAMS += tests/run/test_memo
check_PROGRAMS += tests/run/test_same tests/run/test_straggler
tests_run_test_straggler_LDADD = tests/run/libscene.a $(run_libs) $(world_libs) $(CMOCKA_LIBS)
tests_run_test_same_LDADD = tests/run/libscene.a $(run_libs) $(world_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/run/test_assume
tests_run_test_assume_LDADD = tests/run/libscene.a $(run_libs) $(world_libs) $(CMOCKA_LIBS)
tests_run_test_memo_LDADD = tests/run/libscene.a $(run_libs) $(world_libs) $(CMOCKA_LIBS)
tests_run_test_run_LDADD = tests/run/libscene.a $(run_libs) $(world_libs) $(CMOCKA_LIBS)
# With a worker of its own, which has a poison switch: librun.a's is not asked.
check_PROGRAMS += tests/run/test_pool
tests_run_test_pool_SOURCES = tests/run/test_pool.c tests/run/point.h \
	src/run/worker.c $(rpki_kit)
tests_run_test_pool_CPPFLAGS = $(AM_CPPFLAGS) -DCAIRN_POISON
tests_run_test_pool_LDADD = $(run_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/run/test_worker
tests_run_test_worker_SOURCES = tests/run/test_worker.c src/run/worker.c
tests_run_test_worker_CPPFLAGS = $(AM_CPPFLAGS) -DCAIRN_POISON
tests_run_test_worker_LDADD = tests/run/libscene.a $(run_libs) $(world_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/run/test_box tests/run/test_ring tests/run/test_wire
tests_run_test_box_LDADD = $(run_libs) $(CMOCKA_LIBS)
tests_run_test_ring_LDADD = $(run_libs) $(CMOCKA_LIBS)
tests_run_test_wire_SOURCES = tests/run/test_wire.c tests/run/point.h $(rpki_kit)
tests_run_test_wire_LDADD = $(run_libs) $(CMOCKA_LIBS)
endif
