/* The file of successions: a size and a holder id, tab separated, a line. */
#include <string.h>

#include "ledger/ledger.h"

static enum reason
line_parse(struct succession *out, struct span line)
{
	const uint8_t *tab = memchr(line.p, '\t', line.n);
	size_t n = tab == NULL ? 0 : (size_t)(tab - line.p);

	if (tab == NULL ||
	    !decimal_parse(&out->size, span_of(line.p, n), INT64_MAX) ||
	    out->size == 0 ||
	    !hex_parse(out->holder.b, 32, span_of(tab + 1, line.n - n - 1)))
		return R_SUCCESSION_LINE;
	return REASON_OK;
}

enum reason
successions_parse(
    struct succession **out, size_t *n, struct span text, struct arena *arena)
{
	struct succession *list;
	size_t lines = 1, count = 0;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	list = ARENA_ARRAY(arena, lines, struct succession);
	if (list == NULL)
		return R_LIMIT_MEMORY;
	while (text.n > 0) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t used = end == NULL ? text.n : (size_t)(end - text.p);

		TRY(line_parse(&list[count], span_of(text.p, used)));
		if (count > 0 && list[count].size <= list[count - 1].size)
			return R_SUCCESSION_LINE;
		count++;
		used += end != NULL;
		text = span_of(text.p + used, text.n - used);
	}
	*out = list;
	*n = count;
	return REASON_OK;
}
