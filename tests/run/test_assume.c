/*
 * What if? Random worlds, random changes: what is predicted is what the next
 * run makes of the change, once somebody made it. And what cannot be assumed.
 */
#include <sys/file.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/run/scene.h"
#include "world/world.h"

#define CAS      6 /* of them the odd ones may be children of the one before */
#define ROAS     8
#define PREFIXES 3
#define SAYS     12
#define WORLDS   12

/* ---- a world, before and after ----------------------------------------- */

struct w_roa {
	bool is_revoked;
	unsigned asn, n, prefix[PREFIXES], max_len[PREFIXES];
};

struct w_ca {
	bool exists, is_revoked, is_touched;
	size_t n;
	struct w_roa roas[ROAS];
	bool has_aspa, is_aspa_revoked;
	unsigned providers; /* of its AS number */
	unsigned next;      /* prefix not used yet */
};

struct w_say { /* a ROA in the ledger */
	unsigned holder, asn, prefix;
	bool is_new, is_withdrawn;
};

struct w_world {
	struct w_ca cas[CAS];
	size_t n_says;
	struct w_say says[SAYS];
	bool is_released[CAS]; /* what the ledger says that holder has */
	unsigned mode;
	bool without_ta, without_ledger;
};

static const char *const modes[] = { "legacy-first", "ledger-first", "union",
	"agreement", "legacy-only", "ledger-only" };

static unsigned
pick(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245U + 12345U;
	return (*seed >> 16) % n;
}

/* Even CAs have 10.N.0.0/16, and odd ones its upper half. */
static void
prefix_of(char out[32], size_t ca, unsigned number)
{
	(void)snprintf(out, 32, "10.%zu.%u.0/24", ca & ~(size_t)1,
	    (ca & 1 ? 128 : 0) + number);
}

static unsigned
asn_of(size_t ca)
{
	return 64500 + (unsigned)ca;
}

static void
random_roa(struct w_ca *c, unsigned *seed)
{
	struct w_roa *r = &c->roas[c->n++];

	*r = (struct w_roa){ .asn = 64600 + pick(seed, 20),
		.n = 1 + pick(seed, PREFIXES) };
	for (unsigned i = 0; i < r->n; i++) {
		r->prefix[i] = c->next++;
		r->max_len[i] = 24 + pick(seed, 3);
	}
}

static void
random_world(struct w_world *w, unsigned *seed)
{
	*w = (struct w_world){ .mode = pick(seed, COUNT(modes)) };
	for (size_t i = 0; i < CAS; i++) {
		struct w_ca *c = &w->cas[i];
		unsigned n = 1 + pick(seed, 4);

		c->exists = i % 2 == 0 || pick(seed, 2) == 0;
		while (c->exists && c->n < n)
			random_roa(c, seed);
		c->has_aspa = c->exists && pick(seed, 2) == 0;
		c->providers = 1 + pick(seed, 3);
	}
	w->n_says = 3 + pick(seed, 4);
	for (size_t i = 0; i < w->n_says; i++)
		w->says[i] = (struct w_say){ .holder = 2 * pick(seed, CAS / 2),
			.asn = 64600 + pick(seed, 20),
			.prefix = pick(seed, 128) };
}

