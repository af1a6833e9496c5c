/* Whatever a file says, it is taken or refused with a printable sentence, and
 * what is taken is inside its range. */
#include "tests/fuzz/fuzz.h"

#include "conf/conf.h"

static void
check_error(const struct conf_error *e, enum reason why)
{
	ASSERT(e->reason == why && e->text[0] != '\0');
	for (const char *c = e->text; *c != '\0'; c++)
		ASSERT(*c >= ' ' && *c <= '~');
}

static void
check_limits(const struct limits *limits)
{
	size_t n;
	const struct limit_row *rows = limits_table(&n);

	for (size_t i = 0; i < n; i++) {
		const uint64_t *value =
		    (const uint64_t *)(const void *)((const char *)limits +
						     rows[i].offset);

		ASSERT(
		    *value >= 1 && *value <= rows[i].value * CONF_LIMIT_FACTOR);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct conf c;
	struct conf_error error;
	enum reason why;

	conf_init(&c);
	why = conf_parse(&c, span_of(data, n), "x/cairn.yaml", &error);
	if (why != REASON_OK)
		check_error(&error, why);
	ASSERT(c.cache != NULL && c.jobs <= 256);
	check_limits(&c.limits);
	for (size_t i = 0; i < c.n_outputs; i++)
		ASSERT(c.outputs[i].format != NULL);
	for (size_t i = 0; i < c.n_mirrors; i++)
		for (size_t j = 0; j < c.mirrors[i].n; j++)
			ASSERT(c.mirrors[i].to[j].text != NULL);
	conf_fini(&c);
	return 0;
}
