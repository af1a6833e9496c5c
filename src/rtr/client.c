/*
 * A router that holds the cache to the letter: the answer is read into a
 * buffer, each PDU judged by itself and against the one before it, and all
 * of it takes effect with its End of Data.
 */
#include <stdlib.h>
#include <string.h>

#include "rtr/table.h"

/* Some 20 million VRPs. */
#define ANSWER_MAX ((size_t)400 << 20)

static enum rtr_event
refuse(struct rtr_client *c, enum reason r, const char *what)
{
	(void)fault_say(&c->why, r, NULL, "%s", what);
	return RTR_REFUSED;
}

void
rtr_client_init(struct rtr_client *c, unsigned version)
{
	ASSERT(version < RTR_VERSIONS);
	*c = (struct rtr_client){ .version = (uint8_t)version, .report = -1 };
	fault_init(&c->why, (struct span){ 0 });
	buf_init(&c->in, RTR_PDU_MAX);
	buf_init(&c->answer, ANSWER_MAX);
	map_init(&c->held);
}

static void
drop_held(struct rtr_client *c)
{
	struct span key;
	void *value;

	for (size_t i = 0; map_next(&c->held, &i, &key, &value);)
		base_free(value);
	map_fini(&c->held);
	map_init(&c->held);
}

void
rtr_client_fini(struct rtr_client *c)
{
	drop_held(c);
	map_fini(&c->held);
	buf_fini(&c->in);
	buf_fini(&c->answer);
}

void
rtr_client_forget(struct rtr_client *c)
{
	c->has_data = false;
}

/* Another connection: what was begun on the last is void. */
static void
begin(struct rtr_client *c)
{
	buf_reset(&c->in);
	buf_reset(&c->answer);
	c->in_answer = false;
}

void
rtr_client_ask(struct rtr_client *c, struct buf *out)
{
	uint8_t pdu[PDU_SERIAL_N];

	begin(c);
	c->asked_full = !c->has_data;
	if (c->asked_full) {
		put_header(pdu, c->version, PDU_RESET_QUERY, 0, PDU_HEADER);
		buf_add(out, pdu, PDU_HEADER);
		return;
	}
	put_header(pdu, c->version, PDU_SERIAL_QUERY, c->session, PDU_SERIAL_N);
	put32(pdu + PDU_HEADER, c->serial);
	buf_add(out, pdu, PDU_SERIAL_N);
}

size_t
rtr_client_count(const struct rtr_client *c)
{
	return c->held.n;
}

/* ---- one payload PDU
 * ---------------------------------------------------------- */

static bool
is_payload(uint8_t type)
{
	return type == PDU_IPV4 || type == PDU_IPV6 || type == PDU_ROUTER_KEY ||
	       type == PDU_ASPA;
}

static uint8_t
flags_of(const uint8_t *p)
{
	return p[1] == PDU_IPV4 || p[1] == PDU_IPV6 ? p[AT_FLAGS]
						    : p[AT_FLAGS_2];
}

static const char *
prefix_fault(const uint8_t *p)
{
	size_t n = pdu_addr_n(p[1]);
	unsigned len = p[AT_LEN];

	if (len > p[AT_MAX_LEN] || p[AT_MAX_LEN] > n * 8)
		return "prefix and maximum length";
	for (size_t bit = len; bit < n * 8; bit++)
		if (p[AT_ADDR + bit / 8] & (0x80 >> bit % 8))
			return "bits beyond the prefix";
	return NULL;
}

/* What is held is found by its PDU: with another byte here, it would be held
 * twice. */
static bool
zeros_are_zero(const uint8_t *p)
{
	if (p[1] == PDU_IPV4 || p[1] == PDU_IPV6)
		return p[AT_MAX_LEN + 1] == 0 && get16(p + 2) == 0;
	return p[AT_FLAGS_2 + 1] == 0;
}

/* Providers ascend, and AS 0 stands alone: 8210bis-26 5.12. */
static const char *
providers_fault(const uint8_t *p)
{
	size_t n = (get32(p + 4) - PDU_ASPA_N) / 4;

	if (flags_of(p) == 0)
		return n == 0 ? NULL : "providers in a withdrawal";
	if (n == 0)
		return "no providers";
	for (size_t i = 0; i < n; i++) {
		const uint8_t *at = p + PDU_ASPA_N + 4 * i;

		if (n > 1 && get32(at) == 0)
			return "AS 0 among providers";
		if (i > 0 && get32(at - 4) >= get32(at))
			return "providers that do not ascend";
	}
	return NULL;
}

