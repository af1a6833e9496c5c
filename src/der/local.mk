# noinst_LIBRARIES += libder.a
# libder_a_SOURCES = %D%/der.h
der_libs = $(base_libs)
