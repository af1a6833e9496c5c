/* Notes, keys, and checkpoints as hostile.md LE3 and LE4 bend them. */
#include "tests/check.h"

#include <string.h>

#include "tlog/tlog.h"

#define WITNESSES 3

struct kit {
	struct crypt *crypt;
	struct verifier verifier;
	struct arena arena;
	struct crypt_secret *log, *witness[WITNESSES];
	struct vkey log_key, witness_key[WITNESSES];
	struct buf text; /* of keys or of a note */
};

static struct crypt_secret *
secret(uint8_t seed)
{
	uint8_t bytes[32];
	struct crypt_secret *s;

	memset(bytes, seed, sizeof(bytes));
	s = crypt_secret_ed25519(SPAN_OF(bytes));
	assert_non_null(s);
	return s;
}

static struct vkey
vkey_of(const char *name, uint8_t type, const struct crypt_secret *s)
{
	struct vkey k = { .name = span_str(name), .type = type };

	memcpy(k.key, crypt_secret_public(s).raw.p, sizeof(k.key));
	k.id = vkey_id(&k);
	return k;
}

static void
kit_init(struct kit *k)
{
	static const char *const names[] = { "w.example/1", "w.example/2",
		"w.example/3" };

	k->crypt = crypt_new();
	k->verifier = crypt_verifier(k->crypt);
	arena_init(&k->arena, SIZE_MAX);
	buf_init(&k->text, 1 << 20);
	k->log = secret(1);
	k->log_key = vkey_of("log.example/1", VKEY_ED25519, k->log);
	for (uint8_t i = 0; i < WITNESSES; i++) {
		k->witness[i] = secret((uint8_t)(10 + i));
		k->witness_key[i] =
		    vkey_of(names[i], VKEY_COSIGNATURE, k->witness[i]);
	}
}

static void
kit_fini(struct kit *k)
{
	crypt_free(k->crypt);
	arena_fini(&k->arena);
	buf_fini(&k->text);
	crypt_secret_free(k->log);
	for (size_t i = 0; i < WITNESSES; i++)
		crypt_secret_free(k->witness[i]);
}

/* ---- verifier keys ----------------------------------------------------------
 */

static void
test_vkey(void **unused)
{
	/* The second is from tests/wild/ledger: its base64 has no '+', the
	 * fourth from a seed whose has. */
	static const struct {
		const char *what, *text;
		enum reason want;
	} rows[] = {
		{ "good",
		    "ledger.example.net/birch+912ebbdf+"
		    "AVsfo6Z7Jy5NtuMO72T9NPI2fEWaoC7jIban0gfPmWSK",
		    REASON_OK },
		{ "another id",
		    "ledger.example.net/birch+912ebbde+"
		    "AVsfo6Z7Jy5NtuMO72T9NPI2fEWaoC7jIban0gfPmWSK",
		    R_NOTE_KEY },
		{ "another name",
		    "ledger.example.net/beech+912ebbdf+"
		    "AVsfo6Z7Jy5NtuMO72T9NPI2fEWaoC7jIban0gfPmWSK",
		    R_NOTE_KEY },
		{ "no name", "+912ebbdf+AVsf", R_NOTE_KEY },
		{ "short key", "a+912ebbdf+AVsf", R_NOTE_KEY },
		{ "no key", "a+912ebbdf", R_NOTE_KEY },
		{ "no base64", "a+912ebbdf+****", R_NOTE_KEY },
		{ "nothing", "", R_NOTE_KEY },
		{ "space in the name", "a b+912ebbdf+AVsf", R_NOTE_KEY },
		{ "no-break space", "a\xc2\xa0+912ebbdf+AVsf", R_NOTE_KEY },
	};
	struct vkey k;

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_REASON(rows[i].what,
		    vkey_parse(&k, span_str(rows[i].text)), rows[i].want);
}

