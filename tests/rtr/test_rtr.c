/*
 * What a router says and what it hears, byte by byte: the rows of doc/rtr.md,
 * each by its name (tests/rtr/table.sh holds the two together).
 */
#include "tests/check.h"

#include "tests/rtr/kit.h"
#include "tests/rtr/talk.h"

/* ---- what is served: serial 5, with 4 and 3 before it -------------------- */

static const struct asn two[] = { { 64501 }, { 64502 } };
static const struct asn one[] = { { 64501 } };
static const struct asn zero[] = { { 0 } };

#define NET_192(v, flags) \
	v "040000"        \
	  "00000014" flags "181800c00002000000fbf4"
#define NET_198(v, flags) \
	v "040000"        \
	  "00000014" flags "181800c63364000000fbf5"
#define NET_10(v)    \
	v "040000"   \
	  "00000014" \
	  "010810000a00000000000001"
#define NET_6(v)             \
	v "060000"           \
	  "00000020"         \
	  "0120300020010db8" \
	  "0000000000000000" \
	  "00000000"         \
	  "0000fbf4"
#define SKI_11 "1111111111111111111111111111111111111111"
#define KEY(v, flags)                               \
	v "09" flags "0000000022" SKI_11 "0000fbf4" \
	  "6b31"
#define ASPA_TWO   \
	"020b0100" \
	"00000014" \
	"0000fbf4" \
	"0000fbf50000fbf6"
#define ASPA_GONE  \
	"020b0000" \
	"0000000c" \
	"0000fbf6"

#define FULL_0 NET_192("00", "01") NET_10("00") NET_6("00")
#define FULL_1 NET_192("01", "01") NET_10("01") NET_6("01") KEY("01", "01")
#define FULL_2 \
	NET_192("02", "01") NET_10("02") NET_6("02") KEY("02", "01") ASPA_TWO
#define SINCE_4(v) NET_192(v, "01") NET_198(v, "00")

#define ANSWER_0   RESPONSE("00", "1000") FULL_0 END_0("1000")
#define ANSWER_1   RESPONSE("01", "1001") FULL_1 END("01", "1001")
#define ANSWER_2   RESPONSE("02", "1002") FULL_2 END("02", "1002")

static struct rtr_cache *
make_cache(size_t history)
{
	struct payload now[] = { kit_vrp(1, "10.0.0.0/8", 16),
		kit_vrp(64500, "192.0.2.0/24", 24),
		kit_vrp(64500, "2001:db8::/32", 48), kit_key(64500, 0x11, "k1"),
		kit_aspa(64500, two, 2) };
	struct payload then[] = { kit_vrp(1, "10.0.0.0/8", 16),
		kit_vrp(64501, "198.51.100.0/24", 24),
		kit_vrp(64500, "2001:db8::/32", 48), kit_aspa(64500, one, 1),
		kit_aspa(64502, zero, 1) };
	struct rtr_cache *c = rtr_cache_new(history, &RTR_TIMERS);
	struct view views[] = { kit_view(then, 3, 2), kit_view(now, 5, 3),
		kit_view(then, 5, 4), kit_view(now, 5, 5) };

	assert_non_null(c);
	for (size_t i = 0; i < COUNT(views); i++)
		CHECK_REASON("take", rtr_cache_take(c, &views[i]), REASON_OK);
	return c;
}

/* ---- the rows --------------------------------------------------------------
 */

enum data {
	FULL,
	EMPTY, /* no view yet */
	OLD    /* older than max-age */
};

struct row {
	const char *what;
	unsigned max_version;
	enum data data;
	const char *say, *hear;
	bool closes;
};

