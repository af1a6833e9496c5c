/* Signed notes and verifier keys (C2SP signed-note). */
#include <string.h>

#include "tlog/tlog.h"

#define ML_DSA_44_SIZE 1312  /* bytes of a public key */
#define NOTE_MAX       65536 /* bytes: also the cap on what is fetched */
#define NOTE_SIGS_MAX  64
#define DASH           "\xe2\x80\x94 " /* U+2014 and a space */

static struct span
cut(struct span *rest, uint8_t at)
{
	const uint8_t *end = rest->n == 0 ? NULL : memchr(rest->p, at, rest->n);
	struct span head = *rest;

	if (end == NULL) {
		*rest = span_of(rest->p + rest->n, 0);
		return head;
	}
	head.n = (size_t)(end - rest->p);
	*rest = span_of(end + 1, rest->n - head.n - 1);
	return head;
}

/* The characters that Unicode calls white space, as their UTF-8. */
static bool
starts_with_space(struct span s)
{
	static const char *const spaces[] = { "\t", "\n", "\v", "\f", "\r", " ",
		"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80",
		"\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84",
		"\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88",
		"\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9",
		"\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80" };

	for (size_t i = 0; i < COUNT(spaces); i++)
		if (span_starts(s, span_str(spaces[i])))
			return true;
	return false;
}

bool
vkey_name_is_valid(struct span name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '+' ||
		    starts_with_space(span_of(name.p + i, name.n - i)))
			return false;
	return name.n > 0 && utf8_is_valid(name);
}

/* SHA-256(name || LF || type || key), first four bytes. */
static uint32_t
id_of(struct span name, struct span type_and_key)
{
	uint8_t tail[1 + 1 + ML_DSA_44_SIZE] = { '\n' }, hash[32];

	ASSERT(type_and_key.n < sizeof(tail));
	memcpy(tail + 1, type_and_key.p, type_and_key.n);
	crypt_sha256_2(hash, name, span_of(tail, 1 + type_and_key.n));
	return (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 |
	       (uint32_t)hash[2] << 8 | hash[3];
}

uint32_t
vkey_id(const struct vkey *k)
{
	uint8_t raw[33] = { k->type };

	ASSERT(k->type != VKEY_ML_DSA_44);
	memcpy(raw + 1, k->key, sizeof(k->key));
	return id_of(k->name, span_of(raw, sizeof(raw)));
}

/* The name may not hold '+', the base64 may: split at the first two. */
enum reason
vkey_parse(struct vkey *out, struct span text)
{
	struct span name = cut(&text, '+'), id = cut(&text, '+');
	struct buf raw;
	uint8_t want[4];
	enum reason r = R_NOTE_KEY;
	size_t size;

	buf_init(&raw, 2 * ML_DSA_44_SIZE);
	if (!vkey_name_is_valid(name) || id.n != 8 ||
	    !hex_parse(want, sizeof(want), id) ||
	    !base64_parse(&raw, text, false) || raw.n == 0)
		goto out;
	size = raw.p[0] == VKEY_ML_DSA_44 ? ML_DSA_44_SIZE : 32;
	if (raw.n != 1 + size)
		goto out;
	out->name = name;
	out->type = raw.p[0];
	out->id = id_of(name, buf_view(&raw));
	if (size == sizeof(out->key))
		memcpy(out->key, raw.p + 1, size);
	else /* enough to tell one from another */
		crypt_sha256(out->key, span_of(raw.p + 1, size));
	if (out->id == ((uint32_t)want[0] << 24 | (uint32_t)want[1] << 16 |
			   (uint32_t)want[2] << 8 | want[3]))
		r = REASON_OK;
out:
	buf_fini(&raw);
	return r;
}

void
vkey_write(struct buf *b, const struct vkey *k)
{
	uint8_t raw[33] = { k->type };

	memcpy(raw + 1, k->key, sizeof(k->key));
	buf_span(b, k->name);
	buf_printf(b, "+%08x+", vkey_id(k));
	base64_write(b, span_of(raw, sizeof(raw)));
}

/* No byte below 0x20 but LF, and valid UTF-8: see base. */
static bool
text_is_clean(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 && s.p[i] != '\n')
			return false;
	return utf8_is_valid(s);
}

static enum reason
signature_parse(
    struct note_signature *out, struct span line, struct arena *arena)
{
	struct buf raw;
	struct span copy;
	struct span rest = line;

	if (!span_starts(line, SPAN(DASH)))
		return R_NOTE_SYNTAX;
	rest = span_of(line.p + sizeof(DASH) - 1, line.n - (sizeof(DASH) - 1));
	out->line = line;
	out->name = cut(&rest, ' ');
	buf_init(&raw, NOTE_MAX);
	if (!vkey_name_is_valid(out->name) ||
	    !base64_parse(&raw, rest, false) || raw.n < 5) {
		buf_fini(&raw);
		return R_NOTE_SYNTAX;
	}
	copy = arena_dup(arena, buf_view(&raw));
	buf_fini(&raw);
	if (copy.p == NULL)
		return R_LIMIT_MEMORY;
	out->id = (uint32_t)copy.p[0] << 24 | (uint32_t)copy.p[1] << 16 |
		  (uint32_t)copy.p[2] << 8 | copy.p[3];
	out->value = span_of(copy.p + 4, copy.n - 4);
	return REASON_OK;
}

/* The separator is the last empty line: the text may have others. */
static bool
note_split(struct span *text, struct span *lines, struct span bytes)
{
	for (size_t i = bytes.n; i >= 2; i--)
		if (bytes.p[i - 1] == '\n' && bytes.p[i - 2] == '\n') {
			*text = span_of(bytes.p, i - 1);
			*lines = span_of(bytes.p + i, bytes.n - i);
			return lines->n > 0 && bytes.p[bytes.n - 1] == '\n';
		}
	return false;
}

enum reason
note_parse(struct note *out, struct span bytes, struct arena *arena)
{
	struct span lines;
	size_t n = 0;

	if (bytes.n > NOTE_MAX)
		return R_NOTE_SIZE;
	if (!text_is_clean(bytes) || !note_split(&out->text, &lines, bytes))
		return R_NOTE_SYNTAX;
	for (size_t i = 0; i < lines.n; i++)
		n += lines.p[i] == '\n';
	if (n > NOTE_SIGS_MAX)
		return R_NOTE_SIZE;
	out->n = n;
	out->signatures = ARENA_ARRAY(arena, n, struct note_signature);
	if (out->signatures == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < n; i++)
		TRY(signature_parse(
		    &out->signatures[i], cut(&lines, '\n'), arena));
	return REASON_OK;
}

void
note_write_signature(
    struct buf *b, struct span name, uint32_t id, struct span value)
{
	uint8_t head[4] = { (uint8_t)(id >> 24), (uint8_t)(id >> 16),
		(uint8_t)(id >> 8), (uint8_t)id };
	struct buf raw;

	buf_init(&raw, NOTE_MAX);
	buf_add(&raw, head, sizeof(head));
	buf_span(&raw, value);
	buf_puts(b, DASH);
	buf_span(b, name);
	buf_byte(b, ' ');
	base64_write(b, buf_view(&raw));
	buf_byte(b, '\n');
	b->failed |= raw.failed;
	buf_fini(&raw);
}
