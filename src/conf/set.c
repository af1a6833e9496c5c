/* Settings of one value, and the dispatch by kind. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf/set.h"

/* For messages: the name as the operator wrote it. */
const char *
setting_name(const struct setting *s, const struct node *n)
{
	return n->option ? s->row->option : s->row->key;
}

const char *
setting_dashes(const struct node *n)
{
	return n->option ? "--" : "";
}

enum reason
setting_fail(const struct setting *s, const struct node *n, const char *wanted)
{
	return conf_fail(s->error, R_CONF_TYPE, n->line, "%s%s: %s",
	    setting_dashes(n), setting_name(s, n), wanted);
}

enum reason
setting_memory(const struct setting *s, const struct node *n)
{
	return conf_fail(s->error, R_LIMIT_MEMORY, n->line, "no memory");
}

static bool
is_word_of(struct span text, const char *const *words, size_t n)
{
	char lower[8];

	if (text.n >= sizeof(lower))
		return false;
	for (size_t i = 0; i < text.n; i++)
		lower[i] = (char)(text.p[i] >= 'A' && text.p[i] <= 'Z'
				      ? text.p[i] - 'A' + 'a'
				      : text.p[i]);
	for (size_t i = 0; i < n; i++)
		if (span_eq(span_of(lower, text.n), span_str(words[i])))
			return true;
	return false;
}

/*
 * Plain scalars that YAML 1.1 or 1.2 takes for something else than text: who
 * writes `cache: no` or `path: 0755` must say with quotes that it is a name.
 */
static bool
is_trap(struct span text)
{
	static const char *const words[] = { "y", "n", "yes", "no", "on", "off",
		"true", "false", "null", "~" };
	size_t i = 0;

	if (is_word_of(text, words, COUNT(words)))
		return true;
	if (i < text.n && (text.p[i] == '+' || text.p[i] == '-'))
		i++;
	if (i == text.n || text.p[i] < '0' || text.p[i] > '9')
		return false;
	for (; i < text.n; i++)
		if (strchr("0123456789_.:+-xXoOeEabcdefABCDEF", text.p[i]) ==
		    NULL)
			return false;
	return true;
}

static bool
has_control(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < 0x20 || text.p[i] == 0x7f)
			return true;
	return false;
}

/* Text that is meant as text. */
enum reason
setting_text(const struct setting *s, const struct node *n)
{
	if (n->kind != NODE_TEXT)
		return setting_fail(s, n, "one value is wanted here");
	if (n->plain && is_trap(n->text))
		return setting_fail(s, n,
		    "this reads as a number, a truth value or nothing: put "
		    "it into quotes if it is a name");
	if (n->text.n == 0 || has_control(n->text))
		return conf_fail(s->error, R_CONF_VALUE, n->line,
		    "%s%s: empty, or holds control characters",
		    setting_dashes(n), setting_name(s, n));
	return REASON_OK;
}

/* Paths in a file are relative to its folder. NULL without memory. */
const char *
setting_path(const struct setting *s, struct span path)
{
	size_t n = strlen(s->folder);
	char *out;

	if (path.p[0] == '/' || n == 0 || span_eq(path, SPAN("-")))
		return arena_str(&s->conf->arena, path);
	out = arena_alloc(&s->conf->arena, n + path.n + 1);
	if (out == NULL)
		return NULL;
	memcpy(out, s->folder, n);
	memcpy(out + n, path.p, path.n);
	return out;
}

/* From the root: it is run in another folder. */
static const char *
absolute(const struct setting *s, const char *path)
{
	char folder[PATH_MAX];
	size_t n;
	char *out;

	if (path == NULL || path[0] == '/' ||
	    getcwd(folder, sizeof(folder)) == NULL)
		return path;
	n = strlen(folder) + 1 + strlen(path) + 1;
	out = arena_alloc(&s->conf->arena, n);
	if (out != NULL)
		(void)snprintf(out, n, "%s/%s", folder, path);
	return out;
}

static enum reason
set_path(const struct setting *s, const struct node *n)
{
	const char **field =
	    (const char **)(void *)((char *)s->conf + s->row->offset);

	TRY(setting_text(s, n));
	/* A bare name is looked for in PATH, as the shell does. */
	if (s->row->kind == CONF_COMMAND &&
	    memchr(n->text.p, '/', n->text.n) == NULL)
		*field = arena_str(&s->conf->arena, n->text);
	else if (s->row->kind == CONF_COMMAND)
		*field = absolute(s, setting_path(s, n->text));
	else
		*field = setting_path(s, n->text);
	return *field != NULL ? REASON_OK : setting_memory(s, n);
}

static enum reason
set_word(const struct setting *s, const struct node *n)
{
	const char **field =
	    (const char **)(void *)((char *)s->conf + s->row->offset);

	TRY(setting_text(s, n));
	*field = arena_str(&s->conf->arena, n->text);
	return *field != NULL ? REASON_OK : setting_memory(s, n);
}

