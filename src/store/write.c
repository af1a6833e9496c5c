/* Writing: one transaction at a time, all of it or nothing. */
#include <sys/statvfs.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crypt/crypt.h"
#include "store/format.h"

#define ROOM_LEAST ((uint64_t)4 << 20)
#define RECORD_MAX ((size_t)16 << 20) /* a last good point of 500,000 files */

static MDB_val
dropped_key(void)
{
	static const char name[] = "dropped";

	return (MDB_val){ .mv_size = sizeof(name) - 1,
		.mv_data = (void *)(uintptr_t)name };
}

static enum reason
txn_begin(struct store_write *w)
{
	MDB_val k = dropped_key(), v;
	int rc = mdb_txn_begin(w->store->env, NULL, 0, &w->txn);

	if (rc != 0)
		return store_trouble(w->why, rc, "writing the store");
	w->dropped = 0;
	if (mdb_get(w->txn, w->store->tables[TABLE_META], &k, &v) == 0 &&
	    v.mv_size == sizeof(w->dropped))
		memcpy(&w->dropped, v.mv_data, sizeof(w->dropped));
	return REASON_OK;
}

/* A count that steers when to collect: only a hint, in the machine's form. */
enum reason
write_dropped(struct store_write *w)
{
	MDB_val k = dropped_key();
	MDB_val v = { .mv_size = sizeof(w->dropped), .mv_data = &w->dropped };
	int rc = mdb_put(w->txn, w->store->tables[TABLE_META], &k, &v, 0);

	return rc == 0 ? REASON_OK
		       : store_trouble(w->why, rc, "writing the store");
}

enum reason
store_write_begin(struct store_write **out, struct store *s, struct fault *why)
{
	struct store_write *w = base_alloc(sizeof(*w));
	enum reason r;

	if (w == NULL)
		return fault_at(why, R_LIMIT_MEMORY, NULL);
	w->store = s;
	w->why = why;
	buf_init(&w->scratch, RECORD_MAX);
	r = txn_begin(w);
	if (r != REASON_OK) {
		base_free(w);
		return r;
	}
	*out = w;
	return REASON_OK;
}

/* LMDB says EIO of a write cut short, which is how a full disk shows first. */
static bool
no_room(const struct store *s)
{
	struct statvfs fs;

	return fstatvfs(s->lock, &fs) == 0 &&
	       fs.f_bavail < ROOM_LEAST / (fs.f_frsize == 0 ? 1 : fs.f_frsize);
}

static const struct digest no_repository = { { 0 } };

/* What was said of the store as it was is said no longer. */
static enum reason
drop_same(struct store_write *w)
{
	struct store_key key;
	MDB_val k;
	int rc;

	store_key_blob(&key, STORE_SAME, &no_repository);
	k = store_key_val(&key);
	rc = mdb_del(w->txn, w->store->tables[TABLE_BLOBS], &k, NULL);
	return rc == 0 || rc == MDB_NOTFOUND
		   ? REASON_OK
		   : store_trouble(w->why, rc, "writing the store");
}

enum reason
store_write_same(struct store_write *w, struct span bytes)
{
	w->is_same = true;
	return store_write_blob(w, STORE_SAME, &no_repository, bytes);
}

static enum reason
txn_commit(struct store_write *w)
{
	enum reason r = w->is_same ? REASON_OK : drop_same(w);
	int rc;

	if (r == REASON_OK)
		r = write_dropped(w);
	if (r != REASON_OK) {
		mdb_txn_abort(w->txn);
		w->txn = NULL;
		return r;
	}
	rc = mdb_txn_commit(w->txn);
	w->txn = NULL;
	if (rc == EIO && no_room(w->store))
		rc = ENOSPC;
	return rc == 0 ? REASON_OK
		       : store_trouble(w->why, rc, "committing to the store");
}

