/* Where a server listens: what `rtr` and `http` have in common. */
#include <string.h>

#include "conf/set_listen.h"

#define LISTENERS_MAX 64

enum reason
setting_refuse(const struct setting *s, const struct node *n, const char *what)
{
	return conf_fail(s->error, R_CONF_VALUE, n->line, "%s%s: %s",
	    setting_dashes(n), setting_name(s, n), what);
}

const struct node *
setting_entry(const struct node *map, const char *key)
{
	const struct node *n = node_entry(map, key);

	return n == NULL || node_is_null(n) ? NULL : n;
}

static enum reason
get_path(const struct setting *s, const struct node *map, const char *key,
    const char **out)
{
	const struct node *n = setting_entry(map, key);

	if (n == NULL)
		return REASON_OK;
	TRY(setting_text(s, n));
	*out = setting_path(s, n->text);
	return *out != NULL ? REASON_OK : setting_memory(s, n);
}

enum reason
setting_address(const struct setting *s, const struct node *n, const char **out)
{
	if (n->kind != NODE_TEXT || n->text.n == 0)
		return setting_fail(s, n, "one address is wanted here");
	*out = arena_str(&s->conf->arena, n->text);
	return *out != NULL ? REASON_OK : setting_memory(s, n);
}

/* HOST:PORT, [ADDRESS]:PORT; addresses only, so that nothing is asked of a
 * resolver before there is a network. */
bool
conf_address_parse(
    struct addr *addr, enum family *family, uint16_t *port, const char *text)
{
	const char *colon = strrchr(text, ':');
	char host[64];
	uint64_t number;
	size_t n;

	if (colon == NULL ||
	    !decimal_parse(&number, span_str(colon + 1), UINT16_MAX))
		return false;
	n = (size_t)(colon - text);
	if (n >= 2 && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	} else if (memchr(text, ':', n) != NULL) {
		return false;
	}
	if (n == 0 || n >= sizeof(host))
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	*port = (uint16_t)number;
	return addr_parse(addr, family, host);
}

/* ---- listeners ----------------------------------------------------------- */

static enum reason
add(const struct listening *l, const struct node *n, const struct node *address,
    const struct conf_listener *from)
{
	struct conf_server *to = l->server;
	struct conf_listener *list;
	char text[128];
	struct addr addr;
	enum family family;
	uint16_t port;

	if (to->n == LISTENERS_MAX)
		return setting_refuse(l->s, n, "too many listeners");
	list = setting_grown(l->s->conf, to->listeners, to->n, sizeof(*list));
	if (list == NULL)
		return setting_memory(l->s, n);
	list[to->n] = *from;
	TRY(setting_address(l->s, address, &list[to->n].address));
	(void)snprintf(text, sizeof(text),
	    "an address and a port are wanted, such as 127.0.0.1:%u or "
	    "[::1]:%u",
	    l->port, l->port);
	if (!conf_address_parse(&addr, &family, &port, list[to->n].address))
		return setting_refuse(l->s, n, text);
	to->listeners = list;
	to->n++;
	return REASON_OK;
}

enum reason
listening_option(const struct listening *l, const struct node *n)
{
	/* The option says it anew, as others do. */
	if (!l->server->has_option_listen)
		l->server->n = 0;
	l->server->has_option_listen = l->server->has_listen = true;
	return add(l, n, n, &l->common);
}

enum reason
listening_list(const struct listening *l, const struct node *map, bool is_tls)
{
	const struct node *list = setting_entry(map, "listen");

	if (list == NULL)
		return REASON_OK;
	if (list->kind != NODE_LIST)
		return conf_fail(l->s->error, R_CONF_TYPE, list->line,
		    "listen: a list is wanted, such as [\"127.0.0.1:%u\"]",
		    l->port);
	if (!is_tls)
		l->server->has_listen = true;
	for (const struct node *e = list->first; e != NULL; e = e->next) {
		struct conf_listener one = l->common;
		const struct node *address = e;

		one.is_tls = is_tls;
		if (l->get != NULL)
			TRY(l->get(l->s, e, &one, &address));
		TRY(add(l, e, address, &one));
	}
	return REASON_OK;
}

enum reason
listening_tls(const struct listening *l, const struct node *map)
{
	static const char *const keys[] = { "listen", "certificate", "key",
		"client-ca" };
	const struct node *n = setting_entry(map, "tls"), *listen;
	struct conf_server *to = l->server;

	if (n == NULL)
		return REASON_OK;
	if (n->kind != NODE_MAP)
		return conf_fail(l->s->error, R_CONF_TYPE, n->line,
		    "tls: keys and values are wanted");
	TRY(setting_keys(l->s, n, keys, COUNT(keys) - !l->has_client_ca));
	TRY(get_path(l->s, n, "certificate", &to->certificate));
	TRY(get_path(l->s, n, "key", &to->key));
	TRY(get_path(l->s, n, "client-ca", &to->client_ca));
	TRY(listening_list(l, n, true));
	listen = setting_entry(n, "listen");
	if (listen != NULL && listen->first != NULL &&
	    (to->certificate == NULL || to->key == NULL))
		return setting_refuse(
		    l->s, n, "tls needs \"certificate\" and \"key\"");
	return REASON_OK;
}

/* ---- in the end ---------------------------------------------------------- */

enum reason
listening_otherwise(
    struct conf *c, struct conf_server *to, const struct conf_listener *one)
{
	struct conf_listener *list;

	if (to->has_listen)
		return REASON_OK;
	list = setting_grown(c, to->listeners, to->n, sizeof(*list));
	if (list == NULL)
		return R_LIMIT_MEMORY;
	list[to->n++] = *one;
	to->listeners = list;
	return REASON_OK;
}

static bool
is_same(const char *a, const char *b)
{
	struct addr addr[2] = { 0 };
	enum family family[2];
	uint16_t port[2];

	return conf_address_parse(&addr[0], &family[0], &port[0], a) &&
	       conf_address_parse(&addr[1], &family[1], &port[1], b) &&
	       family[0] == family[1] && port[0] == port[1] && port[0] != 0 &&
	       memcmp(&addr[0], &addr[1], sizeof(addr[0])) == 0;
}

/* The i-th of both servers' listeners. */
static const char *
address_at(const struct conf *c, size_t i)
{
	return i < c->rtr.server.n
		   ? c->rtr.server.listeners[i].address
		   : c->http.server.listeners[i - c->rtr.server.n].address;
}

enum reason
conf_finish_listeners(const struct conf *c, struct conf_error *error)
{
	size_t n = c->rtr.server.n + c->http.server.n;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (is_same(address_at(c, i), address_at(c, j)))
				return conf_fail(error, R_CONF_VALUE, 0,
				    "%s: two listeners on one address",
				    address_at(c, i));
	return REASON_OK;
}
