/* The server in a process of its own, views for it, and clients on loopback:
 * for the tests of the room. */
#ifndef CAIRN_TESTS_SERVE_SERVER_H
#define CAIRN_TESTS_SERVE_SERVER_H

#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "serve/serve.h"
#include "tests/rtr/kit.h"
#include "view/view.h"

#define LISTENERS 3

struct seen {
	struct serve_counters counters;
	size_t n_routers;
	struct http_router routers[4];
	char said[4][128]; /* the first lines for the log */
	size_t n_said;
};

struct server {
	char folder[64];
	char names[LISTENERS][32];
	struct serve_listener listeners[LISTENERS];
	struct serve_settings settings;
	struct limits limits;
	rlim_t files; /* 0: as many as there are */
	int control;
	pid_t pid;
	struct serve *serve; /* in the child */
	struct seen *seen;   /* written by the child each second */
};

void server_init(struct server *s);
void server_start(struct server *s);
void server_tell(struct server *s, const char *what);
/* Until the child has seen this, or 20 s are over. */
void server_wait(struct server *s, bool (*is)(const struct seen *));
void server_end(struct server *s);
void server_fini(struct server *s);
void server_stop(struct server *s);
struct payload *many(size_t n);
struct view view_of(struct payload *p, size_t n, uint32_t serial);
/* As it is; or with times, serial and sessions, and the history. */
void publish(struct server *s, const struct view *v);
void publish_next(struct server *s, struct view *v);
void publish_some(struct server *s, size_t n, uint32_t serial);
int dial(const char *name);
ssize_t receive(int fd, void *p, size_t n, int ms);
/* Everything that comes is read meanwhile. */
bool is_closed_within(int fd, int ms);
void ask(struct rtr_client *c, int fd);
enum rtr_event hear(struct rtr_client *c, int fd, int ms);
void fetch(struct rtr_client *c, int fd, size_t want);
void check_good(const char *name, size_t want);

extern const uint8_t reset_2[8]; /* a Reset Query of version 2 */

#endif
