noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES = %D%/model.h %D%/addr.c %D%/uri.c %D%/finding.c \
	%D%/payload.c %D%/resources.c %D%/resources_ranges.h \
	%D%/resources_ranges.c %D%/resources_text.c
model_libs = libmodel.a $(base_libs)
