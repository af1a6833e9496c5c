/*
 * The state as text, and its digest: ledger.md 7. Lines are made and sorted a
 * kind at a time, in the order of their first words, so that no more than one
 * kind is in memory as text.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/state.h"

struct lines {
	struct buf text;
	VEC(size_t) ends;
	bool failed;
};

struct dump {
	const struct ledger_state *st;
	const struct record *lease; /* the one being told of */
	struct lines lines;
};

/* ---- parts of a line ------------------------------------------------- */

static void
put_digest(struct buf *b, const struct digest *d)
{
	char hex[65];

	hex_write(hex, SPAN_OF(d->b));
	buf_puts(b, hex);
}

static void
put_statement(struct dump *d, uint32_t number)
{
	put_digest(&d->lines.text, ids_at(&d->st->statements, number));
}

static void
put_holder(struct dump *d, const struct holder *h)
{
	put_digest(&d->lines.text, holder_id(d->st, h));
}

static void
put_time(struct buf *b, uint64_t t)
{
	if (t == LEDGER_NEVER)
		buf_byte(b, '-');
	else
		buf_printf(b, "%" PRIu64, t);
}

static void
put_hex(struct buf *b, struct span s)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < s.n; i++) {
		buf_byte(b, (uint8_t)digits[s.p[i] >> 4]);
		buf_byte(b, (uint8_t)digits[s.p[i] & 15]);
	}
}

static void
line_end(struct dump *d)
{
	if (!vec_push(&d->lines.ends, d->lines.text.n))
		d->lines.failed = true;
	buf_byte(&d->lines.text, '\n');
}

/* ---- the kinds of line ----------------------------------------------- */

static void
dump_authorize(struct dump *d, const struct record *r)
{
	static const char *const types[] = { "roa", "aspa", "router-key" };
	struct buf *b = &d->lines.text;
	struct digest hash;

	buf_puts(b, "authorize ");
	put_statement(d, r->statement);
	buf_byte(b, ' ');
	put_holder(d, r->holder);
	buf_printf(b, " %s ", types[r->type]);
	put_time(b, r->until);
	buf_byte(b, ' ');
	crypt_sha256(hash.b, r->bytes);
	put_digest(b, &hash);
	line_end(d);
}

static void
dump_endorse(struct dump *d, const struct record *r)
{
	struct buf *b = &d->lines.text;

	buf_puts(b, "endorse ");
	put_statement(d, r->statement);
	buf_byte(b, ' ');
	put_holder(d, r->holder);
	buf_byte(b, ' ');
	put_statement(d, r->subject);
	buf_byte(b, ' ');
	put_time(b, r->until);
	line_end(d);
}

static void
dump_lease_piece(void *ctx, const struct piece *p, const struct holder *lessor)
{
	struct dump *d = ctx;
	const struct record *r = d->lease;
	struct buf *b = &d->lines.text;

	buf_puts(b, "lease ");
	put_statement(d, r->statement);
	buf_printf(b, " %s ", space_id[p->space]);
	piece_write(b, p);
	buf_byte(b, ' ');
	put_holder(d, lessor);
	buf_byte(b, ' ');
	put_holder(d, r->to);
	buf_byte(b, ' ');
	put_time(b, r->until);
	buf_printf(b, " %d", r->flag);
	line_end(d);
}

static void
dump_lease(struct dump *d, const struct record *r)
{
	d->lease = r;
	lease_pieces(d->st, r, dump_lease_piece, d);
}

static void
dump_name(struct dump *d, const struct record *r)
{
	struct buf *b = &d->lines.text;

	buf_puts(b, "name ");
	buf_span(b, r->bytes);
	buf_byte(b, ' ');
	put_holder(d, r->holder);
	buf_byte(b, ' ');
	put_statement(d, r->statement);
	line_end(d);
}

