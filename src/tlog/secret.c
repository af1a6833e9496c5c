/* Private keys of notes, as Go's note package writes them, and signing. */
#include <string.h>

#include "tlog/tlog.h"

#define HEAD SPAN("PRIVATE+KEY+")

/* "id+base64" at the end of the text, after the last '+' but one that no
 * base64 can hold: the id is hexadecimal, and the name holds no '+'. */
static bool
secret_split(
    struct span *name, struct span *id, struct span *key, struct span text)
{
	const uint8_t *plus;

	if (!span_starts(text, HEAD))
		return false;
	text = span_of(text.p + HEAD.n, text.n - HEAD.n);
	plus = memchr(text.p, '+', text.n);
	if (plus == NULL)
		return false;
	*name = span_of(text.p, (size_t)(plus - text.p));
	text = span_of(plus + 1, text.n - name->n - 1);
	if (text.n < 9 || text.p[8] != '+')
		return false;
	*id = span_of(text.p, 8);
	*key = span_of(text.p + 9, text.n - 9);
	return true;
}

enum reason
note_secret_parse(struct note_secret *out, struct span text)
{
	struct span name, id, key;
	uint8_t want[4];
	struct buf raw;
	struct vkey k;

	*out = (struct note_secret){ 0 };
	if (!secret_split(&name, &id, &key, text) || !vkey_name_is_valid(name))
		return R_NOTE_SECRET;
	buf_init(&raw, 64);
	if (base64_parse(&raw, key, false) && raw.n == 33 &&
	    raw.p[0] == VKEY_ED25519) {
		out->name = name;
		out->secret = crypt_secret_ed25519(span_of(raw.p + 1, 32));
	}
	if (raw.n > 0)
		crypt_wipe(raw.p, raw.n);
	buf_fini(&raw);
	if (out->secret == NULL)
		return R_NOTE_SECRET;
	note_secret_vkey(&k, out);
	if (hex_parse(want, sizeof(want), id) &&
	    k.id == ((uint32_t)want[0] << 24 | (uint32_t)want[1] << 16 |
			(uint32_t)want[2] << 8 | want[3]))
		return REASON_OK;
	note_secret_fini(out);
	return R_NOTE_SECRET;
}

void
note_secret_fini(struct note_secret *s)
{
	crypt_secret_free(s->secret);
	s->secret = NULL;
}

void
note_secret_vkey(struct vkey *out, const struct note_secret *s)
{
	struct crypt_key key = crypt_secret_public(s->secret);

	ASSERT(key.alg == CRYPT_ED25519 && key.raw.n == sizeof(out->key));
	*out = (struct vkey){ .name = s->name, .type = VKEY_ED25519 };
	memcpy(out->key, key.raw.p, sizeof(out->key));
	out->id = vkey_id(out);
}

void
note_secret_write(struct buf *b, const struct note_secret *s)
{
	uint8_t raw[33] = { VKEY_ED25519 };
	struct vkey k;

	note_secret_vkey(&k, s);
	crypt_secret_seed(raw + 1, s->secret);
	buf_span(b, HEAD);
	buf_span(b, s->name);
	buf_printf(b, "+%08x+", k.id);
	base64_write(b, SPAN_OF(raw));
	crypt_wipe(raw, sizeof(raw));
}

enum reason
note_sign(struct buf *b, const struct note_secret *s, struct span text)
{
	struct buf signature;
	struct vkey k;
	enum reason why;

	note_secret_vkey(&k, s);
	buf_init(&signature, 64);
	why = crypt_sign(&signature, s->secret, text);
	if (why == REASON_OK) {
		buf_span(b, text);
		buf_byte(b, '\n');
		note_write_signature(b, s->name, k.id, buf_view(&signature));
	}
	buf_fini(&signature);
	return why == REASON_OK && b->failed ? R_LIMIT_MEMORY : why;
}

void
note_secret_witness(struct vkey *out, const struct note_secret *s)
{
	note_secret_vkey(out, s);
	out->type = VKEY_COSIGNATURE;
	out->id = vkey_id(out);
}

/* Eight bytes of time before the signature: C2SP tlog-cosignature. */
enum reason
checkpoint_cosign(struct buf *b, const struct checkpoint *c,
    const struct note_secret *s, uint64_t time)
{
	struct buf message, value;
	struct vkey k;
	enum reason why = R_LIMIT_MEMORY;

	ASSERT(time > 0 && time <= INT64_MAX);
	note_secret_witness(&k, s);
	buf_init(&message, (size_t)128 * 1024);
	buf_init(&value, 8 + 64);
	cosignature_message(&message, time, c->note.text);
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_byte(&value, (uint8_t)(time >> shift));
	if (!message.failed)
		why = crypt_sign(&value, s->secret, buf_view(&message));
	if (why == REASON_OK)
		note_write_signature(b, s->name, k.id, buf_view(&value));
	buf_fini(&message);
	buf_fini(&value);
	return why == REASON_OK && b->failed ? R_LIMIT_MEMORY : why;
}
