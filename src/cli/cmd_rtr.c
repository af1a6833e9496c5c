/* cairn rtr: a router that only looks. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "output/output.h"
#include "rtr/rtr.h"
#include "serve/serve.h"
#include "view/view.h"

#define MEMORY     ((size_t)4 << 30)
#define RETRY_S    1
#define TIMEOUT_S  60
#define DIFFERENCE 20 /* shown of each side, unless --verbose */

struct cache_options {
	const struct command *self;
	const char *server, *compare;
	const struct output_format *format;
	struct serve_dial_tls tls;
	unsigned version;
	uint64_t updates; /* to wait for */
	bool follow, json, quiet, verbose;
};

/* A cache, and what it told. */
struct source {
	const struct cache_options *options;
	char host[256], port[32];
	struct serve_dial *line;
	struct rtr_client client;
	uint8_t room[65536];
	struct span unread;
	struct fault why;
	uint64_t resets; /* answers to a Reset Query */
	bool is_lost;
};

/* ---- talking ----------------------------------------------------------- */

/* HOST:PORT, [ADDRESS]:PORT, HOST: then rpki-rtr's own port. */
static bool
split(struct source *s, const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t n = strlen(text);
	const char *port = s->options->tls.is_on ? "324" : "323";

	if (colon != NULL && (strchr(text, ':') == colon || colon[-1] == ']')) {
		n = (size_t)(colon - text);
		port = colon + 1;
	}
	if (n >= 2 && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	if (n == 0 || n >= sizeof(s->host) || *port == '\0' ||
	    strlen(port) >= sizeof(s->port))
		return false;
	memcpy(s->host, text, n);
	s->host[n] = '\0';
	memcpy(s->port, port, strlen(port) + 1);
	return true;
}

static void
hang_up(struct source *s)
{
	serve_hang_up(s->line);
	s->line = NULL;
	s->unread.n = 0;
}

static enum reason
ask(struct source *s)
{
	struct buf pdu;
	enum reason r = REASON_OK;

	if (s->line == NULL)
		r = serve_dial(
		    &s->line, s->host, s->port, &s->options->tls, &s->why);
	if (r != REASON_OK)
		return r;
	buf_init(&pdu, 64);
	rtr_client_ask(&s->client, &pdu);
	r = serve_dial_send(s->line, buf_view(&pdu), &s->why);
	buf_fini(&pdu);
	return r;
}

static enum reason
hear(struct source *s, enum rtr_event *event)
{
	for (;;) {
		*event = rtr_client_feed(&s->client, &s->unread);
		if (*event != RTR_NOTHING)
			return REASON_OK;
		TRY(serve_dial_receive(
		    &s->unread, s->line, s->room, sizeof(s->room), &s->why));
	}
}

/* Until all is there that the cache has now. */
static enum reason
fetch(struct source *s)
{
	enum rtr_event event = RTR_MUST_RESET;

	while (event != RTR_COMPLETE) {
		if (event == RTR_MUST_RESET || event == RTR_DOWNGRADED) {
			s->resets += !s->client.has_data;
			TRY(ask(s));
		} else if (event == RTR_REPORTED || event == RTR_REFUSED) {
			s->why = s->client.why;
			return s->client.why.reason;
		}
		TRY(hear(s, &event));
	}
	return REASON_OK;
}

static int
say_failed(const struct source *s, enum reason r)
{
	return failure(s->options->self, "%s port %s: %s%s%s", s->host, s->port,
	    reason_text(r), s->why.detail[0] != '\0' ? ": " : "",
	    s->why.detail);
}

static void
source_init(struct source *s, const struct cache_options *o)
{
	*s = (struct source){ .options = o };
	fault_init(&s->why, (struct span){ 0 });
	rtr_client_init(&s->client, o->version);
}

static void
source_fini(struct source *s)
{
	hang_up(s);
	rtr_client_fini(&s->client);
}

/* ---- what it holds --------------------------------------------------------
 */

static enum reason
payloads_of(struct view *out, const struct source *s, struct arena *arena)
{
	struct origin *origin = ARENA_NEW(arena, struct origin);

	*out = (struct view){ .at = (int64_t)time(NULL),
		.made_at = (int64_t)time(NULL),
		.serial = s->client.serial };
	if (origin == NULL)
		return R_LIMIT_MEMORY;
	*origin = (struct origin){ .source = span_str(s->host),
		.uri = SPAN(""),
		.not_after_at = INT64_MAX,
		.stale_at = INT64_MAX,
		.chain_until_at = INT64_MAX };
	return rtr_client_payloads(
	    &out->payloads, &out->n, &s->client, origin, arena);
}

static int
print_payloads(const struct source *s)
{
	struct output_in in = { 0 };
	struct output_file file = { .reader_left = false };
	struct arena arena;
	struct view view;
	struct fault why;
	enum reason r;

	arena_init(&arena, MEMORY);
	fault_init(&why, (struct span){ 0 });
	r = payloads_of(&view, s, &arena);
	in.view = &view;
	if (r == REASON_OK)
		r = output_prepare(&file, s->options->format, &in, NULL, &why);
	if (r == REASON_OK)
		r = output_commit(&file, &why);
	arena_fini(&arena);
	return r == REASON_OK     ? STATUS_DONE
	       : file.reader_left ? STATUS_LEFT
				  : failure(s->options->self, "%s: %s",
					reason_text(r), why.detail);
}

static int
print_summary(const struct source *s)
{
	const struct rtr_client *c = &s->client;
	struct buf text;
	struct emit e;
	int status;

	if (s->options->quiet)
		return STATUS_DONE;
	buf_init(&text, CLI_TEXT);
	emit_init(&e, &text,
	    !s->options->json    ? EMIT_TEXT
	    : s->options->follow ? EMIT_JSON_LINE
				 : EMIT_JSON);
	emit_object(&e, NULL);
	emit_str(&e, "server", s->options->server);
	emit_uint(&e, "version", c->version);
	emit_uint(&e, "session", c->session);
	emit_uint(&e, "serial", c->serial);
	emit_uint(&e, "payloads", rtr_client_count(c));
	emit_uint(&e, "resets", s->resets);
	if (c->version > 0) {
		emit_uint(&e, "refresh", c->timers.refresh);
		emit_uint(&e, "retry", c->timers.retry);
		emit_uint(&e, "expire", c->timers.expire);
	}
	emit_end(&e);
	if (text.n > 0 && text.p[text.n - 1] != '\n')
		buf_byte(&text, '\n');
	status = print_answer(s->options->self, &text);
	buf_fini(&text);
	return status;
}

/* ---- against another
 * ---------------------------------------------------------- */

static void
write_payload(struct buf *out, char sign, const struct payload *p)
{
	char key[41];

	buf_printf(out, "%c ", sign);
	payload_words(out, p);
	if (p->kind == PAYLOAD_ROUTER_KEY) {
		hex_write(key, SPAN_OF(p->key.ski));
		buf_printf(out, " %s", key);
	}
	buf_byte(out, '\n');
}

/* What the version asked for cannot carry is no difference. */
static bool
is_carried(unsigned version, const struct payload *p)
{
	return p->kind == PAYLOAD_VRP ||
	       (p->kind == PAYLOAD_ROUTER_KEY && version >= 1) ||
	       (p->kind == PAYLOAD_ASPA && version >= 2);
}

/* Both sorted; those of a view may be there once for each origin. */
static size_t
write_difference(struct buf *out, const struct cache_options *o,
    unsigned version, const struct view *a, const struct view *b)
{
	size_t i = 0, j = 0, n = 0;

	while (i < a->n || j < b->n) {
		int c = i == a->n ? 1
			: j == b->n
			    ? -1
			    : payload_cmp(&a->payloads[i], &b->payloads[j]);
		const struct payload *p =
		    c <= 0 ? &a->payloads[i] : &b->payloads[j];

		if (c != 0 && is_carried(version, p) && n++ < DIFFERENCE)
			write_payload(out, c < 0 ? '-' : '+', p);
		else if (c != 0 && is_carried(version, p) && o->verbose)
			write_payload(out, c < 0 ? '-' : '+', p);
		while (
		    c <= 0 && i < a->n && payload_cmp(p, &a->payloads[i]) == 0)
			i++;
		while (
		    c >= 0 && j < b->n && payload_cmp(p, &b->payloads[j]) == 0)
			j++;
	}
	return n;
}

static int
print_difference(const struct source *s, unsigned version,
    const struct view *other, struct arena *arena)
{
	struct view own;
	struct buf text;
	int status = STATUS_DONE;
	size_t n;

	if (payloads_of(&own, s, arena) != REASON_OK)
		return failure(s->options->self, "no memory");
	buf_init(&text, CLI_TEXT);
	n = write_difference(&text, s->options, version, &own, other);
	if (n == 0)
		buf_printf(&text, "equal: %zu payloads\n", own.n);
	else
		buf_printf(&text, "%zu differences (- only %s, + only %s)\n", n,
		    s->options->server, s->options->compare);
	if (!s->options->quiet)
		status = print_answer(s->options->self, &text);
	buf_fini(&text);
	return status == STATUS_DONE && n > 0 ? STATUS_FAILED : status;
}

static int
compare_view(
    const struct source *s, struct view_file *file, struct arena *arena)
{
	struct view view;

	if (view_load_heard(&view, file, arena) != REASON_OK)
		return failure(
		    s->options->self, "%s: damaged", s->options->compare);
	return print_difference(s, s->client.version, &view, arena);
}

static int
compare_server(const struct source *s, struct arena *arena)
{
	static struct source other; /* 64 KiB of it are room */
	unsigned version = s->client.version;
	struct view view;
	enum reason r;
	int status;

	source_init(&other, s->options);
	if (!split(&other, s->options->compare)) {
		source_fini(&other);
		return usage_error(s->options->self,
		    "%s: neither a view nor HOST:PORT", s->options->compare);
	}
	r = fetch(&other);
	if (r == REASON_OK)
		r = payloads_of(&view, &other, arena);
	if (other.client.version < version)
		version = other.client.version;
	status = r == REASON_OK ? print_difference(s, version, &view, arena)
				: say_failed(&other, r);
	source_fini(&other);
	return status;
}

/* With a view, by its file or the folder it is in; else with a server. */
static int
compare(const struct source *s)
{
	struct view_file *file;
	struct arena arena;
	struct fault why;
	char path[4096];
	int status;

	fault_init(&why, (struct span){ 0 });
	arena_init(&arena, MEMORY);
	(void)snprintf(
	    path, sizeof(path), "%s/view/current", s->options->compare);
	if (view_open(&file, s->options->compare, &why) == REASON_OK ||
	    view_open(&file, path, &why) == REASON_OK) {
		status = compare_view(s, file, &arena);
		view_close(file);
	} else {
		status = compare_server(s, &arena);
	}
	arena_fini(&arena);
	return status;
}

/* ---- going on
 * -------------------------------------------------------------------- */

static int
show(const struct source *s)
{
	if (s->options->compare != NULL)
		return compare(s);
	return s->options->format != NULL ? print_payloads(s)
					  : print_summary(s);
}

/* Wait for a notice, or for the time to ask by oneself. */
static enum reason
wait_for_news(struct source *s)
{
	enum rtr_event event = RTR_NOTHING;
	uint32_t refresh =
	    s->client.timers.refresh > 0 ? s->client.timers.refresh : 3600;
	enum reason r;

	serve_dial_timeout(s->line, (int)refresh * 1000);
	r = hear(s, &event);
	serve_dial_timeout(s->line, s->options->tls.timeout_ms);
	if (r == REASON_OK && event != RTR_NOTIFIED) {
		s->why = s->client.why;
		return event == RTR_REPORTED || event == RTR_REFUSED
			   ? s->client.why.reason
			   : R_RTR_SEQUENCE;
	}
	return r;
}

/* As a router does: a lost connection is made anew, with what is held. */
static int
follow(struct source *s)
{
	uint64_t left = s->options->updates;
	enum reason r;

	for (;;) {
		r = s->line == NULL ? REASON_OK : wait_for_news(s);
		if (r == REASON_OK)
			r = fetch(s);
		if (r == REASON_OK) {
			if (show(s) == STATUS_USAGE)
				return STATUS_FAILED;
			if (left > 0 && --left == 0)
				return STATUS_DONE;
			continue;
		}
		if (reason_class(r) == CLASS_PROFILE ||
		    reason_class(r) == CLASS_SYNTAX)
			return say_failed(s, r);
		(void)say_failed(s, r);
		hang_up(s);
		s->client.why.reason = REASON_OK;
		s->client.why.detail[0] = '\0';
		fault_init(&s->why, (struct span){ 0 });
		(void)sleep(RETRY_S);
	}
}

static int
run_source(struct source *s)
{
	enum reason r;
	int status;

	if (!split(s, s->options->server))
		return usage_error(s->options->self, "%s: HOST:PORT is wanted",
		    s->options->server);
	s->client.wants_order = false;
	r = fetch(s);
	if (r != REASON_OK)
		return say_failed(s, r);
	status = show(s);
	return s->options->follow && status != STATUS_USAGE ? follow(s)
							    : status;
}

/* ---- the command line
 * ----------------------------------------------------------- */

static bool
set_value(struct cache_options *o, const char *name, const char *value)
{
	uint64_t n = 0;

	if (strcmp(name, "output") == 0) {
		o->format = output_by_name(value);
		return o->format != NULL;
	}
	if (strcmp(name, "version") == 0) {
		bool good =
		    decimal_parse(&n, span_str(value), RTR_VERSIONS - 1);

		o->version = (unsigned)n;
		return good;
	}
	if (strcmp(name, "updates") == 0)
		return decimal_parse(&o->updates, span_str(value), UINT32_MAX);
	if (strcmp(name, "timeout") == 0) {
		bool good = decimal_parse(&n, span_str(value), 86400);

		o->tls.timeout_ms = (int)n * 1000;
		return good && n > 0;
	}
	if (strcmp(name, "compare") == 0)
		o->compare = value;
	else if (strcmp(name, "ca-file") == 0)
		o->tls.ca_file = value;
	else if (strcmp(name, "certificate") == 0)
		o->tls.certificate = value;
	else
		o->tls.key = value;
	return true;
}

static bool
set_flag(struct cache_options *o, const char *name)
{
	struct {
		const char *name;
		bool *flag;
	} flags[] = { { "tls", &o->tls.is_on }, { "follow", &o->follow },
		{ "json", &o->json }, { "quiet", &o->quiet },
		{ "verbose", &o->verbose } };

	for (size_t i = 0; i < COUNT(flags); i++)
		if (strcmp(name, flags[i].name) == 0) {
			*flags[i].flag = true;
			return true;
		}
	return false;
}

static int
read_options(struct cache_options *out, int argc, char **argv)
{
	struct options o;
	const char *name = NULL, *value = NULL;
	enum option_kind kind;

	options_init(&o, out->self, argc, argv);
	while ((kind = options_next(&o, &name, &value)) != OPTION_END) {
		if (kind == OPTION_BAD)
			return STATUS_USAGE;
		if (kind == OPTION_OPERAND && out->server != NULL)
			return usage_error(
			    out->self, "what is \"%s\" for?", value);
		if (kind == OPTION_OPERAND)
			out->server = value;
		else if (!set_flag(out, name) && !set_value(out, name, value))
			return usage_error(
			    out->self, "--%s: not \"%s\"", name, value);
	}
	if (out->server == NULL)
		return usage_error(out->self, "which server? HOST:PORT");
	if ((out->tls.certificate == NULL) != (out->tls.key == NULL))
		return usage_error(
		    out->self, "--certificate and --key go together");
	return STATUS_DONE;
}

static int
run_command(const struct command *self, int argc, char **argv)
{
	static struct source source; /* 64 KiB of it are room */
	struct cache_options o = { .self = self,
		.version = RTR_VERSIONS - 1,
		.tls = { .timeout_ms = TIMEOUT_S * 1000 } };
	int status = read_options(&o, argc, argv);

	if (status != STATUS_DONE)
		return status;
	(void)signal(SIGPIPE, SIG_IGN);
	source_init(&source, &o);
	status = run_source(&source);
	source_fini(&source);
	return status;
}

static const struct option_row rows[] = {
	{ .name = "output",
	    .argument = "FORMAT",
	    .text = "print the payloads: csv, json, ..." },
	{ .name = "compare",
	    .argument = "OTHER",
	    .text = "with a view (a cache folder, a view file) or with another "
		    "server; exit 1 when they differ" },
	{ .name = "follow",
	    .text = "stay, and show each update; a lost connection is made "
		    "anew" },
	{ .name = "updates",
	    .argument = "N",
	    .text = "end after so many updates" },
	{ .name = "version",
	    .argument = "N",
	    .otherwise = "2",
	    .text = "the highest version to speak: 0, 1 or 2" },
	{ .name = "tls", .text = "by TLS; the server's name is checked" },
	{ .name = "ca-file",
	    .argument = "PEM",
	    .otherwise = "the system's",
	    .text = "who may have signed the server's certificate" },
	{ .name = "certificate",
	    .argument = "PEM",
	    .text = "our own, where the server asks for one" },
	{ .name = "key", .argument = "PEM", .text = "its key" },
	{ .name = "timeout",
	    .argument = "SECONDS",
	    .otherwise = "60",
	    .text = "longest time without a byte" },
	{ .name = "json", .text = "the summary as JSON" },
	{ .name = "quiet", .letter = 'q', .text = "say nothing but errors" },
	{ .name = "verbose", .letter = 'v', .text = "every difference" },
};

const struct command command_rtr = {
	.name = "rtr",
	.operands = "HOST[:PORT]",
	.text = "ask an RTR server as a router does: fetch, show, compare",
	.run = run_command,
	.n_rows = COUNT(rows),
	.rows = rows,
};
