/* What a worker says is what it was asked, or it is nothing. */
#include "tests/pool/point.h"

#include <string.h>

#include "pool/wire_answer.h"

#define ROOM ((size_t)4 << 20)

struct scene {
	struct kit *kit;
	struct arena arena;
	struct job job;       /* as the run has it */
	struct job there;     /* as the worker reads it */
	struct limits limits; /* and its limits */
	struct answer answer; /* the worker's */
	struct wire_out asked, said;
};

static void
scene_judge(struct scene *s)
{
	struct wire_in in = { .p = s->asked.p, .n = s->asked.n };

	assert_true(job_read(&s->there, &in, &s->limits, &s->arena));
	assert_int_equal(in.at, in.n);
	s->answer = (struct answer){ .work = { 3, 4 } };
	s->answer.held = arena_alloc(&s->arena, s->job.n_files + 1);
	memset(s->answer.held, HELD_BY_ISSUER, s->job.n_files + 1);
	kit_judge(&s->answer.point, s->kit, KIT_AT, &s->arena);
}

static void
scene_make(struct scene *s)
{
	kit_write(s->kit);
	point_job(&s->job, s->kit, &s->arena);
	s->asked =
	    (struct wire_out){ .p = arena_alloc(&s->arena, ROOM), .cap = ROOM };
	s->said =
	    (struct wire_out){ .p = arena_alloc(&s->arena, ROOM), .cap = ROOM };
	assert_non_null(s->asked.p);
	assert_non_null(s->said.p);
	job_write(&s->asked, &s->job);
	assert_false(s->asked.failed);
	scene_judge(s);
	/* The kit's result borrows from the kit's bytes: those of this job. */
	s->there = s->job;
}

static int
setup(void **state)
{
	struct scene *s = base_alloc(sizeof(*s));

	s->kit = kit_new();
	arena_init(&s->arena, SIZE_MAX);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	arena_fini(&s->arena);
	kit_free(s->kit);
	base_free(s);
	return 0;
}

static enum reason
hear(struct answer *out, struct scene *s, size_t n)
{
	struct wire_in in = { .p = s->said.p, .n = n };

	return answer_read(out, &in, &s->job, &s->arena);
}

static void
say(struct scene *s)
{
	s->said.n = 0;
	s->said.failed = false;
	answer_write(&s->said, &s->there, &s->answer);
	assert_false(s->said.failed);
}

/* ---- there and back --------------------------------------------------- */

static void
test_same(void **state)
{
	struct scene *s = *state;
	struct answer heard;
	char *want, *got;

	scene_make(s);
	say(s);
	CHECK_REASON("answer", hear(&heard, s, s->said.n), REASON_OK);
	want = point_text(&s->answer.point);
	got = point_text(&heard.point);
	assert_string_equal(got, want);
	assert_int_equal(heard.work.signatures, 3);
	assert_int_equal(heard.held[0], HELD_BY_ISSUER);
	assert_true(heard.point.n_children > 0 && heard.point.n_payloads > 3);
	for (size_t i = 0; i < heard.point.n_children; i++) {
		const struct rpki_issuer *a = &heard.point.children[i].issuer;
		const struct rpki_issuer *b =
		    &s->answer.point.children[i].issuer;
		struct digest ka, kb, none = { { 0 } };
		struct rpki_issuer keyed;

		CHECK_REASON("heir",
		    rpki_issuer_init(
			&keyed, &b->cert, &b->resources, s->job.issuer),
		    REASON_OK);
		CHECK_REASON("key", rpki_point_key(&ka, a, &none, &s->limits),
		    REASON_OK);
		CHECK_REASON("key",
		    rpki_point_key(&kb, &keyed, &none, &s->limits), REASON_OK);
		assert_true(digest_eq(&ka, &kb));
		assert_true(
		    resources_eq(&a->cert.resources, &b->cert.resources));
		assert_true(span_eq(a->cert.der, b->cert.der));
		assert_true(span_eq(a->cert.subject, b->cert.subject));
		assert_memory_equal(&a->cert.ski, &b->cert.ski, 20);
	}
	base_free(want);
	base_free(got);
}

