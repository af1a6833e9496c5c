/*
 * TLS 1.2 and 1.3 by libssl. A client CA means that every client needs a
 * certificate, which names its address (8210bis-26 9.2).
 */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "serve/inside.h"

struct tls {
	SSL_CTX *ctx;
	bool wants_client;
};

struct tls_conn {
	SSL *ssl;
	bool wants_client;
};

static enum reason
fail(struct fault *why, const char *what)
{
	unsigned long code = ERR_get_error();
	const char *text = ERR_reason_error_string(code);

	ERR_clear_error();
	return fault_say(why, R_SERVE_TLS, NULL, "%s: %s", what,
	    text != NULL ? text : "not to be used");
}

static BIO *
pem_of(struct span text)
{
	return text.n > INT32_MAX ? NULL : BIO_new_mem_buf(text.p, (int)text.n);
}

/* The server's own, then those above it. */
static bool
use_chain(SSL_CTX *ctx, struct span pem)
{
	BIO *bio = pem_of(pem);
	X509 *cert =
	    bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
	bool good = cert != NULL && SSL_CTX_use_certificate(ctx, cert) == 1;

	X509_free(cert);
	while (good) {
		cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
		if (cert == NULL)
			break;
		good = SSL_CTX_add0_chain_cert(ctx, cert) == 1;
	}
	BIO_free(bio);
	if (good)
		ERR_clear_error(); /* of the end of the file */
	return good;
}

static int
no_passphrase(char *out, int n, int writing, void *ctx)
{
	(void)out, (void)n, (void)writing, (void)ctx;
	return -1;
}

static bool
use_key(SSL_CTX *ctx, struct span pem)
{
	BIO *bio = pem_of(pem);
	EVP_PKEY *key = bio == NULL ? NULL
				    : PEM_read_bio_PrivateKey(
					  bio, NULL, no_passphrase, NULL);
	bool good = key != NULL && SSL_CTX_use_PrivateKey(ctx, key) == 1 &&
		    SSL_CTX_check_private_key(ctx) == 1;

	EVP_PKEY_free(key);
	BIO_free(bio);
	return good;
}

static bool
use_client_ca(SSL_CTX *ctx, struct span pem)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	BIO *bio = pem_of(pem);
	X509 *cert;
	size_t n = 0;

	while (bio != NULL &&
	       (cert = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		if (X509_STORE_add_cert(store, cert) == 1 &&
		    SSL_CTX_add_client_CA(ctx, cert) == 1)
			n++;
		X509_free(cert);
	}
	BIO_free(bio);
	if (n > 0)
		ERR_clear_error();
	return n > 0;
}

static enum reason
set_up(SSL_CTX *ctx, const struct serve_tls *from, struct fault *why)
{
	static const unsigned char id[] = "cairn";

	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1)
		return fail(why, "TLS");
	(void)SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION |
					   SSL_OP_NO_COMPRESSION |
					   SSL_OP_CIPHER_SERVER_PREFERENCE);
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
					SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					SSL_MODE_RELEASE_BUFFERS);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_session_id_context(ctx, id, sizeof(id) - 1);
	if (!use_chain(ctx, from->certificate))
		return fail(why, "certificate");
	if (!use_key(ctx, from->key))
		return fail(why, "key");
	if (from->client_ca.n == 0)
		return REASON_OK;
	if (!use_client_ca(ctx, from->client_ca))
		return fail(why, "client-ca");
	SSL_CTX_set_verify(
	    ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return REASON_OK;
}

enum reason
tls_new(struct tls **out, const struct serve_tls *from, struct fault *why)
{
	struct tls *t;
	enum reason r;

	*out = NULL;
	if (from->certificate.n == 0)
		return REASON_OK;
	t = base_alloc(sizeof(*t));
	if (t == NULL)
		return R_LIMIT_MEMORY;
	t->wants_client = from->client_ca.n > 0;
	t->ctx = SSL_CTX_new(TLS_server_method());
	r = t->ctx == NULL ? R_LIMIT_MEMORY : set_up(t->ctx, from, why);
	if (r == REASON_OK)
		*out = t;
	else
		tls_free(t);
	return r;
}

enum reason
serve_tls_check(
    int64_t *until_at, const struct serve_tls *from, struct fault *why)
{
	struct tls *t;
	struct tm tm;
	X509 *cert;

	*until_at = 0;
	TRY(tls_new(&t, from, why));
	if (t == NULL)
		return fault_say(why, R_SERVE_TLS, NULL, "certificate: empty");
	cert = SSL_CTX_get0_certificate(t->ctx);
	if (cert != NULL && ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm) == 1)
		*until_at = (int64_t)timegm(&tm);
	tls_free(t);
	return REASON_OK;
}

struct ssl_ctx_st *
tls_context(struct tls *tls)
{
	return tls->ctx;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	SSL_CTX_free(t->ctx);
	base_free(t);
}

struct tls_conn *
tls_accept(struct tls *t, int fd)
{
	struct tls_conn *c = base_alloc(sizeof(*c));

	if (c == NULL)
		return NULL;
	c->wants_client = t->wants_client;
	c->ssl = SSL_new(t->ctx);
	if (c->ssl == NULL || SSL_set_fd(c->ssl, fd) != 1) {
		tls_conn_free(c);
		return NULL;
	}
	SSL_set_accept_state(c->ssl);
	return c;
}

void
tls_conn_free(struct tls_conn *c)
{
	if (c == NULL)
		return;
	SSL_free(c->ssl);
	base_free(c);
}

/* What OpenSSL waits for, or that it is over. */
static int
outcome(struct wire *w, int n)
{
	int error = SSL_get_error(w->tls->ssl, n);

	ERR_clear_error();
	switch (error) {
	case SSL_ERROR_WANT_READ:
		w->wants = EV_READ;
		return WIRE_AGAIN;
	case SSL_ERROR_WANT_WRITE:
		w->wants = EV_WRITE;
		return WIRE_AGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		return WIRE_FAILED;
	}
}

int
tls_begin(struct wire *w)
{
	int n;

	ERR_clear_error();
	n = SSL_do_handshake(w->tls->ssl);
	return n == 1 ? 1 : n == 0 ? WIRE_FAILED : outcome(w, n);
}

bool
tls_peer_is(struct tls_conn *c, const struct addr *peer, enum family family)
{
	X509 *cert;
	bool is;

	if (!c->wants_client)
		return true;
	cert = SSL_get1_peer_certificate(c->ssl);
	is = cert != NULL &&
	     X509_check_ip(cert, peer->b, family_bits(family) / 8, 0) == 1;
	X509_free(cert);
	return is;
}

ssize_t
tls_read(struct wire *w, void *p, size_t n)
{
	size_t got;
	int r;

	ERR_clear_error();
	r = SSL_read_ex(w->tls->ssl, p, n, &got);
	return r == 1 ? (ssize_t)got : outcome(w, r);
}

ssize_t
tls_write(struct wire *w, struct span s)
{
	size_t sent;
	int r;

	ERR_clear_error();
	r = SSL_write_ex(w->tls->ssl, s.p, s.n, &sent);
	if (r == 1)
		return (ssize_t)sent;
	r = outcome(w, r);
	return r == 0 ? WIRE_FAILED : r;
}

/* One side's farewell is enough: TCP says the rest. */
void
tls_end(struct wire *w)
{
	ERR_clear_error();
	(void)SSL_shutdown(w->tls->ssl);
	ERR_clear_error();
}
