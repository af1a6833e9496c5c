/* What of XML reaches the rules, in order; and that they can end it. */
#include "tests/check.h"

#include <string.h>

#include "fetch/xml.h"

struct seen {
	char text[256];
	int left; /* events until the rules have enough; -1: never */
};

static enum reason
add(struct seen *s, const char *fmt, const char *what)
{
	size_t n = strlen(s->text);

	if (s->left == 0)
		return R_LIMIT_ITEMS;
	s->left -= s->left > 0;
	assert_true(n < sizeof(s->text) - 80);
	(void)snprintf(s->text + n, sizeof(s->text) - n, "%s%.60s", fmt, what);
	return REASON_OK;
}

static enum reason
on_open(void *ctx, const char *name, const char *const *attrs)
{
	enum reason r = add(ctx, "<", name);

	for (; r == REASON_OK && *attrs != NULL; attrs++)
		r = add(ctx, " ", *attrs);
	return r;
}

static enum reason
on_text(void *ctx, struct span text)
{
	char copy[64];

	(void)snprintf(copy, sizeof(copy), "%.*s", SPAN_FMT(text));
	return add(ctx, "", copy);
}

static enum reason
on_close(void *ctx)
{
	return add(ctx, ">", "");
}

static const struct xml_rules rules = { "urn:x", on_open, on_text, on_close };

static enum reason
run(struct seen *s, const char *text)
{
	struct limits l;
	struct xml *x;
	enum reason r;

	limits_init(&l);
	s->text[0] = '\0';
	assert_int_equal(xml_new(&x, &rules, s, &l), REASON_OK);
	r = xml_feed(x, span_str(text));
	if (r == REASON_OK)
		r = xml_end(x);
	else /* once ended, it stays so */
		assert_int_equal(xml_end(x), r);
	xml_free(x);
	return r;
}

#define ALL "<a xmlns='urn:x' b='1'>t&lt;<c d='&#50;'/>u</a>"

static void
test_events(void **state)
{
	struct seen s = { .left = -1 };

	(void)state;
	assert_int_equal(run(&s, ALL), REASON_OK);
	assert_string_equal(s.text, "<a b 1t<<c d 2>u>");
	assert_int_equal(
	    run(&s, "<y:a xmlns:y='urn:x'><y:c/></y:a>"), REASON_OK);
	assert_string_equal(s.text, "<a<c>>");
	CHECK_REASON(
	    "rrdp.element", run(&s, "<a xmlns='urn:x2'/>"), R_RRDP_ELEMENT);
	CHECK_REASON(
	    "rrdp.element", run(&s, "<a xmlns='urn:'/>"), R_RRDP_ELEMENT);
	CHECK_REASON("rrdp.element", run(&s, "<a/>"), R_RRDP_ELEMENT);
	CHECK_REASON("rrdp.xml", run(&s, "<a xmlns='urn:x'></b>"), R_RRDP_XML);
}

/* At any event the rules may have enough, and hear no more. */
static void
test_end(void **state)
{
	struct seen s;
	char before[256] = "";

	(void)state;
	for (int n = 0; n < 11; n++) {
		s.left = n;
		CHECK_REASON("limit.items", run(&s, ALL), R_LIMIT_ITEMS);
		assert_true(strncmp(s.text, before, strlen(before)) == 0);
		(void)snprintf(before, sizeof(before), "%s", s.text);
	}
	s.left = 11;
	assert_int_equal(run(&s, ALL), REASON_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
