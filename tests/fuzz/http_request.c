/* A byte that is P for POST; then lines: path, then name=value each, an empty
 * one, the body. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "tests/http/world.h"

static enum reason
drop(void *ctx, struct span bytes)
{
	*(size_t *)ctx += bytes.n;
	return REASON_OK;
}

static char *
cut_line(char **at)
{
	char *line = *at, *end = strchr(line, '\n');

	if (end != NULL)
		*end++ = '\0';
	*at = end;
	return line;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct http_param params[8];
	struct http_request request = { .params = params };
	static struct small_world w; /* large */
	struct http_answer a;
	size_t written = 0;
	char *text = base_alloc(n + 1), *at = text;

	ASSERT(text != NULL);
	memcpy(text, data, n);
	small_world(&w);
	request.method = n > 0 && data[0] == 'P' ? HTTP_POST : HTTP_GET;
	at += n > 0;
	request.path = cut_line(&at);
	if (request.path[0] != '/') /* the server's promise */
		goto out;
	while (at != NULL && request.n_params < COUNT(params)) {
		char *line = cut_line(&at), *equals = strchr(line, '=');

		if (equals == NULL)
			break;
		*equals = '\0';
		params[request.n_params++] =
		    (struct http_param){ line, equals + 1 };
	}
	if (at != NULL)
		request.body = span_str(at);
	http_answer(&a, &request, &w.world, false);
	ASSERT(a.status >= 200 && a.status < 600);
	if (a.kind == HTTP_FILE)
		ASSERT(
		    http_write(&a, &w.world,
			(struct output_sink){ drop, &written }) == REASON_OK);
	buf_fini(&a.body);
out:
	base_free(text);
	return 0;
}