static void
write_ca(struct buf *b, const struct w_ca *c, size_t i, bool is_again)
{
	char prefix[32];

	buf_printf(b, "ca c%zu { resources 10.%zu.%u.0/%u AS%u\n", i,
	    i & ~(size_t)1, i & 1 ? 128U : 0U, i & 1 ? 17U : 16U, asn_of(i));
	if (!(i & 1))
		buf_printf(b, "resources AS%u\n", asn_of(i + 1));
	if (is_again)
		buf_puts(b, "reissued 5\n");
	if (c->is_revoked)
		buf_puts(b, "fault file.revoked\n");
	for (size_t r = 0; r < c->n; r++) {
		const struct w_roa *roa = &c->roas[r];

		buf_printf(b, "roa r%zu { as %u", r, roa->asn);
		for (unsigned p = 0; p < roa->n; p++) {
			prefix_of(prefix, i, roa->prefix[p]);
			buf_printf(
			    b, " prefix %s maxlen %u", prefix, roa->max_len[p]);
		}
		buf_puts(
		    b, roa->is_revoked ? " fault file.revoked }\n" : " }\n");
	}
	if (!c->has_aspa)
		return;
	buf_printf(b, "aspa up { customer %u providers", asn_of(i));
	for (unsigned p = 0; p < c->providers; p++)
		buf_printf(b, " %u", 65000 + p);
	buf_puts(b, c->is_aspa_revoked ? " fault file.revoked }\n" : " }\n");
}

static void
write_ta(struct buf *b, const struct w_world *w, bool is_alpha, bool is_again)
{
	const char *name = is_alpha ? "alpha" : "bravo";

	buf_printf(b,
	    "ta %s { host rpki.%s.example module %s\n"
	    "resources 10.0.0.0/8 AS64500-AS64599\n%s",
	    name, name, name, is_again ? "reissued 5\n" : "");
	for (size_t i = is_alpha ? 0 : CAS - 2; i < (is_alpha ? CAS - 2 : CAS);
	     i += 2) {
		write_ca(b, &w->cas[i], i, is_again);
		if (w->cas[i + 1].exists) {
			write_ca(b, &w->cas[i + 1], i + 1, is_again);
			buf_puts(b, "}\n");
		}
		buf_puts(b, "}\n");
	}
	buf_puts(b, "}\n");
}

/* Entry 0 is the genesis, then come holders, claims, and what is said. */
#define FIRST_CLAIM (1 + CAS / 2)
#define FIRST_SAY   (1 + CAS)

static void
write_say(struct buf *b, const struct w_world *w, size_t i)
{
	const struct w_say *s = &w->says[i];
	char prefix[32];

	prefix_of(prefix, s->holder, s->prefix);
	buf_printf(b, "roa s%zu { by h%u as %u prefix %s }\n", i, s->holder,
	    s->asn, prefix);
}

static void
write_ledger(struct buf *b, const struct w_world *w, bool is_again)
{
	buf_puts(b, "ledger demo { origin ledger.example/demo\n"
		    "challenge 3600 begin -23h anchors alpha bravo\n"
		    "witnesses witness.example\n");
	for (size_t i = 0; i < CAS; i += 2)
		buf_printf(b, "holder h%zu { }\n", i);
	for (size_t i = 0; i < CAS; i += 2)
		buf_printf(b,
		    "claim k%zu { by h%zu evidence c%zu "
		    "resources 10.%zu.0.0/16 AS%u }\n",
		    i, i, i, i, asn_of(i));
	for (size_t i = 0; i < w->n_says; i++)
		if (!w->says[i].is_new)
			write_say(b, w, i);
	for (size_t i = 0; is_again && i < w->n_says; i++)
		if (w->says[i].is_new)
			write_say(b, w, i);
	for (size_t i = 0; is_again && i < w->n_says; i++)
		if (w->says[i].is_withdrawn)
			buf_printf(b, "withdraw w%zu { by h%u of s%zu }\n", i,
			    w->says[i].holder, i);
	for (size_t i = 0; is_again && i < CAS; i++)
		if (w->is_released[i])
			buf_printf(b,
			    "release f%zu { by h%zu "
			    "resources 10.%zu.0.0/16 AS%u }\n",
			    i, i, i, asn_of(i));
	buf_puts(b, "}\n");
}

