/* A witness by HTTP: C2SP tlog-witness, and what it cosigned last for those
 * who watch. */
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cli/ledger_witness.h"
#include "listen/listen.h"
#include "supervise/supervise.h"

static void
refuse(struct listen_answer *a, unsigned status, enum reason why)
{
	a->status = status;
	buf_reset(&a->body);
	buf_printf(&a->body, "%s: %s\n", reason_id(why), reason_text(why));
}

/* What may be otherwise in a while is not the checkpoint's fault. */
static unsigned
status_of(enum reason why)
{
	if (why == R_LOG_GENESIS || why == R_CHECKPOINT_ORIGIN)
		return 403;
	return why == R_LIMIT_MEMORY || why == R_LOG_WRITE ? 500 : 503;
}

static void
conflict(struct ledger_witness *w, struct listen_answer *a, struct span origin)
{
	a->type = "text/x.tlog.size";
	a->status = 409;
	buf_printf(
	    &a->body, "%" PRIu64 "\n", ledger_witness_last(w, origin).size);
}

/* Another root of the size that was cosigned: no proof is wanted for that. */
static void
contradiction(
    struct ledger_witness *w, const struct checkpoint *c, struct span body)
{
	struct witness_request r;
	struct merkle_head last = ledger_witness_last(w, c->origin);

	if (last.size == c->head.size &&
	    !digest_eq(&last.root, &c->head.root) &&
	    witness_request_parse(&r, body) == REASON_OK)
		ledger_witness_evidence(w, c, r.note);
}

static void
add_checkpoint(
    struct ledger_witness *w, struct listen_answer *a, struct span body)
{
	const struct witness_view view = { &w->keys, &w->verifier,
		ledger_witness_last, w };
	struct checkpoint c;
	enum reason why;

	arena_reset(&w->request);
	a->status = (unsigned)witness_judge(&c, &why, &view, body, &w->request);
	if (w->store_failed != REASON_OK) {
		refuse(a, 500, w->store_failed);
		return;
	}
	if (a->status == 409) {
		conflict(w, a, c.origin);
		return;
	}
	if (a->status == 422)
		contradiction(w, &c, body);
	if (a->status == 200) {
		why = ledger_witness_replay(w, &c, NULL);
		if (why == REASON_OK)
			why = ledger_witness_cosign(w, &a->body, &c);
		a->status = why == REASON_OK ? 200 : status_of(why);
	}
	if (why != REASON_OK)
		refuse(a, a->status, why);
}

/* "/HEX/checkpoint" of a log that it knows. */
static void
tell_last(struct ledger_witness *w, struct listen_answer *a, struct span path)
{
	char known[TILE_PATH];

	for (size_t i = 0; i < w->keys.n_logs; i++) {
		ledger_witness_path(known, w->keys.logs[i].name);
		if (path.n > 0 &&
		    span_eq(span_of(path.p + 1, path.n - 1), span_str(known)) &&
		    logdir_get(&w->store, &a->body, known) == REASON_OK)
			return;
	}
	refuse(a, 404, R_CHECKPOINT_ORIGIN);
}

static void
answer(void *ctx, struct listen_answer *a, const struct listen_request *r)
{
	struct ledger_witness *w = ctx;
	bool post = span_eq(r->method, SPAN("POST"));
	bool add = span_eq(r->path, SPAN("/add-checkpoint"));

	if (post && add)
		add_checkpoint(w, a, r->body);
	else if (!add && span_eq(r->method, SPAN("GET")))
		tell_last(w, a, r->path);
	else
		a->status = add ? 405 : 404;
}

/* It talks to whoever may connect, and has the witness's key. What is below a
 * URL comes from a process in a box of its own, which may have to be started
 * again. */
static bool
confine(const struct ledger_witness *w)
{
	bool web = place_is_web(w->place);
	int folders[2] = { w->store.folder, -1 };
	bool good;

	if (web)
		return confine_folders(folders, 1, true);
	folders[1] = open(w->place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	good = folders[1] >= 0 && confine_folders(folders, 2, false) &&
	       supervise_box_keeper();
	if (folders[1] >= 0)
		(void)close(folders[1]);
	return good;
}

int
ledger_witness_serve(struct ledger_witness *w)
{
	const struct listen_settings settings = { .address = w->address,
		.body_max = WITNESS_BODY_MAX,
		.answer = answer,
		.ctx = w };
	struct listen *l;
	struct fault why;

	fault_init(&why, span_of(NULL, 0));
	if (listen_open(&l, &settings, &why) != REASON_OK)
		return usage_error(w->self, "--listen: %s: %s: %s",
		    reason_id(why.reason), reason_text(why.reason), why.detail);
	(void)printf("listening on port %u\n", listen_port(l));
	if (fflush(stdout) != 0 || !confine(w)) {
		listen_close(l);
		return failure(w->self, "it cannot be confined");
	}
	listen_run(l);
}
