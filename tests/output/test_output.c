/*
 * Formats against those of Routinator: tests/wild/routinator/output holds one
 * data set printed by it in each format. There a payload that was given twice
 * is printed twice, and comes from a local exception; where that shows, the
 * sample is changed below to what we say of a payload with an origin.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"
#include "tests/output/mixed.h"

#include "output/output.h"

static const struct origin nowhere = { .source = { (const uint8_t *)"N/A", 3 },
	.uri = { (const uint8_t *)"N/A", 3 },
	.chain_from_at = 5,
	.chain_until_at = 10,
	.not_before_at = 0,
	.not_after_at = 86400,
	.stale_at = 7 };

static const struct asn providers[] = { { 1 }, { 2 }, { 3 }, { 4 } };
static const uint8_t zeros[64];

/* Bits as in the names of the samples: ROAs, router keys, ASPAs. Each payload
 * is there twice. */
static size_t
sample(struct payload *out, const char *bits)
{
	size_t n = 0;

	for (int twice = 0; twice < 2 && bits[0] == '1'; twice++)
		out[n++] = (struct payload){ .kind = PAYLOAD_VRP,
			.vrp = { .asn = { 1234 },
			    .prefix = { FAMILY_V4, 24, { { 12, 34, 56 } } },
			    .max_len = 24 },
			.origin = &nowhere };
	for (int twice = 0; twice < 2 && bits[2] == '1'; twice++)
		out[n++] = (struct payload){ .kind = PAYLOAD_ASPA,
			.aspa = { .customer = { 1234 },
			    .n = COUNT(providers),
			    .providers = providers },
			.origin = &nowhere };
	for (int twice = 0; twice < 2 && bits[1] == '1'; twice++)
		out[n++] = (struct payload){ .kind = PAYLOAD_ROUTER_KEY,
			.key = { .asn = { 1234 },
			    .spki = { zeros, sizeof(zeros) } },
			.origin = &nowhere };
	return n;
}

static void
read_sample(struct buf *out, const char *bits, const char *format)
{
	char path[256];
	FILE *f;
	int c;

	(void)snprintf(path, sizeof(path),
	    "%s/tests/wild/routinator/output/%s.%s", getenv("top_srcdir"), bits,
	    format);
	f = fopen(path, "r");
	if (f == NULL)
		fail_msg("%s is not there", path);
	buf_reset(out);
	while ((c = getc(f)) != EOF)
		buf_byte(out, (uint8_t)c);
	assert_int_equal(fclose(f), 0);
}

/* The next line, with its newline. */
static struct span
line(struct span *rest)
{
	const uint8_t *end = memchr(rest->p, '\n', rest->n);
	struct span out = span_of(
	    rest->p, end != NULL ? (size_t)(end - rest->p) + 1 : rest->n);

	rest->p += out.n;
	rest->n -= out.n;
	return out;
}

/* The next line, or all of the next item of a SLURM list. */
static struct span
piece(struct span *rest)
{
	struct span out = line(rest);

	if (!span_eq(out, SPAN("      {\n")) &&
	    !span_eq(out, SPAN("      { \n")))
		return out;
	while (!span_starts(*rest, SPAN("      }")))
		out.n += line(rest).n;
	out.n += line(rest).n;
	return out;
}

/* Is `now` the same payload as `next`, but for a comma at the end? */
static bool
is_twice(struct span now, struct span next)
{
	return span_eq(now, next) ||
	       (next.n > 1 && now.n == next.n + 1 &&
		   span_starts(now, span_of(next.p, next.n - 1)) &&
		   now.p[next.n - 1] == ',');
}

static void
put_sources(struct buf *out, const char *type)
{
	for (int i = 0; i < 2; i++)
		buf_printf(out,
		    "%s { \"type\": \"%s\", \"uri\": \"N/A\", "
		    "\"tal\": \"N/A\", \"validity\": "
		    "{ \"notBefore\": \"1970-01-01T00:00:00Z\", "
		    "\"notAfter\": \"1970-01-02T00:00:00Z\" }, "
		    "\"chainValidity\": "
		    "{ \"notBefore\": \"1970-01-01T00:00:05Z\", "
		    "\"notAfter\": \"1970-01-01T00:00:10Z\" }, "
		    "\"stale\": \"1970-01-01T00:00:07Z\" }",
		    i > 0 ? ", " : "", type);
}

