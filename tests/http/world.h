/* A small view, for the tests of this room. */
#ifndef CAIRN_TESTS_HTTP_WORLD_H
#define CAIRN_TESTS_HTTP_WORLD_H

#include "http/http.h"

struct small_world {
	struct link link;
	struct origin origins[2];
	struct payload payloads[8];
	struct view_source sources[3];
	struct view_repository repositories[1];
	struct finding findings[1];
	struct asn providers[2];
	struct view_holder holder;
	struct view_holding holdings[2];
	struct view view;
	struct http_counters counters;
	struct http_world world;
};

static inline struct payload
small_vrp(const char *prefix, uint32_t asn, uint8_t max_len,
    const struct origin *origin)
{
	struct payload p = { .kind = PAYLOAD_VRP,
		.vrp = { .asn = { asn }, .max_len = max_len },
		.origin = origin };

	ASSERT(prefix_parse(&p.vrp.prefix, prefix));
	return p;
}

static inline void
small_world(struct small_world *w)
{
	struct payload *p = w->payloads;

	*w = (struct small_world){ .providers = { { 64500 }, { 64501 } } };
	w->origins[0] = (struct origin){ .source = SPAN("alpha"),
		.chain = &w->link,
		.uri = SPAN("rsync://a.example/r/1.roa") };
	w->origins[1] = (struct origin){ .source = SPAN("beta"),
		.chain = &w->link,
		.uri = SPAN("rsync://b.example/r/<script>.roa") };
	*p++ = small_vrp("10.0.0.0/8", 1, 8, &w->origins[0]);
	*p++ = small_vrp("10.0.0.0/8", 1, 8, &w->origins[1]);
	*p++ = small_vrp("10.1.0.0/16", 2, 20, &w->origins[0]);
	*p++ = small_vrp("10.2.0.0/16", 0, 32, &w->origins[0]);
	*p++ = small_vrp("2001:db8::/32", 3, 48, &w->origins[0]);
	*p++ = (struct payload){ .kind = PAYLOAD_ASPA,
		.aspa = { { 64496 }, 2, w->providers },
		.origin = &w->origins[0] };
	*p++ = (struct payload){ .kind = PAYLOAD_ROUTER_KEY,
		.key = { .asn = { 64497 }, .spki = SPAN("key") },
		.origin = &w->origins[0] };
	w->sources[0] =
	    (struct view_source){ .name = SPAN("alpha"), .n_payloads = 6 };
	w->sources[1] = (struct view_source){
		.name = SPAN("beta \"x\\"), .reason = R_TA_FILE, .n_payloads = 1
	};
	w->sources[2] = (struct view_source){
		.name = SPAN("gamma"), .kind = SOURCE_LEDGER, .size = 120
	};
	w->repositories[0] =
	    (struct view_repository){ .uri = SPAN("rsync://a.example/r/"),
		    .state = SPAN("fresh"),
		    .fetched_at = 1000 };
	w->findings[0] = (struct finding){ .reason = R_TA_FILE };
	w->holder = (struct view_holder){ .ledger = SPAN("gamma"),
		.id = { { 1, 2, 3 } },
		.name = SPAN("mine") };
	w->holdings[0] = (struct view_holding){ .kind = HOLDING_V4,
		.ip = { { { 10, 1 } }, { { 10, 1, 255, 255 } } },
		.holder = &w->holder };
	w->holdings[1] = (struct view_holding){
		.kind = HOLDING_AS, .as = { 2, 2 }, .holder = &w->holder
	};
	w->view = (struct view){ .payloads = w->payloads,
		.n = (size_t)(p - w->payloads),
		.sources = w->sources,
		.n_sources = 3,
		.repositories = w->repositories,
		.n_repositories = 1,
		.findings = w->findings,
		.n_findings = 1,
		.holders = &w->holder,
		.n_holders = 1,
		.holdings = w->holdings,
		.n_holdings = 2,
		.made_at = 1000,
		.at = 1000,
		.serial = 7,
		.sessions = { 10, 11, 12 } };
	w->world = (struct http_world){ .view = &w->view,
		.counters = &w->counters,
		.now = 1060,
		.max_age = 3600 };
}

#endif