static enum reason
set_flag(const struct setting *s, const struct node *n)
{
	bool *field = (bool *)(void *)((char *)s->conf + s->row->offset);

	if (n->kind == NODE_TEXT && n->plain && span_eq(n->text, SPAN("true")))
		*field = true;
	else if (n->kind == NODE_TEXT && n->plain &&
		 span_eq(n->text, SPAN("false")))
		*field = false;
	else
		return setting_fail(s, n, "write true or false");
	return REASON_OK;
}

static enum reason
set_count(const struct setting *s, const struct node *n)
{
	uint64_t *field =
	    (uint64_t *)(void *)((char *)s->conf + s->row->offset);
	uint64_t value;

	if (n->kind != NODE_TEXT || (!n->plain && !n->option) ||
	    !decimal_parse(&value, n->text, UINT64_MAX))
		return setting_fail(s, n,
		    "a whole number is wanted, decimal, without sign or "
		    "leading zero");
	if (value < s->row->min || value > s->row->max)
		return conf_fail(s->error, R_CONF_RANGE, n->line,
		    "%s%s: %llu is not between %llu and %llu",
		    setting_dashes(n), setting_name(s, n),
		    (unsigned long long)value, (unsigned long long)s->row->min,
		    (unsigned long long)s->row->max);
	*field = value;
	return REASON_OK;
}

static enum reason
set_time(const struct setting *s, const struct node *n)
{
	const char *text;

	TRY(setting_text(s, n));
	text = arena_str(&s->conf->arena, n->text);
	if (text == NULL)
		return setting_memory(s, n);
	if (!time_parse(&s->conf->at, text))
		return conf_fail(s->error, R_CONF_VALUE, n->line,
		    "%s%s: a time is wanted, such as 2026-11-21T00:00:00Z or "
		    "1795219200",
		    setting_dashes(n), setting_name(s, n));
	s->conf->has_at = true;
	return REASON_OK;
}

static enum reason
set_choice(const struct setting *s, const struct node *n)
{
	unsigned *field =
	    (unsigned *)(void *)((char *)s->conf + s->row->offset);
	char all[128];
	size_t used = 0;

	TRY(setting_text(s, n));
	for (unsigned i = 0; s->row->words[i] != NULL; i++) {
		const char *word = s->row->words[i];

		if (span_eq(n->text, span_str(word))) {
			*field = i;
			return REASON_OK;
		}
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s",
		    i > 0 ? ", " : "", word);
		ASSERT(used < sizeof(all));
	}
	return conf_fail(s->error, R_CONF_VALUE, n->line, "%s%s: one of %s",
	    setting_dashes(n), setting_name(s, n), all);
}

static bool
is_host_text(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < 'a' || s.p[i] > 'z') &&
		    (s.p[i] < 'A' || s.p[i] > 'Z') &&
		    (s.p[i] < '0' || s.p[i] > '9') &&
		    strchr("-._~%:@[]", s.p[i]) == NULL)
			return false;
	return s.n > 0;
}

/* http://[USER:PASSWORD@]HOST:PORT: what libcurl and rsync both know of. */
static bool
is_proxy(struct span text)
{
	struct span scheme = SPAN("http://");
	size_t at = text.n;
	uint64_t port;

	while (at > 0 && text.p[at - 1] != ':')
		at--;
	return span_starts(text, scheme) && at > scheme.n + 1 &&
	       is_host_text(span_of(text.p + scheme.n, at - 1 - scheme.n)) &&
	       decimal_parse(
		   &port, span_of(text.p + at, text.n - at), UINT16_MAX) &&
	       port > 0;
}

static enum reason
set_proxy(const struct setting *s, const struct node *n)
{
	const char **field =
	    (const char **)(void *)((char *)s->conf + s->row->offset);

	TRY(setting_text(s, n));
	if (!is_proxy(n->text))
		return conf_fail(s->error, R_CONF_VALUE, n->line,
		    "%s%s: http://HOST:PORT is wanted", setting_dashes(n),
		    setting_name(s, n));
	*field = arena_str(&s->conf->arena, n->text);
	return *field != NULL ? REASON_OK : setting_memory(s, n);
}

/* "10m" too where the unit is seconds. */
static bool
parse_amount(uint64_t *out, struct span text, bool is_time)
{
	static const struct {
		char letter;
		uint64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };

	if (is_time && text.n > 1)
		for (size_t i = 0; i < COUNT(units); i++) {
			if (text.p[text.n - 1] != units[i].letter)
				continue;
			if (!decimal_parse(
				out, span_of(text.p, text.n - 1), UINT32_MAX))
				return false;
			*out *= units[i].seconds;
			return true;
		}
	return decimal_parse(out, text, UINT64_MAX);
}

bool
setting_duration(uint64_t *out, struct span text)
{
	return parse_amount(out, text, true);
}

