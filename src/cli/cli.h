/*
 * cli - the program: one file for each command.
 *
 * What	    Reads the command line, calls the rooms, prints for people and for
 *	    programs.
 * In	    argv, files, the terminal.
 * Out	    Exit status: 0 done (for commands that check: yes); 1 failed, or
 *	    no; 2 usage or configuration; 3 degraded (--strict).
 * Owns	    Nothing beyond one command.
 * Fails    With one line on standard error.
 * Threads  One.
 * Standards POSIX utility conventions, with long options.
 */
#ifndef CAIRN_CLI_H
#define CAIRN_CLI_H

#include "base/base.h"
#include "conf/conf.h"
#include "run/run.h"

enum status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_DEGRADED = 3,
	STATUS_LEFT = 141 /* who read standard output has left: as by SIGPIPE */
};

/* ---- commands and options ---------------------------------------------- */

struct option_row {
	const char *name;      /* without dashes */
	char letter;           /* 0: none */
	bool many;             /* takes values up to the next option */
	const char *argument;  /* NULL: a flag */
	const char *otherwise; /* the default; NULL: none to tell */
	const char *text;
};

/* Rows of many commands. */
#define OPTION_CONFIG                                                \
	{                                                            \
		.name = "config", .letter = 'c', .argument = "FILE", \
		.text = "the configuration, cairn.yaml(5)"           \
	}
#define OPTION_CACHE                                            \
	{                                                       \
		.name = "cache", .argument = "DIR",             \
		.text = "the cache, if not the configuration's" \
	}

struct command {
	const char *name;     /* a job's is "ledger append" */
	const char *operands; /* "FILE..." */
	const char *text;
	/* Which of them is meant, its next word says; NULL at their end. Such
	 * a command has no more than a name and a text itself. */
	const struct command *const *jobs;
	int (*run)(const struct command *, int argc, char **argv);
	size_t n_rows;
	const struct option_row *rows;
	bool takes_conf;            /* and the options of the table of conf */
	bool serves;                /* with those of a server */
	void (*more)(struct buf *); /* what --help says last; or NULL */
};

/* main.c: the i-th, or NULL past the end; the one of that name, or NULL. */
const struct command *command_at(size_t i);
const struct command *command_by_name(const char *name);
/* The word that a command or job is called by, the last of its name. */
const char *command_word(const struct command *);
/* The command or job that argv begins with, and in *n how many words name it.
 * NULL: said on standard error what there is instead. */
const struct command *command_find(int *n, int argc, char **argv);
extern const struct command command_compare, command_demo, command_doctor,
    command_help, command_holder, command_ledger, command_rtr, command_serve,
    command_show, command_slurm, command_validate, command_view, command_why;

/* Walk a command line. */
struct options {
	const struct command *command;
	int argc, at; /* the next to look at */
	char **argv;
	struct option_row last; /* that takes more values */
	bool open;              /* it does */
	bool ended;             /* by "--" */
	const char *cluster;    /* rest of "-qv" */
};

enum option_kind {
	OPTION_END,
	OPTION_NAMED,
	OPTION_OPERAND,
	OPTION_BAD
};

void options_init(
    struct options *, const struct command *, int argc, char **argv);
/* OPTION_NAMED: *name and, unless a flag, *value. OPTION_OPERAND: *value.
 * OPTION_BAD: said on standard error. */
enum option_kind options_next(
    struct options *, const char **name, const char **value);
/* Each option, and each operand with name NULL, until one is not STATUS_DONE,
 * which then is what comes back. */
int options_each(const struct command *, int argc, char **argv,
    int (*take)(void *ctx, const char *name, const char *value), void *ctx);
/* The i-th option of a command, of both tables; false past the end. */
bool option_row(struct option_row *out, const struct command *, size_t i);

/* "usage: cairn ..." and every option; of NULL, every command. */
void usage_write(struct buf *, const struct command *);
/* The same as print_answer. */
int usage_answer(const struct command *);
/* "cairn CMD: ..." on standard error; returns STATUS_USAGE. */
int usage_error(const struct command *, const char *fmt, ...) FORMAT(2, 3);
int failure(const struct command *, const char *fmt, ...) FORMAT(2, 3);
/* Does --help stand among the arguments? */
bool asks_help(int argc, char **argv);

/* ---- configuration ------------------------------------------------------ */

/* Of a command with takes_conf: its common options, and what they, the file
 * and the defaults come to. */
struct settings {
	const struct command *self;
	struct conf conf;
	const char *file; /* that was read; NULL: none */
	bool quiet, verbose, json;
	bool notes;  /* a line for the log when routers hear of something */
	bool writes; /* the command writes the outputs */
};

/* Says so on standard error; STATUS_USAGE. */
int conf_refused(const struct command *, const struct conf_error *);
/* STATUS_DONE, or said on standard error. conf_fini is due either way. */
int settings_read(struct settings *, int argc, char **argv);
/* cmd_validate.c: one run with all that follows from it; an exit status. When
 * the first of its payloads ends: *expires_at, where there was a view. */
int validate_once(struct settings *, int64_t *expires_at);

/* ---- files, the terminal ------------------------------------------------ */

#define CLI_TEXT ((size_t)64 * 1024 * 1024)

/* Append the file ("-": standard input); false with errno set. */
bool cli_read(struct buf *, const char *path);
/* False, with errno set, when it did not go out whole. */
bool cli_print(FILE *, const struct buf *);
/* To standard output: STATUS_DONE, or why not is said on standard error;
 * STATUS_LEFT when nobody reads it any more. */
int print_answer(const struct command *, const struct buf *);

/* Bars on standard error, when it is a terminal and nobody said -q. */
struct progress {
	bool shown, drawn;
	enum run_phase phase;
	int64_t drawn_ms, began_ms;
};
void progress_init(struct progress *, bool quiet);
struct run_progress progress_of(struct progress *);
void progress_end(struct progress *);

/* ---- what a run came to ---------------------------------------------- */

struct summary_output {
	const char *format, *path; /* path NULL: standard output */
	bool changed;
};

struct summary {
	const struct run_result *result;
	size_t n_outputs;
	const struct summary_output *outputs;
	bool verbose;
};

void summary_text(struct buf *, const struct summary *);
void summary_json(struct buf *, const struct summary *);
/* summary_policy.c: parts of these. */
void summary_policy_text(struct buf *, const struct view *);
void summary_policy_json(struct emit *, const struct view *);
/* A name, and its six numbers in columns. */
void summary_row(struct buf *, struct span name, const uint64_t n[6]);
/* summary_ledger.c: their parts of it. */
void ledgers_text(struct buf *, const struct run_result *);
void ledgers_json(struct emit *, const struct run_result *);

#endif
