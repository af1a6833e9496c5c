/* cairn holder: a network's own keys and statements. */
#include <string.h>
#include <time.h>

#include "cli/holder.h"

/* ---- options --------------------------------------------------------- */

struct option_place {
	const char *name;
	size_t at; /* in struct holder */
};

#define PLACE(name, member)                           \
	{                                             \
		name, offsetof(struct holder, member) \
	}

static const struct option_place texts[] = {
	PLACE("as", as),
	PLACE("ledger", ledger),
	PLACE("keys", keys),
	PLACE("successions", successions),
	PLACE("output", out),
	PLACE("log-key", log_key),
	PLACE("to", to),
	PLACE("of", of),
	PLACE("escrow", escrow),
	PLACE("hashlock", hashlock),
	PLACE("preimage", preimage),
	PLACE("until", until),
	PLACE("ca-key", ca_key),
	PLACE("checklist", checklist),
	PLACE("threshold", threshold),
	PLACE("passphrase-fd", fd),
	PLACE("passphrase-command", passphrase.command),
	PLACE("now", now_text),
	PLACE("ca-file", run.ca_path),
};

static const struct option_place flags[] = {
	PLACE("dry-run", dry_run),
	PLACE("anyway", anyway),
	PLACE("submit", submit),
	PLACE("json", json),
	PLACE("quiet", quiet),
	PLACE("lock", lock),
	PLACE("no-guardians", no_guardians),
	PLACE("no-passphrase", passphrase.none),
	PLACE("sublease", sublease),
	PLACE("complete", complete),
	PLACE("cancel", cancel),
	PLACE("none", none),
};

static void *
place_find(struct holder *h, const struct option_place *all, size_t n,
    const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].name, name) == 0)
			return (uint8_t *)h + all[i].at;
	return NULL;
}

static int
take_many(struct holder *h, const char *name, const char *value)
{
	bool kept;

	if (strcmp(name, "guardians") == 0)
		kept = vec_push(&h->guardians, value);
	else if (strcmp(name, "evidence") == 0)
		kept = vec_push(&h->evidence, value);
	else
		kept = vec_push(&h->ds, value);
	return kept ? STATUS_DONE
		    : failure(h->self, "%s", reason_text(R_LIMIT_MEMORY));
}

static int
take_option(struct holder *h, const char *name, const char *value)
{
	const char **text = place_find(h, texts, COUNT(texts), name);
	bool *flag = place_find(h, flags, COUNT(flags), name);

	if (text != NULL)
		*text = value;
	else if (flag != NULL)
		*flag = true;
	else
		return take_many(h, name, value);
	return STATUS_DONE;
}

static int
options_check(struct holder *h)
{
	uint64_t fd;

	if (h->now_text != NULL && !time_parse(&h->now, h->now_text))
		return usage_error(h->self, "--now: a time is wanted");
	if (h->fd == NULL)
		return STATUS_DONE;
	if (!decimal_parse(&fd, span_str(h->fd), 1023))
		return usage_error(
		    h->self, "--passphrase-fd: a number is wanted");
	h->passphrase.fd = (int)fd;
	return STATUS_DONE;
}

static int
read_options(struct holder *h, int argc, char **argv)
{
	struct options o;
	const char *name = NULL, *value = NULL;
	enum option_kind kind;
	int status = STATUS_DONE;

	options_init(&o, h->self, argc, argv);
	while (status == STATUS_DONE &&
	       (kind = options_next(&o, &name, &value)) != OPTION_END) {
		if (kind == OPTION_BAD)
			return STATUS_USAGE;
		if (kind == OPTION_NAMED)
			status = take_option(h, name, value);
		else if (!vec_push(&h->operands, value))
			status =
			    failure(h->self, "%s", reason_text(R_LIMIT_MEMORY));
	}
	return status == STATUS_DONE ? options_check(h) : status;
}

/* ---- a run ----------------------------------------------------------- */

