/*
 * Manifest, RFC 9286 4.2, with the number's range by RFC 9981.
 *
 *	Manifest ::= SEQUENCE {
 *		version [0]	INTEGER DEFAULT 0,
 *		manifestNumber	INTEGER (0..MAX),
 *		thisUpdate	GeneralizedTime,
 *		nextUpdate	GeneralizedTime,
 *		fileHashAlg	OBJECT IDENTIFIER,
 *		fileList	SEQUENCE SIZE (0..MAX) OF SEQUENCE {
 *			file	IA5String,
 *			hash	BIT STRING } }
 */
#include <stdlib.h>
#include <string.h>

#include "object/part.h"

static bool
is_name_char(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* CON.roa and the like: names a person's Windows cannot copy (hostile.md
 * MF2). Only the part before the dot counts there. */
static bool
is_device_name(struct span stem)
{
	static const char *const devices[] = { "con", "prn", "aux", "nul",
		"com", "lpt" };
	char s[4];

	if (stem.n != 3 && stem.n != 4)
		return false;
	for (size_t i = 0; i < stem.n; i++)
		s[i] = (char)(stem.p[i] | 0x20);
	for (size_t i = 0; i < COUNT(devices); i++)
		if (memcmp(s, devices[i], 3) == 0 &&
		    (i < 4 ? stem.n == 3
			   : stem.n == 4 && stem.p[3] >= '1' &&
				 stem.p[3] <= '9'))
			return true;
	return false;
}

bool
manifest_name_is_valid(struct span name, const struct limits *limits)
{
	size_t stem;

	if (name.n < 5 || name.n > limits->name_max)
		return false;
	stem = name.n - 4;
	for (size_t i = 0; i < stem; i++)
		if (!is_name_char(name.p[i]))
			return false;
	if (name.p[stem] != '.')
		return false;
	for (size_t i = stem + 1; i < name.n; i++)
		if (name.p[i] < 'a' || name.p[i] > 'z')
			return false;
	return !is_device_name(span_of(name.p, stem));
}

static enum reason
file_parse(struct manifest_file *out, struct der *files, struct decode *dec)
{
	const uint8_t *at;
	unsigned unused;
	struct span hash;
	struct der d;

	TRY(der_enter(&d, files, DER_SEQUENCE));
	at = d.at;
	TRY(der_next(&out->name, &d, DER_IA5_STRING));
	if (!manifest_name_is_valid(out->name, dec->limits))
		return fault_say(&dec->why, R_MANIFEST_NAME, at, "%.*s",
		    (int)(out->name.n < 100 ? out->name.n : 100),
		    (const char *)out->name.p);
	at = d.at;
	TRY(der_bits(&hash, &unused, &d));
	if (hash.n != sizeof(out->hash.b) || unused != 0)
		return fault_at(&dec->why, R_MANIFEST_HASH, at);
	memcpy(out->hash.b, hash.p, hash.n);
	return der_end(&d);
}

static int
by_name(const void *a, const void *b)
{
	const struct manifest_file *const *x = a, *const *y = b;

	return span_cmp((*x)->name, (*y)->name);
}

static int
by_hash(const void *a, const void *b)
{
	const struct manifest_file *const *x = a, *const *y = b;

	return memcmp((*x)->hash.b, (*y)->hash.b, sizeof((*x)->hash.b));
}

/* No name twice (RFC 9286 4.2.1), and no hash: at most one of two files with
 * the same contents can be where it says it is. */