/* The job, as the worker has it. */
static void
test_job(void **state)
{
	struct scene *s = *state;
	struct wire_in in;
	struct job j;

	scene_make(s);
	in = (struct wire_in){ .p = s->asked.p, .n = s->asked.n };
	assert_true(job_read(&j, &in, &s->limits, &s->arena));
	assert_int_equal(j.kind, JOB_JUDGE);
	assert_int_equal(j.id, 7);
	assert_int_equal(j.at, KIT_AT);
	assert_memory_equal(&s->limits, s->job.limits, sizeof(s->limits));
	assert_true(span_eq(j.manifest, s->job.manifest));
	assert_true(
	    resources_eq(&j.issuer->resources, &s->job.issuer->resources));
	assert_int_equal(j.issuer->cert.kind, CERT_TA);
	assert_int_equal(j.n_files, s->job.n_files);
	for (size_t i = 0; i < j.n_files; i++) {
		assert_true(span_eq(j.files[i].bytes, s->job.files[i].bytes));
		assert_true(span_eq(j.files[i].name, s->job.files[i].name));
	}
	/* Cut short anywhere, it is none. */
	for (size_t n = 0; n < s->asked.n; n += 97) {
		in = (struct wire_in){ .p = s->asked.p, .n = n };
		assert_false(job_read(&j, &in, &s->limits, &s->arena));
	}
}

/* Where there is no room, it is left as it was. */
static void
test_no_room(void **state)
{
	struct scene *s = *state;
	struct wire_out w;

	scene_make(s);
	w = (struct wire_out){ .p = s->said.p, .cap = s->asked.n - 1 };
	job_write(&w, &s->job);
	assert_true(w.failed);
	assert_int_equal(w.n, 0);
	w = (struct wire_out){ .p = s->said.p, .cap = s->asked.n };
	job_write(&w, &s->job);
	assert_false(w.failed);
	assert_int_equal(w.n, s->asked.n);
}

static void
test_list(void **state)
{
	struct scene *s = *state;
	struct listing *l = &s->answer.list;
	struct manifest_file files[2] = { 0 };
	struct answer heard;

	scene_make(s);
	s->job.kind = s->there.kind = JOB_LIST;
	for (size_t i = 0; i < COUNT(files); i++) {
		files[i].hash = s->job.files[i].hash;
		files[i].name = s->job.files[i].name;
	}
	*l = (struct listing){ .readable = true,
		.n = 2,
		.files = files,
		.issue.number = { 1 },
		.issue.this_update_at = 5 };
	say(s);
	CHECK_REASON("list", hear(&heard, s, s->said.n), REASON_OK);
	assert_int_equal(heard.list.n, 2);
	assert_true(span_eq(heard.list.files[1].name, files[1].name));
	assert_true(digest_eq(&heard.list.files[1].hash, &files[1].hash));
	assert_true(digest_eq(&heard.list.issue.hash, &s->job.manifest_hash));
	assert_int_equal(heard.list.issue.number[0], 1);
	/* Files of one that could not be read. */
	l->readable = false;
	say(s);
	CHECK_REASON("unreadable", hear(&heard, s, s->said.n), R_RUN_WORKER);
	/* A name that is none. */
	l->readable = true;
	files[0].name = span_of(s->job.manifest.p, 5);
	say(s);
	CHECK_REASON("name", hear(&heard, s, s->said.n), R_RUN_WORKER);
	/* More than a manifest may have. */
	files[0].name = s->job.files[0].name;
	s->kit->limits.manifest_files = 1;
	say(s);
	CHECK_REASON("files", hear(&heard, s, s->said.n), R_RUN_WORKER);
	s->kit->limits.manifest_files = 2;
	CHECK_REASON("files", hear(&heard, s, s->said.n), REASON_OK);
}

/* ---- lies ------------------------------------------------------------- */

static struct rpki_payload *
payload(struct scene *s, enum payload_kind kind)
{
	struct rpki_point *p = &s->answer.point;

	for (size_t i = 0; i < p->n_payloads; i++)
		if (p->payloads[i].payload.kind == kind)
			return &p->payloads[i];
	fail_msg("no payload of kind %d", kind);
	return NULL;
}

#define LIE(name, body)                                  \
	static void lie_##name(struct scene *s)          \
	{                                                \
		struct rpki_point *p = &s->answer.point; \
		(void)p;                                 \
		body;                                    \
	}

