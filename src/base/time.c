/*
 * Calendar time: the proleptic Gregorian calendar of years 0 to 9999, which
 * is all that RFC 5280 and RFC 3339 can say. Times beyond are written as the
 * first or last second of it.
 */
#include <string.h>

#include "base/base.h"

#define DAY      INT64_C(86400)
#define AT_FIRST INT64_C(-62167219200) /* 0000-01-01T00:00:00Z */
#define AT_LAST  INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* Days since 0000-03-01, where a year ends with February and its leap day. */
static int64_t
days_from_march(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t m = month <= 2 ? month + 9 : month - 3;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       (153 * m + 2) / 5 + day - 1;
}

#define MARCH_TO_1970 719468

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

bool
time_from_civil(int64_t *out, const struct civil *c)
{
	if (c->year < 0 || c->year > 9999 || c->month < 1 || c->month > 12 ||
	    c->day < 1 || c->day > days_in_month(c->year, c->month) ||
	    c->hour < 0 || c->hour > 23 || c->minute < 0 || c->minute > 59 ||
	    c->second < 0 || c->second > 59)
		return false;
	*out =
	    (days_from_march(c->year, c->month, c->day) - MARCH_TO_1970) * DAY +
	    c->hour * 3600 + c->minute * 60 + c->second;
	return true;
}

void
time_to_civil(struct civil *out, int64_t at)
{
	int64_t days, rest, era, of_era, year, of_year, m;

	at = at < AT_FIRST ? AT_FIRST : at > AT_LAST ? AT_LAST : at;
	rest = (at % DAY + DAY) % DAY;
	days = (at - rest) / DAY + MARCH_TO_1970;
	era = (days >= 0 ? days : days - 146096) / 146097;
	of_era = days - era * 146097;
	year =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	m = (5 * of_year + 2) / 153;
	out->day = (int)(of_year - (153 * m + 2) / 5 + 1);
	out->month = (int)(m < 10 ? m + 3 : m - 9);
	out->year = (int)(era * 400 + year + (out->month <= 2 ? 1 : 0));
	out->hour = (int)(rest / 3600);
	out->minute = (int)(rest / 60 % 60);
	out->second = (int)(rest % 60);
}

/* Two digits. */
static void
put(char *out, int value)
{
	out[0] = (char)('0' + value / 10);
	out[1] = (char)('0' + value % 10);
}

void
time_write(char *out, size_t n, int64_t at)
{
	struct civil c;

	ASSERT(n >= TIME_TEXT);
	time_to_civil(&c, at);
	memcpy(out, "0000-00-00T00:00:00Z", 21);
	put(out, c.year / 100);
	put(out + 2, c.year % 100);
	put(out + 5, c.month);
	put(out + 8, c.day);
	put(out + 11, c.hour);
	put(out + 14, c.minute);
	put(out + 17, c.second);
}

/* n digits at *s, moving past them. */
static bool
digits(int *out, const char **s, int n)
{
	int x = 0;

	for (int i = 0; i < n; i++, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		x = x * 10 + (**s - '0');
	}
	*out = x;
	return true;
}

static bool
mark(const char **s, const char *any_of)
{
	if (**s == '\0' || strchr(any_of, **s) == NULL)
		return false;
	(*s)++;
	return true;
}

/* "Z" or "+hh:mm", to the end of the text. */
static bool
offset_parse(int64_t *out, const char *s)
{
	bool east = *s == '+';
	int hour, minute;

	*out = 0;
	if ((s[0] == 'Z' || s[0] == 'z') && s[1] == '\0')
		return true;
	if (!mark(&s, "+-") || !digits(&hour, &s, 2) || !mark(&s, ":") ||
	    !digits(&minute, &s, 2) || *s != '\0' || hour > 23 || minute > 59)
		return false;
	*out = (hour * 3600 + minute * 60) * (east ? 1 : -1);
	return true;
}

static bool
rfc3339_parse(int64_t *out, const char *s)
{
	struct civil c;
	int64_t at, offset;

	if (!digits(&c.year, &s, 4) || !mark(&s, "-") ||
	    !digits(&c.month, &s, 2) || !mark(&s, "-") ||
	    !digits(&c.day, &s, 2) || !mark(&s, "Tt ") ||
	    !digits(&c.hour, &s, 2) || !mark(&s, ":") ||
	    !digits(&c.minute, &s, 2) || !mark(&s, ":") ||
	    !digits(&c.second, &s, 2))
		return false;
	if (mark(&s, ".")) {
		if (!mark(&s, "0123456789"))
			return false;
		s += strspn(s, "0123456789");
	}
	if (!time_from_civil(&at, &c) || !offset_parse(&offset, s))
		return false;
	*out = at - offset;
	return true;
}

bool
time_parse(int64_t *out, const char *text)
{
	uint64_t seconds;

	if (decimal_parse(&seconds, span_str(text), AT_LAST)) {
		*out = (int64_t)seconds;
		return true;
	}
	return rfc3339_parse(out, text);
}