static void
test_vkey_names(void **unused)
{
	static const struct {
		const char *name;
		enum reason want;
	} rows[] = {
		{ "a", REASON_OK }, { "\xc3\xa9", REASON_OK },
		{ "\x7f", REASON_OK }, { "a b", R_NOTE_KEY },
		{ "a\tb", R_NOTE_KEY }, { "\xc2\x85", R_NOTE_KEY },
		{ "\xc2\xa0", R_NOTE_KEY }, { "\xe1\x9a\x80", R_NOTE_KEY },
		{ "x\xe2\x80\x80", R_NOTE_KEY },
		{ "\xe2\x80\x8ay", R_NOTE_KEY }, { "\xe2\x80\xa8", R_NOTE_KEY },
		{ "\xe3\x80\x80", R_NOTE_KEY }, { "\xff", R_NOTE_KEY },
		{ "\xe2\x80\x8b", REASON_OK }, /* of width zero: no space */
	};
	struct kit kit;
	struct vkey k;

	(void)unused;
	kit_init(&kit);
	for (size_t i = 0; i < COUNT(rows); i++) {
		buf_reset(&kit.text);
		k = vkey_of(rows[i].name, VKEY_ED25519, kit.log);
		vkey_write(&kit.text, &k);
		CHECK_REASON(rows[i].name, vkey_parse(&k, buf_view(&kit.text)),
		    rows[i].want);
	}
	kit_fini(&kit);
}

/* ---- files of keys
 * ------------------------------------------------------------- */

/* L: the log; A, B, C: witnesses; D: the key of A under another name. */
static void
keys_write(struct kit *k, const char *pattern)
{
	struct vkey other;

	buf_reset(&k->text);
	for (; *pattern != '\0'; pattern++)
		switch (*pattern) {
		case 'L':
			vkey_write(&k->text, &k->log_key);
			break;
		case 'A':
		case 'B':
		case 'C':
			vkey_write(&k->text, &k->witness_key[*pattern - 'A']);
			break;
		case 'D':
			other = vkey_of(
			    "other.example", VKEY_COSIGNATURE, k->witness[0]);
			vkey_write(&k->text, &other);
			break;
		default:
			buf_byte(&k->text, (uint8_t)*pattern);
		}
}

static const struct {
	const char *what, *file;
	enum reason want;
} key_files[] = {
	{ "plain", "log L\nwitness A\nwitness B\nquorum 2\n", REASON_OK },
	{ "no LF at the end", "log L\nquorum 0", REASON_OK },
	{ "quorum 0", "log L\nwitness A\nquorum 0\n", REASON_OK },
	{ "comments", "# a\n\n log L\n\tquorum none\n", REASON_OK },
	{ "policy",
	    "log L https://log.example/\nwitness a A https://w.example/\n"
	    "witness b B\nwitness c C\ngroup g any a b\ngroup h all g c\n"
	    "quorum h\n",
	    REASON_OK },
	{ "one witness as the quorum", "log L\nwitness a A\nquorum a\n",
	    REASON_OK },
	{ "two logs", "log L\nlog L\nquorum 0\n", R_KEYS_LINE },
	{ "no log", "witness A\nquorum 1\n", R_KEYS_LINE },
	{ "no quorum", "log L\nwitness A\n", R_KEYS_LINE },
	{ "two quorums", "log L\nquorum 0\nquorum 0\n", R_KEYS_LINE },
	{ "more than all", "log L\nwitness A\nquorum 2\n", R_KEYS_LINE },
	{ "a key under two names", "log L\nwitness A\nwitness D\nquorum 2\n",
	    R_KEYS_LINE },
	{ "a witness as log", "log A\nquorum 0\n", R_KEYS_LINE },
	{ "a log as witness", "log L\nwitness L\nquorum 0\n", R_KEYS_LINE },
	{ "a name twice", "log L\nwitness a A\nwitness a B\nquorum a\n",
	    R_KEYS_LINE },
	{ "called none", "log L\nwitness none A\nquorum none\n", R_KEYS_LINE },
	{ "unknown member", "log L\nwitness a A\ngroup g 1 a b\nquorum g\n",
	    R_KEYS_LINE },
	{ "member of two",
	    "log L\nwitness a A\nwitness b B\ngroup g 1 a b\n"
	    "group h 1 a g\nquorum h\n",
	    R_KEYS_LINE },
	{ "group of none", "log L\ngroup g 1\nquorum g\n", R_KEYS_LINE },
	{ "threshold 0", "log L\nwitness a A\ngroup g 0 a\nquorum g\n",
	    R_KEYS_LINE },
	{ "threshold 2 of 1", "log L\nwitness a A\ngroup g 2 a\nquorum g\n",
	    R_KEYS_LINE },
	{ "a group of itself", "log L\ngroup g 1 g\nquorum g\n", R_KEYS_LINE },
	{ "words after a log", "log L u v\nquorum 0\n", R_KEYS_LINE },
	{ "words after a quorum", "log L\nquorum 0 0\n", R_KEYS_LINE },
	{ "unknown word", "log L\nquorum 0\nwitnes A\n", R_KEYS_LINE },
	{ "CR", "log L\r\nquorum 0\r\n", R_NOTE_KEY },
	{ "no key", "log\nquorum 0\n", R_NOTE_KEY },
	{ "nothing", "", R_KEYS_LINE },
};