/* Into the folder, in the place of the one before; the cache stays. */
static void
put_world(struct scene *s, const struct w_world *w, bool is_again)
{
	struct world *world = NULL;
	struct buf text;
	char path[128];

	buf_init(&text, 1 << 20);
	write_ta(&text, w, true, is_again);
	write_ta(&text, w, false, is_again);
	write_ledger(&text, w, is_again);
	scene_shell(s, "rm -rf w/repo w/tals w/truth w/ledger");
	CHECK_REASON(s->why.detail,
	    world_parse(&world, buf_view(&text), &s->why), REASON_OK);
	(void)snprintf(path, sizeof(path), "%s/w", s->root);
	CHECK_REASON(s->why.detail, world_write(world, path, s->at, 1, &s->why),
	    REASON_OK);
	world_free(world);
	buf_fini(&text);
}

static void
configure(struct scene *s, const struct w_world *w)
{
	struct conf_error error = { 0 };
	char path[128];
	FILE *f;

	if (s->has_conf)
		conf_fini(&s->conf);
	if (w->without_ta)
		scene_shell(s, "rm w/tals/bravo.tal");
	(void)snprintf(path, sizeof(path), "%s/w/cairn.yaml", s->root);
	f = fopen(path, "a");
	assert_non_null(f);
	(void)fprintf(f, "policy: {mode: %s}\n", modes[w->mode]);
	assert_int_equal(fclose(f), 0);
	conf_init(&s->conf);
	s->has_conf = true;
	CHECK_REASON(error.text, conf_load(&s->conf, path, &error), REASON_OK);
	CHECK_REASON(error.text, conf_finish(&s->conf, &error), REASON_OK);
	if (w->without_ledger)
		s->conf.n_ledgers = 0;
}

/* ---- a change, and how it is assumed ------------------------------------- */

struct change {
	struct scene *s;
	struct w_world *w; /* becomes what it is after */
	unsigned *seed;
	struct buf added, removed, rest;
	unsigned n_new, n_withdrawn;
};

/* One that exists, and is no part of another change. */
static struct w_ca *
some_ca(struct change *x, size_t *number)
{
	size_t i = pick(x->seed, CAS);
	struct w_ca *c = &x->w->cas[i];

	*number = i;
	if (!c->exists || c->is_touched)
		return NULL;
	c->is_touched = true;
	return c;
}

/* Of what the run before published: the URI of the object, or of the CA. */
static void
uri_of(struct buf *out, const struct change *x, const char *end, bool is_ca)
{
	const struct view *v = &x->s->result.view;

	for (size_t i = 0; i < v->n_authorities; i++) {
		const struct link *l = v->authorities[i].link;

		if (is_ca && span_ends(l->uri, span_str(end))) {
			buf_span(out, l->uri);
			return;
		}
		if (!is_ca && span_ends(l->manifest_uri, span_str(end))) {
			buf_add(out, l->manifest_uri.p,
			    l->manifest_uri.n - strlen(end));
			return;
		}
	}
	fail_msg("nothing ends with %s", end);
}

static void
add_roa(struct change *x)
{
	size_t i;
	struct w_ca *c = some_ca(x, &i);
	struct w_roa *r;
	char prefix[32];

	if (c == NULL || c->n == ROAS)
		return;
	r = &c->roas[c->n++];
	*r = (struct w_roa){ .asn = 64600 + pick(x->seed, 20), .n = 1 };
	r->prefix[0] = c->next++;
	r->max_len[0] = 24 + pick(x->seed, 8);
	prefix_of(prefix, i, r->prefix[0]);
	buf_printf(&x->added, "- roa: {prefix: %s, asn: %u, max-length: %u}\n",
	    prefix, r->asn, r->max_len[0]);
}

static void
remove_vrp(struct change *x)
{
	size_t i;
	struct w_ca *c = some_ca(x, &i);
	struct w_roa *r;
	char prefix[32];

	if (c == NULL)
		return;
	r = &c->roas[pick(x->seed, (unsigned)c->n)];
	prefix_of(prefix, i, r->prefix[r->n - 1]);
	buf_printf(&x->removed,
	    "- roa: {prefix: %s, asn: %u, max-length: %u, "
	    "trust-anchor: %s}\n",
	    prefix, r->asn, r->max_len[r->n - 1],
	    i < CAS - 2 ? "alpha" : "bravo");
	if (r->n == 1)
		r->is_revoked = true;
	else
		r->n--;
}

