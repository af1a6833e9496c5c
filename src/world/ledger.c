/*
 * Write the ledger of a world: its log as Tessera keeps one, who may sign it,
 * and the keys of all who speak in it. Nothing is replayed here: that what
 * was written means what the description says is for tests to find out.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "world/say.h"

enum {
	HOUR = 3600,
	FILE_CAP = 1 << 20
};

/* ---- the log --------------------------------------------------------- */

static enum reason
log_put(void *ctx, const char *path, struct span bytes)
{
	char full[WORLD_URI];

	(void)snprintf(full, sizeof(full), "ledger/%s", path);
	return world_put(ctx, full, bytes);
}

/* The seed of a log's or witness's key. */
static bool
note_key(struct note_secret *out, const struct world_writer *w, const char *use,
    const char *name)
{
	uint8_t seed[32];

	world_seed(seed, w->seed, use, name);
	out->name = span_str(name);
	out->secret = crypt_secret_ed25519(SPAN_OF(seed));
	return out->secret != NULL;
}

/* Behind what is signed: each witness's signature. */
static enum reason
cosign(struct buf *note, const struct world_writer *w)
{
	const struct world_ledger *l = w->world->ledger;
	struct checkpoint c;
	struct arena arena;
	struct span signed_note;
	enum reason r;

	arena_init(&arena, FILE_CAP);
	signed_note = arena_dup(&arena, buf_view(note));
	r = signed_note.p == NULL ? R_LIMIT_MEMORY
				  : checkpoint_parse(&c, signed_note, &arena);
	for (size_t i = 0; i < l->witnesses.n && r == REASON_OK; i++) {
		struct note_secret key;

		if (!note_key(&key, w, "witness", l->witnesses.name[i])) {
			r = R_LIMIT_MEMORY;
			break;
		}
		r = checkpoint_cosign(
		    note, &c, &key, (uint64_t)(w->at + l->cosigned));
		note_secret_fini(&key);
	}
	arena_fini(&arena);
	return r;
}

static enum reason
checkpoint_put(const struct world_writer *w, const struct merkle_head *head)
{
	const struct world_ledger *l = w->world->ledger;
	struct note_secret key;
	struct buf text, note;
	enum reason r;

	if (!note_key(&key, w, "log", l->origin))
		return R_LIMIT_MEMORY;
	buf_init(&text, FILE_CAP);
	buf_init(&note, FILE_CAP);
	checkpoint_write(&text, span_str(l->origin), head);
	r = note_sign(&note, &key, buf_view(&text));
	if (r == REASON_OK)
		r = cosign(&note, w);
	if (r == REASON_OK)
		r = world_put(w, "ledger/checkpoint", buf_view(&note));
	buf_fini(&text);
	buf_fini(&note);
	note_secret_fini(&key);
	return r;
}

/* So that cairn ledger and Tessera's tools go on with it. */
static enum reason
state_put(const struct world_writer *w, const struct merkle_head *head)
{
	struct buf text;
	enum reason r;

	buf_init(&text, FILE_CAP);
	buf_printf(&text, "{\"size\":%" PRIu64 ",\"root\":\"", head->size);
	base64_write(&text, SPAN_OF(head->root.b));
	buf_puts(&text, "\"}");
	r = world_put(w, "ledger/.state/treeState", buf_view(&text));
	buf_fini(&text);
	return r == REASON_OK ? world_put(w, "ledger/.state/version", SPAN("1"))
			      : r;
}

static enum reason
log_write(const struct world_writer *w, const struct span *entries, size_t n)
{
	const struct log_sink sink = { log_put, (void *)(uintptr_t)w };
	struct log_writer *log = base_alloc(sizeof(*log));
	struct merkle_head head = { 0 };
	enum reason r = REASON_OK;

	if (log == NULL)
		return R_LIMIT_MEMORY;
	log_writer_init(log);
	for (size_t i = 0; i < n && r == REASON_OK; i++)
		r = log_writer_add(log, entries[i], &sink);
	if (r == REASON_OK)
		r = log_writer_end(log, &sink);
	log_writer_head(&head, log);
	log_writer_fini(log);
	base_free(log);
	if (r == REASON_OK)
		r = state_put(w, &head);
	return r == REASON_OK ? checkpoint_put(w, &head) : r;
}

