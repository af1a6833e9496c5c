/* Keys, records and their checksums. */
#include <string.h>

#include "crypt/crypt.h"
#include "store/format.h"

#define CHECKSUM 8

void
store_key_one(struct store_key *out, const struct digest *d)
{
	memcpy(out->b, d->b, sizeof(d->b));
	out->n = sizeof(d->b);
}

void
store_key_two(struct store_key *out, const struct digest *first,
    const struct digest *second)
{
	store_key_one(out, first);
	memcpy(out->b + out->n, second->b, sizeof(second->b));
	out->n += sizeof(second->b);
}

void
store_key_blob(
    struct store_key *out, enum store_blob kind, const struct digest *d)
{
	out->b[0] = (uint8_t)kind;
	memcpy(out->b + 1, d->b, sizeof(d->b));
	out->n = 1 + sizeof(d->b);
}

void
store_key_uri(struct digest *out, struct span uri)
{
	crypt_sha256(out->b, uri);
}

MDB_val
store_key_val(struct store_key *k)
{
	return (MDB_val){ .mv_size = k->n, .mv_data = k->b };
}

/* ---- records --------------------------------------------------------- */

bool
record_open(struct span *value, struct span key, struct span record)
{
	uint8_t sum[32];

	if (record.n < CHECKSUM)
		return false;
	*value = span_of(record.p + CHECKSUM, record.n - CHECKSUM);
	crypt_sha256_2(sum, key, *value);
	return memcmp(sum, record.p, CHECKSUM) == 0;
}

bool
record_get(
    struct span *value, MDB_txn *txn, MDB_dbi table, struct store_key *key)
{
	MDB_val k = store_key_val(key), v;

	return mdb_get(txn, table, &k, &v) == 0 &&
	       record_open(value, span_of(key->b, key->n),
		   span_of(v.mv_data, v.mv_size));
}

enum reason
record_put(struct store_write *w, enum table table, struct store_key *key,
    bool *changed)
{
	MDB_val k = store_key_val(key), v;
	uint8_t sum[32];
	uint8_t *head;
	int rc;

	crypt_sha256_2(sum, span_of(key->b, key->n), buf_view(&w->scratch));
	head = buf_insert(&w->scratch, 0, CHECKSUM);
	if (head == NULL)
		return fault_say(
		    w->why, R_LIMIT_MEMORY, NULL, "writing the store");
	memcpy(head, sum, CHECKSUM);
	*changed = false;
	if (mdb_get(w->txn, w->store->tables[table], &k, &v) == 0 &&
	    span_eq(span_of(v.mv_data, v.mv_size), buf_view(&w->scratch)))
		return REASON_OK;
	*changed = true;
	v = (MDB_val){ .mv_size = w->scratch.n, .mv_data = w->scratch.p };
	rc = mdb_put(w->txn, w->store->tables[table], &k, &v, 0);
	return rc == 0 ? REASON_OK
		       : store_trouble(w->why, rc, "writing the store");
}

/* ---- values ---------------------------------------------------------- */

static void
put_u64(struct buf *b, uint64_t v)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_byte(b, (uint8_t)(v >> shift));
}

/* Takes n bytes off the front; the caller's last check is that all went. */
static bool
take(struct span *s, void *out, size_t n)
{
	if (s->n < n)
		return false;
	memcpy(out, s->p, n);
	*s = span_of(s->p + n, s->n - n);
	return true;
}

static bool
take_u64(struct span *s, uint64_t *out)
{
	uint8_t b[8];

	if (!take(s, b, sizeof(b)))
		return false;
	*out = 0;
	for (size_t i = 0; i < sizeof(b); i++)
		*out = *out << 8 | b[i];
	return true;
}

static bool
take_at(struct span *s, int64_t *out)
{
	uint64_t v;

	if (!take_u64(s, &v))
		return false;
	*out = (int64_t)v;
	return true;
}

