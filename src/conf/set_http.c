/* The server for programs and people: what stands under `http`. */
#include "conf/set.h"

#define LISTENERS_MAX 64
#define HOSTS_MAX     64

static enum reason
fail(const struct setting *s, const struct node *n, const char *what)
{
	return conf_fail(s->error, R_CONF_VALUE, n->line, "%s%s: %s",
	    setting_dashes(n), setting_name(s, n), what);
}

static const struct node *
entry(const struct node *map, const char *key)
{
	const struct node *n = node_entry(map, key);

	return n == NULL || node_is_null(n) ? NULL : n;
}

static enum reason
add_listener(const struct setting *s, const struct node *n, bool is_tls)
{
	struct conf_http *http = &s->conf->http;
	struct conf_listener *list;
	struct addr addr;
	enum family family;
	uint16_t port;
	char *text = arena_str(&s->conf->arena, n->text);

	if (text == NULL)
		return setting_memory(s, n);
	if (n->kind != NODE_TEXT ||
	    !conf_address_parse(&addr, &family, &port, text))
		return fail(s, n,
		    "an address and a port are wanted, such as "
		    "127.0.0.1:8323 or [::1]:8323");
	if (http->n == LISTENERS_MAX)
		return fail(s, n, "too many listeners");
	list = setting_grown(s->conf, http->listeners, http->n, sizeof(*list));
	if (list == NULL)
		return setting_memory(s, n);
	list[http->n++] =
	    (struct conf_listener){ .address = text, .is_tls = is_tls };
	http->listeners = list;
	return REASON_OK;
}

static enum reason
get_listeners(const struct setting *s, const struct node *map, bool is_tls)
{
	const struct node *list = entry(map, "listen");

	if (list == NULL)
		return REASON_OK;
	if (list->kind != NODE_LIST)
		return conf_fail(s->error, R_CONF_TYPE, list->line,
		    "listen: a list is wanted, such as [\"127.0.0.1:8323\"]");
	if (!is_tls)
		s->conf->http.has_listen = true;
	for (const struct node *e = list->first; e != NULL; e = e->next)
		TRY(add_listener(s, e, is_tls));
	return REASON_OK;
}

static enum reason
get_path(const struct setting *s, const struct node *map, const char *key,
    const char **out)
{
	const struct node *n = entry(map, key);

	if (n == NULL)
		return REASON_OK;
	TRY(setting_text(s, n));
	*out = setting_path(s, n->text);
	return *out != NULL ? REASON_OK : setting_memory(s, n);
}

static enum reason
get_tls(const struct setting *s, const struct node *map)
{
	static const char *const keys[] = { "listen", "certificate", "key" };
	const struct node *n = entry(map, "tls");
	struct conf_http *http = &s->conf->http;

	if (n == NULL)
		return REASON_OK;
	if (n->kind != NODE_MAP)
		return conf_fail(s->error, R_CONF_TYPE, n->line,
		    "tls: keys and values are wanted");
	TRY(setting_keys(s, n, keys, COUNT(keys)));
	TRY(get_path(s, n, "certificate", &http->certificate));
	TRY(get_path(s, n, "key", &http->key));
	TRY(get_listeners(s, n, true));
	if (entry(n, "listen") != NULL && entry(n, "listen")->first != NULL &&
	    (http->certificate == NULL || http->key == NULL))
		return fail(s, n, "tls needs \"certificate\" and \"key\"");
	return REASON_OK;
}

static enum reason
get_hosts(const struct setting *s, const struct node *map)
{
	const struct node *list = entry(map, "hosts");
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
			return fail(s, e, "hosts: at most 64 names");
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
	const struct node *n = entry(map, "metrics-per-entity");

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
	struct conf_http *http = &s->conf->http;

	if (n->option) {
		if (!http->has_option_listen)
			http->n = 0;
		http->has_option_listen = http->has_listen = true;
		return add_listener(s, n, false);
	}
	if (n->kind != NODE_MAP)
		return setting_fail(s, n, "keys and values are wanted");
	TRY(setting_keys(s, n, keys, COUNT(keys)));
	TRY(get_hosts(s, n));
	TRY(get_per_entity(s, n));
	TRY(get_listeners(s, n, false));
	return get_tls(s, n);
}

enum reason
conf_finish_http(struct conf *c)
{
	struct conf_listener *one;

	if (c->http.has_listen)
		return REASON_OK;
	one = setting_grown(
	    c, c->http.listeners, c->http.n, sizeof(*c->http.listeners));
	if (one == NULL)
		return R_LIMIT_MEMORY;
	one[c->http.n++] =
	    (struct conf_listener){ .address = CONF_HTTP_LISTEN };
	c->http.listeners = one;
	return REASON_OK;
}
