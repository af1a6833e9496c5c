/* Types of objects: their ids, file name endings and eContentTypes. */
#include "object/object.h"

/* id-ct, 1.2.840.113549.1.9.16.1: all signed objects are below it. */
#define ID_CT(last) "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01" last
#define OID_SIZE    11

static const struct {
	const char *id, *ending;
	const char *oid; /* OID_SIZE bytes; NULL: not a signed object */
} types[OBJECT_TYPES] = {
	[OBJECT_UNKNOWN] = { "unknown", NULL, NULL },
	[OBJECT_TAL] = { "tal", ".tal", NULL },
	[OBJECT_CERT] = { "certificate", ".cer", NULL },
	[OBJECT_CRL] = { "crl", ".crl", NULL },
	[OBJECT_MANIFEST] = { "manifest", ".mft", ID_CT("\x1a") },
	[OBJECT_ROA] = { "roa", ".roa", ID_CT("\x18") },
	[OBJECT_ASPA] = { "aspa", ".asa", ID_CT("\x31") },
	[OBJECT_TAK] = { "tak", ".tak", ID_CT("\x32") },
	[OBJECT_RSC] = { "rsc", ".sig", ID_CT("\x30") },
	[OBJECT_GHOSTBUSTERS] = { "ghostbusters", ".gbr", ID_CT("\x23") },
	[OBJECT_PREFIX_LIST] = { "prefix-list", ".spl", ID_CT("\x33") },
};

enum object_type
object_type_by_name(struct span file_name)
{
	for (size_t i = 1; i < OBJECT_TYPES; i++)
		if (span_ends(file_name, span_str(types[i].ending)))
			return (enum object_type)i;
	return OBJECT_UNKNOWN;
}

enum object_type
object_type_by_oid(struct span content_type)
{
	for (size_t i = 1; i < OBJECT_TYPES; i++)
		if (types[i].oid != NULL &&
		    span_eq(content_type, span_of(types[i].oid, OID_SIZE)))
			return (enum object_type)i;
	return OBJECT_UNKNOWN;
}

struct span
object_oid(enum object_type type)
{
	ASSERT(type < OBJECT_TYPES && types[type].oid != NULL);
	return span_of(types[type].oid, OID_SIZE);
}

const char *
object_type_id(enum object_type type)
{
	ASSERT(type < OBJECT_TYPES);
	return types[type].id;
}
