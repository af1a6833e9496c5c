/*
 * Write one publication point: what the CA issued, its CRL, its manifest, in
 * this order, since each names those before it.
 */
#include <string.h>

#include "object/object.h"
#include "world/edit.h"
#include "world/tree.h"

enum {
	HOUR = 3600,
	DAY = 24 * HOUR,
	OBJECT_CAP = 64 << 20
};

/* A CA at work. */
struct point {
	const struct world_writer *w;
	const struct world_ca *ca;
	struct crypt_secret *key;
	struct ski ski;
	struct arena *arena;
	char crl_uri[WORLD_URI], cert_uri[WORLD_URI];
	size_t n_files, n_revoked;
	struct manifest_file *files;
	struct span *revoked;
	uint8_t number[8]; /* of manifest and CRL: the time */
	struct buf out;    /* the object in the making */
};

/* Some faults are no edits of an object but things done to its file. */
static bool
is_act(const struct world_fault *f, const char *act)
{
	return f != NULL && strcmp(f->edit, act) == 0;
}

static bool
is_edit(const struct world_fault *f)
{
	return f != NULL && strchr(f->edit, ' ') != NULL;
}

static enum reason
no_memory(const struct point *p)
{
	return fault_at(p->w->why, R_LIMIT_MEMORY, NULL);
}

static struct span
serial_of(struct point *p, const char *uri)
{
	uint8_t serial[16];

	world_serial(serial, p->w->seed, uri);
	return arena_dup(p->arena, span_of(serial, sizeof(serial)));
}

/* ---- certificates ---------------------------------------------------- */

/* What all certificates of a CA have in common. */
static struct cert_spec
spec_of(struct point *p, enum cert_kind kind, const char *uri)
{
	return (struct cert_spec){
		.kind = kind,
		.serial = serial_of(p, uri),
		.issuer = p->ca->item->name,
		.not_before_at = p->w->at - DAY,
		.not_after_at = p->w->at + 365 * DAY,
		.aki = &p->ski,
		.reconsidered = p->ca->reconsidered,
		.crl_uri = span_str(p->crl_uri),
		.aia_uri = span_str(p->cert_uri),
	};
}

/* The URIs a CA certificate gives for what the CA publishes. */
static enum reason
spec_place(
    struct cert_spec *spec, const struct point *p, const struct world_ca *ca)
{
	struct arena *a = p->arena;
	char uri[WORLD_URI];

	world_repository_uri(uri, sizeof(uri), ca);
	spec->repository_uri = arena_dup(a, span_str(uri));
	world_manifest_uri(uri, sizeof(uri), ca);
	spec->manifest_uri = arena_dup(a, span_str(uri));
	world_notify_uri(uri, sizeof(uri), p->w->world, ca);
	spec->notify_uri = arena_dup(a, span_str(uri));
	return spec->repository_uri.p != NULL && spec->manifest_uri.p != NULL &&
		       spec->notify_uri.p != NULL
		   ? REASON_OK
		   : R_LIMIT_MEMORY;
}

/* A child CA's certificate, or another CA's once more. */
static enum reason
ca_write(struct point *p, const struct world_item *item, const char *uri)
{
	struct crypt_secret *key = world_ca_key(p->w->seed, item->ca->number);
	struct cert_spec spec = spec_of(p, CERT_CA, uri);
	enum reason r;

	if (key == NULL)
		return no_memory(p);
	spec.subject = item->ca->item->name;
	spec.key = crypt_secret_public(key);
	spec.reconsidered = item->ca->reconsidered;
	spec.resources = item->resources;
	r = spec_place(&spec, p, item->ca);
	if (r == REASON_OK)
		r = cert_write(&p->out, &spec, p->key);
	crypt_secret_free(key);
	return r;
}

static enum reason
add_asn(struct resources *out, struct asn asn, struct arena *arena)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "AS%u", (unsigned)asn.v);
	return resources_add_text(out, arena, text);
}

static enum reason
router_write(struct point *p, const struct world_item *item, const char *uri)
{
	struct crypt_secret *key = world_router_key(p->w->seed, uri);
	struct cert_spec spec = spec_of(p, CERT_ROUTER, uri);
	char subject[32];
	enum reason r;

	if (key == NULL)
		return no_memory(p);
	(void)snprintf(
	    subject, sizeof(subject), "ROUTER-%08x", (unsigned)item->asn.v);
	spec.subject = subject;
	spec.key = crypt_secret_public(key);
	r = add_asn(&spec.resources, item->asn, p->arena);
	if (r == REASON_OK)
		r = cert_write(&p->out, &spec, p->key);
	crypt_secret_free(key);
	return r;
}

