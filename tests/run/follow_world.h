/* A ledger, those who serve it, and runs that follow it. */
#ifndef CAIRN_TESTS_RUN_FOLLOW_WORLD_H
#define CAIRN_TESTS_RUN_FOLLOW_WORLD_H

#include "tests/check.h"
#include "tests/ledger/kit.h"
#include "tests/run/log.h"
#include "tests/run/server.h"

#include "run/run.h"

#define ALL 7U /* witnesses */
#define DAY 86400

struct world {
	char root[64];
	int64_t now;
	struct kit kit;
	struct signers signers;
	struct server servers[3];
	struct conf conf;
	struct run_result result;
	struct fault why;
	struct policy policy;
	bool has_result;
	size_t small; /* size that emits one VRP */
};

struct how {
	const char *sources; /* comma separated; %0 is the first server's URL */
	unsigned quorum;
	int64_t later; /* --at so much after now; 0: now */
	unsigned jobs;
	bool no_memo;
	uint64_t repository_bytes; /* 0: as ever */
	const char *more; /* lines of the ledger's entry */
};

#define SMALL(w) ((w)->small)
#define WHOLE(w) ((w)->kit.log.n)

const char *at(const struct world *w, const char *name);
/* By the shell, in the world's folder. */
void shell(const struct world *, const char *script);
int setup(void **state);
int teardown(void **state);
struct cosigned by(const struct world *w, unsigned witnesses, int64_t ago);
void make(const struct world *w, const char *name, size_t n);
void serve(struct world *w, size_t i, const char *folder);
void configure(struct world *w, const struct how *how);
const struct run_ledger *run(struct world *w, const struct how *how);
bool found(const struct world *w, enum reason reason);
void check_is(
    const struct world *w, const char *what, uint64_t size, uint64_t vrps);
void check_reason(const struct world *w, const char *what, enum reason want);
/* What is in the one file of this folder. */
void slurp(struct buf *out, const char *folder);

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
