/* The page for people: files of page/, as they are. */
#include <string.h>

#include "http/inside.h"

static const uint8_t index_html[] = {
#include "http/index.html.inc"
};
static const uint8_t page_css[] = {
#include "http/page.css.inc"
};
static const uint8_t page_js[] = {
#include "http/page.js.inc"
};

void
answer_page(struct http_call *call)
{
	static const uint64_t seed[2] = { 0 };
	const struct {
		const char *path;
		struct span bytes;
	} files[] = {
		{ "/", SPAN_OF(index_html) },
		{ "/page.css", SPAN_OF(page_css) },
		{ "/page.js", SPAN_OF(page_js) },
	};

	for (size_t i = 0; i < COUNT(files); i++)
		if (strcmp(call->request->path, files[i].path) == 0)
			buf_span(&call->out->body, files[i].bytes);
	(void)snprintf(call->out->etag, sizeof(call->out->etag),
	    "\"page-%016llx\"",
	    (unsigned long long)map_hash(seed, buf_view(&call->out->body)));
}
