/* Bodies of answers, and gzip. */
#include <string.h>
#include <zlib.h>

#include "serve/web_body.h"

#define CACHED_MAX  32
#define GZIP_FROM   1024 /* bytes: below it is not worth it */
#define GZIP_WINDOW (15 + 16)

void
web_body_hold(struct web_body *body)
{
	body->held++;
}

void
web_body_drop(struct web_body *body)
{
	if (body == NULL || --body->held > 0)
		return;
	body->of->n_bytes -= body->bytes.n;
	buf_fini(&body->bytes);
	base_free(body);
}

void
web_body_sent(const void *bytes, size_t n, void *ctx)
{
	(void)bytes, (void)n;
	web_body_drop(ctx);
}

void
web_bodies_reset(struct web_bodies *bodies)
{
	for (size_t i = 0; i < bodies->all.n; i++)
		web_body_drop(bodies->all.v[i]);
	vec_fini(&bodies->all);
}

/* ---- gzip ------------------------------------------------------------ */

/* RFC 9110 12.5.3, as far as anybody uses it: gzip is named, and not with a
 * weight of nothing. */
bool
web_takes_gzip(const char *accepts)
{
	const char *at = accepts != NULL ? strstr(accepts, "gzip") : NULL;

	if (at == NULL)
		return false;
	at += 4 + strspn(at + 4, " ");
	return strncmp(at, ";q=0", 4) != 0 ||
	       strspn(at + 4, ".0") != strcspn(at + 4, ", ");
}

static bool
squeeze(struct buf *out, struct span in)
{
	z_stream z = { 0 };
	uint8_t chunk[4096];
	int r = Z_OK;

	if (deflateInit2(
		&z, 1, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	z.next_in = (Bytef *)(uintptr_t)in.p;
	for (size_t left = in.n; r == Z_OK;) {
		uInt n = left < (1U << 30) ? (uInt)left : 1U << 30;

		if (z.avail_in == 0) {
			z.avail_in = n;
			left -= n;
		}
		z.next_out = chunk;
		z.avail_out = sizeof(chunk);
		r = deflate(&z, left == 0 ? Z_FINISH : Z_NO_FLUSH);
		buf_add(out, chunk, sizeof(chunk) - z.avail_out);
	}
	(void)deflateEnd(&z);
	return r == Z_STREAM_END && !out->failed;
}

/* ---- making ---------------------------------------------------------- */

static enum reason
collect(void *ctx, struct span bytes)
{
	struct buf *out = ctx;

	buf_span(out, bytes);
	return out->failed ? R_LIMIT_MEMORY : REASON_OK;
}

static struct web_body *
find(struct web_bodies *bodies, const char *etag, bool gzip)
{
	for (size_t i = 0; i < bodies->all.n; i++) {
		struct web_body *b = bodies->all.v[i];

		if (b->for_gzip == gzip && strcmp(b->etag, etag) == 0)
			return b;
	}
	return NULL;
}

static size_t
room(const struct web_bodies *bodies)
{
	return bodies->bytes_max > bodies->n_bytes
		   ? bodies->bytes_max - bodies->n_bytes
		   : 0;
}

static bool
fill(struct web_body *body, struct http_answer *a,
    const struct http_world *world, bool gzip)
{
	struct output_sink sink = { collect, &body->bytes };
	struct buf plain;
	bool good;

	if (a->kind == HTTP_FILE) {
		if (http_write(a, world, sink) != REASON_OK)
			return false;
	} else {
		body->bytes = a->body;
		buf_init(&a->body, 0);
	}
	if (!gzip || body->bytes.n < GZIP_FROM)
		return true;
	plain = body->bytes;
	buf_init(&body->bytes, room(body->of));
	good = squeeze(&body->bytes, buf_view(&plain));
	buf_fini(&plain);
	body->is_gzip = true;
	return good;
}

bool
web_body_make(struct web_body **out, struct web_bodies *bodies,
    struct http_answer *a, const struct http_world *world, bool gzip)
{
	bool shared = a->kind == HTTP_FILE && a->etag[0] != '\0';
	struct web_body *b = shared ? find(bodies, a->etag, gzip) : NULL;

	*out = b;
	if (b != NULL || (a->kind == HTTP_BODY && a->body.n == 0)) {
		if (b != NULL)
			web_body_hold(b);
		return true;
	}
	b = base_alloc(sizeof(*b));
	if (b == NULL)
		return false;
	b->of = bodies;
	b->held = 1;
	b->for_gzip = gzip;
	buf_init(&b->bytes, room(bodies));
	if (!fill(b, a, world, gzip)) {
		buf_fini(&b->bytes);
		base_free(b);
		return false;
	}
	bodies->n_bytes += b->bytes.n;
	memcpy(b->etag, a->etag, sizeof(b->etag));
	if (shared && bodies->all.n < CACHED_MAX && vec_push(&bodies->all, b))
		web_body_hold(b);
	*out = b;
	return true;
}
