noinst_LIBRARIES += libdoctor.a
libdoctor_a_SOURCES = %D%/doctor.h %D%/inside.h %D%/doctor.c %D%/kernel.c \
	%D%/rsync.c %D%/net.c %D%/sources.c %D%/https.c %D%/ledger.c \
	%D%/watch.c %D%/serve.c
doctor_libs = libdoctor.a $(run_libs) $(supervise_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/doctor/test_doctor
tests_doctor_test_doctor_LDADD = $(doctor_libs) $(CMOCKA_LIBS)
endif
