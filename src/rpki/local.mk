# noinst_LIBRARIES += librpki.a
# librpki_a_SOURCES = %D%/rpki.h
rpki_libs = $(object_libs)
