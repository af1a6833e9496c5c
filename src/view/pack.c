/* The container: parts, their pages' digests, and what stands in front; and
 * the file it is, replaced whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "crypt/crypt.h"
#include "file/file.h"
#include "view/format.h"

/* ---- what stands in front ------------------------------------------------ */

static void
put_u32(struct buf *b, uint32_t v)
{
	struct record r = { 0 };

	record_u32(&r, v);
	buf_add(b, r.b, r.n);
}

static void
put_u64(struct buf *b, uint64_t v)
{
	struct record r = { 0 };

	record_u64(&r, v);
	buf_add(b, r.b, r.n);
}

static void
put_front(struct buf *b, const struct view_front *f)
{
	put_u32(b, VIEW_VERSION);
	put_u32(b, (uint32_t)f->kind);
	put_u64(b, (uint64_t)f->head.at);
	put_u64(b, (uint64_t)f->head.made_at);
	put_u64(b, f->head.edition.number);
	put_u64(b, (uint64_t)f->head.edition.since_at);
	put_u64(b, f->head.n_payloads);
	put_u32(b, f->head.serial);
	for (size_t i = 0; i < COUNT(f->head.sessions); i++)
		put_u32(b, f->head.sessions[i]);
	put_u64(b, (uint64_t)f->from_at);
	put_u64(b, (uint64_t)f->from_made_at);
	put_u64(b, (uint64_t)f->from_since_at);
	put_u32(b, f->from_serial);
	for (size_t i = 0; i < COUNT(f->payloads.n); i++) {
		put_u32(b, f->payloads.n[i]);
		put_u32(b, f->left.n[i]);
	}
}

/* Parts begin at multiples of 8. */
static size_t
padded(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

enum reason
shelf_pack(
    struct buf *out, const struct shelf *s, const struct view_front *front)
{
	static const uint8_t zeros[VIEW_HEADER];
	struct buf head;
	uint8_t digest[32];
	size_t begin = out->n, at = VIEW_HEADER, end;
	struct buf digests;

	buf_init(&head, VIEW_HEADER);
	buf_init(&digests, SIZE_MAX);
	buf_add(&head, VIEW_MAGIC, VIEW_MAGIC_N);
	put_front(&head, front);
	buf_add(out, zeros, VIEW_HEADER);
	head.failed |= s->failed;
	for (size_t i = 0; i < PART_COUNT; i++) {
		head.failed |= s->part[i].failed;
		put_u64(&head, at);
		put_u64(
		    &head, s->part[i].n / view_part_size((enum view_part)i));
		buf_span(out, buf_view(&s->part[i]));
		at += s->part[i].n;
		buf_add(out, zeros, padded(at) - at);
		at = padded(at);
	}
	end = out->failed ? VIEW_HEADER : at;
	for (at = VIEW_HEADER; at < end; at += VIEW_PAGE) {
		size_t n = end - at < VIEW_PAGE ? end - at : VIEW_PAGE;

		crypt_sha256(digest, span_of(out->p + begin + at, n));
		buf_add(&digests, digest, sizeof(digest));
	}
	put_u64(&head, end);
	put_u64(&head, end + digests.n);
	crypt_sha256(digest, buf_view(&digests));
	buf_add(&head, digest, sizeof(digest));
	buf_add(&head, zeros, VIEW_HEADER - sizeof(digest) - head.n);
	crypt_sha256(digest, buf_view(&head));
	buf_add(&head, digest, sizeof(digest));
	buf_span(out, buf_view(&digests));
	out->failed |= head.failed || digests.failed;
	if (!out->failed)
		memcpy(out->p + begin, head.p, VIEW_HEADER);
	buf_fini(&digests);
	buf_fini(&head);
	return out->failed ? R_LIMIT_MEMORY : REASON_OK;
}

/* ---- the file ------------------------------------------------------------ */

static enum reason
fail(struct fault *why, const char *path)
{
	return fault_say(
	    why, R_VIEW_WRITE, NULL, "%s: %s", path, strerror(errno));
}

enum reason
view_file_put(const char *path, const struct buf *bytes, struct fault *why)
{
	return file_replace(AT_FDCWD, path, buf_view(bytes), 0644)
		   ? REASON_OK
		   : fail(why, path);
}