/* ---- who may sign it ------------------------------------------------- */

static enum reason
secret_put(const struct world_writer *w, const char *path,
    const struct note_secret *key)
{
	struct buf text;
	enum reason r;

	buf_init(&text, FILE_CAP);
	note_secret_write(&text, key);
	buf_byte(&text, '\n');
	r = world_put(w, path, buf_view(&text));
	buf_fini(&text);
	return r;
}

static enum reason
witness_put(struct buf *keys, const struct world_writer *w, const char *name)
{
	struct note_secret key;
	struct vkey vkey;
	char path[WORLD_URI];
	enum reason r;

	if (!note_key(&key, w, "witness", name))
		return R_LIMIT_MEMORY;
	note_secret_witness(&vkey, &key);
	buf_puts(keys, "witness ");
	vkey_write(keys, &vkey);
	buf_byte(keys, '\n');
	(void)snprintf(path, sizeof(path), "ledger.witness-%s.key", name);
	r = secret_put(w, path, &key);
	note_secret_fini(&key);
	return r;
}

static enum reason
keys_write(struct buf *keys, const struct world_writer *w)
{
	const struct world_ledger *l = w->world->ledger;
	struct note_secret key;
	struct vkey vkey;
	enum reason r;

	if (!note_key(&key, w, "log", l->origin))
		return R_LIMIT_MEMORY;
	note_secret_vkey(&vkey, &key);
	buf_puts(keys, "log ");
	vkey_write(keys, &vkey);
	buf_byte(keys, '\n');
	r = secret_put(w, "ledger.key", &key);
	note_secret_fini(&key);
	for (size_t i = 0; i < l->witnesses.n && r == REASON_OK; i++)
		r = witness_put(keys, w, l->witnesses.name[i]);
	buf_printf(keys, "quorum %zu\n", l->witnesses.n);
	return r;
}

enum reason
world_ledger_setting(
    struct buf *out, const struct world_writer *w, const char *indent)
{
	const struct world_ledger *l = w->world->ledger;
	struct note_secret key;
	struct vkey vkey;

	if (!note_key(&key, w, "log", l->origin))
		return R_LIMIT_MEMORY;
	note_secret_vkey(&vkey, &key);
	buf_printf(out, "name: %s\n%sorigin: %s\n%skey: ", l->name, indent,
	    l->origin, indent);
	vkey_write(out, &vkey);
	note_secret_fini(&key);
	buf_printf(out, "\n%switnesses:\n%s  quorum: %zu\n%s  keys: [", indent,
	    indent, l->witnesses.n, indent);
	for (size_t i = 0; i < l->witnesses.n; i++) {
		if (!note_key(&key, w, "witness", l->witnesses.name[i]))
			return R_LIMIT_MEMORY;
		note_secret_witness(&vkey, &key);
		note_secret_fini(&key);
		buf_printf(out, "%s\n%s    ", i > 0 ? "," : "", indent);
		vkey_write(out, &vkey);
	}
	buf_printf(out, "]\n%ssources: [ledger]\n", indent);
	return REASON_OK;
}

static enum reason
keys_put(const struct world_writer *w)
{
	struct buf keys, yaml;
	enum reason r;

	buf_init(&keys, FILE_CAP);
	buf_init(&yaml, FILE_CAP);
	r = keys_write(&keys, w);
	if (r == REASON_OK)
		r = world_ledger_setting(&yaml, w, "");
	if (r == REASON_OK)
		r = world_put(w, "ledger.keys", buf_view(&keys));
	if (r == REASON_OK)
		r = world_put(w, "ledger.yaml", buf_view(&yaml));
	buf_fini(&keys);
	buf_fini(&yaml);
	return r;
}

/* ---- who speaks in it ------------------------------------------------ */

