/* What a witness answers, case by case: C2SP tlog-witness. */
#include "tests/check.h"

#include <string.h>

#include "tlog/tlog.h"

#define ORIGIN "witness.example/log"

/* Trees of 0 to 9 entries, their nodes and proofs by the definition. */
struct tree {
	struct digest leaves[16];
};

static enum reason
node(struct digest *out, void *ctx, unsigned level, uint64_t index)
{
	const struct tree *t = ctx;
	struct merkle_frontier f = { .size = 0 };

	for (uint64_t i = index << level; i < (index + 1) << level; i++)
		merkle_push(&f, &t->leaves[i]);
	merkle_root(out, &f);
	return REASON_OK;
}

static struct merkle_head
head_of(const struct tree *t, size_t size)
{
	struct merkle_frontier f = { .size = 0 };
	struct merkle_head head = { .size = size };

	for (size_t i = 0; i < size; i++)
		merkle_push(&f, &t->leaves[i]);
	merkle_root(&head.root, &f);
	return head;
}

struct scene {
	struct tree tree;
	struct note_secret log, other, witness;
	struct vkey key;
	struct tlog_keys keys;
	struct crypt *crypt;
	struct verifier verifier;
	struct merkle_head last;
	struct witness_view view;
	struct arena arena;
	struct buf body;
};

static struct merkle_head
last(void *ctx, struct span origin)
{
	const struct scene *s = ctx;

	assert_true(span_eq(origin, SPAN(ORIGIN)));
	return s->last;
}

static int
setup(void **state)
{
	static struct scene s;
	uint8_t seed[32] = { 1 };

	memset(&s, 0, sizeof(s));
	for (size_t i = 0; i < COUNT(s.tree.leaves); i++)
		merkle_leaf(&s.tree.leaves[i], span_of(&i, 1));
	s.log.name = s.other.name = SPAN(ORIGIN);
	s.witness.name = SPAN("witness.example/w");
	s.log.secret = crypt_secret_ed25519(SPAN_OF(seed));
	seed[0]++;
	s.other.secret = crypt_secret_ed25519(SPAN_OF(seed));
	seed[0]++;
	s.witness.secret = crypt_secret_ed25519(SPAN_OF(seed));
	note_secret_vkey(&s.key, &s.log);
	s.keys = (struct tlog_keys){ .n_logs = 1, .logs = &s.key };
	s.crypt = crypt_new();
	s.verifier = crypt_verifier(s.crypt);
	s.view = (struct witness_view){ &s.keys, &s.verifier, last, &s };
	arena_init(&s.arena, SIZE_MAX);
	buf_init(&s.body, SIZE_MAX / 2);
	*state = &s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	note_secret_fini(&s->log);
	note_secret_fini(&s->other);
	note_secret_fini(&s->witness);
	crypt_free(s->crypt);
	arena_fini(&s->arena);
	buf_fini(&s->body);
	return 0;
}

static void
note_write(struct scene *s, const char *origin, const struct merkle_head *head,
    const struct note_secret *by)
{
	struct buf text;

	buf_init(&text, 4096);
	checkpoint_write(&text, span_str(origin), head);
	assert_int_equal(note_sign(&s->body, by, buf_view(&text)), REASON_OK);
	buf_fini(&text);
}

static void
proof_write(struct scene *s, const struct merkle_proof *p)
{
	for (size_t i = 0; i < p->n; i++) {
		base64_write(&s->body, SPAN_OF(p->hash[i].b));
		buf_byte(&s->body, '\n');
	}
	buf_byte(&s->body, '\n');
}

static int
judge(struct scene *s, enum reason *why)
{
	struct checkpoint c;

	arena_reset(&s->arena);
	return witness_judge(&c, why, &s->view, buf_view(&s->body), &s->arena);
}

static void
is_answered(struct scene *s, const char *what, int status, enum reason want)
{
	enum reason why;
	int got = judge(s, &why);

	CHECK_REASON(what, why, want);
	CHECK(what, got == status);
}

