/* A proof's file: there and back, and every bit of it. */
#include "tests/check.h"

#include <string.h>

#include "logdir/logdir.h"

#define ENTRIES 300 /* more than a bundle */

struct scene {
	struct note_secret secret;
	struct vkey key;
	struct tlog_keys keys;
	struct crypt *crypt;
	struct verifier verifier;
	struct arena arena;
	struct buf proof;
};

static void
proof_make(struct scene *s, size_t entries)
{
	struct log_proof p = { .as = { 64500 } };
	struct merkle_frontier f = { .size = 0 };
	struct merkle_head head = { .size = entries };
	struct buf text, note;
	struct digest leaf;

	assert_true(prefix_parse(&p.prefix, "192.0.2.0/24"));
	for (size_t i = 0; i < entries; i++) {
		merkle_leaf(&leaf, SPAN_OF(i));
		merkle_push(&f, &leaf);
	}
	merkle_root(&head.root, &f);
	buf_init(&text, 4096);
	buf_init(&note, 4096);
	checkpoint_write(&text, s->secret.name, &head);
	assert_int_equal(
	    note_sign(&note, &s->secret, buf_view(&text)), REASON_OK);
	p.note = buf_view(&note);
	buf_reset(&s->proof);
	log_proof_begin(&s->proof, &p);
	for (size_t i = 0; i < entries; i++)
		tile_entry_write(&s->proof, SPAN_OF(i));
	log_proof_end(&s->proof);
	buf_fini(&text);
	buf_fini(&note);
}

static int
setup(void **state)
{
	static struct scene s;
	uint8_t seed[32] = { 9 };

	memset(&s, 0, sizeof(s));
	s.secret.name = SPAN("proof.example/log");
	s.secret.secret = crypt_secret_ed25519(SPAN_OF(seed));
	note_secret_vkey(&s.key, &s.secret);
	s.keys = (struct tlog_keys){ .n_logs = 1, .logs = &s.key };
	s.crypt = crypt_new();
	s.verifier = crypt_verifier(s.crypt);
	arena_init(&s.arena, SIZE_MAX);
	buf_init(&s.proof, SIZE_MAX / 2);
	*state = &s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	note_secret_fini(&s->secret);
	crypt_free(s->crypt);
	arena_fini(&s->arena);
	buf_fini(&s->proof);
	return 0;
}

static enum reason
entry_take(void *ctx, uint64_t i, struct span entry)
{
	size_t want = (size_t)i;

	++*(size_t *)ctx;
	return span_eq(entry, SPAN_OF(want)) ? REASON_OK : R_LOG_ROOT;
}

static enum reason
log_check(struct log_proof_log *l, const struct merkle_head *head)
{
	struct log_reader r = { .source = log_proof_source(l), .head = *head };
	size_t n = 0;
	enum reason why = log_open(&r, NULL);

	if (why == REASON_OK)
		why = log_each(&r, head->size, entry_take, &n);
	if (why == REASON_OK && n != head->size)
		why = R_LOG_MISSING;
	log_close(&r);
	return why;
}

/* All that check-proof does before it replays. */
static enum reason
proof_check(struct scene *s, struct log_proof *p, struct span bytes)
{
	struct log_proof_log l = { .size = 0 };
	struct checkpoint_count count;
	struct checkpoint c;
	enum reason why;

	arena_reset(&s->arena);
	TRY(log_proof_parse(p, bytes));
	TRY(checkpoint_parse(&c, p->note, &s->arena));
	TRY(checkpoint_count(&count, &c, &s->keys, &s->verifier));
	why = log_proof_open(&l, p, c.head.size);
	if (why == REASON_OK)
		why = log_check(&l, &c.head);
	log_proof_close(&l);
	return why;
}

static void
test_sizes(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 255, 256, 257, ENTRIES, 512 };
	struct scene *s = *state;
	struct log_proof p;

	for (size_t i = 0; i < COUNT(sizes); i++) {
		proof_make(s, sizes[i]);
		assert_int_equal(
		    proof_check(s, &p, buf_view(&s->proof)), REASON_OK);
		assert_true(span_eq(p.prefix_text, SPAN("192.0.2.0/24")));
		assert_true(span_eq(p.as_text, SPAN("AS64500")));
		assert_int_equal(p.as.v, 64500);
	}
}

/* As it is, any change shows. With a new checksum it does, too, but for
 * another route, which is another question and no less honest. */