static struct addr_range *
everything(struct scene *s)
{
	struct addr_range *r = ARENA_NEW(&s->arena, struct addr_range);

	assert_non_null(r);
	memset(&r->hi, 255, 4);
	return r;
}

LIE(id, s->there.id++)
LIE(prefix, payload(s, PAYLOAD_VRP)->payload.vrp.prefix.addr.b[0] ^= 0x40)
LIE(host_bits, payload(s, PAYLOAD_VRP)->payload.vrp.prefix.addr.b[15] = 1)
LIE(host_bit, payload(s, PAYLOAD_VRP)->payload.vrp.prefix.addr.b[3] |= 1)
LIE(prefix_len, payload(s, PAYLOAD_VRP)->payload.vrp.prefix.len = 0)
LIE(prefix_long, payload(s, PAYLOAD_VRP)->payload.vrp.prefix.len = 129)
LIE(max_len, payload(s, PAYLOAD_VRP)->payload.vrp.max_len = 200)
LIE(max_short, payload(s, PAYLOAD_VRP)->payload.vrp.max_len = 0)
LIE(family, payload(s, PAYLOAD_VRP)->payload.vrp.prefix.family = 0)
LIE(customer, payload(s, PAYLOAD_ASPA)->payload.aspa.customer.v = 99999)
LIE(no_provider, payload(s, PAYLOAD_ASPA)->payload.aspa.n = 0)
LIE(key_asn, payload(s, PAYLOAD_ROUTER_KEY)->payload.key.asn.v = 99999)
LIE(no_key, payload(s, PAYLOAD_ROUTER_KEY)->payload.key.spki.n = 0)
LIE(kind, p->payloads[0].payload.kind = 3; p->n_payloads = 0; p->n_findings = 0;
    p->from_at = p->until_at)
LIE(no_object, p->n_objects = 1)
LIE(object_order, p->payloads[p->n_payloads - 1].object = 0)
LIE(held_v4, p->objects[0].resources.ip[0].holding = HOLDS_SOME;
    p->objects[0].resources.ip[0].n = 1;
    p->objects[0].resources.ip[0].r = everything(s))
LIE(held_inherit, p->objects[0].resources.as.holding = HOLDS_INHERIT)
LIE(child_held, p->children[0].issuer.resources.ip[0].n = 1;
    p->children[0].issuer.resources.ip[0].holding = HOLDS_SOME;
    p->children[0].issuer.resources.ip[0].r = everything(s))
LIE(child_kind, p->children[0].issuer.cert.kind = CERT_EE)
LIE(child_uri, p->children[0].issuer.cert.manifest_uri =
		   p->children[0].issuer.cert.subject)
LIE(child_key, p->children[0].issuer.cert.spki.der.n = 0)
LIE(child_part, p->children[0].issuer.cert.serial.n = 1u << 30)
LIE(child_file, p->children[0].uri = SPAN("rsync://elsewhere/x/y.cer"))
LIE(object_file, p->objects[0].uri = SPAN("rsync://elsewhere/x/y.roa"))
LIE(object_twice, p->objects[1].uri = p->objects[0].uri)
LIE(times, p->until_at = KIT_AT)
LIE(times_early, p->from_at = KIT_AT + 1)
LIE(issue_early, p->issue.this_update_at = KIT_AT + 1)
LIE(issue_stale, p->issue.next_update_at = KIT_AT - 1)
LIE(failed, p->failed = true)
LIE(incomplete, p->incomplete = true)
LIE(files, p->n_files++)
LIE(no_files, p->n_files = 0)
LIE(valid, p->n_valid[0] = UINT32_MAX)
LIE(bytes, p->bytes = UINT64_MAX)
LIE(held, s->answer.held[0] = 4)

/* One finding, bent; the kit's point is good. */
static void
add_finding(struct scene *s, size_t n)
{
	struct rpki_point *p = &s->answer.point;

	p->findings = ARENA_ARRAY(&s->arena, n, struct finding);
	p->n_findings = n;
	for (size_t i = 0; i < n; i++)
		p->findings[i] = (struct finding){ .reason = R_ROA_MAXLEN,
			.effect = EFFECT_OBJECT,
			.object = p->objects[0].uri,
			.hash = p->objects[0].hash,
			.detail = SPAN("good") };
}