static const struct row rows[] = {
	/* versions */
	{ "version 0 reset", 2, FULL, RESET("00"), ANSWER_0, false },
	{ "version 1 reset", 2, FULL, RESET("01"), ANSWER_1, false },
	{ "version 2 reset", 2, FULL, RESET("02"), ANSWER_2, false },
	{ "version above ours, then ours", 2, FULL, RESET("03") RESET("02"),
	    REPORT("02", "0004") ANSWER_2, false },
	{ "version 2 where 1 is the most", 1, FULL, RESET("02") RESET("01"),
	    REPORT("01", "0004") ANSWER_1, false },
	{ "version 1 where 0 is the most", 0, FULL, RESET("01") RESET("00"),
	    REPORT("00", "0004") ANSWER_0, false },
	{ "version 9, again and again", 2, FULL,
	    RESET("09") RESET("09") RESET("09") RESET("09") RESET("02"),
	    REPORT("02", "0004") REPORT("02", "0004") REPORT("02", "0004")
		REPORT("02", "0004"),
	    true },
	{ "version changed in a session", 2, FULL, RESET("01") RESET("02"),
	    ANSWER_1 REPORT("01", "0008"), true },
	{ "version changed in a session of version 0", 2, FULL,
	    RESET("00") RESET("01"), ANSWER_0 REPORT("00", "0004"), true },
	{ "version above ours in a session", 2, FULL, RESET("02") RESET("03"),
	    ANSWER_2 REPORT("02", "0008"), true },
	/* serial queries */
	{ "serial in force", 2, FULL, SERIAL("02", "1002", "00000005"),
	    RESPONSE("02", "1002") END("02", "1002"), false },
	{ "serial of before, version 2", 2, FULL,
	    SERIAL("02", "1002", "00000004"),
	    RESPONSE("02", "1002") SINCE_4("02") KEY("02", "01")
		ASPA_TWO ASPA_GONE END("02", "1002"),
	    false },
	{ "serial of before, version 1", 2, FULL,
	    SERIAL("01", "1001", "00000004"),
	    RESPONSE("01", "1001") SINCE_4("01") KEY("01", "01")
		END("01", "1001"),
	    false },
	{ "serial of before, version 0", 2, FULL,
	    SERIAL("00", "1000", "00000004"),
	    RESPONSE("00", "1000") SINCE_4("00") END_0("1000"), false },
	{ "changes that cancel out", 2, FULL, SERIAL("02", "1002", "00000003"),
	    RESPONSE("02", "1002") END("02", "1002"), false },
	{ "serial beyond the history", 2, FULL,
	    SERIAL("02", "1002", "00000002"), CACHE_RESET("02"), false },
	{ "serial of the future", 2, FULL, SERIAL("02", "1002", "00000006"),
	    CACHE_RESET("02"), false },
	{ "serial at a distance of 2^31", 2, FULL,
	    SERIAL("02", "1002", "80000005"), CACHE_RESET("02"), false },
	{ "cache reset, then reset query", 2, FULL,
	    SERIAL("02", "1002", "00000002") RESET("02"),
	    CACHE_RESET("02") ANSWER_2, false },
	{ "another session, on a new connection", 2, FULL,
	    SERIAL("02", "7777", "00000005"), CACHE_RESET("02"), false },
	{ "another version's session", 2, FULL,
	    SERIAL("02", "1001", "00000005"), CACHE_RESET("02"), false },
	{ "another session, after ours was told", 2, FULL,
	    RESET("02") SERIAL("02", "7777", "00000005"),
	    ANSWER_2 REPORT("02", "0000"), true },
	{ "queries in one segment", 2, FULL,
	    RESET("02") SERIAL("02", "1002", "00000005") RESET("02"),
	    ANSWER_2 RESPONSE("02", "1002") END("02", "1002") ANSWER_2, false },
	{ "reserved field of a reset query", 2, FULL,
	    "0202ffff"
	    "00000008",
	    ANSWER_2, false },
	/* no data */
	{ "reset query before the first view", 2, EMPTY, RESET("02"),
	    REPORT("02", "0002"), false },
	{ "serial query before the first view", 1, EMPTY,
	    SERIAL("01", "1001", "00000005"), REPORT("01", "0002"), false },
	{ "view older than max-age", 2, OLD, RESET("00"), REPORT("00", "0002"),
	    false },
	/* errors */
	{ "PDU type 255", 2, FULL,
	    "02ff0000"
	    "00000008",
	    REPORT("02", "0005"), true },
	{ "PDU type 5", 2, FULL,
	    "01050000"
	    "00000008",
	    REPORT("01", "0005"), true },
	{ "router key in version 0", 2, FULL,
	    "00090000"
	    "00000008",
	    REPORT("00", "0005"), true },
	{ "ASPA in version 1", 2, FULL,
	    "010b0000"
	    "00000008",
	    REPORT("01", "0005"), true },
	{ "a PDU that only a cache sends", 2, FULL,
	    "02031002"
	    "00000008",
	    REPORT("02", "0003"), true },
	{ "a prefix from the router", 2, FULL, NET_10("02"),
	    REPORT("02", "0003"), true },
	{ "length 0", 2, FULL,
	    "02020000"
	    "00000000",
	    REPORT("02", "0003"), true },
	{ "length 7", 2, FULL,
	    "02020000"
	    "00000007",
	    REPORT("02", "0003"), true },
	{ "length 9 of a reset query", 2, FULL,
	    "02020000"
	    "00000009"
	    "00",
	    REPORT("02", "0003"), true },
	{ "length 8 of a serial query", 2, FULL,
	    "02011002"
	    "00000008",
	    REPORT("02", "0003"), true },
	{ "length 65536", 2, FULL,
	    "02020000"
	    "00010000",
	    REPORT("02", "0003"), true },
	{ "length 2^32-1", 2, FULL,
	    "02020000"
	    "ffffffff",
	    REPORT("02", "0003"), true },
	{ "version 255, length 2^32-1", 2, FULL,
	    "ffffffff"
	    "ffffffff",
	    REPORT("02", "0004"), true },
	{ "error report is not answered", 2, FULL,
	    "020a0000"
	    "00000010"
	    "00000000"
	    "00000000",
	    "", true },
	{ "broken error report is not answered", 2, FULL,
	    "020a0000"
	    "00000007",
	    "", true },
	{ "error report of another version", 2, FULL,
	    RESET("02") "000a0000"
			"00000010",
	    ANSWER_2, true },
	{ "nothing after the error", 2, FULL,
	    "02ff0000"
	    "00000008" RESET("02") RESET("02"),
	    REPORT("02", "0005"), true },
	{ "half a header", 2, FULL, "020200", "", false },
};

