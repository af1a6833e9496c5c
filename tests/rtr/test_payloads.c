/*
 * What is said of payloads, and in which order, byte by byte: the rows of the
 * second table of doc/rtr.md, each by its name (tests/rtr/table.sh). Serial 4
 * is what was before, serial 5 what is served.
 */
#include "tests/check.h"

#include "tests/rtr/kit.h"
#include "tests/rtr/talk.h"

#define MANY 5

struct row {
	const char *what;
	size_t n_then, n_now;
	const char *say, *hear; /* hear: without Cache Response, End of Data */
	struct payload then[MANY], now[MANY];
};

#define V4(v, flags, len, max, net, asn) \
	v "040000"                       \
	  "00000014" flags len max "00" net asn
#define KEY(v, flags, ski, asn, n, key) \
	v "09" flags "00"               \
	  "000000" n ski asn key
#define SKI(x)               x x x x x x x x x x x x x x x x x x x x
#define ASPA(flags, n, rest) "020b" flags "000000" n rest

#define SINCE(v)             SERIAL(v, "10" v, "00000004")
#define ALL(v)               RESET(v)

static void
run(const struct row *row, size_t step)
{
	struct rtr_cache *c = rtr_cache_new(2, &RTR_TIMERS);
	struct payload then[MANY], now[MANY];
	struct view views[2];
	char want[1024];
	struct rtr_session s;
	struct buf heard;
	uint8_t said[16];
	size_t n = from_hex(said, sizeof(said), row->say);

	memcpy(then, row->then, sizeof(then));
	memcpy(now, row->now, sizeof(now));
	views[0] = kit_view(then, row->n_then, 4);
	views[1] = kit_view(now, row->n_now, 5);
	assert_non_null(c);
	for (size_t i = 0; i < COUNT(views); i++)
		CHECK_REASON(
		    row->what, rtr_cache_take(c, &views[i]), REASON_OK);
	(void)snprintf(want, sizeof(want),
	    "%.2s0310%.2s00000008%s%.2s0710%.2s"
	    "%s00000005%s",
	    row->say, row->say, row->hear, row->say, row->say,
	    said[0] == 0 ? "0000000c" : "00000018", said[0] == 0 ? "" : TIMES);
	buf_init(&heard, 10000);
	rtr_session_init(&s, c, 2);
	CHECK(row->what, !speak(&heard, &s, span_of(said, n), step));
	check_heard(row->what, buf_view(&heard), want);
	rtr_session_fini(&s);
	buf_fini(&heard);
	rtr_cache_free(c);
}

static void
run_all(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t step = 0; step <= 9; step += 3)
			run(&rows[i], step);
}

