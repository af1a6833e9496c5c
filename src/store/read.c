/* Reading: spans into the map, checked on the way out. */
#include "crypt/crypt.h"
#include "store/format.h"

enum reason
store_read_begin(struct store_read **out, struct store *s, struct fault *why)
{
	struct store_read *r = base_alloc(sizeof(*r));
	int rc;

	if (r == NULL)
		return fault_at(why, R_LIMIT_MEMORY, NULL);
	r->store = s;
	rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &r->txn);
	if (rc != 0) {
		base_free(r);
		return store_trouble(why, rc, "reading the store");
	}
	*out = r;
	return REASON_OK;
}

void
store_read_end(struct store_read *r)
{
	if (r == NULL)
		return;
	mdb_txn_abort(r->txn);
	base_free(r);
}

struct span
store_object(struct store_read *r, const struct digest *hash)
{
	struct digest got;
	struct span bytes;
	MDB_val v;

	if (object_get(&v, r->store, r->txn, hash) != 0)
		return (struct span){ NULL, 0 };
	bytes = span_of(v.mv_data, v.mv_size);
	crypt_sha256(got.b, bytes);
	if (digest_eq(&got, hash))
		return bytes;
	/* Without memory to remember it, the next read finds it again. */
	(void)vec_push(&r->store->damaged, *hash);
	return (struct span){ NULL, 0 };
}

bool
store_name(struct store_name *out, struct store_read *r,
    const struct digest *repository, struct span uri)
{
	struct store_key key;
	struct span value;
	MDB_val k, v;

	store_key_uri(&out->key, uri);
	store_key_two(&key, repository, &out->key);
	k = store_key_val(&key);
	if (mdb_get(r->txn, r->store->tables[TABLE_NAMES], &k, &v) != 0)
		return false;
	if (record_open(
		&value, span_of(key.b, key.n), span_of(v.mv_data, v.mv_size)) &&
	    record_name_read(out, value) && span_eq(out->uri, uri))
		return true;
	r->store->lost_name = true;
	return false;
}

bool
store_point(struct store_point *out, struct store_read *r,
    const struct digest *issuer, struct span manifest_uri)
{
	struct store_key key;
	struct digest uri;
	struct span value;

	store_key_uri(&uri, manifest_uri);
	store_key_two(&key, issuer, &uri);
	return record_get(
		   &value, r->txn, r->store->tables[TABLE_POINTS], &key) &&
	       record_point_read(out, value);
}

bool
store_memo(struct span *out, struct store_read *r, const struct digest *who,
    const struct digest *manifest)
{
	struct store_key key;

	store_key_two(&key, who, manifest);
	return record_get(out, r->txn, r->store->tables[TABLE_MEMOS], &key);
}

bool
store_anchor(struct span *der, struct span *uri, struct store_read *r,
    const struct digest *tal)
{
	struct store_key key;
	struct span value;

	store_key_one(&key, tal);
	return record_get(
		   &value, r->txn, r->store->tables[TABLE_ANCHORS], &key) &&
	       record_anchor_read(der, uri, value);
}

bool
store_repository(struct store_repository *out, struct store_read *r,
    const struct digest *repository)
{
	struct store_key key;
	struct span value;

	store_key_one(&key, repository);
	out->key = *repository;
	return record_get(&value, r->txn, r->store->tables[TABLE_REPOSITORIES],
		   &key) &&
	       record_repository_read(out, value);
}

bool
store_blob(struct span *out, struct store_read *r, enum store_blob kind,
    const struct digest *repository)
{
	struct store_key key;

	store_key_blob(&key, kind, repository);
	return record_get(out, r->txn, r->store->tables[TABLE_BLOBS], &key);
}

bool
store_same(struct span *out, struct store_read *r)
{
	static const struct digest none = { { 0 } };

	return store_blob(out, r, STORE_SAME, &none);
}

enum reason
store_repositories(struct store_read *r,
    bool (*each)(void *ctx, const struct store_repository *), void *ctx)
{
	struct store_repository repository;
	MDB_cursor *cursor;
	MDB_val k, v;
	int rc = mdb_cursor_open(
	    r->txn, r->store->tables[TABLE_REPOSITORIES], &cursor);
	bool more = true;

	if (rc != 0)
		return R_STORE_IO;
	while (more && mdb_cursor_get(cursor, &k, &v, MDB_NEXT) == 0) {
		struct span key = span_of(k.mv_data, k.mv_size), value;

		if (k.mv_size != sizeof(repository.key) ||
		    !record_open(&value, key, span_of(v.mv_data, v.mv_size)) ||
		    !record_repository_read(&repository, value))
			continue;
		for (size_t i = 0; i < sizeof(repository.key.b); i++)
			repository.key.b[i] = key.p[i];
		more = each(ctx, &repository);
	}
	mdb_cursor_close(cursor);
	return REASON_OK;
}
