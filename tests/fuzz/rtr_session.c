/*
 * A router may send anything, in any pieces: the session takes it without
 * harm, says only whole PDUs of its version, and is silent after an error.
 * The first byte is the highest version served.
 */
#include <string.h>

#include "rtr/rtr.h"
#include "tests/fuzz/fuzz.h"

static struct rtr_cache *
make_cache(void)
{
	struct origin origin = { .not_after_at = INT64_MAX };
	struct asn provider = { 64501 };
	struct payload p[] = { { .kind = PAYLOAD_VRP, .origin = &origin },
		{ .kind = PAYLOAD_ASPA,
		    .aspa = { { 64500 }, 1, &provider },
		    .origin = &origin },
		{ .kind = PAYLOAD_ROUTER_KEY,
		    .key = { .spki = SPAN("key") },
		    .origin = &origin } };
	struct rtr_cache *c = rtr_cache_new(2, &RTR_TIMERS);
	struct view v = { .payloads = p, .sessions = { 1, 2, 3 } };

	ASSERT(c != NULL && prefix_parse(&p[0].vrp.prefix, "10.0.0.0/8"));
	p[0].vrp.max_len = 24;
	for (v.serial = 0; v.serial < 4; v.serial++) {
		v.n = v.serial;
		ASSERT(rtr_cache_take(c, &v) == REASON_OK);
	}
	return c;
}

static void
check_said(struct span said)
{
	for (size_t at = 0; at < said.n;) {
		size_t n;

		ASSERT(said.n - at >= 8 && said.p[at] <= 2);
		n = (size_t)said.p[at + 6] << 8 | said.p[at + 7];
		ASSERT(n >= 8 && n <= said.n - at);
		at += n;
	}
}

static void
speak(struct rtr_session *s, struct span input, size_t step)
{
	struct span out[RTR_SPANS];
	struct buf said;

	buf_init(&said, 100000000);
	while (input.n > 0 && !s->is_closing) {
		size_t n = input.n < step ? input.n : step;

		n = rtr_feed(s, span_of(input.p, n));
		input = span_of(input.p + n, input.n - n);
		while (rtr_output(s, out) > 0) {
			buf_span(&said, out[0]);
			rtr_sent(s, out[0].n);
		}
		ASSERT(s->in_n <= RTR_INPUT);
	}
	check_said(buf_view(&said));
	ASSERT(!s->is_closing || (s->error < 0) != (s->peer_error < 0));
	buf_fini(&said);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct rtr_cache *c;
	struct rtr_session s;

	if (n < 2)
		return 0;
	c = make_cache();
	for (size_t step = 1; step < 2 * n; step = 3 * step + 1) {
		rtr_session_init(&s, c, data[0] % RTR_VERSIONS);
		speak(&s, span_of(data + 1, n - 1), step);
		(void)rtr_notify(&s, 0);
		rtr_session_fini(&s);
	}
	rtr_cache_free(c);
	return 0;
}