static void
remove_object(struct change *x)
{
	size_t i;
	struct w_ca *c = some_ca(x, &i);
	unsigned r;
	char end[32];

	if (c == NULL)
		return;
	r = pick(x->seed, (unsigned)c->n);
	c->roas[r].is_revoked = true;
	(void)snprintf(end, sizeof(end), "c%zu.mft", i);
	buf_puts(&x->removed, "- object: ");
	uri_of(&x->removed, x, end, false);
	buf_printf(&x->removed, "r%u.roa\n", r);
}

static void
remove_ca(struct change *x)
{
	size_t i;
	struct w_ca *c = some_ca(x, &i);
	char end[32];

	if (c == NULL || (i % 2 == 0 && c[1].exists && c[1].is_touched))
		return;
	if (i % 2 == 0)
		c[1].is_touched = true;
	c->is_revoked = true;
	(void)snprintf(end, sizeof(end), "/c%zu.cer", i);
	buf_puts(&x->removed, "- ca: ");
	uri_of(&x->removed, x, end, true);
	buf_puts(&x->removed, "\n");
}

static void
turn_aspa(struct change *x)
{
	size_t i;
	struct w_ca *c = some_ca(x, &i);

	if (c == NULL)
		return;
	c->is_aspa_revoked = c->has_aspa;
	c->has_aspa = true;
	if (c->is_aspa_revoked) {
		buf_printf(&x->removed, "- aspa: {customer: %u}\n", asn_of(i));
		return;
	}
	buf_printf(&x->added, "- aspa: {customer: %u, providers: [", asn_of(i));
	for (unsigned p = 0; p < c->providers; p++)
		buf_printf(&x->added, "%s%u", p > 0 ? ", " : "", 65000 + p);
	buf_puts(&x->added, "]}\n");
}

static void
withdraw(struct change *x)
{
	size_t i = pick(x->seed, (unsigned)x->w->n_says);
	struct w_say *s = &x->w->says[i];

	if (s->is_new || s->is_withdrawn)
		return;
	s->is_withdrawn = true;
	x->n_withdrawn++;
	buf_printf(&x->removed, "- entry: {number: %zu}\n", FIRST_SAY + i);
}

static void
release(struct change *x)
{
	size_t i = pick(x->seed, CAS / 2);

	if (x->w->is_released[2 * i])
		return;
	x->w->is_released[2 * i] = true;
	x->n_withdrawn++;
	buf_printf(&x->removed, "- entry: {number: %zu}\n", FIRST_CLAIM + i);
}

static void
say(struct change *x)
{
	struct w_say *s = &x->w->says[x->w->n_says];

	if (x->w->n_says == SAYS)
		return;
	x->w->n_says++;
	*s = (struct w_say){ .holder = 2 * pick(x->seed, CAS / 2),
		.asn = 64600 + pick(x->seed, 20),
		.prefix = pick(x->seed, 128),
		.is_new = true };
	buf_printf(&x->added, "- statement: new%u%s\n", x->n_new++,
	    pick(x->seed, 2) == 0 ? "" : " # for demo");
}

static void
other_mode(struct change *x)
{
	x->w->mode = pick(x->seed, COUNT(modes));
	buf_reset(&x->rest);
	buf_printf(&x->rest, "mode: %s\n", modes[x->w->mode]);
}

static void
drop(struct change *x)
{
	bool clean = x->n_new == 0 && x->n_withdrawn == 0;

	for (size_t i = CAS - 2; i < CAS; i++)
		clean = clean && !x->w->cas[i].is_touched;
	if (!clean || x->w->without_ta || x->w->without_ledger)
		return;
	if (pick(x->seed, 2) == 0) {
		x->w->without_ta = true;
		x->w->cas[CAS - 2].is_touched = x->w->cas[CAS - 1].is_touched =
		    true;
		buf_puts(&x->removed, "- trust-anchor: bravo\n");
	} else {
		x->w->without_ledger = true;
		buf_puts(&x->removed, "- ledger: demo\n");
	}
}