/* Every step from one size to a larger one, and each proof bent. */
static void
test_consistent(void **state)
{
	struct scene *s = *state;
	const struct tile_source source = { node, &s->tree };
	struct merkle_proof p;

	for (size_t old = 0; old < 10; old++)
		for (size_t size = old; size < 10; size++) {
			struct merkle_head head = head_of(&s->tree, size);

			s->last = head_of(&s->tree, old);
			assert_int_equal(
			    merkle_consistency_make(&p, old, size, &source),
			    REASON_OK);
			for (size_t bent = 0; bent <= p.n; bent++) {
				struct merkle_proof q = p;

				if (bent < p.n)
					q.hash[bent].b[31] ^= 1;
				buf_reset(&s->body);
				buf_printf(&s->body, "old %zu\n", old);
				proof_write(s, &q);
				note_write(s, ORIGIN, &head, &s->log);
				if (bent == p.n)
					is_answered(
					    s, "consistent", 200, REASON_OK);
				else
					is_answered(
					    s, "bent", 422, R_WITNESS_PROOF);
			}
			if (p.n >= 2) {
				struct merkle_proof q = p;

				q.hash[0] = p.hash[1];
				q.hash[1] = p.hash[0];
				buf_reset(&s->body);
				buf_printf(&s->body, "old %zu\n", old);
				proof_write(s, &q);
				note_write(s, ORIGIN, &head, &s->log);
				is_answered(
				    s, "wrong order", 422, R_WITNESS_PROOF);
			}
			/* One hash too many. */
			p.n++;
			buf_reset(&s->body);
			buf_printf(&s->body, "old %zu\n", old);
			proof_write(s, &p);
			note_write(s, ORIGIN, &head, &s->log);
			is_answered(s, "too many", 422, R_WITNESS_PROOF);
		}
}

static void
test_refused(void **state)
{
	struct scene *s = *state;
	struct merkle_head three = head_of(&s->tree, 3), fork = three;
	struct merkle_head none = head_of(&s->tree, 0), larger = three;
	const struct {
		const char *what, *old, *origin;
		const struct merkle_head *head;
		const struct note_secret *by;
		int status;
		enum reason why;
	} rows[] = {
		{ "the same", "old 3\n\n", ORIGIN, &three, &s->log, 200,
		    REASON_OK },
		{ "another origin", "old 3\n\n", "other", &three, &s->log, 404,
		    R_CHECKPOINT_ORIGIN },
		{ "another key", "old 3\n\n", ORIGIN, &three, &s->other, 403,
		    R_CHECKPOINT_UNSIGNED },
		{ "old is larger", "old 4\n\n", ORIGIN, &three, &s->log, 400,
		    R_WITNESS_REQUEST },
		{ "old is not ours", "old 0\n\n", ORIGIN, &three, &s->log, 409,
		    R_WITNESS_SIZE },
		{ "smaller than ours", "old 0\n\n", ORIGIN, &none, &s->log, 409,
		    R_WITNESS_SIZE },
		{ "another root", "old 3\n\n", ORIGIN, &fork, &s->log, 422,
		    R_WITNESS_PROOF },
		{ "the same root, another size", "old 3\n\n", ORIGIN, &larger,
		    &s->log, 422, R_WITNESS_PROOF },
		{ "no line", "", ORIGIN, &three, &s->log, 400,
		    R_WITNESS_REQUEST },
		{ "no empty line", "old 3\n", ORIGIN, &three, &s->log, 400,
		    R_WITNESS_REQUEST },
		{ "leading zero", "old 03\n\n", ORIGIN, &three, &s->log, 400,
		    R_WITNESS_REQUEST },
		{ "minus", "old -3\n\n", ORIGIN, &three, &s->log, 400,
		    R_WITNESS_REQUEST },
		{ "beyond all sizes", "old 9223372036854775808\n\n", ORIGIN,
		    &three, &s->log, 400, R_WITNESS_REQUEST },
		{ "CR LF", "old 3\r\n\r\n", ORIGIN, &three, &s->log, 400,
		    R_WITNESS_REQUEST },
		{ "a hash too short", "old 3\nAAAA\n\n", ORIGIN, &three,
		    &s->log, 400, R_WITNESS_REQUEST },
	};

	fork.root.b[0] ^= 1;
	larger.size = 4;
	s->last = three;
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_reset(&s->body);
		buf_puts(&s->body, rows[i].old);
		note_write(s, rows[i].origin, rows[i].head, rows[i].by);
		is_answered(s, rows[i].what, rows[i].status, rows[i].why);
	}
	/* Its first, of nothing: one root only. */
	s->last = none;
	none.root.b[0] ^= 1;
	buf_reset(&s->body);
	buf_puts(&s->body, "old 0\n\n");
	note_write(s, ORIGIN, &none, &s->log);
	is_answered(s, "no root of nothing", 422, R_WITNESS_PROOF);
}

