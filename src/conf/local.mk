# noinst_LIBRARIES += libconf.a
# libconf_a_SOURCES = %D%/conf.h
conf_libs = $(model_libs) $(YAML_LIBS)
