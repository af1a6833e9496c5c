noinst_LIBRARIES += libalert.a
libalert_a_SOURCES = %D%/alert.h %D%/alert.c %D%/emit.c
alert_libs = libalert.a $(policy_libs)
if HAVE_CMOCKA
check_PROGRAMS += tests/alert/test_alert
tests_alert_test_alert_LDADD = $(alert_libs) $(CMOCKA_LIBS)
endif