LIE(finding_none, add_finding(s, 1); p->findings[0].reason = REASON_OK)
LIE(finding_reason, add_finding(s, 1); p->findings[0].reason = REASON_COUNT)
LIE(finding_effect, add_finding(s, 1);
    p->findings[0].effect = EFFECT_REPOSITORY)
LIE(finding_text, add_finding(s, 1); p->findings[0].detail = SPAN("a\033[2J"))
LIE(finding_offset, add_finding(s, 1); p->findings[0].offset = SIZE_MAX)
LIE(finding_count, add_finding(s, 4 * (s->job.n_files + 4) + 1))

static struct span
bytes_of(struct scene *s, const char *name)
{
	for (size_t i = 0; i < s->there.n_files; i++)
		if (span_eq(s->there.files[i].name, span_str(name)))
			return s->there.files[i].bytes;
	fail_msg("no file %s", name);
	return SPAN("");
}

/* All in it is in the bytes of the ROA; which has a URI, too. */
static void
lie_child_roa(struct scene *s)
{
	struct rpki_child *c = &s->answer.point.children[0];
	struct cert *cert = &c->issuer.cert;
	struct span roa = bytes_of(s, "bent.roa"), uri;
	const struct span name = SPAN(KIT_REPO "bent.roa");

	uri = span_of(memmem(roa.p, roa.n, name.p, name.n), name.n);
	assert_non_null(uri.p);
	c->uri = name;
	*cert = (struct cert){ .der = roa,
		.tbs = roa,
		.serial = roa,
		.subject = roa,
		.spki = { .key.raw = roa, .der = roa },
		.kind = CERT_CA,
		.repository_uri = uri,
		.manifest_uri = uri };
}

static void
lie_key_of_aspa(struct scene *s)
{
	struct payload *y = &payload(s, PAYLOAD_ASPA)->payload;
	struct asn customer = y->aspa.customer;

	*y = (struct payload){ .kind = PAYLOAD_ROUTER_KEY,
		.key = {
		    .asn = customer, .spki = bytes_of(s, "AS64496.asa") } };
}

static const struct {
	const char *what;
	void (*tell)(struct scene *);
} lies[] = {
	{ "another job", lie_id },
	{ "prefix outside", lie_prefix },
	{ "host bits", lie_host_bits },
	{ "host bit", lie_host_bit },
	{ "prefix too short", lie_prefix_len },
	{ "prefix too long", lie_prefix_long },
	{ "maxLength too long", lie_max_len },
	{ "maxLength too short", lie_max_short },
	{ "family", lie_family },
	{ "customer outside", lie_customer },
	{ "no provider", lie_no_provider },
	{ "router's AS outside", lie_key_asn },
	{ "no router key", lie_no_key },
	{ "kind", lie_kind },
	{ "payload without object", lie_no_object },
	{ "objects out of order", lie_object_order },
	{ "object's resources", lie_held_v4 },
	{ "object inherits", lie_held_inherit },
	{ "child's resources", lie_child_held },
	{ "child is no CA", lie_child_kind },
	{ "child's URI", lie_child_uri },
	{ "child's key", lie_child_key },
	{ "child's part outside", lie_child_part },
	{ "child is no file", lie_child_file },
	{ "child is a ROA", lie_child_roa },
	{ "router key in an ASPA", lie_key_of_aspa },
	{ "object is no file", lie_object_file },
	{ "object twice", lie_object_twice },
	{ "no time left", lie_times },
	{ "not yet", lie_times_early },
	{ "a manifest of tomorrow", lie_issue_early },
	{ "a manifest of yesterday", lie_issue_stale },
	{ "failed, but says something", lie_failed },
	{ "incomplete, but not failed", lie_incomplete },
	{ "a file more", lie_files },
	{ "no file", lie_no_files },
	{ "too many valid", lie_valid },
	{ "too many bytes", lie_bytes },
	{ "unknown verdict", lie_held },
	{ "finding of nothing", lie_finding_none },
	{ "finding's reason", lie_finding_reason },
	{ "finding's effect", lie_finding_effect },
	{ "finding's text", lie_finding_text },
	{ "finding's offset", lie_finding_offset },
	{ "too many findings", lie_finding_count },
};

