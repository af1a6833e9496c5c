/* A file mapped: its pages are believed one by one, as they are used. */
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "crypt/crypt.h"
#include "view/format.h"

/* ---- pages --------------------------------------------------------------- */

static bool
page_holds(struct view_file *f, size_t page)
{
	size_t at = VIEW_HEADER + page * VIEW_PAGE;
	size_t n = f->digests - at < VIEW_PAGE ? f->digests - at : VIEW_PAGE;
	uint8_t digest[32];

	if (f->seen[page / 8] >> (page % 8) & 1)
		return true;
	crypt_sha256(digest, span_of(f->p + at, n));
	if (memcmp(digest, f->p + f->digests + page * 32, 32) != 0)
		return false;
	f->seen[page / 8] |= (uint8_t)(1U << (page % 8));
	return true;
}

const uint8_t *
file_run(struct view_file *f, enum view_part part, size_t i, size_t n)
{
	size_t size = view_part_size(part), from, to;

	if (i > f->part[part].n || n > f->part[part].n - i) {
		f->damaged = true;
		return NULL;
	}
	from = f->part[part].offset + i * size;
	to = from + n * size;
	for (size_t at = from; at < to && !f->damaged;) {
		size_t page = (at - VIEW_HEADER) / VIEW_PAGE;

		f->damaged = !page_holds(f, page);
		at = VIEW_HEADER + (page + 1) * VIEW_PAGE;
	}
	return f->damaged ? NULL : f->p + from;
}

const uint8_t *
file_at(struct view_file *f, enum view_part part, size_t i)
{
	return file_run(f, part, i, 1);
}

struct span
file_text(struct view_file *f, struct field *field)
{
	uint32_t at = field_u32(field), n = field_u32(field);
	const uint8_t *p = n > 0 ? file_run(f, PART_TEXT, at, n) : NULL;

	return p != NULL ? span_of(p, n) : span_of(NULL, 0);
}

/* ---- what stands in front ------------------------------------------------ */

static void
get_front(struct view_front *out, struct field *f)
{
	struct view_head *h = &out->head;

	out->kind = field_u32(f) == VIEW_WHOLE ? VIEW_WHOLE : VIEW_DIFFERENCE;
	h->at = (int64_t)field_u64(f);
	h->made_at = (int64_t)field_u64(f);
	h->edition.number = field_u64(f);
	h->edition.since_at = (int64_t)field_u64(f);
	h->n_payloads = field_u64(f);
	h->serial = field_u32(f);
	for (size_t i = 0; i < COUNT(h->sessions); i++)
		h->sessions[i] = (uint16_t)field_u32(f);
	out->from_at = (int64_t)field_u64(f);
	out->from_made_at = (int64_t)field_u64(f);
	out->from_since_at = (int64_t)field_u64(f);
	out->from_serial = field_u32(f);
	for (size_t i = 0; i < COUNT(out->payloads.n); i++) {
		out->payloads.n[i] = field_u32(f);
		out->left.n[i] = field_u32(f);
	}
}

/* Parts in order, none reaching into the next; then the digests, to the end
 * of the file. */
static bool
get_parts(struct view_file *f, struct field *field)
{
	uint64_t least = VIEW_HEADER, end;

	for (size_t i = 0; i < PART_COUNT; i++) {
		uint64_t at = field_u64(field), n = field_u64(field);
		size_t size = view_part_size((enum view_part)i);

		if (at < least || at > f->n || n >= VIEW_NONE ||
		    n > (f->n - at) / size)
			return false;
		f->part[i].offset = (size_t)at;
		f->part[i].n = (size_t)n;
		least = at + n * size;
	}
	f->digests = (size_t)field_u64(field);
	end = field_u64(field);
	return end == f->n && f->digests >= least && f->digests <= f->n;
}

static bool
is_holding(struct view_file *f)
{
	struct field field = { f->p + VIEW_MAGIC_N + 4 };
	uint8_t digest[32], want[32];
	size_t pages;

	get_front(&f->front, &field);
	if (!get_parts(f, &field))
		return false;
	pages = (f->digests - VIEW_HEADER + VIEW_PAGE - 1) / VIEW_PAGE;
	if (f->n - f->digests != pages * 32)
		return false;
	f->digest_at = (size_t)(field.p - f->p);
	field_bytes(&field, want, sizeof(want));
	crypt_sha256(digest, span_of(f->p + f->digests, pages * 32));
	if (memcmp(digest, want, sizeof(digest)) != 0)
		return false;
	f->seen = base_alloc(pages / 8 + 1);
	return true;
}

