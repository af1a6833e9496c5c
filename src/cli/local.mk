bin_PROGRAMS += cairn
cairn_SOURCES = %D%/cli.h %D%/main.c %D%/option.c %D%/file.c %D%/progress.c \
	%D%/summary.c %D%/cmd_help.c %D%/cmd_validate.c %D%/cmd_show.c \
	%D%/cmd_demo.c
cli_libs = $(run_libs) $(world_libs)
cairn_LDADD = $(cli_libs)