static int
holder_init(struct holder *h, const struct command *self)
{
	*h = (struct holder){ .self = self, .now = time(NULL) };
	arena_init(&h->arena, SIZE_MAX);
	passphrase_init(&h->passphrase, self);
	ledger_run_init(&h->run, self);
	buf_init(&h->bytes, LEDGER_ENTRY_MAX);
	h->crypt = crypt_new();
	h->entry = base_alloc(sizeof(*h->entry));
	h->s = base_alloc(sizeof(*h->s));
	if (h->crypt == NULL || h->entry == NULL || h->s == NULL)
		return failure(self, "%s", reason_text(R_LIMIT_MEMORY));
	h->verifier = crypt_verifier(h->crypt);
	return STATUS_DONE;
}

static void
holder_fini(struct holder *h)
{
	crypt_secret_free(h->secret);
	crypt_secret_free(h->fresh);
	ledger_state_free(h->state);
	crypt_free(h->crypt);
	base_free(h->entry);
	base_free(h->s);
	buf_fini(&h->bytes);
	ledger_run_fini(&h->run);
	passphrase_fini(&h->passphrase);
	vec_fini(&h->file.said);
	vec_fini(&h->operands);
	vec_fini(&h->guardians);
	vec_fini(&h->evidence);
	vec_fini(&h->ds);
	vec_fini(&h->warnings);
	arena_fini(&h->arena);
}

static int
run_job(const struct command *self, int argc, char **argv)
{
	const struct holder_job *job = (const struct holder_job *)self;
	struct holder h;
	int status = holder_init(&h, self);

	if (status == STATUS_DONE)
		status = read_options(&h, argc, argv);
	if (status == STATUS_DONE)
		status =
		    job->fill != NULL ? holder_say(&h, job) : job->work(&h);
	holder_fini(&h);
	return status;
}

/* All that was said before goes with --submit; this is it without saying
 * more. */
static int
submit(struct holder *h)
{
	int status = holder_file_find(h);

	if (status == STATUS_DONE)
		status = holder_open(h);
	return status == STATUS_DONE ? holder_submit(h) : status;
}

/* ---- the jobs -------------------------------------------------------- */

/* clang-format off */
#define OPTION(name_, argument_, text_) \
	{ .name = (name_), .argument = (argument_), .text = (text_) }
#define FLAG(name_, text_) { .name = (name_), .text = (text_) }
#define MANY(name_, argument_, text_) \
	{ .name = (name_), .argument = (argument_), .many = true, .text = (text_) }

#define ROWS_WHO \
	OPTION("as", "NAME", "who speaks: NAME.holder; else the only one here")
#define ROWS_WHERE \
	OPTION("ledger", "PLACE", "the folder or URL of the ledger's log; else the one NAME.holder names"), \
	OPTION("keys", "FILE", "whose signatures count for it; else likewise"), \
	OPTION("successions", "FILE", "who succeeds the sequencer; else likewise"), \
	OPTION("ca-file", "PEM", "more TLS roots, for a ledger at a URL"), \
	{ .name = "now", .argument = "TIME", .otherwise = "now", .text = "the clock" }
#define ROWS_PASSPHRASE \
	OPTION("passphrase-fd", "N", "read the passphrase from this descriptor, not the terminal"), \
	OPTION("passphrase-command", "CMD", "or from what this command prints")
#define ROW_OUTPUT \
	{ .name = "output", .letter = 'o', .argument = "FILE", .text = "where the statement goes; else NAME-NNNN-KIND.stmt; \"-\": standard output" }
