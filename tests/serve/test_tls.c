/* Through TLS, from our own client's end to the server. */
#include "tests/check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "tests/serve/server.h"

struct pem {
	struct buf cert, key;
	EVP_PKEY *pkey;
	X509 *x509;
};

static void
add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(e);
	assert_int_equal(X509_add_ext(cert, e, -1), 1);
	X509_EXTENSION_free(e);
}

static void
take_pem(struct buf *out, BIO *from)
{
	char *p;
	long n = BIO_get_mem_data(from, &p);

	buf_init(out, 10000);
	buf_add(out, p, (size_t)n);
	(void)BIO_free(from);
}

/* Until so many seconds from now. */
static void
pem_until(struct pem *out, const char *name, const char *san,
    const struct pem *issuer, long until)
{
	X509 *cert = X509_new();
	X509_NAME *subject = X509_NAME_new();
	BIO *bio;

	out->pkey = EVP_EC_gen("P-256");
	out->x509 = cert;
	assert_non_null(out->pkey);
	assert_int_equal(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
			     (const unsigned char *)name, -1, -1, 0),
	    1);
	(void)X509_set_version(cert, 2);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(cert), 7);
	(void)X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	(void)X509_gmtime_adj(X509_getm_notAfter(cert), until);
	(void)X509_set_subject_name(cert, subject);
	(void)X509_set_pubkey(cert, out->pkey);
	(void)X509_set_issuer_name(cert,
	    issuer != NULL ? X509_get_subject_name(issuer->x509) : subject);
	if (issuer == NULL)
		add_extension(cert, NID_basic_constraints, "critical,CA:TRUE");
	if (san != NULL)
		add_extension(cert, NID_subject_alt_name, san);
	assert_true(X509_sign(cert, issuer != NULL ? issuer->pkey : out->pkey,
			EVP_sha256()) > 0);
	X509_NAME_free(subject);
	bio = BIO_new(BIO_s_mem());
	assert_int_equal(PEM_write_bio_X509(bio, cert), 1);
	take_pem(&out->cert, bio);
	bio = BIO_new(BIO_s_mem());
	assert_int_equal(
	    PEM_write_bio_PrivateKey(bio, out->pkey, NULL, NULL, 0, NULL, NULL),
	    1);
	take_pem(&out->key, bio);
}

static void
pem_make(struct pem *out, const char *name, const char *san,
    const struct pem *issuer)
{
	pem_until(out, name, san, issuer, 3600);
}

static void
pem_fini(struct pem *p)
{
	buf_fini(&p->cert);
	buf_fini(&p->key);
	EVP_PKEY_free(p->pkey);
	X509_free(p->x509);
}

static void
save(char path[96], const struct server *s, const char *name, struct span text)
{
	int fd;

	(void)snprintf(path, 96, "%s-%s.pem", s->folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, text.p, text.n), (ssize_t)text.n);
	(void)close(fd);
}

/* How a fetch through our own client's transport ends. */
static enum reason
fetch_tls(const struct server *s, size_t which,
    const struct serve_dial_tls *tls, size_t want)
{
	static uint8_t room[65536];
	const char *port = strchr(s->names[which], ':') + 1;
	struct serve_dial *d;
	struct rtr_client c;
	struct fault why;
	struct buf pdu;
	enum reason r;
	enum rtr_event e = RTR_NOTHING;

	fault_init(&why, (struct span){ 0 });
	r = serve_dial(&d, "127.0.0.1", port, tls, &why);
	if (r != REASON_OK)
		return r;
	rtr_client_init(&c, 2);
	buf_init(&pdu, 64);
	rtr_client_ask(&c, &pdu);
	r = serve_dial_send(d, buf_view(&pdu), &why);
	while (r == REASON_OK && e == RTR_NOTHING) {
		struct span bytes;

		r = serve_dial_receive(&bytes, d, room, sizeof(room), &why);
		if (r == REASON_OK)
			e = rtr_client_feed(&c, &bytes);
	}
	if (r == REASON_OK) {
		assert_int_equal(e, RTR_COMPLETE);
		assert_int_equal(rtr_client_count(&c), want);
	}
	buf_fini(&pdu);
	rtr_client_fini(&c);
	serve_hang_up(d);
	return r;
}