static void
test_bent_signature(void **state)
{
	struct scene *s = *state;
	struct merkle_head three = head_of(&s->tree, 3);

	s->last = three;
	buf_reset(&s->body);
	buf_puts(&s->body, "old 3\n\n");
	note_write(s, ORIGIN, &three, &s->log);
	/* Within the base64 of the signature. */
	s->body.p[s->body.n - 20] ^= 1;
	is_answered(s, "signature", 403, R_NOTE_SIGNATURE);
	s->body.n -= 30;
	is_answered(s, "no note", 400, R_NOTE_SYNTAX);
}

/* Bytes that no note has: hostile.md LE4. */
static void
test_bent_note(void **state)
{
	static const struct {
		const char *what;
		uint8_t byte;
		size_t at; /* from the separator on */
	} rows[] = { { "a NUL", 0, 0 }, { "a carriage return", '\r', 0 },
		{ "a minus for the dash", '-', 2 },
		{ "half a dash", 0xe2, 3 } };
	struct scene *s = *state;
	struct merkle_head three = head_of(&s->tree, 3);
	size_t separator;

	s->last = three;
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_reset(&s->body);
		buf_puts(&s->body, "old 3\n\n");
		note_write(s, ORIGIN, &three, &s->log);
		separator = s->body.n;
		while (memcmp(s->body.p + separator - 2, "\n\n", 2) != 0)
			separator--;
		s->body.p[separator - 2 + rows[i].at] = rows[i].byte;
		is_answered(s, rows[i].what, 400, R_NOTE_SYNTAX);
	}
}

/* 63 hashes are read, 64 are none. */
static void
test_most_hashes(void **state)
{
	struct scene *s = *state;
	struct merkle_head three = head_of(&s->tree, 3);

	s->last = three;
	for (size_t n = 63; n <= 64; n++) {
		buf_reset(&s->body);
		buf_puts(&s->body, "old 3\n");
		for (size_t i = 0; i < n; i++) {
			base64_write(&s->body, SPAN_OF(three.root.b));
			buf_byte(&s->body, '\n');
		}
		buf_byte(&s->body, '\n');
		note_write(s, ORIGIN, &three, &s->log);
		if (n == 63)
			is_answered(s, "63", 422, R_WITNESS_PROOF);
		else
			is_answered(s, "64", 400, R_WITNESS_REQUEST);
	}
	while (s->body.n <= WITNESS_BODY_MAX)
		buf_byte(&s->body, 'x');
	is_answered(s, "too long", 400, R_WITNESS_REQUEST);
}

/* What the witness says counts. */
static void
test_cosign(void **state)
{
	struct scene *s = *state;
	struct merkle_head three = head_of(&s->tree, 3);
	struct tlog_keys keys = s->keys;
	struct checkpoint_count count;
	struct checkpoint c;
	struct vkey witness;

	note_secret_witness(&witness, &s->witness);
	assert_int_equal(witness.type, VKEY_COSIGNATURE);
	keys.n_witnesses = 1;
	keys.witnesses = &witness;
	buf_reset(&s->body);
	note_write(s, ORIGIN, &three, &s->log);
	assert_int_equal(
	    checkpoint_parse(&c, buf_view(&s->body), &s->arena), REASON_OK);
	for (uint64_t at = 1; at < UINT64_C(1) << 62; at *= 7) {
		buf_reset(&s->body);
		note_write(s, ORIGIN, &three, &s->log);
		assert_int_equal(
		    checkpoint_parse(&c, buf_view(&s->body), &s->arena),
		    REASON_OK);
		assert_int_equal(
		    checkpoint_cosign(&s->body, &c, &s->witness, at),
		    REASON_OK);
		assert_int_equal(
		    checkpoint_parse(&c, buf_view(&s->body), &s->arena),
		    REASON_OK);
		assert_int_equal(
		    checkpoint_count(&count, &c, &keys, &s->verifier),
		    REASON_OK);
		assert_int_equal(count.witnesses, 1);
		assert_int_equal(count.newest_at, (int64_t)at);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_consistent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_bent_signature, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_bent_note, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_most_hashes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cosign, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