#define ROW_JSON FLAG("json", "print as JSON")
#define ROW_QUIET { .name = "quiet", .letter = 'q', .text = "print nothing but errors and warnings" }
#define ROW_EVEN_SO FLAG("anyway", "even what the ledger would refuse, or nobody could unlock")
#define ROW_SUBMIT_KEY OPTION("log-key", "FILE", "the log's private key, of who keeps the ledger's folder")
#define ROWS_SAY \
	ROWS_WHO, ROW_OUTPUT, \
	FLAG("dry-run", "only say what the ledger would make of it"), \
	FLAG("submit", "hand it to the ledger, with all said before"), \
	ROW_SUBMIT_KEY, ROW_EVEN_SO, ROWS_PASSPHRASE, ROWS_WHERE, ROW_JSON, ROW_QUIET
#define ROWS_GUARDIANS \
	MANY("guardians", "HOLDER", "who may recover it"), \
	OPTION("threshold", "N", "so many of them are needed; else most"), \
	FLAG("lock", "nothing is given away without them")
#define ROW_UNTIL(text_) OPTION("until", "TIME", text_)
#define ROW_TO(text_) OPTION("to", "HOLDER", text_)

#define SAY(word, kind_, operands_, text_, rows_)                    \
	static const struct holder_job job_##word = {                \
		.command = { .name = "holder " #word,                \
		    .operands = (operands_), .text = (text_),        \
		    .run = run_job, .n_rows = COUNT(rows_),          \
		    .rows = (rows_) },                               \
		.kind = STATEMENT_##kind_, .fill = fill_##word }
#define WORK(word, work_, operands_, text_, rows_)                   \
	static const struct holder_job job_##word = {                \
		.command = { .name = "holder " #word,                \
		    .operands = (operands_), .text = (text_),        \
		    .run = run_job, .n_rows = COUNT(rows_),          \
		    .rows = (rows_) },                               \
		.work = (work_) }

static const struct option_row rows_say[] = { ROWS_SAY };
static const struct option_row rows_until[] = {
	ROW_UNTIL("until then; else for ever"), ROWS_SAY };
static const struct option_row rows_new[] = {
	OPTION("of", "HOLDER", "new keys for a holder that lost its own"),
	FLAG("no-passphrase", "keep the keys readable"),
	ROWS_PASSPHRASE, ROWS_WHERE };
static const struct option_row rows_enroll[] = { ROWS_GUARDIANS, ROWS_SAY };
static const struct option_row rows_rotate[] = { ROWS_GUARDIANS,
	FLAG("no-guardians", "remove those there are"),
	ROWS_SAY };
static const struct option_row rows_recover[] = {
	OPTION("to", "FILE", "the new keys: NAME.holder, as their owner has it"),
	ROWS_SAY };
static const struct option_row rows_claim[] = {
	MANY("evidence", "CERT", "attest it: the certificates, the trust anchor's first, the CA's last"),
	OPTION("ca-key", "FILE", "the CA's private key, to sign a checklist"),
	OPTION("checklist", "FILE", "a signed checklist, where the CA's key is elsewhere"),
	ROWS_SAY };
static const struct option_row rows_offer[] = { ROW_TO("to whom"),
	ROW_UNTIL("until when it may be accepted; else for a week"),
	OPTION("escrow", "HOLDER", "who settles it"),
	OPTION("hashlock", "SHA256", "of what the taker has to show"),
	ROWS_SAY };
static const struct option_row rows_accept[] = {
	OPTION("preimage", "HEX", "what a hashlock is of"), ROWS_SAY };
static const struct option_row rows_settle[] = {
	FLAG("complete", "it was paid: the taker has it"),
	FLAG("cancel", "it ends without effect"), ROWS_SAY };
static const struct option_row rows_lease[] = { ROW_TO("to whom"),
	ROW_UNTIL("until when"),
	FLAG("sublease", "it may lease it out in turn"), ROWS_SAY };
static const struct option_row rows_service[] = {
	FLAG("none", "remove all there are"), ROWS_SAY };
static const struct option_row rows_rdns[] = {
	MANY("ds", "HEX", "data of DS records"), ROWS_SAY };
static const struct option_row rows_sign[] = { ROWS_WHO, ROW_OUTPUT,
	ROWS_PASSPHRASE, ROWS_WHERE, ROW_JSON, ROW_QUIET };
