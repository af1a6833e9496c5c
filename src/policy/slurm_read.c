/*
 * A SLURM file: JSON of fixed shape, three levels deep. RFC 8416 3.1: whatever
 * it does not define is an error. Members that are optional in version 2 are
 * those version 1 does not have.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"

enum item_key {
	KEY_PREFIX,
	KEY_ASN,
	KEY_MAX_LENGTH,
	KEY_SKI,
	KEY_PUBLIC_KEY,
	KEY_CUSTOMER,
	KEY_PROVIDERS,
	KEY_COMMENT,
	KEY_COUNT
};

/* customerAsid and providers: as older drafts, and rpki-rs, have them. */
static const struct {
	const char *name;
	enum item_key key;
} item_keys[] = { { "prefix", KEY_PREFIX }, { "asn", KEY_ASN },
	{ "maxPrefixLength", KEY_MAX_LENGTH }, { "SKI", KEY_SKI },
	{ "routerPublicKey", KEY_PUBLIC_KEY }, { "customerAsn", KEY_CUSTOMER },
	{ "providerAsns", KEY_PROVIDERS }, { "comment", KEY_COMMENT },
	{ "customerAsid", KEY_CUSTOMER }, { "providers", KEY_PROVIDERS } };

#define BIT(key) (1U << (key))

/* What an item of each list may have; of `some`, one at least; all `must`. */
struct shape {
	const char *name;
	enum payload_kind kind;
	unsigned may, some, must;
};

static const struct shape filters[] = {
	{ "prefixFilters", PAYLOAD_VRP,
	    BIT(KEY_PREFIX) | BIT(KEY_ASN) | BIT(KEY_COMMENT),
	    BIT(KEY_PREFIX) | BIT(KEY_ASN), 0 },
	{ "bgpsecFilters", PAYLOAD_ROUTER_KEY,
	    BIT(KEY_ASN) | BIT(KEY_SKI) | BIT(KEY_COMMENT),
	    BIT(KEY_ASN) | BIT(KEY_SKI), 0 },
	{ "aspaFilters", PAYLOAD_ASPA, BIT(KEY_CUSTOMER) | BIT(KEY_COMMENT),
	    BIT(KEY_CUSTOMER), BIT(KEY_CUSTOMER) },
};

static const struct shape assertions[] = {
	{ "prefixAssertions", PAYLOAD_VRP,
	    BIT(KEY_PREFIX) | BIT(KEY_ASN) | BIT(KEY_MAX_LENGTH) |
		BIT(KEY_COMMENT),
	    BIT(KEY_PREFIX), BIT(KEY_PREFIX) | BIT(KEY_ASN) },
	{ "bgpsecAssertions", PAYLOAD_ROUTER_KEY,
	    BIT(KEY_ASN) | BIT(KEY_SKI) | BIT(KEY_PUBLIC_KEY) |
		BIT(KEY_COMMENT),
	    BIT(KEY_ASN), BIT(KEY_ASN) | BIT(KEY_SKI) | BIT(KEY_PUBLIC_KEY) },
	{ "aspaAssertions", PAYLOAD_ASPA,
	    BIT(KEY_CUSTOMER) | BIT(KEY_PROVIDERS) | BIT(KEY_COMMENT),
	    BIT(KEY_CUSTOMER), BIT(KEY_CUSTOMER) | BIT(KEY_PROVIDERS) },
};

struct item {
	unsigned seen, line;
	struct prefix prefix;
	struct asn asn;
	uint64_t max_length;
	struct ski ski;
	struct span spki, comment;
	size_t n_providers;
	struct asn *providers;
};

struct reader {
	struct json json;
	struct json_event e;
	struct slurm *out;
	const struct limits *limits;
	struct slurm_error *error;
	size_t file;
	uint64_t version;
	bool has_aspa;
	/* Where it is. */
	const char *part, *list, *member;
	size_t index;
};

/* ---- errors ---------------------------------------------------------- */

static enum reason
fail(struct reader *r, enum reason why, const char *text)
{
	struct slurm_error *e = r->error;
	size_t n = sizeof(e->path);
	int at = 0;

	*e = (struct slurm_error){ .reason = why, .line = r->e.line };
	if (r->part != NULL)
		at = snprintf(e->path, n, "%s", r->part);
	if (r->list != NULL)
		at += snprintf(e->path + at, n - (size_t)at, ".%s", r->list);
	if (r->list != NULL && r->index > 0)
		at += snprintf(
		    e->path + at, n - (size_t)at, "[%zu]", r->index - 1);
	if (r->member != NULL)
		(void)snprintf(e->path + at, n - (size_t)at, "%s%s",
		    at > 0 ? "." : "", r->member);
	(void)snprintf(e->text, sizeof(e->text), "%s", text);
	return why;
}

