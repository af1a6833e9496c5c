/* A holder's keys: NAME.pem is the current one, NAME.next.pem the one that is
 * committed to and replaces it some day; NAME.new.pem is there while that
 * happens, NAME.old-N.pem after it. */
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <string.h>
#include <unistd.h>

#include "cli/holder.h"

static int
no_memory(const struct holder *h)
{
	return failure(h->self, "%s", reason_text(R_LIMIT_MEMORY));
}

static bool
is_key(struct holder *h, const struct crypt_secret *secret,
    const struct digest *key)
{
	struct digest id;
	struct span spki;

	return ledger_key(&spki, &id, secret, &h->arena) == REASON_OK &&
	       digest_eq(&id, key);
}

/* ---- finding one ----------------------------------------------------- */

/* STATUS_DONE also when it is another: then *out is NULL. */
static int
key_try(struct crypt_secret **out, struct holder *h, const char *path,
    const struct digest *key)
{
	int status;

	*out = NULL;
	if (access(path, F_OK) != 0)
		return STATUS_DONE;
	status = secret_file_read(out, &h->passphrase, path);
	if (status == STATUS_DONE && !is_key(h, *out, key)) {
		crypt_secret_free(*out);
		*out = NULL;
	}
	return status;
}

/* Those that were current once. */
static int
old_try(struct crypt_secret **out, struct holder *h, const struct digest *key)
{
	char copy[HOLDER_PATH], base[HOLDER_PATH], path[HOLDER_PATH];
	const struct dirent *entry;
	int status = STATUS_DONE;
	struct span start;
	DIR *folder;

	(void)snprintf(copy, sizeof(copy), "%s", h->file.name);
	folder = opendir(dirname(copy));
	(void)snprintf(copy, sizeof(copy), "%s", h->file.name);
	(void)snprintf(base, sizeof(base), "%s.old-", basename(copy));
	start = span_str(base);
	while (folder != NULL && status == STATUS_DONE && *out == NULL &&
	       (entry = readdir(folder)) != NULL) {
		struct span name = span_str(entry->d_name);

		if (!span_starts(name, start) || !span_ends(name, SPAN(".pem")))
			continue;
		status = holder_path(
		    path, h, entry->d_name + start.n - sizeof(".old-") + 1);
		if (status == STATUS_DONE)
			status = key_try(out, h, path, key);
	}
	if (folder != NULL)
		(void)closedir(folder);
	return status;
}

struct pending {
	const struct digest *who;
	uint64_t until; /* 0: none */
};

static enum reason
recovery_find(void *ctx, const struct ledger_fact *f)
{
	struct pending *p = ctx;

	if (f->kind == FACT_RECOVERY && digest_eq(&f->holder, p->who))
		p->until = f->until;
	return REASON_OK;
}

/* Those who lost it, and are being given others, wait. */
static int
key_missing(struct holder *h, const struct digest *key)
{
	struct pending p = { .who = &h->file.id };
	const struct ledger_facts facts = { recovery_find, &p };
	char hex[65], until[TIME_TEXT];

	hex_write(hex, SPAN_OF(key->b));
	if (ledger_facts(h->state, &facts) == REASON_OK && p.until != 0) {
		time_write(until, sizeof(until), (int64_t)p.until);
		return usage_error(h->self,
		    "the key that has to sign (SHA-256 %s) is replaced when "
		    "ledger time reaches %s: then %s.pem will do, if that is "
		    "the new one",
		    hex, until, h->file.name);
	}
	return usage_error(h->self,
	    "%s.pem, %s.next.pem: neither is the key that has to sign (SHA-256 "
	    "%s): bring back the file that has it",
	    h->file.name, h->file.name, hex);
}

int
holder_key_open(
    struct crypt_secret **out, struct holder *h, const struct digest *key)
{
	static const char *const endings[] = { ".pem", ".next.pem",
		".new.pem" };
	const bool is_next = digest_eq(key, &h->file.next);
	char path[HOLDER_PATH];
	int status = STATUS_DONE;

