noinst_LIBRARIES += libobject.a
libobject_a_SOURCES = %D%/object.h %D%/part.h %D%/cert.h \
	%D%/part.c %D%/type.c %D%/spki.c %D%/name.c %D%/resources.c \
	%D%/cert.c %D%/cert_ext.c %D%/cert_check.c %D%/cert_write.c \
	%D%/crl.c %D%/cms.c %D%/manifest.c %D%/roa.c %D%/aspa.c %D%/tak.c \
	%D%/rsc.c %D%/ghostbusters.c %D%/prefix_list.c %D%/ccr.c %D%/tal.c \
	%D%/show.h %D%/show.c %D%/show_cert.c %D%/show_payload.c %D%/show_ber.c
object_libs = libobject.a $(model_libs) $(crypt_libs) $(der_libs)
if HAVE_CMOCKA
check_LIBRARIES += libobject_fixture.a
libobject_fixture_a_SOURCES = tests/object/fixture.h tests/object/kit.h \
	tests/object/fixture.c \
	tests/object/keys.h
object_test_libs = libobject_fixture.a $(object_libs) $(CMOCKA_LIBS)
check_PROGRAMS += tests/object/test_part tests/object/test_shape \
	tests/object/test_type tests/object/test_spki \
	tests/object/test_name tests/object/test_resources \
	tests/object/test_cert tests/object/test_crl tests/object/test_cms \
	tests/object/test_manifest tests/object/test_roa
tests_object_test_part_LDADD = $(object_test_libs)
tests_object_test_shape_SOURCES = tests/object/test_shape.c $(shape)
tests_object_test_shape_LDADD = $(object_test_libs)
tests_object_test_spki_LDADD = $(object_test_libs)
tests_object_test_crl_LDADD = $(object_test_libs)
tests_object_test_cms_LDADD = $(object_test_libs)
tests_object_test_cert_LDADD = $(object_test_libs)
tests_object_test_name_LDADD = $(object_test_libs)
tests_object_test_type_LDADD = $(object_test_libs)
tests_object_test_resources_LDADD = $(object_test_libs)
tests_object_test_manifest_LDADD = $(object_test_libs)
tests_object_test_roa_LDADD = $(object_test_libs)
check_PROGRAMS += tests/object/test_aspa tests/object/test_tak \
	tests/object/test_rsc tests/object/test_ghostbusters \
	tests/object/test_prefix_list tests/object/test_ccr tests/object/test_tal \
	tests/object/test_show
tests_object_test_aspa_LDADD = $(object_test_libs)
tests_object_test_tak_LDADD = $(object_test_libs)
tests_object_test_rsc_LDADD = $(object_test_libs)
tests_object_test_ghostbusters_LDADD = $(object_test_libs)
tests_object_test_prefix_list_LDADD = $(object_test_libs)
tests_object_test_ccr_LDADD = $(object_test_libs)
tests_object_test_tal_LDADD = $(object_test_libs)
tests_object_test_show_SOURCES = tests/object/test_show.c $(starve)
tests_object_test_show_LDFLAGS = $(AM_LDFLAGS) $(starve_ldflags)
tests_object_test_show_LDADD = $(object_test_libs)
endif
fuzz_programs += tests/fuzz/object_aspa
tests_fuzz_object_aspa_LDADD = $(fuzz_main) $(object_libs)
fuzz_programs += tests/fuzz/object_tak
tests_fuzz_object_tak_LDADD = $(fuzz_main) $(object_libs)
fuzz_programs += tests/fuzz/object_rsc
tests_fuzz_object_rsc_LDADD = $(fuzz_main) $(object_libs)
fuzz_programs += tests/fuzz/object_gbr
tests_fuzz_object_gbr_LDADD = $(fuzz_main) $(object_libs)
fuzz_programs += tests/fuzz/object_spl
tests_fuzz_object_spl_LDADD = $(fuzz_main) $(object_libs)
fuzz_programs += tests/fuzz/object_ccr
tests_fuzz_object_ccr_LDADD = $(fuzz_main) $(object_libs)
fuzz_programs += tests/fuzz/object_tal
tests_fuzz_object_tal_LDADD = $(fuzz_main) $(object_libs)
fuzz_programs += tests/fuzz/object_show
tests_fuzz_object_show_LDADD = $(fuzz_main) $(object_libs)

fuzz_programs += tests/fuzz/object_cert tests/fuzz/object_crl \
	tests/fuzz/object_cms tests/fuzz/object_manifest tests/fuzz/object_roa
tests_fuzz_object_cert_LDADD = $(fuzz_main) $(object_libs)
tests_fuzz_object_crl_LDADD = $(fuzz_main) $(object_libs)
tests_fuzz_object_cms_LDADD = $(fuzz_main) $(object_libs)
tests_fuzz_object_manifest_LDADD = $(fuzz_main) $(object_libs)
tests_fuzz_object_roa_LDADD = $(fuzz_main) $(object_libs)
