noinst_LIBRARIES += libpool.a
wire_sources = %D%/wire.h %D%/wire_answer.h %D%/wire.c %D%/wire_cert.c \
	%D%/wire_answer.c %D%/wire_check.c %D%/wire_memo.c
libpool_a_SOURCES = %D%/pool.h %D%/inside.h %D%/pool.c %D%/slot.c \
	%D%/ring.h %D%/ring.c %D%/box.h %D%/box.c %D%/worker.h %D%/worker.c \
	%D%/zygote.c $(wire_sources) %D%/wire_job.c %D%/wire_entries.c
pool_libs = libpool.a $(ledger_libs) $(rpki_libs)

# Memos are read by the code that wrote them, or not at all.
src/pool/version.h: $(wire_sources)
	$(AM_V_GEN)$(MKDIR_P) src/pool && \
	printf '#define WIRE_VERSION "%s"\n' \
	    `cd $(srcdir) && cat $(wire_sources) | sha256sum | cut -c1-64` >$@
src/pool/wire_memo.$(OBJEXT): src/pool/version.h
CLEANFILES += src/pool/version.h

fuzz_programs += tests/fuzz/pool_wire tests/fuzz/pool_memo
tests_fuzz_pool_wire_LDADD = $(fuzz_main) $(pool_libs)
tests_fuzz_pool_memo_LDADD = $(fuzz_main) $(pool_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/pool/test_pool tests/pool/test_box \
	tests/pool/test_ring tests/pool/test_wire tests/pool/test_wire_entries
# With a worker of its own, which has a poison switch: libpool.a's is not asked.
tests_pool_test_pool_SOURCES = tests/pool/test_pool.c tests/pool/point.h \
	src/pool/worker.c $(rpki_kit)
tests_pool_test_pool_CPPFLAGS = $(AM_CPPFLAGS) -DCAIRN_POISON
tests_pool_test_pool_LDADD = $(pool_libs) $(CMOCKA_LIBS)
tests_pool_test_box_LDADD = $(pool_libs) $(CMOCKA_LIBS)
tests_pool_test_ring_LDADD = $(pool_libs) $(CMOCKA_LIBS)
tests_pool_test_wire_SOURCES = tests/pool/test_wire.c tests/pool/point.h \
	$(rpki_kit)
tests_pool_test_wire_LDADD = $(pool_libs) $(CMOCKA_LIBS)
tests_pool_test_wire_entries_SOURCES = tests/pool/test_wire_entries.c \
	$(ledger_vector)
tests_pool_test_wire_entries_LDADD = $(pool_libs) $(CMOCKA_LIBS)
endif
