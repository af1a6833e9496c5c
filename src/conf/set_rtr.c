/* The server for routers: what stands under `rtr`. */
#include <string.h>

#include "conf/set.h"

#define LISTENERS_MAX 64
#define ALLOW_MAX     4096
#define HISTORY_MAX   1000
#define VERSION_MAX   2

/* What each listener has that does not say otherwise. */
struct common {
	uint64_t max_version;
	size_t n_allow;
	const struct prefix *allow;
};

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
get_number(const struct setting *s, const struct node *map, const char *key,
    uint64_t max, uint64_t *out)
{
	const struct node *n = entry(map, key);

	if (n == NULL)
		return REASON_OK;
	if (n->kind != NODE_TEXT || !n->plain ||
	    !decimal_parse(out, n->text, UINT64_MAX))
		return conf_fail(s->error, R_CONF_TYPE, n->line,
		    "%s: a whole number is wanted", key);
	return *out <= max
		   ? REASON_OK
		   : conf_fail(s->error, R_CONF_RANGE, n->line,
			 "%s: at most %llu", key, (unsigned long long)max);
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

/* An address, which no other reading fits: quotes or not. */
static enum reason
get_address(const struct setting *s, const struct node *n, const char **out)
{
	if (n->kind != NODE_TEXT || n->text.n == 0)
		return setting_fail(s, n, "one address is wanted here");
	*out = arena_str(&s->conf->arena, n->text);
	return *out != NULL ? REASON_OK : setting_memory(s, n);
}

/* ---- who may come ---------------------------------------------------- */

/* A prefix, or an address: then it alone. */
static bool
parse_allowed(struct prefix *out, const char *text)
{
	if (prefix_parse(out, text))
		return true;
	if (!addr_parse(&out->addr, &out->family, text))
		return false;
	out->len = (uint8_t)family_bits(out->family);
	return true;
}

static enum reason
get_allow(
    const struct setting *s, const struct node *map, struct common *common)
{
	const struct node *list = entry(map, "allow");
	struct prefix *out;
	size_t n = 0;

	if (list == NULL)
		return REASON_OK;
	if (list->kind != NODE_LIST)
		return conf_fail(s->error, R_CONF_TYPE, list->line,
		    "allow: a list of prefixes is wanted");
	for (const struct node *e = list->first; e != NULL; e = e->next)
		n++;
	if (n > ALLOW_MAX)
		return conf_fail(s->error, R_CONF_RANGE, list->line,
		    "allow: at most %d", ALLOW_MAX);
	out = ARENA_ARRAY(&s->conf->arena, n, struct prefix);
	if (out == NULL)
		return setting_memory(s, list);
	n = 0;
	for (const struct node *e = list->first; e != NULL; e = e->next) {
		const char *text;

		TRY(get_address(s, e, &text));
		if (!parse_allowed(&out[n++], text))
			return fail(s, e,
			    "allow: a prefix or an address is wanted, such "
			    "as 192.0.2.0/24 or 2001:db8::1");
	}
	common->allow = out;
	common->n_allow = n;
	return REASON_OK;
}

/* ---- listeners ---------------------------------------------------------- */

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

static enum reason
add_listener(const struct setting *s, const struct node *n,
    const struct node *address, const struct conf_listener *from)
{
	struct conf_rtr *rtr = &s->conf->rtr;
	struct conf_listener *list;
	struct addr addr;
	enum family family;
	uint16_t port;

	if (rtr->n == LISTENERS_MAX)
		return fail(s, n, "too many listeners");
	list = setting_grown(s->conf, rtr->listeners, rtr->n, sizeof(*list));
	if (list == NULL)
		return setting_memory(s, n);
	list[rtr->n] = *from;
	TRY(get_address(s, address, &list[rtr->n].address));
	if (!conf_address_parse(&addr, &family, &port, list[rtr->n].address))
		return fail(s, n,
		    "an address and a port are wanted, such as "
		    "127.0.0.1:3323 or [::1]:3323");
	rtr->listeners = list;
	rtr->n++;
	return REASON_OK;
}

/* "127.0.0.1:3323", or {address: ..., max-version: ..., allow: ...} */
static enum reason
get_listener(const struct setting *s, const struct node *n,
    const struct common *common, bool is_tls)
{
	static const char *const keys[] = { "address", "max-version", "allow" };
	struct common own = *common;
	struct conf_listener out = { .is_tls = is_tls };
	const struct node *address = n;

	if (n->kind == NODE_MAP) {
		TRY(setting_keys(s, n, keys, COUNT(keys)));
		address = entry(n, "address");
		if (address == NULL)
			return fail(s, n, "\"address\" is missing");
		TRY(get_number(
		    s, n, "max-version", VERSION_MAX, &own.max_version));
		TRY(get_allow(s, n, &own));
	}
	out.max_version = (unsigned)own.max_version;
	out.n_allow = own.n_allow;
	out.allow = own.allow;
	return add_listener(s, n, address, &out);
}

static enum reason
get_listeners(const struct setting *s, const struct node *map,
    const struct common *common, bool is_tls)
{
	const struct node *list = entry(map, "listen");

	if (list == NULL)
		return REASON_OK;
	if (list->kind != NODE_LIST)
		return conf_fail(s->error, R_CONF_TYPE, list->line,
		    "listen: a list is wanted, such as [\"127.0.0.1:3323\"]");
	if (!is_tls)
		s->conf->rtr.has_listen = true;
	for (const struct node *e = list->first; e != NULL; e = e->next)
		TRY(get_listener(s, e, common, is_tls));
	return REASON_OK;
}

static enum reason
get_tls(const struct setting *s, const struct node *map,
    const struct common *common)
{
	static const char *const keys[] = { "listen", "certificate", "key",
		"client-ca" };
	const struct node *n = entry(map, "tls");
	struct conf_rtr *rtr = &s->conf->rtr;

	if (n == NULL)
		return REASON_OK;
	if (n->kind != NODE_MAP)
		return conf_fail(s->error, R_CONF_TYPE, n->line,
		    "tls: keys and values are wanted");
	TRY(setting_keys(s, n, keys, COUNT(keys)));
	TRY(get_path(s, n, "certificate", &rtr->certificate));
	TRY(get_path(s, n, "key", &rtr->key));
	TRY(get_path(s, n, "client-ca", &rtr->client_ca));
	TRY(get_listeners(s, n, common, true));
	if (entry(n, "listen") != NULL && entry(n, "listen")->first != NULL &&
	    (rtr->certificate == NULL || rtr->key == NULL))
		return fail(s, n, "tls needs \"certificate\" and \"key\"");
	return REASON_OK;
}

/* ---- timers ----------------------------------------------------------- */

static enum reason
get_duration(const struct setting *s, const struct node *map, const char *key,
    uint64_t *out)
{
	const struct node *n = entry(map, key);

	if (n == NULL)
		return REASON_OK;
	if (n->kind != NODE_TEXT || !n->plain ||
	    !setting_duration(out, n->text))
		return conf_fail(s->error, R_CONF_TYPE, n->line,
		    "%s: seconds are wanted, or such as 90s, 10m, 2h", key);
	return REASON_OK;
}

/* As 8210bis-26 section 6 has it: a router would end the session. */
static enum reason
get_timers(const struct setting *s, const struct node *map)
{
	struct conf_rtr *rtr = &s->conf->rtr;

	TRY(get_duration(s, map, "refresh", &rtr->refresh));
	TRY(get_duration(s, map, "retry", &rtr->retry));
	TRY(get_duration(s, map, "expire", &rtr->expire));
	if (rtr->refresh < 1 || rtr->refresh > 86400 || rtr->retry < 1 ||
	    rtr->retry > 7200 || rtr->expire < 600 || rtr->expire > 172800)
		return conf_fail(s->error, R_CONF_RANGE, map->line,
		    "rtr: refresh is 1s to 1d, retry 1s to 2h, expire 10m to "
		    "2d");
	if (rtr->expire <= rtr->refresh || rtr->expire <= rtr->retry)
		return conf_fail(s->error, R_CONF_RANGE, map->line,
		    "rtr: expire must be above refresh and retry");
	return REASON_OK;
}

/* ---- all of it --------------------------------------------------------- */

static enum reason
set_map(const struct setting *s, const struct node *n)
{
	static const char *const keys[] = { "listen", "tls", "max-version",
		"history", "allow", "refresh", "retry", "expire" };
	struct common common = { .max_version = VERSION_MAX };

	TRY(setting_keys(s, n, keys, COUNT(keys)));
	TRY(get_number(s, n, "max-version", VERSION_MAX, &common.max_version));
	TRY(get_number(s, n, "history", HISTORY_MAX, &s->conf->rtr.history));
	TRY(get_allow(s, n, &common));
	TRY(get_timers(s, n));
	TRY(get_listeners(s, n, &common, false));
	return get_tls(s, n, &common);
}

enum reason
conf_set_rtr(const struct setting *s, const struct node *n)
{
	struct conf_listener plain = { .max_version = VERSION_MAX };

	if (!n->option)
		return n->kind == NODE_MAP
			   ? set_map(s, n)
			   : setting_fail(s, n, "keys and values are wanted");
	/* The option says it anew, as others do. */
	if (!s->conf->rtr.has_option_listen) {
		s->conf->rtr.has_option_listen = true;
		s->conf->rtr.has_listen = true;
		s->conf->rtr.n = 0;
	}
	return add_listener(s, n, n, &plain);
}

enum reason
conf_finish_rtr(struct conf *c)
{
	struct conf_listener *one;

	if (c->rtr.has_listen)
		return REASON_OK;
	/* The default, beside what is of TLS. */
	one = setting_grown(
	    c, c->rtr.listeners, c->rtr.n, sizeof(*c->rtr.listeners));
	if (one == NULL)
		return R_LIMIT_MEMORY;
	one[c->rtr.n] = (struct conf_listener){ .address = CONF_RTR_LISTEN,
		.max_version = VERSION_MAX };
	c->rtr.listeners = one;
	c->rtr.n++;
	return REASON_OK;
}