static enum reason
set_duration(const struct setting *s, const struct node *n)
{
	uint64_t *field =
	    (uint64_t *)(void *)((char *)s->conf + s->row->offset);
	uint64_t value;

	if (n->kind != NODE_TEXT || (!n->plain && !n->option) ||
	    !parse_amount(&value, n->text, true))
		return setting_fail(
		    s, n, "seconds are wanted, or such as 90s, 10m, 2h, 1d");
	if (value < s->row->min || value > s->row->max)
		return conf_fail(s->error, R_CONF_RANGE, n->line,
		    "%s%s: %llu is not between %llu and %llu seconds",
		    setting_dashes(n), setting_name(s, n),
		    (unsigned long long)value, (unsigned long long)s->row->min,
		    (unsigned long long)s->row->max);
	*field = value;
	return REASON_OK;
}

static enum reason
set_limit(
    const struct setting *s, const struct node *n, const struct limit_row *row)
{
	uint64_t *field =
	    (uint64_t *)(void *)((char *)&s->conf->limits + row->offset);
	bool is_time = strcmp(row->unit, "seconds") == 0;
	uint64_t value, max = row->value * CONF_LIMIT_FACTOR;

	if (node_is_null(n))
		return REASON_OK;
	if (n->kind != NODE_TEXT || !n->plain ||
	    !parse_amount(&value, n->text, is_time))
		return conf_fail(s->error, R_CONF_TYPE, n->line,
		    "%s: a whole number of %s is wanted%s", row->key, row->unit,
		    is_time ? ", or such as 90s, 10m, 2h, 1d" : "");
	if (value < 1 || value > max)
		return conf_fail(s->error, R_CONF_RANGE, n->line,
		    "%s: %llu is not between 1 and %llu", row->key,
		    (unsigned long long)value, (unsigned long long)max);
	*field = value;
	return REASON_OK;
}

static enum reason
set_limits(const struct setting *s, const struct node *map)
{
	const char *keys[256];
	size_t n;
	const struct limit_row *rows = limits_table(&n);

	ASSERT(n <= COUNT(keys));
	if (map->kind != NODE_MAP)
		return setting_fail(s, map, "names and numbers are wanted");
	for (size_t i = 0; i < n; i++)
		keys[i] = rows[i].key;
	TRY(setting_keys(s, map, keys, n));
	for (size_t i = 0; i < n; i++) {
		const struct node *e = node_entry(map, rows[i].key);

		if (e != NULL)
			TRY(set_limit(s, e, &rows[i]));
	}
	return REASON_OK;
}

enum reason
conf_unknown(struct conf_error *error, const struct node *key,
    const char *const *names, size_t n)
{
	char word[64];
	const char *near;
	size_t length =
	    key->text.n < sizeof(word) - 1 ? key->text.n : sizeof(word) - 1;

	memcpy(word, key->text.p, length);
	word[length] = '\0';
	near = conf_nearest(word, names, n);
	if (near != NULL)
		return conf_fail(error, R_CONF_KEY, key->line,
		    "unknown key \"%s\": did you mean \"%s\"?", word, near);
	return conf_fail(
	    error, R_CONF_KEY, key->line, "unknown key \"%s\"", word);
}

enum reason
setting_keys(const struct setting *s, const struct node *map,
    const char *const *keys, size_t n)
{
	for (const struct node *e = map->first; e != NULL; e = e->next) {
		size_t i = 0;

		while (i < n && !span_eq(e->key->text, span_str(keys[i])))
			i++;
		if (i == n)
			return conf_unknown(s->error, e->key, keys, n);
	}
	return REASON_OK;
}

enum reason
conf_set(const struct setting *s, const struct node *n)
{
	if (!n->option && node_is_null(n))
		return REASON_OK;
	switch (s->row->kind) {
	case CONF_FLAG:
		return set_flag(s, n);
	case CONF_COUNT:
		return set_count(s, n);
	case CONF_TIME:
		return set_time(s, n);
	case CONF_PATH:
	case CONF_COMMAND:
		return set_path(s, n);
	case CONF_WORD:
		return set_word(s, n);
	case CONF_CHOICE:
		return set_choice(s, n);
	case CONF_PROXY:
		return set_proxy(s, n);
	case CONF_DURATION:
		return set_duration(s, n);
	case CONF_RTR:
		return conf_set_rtr(s, n);
	case CONF_HTTP:
		return conf_set_http(s, n);
	case CONF_LIMITS:
		return set_limits(s, n);
	case CONF_PLACES:
	case CONF_CONSTRAINTS:
	case CONF_MIRRORS:
	case CONF_OUTPUTS:
	case CONF_LEDGERS:
	case CONF_SLURM:
	case CONF_RELEASES:
	case CONF_ALERTS:
		return conf_add(s, n);
	case CONF_POLICY:
		return conf_set_policy(s, n);
	}
	ASSERT(false);
	return R_CONF_KEY;
}
