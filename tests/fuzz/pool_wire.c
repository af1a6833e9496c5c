/*
 * What a worker answers, to each kind of question (the first byte): whatever it
 * is, what is taken of it lies within the resources of the issuer, and within
 * the bytes.
 */
#include "tests/fuzz/fuzz.h"

#include "pool/wire.h"

#define AT      INT64_C(1796083200)

#define ENTRIES 3

static const enum job_kind kinds[] = { JOB_JUDGE, JOB_LIST, JOB_CHECK,
	JOB_ENTRIES };

static void
check_point(const struct answer *a, const struct resources *held)
{
	const struct rpki_point *p = &a->point;

	for (size_t i = 0; i < p->n_payloads; i++) {
		const struct payload *y = &p->payloads[i].payload;

		if (y->kind == PAYLOAD_VRP)
			ASSERT(resources_contain_prefix(held, &y->vrp.prefix));
		else
			ASSERT(resources_contain_asn(
			    held, y->kind == PAYLOAD_ASPA ? y->aspa.customer
							  : y->key.asn));
	}
	for (size_t i = 0; i < p->n_findings; i++)
		for (size_t k = 0; k < p->findings[i].detail.n; k++)
			ASSERT(p->findings[i].detail.p[k] >= 0x20);
	for (size_t i = 0; i < p->n_children; i++)
		ASSERT(resources_contain(
		    held, &p->children[i].issuer.resources, NULL));
}

/* Only of what is signed well, the rest is asked. */
static void
check_entries(const struct ledger_checked *c)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		ASSERT(c[i].signed_well ||
		       (!c[i].content_well && !c[i].evidence.holds));
		ASSERT(!c[i].evidence.holds ||
		       c[i].evidence.from_at <= c[i].evidence.until_at);
	}
}

static void
check(const struct answer *a, const struct job *job)
{
	for (size_t i = 0; i < a->list.n; i++)
		ASSERT(
		    manifest_name_is_valid(a->list.files[i].name, job->limits));
	if (job->kind == JOB_JUDGE)
		check_point(a, &job->issuer->resources);
	if (job->kind == JOB_ENTRIES)
		check_entries(a->checked);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct addr_range v4 = { .hi = { { 127, 255, 255, 255 } } };
	struct asn_range as = { 0, 1000 };
	struct rpki_issuer issuer = { .cert.repository_uri =
					  SPAN("rsync://a.example/a/") };
	struct job_file files[] = { { .name = SPAN("a.roa") },
		{ .name = SPAN("b.cer") }, { .name = SPAN("c.crl") } };
	struct job job = { .id = 1, .at = AT, .n_entries = ENTRIES };
	struct wire_in in = { .p = data, .n = n, .at = 1 };
	struct limits limits;
	struct answer answer;
	struct arena arena;

	if (n < 1)
		return 0;
	job.kind = kinds[data[0] % COUNT(kinds)];
	issuer.resources.ip[0] = (struct addr_set){ HOLDS_SOME, 1, &v4 };
	issuer.resources.as = (struct asn_set){ HOLDS_SOME, 1, &as };
	for (size_t i = 0; i < COUNT(files); i++)
		files[i].bytes = span_of(data, n);
	limits_init(&limits);
	arena_init(&arena, (size_t)64 << 20);
	job.issuer = &issuer;
	job.limits = &limits;
	job.manifest = span_of(data, n);
	job.files = files;
	job.n_files = COUNT(files);
	if (answer_read(&answer, &in, &job, &arena) == REASON_OK &&
	    !answer.outgrown)
		check(&answer, &job);
	arena_fini(&arena);
	return 0;
}
