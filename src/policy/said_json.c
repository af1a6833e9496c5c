/*
 * json of Routinator, rpki-client and our own: an object with the lists of
 * VRPs, router keys and ASPAs, by either's names. A list without items may be
 * left out; what else is in it is passed over. ndjson, our own: an item a
 * line, which says its kind.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/said.h"

/* Values of one item, borrowed from the text; not one of them has escapes
 * where it counts, but for names of sources. */
struct item {
	struct said_vrp vrp; /* the AS number and source of all */
	struct span ski, key, kind;
	VEC(struct asn) providers;
};

enum key {
	KEY_ASN,
	KEY_PREFIX,
	KEY_MAX_LENGTH,
	KEY_SOURCE,
	KEY_SKI,
	KEY_KEY,
	KEY_PROVIDERS,
	KEY_SOURCES,
	KEY_KIND,
	KEY_OTHER
};

static enum key
key_of(const struct json_event *e)
{
	static const struct {
		const char *name;
		enum key key;
	} keys[] = { { "asn", KEY_ASN }, { "customer", KEY_ASN },
		{ "customer_asid", KEY_ASN }, { "prefix", KEY_PREFIX },
		{ "maxLength", KEY_MAX_LENGTH },
		{ "max_length", KEY_MAX_LENGTH }, { "ta", KEY_SOURCE },
		{ "SKI", KEY_SKI }, { "ski", KEY_SKI },
		{ "routerPublicKey", KEY_KEY }, { "pubkey", KEY_KEY },
		{ "spki", KEY_KEY }, { "providers", KEY_PROVIDERS },
		{ "source", KEY_SOURCES }, { "origins", KEY_SOURCES },
		{ "kind", KEY_KIND } };

	for (size_t i = 0; i < COUNT(keys); i++)
		if (json_is(e, keys[i].name))
			return keys[i].key;
	return KEY_OTHER;
}

static bool
is_value(const struct json_event *e)
{
	return e->kind == JSON_AT_STRING || e->kind == JSON_AT_NUMBER;
}

/* ---- one item ------------------------------------------------------------ */

static enum reason
providers_read(struct item *item, struct json *j, struct json_event *e)
{
	json_next(e, j);
	if (e->kind != JSON_AT_ARRAY)
		return R_TABLE_LINE;
	for (json_next(e, j); e->kind != JSON_AT_END; json_next(e, j)) {
		struct asn asn;

		if (!is_value(e) || !said_asn(&asn, e->text))
			return R_TABLE_LINE;
		if (!vec_push(&item->providers, asn))
			return R_LIMIT_MEMORY;
	}
	return REASON_OK;
}

/* Of the list that jsonext and ndjson have, the first one's name. */
static enum reason
sources_read(struct item *item, struct json *j, struct json_event *e)
{
	unsigned depth = j->depth;

	json_next(e, j);
	while (j->depth > depth) {
		if (e->kind == JSON_AT_BAD)
			return R_TABLE_LINE;
		if (e->kind == JSON_AT_KEY &&
		    (json_is(e, "tal") || json_is(e, "source"))) {
			json_next(e, j);
			if (e->kind == JSON_AT_STRING &&
			    item->vrp.source.n == 0)
				item->vrp.source = e->text;
			continue;
		}
		json_next(e, j);
	}
	return e->kind != JSON_AT_BAD ? REASON_OK : R_TABLE_LINE;
}

static enum reason
member_read(struct item *item, struct json *j, struct json_event *e)
{
	struct span *const to[] = { [KEY_ASN] = &item->vrp.asn,
		[KEY_PREFIX] = &item->vrp.prefix,
		[KEY_MAX_LENGTH] = &item->vrp.max_len,
		[KEY_SOURCE] = &item->vrp.source,
		[KEY_SKI] = &item->ski,
		[KEY_KEY] = &item->key,
		[KEY_KIND] = &item->kind };
	enum key key = key_of(e);

	if (key == KEY_PROVIDERS)
		return providers_read(item, j, e);
	if (key == KEY_SOURCES)
		return sources_read(item, j, e);
	if (key == KEY_OTHER) {
		json_skip(e, j);
		return e->kind != JSON_AT_BAD ? REASON_OK : R_TABLE_LINE;
	}
	json_next(e, j);
	if (!is_value(e))
		return R_TABLE_LINE;
	*to[key] = e->text;
	return REASON_OK;
}

