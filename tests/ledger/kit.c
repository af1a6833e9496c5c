/* A small ledger, statement by statement. */
#include "tests/check.h"

#include <string.h>

#include "tests/ledger/kit.h"

struct statement *
kit_new(struct kit *k, enum statement_kind kind)
{
	arena_reset(&k->arena);
	k->s = (struct statement){ .kind = kind, .ledger = k->genesis };
	k->s.body.time = LEDGER_NEVER;
	return &k->s;
}

static void
sign(struct kit *k, struct kit_holder *h, struct buf *spki)
{
	struct buf message, value;

	buf_init(&message, LEDGER_ENTRY_MAX + 100);
	buf_init(&value, 1000);
	statement_message(&message, k->s.tbs);
	assert_int_equal(
	    crypt_sign(&value, h->secret, buf_view(&message)), REASON_OK);
	crypt_sha256(k->said.b, buf_view(&message));
	k->s.n_signatures = 1;
	k->s.signatures[0].holder = h->id;
	k->s.signatures[0].key.der = buf_view(spki);
	k->s.signatures[0].value = buf_view(&value);
	buf_reset(&k->entry);
	statement_write(&k->entry, &k->s);
	buf_fini(&message);
	buf_fini(&value);
}

void
kit_write(struct kit *k, size_t holder)
{
	struct kit_holder *h = &k->holder[holder];
	const struct crypt_key key = crypt_secret_public(h->secret);
	struct buf spki, tbs;

	buf_init(&spki, 1000);
	buf_init(&tbs, LEDGER_ENTRY_MAX);
	spki_write(&spki, &key);
	k->s.holder = h->id;
	k->s.sequence = h->sequence;
	k->s.previous = h->last;
	if (k->s.kind == STATEMENT_GENESIS || k->s.kind == STATEMENT_ENROLL)
		k->s.body.key.der = buf_view(&spki);
	statement_write_tbs(&tbs, &k->s);
	k->s.tbs = buf_view(&tbs);
	sign(k, h, &spki);
	buf_fini(&spki);
	buf_fini(&tbs);
}

enum reason
kit_say(struct kit *k, size_t holder)
{
	const struct digest before = k->said;
	enum reason r;

	kit_write(k, holder);
	assert_true(
	    vec_push(&k->log, arena_dup(&k->kept, buf_view(&k->entry))));
	r = replayer_step(&k->r, k->st, buf_view(&k->entry));
	if (r == REASON_OK) {
		k->holder[holder].last = k->said;
		k->holder[holder].sequence++;
	} else {
		k->said = before;
	}
	return r;
}

static void
holder_init(struct kit_holder *h, uint8_t number)
{
	struct crypt_key key;
	struct buf spki;
	uint8_t seed[32];

	memset(seed, 100 + number, sizeof(seed));
	h->secret = crypt_secret_ed25519(SPAN_OF(seed));
	assert_non_null(h->secret);
	key = crypt_secret_public(h->secret);
	buf_init(&spki, 1000);
	spki_write(&spki, &key);
	crypt_sha256(h->id.b, buf_view(&spki));
	buf_fini(&spki);
}

void
kit_init(struct kit *k)
{
	*k = (struct kit){ .time = KIT_AT };
	replayer_init(&k->r);
	arena_init(&k->arena, SIZE_MAX);
	arena_init(&k->kept, SIZE_MAX);
	buf_init(&k->entry, 1 << 20);
	k->st = ledger_state_new(NULL, 0);
	assert_non_null(k->st);
	for (uint8_t i = 0; i < KIT_HOLDERS; i++)
		holder_init(&k->holder[i], i);
	kit_new(k, STATEMENT_GENESIS);
	k->s.body.origin = SPAN("kit.example");
	k->s.body.time = KIT_AT;
	k->s.body.challenge = KIT_CHALLENGE;
	assert_int_equal(kit_say(k, 0), REASON_OK);
	k->genesis = k->said;
	for (size_t i = 1; i < KIT_HOLDERS; i++) {
		kit_new(k, STATEMENT_ENROLL);
		assert_int_equal(kit_say(k, i), REASON_OK);
	}
}

