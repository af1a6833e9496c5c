/* Certificates, keys and names, for people. */
#include "object/cert.h"
#include "object/show.h"

void
show_name(struct emit *e, const char *key, struct span name)
{
	emit_span(e, key, name_common(name));
}

void
show_key(struct emit *e, const char *key, const struct spki *spki)
{
	switch (spki->key.alg) {
	case CRYPT_RSA:
		emit_fmt(e, key, "RSA %zu", spki->key.raw.n * 8);
		break;
	case CRYPT_P256:
		emit_str(e, key, "ECDSA P-256");
		break;
	case CRYPT_ED25519:
		emit_str(e, key, "Ed25519");
		break;
	}
}

void
show_number(struct emit *e, const char *key, struct span s)
{
	uint64_t v = 0;
	char hex[64];

	while (s.n > 0 && s.p[0] == 0)
		s = span_of(s.p + 1, s.n - 1);
	if (s.n > sizeof(v)) {
		s.n = s.n < sizeof(hex) / 2 ? s.n : sizeof(hex) / 2 - 1;
		hex_write(hex, s);
		emit_fmt(e, key, "0x%s", hex);
		return;
	}
	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	emit_fmt(e, key, "%llu", (unsigned long long)v);
}

/* ---- extensions, each by itself -------------------------------------- */

/* A decode whose faults nobody looks at. */
static struct decode
trial(const struct cert *c, const struct decode *dec)
{
	struct decode d;

	decode_init(&d, dec->arena, dec->limits, c->der);
	return d;
}

static void
show_ids(struct emit *e, const struct cert *c, const struct decode *dec)
{
	const struct cert_ext_value *ski = &c->ext[CERT_EXT_SKI];
	const struct cert_ext_value *aki = &c->ext[CERT_EXT_AKI];
	struct decode d = trial(c, dec);
	struct ski id;

	if (ski->present && cert_ext_ski(&id, ski->value, &d.why) == REASON_OK)
		emit_hex(e, "ski", SPAN_OF(id));
	if (aki->present && cert_ext_aki(&id, aki->value, &d.why) == REASON_OK)
		emit_hex(e, "aki", SPAN_OF(id));
}

static void
show_access(struct emit *e, const struct cert *c, enum cert_ext which,
    const struct decode *dec)
{
	static const struct {
		const char *key, *method;
	} keys[] = {
		{ "aia", "\x2b\x06\x01\x05\x05\x07\x30\x02" },
		{ "repository", "\x2b\x06\x01\x05\x05\x07\x30\x05" },
		{ "manifest", "\x2b\x06\x01\x05\x05\x07\x30\x0a" },
		{ "signed_object", "\x2b\x06\x01\x05\x05\x07\x30\x0b" },
		{ "notify", "\x2b\x06\x01\x05\x05\x07\x30\x0d" },
	};
	struct decode d = trial(c, dec);
	bool seen[COUNT(keys)] = { false };
	struct access a;
	struct der list;

	if (!c->ext[which].present || access_enter(&list, c->ext[which].value,
					  &d, R_CERT_SIA) != REASON_OK)
		return;
	while (der_more(&list) &&
	       access_next(&a, &list, &d, R_CERT_SIA) == REASON_OK)
		for (size_t i = 0; i < COUNT(keys); i++) {
			if (seen[i] ||
			    !span_eq(a.method, span_of(keys[i].method, 8)))
				continue;
			emit_span(e, keys[i].key, a.uri);
			seen[i] = true;
		}
}

static void
show_places(struct emit *e, const struct cert *c, const struct decode *dec)
{
	const struct cert_ext_value *crl = &c->ext[CERT_EXT_CRL_DP];
	struct decode d = trial(c, dec);
	struct span uri;

	show_access(e, c, CERT_EXT_AIA, dec);
	if (crl->present && cert_ext_crl_dp(&uri, crl->value, &d) == REASON_OK)
		emit_span(e, "crl", uri);
	show_access(e, c, CERT_EXT_SIA, dec);
}

/* Those that can be read; which of the two forms (RFC 8360) is said. */
static void
show_resources(struct emit *e, const struct cert *c, const struct decode *dec)
{
	bool v2 =
	    c->ext[CERT_EXT_IP_V2].present || c->ext[CERT_EXT_AS_V2].present;
	const struct cert_ext_value *ip =
	    &c->ext[v2 ? CERT_EXT_IP_V2 : CERT_EXT_IP];
	const struct cert_ext_value *as =
	    &c->ext[v2 ? CERT_EXT_AS_V2 : CERT_EXT_AS];
	struct resources both = { 0 }, part = { 0 };
	struct decode d = trial(c, dec);
	struct der in;

	der_init(&in, ip->value, &d.why);
	if (ip->present && resources_ip_parse(&part, &in, &d) == REASON_OK) {
		both.ip[0] = part.ip[0];
		both.ip[1] = part.ip[1];
	}
	der_init(&in, as->value, &d.why);
	if (as->present && resources_as_parse(&part, &in, &d) == REASON_OK)
		both.as = part.as;
	resources_emit(e, "resources", &both);
	if (v2)
		emit_bool(e, "reconsidered", true);
}

void
show_cert(struct emit *e, const struct cert *c, const struct decode *dec)
{
	show_name(e, "subject", c->subject);
	show_name(e, "issuer", c->issuer);
	emit_hex(e, "serial", c->serial);
	emit_time(e, "valid_since", c->not_before_at);
	emit_time(e, "valid_until", c->not_after_at);
	show_key(e, "key", &c->spki);
	show_ids(e, c, dec);
	show_places(e, c, dec);
	show_resources(e, c, dec);
}