static enum rtr_event
judge_payload(struct rtr_client *c, const uint8_t *p)
{
	const char *fault = NULL;

	if (p[1] == PDU_IPV4 || p[1] == PDU_IPV6)
		fault = prefix_fault(p);
	else if (p[1] == PDU_ASPA)
		fault = providers_fault(p);
	if (fault == NULL && flags_of(p) > 1)
		fault = "flags";
	if (fault == NULL && !zeros_are_zero(p))
		fault = "a field that is zero";
	if (fault == NULL && c->is_full && flags_of(p) == 0)
		fault = "a withdrawal in a full answer";
	return fault == NULL ? RTR_NOTHING : refuse(c, R_RTR_PAYLOAD, fault);
}

/* 11.2: the types ascend, announcements come before withdrawals, and each of
 * the two in its order. */
static bool
is_in_order(const uint8_t *a, const uint8_t *b)
{
	int c;

	if (a[1] != b[1])
		return a[1] < b[1];
	if (flags_of(a) != flags_of(b))
		return flags_of(a) > flags_of(b);
	c = a[1] == PDU_ASPA ? memcmp(a + PDU_HEADER, b + PDU_HEADER, 4)
			     : pdu_cmp(a, b);
	if (a[1] <= PDU_IPV6 && flags_of(a) == 0)
		c = -c;
	return c < 0;
}

/* ---- all of an answer
 * ----------------------------------------------------------- */

/* As it is held: version and flags alike for all. */
static void
set_held_form(uint8_t *p)
{
	p[0] = 2;
	if (p[1] == PDU_IPV4 || p[1] == PDU_IPV6)
		p[AT_FLAGS] = 1;
	else
		p[AT_FLAGS_2] = 1;
}

/* Found by its PDU; an ASPA by the first twelve bytes, with no length. */
struct held {
	size_t n;
	uint8_t pdu[];
};

static enum rtr_event
announce(struct rtr_client *c, struct span key, const uint8_t *p, size_t n)
{
	struct held *old = map_get(&c->held, key), *h;

	if (old != NULL && p[1] != PDU_ASPA)
		return refuse(c, R_RTR_DUPLICATE, "announced twice");
	h = base_alloc(sizeof(*h) + n);
	if (h == NULL)
		return refuse(c, R_LIMIT_MEMORY, "what is held");
	h->n = n;
	memcpy(h->pdu, p, n);
	map_remove(&c->held, key);
	base_free(old);
	if (!map_put(&c->held, span_of(h->pdu, key.n), h)) {
		base_free(h);
		return refuse(c, R_LIMIT_MEMORY, "what is held");
	}
	return RTR_NOTHING;
}

static enum rtr_event
apply(struct rtr_client *c, uint8_t *p)
{
	size_t n = get32(p + 4);
	bool announced = flags_of(p) == 1;
	struct span key;
	void *old;

	set_held_form(p);
	if (p[1] == PDU_ASPA)
		put32(p + 4, 0);
	key = p[1] == PDU_ASPA ? span_of(p, PDU_ASPA_N) : span_of(p, n);
	if (announced)
		return announce(c, key, p, n);
	old = map_get(&c->held, key);
	if (old == NULL)
		return refuse(c, R_RTR_UNKNOWN, "withdrawn and not held");
	map_remove(&c->held, key);
	base_free(old);
	return RTR_NOTHING;
}

/* Before any is applied, since that changes the PDUs. */
static enum rtr_event
check_order(struct rtr_client *c)
{
	const uint8_t *before = NULL;

	for (size_t at = 0; at < c->answer.n;
	     at += get32(c->answer.p + at + 4)) {
		const uint8_t *p = c->answer.p + at;

		if (before != NULL && !is_in_order(before, p))
			return refuse(c, R_RTR_ORDER, "an answer");
		before = p;
	}
	return RTR_NOTHING;
}

static enum rtr_event
apply_all(struct rtr_client *c)
{
	enum rtr_event e = RTR_NOTHING;

	if (c->is_full)
		drop_held(c);
	if (c->version == 2 || c->wants_order)
		e = check_order(c);
	for (size_t at = 0; e == RTR_NOTHING && at < c->answer.n;) {
		uint8_t *p = c->answer.p + at;

		at += get32(p + 4);
		e = apply(c, p);
	}
	return e;
}

