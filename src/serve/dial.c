/* A connection to a cache: connect, send, receive, each with a time-out. */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "serve/inside.h"

struct serve_dial {
	int fd;
	int timeout_ms;
	SSL_CTX *ctx;
	SSL *ssl; /* NULL: in the clear */
};

static enum reason
fail(struct fault *why, const char *what, const char *text)
{
	return fault_say(why, R_SERVE_DIAL, NULL, "%s: %s", what, text);
}

static bool
wait_for(const struct serve_dial *d, short events)
{
	struct pollfd p = { .fd = d->fd, .events = events };
	int n;

	do
		n = poll(&p, 1, d->timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		errno = ETIMEDOUT;
	return n > 0;
}

/* ---- TCP ---------------------------------------------------------------- */

static bool
connect_to(struct serve_dial *d, const struct addrinfo *to)
{
	int error = 0;
	socklen_t n = sizeof(error);

	d->fd = socket(
	    to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (d->fd < 0)
		return false;
	if (connect(d->fd, to->ai_addr, to->ai_addrlen) == 0)
		return true;
	if (errno == EINPROGRESS && wait_for(d, POLLOUT) &&
	    getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0) {
		if (error == 0)
			return true;
		errno = error;
	}
	error = errno;
	(void)close(d->fd);
	d->fd = -1;
	errno = error;
	return false;
}

static enum reason
connect_any(
    struct serve_dial *d, const char *host, const char *port, struct fault *why)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *all, *a;
	int error = getaddrinfo(host, port, &hints, &all);

	if (error != 0)
		return fail(why, host, gai_strerror(error));
	for (a = all; a != NULL && !connect_to(d, a); a = a->ai_next)
		continue;
	freeaddrinfo(all);
	return a != NULL ? REASON_OK : fail(why, host, strerror(errno));
}

/* ---- TLS ------------------------------------------------------------------
 */

static enum reason
fail_tls(struct fault *why, const char *what)
{
	const char *text = ERR_reason_error_string(ERR_get_error());

	ERR_clear_error();
	return fail(why, what, text != NULL ? text : "TLS failed");
}

static enum reason
set_up(
    struct serve_dial *d, const struct serve_dial_tls *tls, struct fault *why)
{
	d->ctx = SSL_CTX_new(TLS_client_method());
	if (d->ctx == NULL ||
	    SSL_CTX_set_min_proto_version(d->ctx, TLS1_2_VERSION) != 1)
		return fail_tls(why, "TLS");
	if (tls->ca_file != NULL
		? SSL_CTX_load_verify_file(d->ctx, tls->ca_file) != 1
		: SSL_CTX_set_default_verify_paths(d->ctx) != 1)
		return fail_tls(why, "ca-file");
	if (tls->certificate != NULL &&
	    (SSL_CTX_use_certificate_chain_file(d->ctx, tls->certificate) !=
		    1 ||
		SSL_CTX_use_PrivateKey_file(
		    d->ctx, tls->key, SSL_FILETYPE_PEM) != 1))
		return fail_tls(why, "certificate");
	SSL_CTX_set_verify(d->ctx, SSL_VERIFY_PEER, NULL);
	return REASON_OK;
}

/* Wait for what OpenSSL wants; false when it is over. */
static bool
again(struct serve_dial *d, int n)
{
	switch (SSL_get_error(d->ssl, n)) {
	case SSL_ERROR_WANT_READ:
		return wait_for(d, POLLIN);
	case SSL_ERROR_WANT_WRITE:
		return wait_for(d, POLLOUT);
	default:
		return false;
	}
}

/* 8210bis-26 9.2: the name is checked, or the address where it is one. */
static enum reason
begin_tls(struct serve_dial *d, const char *host,
    const struct serve_dial_tls *tls, struct fault *why)
{
	struct addr addr;
	enum family family;
	bool named = !addr_parse(&addr, &family, host);
	int n;

	TRY(set_up(d, tls, why));
	d->ssl = SSL_new(d->ctx);
	if (d->ssl == NULL || SSL_set_fd(d->ssl, d->fd) != 1)
		return fail_tls(why, host);
	if (named ? SSL_set1_host(d->ssl, host) != 1 ||
			SSL_ctrl(d->ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME,
			    TLSEXT_NAMETYPE_host_name,
			    (void *)(uintptr_t)host) != 1
		  : X509_VERIFY_PARAM_set1_ip_asc(
			SSL_get0_param(d->ssl), host) != 1)
		return fail_tls(why, host);
	while ((n = SSL_connect(d->ssl)) != 1)
		if (!again(d, n))
			return fail_tls(why, host);
	return REASON_OK;
}

/* ---- all of it
 * ---------------------------------------------------------------- */

enum reason
serve_dial(struct serve_dial **out, const char *host, const char *port,
    const struct serve_dial_tls *tls, struct fault *why)
{
	struct serve_dial *d = base_alloc(sizeof(*d));
	enum reason r;

	*out = NULL;
	if (d == NULL)
		return R_LIMIT_MEMORY;
	/* OpenSSL writes without MSG_NOSIGNAL. */
	(void)signal(SIGPIPE, SIG_IGN);
	d->fd = -1;
	d->timeout_ms = tls->timeout_ms;
	r = connect_any(d, host, port, why);
	if (r == REASON_OK && tls->is_on)
		r = begin_tls(d, host, tls, why);
	if (r == REASON_OK)
		*out = d;
	else
		serve_hang_up(d);
	return r;
}

enum reason
serve_dial_send(struct serve_dial *d, struct span s, struct fault *why)
{
	while (s.n > 0) {
		size_t sent = 0;

		if (d->ssl != NULL) {
			int n = SSL_write_ex(d->ssl, s.p, s.n, &sent);

			if (n != 1 && !again(d, n))
				return fail_tls(why, "sending");
		} else {
			ssize_t n = send(d->fd, s.p, s.n, MSG_NOSIGNAL);

			if (n < 0 && (errno != EAGAIN || !wait_for(d, POLLOUT)))
				return fail(why, "sending", strerror(errno));
			sent = n > 0 ? (size_t)n : 0;
		}
		s = span_of(s.p + sent, s.n - sent);
	}
	return REASON_OK;
}

enum reason
serve_dial_receive(struct span *out, struct serve_dial *d, uint8_t *room,
    size_t n, struct fault *why)
{
	size_t got = 0;

	while (got == 0) {
		if (d->ssl != NULL) {
			int r = SSL_read_ex(d->ssl, room, n, &got);

			if (r == 1)
				break;
			if (SSL_get_error(d->ssl, r) == SSL_ERROR_ZERO_RETURN)
				return fail(why, "receiving", "closed");
			if (!again(d, r))
				return errno == ETIMEDOUT
					   ? fail(why, "receiving",
						 strerror(errno))
					   : fail_tls(why, "receiving");
		} else {
			ssize_t r = recv(d->fd, room, n, 0);

			if (r == 0)
				return fail(why, "receiving", "closed");
			if (r < 0 && (errno != EAGAIN || !wait_for(d, POLLIN)))
				return fail(why, "receiving", strerror(errno));
			got = r > 0 ? (size_t)r : 0;
		}
	}
	*out = span_of(room, got);
	return REASON_OK;
}

void
serve_dial_timeout(struct serve_dial *d, int timeout_ms)
{
	d->timeout_ms = timeout_ms;
}

void
serve_hang_up(struct serve_dial *d)
{
	if (d == NULL)
		return;
	SSL_free(d->ssl);
	SSL_CTX_free(d->ctx);
	if (d->fd >= 0)
		(void)close(d->fd);
	base_free(d);
}
