/* Distinguished names. */
#include "tests/object/fixture.h"

#define CN(value) "30{ 06{550403} " value " } "
#define SN(value) "30{ 06{550405} " value " } "
#define A         "13{41}"

static const struct {
	const char *what, *der;
	enum reason want;
} rows[] = {
	{ "commonName", "30{ 31{ " CN(A) " } }", REASON_OK },
	{ "and serialNumber", "30{ 31{ " CN(A) " } 31{ " SN(A) " } }",
	    REASON_OK },
	{ "in one set", "30{ 31{ " CN(A) SN(A) " } }", REASON_OK },
	{ "in one set, not in order", "30{ 31{ " SN(A) CN(A) " } }",
	    R_DER_SET_ORDER },
	/* Lenient: doc/strictness.md. */
	{ "UTF8String", "30{ 31{ " CN("0c{c3a9}") " } }", REASON_OK },
	{ "IA5String", "30{ 31{ " CN("16{41}") " } }", R_DER_TAG },
	{ "a line feed", "30{ 31{ " CN("13{410a}") " } }", R_CERT_NAME },
	{ "NUL in UTF8String", "30{ 31{ " CN("0c{00}") " } }", R_CERT_NAME },
	{ "not ASCII in PrintableString", "30{ 31{ " CN("13{c3a9}") " } }",
	    R_CERT_NAME },
	{ "empty text", "30{ 31{ " CN("13{}") " } }", R_CERT_NAME },
	{ "empty name", "30{}", R_CERT_NAME },
	{ "empty set", "30{ 31{} }", R_CERT_NAME },
	{ "serialNumber alone", "30{ 31{ " SN(A) " } }", R_CERT_NAME },
	{ "two commonNames", "30{ 31{ " CN(A) " } 31{ " CN(A) " } }",
	    R_CERT_NAME },
	{ "two serialNumbers",
	    "30{ 31{ " CN(A) " } 31{ " SN(A) " } 31{ " SN(A) " } }",
	    R_CERT_NAME },
	{ "an organisation too",
	    "30{ 31{ " CN(A) " } 31{ 30{ 06{55040a} 13{41} } } }",
	    R_CERT_NAME },
	{ "trailing", "30{ 31{ " CN(A) " } } 00", R_DER_TRAILING },
};

static void
test_check(void **state)
{
	struct fixture *f = *state;
	struct buf b;

	buf_init(&b, BUF_CAP);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct decode *dec;

		buf_reset(&b);
		der_text(&b, rows[i].der);
		dec = fixture_decode(f, buf_view(&b));
		CHECK_REASON(rows[i].what, name_check(buf_view(&b), &dec->why),
		    rows[i].want);
		CHECK(rows[i].what, (name_common(buf_view(&b)).n > 0) ==
					(rows[i].want == REASON_OK));
	}
	buf_fini(&b);
}

static void
test_write(void **state)
{
	struct fixture *f = *state;
	struct decode *dec;
	struct buf b;

	buf_init(&b, BUF_CAP);
	name_write(&b, "Issuer 1");
	dec = fixture_decode(f, buf_view(&b));
	assert_int_equal(name_check(buf_view(&b), &dec->why), REASON_OK);
	assert_true(span_eq(name_common(buf_view(&b)), SPAN("Issuer 1")));
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