enum reason
store_write_commit(struct store_write *w)
{
	enum reason r = txn_commit(w);

	store_write_abort(w);
	return r;
}

void
store_write_abort(struct store_write *w)
{
	if (w == NULL)
		return;
	if (w->txn != NULL)
		mdb_txn_abort(w->txn);
	buf_fini(&w->scratch);
	base_free(w);
}

enum reason
store_write_flush(struct store_write *w)
{
	TRY(txn_commit(w));
	return txn_begin(w);
}

/* ---- objects ------------------------------------------------------------- */

static int
number_get(
    size_t *out, const struct store *s, MDB_txn *txn, const struct digest *hash)
{
	struct store_key key;
	MDB_val k, v;
	int rc;

	store_key_one(&key, hash);
	k = store_key_val(&key);
	rc = mdb_get(txn, s->tables[TABLE_NUMBERS], &k, &v);
	if (rc != 0)
		return rc;
	if (v.mv_size != sizeof(*out))
		return MDB_NOTFOUND;
	memcpy(out, v.mv_data, sizeof(*out));
	return 0;
}

int
object_get(MDB_val *out, const struct store *s, MDB_txn *txn,
    const struct digest *hash)
{
	size_t number;
	MDB_val k = { .mv_size = sizeof(number), .mv_data = &number };
	int rc = number_get(&number, s, txn, hash);

	return rc != 0 ? rc : mdb_get(txn, s->tables[TABLE_OBJECTS], &k, out);
}

