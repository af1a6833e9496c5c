noinst_LIBRARIES += libfetch.a
libfetch_a_SOURCES = %D%/fetch.h %D%/inside.h %D%/fetch.c %D%/rsync.c \
	%D%/confine.c %D%/staging.c %D%/tree.c \
	%D%/xml.h %D%/rrdp.h %D%/xml.c %D%/base64.c %D%/rrdp_xml.c \
	%D%/rrdp_notification.c %D%/rrdp_plan.c \
	%D%/inflate.h %D%/inflate.c %D%/rrdp_index.h %D%/rrdp_spool.c \
	%D%/rrdp_index.c %D%/rrdp_fold.c %D%/rrdp_state.c %D%/health.c \
	%D%/process.h %D%/process.c %D%/box.c %D%/http.h %D%/http.c \
	%D%/http_rules.c %D%/https.h %D%/https.c %D%/https_doc.c \
	%D%/https_work.c %D%/post.c %D%/roots.c %D%/web.c %D%/place.c %D%/leash.h %D%/leash.c
libfetch_a_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(EXPAT_CFLAGS) $(ZLIB_CFLAGS)
fetch_libs = libfetch.a $(file_libs) $(model_libs) $(crypt_libs) $(CURL_LIBS) \
	$(EXPAT_LIBS) $(ZLIB_LIBS)
fetch_fuzz = tests/fuzz/fetch_rrdp.h tests/fuzz/fetch_rrdp.c
fuzz_programs += tests/fuzz/fetch_rrdp_notification \
	tests/fuzz/fetch_rrdp_snapshot tests/fuzz/fetch_rrdp_delta
tests_fuzz_fetch_rrdp_notification_SOURCES = \
	tests/fuzz/fetch_rrdp_notification.c $(fetch_fuzz)
tests_fuzz_fetch_rrdp_notification_LDADD = $(fuzz_main) $(fetch_libs)
tests_fuzz_fetch_rrdp_snapshot_SOURCES = \
	tests/fuzz/fetch_rrdp_snapshot.c $(fetch_fuzz)
tests_fuzz_fetch_rrdp_snapshot_LDADD = $(fuzz_main) $(fetch_libs)
tests_fuzz_fetch_rrdp_delta_SOURCES = \
	tests/fuzz/fetch_rrdp_delta.c $(fetch_fuzz)
tests_fuzz_fetch_rrdp_delta_LDADD = $(fuzz_main) $(fetch_libs)
fuzz_programs += tests/fuzz/fetch_answer tests/fuzz/fetch_state
tests_fuzz_fetch_answer_LDADD = $(fuzz_main) $(fetch_libs)
tests_fuzz_fetch_state_LDADD = $(fuzz_main) $(fetch_libs)

if HAVE_CMOCKA
check_PROGRAMS += tests/fetch/test_base64 tests/fetch/test_rrdp \
	tests/fetch/test_rrdp_plan tests/fetch/test_rrdp_fold \
	tests/fetch/test_inflate tests/fetch/test_health tests/fetch/test_xml \
	tests/fetch/test_http_rules tests/fetch/test_https \
	tests/fetch/test_box tests/fetch/test_process \
	tests/fetch/test_rrdp_starve tests/fetch/test_https_rrdp \
	tests/fetch/test_place tests/fetch/test_leash
tests_fetch_test_leash_LDADD = $(fetch_libs) $(CMOCKA_LIBS)
tests_fetch_test_place_SOURCES = tests/fetch/test_place.c \
	tests/fetch/serve.h tests/fetch/serve.c $(fetch_files)
tests_fetch_test_place_LDADD = $(fetch_libs) $(CMOCKA_LIBS)
fetch_files = tests/fetch/files.h tests/fetch/files.c
tests_fetch_test_base64_LDADD = $(fetch_libs) $(CMOCKA_LIBS)
tests_fetch_test_rrdp_SOURCES = tests/fetch/test_rrdp.c $(fetch_files)
tests_fetch_test_rrdp_LDADD = $(fetch_libs) $(CMOCKA_LIBS)
tests_fetch_test_rrdp_plan_SOURCES = tests/fetch/test_rrdp_plan.c $(fetch_files)
tests_fetch_test_rrdp_plan_LDADD = $(fetch_libs) $(CMOCKA_LIBS)
tests_fetch_test_rrdp_fold_SOURCES = tests/fetch/test_rrdp_fold.c $(fetch_files)
tests_fetch_test_rrdp_fold_LDADD = $(fetch_libs) $(CMOCKA_LIBS)
tests_fetch_test_inflate_LDADD = $(fetch_libs) $(CMOCKA_LIBS)
tests_fetch_test_http_rules_LDADD = $(fetch_libs) $(CMOCKA_LIBS)
tests_fetch_test_https_SOURCES = tests/fetch/test_https.c \
	tests/fetch/serve.h tests/fetch/serve.c $(fetch_files)
tests_fetch_test_https_rrdp_SOURCES = tests/fetch/test_https_rrdp.c \
	tests/fetch/serve.h tests/fetch/serve.c $(fetch_files)
tests_fetch_test_https_rrdp_LDADD = $(fetch_libs) $(CMOCKA_LIBS)
tests_fetch_test_https_LDADD = $(fetch_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/fetch/test_dns
tests_fetch_test_dns_SOURCES = tests/fetch/test_dns.c \
	tests/fetch/serve.h tests/fetch/serve.c $(fetch_files)
tests_fetch_test_dns_LDADD = $(fetch_libs) $(CMOCKA_LIBS)
EXTRA_DIST += tests/fetch/server.py tests/fetch/dns.py
tests_fetch_test_rrdp_starve_SOURCES = tests/fetch/test_rrdp_starve.c \
	$(fetch_files) $(starve)
tests_fetch_test_rrdp_starve_LDFLAGS = $(AM_LDFLAGS) $(starve_ldflags)
tests_fetch_test_rrdp_starve_LDADD = $(fetch_libs) $(CMOCKA_LIBS)
tests_fetch_test_box_SOURCES = tests/fetch/test_box.c $(fetch_files)
tests_fetch_test_box_LDADD = $(fetch_libs) $(CMOCKA_LIBS)
tests_fetch_test_process_SOURCES = tests/fetch/test_process.c $(fetch_files)
tests_fetch_test_process_LDADD = $(fetch_libs) $(CMOCKA_LIBS)
tests_fetch_test_xml_LDADD = $(fetch_libs) $(CMOCKA_LIBS)
tests_fetch_test_health_LDADD = $(fetch_libs) $(CMOCKA_LIBS)
check_LIBRARIES += tests/fetch/libscene.a
tests_fetch_libscene_a_SOURCES = tests/fetch/scene.h tests/fetch/scene.c
check_PROGRAMS += tests/fetch/test_fetch tests/fetch/test_tree
tests_fetch_test_fetch_LDADD = tests/fetch/libscene.a $(fetch_libs) $(CMOCKA_LIBS)
tests_fetch_test_tree_LDADD = tests/fetch/libscene.a $(fetch_libs) $(CMOCKA_LIBS)
endif
