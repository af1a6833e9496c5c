# noinst_LIBRARIES += libfetch.a
# libfetch_a_SOURCES = %D%/fetch.h
fetch_libs = $(model_libs) $(crypt_libs)
