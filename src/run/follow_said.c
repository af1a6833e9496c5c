/*
 * What a state says and emits at a time: all that the rest of a run goes by,
 * in a form of its own that is smaller than the state and quicker to read. It
 * is kept beside the state with the span of time for which it is true, so that
 * a run to which nothing is new has no need of the state. Read by the code
 * that wrote it, or not at all; wrong or missing, it is made anew.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "run/follow.h"
#include "run/said_version.h"

#define SAID_MAGIC SPAN("cairn said 1 " SAID_VERSION "\n")
#define SAID_MAX   ((size_t)1 << 40)

/* ---- numbers and spans ------------------------------------------------- */

static void
put_u64(struct buf *b, uint64_t v)
{
	buf_add(b, &v, sizeof(v));
}

static void
put_span(struct buf *b, struct span s)
{
	put_u64(b, s.n);
	buf_span(b, s);
}

static uint64_t
get_u64(struct wire_in *r)
{
	uint64_t v = 0;

	wire_get(r, &v, sizeof(v));
	return v;
}

static struct span
get_span(struct wire_in *r)
{
	return wire_get_raw(r, get_u64(r));
}

/* ---- facts ------------------------------------------------------------- */

/* What is being written, and until when it will be true. */
struct maker {
	struct buf *b;
	uint64_t n;
	int64_t at, until_at;
};

static void
put_range(struct buf *b, const struct resources *r)
{
	for (size_t i = 0; i < COUNT(r->ip); i++) {
		put_u64(b, r->ip[i].n > 0);
		if (r->ip[i].n > 0)
			buf_add(b, r->ip[i].r, sizeof(r->ip[i].r[0]));
	}
	put_u64(b, r->as.n > 0);
	if (r->as.n > 0)
		buf_add(b, r->as.r, sizeof(r->as.r[0]));
}

static void
put_hold(struct buf *b, const struct ledger_fact *f)
{
	buf_span(b, SPAN_OF(f->statement));
	put_u64(b, f->has_other);
	buf_span(b, SPAN_OF(f->other));
	put_u64(b, f->level);
	put_u64(b, f->has_ca_key);
	buf_span(b, SPAN_OF(f->ca_key));
	put_u64(b, f->fresh);
	put_range(b, &f->resources);
}

/* What ends by the clock, and may be seen in what is emitted. */
static void
bound(struct maker *m, const struct ledger_fact *f)
{
	bool counts = f->kind == FACT_AUTHORIZE || f->kind == FACT_LEASE ||
		      f->kind == FACT_ENDORSE;

	if (counts && f->until < (uint64_t)m->until_at &&
	    (int64_t)f->until > m->at)
		m->until_at = (int64_t)f->until;
}

static enum reason
fact_put(void *ctx, const struct ledger_fact *f)
{
	struct maker *m = ctx;

	bound(m, f);
	if (f->kind != FACT_HOLD && f->kind != FACT_NAME &&
	    f->kind != FACT_SERVICE)
		return REASON_OK;
	m->n++;
	put_u64(m->b, f->kind);
	buf_span(m->b, SPAN_OF(f->holder));
	if (f->kind == FACT_HOLD)
		put_hold(m->b, f);
	if (f->kind == FACT_NAME)
		put_span(m->b, f->bytes);
	if (f->kind != FACT_SERVICE)
		return m->b->failed ? R_LIMIT_MEMORY : REASON_OK;
	put_u64(m->b, f->n_texts);
	for (size_t i = 0; i < f->n_texts; i++)
		put_span(m->b, f->texts[i]);
	return m->b->failed ? R_LIMIT_MEMORY : REASON_OK;
}

/* A fact, and what it points to. */
struct read_fact {
	struct ledger_fact fact;
	struct addr_range ip;
	struct asn_range as;
	struct span texts[3 * LEDGER_SERVICES];
};

static void
get_range(struct wire_in *r, struct read_fact *f)
{
	struct resources *x = &f->fact.resources;

	for (size_t i = 0; i < COUNT(x->ip); i++) {
		x->ip[i].n = get_u64(r) > 0;
		if (x->ip[i].n > 0)
			wire_get(r, &f->ip, sizeof(f->ip));
		x->ip[i].r = &f->ip;
	}
	x->as.n = get_u64(r) > 0;
	if (x->as.n > 0)
		wire_get(r, &f->as, sizeof(f->as));
	x->as.r = &f->as;
}

