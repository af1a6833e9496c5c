/* What several types share: version, number, algorithm. */
#include "tests/object/fixture.h"

#include "object/part.h"

static const struct {
	const char *what, *der;
	uint64_t want_version;
	enum reason want;
} versions[] = {
	{ "0, left out", "05{}", 0, REASON_OK },
	{ "0, encoded", "a0{ 02{00} }", 0, R_DER_DEFAULT },
	{ "0 for 1", "a0{ 02{00} }", 1, R_DER_DEFAULT },
	{ "1 for 0", "a0{ 02{01} }", 0, R_ROA_VERSION },
	{ "1", "a0{ 02{01} }", 1, REASON_OK },
	{ "1, left out", "05{}", 1, R_ROA_VERSION },
	{ "2 for 1", "a0{ 02{02} }", 1, R_ROA_VERSION },
	{ "-1", "a0{ 02{ff} }", 0, R_DER_RANGE },
	{ "2^64", "a0{ 02{010000000000000000} }", 0, R_DER_RANGE },
	{ "trailing", "a0{ 02{01} 05{} }", 1, R_DER_TRAILING },
	{ "nothing", "", 0, REASON_OK },
};

static void
test_version(void **state)
{
	struct fixture *f = *state;
	struct buf b;

	buf_init(&b, BUF_CAP);
	for (size_t i = 0; i < COUNT(versions); i++) {
		struct decode *dec;
		struct der d;

		buf_reset(&b);
		der_text(&b, versions[i].der);
		dec = fixture_decode(f, buf_view(&b));
		der_init(&d, buf_view(&b), &dec->why);
		CHECK_REASON(versions[i].what,
		    part_version(&d, versions[i].want_version, R_ROA_VERSION),
		    versions[i].want);
		CHECK_REASON(
		    versions[i].what, dec->why.reason, versions[i].want);
	}
	buf_fini(&b);
}

#define F19 "ffffffffffffffffffffffffffffffffffffff"

static const struct {
	const char *what, *der;
	enum reason want;
} numbers[] = {
	{ "0", "02{00}", REASON_OK },
	{ "2^159 - 1", "02{7f" F19 "}", REASON_OK },
	{ "2^159", "02{0080 00000000000000000000000000000000000000}",
	    R_CRL_NUMBER },
	{ "-1", "02{ff}", R_CRL_NUMBER },
	{ "not minimal", "02{0001}", R_DER_INTEGER },
	{ "empty", "02{}", R_DER_INTEGER },
	{ "no number", "04{01}", R_DER_TAG },
};

static void
test_number(void **state)
{
	struct fixture *f = *state;
	struct buf b;

	buf_init(&b, BUF_CAP);
	for (size_t i = 0; i < COUNT(numbers); i++) {
		struct decode *dec;
		struct span out;
		struct der d;

		buf_reset(&b);
		der_text(&b, numbers[i].der);
		dec = fixture_decode(f, buf_view(&b));
		der_init(&d, buf_view(&b), &dec->why);
		CHECK_REASON(numbers[i].what,
		    part_number(&out, &d, R_CRL_NUMBER), numbers[i].want);
	}
	buf_fini(&b);
}

static const struct {
	const char *what, *der;
	enum reason want;
} algorithms[] = {
	{ "NULL", "30{ 06{608648016503040201} 05{} }", REASON_OK },
	{ "no parameters", "30{ 06{608648016503040201} }", REASON_OK },
	{ "NULL that is not empty", "30{ 06{608648016503040201} 05{00} }",
	    R_DER_NULL },
	{ "other parameters", "30{ 06{608648016503040201} 30{} }", R_DER_TAG },
	{ "NULL twice", "30{ 06{608648016503040201} 05{} 05{} }",
	    R_DER_TRAILING },
	{ "another", "30{ 06{608648016503040203} 05{} }",
	    R_CMS_DIGEST_ALGORITHM },
	{ "an OID cut short", "30{ 06{6086} }", R_DER_OID },
};

static void
test_algorithm(void **state)
{
	struct fixture *f = *state;
	struct buf b;

	buf_init(&b, BUF_CAP);
	for (size_t i = 0; i < COUNT(algorithms); i++) {
		struct decode *dec;
		struct span whole;
		struct der d;

		buf_reset(&b);
		der_text(&b, algorithms[i].der);
		dec = fixture_decode(f, buf_view(&b));
		der_init(&d, buf_view(&b), &dec->why);
		CHECK_REASON(algorithms[i].what,
		    part_algorithm(
			&whole, &d, OID_SHA256, R_CMS_DIGEST_ALGORITHM),
		    algorithms[i].want);
		if (algorithms[i].want == REASON_OK)
			CHECK(algorithms[i].what, span_eq(whole, buf_view(&b)));
	}
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_algorithm),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
