# noinst_LIBRARIES += libstore.a
# libstore_a_SOURCES = %D%/store.h
store_libs = $(model_libs) $(crypt_libs) $(LMDB_LIBS)
