noinst_LIBRARIES += libfetch.a
libfetch_a_SOURCES = %D%/fetch.h %D%/inside.h %D%/fetch.c %D%/rsync.c \
	%D%/confine.c %D%/staging.c %D%/tree.c
fetch_libs = libfetch.a $(model_libs) $(crypt_libs)
if HAVE_CMOCKA
endif