static void
test_prefixes(void **state)
{
	const struct row rows[] = {
		{ "the higher address first", 0, 3, ALL("00"),
		    V4("00", "01", "08", "08", "0b000000", "00000001")
			V4("00", "01", "10", "10", "0a010000", "00000001")
			    V4("00", "01", "10", "10", "0a000000", "00000001"),

		    .now = { kit_vrp(1, "10.0.0.0/16", 16),
			kit_vrp(1, "11.0.0.0/8", 8),
			kit_vrp(1, "10.1.0.0/16", 16) } },
		{ "of one address the longer maximum first", 0, 2, ALL("00"),
		    V4("00", "01", "08", "18", "0a000000", "00000001")
			V4("00", "01", "10", "10", "0a000000", "00000001"),

		    .now = { kit_vrp(1, "10.0.0.0/16", 16),
			kit_vrp(1, "10.0.0.0/8", 24) } },
		{ "of one maximum the longer prefix first", 0, 2, ALL("00"),
		    V4("00", "01", "10", "18", "0a000000", "00000001")
			V4("00", "01", "08", "18", "0a000000", "00000001"),

		    .now = { kit_vrp(1, "10.0.0.0/8", 24),
			kit_vrp(1, "10.0.0.0/16", 24) } },
		{ "of one prefix the higher AS first, AS 0 last", 0, 3,
		    ALL("00"),
		    V4("00", "01", "08", "08", "0a000000", "ffffffff")
			V4("00", "01", "08", "08", "0a000000", "00000001")
			    V4("00", "01", "08", "08", "0a000000", "00000000"),

		    .now = { kit_vrp(0, "10.0.0.0/8", 8),
			kit_vrp(UINT32_MAX, "10.0.0.0/8", 8),
			kit_vrp(1, "10.0.0.0/8", 8) } },
		{ "withdrawals the other way, after announcements", 4, 1,
		    SINCE("00"),
		    V4("00", "01", "08", "08", "09000000", "00000001") V4(
			"00", "00", "08", "08", "0a000000", "00000000")
			V4("00", "00", "08", "08", "0a000000", "00000001") V4(
			    "00", "00", "10", "18", "0a000000", "00000001")
			    V4("00", "00", "08", "08", "0b000000", "00000001"),
		    .then = { kit_vrp(1, "11.0.0.0/8", 8),
			kit_vrp(1, "10.0.0.0/16", 24),
			kit_vrp(1, "10.0.0.0/8", 8),
			kit_vrp(0, "10.0.0.0/8", 8) },
		    .now = { kit_vrp(1, "9.0.0.0/8", 8) } },
		{ "another maximum is another payload", 1, 1, SINCE("00"),
		    V4("00", "01", "08", "09", "0a000000", "00000001")
			V4("00", "00", "08", "08", "0a000000", "00000001"),
		    .then = { kit_vrp(1, "10.0.0.0/8", 8) },
		    .now = { kit_vrp(1, "10.0.0.0/8", 9) } },
		{ "a payload of several origins is said once", 0, 3, ALL("00"),
		    V4("00", "01", "08", "08", "0a000000", "00000001"),
		    .now = { kit_vrp(1, "10.0.0.0/8", 8),
			kit_vrp(1, "10.0.0.0/8", 8),
			kit_vrp(1, "10.0.0.0/8", 8) } },
		{ "one that loses an origin is not mentioned", 2, 1,
		    SINCE("00"), "",
		    .then = { kit_vrp(1, "10.0.0.0/8", 8),
			kit_vrp(1, "10.0.0.0/8", 8) },
		    .now = { kit_vrp(1, "10.0.0.0/8", 8) } },
	};

	(void)state;
	run_all(rows, COUNT(rows));
}

static void
test_impossible(void **state)
{
	struct row rows[] = {
		{ "a maximum beyond the address: left out", 0, 2, ALL("00"), "",

		    .now = { kit_vrp(1, "10.0.0.0/8", 33),
			kit_vrp(1, "::/0", 129) } },
		{ "a maximum below the length: left out", 0, 1, ALL("00"), "",
		    .now = { kit_vrp(1, "10.0.0.0/8", 7) } },
		{ "bits beyond the length: left out", 0, 1, ALL("00"), "",
		    .now = { kit_vrp(1, "10.0.0.0/8", 8) } },
	};

	(void)state;
	rows[2].now[0].vrp.prefix.addr.b[1] = 1;
	run_all(rows, COUNT(rows));
}

static void
test_router_keys(void **state)
{
	const struct row rows[] = {
		{ "keys by SKI, then shorter, then lower, then AS", 0, 5,
		    ALL("01"),
		    KEY("01", "01", SKI("01"), "00000009", "23", "7a7a7a") KEY(
			"01", "01", SKI("09"), "00000001", "21", "61") KEY("01",
			"01", SKI("09"), "00000002", "21",
			"61") KEY("01", "01", SKI("09"), "00000001", "21", "62")
			KEY("01", "01", SKI("09"), "00000001", "22", "6161"),

		    .now = { kit_key(2, 9, "a"), kit_key(1, 9, "aa"),
			kit_key(1, 9, "b"), kit_key(9, 1, "zzz"),
			kit_key(1, 9, "a") } },
		{ "keys withdrawn in the same order, after announcements", 2, 1,
		    SINCE("01"),
		    KEY("01", "01", SKI("09"), "00000001", "21", "61")
			KEY("01", "00", SKI("01"), "00000001", "21", "61")
			    KEY("01", "00", SKI("02"), "00000001", "21", "61"),
		    .then = { kit_key(1, 2, "a"), kit_key(1, 1, "a") },
		    .now = { kit_key(1, 9, "a") } },
		{ "version 0 hears of a new serial, and of no key", 0, 1,
		    SINCE("00"), "", .now = { kit_key(1, 9, "a") } },
	};

	(void)state;
	run_all(rows, COUNT(rows));
}

