#include "tests/check.h"

#include "tests/der/bytes.h"

enum reader {
	BOOLEAN,
	INTEGER,
	UINT,
	BYTE,
	NOTHING,
	OID,
	BITS,
	BITS_2,
	OCTETS,
	IA5,
	TIME,
	GENERALIZED
};

/* Read by one reader; what it gave goes to `number`, or its length. */
static enum reason
read_value(int64_t *number, struct der *d, enum reader how)
{
	struct span s = { NULL, 0 };
	unsigned unused = 0;
	uint64_t u = 0;
	bool flag = false;
	enum reason r = REASON_OK;

	switch (how) {
	case BOOLEAN:
		r = der_boolean(&flag, d);
		*number = flag;
		return r;
	case UINT:
		r = der_uint(&u, d, UINT64_MAX);
		*number = (int64_t)u;
		return r;
	case BYTE:
		r = der_uint(&u, d, 255);
		*number = (int64_t)u;
		return r;
	case TIME:
		return der_time(number, d);
	case GENERALIZED:
		return der_generalized_time(number, d);
	case NOTHING:
		*number = 0;
		return der_null(d);
	case INTEGER:
		r = der_integer(&s, d);
		break;
	case OID:
		r = der_oid(&s, d);
		break;
	case OCTETS:
		r = der_octets(&s, d);
		break;
	case IA5:
		r = der_ia5(&s, d);
		break;
	case BITS:
		r = der_bits(&s, &unused, d);
		break;
	case BITS_2:
		r = der_bits_tagged(&s, &unused, d, DER_CONTEXT(2));
		break;
	}
	*number = (int64_t)(s.n * 8 - unused);
	return r;
}

/* ASCII of a time, as hex with its header. */
#define UTC(twelve)   "170d" twelve "5a"
#define GEN(fourteen) "180f" fourteen "5a"

