# noinst_LIBRARIES += libcli.a
# libcli_a_SOURCES = %D%/cli.h
cli_libs = $(run_libs) $(world_libs)
