/* A small view of both worlds, with some of everything. */
#ifndef CAIRN_TESTS_VIEW_SAMPLE_H
#define CAIRN_TESTS_VIEW_SAMPLE_H

#include "view/view.h"

struct sample {
	struct link ta, ca;
	struct digest endorsers[2];
	struct statement_origin statement;
	struct origin roa, other, entry, assertion;
	struct asn providers[2];
	struct payload payloads[8];
	struct view_left left[2];
	struct view_source sources[3];
	struct view_repository repositories[2];
	struct addr_range v4[2], v6[1];
	struct asn_range as[1];
	struct view_authority authorities[2];
	struct view_holder holders[2];
	struct view_witness witnesses[2];
	struct view_holding holdings[3];
	struct finding findings[3];
	struct view view;
};

__attribute__((unused)) static struct prefix
prefix_of(const char *text)
{
	struct prefix p = { .family = FAMILY_V4 };

	ASSERT(prefix_parse(&p, text));
	return p;
}

__attribute__((unused)) static struct payload
vrp_of(const char *text, unsigned max_len, uint32_t asn,
    const struct origin *origin)
{
	return (struct payload){ .kind = PAYLOAD_VRP,
		.vrp = { { asn }, prefix_of(text), (uint8_t)max_len },
		.origin = origin };
}

__attribute__((unused)) static struct addr_range
range_of(const char *text)
{
	struct prefix p = prefix_of(text);
	struct addr_range r;

	prefix_range(&r.lo, &r.hi, &p);
	return r;
}

static void
sample_origins(struct sample *s)
{
	s->ta = (struct link){ .uri = SPAN("rsync://rpki.example/ta.cer"),
		.manifest_uri = SPAN("rsync://rpki.example/ta/ta.mft"),
		.hash.b = { 1 },
		.not_before_at = 1,
		.not_after_at = 9000,
		.chain_from_at = 1,
		.chain_until_at = 9000 };
	s->ca = (struct link){ .parent = &s->ta,
		.uri = SPAN("rsync://rpki.example/ta/ca.cer"),
		.manifest_uri = SPAN("rsync://rpki.example/ca/ca.mft"),
		.hash.b = { 2 },
		.not_before_at = 2,
		.not_after_at = 8000,
		.chain_from_at = 2,
		.chain_until_at = 7000,
		.depth = 1 };
	s->roa = (struct origin){ .source = SPAN("test"),
		.chain = &s->ca,
		.uri = SPAN("rsync://rpki.example/ca/a.roa"),
		.hash.b = { 3 },
		.not_before_at = 3,
		.not_after_at = 6000,
		.stale_at = 5000,
		.chain_from_at = 2,
		.chain_until_at = 7000 };
	s->other = s->roa;
	s->other.uri = SPAN("rsync://rpki.example/ca/b.roa");
	s->other.hash.b[0] = 4;
	s->endorsers[0].b[0] = 1;
	s->endorsers[1].b[0] = 2;
	s->statement = (struct statement_origin){ .entry = 77,
		.holder.b = { 5 },
		.name = SPAN("north"),
		.region = SPAN("eu"),
		.level = 1,
		.has_ca_key = true,
		.ca_key.b = { 6 },
		.n_endorsers = 2,
		.endorsers = s->endorsers };
	s->entry = (struct origin){ .source = SPAN("ledger"),
		.statement = &s->statement,
		.uri = SPAN("ledger:ledger/77"),
		.hash.b = { 7 },
		.not_after_at = 6000,
		.stale_at = 6000,
		.chain_until_at = 6000 };
	s->assertion = (struct origin){ .source = SPAN("slurm"),
		.uri = SPAN("slurm.json"),
		.not_after_at = INT64_MAX,
		.stale_at = INT64_MAX,
		.chain_until_at = INT64_MAX };
}

static void
sample_payloads(struct sample *s)
{
	struct payload *p = s->payloads;
	size_t n = 0;

	s->providers[0].v = 64510;
	s->providers[1].v = 64511;
	p[n++] = vrp_of("10.0.0.0/8", 16, 64500, &s->roa);
	p[n++] = vrp_of("10.1.0.0/16", 24, 64501, &s->entry);
	p[n++] = vrp_of("10.1.0.0/16", 24, 64501, &s->other);
	p[n++] = vrp_of("10.1.2.0/24", 24, 64502, &s->roa);
	p[n++] = vrp_of("192.0.2.0/24", 24, 64500, &s->assertion);
	p[n++] = vrp_of("2001:db8::/32", 48, 64500, &s->roa);
	p[n++] = (struct payload){ .kind = PAYLOAD_ASPA,
		.aspa = { { 64500 }, 2, s->providers },
		.origin = &s->other };
	p[n++] = (struct payload){ .kind = PAYLOAD_ROUTER_KEY,
		.key = { { 64500 }, { { 9 } }, SPAN("a key") },
		.origin = &s->other };
	qsort(p, n, sizeof(*p), payload_order);
	s->left[0] = (struct view_left){ .payload = vrp_of("10.1.0.0/16", 16,
					     64509, &s->entry),
		.cause = LEFT_COVERED,
		.rule = 3,
		.why = SPAN("somebody's space"),
		.by = &s->roa };
	s->left[1] = (struct view_left){ .payload = vrp_of(
					     "198.51.100.0/24", 24, 1, &s->roa),
		.cause = LEFT_SLURM };
	s->view.payloads = p;
	s->view.n = n;
	s->view.left = s->left;
	s->view.n_left = 2;
}