static void
put_line(struct buf *out, struct span text)
{
	static const char exception[] =
	    " { \"type\": \"exception\", \"path\": null }";
	struct span validity = SPAN(",N/A,N/A\n");
	const char *type = "roa";

	if (memmem(text.p, text.n, "SKI", 3) != NULL)
		type = "cer";
	if (memmem(text.p, text.n, "customer", 8) != NULL)
		type = "aspa";
	if (span_ends(text, validity)) {
		buf_add(out, text.p, text.n - validity.n);
		buf_puts(out, ",1970-01-01 00:00:00,1970-01-02 00:00:00\n");
		return;
	}
	while (text.n > 0)
		if (span_starts(text, span_str(exception))) {
			put_sources(out, type);
			text.p += sizeof(exception) - 1;
			text.n -= sizeof(exception) - 1;
		} else {
			buf_byte(out, *text.p++);
			text.n--;
		}
}

static const char *const all_bits[] = { "000", "001", "010", "011", "100",
	"101", "110", "111" };

static void
test_samples(void **state)
{
	static const char *const formats[] = { "csv", "csvcompat", "csvext",
		"json", "jsonext", "slurm", "slurm2", "openbgpd", "bird1",
		"bird2" };
	struct buf got, file, want;

	(void)state;
	buf_init(&got, 100000);
	buf_init(&file, 100000);
	buf_init(&want, 100000);
	for (size_t b = 0; b < COUNT(all_bits); b++)
		for (size_t f = 0; f < COUNT(formats); f++) {
			struct payload payloads[6];
			struct view view = { .payloads = payloads };
			struct output_in in = { .view = &view };
			struct span rest;

			view.n = sample(payloads, all_bits[b]);
			print(&got, formats[f], &in);
			read_sample(&file, all_bits[b], formats[f]);
			buf_reset(&want);
			rest = buf_view(&file);
			while (rest.n > 0) {
				struct span now = piece(&rest), next = rest;

				if (!is_twice(now, piece(&next)))
					put_line(&want, now);
			}
			if (!span_eq(buf_view(&got), buf_view(&want)))
				fail_msg("%s.%s:\n%.*s\ninstead of\n%.*s",
				    all_bits[b], formats[f],
				    SPAN_FMT(buf_view(&got)),
				    SPAN_FMT(buf_view(&want)));
		}
	buf_fini(&got);
	buf_fini(&file);
	buf_fini(&want);
}

/* The samples have no trust anchor: without one, ours is theirs. */
static void
test_summary_sample(void **state)
{
	struct view view = { 0 };
	struct output_in in = { .view = &view };
	struct buf got, file;

	(void)state;
	buf_init(&got, 100000);
	buf_init(&file, 100000);
	for (size_t b = 0; b < COUNT(all_bits); b++) {
		print(&got, "summary", &in);
		read_sample(&file, all_bits[b], "summary");
		CHECK(all_bits[b], span_eq(buf_view(&got), buf_view(&file)));
	}
	buf_fini(&got);
	buf_fini(&file);
}

/* ---- two trust anchors that say partly the same ------------------------- */

static void
test_mixed(void **state)
{
	static const struct {
		const char *format, *want;
	} t[] = {
		{ "csv", "ASN,IP Prefix,Max Length,Trust Anchor\n"
			 "AS64500,192.0.2.0/24,26,a\n"
			 "AS4294967295,2001:db8::/32,32,b\n" },
		{ "csvcompat",
		    "\"ASN\",\"IP Prefix\",\"Max Length\",\"Trust Anchor\"\n"
		    "\"AS64500\",\"192.0.2.0/24\",\"26\",\"a\"\n"
		    "\"AS4294967295\",\"2001:db8::/32\",\"32\",\"b\"\n" },
		{ "summary",
		    "Summary at 1970-01-01 00:01:00 UTC\n"
		    "a: \n"
		    "            ROAs:       2 verified;\n"
		    "            VRPs:       2 verified,       1 final;\n"
		    "    router certs:       1 verified;\n"
		    "     router keys:       1 verified,       1 final;\n"
		    "           ASPAs:       0 verified,       0 final;\n"
		    "b: \n"
		    "            ROAs:       1 verified;\n"
		    "            VRPs:       2 verified,       1 final;\n"
		    "    router certs:       0 verified;\n"
		    "     router keys:       0 verified,       0 final;\n"
		    "           ASPAs:       1 verified,       1 final;\n"
		    "c: \n"
		    "            ROAs:       0 verified;\n"
		    "            VRPs:       0 verified,       0 final;\n"
		    "    router certs:       0 verified;\n"
		    "     router keys:       0 verified,       0 final;\n"
		    "           ASPAs:       0 verified,       0 final;\n"
		    "total: \n"
		    "            ROAs:       3 verified;\n"
		    "            VRPs:       4 verified,       2 final;\n"
		    "    router certs:       1 verified;\n"
		    "     router keys:       1 verified,       1 final;\n"
		    "           ASPAs:       1 verified,       1 final;\n" },
	};
	struct buf got;

	(void)state;
	buf_init(&got, 100000);
	for (size_t i = 0; i < COUNT(t); i++) {
		print_mixed(&got, t[i].format, COUNT(mixed));
		if (!span_eq(buf_view(&got), span_str(t[i].want)))
			fail_msg(
			    "%s:\n%.*s", t[i].format, SPAN_FMT(buf_view(&got)));
	}
	print_mixed(&got, "json", COUNT(mixed));
	buf_byte(&got, 0);
	assert_non_null(strstr((char *)got.p,
	    "{ \"asn\": \"AS64500\", \"SKI\": "
	    "\"AB00000000000000000000000000000000000000\", "
	    "\"routerPublicKey\": \"-__-AA\", \"ta\": \"a\" }"));
	assert_non_null(strstr((char *)got.p,
	    "{ \"customer\": \"AS64500\", \"providers\": [\"AS0\"], "
	    "\"ta\": \"b\" }"));
	assert_non_null(strstr((char *)got.p, "\"generated\": 60,"));
	buf_fini(&got);
}