static void
change_some(struct change *x)
{
	static void (*const all[])(struct change *) = { add_roa, add_roa,
		remove_vrp, remove_vrp, remove_object, remove_ca, turn_aspa,
		withdraw, release, say, other_mode };
	unsigned n = 1 + pick(x->seed, 6);

	for (unsigned i = 0; i < n; i++)
		all[pick(x->seed, COUNT(all))](x);
	if (pick(x->seed, 2) == 0)
		drop(x);
}

/* What was appended to the log of the world after the change, out of the
 * newest bundle: w/new0, w/new1 ... */
static void
take_statements(const struct change *x, uint64_t size)
{
	char path[160];
	struct buf b;
	struct span s;
	size_t at = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/w/ledger/tile/entries/000.p/%u",
	    x->s->root, (unsigned)size + x->n_new + x->n_withdrawn);
	f = fopen(path, "r");
	assert_non_null(f);
	buf_init(&b, 1 << 20);
	for (int c; (c = fgetc(f)) != EOF;)
		buf_byte(&b, (uint8_t)c);
	(void)fclose(f);
	for (s = buf_view(&b); s.n >= 2; at++) {
		size_t n = (size_t)s.p[0] << 8 | s.p[1];

		if (at >= size && at < size + x->n_new) {
			(void)snprintf(path, sizeof(path), "%s/w/new%u",
			    x->s->root, (unsigned)(at - size));
			f = fopen(path, "w");
			assert_non_null(f);
			assert_int_equal(fwrite(s.p + 2, 1, n, f), n);
			assert_int_equal(fclose(f), 0);
		}
		s = span_of(s.p + 2 + n, s.n - 2 - n);
	}
	buf_fini(&b);
}

/* ---- prediction and truth ------------------------------------------------ */

static void
write_file(const struct change *x, char path[128])
{
	FILE *f;

	(void)snprintf(path, 128, "%s/w/if.yaml", x->s->root);
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fprintf(f, "add:%s\n%.*sremove:%s\n%.*s%.*s",
	    x->added.n > 0 ? "" : " []", SPAN_FMT(buf_view(&x->added)),
	    x->removed.n > 0 ? "" : " []", SPAN_FMT(buf_view(&x->removed)),
	    SPAN_FMT(buf_view(&x->rest)));
	assert_int_equal(fclose(f), 0);
}

/* All that is compared, a line each. */
static void
write_payload(struct buf *out, const struct payload *p)
{
	char prefix[PREFIX_TEXT];

	if (p->kind == PAYLOAD_VRP) {
		prefix_write(prefix, &p->vrp.prefix);
		buf_printf(
		    out, "%s-%u AS%u", prefix, p->vrp.max_len, p->vrp.asn.v);
	} else {
		buf_printf(out, "AS%u:", p->aspa.customer.v);
		for (size_t i = 0; i < p->aspa.n; i++)
			buf_printf(out, " %u", p->aspa.providers[i].v);
	}
	buf_printf(out, " %.*s", SPAN_FMT(p->origin->source));
}

static void
write_view(struct buf *out, const struct view *v)
{
	buf_init(out, 1 << 20);
	for (size_t i = 0; i < v->n; i++) {
		write_payload(out, &v->payloads[i]);
		buf_puts(out, "\n");
	}
	for (size_t i = 0; i < v->n_left; i++) {
		write_payload(out, &v->left[i].payload);
		buf_printf(out, " left out: %d %u\n", (int)v->left[i].cause,
		    v->left[i].rule);
	}
	buf_byte(out, '\0');
}

