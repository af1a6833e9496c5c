/* The process for programs and people. */
#include <limits.h>
#include <stdio.h>

#include "supervise/inside.h"

static enum reason
use(struct serving *v, const struct serve_site_settings *settings,
    const struct serve_hooks *hooks, struct fault *why)
{
	return v->site == NULL
		   ? serve_site_open(&v->site, settings, hooks, v->fd, why)
		   : serve_site_apply(v->site, settings, why);
}

static enum reason
apply(struct serving *v, const struct conf *conf, const struct sockets *sockets,
    const struct serve_hooks *hooks, struct fault *why)
{
	const struct conf_http *http = &conf->http;
	struct serve_listener *listeners =
	    base_alloc((http->server.n + 1) * sizeof(*listeners));
	struct pem pem;
	char folder[PATH_MAX];
	enum reason r = R_LIMIT_MEMORY;
	struct serve_site_settings settings = { .n = http->server.n,
		.listeners = listeners,
		.view_folder = folder,
		.max_age = (int64_t)conf->max_age,
		.n_hosts = http->n_hosts,
		.hosts = http->hosts,
		.per_entity = http->per_entity,
		.counters = v->counters,
		.limits = &conf->limits };

	(void)snprintf(folder, sizeof(folder), "%s/view", conf->cache);
	if (listeners != NULL)
		r = serving_name(listeners, http->server.listeners,
		    http->server.n, sockets, why);
	if (r == REASON_OK)
		r = pem_read(&pem, http->server.certificate, http->server.key,
		    NULL, why);
	if (r == REASON_OK) {
		settings.tls = pem_view(&pem);
		r = use(v, &settings, hooks, why);
		pem_fini(&pem);
	}
	base_free(listeners);
	return r;
}

static void
look(struct serving *v)
{
	serve_site_look(v->site);
}

static void
stop(struct serving *v)
{
	serve_site_stop(v->site);
}

static void
loop(struct serving *v)
{
	serve_site_loop(v->site);
	serve_site_close(v->site);
}

const struct protocol protocol_http = { .name = "cairn-http",
	.what = "the HTTP server",
	.apply = apply,
	.look = look,
	.stop = stop,
	.loop = loop };