static enum reason
files_are_unique(const struct manifest *m, struct decode *dec)
{
	const struct manifest_file **sorted;

	sorted = ARENA_ARRAY(dec->arena, m->n, const struct manifest_file *);
	if (sorted == NULL)
		return fault_at(&dec->why, R_LIMIT_MEMORY, NULL);
	for (size_t i = 0; i < m->n; i++)
		sorted[i] = &m->files[i];
	qsort(sorted, m->n, sizeof(*sorted), by_name);
	for (size_t i = 1; i < m->n; i++)
		if (by_name(&sorted[i - 1], &sorted[i]) == 0)
			return fault_say(&dec->why, R_MANIFEST_DUPLICATE,
			    sorted[i]->name.p, "name %.*s",
			    SPAN_FMT(sorted[i]->name));
	qsort(sorted, m->n, sizeof(*sorted), by_hash);
	for (size_t i = 1; i < m->n; i++)
		if (by_hash(&sorted[i - 1], &sorted[i]) == 0)
			return fault_say(&dec->why, R_MANIFEST_DUPLICATE,
			    sorted[i]->name.p, "hash of %.*s",
			    SPAN_FMT(sorted[i]->name));
	return REASON_OK;
}

static enum reason
files_parse(struct manifest *m, struct der *d, struct decode *dec)
{
	struct der files;

	TRY(der_enter(&files, d, DER_SEQUENCE));
	if (!der_more(&files))
		return der_fail(&files, R_MANIFEST_EMPTY);
	TRY(der_count(&m->n, &files, (size_t)dec->limits->manifest_files));
	m->files = ARENA_ARRAY(dec->arena, m->n, struct manifest_file);
	if (m->files == NULL)
		return der_fail(&files, R_LIMIT_MEMORY);
	for (size_t i = 0; i < m->n; i++)
		TRY(file_parse(&m->files[i], &files, dec));
	return files_are_unique(m, dec);
}

enum reason
manifest_parse(struct manifest *out, struct span content, struct decode *dec)
{
	struct manifest m = { 0 };
	struct der d, in;
	const uint8_t *at;

	der_init(&d, content, &dec->why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	TRY(part_version(&in, 0, R_MANIFEST_VERSION));
	TRY(part_number(&m.number, &in, R_MANIFEST_NUMBER_RANGE));
	at = in.at;
	TRY(der_generalized_time(&m.this_update_at, &in));
	TRY(der_generalized_time(&m.next_update_at, &in));
	if (m.this_update_at >= m.next_update_at)
		return fault_at(&dec->why, R_MANIFEST_WINDOW, at);
	TRY(der_oid_is(&in, OID_SHA256, R_MANIFEST_HASH_ALGORITHM));
	TRY(files_parse(&m, &in, dec));
	TRY(der_end(&in));
	*out = m;
	return REASON_OK;
}

/* RFC 9286 5.1 (2): a manifest speaks for its CA, not about resources. */
enum reason
manifest_check(
    const struct manifest *m, const struct cert *ee, struct decode *dec)
{
	const struct resources *r = &ee->resources;

	if (r->ip[0].holding == HOLDS_SOME || r->ip[1].holding == HOLDS_SOME ||
	    r->as.holding == HOLDS_SOME)
		return fault_at(&dec->why, R_MANIFEST_RESOURCES, NULL);
	if (m->this_update_at < ee->not_before_at ||
	    m->next_update_at > ee->not_after_at)
		return fault_at(&dec->why, R_MANIFEST_EE_WINDOW, NULL);
	return REASON_OK;
}

static void
file_write(struct buf *b, const struct manifest_file *f)
{
	size_t mark = der_open(b, DER_SEQUENCE);

	der_put_ia5(b, f->name);
	der_put_bits(b, SPAN_OF(f->hash.b), 0);
	der_close(b, mark);
}

void
manifest_write(struct buf *b, const struct manifest *m)
{
	size_t mark = der_open(b, DER_SEQUENCE), files;

	der_put_integer(b, m->number);
	der_put_generalized_time(b, m->this_update_at);
	der_put_generalized_time(b, m->next_update_at);
	der_put_oid(b, OID_SHA256);
	files = der_open(b, DER_SEQUENCE);
	for (size_t i = 0; i < m->n; i++)
		file_write(b, &m->files[i]);
	der_close(b, files);
	der_close(b, mark);
}