void
record_name_write(struct buf *b, const struct store_name *name)
{
	buf_add(b, name->hash.b, sizeof(name->hash.b));
	put_u64(b, name->stamp);
	buf_span(b, name->uri);
}

bool
record_name_read(struct store_name *out, struct span v)
{
	if (!take(&v, out->hash.b, sizeof(out->hash.b)) ||
	    !take_u64(&v, &out->stamp))
		return false;
	out->uri = v;
	return true;
}

static void
issue_write(struct buf *b, const struct store_issue *issue)
{
	buf_add(b, issue->hash.b, sizeof(issue->hash.b));
	buf_add(b, issue->number, sizeof(issue->number));
	put_u64(b, (uint64_t)issue->this_update_at);
	put_u64(b, (uint64_t)issue->next_update_at);
}

static bool
issue_read(struct store_issue *out, struct span *v)
{
	return take(v, out->hash.b, sizeof(out->hash.b)) &&
	       take(v, out->number, sizeof(out->number)) &&
	       take_at(v, &out->this_update_at) &&
	       take_at(v, &out->next_update_at);
}

void
record_point_write(struct buf *b, const struct store_point *p)
{
	bool has_held = p->has_last && p->held.n > 0;

	ASSERT(!has_held || p->held.n == p->n_needs + 1);
	buf_byte(b, (uint8_t)(p->has_floor | p->has_last << 1 | has_held << 2));
	if (p->has_floor)
		issue_write(b, &p->floor);
	if (p->has_last) {
		issue_write(b, &p->last);
		put_u64(b, (uint64_t)p->stale_at);
		if (has_held) {
			buf_add(b, p->held_by.b, sizeof(p->held_by.b));
			buf_span(b, p->held);
		}
		buf_span(b, p->needs);
	}
}

/* A byte for each of what follows, and one more. */
static bool
held_read(struct store_point *out, struct span *v)
{
	size_t n;

	if (!take(v, out->held_by.b, sizeof(out->held_by.b)) || v->n == 0)
		return false;
	n = (v->n - 1) / (sizeof(struct digest) + 1) + 1;
	out->held = span_of(v->p, n);
	*v = span_of(v->p + n, v->n - n);
	return v->n == (n - 1) * sizeof(struct digest);
}

bool
record_point_read(struct store_point *out, struct span v)
{
	uint8_t has;

	*out = (struct store_point){ 0 };
	if (!take(&v, &has, 1))
		return false;
	out->has_floor = (has & 1) != 0;
	out->has_last = (has & 2) != 0;
	if (out->has_floor && !issue_read(&out->floor, &v))
		return false;
	if (out->has_last &&
	    (!issue_read(&out->last, &v) || !take_at(&v, &out->stale_at)))
		return false;
	if ((has & 4) != 0 && !held_read(out, &v))
		return false;
	out->needs = v;
	out->n_needs = v.n / sizeof(struct digest);
	return v.n % sizeof(struct digest) == 0;
}

void
record_anchor_write(struct buf *b, struct span der, struct span uri)
{
	put_u64(b, der.n);
	buf_span(b, der);
	buf_span(b, uri);
}

bool
record_anchor_read(struct span *der, struct span *uri, struct span v)
{
	uint64_t n;

	if (!take_u64(&v, &n) || n > v.n)
		return false;
	*der = span_of(v.p, n);
	*uri = span_of(v.p + n, v.n - n);
	return true;
}

void
record_repository_write(struct buf *b, const struct store_repository *r)
{
	put_u64(b, (uint64_t)r->used_at);
	put_u64(b, (uint64_t)r->fetched_at);
	buf_byte(b, r->stood_in);
	buf_span(b, r->uri);
}

bool
record_repository_read(struct store_repository *out, struct span v)
{
	uint8_t flags;

	if (!take_at(&v, &out->used_at) || !take_at(&v, &out->fetched_at) ||
	    !take(&v, &flags, 1))
		return false;
	out->stood_in = flags != 0;
	out->uri = v;
	return true;
}