static enum rtr_event
end_of_data(struct rtr_client *c, const uint8_t *p)
{
	enum rtr_event e;

	if (!c->in_answer || get16(p + 2) != c->session)
		return refuse(c, R_RTR_SEQUENCE, "End of Data");
	if (c->version > 0) {
		c->timers = (struct rtr_timers){ .refresh = get32(p + 12),
			.retry = get32(p + 16),
			.expire = get32(p + 20) };
		if (!rtr_timers_are_valid(&c->timers))
			return refuse(c, R_RTR_TIMERS, "End of Data");
	}
	e = apply_all(c);
	if (e != RTR_NOTHING)
		return e;
	buf_reset(&c->answer);
	c->in_answer = false;
	c->serial = get32(p + 8);
	c->has_data = true;
	return RTR_COMPLETE;
}

/* ---- PDUs
 * -------------------------------------------------------------------------- */

static bool
length_is_right(const struct rtr_client *c, uint8_t type, uint32_t n)
{
	switch (type) {
	case PDU_SERIAL_NOTIFY:
		return n == PDU_SERIAL_N;
	case PDU_CACHE_RESPONSE:
	case PDU_CACHE_RESET:
		return n == PDU_HEADER;
	case PDU_IPV4:
		return n == PDU_IPV4_N;
	case PDU_IPV6:
		return n == PDU_IPV6_N;
	case PDU_END_OF_DATA:
		return n == (c->version == 0 ? PDU_SERIAL_N : RTR_TAIL);
	case PDU_ROUTER_KEY:
		return n > PDU_KEY_N && n <= RTR_PDU_MAX;
	case PDU_ASPA:
		return n >= PDU_ASPA_N && n % 4 == 0 && n <= RTR_PDU_MAX;
	case PDU_ERROR:
		return n >= PDU_ERROR_N && n <= RTR_PDU_MAX;
	default:
		return false;
	}
}

static enum rtr_event
error_report(struct rtr_client *c, const uint8_t *p, size_t n)
{
	uint32_t pdu_n = get32(p + 8), text_n;
	struct buf text;

	if (pdu_n > n - PDU_ERROR_N)
		return refuse(c, R_RTR_PDU, "Error Report");
	text_n = get32(p + 12 + pdu_n);
	if (text_n != n - PDU_ERROR_N - pdu_n)
		return refuse(c, R_RTR_PDU, "Error Report");
	c->report = get16(p + 2);
	if (c->report == RTR_UNSUPPORTED_VERSION && !c->is_answered &&
	    p[0] < c->version) {
		c->version = p[0];
		return RTR_DOWNGRADED;
	}
	buf_init(&text, 4 * RTR_PDU_MAX);
	escape_write(&text, span_of(p + PDU_ERROR_N + pdu_n, text_n));
	(void)fault_say(&c->why, R_RTR_REPORT, NULL, "code %d: %.*s", c->report,
	    text.n > 100 ? 100 : (int)text.n,
	    text.n > 0 ? (const char *)text.p : "");
	buf_fini(&text);
	return RTR_REPORTED;
}

static enum rtr_event
cache_response(struct rtr_client *c, const uint8_t *p)
{
	uint16_t session = get16(p + 2);

	if (c->in_answer)
		return refuse(c, R_RTR_SEQUENCE, "Cache Response");
	if (!c->asked_full && session != c->session)
		return refuse(c, R_RTR_SESSION, "Cache Response");
	c->session = session;
	c->in_answer = true;
	c->is_full = c->asked_full;
	return RTR_NOTHING;
}

static enum rtr_event
payload(struct rtr_client *c, const uint8_t *p, size_t n)
{
	enum rtr_event e;

	if (!c->in_answer)
		return refuse(c, R_RTR_SEQUENCE, "payload outside an answer");
	e = judge_payload(c, p);
	if (e == RTR_NOTHING) {
		buf_add(&c->answer, p, n);
		if (c->answer.failed)
			e = refuse(c, R_LIMIT_MEMORY, "an answer");
	}
	return e;
}

static enum rtr_event
take_pdu(struct rtr_client *c, const uint8_t *p, size_t n)
{
	c->pdus++;
	if (p[1] == PDU_ERROR)
		return error_report(c, p, n);
	if (p[0] != c->version)
		/* 8210bis-26 7: a Notify of any version may come early. */
		return p[1] == PDU_SERIAL_NOTIFY && !c->is_answered
			   ? RTR_NOTHING
			   : refuse(c, R_RTR_VERSION, "a PDU");
	if (p[1] == PDU_SERIAL_NOTIFY) {
		if (c->has_data && get16(p + 2) != c->session)
			return refuse(c, R_RTR_SESSION, "Serial Notify");
		c->notified = get32(p + 8);
		return RTR_NOTIFIED;
	}
	c->is_answered = true;
	if (is_payload(p[1]))
		return payload(c, p, n);
	if (p[1] == PDU_CACHE_RESPONSE)
		return cache_response(c, p);
	if (p[1] == PDU_END_OF_DATA)
		return end_of_data(c, p);
	if (c->in_answer || c->asked_full)
		return refuse(c, R_RTR_SEQUENCE, "Cache Reset");
	rtr_client_forget(c);
	return RTR_MUST_RESET;
}

