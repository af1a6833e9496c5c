/*
 * One router's session: what it says is judged PDU by PDU, and answered at
 * once. While an answer waits to be sent nothing more is taken, so a session
 * never owes more than one.
 */
#include <string.h>

#include "rtr/cache.h"

/* Of versions we do not speak, in one session. */
#define REFUSALS_MAX 3

void
rtr_session_init(struct rtr_session *s, struct rtr_cache *c, unsigned version)
{
	ASSERT(version < RTR_VERSIONS);
	*s = (struct rtr_session){ .cache = c,
		.max_version = (uint8_t)version,
		.version = (uint8_t)version,
		.peer_error = -1,
		.error = -1,
		.notified_ms = RTR_NO_DEADLINE };
}

static void
drop_body(struct rtr_session *s)
{
	rtr_bytes_drop(s->body);
	s->body = NULL;
	s->body_at = s->body_end = 0;
}

void
rtr_session_fini(struct rtr_session *s)
{
	drop_body(s);
}

bool
rtr_is_midway(const struct rtr_session *s)
{
	return s->in_n > 0;
}

size_t
rtr_lag(const struct rtr_session *s)
{
	return s->body == NULL ? 0 : s->cache->generation - s->body->generation;
}

/* ---- output -----------------------------------------------------------------
 */

size_t
rtr_output(const struct rtr_session *s, struct span out[RTR_SPANS])
{
	size_t n = 0;

	if (s->small_at < s->small_n)
		out[n++] =
		    span_of(s->small + s->small_at, s->small_n - s->small_at);
	if (s->body_at < s->body_end)
		out[n++] =
		    span_of(s->body->p + s->body_at, s->body_end - s->body_at);
	if (s->tail_at < s->tail_n)
		out[n++] =
		    span_of(s->tail + s->tail_at, s->tail_n - s->tail_at);
	return n;
}

static size_t
advance(size_t *at, size_t end, size_t n)
{
	size_t step = end - *at < n ? end - *at : n;

	*at += step;
	return n - step;
}

void
rtr_sent(struct rtr_session *s, size_t n)
{
	n = advance(&s->small_at, s->small_n, n);
	n = advance(&s->body_at, s->body_end, n);
	n = advance(&s->tail_at, s->tail_n, n);
	ASSERT(n == 0);
	if (s->body_at == s->body_end)
		drop_body(s);
	if (s->small_at == s->small_n)
		s->small_at = s->small_n = 0;
	if (s->tail_at == s->tail_n)
		s->tail_at = s->tail_n = 0;
	if (s->is_leaving)
		rtr_goodbye(s);
}

static bool
owes(const struct rtr_session *s)
{
	return s->small_n > 0 || s->body != NULL || s->tail_n > 0;
}

/* Room for n bytes of small talk: nothing else is waiting, by owes(). */
static uint8_t *
small(struct rtr_session *s, size_t n)
{
	uint8_t *p = s->small + s->small_n;

	ASSERT(n <= sizeof(s->small) - s->small_n);
	s->small_n += n;
	return p;
}

/* 8210bis-26 12: only codes that the version of the session has. */
static enum rtr_error
code_for(uint8_t version, enum rtr_error code)
{
	if (version == 0 && code > RTR_DUPLICATE)
		return code == RTR_UNEXPECTED_VERSION ? RTR_UNSUPPORTED_VERSION
						      : RTR_INTERNAL_ERROR;
	return code;
}

static void
report(struct rtr_session *s, enum rtr_error code, struct span pdu,
    const char *text)
{
	size_t n = strlen(text);
	uint8_t *p;

	s->reports++;
	if (pdu.n > RTR_INPUT)
		pdu.n = RTR_INPUT;
	p = small(s, PDU_ERROR_N + pdu.n + n);
	put_header(p, s->version, PDU_ERROR,
	    (uint16_t)code_for(s->version, code),
	    (uint32_t)(PDU_ERROR_N + pdu.n + n));
	put32(p + PDU_HEADER, (uint32_t)pdu.n);
	if (pdu.n > 0)
		memcpy(p + 12, pdu.p, pdu.n);
	put32(p + 12 + pdu.n, (uint32_t)n);
	memcpy(p + PDU_ERROR_N + pdu.n, text, n);
}

