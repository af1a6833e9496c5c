/* A URI that is taken is made of its parts again, and cannot leave them. */
#include "tests/fuzz/fuzz.h"

#include "model/model.h"

static void
same_parts(const struct uri *u)
{
	struct span root = uri_module_root(u);
	struct buf b;

	buf_init(&b, u->text.n + 1);
	buf_puts(&b, u->scheme == URI_RSYNC ? "rsync://" : "https://");
	buf_span(&b, u->host);
	if (u->port.n > 0)
		buf_byte(&b, ':');
	buf_span(&b, u->port);
	buf_byte(&b, '/');
	buf_span(&b, u->module);
	if (u->scheme == URI_RSYNC)
		buf_byte(&b, '/');
	ASSERT(span_eq(buf_view(&b), root));
	buf_span(&b, u->path);
	ASSERT(span_eq(buf_view(&b), u->text));
	buf_fini(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct limits limits;
	struct uri u;

	limits_init(&limits);
	if (uri_parse(&u, span_of(data, n), &limits) != REASON_OK)
		return 0;
	same_parts(&u);
	(void)uri_is_local(&u);
	for (size_t i = 0; i < n; i++) {
		ASSERT(data[i] > 0x20 && data[i] < 0x7f && data[i] != '%');
		ASSERT(i == 0 || data[i] != '.' || data[i - 1] != '/');
	}
	return 0;
}