/* ---- signed objects -------------------------------------------------- */

/* Wrap contents as a signed object of that type into p->out, then let the
 * fault do its work. */
static enum reason
signed_write(struct point *p, struct cms_spec *cms, const char *uri,
    const struct world_fault *fault)
{
	struct crypt_secret *key = world_ee_key(p->w->seed, uri);
	struct edit_keys keys = { p->key, key };
	char subject[40] = "ee-";
	enum reason r;

	if (key == NULL || cms->ee.serial.p == NULL) {
		crypt_secret_free(key);
		return no_memory(p);
	}
	hex_write(subject + 3, span_of(cms->ee.serial.p, 16));
	cms->ee.subject = subject;
	cms->ee.key = crypt_secret_public(key);
	cms->ee.object_uri = span_str(uri);
	cms->ee_key = key;
	cms->signing_at = p->w->at - HOUR;
	r = cms_write(&p->out, cms, p->key);
	if (r == REASON_OK && is_edit(fault) &&
	    !edit_run(&p->out, fault->edit, p->w->at, &keys))
		r = fault_say(p->w->why, R_WORLD_DESCRIPTION, NULL,
		    "fault %s cannot be made in %s", fault->name, uri);
	crypt_secret_free(key);
	return r;
}

static void
inherit_all(struct resources *out)
{
	out->ip[0].holding = HOLDS_INHERIT;
	out->ip[1].holding = HOLDS_INHERIT;
	out->as.holding = HOLDS_INHERIT;
}

static enum reason
roa_content(struct buf *out, struct resources *resources,
    const struct world_item *item, struct arena *arena)
{
	struct roa roa = { .asn = item->asn };
	char text[PREFIX_TEXT];

	roa.vrps = ARENA_ARRAY(arena, item->n_vrps, struct vrp);
	if (roa.vrps == NULL)
		return R_LIMIT_MEMORY;
	/* IPv4 first: the families of a ROA are blocks. */
	for (int family = FAMILY_V4; family <= FAMILY_V6; family++)
		for (const struct world_vrp *v = item->vrps; v != NULL;
		     v = v->next) {
			if ((int)v->vrp.prefix.family != family)
				continue;
			roa.vrps[roa.n] = v->vrp;
			roa.vrps[roa.n++].asn = item->asn;
			prefix_write(text, &v->vrp.prefix);
			TRY(resources_add_text(resources, arena, text));
		}
	addr_set_normalise(&resources->ip[0], FAMILY_V4);
	addr_set_normalise(&resources->ip[1], FAMILY_V6);
	roa_write(out, &roa);
	return REASON_OK;
}

static enum reason
aspa_content(struct buf *out, struct resources *resources,
    const struct world_item *item, struct arena *arena)
{
	struct aspa aspa = { item->asn, item->n_providers, item->providers };

	aspa_write(out, &aspa);
	return add_asn(resources, item->asn, arena);
}

static enum reason
prefix_list_content(struct buf *out, struct resources *resources,
    const struct world_item *item, struct arena *arena)
{
	struct prefix_list list = { .asn = item->asn };

	list.prefixes = ARENA_ARRAY(arena, item->n_vrps, struct prefix);
	if (list.prefixes == NULL)
		return R_LIMIT_MEMORY;
	for (const struct world_vrp *v = item->vrps; v != NULL; v = v->next)
		list.prefixes[list.n++] = v->vrp.prefix;
	prefix_list_write(out, &list);
	return add_asn(resources, item->asn, arena);
}

/* The trust anchor's own key, as it is now. */
static enum reason
tak_content(struct buf *out, struct point *p)
{
	struct crypt_key key = crypt_secret_public(p->key);
	struct span comment = SPAN("made by cairn demo");
	struct span uri = span_str(p->cert_uri);
	struct tak tak = { .current = { .n_comments = 1,
			       .n_uris = 1,
			       .comments = &comment,
			       .uris = &uri } };
	struct buf spki;

	buf_init(&spki, 4096);
	spki_write(&spki, &key);
	tak.current.spki.der = buf_view(&spki);
	tak.current.spki.key = key;
	tak_write(out, &tak);
	buf_fini(&spki);
	return REASON_OK;
}