static void
run_row(const struct row *row, struct rtr_cache *c, size_t step)
{
	struct rtr_session s;
	uint8_t said[256];
	struct buf heard;
	size_t n = from_hex(said, sizeof(said), row->say);

	buf_init(&heard, 10000);
	rtr_session_init(&s, c, row->max_version);
	CHECK(row->what,
	    speak(&heard, &s, span_of(said, n), step) == row->closes);
	check_heard(row->what, buf_view(&heard), row->hear);
	rtr_session_fini(&s);
	buf_fini(&heard);
}

static void
test_rows(void **state)
{
	struct rtr_cache *full = make_cache(2);
	struct rtr_cache *empty = rtr_cache_new(2, &RTR_TIMERS);
	struct rtr_cache *old = make_cache(2);

	(void)state;
	assert_non_null(empty);
	rtr_cache_silence(old, true);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rtr_cache *c = rows[i].data == FULL    ? full
				      : rows[i].data == EMPTY ? empty
							      : old;

		for (size_t step = 0; step <= 9; step++)
			run_row(&rows[i], c, step);
	}
	rtr_cache_free(full);
	rtr_cache_free(empty);
	rtr_cache_free(old);
}

/* 8210bis-26 7, all of it: each version asked for of each that is the most
 * here, by either query. Ours is answered and stays the session's; of one
 * above it our highest is said, in which the router may ask on the spot. */
static void
ask_as(uint8_t most, uint8_t asked, bool is_serial, struct rtr_cache *c)
{
	uint8_t said[] = { asked, is_serial ? 1 : 2, 0x10, asked, 0, 0, 0,
		is_serial ? 12 : 8, 0, 0, 0, 5 };
	size_t n = is_serial ? 12 : 8;
	bool is_ours = asked <= most;
	struct rtr_session s;
	struct buf heard;

	buf_init(&heard, 10000);
	rtr_session_init(&s, c, most);
	assert_false(speak(&heard, &s, span_of(said, n), 0));
	assert_int_equal(heard.p[0], is_ours ? asked : most);
	assert_int_equal(heard.p[1], is_ours ? 3 : 10);
	assert_int_equal(heard.p[3], is_ours ? asked : RTR_UNSUPPORTED_VERSION);
	assert_int_equal(heard.p[2], is_ours ? 0x10 : 0);
	buf_reset(&heard);
	said[0] = said[3] = is_ours ? asked : most;
	assert_false(speak(&heard, &s, span_of(said, n), 0));
	assert_int_equal(heard.p[0], said[0]);
	assert_int_equal(heard.p[1], 3);
	/* And no other one after that. */
	buf_reset(&heard);
	said[0] ^= 1;
	assert_true(speak(&heard, &s, span_of(said, n), 0));
	assert_int_equal(heard.p[0], said[0] ^ 1);
	assert_int_equal(heard.p[1], 10);
	assert_int_equal(heard.p[3], (said[0] ^ 1) == 0
					 ? RTR_UNSUPPORTED_VERSION
					 : RTR_UNEXPECTED_VERSION);
	rtr_session_fini(&s);
	buf_fini(&heard);
}

