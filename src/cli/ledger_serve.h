/* Keeping a log for others: what comes by HTTP, and what is done about it. */
#ifndef CAIRN_CLI_LEDGER_SERVE_H
#define CAIRN_CLI_LEDGER_SERVE_H

#include <sys/types.h>

#include "cli/ledger_place.h"
#include "cli/ledger_write.h"
#include "listen/listen.h"

#define SERVE_RECENT 1024 /* entries that may be sent once more */
#define SERVE_PEERS  1024 /* counts of who sends how much */
/* The last checkpoint that had its quorum, below the folder. */
#define SERVE_COUNTED ".state/counted"

struct ledger_serve {
	struct ledger_write *w;
	struct ledger_place files; /* the folder, for who reads */

	uint64_t every; /* seconds between ticks; 0: no ticks */
	uint64_t rate;  /* statements a minute of one sender; 0: any number */

	struct arena arena;
	struct buf keys_text;
	struct tlog_keys keys; /* whose cosignatures are asked for */
	pid_t asker;           /* who asks; 0: nobody */

	bool open;       /* the log is locked, and the state that of it */
	int status;      /* not STATUS_DONE: said, and the end of it */
	uint64_t time;   /* of the ledger */
	bool is_new;     /* the state, since it was saved */
	int64_t saved_s; /* when, by the monotonic clock */
	int64_t pause_s; /* until it may be again */

	/* The last entries, so that who did not hear our answer may ask. */
	struct {
		struct digest id;
		uint64_t number;
	} recent[SERVE_RECENT];
	uint64_t n_recent; /* ever */
	/* In 60000ths of a statement, less what has come back since. */
	struct {
		uint64_t used;
		int64_t at_ms;
	} peers[SERVE_PEERS];
};

/* Lock the log for what is to be appended: R_LOG_BUSY while another process
 * has it, or status is set. */
enum reason ledger_serve_begin(struct ledger_serve *) MUST_CHECK;

/* ledger_ask.c: a process that asks the witnesses of these keys which have a
 * URL, for ever. -1: there is none. Whoever calls has no secrets yet. */
pid_t ledger_ask(const struct ledger_write *, const struct tlog_keys *);

/* ledger_serve_http.c: an answer, of struct ledger_serve. */
void ledger_serve_answer(
    void *serve, struct listen_answer *, const struct listen_request *);
/* The entry that was parsed last is in the log, or will be. */
void ledger_serve_remember(
    struct ledger_serve *, const struct digest *id, uint64_t number);

#endif
