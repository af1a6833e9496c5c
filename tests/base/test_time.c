#include "tests/check.h"

#include <string.h>

static void
test_known(void **state)
{
	static const struct {
		const char *text;
		int64_t at;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1969-12-31T23:59:59Z", -1 },
		{ "2000-02-29T12:34:56Z", 951827696 },
		{ "2001-09-09T01:46:40Z", 1000000000 },
		{ "2026-11-21T01:51:13Z", 1795225873 },
		{ "2038-01-19T03:14:08Z", 2147483648 },
		{ "2049-12-31T23:59:59Z", 2524607999 },
		{ "2106-02-07T06:28:16Z", 4294967296 },
		{ "9999-12-31T23:59:59Z", 253402300799 },
		{ "0000-01-01T00:00:00Z", -62167219200 },
		{ "0001-03-01T00:00:00Z", -62130499200 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[TIME_TEXT];
		int64_t at;

		time_write(text, sizeof(text), cases[i].at);
		CHECK(cases[i].text, strcmp(text, cases[i].text) == 0);
		CHECK(cases[i].text, time_parse(&at, cases[i].text));
		CHECK(cases[i].text, at == cases[i].at);
	}
}

static void
test_beyond(void **state)
{
	char text[TIME_TEXT];

	(void)state;
	time_write(text, sizeof(text), INT64_MAX);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	time_write(text, sizeof(text), INT64_MIN);
	assert_string_equal(text, "0000-01-01T00:00:00Z");
}

static int
month_days(int year, int month)
{
	switch (month) {
	case 4:
	case 6:
	case 9:
	case 11:
		return 30;
	case 2:
		return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
			   ? 29
			   : 28;
	default:
		return 31;
	}
}

/* Every day of ten thousand years, by counting. */
static void
test_every_day(void **state)
{
	int64_t want = -62167219200;

	(void)state;
	for (int y = 0; y <= 9999; y++)
		for (int m = 1; m <= 12; m++)
			for (int d = 1; d <= month_days(y, m); d++) {
				struct civil c = { y, m, d, 23, 59, 58 }, back;
				int64_t at;

				if (!time_from_civil(&at, &c) ||
				    at != want + 86398)
					fail_msg("%d-%d-%d", y, m, d);
				time_to_civil(&back, at);
				if (memcmp(&c, &back, sizeof(c)) != 0)
					fail_msg("%d-%d-%d back", y, m, d);
				want += 86400;
			}
}

static void
test_no_such_time(void **state)
{
	static const struct {
		const char *what;
		struct civil c;
	} cases[] = {
		{ "month 0", { 2026, 0, 1, 0, 0, 0 } },
		{ "month 13", { 2026, 13, 1, 0, 0, 0 } },
		{ "day 0", { 2026, 1, 0, 0, 0, 0 } },
		{ "31 April", { 2026, 4, 31, 0, 0, 0 } },
		{ "30 February", { 2024, 2, 30, 0, 0, 0 } },
		{ "29 February 2026", { 2026, 2, 29, 0, 0, 0 } },
		{ "29 February 1900", { 1900, 2, 29, 0, 0, 0 } },
		{ "hour 24", { 2026, 1, 1, 24, 0, 0 } },
		{ "minute 60", { 2026, 1, 1, 0, 60, 0 } },
		{ "second 60", { 2016, 12, 31, 23, 59, 60 } },
		{ "second -1", { 2026, 1, 1, 0, 0, -1 } },
		{ "year -1", { -1, 1, 1, 0, 0, 0 } },
		{ "year 10000", { 10000, 1, 1, 0, 0, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t at = 77;

		CHECK(cases[i].what, !time_from_civil(&at, &cases[i].c));
		CHECK(cases[i].what, at == 77);
	}
}

static void
test_parse(void **state)
{
	static const struct {
		const char *text;
		bool good;
		int64_t at;
	} cases[] = {
		{ "0", true, 0 },
		{ "1795225873", true, 1795225873 },
		{ "253402300799", true, 253402300799 },
		{ "253402300800", false, 0 },
		{ "1970-01-01T00:00:10z", true, 10 },
		{ "1970-01-01t00:00:10Z", true, 10 },
		{ "1970-01-01 00:00:10Z", true, 10 },
		{ "1970-01-01T00:00:10.999Z", true, 10 },
		{ "1970-01-01T01:00:10+01:00", true, 10 },
		{ "1969-12-31T18:30:10-05:30", true, 10 },
		{ "1970-01-01T00:00:10-00:00", true, 10 },
		{ "1970-01-01T00:00:10", false, 0 },
		{ "1970-01-01T00:00:10.Z", false, 0 },
		{ "1970-01-01T00:00:10+0100", false, 0 },
		{ "1970-01-01T00:00:10+24:00", false, 0 },
		{ "1970-01-01T00:00:10+01:60", false, 0 },
		{ "1970-01-01T00:00:10+01:00 ", false, 0 },
		{ "1970-01-01T00:00:10Zz", false, 0 },
		{ "1970-1-1T00:00:10Z", false, 0 },
		{ "1970-01-01", false, 0 },
		{ "1970-02-30T00:00:00Z", false, 0 },
		{ "2016-12-31T23:59:60Z", false, 0 },
		{ "-1", false, 0 },
		{ "", false, 0 },
		{ "now", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t at = 77;

		CHECK(cases[i].text,
		    time_parse(&at, cases[i].text) == cases[i].good);
		CHECK(cases[i].text, at == (cases[i].good ? cases[i].at : 77));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_beyond),
		cmocka_unit_test(test_every_day),
		cmocka_unit_test(test_no_such_time),
		cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