static const struct {
	const char *what;
	enum reader how;
	const char *hex;
	enum reason want;
	int64_t value; /* or bits */
} cases[] = {
	{ "false", BOOLEAN, "010100", REASON_OK, 0 },
	{ "true", BOOLEAN, "0101ff", REASON_OK, 1 },
	{ "true of BER", BOOLEAN, "010101", R_DER_BOOLEAN, 0 },
	{ "almost true", BOOLEAN, "0101fe", R_DER_BOOLEAN, 0 },
	{ "empty boolean", BOOLEAN, "0100", R_DER_BOOLEAN, 0 },
	{ "long boolean", BOOLEAN, "01020000", R_DER_BOOLEAN, 0 },
	{ "no boolean", BOOLEAN, "0201ff", R_DER_TAG, 0 },

	{ "zero", INTEGER, "020100", REASON_OK, 8 },
	{ "-1", INTEGER, "0201ff", REASON_OK, 8 },
	{ "128", INTEGER, "02020080", REASON_OK, 16 },
	{ "-128", INTEGER, "020180", REASON_OK, 8 },
	{ "-129", INTEGER, "0202ff7f", REASON_OK, 16 },
	{ "20 octets", INTEGER,
	    "0214"
	    "7fffffffffffffffffffffffffffffffffffffff",
	    REASON_OK, 160 },
	{ "empty integer", INTEGER, "0200", R_DER_INTEGER, 0 },
	{ "127 in two octets", INTEGER, "0202007f", R_DER_INTEGER, 0 },
	{ "zero in two octets", INTEGER, "02020000", R_DER_INTEGER, 0 },
	{ "-128 in two octets", INTEGER, "0202ff80", R_DER_INTEGER, 0 },
	{ "-1 in two octets", INTEGER, "0202ffff", R_DER_INTEGER, 0 },
	{ "no integer", INTEGER, "0a0100", R_DER_TAG, 0 },

	{ "2^63 - 1", UINT, "02087fffffffffffffff", REASON_OK, INT64_MAX },
	{ "2^64 - 1", UINT, "020900ffffffffffffffff", REASON_OK, -1 },
	{ "2^64", UINT, "0209010000000000000000", R_DER_RANGE, 0 },
	{ "ten octets", UINT, "020a00800000000000000000", R_DER_RANGE, 0 },
	{ "negative", UINT, "0201ff", R_DER_RANGE, 0 },
	{ "the most", BYTE, "020200ff", REASON_OK, 255 },
	{ "one more than the most", BYTE, "02020100", R_DER_RANGE, 0 },
	{ "not the shortest", UINT, "02020001", R_DER_INTEGER, 0 },

	{ "null", NOTHING, "0500", REASON_OK, 0 },
	{ "null with contents", NOTHING, "050100", R_DER_NULL, 0 },
	{ "no null", NOTHING, "0400", R_DER_TAG, 0 },

	{ "oid", OID, "06062a864886f70d", REASON_OK, 48 },
	{ "empty oid", OID, "0600", R_DER_OID, 0 },
	{ "oid cut short", OID, "06022a86", R_DER_OID, 0 },
	{ "number with a leading zero", OID, "06032a8001", R_DER_OID, 0 },
	{ "first number with a leading zero", OID, "06028001", R_DER_OID, 0 },
	{ "80 inside a number", OID, "06042a818001", REASON_OK, 32 },

	{ "no bits", BITS, "030100", REASON_OK, 0 },
	{ "one bit", BITS, "03020780", REASON_OK, 1 },
	{ "nine bits", BITS, "030307ff80", REASON_OK, 9 },
	{ "eight bits", BITS, "030200ff", REASON_OK, 8 },
	{ "empty bit string", BITS, "0300", R_DER_BITS, 0 },
	{ "eight unused", BITS, "03020800", R_DER_BITS, 0 },
	{ "unused of nothing", BITS, "030101", R_DER_BITS, 0 },
	{ "unused bit set", BITS, "03020701", R_DER_BITS, 0 },
	{ "unused bit set, the highest", BITS, "03020408", R_DER_BITS, 0 },
	{ "constructed bit string", BITS,
	    "2305"
	    "030300ffff",
	    R_DER_TAG, 0 },
	{ "tagged bits", BITS_2, "82020780", REASON_OK, 1 },
	{ "tagged bits, unused set", BITS_2, "820207ff", R_DER_BITS, 0 },
	{ "other tag", BITS_2, "83020780", R_DER_TAG, 0 },

	{ "octets", OCTETS, "0402abcd", REASON_OK, 16 },
	{ "constructed octets", OCTETS, "24040402abcd", R_DER_TAG, 0 },
	{ "ascii", IA5,
	    "160200"
	    "7f",
	    REASON_OK, 16 },
	{ "beyond ascii", IA5, "16024180", R_DER_STRING, 0 },

	{ "UTCTime of 1970", TIME, UTC("373030313031303030303030"), REASON_OK,
	    0 },
	{ "UTCTime of 1950", TIME, UTC("353030313031303030303030"), REASON_OK,
	    -631152000 },
	{ "UTCTime of 2049", TIME, UTC("343931323331323335393539"), REASON_OK,
	    2524607999 },
	{ "GeneralizedTime of 2050", TIME, GEN("3230353030313031303030303030"),
	    REASON_OK, 2524608000 },
	{ "GeneralizedTime of 9999", TIME, GEN("3939393931323331323335393539"),
	    REASON_OK, 253402300799 },
	{ "GeneralizedTime of 2049", TIME, GEN("3230343931323331323335393539"),
	    R_DER_TIME, 0 },
	{ "leap day of 2000", TIME, UTC("303030323239303030303030"), REASON_OK,
	    951782400 },
	{ "leap day of 2001", TIME, UTC("303130323239303030303030"), R_DER_TIME,
	    0 },
	{ "30 February", TIME, UTC("303030323330303030303030"), R_DER_TIME, 0 },
	{ "month 13", TIME, UTC("303031333031303030303030"), R_DER_TIME, 0 },
	{ "month 0", TIME, UTC("303030303031303030303030"), R_DER_TIME, 0 },
	{ "day 0", TIME, UTC("303030313030303030303030"), R_DER_TIME, 0 },
	{ "hour 24", TIME, UTC("303030313031323430303030"), R_DER_TIME, 0 },
	{ "minute 60", TIME, UTC("303030313031303036303030"), R_DER_TIME, 0 },
	{ "second 60", TIME, UTC("303030313031303030303630"), R_DER_TIME, 0 },
	{ "a letter in the year", TIME, UTC("614030313031303030303030"),
	    R_DER_TIME, 0 },
	{ "a sign", TIME, UTC("2d3130313031303030303030"), R_DER_TIME, 0 },
	{ "no seconds", TIME,
	    "170b"
	    "30303031303130303030"
	    "5a",
	    R_DER_TIME, 0 },
	{ "lower-case z", TIME,
	    "170d"
	    "303030313031303030303030"
	    "7a",
	    R_DER_TIME, 0 },
	{ "an offset", TIME,
	    "1711"
	    "303030313031303030303030"
	    "2b30303030",
	    R_DER_TIME, 0 },
	{ "no time", TIME, "1600", R_DER_TAG, 0 },
	{ "empty time", TIME, "1700", R_DER_TIME, 0 },

	{ "GeneralizedTime of 2026", GENERALIZED,
	    GEN("3230323631313231303133313030"), REASON_OK, 1795224660 },
	{ "GeneralizedTime with a letter", GENERALIZED,
	    GEN("3230613031313231303133313030"), R_DER_TIME, 0 },
	{ "GeneralizedTime with a fraction", GENERALIZED,
	    "1811"
	    "3230323631313231303133313030"
	    "2e30"
	    "5a",
	    R_DER_TIME, 0 },
	{ "local time", GENERALIZED,
	    "180e"
	    "3230323631313231303133313030",
	    R_DER_TIME, 0 },
	{ "UTCTime", GENERALIZED, UTC("373030313031303030303030"), R_DER_TAG,
	    0 },
};

