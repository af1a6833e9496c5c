/* RFC 6811: routes against a view. */
#include <string.h>

#include "tests/rpki/kit.h"

#include "lib/lib.h"

/* A point that says these things: made by hand, since only its payloads
 * matter here. */
struct said {
	struct cairn_point point;
	struct cairn_ca ca;
	struct origin origin;
	struct rpki_payload payloads[16];
};

static void
said_init(struct said *s, unsigned depth, const char *uri)
{
	memset(s, 0, sizeof(*s));
	s->ca.held = 1; /* by the test: never freed */
	s->ca.info.trust_anchor = "kit";
	s->ca.link.depth = depth;
	s->origin = (struct origin){ .source = SPAN("kit"),
		.chain = &s->ca.link,
		.uri = span_str(uri),
		.not_after_at = 300,
		.stale_at = 200,
		.chain_until_at = 100 };
	s->point.ca = &s->ca;
	s->point.judged.payloads = s->payloads;
}

static struct payload *
say(struct said *s, enum payload_kind kind)
{
	struct payload *p = &s->payloads[s->point.judged.n_payloads++].payload;

	assert_true(s->point.judged.n_payloads <= COUNT(s->payloads));
	p->kind = kind;
	p->origin = &s->origin;
	return p;
}

static void
say_vrp(struct said *s, uint32_t asn, const char *prefix, uint8_t max_len)
{
	struct payload *p = say(s, PAYLOAD_VRP);

	p->vrp.asn.v = asn;
	p->vrp.max_len = max_len;
	assert_true(prefix_parse(&p->vrp.prefix, prefix));
}

static struct cairn_view *
view_of(struct cairn *c, struct said *a, struct said *b)
{
	struct cairn_set *set = cairn_set_new();
	struct cairn_view *view;

	assert_non_null(set);
	assert_int_equal(cairn_set_add(set, &a->point), 0);
	if (b != NULL)
		assert_int_equal(cairn_set_add(set, &b->point), 0);
	assert_int_equal(cairn_view_new(&view, c, set), 0);
	cairn_set_free(set); /* empty by now */
	return view;
}

static void
test_origin(void **state)
{
	static const struct {
		const char *prefix;
		uint32_t asn;
		enum cairn_validity want;
		size_t covering;
	} cases[] = {
		{ "10.0.0.0/8", 1, CAIRN_VALID, 1 },
		{ "10.0.0.0/8", 2, CAIRN_INVALID, 1 },
		{ "10.0.0.0/8", 0, CAIRN_INVALID, 1 },
		{ "10.0.0.0/7", 1, CAIRN_NOT_FOUND, 0 },
		{ "10.1.0.0/16", 1, CAIRN_VALID, 3 },
		{ "10.1.0.0/16", 2, CAIRN_VALID, 3 },
		{ "10.1.0.0/16", 3, CAIRN_INVALID, 3 },
		{ "10.1.0.0/17", 1, CAIRN_INVALID, 3 },
		{ "10.1.0.0/17", 2, CAIRN_VALID, 3 },
		{ "10.1.0.0/25", 2, CAIRN_INVALID, 3 },
		{ "10.2.0.0/16", 1, CAIRN_VALID, 1 },
		{ "11.0.0.0/8", 1, CAIRN_NOT_FOUND, 0 },
		{ "192.0.2.0/24", 0, CAIRN_INVALID, 1 },
		{ "192.0.2.7/32", 9, CAIRN_INVALID, 1 },
		{ "2001:db8::/32", 6, CAIRN_VALID, 1 },
		{ "2001:db8::1/128", 6, CAIRN_VALID, 2 },
		{ "2001:db8::2/128", 6, CAIRN_INVALID, 1 },
		{ "a00::/8", 1, CAIRN_NOT_FOUND, 0 },
		{ "255.255.255.255/32", 1, CAIRN_NOT_FOUND, 0 },
	};
	struct cairn *c = cairn_new();
	struct cairn_view *view;
	struct said s;

	(void)state;
	said_init(&s, 0, "rsync://a/b/c.roa");
	say_vrp(&s, 2, "10.1.0.0/16", 24);
	say_vrp(&s, 1, "10.0.0.0/8", 16);
	say_vrp(&s, 1, "10.0.0.0/8", 16); /* twice */
	say_vrp(&s, 4, "10.1.0.0/16", 24);
	say_vrp(&s, 0, "192.0.2.0/24", 32); /* AS0: RFC 6483 4 */
	say_vrp(&s, 6, "2001:db8::/32", 33);
	say_vrp(&s, 6, "2001:db8::1/128", 128);
	view = view_of(c, &s, NULL);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].prefix;
		const struct cairn_payload *p, *last = NULL;
		enum cairn_validity got;
		struct cairn_prefix in;
		size_t at = 0, n = 0;

		CHECK(what, cairn_prefix_parse(&in, what) == 0);
		CHECK(what,
		    cairn_view_origin(&got, view, cases[i].asn, &in) == 0);
		CHECK(what, got == cases[i].want);
		for (; (p = cairn_view_covering(view, &in, &at)) != NULL; n++) {
			CHECK(what, p != last);
			CHECK(what, last == NULL || last->prefix.length <=
							p->prefix.length);
			last = p;
		}
		CHECK(what, n == cases[i].covering);
		CHECK(what, cairn_view_covering(view, &in, &at) == NULL);
	}
	cairn_view_free(view);
	cairn_free(c);
}

