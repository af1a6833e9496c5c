/* The scene of the store's tests: a folder, a store in it, and what is put
 * there. Each fails the test where the store fails. */
#ifndef TESTS_STORE_SCENE_H
#define TESTS_STORE_SCENE_H

#include "tests/check.h"

#include "crypt/crypt.h"
#include "store/store.h"

extern char folder[64];
extern struct fault why; /* of the last store_open() and begin() */

struct store *store_new(void);
struct store_write *begin(struct store *s);
struct store_read *look(struct store *s);
struct digest sha256(const char *text);
struct digest put(struct store_write *w, const char *text);
bool has(struct store *s, const char *text);
void commit(struct store_write *w);
void put_repository(struct store_write *w, const char *uri, int64_t used_at);
void put_names(struct store *s, const char *repository, const char *const *uris,
    const char *const *texts, size_t n);
bool blob_is(struct store *s, enum store_blob kind, const char *repository,
    const char *want);
void put_blob(struct store *s, enum store_blob kind, const char *repository,
    const char *text);
int setup(void **state);
int teardown(void **state);

#define SCENE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