int
object_drop(struct store_write *w, const struct digest *hash)
{
	size_t number;
	struct store_key key;
	MDB_val k = { .mv_size = sizeof(number), .mv_data = &number };
	int rc = number_get(&number, w->store, w->txn, hash);

	if (rc == 0)
		rc = mdb_del(w->txn, w->store->tables[TABLE_OBJECTS], &k, NULL);
	if (rc != 0 && rc != MDB_NOTFOUND)
		return rc;
	store_key_one(&key, hash);
	k = store_key_val(&key);
	rc = mdb_del(w->txn, w->store->tables[TABLE_NUMBERS], &k, NULL);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

/* Behind all that are there. */
static int
object_append(struct store_write *w, struct store_key *hash, MDB_val *bytes)
{
	size_t number = 0;
	MDB_cursor *cursor;
	MDB_val k, v, name = store_key_val(hash);
	int rc =
	    mdb_cursor_open(w->txn, w->store->tables[TABLE_OBJECTS], &cursor);

	if (rc != 0)
		return rc;
	rc = mdb_cursor_get(cursor, &k, &v, MDB_LAST);
	if (rc == 0 && k.mv_size == sizeof(number)) {
		memcpy(&number, k.mv_data, sizeof(number));
		number++;
	}
	k = (MDB_val){ .mv_size = sizeof(number), .mv_data = &number };
	if (rc == 0 || rc == MDB_NOTFOUND)
		rc = mdb_cursor_put(cursor, &k, bytes, MDB_APPEND);
	mdb_cursor_close(cursor);
	if (rc != 0)
		return rc;
	k = (MDB_val){ .mv_size = sizeof(number), .mv_data = &number };
	return mdb_put(w->txn, w->store->tables[TABLE_NUMBERS], &name, &k, 0);
}

bool
store_write_has(struct store_write *w, const struct digest *hash)
{
	size_t number;

	return number_get(&number, w->store, w->txn, hash) == 0;
}

bool
store_write_name(struct store_name *out, struct store_write *w,
    const struct digest *repository, struct span uri)
{
	struct store_key key;
	struct span value;

	out->is_there = true;
	store_key_uri(&out->key, uri);
	store_key_two(&key, repository, &out->key);
	return record_get(
		   &value, w->txn, w->store->tables[TABLE_NAMES], &key) &&
	       record_name_read(out, value) && span_eq(out->uri, uri);
}

enum reason
store_write_object(
    struct store_write *w, struct digest *out, bool *fresh, struct span bytes)
{
	struct store_key key;
	MDB_val v;
	int rc;

	crypt_sha256(out->b, bytes);
	rc = object_get(&v, w->store, w->txn, out);
	*fresh = rc == MDB_NOTFOUND;
	/* What is damaged is there, but is not the same. */
	if (rc == 0 && span_eq(span_of(v.mv_data, v.mv_size), bytes))
		return REASON_OK;
	if (rc == 0)
		rc = object_drop(w, out);
	v = (MDB_val){ .mv_size = bytes.n,
		.mv_data = (void *)(uintptr_t)bytes.p };
	store_key_one(&key, out);
	if (rc == 0 || rc == MDB_NOTFOUND)
		rc = object_append(w, &key, &v);
	return rc == 0 ? REASON_OK
		       : store_trouble(w->why, rc, "storing an object");
}

/* ---- the names of a repository --------------------------------------- */

static int
name_cmp(const void *a, const void *b)
{
	const struct store_name *x = a, *y = b;

	return memcmp(x->key.b, y->key.b, sizeof(x->key.b));
}

static enum reason
name_put(struct store_write *w, const struct digest *repository,
    const struct store_name *name)
{
	struct store_key key;
	bool changed;

	store_key_two(&key, repository, &name->key);
	buf_reset(&w->scratch);
	record_name_write(&w->scratch, name);
	TRY(record_put(w, TABLE_NAMES, &key, &changed));
	w->dropped += changed;
	return REASON_OK;
}

/* Remove the repository's names that are not among the n, both ascending. */
static enum reason
names_prune(struct store_write *w, const struct digest *repository,
    const struct store_name *names, size_t n)
{
	static const struct digest least = { { 0 } };
	struct store_key key;
	MDB_cursor *cursor;
	MDB_val k, v;
	size_t i = 0;
	int rc =
	    mdb_cursor_open(w->txn, w->store->tables[TABLE_NAMES], &cursor);

	if (rc != 0)
		return store_trouble(w->why, rc, "storing names");
	store_key_two(&key, repository, &least);
	k = store_key_val(&key);
	for (rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE); rc == 0;
	     rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) {
		const uint8_t *p = k.mv_data;

		if (k.mv_size != sizeof(key.b) ||
		    memcmp(p, repository->b, sizeof(repository->b)) != 0)
			break;
		while (i < n && memcmp(names[i].key.b, p + 32, 32) < 0)
			i++;
		if (i < n && memcmp(names[i].key.b, p + 32, 32) == 0)
			continue;
		rc = mdb_cursor_del(cursor, 0);
		if (rc != 0)
			break;
		w->dropped++;
	}
	mdb_cursor_close(cursor);
	return rc == 0 || rc == MDB_NOTFOUND
		   ? REASON_OK
		   : store_trouble(w->why, rc, "storing names");
}

enum reason
store_write_names(struct store_write *w, const struct digest *repository,
    struct store_name *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!names[i].is_there)
			store_key_uri(&names[i].key, names[i].uri);
	if (n > 1)
		qsort(names, n, sizeof(*names), name_cmp);
	TRY(names_prune(w, repository, names, n));
	for (size_t i = 0; i < n; i++)
		if (!names[i].is_there)
			TRY(name_put(w, repository, &names[i]));
	return REASON_OK;
}

enum reason
store_write_name_put(struct store_write *w, const struct digest *repository,
    struct store_name *name)
{
	store_key_uri(&name->key, name->uri);
	return name_put(w, repository, name);
}

static enum reason
record_drop(struct store_write *w, enum table table, struct store_key *key)
{
	MDB_val k = store_key_val(key);
	int rc = mdb_del(w->txn, w->store->tables[table], &k, NULL);

	w->dropped += rc == 0;
	return rc == 0 || rc == MDB_NOTFOUND
		   ? REASON_OK
		   : store_trouble(w->why, rc, "writing the store");
}