static void
guess(struct buf *out, struct scene *s, const char *path)
{
	struct conf_error error = { 0 };
	struct run_result result;
	enum reason why;

	CHECK_REASON(
	    error.text, conf_assume(&s->conf, path, &error), REASON_OK);
	why = run_guess(&result, &s->conf, &s->why);
	CHECK_REASON(s->why.detail, why, REASON_OK);
	write_view(out, &result.view);
	run_result_fini(&result);
}

/* Lines of a that are not in b. */
static void
print_differences(const char *what, const struct buf *a, const struct buf *b)
{
	const char *line = (const char *)a->p, *end;

	for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		char text[256];

		(void)snprintf(
		    text, sizeof(text), "\n%.*s\n", (int)(end - line), line);
		if (line != (const char *)a->p &&
		    strstr((const char *)b->p, text) == NULL)
			print_error("%s: %s", what, text + 1);
	}
}

static void
compare(const struct change *x, struct buf *predicted, struct buf *before)
{
	struct buf after;

	write_view(&after, &x->s->result.view);
	if (strcmp((char *)predicted->p, (char *)after.p) != 0) {
		print_error("assumed: add:\n%.*sremove:\n%.*s%.*s",
		    SPAN_FMT(buf_view(&x->added)),
		    SPAN_FMT(buf_view(&x->removed)),
		    SPAN_FMT(buf_view(&x->rest)));
		print_differences("before", before, predicted);
		print_differences("foretold and not so", predicted, &after);
		print_differences("so and not foretold", &after, predicted);
		fail();
	}
	buf_fini(&after);
}

/* How many of the changes were seen by routers: the test tests something. */
static unsigned
one_world(struct scene *s, unsigned seed)
{
	struct w_world w;
	struct change x = { .s = s, .w = &w, .seed = &seed };
	struct buf before, predicted;
	unsigned seen;
	char path[128];

	scene_shell(s, "rm -rf w");
	random_world(&w, &seed);
	put_world(s, &w, false);
	configure(s, &w);
	scene_run(s);
	assert_int_equal(s->result.ledgers[0].size, FIRST_SAY + w.n_says);
	write_view(&before, &s->result.view);
	buf_init(&x.added, 1 << 16);
	buf_init(&x.removed, 1 << 16);
	buf_init(&x.rest, 1 << 16);
	change_some(&x);
	put_world(s, &w, true);
	take_statements(&x, s->result.ledgers[0].size);
	write_file(&x, path);
	guess(&predicted, s, path);
	configure(s, &w);
	scene_run(s);
	compare(&x, &predicted, &before);
	seen = strcmp((char *)before.p, (char *)predicted.p) != 0;
	buf_fini(&before);
	buf_fini(&predicted);
	buf_fini(&x.added);
	buf_fini(&x.removed);
	buf_fini(&x.rest);
	return seen;
}

static void
test_property(void **state)
{
	struct scene *s = *state;
	unsigned seen = 0;

	for (unsigned i = 1; i <= WORLDS; i++)
		seen += one_world(s, i * 7919);
	assert_true(seen > WORLDS / 2);
}

/* ---- what cannot be assumed ---------------------------------------------- */

