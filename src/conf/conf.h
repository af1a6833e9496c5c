/*
 * conf - what the operator wants, from a file and from options.
 *
 * What	    One table of settings: each with its key in cairn.yaml, its option
 *	    on the command line, its kind, its range and its sentence. It
 *	    drives the parser, --help and, by a test, the manual.
 * In	    A YAML file, options as text. Reads folders of TALs.
 * Out	    A const struct conf. Paths in the file are relative to the file.
 * Owns	    Everything a struct conf points at, until conf_fini.
 * Fails    R_CONF_*, with file, line and one sentence: an unknown key, a key
 *	    given twice, a wrong type, a number out of range, aliases, anchors
 *	    and tags, a file that anyone may write.
 * Threads  No state.
 * Standards YAML 1.2.2, the core schema's scalars; RFC 3339 for times.
 */
#ifndef CAIRN_CONF_H
#define CAIRN_CONF_H

#include "alert/alert.h"
#include "base/base.h"
#include "model/model.h"
#include "policy/policy.h"

/* Trust anchors: the name of NAME.tal is the name in all outputs. */
struct conf_tal {
	const char *name, *path;
	const char *constraints; /* path; NULL: none */
};

/* Where else a repository may be had, in order of preference. */
struct conf_place {
	bool is_folder;
	bool is_notification; /* URI of one: https, ends with ".xml" */
	const char *text;     /* else a path, or URI with a '/' at its end */
};

/* May rsync stand in for RRDP? In the order of the words of the table. */
enum conf_fallback {
	CONF_FALLBACK_NEVER,
	CONF_FALLBACK_STALE,
	CONF_FALLBACK_NEW
};

struct conf_mirror {
	struct uri from; /* text ends in '/' */
	size_t n;
	struct conf_place *to;
};

struct conf_output {
	const char *format; /* a name; the output room knows which exist */
	const char *path;   /* NULL: standard output */
	unsigned line;      /* where it was said; 0: on the command line */
};

/* From an entry number on, another sequencer: ledger.md 2. */
struct conf_succession {
	uint64_t size;
	struct digest sequencer;
	const char *origin, *key; /* NULL: as before */
	size_t n_sources;         /* 0: as before */
	const char **sources;
};

/* Keys are text here: room tlog knows what they are. */
struct conf_ledger {
	const char *file; /* that says so */
	unsigned line;
	const char *name, *origin, *key;
	uint64_t quorum;
	size_t n_witnesses;
	const char **witnesses;
	const char *policy; /* path of a C2SP tlog-policy, instead; or NULL */
	uint64_t max_age;   /* seconds */
	size_t n_successions;
	struct conf_succession *successions;
	size_t n_sources;
	const char **sources; /* paths, file:, http: or https: */
	bool discover;        /* mirrors that the ledger announces, too */
};

/* What is watched, and who is told. */
struct conf_alert {
	unsigned line;
	struct alert_watch watch;
	const char *command, *url; /* NULL: not by that */
	bool syslog;
};

/* A socket of the server for routers. */
struct conf_listener {
	const char *address; /* "127.0.0.1:3323", "[::1]:3323" */
	bool is_tls;
	unsigned max_version;
	size_t n_allow;
	const struct prefix *allow; /* none: everybody */
};

struct conf_server {
	size_t n;
	struct conf_listener *listeners;
	const char *certificate, *key, *client_ca; /* paths; NULL: none */
	bool has_listen; /* a list was given, if an empty one */
	bool has_option_listen;
};

struct conf_rtr {
	struct conf_server server;
	uint64_t history;                /* older serials kept */
	uint64_t refresh, retry, expire; /* told to routers, seconds */
};

struct conf_http {
	struct conf_server server; /* versions and allow: of RTR only */
	size_t n_hosts;
	const char **hosts; /* names that we may be asked by */
	bool per_entity;    /* metrics of each repository */
};

/* An address and a port: "192.0.2.1:323", "[2001:db8::1]:323". */
bool conf_address_parse(
    struct addr *, enum family *, uint16_t *port, const char *text) MUST_CHECK;

/* The text of a file, or an option and its value: the newest first. */
struct conf_said {
	const struct conf_said *before;
	struct span text;
};

/* Something that is not so: what if it were? */
enum conf_assumed {
	CONF_ASSUME_PAYLOAD,   /* a ROA or an ASPA: one VRP, one customer */
	CONF_ASSUME_OBJECT,    /* all that one object says; removed only */
	CONF_ASSUME_CA,        /* and all below it; removed only */
	CONF_ASSUME_ENTRY,     /* of a ledger; removed only */
	CONF_ASSUME_STATEMENT, /* for a ledger, or in it */
};

struct conf_assumption {
	unsigned line;
	bool is_added; /* else removed */
	enum conf_assumed kind;
	struct payload payload; /* without origin; an ASPA to be removed:
				 * its customer alone */
	const char *text;       /* URI of an object or a CA's certificate;
				 * path of a statement; its id, in hex */
	struct digest id;       /* of a statement to be removed */
	const char *source;     /* trust anchor, ledger; NULL: any */
	uint64_t entry;
};

