noinst_LIBRARIES += libobject.a
libobject_a_SOURCES = %D%/object.h %D%/part.h %D%/cert.h \
	%D%/part.c %D%/type.c %D%/spki.c %D%/name.c %D%/resources.c \
	%D%/cert.c %D%/cert_ext.c %D%/cert_check.c %D%/cert_write.c \
	%D%/crl.c %D%/cms.c %D%/manifest.c %D%/roa.c %D%/aspa.c %D%/tak.c \
	%D%/rsc.c %D%/ghostbusters.c %D%/prefix_list.c %D%/tal.c
object_libs = libobject.a $(model_libs) $(crypt_libs) $(der_libs)
EXTRA_DIST += tests/object/kit.h
if HAVE_CMOCKA
check_PROGRAMS += tests/object/test_aspa tests/object/test_tal
tests_object_test_aspa_LDADD = $(object_libs) $(CMOCKA_LIBS)
tests_object_test_tal_LDADD = $(object_libs) $(CMOCKA_LIBS)
endif
