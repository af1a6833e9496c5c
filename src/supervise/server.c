/* The process for routers. */
#include <limits.h>
#include <stdio.h>

#include "supervise/inside.h"

/* What is there before any validation. */
static void
note_view(const struct serving *v)
{
	struct rtr_cache_facts f;
	char text[160];

	serve_rtr_facts(&f, v->rtr);
	if (!f.has_data)
		return;
	(void)snprintf(text, sizeof(text),
	    "the view of before: serial %lu: %zu VRPs, %zu ASPAs, %zu router keys",
	    (unsigned long)f.serial, f.vrps, f.aspas, f.router_keys);
	v->daemon->note(v->daemon->ctx, text);
}

/* Open the server, or have it take new settings. */
static enum reason
use(struct serving *v, const struct serve_settings *settings,
    const struct serve_hooks *hooks, struct fault *why)
{
	if (v->rtr != NULL)
		return serve_apply(v->rtr, settings, why);
	TRY(serve_open(&v->rtr, settings, hooks, v->fd, why));
	note_view(v);
	return REASON_OK;
}

static enum reason
apply(struct serving *v, const struct conf *conf, const struct sockets *sockets,
    const struct serve_hooks *hooks, struct fault *why)
{
	struct serve_listener *listeners =
	    base_alloc((conf->rtr.server.n + 1) * sizeof(*listeners));
	struct pem pem;
	char folder[PATH_MAX];
	enum reason r = R_LIMIT_MEMORY;
	struct serve_settings settings = { .n = conf->rtr.server.n,
		.listeners = listeners,
		.view_folder = folder,
		.history = (size_t)conf->rtr.history,
		.timers = { (uint32_t)conf->rtr.refresh,
		    (uint32_t)conf->rtr.retry, (uint32_t)conf->rtr.expire },
		.max_age = (int64_t)conf->max_age,
		.limits = &conf->limits };

	(void)snprintf(folder, sizeof(folder), "%s/view", conf->cache);
	if (listeners != NULL)
		r = serving_name(listeners, conf->rtr.server.listeners,
		    conf->rtr.server.n, sockets, why);
	if (r == REASON_OK)
		r = pem_read(&pem, conf->rtr.server.certificate,
		    conf->rtr.server.key, conf->rtr.server.client_ca, why);
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
	serve_look(v->rtr);
}

static void
stop(struct serving *v)
{
	serve_stop(v->rtr);
}

static void
loop(struct serving *v)
{
	serve_loop(v->rtr);
	serve_close(v->rtr);
}

/* For the metrics, which the other server tells. */
static void
second(struct serving *v)
{
	struct http_counters *out = v->counters;
	struct serve_counters c;

	serve_counters(&c, v->rtr);
	for (size_t i = 0; i < RTR_VERSIONS; i++)
		out->rtr_clients[i] = c.clients_of[i];
	out->rtr_accepted = c.accepted;
	out->rtr_refused = c.refused;
	out->rtr_errors = c.errors;
	out->rtr_queries = c.queries;
	out->rtr_resets = c.resets;
	out->rtr_timeouts = c.timeouts;
	out->rtr_sent_bytes = c.sent_bytes;
	out->rtr_received_bytes = c.received_bytes;
	out->n_routers = serve_routers(out->routers, HTTP_ROUTERS, v->rtr);
}

const struct protocol protocol_rtr = { .name = "cairn-rtr",
	.what = "the server for routers",
	.apply = apply,
	.look = look,
	.stop = stop,
	.loop = loop,
	.second = second };