/* With and without client certificates; the server's name is checked. */
static void
test_tls(void **state)
{
	struct pem ca = { 0 }, server = { 0 }, router = { 0 }, other = { 0 };
	char ca_path[96], cert[2][96], key[2][96];
	struct serve_dial_tls tls = {
		.is_on = true, .ca_file = ca_path, .timeout_ms = 10000
	};
	struct server s;

	(void)state;
	pem_make(&ca, "ca", NULL, NULL);
	pem_make(&server, "server", "DNS:localhost,IP:127.0.0.1", &ca);
	pem_make(&router, "router", "IP:127.0.0.1", &ca);
	pem_make(&other, "other", "IP:192.0.2.1", &ca);
	for (int with_ca = 0; with_ca < 2; with_ca++) {
		server_init(&s);
		save(ca_path, &s, "ca", buf_view(&ca.cert));
		save(cert[0], &s, "cert0", buf_view(&router.cert));
		save(key[0], &s, "key0", buf_view(&router.key));
		save(cert[1], &s, "cert1", buf_view(&other.cert));
		save(key[1], &s, "key1", buf_view(&other.key));
		s.listeners[0].is_tls = true;
		s.settings.tls.certificate = buf_view(&server.cert);
		s.settings.tls.key = buf_view(&server.key);
		if (with_ca)
			s.settings.tls.client_ca = buf_view(&ca.cert);
		s.limits.rtr_handshake_time = 1;
		publish_some(&s, 100000, 1);
		server_start(&s);
		tls.certificate = tls.key = NULL;
		CHECK_REASON("no certificate", fetch_tls(&s, 0, &tls, 100000),
		    with_ca ? R_SERVE_DIAL : REASON_OK);
		tls.certificate = cert[0], tls.key = key[0];
		CHECK_REASON(
		    "a router's", fetch_tls(&s, 0, &tls, 100000), REASON_OK);
		tls.certificate = cert[1], tls.key = key[1];
		CHECK_REASON("another address's",
		    fetch_tls(&s, 0, &tls, 100000),
		    with_ca ? R_SERVE_DIAL : REASON_OK);
		tls.ca_file = cert[0]; /* not who signed the server's */
		CHECK_REASON(
		    "another CA", fetch_tls(&s, 0, &tls, 100000), R_SERVE_DIAL);
		tls.ca_file = ca_path;
		if (with_ca) { /* a handshake that does not go on */
			int fd = dial(s.names[0]);

			assert_int_equal(send(fd, "\x16\x03\x01", 3, 0), 3);
			assert_true(is_closed_within(fd, 8000));
			(void)close(fd);
		}
		server_stop(&s);
		server_fini(&s);
		(void)unlink(ca_path);
		for (size_t i = 0; i < 2; i++) {
			(void)unlink(cert[i]);
			(void)unlink(key[i]);
		}
	}
	pem_fini(&ca);
	pem_fini(&server);
	pem_fini(&router);
	pem_fini(&other);
}

/* ---- clients that mean no good: hostile.md RT5 -------------------------- */

/* A server that wants certificates, and what a client may show it. */
struct scene {
	struct server s;
	struct pem ca, server, router, expired;
	SSL_CTX *ctx;
};

static void
scene_begin(struct scene *c, int max_version)
{
	(void)signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without a flag */
	server_init(&c->s);
	pem_make(&c->ca, "ca", NULL, NULL);
	pem_make(&c->server, "server", "IP:127.0.0.1", &c->ca);
	pem_make(&c->router, "router", "IP:127.0.0.1", &c->ca);
	pem_until(&c->expired, "router", "IP:127.0.0.1", &c->ca, -60);
	c->s.listeners[0].is_tls = true;
	c->s.settings.tls =
	    (struct serve_tls){ .certificate = buf_view(&c->server.cert),
		    .key = buf_view(&c->server.key),
		    .client_ca = buf_view(&c->ca.cert) };
	c->s.limits.rtr_handshake_time = 5;
	c->s.limits.rtr_address_clients = 1000;
	publish_some(&c->s, 10, 1);
	server_start(&c->s);
	c->ctx = SSL_CTX_new(TLS_client_method());
	assert_non_null(c->ctx);
	(void)SSL_CTX_set_max_proto_version(c->ctx, max_version);
}

