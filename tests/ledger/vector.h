/* The vectors of tests/wild/ledger, read whole. */
#ifndef CAIRN_TESTS_LEDGER_VECTOR_H
#define CAIRN_TESTS_LEDGER_VECTOR_H

#include "ledger/ledger.h"

struct vector {
	const char *name;
	struct arena arena;
	struct span checkpoint, keys, log, state, digest, emit, now;
	size_t n_successions;
	struct succession *successions;
	size_t n;
	struct span *entries;
};

#define VECTORS 3
extern const char *const vector_names[VECTORS];

void vector_open(struct vector *, const char *name);
/* A file of its folder; fails the test when it is not there. */
struct span vector_file(struct vector *, const char *file);
void vector_close(struct vector *);

/* One entry through precheck and replay. */
struct replayer {
	struct crypt *crypt;
	struct verifier verifier;
	struct arena arena;
	struct ledger_entry *entry;
	bool recalls; /* prechecked by one, replayed by another */
};

void replayer_init(struct replayer *);
void replayer_fini(struct replayer *);
enum reason replayer_step(
    struct replayer *, struct ledger_state *, struct span entry);

/* Text of the state, of the log so far, of what is emitted. */
void state_text(struct buf *, const struct ledger_state *);
void emit_text(struct buf *, const struct ledger_state *, int64_t now);

#endif