static void
test_no_prefix(void **state)
{
	static const struct cairn_prefix none = { 4, 8, { 10, 1 } };
	struct cairn *c = cairn_new();
	struct cairn_view *view;
	enum cairn_validity got;
	struct said s;
	size_t at = 0;

	(void)state;
	said_init(&s, 0, "rsync://a/b/c.roa");
	view = view_of(c, &s, NULL); /* of nothing */
	assert_null(cairn_view_payload(view, 0));
	CHECK_REASON("host bits",
	    (enum reason)cairn_view_origin(&got, view, 1, &none),
	    R_RESOURCES_TEXT);
	assert_null(cairn_view_covering(view, &none, &at));
	cairn_view_free(view);
	cairn_view_free(NULL);
	cairn_set_free(NULL);
	cairn_free(c);
}

static void
test_merge(void **state)
{
	static const struct asn one[] = { { 10 }, { 30 } };
	static const struct asn two[] = { { 20 }, { 30 } };
	struct cairn *c = cairn_new();
	const struct cairn_payload *p;
	struct cairn_view *view;
	struct said far, near;

	(void)state;
	said_init(&far, 2, "rsync://a/far");
	said_init(&near, 1, "rsync://b/near");
	say(&far, PAYLOAD_ASPA)->aspa = (struct aspa){ { 5 }, 2, one };
	say_vrp(&far, 1, "10.0.0.0/8", 8);
	say(&near, PAYLOAD_ROUTER_KEY)->key =
	    (struct router_key){ { 7 }, { { 1 } }, SPAN("key") };
	say(&near, PAYLOAD_ASPA)->aspa = (struct aspa){ { 5 }, 2, two };
	say_vrp(&near, 1, "10.0.0.0/8", 8);
	view = view_of(c, &far, &near);
	memset(far.payloads, 0xee, sizeof(far.payloads)); /* was copied */
	memset(near.payloads, 0xee, sizeof(near.payloads));
	p = cairn_view_payload(view, 0);
	assert_int_equal(p->kind, CAIRN_VRP);
	assert_string_equal(p->uri, "rsync://b/near");
	assert_string_equal(p->trust_anchor, "kit");
	assert_int_equal(p->expires_at, 100);
	p = cairn_view_payload(view, 1);
	assert_int_equal(p->kind, CAIRN_ASPA);
	assert_int_equal(p->asn, 5);
	assert_int_equal(p->n_providers, 3);
	assert_int_equal(p->providers[0], 10);
	assert_int_equal(p->providers[1], 20);
	assert_int_equal(p->providers[2], 30);
	p = cairn_view_payload(view, 2);
	assert_int_equal(p->kind, CAIRN_ROUTER_KEY);
	assert_int_equal(p->asn, 7);
	assert_int_equal(p->ski[0], 1);
	assert_int_equal(p->spki.n, 3);
	assert_memory_equal(p->spki.p, "key", 3);
	assert_null(cairn_view_payload(view, 3));
	cairn_view_free(view);
	assert_int_equal(far.ca.held, 1);
	assert_int_equal(near.ca.held, 1);
	cairn_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_no_prefix),
		cmocka_unit_test(test_merge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