static enum reason
fail_memory(struct reader *r)
{
	return fail(r, R_LIMIT_MEMORY, "no memory");
}

static enum reason
fail_value(struct reader *r, const char *wanted)
{
	return fail(r, R_SLURM_VALUE, wanted);
}

static enum reason
next(struct reader *r)
{
	json_next(&r->e, &r->json);
	return r->e.kind != JSON_AT_BAD ? REASON_OK
					: fail(r, R_SLURM_JSON, r->json.why);
}

static enum reason
open_one(struct reader *r, enum json_kind kind)
{
	if (r->e.kind == kind)
		return REASON_OK;
	return fail_value(r,
	    kind == JSON_AT_ARRAY ? "a list is wanted" : "an object is wanted");
}

/* Is it that key, and the first of it? */
static enum reason
mark(struct reader *r, unsigned *seen, unsigned bit, const char *name)
{
	r->member = name;
	if ((*seen & bit) != 0)
		return fail(r, R_SLURM_MEMBER, "is given twice");
	*seen |= bit;
	return next(r);
}

static enum reason
fail_unknown(struct reader *r)
{
	char text[128];
	struct buf name;

	buf_init(&name, 256);
	escape_write(
	    &name, span_of(r->e.text.p, r->e.text.n < 48 ? r->e.text.n : 48));
	(void)snprintf(text, sizeof(text),
	    "\"%.*s\" is no member that belongs here", (int)name.n,
	    (const char *)name.p);
	buf_fini(&name);
	r->member = NULL;
	return fail(r, R_SLURM_MEMBER, text);
}

/* ---- values ---------------------------------------------------------- */

static enum reason
get_number(uint64_t *out, struct reader *r, uint64_t max, const char *wanted)
{
	if (r->e.kind != JSON_AT_NUMBER || !decimal_parse(out, r->e.text, max))
		return fail_value(r, wanted);
	return REASON_OK;
}

static enum reason
get_asn(struct asn *out, struct reader *r)
{
	uint64_t v = 0;

	TRY(get_number(&v, r, UINT32_MAX,
	    "an AS number is wanted: a whole number from 0 to 4294967295, "
	    "without quotes"));
	out->v = (uint32_t)v;
	return REASON_OK;
}

static enum reason
get_prefix(struct prefix *out, struct reader *r)
{
	char text[PREFIX_TEXT];

	if (r->e.kind == JSON_AT_STRING && !r->e.is_escaped &&
	    r->e.text.n < sizeof(text)) {
		memcpy(text, r->e.text.p, r->e.text.n);
		text[r->e.text.n] = '\0';
		if (memchr(text, '\0', r->e.text.n) == NULL &&
		    prefix_parse(out, text))
			return REASON_OK;
	}
	return fail_value(r,
	    "a prefix is wanted, such as \"192.0.2.0/24\", without host bits");
}

/* RFC 4648 5, without padding. */
static enum reason
get_base64url(struct span *out, struct reader *r, size_t n, const char *wanted)
{
	struct buf text, bytes;
	bool good = r->e.kind == JSON_AT_STRING && !r->e.is_escaped &&
		    r->e.text.n <= 2 * n;

	buf_init(&text, 4 * n + 4);
	buf_init(&bytes, 4 * n + 4);
	for (size_t i = 0; good && i < r->e.text.n; i++) {
		uint8_t c = r->e.text.p[i];

		good = c != '+' && c != '/' && c != '=';
		buf_byte(&text, c == '-' ? '+' : c == '_' ? '/' : c);
	}
	while (good && text.n % 4 != 0)
		buf_byte(&text, '=');
	good = good && base64_parse(&bytes, buf_view(&text), false) &&
	       bytes.n == n;
	*out = (struct span){ 0 };
	if (good)
		*out = arena_dup(&r->out->arena, buf_view(&bytes));
	buf_fini(&text);
	buf_fini(&bytes);
	if (!good)
		return fail_value(r, wanted);
	return out->p != NULL ? REASON_OK : fail_memory(r);
}

static enum reason
get_ski(struct ski *out, struct reader *r)
{
	struct span bytes;

	TRY(get_base64url(&bytes, r, sizeof(out->b),
	    "a key identifier is wanted: 20 bytes in base64url without "
	    "padding"));
	memcpy(out->b, bytes.p, sizeof(out->b));
	return REASON_OK;
}

