/*
 * What the tests of room object build their objects from: two keys, specs of
 * good objects, DER written as text, and edits that keep lengths right.
 */
#ifndef CAIRN_TESTS_OBJECT_FIXTURE_H
#define CAIRN_TESTS_OBJECT_FIXTURE_H

#include "tests/check.h"

#include "object/object.h"

#define AT_2026 INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define DAY     INT64_C(86400)
#define BUF_CAP ((size_t)64 * 1024 * 1024)

struct fixture {
	struct arena arena;
	struct limits limits;
	struct decode dec;
	struct crypt *crypt;
	struct verifier verifier;
	struct crypt_secret *ca, *ee, *p256;
	struct ski ca_ski;
	struct addr_range v4[2], v6[1];
	struct asn_range as[1];
};

void fixture_init(struct fixture *);
void fixture_fini(struct fixture *);
/* For cmocka: a struct fixture as the state of a group. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
/* A fresh decode of these bytes; everything decoded before is gone. */
struct decode *fixture_decode(struct fixture *, struct span);

/* 192.0.2.0-192.0.3.255 less its first address, 10.0.0.0/8, 2001:db8::/32,
 * AS64496-AS64511. */
struct resources fixture_resources(struct fixture *);
/* Specs of good objects, issued by the CA's key. */
struct cert_spec fixture_cert(struct fixture *, enum cert_kind);
struct cms_spec fixture_cms(
    struct fixture *, enum object_type, struct span content);
struct crl_spec fixture_crl(struct fixture *);

/*
 * DER as text: pairs of hex digits are bytes, "{...}" the length and contents
 * of the element whose tag precedes it, white space nothing:
 * "30{ 02{05} 04{} }".
 */
void der_text(struct buf *, const char *text);

/*
 * A copy of `in` with the only occurrence of `find` replaced, and the lengths
 * of all that contains it set right. False when it is not there once.
 */
bool der_edit(
    struct buf *out, struct span in, struct span find, struct span with);
/* The same of der_text. */
bool der_edit_text(
    struct buf *out, struct span in, const char *find, const char *with);

/* The whole file of that name in tests/wild. */
void wild_read(struct buf *, const char *name);

#endif
