noinst_LIBRARIES += libder.a
libder_a_SOURCES = %D%/der.h %D%/tlv.h \
	%D%/cursor.c %D%/value.c %D%/walk.c %D%/write.c
der_libs = libder.a $(base_libs)