static void
test_keys(void **unused)
{
	struct tlog_keys keys;
	struct kit k;
	unsigned line;

	(void)unused;
	kit_init(&k);
	for (size_t i = 0; i < COUNT(key_files); i++) {
		keys_write(&k, key_files[i].file);
		CHECK_REASON(key_files[i].what,
		    tlog_keys_parse(&keys, buf_view(&k.text), &k.arena, &line),
		    key_files[i].want);
	}
	kit_fini(&k);
}

/* Cosignatures of ML-DSA-44 are read and never counted. */
static void
test_keys_suffice(void **unused)
{
	static const struct {
		const char *what, *file;
		size_t uncounted; /* of the witnesses, the first ones */
		bool want;
	} rows[] = {
		{ "none wanted", "log L\nwitness A\nquorum 0\n", 1, true },
		{ "all count", "log L\nwitness A\nwitness B\nquorum 2\n", 0,
		    true },
		{ "one of two", "log L\nwitness A\nwitness B\nquorum 1\n", 1,
		    true },
		{ "two of two", "log L\nwitness A\nwitness B\nquorum 2\n", 1,
		    false },
		{ "one itself", "log L\nwitness a A\nquorum a\n", 1, false },
		{ "a group",
		    "log L\nwitness a A\nwitness b B\nwitness c C\n"
		    "group g any a b\ngroup h all g c\nquorum h\n",
		    1, true },
		{ "a group within",
		    "log L\nwitness a A\nwitness b B\nwitness c C\n"
		    "group g any a b\ngroup h all g c\nquorum h\n",
		    2, false },
	};
	struct tlog_keys keys;
	struct kit k;
	unsigned line;

	(void)unused;
	kit_init(&k);
	for (size_t i = 0; i < COUNT(rows); i++) {
		keys_write(&k, rows[i].file);
		assert_int_equal(
		    tlog_keys_parse(&keys, buf_view(&k.text), &k.arena, &line),
		    REASON_OK);
		for (size_t w = 0; w < rows[i].uncounted; w++)
			keys.witnesses[w].type = VKEY_ML_DSA_44;
		CHECK(rows[i].what, tlog_keys_suffice(&keys) == rows[i].want);
	}
	kit_fini(&k);
}

/* ---- checkpoints
 * ------------------------------------------------------------------ */

#define HEAD "log.example/1\n7\nQyb8YTGVzGc70X4N2Bx8QDlPtdTGqiHAcZyitAhsKWI=\n"

/* The text's signatures: L by the log, 1 2 3 by witnesses at time 1000 plus
 * their number, 9 by witness 1 at 9000, 0 by it at 0, m and n at 2^63 - 1 and
 * 2^63; b: a bad one by the log, c: by witness 1; x: by nobody known; l: under
 * the log's name with another id. */
static void
kit_sign(struct kit *k, const char *text, const char *signers)
{
	struct span body = span_str(text);

	buf_reset(&k->text);
	buf_puts(&k->text, text);
	buf_byte(&k->text, '\n');
	for (; *signers != '\0'; signers++) {
		bool log = strchr("Lbxl", *signers) != NULL;
		size_t w = *signers >= '1' && *signers <= '3'
			       ? (size_t)(*signers - '1')
			       : 0;
		const struct vkey *key = log ? &k->log_key : &k->witness_key[w];
		uint64_t at = *signers == '9'   ? 9000
			      : *signers == '0' ? 0
			      : *signers == 'm' ? INT64_MAX
			      : *signers == 'n' ? UINT64_C(1) << 63
						: 1001 + w;
		struct buf message, value;

		buf_init(&message, 1 << 17);
		buf_init(&value, 100);
		if (log)
			buf_span(&message, body);
		else
			cosignature_message(&message, at, body);
		for (int i = 56; !log && i >= 0; i -= 8)
			buf_byte(&value, (uint8_t)(at >> i));
		assert_int_equal(
		    crypt_sign(&value, log ? k->log : k->witness[w],
			buf_view(&message)),
		    REASON_OK);
		if (*signers == 'b' || *signers == 'c')
			value.p[value.n - 1] ^= 1;
		note_write_signature(&k->text,
		    *signers == 'x' ? SPAN("nobody.example") : key->name,
		    *signers == 'l' ? 12345 : key->id, buf_view(&value));
		buf_fini(&message);
		buf_fini(&value);
	}
}