static void
test_refused(void **state)
{
	static const struct {
		const char *what, *text;
		enum reason reason;
		const char *says;
	} rows[] = {
		{ "no such ROA",
		    "remove: [{roa: {prefix: 10.0.0.0/24, asn: 1}}]\n",
		    R_ASSUME_NOTHING, "line 1: 10.0.0.0/24 AS1" },
		{ "a ROA under another",
		    "\nremove: [{object: rsync://rpki.alpha.example/alpha/no.roa}]"
		    "\n",
		    R_ASSUME_NOTHING, "line 2: rsync://rpki.alpha" },
		{ "no such CA", "remove: [{ca: rsync://h/m/a.cer}]\n",
		    R_ASSUME_NOTHING, "a.cer" },
		{ "no such ASPA", "remove: [{aspa: {customer: 7}}]\n",
		    R_ASSUME_NOTHING, "ASPA AS7" },
		{ "no such entry", "remove: [{entry: {number: 0}}]\n",
		    R_ASSUME_NOTHING, "entry 0" },
		{ "no such statement",
		    "remove: [{statement: \n"
		    "0123456789abcdef0123456789abcdef"
		    "0123456789abcdef0123456789abcdef}]\n",
		    R_ASSUME_NOTHING, "0123456789abcdef0123" },
		{ "nobody's", "add: [{roa: {prefix: 11.0.0.0/24, asn: 1}}]\n",
		    R_ASSUME_HOLDER, "" },
		{ "another anchor's",
		    "add: [{aspa: {customer: 65536, providers: [1],"
		    " trust-anchor: bravo}}]\n",
		    R_ASSUME_HOLDER, "bravo" },
		{ "no statement there", "add: [{statement: nowhere}]\n",
		    R_CONF_FILE, "nowhere" },
		{ "no statement", "add: [{statement: cairn.yaml}]\n",
		    R_STATEMENT_MALFORMED, "cairn.yaml" },
	};
	struct scene *s = *state;
	unsigned seed = 1;
	struct w_world w;
	char path[128];

	random_world(&w, &seed);
	put_world(s, &w, false);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct conf_error error = { 0 };
		struct run_result result;
		FILE *f;

		configure(s, &w);
		if (i == 0)
			scene_run(s);
		scene_shell(s, "grep -v ^policy w/cairn.yaml >w/c;"
			       "mv w/c w/cairn.yaml");
		(void)snprintf(path, sizeof(path), "%s/w/if.yaml", s->root);
		f = fopen(path, "w");
		assert_non_null(f);
		(void)fputs(rows[i].text, f);
		assert_int_equal(fclose(f), 0);
		CHECK_REASON(
		    error.text, conf_assume(&s->conf, path, &error), REASON_OK);
		CHECK_REASON(rows[i].what,
		    run_guess(&result, &s->conf, &s->why), rows[i].reason);
		CHECK(
		    rows[i].what, strstr(s->why.detail, rows[i].says) != NULL);
		run_result_fini(&result);
	}
}

/* Beside a run that is going on, and without a trace. */
static void
test_beside(void **state)
{
	struct scene *s = *state;
	unsigned seed = 2;
	struct w_world w;
	struct buf predicted, before;
	struct run_result locked;
	char path[128];
	FILE *f;
	int lock;

	random_world(&w, &seed);
	put_world(s, &w, false);
	configure(s, &w);
	scene_run(s);
	write_view(&before, &s->result.view);
	(void)snprintf(path, sizeof(path), "%s/w/if.yaml", s->root);
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fputs("add: []\n", f);
	assert_int_equal(fclose(f), 0);
	scene_shell(s, "find w/cache -type f ! -name lock.mdb | sort |"
		       " xargs sha256sum >sums");
	(void)snprintf(path, sizeof(path), "%s/w/cache/lock", s->root);
	lock = open(path, O_RDWR);
	assert_int_equal(flock(lock, LOCK_EX | LOCK_NB), 0);
	CHECK_REASON("locked",
	    run_validate(&locked, &s->conf, (struct run_progress){ 0 },
		(struct run_early){ 0 }, &s->why),
	    R_STORE_LOCKED);
	run_result_fini(&locked);
	(void)snprintf(path, sizeof(path), "%s/w/if.yaml", s->root);
	guess(&predicted, s, path);
	assert_int_equal(close(lock), 0);
	assert_string_equal((char *)predicted.p, (char *)before.p);
	scene_shell(s, "find w/cache -type f ! -name lock.mdb | sort |"
		       " xargs sha256sum | cmp - sums");
	buf_fini(&predicted);
	buf_fini(&before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_property),
		SCENE(test_refused),
		SCENE(test_beside),
	};

	return cmocka_run_group_tests_name("assume", tests, NULL, NULL);
}