static void
scene_end(struct scene *c)
{
	SSL_CTX_free(c->ctx);
	server_stop(&c->s);
	server_fini(&c->s);
	pem_fini(&c->ca);
	pem_fini(&c->server);
	pem_fini(&c->router);
	pem_fini(&c->expired);
}

/* A connection that shows this certificate. */
static SSL *
scene_dial(struct scene *c, const struct pem *own)
{
	struct timeval patience = { 20, 0 };
	SSL *ssl = SSL_new(c->ctx);
	int fd = dial(c->s.names[0]);

	assert_non_null(ssl);
	(void)setsockopt(
	    fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(SSL_use_certificate(ssl, own->x509), 1);
	assert_int_equal(SSL_use_PrivateKey(ssl, own->pkey), 1);
	assert_int_equal(SSL_set_fd(ssl, fd), 1);
	return ssl;
}

static void
hang_up(SSL *ssl)
{
	int fd = SSL_get_fd(ssl);

	SSL_free(ssl);
	(void)close(fd);
}

/* Is a Reset Query, a record for each octet, answered? */
static bool
is_answered(SSL *ssl)
{
	uint8_t answer[8];
	int n;

	if (SSL_connect(ssl) != 1)
		return false;
	for (size_t i = 0; i < sizeof(reset_2); i++)
		if (SSL_write(ssl, reset_2 + i, 1) != 1)
			return false;
	n = SSL_read(ssl, answer, sizeof(answer));
	return n == sizeof(answer) && answer[1] == 3;
}

static void
test_certificates(void **state)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

	(void)state;
	for (size_t i = 0; i < COUNT(versions); i++) {
		struct scene c = { 0 };
		SSL *ssl;

		scene_begin(&c, versions[i]);
		ssl = scene_dial(&c, &c.expired);
		assert_false(is_answered(ssl));
		hang_up(ssl);
		ssl = scene_dial(&c, &c.router);
		assert_true(is_answered(ssl));
		hang_up(ssl);
		scene_end(&c);
	}
}

/* TLS 1.2: a client that wants to negotiate anew is told no. */
static void
test_renegotiation(void **state)
{
	struct scene c = { 0 };
	uint8_t byte;
	SSL *ssl;

	(void)state;
	scene_begin(&c, TLS1_2_VERSION);
	ssl = scene_dial(&c, &c.router);
	assert_true(is_answered(ssl));
	assert_int_equal(SSL_renegotiate(ssl), 1);
	assert_true(SSL_do_handshake(ssl) != 1);
	while (SSL_read(ssl, &byte, 1) == 1)
		continue;
	assert_true(SSL_get_error(ssl, -1) == SSL_ERROR_SSL);
	hang_up(ssl);
	ssl = scene_dial(&c, &c.router);
	assert_true(is_answered(ssl));
	hang_up(ssl);
	scene_end(&c);
}

#define HANDSHAKES 500

/* So many handshakes that do not go on: others are served, these end. */
static void
test_handshakes(void **state)
{
	struct scene c = { 0 };
	int fds[HANDSHAKES];
	SSL *ssl;

	(void)state;
	scene_begin(&c, TLS1_3_VERSION);
	for (size_t i = 0; i < HANDSHAKES; i++) {
		fds[i] = dial(c.s.names[0]);
		assert_int_equal(
		    send(fds[i], "\x16\x03\x01\x02", 4, MSG_NOSIGNAL), 4);
	}
	ssl = scene_dial(&c, &c.router);
	assert_true(is_answered(ssl));
	hang_up(ssl);
	for (size_t i = 0; i < HANDSHAKES; i++) {
		assert_true(is_closed_within(fds[i], 20000));
		(void)close(fds[i]);
	}
	scene_end(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_renegotiation),
		cmocka_unit_test(test_handshakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
