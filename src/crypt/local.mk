# noinst_LIBRARIES += libcrypt.a
# libcrypt_a_SOURCES = %D%/crypt.h
crypt_libs = $(base_libs) $(CRYPTO_LIBS)
