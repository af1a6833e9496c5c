/* What signed objects say, for people. Keys are rpki-client's where it has
 * any (-f -j), so that scripts that read its output read ours. */
#include <string.h>

#include "object/show.h"

static void
show_prefix(struct emit *e, const char *key, const struct prefix *p)
{
	char text[PREFIX_TEXT];

	prefix_write(text, p);
	emit_str(e, key, text);
}

static enum reason
show_manifest(struct emit *e, struct span content, const struct cert *ee,
    struct decode *dec)
{
	struct manifest m;

	TRY(manifest_parse(&m, content, dec));
	show_number(e, "manifest_number", m.number);
	emit_time(e, "this_update", m.this_update_at);
	emit_time(e, "next_update", m.next_update_at);
	emit_array(e, "files");
	for (size_t i = 0; i < m.n; i++) {
		emit_object(e, NULL);
		emit_span(e, "name", m.files[i].name);
		emit_hex(e, "sha256", SPAN_OF(m.files[i].hash));
		emit_end(e);
	}
	emit_end(e);
	return ee == NULL ? REASON_OK : manifest_check(&m, ee, dec);
}

static enum reason
show_roa(struct emit *e, struct span content, const struct cert *ee,
    struct decode *dec)
{
	struct roa roa;

	TRY(roa_parse(&roa, content, dec));
	emit_uint(e, "asid", roa.asn.v);
	emit_array(e, "vrps");
	for (size_t i = 0; i < roa.n; i++) {
		emit_object(e, NULL);
		show_prefix(e, "prefix", &roa.vrps[i].prefix);
		emit_uint(e, "asid", roa.vrps[i].asn.v);
		emit_uint(e, "maxlen", roa.vrps[i].max_len);
		emit_end(e);
	}
	emit_end(e);
	return ee == NULL ? REASON_OK : roa_check(&roa, ee, dec);
}

static enum reason
show_aspa(struct emit *e, struct span content, const struct cert *ee,
    struct decode *dec)
{
	struct aspa aspa;

	TRY(aspa_parse(&aspa, content, dec));
	emit_uint(e, "customer_asid", aspa.customer.v);
	emit_array(e, "providers");
	for (size_t i = 0; i < aspa.n; i++)
		emit_uint(e, NULL, aspa.providers[i].v);
	emit_end(e);
	return ee == NULL ? REASON_OK : aspa_check(&aspa, ee, dec);
}

static void
show_tak_key(struct emit *e, const char *name, const struct tak_key *key)
{
	struct ski ski;

	emit_object(e, name);
	if (key->n_comments > 0) {
		emit_array(e, "comments");
		for (size_t i = 0; i < key->n_comments; i++)
			emit_span(e, NULL, key->comments[i]);
		emit_end(e);
	}
	emit_array(e, "uris");
	for (size_t i = 0; i < key->n_uris; i++)
		emit_span(e, NULL, key->uris[i]);
	emit_end(e);
	show_key(e, "key", &key->spki);
	spki_ski(&ski, &key->spki);
	emit_hex(e, "ski", SPAN_OF(ski));
	emit_base64(e, "spki", key->spki.der);
	emit_end(e);
}

static enum reason
show_tak(struct emit *e, struct span content, const struct cert *ee,
    struct decode *dec)
{
	struct tak tak;

	TRY(tak_parse(&tak, content, dec));
	show_tak_key(e, "current", &tak.current);
	if (tak.has_predecessor)
		show_tak_key(e, "predecessor", &tak.predecessor);
	if (tak.has_successor)
		show_tak_key(e, "successor", &tak.successor);
	return ee == NULL ? REASON_OK : tak_check(&tak, ee, dec);
}

static enum reason
show_rsc(struct emit *e, struct span content, const struct cert *ee,
    struct decode *dec)
{
	struct rsc rsc;

	TRY(rsc_parse(&rsc, content, dec));
	resources_emit(e, "signed_with_resources", &rsc.resources);
	emit_array(e, "files");
	for (size_t i = 0; i < rsc.n; i++) {
		emit_object(e, NULL);
		if (rsc.files[i].name.n > 0)
			emit_span(e, "name", rsc.files[i].name);
		emit_hex(e, "sha256", SPAN_OF(rsc.files[i].hash));
		emit_end(e);
	}
	emit_end(e);
	return ee == NULL ? REASON_OK : rsc_check(&rsc, ee, dec);
}

/* Line by line, as a vCard in one piece would be all escapes. */
static void
show_lines(struct emit *e, const char *key, struct span text)
{
	emit_array(e, key);
	while (text.n > 0) {
		const uint8_t *lf = memchr(text.p, '\n', text.n);
		size_t n = lf != NULL ? (size_t)(lf - text.p) : text.n;
		size_t cr = n > 0 && text.p[n - 1] == '\r' ? 1 : 0;

		emit_span(e, NULL, span_of(text.p, n - cr));
		n += lf != NULL;
		text = span_of(text.p + n, text.n - n);
	}
	emit_end(e);
}

static enum reason
show_ghostbusters(struct emit *e, struct span content, const struct cert *ee,
    struct decode *dec)
{
	struct ghostbusters g;

	show_lines(e, "vcard", content);
	TRY(ghostbusters_parse(&g, content, dec));
	return ee == NULL ? REASON_OK : ghostbusters_check(&g, ee, dec);
}

static enum reason
show_prefix_list(struct emit *e, struct span content, const struct cert *ee,
    struct decode *dec)
{
	struct prefix_list list;

	TRY(prefix_list_parse(&list, content, dec));
	emit_uint(e, "asid", list.asn.v);
	emit_array(e, "prefixes");
	for (size_t i = 0; i < list.n; i++)
		show_prefix(e, NULL, &list.prefixes[i]);
	emit_end(e);
	return ee == NULL ? REASON_OK : prefix_list_check(&list, ee, dec);
}

enum reason
show_payload(struct emit *e, enum object_type type, struct span content,
    const struct cert *ee, struct decode *dec)
{
	switch (type) {
	case OBJECT_MANIFEST:
		return show_manifest(e, content, ee, dec);
	case OBJECT_ROA:
		return show_roa(e, content, ee, dec);
	case OBJECT_ASPA:
		return show_aspa(e, content, ee, dec);
	case OBJECT_TAK:
		return show_tak(e, content, ee, dec);
	case OBJECT_RSC:
		return show_rsc(e, content, ee, dec);
	case OBJECT_GHOSTBUSTERS:
		return show_ghostbusters(e, content, ee, dec);
	case OBJECT_PREFIX_LIST:
		return show_prefix_list(e, content, ee, dec);
	case OBJECT_UNKNOWN:
	case OBJECT_TAL:
	case OBJECT_CERT:
	case OBJECT_CRL:
		break;
	}
	return fault_at(&dec->why, R_OBJECT_TYPE, content.p);
}