static void
test_matrix(void **state)
{
	static const uint8_t asked[] = { 0, 1, 2, 3, 127, 255 };
	struct rtr_cache *c = make_cache(2);

	(void)state;
	for (uint8_t most = 0; most < RTR_VERSIONS; most++)
		for (size_t i = 0; i < COUNT(asked); i++) {
			ask_as(most, asked[i], false, c);
			ask_as(most, asked[i], true, c);
		}
	rtr_cache_free(c);
}

/* ---- rows that take more than one exchange ---------------------------------
 */

/* An Error Report holds the PDU it is about, whole, and a text. */
static void
test_report(void **state)
{
	struct rtr_cache *c = make_cache(2);
	struct rtr_session s;
	uint8_t said[300] = { 2, 0xff, 0x12, 0x34, 0, 0, 0, 20, 'a', 'b' };
	struct buf heard;

	(void)state;
	buf_init(&heard, 10000);
	rtr_session_init(&s, c, 2);
	assert_true(speak(&heard, &s, span_of(said, 20), 3));
	assert_int_equal(s.error, RTR_UNSUPPORTED_TYPE);
	assert_int_equal(heard.p[11], 20);
	assert_memory_equal(heard.p + 12, said, 20);
	assert_int_equal(heard.p[35], heard.n - 36);
	assert_true(utf8_is_valid(span_of(heard.p + 36, heard.n - 36)));
	rtr_session_fini(&s);

	/* Beyond what is looked at whole: the header. */
	said[6] = 1, said[7] = 1;
	buf_reset(&heard);
	rtr_session_init(&s, c, 2);
	assert_true(speak(&heard, &s, span_of(said, 257), 0));
	assert_int_equal(heard.p[11], 8);
	rtr_session_fini(&s);

	/* One that is: and no more than it is kept. */
	said[6] = 1, said[7] = 0;
	buf_reset(&heard);
	rtr_session_init(&s, c, 2);
	assert_false(rtr_is_midway(&s));
	assert_false(speak(&heard, &s, span_of(said, 1), 0));
	assert_true(rtr_is_midway(&s));
	assert_false(speak(&heard, &s, span_of(said + 1, 254), 0));
	assert_true(rtr_is_midway(&s));
	assert_true(speak(&heard, &s, span_of(said + 255, 1), 0));
	assert_int_equal(heard.p[10], 1);
	rtr_session_fini(&s);
	buf_fini(&heard);
	rtr_cache_free(c);
}

static void
drain(struct rtr_session *s, struct buf *heard)
{
	assert_false(speak(heard, s, (struct span){ 0 }, 0));
}

static void
take(struct rtr_cache *c, struct payload *p, size_t n, uint32_t serial)
{
	struct view v = kit_view(p, n, serial);

	CHECK_REASON("take", rtr_cache_take(c, &v), REASON_OK);
}

