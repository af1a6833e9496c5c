/* The server for routers: what stands under `rtr`. */
#include "conf/set_listen.h"

#define ALLOW_MAX   4096
#define HISTORY_MAX 1000
#define VERSION_MAX 2

static enum reason
get_number(const struct setting *s, const struct node *map, const char *key,
    uint64_t max, uint64_t *out)
{
	const struct node *n = setting_entry(map, key);

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
get_allow(const struct setting *s, const struct node *map,
    struct conf_listener *listener)
{
	const struct node *list = setting_entry(map, "allow");
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

		TRY(setting_address(s, e, &text));
		if (!parse_allowed(&out[n++], text))
			return setting_refuse(s, e,
			    "allow: a prefix or an address is wanted, such "
			    "as 192.0.2.0/24 or 2001:db8::1");
	}
	listener->allow = out;
	listener->n_allow = n;
	return REASON_OK;
}

static enum reason
get_version(const struct setting *s, const struct node *map,
    struct conf_listener *listener)
{
	uint64_t version = listener->max_version;

	TRY(get_number(s, map, "max-version", VERSION_MAX, &version));
	listener->max_version = (unsigned)version;
	return REASON_OK;
}

/* "127.0.0.1:3323", or {address: ..., max-version: ..., allow: ...} */
static enum reason
get_listener(const struct setting *s, const struct node *n,
    struct conf_listener *out, const struct node **address)
{
	static const char *const keys[] = { "address", "max-version", "allow" };

	if (n->kind != NODE_MAP)
		return REASON_OK;
	TRY(setting_keys(s, n, keys, COUNT(keys)));
	*address = setting_entry(n, "address");
	if (*address == NULL)
		return setting_refuse(s, n, "\"address\" is missing");
	TRY(get_version(s, n, out));
	return get_allow(s, n, out);
}

/* ---- timers ----------------------------------------------------------- */

static enum reason
get_duration(const struct setting *s, const struct node *map, const char *key,
    uint64_t *out)
{
	const struct node *n = setting_entry(map, key);

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
set_map(struct listening *l, const struct node *n)
{
	static const char *const keys[] = { "listen", "tls", "max-version",
		"history", "allow", "refresh", "retry", "expire" };
	const struct setting *s = l->s;

	TRY(setting_keys(s, n, keys, COUNT(keys)));
	TRY(get_version(s, n, &l->common));
	TRY(get_number(s, n, "history", HISTORY_MAX, &s->conf->rtr.history));
	TRY(get_allow(s, n, &l->common));
	TRY(get_timers(s, n));
	TRY(listening_list(l, n, false));
	return listening_tls(l, n);
}

enum reason
conf_set_rtr(const struct setting *s, const struct node *n)
{
	struct listening l = { .s = s,
		.server = &s->conf->rtr.server,
		.port = 3323,
		.has_client_ca = true,
		.common = { .max_version = VERSION_MAX },
		.get = get_listener };

	if (n->option)
		return listening_option(&l, n);
	return n->kind == NODE_MAP
		   ? set_map(&l, n)
		   : setting_fail(s, n, "keys and values are wanted");
}

enum reason
conf_finish_rtr(struct conf *c)
{
	const struct conf_listener one = { .address = CONF_RTR_LISTEN,
		.max_version = VERSION_MAX };

	return listening_otherwise(c, &c->rtr.server, &one);
}
