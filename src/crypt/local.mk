noinst_LIBRARIES += libcrypt.a
libcrypt_a_SOURCES = %D%/crypt.h %D%/key.h \
	%D%/crypt.c %D%/rsa.c %D%/ed25519.c %D%/hash.c %D%/secret.c %D%/secret_pem.c
libcrypt_a_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
crypt_libs = libcrypt.a $(base_libs) $(CRYPTO_LIBS)
if HAVE_CMOCKA
check_PROGRAMS += tests/crypt/test_crypt tests/crypt/test_rsa \
	tests/crypt/test_ed25519 tests/crypt/test_hash tests/crypt/test_secret \
	tests/crypt/test_secret_pem tests/crypt/test_starved
tests_crypt_test_crypt_LDADD = $(crypt_libs) $(CMOCKA_LIBS)
tests_crypt_test_rsa_LDADD = $(crypt_libs) $(CMOCKA_LIBS)
tests_crypt_test_ed25519_LDADD = $(crypt_libs) $(CMOCKA_LIBS)
tests_crypt_test_hash_LDADD = $(crypt_libs) $(CMOCKA_LIBS)
tests_crypt_test_secret_pem_LDADD = $(crypt_libs) $(CMOCKA_LIBS)
tests_crypt_test_starved_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
tests_crypt_test_starved_LDADD = $(crypt_libs) $(CMOCKA_LIBS)
tests_crypt_test_secret_LDADD = $(crypt_libs) $(CMOCKA_LIBS)
endif
EXTRA_DIST += tests/crypt/keys.h
