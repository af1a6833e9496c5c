/* Types by file name and by OID. */
#include "tests/object/fixture.h"

static const struct {
	const char *id, *name;
	uint8_t oid; /* last octet; 0: not a signed object */
	enum object_type type;
} rows[] = {
	{ "tal", "a.tal", 0, OBJECT_TAL },
	{ "certificate", "a.cer", 0, OBJECT_CERT },
	{ "crl", "a.crl", 0, OBJECT_CRL },
	{ "manifest", "a.mft", 26, OBJECT_MANIFEST },
	{ "roa", "rsync://h/m/a.roa", 24, OBJECT_ROA },
	{ "aspa", "a.asa", 49, OBJECT_ASPA },
	{ "tak", "a.tak", 50, OBJECT_TAK },
	{ "rsc", "a.sig", 48, OBJECT_RSC },
	{ "ghostbusters", "a.gbr", 35, OBJECT_GHOSTBUSTERS },
	{ "prefix-list", "a.spl", 51, OBJECT_PREFIX_LIST },
	{ "unknown", "a.xyz", 0, OBJECT_UNKNOWN },
	{ "unknown", "roa", 0, OBJECT_UNKNOWN },
	{ "unknown", "a.ROA", 0, OBJECT_UNKNOWN },
	{ "unknown", "", 0, OBJECT_UNKNOWN },
};

static void
test_types(void **state)
{
	uint8_t oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECK(rows[i].name, object_type_by_name(span_str(
					rows[i].name)) == rows[i].type);
		assert_string_equal(object_type_id(rows[i].type), rows[i].id);
		if (rows[i].oid == 0)
			continue;
		oid[10] = rows[i].oid;
		CHECK(rows[i].name,
		    object_type_by_oid(SPAN_OF(oid)) == rows[i].type);
		CHECK(rows[i].name,
		    span_eq(object_oid(rows[i].type), SPAN_OF(oid)));
	}
	oid[10] = 99;
	assert_int_equal(object_type_by_oid(SPAN_OF(oid)), OBJECT_UNKNOWN);
	assert_int_equal(object_type_by_oid(SPAN("")), OBJECT_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_types) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
