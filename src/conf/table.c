/* The table of settings, and the nearest name to a wrong one. */
#include <string.h>

#include "conf/conf.h"

#define AT(field) offsetof(struct conf, field)

static const char *const fallbacks[] = {
	[CONF_FALLBACK_NEVER] = "never",
	[CONF_FALLBACK_STALE] = "stale",
	[CONF_FALLBACK_NEW] = "new",
	NULL,
};

static const struct conf_row rows[] = {
	{ .key = "cache",
	    .option = "cache",
	    .argument = "DIR",
	    .kind = CONF_PATH,
	    .offset = AT(cache),
	    .otherwise = CONF_CACHE,
	    .text = "folder of the store; made when it is not there" },
	{ .key = "user",
	    .kind = CONF_WORD,
	    .offset = AT(user),
	    .otherwise = "who starts it",
	    .text = "who validates and serves, when root starts it" },
	{ .key = "trust-anchors",
	    .option = "tal",
	    .argument = "FILE",
	    .kind = CONF_PLACES,
	    .many = true,
	    .otherwise = CONF_TALS,
	    .text = "trust anchor locators, or folders of *.tal" },
	{ .option = "constraints",
	    .argument = "FILE",
	    .kind = CONF_CONSTRAINTS,
	    .many = true,
	    .otherwise = "NAME.constraints beside NAME.tal",
	    .text = "what the trust anchor of the same name may hold" },
	{ .key = "mirrors",
	    .option = "mirror",
	    .argument = "FROM=TO",
	    .kind = CONF_MIRRORS,
	    .many = true,
	    .text =
		"have what is below the URI FROM from TO, a URI or folder" },
	{ .key = "ledgers",
	    .option = "ledger",
	    .argument = "FILE",
	    .kind = CONF_LEDGERS,
	    .many = true,
	    .text = "ledgers to follow; as an option, files with one entry of "
		    "the list or with the list" },
	{ .key = "policy",
	    .option = "policy",
	    .argument = "FILE",
	    .kind = CONF_POLICY,
	    .otherwise = "mode legacy-first, minimum-level attested",
	    .text = "how trust anchors and ledgers are merged; as an option, a "
		    "file that says so" },
	{ .key = "alerts",
	    .kind = CONF_ALERTS,
	    .text = "what is watched, and who is told when it changes" },
	{ .key = "slurm",
	    .option = "slurm",
	    .argument = "FILE",
	    .kind = CONF_SLURM,
	    .many = true,
	    .text = "local exceptions, RFC 8416; as an option, in their "
		    "place" },
	{ .option = "release",
	    .argument = "NAME",
	    .kind = CONF_RELEASES,
	    .many = true,
	    .text = "trust anchors of which nothing is held in this run" },
	{ .key = "rsync-command",
	    .option = "rsync-command",
	    .argument = "PATH",
	    .kind = CONF_COMMAND,
	    .offset = AT(rsync_command),
	    .otherwise = "rsync",
	    .text = "the rsync program" },
	{ .key = "ca-file",
	    .option = "ca-file",
	    .argument = "PEM",
	    .kind = CONF_PATH,
	    .offset = AT(ca_file),
	    .text = "more TLS roots, for HTTPS" },
	{ .key = "proxy",
	    .kind = CONF_PROXY,
	    .offset = AT(proxy),
	    .text = "proxy for HTTPS and rsync, http://HOST:PORT" },
	{ .key = "rrdp-fallback",
	    .kind = CONF_CHOICE,
	    .offset = AT(rrdp_fallback),
	    .words = fallbacks,
	    .otherwise = "stale",
	    .text = "when rsync stands in for RRDP" },
	{ .option = "offline",
	    .kind = CONF_FLAG,
	    .offset = AT(offline),
	    .text = "fetch nothing: validate what the cache holds" },
	{ .option = "at",
	    .argument = "TIME",
	    .kind = CONF_TIME,
	    .otherwise = "now",
	    .text = "time of evaluation, RFC 3339 or seconds since 1970" },
	{ .key = "jobs",
	    .option = "jobs",
	    .argument = "N",
	    .kind = CONF_COUNT,
	    .offset = AT(jobs),
	    .min = 1,
	    .max = 256,
	    .otherwise = "one for each processor",
	    .text = "processes that judge" },
	{ .option = "no-memo",
	    .kind = CONF_FLAG,
	    .offset = AT(no_memo),
	    .text = "judge everything anew, whatever earlier runs remember" },
	{ .key = "allow-local",
	    .option = "allow-local",
	    .kind = CONF_FLAG,
	    .offset = AT(allow_local),
	    .otherwise = "false",
	    .text = "let the network name loopback and private hosts and "
		    "explicit ports" },
	{ .key = "outputs",
	    .option = "output",
	    .argument = "FORMAT[:PATH]",
	    .kind = CONF_OUTPUTS,
	    .many = true,
	    .text = "write the payloads; without PATH to standard output" },
	{ .key = "findings",
	    .option = "findings",
	    .argument = "PATH",
	    .kind = CONF_PATH,
	    .offset = AT(findings),
	    .text = "write what was refused and why, one JSON object a line" },
	{ .key = "strict",
	    .option = "strict",
	    .kind = CONF_FLAG,
	    .offset = AT(strict),
	    .otherwise = "false",
	    .text = "exit 3 when a trust anchor or ledger failed" },
	{ .key = "limits",
	    .kind = CONF_LIMITS,
	    .text = "numbers that protect; each by its name" },
	{ .key = "rtr",
	    .option = "rtr",
	    .server = true,
	    .argument = "ADDRESS:PORT",
	    .kind = CONF_RTR,
	    .many = true,
	    .otherwise = CONF_RTR_LISTEN,
	    .text = "where cairn serve listens for routers" },
	{ .key = "refresh",
	    .option = "refresh",
	    .server = true,
	    .argument = "TIME",
	    .kind = CONF_DURATION,
	    .offset = AT(refresh),
	    .min = 10,
	    .max = 86400,
	    .otherwise = "10m",
	    .text = "from one validation of cairn serve to the next" },
	{ .key = "max-age",
	    .option = "max-age",
	    .server = true,
	    .argument = "TIME",
	    .kind = CONF_DURATION,
	    .offset = AT(max_age),
	    .min = 60,
	    .max = UINT64_C(365) * 86400,
	    .otherwise = "24h",
	    .text = "age from which cairn serve no longer serves a view" },
	{ .key = "http",
	    .option = "http",
	    .server = true,
	    .argument = "ADDRESS:PORT",
	    .kind = CONF_HTTP,
	    .many = true,
	    .otherwise = CONF_HTTP_LISTEN,
	    .text = "where cairn serve listens for programs and people" },
};