static void
sample_sources(struct sample *s)
{
	s->sources[0] = (struct view_source){ .kind = SOURCE_TRUST_ANCHOR,
		.name = SPAN("test"),
		.n_payloads = 6 };
	s->sources[1] = (struct view_source){ .kind = SOURCE_LEDGER,
		.name = SPAN("ledger"),
		.held_until_at = 4000,
		.size = 78,
		.root.b = { 8 },
		.cosigned_at = 99,
		.evidence = SPAN("/evidence") };
	s->sources[2] = (struct view_source){
		.kind = SOURCE_SLURM, .name = SPAN("slurm"), .n_payloads = 1
	};
	s->repositories[0] =
	    (struct view_repository){ .uri = SPAN("rsync://gone.example/x/"),
		    .state = SPAN("failed"),
		    .reason = R_FETCH_TIME,
		    .detail = SPAN("300 s") };
	s->repositories[1] =
	    (struct view_repository){ .uri = SPAN("rsync://rpki.example/"),
		    .from = SPAN("rsync://mirror.example/"),
		    .state = SPAN("fresh"),
		    .fetched_at = 900,
		    .files = 12,
		    .bytes = 34567 };
	s->view.sources = s->sources;
	s->view.n_sources = 3;
	s->view.repositories = s->repositories;
	s->view.n_repositories = 2;
}

static void
sample_holders(struct sample *s)
{
	s->v4[0] = range_of("10.0.0.0/8");
	s->v4[1] = range_of("192.0.2.0/24");
	s->v6[0] = range_of("2001:db8::/32");
	s->as[0] = (struct asn_range){ 64496, 64511 };
	for (size_t i = 0; i < 2; i++) {
		struct view_authority *a = &s->authorities[i];

		*a = (struct view_authority){ .source = SPAN("test"),
			.link = i == 0 ? &s->ta : &s->ca,
			.key.b = { (uint8_t)(10 + i) },
			.in_force = true,
			.is_holder = i == 1 };
		a->resources.ip[0] = (struct addr_set){ HOLDS_SOME, 2, s->v4 };
		a->resources.ip[1] = (struct addr_set){ HOLDS_SOME, 1, s->v6 };
		a->resources.as = (struct asn_set){ HOLDS_SOME, 1, s->as };
	}
	s->holders[0] = (struct view_holder){ SPAN("ledger"), { { 5 } },
		SPAN("north"), SPAN("eu") };
	s->holders[1] =
	    (struct view_holder){ .ledger = SPAN("ledger"), .id.b = { 6 } };
	for (size_t i = 0; i < 2; i++)
		s->holdings[i] = (struct view_holding){ .kind = HOLDING_V4,
			.ip = range_of(i == 0 ? "10.1.0.0/16" : "10.2.0.0/16"),
			.holder = &s->holders[0],
			.claim.b = { 11 },
			.level = 1 };
	s->holdings[0].has_ca_key = true;
	s->holdings[0].ca_key.b[0] = 13;
	s->holdings[1].contender = &s->holders[1];
	s->holdings[1].is_young = true;
	s->holdings[2] = (struct view_holding){ .kind = HOLDING_AS,
		.as = { 64500, 64500 },
		.holder = &s->holders[1],
		.evidence_withdrawn = true };
	s->view.authorities = s->authorities;
	s->view.n_authorities = 2;
	s->witnesses[0] =
	    (struct view_witness){ SPAN("ledger"), SPAN("w.example"), 77 };
	s->witnesses[1] =
	    (struct view_witness){ SPAN("ledger"), SPAN("x.example"), 0 };
	s->view.witnesses = s->witnesses;
	s->view.n_witnesses = 2;
	s->view.holders = s->holders;
	s->view.n_holders = 2;
	s->view.holdings = s->holdings;
	s->view.n_holdings = 3;
}

static void
sample_findings(struct sample *s)
{
	struct finding *f = s->findings;

	f[0] = (struct finding){ .reason = R_FETCH_TIME,
		.effect = EFFECT_REPOSITORY,
		.object = SPAN("rsync://gone.example/x/") };
	f[1] = (struct finding){ .reason = R_PATH_REVOKED,
		.effect = EFFECT_OBJECT,
		.object = SPAN("rsync://rpki.example/ca/c.roa"),
		.hash.b = { 12 },
		.trust_anchor = SPAN("test"),
		.point = SPAN("rsync://rpki.example/ca/ca.mft"),
		.certificate = SPAN("rsync://rpki.example/ta/ca.cer"),
		.offset = 5,
		.detail = SPAN("7") };
	f[2] = (struct finding){ .reason = R_MANIFEST_STALE,
		.effect = EFFECT_POINT,
		.object = SPAN("rsync://rpki.example/far/far.mft"),
		.trust_anchor = SPAN("test"),
		.point = SPAN("rsync://rpki.example/far/far.mft") };
	qsort(f, 3, sizeof(*f), finding_cmp);
	s->view.findings = f;
	s->view.n_findings = 3;
}

__attribute__((unused)) static void
sample_init(struct sample *s)
{
	*s = (struct sample){ 0 };
	sample_origins(s);
	sample_payloads(s);
	sample_sources(s);
	sample_holders(s);
	sample_findings(s);
	s->view.at = 1000;
	s->view.made_at = 1001;
	s->view.serial = 42;
	s->view.sessions[0] = 1;
	s->view.sessions[1] = 0xffff;
	s->view.sessions[2] = 3;
}

#endif
