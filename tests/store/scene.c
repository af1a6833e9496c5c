/* A folder, a store in it, and what is put there. */
#include "tests/store/scene.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char folder[64];
struct fault why;

struct store *
store_new(void)
{
	struct store *s = NULL;

	fault_init(&why, span_of(NULL, 0));
	CHECK_REASON("open", store_open(&s, folder, &why), REASON_OK);
	return s;
}

struct store_write *
begin(struct store *s)
{
	struct store_write *w = NULL;

	CHECK_REASON("begin", store_write_begin(&w, s, &why), REASON_OK);
	return w;
}

struct store_read *
look(struct store *s)
{
	struct store_read *r = NULL;

	CHECK_REASON("read", store_read_begin(&r, s, &why), REASON_OK);
	return r;
}

struct digest
sha256(const char *text)
{
	struct digest d;

	crypt_sha256(d.b, span_str(text));
	return d;
}

struct digest
put(struct store_write *w, const char *text)
{
	struct digest d;
	bool fresh;

	CHECK_REASON(
	    text, store_write_object(w, &d, &fresh, span_str(text)), REASON_OK);
	return d;
}

bool
has(struct store *s, const char *text)
{
	struct store_read *r = look(s);
	struct digest d = sha256(text);
	bool found = span_eq(store_object(r, &d), span_str(text));

	store_read_end(r);
	return found;
}

void
commit(struct store_write *w)
{
	CHECK_REASON("commit", store_write_commit(w), REASON_OK);
}

void
put_repository(struct store_write *w, const char *uri, int64_t used_at)
{
	struct store_repository r = { .key = sha256(uri),
		.uri = span_str(uri),
		.used_at = used_at,
		.fetched_at = 1 };

	CHECK_REASON(uri, store_write_repository(w, &r), REASON_OK);
}

void
put_names(struct store *s, const char *repository, const char *const *uris,
    const char *const *texts, size_t n)
{
	struct store_write *w = begin(s);
	struct digest key = sha256(repository);
	struct store_name names[8] = { 0 };

	for (size_t i = 0; i < n; i++) {
		names[i].uri = span_str(uris[i]);
		names[i].hash = put(w, texts[i]);
		names[i].stamp = i + 1;
	}
	CHECK_REASON("names", store_write_names(w, &key, names, n), REASON_OK);
	put_repository(w, repository, 1000);
	commit(w);
}

bool
blob_is(struct store *s, enum store_blob kind, const char *repository,
    const char *want)
{
	struct digest key = sha256(repository);
	struct store_read *r = look(s);
	struct span got = span_of(NULL, 0);
	bool is = store_blob(&got, r, kind, &key) ? span_eq(got, span_str(want))
						  : want[0] == '\0';

	store_read_end(r);
	return is;
}

void
put_blob(struct store *s, enum store_blob kind, const char *repository,
    const char *text)
{
	struct digest key = sha256(repository);
	struct store_write *w = begin(s);

	CHECK_REASON(
	    text, store_write_blob(w, kind, &key, span_str(text)), REASON_OK);
	commit(w);
}

int
setup(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/cairn-store-XXXXXX");
	return mkdtemp(folder) == NULL;
}

int
teardown(void **state)
{
	static const char *const names[] = { "store/data.mdb", "store/lock.mdb",
		"lock" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	(void)snprintf(path, sizeof(path), "%s/store", folder);
	(void)(rmdir(path) != 0 && unlink(path) != 0);
	return rmdir(folder);
}