static const char vcard[] = "BEGIN:VCARD\r\nVERSION:4.0\r\n"
			    "FN:Ada of the demonstration world\r\n"
			    "EMAIL:ada@example.net\r\nEND:VCARD\r\n";

static enum reason
item_content(struct buf *out, struct cms_spec *cms, struct point *p,
    const struct world_item *item)
{
	static const enum object_type types[WORLD_KINDS] = {
		[WORLD_ROA] = OBJECT_ROA,
		[WORLD_ASPA] = OBJECT_ASPA,
		[WORLD_TAK] = OBJECT_TAK,
		[WORLD_GHOSTBUSTERS] = OBJECT_GHOSTBUSTERS,
		[WORLD_PREFIX_LIST] = OBJECT_PREFIX_LIST,
	};
	struct resources *resources = &cms->ee.resources;

	cms->type = object_oid(types[item->kind]);
	if (item->kind == WORLD_ROA)
		return roa_content(out, resources, item, p->arena);
	if (item->kind == WORLD_ASPA)
		return aspa_content(out, resources, item, p->arena);
	if (item->kind == WORLD_PREFIX_LIST)
		return prefix_list_content(out, resources, item, p->arena);
	inherit_all(resources);
	if (item->kind == WORLD_TAK)
		return tak_content(out, p);
	buf_puts(out, item->text != NULL ? item->text : vcard);
	return REASON_OK;
}

static enum reason
item_signed(struct point *p, const struct world_item *item, const char *uri)
{
	struct cms_spec cms = { .ee = spec_of(p, CERT_EE, uri) };
	struct buf content;
	enum reason r;

	buf_init(&content, OBJECT_CAP);
	r = item_content(&content, &cms, p, item);
	cms.content = buf_view(&content);
	if (r == REASON_OK && content.failed)
		r = no_memory(p);
	if (r == REASON_OK)
		r = signed_write(p, &cms, uri, item->fault);
	buf_fini(&content);
	return r;
}

/* ---- the point ------------------------------------------------------- */

/* Put p->out on disk, unless the fault says otherwise, and on the list of the
 * manifest to be. */
static enum reason
publish(struct point *p, const char *file, const struct world_fault *fault)
{
	struct manifest_file *entry = &p->files[p->n_files];
	const struct world_ca *ca = p->ca;
	char path[WORLD_URI];
	struct span name = arena_dup(p->arena, span_str(file));

	if (name.p == NULL || p->out.failed)
		return no_memory(p);
	(void)snprintf(path, sizeof(path), "repo/%s/%s/%s/%s", ca->host,
	    ca->module, ca->item->name, file);
	entry->name = name;
	crypt_sha256(entry->hash.b, buf_view(&p->out));
	if (!is_act(fault, "unlisted") && !is_act(fault, "withdrawn"))
		p->n_files++;
	if (is_act(fault, "missing") || is_act(fault, "withdrawn"))
		return REASON_OK;
	if (is_act(fault, "altered"))
		p->out.p[p->out.n / 2] ^= 1;
	return world_put(p->w, path, buf_view(&p->out));
}

static enum reason
item_write(struct point *p, const struct world_item *item)
{
	struct edit_keys keys = { p->key, NULL };
	char uri[WORLD_URI], file[96];
	enum reason r = REASON_OK;
	bool is_cert = item->kind == WORLD_CA || item->kind == WORLD_COPY ||
		       item->kind == WORLD_ROUTER;

	world_item_uri(uri, sizeof(uri), item);
	world_item_file(file, sizeof(file), item);
	buf_reset(&p->out);
	if (item->kind == WORLD_FILE)
		buf_puts(&p->out, item->text != NULL ? item->text : "");
	else if (item->kind == WORLD_ROUTER)
		r = router_write(p, item, uri);
	else if (is_cert)
		r = ca_write(p, item, uri);
	else
		r = item_signed(p, item, uri);
	if (r == REASON_OK && is_cert && is_edit(item->fault) &&
	    !edit_run(&p->out, item->fault->edit, p->w->at, &keys))
		r = fault_say(p->w->why, R_WORLD_DESCRIPTION, NULL,
		    "fault %s cannot be made in %s", item->fault->name, uri);
	if (is_act(item->fault, "revoked") || is_act(item->fault, "withdrawn"))
		p->revoked[p->n_revoked++] = serial_of(p, uri);
	return r != REASON_OK ? r : publish(p, file, item->fault);
}