/* The kinds add up to no more than there are: a look-up stays inside. */
static bool
is_counted(const struct kinds *k, size_t n)
{
	return (uint64_t)k->n[0] + k->n[1] + k->n[2] <= n;
}

static enum reason
get_reasons(struct view_file *f)
{
	size_t n = f->part[PART_REASONS].n;

	if (n > UINT16_MAX)
		return R_VIEW_DAMAGED;
	f->reasons = base_alloc((n + 1) * sizeof(*f->reasons));
	if (f->reasons == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < n; i++) {
		struct field field = { file_at(f, PART_REASONS, i) };
		struct span text;
		char id[64];

		if (field.p == NULL)
			return R_VIEW_DAMAGED;
		text = file_text(f, &field);
		if (f->damaged)
			return R_VIEW_DAMAGED;
		(void)snprintf(id, sizeof(id), "%.*s", SPAN_FMT(text));
		f->reasons[i] = reason_by_id(id);
	}
	return REASON_OK;
}

enum reason
file_reason(struct view_file *f, struct field *field)
{
	uint32_t i = field_u32(field);

	if (i < f->part[PART_REASONS].n)
		return f->reasons[i];
	f->damaged = true;
	return REASON_OK;
}

static enum reason
check_front(struct view_file *f)
{
	struct field version = { f->p + VIEW_MAGIC_N };
	uint8_t digest[32];

	if (f->n < VIEW_HEADER || memcmp(f->p, VIEW_MAGIC, VIEW_MAGIC_N) != 0)
		return R_VIEW_DAMAGED;
	crypt_sha256(digest, span_of(f->p, VIEW_HEADER - sizeof(digest)));
	if (memcmp(digest, f->p + VIEW_HEADER - sizeof(digest),
		sizeof(digest)) != 0)
		return R_VIEW_DAMAGED;
	if (field_u32(&version) != VIEW_VERSION)
		return R_VIEW_VERSION;
	if (!is_holding(f))
		return R_VIEW_DAMAGED;
	if (f->seen == NULL)
		return R_LIMIT_MEMORY;
	if (!is_counted(&f->front.payloads, f->part[PART_PAYLOADS].n) ||
	    !is_counted(&f->front.left, f->part[PART_LEFT].n))
		return R_VIEW_DAMAGED;
	return get_reasons(f);
}

/* ---- opening ------------------------------------------------------------- */

static enum reason
file_take(struct view_file **out, struct span bytes, bool is_mapped)
{
	struct view_file *f = base_alloc(sizeof(*f));
	enum reason reason;

	if (f == NULL) {
		if (is_mapped)
			(void)munmap((void *)(uintptr_t)bytes.p, bytes.n);
		return R_LIMIT_MEMORY;
	}
	*f = (struct view_file){
		.p = bytes.p, .n = bytes.n, .is_mapped = is_mapped
	};
	reason = check_front(f);
	if (reason == REASON_OK)
		*out = f;
	else
		view_close(f);
	return reason;
}

enum reason
view_open_bytes(struct view_file **out, struct span bytes)
{
	return file_take(out, bytes, false);
}

enum reason
view_open(struct view_file **out, const char *path, struct fault *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum reason reason = R_VIEW_DAMAGED;
	struct stat st;
	void *p;

	if (fd < 0)
		return fault_say(
		    why, R_VIEW_MISSING, NULL, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size >= VIEW_HEADER) {
		p = mmap(
		    NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
		reason =
		    p == MAP_FAILED
			? R_LIMIT_MEMORY
			: file_take(out, span_of(p, (size_t)st.st_size), true);
	}
	(void)close(fd);
	return reason == REASON_OK ? reason
				   : fault_say(why, reason, NULL, "%s", path);
}

void
view_close(struct view_file *f)
{
	if (f == NULL)
		return;
	if (f->is_mapped)
		(void)munmap((void *)(uintptr_t)f->p, f->n);
	base_free(f->seen);
	base_free(f->reasons);
	base_free(f);
}

const struct view_head *
view_head(const struct view_file *f)
{
	return &f->front.head;
}
