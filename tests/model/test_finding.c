#include "tests/check.h"

#include <string.h>

#include "model/model.h"

static const struct finding whole = {
	.reason = R_URI_PATH,
	.effect = EFFECT_TRUST_ANCHOR,
	.object = { (const uint8_t *)"rsync://h/m/x", 13 },
	.hash = { { 0xab, 1 } },
	.trust_anchor = { (const uint8_t *)"ripe", 4 },
	.point = { (const uint8_t *)"rsync://h/m/x.mft", 17 },
	.offset = 7,
	.detail = { (const uint8_t *)"a\nb", 3 },
};

static void
test_emit(void **state)
{
	const struct {
		const char *what, *want;
		struct finding f;
	} cases[] = {
		{ "everything",
		    "{\"reason\":\"uri.path\",\"class\":\"syntax\","
		    "\"clause\":\"RFC 3986 3.3\",\"object\":\"rsync://h/m/x\","
		    "\"hash\":\"ab010000000000000000000000000000"
		    "00000000000000000000000000000000\","
		    "\"trust_anchor\":\"ripe\","
		    "\"point\":\"rsync://h/m/x.mft\",\"offset\":7,"
		    "\"detail\":\"a\\nb\",\"effect\":\"trust-anchor\","
		    "\"text\":",
		    whole },
		{ "nothing that may be absent",
		    "{\"reason\":\"limit.memory\",\"class\":\"limit\","
		    "\"effect\":\"warning\",\"text\":",
		    { .reason = R_LIMIT_MEMORY } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out;
		struct emit e;

		buf_init(&out, 2000);
		emit_init(&e, &out, EMIT_JSON_LINE);
		finding_emit(&e, &cases[i].f);
		CHECK(cases[i].what,
		    span_starts(buf_view(&out), span_str(cases[i].want)));
		CHECK(cases[i].what, span_ends(buf_view(&out), SPAN("\"}\n")));
		buf_reset(&out);
		emit_object(&e, NULL);
		emit_array(&e, "findings");
		finding_emit(&e, &cases[i].f);
		emit_end(&e);
		emit_end(&e);
		CHECK(cases[i].what, !out.failed && e.depth == 0);
		buf_fini(&out);
	}
}

static void
test_effects(void **state)
{
	static const char *const ids[] = { "warning", "object", "point",
		"repository", "trust-anchor", "ledger" };

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++)
		assert_string_equal(effect_id((enum effect)i), ids[i]);
}

static void
test_order(void **state)
{
	/* Each differs from the first in one field, and comes after it. */
	struct finding f[9];

	(void)state;
	for (size_t i = 0; i < COUNT(f); i++)
		f[i] = whole;
	f[1].trust_anchor = SPAN("ripf");
	f[2].point = SPAN("rsync://h/n/");
	f[3].object = SPAN("rsync://h/m/y");
	f[4].hash.b[31] = 1;
	f[5].offset = 8;
	f[6].reason = R_URI_PORT;
	f[7].effect = EFFECT_LEDGER;
	f[8].detail = SPAN("b");
	assert_int_equal(finding_cmp(&f[0], &whole), 0);
	for (size_t i = 1; i < COUNT(f); i++) {
		assert_true(finding_cmp(&f[0], &f[i]) < 0);
		assert_true(finding_cmp(&f[i], &f[0]) > 0);
		/* What is compared earlier decides. */
		for (size_t j = 1; j < i; j++)
			assert_true(finding_cmp(&f[i], &f[j]) < 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_emit),
		cmocka_unit_test(test_effects),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