enum reason
store_write_name_drop(
    struct store_write *w, const struct digest *repository, struct span uri)
{
	struct store_key key;
	struct digest name;

	store_key_uri(&name, uri);
	store_key_two(&key, repository, &name);
	return record_drop(w, TABLE_NAMES, &key);
}

/* ---- the rest
 * -----------------------------------------------------------------
 */

enum reason
store_write_point(struct store_write *w, const struct digest *issuer,
    struct span manifest_uri, const struct store_point *point)
{
	struct store_key key;
	struct digest uri;
	bool changed;

	store_key_uri(&uri, manifest_uri);
	store_key_two(&key, issuer, &uri);
	buf_reset(&w->scratch);
	record_point_write(&w->scratch, point);
	TRY(record_put(w, TABLE_POINTS, &key, &changed));
	w->dropped += changed;
	return REASON_OK;
}

enum reason
store_write_memo(struct store_write *w, const struct digest *who,
    const struct digest *manifest, struct span memo)
{
	struct store_key key;
	bool changed;

	store_key_two(&key, who, manifest);
	buf_reset(&w->scratch);
	buf_span(&w->scratch, memo);
	return record_put(w, TABLE_MEMOS, &key, &changed);
}

static bool
is_among(const uint8_t *hash, const struct digest *const *manifests, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (memcmp(manifests[i]->b, hash, sizeof(manifests[i]->b)) == 0)
			return true;
	return false;
}

enum reason
store_write_memo_only(struct store_write *w, const struct digest *who,
    const struct digest *const *manifests, size_t n)
{
	static const struct digest least = { { 0 } };
	struct store_key key;
	MDB_cursor *cursor;
	MDB_val k, v;
	int rc =
	    mdb_cursor_open(w->txn, w->store->tables[TABLE_MEMOS], &cursor);

	if (rc != 0)
		return store_trouble(w->why, rc, "storing memos");
	store_key_two(&key, who, &least);
	k = store_key_val(&key);
	for (rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE); rc == 0;
	     rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) {
		const uint8_t *p = k.mv_data;

		if (k.mv_size != sizeof(key.b) ||
		    memcmp(p, who->b, sizeof(who->b)) != 0)
			break;
		if (!is_among(p + sizeof(who->b), manifests, n))
			rc = mdb_cursor_del(cursor, 0);
		if (rc != 0)
			break;
	}
	mdb_cursor_close(cursor);
	return rc == 0 || rc == MDB_NOTFOUND
		   ? REASON_OK
		   : store_trouble(w->why, rc, "storing memos");
}

enum reason
store_write_anchor(struct store_write *w, const struct digest *tal,
    struct span der, struct span uri)
{
	struct store_key key;
	bool changed;

	store_key_one(&key, tal);
	buf_reset(&w->scratch);
	record_anchor_write(&w->scratch, der, uri);
	return record_put(w, TABLE_ANCHORS, &key, &changed);
}

enum reason
store_write_repository(
    struct store_write *w, const struct store_repository *repository)
{
	struct store_key key;
	bool changed;

	store_key_one(&key, &repository->key);
	buf_reset(&w->scratch);
	record_repository_write(&w->scratch, repository);
	TRY(record_put(w, TABLE_REPOSITORIES, &key, &changed));
	/* Whoever names one dead host after the other must not fill the disk.
	 */
	w->dropped += changed && repository->fetched_at == 0;
	return REASON_OK;
}

enum reason
store_write_blob(struct store_write *w, enum store_blob kind,
    const struct digest *repository, struct span bytes)
{
	struct store_key key;
	bool changed;

	store_key_blob(&key, kind, repository);
	if (bytes.n == 0)
		return record_drop(w, TABLE_BLOBS, &key);
	buf_reset(&w->scratch);
	buf_span(&w->scratch, bytes);
	return record_put(w, TABLE_BLOBS, &key, &changed);
}