static void
get_hold(struct wire_in *r, struct read_fact *f)
{
	struct ledger_fact *x = &f->fact;

	wire_get(r, &x->statement, sizeof(x->statement));
	x->has_other = get_u64(r) != 0;
	wire_get(r, &x->other, sizeof(x->other));
	x->level = (unsigned)get_u64(r);
	x->has_ca_key = get_u64(r) != 0;
	wire_get(r, &x->ca_key, sizeof(x->ca_key));
	x->fresh = get_u64(r) != 0;
	get_range(r, f);
}

static void
get_texts(struct wire_in *r, struct read_fact *f)
{
	f->fact.n_texts = (size_t)get_u64(r);
	f->fact.texts = f->texts;
	ASSERT(f->fact.n_texts <= COUNT(f->texts));
	for (size_t i = 0; i < f->fact.n_texts; i++)
		f->texts[i] = get_span(r);
}

static enum reason
facts_read(struct wire_in *r, const struct ledger_facts *to)
{
	struct read_fact *f = base_alloc(sizeof(*f));
	uint64_t n = get_u64(r);
	enum reason why = f == NULL ? R_LIMIT_MEMORY : REASON_OK;

	for (uint64_t i = 0; i < n && why == REASON_OK; i++) {
		f->fact = (struct ledger_fact){
			.kind = (enum ledger_fact_kind)get_u64(r)
		};
		wire_get(r, &f->fact.holder, sizeof(f->fact.holder));
		if (f->fact.kind == FACT_HOLD)
			get_hold(r, f);
		else if (f->fact.kind == FACT_NAME)
			f->fact.bytes = get_span(r);
		else
			get_texts(r, f);
		ASSERT(!r->failed);
		why = to->take(to->ctx, &f->fact);
	}
	base_free(f);
	return why;
}

/* ---- payloads ---------------------------------------------------------- */

static void
put_payload(struct buf *b, const struct payload *p)
{
	put_u64(b, p->kind);
	if (p->kind == PAYLOAD_VRP) {
		put_u64(b, p->vrp.asn.v);
		put_u64(b, p->vrp.prefix.family);
		put_u64(b, p->vrp.prefix.len);
		buf_span(b, SPAN_OF(p->vrp.prefix.addr));
		put_u64(b, p->vrp.max_len);
	} else if (p->kind == PAYLOAD_ASPA) {
		put_u64(b, p->aspa.customer.v);
		put_span(b, span_of(p->aspa.providers,
				p->aspa.n * sizeof(*p->aspa.providers)));
	} else {
		put_u64(b, p->key.asn.v);
		buf_span(b, SPAN_OF(p->key.ski));
		put_span(b, p->key.spki);
	}
}

static enum reason
payload_put(void *ctx, const struct ledger_payload *p)
{
	struct maker *m = ctx;
	struct buf *b = m->b;

	m->n++;
	put_payload(b, &p->payload);
	buf_span(b, SPAN_OF(p->holder));
	buf_span(b, SPAN_OF(p->statement));
	put_u64(b, p->entry);
	put_u64(b, p->until);
	put_u64(b, p->level);
	put_u64(b, p->has_ca_key);
	buf_span(b, SPAN_OF(p->ca_key));
	put_span(
	    b, span_of(p->endorsers, p->n_endorsers * sizeof(*p->endorsers)));
	return b->failed ? R_LIMIT_MEMORY : REASON_OK;
}

static struct asn
get_asn(struct wire_in *r)
{
	return (struct asn){ (uint32_t)get_u64(r) };
}

/* A copy, for numbers have to lie where numbers may. */
static enum reason
get_providers(struct wire_in *r, struct aspa *a, struct arena *arena)
{
	struct span s = get_span(r);
	struct asn *copy = ARENA_ARRAY(arena, s.n / sizeof(*copy), struct asn);

	if (copy == NULL)
		return R_LIMIT_MEMORY;
	a->n = s.n / sizeof(*copy);
	if (a->n > 0)
		memcpy(copy, s.p, a->n * sizeof(*copy));
	a->providers = copy;
	return REASON_OK;
}

static enum reason
get_payload(struct wire_in *r, struct payload *p, struct arena *arena)
{
	p->kind = (enum payload_kind)get_u64(r);
	if (p->kind == PAYLOAD_VRP) {
		p->vrp.asn = get_asn(r);
		p->vrp.prefix.family = (enum family)get_u64(r);
		p->vrp.prefix.len = (uint8_t)get_u64(r);
		wire_get(r, &p->vrp.prefix.addr, sizeof(p->vrp.prefix.addr));
		p->vrp.max_len = (uint8_t)get_u64(r);
	} else if (p->kind == PAYLOAD_ASPA) {
		p->aspa.customer = get_asn(r);
		return get_providers(r, &p->aspa, arena);
	} else {
		p->key.asn = get_asn(r);
		wire_get(r, &p->key.ski, sizeof(p->key.ski));
		p->key.spki = get_span(r);
	}
	return REASON_OK;
}