/* ---- kinds of payloads ----------------------------------------------------
 */

typedef enum reason item_take(struct reading *, struct item *);

static enum reason
vrp_take(struct reading *r, struct item *item)
{
	return said_vrp(r, &item->vrp);
}

/* Base64, in either alphabet, with or without padding. */
static bool
bytes_read(struct buf *out, struct span text)
{
	struct buf plain;
	bool good;

	buf_init(&plain, text.n + 4);
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		buf_byte(&plain, c == '-' ? '+' : c == '_' ? '/' : c);
	}
	while (plain.n % 4 != 0 && !plain.failed)
		buf_byte(&plain, '=');
	good = base64_parse(out, buf_view(&plain), false);
	buf_fini(&plain);
	return good;
}

static enum reason
router_key_take(struct reading *r, struct item *item)
{
	struct payload p = { .kind = PAYLOAD_ROUTER_KEY };
	struct buf spki;
	bool good;

	buf_init(&spki, item->key.n + 4);
	good = said_asn(&p.key.asn, item->vrp.asn) &&
	       hex_parse(p.key.ski.b, sizeof(p.key.ski.b), item->ski) &&
	       bytes_read(&spki, item->key) && spki.n > 0;
	if (good)
		p.key.spki = arena_dup(r->arena, buf_view(&spki));
	buf_fini(&spki);
	if (!good)
		return R_TABLE_LINE;
	return p.key.spki.p != NULL ? said_add(r, &p, item->vrp.source)
				    : R_LIMIT_MEMORY;
}

static int
asn_order(const void *va, const void *vb)
{
	const struct asn *a = va, *b = vb;

	return (a->v > b->v) - (a->v < b->v);
}

static enum reason
aspa_take(struct reading *r, struct item *item)
{
	struct payload p = { .kind = PAYLOAD_ASPA };
	struct asn *to = ARENA_ARRAY(r->arena, item->providers.n, struct asn);

	if (!said_asn(&p.aspa.customer, item->vrp.asn) ||
	    item->providers.n == 0)
		return R_TABLE_LINE;
	if (to == NULL)
		return R_LIMIT_MEMORY;
	qsort(item->providers.v, item->providers.n, sizeof(*item->providers.v),
	    asn_order);
	for (size_t i = 0; i < item->providers.n; i++)
		if (i == 0 ||
		    item->providers.v[i].v != item->providers.v[i - 1].v)
			to[p.aspa.n++] = item->providers.v[i];
	p.aspa.providers = to;
	return said_add(r, &p, item->vrp.source);
}

static enum reason
any_take(struct reading *r, struct item *item)
{
	if (span_eq(item->kind, SPAN("vrp")))
		return vrp_take(r, item);
	if (span_eq(item->kind, SPAN("aspa")))
		return aspa_take(r, item);
	if (span_eq(item->kind, SPAN("router_key")))
		return router_key_take(r, item);
	return R_TABLE_LINE;
}

/* ---- lists ----------------------------------------------------------------
 */

static void
item_clear(struct item *item)
{
	item->vrp = (struct said_vrp){ .source = SPAN("") };
	item->ski = item->key = item->kind = SPAN("");
	item->providers.n = 0;
}

static enum reason
item_read(struct reading *r, struct item *item, struct json *j, item_take *take)
{
	struct json_event e;

	for (json_next(&e, j); e.kind == JSON_AT_KEY; json_next(&e, j))
		TRY(member_read(item, j, &e));
	return e.kind == JSON_AT_END ? take(r, item) : R_TABLE_LINE;
}

