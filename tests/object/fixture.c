#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/object/fixture.h"

#include "tests/object/keys.h"

static struct crypt_secret *
rsa(const char *p, const char *q)
{
	uint8_t a[128], b[128];

	assert_true(hex_parse(a, sizeof(a), span_str(p)));
	assert_true(hex_parse(b, sizeof(b), span_str(q)));
	return crypt_secret_rsa(SPAN_OF(a), SPAN_OF(b));
}

void
fixture_init(struct fixture *f)
{
	const uint8_t d[32] = { 1, 2, 3, [31] = 4 };
	struct crypt_key key;

	*f = (struct fixture){ 0 };
	limits_init(&f->limits);
	arena_init(&f->arena, BUF_CAP);
	f->crypt = crypt_new();
	assert_non_null(f->crypt);
	f->verifier = crypt_verifier(f->crypt);
	f->ca = rsa(primes[0], primes[1]);
	f->ee = rsa(primes[2], primes[3]);
	f->p256 = crypt_secret_p256(SPAN_OF(d));
	assert_true(f->ca != NULL && f->ee != NULL && f->p256 != NULL);
	key = crypt_secret_public(f->ca);
	spki_key_ski(&f->ca_ski, &key);
}

void
fixture_fini(struct fixture *f)
{
	crypt_secret_free(f->ca);
	crypt_secret_free(f->ee);
	crypt_secret_free(f->p256);
	crypt_free(f->crypt);
	arena_fini(&f->arena);
}

int
fixture_setup(void **state)
{
	static struct fixture f;

	fixture_init(&f);
	*state = &f;
	return 0;
}

int
fixture_teardown(void **state)
{
	fixture_fini(*state);
	return 0;
}

struct decode *
fixture_decode(struct fixture *f, struct span object)
{
	arena_reset(&f->arena);
	decode_init(&f->dec, &f->arena, &f->limits, object);
	return &f->dec;
}

struct resources
fixture_resources(struct fixture *f)
{
	struct resources r = { 0 };

	f->v4[0] = (struct addr_range){ { { 10, 0, 0, 0 } },
		{ { 10, 255, 255, 255 } } };
	f->v4[1] =
	    (struct addr_range){ { { 192, 0, 2, 1 } }, { { 192, 0, 3, 255 } } };
	f->v6[0] = (struct addr_range){ { { 0x20, 0x01, 0x0d, 0xb8 } },
		{ { 0x20, 0x01, 0x0d, 0xb8 } } };
	memset(f->v6[0].hi.b + 4, 0xff, 12);
	f->as[0] = (struct asn_range){ 64496, 64511 };
	r.ip[0] = (struct addr_set){ HOLDS_SOME, 2, f->v4 };
	r.ip[1] = (struct addr_set){ HOLDS_SOME, 1, f->v6 };
	r.as = (struct asn_set){ HOLDS_SOME, 1, f->as };
	return r;
}

struct cert_spec
fixture_cert(struct fixture *f, enum cert_kind kind)
{
	struct cert_spec s = { .kind = kind, .serial = SPAN("\x05") };

	s.issuer = "Issuer";
	s.subject = kind == CERT_TA ? "Issuer" : "Subject";
	s.not_before_at = AT_2026;
	s.not_after_at = AT_2026 + 365 * DAY;
	s.key = crypt_secret_public(kind == CERT_TA       ? f->ca
				    : kind == CERT_ROUTER ? f->p256
							  : f->ee);
	s.aki = &f->ca_ski;
	s.resources = fixture_resources(f);
	if (kind != CERT_TA) {
		s.crl_uri = SPAN("rsync://rpki.example/repo/issuer.crl");
		s.aia_uri = SPAN("rsync://rpki.example/repo/issuer.cer");
	}
	if (kind == CERT_TA || kind == CERT_CA) {
		s.repository_uri = SPAN("rsync://rpki.example/repo/sub/");
		s.manifest_uri = SPAN("rsync://rpki.example/repo/sub/sub.mft");
		s.notify_uri = SPAN("https://rpki.example/notify.xml");
	}
	if (kind == CERT_EE) {
		s.object_uri = SPAN("rsync://rpki.example/repo/object.roa");
		s.resources.as = (struct asn_set){ 0 };
	}
	if (kind == CERT_ROUTER)
		s.resources.ip[0] = s.resources.ip[1] = (struct addr_set){ 0 };
	return s;
}

