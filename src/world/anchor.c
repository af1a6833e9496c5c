/* Write a trust anchor: its certificate and its locator. */
#include "object/object.h"
#include "world/edit.h"
#include "world/tree.h"

enum {
	DAY = 86400
};

static enum reason
certificate(struct buf *out, const struct world_writer *w,
    const struct world_ca *ca, const struct crypt_secret *key)
{
	const struct world_fault *fault = ca->item->fault;
	struct edit_keys keys = { key, NULL };
	uint8_t serial[16];
	char repository[WORLD_URI], manifest[WORLD_URI], uri[WORLD_URI];
	char notify[WORLD_URI];
	struct cert_spec spec = {
		.kind = CERT_TA,
		.issuer = ca->item->name,
		.subject = ca->item->name,
		.not_before_at = w->at - 30 * DAY,
		.not_after_at = w->at + 3650 * DAY,
		.key = crypt_secret_public(key),
		.resources = ca->item->resources,
	};

	world_item_uri(uri, sizeof(uri), ca->item);
	world_repository_uri(repository, sizeof(repository), ca);
	world_manifest_uri(manifest, sizeof(manifest), ca);
	world_notify_uri(notify, sizeof(notify), w->world, ca);
	world_serial(serial, w->seed, uri);
	spec.serial = span_of(serial, sizeof(serial));
	spec.repository_uri = span_str(repository);
	spec.manifest_uri = span_str(manifest);
	spec.notify_uri = span_str(notify);
	TRY(cert_write(out, &spec, key));
	if (fault != NULL && !edit_run(out, fault->edit, w->at, &keys))
		return fault_say(w->why, R_WORLD_DESCRIPTION, NULL,
		    "fault %s cannot be made in %s", fault->name, uri);
	return REASON_OK;
}

static enum reason
locator(const struct world_writer *w, const struct world_ca *ca,
    const struct crypt_secret *secret)
{
	struct crypt_key key = crypt_secret_public(secret);
	char text[WORLD_URI], https[WORLD_URI], path[WORLD_URI];
	struct limits limits;
	struct uri uris[2];
	struct tal tal = { .uris = uris };
	struct buf spki, out;
	enum reason r;

	limits_init(&limits);
	world_item_uri(text, sizeof(text), ca->item);
	world_anchor_uri(https, sizeof(https), w->world, ca);
	if (https[0] != '\0')
		TRY(uri_parse(&uris[tal.n_uris++], span_str(https), &limits));
	TRY(uri_parse(&uris[tal.n_uris++], span_str(text), &limits));
	(void)snprintf(path, sizeof(path), "tals/%s.tal", ca->item->name);
	buf_init(&spki, 4096);
	buf_init(&out, 8192);
	spki_write(&spki, &key);
	tal.spki = buf_view(&spki);
	tal_write(&out, &tal);
	r = world_put(w, path, buf_view(&out));
	buf_fini(&out);
	buf_fini(&spki);
	return r;
}

enum reason
world_write_ta(const struct world_writer *w, const struct world_ca *ca)
{
	struct crypt_secret *key = world_ca_key(w->seed, ca->number);
	char path[WORLD_URI];
	struct buf out;
	enum reason r;

	if (key == NULL)
		return fault_at(w->why, R_LIMIT_MEMORY, NULL);
	buf_init(&out, 65536);
	(void)snprintf(path, sizeof(path), "repo/%s/%s/%s.cer", ca->host,
	    ca->module, ca->item->name);
	r = certificate(&out, w, ca, key);
	if (r == REASON_OK)
		r = world_put(w, path, buf_view(&out));
	(void)snprintf(path, sizeof(path), "rrdp/%s/%s/%s.cer", ca->host,
	    ca->module, ca->item->name);
	if (r == REASON_OK && w->rrdp != NULL)
		r = world_put(w, path, buf_view(&out));
	if (r == REASON_OK)
		r = locator(w, ca, key);
	buf_fini(&out);
	crypt_secret_free(key);
	return r;
}
