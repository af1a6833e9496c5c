/* Where a ledger's log is, as the operator names it: a folder or a URL. */
#ifndef CAIRN_CLI_LEDGER_PLACE_H
#define CAIRN_CLI_LEDGER_PLACE_H

#include "fetch/fetch.h"
#include "tlog/tlog.h"

struct ledger_place {
	const char *name;
	struct limits limits;
	struct web *web; /* NULL: a folder */
	struct place *place;
	struct fault why; /* it could not be opened */
};

/* ca_file: more roots for TLS, or NULL. ledger_place_close is due either way;
 * of a zeroed one it does nothing. */
enum reason ledger_place_open(
    struct ledger_place *out, const char *name, const char *ca_file) MUST_CHECK;
void ledger_place_close(struct ledger_place *);
struct log_source ledger_place_source(struct ledger_place *);
/* Of the last failure, of either kind. */
const char *ledger_place_detail(const struct ledger_place *);

#endif