static void
test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bytes b;
		struct fault why;
		struct der d = cursor(&b, &why, cases[i].hex);
		int64_t value = 0;
		enum reason r = read_value(&value, &d, cases[i].how);

		CHECK_REASON(cases[i].what, r, cases[i].want);
		CHECK_REASON(cases[i].what, why.reason, cases[i].want);
		if (r == REASON_OK) {
			CHECK(cases[i].what, value == cases[i].value);
			CHECK(cases[i].what, !der_more(&d));
		} else {
			CHECK(cases[i].what, d.at == b.p);
		}
	}
}

/* Each case behind two other elements: the offset is that of the case. */
static void
test_offsets(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t moved[400] = { 0x05, 0x00, 0x04, 0x01, 0xaa };
		struct bytes b;
		struct span s = from_hex(&b, cases[i].hex), skipped;
		struct fault why;
		struct der d;
		int64_t value;

		if (cases[i].want == REASON_OK)
			continue;
		memcpy(moved + 5, s.p, s.n);
		fault_init(&why, span_of(moved, s.n + 5));
		der_init(&d, span_of(moved, s.n + 5), &why);
		CHECK_REASON("null", der_null(&d), REASON_OK);
		CHECK_REASON("octets", der_octets(&skipped, &d), REASON_OK);
		CHECK_REASON(cases[i].what,
		    read_value(&value, &d, cases[i].how), cases[i].want);
		CHECK(cases[i].what, why.offset == 5);
	}
}

static void
test_oid_is(void **state)
{
	struct bytes b;
	struct fault why;
	struct der d = cursor(&b, &why, "06022a030500");

	(void)state;
	CHECK_REASON("other", der_oid_is(&d, SPAN("\x2a\x04"), R_DER_DEFAULT),
	    R_DER_DEFAULT);
	assert_true(d.at == b.p);
	CHECK_REASON(
	    "it", der_oid_is(&d, SPAN("\x2a\x03"), R_DER_DEFAULT), REASON_OK);
	CHECK_REASON("no oid", der_oid_is(&d, SPAN("\x2a\x03"), R_DER_DEFAULT),
	    R_DER_TAG);
}

static void
test_oid_text(void **state)
{
	static const struct {
		const char *what, *hex, *text;
	} oids[] = {
		{ "id-ct-routeOriginAuthz", "2a864886f70d0109100118",
		    "1.2.840.113549.1.9.16.1.24" },
		{ "first arc 0", "27", "0.39" },
		{ "first arc 1", "28", "1.0" },
		{ "last of arc 1", "4f", "1.39" },
		{ "first arc 2", "50", "2.0" },
		{ "a great second arc", "8837", "2.999" },
		{ "2^64 - 1", "2a81ffffffffffffffff7f",
		    "1.2.18446744073709551615" },
		{ "2^64",
		    "2a8280808080808080"
		    "8000",
		    NULL },
		{ "a first number of 2^64", "82808080808080808000", NULL },
		{ "empty", "", NULL },
		{ "cut short", "2a86", NULL },
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < COUNT(oids); i++) {
		struct bytes b;
		struct span s = from_hex(&b, oids[i].hex);
		bool good = der_oid_text(text, sizeof(text), s);

		CHECK(oids[i].what, good == (oids[i].text != NULL));
		CHECK(oids[i].what, !good || strcmp(text, oids[i].text) == 0);
		for (size_t n = 0; good && n <= strlen(text); n++) {
			char small[64];

			CHECK(oids[i].what, !der_oid_text(small, n, s));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_oid_is),
		cmocka_unit_test(test_oid_text),
	};

	return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