/* Not before the first query, at most one a minute, only for news. */
static void
test_notify(void **state)
{
	struct payload p[] = { kit_vrp(1, "10.0.0.0/8", 8),
		kit_vrp(2, "10.0.0.0/8", 8) };
	struct rtr_cache *c = rtr_cache_new(4, &RTR_TIMERS);
	struct rtr_session s;
	struct buf heard;
	uint8_t said[16];
	size_t n = from_hex(said, sizeof(said), RESET("01"));

	(void)state;
	assert_non_null(c);
	buf_init(&heard, 10000);
	rtr_session_init(&s, c, 2);
	take(c, p, 1, 1);
	assert_int_equal(rtr_notify(&s, 1000), RTR_NO_DEADLINE);
	(void)speak(&heard, &s, span_of(said, n), 0);
	buf_reset(&heard);
	assert_int_equal(rtr_notify(&s, 2000), RTR_NO_DEADLINE);
	drain(&s, &heard);
	assert_int_equal(heard.n, 0); /* it has serial 1 */
	take(c, p, 2, 2);
	(void)rtr_notify(&s, 3000);
	drain(&s, &heard);
	check_heard("notify", buf_view(&heard),
	    "01001001"
	    "0000000c"
	    "00000002");
	buf_reset(&heard);
	assert_int_equal(rtr_notify(&s, 90000), RTR_NO_DEADLINE); /* said */
	take(c, p, 1, 3);
	assert_int_equal(rtr_notify(&s, 62999), 63000);
	drain(&s, &heard);
	assert_int_equal(heard.n, 0);
	(void)rtr_notify(&s, 63000);
	drain(&s, &heard);
	check_heard("notify", buf_view(&heard),
	    "01001001"
	    "0000000c"
	    "00000003");
	rtr_session_fini(&s);
	buf_fini(&heard);
	rtr_cache_free(c);
}

/* What an answer began with it ends with, whatever comes in between. */
static void
test_snapshot(void **state)
{
	struct rtr_cache *c = make_cache(2);
	struct payload other[] = { kit_vrp(7, "10.7.0.0/16", 16) };
	struct span out[RTR_SPANS];
	struct rtr_session s;
	struct buf heard;
	uint8_t said[16];
	size_t n = from_hex(said, sizeof(said), RESET("02"));

	(void)state;
	buf_init(&heard, 10000);
	rtr_session_init(&s, c, 2);
	assert_int_equal(rtr_feed(&s, span_of(said, n)), n);
	assert_int_equal(rtr_output(&s, out), 3);
	/* Nothing more is taken, and nothing is put in between. */
	assert_int_equal(rtr_feed(&s, span_of(said, n)), 0);
	take(c, other, 1, 6);
	take(c, other, 0, 7);
	assert_int_equal(rtr_lag(&s), 2);
	assert_int_equal(rtr_notify(&s, 1000), RTR_NO_DEADLINE);
	drain(&s, &heard);
	check_heard("snapshot", buf_view(&heard), ANSWER_2);
	assert_int_equal(rtr_lag(&s), 0);
	rtr_session_fini(&s);
	buf_fini(&heard);
	rtr_cache_free(c);
}

/* 8210bis-26 8.5: to version 2, between answers. */
static void
test_goodbye(void **state)
{
	static const struct {
		const char *say, *hear;
	} cases[] = {
		{ RESET("02"), ANSWER_2 REPORT("02", "000c") },
		{ RESET("01"), ANSWER_1 },
		{ "02", "" },
	};
	struct rtr_cache *c = make_cache(2);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct rtr_session s;
		struct buf heard;
		uint8_t said[16];
		size_t n = from_hex(said, sizeof(said), cases[i].say);

		buf_init(&heard, 10000);
		rtr_session_init(&s, c, 2);
		(void)speak(&heard, &s, span_of(said, n), 0);
		rtr_goodbye(&s);
		assert_true(speak(&heard, &s, (struct span){ 0 }, 0));
		check_heard("goodbye", buf_view(&heard), cases[i].hear);
		rtr_session_fini(&s);
		buf_fini(&heard);
	}
	rtr_cache_free(c);
}

/* To who is amid an answer: after it. */
static void
test_late_goodbye(void **state)
{
	struct rtr_cache *c = make_cache(2);
	struct rtr_session s;
	struct buf heard;
	uint8_t said[16];
	size_t n = from_hex(said, sizeof(said), RESET("02"));

	(void)state;
	buf_init(&heard, 10000);
	rtr_session_init(&s, c, 2);
	assert_int_equal(rtr_feed(&s, span_of(said, n)), n);
	rtr_goodbye(&s);
	assert_false(s.is_closing);
	assert_true(speak(&heard, &s, span_of(said, n), 0));
	check_heard(
	    "late goodbye", buf_view(&heard), ANSWER_2 REPORT("02", "000c"));
	assert_int_equal(s.reports, 1);
	rtr_session_fini(&s);
	buf_fini(&heard);
	rtr_cache_free(c);
}