static void
test_every_bit(void **state)
{
	struct scene *s = *state;
	struct log_proof p;
	size_t at, asked = 0;

	proof_make(s, 3);
	for (size_t bit = 0; bit < s->proof.n * 8; bit++) {
		s->proof.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK("a bit",
		    proof_check(s, &p, buf_view(&s->proof)) != REASON_OK);
		s->proof.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	at = s->proof.n - 32;
	for (size_t bit = 0; bit < at * 8; bit++) {
		s->proof.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		s->proof.n = at;
		log_proof_end(&s->proof);
		if (proof_check(s, &p, buf_view(&s->proof)) == REASON_OK) {
			CHECK("another route",
			    !span_eq(p.prefix_text, SPAN("192.0.2.0/24")) ||
				!span_eq(p.as_text, SPAN("AS64500")));
			asked++;
		}
		s->proof.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_true(asked > 0 && asked < 8 * 20);
}

static void
test_every_cut(void **state)
{
	struct scene *s = *state;
	struct log_proof p;
	size_t n;

	proof_make(s, 3);
	n = s->proof.n;
	for (size_t cut = 0; cut < n; cut++)
		CHECK("cut",
		    proof_check(s, &p, span_of(s->proof.p, cut)) != REASON_OK);
	CHECK_REASON("cut", proof_check(s, &p, span_of(s->proof.p, n - 1)),
	    R_PROOF_CHECKSUM);
	for (size_t cut = 0; cut + 32 < n; cut++) {
		proof_make(s, 3);
		s->proof.n = cut;
		log_proof_end(&s->proof);
		CHECK("cut, and its checksum",
		    proof_check(s, &p, buf_view(&s->proof)) != REASON_OK);
	}
	proof_make(s, 3);
	s->proof.n -= 32;
	buf_puts(&s->proof, "\0\0");
	buf_byte(&s->proof, 0);
	buf_byte(&s->proof, 0);
	log_proof_end(&s->proof);
	CHECK_REASON("an entry too many",
	    proof_check(s, &p, buf_view(&s->proof)), R_PROOF_SYNTAX);
}

static void
test_syntax(void **state)
{
	static const char *const none[] = {
		"",
		"route 192.0.2.0/24\ncheckpoint 0\n",
		"route 192.0.2.1/24 AS64500\ncheckpoint 0\n",
		"route 192.0.2.0/24 64500\ncheckpoint 0\n",
		"route 192.0.2.0/24 AS064500\ncheckpoint 0\n",
		"route 192.0.2.0/24 AS4294967296\ncheckpoint 0\n",
		"route 2001:DB8::/32 AS64500\ncheckpoint 0\n",
		"route 192.0.2.0/24  AS64500\ncheckpoint 0\n",
		"route 192.0.2.0/24 AS64500\r\ncheckpoint 0\n",
		"route 192.0.2.0/24 AS64500\ncheckpoint 00\n",
		"route 192.0.2.0/24 AS64500\ncheckpoint 1\n",
		"route 192.0.2.0/24 AS64500\ncheckpoint 65537\n",
		"route 192.0.2.0/24 AS64500\n",
	};
	struct log_proof p;
	struct buf b;

	(void)state;
	for (size_t i = 0; i < COUNT(none); i++) {
		buf_init(&b, 4096);
		buf_puts(&b, "cairn ledger proof v1\n");
		buf_puts(&b, none[i]);
		log_proof_end(&b);
		CHECK_REASON(
		    none[i], log_proof_parse(&p, buf_view(&b)), R_PROOF_SYNTAX);
		buf_fini(&b);
	}
}

static void
test_is_met(void **state)
{
	static const struct {
		const char *prefix;
		uint8_t max_len;
		uint32_t as;
		bool met;
	} rows[] = {
		{ "192.0.2.0/24", 24, 64500, true },
		{ "192.0.0.0/16", 24, 64500, true },
		{ "192.0.0.0/16", 23, 64500, false },
		{ "192.0.2.0/25", 25, 64500, false },
		{ "192.0.3.0/24", 24, 64500, false },
		{ "192.0.2.0/24", 24, 64501, false },
		{ "192.0.2.0/24", 24, 0, false },
		{ "::/0", 128, 64500, false },
	};
	struct log_proof p = { .as = { 64500 } };

	(void)state;
	assert_true(prefix_parse(&p.prefix, "192.0.2.0/24"));
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct vrp vrp = { .asn = { rows[i].as },
			.max_len = rows[i].max_len };

		assert_true(prefix_parse(&vrp.prefix, rows[i].prefix));
		CHECK(
		    rows[i].prefix, log_proof_is_met(&p, &vrp) == rows[i].met);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_every_bit, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_every_cut, setup, teardown),
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_is_met),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
