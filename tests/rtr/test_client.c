/* A client that a cache cannot fool: what it takes and what it refuses. */
#include "tests/check.h"

#include "tests/rtr/kit.h"

#define RESPONSE "0203100200000008"
#define END      "02071002000000180000000500000e100000025800001c20"
#define NET_10   "0204000000000014010808000a00000000000001"
#define NET_11   "0204000000000014010808000b00000000000001"
#define GONE_10  "0204000000000014000808000a00000000000001"

struct turn {
	bool serial; /* asks for what is new; else for everything */
	const char *hear;
	enum rtr_event event;
	enum reason reason;
	size_t count;
};

struct row {
	const char *what;
	unsigned version;
	struct turn turns[3];
};

static const struct row rows[] = {
	{ "an answer", 2,
	    { { false, RESPONSE NET_11 NET_10 END, RTR_COMPLETE, 0, 2 },
		{ true, RESPONSE GONE_10 END, RTR_COMPLETE, 0, 1 },
		{ true, RESPONSE END, RTR_COMPLETE, 0, 1 } } },
	{ "half an answer", 2,
	    { { false, RESPONSE NET_10, RTR_NOTHING, 0, 0 },
		{ false, RESPONSE NET_11 END, RTR_COMPLETE, 0, 1 } } },
	{ "a notify and an answer", 2,
	    { { false,
		"0200100200"
		"00000c00000005",
		RTR_NOTIFIED, 0, 0 } } },
	{ "a notify of another session", 2,
	    { { false, RESPONSE END, RTR_COMPLETE, 0, 0 },
		{ true,
		    "0200100300"
		    "00000c00000006",
		    RTR_REFUSED, R_RTR_SESSION, 0 } } },
	{ "a notify of another version comes early", 2,
	    { { false,
		"0000100200"
		"00000c00000005" RESPONSE END,
		RTR_COMPLETE, 0, 0 } } },
	{ "not in order", 2,
	    { { false, RESPONSE NET_10 NET_11 END, RTR_REFUSED, R_RTR_ORDER,
		0 } } },
	{ "a withdrawal first", 2,
	    { { false, RESPONSE NET_10 END, RTR_COMPLETE, 0, 1 },
		{ true, RESPONSE GONE_10 NET_11 END, RTR_REFUSED, R_RTR_ORDER,
		    1 } } },
	{ "twice in an answer", 2,
	    { { false, RESPONSE NET_10 NET_10 END, RTR_REFUSED, R_RTR_ORDER,
		0 } } },
	{ "twice in an answer of version 1", 1,
	    { { false,
		"0103100200000008"
		"0104000000000014010808000a00000000000001"
		"0104000000000014010808000a00000000000001"
		"01071002000000180000000500000e100000025800001c20",
		RTR_REFUSED, R_RTR_DUPLICATE, 1 } } },
	{ "announced again", 2,
	    { { false, RESPONSE NET_10 END, RTR_COMPLETE, 0, 1 },
		{ true, RESPONSE NET_10 END, RTR_REFUSED, R_RTR_DUPLICATE,
		    1 } } },
	{ "withdrawn and not held", 2,
	    { { false, RESPONSE NET_11 END, RTR_COMPLETE, 0, 1 },
		{ true, RESPONSE GONE_10 END, RTR_REFUSED, R_RTR_UNKNOWN,
		    1 } } },
	{ "a withdrawal in a full answer", 2,
	    { { false, RESPONSE GONE_10, RTR_REFUSED, R_RTR_PAYLOAD, 0 } } },
	{ "an ASPA replaced, and withdrawn", 2,
	    { { false,
		  RESPONSE "020b010000000010"
			   "0000000500000006" END,
		  RTR_COMPLETE, 0, 1 },
		{ true,
		    RESPONSE "020b010000000014"
			     "000000050000000600000007" END,
		    RTR_COMPLETE, 0, 1 },
		{ true,
		    RESPONSE "020b00000000000c"
			     "00000005" END,
		    RTR_COMPLETE, 0, 0 } } },
	{ "a customer twice", 2,
	    { { false,
		RESPONSE "020b010000000010"
			 "0000000500000006"
			 "020b010000000014"
			 "000000050000000600000007" END,
		RTR_REFUSED, R_RTR_ORDER, 0 } } },
	{ "AS 0 among providers", 2,
	    { { false,
		RESPONSE "020b010000000014"
			 "000000050000000000000007",
		RTR_REFUSED, R_RTR_PAYLOAD, 0 } } },
	{ "providers that descend", 2,
	    { { false,
		RESPONSE "020b010000000014"
			 "000000050000000800000007",
		RTR_REFUSED, R_RTR_PAYLOAD, 0 } } },
	{ "no providers", 2,
	    { { false,
		RESPONSE "020b01000000000c"
			 "00000005",
		RTR_REFUSED, R_RTR_PAYLOAD, 0 } } },
	{ "providers in a withdrawal", 2,
	    { { false,
		  RESPONSE "020b010000000010"
			   "0000000500000006" END,
		  RTR_COMPLETE, 0, 1 },
		{ true,
		    RESPONSE "020b000000000010"
			     "0000000500000006",
		    RTR_REFUSED, R_RTR_PAYLOAD, 1 } } },
	{ "maximum length below length", 2,
	    { { false, RESPONSE "0204000000000014010807000a00000000000001",
		RTR_REFUSED, R_RTR_PAYLOAD, 0 } } },
	{ "maximum length 33", 2,
	    { { false, RESPONSE "0204000000000014010821000a00000000000001",
		RTR_REFUSED, R_RTR_PAYLOAD, 0 } } },
	{ "bits beyond the prefix", 2,
	    { { false, RESPONSE "0204000000000014010808000a80000000000001",
		RTR_REFUSED, R_RTR_PAYLOAD, 0 } } },
	{ "an unknown flag", 2,
	    { { false, RESPONSE "0204000000000014030808000a00000000000001",
		RTR_REFUSED, R_RTR_PAYLOAD, 0 } } },
	{ "a prefix's first zero", 2,
	    { { false, RESPONSE "0204000100000014010808000a00000000000001",
		RTR_REFUSED, R_RTR_PAYLOAD, 0 } } },
	{ "a prefix's second zero", 2,
	    { { false, RESPONSE "0204000000000014010808010a00000000000001",
		RTR_REFUSED, R_RTR_PAYLOAD, 0 } } },
	{ "an ASPA's zero", 2,
	    { { false,
		RESPONSE "020b010100000010"
			 "0000000500000006",
		RTR_REFUSED, R_RTR_PAYLOAD, 0 } } },
	{ "a router key's zero", 2,
	    { { false,
		RESPONSE "0209010100000021"
			 "0000000000000000000000000000000000000000"
			 "0000000100",
		RTR_REFUSED, R_RTR_PAYLOAD, 0 } } },
	{ "a payload outside an answer", 2,
	    { { false, NET_10, RTR_REFUSED, R_RTR_SEQUENCE, 0 } } },
	{ "End of Data outside an answer", 2,
	    { { false, END, RTR_REFUSED, R_RTR_SEQUENCE, 0 } } },
	{ "an answer in an answer", 2,
	    { { false, RESPONSE RESPONSE, RTR_REFUSED, R_RTR_SEQUENCE, 0 } } },
	{ "End of Data of another session", 2,
	    { { false,
		RESPONSE "02071003000000180000000500000e1000000258"
			 "00001c20",
		RTR_REFUSED, R_RTR_SEQUENCE, 0 } } },
	{ "a serial answer of another session", 2,
	    { { false, RESPONSE END, RTR_COMPLETE, 0, 0 },
		{ true, "0203100300000008", RTR_REFUSED, R_RTR_SESSION, 0 } } },
	{ "cache reset", 2,
	    { { false, RESPONSE NET_10 END, RTR_COMPLETE, 0, 1 },
		{ true, "0208000000000008", RTR_MUST_RESET, 0, 1 },
		{ false, RESPONSE NET_11 END, RTR_COMPLETE, 0, 1 } } },
	{ "cache reset to a reset query", 2,
	    { { false, "0208000000000008", RTR_REFUSED, R_RTR_SEQUENCE, 0 } } },
	{ "expire not above refresh", 2,
	    { { false,
		RESPONSE "02071002000000180000000500000e1000000258"
			 "00000e10",
		RTR_REFUSED, R_RTR_TIMERS, 0 } } },
	{ "another version in an answer", 2,
	    { { false, RESPONSE "0104000000000014010808000a00000000000001",
		RTR_REFUSED, R_RTR_VERSION, 0 } } },
	{ "downgrade", 2,
	    { { false,
		  "010a000400000010"
		  "0000000000000000",
		  RTR_DOWNGRADED, 0, 0 },
		{ false,
		    "0103100200000008"
		    "01071002000000180000000500000e100000025800001c20",
		    RTR_COMPLETE, 0, 0 } } },
	{ "downgrade to the same", 2,
	    { { false,
		"020a000400000010"
		"0000000000000000",
		RTR_REPORTED, R_RTR_REPORT, 0 } } },
	{ "error report", 2,
	    { { false,
		"020a000200000013"
		"00000000000000036e6f21",
		RTR_REPORTED, R_RTR_REPORT, 0 } } },
	{ "error report whose lengths are off", 2,
	    { { false,
		"020a000200000013"
		"00000000000000046e6f21",
		RTR_REFUSED, R_RTR_PDU, 0 } } },
	{ "error report whose PDU is too long", 2,
	    { { false,
		"020a000200000013"
		"fffffff0000000036e6f21",
		RTR_REFUSED, R_RTR_PDU, 0 } } },
	{ "type 5", 2,
	    { { false, "0205000000000008", RTR_REFUSED, R_RTR_PDU, 0 } } },
	{ "ASPA in version 1", 1,
	    { { false,
		"0103100200000008"
		"010b010000000010",
		RTR_REFUSED, R_RTR_PDU, 0 } } },
	{ "length", 2,
	    { { false, "0203100200000009", RTR_REFUSED, R_RTR_PDU, 0 } } },
	{ "length 2^32-1", 2,
	    { { false, "02090000ffffffff", RTR_REFUSED, R_RTR_PDU, 0 } } },
};

