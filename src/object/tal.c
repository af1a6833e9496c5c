/*
 * Trust anchor locators: RFC 8630 section 2.
 *
 *	# comments, each line begun so
 *	https://host/path.cer
 *	rsync://host/module/path.cer
 *
 *	base64 of the subjectPublicKeyInfo
 *
 * The file was put there by the operator, but it was fetched from somewhere:
 * it is read as strictly as what a repository says.
 */
#include <string.h>

#include "object/object.h"

/* What is left of the text, line by line. */
struct lines {
	const uint8_t *at, *end;
};

/* The next line, without its LF or CRLF; false where none is left. */
static bool
lines_next(struct span *out, struct lines *in)
{
	size_t left = (size_t)(in->end - in->at);
	const uint8_t *lf;

	if (left == 0)
		return false;
	lf = memchr(in->at, '\n', left);
	*out = span_of(in->at, lf != NULL ? (size_t)(lf - in->at) : left);
	in->at = lf != NULL ? lf + 1 : in->end;
	if (out->n > 0 && out->p[out->n - 1] == '\r')
		out->n--;
	return true;
}

static enum reason
tal_uri(struct tal *out, struct span line, struct decode *dec)
{
	struct uri *uri = &out->uris[out->n_uris];
	enum reason r;

	if (out->n_uris == dec->limits->tal_uris)
		return fault_say(&dec->why, R_LIMIT_ITEMS, line.p,
		    "more than %zu URIs", out->n_uris);
	r = uri_parse(uri, line, dec->limits);
	if (r != REASON_OK)
		return fault_say(&dec->why, r, line.p, "%.*s",
		    (int)(line.n < 128 ? line.n : 128), (const char *)line.p);
	if (uri->path.n == 0 || span_ends(uri->path, SPAN("/")))
		return fault_say(
		    &dec->why, R_TAL_URI, line.p, "the URI names a folder");
	out->n_uris++;
	return REASON_OK;
}

/* Comments, URIs and the empty line that ends them. */
static enum reason
tal_uris(struct tal *out, struct lines *in, struct decode *dec)
{
	struct span line = { in->at, 0 };
	bool more = lines_next(&line, in);

	while (more && span_starts(line, SPAN("#")))
		more = lines_next(&line, in);
	for (; more && line.n > 0; more = lines_next(&line, in))
		TRY(tal_uri(out, line, dec));
	if (out->n_uris == 0)
		return fault_at(&dec->why, R_TAL_NO_URI, line.p);
	return more ? REASON_OK : fault_at(&dec->why, R_TAL_NO_KEY, line.p);
}

/* RFC 8630 2.1, RFC 7935 3: an RSA key of 2048 bits, and nothing after it. */
static enum reason
tal_key(struct span der, struct decode *dec)
{
	struct decode key;
	struct der cursor;
	struct spki spki;

	decode_init(&key, dec->arena, dec->limits, der);
	der_init(&cursor, der, &key.why);
	TRY(spki_parse(&spki, &cursor, &key));
	TRY(der_end(&cursor));
	return spki.key.alg == CRYPT_RSA && spki.key.raw.n == 256 ? REASON_OK
								  : R_TAL_KEY;
}

static enum reason
tal_spki(struct span *out, struct span text, struct decode *dec)
{
	struct buf der;
	enum reason r = R_TAL_KEY;

	buf_init(&der, dec->limits->object_max);
	if (!base64_parse(&der, text, true) || der.n == 0) {
		if (der.failed)
			r = R_LIMIT_MEMORY;
		(void)fault_at(&dec->why, r, text.p);
		goto out;
	}
	*out = arena_dup(dec->arena, buf_view(&der));
	if (out->p == NULL) {
		r = fault_at(&dec->why, R_LIMIT_MEMORY, text.p);
		goto out;
	}
	if (tal_key(*out, dec) != REASON_OK) {
		(void)fault_say(&dec->why, r, text.p,
		    "not a subjectPublicKeyInfo of a 2048 bit RSA key");
		goto out;
	}
	r = REASON_OK;
out:
	buf_fini(&der);
	return r;
}

enum reason
tal_parse(struct tal *out, struct span text, struct decode *dec)
{
	struct lines in = { text.p, text.p + text.n };

	*out = (struct tal){ 0 };
	if (text.n > dec->limits->object_max)
		return fault_at(&dec->why, R_LIMIT_SIZE, NULL);
	if (span_starts(text, SPAN("\xef\xbb\xbf")))
		return fault_say(
		    &dec->why, R_TAL_TEXT, text.p, "a byte order mark");
	if (text.n > 0 && memchr(text.p, '\0', text.n) != NULL)
		return fault_say(&dec->why, R_TAL_TEXT, text.p, "a NUL");
	out->uris = ARENA_ARRAY(dec->arena, dec->limits->tal_uris, struct uri);
	if (out->uris == NULL)
		return fault_at(&dec->why, R_LIMIT_MEMORY, NULL);
	TRY(tal_uris(out, &in, dec));
	return tal_spki(
	    &out->spki, span_of(in.at, (size_t)(in.end - in.at)), dec);
}

void
tal_write(struct buf *out, const struct tal *tal)
{
	enum {
		COLUMNS = 64
	};
	struct buf line;

	for (size_t i = 0; i < tal->n_uris; i++) {
		buf_span(out, tal->uris[i].text);
		buf_byte(out, '\n');
	}
	buf_byte(out, '\n');
	buf_init(&line, out->cap);
	base64_write(&line, tal->spki);
	for (size_t at = 0; at < line.n; at += COLUMNS) {
		size_t n = line.n - at;

		buf_add(out, line.p + at, n < COLUMNS ? n : COLUMNS);
		buf_byte(out, '\n');
	}
	out->failed = out->failed || line.failed;
	buf_fini(&line);
}
