/* Whose certificates TLS believes: the system's roots and the operator's. */
#include <sys/mman.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "fetch/process.h"

static bool
append_file(int out, const char *path)
{
	int in = open(path, O_RDONLY | O_CLOEXEC);
	char piece[4096];
	ssize_t n = -1;

	if (in < 0)
		return false;
	while ((n = read(in, piece, sizeof(piece))) > 0)
		if (write(out, piece, (size_t)n) != n) {
			n = -1;
			break;
		}
	(void)close(in);
	/* Another file may follow. */
	return n == 0 && write(out, "\n", 1) == 1;
}

/* The name of a certificate by the hash of its subject, as openssl-rehash(1)
 * writes it. */
static bool
is_by_hash(const char *name)
{
	size_t n = 0;

	while (isxdigit((unsigned char)name[n]))
		n++;
	return n == 8 && strcmp(name + n, ".0") == 0;
}

const char *
roots_folder(void)
{
	const char *path = curl_version_info(CURLVERSION_NOW)->capath;
	DIR *dir = path == NULL ? NULL : opendir(path);
	const struct dirent *entry;
	bool found = false;

	if (dir == NULL)
		return NULL;
	while (!found && (entry = readdir(dir)) != NULL)
		found = is_by_hash(entry->d_name);
	(void)closedir(dir);
	return found ? path : NULL;
}

/* Where this libcurl, and else where others, have the system's roots. */
static void
append_system_roots(int out)
{
	const char *const places[] = {
		curl_version_info(CURLVERSION_NOW)->cainfo,
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
		"/etc/ssl/cert.pem"
	};

	for (size_t i = 0; i < COUNT(places); i++)
		if (places[i] != NULL && append_file(out, places[i]))
			return;
}

enum reason
roots_open(int *out, const char *extra, struct fault *why)
{
	bool has_folder = roots_folder() != NULL;

	*out = -1;
	if (has_folder && extra == NULL)
		return REASON_OK;
	*out = memfd_create("roots", MFD_CLOEXEC);
	if (*out < 0)
		return fault_say(
		    why, R_FETCH_SPOOL, NULL, "roots: %s", strerror(errno));
	if (!has_folder)
		append_system_roots(*out);
	if (extra == NULL || append_file(*out, extra))
		return REASON_OK;
	(void)fault_say(
	    why, R_FETCH_FILE, NULL, "%s: %s", extra, strerror(errno));
	(void)close(*out);
	*out = -1;
	return R_FETCH_FILE;
}