const struct conf_row *
conf_table(size_t *n)
{
	*n = COUNT(rows);
	return rows;
}

const struct conf_row *
conf_row_by_option(const char *option)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].option != NULL &&
		    strcmp(rows[i].option, option) == 0)
			return &rows[i];
	return NULL;
}

#define WORD_MAX 32

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits from a to b: insert, delete, replace, swap neighbours. */
static size_t
distance(const char *a, size_t a_n, const char *b, size_t b_n)
{
	size_t three[3][WORD_MAX + 1];
	size_t *before = three[0], *last = three[1], *now = three[2];

	for (size_t j = 0; j <= b_n; j++)
		last[j] = before[j] = j;
	for (size_t i = 0; i < a_n; i++) {
		size_t *spare = before;

		now[0] = i + 1;
		for (size_t j = 0; j < b_n; j++) {
			now[j + 1] = least(last[j] + (a[i] != b[j]),
			    least(now[j], last[j + 1]) + 1);
			if (i > 0 && j > 0 && a[i] == b[j - 1] &&
			    a[i - 1] == b[j])
				now[j + 1] =
				    least(now[j + 1], before[j - 1] + 1);
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[b_n];
}

const char *
conf_nearest(const char *word, const char *const *names, size_t n)
{
	size_t word_n = strlen(word), best = SIZE_MAX;
	const char *out = NULL;

	if (word_n == 0 || word_n > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t name_n = strlen(names[i]), d;

		if (name_n > WORD_MAX)
			continue;
		d = distance(word, word_n, names[i], name_n);
		/* More than half of the letters wrong is another word. */
		if (d < best && d * 2 <= name_n) {
			best = d;
			out = names[i];
		}
	}
	return out;
}
