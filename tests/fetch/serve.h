/* tests/fetch/server.py, started and asked. */
#ifndef CAIRN_TESTS_FETCH_SERVE_H
#define CAIRN_TESTS_FETCH_SERVE_H

#include <sys/types.h>

#include "tests/fetch/files.h"

#include "fetch/https.h"

enum port {
	PORT_GOOD,
	PORT_HUNG,
	PORT_SELF_SIGNED,
	PORT_EXPIRED,
	PORT_WRONG_NAME,
	PORT_OLD_TLS,
	PORT_SILENT,
	PORT_PROXY,
	PORT_PLAIN,
	PORT_LONG_CHAIN,
	PORTS
};

struct served {
	char folder[64];
	unsigned ports[PORTS];
	pid_t pid;
	int in, out;
};

/* One for a program's tests, who skip where python3 or openssl is missing. */
extern struct served server;
extern bool has_server;
int serve_set_up(void **state);
int serve_tear_down(void **state);
#define NEED_SERVER()                                      \
	do {                                               \
		if (!has_server)                           \
			SKIP("no python3, or no openssl"); \
	} while (0)

/* Write DIR/www/NAME. */
void serve_file(const struct served *, const char *name, struct span);
void serve_uri(
    char *out, size_t n, const struct served *, enum port, const char *path);
/* Small limits, so that tests take seconds. */
void serve_limits(struct limits *);
/* proxy may be NULL. */
struct https *serve_open_by(
    const struct served *, const struct limits *, const char *proxy);
struct https *serve_open(const struct served *, const struct limits *);
/* Until all jobs have ended and were taken. */
void serve_wait(struct https *);
int64_t serve_now_ms(void);

#endif
