/* Whatever a file of assumptions says, it is taken or refused with a printable
 * sentence, and what is taken is of its kind. */
#include "tests/fuzz/fuzz.h"

#include "conf/conf.h"

static void
check_payload(const struct conf_assumption *a)
{
	const struct vrp *v = &a->payload.vrp;
	const struct aspa *aspa = &a->payload.aspa;

	if (a->payload.kind == PAYLOAD_VRP) {
		ASSERT(v->prefix.len <= v->max_len);
		ASSERT(v->max_len <= family_bits(v->prefix.family));
		return;
	}
	ASSERT(a->payload.kind == PAYLOAD_ASPA);
	ASSERT(a->is_added == (aspa->n > 0));
	for (size_t i = 0; i < aspa->n; i++)
		ASSERT(aspa->providers[i].v != aspa->customer.v &&
		       (i == 0 ||
			   aspa->providers[i].v > aspa->providers[i - 1].v));
}

static void
check(const struct conf_assumption *a)
{
	ASSERT(a->line > 0);
	if (a->kind == CONF_ASSUME_PAYLOAD)
		check_payload(a);
	else if (a->kind != CONF_ASSUME_ENTRY)
		ASSERT(a->text != NULL && a->text[0] != '\0');
	ASSERT(a->is_added == (a->kind == CONF_ASSUME_STATEMENT) ||
	       a->kind == CONF_ASSUME_PAYLOAD);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char conf[] =
	    "ledgers: [{name: demo, origin: o/d, key: k, witnesses: {quorum: 0}, sources: [log]}]\n";
	struct conf_tal tals[] = { { .name = "alpha" }, { .name = "bravo" } };
	struct conf_error error;
	struct conf c;
	enum reason why;

	conf_init(&c);
	ASSERT(conf_parse(&c, SPAN(conf), "x/cairn.yaml", &error) == REASON_OK);
	c.tals = tals;
	c.n_tals = COUNT(tals);
	why = conf_assume_parse(&c, span_of(data, n), "x/if.yaml", &error);
	if (why != REASON_OK) {
		ASSERT(error.reason == why && error.text[0] != '\0');
		for (const char *t = error.text; *t != '\0'; t++)
			ASSERT(*t >= ' ' && *t <= '~');
	}
	for (size_t i = 0; why == REASON_OK && i < c.n_assumptions; i++)
		check(&c.assumptions[i]);
	conf_fini(&c);
	return 0;
}
