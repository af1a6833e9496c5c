/*
 * Signed checklist: digests of files, signed with resources. RFC 9323.
 *
 *	RpkiSignedChecklist ::= SEQUENCE {
 *		version [0]	INTEGER DEFAULT 0,
 *		resources	SEQUENCE {
 *			asID [0]	 SEQUENCE { [0] SEQUENCE OF ... }
 *					 OPTIONAL,
 *			ipAddrBlocks [1] SEQUENCE OF SEQUENCE {
 *				addressFamily	OCTET STRING (SIZE(2)),
 *				addresses	SEQUENCE OF ... } OPTIONAL },
 *		digestAlgorithm	AlgorithmIdentifier,	-- SHA-256
 *		checkList	SEQUENCE (SIZE(1..MAX)) OF SEQUENCE {
 *			fileName	IA5String OPTIONAL,
 *			hash		OCTET STRING } }
 *
 * Tags are explicit. Without "inherit", these are RFC 3779's own types, and
 * are read as in a certificate.
 */
#include <string.h>

#include "object/part.h"

static enum reason
resources_parse(struct resources *out, struct der *d, struct decode *dec)
{
	const uint8_t *at = d->at;
	struct der in, part;

	TRY(der_enter(&in, d, DER_SEQUENCE));
	if (!der_more(&in))
		return fault_at(d->why, R_RSC_NO_RESOURCES, at);
	if (der_is(&in, DER_CONTEXT_CONS(0))) {
		TRY(der_enter(&part, &in, DER_CONTEXT_CONS(0)));
		TRY(resources_as_parse(out, &part, dec));
		TRY(der_end(&part));
	}
	if (der_is(&in, DER_CONTEXT_CONS(1))) {
		TRY(der_enter(&part, &in, DER_CONTEXT_CONS(1)));
		TRY(resources_ip_parse(out, &part, dec));
		TRY(der_end(&part));
	}
	TRY(der_end(&in));
	if (resources_has_inherit(out))
		return fault_at(d->why, R_RSC_INHERIT, at);
	return REASON_OK;
}

/* RFC 9323 4.4.1, PortableFilename. */
static bool
name_is_portable(struct span name, const struct limits *limits)
{
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-')
			return false;
	}
	return name.n > 0 && name.n <= limits->name_max;
}

static enum reason
file_parse(struct rsc_file *out, struct der *d, struct decode *dec)
{
	struct span hash;
	struct der in;
	const uint8_t *at;

	TRY(der_enter(&in, d, DER_SEQUENCE));
	if (der_is(&in, DER_IA5_STRING)) {
		at = in.at;
		TRY(der_ia5(&out->name, &in));
		if (!name_is_portable(out->name, dec->limits))
			return fault_at(in.why, R_RSC_NAME, at);
	}
	at = in.at;
	TRY(der_octets(&hash, &in));
	if (hash.n != sizeof(out->hash.b))
		return fault_say(in.why, R_RSC_HASH, at, "%zu octets", hash.n);
	memcpy(out->hash.b, hash.p, sizeof(out->hash.b));
	return der_end(&in);
}

/* RFC 9323 4.4.1: no name twice, which would leave open which of two hashes is
 * meant, and of what has no name no hash twice. */
static enum reason
entries_check(const struct rsc *rsc, struct decode *dec)
{
	struct map names, hashes;
	enum reason r = REASON_OK;

	map_init(&names);
	map_init(&hashes);
	for (size_t i = 0; i < rsc->n && r == REASON_OK; i++) {
		struct rsc_file *f = &rsc->files[i];
		bool named = f->name.n > 0;
		struct map *m = named ? &names : &hashes;
		struct span key = named ? f->name : SPAN_OF(f->hash);

		if (map_get(m, key) != NULL)
			r = fault_at(&dec->why, R_RSC_NAME_TWICE,
			    named ? f->name.p : NULL);
		else if (!map_put(m, key, f))
			r = fault_at(&dec->why, R_LIMIT_MEMORY, NULL);
	}
	map_fini(&names);
	map_fini(&hashes);
	return r;
}

