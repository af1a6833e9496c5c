/* cairn show, of what a ledger is made of. */
#ifndef CAIRN_CLI_SHOW_LEDGER_H
#define CAIRN_CLI_SHOW_LEDGER_H

#include "crypt/crypt.h"
#include "model/model.h"

/* Members of an object that the caller has opened, the last of them the first
 * fault as in object_show. False when it is neither a statement nor a
 * checkpoint: then nothing was said. */
bool show_ledger(bool *good, struct emit *, struct span bytes, struct crypt *,
    struct arena *);

#endif
