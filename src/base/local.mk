noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = %D%/base.h %D%/reason.def %D%/limits.def \
	%D%/reason.c %D%/limits.c %D%/span.c %D%/arena.c %D%/buf.c \
	%D%/map.c %D%/text.c %D%/time.c %D%/emit.c
base_libs = libbase.a