/* RFC 8608: P-256, uncompressed. */
static enum reason
get_spki(struct span *out, struct reader *r)
{
	static const uint8_t head[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07,
		0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
		0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
		0x04 };
	static const char wanted[] =
	    "a P-256 SubjectPublicKeyInfo is wanted, in base64url without "
	    "padding";

	TRY(get_base64url(out, r, sizeof(head) + 64, wanted));
	return memcmp(out->p, head, sizeof(head)) == 0 ? REASON_OK
						       : fail_value(r, wanted);
}

static enum reason
get_comment(struct span *out, struct reader *r)
{
	struct buf text;

	if (r->e.kind != JSON_AT_STRING)
		return fail_value(r, "text is wanted");
	buf_init(&text, r->e.text.n + 1);
	*out = (struct span){ 0 };
	if (json_text(&text, &r->e))
		*out = arena_dup(&r->out->arena, buf_view(&text));
	buf_fini(&text);
	return out->p != NULL ? REASON_OK : fail_memory(r);
}

static int
asn_order(const void *a, const void *b)
{
	const struct asn *x = a, *y = b;

	return (x->v > y->v) - (x->v < y->v);
}

static enum reason
get_providers(struct item *item, struct reader *r)
{
	VEC(struct asn) list = { 0 };
	struct asn asn = { 0 };
	enum reason why;

	TRY(open_one(r, JSON_AT_ARRAY));
	while ((why = next(r)) == REASON_OK && r->e.kind != JSON_AT_END) {
		why = list.n < r->limits->aspa_providers
			  ? get_asn(&asn, r)
			  : fail(r, R_LIMIT_ITEMS,
				"more than the limit aspa-providers");
		if (why == REASON_OK && !vec_push(&list, asn))
			why = fail_memory(r);
		if (why != REASON_OK)
			break;
	}
	if (why == REASON_OK) {
		item->n_providers = list.n;
		item->providers =
		    ARENA_ARRAY(&r->out->arena, list.n, struct asn);
		if (item->providers == NULL)
			why = fail_memory(r);
		for (size_t i = 0; why == REASON_OK && i < list.n; i++)
			item->providers[i] = list.v[i];
	}
	vec_fini(&list);
	return why;
}

static enum reason
get_value(struct item *item, struct reader *r, enum item_key key)
{
	switch (key) {
	case KEY_PREFIX:
		return get_prefix(&item->prefix, r);
	case KEY_ASN:
	case KEY_CUSTOMER:
		return get_asn(&item->asn, r);
	case KEY_MAX_LENGTH:
		return get_number(&item->max_length, r, 128,
		    "a length is wanted, from 0 to 128");
	case KEY_SKI:
		return get_ski(&item->ski, r);
	case KEY_PUBLIC_KEY:
		return get_spki(&item->spki, r);
	case KEY_PROVIDERS:
		return get_providers(item, r);
	case KEY_COMMENT:
		return get_comment(&item->comment, r);
	case KEY_COUNT:
		break;
	}
	BUG("a member");
}

/* ---- items ----------------------------------------------------------- */

static enum reason
get_item(struct item *item, struct reader *r, const struct shape *shape)
{
	*item = (struct item){ .line = r->e.line };
	TRY(open_one(r, JSON_AT_OBJECT));
	for (;;) {
		size_t i = 0;

		r->member = NULL;
		TRY(next(r));
		if (r->e.kind == JSON_AT_END)
			break;
		while (i < COUNT(item_keys) &&
		       ((shape->may & BIT(item_keys[i].key)) == 0 ||
			   !json_is(&r->e, item_keys[i].name)))
			i++;
		if (i == COUNT(item_keys))
			return fail_unknown(r);
		TRY(mark(
		    r, &item->seen, BIT(item_keys[i].key), item_keys[i].name));
		TRY(get_value(item, r, item_keys[i].key));
	}
	if ((item->seen & shape->some) == 0)
		return fail(r, R_SLURM_MEMBER, "says nothing about what");
	for (size_t i = 0; i < COUNT(item_keys); i++)
		if ((shape->must & ~item->seen & BIT(item_keys[i].key)) != 0) {
			r->member = item_keys[i].name;
			return fail(r, R_SLURM_MEMBER, "is missing");
		}
	return REASON_OK;
}

static enum reason
add_filter(struct reader *r, const struct item *item, enum payload_kind kind)
{
	struct slurm_filter f = { .kind = kind,
		.has_prefix = (item->seen & BIT(KEY_PREFIX)) != 0,
		.has_asn =
		    (item->seen & (BIT(KEY_ASN) | BIT(KEY_CUSTOMER))) != 0,
		.has_ski = (item->seen & BIT(KEY_SKI)) != 0,
		.prefix = item->prefix,
		.asn = item->asn,
		.ski = item->ski,
		.comment = item->comment,
		.file = r->file,
		.line = item->line };

	return vec_push(&r->out->filters, f) ? REASON_OK : fail_memory(r);
}