static enum rtr_event
check_header(struct rtr_client *c, const uint8_t *p)
{
	if (!pdu_type_is_known(c->version, p[1]))
		return refuse(c, R_RTR_PDU, "type");
	return length_is_right(c, p[1], get32(p + 4))
		   ? RTR_NOTHING
		   : refuse(c, R_RTR_PDU, "length");
}

/* Bytes into c->in until it has n of them. */
static bool
fill(struct rtr_client *c, struct span *bytes, size_t n)
{
	size_t step = n > c->in.n ? n - c->in.n : 0;

	if (step > bytes->n)
		step = bytes->n;
	buf_add(&c->in, bytes->p, step);
	bytes->p += step;
	bytes->n -= step;
	c->bytes += step;
	return c->in.n >= n;
}

enum rtr_event
rtr_client_feed(struct rtr_client *c, struct span *bytes)
{
	enum rtr_event e = RTR_NOTHING;

	while (e == RTR_NOTHING && bytes->n > 0) {
		if (!fill(c, bytes, PDU_HEADER))
			break;
		e = check_header(c, c->in.p);
		if (e != RTR_NOTHING || !fill(c, bytes, get32(c->in.p + 4)))
			break;
		e = take_pdu(c, c->in.p, c->in.n);
		buf_reset(&c->in);
	}
	if (c->in.failed)
		return refuse(c, R_LIMIT_MEMORY, "a PDU");
	return e;
}

/* ---- as payloads
 * ---------------------------------------------------------------------- */

static enum reason
read_aspa(struct aspa *out, const uint8_t *p, size_t n, struct arena *arena)
{
	struct asn *to;

	out->customer.v = get32(p + PDU_HEADER);
	out->n = (n - PDU_ASPA_N) / 4;
	to = ARENA_ARRAY(arena, out->n, struct asn);
	if (to == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < out->n; i++)
		to[i].v = get32(p + PDU_ASPA_N + 4 * i);
	out->providers = to;
	return REASON_OK;
}

static void
read_vrp(struct vrp *out, const uint8_t *p)
{
	size_t n = pdu_addr_n(p[1]);

	out->prefix.family = n == 4 ? FAMILY_V4 : FAMILY_V6;
	out->prefix.len = p[AT_LEN];
	memcpy(out->prefix.addr.b, p + AT_ADDR, n);
	out->max_len = p[AT_MAX_LEN];
	out->asn.v = get32(p + AT_ADDR + n);
}

static enum reason
read_payload(struct payload *out, const struct held *h, struct arena *arena)
{
	const uint8_t *p = h->pdu;

	if (p[1] == PDU_ASPA) {
		out->kind = PAYLOAD_ASPA;
		return read_aspa(&out->aspa, p, h->n, arena);
	}
	if (p[1] != PDU_ROUTER_KEY) {
		out->kind = PAYLOAD_VRP;
		read_vrp(&out->vrp, p);
		return REASON_OK;
	}
	out->kind = PAYLOAD_ROUTER_KEY;
	memcpy(out->key.ski.b, p + AT_SKI, sizeof(out->key.ski.b));
	out->key.asn.v = get32(p + AT_KEY_ASN);
	out->key.spki =
	    arena_dup(arena, span_of(p + PDU_KEY_N, h->n - PDU_KEY_N));
	return out->key.spki.p == NULL ? R_LIMIT_MEMORY : REASON_OK;
}

enum reason
rtr_client_payloads(struct payload **out, size_t *n, const struct rtr_client *c,
    const struct origin *origin, struct arena *arena)
{
	struct payload *all = ARENA_ARRAY(arena, c->held.n, struct payload);
	struct span key;
	void *value;

	*n = 0;
	if (all == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; map_next(&c->held, &i, &key, &value);) {
		TRY(read_payload(&all[*n], value, arena));
		all[(*n)++].origin = origin;
	}
	if (*n > 1)
		qsort(all, *n, sizeof(*all), payload_order);
	*out = all;
	return REASON_OK;
}