void
kit_fini(struct kit *k)
{
	ledger_state_free(k->st);
	replayer_fini(&k->r);
	arena_fini(&k->arena);
	arena_fini(&k->kept);
	vec_fini(&k->log);
	buf_fini(&k->entry);
	for (size_t i = 0; i < KIT_HOLDERS; i++)
		crypt_secret_free(k->holder[i].secret);
}

void
kit_resources(struct kit *k, const char *text)
{
	struct resources *r = &k->s.body.resources.set;
	char word[100];

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		assert_true(n < sizeof(word));
		memcpy(word, text, n);
		word[n] = '\0';
		assert_int_equal(
		    resources_add_text(r, &k->arena, word), REASON_OK);
		text += n + strspn(text + n, " ");
	}
	addr_set_normalise(&r->ip[0], FAMILY_V4);
	addr_set_normalise(&r->ip[1], FAMILY_V6);
	asn_set_normalise(&r->as);
}

enum reason
kit_claim(struct kit *k, size_t holder, const char *resources)
{
	kit_new(k, STATEMENT_CLAIM);
	kit_resources(k, resources);
	return kit_say(k, holder);
}

enum reason
kit_release(struct kit *k, size_t holder, const char *resources)
{
	kit_new(k, STATEMENT_RELEASE);
	kit_resources(k, resources);
	return kit_say(k, holder);
}

enum reason
kit_offer(struct kit *k, size_t holder, size_t to, const char *resources)
{
	kit_new(k, STATEMENT_OFFER);
	kit_resources(k, resources);
	k->s.body.subject = k->holder[to].id;
	k->s.body.time = k->time + 50;
	return kit_say(k, holder);
}

enum reason
kit_accept(struct kit *k, size_t holder, const struct digest *offer)
{
	const struct digest id = *offer;

	kit_new(k, STATEMENT_ACCEPT);
	k->s.body.subject = id;
	return kit_say(k, holder);
}

enum reason
kit_lease(struct kit *k, size_t holder, size_t to, const char *resources,
    uint64_t until, bool sublease)
{
	kit_new(k, STATEMENT_LEASE);
	kit_resources(k, resources);
	k->s.body.subject = k->holder[to].id;
	k->s.body.time = until;
	k->s.body.flag = sublease;
	return kit_say(k, holder);
}

enum reason
kit_withdraw(struct kit *k, size_t holder, const struct digest *statement)
{
	const struct digest id = *statement;

	kit_new(k, STATEMENT_WITHDRAW);
	k->s.body.subject = id;
	return kit_say(k, holder);
}

enum reason
kit_rdns(struct kit *k, size_t holder, const char *prefix)
{
	kit_new(k, STATEMENT_RDNS);
	assert_true(prefix_parse(&k->s.body.prefix, prefix));
	k->s.body.n_records = 1;
	k->s.body.servers[0] = SPAN("ns.example");
	return kit_say(k, holder);
}

enum reason
kit_tick(struct kit *k, uint64_t later)
{
	enum reason r;

	kit_new(k, STATEMENT_TICK);
	k->s.body.time = k->time + later;
	r = kit_say(k, 0);
	if (r == REASON_OK)
		k->time += later;
	return r;
}

size_t
kit_lines(struct kit *k, const char *start)
{
	struct span want = span_str(start), rest;
	struct buf text;
	size_t n = 0;

	buf_init(&text, 1 << 24);
	state_text(&text, k->st);
	rest = buf_view(&text);
	while (rest.n > 0) {
		const uint8_t *end = memchr(rest.p, '\n', rest.n);
		size_t used = (size_t)(end - rest.p) + 1;

		n += span_starts(rest, want);
		rest = span_of(rest.p + used, rest.n - used);
	}
	buf_fini(&text);
	return n;
}
