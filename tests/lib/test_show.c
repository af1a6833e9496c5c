/* One object by itself, and against one certificate. */
#include <string.h>

#include "tests/rpki/kit.h"

#include "lib/lib.h"

struct scene {
	struct kit *kit;
	struct cairn *cairn;
};

static int
setup(void **state)
{
	struct scene *s = base_alloc(sizeof(*s));

	if (s == NULL)
		return 1;
	s->kit = kit_new();
	kit_write(s->kit);
	s->cairn = cairn_new();
	*state = s;
	return s->cairn == NULL;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	cairn_free(s->cairn);
	kit_free(s->kit);
	base_free(s);
	return 0;
}

static struct cairn_bytes
bytes_of(const struct buf *b)
{
	return lib_bytes(buf_view(b));
}

static void
test_show(void **state)
{
	const struct scene *s = *state;
	struct cairn_bytes roa = bytes_of(&s->kit->files[KIT_FIRST_ROA].bytes);
	static const struct {
		const char *what, *name, *json;
		size_t cut;
		enum reason reason;
	} cases[] = {
		{ "by its name", "a.roa", "\"type\": \"roa\"", 0, REASON_OK },
		{ "by its bytes", NULL, "\"type\": \"roa\"", 0, REASON_OK },
		{ "another name", "a.crl", "\"object.type\"", 0,
		    R_OBJECT_TYPE },
		{ "cut short", "a.roa", "\"der.truncated\"", 1,
		    R_DER_TRUNCATED },
		{ "nothing", NULL, "\"object.type\"", SIZE_MAX, R_OBJECT_TYPE },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].what;
		struct cairn_bytes in = roa;
		struct cairn_fault why;
		char *json;
		int r;

		in.n = cases[i].cut > in.n ? 0 : in.n - cases[i].cut;
		r = cairn_show(&json, s->cairn, in, cases[i].name, &why);
		CHECK_REASON(what, (enum reason)r, cases[i].reason);
		CHECK(what, why.reason == r);
		CHECK(
		    what, json != NULL && strstr(json, cases[i].json) != NULL);
		cairn_text_free(json);
	}
	cairn_text_free(NULL);
}

static void
test_cert(void **state)
{
	const struct scene *s = *state;
	struct cairn_bytes ta = bytes_of(&s->kit->ta_bytes);
	struct cairn_bytes router = bytes_of(&s->kit->files[KIT_ROUTER].bytes);
	struct cairn_fault why;
	struct cairn_cert *cert;

	assert_int_equal(cairn_cert_new(&cert, s->cairn, ta, &why), 0);
	assert_non_null(cert);
	assert_int_equal(why.reason, 0);
	cairn_cert_free(cert);
	/* A router issues nothing. */
	assert_int_not_equal(cairn_cert_new(&cert, s->cairn, router, &why), 0);
	assert_null(cert);
	assert_int_not_equal(why.reason, 0);
	cairn_cert_free(NULL);
}

static void
test_issued(void **state)
{
	const struct scene *s = *state;
	struct cairn_cert *ta, *child;
	const struct {
		const char *what;
		struct cairn_cert **issuer;
		size_t file;
		int64_t at;
		enum reason reason;
	} cases[] = {
		{ "ROA", &ta, KIT_FIRST_ROA, KIT_AT, REASON_OK },
		{ "CRL", &ta, KIT_THE_CRL, KIT_AT, REASON_OK },
		{ "child", &ta, KIT_CHILD, KIT_AT, REASON_OK },
		{ "router", &ta, KIT_ROUTER, KIT_AT, REASON_OK },
		{ "after its time", &ta, KIT_FIRST_ROA, KIT_AT + 4000 * KIT_DAY,
		    R_PATH_EXPIRED },
		{ "by another", &child, KIT_FIRST_ROA, KIT_AT, R_CERT_ISSUER },
	};

	assert_int_equal(
	    cairn_cert_new(&ta, s->cairn, bytes_of(&s->kit->ta_bytes), NULL),
	    0);
	assert_int_equal(cairn_cert_new(&child, s->cairn,
			     bytes_of(&s->kit->files[KIT_CHILD].bytes), NULL),
	    0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct kit_file *f = &s->kit->files[cases[i].file];
		struct cairn_fault why;
		int r = cairn_issued(s->cairn, *cases[i].issuer,
		    bytes_of(&f->bytes), f->name, cases[i].at, &why);

		CHECK_REASON(cases[i].what, (enum reason)r, cases[i].reason);
		CHECK(cases[i].what, why.reason == r);
	}
	cairn_cert_free(ta);
	cairn_cert_free(child);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_cert),
		cmocka_unit_test(test_issued),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
