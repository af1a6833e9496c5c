/* Certificates and keys: read, and tried before anybody is to use them. */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "file/file.h"
#include "supervise/inside.h"

#define PEM_MAX ((size_t)1 << 20)
#define CHECK_S 10

bool
supervise_read(struct buf *out, const char *path)
{
	buf_init(out, PEM_MAX);
	return path == NULL || file_load(out, path);
}

enum reason
pem_read(struct pem *out, const char *certificate, const char *key,
    const char *client_ca, struct fault *why)
{
	const struct {
		const char *what, *path;
		struct buf *to;
	} files[] = { { "certificate", certificate, &out->certificate },
		{ "key", key, &out->key },
		{ "client-ca", client_ca, &out->client_ca } };

	*out = (struct pem){ 0 };
	for (size_t i = 0; i < COUNT(files); i++)
		if (!supervise_read(files[i].to, files[i].path)) {
			int error = errno;

			pem_fini(out);
			return fault_say(why, R_SERVE_TLS, NULL, "%s: %s: %s",
			    files[i].what, files[i].path, strerror(error));
		}
	return REASON_OK;
}

struct serve_tls
pem_view(const struct pem *pem)
{
	return (struct serve_tls){ buf_view(&pem->certificate),
		buf_view(&pem->key), buf_view(&pem->client_ca) };
}

void
pem_fini(struct pem *pem)
{
	buf_fini(&pem->certificate);
	buf_fini(&pem->key);
	buf_fini(&pem->client_ca);
}

static enum reason
check(const char *certificate, const char *key, const char *client_ca,
    struct fault *why)
{
	struct serve_tls tls;
	struct pem pem;
	int64_t until_at;
	enum reason r;

	if (certificate == NULL)
		return REASON_OK;
	TRY(pem_read(&pem, certificate, key, client_ca, why));
	tls = pem_view(&pem);
	r = serve_tls_check(&until_at, &tls, why);
	pem_fini(&pem);
	return r;
}

static void
check_main(struct supervisor *s, const struct conf *conf)
{
	struct fault why;
	enum reason r;

	supervise_child(s, -1, "cairn-check");
	(void)alarm(CHECK_S);
	fault_init(&why, (struct span){ 0 });
	r = check(conf->rtr.server.certificate, conf->rtr.server.key,
	    conf->rtr.server.client_ca, &why);
	if (r != REASON_OK)
		supervise_say(s, "rtr: %s: %s", reason_text(r), why.detail);
	else if ((r = check(conf->http.server.certificate,
		      conf->http.server.key, NULL, &why)) != REASON_OK)
		supervise_say(s, "http: %s: %s", reason_text(r), why.detail);
	_exit(r != REASON_OK);
}

bool
pem_check(struct supervisor *s, const struct conf *conf)
{
	int status = -1;
	pid_t pid;

	if (conf->rtr.server.certificate == NULL &&
	    conf->http.server.certificate == NULL)
		return true;
	pid = fork();
	if (pid == 0)
		check_main(s, conf);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0;
}
