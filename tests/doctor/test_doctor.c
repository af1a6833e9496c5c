/* That looking only looks, and says what it may. What it finds on a machine is
 * in tests/cli/doctor.sh. */
#include "tests/check.h"

#include <sys/stat.h>

#include <unistd.h>

#include "doctor/doctor.h"
#include "doctor/inside.h"

static const struct doctor_check *
find(const struct doctor_checkup *c, const char *name)
{
	for (size_t i = 0; i < c->checks.n; i++)
		if (strcmp(c->checks.v[i].name, name) == 0)
			return &c->checks.v[i];
	return NULL;
}

/* What others wrote does not move a cursor, wherever it is said. */
static void
test_say(void **state)
{
	struct doctor_check check = { .name = "x",
		.object = "\033[2J",
		.advice = "a\nb",
		.health = DOCTOR_WARN };
	struct doctor_checkup c = { 0 };

	(void)state;
	arena_init(&c.arena, SIZE_MAX);
	doctor_say(&c, &check, "%s", "\r\\");
	assert_int_equal(c.checks.n, 1);
	assert_string_equal(c.checks.v[0].object, "\\x1b[2J");
	assert_string_equal(c.checks.v[0].text, "\\x0d\\x5c");
	assert_string_equal(c.checks.v[0].advice, "a\\x0ab");
	assert_int_equal(c.checks.v[0].health, DOCTOR_WARN);
	doctor_fini(&c);
}

static void
test_no_cache(void **state)
{
	char root[] = P_tmpdir "/cairn-doctor-XXXXXX", cache[64];
	struct doctor_checkup c;
	struct conf conf;

	(void)state;
	assert_non_null(mkdtemp(root));
	(void)snprintf(cache, sizeof(cache), "%s/cache", root);
	conf_init(&conf);
	conf.cache = cache;
	conf.offline = true;
	assert_int_equal(doctor_look(&c, &conf), REASON_OK);
	assert_non_null(find(&c, "cache"));
	assert_int_equal(find(&c, "cache")->health, DOCTOR_OK);
	assert_int_equal(access(cache, F_OK), -1);
	/* No folder of its own is left, nor one that cannot be made. */
	doctor_fini(&c);
	assert_int_equal(rmdir(root), 0);
	assert_int_equal(doctor_look(&c, &conf), REASON_OK);
	assert_int_equal(find(&c, "cache")->health, DOCTOR_FAIL);
	doctor_fini(&c);
	conf_fini(&conf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_say),
		cmocka_unit_test(test_no_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