static void
fail(struct rtr_session *s, enum rtr_error code, struct span pdu,
    const char *text)
{
	report(s, code, pdu, text);
	s->error = (int)code_for(s->version, code);
	s->is_closing = true;
}

void
rtr_goodbye(struct rtr_session *s)
{
	s->is_leaving = true;
	/* Nothing may be put into the middle of an answer. */
	if (s->is_closing || owes(s))
		return;
	if (s->is_open && s->version >= 2)
		report(s, RTR_RESTART, (struct span){ 0 }, "restarting");
	s->is_closing = true;
}

/* ---- answers
 * ------------------------------------------------------------------ */

static void
answer(struct rtr_session *s, struct rtr_bytes *body, size_t n)
{
	const struct rtr_cache *c = s->cache;
	uint16_t session = c->sessions[s->version];
	size_t end_n = s->version == 0 ? PDU_SERIAL_N : RTR_TAIL;

	put_header(small(s, PDU_HEADER), s->version, PDU_CACHE_RESPONSE,
	    session, PDU_HEADER);
	s->body = body;
	s->body_at = 0;
	s->body_end = n;
	put_header(
	    s->tail, s->version, PDU_END_OF_DATA, session, (uint32_t)end_n);
	put32(s->tail + 8, c->serial);
	put32(s->tail + 12, c->timers.refresh);
	put32(s->tail + 16, c->timers.retry);
	put32(s->tail + 20, c->timers.expire);
	s->tail_n = end_n;
	s->told = true;
	s->session = session;
	s->serial = c->serial;
	if (n == 0)
		drop_body(s);
}

static void
answer_reset(struct rtr_session *s)
{
	struct rtr_bytes *body;

	s->resets++;
	if (cache_full(&body, s->cache, s->version) != REASON_OK) {
		fail(s, RTR_INTERNAL_ERROR, (struct span){ 0 }, "no memory");
		return;
	}
	answer(s, body,
	    s->version == 2 ? rtr_table_reach(&s->cache->table, 2) : body->n);
}

static void
cache_reset(struct rtr_session *s)
{
	put_header(
	    small(s, PDU_HEADER), s->version, PDU_CACHE_RESET, 0, PDU_HEADER);
}

static void
answer_serial(struct rtr_session *s, struct span pdu)
{
	uint16_t session = get16(pdu.p + 2);
	struct rtr_bytes *body;
	bool known;

	s->queries++;
	/* 8210bis-26 5.1, 5.3: only where another was established here. */
	if (s->told && session != s->session) {
		fail(s, RTR_CORRUPT_DATA, pdu, "not the session of this cache");
		return;
	}
	if (session != s->cache->sessions[s->version]) {
		cache_reset(s);
		return;
	}
	if (cache_since(&body, &known, s->cache, s->version,
		get32(pdu.p + PDU_HEADER)) != REASON_OK)
		fail(s, RTR_INTERNAL_ERROR, (struct span){ 0 }, "no memory");
	else if (known)
		answer(s, body, body == NULL ? 0 : body->n);
	else
		cache_reset(s);
}

/* ---- input
 * --------------------------------------------------------------------- */

static void
refuse_version(struct rtr_session *s, struct span pdu, bool is_whole)
{
	const char *text = "this version is not spoken here";

	if (!is_whole || s->refusals++ >= REFUSALS_MAX)
		fail(s, RTR_UNSUPPORTED_VERSION, pdu, text);
	else
		report(s, RTR_UNSUPPORTED_VERSION, pdu, text);
}

