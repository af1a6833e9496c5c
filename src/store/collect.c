/*
 * Collection: mark what names and last good points refer to, sweep the rest.
 *
 * Marks are a sorted array of hashes, and the table of numbers is sorted by
 * hash too, so the sweep is a merge: 32 bytes of memory an object.
 */
#include <stdlib.h>
#include <string.h>

#include "crypt/crypt.h"
#include "store/format.h"

/* Collect when one in this many objects may have lost its last reference. */
#define DUE_SHARE 8

struct marks {
	VEC(struct digest) list;
	bool failed;
};

static void
mark(struct marks *m, const uint8_t *hash)
{
	struct digest d;

	memcpy(d.b, hash, sizeof(d.b));
	if (!vec_push(&m->list, d))
		m->failed = true;
}

/* Walk a table; the callback may ask for the record to go or to change. */
enum verdict {
	KEEP,
	REMOVE,
	REWRITE
};

struct walk {
	struct store_write *w;
	struct store_swept *swept;
	struct marks *marks;
	int64_t at;
	enum table table;
};

static enum verdict
visit_repository(struct walk *walk, struct span key, struct span value)
{
	struct store_repository r;

	(void)key;
	if (!record_repository_read(&r, value) ||
	    r.used_at + (r.fetched_at == 0 ? STORE_KEEP_FAILED
					   : STORE_KEEP_UNUSED) <
		walk->at) {
		walk->swept->repositories++;
		return REMOVE;
	}
	return KEEP;
}

static bool
has_repository(const struct walk *walk, const uint8_t *key)
{
	struct store_key repository = { .n = sizeof(struct digest) };
	MDB_val k, v;

	memcpy(repository.b, key, repository.n);
	k = store_key_val(&repository);
	return mdb_get(walk->w->txn, walk->w->store->tables[TABLE_REPOSITORIES],
		   &k, &v) == 0;
}

/* Names whose repository has gone go with it. */
static enum verdict
visit_name(struct walk *walk, struct span key, struct span value)
{
	struct store_name name;

	if (!record_name_read(&name, value) || !has_repository(walk, key.p))
		return REMOVE;
	mark(walk->marks, name.hash.b);
	return KEEP;
}

static enum verdict
visit_point(struct walk *walk, struct span key, struct span value)
{
	struct store_point p;

	(void)key;
	if (!record_point_read(&p, value))
		return REMOVE;
	if (!p.has_last)
		return KEEP;
	if (p.stale_at + STORE_KEEP_STALE < walk->at) {
		p.has_last = false;
		buf_reset(&walk->w->scratch);
		record_point_write(&walk->w->scratch, &p);
		walk->swept->points++;
		return REWRITE;
	}
	mark(walk->marks, p.last.hash.b);
	for (size_t i = 0; i < p.n_needs; i++)
		mark(walk->marks, p.needs.p + i * sizeof(struct digest));
	return KEEP;
}

static enum verdict
visit(struct walk *walk, struct span key, struct span record)
{
	struct span value;

	if (!record_open(&value, key, record))
		return REMOVE;
	switch (walk->table) {
	case TABLE_REPOSITORIES:
		return visit_repository(walk, key, value);
	case TABLE_NAMES:
		return visit_name(walk, key, value);
	case TABLE_POINTS:
		return visit_point(walk, key, value);
	case TABLE_BLOBS:
		return key.n == 1 + sizeof(struct digest) &&
			       (key.p[0] == STORE_LEDGER ||
				   has_repository(walk, key.p + 1))
			   ? KEEP
			   : REMOVE;
	case TABLE_META:
	case TABLE_OBJECTS:
	case TABLE_NUMBERS:
	case TABLE_ANCHORS:
	case TABLE_MEMOS:
	case TABLE_COUNT:
		break;
	}
	return KEEP;
}

static enum reason
walk_table(struct walk *walk, enum table table)
{
	struct store_write *w = walk->w;
	MDB_cursor *cursor;
	MDB_val k, v;
	enum reason r = REASON_OK;
	int rc = mdb_cursor_open(w->txn, w->store->tables[table], &cursor);

	if (rc != 0)
		return store_trouble(w->why, rc, "collecting");
	walk->table = table;
	while (rc == 0 && r == REASON_OK &&
	       (rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == 0) {
		struct store_key key = { .n = k.mv_size };
		enum verdict verdict;
		bool changed;

		if (key.n > sizeof(key.b)) {
			rc = mdb_cursor_del(cursor, 0);
			continue;
		}
		memcpy(key.b, k.mv_data, key.n);
		verdict = visit(
		    walk, span_of(key.b, key.n), span_of(v.mv_data, v.mv_size));
		if (verdict == REMOVE)
			rc = mdb_cursor_del(cursor, 0);
		else if (verdict == REWRITE)
			r = record_put(w, table, &key, &changed);
	}
	mdb_cursor_close(cursor);
	if (r != REASON_OK)
		return r;
	return rc == MDB_NOTFOUND ? REASON_OK
				  : store_trouble(w->why, rc, "collecting");
}

static int
digest_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct digest));
}

