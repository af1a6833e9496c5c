/* cairn doctor: what is wrong, and what to do. */
#include <stdio.h>

#include "cli/cli.h"

static void
write_text(struct buf *out, const struct run_check *c)
{
	buf_printf(out, "%-4s  %s", run_health_id(c->health), c->name);
	if (c->object[0] != '\0')
		buf_printf(out, " %s", c->object);
	buf_printf(out, ": %s", c->text);
	if (c->advice[0] != '\0')
		buf_printf(out, "; %s", c->advice);
	buf_byte(out, '\n');
}

static void
emit_check(struct emit *e, const struct run_check *c)
{
	emit_object(e, NULL);
	emit_str(e, "check", c->name);
	if (c->object[0] != '\0')
		emit_str(e, "object", c->object);
	emit_str(e, "health", run_health_id(c->health));
	emit_str(e, "text", c->text);
	if (c->advice[0] != '\0')
		emit_str(e, "advice", c->advice);
	emit_end(e);
}

static void
write_json(struct buf *out, const struct run_checkup *c, const size_t n[3])
{
	struct emit e;

	emit_init(&e, out, EMIT_JSON);
	emit_object(&e, NULL);
	for (size_t h = RUN_OK; h <= RUN_FAIL; h++)
		emit_uint(&e, run_health_id((enum run_health)h), n[h]);
	emit_array(&e, "checks");
	for (size_t i = 0; i < c->checks.n; i++)
		emit_check(&e, &c->checks.v[i]);
	emit_end(&e);
	emit_end(&e);
}

/* -q: what is not well; --json: all of it. */
static int
report(const struct settings *s, const struct run_checkup *c)
{
	size_t n[3] = { 0 };
	struct buf out;
	int status;

	buf_init(&out, CLI_TEXT);
	for (size_t i = 0; i < c->checks.n; i++) {
		const struct run_check *check = &c->checks.v[i];

		n[check->health]++;
		if (!s->json && !(s->quiet && check->health == RUN_OK))
			write_text(&out, check);
	}
	if (s->json)
		write_json(&out, c, n);
	status = print_answer(s->self, &out);
	buf_fini(&out);
	return status == STATUS_DONE && n[RUN_FAIL] > 0 ? STATUS_FAILED
							: status;
}

static int
run_command(const struct command *self, int argc, char **argv)
{
	struct settings s = { .self = self };
	struct run_checkup checkup;
	int status;

	conf_init(&s.conf);
	status = settings_read(&s, argc, argv);
	if (status == STATUS_DONE) {
		if (run_doctor(&checkup, &s.conf) == REASON_OK)
			status = report(&s, &checkup);
		else
			status = failure(self, "no memory");
		run_checkup_fini(&checkup);
	}
	conf_fini(&s.conf);
	return status;
}

static const struct option_row rows[] = {
	{ .name = "config",
	    .letter = 'c',
	    .argument = "FILE",
	    .text = "the configuration, cairn.yaml(5)" },
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