struct conf {
	struct arena arena;           /* holds the rest */
	const struct conf_said *said; /* by which two can be told apart */
	const char *file;             /* NULL: only defaults and options */
	struct limits limits;
	const char *cache; /* folder of the store */
	const char *user;  /* whom root becomes; NULL: nobody else */
	size_t n_tals;
	struct conf_tal *tals; /* by name */
	size_t n_mirrors;
	struct conf_mirror *mirrors;
	size_t n_ledgers;
	struct conf_ledger *ledgers; /* in their order */
	struct policy policy;
	size_t n_alerts;
	struct conf_alert *alerts;
	size_t n_slurm;
	const char **slurm; /* paths, in their order */
	size_t n_releases;
	const char **releases; /* names of trust anchors */
	size_t n_outputs;
	struct conf_output *outputs;
	const char *findings;      /* path; NULL: none; "-": standard output */
	const char *rsync_command; /* a path, or a name to look for in PATH */
	const char *ca_file;       /* NULL: the system's alone */
	const char *proxy;         /* "http://HOST:PORT"; NULL: none */
	unsigned rrdp_fallback;    /* enum conf_fallback */
	uint64_t jobs;             /* 0: one for each processor */
	bool offline, no_memo, allow_local, strict;
	/* Not a setting: where SLURM files break, the last good ones stay. */
	bool keeps_slurm;
	struct conf_rtr rtr;
	struct conf_http http;
	uint64_t refresh, max_age; /* of a server, seconds */
	bool has_at;
	int64_t at;          /* time of evaluation, when given */
	const char *assumed; /* the file that says so; NULL: none */
	size_t n_assumptions;
	const struct conf_assumption *assumptions;
	/* As given, until conf_finish makes tals of them. */
	size_t n_places, n_constraints;
	const char **places, **constraints;
	bool has_places;        /* a list was given, if an empty one */
	bool has_option_places; /* options replace the file's lists */
	bool has_option_ledgers;
	bool has_option_outputs;
	bool has_option_slurm;
};

/* Where and why a configuration was refused. */
struct conf_error {
	enum reason reason;
	unsigned line;  /* 0: not in a file, or the file as a whole */
	char file[256]; /* "" on the command line */
	char text[256]; /* printable */
};

/* Where to look for a file when none is named. */
const char *conf_default_file(void);
/* The defaults. */
void conf_init(struct conf *out);
/* Add what a file says. Once, before any option. */
enum reason conf_load(
    struct conf *, const char *path, struct conf_error *) MUST_CHECK;
/* The same from bytes; name is for messages and as the base of paths. */
enum reason conf_parse(struct conf *, struct span text, const char *name,
    struct conf_error *) MUST_CHECK;
/* One option by its long name without dashes; value NULL for a flag. */
enum reason conf_option(struct conf *, const char *option, const char *value,
    struct conf_error *) MUST_CHECK;
/* Resolve folders of TALs, constraints and what depends on other settings.
 * Reads the disk. The struct is const from here on. */
enum reason conf_finish(struct conf *, struct conf_error *) MUST_CHECK;
/* After conf_finish: as it would be, by a file of assumptions; those that are
 * not about the configuration are for the run. Once. */
enum reason conf_assume(
    struct conf *, const char *path, struct conf_error *) MUST_CHECK;
/* The same from bytes; name is for messages and as the base of paths. */
enum reason conf_assume_parse(struct conf *, struct span text, const char *name,
    struct conf_error *) MUST_CHECK;
void conf_fini(struct conf *);

/* "cairn.yaml:3: unknown key ..." without a newline. */
void conf_error_write(struct buf *, const struct conf_error *);

enum conf_kind {
	CONF_FLAG,
	CONF_COUNT,
	CONF_TIME,
	CONF_PATH,
	CONF_COMMAND,
	CONF_WORD,
	CONF_CHOICE, /* an unsigned: which of the words */
	CONF_PROXY,
	CONF_PLACES,
	CONF_CONSTRAINTS,
	CONF_MIRRORS,
	CONF_OUTPUTS,
	CONF_LEDGERS,
	CONF_POLICY,
	CONF_ALERTS,
	CONF_SLURM,
	CONF_RELEASES,
	CONF_LIMITS,
	CONF_DURATION,
	CONF_RTR,
	CONF_HTTP
};

struct conf_row {
	const char *key;      /* in the file; NULL: only an option */
	const char *option;   /* NULL: only in the file */
	const char *argument; /* "DIR"; NULL: the option is a flag */
	enum conf_kind kind;
	bool many;   /* the option takes several values, and may be repeated */
	bool server; /* the option is of a server only */
	size_t offset;
	uint64_t min, max;
	const char *const *words; /* of a choice, NULL after the last */
	const char *otherwise;    /* the default, as text; NULL: none */
	const char *text;
};

/* All of them, `n` rows, in the order of the manual. */
const struct conf_row *conf_table(size_t *n);
const struct conf_row *conf_row_by_option(const char *option); /* or NULL */
/* The nearest of n names, or NULL when none is near: "did you mean". */
const char *conf_nearest(const char *word, const char *const *names, size_t n);
/* A limit may be set from 1 to this many times its default. */
#define CONF_LIMIT_FACTOR LIMIT_FACTOR

#endif
