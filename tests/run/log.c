#include "tests/check.h"

#include <string.h>
#include <sys/stat.h>

#include "tests/run/log.h"

static void
secret_init(struct note_secret *s, const char *name, uint8_t seed)
{
	uint8_t b[32];

	memset(b, seed, sizeof(b));
	s->name = span_str(name);
	s->secret = crypt_secret_ed25519(SPAN_OF(b));
	assert_non_null(s->secret);
}

void
signers_init(struct signers *s, const char *origin, uint8_t seed)
{
	static const char *const names[LOG_WITNESSES] = { "w0.example",
		"w1.example", "w2.example" };

	secret_init(&s->log, origin, seed);
	for (uint8_t i = 0; i < LOG_WITNESSES; i++)
		secret_init(&s->witness[i], names[i], (uint8_t)(50 + i));
}

void
signers_fini(struct signers *s)
{
	crypt_secret_free(s->log.secret);
	for (size_t i = 0; i < LOG_WITNESSES; i++)
		crypt_secret_free(s->witness[i].secret);
}

void
signers_write(struct buf *b, const struct signers *s, unsigned quorum)
{
	struct vkey k;

	note_secret_vkey(&k, &s->log);
	buf_printf(b, "  origin: %.*s\n  key: ", SPAN_FMT(s->log.name));
	vkey_write(b, &k);
	buf_printf(b, "\n  witnesses: {quorum: %u, keys: [", quorum);
	for (size_t i = 0; i < LOG_WITNESSES; i++) {
		note_secret_witness(&k, &s->witness[i]);
		buf_puts(b, i > 0 ? ", '" : "'");
		vkey_write(b, &k);
		buf_puts(b, "'");
	}
	buf_puts(b, "]}\n");
}

void
log_file(const char *folder, const char *path, struct span bytes)
{
	char name[512];
	FILE *f;

	(void)snprintf(name, sizeof(name), "%s/%s", folder, path);
	for (char *slash = strchr(name + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(name, 0700);
		*slash = '/';
	}
	f = fopen(name, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	assert_int_equal(fclose(f), 0);
}

static enum reason
put(void *ctx, const char *path, struct span bytes)
{
	log_file(ctx, path, bytes);
	return REASON_OK;
}

static void
note_make(struct buf *out, const struct signers *s,
    const struct merkle_head *head, struct cosigned by)
{
	struct checkpoint c;
	struct arena arena;
	struct buf text;

	buf_init(&text, 4096);
	arena_init(&arena, SIZE_MAX);
	checkpoint_write(&text, s->log.name, head);
	assert_int_equal(note_sign(out, &s->log, buf_view(&text)), REASON_OK);
	buf_reset(&text);
	buf_span(&text, buf_view(out));
	assert_int_equal(
	    checkpoint_parse(&c, buf_view(&text), &arena), REASON_OK);
	for (unsigned i = 0; i < LOG_WITNESSES; i++)
		if ((by.witnesses >> i & 1) != 0)
			assert_int_equal(checkpoint_cosign(out, &c,
					     &s->witness[i], (uint64_t)by.at),
			    REASON_OK);
	buf_fini(&text);
	arena_fini(&arena);
}

void
log_sign_head(const char *folder, const struct signers *s,
    const struct merkle_head *head, struct cosigned by)
{
	struct buf note;

	buf_init(&note, 8192);
	note_make(&note, s, head, by);
	log_file(folder, "checkpoint", buf_view(&note));
	buf_fini(&note);
}

void
log_sign(const char *folder, const struct signers *s,
    const struct span *entries, size_t n, struct cosigned by)
{
	struct merkle_frontier f = { .size = 0 };
	struct merkle_head head;
	struct digest leaf;

	for (size_t i = 0; i < n; i++) {
		merkle_leaf(&leaf, entries[i]);
		merkle_push(&f, &leaf);
	}
	head.size = n;
	merkle_root(&head.root, &f);
	log_sign_head(folder, s, &head, by);
}

void
log_make(const char *folder, const struct signers *s,
    const struct span *entries, size_t n, struct cosigned by)
{
	const struct log_sink sink = { put, (void *)(uintptr_t)folder };
	struct log_writer *w = base_alloc(sizeof(*w));

	assert_non_null(w);
	log_writer_init(w);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(
		    log_writer_add(w, entries[i], &sink), REASON_OK);
	assert_int_equal(log_writer_end(w, &sink), REASON_OK);
	log_writer_fini(w);
	base_free(w);
	log_sign(folder, s, entries, n, by);
}