static enum reason
pem_put(const struct world_writer *w, const char *path,
    const struct crypt_secret *secret)
{
	struct buf text;
	enum reason r;

	buf_init(&text, FILE_CAP);
	r = crypt_secret_write_pem(&text, secret, span_of(NULL, 0));
	if (r == REASON_OK)
		r = world_put(w, path, buf_view(&text));
	buf_fini(&text);
	return r;
}

static enum reason
holder_text(const struct world_writer *w, const char *path,
    const struct world_author *a, const struct crypt_secret *key,
    const struct digest *next)
{
	struct crypt_key public = crypt_secret_public(key);
	struct buf text, spki;
	char hex[65];
	enum reason r;

	buf_init(&text, FILE_CAP);
	buf_init(&spki, FILE_CAP);
	spki_write(&spki, &public);
	hex_write(hex, SPAN_OF(a->id.b));
	buf_printf(&text, "id %s\nkey ", hex);
	base64_write(&text, buf_view(&spki));
	hex_write(hex, SPAN_OF(next->b));
	buf_printf(
	    &text, "\nnext %s\nledger ../ledger\nkeys ../ledger.keys\n", hex);
	r = world_put(w, path, buf_view(&text));
	buf_fini(&text);
	buf_fini(&spki);
	return r;
}

/* As cairn holder keeps them, and not encrypted: nothing here is worth it. */
static enum reason
author_put(const struct world_writer *w, const struct world_author *a)
{
	struct crypt_secret *key = author_key(w, a, a->key);
	struct crypt_secret *next = author_key(w, a, a->key + 1);
	struct arena arena;
	struct digest id;
	struct span spki;
	char path[WORLD_URI];
	enum reason r = R_LIMIT_MEMORY;

	arena_init(&arena, FILE_CAP);
	(void)snprintf(path, sizeof(path), "holders/%s.pem", a->name);
	if (key != NULL && next != NULL)
		r = ledger_key(&spki, &id, next, &arena);
	if (r == REASON_OK)
		r = pem_put(w, path, key);
	(void)snprintf(path, sizeof(path), "holders/%s.next.pem", a->name);
	if (r == REASON_OK)
		r = pem_put(w, path, next);
	(void)snprintf(path, sizeof(path), "holders/%s.holder", a->name);
	if (r == REASON_OK)
		r = holder_text(w, path, a, key, &id);
	arena_fini(&arena);
	crypt_secret_free(key);
	crypt_secret_free(next);
	return r;
}

/* The CAs that attest: cairn holder claim --ca-key. */
static enum reason
ca_keys_put(const struct world_writer *w)
{
	for (const struct world_say *s = w->world->ledger->says; s != NULL;
	     s = s->next) {
		const struct world_ca *ca =
		    s->evidence != NULL ? world_ca_find(w->world, s->evidence)
					: NULL;
		struct crypt_secret *key;
		char path[WORLD_URI];
		enum reason r;

		if (ca == NULL)
			continue;
		key = world_ca_key(w->seed, ca->number);
		(void)snprintf(
		    path, sizeof(path), "keys/%s.pem", ca->item->name);
		r = key == NULL ? R_LIMIT_MEMORY : pem_put(w, path, key);
		crypt_secret_free(key);
		TRY(r);
	}
	return REASON_OK;
}

/* ---- all of it ------------------------------------------------------- */

static enum reason
write_all(struct world_speech *k)
{
	const struct world_writer *w = k->w;

	TRY(speech_genesis(k));
	for (const struct world_say *s = w->world->ledger->says; s != NULL;
	     s = s->next)
		TRY(speech_say(k, s));
	TRY(log_write(w, k->entries, k->n));
	TRY(keys_put(w));
	for (const struct world_author *a = k->authors; a != NULL; a = a->next)
		if (a->enrolled)
			TRY(author_put(w, a));
	TRY(ca_keys_put(w));
	return world_write_ledger_truth(w, k->said, k->n);
}

enum reason
world_write_ledger(const struct world_writer *w)
{
	struct world_speech k;
	enum reason r;

	if (w->world->ledger == NULL)
		return REASON_OK;
	r = speech_init(&k, w);
	if (r == REASON_OK)
		r = write_all(&k);
	speech_fini(&k);
	return r;
}