struct cms_spec
fixture_cms(struct fixture *f, enum object_type type, struct span content)
{
	return (struct cms_spec){ .type = object_oid(type),
		.content = content,
		.signing_at = AT_2026,
		.ee = fixture_cert(f, CERT_EE),
		.ee_key = f->ee };
}

struct crl_spec
fixture_crl(struct fixture *f)
{
	static const struct span serials[] = { { (const uint8_t *)"\x07", 1 },
		{ (const uint8_t *)"\x80", 1 },
		{ (const uint8_t *)"\x01\x00", 2 } };

	return (struct crl_spec){ .issuer = "Issuer",
		.aki = &f->ca_ski,
		.number = SPAN("\x2a"),
		.this_update_at = AT_2026,
		.next_update_at = AT_2026 + DAY,
		.revoked_at = AT_2026 - DAY,
		.n = COUNT(serials),
		.serials = serials };
}

void
der_text(struct buf *b, const char *text)
{
	size_t marks[64], n = 0;
	uint8_t byte;

	for (const char *c = text; *c != '\0'; c++) {
		if (*c == ' ')
			continue;
		if (*c == '}') {
			assert_true(n > 0);
			der_close(b, marks[--n]);
			continue;
		}
		if (!hex_parse(&byte, 1, span_of(c, 2)))
			fail_msg("der_text: %s", c);
		c++;
		if (c[1] == '{') {
			assert_true(n < COUNT(marks));
			marks[n++] = der_open(b, byte);
			c++;
		} else {
			buf_byte(b, byte);
		}
	}
	assert_int_equal(n, 0);
	assert_false(b->failed);
}

static size_t
offset_of(struct span in, struct span find, unsigned *times)
{
	size_t at = 0;

	*times = 0;
	for (size_t i = 0; find.n > 0 && i + find.n <= in.n; i++)
		if (memcmp(in.p + i, find.p, find.n) == 0) {
			at = i;
			++*times;
		}
	return at;
}

/* Length octets of the element at p, for contents that lie within `n`. */
static bool
header_read(const uint8_t *p, size_t n, size_t *header, size_t *contents)
{
	size_t octets;

	if (n < 2)
		return false;
	*header = 2;
	*contents = p[1];
	if (p[1] >= 0x80) {
		octets = p[1] & 0x7f;
		if (octets == 0 || octets > 4 || n < 2 + octets)
			return false;
		*contents = 0;
		for (size_t i = 0; i < octets; i++)
			*contents = *contents << 8 | p[2 + i];
		*header = 2 + octets;
	}
	return *contents <= n - *header;
}

/* Inside `in`, which is elements or, where that does not work out, bytes. */
static void
edit(struct buf *out, struct span in, size_t at, size_t n, struct span with)
{
	size_t i = 0, header, contents, mark;

	while (
	    i < in.n && header_read(in.p + i, in.n - i, &header, &contents)) {
		if (i + header <= at && at + n <= i + header + contents) {
			buf_add(out, in.p, i);
			mark = der_open(out, in.p[i]);
			edit(out, span_of(in.p + i + header, contents),
			    at - i - header, n, with);
			der_close(out, mark);
			i += header + contents;
			buf_add(out, in.p + i, in.n - i);
			return;
		}
		if (i + header + contents > at)
			break;
		i += header + contents;
	}
	buf_add(out, in.p, at);
	buf_span(out, with);
	buf_add(out, in.p + at + n, in.n - at - n);
}

bool
der_edit(struct buf *out, struct span in, struct span find, struct span with)
{
	unsigned times;
	size_t at = offset_of(in, find, &times);

	if (times != 1)
		return false;
	edit(out, in, at, find.n, with);
	return !out->failed;
}

bool
der_edit_text(
    struct buf *out, struct span in, const char *find, const char *with)
{
	struct buf a, b;
	bool ok;

	buf_init(&a, BUF_CAP);
	buf_init(&b, BUF_CAP);
	der_text(&a, find);
	der_text(&b, with);
	ok = der_edit(out, in, buf_view(&a), buf_view(&b));
	buf_fini(&a);
	buf_fini(&b);
	return ok;
}

void
wild_read(struct buf *b, const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[512], block[4096];
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/tests/wild/%s",
	    top != NULL ? top : ".", name);
	file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("cannot open %s", path);
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		buf_add(b, block, n);
	(void)fclose(file);
	assert_false(b->failed);
}