static enum reason
payload_get(struct wire_in *r, struct ledger_payload *p, struct arena *arena)
{
	struct span endorsers;

	*p = (struct ledger_payload){ .level = 0 };
	TRY(get_payload(r, &p->payload, arena));
	wire_get(r, &p->holder, sizeof(p->holder));
	wire_get(r, &p->statement, sizeof(p->statement));
	p->entry = get_u64(r);
	p->until = get_u64(r);
	p->level = (unsigned)get_u64(r);
	p->has_ca_key = get_u64(r) != 0;
	wire_get(r, &p->ca_key, sizeof(p->ca_key));
	endorsers = get_span(r);
	p->n_endorsers = endorsers.n / sizeof(*p->endorsers);
	p->endorsers = (const struct digest *)(const void *)endorsers.p;
	return REASON_OK;
}

static enum reason
payloads_read(struct wire_in *r, const struct ledger_taker *to)
{
	uint64_t n = get_u64(r);
	enum reason why = REASON_OK;
	struct ledger_payload p;
	struct arena arena;

	arena_init(&arena, SIZE_MAX);
	for (uint64_t i = 0; i < n && why == REASON_OK; i++) {
		arena_reset(&arena);
		why = payload_get(r, &p, &arena);
		ASSERT(!r->failed);
		if (why == REASON_OK)
			why = to->take(to->ctx, &p);
	}
	arena_fini(&arena);
	return why;
}

/* ---- all of it --------------------------------------------------------- */

/*
 * Magic and version, which state it is of; from and until when it is true; a
 * summary; where payloads begin; SHA-256 of all behind this front, and of the
 * front before. Then facts, and payloads.
 */
#define KEY_SIZE   (SAID_MAGIC.n + 3 * sizeof(struct digest) + 8)
#define TIMES      KEY_SIZE
#define SUMMARY    (TIMES + 16)
#define PAYLOADS   (SUMMARY + sizeof(struct ledger_summary))
#define DIGEST     (PAYLOADS + 8)
#define FRONT_SUM  (DIGEST + 32)
#define FRONT_SIZE (FRONT_SUM + 32)

/* Of which state it is. */
static void
put_key(struct buf *b, const struct follow *f)
{
	buf_span(b, SAID_MAGIC);
	buf_span(b, SPAN_OF(f->key));
	put_u64(b, f->kept.frontier.size);
	buf_span(b, SPAN_OF(f->kept.root));
	buf_span(b, SPAN_OF(f->kept.successions));
}

/* A number that is known only when what it counts has been written. */
static void
number_set(struct buf *b, size_t at, uint64_t v)
{
	if (!b->failed)
		memcpy(b->p + at, &v, sizeof(v));
}

static enum reason
body_put(struct follow *f, struct maker *m)
{
	const struct ledger_facts facts = { fact_put, m };
	const struct ledger_taker payloads = { payload_put, m };
	size_t at = m->b->n;

	put_u64(m->b, 0);
	TRY(ledger_facts(f->state, &facts));
	number_set(m->b, at, m->n);
	f->said.payloads = at = m->b->n;
	put_u64(m->b, 0);
	m->n = 0;
	TRY(ledger_emit(f->state, f->run->at, &payloads));
	number_set(m->b, at, m->n);
	return m->b->failed ? R_LIMIT_MEMORY : REASON_OK;
}

static void
front_set(struct follow *f, const struct maker *m)
{
	struct said *said = &f->said;
	uint8_t *p = m->b->p;

	number_set(m->b, TIMES, (uint64_t)m->at);
	number_set(m->b, TIMES + 8, (uint64_t)m->until_at);
	memcpy(p + SUMMARY, &said->sum, sizeof(said->sum));
	number_set(m->b, PAYLOADS, said->payloads);
	crypt_sha256(
	    said->digest.b, span_of(p + FRONT_SIZE, m->b->n - FRONT_SIZE));
	memcpy(p + DIGEST, said->digest.b, sizeof(said->digest.b));
	crypt_sha256(p + FRONT_SUM, span_of(p, FRONT_SUM));
}