static enum reason
make_vrp(struct payload *p, struct reader *r, const struct item *item)
{
	p->vrp = (struct vrp){ item->asn, item->prefix, item->prefix.len };
	if ((item->seen & BIT(KEY_MAX_LENGTH)) == 0)
		return REASON_OK;
	r->member = "maxPrefixLength";
	if (item->max_length < item->prefix.len ||
	    item->max_length > family_bits(item->prefix.family))
		return fail_value(
		    r, "is less than the prefix's, or more than an address's");
	p->vrp.max_len = (uint8_t)item->max_length;
	return REASON_OK;
}

/* draft-ietf-sidrops-aspa-profile 3: not itself, AS0 only alone. */
static enum reason
make_aspa(struct payload *p, struct reader *r, const struct item *item)
{
	size_t n = 0;

	r->member = "providerAsns";
	if (item->n_providers == 0)
		return fail_value(r, "one at least is wanted");
	qsort(item->providers, item->n_providers, sizeof(*item->providers),
	    asn_order);
	for (size_t i = 0; i < item->n_providers; i++) {
		if (item->providers[i].v == item->asn.v)
			return fail_value(r, "the customer is not its own");
		if (n == 0 || item->providers[n - 1].v != item->providers[i].v)
			item->providers[n++] = item->providers[i];
	}
	if (n > 1 && item->providers[0].v == 0)
		return fail_value(r, "AS0 is alone, or not there");
	p->aspa = (struct aspa){ item->asn, n, item->providers };
	return REASON_OK;
}

/* Nothing ends before the year 10000. */
#define FOREVER 253402300799

static enum reason
make_origin(struct payload *p, struct reader *r, const struct item *item)
{
	struct origin *o = ARENA_NEW(&r->out->arena, struct origin);
	struct buf uri;

	if (o == NULL)
		return fail_memory(r);
	*o = (struct origin){ .source = r->out->files.v[r->file].source,
		.not_after_at = FOREVER,
		.stale_at = FOREVER,
		.chain_until_at = FOREVER };
	buf_init(&uri, 512);
	buf_span(&uri, o->source);
	buf_printf(&uri, "/%u", item->line);
	o->uri = arena_dup(&r->out->arena, buf_view(&uri));
	buf_fini(&uri);
	p->origin = o;
	return o->uri.p != NULL ? REASON_OK : fail_memory(r);
}

static enum reason
add_assertion(struct reader *r, const struct item *item, enum payload_kind kind)
{
	struct slurm_assertion a = { .payload = { .kind = kind },
		.comment = item->comment,
		.file = r->file,
		.line = item->line };

	if (kind == PAYLOAD_VRP)
		TRY(make_vrp(&a.payload, r, item));
	else if (kind == PAYLOAD_ASPA)
		TRY(make_aspa(&a.payload, r, item));
	else
		a.payload.key =
		    (struct router_key){ item->asn, item->ski, item->spki };
	r->member = NULL;
	TRY(make_origin(&a.payload, r, item));
	return vec_push(&r->out->assertions, a) ? REASON_OK : fail_memory(r);
}

/* ---- lists ----------------------------------------------------------- */

static enum reason
get_list(struct reader *r, const struct shape *shape, bool is_filter)
{
	struct item item;

	r->list = shape->name;
	r->member = NULL;
	TRY(open_one(r, JSON_AT_ARRAY));
	for (r->index = 1;; r->index++) {
		TRY(next(r));
		if (r->e.kind == JSON_AT_END)
			break;
		TRY(get_item(&item, r, shape));
		if (is_filter)
			TRY(add_filter(r, &item, shape->kind));
		else
			TRY(add_assertion(r, &item, shape->kind));
	}
	r->index = 0;
	r->list = NULL;
	return REASON_OK;
}

static enum reason
get_lists(struct reader *r, bool is_filter)
{
	const struct shape *shapes = is_filter ? filters : assertions;
	unsigned seen = 0;

	r->part =
	    is_filter ? "validationOutputFilters" : "locallyAddedAssertions";
	r->member = NULL;
	TRY(open_one(r, JSON_AT_OBJECT));
	for (;;) {
		size_t i = 0;

		r->member = NULL;
		TRY(next(r));
		if (r->e.kind == JSON_AT_END)
			break;
		while (i < 3 && !json_is(&r->e, shapes[i].name))
			i++;
		if (i == 3)
			return fail_unknown(r);
		r->has_aspa = r->has_aspa || i == 2;
		TRY(mark(r, &seen, 1U << i, shapes[i].name));
		TRY(get_list(r, &shapes[i], is_filter));
	}
	for (size_t i = 0; i < 2; i++)
		if ((seen & 1U << i) == 0) {
			r->member = shapes[i].name;
			return fail(r, R_SLURM_MEMBER, "is missing");
		}
	r->part = NULL;
	return REASON_OK;
}