	*out = NULL;
	for (size_t i = 0; i < COUNT(endings) && *out == NULL; i++) {
		/* The likely one first: each costs a passphrase's work. */
		status =
		    holder_path(path, h, endings[is_next && i < 2 ? 1 - i : i]);
		if (status == STATUS_DONE)
			status = key_try(out, h, path, key);
		if (status != STATUS_DONE)
			return status;
	}
	if (*out == NULL)
		status = old_try(out, h, key);
	return status != STATUS_DONE || *out != NULL ? status
						     : key_missing(h, key);
}

/* ---- new ones -------------------------------------------------------- */

static int
pem_make(struct crypt_secret **out, struct holder *h, const char *ending)
{
	char path[HOLDER_PATH];
	int status = holder_path(path, h, ending);

	if (status != STATUS_DONE)
		return status;
	*out = crypt_secret_generate(CRYPT_ED25519);
	if (*out == NULL)
		return no_memory(h);
	return secret_file_make(&h->passphrase, path, *out);
}

/* Whose they are, when not a new holder's but one's who lost its own. */
static int
id_choose(struct holder *h)
{
	if (h->of == NULL ||
	    hex_parse(h->file.id.b, sizeof(h->file.id.b), span_str(h->of)))
		return STATUS_DONE;
	if (h->ledger == NULL)
		return usage_error(h->self,
		    "--of %s: an id in hexadecimal, or a name and the --ledger "
		    "and --keys that know it",
		    h->of);
	return holder_open(h) == STATUS_DONE
		   ? holder_resolve(&h->file.id, h, h->of)
		   : STATUS_FAILED;
}

static int
new_checked(struct holder *h)
{
	struct crypt_secret *key = NULL, *next = NULL;
	struct digest id = { { 0 } };
	struct span spki;
	char path[HOLDER_PATH], hex[65];
	int status = holder_path(path, h, ".holder");

	if (status == STATUS_DONE && access(path, F_OK) == 0)
		status = usage_error(
		    h->self, "%s: there already; nothing was changed", path);
	if (status == STATUS_DONE)
		status = pem_make(&key, h, ".pem");
	if (status == STATUS_DONE)
		status = pem_make(&next, h, ".next.pem");
	if (status == STATUS_DONE &&
	    (ledger_key(&spki, &h->file.next, next, &h->arena) != REASON_OK ||
		ledger_key(&h->file.spki, &id, key, &h->arena) != REASON_OK))
		status = no_memory(h);
	if (h->of == NULL)
		h->file.id = id;
	if (status == STATUS_DONE)
		status = holder_file_write(h);
	crypt_secret_free(key);
	crypt_secret_free(next);
	if (status != STATUS_DONE)
		return status;
	hex_write(hex, SPAN_OF(h->file.id.b));
	return printf("%s\n", hex) > 0 && fflush(stdout) == 0 ? STATUS_DONE
							      : STATUS_FAILED;
}

int
holder_new(struct holder *h)
{
	int status;

	if (h->operands.n != 1 || h->operands.v[0][0] == '\0')
		return usage_error(h->self, "which name shall it have?");
	if ((h->ledger == NULL) != (h->keys == NULL))
		return usage_error(
		    h->self, "--ledger and --keys: one needs the other");
	h->file = (struct holder_file){ .name = h->operands.v[0],
		.ledger = h->ledger,
		.keys = h->keys,
		.successions = h->successions };
	status = id_choose(h);
	return status == STATUS_DONE ? new_checked(h) : status;
}

/* ---- rotation -------------------------------------------------------- */

/* A run that ended in between may have left one, which nobody knows of. */
static int
fresh_key(struct holder *h)
{
	char path[HOLDER_PATH];
	int status = holder_path(path, h, ".new.pem");

	if (status != STATUS_DONE)
		return status;
	if (access(path, F_OK) == 0)
		return secret_file_read(&h->fresh, &h->passphrase, path);
	if (!h->dry_run)
		return pem_make(&h->fresh, h, ".new.pem");
	h->fresh = crypt_secret_generate(CRYPT_ED25519);
	return h->fresh != NULL ? STATUS_DONE : no_memory(h);
}