static void
dump_offer(struct dump *d, const struct record *r)
{
	struct buf *b = &d->lines.text;

	buf_puts(b, "offer ");
	put_statement(d, r->statement);
	buf_byte(b, ' ');
	put_holder(d, r->holder);
	buf_byte(b, ' ');
	put_holder(d, r->to);
	buf_byte(b, ' ');
	put_time(b, r->until);
	buf_byte(b, ' ');
	if (r->escrow != NULL)
		put_holder(d, r->escrow);
	else
		buf_byte(b, '-');
	buf_byte(b, ' ');
	if (r->has_hashlock)
		put_digest(b, &r->digest);
	else
		buf_byte(b, '-');
	buf_puts(b, r->flag ? " accepted " : " open ");
	for (size_t i = 0; i < r->parcel.n; i++) {
		if (i > 0)
			buf_byte(b, ',');
		piece_write(b, &r->parcel.pieces[i]);
	}
	line_end(d);
}

static void
dump_rdns(struct dump *d, const struct record *r)
{
	struct buf *b = &d->lines.text;
	char prefix[PREFIX_TEXT];

	prefix_write(prefix, &r->prefix);
	buf_printf(b, "rdns %s %s ",
	    r->prefix.family == FAMILY_V4 ? "ipv4" : "ipv6", prefix);
	put_holder(d, r->holder);
	buf_byte(b, ' ');
	put_statement(d, r->statement);
	buf_puts(b, r->n_texts == 0 ? " -" : " ");
	for (size_t i = 0; i < r->n_texts; i++) {
		if (i > 0)
			buf_byte(b, ',');
		buf_span(b, r->texts[i]);
	}
	buf_puts(b, r->n_ds == 0 ? " -" : " ");
	for (size_t i = 0; i < r->n_ds; i++) {
		if (i > 0)
			buf_byte(b, ',');
		put_hex(b, r->texts[r->n_texts + i]);
	}
	line_end(d);
}

static void
dump_recovery(struct dump *d, const struct record *r)
{
	struct buf *b = &d->lines.text;

	buf_puts(b, "recovery ");
	put_holder(d, r->holder);
	buf_byte(b, ' ');
	put_digest(b, &r->digest);
	buf_byte(b, ' ');
	put_digest(b, &r->next);
	buf_printf(b, " %" PRIu64 " ", r->until);
	put_statement(d, r->statement);
	line_end(d);
}

static void
dump_hold(void *ctx, const struct piece *p, const struct run *r)
{
	struct dump *d = ctx;
	const struct claim *c = r->is.hold.claim, *k = r->is.hold.contender;
	struct buf *b = &d->lines.text;

	buf_printf(b, "hold %s ", space_id[p->space]);
	piece_write(b, p);
	buf_byte(b, ' ');
	put_holder(d, r->is.hold.holder);
	buf_printf(b, " %u ", claim_level(c));
	put_statement(d, c->statement);
	if (k == NULL) {
		buf_puts(b, " clear - -");
	} else {
		buf_puts(b, " contested ");
		put_holder(d, k->holder);
		buf_byte(b, ' ');
		put_statement(d, k->statement);
	}
	line_end(d);
}

static void
dump_holds(struct dump *d)
{
	hold_pieces(d->st, dump_hold, d);
}

static void
dump_holders(struct dump *d)
{
	struct buf *b = &d->lines.text;

	for (uint32_t i = 0; i < d->st->holder_ids.n; i++) {
		const struct holder *h = holder_at(d->st, i);

		buf_puts(b, "holder ");
		put_holder(d, h);
		buf_printf(b, " %" PRIu64 " ", h->sequence);
		put_statement(d, h->last);
		buf_byte(b, ' ');
		put_digest(b, &h->key);
		buf_byte(b, ' ');
		put_digest(b, &h->next);
		buf_printf(b, " %u ", h->threshold);
		for (size_t g = 0; g < h->n_guardians; g++) {
			if (g > 0)
				buf_byte(b, ',');
			put_digest(b, &h->guardians[g]);
		}
		buf_printf(b, "%s %d", h->n_guardians == 0 ? "-" : "", h->lock);
		line_end(d);
	}
}

static void
dump_ledger(struct dump *d)
{
	struct ledger_summary s = ledger_summary(d->st);
	struct buf *b = &d->lines.text;

	buf_puts(b, "ledger ");
	put_digest(b, &s.genesis);
	buf_printf(b, " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, s.size,
	    s.time, s.applied, s.rejected);
	line_end(d);
}