static enum reason
get_file(struct reader *r)
{
	static const char *const keys[] = { "slurmVersion",
		"validationOutputFilters", "locallyAddedAssertions" };
	unsigned seen = 0;

	TRY(next(r));
	TRY(open_one(r, JSON_AT_OBJECT));
	for (;;) {
		size_t i = 0;

		r->member = NULL;
		TRY(next(r));
		if (r->e.kind == JSON_AT_END)
			break;
		while (i < COUNT(keys) && !json_is(&r->e, keys[i]))
			i++;
		if (i == COUNT(keys))
			return fail_unknown(r);
		TRY(mark(r, &seen, 1U << i, keys[i]));
		if (i > 0)
			TRY(get_lists(r, i == 1));
		else if (r->e.kind != JSON_AT_NUMBER ||
			 !decimal_parse(&r->version, r->e.text, 2) ||
			 r->version == 0)
			return fail(r, R_SLURM_VERSION, "1 or 2 is wanted");
	}
	for (size_t i = 0; i < COUNT(keys); i++)
		if ((seen & 1U << i) == 0) {
			r->member = keys[i];
			return fail(r, R_SLURM_MEMBER, "is missing");
		}
	TRY(next(r));
	r->member = "slurmVersion";
	if (r->version == 1 && r->has_aspa)
		return fail(
		    r, R_SLURM_VERSION, "version 1 has nothing about ASPAs");
	return REASON_OK;
}

/* ---- a file ---------------------------------------------------------- */

void
slurm_init(struct slurm *out)
{
	*out = (struct slurm){ 0 };
	arena_init(&out->arena, SIZE_MAX);
}

void
slurm_fini(struct slurm *s)
{
	vec_fini(&s->files);
	vec_fini(&s->filters);
	vec_fini(&s->assertions);
	arena_fini(&s->arena);
}

/* Names stand between commas and quotes in outputs. */
static enum reason
add_file(struct reader *r, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct span base = span_str(slash != NULL ? slash + 1 : path);
	struct slurm_file file = { 0 };
	struct buf name;

	if (span_ends(base, SPAN(".json")) && base.n > 5)
		base.n -= 5;
	buf_init(&name, 300);
	buf_puts(&name, "slurm:");
	for (size_t i = 0; i < base.n && i < 255; i++) {
		uint8_t c = base.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || c == '-' || c == '.';

		buf_byte(&name, plain ? c : '_');
	}
	file.name = arena_dup(&r->out->arena, span_str(path));
	file.source = arena_dup(&r->out->arena, buf_view(&name));
	buf_fini(&name);
	r->file = r->out->files.n;
	return file.name.p != NULL && file.source.p != NULL &&
		       vec_push(&r->out->files, file)
		   ? REASON_OK
		   : fail_memory(r);
}

enum reason
slurm_parse(struct slurm *out, struct span text, const char *name,
    const struct limits *limits, struct slurm_error *error)
{
	struct reader r = { .out = out, .limits = limits, .error = error };

	*error = (struct slurm_error){ 0 };
	if (text.n > limits->slurm_bytes)
		return fail(
		    &r, R_LIMIT_SIZE, "larger than the limit slurm-bytes");
	TRY(add_file(&r, name));
	json_init(&r.json, text);
	TRY(get_file(&r));
	out->files.v[r.file].version = (unsigned)r.version;
	return REASON_OK;
}

void
slurm_filter_write(struct buf *out, const struct slurm_filter *f)
{
	static const char *const kinds[] = { [PAYLOAD_VRP] = "VRPs",
		[PAYLOAD_ASPA] = "ASPAs",
		[PAYLOAD_ROUTER_KEY] = "router keys" };
	char text[PREFIX_TEXT], hex[41];

	buf_puts(out, kinds[f->kind]);
	if (f->has_prefix) {
		prefix_write(text, &f->prefix);
		buf_printf(out, " within %s", text);
	}
	if (f->has_asn)
		buf_printf(out, " of AS%u", f->asn.v);
	if (f->has_ski) {
		hex_write(hex, SPAN_OF(f->ski));
		buf_printf(out, " with key %s", hex);
	}
}
