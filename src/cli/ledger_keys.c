/* Files of private keys. */
#include <errno.h>
#include <string.h>

#include "cli/ledger_write.h"
#include "cli/secret_file.h"

#define KEY_FILE  ((size_t)65536)
#define PATH_SIZE 4096

static struct span
first_line(const struct buf *b)
{
	struct span s = buf_view(b);
	const uint8_t *end = s.n == 0 ? NULL : memchr(s.p, '\n', s.n);

	return end == NULL ? s : span_of(s.p, (size_t)(end - s.p));
}

static int
cannot_read(const struct ledger_write *w, const char *path)
{
	return usage_error(w->self, "%s: %s", path, strerror(errno));
}

int
passphrase_read(struct ledger_write *w)
{
	if (w->passphrase_path == NULL)
		return STATUS_DONE;
	if (!secret_bytes_read(w->self, &w->passphrase, w->passphrase_path))
		return cannot_read(w, w->passphrase_path);
	return first_line(&w->passphrase).n > 0
		   ? STATUS_DONE
		   : usage_error(
			 w->self, "%s: no passphrase", w->passphrase_path);
}

int
log_key_read(struct ledger_write *w)
{
	enum reason why;

	if (!secret_bytes_read(w->self, &w->log_key_text, w->log_key_path))
		return cannot_read(w, w->log_key_path);
	why = note_secret_parse(&w->log_key, first_line(&w->log_key_text));
	return why == REASON_OK
		   ? STATUS_DONE
		   : usage_error(w->self, "%s: %s: %s", w->log_key_path,
			 reason_id(why), reason_text(why));
}

int
secret_read(struct ledger_write *w, struct crypt_secret **out, const char *path)
{
	enum reason why;
	struct buf text;

	buf_init(&text, KEY_FILE);
	if (!secret_bytes_read(w->self, &text, path)) {
		buf_fini(&text);
		return cannot_read(w, path);
	}
	why = crypt_secret_read_pem(
	    out, buf_view(&text), first_line(&w->passphrase));
	if (text.n > 0)
		crypt_wipe(text.p, text.n);
	buf_fini(&text);
	return why == REASON_OK ? STATUS_DONE
				: usage_error(w->self, "%s: %s: %s", path,
				      reason_id(why), reason_text(why));
}

/* ---- new ones -------------------------------------------------------- */

static int
pem_make(struct ledger_write *w, struct crypt_secret **out, const char *suffix)
{
	char path[PATH_SIZE];
	enum reason why;
	struct buf text;
	int status;

	if (snprintf(path, sizeof(path), "%s%s", w->new_key_path, suffix) >=
	    (int)sizeof(path))
		return usage_error(w->self, "--new-key: path too long");
	*out = crypt_secret_generate(CRYPT_ED25519);
	if (*out == NULL)
		return ledger_write_fail(w, path, R_LIMIT_MEMORY);
	buf_init(&text, KEY_FILE);
	why = crypt_secret_write_pem(&text, *out, first_line(&w->passphrase));
	status = why == REASON_OK ? secret_bytes_make(w->self, path, &text)
				  : ledger_write_fail(w, path, why);
	buf_fini(&text);
	return status;
}

int
keys_make(struct ledger_write *w)
{
	struct buf text;
	int status;

	w->log_key.name = span_str(w->origin);
	w->log_key.secret = crypt_secret_generate(CRYPT_ED25519);
	if (w->log_key.secret == NULL)
		return ledger_write_fail(w, w->new_key_path, R_LIMIT_MEMORY);
	buf_init(&text, KEY_FILE);
	note_secret_write(&text, &w->log_key);
	status = secret_bytes_make(w->self, w->new_key_path, &text);
	buf_fini(&text);
	if (status == STATUS_DONE)
		status = pem_make(w, &w->holder, ".holder.pem");
	return status == STATUS_DONE ? pem_make(w, &w->next, ".next.pem")
				     : status;
}