static const struct option_row rows_status[] = { ROWS_WHO, ROW_JSON,
	ROWS_WHERE };
static const struct option_row rows_submit[] = { ROWS_WHO, ROW_SUBMIT_KEY,
	ROW_EVEN_SO, ROWS_WHERE, ROW_QUIET };
static const struct option_row rows_forget[] = { ROWS_WHO, ROW_QUIET };
static const struct option_row rows_id[] = { ROWS_WHO };
static const struct option_row rows_passphrase[] = { ROWS_WHO,
	FLAG("no-passphrase", "the new one is none: keep the keys readable"),
	ROWS_PASSPHRASE };
static const struct option_row rows_binding[] = { ROWS_WHO, ROW_OUTPUT,
	ROWS_WHERE, ROW_QUIET };

WORK(new, holder_new, "NAME", "make keys, and a file that says whose and of which ledger", rows_new);
WORK(id, holder_print_id, "", "print the id", rows_id);
WORK(passphrase, holder_passphrase, "", "change the passphrase of the keys", rows_passphrase);
WORK(status, holder_status, "", "say what the ledger has of this holder", rows_status);
SAY(enroll, ENROLL, "", "enter the ledger", rows_enroll);
SAY(rotate, ROTATE, "", "replace the current key by the next", rows_rotate);
SAY(recover, RECOVER, "HOLDER", "as a guardian: give a holder that lost its key new ones", rows_recover);
SAY(claim, CLAIM, "RESOURCE...", "say that resources are one's own", rows_claim);
SAY(release, RELEASE, "RESOURCE...", "give resources up", rows_say);
SAY(offer, OFFER, "RESOURCE...", "offer resources to another", rows_offer);
SAY(accept, ACCEPT, "OFFER", "accept an offer", rows_accept);
SAY(settle, SETTLE, "OFFER", "complete or end an offer", rows_settle);
SAY(lease, LEASE, "RESOURCE...", "lease resources to another", rows_lease);
SAY(authorize, AUTHORIZE, "roa AS PREFIX[-LENGTH]... | aspa CUSTOMER PROVIDER... | router-key AS FILE", "authorize an origin, providers, or a router's key", rows_until);
SAY(withdraw, WITHDRAW, "STATEMENT", "take back what was said", rows_say);
SAY(endorse, ENDORSE, "STATEMENT|HOLDER", "vouch for a statement, or for a holder", rows_until);
SAY(name, NAME, "NAME", "take a name, for use wherever an id is", rows_say);
SAY(service, SERVICE, "[KIND[@REGION]=URI...]", "say where services are, instead of what was said before", rows_service);
SAY(rdns, RDNS, "PREFIX [SERVER...]", "delegate reverse DNS", rows_rdns);
WORK(binding, holder_binding, "RESOURCE...", "write what a checklist has to list to be evidence for a claim", rows_binding);
WORK(sign, holder_sign, "FILE", "as a guardian: add a signature to another's statement", rows_sign);
WORK(submit, submit, "", "hand what was said to the ledger", rows_submit);
WORK(forget, holder_forget, "", "give up what was said and is not in the ledger", rows_forget);

static const struct command *const jobs[] = {
	&job_new.command, &job_id.command, &job_passphrase.command,
	&job_status.command, &job_enroll.command, &job_rotate.command,
	&job_recover.command, &job_claim.command, &job_release.command,
	&job_offer.command, &job_accept.command, &job_settle.command,
	&job_lease.command, &job_authorize.command, &job_withdraw.command,
	&job_endorse.command, &job_name.command, &job_service.command,
	&job_rdns.command, &job_binding.command, &job_sign.command,
	&job_submit.command, &job_forget.command, NULL,
};
/* clang-format on */

const struct command command_holder = {
	.name = "holder",
	.operands = "",
	.text = "a network's own keys and statements in a ledger",
	.jobs = jobs,
};