static enum reason
judge(struct checkpoint_count *count, struct kit *k, struct span note)
{
	struct tlog_keys keys;
	struct checkpoint c;
	struct buf saved;
	unsigned line;
	enum reason r;

	buf_init(&saved, 1 << 20);
	buf_span(&saved, note);
	keys_write(k, "log L\nwitness A\nwitness B\nwitness C\nquorum 2\n");
	assert_int_equal(
	    tlog_keys_parse(&keys, buf_view(&k->text), &k->arena, &line),
	    REASON_OK);
	r = checkpoint_parse(&c, buf_view(&saved), &k->arena);
	if (r == REASON_OK)
		r = checkpoint_count(count, &c, &keys, &k->verifier);
	buf_fini(&saved);
	return r;
}

static const struct {
	const char *what, *text, *signers;
	enum reason want;
	int64_t newest;
} notes[] = {
	{ "log and two", HEAD, "L12", REASON_OK, 1002 },
	{ "log and three", HEAD, "3L21", REASON_OK, 1003 },
	{ "and strangers", HEAD, "xL1x2lx", REASON_OK, 1002 },
	{ "one witness twice", HEAD, "L11", R_CHECKPOINT_QUORUM, 0 },
	{ "one witness at two times", HEAD, "L19", R_CHECKPOINT_QUORUM, 0 },
	{ "its newest counts", HEAD, "L192", REASON_OK, 9000 },
	{ "time 0", HEAD, "L02", R_CHECKPOINT_QUORUM, 0 },
	{ "time 2^63 - 1", HEAD, "Lm2", REASON_OK, INT64_MAX },
	{ "time 2^63", HEAD, "Ln2", R_NOTE_SIGNATURE, 0 },
	{ "one witness", HEAD, "L3", R_CHECKPOINT_QUORUM, 0 },
	{ "no log", HEAD, "123", R_CHECKPOINT_UNSIGNED, 0 },
	{ "the log by another id", HEAD, "l12", R_CHECKPOINT_UNSIGNED, 0 },
	{ "a bad one by the log too", HEAD, "Lb12", R_NOTE_SIGNATURE, 0 },
	{ "a bad one by a witness too", HEAD, "L12c", R_NOTE_SIGNATURE, 0 },
	{ "nobody", HEAD, "", R_NOTE_SYNTAX, 0 },
	{ "65 signatures", HEAD,
	    "L12xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	    R_NOTE_SIZE, 0 },
	{ "64 signatures", HEAD,
	    "L12xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	    REASON_OK, 1002 },
	{ "another origin",
	    "log.example/2\n7\nQyb8YTGVzGc70X4N2Bx8QDlPtdTGqiHAcZyitAhsKWI=\n",
	    "L12", R_CHECKPOINT_ORIGIN, 0 },
	{ "no origin", "\n7\nQyb8YTGVzGc70X4N2Bx8QDlPtdTGqiHAcZyitAhsKWI=\n",
	    "L12", R_CHECKPOINT_SYNTAX, 0 },
	{ "extension line", HEAD "more\n", "L12", R_CHECKPOINT_SYNTAX, 0 },
	{ "leading zero",
	    "log.example/1\n07\nQyb8YTGVzGc70X4N2Bx8QDlPtdTGqiHAcZyitAhsKWI=\n",
	    "L12", R_CHECKPOINT_SYNTAX, 0 },
	{ "size 2^63",
	    "log.example/1\n9223372036854775808\n"
	    "Qyb8YTGVzGc70X4N2Bx8QDlPtdTGqiHAcZyitAhsKWI=\n",
	    "L12", R_CHECKPOINT_SYNTAX, 0 },
	{ "short root", "log.example/1\n7\nQyb8YTGV\n", "L12",
	    R_CHECKPOINT_SYNTAX, 0 },
	{ "no root", "log.example/1\n7\n", "L12", R_CHECKPOINT_SYNTAX, 0 },
	{ "CR",
	    "log.example/1\r\n7\r\n"
	    "Qyb8YTGVzGc70X4N2Bx8QDlPtdTGqiHAcZyitAhsKWI=\r\n",
	    "L12", R_NOTE_SYNTAX, 0 },
};

static void
test_notes(void **unused)
{
	struct checkpoint_count count;
	struct kit k;

	(void)unused;
	kit_init(&k);
	for (size_t i = 0; i < COUNT(notes); i++) {
		kit_sign(&k, notes[i].text, notes[i].signers);
		CHECK_REASON(notes[i].what,
		    judge(&count, &k, buf_view(&k.text)), notes[i].want);
		if (notes[i].want == REASON_OK)
			CHECK(
			    notes[i].what, count.newest_at == notes[i].newest);
	}
	kit_fini(&k);
}

/* A good note, bent at one place. */
static void
test_bent(void **unused)
{
	static const struct {
		const char *what, *from, *to;
	} rows[] = {
		{ "hyphen for dash", "\xe2\x80\x94 w", "- w" },
		{ "no space after the dash", "\xe2\x80\x94 w",
		    "\xe2\x80\x94w" },
		{ "two spaces", ".example/1 ", ".example/1  " },
		{ "no empty line", "=\n\n", "=\n" },
		{ "padding left out", "==\n", "\n" },
		{ "tab", "log.example/1\n7", "log.example/1\t\n7" },
		{ "not UTF-8", "w.example/1", "w.example/\xff" },
	};
	struct checkpoint_count count;
	struct buf bent;
	struct kit k;

	(void)unused;
	kit_init(&k);
	buf_init(&bent, 1 << 20);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *at;

		buf_reset(&bent);
		kit_sign(&k, HEAD, "L12");
		buf_byte(&k.text, '\0');
		at = strstr((const char *)k.text.p, rows[i].from);
		assert_non_null(at);
		buf_add(&bent, k.text.p, (size_t)(at - (const char *)k.text.p));
		buf_puts(&bent, rows[i].to);
		buf_puts(&bent, at + strlen(rows[i].from));
		CHECK(rows[i].what,
		    judge(&count, &k, buf_view(&bent)) == R_NOTE_SYNTAX);
	}
	kit_sign(&k, HEAD, "L12");
	buf_byte(&k.text, '\0');
	assert_int_equal(judge(&count, &k, buf_view(&k.text)), R_NOTE_SYNTAX);
	kit_sign(&k, HEAD, "L12");
	k.text.n--; /* no LF at the end */
	assert_int_equal(judge(&count, &k, buf_view(&k.text)), R_NOTE_SYNTAX);
	buf_fini(&bent);
	kit_fini(&k);
}

static void
test_groups(void **unused)
{
	static const struct {
		const char *signers;
		enum reason want;
	} rows[] = {
		{ "L13", REASON_OK },
		{ "L23", REASON_OK },
		{ "L12", R_CHECKPOINT_QUORUM },
		{ "L3", R_CHECKPOINT_QUORUM },
	};
	struct checkpoint_count count;
	struct tlog_keys keys;
	struct checkpoint c;
	struct buf file;
	struct kit k;
	unsigned line;

	(void)unused;
	kit_init(&k);
	buf_init(&file, 1 << 16);
	keys_write(&k, "log L\nwitness a A\nwitness b B\nwitness c C\n"
		       "group g any a b\ngroup h all g c\nquorum h\n");
	buf_span(&file, buf_view(&k.text));
	assert_int_equal(
	    tlog_keys_parse(&keys, buf_view(&file), &k.arena, &line),
	    REASON_OK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		kit_sign(&k, HEAD, rows[i].signers);
		assert_int_equal(
		    checkpoint_parse(&c, buf_view(&k.text), &k.arena),
		    REASON_OK);
		CHECK_REASON(rows[i].signers,
		    checkpoint_count(&count, &c, &keys, &k.verifier),
		    rows[i].want);
	}
	buf_fini(&file);
	kit_fini(&k);
}

static void
test_write(void **unused)
{
	struct merkle_head head = { 7, { { 0 } } };
	struct buf b;

	(void)unused;
	buf_init(&b, 1000);
	checkpoint_write(&b, SPAN("o"), &head);
	assert_true(span_eq(buf_view(&b),
	    SPAN("o\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")));
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vkey),
		cmocka_unit_test(test_vkey_names),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_keys_suffice),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_bent),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
