/* The file of a proof, and the log in it. */
#include <string.h>

#include "logdir/logdir.h"

#define MAGIC    SPAN("cairn ledger proof v1\n")
#define NOTE_MAX 65536
#define SHA_SIZE 32
#define TEXT_MAX 64 /* of a prefix, of an AS number */

static bool
take(struct span *rest, struct span what)
{
	if (!span_starts(*rest, what))
		return false;
	*rest = span_of(rest->p + what.n, rest->n - what.n);
	return true;
}

/* Up to this byte, which goes, too. */
static bool
take_until(struct span *out, struct span *rest, uint8_t end)
{
	const uint8_t *at = rest->n == 0 ? NULL : memchr(rest->p, end, rest->n);

	if (at == NULL)
		return false;
	*out = span_of(rest->p, (size_t)(at - rest->p));
	*rest = span_of(at + 1, rest->n - out->n - 1);
	return true;
}

static bool
text_of(char out[TEXT_MAX], struct span s)
{
	if (s.n == 0 || s.n >= TEXT_MAX || memchr(s.p, '\0', s.n) != NULL)
		return false;
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}

/* As they are written, and in no other way. */
static bool
route_parse(struct log_proof *out)
{
	char text[TEXT_MAX], again[PREFIX_TEXT];

	if (!text_of(text, out->prefix_text) ||
	    !prefix_parse(&out->prefix, text))
		return false;
	prefix_write(again, &out->prefix);
	if (strcmp(text, again) != 0 || !text_of(text, out->as_text) ||
	    !asn_parse(&out->as, text))
		return false;
	(void)snprintf(again, sizeof(again), "AS%u", (unsigned)out->as.v);
	return strcmp(text, again) == 0;
}

static enum reason
body_parse(struct log_proof *out, struct span rest)
{
	struct span n;
	uint64_t size;

	if (!take(&rest, SPAN("route ")) ||
	    !take_until(&out->prefix_text, &rest, ' ') ||
	    !take_until(&out->as_text, &rest, '\n') || !route_parse(out) ||
	    !take(&rest, SPAN("checkpoint ")) || !take_until(&n, &rest, '\n') ||
	    !decimal_parse(&size, n, NOTE_MAX) || size > rest.n)
		return R_PROOF_SYNTAX;
	out->note = span_of(rest.p, (size_t)size);
	out->entries = span_of(rest.p + size, rest.n - (size_t)size);
	return REASON_OK;
}

enum reason
log_proof_parse(struct log_proof *out, struct span bytes)
{
	uint8_t hash[SHA_SIZE];
	struct span all = bytes;

	*out = (struct log_proof){ .note = { NULL, 0 } };
	if (!take(&bytes, MAGIC) || bytes.n < sizeof(hash))
		return R_PROOF_SYNTAX;
	crypt_sha256(hash, span_of(all.p, all.n - sizeof(hash)));
	if (memcmp(hash, all.p + all.n - sizeof(hash), sizeof(hash)) != 0)
		return R_PROOF_CHECKSUM;
	return body_parse(out, span_of(bytes.p, bytes.n - sizeof(hash)));
}

void
log_proof_begin(struct buf *b, const struct log_proof *p)
{
	char prefix[PREFIX_TEXT];

	prefix_write(prefix, &p->prefix);
	buf_span(b, MAGIC);
	buf_printf(b, "route %s AS%u\ncheckpoint %zu\n", prefix,
	    (unsigned)p->as.v, p->note.n);
	buf_span(b, p->note);
}

void
log_proof_end(struct buf *b)
{
	uint8_t hash[SHA_SIZE];

	crypt_sha256(hash, buf_view(b));
	buf_add(b, hash, sizeof(hash));
}

/* ---- the log in it ----------------------------------------------------- */

enum reason
log_proof_open(
    struct log_proof_log *out, const struct log_proof *proof, uint64_t size)
{
	struct span all = proof->entries;
	size_t at = 0;

	*out = (struct log_proof_log){ .proof = proof, .size = size };
	/* An entry has two bytes at least: no size is believed blindly. */
	if (size > all.n / 2)
		return R_PROOF_SYNTAX;
	for (uint64_t i = 0; i < size; i++) {
		if (i % TILE_WIDTH == 0 && !vec_push(&out->starts, at))
			return R_LIMIT_MEMORY;
		if (all.n - at < 2)
			return R_PROOF_SYNTAX;
		at += 2 + ((size_t)all.p[at] << 8 | all.p[at + 1]);
		if (at > all.n)
			return R_PROOF_SYNTAX;
	}
	if (!vec_push(&out->starts, at))
		return R_LIMIT_MEMORY;
	return at == all.n ? REASON_OK : R_PROOF_SYNTAX;
}

void
log_proof_close(struct log_proof_log *l)
{
	vec_fini(&l->starts);
}

/* Paths are of our own making: tile_path's, and its numbers only grow. */
static bool
bundle_find(size_t *out, const struct log_proof_log *l, const char *path)
{
	const char *digit = path + sizeof("tile/entries/") - 1;
	char again[TILE_PATH];
	uint64_t index = 0;

	if (!span_starts(span_str(path), SPAN("tile/entries/")))
		return false;
	for (; *digit != '\0' && *digit != '.'; digit++)
		if (*digit >= '0' && *digit <= '9')
			index = index * 10 + (uint64_t)(*digit - '0');
	if (index + 1 >= l->starts.n)
		return false;
	tile_path(again, -1, index, tile_width(0, index, l->size));
	*out = (size_t)index;
	return strcmp(path, again) == 0;
}

static enum reason
get(void *ctx, struct buf *out, const char *path)
{
	const struct log_proof_log *l = ctx;
	size_t i;

	if (strcmp(path, "checkpoint") == 0)
		buf_span(out, l->proof->note);
	else if (bundle_find(&i, l, path))
		buf_add(out, l->proof->entries.p + l->starts.v[i],
		    l->starts.v[i + 1] - l->starts.v[i]);
	else
		return R_LOG_MISSING;
	return out->failed ? R_LIMIT_MEMORY : REASON_OK;
}

struct log_source
log_proof_source(struct log_proof_log *l)
{
	return (struct log_source){ get, l };
}

bool
log_proof_is_met(const struct log_proof *p, const struct vrp *vrp)
{
	return vrp->asn.v == p->as.v && p->as.v != 0 &&
	       prefix_covers(&vrp->prefix, &p->prefix) &&
	       p->prefix.len <= vrp->max_len;
}