static void
test_lies(void **state)
{
	struct scene *s = *state;
	struct answer heard;

	for (size_t i = 0; i < COUNT(lies); i++) {
		scene_make(s);
		say(s);
		CHECK_REASON("truth", hear(&heard, s, s->said.n), REASON_OK);
		lies[i].tell(s);
		say(s);
		CHECK_REASON(
		    lies[i].what, hear(&heard, s, s->said.n), R_RUN_WORKER);
	}
}

/* ---- memos ------------------------------------------------------------- */

static enum reason
remember(struct answer *out, struct scene *s)
{
	struct job job = { .limits = &s->limits,
		.manifest_hash = s->job.manifest_hash,
		.at = s->job.at,
		.issuer = s->job.issuer };
	struct wire_in in;

	s->said.n = 0;
	memo_write(&s->said, &s->there, &s->answer);
	assert_false(s->said.failed);
	in = (struct wire_in){ .p = s->said.p, .n = s->said.n };
	return memo_read(out, &in, &job, &s->arena, &s->arena);
}

/* What a worker taken over said once must not end each run that follows: of
 * all but certificates a memo has no bytes. */
static void
test_memo(void **state)
{
	struct scene *s = *state;
	struct answer kept;
	char *want, *got;

	scene_make(s);
	CHECK_REASON("truth", remember(&kept, s), REASON_OK);
	want = point_text(&s->answer.point);
	got = point_text(&kept.point);
	assert_string_equal(got, want);
	base_free(want);
	base_free(got);
	for (size_t i = 0; i < COUNT(lies); i++) {
		bool is_known =
		    lies[i].tell == lie_id || lies[i].tell == lie_held;

		scene_make(s);
		lies[i].tell(s);
		CHECK_REASON(lies[i].what, remember(&kept, s),
		    is_known ? REASON_OK : R_RUN_WORKER);
	}
}

static void
test_findings(void **state)
{
	struct scene *s = *state;
	struct answer heard;

	scene_make(s);
	add_finding(s, 4 * (s->job.n_files + 4));
	say(s);
	CHECK_REASON(
	    "as many as may be", hear(&heard, s, s->said.n), REASON_OK);
	assert_true(span_eq(
	    heard.point.findings[0].object, s->answer.point.objects[0].uri));
	assert_true(span_eq(heard.point.findings[0].detail, SPAN("good")));
}

/* ---- noise ------------------------------------------------------------ */

static void
require_sane(const struct scene *s, const struct answer *a)
{
	const struct rpki_point *p = &a->point;
	const struct resources *r = &s->job.issuer->resources;

	for (size_t i = 0; i < p->n_payloads && !a->outgrown; i++) {
		const struct payload *y = &p->payloads[i].payload;

		if (y->kind == PAYLOAD_VRP)
			assert_true(
			    resources_contain_prefix(r, &y->vrp.prefix));
		else
			assert_true(resources_contain_asn(
			    r, y->kind == PAYLOAD_ASPA ? y->aspa.customer
						       : y->key.asn));
	}
	for (size_t i = 0; i < p->n_children && !a->outgrown; i++)
		assert_true(resources_contain(
		    r, &p->children[i].issuer.resources, NULL));
}

static void
test_noise(void **state)
{
	struct scene *s = *state;
	struct answer heard;
	size_t n;

	scene_make(s);
	say(s);
	n = s->said.n;
	for (size_t i = 0; i < n; i++) {
		static const uint8_t noise[] = { 0x01, 0x80, 0xff };

		for (size_t k = 0; k < COUNT(noise); k++) {
			struct arena kept = s->arena;
			enum reason r;

			arena_init(&s->arena, (size_t)64 << 20);
			s->said.p[i] ^= noise[k];
			r = hear(&heard, s, n);
			if (r == REASON_OK)
				require_sane(s, &heard);
			s->said.p[i] ^= noise[k];
			arena_fini(&s->arena);
			s->arena = kept;
		}
	}
	for (size_t i = 0; i < n; i++)
		assert_int_not_equal(hear(&heard, s, i), REASON_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same, setup, teardown),
		cmocka_unit_test_setup_teardown(test_job, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_room, setup, teardown),
		cmocka_unit_test_setup_teardown(test_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_memo, setup, teardown),
		cmocka_unit_test_setup_teardown(test_findings, setup, teardown),
		cmocka_unit_test_setup_teardown(test_noise, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
