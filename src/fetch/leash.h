/* A group of processes that ends when we do, however we end. */
#ifndef CAIRN_FETCH_LEASH_H
#define CAIRN_FETCH_LEASH_H

#include "base/base.h"

struct leash {
	int held, worn; /* the ends of a pipe; -1: none */
};
#define LEASH_NONE ((struct leash){ -1, -1 })

/* Before fork(2). */
bool leash_open(struct leash *out) MUST_CHECK;
/* In the child, which leads its group; over exec, too. */
bool leash_wear(struct leash *) MUST_CHECK;
/* Who still wears it ends; or goes on without it. */
void leash_close(struct leash *);
void leash_release(struct leash *);

#endif
