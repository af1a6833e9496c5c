noinst_LIBRARIES += libtlog.a
libtlog_a_SOURCES = %D%/tlog.h \
	%D%/merkle.c %D%/merkle_make.c %D%/tile.c %D%/note.c %D%/checkpoint.c \
	%D%/keys.c %D%/accept.c %D%/log.c %D%/secret.c %D%/writer.c \
	%D%/resume.c %D%/witness.c
tlog_libs = libtlog.a $(model_libs) $(crypt_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/tlog/test_tlog tests/tlog/test_checkpoint
tests_tlog_test_checkpoint_LDADD = $(tlog_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/tlog/test_writer tests/tlog/test_secret \
	tests/tlog/test_witness
tests_tlog_test_witness_LDADD = $(tlog_libs) $(CMOCKA_LIBS)
tests_tlog_test_secret_LDADD = $(tlog_libs) $(CMOCKA_LIBS)
tests_tlog_test_writer_LDADD = $(tlog_libs) $(CMOCKA_LIBS)
tests_tlog_test_tlog_LDADD = $(tlog_libs) $(CMOCKA_LIBS)
endif
fuzz_programs += tests/fuzz/ledger_note
tests_fuzz_ledger_note_LDADD = $(fuzz_main) $(tlog_libs)
fuzz_programs += tests/fuzz/ledger_keys
tests_fuzz_ledger_keys_LDADD = $(fuzz_main) $(tlog_libs)
fuzz_programs += tests/fuzz/ledger_bundle
tests_fuzz_ledger_bundle_LDADD = $(fuzz_main) $(tlog_libs)
fuzz_programs += tests/fuzz/ledger_witness
tests_fuzz_ledger_witness_LDADD = $(fuzz_main) $(tlog_libs)
fuzz_programs += tests/fuzz/tlog_merkle
tests_fuzz_tlog_merkle_LDADD = $(fuzz_main) $(tlog_libs)