static enum reason
make(struct follow *f)
{
	struct maker m = {
		.b = &f->said.bytes, .at = f->run->at, .until_at = INT64_MAX
	};
	uint8_t *room;

	said_fini(f);
	buf_init(m.b, SAID_MAX);
	put_key(m.b, f);
	ASSERT(m.b->failed || m.b->n == KEY_SIZE);
	room = m.b->failed ? NULL
			   : buf_insert(m.b, KEY_SIZE, FRONT_SIZE - KEY_SIZE);
	if (room == NULL)
		return R_LIMIT_MEMORY;
	memset(room, 0, FRONT_SIZE - KEY_SIZE);
	m.b->n = FRONT_SIZE;
	TRY(body_put(f, &m));
	f->said.sum = ledger_summary(f->state);
	front_set(f, &m);
	f->said.is_there = f->said.has_body = true;
	return REASON_OK;
}

void
said_fini(struct follow *f)
{
	buf_fini(&f->said.bytes);
	f->said = (struct said){ .is_there = false };
}

enum reason
said_make(struct follow *f)
{
	TRY(make(f));
	/* Without it the next run takes longer. */
	if (f->run->is_now && !f->run->is_guess && !f->run->conf->no_memo)
		follow_file_put(f, "said", buf_view(&f->said.bytes));
	return REASON_OK;
}

/* Is the front whole, and of this state and time? */
static bool
front_check(struct follow *f, struct span front)
{
	struct said *said = &f->said;
	struct wire_in r = { .p = front.p, .n = front.n, .at = TIMES };
	int64_t from_at, until_at;
	uint8_t sum[32];
	struct buf key;
	bool same;

	buf_init(&key, 4096);
	put_key(&key, f);
	same = front.n == FRONT_SIZE && span_starts(front, buf_view(&key));
	buf_fini(&key);
	if (!same)
		return false;
	crypt_sha256(sum, span_of(front.p, FRONT_SUM));
	if (memcmp(sum, front.p + FRONT_SUM, sizeof(sum)) != 0)
		return false;
	from_at = (int64_t)get_u64(&r);
	until_at = (int64_t)get_u64(&r);
	wire_get(&r, &said->sum, sizeof(said->sum));
	said->payloads = get_u64(&r);
	wire_get(&r, &said->digest, sizeof(said->digest));
	return f->run->at >= from_at && f->run->at < until_at;
}

bool
said_load(struct follow *f)
{
	struct buf front;

	said_fini(f);
	if (f->run->conf->no_memo)
		return false;
	buf_init(&front, FRONT_SIZE);
	f->said.is_there = follow_file_get(&front, f, "said", FRONT_SIZE) &&
			   front_check(f, buf_view(&front));
	buf_fini(&front);
	if (!f->said.is_there)
		said_fini(f);
	return f->said.is_there;
}

/* ---- reading it -------------------------------------------------------- */

static bool
body_load(struct follow *f)
{
	struct said *said = &f->said;
	struct digest digest;

	buf_init(&said->bytes, SAID_MAX);
	if (!follow_file_get(&said->bytes, f, "said", SIZE_MAX) ||
	    said->bytes.n < FRONT_SIZE)
		return false;
	crypt_sha256(digest.b,
	    span_of(said->bytes.p + FRONT_SIZE, said->bytes.n - FRONT_SIZE));
	return digest_eq(&digest, &said->digest);
}

/* Where it was damaged behind its front, the state is there. */
enum reason
said_need(struct follow *f)
{
	if (!f->said.is_there || f->said.has_body)
		return REASON_OK;
	f->said.has_body = body_load(f);
	if (f->said.has_body)
		return REASON_OK;
	said_fini(f);
	TRY(follow_load_state(f));
	if (f->state == NULL) {
		f->report->reason = R_LOG_STATE;
		f->run->out->degraded = true;
		return REASON_OK;
	}
	TRY(said_make(f));
	ledger_state_free(f->state);
	f->state = NULL;
	return REASON_OK;
}

static struct wire_in
from(const struct follow *f, size_t at)
{
	ASSERT(f->said.has_body);
	return (struct wire_in){ f->said.bytes.p, f->said.bytes.n, at, false };
}

enum reason
said_facts(const struct follow *f, const struct ledger_facts *to)
{
	struct wire_in r = from(f, FRONT_SIZE);

	return facts_read(&r, to);
}

enum reason
said_payloads(const struct follow *f, const struct ledger_taker *to)
{
	struct wire_in r = from(f, (size_t)f->said.payloads);

	return payloads_read(&r, to);
}
