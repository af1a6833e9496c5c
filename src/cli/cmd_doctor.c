/* cairn doctor: what is wrong, and what to do. */
#include <stdio.h>

#include "cli/cli.h"
#include "doctor/doctor.h"

static void
write_text(struct buf *out, const struct doctor_check *c)
{
	buf_printf(out, "%-4s  %s", doctor_health_id(c->health), c->name);
	if (c->object[0] != '\0')
		buf_printf(out, " %s", c->object);
	buf_printf(out, ": %s", c->text);
	if (c->advice[0] != '\0')
		buf_printf(out, "; %s", c->advice);
	buf_byte(out, '\n');
}

static void
emit_check(struct emit *e, const struct doctor_check *c)
{
	emit_object(e, NULL);
	emit_str(e, "check", c->name);
	if (c->object[0] != '\0')
		emit_str(e, "object", c->object);
	emit_str(e, "health", doctor_health_id(c->health));
	emit_str(e, "text", c->text);
	if (c->advice[0] != '\0')
		emit_str(e, "advice", c->advice);
	emit_end(e);
}

static void
write_json(struct buf *out, const struct doctor_checkup *c, const size_t n[3])
{
	struct emit e;

	emit_init(&e, out, EMIT_JSON);
	emit_object(&e, NULL);
	for (size_t h = DOCTOR_OK; h <= DOCTOR_FAIL; h++)
		emit_uint(&e, doctor_health_id((enum doctor_health)h), n[h]);
	emit_array(&e, "checks");
	for (size_t i = 0; i < c->checks.n; i++)
		emit_check(&e, &c->checks.v[i]);
	emit_end(&e);
	emit_end(&e);
}

/* -q: what is not well; --json: all of it. */
static int
report(const struct settings *s, const struct doctor_checkup *c)
{
	size_t n[3] = { 0 };
	struct buf out;
	int status;

	buf_init(&out, CLI_TEXT);
	for (size_t i = 0; i < c->checks.n; i++) {
		const struct doctor_check *check = &c->checks.v[i];

		n[check->health]++;
		if (!s->json && !(s->quiet && check->health == DOCTOR_OK))
			write_text(&out, check);
	}
	if (s->json)
		write_json(&out, c, n);
	status = print_answer(s->self, &out);
	buf_fini(&out);
	return status == STATUS_DONE && n[DOCTOR_FAIL] > 0 ? STATUS_FAILED
							   : status;
}

static int
run_command(const struct command *self, int argc, char **argv)
{
	struct settings s = { .self = self };
	struct doctor_checkup checkup;
	int status;

	conf_init(&s.conf);
	status = settings_read(&s, argc, argv);
	if (status == STATUS_DONE) {
		if (doctor_look(&checkup, &s.conf) == REASON_OK)
			status = report(&s, &checkup);
		else
			status = failure(self, "no memory");
		doctor_fini(&checkup);
	}
	conf_fini(&s.conf);
	return status;
}

static const struct option_row rows[] = {
	OPTION_CONFIG,
	{ .name = "quiet", .letter = 'q', .text = "only what is not well" },
	{ .name = "json", .text = "the checks as JSON" },
};

const struct command command_doctor = {
	.name = "doctor",
	.operands = "",
	.text = "say what is wrong and what to do",
	.run = run_command,
	.n_rows = COUNT(rows),
	.rows = rows,
	.takes_conf = true,
};
