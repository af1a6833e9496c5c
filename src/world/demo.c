/* The built-in worlds: one to read, and others as large as asked for. */
#include "world/tree.h"

/* Made from demo.world by the build: one string a line. */
static const char *const demo_lines[] = {
#include "world/demo.inc"
};

static void
demo_text(struct buf *out)
{
	for (size_t i = 0; i < COUNT(demo_lines); i++) {
		buf_puts(out, demo_lines[i]);
		buf_byte(out, '\n');
	}
}

enum reason
world_demo(struct world **out, uint64_t cas, struct fault *why)
{
	struct buf text;
	enum reason r = REASON_OK;

	*out = NULL;
	buf_init(&text, SIZE_MAX);
	fault_init(why, span_of(NULL, 0));
	if (cas == 0)
		demo_text(&text);
	else
		r = world_generate(&text, cas, why);
	if (r == REASON_OK && text.failed)
		r = fault_at(why, R_LIMIT_MEMORY, NULL);
	if (r == REASON_OK)
		r = world_parse(out, buf_view(&text), why);
	buf_fini(&text);
	return r;
}
