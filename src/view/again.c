/*
 * The view that is there, published once more: nothing of it changed but the
 * time. Its bytes are taken over page by page, each checked, so that what was
 * damaged is not carried on.
 */
#include <string.h>

#include "crypt/crypt.h"
#include "view/history.h"

struct again {
	struct view_file *file;
	const struct view_again *what;
	struct buf bytes; /* of the new file */
};

static void
patch(struct again *a, size_t at, int64_t time)
{
	struct record r = { 0 };

	record_u64(&r, (uint64_t)time);
	memcpy(a->bytes.p + at, r.b, r.n);
}

static void
digest_page(struct again *a, size_t page)
{
	const struct view_file *f = a->file;
	size_t at = VIEW_HEADER + page * VIEW_PAGE;
	size_t n = f->digests - at < VIEW_PAGE ? f->digests - at : VIEW_PAGE;

	crypt_sha256(
	    a->bytes.p + f->digests + page * 32, span_of(a->bytes.p + at, n));
}

/* When those were had that are as they were. */
static void
patch_repositories(struct again *a)
{
	struct view_file *f = a->file;
	size_t size = view_part_size(PART_REPOSITORIES);
	size_t from = f->part[PART_REPOSITORIES].offset;
	size_t n = f->part[PART_REPOSITORIES].n;

	for (size_t i = 0; i < n; i++) {
		struct field field = { f->p + from + i * size };
		struct span state;

		(void)file_text(f, &field);
		(void)file_text(f, &field);
		state = file_text(f, &field);
		if (span_eq(state, a->what->state))
			patch(a, from + i * size + REPOSITORY_FETCHED_AT,
			    a->what->fetched_at);
	}
	for (size_t at = from; at < from + n * size;) {
		size_t page = (at - VIEW_HEADER) / VIEW_PAGE;

		digest_page(a, page);
		at = VIEW_HEADER + (page + 1) * VIEW_PAGE;
	}
}

static void
patch_front(struct again *a, int64_t made_at)
{
	const struct view_file *f = a->file;
	uint8_t *p = a->bytes.p;

	patch(a, FRONT_AT, a->what->at);
	patch(a, FRONT_MADE_AT, made_at);
	crypt_sha256(
	    p + f->digest_at, span_of(p + f->digests, f->n - f->digests));
	crypt_sha256(
	    p + VIEW_HEADER - 32, span_of(p, (size_t)VIEW_HEADER - 32));
}

enum reason
view_again_bytes(struct buf *out, struct view_file *f,
    const struct view_again *what, int64_t made_at)
{
	struct again a = { .file = f, .what = what };

	for (size_t i = 0; i < PART_COUNT; i++)
		(void)file_run(f, (enum view_part)i, 0, f->part[i].n);
	if (f->damaged || f->front.kind != VIEW_WHOLE)
		return R_VIEW_DAMAGED;
	buf_init(&a.bytes, SIZE_MAX);
	buf_span(&a.bytes, span_of(f->p, f->n));
	if (a.bytes.failed) {
		buf_fini(&a.bytes);
		return R_LIMIT_MEMORY;
	}
	patch_repositories(&a);
	patch_front(&a, made_at);
	if (f->damaged) {
		buf_fini(&a.bytes);
		return R_VIEW_DAMAGED;
	}
	*out = a.bytes;
	return REASON_OK;
}

/* ---- in its folder ------------------------------------------------------- */

int64_t
view_made_after(int64_t made_at, int64_t now)
{
	return now > made_at ? now : made_at + 1;
}

void
view_name_of(struct view_name *out, const struct view_head *h)
{
	*out = (struct view_name){ .edition = h->edition.number,
		.made_at = h->made_at };
	memcpy(out->sessions, h->sessions, sizeof(out->sessions));
}

bool
view_is_named(const struct view_head *h, const struct view_name *name)
{
	return h->edition.number == name->edition &&
	       h->made_at == name->made_at &&
	       memcmp(h->sessions, name->sessions, sizeof(h->sessions)) == 0;
}

bool
view_newest(struct view_head *out, const char *folder)
{
	char *current = folder_path(folder, "current");
	struct view_file *file = NULL;
	struct fault why;

	fault_init(&why, SPAN(""));
	if (current == NULL || view_open(&file, current, &why) != REASON_OK) {
		base_free(current);
		return false;
	}
	*out = *view_head(file);
	view_close(file);
	base_free(current);
	return true;
}

/* As after any other. */
static enum reason
tidy(const struct view_folder *f, uint32_t serial, int64_t made_at)
{
	const struct view v = { .serial = serial, .made_at = made_at };

	return keep_tidy(f, &v);
}

static enum reason
again(struct view_published *out, const struct view_again *what,
    const struct view_folder *f, const char *current, struct fault *why)
{
	struct view_file *file;
	struct buf bytes;
	int64_t made_at;
	enum reason reason = view_open(&file, current, why);

	if (reason == R_LIMIT_MEMORY)
		return reason;
	if (reason != REASON_OK)
		return R_VIEW_DAMAGED;
	out->edition = view_head(file)->edition;
	made_at = view_made_after(view_head(file)->made_at, f->now);
	reason = R_VIEW_DAMAGED;
	if (view_is_named(view_head(file), &what->was))
		reason = view_again_bytes(&bytes, file, what, made_at);
	if (reason == REASON_OK) {
		reason = view_file_put(current, &bytes, why);
		buf_fini(&bytes);
	}
	if (reason == REASON_OK)
		reason = tidy(f, view_head(file)->serial, made_at);
	view_close(file);
	return reason;
}

enum reason
view_publish_again(struct view_published *out, const struct view_again *what,
    const struct view_folder *f, struct fault *why)
{
	char *current = folder_path(f->path, "current");
	enum reason reason;

	*out = (struct view_published){ 0 };
	if (current == NULL)
		return R_LIMIT_MEMORY;
	reason = again(out, what, f, current, why);
	base_free(current);
	return reason;
}
