/* Bytes of one connection, in the clear or through TLS. */
#include <errno.h>
#include <unistd.h>

#include "serve/inside.h"

static ssize_t
failed(struct wire *w, short wants)
{
	if (errno != EAGAIN && errno != EINTR)
		return WIRE_FAILED;
	w->wants = wants;
	return WIRE_AGAIN;
}

int
wire_begin(struct wire *w, const struct addr *peer, enum family family)
{
	int n;

	if (w->tls == NULL)
		return 1;
	n = tls_begin(w);
	if (n == 1 && !tls_peer_is(w->tls, peer, family))
		return WIRE_FAILED;
	return n;
}

ssize_t
wire_read(struct wire *w, void *p, size_t n)
{
	ssize_t got;

	if (w->tls != NULL)
		return tls_read(w, p, n);
	got = recv(w->fd, p, n, 0);
	return got < 0 ? failed(w, EV_READ) : got;
}

/* Records, until no more is taken. */
static ssize_t
write_tls(struct wire *w, const struct span *spans, size_t n)
{
	size_t sent = 0;

	for (size_t i = 0; i < n; i++)
		for (struct span s = spans[i]; s.n > 0;) {
			ssize_t step = tls_write(w, s);

			if (step < 0)
				return sent > 0 ? (ssize_t)sent : step;
			sent += (size_t)step;
			s = span_of(s.p + step, s.n - (size_t)step);
		}
	return (ssize_t)sent;
}

ssize_t
wire_write(struct wire *w, const struct span *spans, size_t n)
{
	struct iovec parts[RTR_SPANS];
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = n };
	ssize_t sent;

	w->wants = EV_WRITE;
	if (w->tls != NULL)
		return write_tls(w, spans, n);
	ASSERT(n <= COUNT(parts));
	for (size_t i = 0; i < n; i++)
		parts[i] =
		    (struct iovec){ (void *)(uintptr_t)spans[i].p, spans[i].n };
	sent = sendmsg(w->fd, &message, MSG_NOSIGNAL);
	return sent < 0 ? failed(w, EV_WRITE) : sent;
}

void
wire_end(struct wire *w)
{
	if (w->tls != NULL)
		tls_end(w);
	(void)shutdown(w->fd, SHUT_WR);
}