static enum rtr_event
hear(struct rtr_client *c, const char *hex, size_t step)
{
	uint8_t bytes[512];
	size_t n = strlen(hex) / 2;
	struct span s = { bytes, n };
	enum rtr_event e = RTR_NOTHING;

	assert_true(n <= sizeof(bytes));
	assert_true(hex_parse(bytes, n, span_of(hex, 2 * n)));
	while (e == RTR_NOTHING && s.n > 0) {
		struct span part = { s.p, s.n < step ? s.n : step };
		size_t all = part.n;

		e = rtr_client_feed(c, &part);
		s = span_of(s.p + (all - part.n), s.n - (all - part.n));
	}
	return e;
}

static void
run_row(const struct row *row, size_t step)
{
	struct rtr_client c;

	rtr_client_init(&c, row->version);
	for (size_t i = 0; i < COUNT(row->turns); i++) {
		const struct turn *t = &row->turns[i];
		struct buf ask;

		if (t->hear == NULL)
			break;
		buf_init(&ask, 100);
		rtr_client_ask(&c, &ask);
		CHECK(row->what, ask.p[1] == (t->serial ? 1 : 2));
		CHECK(row->what, ask.p[0] == c.version);
		buf_fini(&ask);
		CHECK(row->what, hear(&c, t->hear, step) == t->event);
		CHECK_REASON(row->what, c.why.reason, t->reason);
		CHECK(row->what, rtr_client_count(&c) == t->count);
	}
	rtr_client_fini(&c);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t step = 1; step <= 512; step *= 2)
			run_row(&rows[i], step);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
