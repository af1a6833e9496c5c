/* A difference as a file: the container of a view, with its changes. */
#include <string.h>

#include "view/format.h"

#define IS_LEFT  1
#define IS_HEARD 2

/* ---- writing ------------------------------------------------------------- */

/* The payload's number in its part. */
static uint32_t
put_entry(struct shelf *s, const struct view_change *c)
{
	enum view_part part = c->is_left ? PART_LEFT : PART_PAYLOADS;
	struct record r = { 0 };

	shelf_payload(s, &r, &c->payload);
	record_u32(&r, VIEW_NONE);
	if (c->is_left)
		shelf_left(s, &r, &c->left);
	shelf_add(s, part, &r);
	return shelf_count(s, part) - 1;
}

static void
put_change(struct shelf *s, const struct view_change *c)
{
	struct record r = { 0 };

	record_u8(&r, (uint8_t)c->op);
	record_u8(&r, (uint8_t)((c->is_left ? IS_LEFT : 0) |
				(c->is_heard ? IS_HEARD : 0)));
	record_u8(&r, (uint8_t)c->cause.kind);
	record_u8(&r, (uint8_t)c->cause.left);
	shelf_reason(s, &r, c->cause.reason);
	record_u32(&r, c->cause.rule);
	shelf_text(s, &r, c->cause.detail);
	shelf_text(s, &r, c->cause.object);
	record_u32(&r, put_entry(s, c));
	record_u32(&r, shelf_origin(s, &c->before));
	shelf_add(s, PART_CHANGES, &r);
}

enum reason
view_delta_bytes(struct buf *out, const struct view_delta *d)
{
	struct view_front front = { .kind = VIEW_DIFFERENCE,
		.head = { .at = d->at,
		    .made_at = d->made_at,
		    .edition = { d->edition, d->made_at },
		    .serial = d->serial,
		    .n_payloads = d->n },
		.from_at = d->from_at,
		.from_made_at = d->from_made_at,
		.from_since_at = d->from_since_at,
		.from_serial = d->from_serial };
	struct shelf s;
	enum reason reason;

	memcpy(front.head.sessions, d->sessions, sizeof(d->sessions));
	shelf_init(&s);
	for (size_t i = 0; i < d->n; i++)
		put_change(&s, &d->changes[i]);
	reason = shelf_pack(out, &s, &front);
	shelf_fini(&s);
	return reason;
}

enum reason
view_delta_write(
    const char *path, const struct view_delta *d, struct fault *why)
{
	struct buf bytes;
	enum reason reason;

	buf_init(&bytes, SIZE_MAX);
	reason = view_delta_bytes(&bytes, d);
	if (reason == REASON_OK)
		reason = view_file_put(path, &bytes, why);
	else
		(void)fault_say(why, reason, NULL, "%s", path);
	buf_fini(&bytes);
	return reason;
}

/* ---- reading ------------------------------------------------------------- */

static void
read_cause(struct cause *out, struct reader *r, struct field *f)
{
	uint8_t kind = field_u8(f), left = field_u8(f);

	if (kind > CAUSE_SILENT || left > LEFT_PROVIDERS) {
		r->file->damaged = true;
		return;
	}
	out->kind = (enum cause_kind)kind;
	out->left = (enum left_cause)left;
	out->reason = file_reason(r->file, f);
	out->rule = field_u32(f);
	out->detail = file_text(r->file, f);
	out->object = file_text(r->file, f);
}

static void
read_change(struct view_change *out, struct reader *r, size_t i)
{
	struct field f = { file_at(r->file, PART_CHANGES, i) };
	uint8_t op, flags;
	uint32_t number, before;

	*out = (struct view_change){ 0 };
	if (f.p == NULL)
		return;
	op = field_u8(&f);
	flags = field_u8(&f);
	read_cause(&out->cause, r, &f);
	if (op > CHANGE_REPLACED || flags > (IS_LEFT | IS_HEARD) ||
	    reader_end(r) != REASON_OK) {
		r->file->damaged |= !r->no_memory;
		return;
	}
	out->op = (enum change_op)op;
	out->is_left = flags & IS_LEFT;
	out->is_heard = flags & IS_HEARD;
	number = field_u32(&f);
	before = field_u32(&f);
	if (out->is_left) {
		read_left(&out->left, r, number);
		out->payload = out->left.payload;
		out->left.payload = (struct payload){ 0 };
	} else
		read_payload(&out->payload, r, number);
	if (before != VIEW_NONE)
		out->before = read_origin(r, before);
	if ((out->op == CHANGE_REPLACED) != (before != VIEW_NONE))
		r->file->damaged = true;
}

enum reason
view_delta_load(
    struct view_delta *out, struct view_file *f, struct arena *arena)
{
	struct reader r = { .file = f, .arena = arena };
	const struct view_front *front = &f->front;
	size_t n = f->part[PART_CHANGES].n;

	if (front->kind != VIEW_DIFFERENCE)
		return R_VIEW_DAMAGED;
	*out = (struct view_delta){ .edition = front->head.edition.number,
		.from_at = front->from_at,
		.from_made_at = front->from_made_at,
		.from_since_at = front->from_since_at,
		.at = front->head.at,
		.made_at = front->head.made_at,
		.from_serial = front->from_serial,
		.serial = front->head.serial };
	memcpy(out->sessions, front->head.sessions, sizeof(out->sessions));
	if (!reader_shared(&r))
		return reader_end(&r);
	out->changes = reader_array(&r, PART_CHANGES, sizeof(*out->changes));
	for (size_t i = 0; reader_end(&r) == REASON_OK && i < n; i++)
		read_change(&out->changes[i], &r, i);
	out->n = n;
	return reader_end(&r);
}