static void
test_findings(void **state)
{
	struct finding findings[] = {
		{ .reason = R_ROA_MAXLEN,
		    .effect = EFFECT_OBJECT,
		    .object = SPAN("rsync://h.example/m/\"\n.roa"),
		    .trust_anchor = SPAN("a") },
		{ .reason = R_URI_PORT, .effect = EFFECT_WARNING },
	};
	struct view view = { .findings = findings,
		.n_findings = COUNT(findings) };
	struct output_in in = { .view = &view };
	struct buf got;
	struct output_sink sink = { to_buf, &got };
	struct span rest, first, second;

	(void)state;
	buf_init(&got, 100000);
	assert_int_equal(output_write(&output_findings, &in, sink), REASON_OK);
	rest = buf_view(&got);
	first = line(&rest);
	second = line(&rest);
	assert_int_equal(rest.n, 0);
	assert_true(
	    span_starts(first, SPAN("{")) && span_ends(first, SPAN("}\n")));
	assert_true(
	    span_starts(second, SPAN("{")) && span_ends(second, SPAN("}\n")));
	assert_non_null(memmem(first.p, first.n, "roa.maxlength", 13));
	assert_non_null(memmem(first.p, first.n, "\\\"\\n", 4));
	buf_fini(&got);
}

/* ---- the stream ------------------------------------------------------ */

struct counter {
	size_t calls, bytes, fail_at;
};

static enum reason
count_bytes(void *ctx, struct span bytes)
{
	struct counter *c = ctx;

	if (++c->calls == c->fail_at)
		return R_OUTPUT_WRITE;
	c->bytes += bytes.n;
	return REASON_OK;
}

/* Many payloads pass in pieces; after a failure nothing more is written. */
static void
test_stream(void **state)
{
	static struct payload payloads[20000];
	struct view view = { .payloads = payloads, .n = COUNT(payloads) };
	struct output_in in = { .view = &view };
	struct counter whole = { 0 }, failing = { .fail_at = 2 };

	(void)state;
	for (size_t i = 0; i < COUNT(payloads); i++) {
		payloads[i] = mixed[0];
		payloads[i].vrp.asn.v = (uint32_t)(100000 + i);
	}
	assert_int_equal(output_write(output_by_name("csv"), &in,
			     (struct output_sink){ count_bytes, &whole }),
	    REASON_OK);
	assert_int_equal(whole.bytes, 38 + COUNT(payloads) * 27);
	assert_true(whole.calls > 5);
	assert_int_equal(output_write(output_by_name("csv"), &in,
			     (struct output_sink){ count_bytes, &failing }),
	    R_OUTPUT_WRITE);
	assert_int_equal(failing.calls, 2);
}

static void
test_names(void **state)
{
	size_t n;
	const struct output_format *table = output_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		assert_ptr_equal(output_by_name(table[i].name), &table[i]);
	assert_null(output_by_name("xml"));
	assert_null(output_by_name("findings"));
	assert_null(output_by_name(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_summary_sample),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