static int
sweep_one(struct store_write *w, MDB_val number)
{
	size_t copy;
	int rc;

	if (number.mv_size != sizeof(copy))
		return 0;
	memcpy(&copy, number.mv_data, sizeof(copy));
	number.mv_data = &copy;
	rc = mdb_del(w->txn, w->store->tables[TABLE_OBJECTS], &number, NULL);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

static enum reason
sweep(struct store_write *w, const struct marks *m, struct store_swept *out)
{
	MDB_cursor *cursor;
	MDB_val k, v;
	size_t i = 0;
	int rc =
	    mdb_cursor_open(w->txn, w->store->tables[TABLE_NUMBERS], &cursor);

	if (rc != 0)
		return store_trouble(w->why, rc, "collecting");
	while ((rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == 0) {
		bool whole = k.mv_size == sizeof(struct digest);

		while (whole && i < m->list.n &&
		       memcmp(m->list.v[i].b, k.mv_data, k.mv_size) < 0)
			i++;
		if (whole && i < m->list.n &&
		    memcmp(m->list.v[i].b, k.mv_data, k.mv_size) == 0) {
			out->kept++;
			continue;
		}
		rc = sweep_one(w, v);
		if (rc == 0)
			rc = mdb_cursor_del(cursor, 0);
		if (rc != 0)
			break;
		out->objects++;
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? REASON_OK
				  : store_trouble(w->why, rc, "collecting");
}

enum reason
store_collect(struct store_write *w, struct store_swept *out, int64_t at)
{
	static const enum table order[] = { TABLE_REPOSITORIES, TABLE_NAMES,
		TABLE_BLOBS, TABLE_POINTS };
	struct marks marks = { 0 };
	struct walk walk = { .w = w, .swept = out, .marks = &marks, .at = at };
	enum reason r = REASON_OK;

	*out = (struct store_swept){ 0 };
	for (size_t i = 0; r == REASON_OK && i < COUNT(order); i++)
		r = walk_table(&walk, order[i]);
	if (r == REASON_OK && marks.failed)
		r = fault_say(w->why, R_LIMIT_MEMORY, NULL, "collecting");
	if (r == REASON_OK && marks.list.n > 1)
		qsort(marks.list.v, marks.list.n, sizeof(*marks.list.v),
		    digest_order);
	if (r == REASON_OK)
		r = sweep(w, &marks, out);
	if (r == REASON_OK)
		w->dropped = 0;
	vec_fini(&marks.list);
	return r;
}

enum reason
store_collect_memos(struct store_write *w, const struct digest *who, size_t n)
{
	MDB_cursor *cursor;
	MDB_val k, v;
	size_t i = 0;
	int rc =
	    mdb_cursor_open(w->txn, w->store->tables[TABLE_MEMOS], &cursor);

	if (rc != 0)
		return store_trouble(w->why, rc, "collecting");
	while (
	    rc == 0 && (rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == 0) {
		const size_t size = sizeof(struct digest);

		while (i < n && k.mv_size >= size &&
		       memcmp(who[i].b, k.mv_data, size) < 0)
			i++;
		if (i == n || k.mv_size != 2 * size ||
		    memcmp(who[i].b, k.mv_data, size) != 0)
			rc = mdb_cursor_del(cursor, 0);
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? REASON_OK
				  : store_trouble(w->why, rc, "collecting");
}

bool
store_is_due(struct store_write *w)
{
	MDB_stat st;

	return mdb_stat(w->txn, w->store->tables[TABLE_OBJECTS], &st) == 0 &&
	       w->dropped > 0 && w->dropped >= st.ms_entries / DUE_SHARE;
}

/* Deltas bring what is new: what was lost comes with a snapshot alone, and
 * with a folder that is read. */
static enum reason
forget_states(struct store_write *w)
{
	MDB_cursor *cursor;
	MDB_val k, v;
	int rc =
	    mdb_cursor_open(w->txn, w->store->tables[TABLE_BLOBS], &cursor);

	if (rc != 0)
		return store_trouble(w->why, rc, "removing a damaged object");
	while (
	    rc == 0 && (rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == 0) {
		uint8_t kind = *(const uint8_t *)k.mv_data;

		if (kind == STORE_RRDP || kind == STORE_TREE)
			rc = mdb_cursor_del(cursor, 0);
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND
		   ? REASON_OK
		   : store_trouble(w->why, rc, "removing a damaged object");
}

/* What harmed one object has seldom harmed only that: a run reads no further
 * than to the first that is missing, and would need one run for each level of
 * the tree to come upon all of them. */
static enum reason
find_damaged(struct store_write *w)
{
	struct store *s = w->store;
	struct digest name, is;
	MDB_cursor *cursor;
	MDB_val k, v;
	int rc = mdb_cursor_open(w->txn, s->tables[TABLE_NUMBERS], &cursor);

	if (rc != 0)
		return store_trouble(w->why, rc, "looking for damage");
	while ((rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == 0) {
		if (k.mv_size != sizeof(name))
			continue;
		memcpy(name.b, k.mv_data, sizeof(name));
		if (object_get(&v, s, w->txn, &name) == 0)
			crypt_sha256(is.b, span_of(v.mv_data, v.mv_size));
		else
			is = (struct digest){ { 0 } };
		if (!digest_eq(&name, &is) && !vec_push(&s->damaged, name))
			break;
	}
	mdb_cursor_close(cursor);
	if (rc == 0)
		return R_LIMIT_MEMORY;
	return rc == MDB_NOTFOUND
		   ? REASON_OK
		   : store_trouble(w->why, rc, "looking for damage");
}

enum reason
store_forget_damaged(struct store_write *w, uint64_t *n)
{
	struct store *s = w->store;

	if (s->damaged.n > 0) {
		s->damaged.n = 0;
		TRY(find_damaged(w));
	}
	if (s->damaged.n > 0 || s->lost_name)
		TRY(forget_states(w));
	for (size_t i = 0; i < s->damaged.n; i++) {
		int rc = object_drop(w, &s->damaged.v[i]);

		if (rc != 0)
			return store_trouble(
			    w->why, rc, "removing a damaged object");
	}
	*n = s->damaged.n;
	s->damaged.n = 0;
	s->lost_name = false;
	return REASON_OK;
}