static void
test_aspas(void **state)
{
	static const struct asn up[] = { { 10 }, { 30 } },
				down[] = { { 30 }, { 10 } },
				other[] = { { 0 }, { 20 } }, zero[] = { { 0 } };
	const struct row rows[] = {
		{ "ASPAs of one customer: the union, ascending", 0, 2,
		    ALL("02"),
		    ASPA("0100", "14", "00000005") "0000000a0000001e",
		    .now = { kit_aspa(5, down, 1), kit_aspa(5, down, 2) } },
		{ "AS 0 beside providers is left out", 0, 2, ALL("02"),
		    ASPA("0100", "18", "00000005") "0000000a"
						   "000000140000001e",
		    .now = { kit_aspa(5, up, 2), kit_aspa(5, other, 2) } },
		{ "AS 0 alone stays", 0, 2, ALL("02"),
		    ASPA("0100", "10", "00000005") "00000000",
		    .now = { kit_aspa(5, zero, 1), kit_aspa(5, zero, 1) } },
		{ "providers in another order: no change", 1, 1, SINCE("02"),
		    "", .then = { kit_aspa(5, up, 2) },
		    .now = { kit_aspa(5, down, 2) } },
		{ "other providers: announced, nothing withdrawn", 1, 1,
		    SINCE("02"), ASPA("0100", "10", "00000005") "0000001e",
		    .then = { kit_aspa(5, up, 2) },
		    .now = { kit_aspa(5, down, 1) } },
		{ "withdrawn: without providers", 1, 0, SINCE("02"),
		    ASPA("0000", "0c", "00000005"),
		    .then = { kit_aspa(5, up, 2) } },
		{ "by customer, announcements first", 3, 2, SINCE("02"),
		    ASPA("0100", "10", "00000002") "00000000" ASPA("0100", "10",
			"00000009") "00000000" ASPA("0000", "0c", "00000001")
			ASPA("0000", "0c", "00000005"),
		    .then = { kit_aspa(5, up, 2), kit_aspa(1, up, 2),
			kit_aspa(9, up, 2) },
		    .now = { kit_aspa(9, zero, 1), kit_aspa(2, zero, 1) } },
		{ "version 1 hears of a new serial, and of no ASPA", 0, 1,
		    SINCE("01"), "", .now = { kit_aspa(5, up, 2) } },
		{ "IPv4, IPv6, keys, ASPAs, and of each what goes last", 3, 4,
		    SINCE("02"),
		    V4("02", "01", "08", "08", "0a000000", "00000001") V4("02",
			"00", "08", "08", "0b000000",
			"00000001") "02060000000000200120300020010db8"
				    "0000000000000000000000000000fbf4" KEY("02",
					"01", SKI("01"), "00000001", "21", "61")
					KEY("02", "00", SKI("00"), "00000001",
					    "21", "61") ASPA("0100", "10",
					    "00000005") "00000000" ASPA("0000",
					    "0c", "00000001"),
		    .then = { kit_aspa(1, up, 2), kit_vrp(1, "11.0.0.0/8", 8),
			kit_key(1, 0, "a") },
		    .now = { kit_aspa(5, zero, 1), kit_key(1, 1, "a"),
			kit_vrp(64500, "2001:db8::/32", 48),
			kit_vrp(1, "10.0.0.0/8", 8) } },
	};

	(void)state;
	run_all(rows, COUNT(rows));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_impossible),
		cmocka_unit_test(test_router_keys),
		cmocka_unit_test(test_aspas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
