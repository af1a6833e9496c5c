# noinst_LIBRARIES += liboutput.a
# liboutput_a_SOURCES = %D%/output.h
output_libs = $(model_libs)