static void
dump_services(struct dump *d)
{
	struct buf *b = &d->lines.text;

	for (uint32_t i = 0; i < d->st->holder_ids.n; i++) {
		const struct holder *h = holder_at(d->st, i);
		const struct record *r = h->services;

		for (size_t k = 0; r != NULL && k < r->n_texts; k += 3) {
			buf_puts(b, "service ");
			put_holder(d, h);
			buf_printf(b, " %zu ", k / 3);
			buf_span(b, r->texts[k]);
			buf_byte(b, ' ');
			buf_span(b, r->texts[k + 1]);
			buf_byte(b, ' ');
			buf_span(b, r->texts[k + 2].n == 0 ? SPAN("-")
							   : r->texts[k + 2]);
			line_end(d);
		}
	}
}

/* ---- all of it ------------------------------------------------------- */

static int
line_cmp(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

/* Sort what was made, hand it over, and begin anew. */
static enum reason
flush(struct dump *d, const struct ledger_sink *sink)
{
	struct lines *l = &d->lines;
	struct span *lines;

	if (l->failed || l->text.failed)
		return R_LIMIT_MEMORY;
	lines = base_alloc(l->ends.n * sizeof(*lines));
	if (lines == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0, at = 0; i < l->ends.n; i++) {
		lines[i] = span_of(l->text.p + at, l->ends.v[i] - at);
		at = l->ends.v[i] + 1;
	}
	if (l->ends.n > 0)
		qsort(lines, l->ends.n, sizeof(*lines), line_cmp);
	for (size_t i = 0; i < l->ends.n; i++) /* with its LF */
		sink->take(sink->ctx, span_of(lines[i].p, lines[i].n + 1));
	base_free(lines);
	buf_reset(&l->text);
	l->ends.n = 0;
	return REASON_OK;
}

static enum reason
dump_all(struct dump *d, const struct ledger_sink *sink)
{
	/* In the order of the first words. */
	static const struct {
		void (*whole)(struct dump *);
		void (*each)(struct dump *, const struct record *);
		enum record_kind kind;
	} rows[] = {
		{ NULL, dump_authorize, RECORD_AUTHORIZE },
		{ NULL, dump_endorse, RECORD_ENDORSE },
		{ dump_holds, NULL, 0 },
		{ dump_holders, NULL, 0 },
		{ NULL, dump_lease, RECORD_LEASE },
		{ dump_ledger, NULL, 0 },
		{ NULL, dump_name, RECORD_NAME },
		{ NULL, dump_offer, RECORD_OFFER },
		{ NULL, dump_rdns, RECORD_RDNS },
		{ NULL, dump_recovery, RECORD_RECOVERY },
		{ dump_services, NULL, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct record *r = record_first(d->st);

		if (rows[i].whole != NULL)
			rows[i].whole(d);
		for (; rows[i].each != NULL && r != NULL; r = record_next(r))
			if (r->kind == rows[i].kind)
				rows[i].each(d, r);
		TRY(flush(d, sink));
	}
	return REASON_OK;
}

enum reason
ledger_dump(const struct ledger_state *st, const struct ledger_sink *sink)
{
	struct dump d = { .st = st };
	enum reason r;

	if (st->failed)
		return R_LIMIT_MEMORY;
	buf_init(&d.lines.text, SIZE_MAX / 2);
	r = dump_all(&d, sink);
	buf_fini(&d.lines.text);
	vec_fini(&d.lines.ends);
	return r;
}

static void
hash_take(void *ctx, struct span text)
{
	crypt_hash_add(ctx, text);
}

enum reason
ledger_digest(struct digest *out, const struct ledger_state *st)
{
	struct ledger_sink sink = { hash_take, crypt_hash_new() };
	enum reason r;

	if (sink.ctx == NULL)
		return R_LIMIT_MEMORY;
	r = ledger_dump(st, &sink);
	crypt_hash_take(sink.ctx, out->b);
	return r;
}
