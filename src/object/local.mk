noinst_LIBRARIES += libobject.a
libobject_a_SOURCES = %D%/object.h %D%/part.h \
	%D%/part.c %D%/type.c %D%/spki.c %D%/resources.c \
	%D%/manifest.c %D%/roa.c %D%/aspa.c %D%/tak.c %D%/rsc.c \
	%D%/ghostbusters.c %D%/prefix_list.c %D%/tal.c
object_libs = libobject.a $(model_libs) $(crypt_libs) $(der_libs)
