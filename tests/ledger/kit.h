/* A small ledger, statement by statement. */
#ifndef CAIRN_TESTS_LEDGER_KIT_H
#define CAIRN_TESTS_LEDGER_KIT_H

#include "tests/ledger/vector.h"

#define KIT_AT        UINT64_C(1790000000)
#define KIT_CHALLENGE 100
#define KIT_HOLDERS   6 /* 0 is the sequencer */

struct kit_holder {
	struct crypt_secret *secret;
	struct digest id, last;
	uint64_t sequence;
};

struct kit {
	struct replayer r;
	struct ledger_state *st;
	struct kit_holder holder[KIT_HOLDERS];
	struct digest genesis, said; /* id of what applied last */
	uint64_t time;
	struct buf entry;
	struct statement s; /* scratch: kit_new empties it */
	struct arena arena, kept;
	VEC(struct span) log; /* every entry said, in order */
};

/* A genesis, and all holders enrolled. */
void kit_init(struct kit *);
void kit_fini(struct kit *);
/* An empty statement of that kind. */
struct statement *kit_new(struct kit *, enum statement_kind);
/* Sign k->s as this holder's next, and replay it: the verdict. */
enum reason kit_say(struct kit *, size_t holder);
/* The same without replaying: k->entry. */
void kit_write(struct kit *, size_t holder);

/* "10.0.0.0/8 AS1-AS5 2001:db8::/32" into k->s's body. */
void kit_resources(struct kit *, const char *text);
enum reason kit_claim(struct kit *, size_t holder, const char *resources);
enum reason kit_release(struct kit *, size_t holder, const char *resources);
enum reason kit_offer(
    struct kit *, size_t holder, size_t to, const char *resources);
enum reason kit_accept(struct kit *, size_t holder, const struct digest *);
enum reason kit_lease(struct kit *, size_t holder, size_t to,
    const char *resources, uint64_t until, bool sublease);
enum reason kit_withdraw(struct kit *, size_t holder, const struct digest *);
enum reason kit_rdns(struct kit *, size_t holder, const char *prefix);
enum reason kit_tick(struct kit *, uint64_t later);
/* How many lines of the state begin with this? */
size_t kit_lines(struct kit *, const char *start);

#endif
