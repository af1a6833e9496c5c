/* Folders by HTTP on loopback, as a static file server has them. */
#ifndef CAIRN_TESTS_RUN_SERVER_H
#define CAIRN_TESTS_RUN_SERVER_H

#include <sys/types.h>

struct server {
	pid_t pid;
	unsigned port;
	char log[128]; /* a line for each request: status and path */
};

/* Serves what is below `folder`, a line for each request into `log`. */
void server_start(struct server *out, const char *folder, const char *log);
void server_end(struct server *);
/* Requests so far that were answered by this status; 0: any. */
unsigned server_count(const struct server *, unsigned status);

#endif