/* The publisher starts anew: who has the old session is told to reset. */
static void
test_new_session(void **state)
{
	struct rtr_cache *c = make_cache(2);
	struct payload other[] = { kit_vrp(7, "10.7.0.0/16", 16) };
	struct view v = kit_view(other, 1, 5);
	struct rtr_session s;
	struct buf heard;
	uint8_t said[32];
	size_t n = from_hex(said, sizeof(said), RESET("02"));

	(void)state;
	buf_init(&heard, 10000);
	rtr_session_init(&s, c, 2);
	(void)speak(&heard, &s, span_of(said, n), 0);
	v.sessions[2] = 0x2002;
	CHECK_REASON("take", rtr_cache_take(c, &v), REASON_OK);
	buf_reset(&heard);
	(void)rtr_notify(&s, 0);
	n = from_hex(said, sizeof(said), SERIAL("02", "1002", "00000005"));
	assert_false(speak(&heard, &s, span_of(said, n), 0));
	check_heard("new session", buf_view(&heard),
	    "02001002" /* 5.1: until the router resets */
	    "0000000c"
	    "00000005" CACHE_RESET("02"));
	rtr_session_fini(&s);
	buf_fini(&heard);
	rtr_cache_free(c);
}

static void
test_serials(void **state)
{
	static const struct {
		uint32_t a, b;
		bool before;
	} cases[] = {
		{ 0, 1, true },
		{ 1, 0, false },
		{ 5, 5, false },
		{ 0, 0x7fffffff, true },
		{ 0, 0x80000000, false },
		{ 0x80000000, 0, false },
		{ 0xffffffff, 0, true },
		{ 0, 0xffffffff, false },
		{ 0xfffffffe, 3, true },
		{ 0x80000001, 1, false },
		{ 0x80000002, 1, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
		    rtr_serial_before(cases[i].a, cases[i].b), cases[i].before);
}

/* Over the wrap: the history goes on. */
static void
test_wrap(void **state)
{
	struct payload p[] = { kit_vrp(1, "10.0.0.0/8", 8),
		kit_vrp(2, "10.0.0.0/8", 8) };
	struct rtr_cache *c = rtr_cache_new(4, &RTR_TIMERS);
	struct rtr_cache_facts facts;
	struct rtr_session s;
	struct buf heard;
	uint8_t said[16];
	size_t n =
	    from_hex(said, sizeof(said), SERIAL("00", "1000", "ffffffff"));

	(void)state;
	assert_non_null(c);
	take(c, p, 1, 0xffffffff);
	take(c, p, 2, 0);
	rtr_cache_facts(&facts, c);
	assert_int_equal(facts.serial, 0);
	assert_int_equal(facts.history, 1);
	buf_init(&heard, 10000);
	rtr_session_init(&s, c, 2);
	assert_false(speak(&heard, &s, span_of(said, n), 0));
	check_heard("wrap", buf_view(&heard),
	    RESPONSE("00", "1000") "00040000"
				   "00000014"
				   "01080800"
				   "0a000000"
				   "00000002"
				   "00071000"
				   "0000000c"
				   "00000000");
	rtr_session_fini(&s);
	buf_fini(&heard);
	rtr_cache_free(c);
}

static void
test_timers(void **state)
{
	static const struct {
		struct rtr_timers t;
		bool valid;
	} cases[] = {
		{ { 3600, 600, 7200 }, true },
		{ { 1, 1, 600 }, true },
		{ { 86400, 7200, 172800 }, true },
		{ { 0, 600, 7200 }, false },
		{ { 86401, 600, 172800 }, false },
		{ { 3600, 0, 7200 }, false },
		{ { 3600, 7201, 172800 }, false },
		{ { 1, 1, 599 }, false },
		{ { 1, 1, 172801 }, false },
		{ { 7200, 600, 7200 }, false },
		{ { 600, 7200, 7200 }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
		    rtr_timers_are_valid(&cases[i].t), cases[i].valid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_notify),
		cmocka_unit_test(test_snapshot),
		cmocka_unit_test(test_goodbye),
		cmocka_unit_test(test_late_goodbye),
		cmocka_unit_test(test_new_session),
		cmocka_unit_test(test_serials),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_timers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