static enum reason
list_read(struct reading *r, struct json *j, item_take *take)
{
	struct item item = { 0 };
	struct json_event e;
	enum reason reason = REASON_OK;

	json_next(&e, j);
	if (e.kind != JSON_AT_ARRAY)
		return R_TABLE_LINE;
	json_next(&e, j);
	while (reason == REASON_OK && e.kind == JSON_AT_OBJECT) {
		item_clear(&item);
		reason = item_read(r, &item, j, take);
		if (reason == REASON_OK)
			json_next(&e, j);
	}
	vec_fini(&item.providers);
	if (reason == REASON_OK && e.kind != JSON_AT_END)
		reason = R_TABLE_LINE;
	return reason;
}

static item_take *
list_of(const struct json_event *e)
{
	static const struct {
		const char *name;
		item_take *take;
	} lists[] = { { "roas", vrp_take }, { "routerKeys", router_key_take },
		{ "bgpsec_keys", router_key_take }, { "aspas", aspa_take } };

	for (size_t i = 0; i < COUNT(lists); i++)
		if (json_is(e, lists[i].name))
			return lists[i].take;
	return NULL;
}

static enum reason
lists_read(struct reading *r, struct json *j, bool *any)
{
	struct json_event e;

	json_next(&e, j);
	if (e.kind != JSON_AT_OBJECT)
		return R_TABLE_LINE;
	for (json_next(&e, j); e.kind == JSON_AT_KEY; json_next(&e, j)) {
		item_take *take = list_of(&e);

		*any = *any || take != NULL || json_is(&e, "metadata");
		if (take != NULL)
			TRY(list_read(r, j, take));
		else
			json_skip(&e, j);
		if (e.kind == JSON_AT_BAD)
			break;
	}
	if (e.kind != JSON_AT_END)
		return R_TABLE_LINE;
	json_next(&e, j);
	return e.kind == JSON_AT_DONE ? REASON_OK : R_TABLE_LINE;
}

/* ---- lines ----------------------------------------------------------------
 */

static bool
is_lines(struct span bytes)
{
	struct json_event e;
	struct json j;

	json_init(&j, bytes);
	json_next(&e, &j);
	if (e.kind == JSON_AT_OBJECT)
		json_next(&e, &j);
	return e.kind == JSON_AT_KEY && json_is(&e, "kind");
}

static enum reason
line_read(struct reading *r, struct item *item, struct span line)
{
	struct json_event e;
	struct json j;

	json_init(&j, line);
	json_next(&e, &j);
	if (e.kind == JSON_AT_DONE)
		return REASON_OK;
	if (e.kind != JSON_AT_OBJECT)
		return R_TABLE_LINE;
	item_clear(item);
	TRY(item_read(r, item, &j, any_take));
	json_next(&e, &j);
	return e.kind == JSON_AT_DONE ? REASON_OK : R_TABLE_LINE;
}

static enum reason
lines_read(struct reading *r, struct span bytes, struct fault *why)
{
	struct item item = { 0 };
	enum reason reason = REASON_OK;
	size_t number = 0;

	while (reason == REASON_OK && bytes.n > 0) {
		const uint8_t *end = memchr(bytes.p, '\n', bytes.n);
		size_t n = end == NULL ? bytes.n : (size_t)(end - bytes.p);

		number++;
		reason = line_read(r, &item, span_of(bytes.p, n));
		bytes.p += n + (end != NULL);
		bytes.n -= n + (end != NULL);
	}
	vec_fini(&item.providers);
	return reason == REASON_OK
		   ? reason
		   : fault_say(why, reason, NULL, "line %zu", number);
}

enum reason
said_json(struct reading *r, struct span bytes, struct fault *why)
{
	struct json j;
	bool any = false;
	enum reason reason;

	if (is_lines(bytes))
		return lines_read(r, bytes, why);
	json_init(&j, bytes);
	reason = lists_read(r, &j, &any);
	if (reason == REASON_OK && !any)
		return fault_say(why, R_TABLE_LINE, NULL,
		    "neither \"metadata\" nor a list \"roas\"");
	if (reason == REASON_OK)
		return reason;
	return fault_say(why, reason, NULL, "line %u: %s", j.line,
	    j.why != NULL ? j.why : "no VRP, ASPA or router key as wanted");
}
