noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES = %D%/model.h %D%/view.h %D%/addr.c %D%/uri.c %D%/finding.c \
	%D%/payload.c %D%/view.c %D%/resources.c %D%/resources_ranges.h \
	%D%/resources_ranges.c %D%/resources_text.c
model_libs = libmodel.a $(base_libs)

if HAVE_CMOCKA
check_PROGRAMS += tests/model/test_addr \
	tests/model/test_finding \
	tests/model/test_payload \
	tests/model/test_resources \
	tests/model/test_uri \
	tests/model/test_view
tests_model_test_addr_LDADD = $(model_libs) $(CMOCKA_LIBS)
tests_model_test_finding_LDADD = $(model_libs) $(CMOCKA_LIBS)
tests_model_test_payload_LDADD = $(model_libs) $(CMOCKA_LIBS)
tests_model_test_resources_LDADD = $(model_libs) $(CMOCKA_LIBS)
tests_model_test_view_LDADD = $(model_libs) $(CMOCKA_LIBS)
tests_model_test_uri_LDADD = $(model_libs) $(CMOCKA_LIBS)
endif
fuzz_programs += tests/fuzz/model_uri
tests_fuzz_model_uri_LDADD = $(fuzz_main) $(model_libs)
fuzz_programs += tests/fuzz/model_resources
tests_fuzz_model_resources_LDADD = $(fuzz_main) $(model_libs)