/* Big-endian, without leading zeros. */
static struct span
issue_number(const struct point *p)
{
	struct span s = SPAN_OF(p->number);

	while (s.n > 1 && s.p[0] == 0)
		s = span_of(s.p + 1, s.n - 1);
	return s;
}

static enum reason
point_crl(struct point *p)
{
	const struct world_fault *fault = p->ca->on_crl;
	struct edit_keys keys = { p->key, NULL };
	struct crl_spec spec = {
		.issuer = p->ca->item->name,
		.aki = &p->ski,
		.number = issue_number(p),
		.this_update_at = p->w->at + p->ca->later - HOUR,
		.next_update_at = p->w->at + 7 * DAY,
		.revoked_at = p->w->at - DAY,
		.n = p->n_revoked,
		.serials = p->revoked,
	};
	char file[96];

	buf_reset(&p->out);
	TRY(crl_write(&p->out, &spec, p->key));
	if (is_edit(fault) && !edit_run(&p->out, fault->edit, p->w->at, &keys))
		return fault_say(p->w->why, R_WORLD_DESCRIPTION, NULL,
		    "fault %s cannot be made in %s", fault->name, p->crl_uri);
	(void)snprintf(file, sizeof(file), "%s.crl", p->ca->item->name);
	return publish(p, file, fault);
}

static enum reason
point_manifest(struct point *p, const char *uri)
{
	struct cms_spec cms = { .ee = spec_of(p, CERT_EE, uri) };
	struct manifest manifest = {
		.number = issue_number(p),
		.this_update_at = p->w->at + p->ca->later - HOUR,
		.next_update_at = p->w->at + 7 * DAY,
		.n = p->n_files,
		.files = p->files,
	};
	struct buf content;
	char file[96];
	enum reason r;

	inherit_all(&cms.ee.resources);
	cms.ee.not_before_at = manifest.this_update_at;
	cms.ee.not_after_at = manifest.next_update_at;
	cms.type = object_oid(OBJECT_MANIFEST);
	buf_init(&content, OBJECT_CAP);
	manifest_write(&content, &manifest);
	cms.content = buf_view(&content);
	buf_reset(&p->out);
	r = content.failed ? no_memory(p)
			   : signed_write(p, &cms, uri, p->ca->on_manifest);
	(void)snprintf(file, sizeof(file), "%s.mft", p->ca->manifest);
	if (r == REASON_OK)
		r = publish(p, file, p->ca->on_manifest);
	buf_fini(&content);
	return r;
}

static enum reason
point_items(struct point *p)
{
	const struct world_item *i;
	size_t n = 2; /* manifest and CRL */
	char uri[WORLD_URI];

	for (i = p->ca->items; i != NULL; i = i->next)
		n++;
	p->files = ARENA_ARRAY(p->arena, n, struct manifest_file);
	p->revoked = ARENA_ARRAY(p->arena, n, struct span);
	if (p->files == NULL || p->revoked == NULL)
		return no_memory(p);
	for (i = p->ca->items; i != NULL; i = i->next)
		TRY(item_write(p, i));
	world_manifest_uri(uri, sizeof(uri), p->ca);
	if (is_act(p->ca->on_manifest, "revoked"))
		p->revoked[p->n_revoked++] = serial_of(p, uri);
	TRY(point_crl(p));
	return point_manifest(p, uri);
}

static enum reason
point_start(struct point *p)
{
	struct crypt_key key = crypt_secret_public(p->key);
	uint64_t number = (uint64_t)(p->w->at + p->ca->later);

	spki_key_ski(&p->ski, &key);
	for (int i = 0; i < 8; i++)
		p->number[i] = (uint8_t)(number >> 8 * (7 - i));
	return point_items(p);
}

enum reason
world_write_point(const struct world_writer *w, const struct world_ca *ca)
{
	struct point p = { .w = w, .ca = ca };
	struct arena arena;
	enum reason r;

	arena_init(&arena, SIZE_MAX);
	buf_init(&p.out, OBJECT_CAP);
	p.arena = &arena;
	p.key = world_ca_key(w->seed, ca->number);
	world_crl_uri(p.crl_uri, sizeof(p.crl_uri), ca);
	world_item_uri(p.cert_uri, sizeof(p.cert_uri), ca->item);
	r = p.key == NULL ? no_memory(&p) : point_start(&p);
	crypt_secret_free(p.key);
	buf_fini(&p.out);
	arena_fini(&arena);
	return r;
}
