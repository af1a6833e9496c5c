/* Messages of the process that started us, each with a descriptor or none. */
#include <string.h>

#include "serve/inside.h"

#define MESSAGE_MAX 4096

static void
on_message(evutil_socket_t fd, short what, void *ctx)
{
	struct control *c = ctx;
	union { /* aligned as CMSG_DATA wants it */
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} extra;
	char text[MESSAGE_MAX];
	struct iovec part = { text, sizeof(text) };
	struct msghdr m = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = extra.bytes,
		.msg_controllen = sizeof(extra.bytes) };
	ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *h;
	int came = -1;

	(void)what;
	if (n < 0)
		return;
	h = CMSG_FIRSTHDR(&m);
	if (h != NULL && h->cmsg_level == SOL_SOCKET &&
	    h->cmsg_type == SCM_RIGHTS && h->cmsg_len == CMSG_LEN(sizeof(came)))
		memcpy(&came, CMSG_DATA(h), sizeof(came));
	if (n == 0)
		(void)event_del(c->event);
	c->hooks->message(c->hooks->ctx, span_of(text, (size_t)n), came);
}

bool
control_open(struct control *c, struct event_base *base, int fd,
    const struct serve_hooks *hooks)
{
	c->hooks = hooks;
	if (fd < 0)
		return true;
	c->event = event_new(base, fd, EV_READ | EV_PERSIST, on_message, c);
	return c->event != NULL && event_add(c->event, NULL) == 0;
}

void
control_close(struct control *c)
{
	if (c->event != NULL)
		event_free(c->event);
	c->event = NULL;
}
