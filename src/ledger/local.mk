noinst_LIBRARIES += libledger.a
libledger_a_SOURCES = %D%/ledger.h %D%/statement.def %D%/statement.h \
	%D%/evidence.h %D%/runs.h %D%/ids.h %D%/state.h %D%/replay.h \
	%D%/statement.c %D%/statement_key.c %D%/statement_body_key.c \
	%D%/statement_body_resources.c %D%/statement_body_say.c \
	%D%/statement_authorize.c %D%/author.c %D%/show.c %D%/evidence_write.c \
	%D%/pieces.c \
	%D%/evidence.c %D%/evidence_cert.c %D%/evidence_cms.c %D%/precheck.c \
	%D%/runs.c %D%/ids.c %D%/state.c %D%/state_hold.c %D%/state_chain.c \
	%D%/state_expire.c %D%/state_save.h %D%/state_save.c \
	%D%/state_load.c \
	%D%/replay.c %D%/replay_signers.c %D%/replay_key.c %D%/replay_claim.c \
	%D%/replay_offer.c %D%/replay_lease.c %D%/replay_say.c \
	%D%/take_back.c \
	%D%/succession.c %D%/lookup.c %D%/dump.c %D%/emit.c
ledger_libs = libledger.a libtlog.a $(object_libs)

# A kept state goes on under the rules that made it, or not at all: other code
# might have replayed otherwise, and an owner would be another.
replay_sources = $(libbase_a_SOURCES) $(libmodel_a_SOURCES) \
	$(libcrypt_a_SOURCES) $(libder_a_SOURCES) $(libobject_a_SOURCES) \
	$(libtlog_a_SOURCES) $(libledger_a_SOURCES)
src/ledger/version.h: $(replay_sources)
	$(AM_V_GEN)$(MKDIR_P) src/ledger && \
	printf '#define REPLAY_VERSION "%s"\n' \
	    `cd $(srcdir) && cat $(replay_sources) | sha256sum | cut -c1-64` >$@
src/ledger/state_save.$(OBJEXT): src/ledger/version.h
src/ledger/state_load.$(OBJEXT): src/ledger/version.h
CLEANFILES += src/ledger/version.h

if HAVE_CMOCKA
check_PROGRAMS += tests/ledger/test_ledger tests/ledger/test_state \
	tests/ledger/test_replay tests/ledger/test_evidence \
	tests/ledger/test_model tests/ledger/test_author \
	tests/ledger/test_shape
ledger_vector = tests/ledger/vector.h tests/ledger/vector.c
tests_ledger_test_ledger_SOURCES = tests/ledger/test_ledger.c $(ledger_vector)
tests_ledger_test_ledger_LDADD = $(ledger_libs) $(CMOCKA_LIBS)
tests_ledger_test_state_SOURCES = tests/ledger/test_state.c $(ledger_vector)
tests_ledger_test_state_LDADD = $(ledger_libs) $(CMOCKA_LIBS)
tests_ledger_test_evidence_SOURCES = tests/ledger/test_evidence.c \
	$(ledger_vector)
tests_ledger_test_evidence_LDADD = $(ledger_libs) $(CMOCKA_LIBS)
tests_ledger_test_shape_SOURCES = tests/ledger/test_shape.c \
	$(ledger_vector) $(shape)
tests_ledger_test_shape_LDADD = $(ledger_libs) $(CMOCKA_LIBS)
ledger_kit = $(ledger_vector) tests/ledger/kit.h tests/ledger/kit.c
tests_ledger_test_model_SOURCES = tests/ledger/test_model.c $(ledger_kit)
tests_ledger_test_model_LDADD = $(ledger_libs) $(CMOCKA_LIBS)
tests_ledger_test_author_SOURCES = tests/ledger/test_author.c $(ledger_kit)
tests_ledger_test_author_LDADD = $(ledger_libs) $(CMOCKA_LIBS)
tests_ledger_test_replay_SOURCES = tests/ledger/test_replay.c $(ledger_kit)
tests_ledger_test_replay_LDADD = $(ledger_libs) $(CMOCKA_LIBS)
endif
fuzz_programs += tests/fuzz/ledger_statement
tests_fuzz_ledger_statement_LDADD = $(fuzz_main) $(ledger_libs)
fuzz_programs += tests/fuzz/ledger_replay
tests_fuzz_ledger_replay_LDADD = $(fuzz_main) $(ledger_libs)
fuzz_programs += tests/fuzz/ledger_state
tests_fuzz_ledger_state_LDADD = $(fuzz_main) $(ledger_libs)
tests/fuzz/ledger_state.$(OBJEXT): src/ledger/version.h
