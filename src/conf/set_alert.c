/* Alerts: what is watched, and whom to tell. */
#include "conf/set.h"

#define ALERTS_MAX 200
#define SOON_MAX   ((uint64_t)365 * 86400)
#define SOON       7200 /* seconds */

static enum reason
fail(const struct setting *s, const struct node *n, const char *what)
{
	return conf_fail(s->error, R_CONF_VALUE, n->line, "alerts: %s", what);
}

static enum reason
get_kinds(
    const struct setting *s, const struct node *map, struct alert_watch *out)
{
	const char *names[ALERT_KINDS];
	const struct node *list = node_entry(map, "on");
	enum alert_kind kind;

	for (int i = 0; i < ALERT_KINDS; i++)
		names[i] = alert_kind_id((enum alert_kind)i);
	out->kinds = (1U << ALERT_KINDS) - 1;
	if (list == NULL)
		return REASON_OK;
	if (list->kind != NODE_LIST || list->first == NULL)
		return fail(s, list, "on: a list, such as [gone, new-origin]");
	out->kinds = 0;
	for (const struct node *e = list->first; e != NULL; e = e->next) {
		if (e->kind != NODE_TEXT || !alert_kind_parse(&kind, e->text))
			return conf_unknown(s->error, e, names, COUNT(names));
		out->kinds |= 1U << kind;
	}
	return REASON_OK;
}

static enum reason
get_soon(
    const struct setting *s, const struct node *map, struct alert_watch *out)
{
	const struct node *n = node_entry(map, "expires-within");
	uint64_t seconds = SOON;

	if (n != NULL &&
	    (n->kind != NODE_TEXT || !setting_duration(&seconds, n->text) ||
		seconds > SOON_MAX))
		return fail(s, n, "expires-within: a time, such as 2h");
	out->soon = (int64_t)seconds;
	return REASON_OK;
}

static bool
is_url(struct span text)
{
	return span_starts(text, SPAN("https://")) ||
	       span_starts(text, SPAN("http://"));
}

static enum reason
get_receiver(
    const struct setting *s, const struct node *map, struct conf_alert *out)
{
	const struct node *command = node_entry(map, "command");
	const struct node *url = node_entry(map, "url");
	const struct node *syslog = node_entry(map, "syslog");

	if (command != NULL) {
		if (command->kind != NODE_TEXT || command->text.n == 0)
			return fail(s, command, "command: a path is wanted");
		out->command = setting_path(s, command->text);
		if (out->command == NULL)
			return setting_memory(s, command);
	}
	if (url != NULL) {
		if (url->kind != NODE_TEXT || !is_url(url->text))
			return fail(s, url, "url: an HTTP URL is wanted");
		out->url = arena_str(&s->conf->arena, url->text);
		if (out->url == NULL)
			return setting_memory(s, url);
	}
	if (syslog != NULL) {
		if (syslog->kind != NODE_TEXT || !syslog->plain ||
		    !span_eq(syslog->text, SPAN("true")))
			return fail(s, syslog, "syslog: true, or not at all");
		out->syslog = true;
	}
	return out->command != NULL || out->url != NULL || out->syslog
		   ? REASON_OK
		   : fail(s, map,
			 "whom to tell? A command, a url, or syslog: true");
}

static enum reason
get_alert(
    const struct setting *s, const struct node *map, struct conf_alert *out)
{
	static const char *const keys[] = { "prefixes", "asns", "holders", "on",
		"expires-within", "command", "url", "syslog" };
	struct policy_rule where = { 0 };

	if (map->kind != NODE_MAP)
		return fail(
		    s, map, "each is such as {prefixes: [...], command: ...}");
	TRY(setting_keys(s, map, keys, COUNT(keys)));
	TRY(conf_get_watched(s, map, &where));
	out->watch = (struct alert_watch){ .n_prefixes = where.n_prefixes,
		.n_asns = where.n_asns,
		.prefixes = where.prefixes,
		.asns = where.asns,
		.holders = where.holders };
	TRY(get_kinds(s, map, &out->watch));
	TRY(get_soon(s, map, &out->watch));
	return get_receiver(s, map, out);
}

enum reason
conf_add_alert(const struct setting *s, const struct node *n)
{
	struct conf *conf = s->conf;
	struct conf_alert alert = { .line = n->line };
	struct conf_alert *all;

	if (conf->n_alerts == ALERTS_MAX)
		return conf_fail(s->error, R_CONF_RANGE, n->line,
		    "alerts: more than %d", ALERTS_MAX);
	TRY(get_alert(s, n, &alert));
	all = setting_grown(conf, conf->alerts, conf->n_alerts, sizeof(*all));
	if (all == NULL)
		return setting_memory(s, n);
	all[conf->n_alerts++] = alert;
	conf->alerts = all;
	return REASON_OK;
}
