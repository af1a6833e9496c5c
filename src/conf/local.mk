noinst_LIBRARIES += libconf.a
libconf_a_SOURCES = %D%/conf.h %D%/node.h %D%/set.h %D%/conf.c %D%/finish.c \
	%D%/node.c %D%/set.c %D%/set_list.c \
	%D%/set_ledger.c %D%/set_policy.c %D%/set_alert.c %D%/assume.c %D%/set_http.c %D%/set_listen.h %D%/set_listen.c %D%/set_rtr.c %D%/table.c
libconf_a_CFLAGS = $(AM_CFLAGS) $(YAML_CFLAGS)
libconf_a_CPPFLAGS = $(AM_CPPFLAGS) \
	-DCONF_RTR_LISTEN='"127.0.0.1:3323"' \
	-DCONF_HTTP_LISTEN='"127.0.0.1:8323"' \
	-DCONF_CACHE='"$(localstatedir)/lib/cairn"' \
	-DCONF_DEFAULT_FILE='"$(sysconfdir)/cairn/cairn.yaml"' \
	-DCONF_TALS='"$(sysconfdir)/cairn/tals"'
conf_libs = libconf.a $(file_libs) $(alert_libs) $(YAML_LIBS)
if HAVE_CMOCKA
check_PROGRAMS += tests/conf/test_rtr tests/conf/test_conf tests/conf/test_finish \
	tests/conf/test_ledger tests/conf/test_policy tests/conf/test_alert tests/conf/test_http \
	tests/conf/test_assume
tests_conf_test_http_LDADD = $(conf_libs) $(CMOCKA_LIBS)
tests_conf_test_alert_LDADD = $(conf_libs) $(CMOCKA_LIBS)
tests_conf_test_policy_LDADD = $(conf_libs) $(CMOCKA_LIBS)
tests_conf_test_assume_LDADD = $(conf_libs) $(CMOCKA_LIBS)
tests_conf_test_rtr_LDADD = $(conf_libs) $(CMOCKA_LIBS)
tests_conf_test_ledger_LDADD = $(conf_libs) $(CMOCKA_LIBS)
tests_conf_test_conf_SOURCES = tests/conf/test_conf.c $(starve)
tests_conf_test_conf_LDFLAGS = $(AM_LDFLAGS) $(starve_ldflags)
tests_conf_test_conf_LDADD = $(conf_libs) $(CMOCKA_LIBS)
tests_conf_test_finish_LDADD = $(conf_libs) $(CMOCKA_LIBS)
endif
fuzz_programs += tests/fuzz/conf_yaml
tests_fuzz_conf_yaml_LDADD = $(fuzz_main) $(conf_libs)
fuzz_programs += tests/fuzz/conf_assume
tests_fuzz_conf_assume_LDADD = $(fuzz_main) $(conf_libs)
