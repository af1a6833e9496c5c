/* Files of private keys, and the passphrases that open them. */
#ifndef CAIRN_CLI_SECRET_FILE_H
#define CAIRN_CLI_SECRET_FILE_H

#include "cli/cli.h"
#include "crypt/crypt.h"

#define SECRET_FILE ((size_t)65536)

/* Where a passphrase comes from: a descriptor, a command's output, else the
 * terminal. Asked for once, when it is needed. */
struct passphrase {
	const struct command *self;
	int fd;              /* -1: none */
	const char *command; /* NULL: none */
	bool none;           /* keys are kept as they are */
	bool asked;
	struct buf text; /* its first line counts */
};

void passphrase_init(struct passphrase *, const struct command *self);
void passphrase_fini(struct passphrase *); /* overwrites it */
/* STATUS_DONE, or said. `twice`: of a new one, typed again. */
int passphrase_ask(struct passphrase *, const char *what, bool twice);
struct span passphrase_text(const struct passphrase *);

/* A key in PEM; asks for a passphrase only when it is encrypted. */
int secret_file_read(
    struct crypt_secret **out, struct passphrase *, const char *path);
/* As cli_read; when anyone may read the file that is said. */
bool secret_bytes_read(
    const struct command *, struct buf *out, const char *path);
/* Never over another, only for its owner, and on the disk when this returns:
 * a key that is lost is lost. */
int secret_file_make(
    struct passphrase *, const char *path, const struct crypt_secret *);
/* The same of any bytes, which are overwritten in memory. */
int secret_bytes_make(const struct command *, const char *path, struct buf *);
/* Put it on the disk that the names in this file's folder are as they are. */
int folder_sync(const struct command *, const char *path);

#endif
