/* What somebody asked of a log, and the answer. */
#include <inttypes.h>
#include <string.h>

#include "cli/ledger_serve.h"

#define MINUTE_MS 60000

static void
refuse(struct listen_answer *a, unsigned status, enum reason why)
{
	a->status = status;
	a->cache = NULL;
	buf_reset(&a->body);
	buf_printf(&a->body, "%s: %s\n", reason_id(why), reason_text(why));
}

/* ---- who sends how much ------------------------------------------------ */

/* Senders that fall into one slot share it: the memory is bounded, whoever
 * comes. A minute's worth may come at once. */
static bool
rate_allows(struct ledger_serve *s, const uint8_t peer[8])
{
	int64_t now = clock_ms();
	uint8_t hash[32];
	uint64_t came_back;
	size_t i;

	if (s->rate == 0)
		return true;
	crypt_sha256(hash, span_of(peer, 8));
	i = (size_t)(hash[0] << 8 | hash[1]) % SERVE_PEERS;
	/* In 60000ths of a statement. */
	came_back = (uint64_t)(now - s->peers[i].at_ms) * s->rate;
	s->peers[i].at_ms = now;
	s->peers[i].used -=
	    came_back < s->peers[i].used ? came_back : s->peers[i].used;
	if (s->peers[i].used > (s->rate - 1) * MINUTE_MS)
		return false;
	s->peers[i].used += MINUTE_MS;
	return true;
}

/* ---- what came last ---------------------------------------------------- */

void
ledger_serve_remember(
    struct ledger_serve *s, const struct digest *id, uint64_t number)
{
	size_t i = (size_t)(s->n_recent++ % SERVE_RECENT);

	s->recent[i].id = *id;
	s->recent[i].number = number;
}

/* Is it there, and applied? The newest of them, as an earlier one may have
 * been rejected. */
static bool
is_there(uint64_t *number, const struct ledger_serve *s)
{
	const struct digest *id = &s->w->entry->statement.id;
	uint64_t n = s->n_recent < SERVE_RECENT ? s->n_recent : SERVE_RECENT;
	struct digest found;
	char hex[65];

	if (!s->w->entry->parsed)
		return false;
	for (uint64_t i = 1; i <= n; i++) {
		size_t at = (size_t)((s->n_recent - i) % SERVE_RECENT);

		if (!digest_eq(&s->recent[at].id, id))
			continue;
		*number = s->recent[at].number;
		hex_write(hex, SPAN_OF(id->b));
		return ledger_statement_find(&found, s->w->state, hex) > 0;
	}
	return false;
}

/* ---- a statement ------------------------------------------------------- */

/* Of a statement that the replay does not apply. */
static void
reject(struct ledger_serve *s, struct listen_answer *a, enum reason verdict)
{
	uint64_t number;

	if (is_there(&number, s)) {
		a->status = 200;
		buf_printf(&a->body, "%" PRIu64 "\n", number);
		return;
	}
	refuse(a, verdict == R_STATEMENT_MALFORMED ? 400 : 422, verdict);
}

static void
add(struct ledger_serve *s, struct listen_answer *a, struct span body)
{
	enum reason verdict, why = ledger_serve_begin(s);
	uint64_t number;

	if (why == R_LOG_BUSY) {
		refuse(a, 503, why);
		a->retry_after = 1;
		return;
	}
	/* Nobody will read it. */
	a->status = 500;
	if (s->status != STATUS_DONE)
		return;
	number = ledger_summary(s->w->state).size;
	why = ledger_write_admit(&verdict, s->w, body);
	if (why != REASON_OK) {
		s->status = ledger_write_fail(s->w, s->w->place, why);
		return;
	}
	if (verdict != REASON_OK) {
		reject(s, a, verdict);
		return;
	}
	ledger_serve_remember(s, &s->w->entry->statement.id, number);
	a->status = 200;
	buf_printf(&a->body, "%" PRIu64 "\n", number);
}

/* ---- files ------------------------------------------------------------- */

/* Digits of a tile's number: "x001/x234/067". */
static bool
number_skip(const char **at)
{
	const char *p = *at;

	for (;;) {
		bool more = *p == 'x';

		p += more;
		for (int i = 0; i < 3; i++, p++)
			if (*p < '0' || *p > '9')
				return false;
		if (!more)
			break;
		if (*p++ != '/')
			return false;
	}
	*at = p;
	return true;
}

/* "tile/0/x001/067", "tile/entries/000.p/7": nothing else of the folder is for
 * others to read. What a name that is well formed means, the folder knows. */
static bool
is_tile(const char *path)
{
	if (strncmp(path, "tile/", 5) != 0)
		return false;
	path += 5;
	if (strncmp(path, "entries/", 8) == 0)
		path += 8;
	else if (path[0] >= '0' && path[0] < '0' + LOG_LEVELS && path[1] == '/')
		path += 2;
	else
		return false;
	if (!number_skip(&path))
		return false;
	if (*path == '\0')
		return true;
	if (strncmp(path, ".p/", 3) != 0)
		return false;
	path += 3;
	return path[0] != '\0' && strlen(path) <= 3 &&
	       strspn(path, "0123456789") == strlen(path);
}

static void
tell(struct ledger_serve *s, struct listen_answer *a, struct span path)
{
	char name[TILE_PATH] = "";
	bool is_checkpoint;
	enum reason why = R_LOG_MISSING;

	if (path.n - 1 < sizeof(name))
		memcpy(name, path.p + 1, path.n - 1);
	name[path.n - 1 < sizeof(name) ? path.n - 1 : 0] = '\0';
	is_checkpoint = strcmp(name, "checkpoint") == 0;
	if (is_checkpoint && s->asker > 0)
		why = place_get(s->files.place, &a->body, SERVE_COUNTED);
	if (why != REASON_OK && (is_checkpoint || is_tile(name)))
		why = place_get(s->files.place, &a->body, name);
	if (why != REASON_OK) {
		refuse(a, 404, R_LOG_MISSING);
		return;
	}
	a->cache =
	    is_checkpoint ? "no-cache" : "public, max-age=31536000, immutable";
	if (!is_checkpoint)
		a->type = "application/octet-stream";
}

/* ---- either ------------------------------------------------------------ */

void
ledger_serve_answer(
    void *serve, struct listen_answer *a, const struct listen_request *r)
{
	struct ledger_serve *s = serve;
	bool is_add = span_eq(r->path, SPAN("/add"));
	bool is_post = span_eq(r->method, SPAN("POST"));

	if (is_add && is_post && !rate_allows(s, r->peer)) {
		a->status = 429;
		a->retry_after = 60 / (unsigned)s->rate + 1;
		buf_printf(&a->body, "at most %" PRIu64 " a minute\n", s->rate);
	} else if (is_add && is_post) {
		add(s, a, r->body);
	} else if (!is_add && span_eq(r->method, SPAN("GET"))) {
		tell(s, a, r->path);
	} else {
		a->status = is_add || !is_post ? 405 : 404;
	}
}
