/* The server for programs and people: what stands under `http`. */
#include "conf/set_listen.h"

#define HOSTS_MAX 64

static enum reason
get_hosts(const struct setting *s, const struct node *map)
{
	const struct node *list = setting_entry(map, "hosts");
	struct conf_http *http = &s->conf->http;

	if (list == NULL)
		return REASON_OK;
	if (list->kind != NODE_LIST)
		return conf_fail(s->error, R_CONF_TYPE, list->line,
		    "hosts: a list of names is wanted");
	http->hosts = ARENA_ARRAY(&s->conf->arena, HOSTS_MAX, const char *);
	if (http->hosts == NULL)
		return setting_memory(s, list);
	for (const struct node *e = list->first; e != NULL; e = e->next) {
		if (e->kind != NODE_TEXT || http->n_hosts == HOSTS_MAX)
			return setting_refuse(s, e, "hosts: at most 64 names");
		http->hosts[http->n_hosts] =
		    arena_str(&s->conf->arena, e->text);
		if (http->hosts[http->n_hosts++] == NULL)
			return setting_memory(s, e);
	}
	return REASON_OK;
}

static enum reason
get_per_entity(const struct setting *s, const struct node *map)
{
	const struct node *n = setting_entry(map, "metrics-per-entity");

	if (n == NULL)
		return REASON_OK;
	s->conf->http.per_entity = span_eq(n->text, SPAN("true"));
	return n->kind == NODE_TEXT && n->plain &&
		       (s->conf->http.per_entity ||
			   span_eq(n->text, SPAN("false")))
		   ? REASON_OK
		   : conf_fail(s->error, R_CONF_TYPE, n->line,
			 "metrics-per-entity: true or false is wanted");
}

enum reason
conf_set_http(const struct setting *s, const struct node *n)
{
	static const char *const keys[] = { "listen", "tls", "hosts",
		"metrics-per-entity" };
	const struct listening l = {
		.s = s, .server = &s->conf->http.server, .port = 8323
	};

	if (n->option)
		return listening_option(&l, n);
	if (n->kind != NODE_MAP)
		return setting_fail(s, n, "keys and values are wanted");
	TRY(setting_keys(s, n, keys, COUNT(keys)));
	TRY(get_hosts(s, n));
	TRY(get_per_entity(s, n));
	TRY(listening_list(&l, n, false));
	return listening_tls(&l, n);
}

enum reason
conf_finish_http(struct conf *c)
{
	const struct conf_listener one = { .address = CONF_HTTP_LISTEN };

	return listening_otherwise(c, &c->http.server, &one);
}
