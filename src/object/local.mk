# noinst_LIBRARIES += libobject.a
# libobject_a_SOURCES = %D%/object.h
object_libs = $(model_libs) $(crypt_libs) $(der_libs)
