# noinst_LIBRARIES += libmodel.a
# libmodel_a_SOURCES = %D%/model.h
model_libs = $(base_libs)