int
holder_rotation_begin(struct holder *h)
{
	struct statement_body *b = &h->s->body;
	struct span unused;
	int status = holder_key_open(&h->secret, h, &h->me.next);

	/* The new one is kept as the one was that it follows. */
	h->passphrase.none = !h->passphrase.asked;
	if (status == STATUS_DONE)
		status = fresh_key(h);
	if (status != STATUS_DONE)
		return status;
	if (ledger_key(&h->signing_spki, &h->signing, h->secret, &h->arena) !=
		REASON_OK ||
	    ledger_key(&unused, &b->next, h->fresh, &h->arena) != REASON_OK)
		return no_memory(h);
	b->key.der = h->signing_spki;
	return STATUS_DONE;
}

int
holder_rotation_end(struct holder *h)
{
	char from[HOLDER_PATH], to[HOLDER_PATH], old[64];
	const struct {
		const char *from, *to;
	} moves[] = { { ".pem", old }, { ".next.pem", ".pem" },
		{ ".new.pem", ".next.pem" } };
	int status = STATUS_DONE;

	(void)snprintf(old, sizeof(old), ".old-%llu.pem",
	    (unsigned long long)h->s->sequence);
	for (size_t i = 0; i < COUNT(moves) && status == STATUS_DONE; i++) {
		status = holder_path(from, h, moves[i].from);
		if (status == STATUS_DONE)
			status = holder_path(to, h, moves[i].to);
		if (status == STATUS_DONE && access(from, F_OK) == 0 &&
		    rename(from, to) != 0)
			status =
			    failure(h->self, "%s: %s", from, strerror(errno));
	}
	h->file.spki = h->signing_spki;
	h->file.next = h->s->body.next;
	return status == STATUS_DONE ? folder_sync(h->self, from) : status;
}

/* ---- small ones ------------------------------------------------------ */

int
holder_print_id(struct holder *h)
{
	char hex[65];
	int status = holder_file_find(h);

	if (status != STATUS_DONE)
		return status;
	hex_write(hex, SPAN_OF(h->file.id.b));
	return printf("%s\n", hex) > 0 && fflush(stdout) == 0 ? STATUS_DONE
							      : STATUS_FAILED;
}

/* The new one is whole on the disk before it takes the old one's place. */
static int
reencrypt(struct holder *h, struct passphrase *to, const char *ending)
{
	char path[HOLDER_PATH], temporary[HOLDER_PATH];
	struct crypt_secret *secret = NULL;
	int status = holder_path(path, h, ending);

	if (status == STATUS_DONE && access(path, F_OK) != 0)
		return STATUS_DONE; /* kept apart, as it should be */
	if (status == STATUS_DONE &&
	    snprintf(temporary, sizeof(temporary), "%s.new", path) >=
		(int)sizeof(temporary))
		status = usage_error(h->self, "name too long");
	if (status == STATUS_DONE)
		status = secret_file_read(&secret, &h->passphrase, path);
	if (status == STATUS_DONE)
		status = secret_file_make(to, temporary, secret);
	if (status == STATUS_DONE && rename(temporary, path) != 0)
		status = failure(h->self, "%s: %s", path, strerror(errno));
	crypt_secret_free(secret);
	return status == STATUS_DONE ? folder_sync(h->self, path) : status;
}

int
holder_passphrase(struct holder *h)
{
	struct passphrase to;
	int status = holder_file_find(h);

	if (status != STATUS_DONE)
		return status;
	passphrase_init(&to, h->self);
	to.fd = h->passphrase.fd;
	to.none = h->passphrase.none;
	h->passphrase.none = false;
	if (h->passphrase.fd >= 0) /* its first line is the old one */
		status = passphrase_ask(&h->passphrase, h->file.name, false);
	if (status == STATUS_DONE)
		status = reencrypt(h, &to, ".pem");
	if (status == STATUS_DONE)
		status = reencrypt(h, &to, ".next.pem");
	passphrase_fini(&to);
	return status;
}