/* Of the session's version. */
static void
judge_request(struct rtr_session *s, struct span pdu)
{
	uint8_t type = pdu.p[1];
	uint32_t length = get32(pdu.p + 4);

	if (!pdu_type_is_known(s->version, type))
		fail(s, RTR_UNSUPPORTED_TYPE, pdu, "no such PDU type");
	else if (type != PDU_SERIAL_QUERY && type != PDU_RESET_QUERY)
		fail(s, RTR_INVALID_REQUEST, pdu, "not a query");
	else if (length !=
		 (type == PDU_SERIAL_QUERY ? PDU_SERIAL_N : PDU_HEADER))
		fail(s, RTR_INVALID_REQUEST, pdu, "not the length of a query");
	else if (!cache_speaks(s->cache))
		report(s, RTR_NO_DATA, (struct span){ 0 }, "no data yet");
	else if (type == PDU_RESET_QUERY)
		answer_reset(s);
	else
		answer_serial(s, pdu);
}

/* is_whole: all of the PDU is there. */
static void
judge(struct rtr_session *s, struct span pdu, bool is_whole)
{
	uint8_t version = pdu.p[0];

	if (pdu.p[1] == PDU_ERROR) { /* never answered: 8210bis-26 5.11 */
		s->reports++;
		s->peer_error = get16(pdu.p + 2);
		s->is_closing = true;
	} else if (s->is_open && version != s->version) {
		fail(s, RTR_UNEXPECTED_VERSION, pdu,
		    "not this session's version");
	} else if (version > s->max_version) {
		refuse_version(s, pdu, is_whole);
	} else {
		s->version = version;
		s->is_open = true;
		judge_request(s, pdu);
	}
}

/* How many bytes make the PDU in s->in judgeable? */
static size_t
wanted(const struct rtr_session *s, bool *is_whole)
{
	uint32_t length = s->in_n < PDU_HEADER ? PDU_HEADER : get32(s->in + 4);

	/* An Error Report says enough in its header. */
	*is_whole = length >= PDU_HEADER && length <= RTR_INPUT &&
		    (s->in_n < PDU_HEADER || s->in[1] != PDU_ERROR);
	return *is_whole ? length : PDU_HEADER;
}

size_t
rtr_feed(struct rtr_session *s, struct span bytes)
{
	size_t taken = 0;

	while (!s->is_closing && !owes(s) && taken < bytes.n) {
		bool is_whole;
		size_t want = wanted(s, &is_whole), n = want - s->in_n;

		if (n > bytes.n - taken)
			n = bytes.n - taken;
		memcpy(s->in + s->in_n, bytes.p + taken, n);
		s->in_n += n;
		taken += n;
		want = wanted(s, &is_whole);
		if (s->in_n < PDU_HEADER || s->in_n < want)
			continue;
		n = s->in_n;
		s->in_n = 0;
		judge(s, span_of(s->in, n), is_whole);
	}
	return s->is_closing ? bytes.n : taken;
}

/* ---- notify
 * ---------------------------------------------------------------------- */

int64_t
rtr_notify(struct rtr_session *s, int64_t now_ms)
{
	const struct rtr_cache *c = s->cache;
	uint16_t session = c->sessions[s->version];
	uint8_t *p;

	/* 8210bis-26 7: not before the version is agreed upon. */
	if (!s->is_open || s->is_closing || !cache_speaks(c) || owes(s) ||
	    (s->told && s->session == session && s->serial == c->serial))
		return RTR_NO_DEADLINE;
	/* 5.1: in all PDUs the session that the router was told. When that is
	 * over, its query leads to a Cache Reset. */
	if (s->told)
		session = s->session;
	if (s->notified_ms != RTR_NO_DEADLINE) {
		if (s->notified == c->serial)
			return RTR_NO_DEADLINE;
		if (now_ms - s->notified_ms < RTR_NOTIFY_MS)
			return s->notified_ms + RTR_NOTIFY_MS;
	}
	s->notified_ms = now_ms;
	s->notified = c->serial;
	p = small(s, PDU_SERIAL_N);
	put_header(p, s->version, PDU_SERIAL_NOTIFY, session, PDU_SERIAL_N);
	put32(p + PDU_HEADER, c->serial);
	return RTR_NO_DEADLINE;
}