static enum reason
files_parse(struct rsc *rsc, struct der *d, struct decode *dec)
{
	TRY(der_count(&rsc->n, d, dec->limits->manifest_files));
	if (rsc->n == 0)
		return der_fail(d, R_RSC_NO_FILES);
	rsc->files = ARENA_ARRAY(dec->arena, rsc->n, struct rsc_file);
	if (rsc->files == NULL)
		return der_fail(d, R_LIMIT_MEMORY);
	for (size_t i = 0; i < rsc->n; i++)
		TRY(file_parse(&rsc->files[i], d, dec));
	return entries_check(rsc, dec);
}

enum reason
rsc_parse(struct rsc *out, struct span content, struct decode *dec)
{
	struct rsc rsc = { 0 };
	struct der d, in, files;

	der_init(&d, content, &dec->why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	TRY(part_version(&in, 0, R_RSC_VERSION));
	TRY(resources_parse(&rsc.resources, &in, dec));
	TRY(part_algorithm(NULL, &in, OID_SHA256, R_RSC_DIGEST));
	TRY(der_enter(&files, &in, DER_SEQUENCE));
	TRY(der_end(&in));
	TRY(files_parse(&rsc, &files, dec));
	*out = rsc;
	return REASON_OK;
}

/* Sections 2 and 5: not published, so no subject information access; its
 * resources are all the EE certificate's own. */
enum reason
rsc_check(const struct rsc *rsc, const struct cert *ee, struct decode *dec)
{
	char what[96];

	if (ee->ext[CERT_EXT_SIA].present)
		return fault_at(&dec->why, R_RSC_SIA, NULL);
	if (resources_has_inherit(&ee->resources))
		return fault_at(&dec->why, R_RSC_INHERIT, NULL);
	if (!resources_contain(&ee->resources, &rsc->resources, what))
		return fault_say(&dec->why, R_RSC_RESOURCES, NULL, "%s", what);
	return REASON_OK;
}

enum rsc_match
rsc_find(const struct rsc *rsc, struct span name, const struct digest *hash)
{
	for (size_t i = 0; i < rsc->n; i++)
		if (rsc->files[i].name.n > 0 &&
		    span_eq(rsc->files[i].name, name))
			return digest_eq(&rsc->files[i].hash, hash)
				   ? RSC_LISTED
				   : RSC_DIFFERS;
	for (size_t i = 0; i < rsc->n; i++)
		if (rsc->files[i].name.n == 0 &&
		    digest_eq(&rsc->files[i].hash, hash))
			return RSC_LISTED;
	return RSC_NOT_LISTED;
}

static void
resources_write(struct buf *b, const struct resources *r)
{
	size_t mark = der_open(b, DER_SEQUENCE), in;

	if (r->as.holding != HOLDS_NONE) {
		in = der_open(b, DER_CONTEXT_CONS(0));
		resources_as_write(b, r);
		der_close(b, in);
	}
	if (r->ip[0].holding != HOLDS_NONE || r->ip[1].holding != HOLDS_NONE) {
		in = der_open(b, DER_CONTEXT_CONS(1));
		resources_ip_write(b, r);
		der_close(b, in);
	}
	der_close(b, mark);
}

void
rsc_write(struct buf *b, const struct rsc *rsc)
{
	size_t mark = der_open(b, DER_SEQUENCE), list, in;

	resources_write(b, &rsc->resources);
	in = der_open(b, DER_SEQUENCE);
	der_put_oid(b, OID_SHA256);
	der_close(b, in);
	list = der_open(b, DER_SEQUENCE);
	for (size_t i = 0; i < rsc->n; i++) {
		in = der_open(b, DER_SEQUENCE);
		if (rsc->files[i].name.n > 0)
			der_put_ia5(b, rsc->files[i].name);
		der_put_octets(b, SPAN_OF(rsc->files[i].hash));
		der_close(b, in);
	}
	der_close(b, list);
	der_close(b, mark);
}
