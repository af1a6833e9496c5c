/* Where things come from: trust anchors, their hosts, mirrors. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "doctor/inside.h"
#include "file/file.h"
#include "object/object.h"
#include "rpki/rpki.h"

#define FILE_MAX     ((size_t)1 << 20)
#define CONNECT_MOST 5 /* seconds: somebody waits */

static uint64_t
patience(const struct conf *conf)
{
	return conf->limits.connect_time < CONNECT_MOST
		   ? conf->limits.connect_time
		   : CONNECT_MOST;
}

/* Could things be had from there? If not, the detail says why. */
static bool
place_serves(
    const struct conf *conf, const struct conf_place *place, char detail[160])
{
	const char *text = "the folder is there";
	struct stat st;
	struct uri uri;
	bool serves = false;

	if (!place->is_folder) {
		enum reason reason =
		    uri_parse(&uri, span_str(place->text), &conf->limits);

		(void)snprintf(detail, 160, "%s", reason_text(reason));
		return reason == REASON_OK &&
		       doctor_reaches(&uri, patience(conf), detail);
	}
	if (stat(place->text, &st) != 0)
		text = strerror(errno);
	else if (!S_ISDIR(st.st_mode))
		text = "it is no folder";
	else if (access(place->text, R_OK | X_OK) != 0)
		text = strerror(errno);
	else
		serves = true;
	(void)snprintf(detail, 160, "%s", text);
	return serves;
}

/* Is there a mirror of it that serves? */
static bool
is_mirrored(const struct conf *conf, const struct uri *uri)
{
	char detail[160];

	for (size_t i = 0; i < conf->n_mirrors; i++) {
		const struct conf_mirror *m = &conf->mirrors[i];

		if (!span_starts(uri->text, m->from.text))
			continue;
		for (size_t j = 0; j < m->n; j++)
			if (place_serves(conf, &m->to[j], detail))
				return true;
	}
	return false;
}

/* ---- trust anchors --------------------------------------------------- */

struct visit {
	bool reached, mirrored;
	char detail[160];
};

/* RFC 8630 section 3: one of them is enough. */
static void
check_hosts(struct doctor_checkup *c, const struct conf *conf,
    const struct tal *tal, struct visit *visits)
{
	bool any = false;

	for (size_t i = 0; i < tal->n_uris; i++) {
		visits[i].mirrored = is_mirrored(conf, &tal->uris[i]);
		visits[i].reached = doctor_reaches(
		    &tal->uris[i], patience(conf), visits[i].detail);
		any = any || visits[i].reached || visits[i].mirrored;
	}
	for (size_t i = 0; i < tal->n_uris; i++) {
		char uri[512];
		struct doctor_check check = { .name = "host", .object = uri };

		(void)snprintf(
		    uri, sizeof(uri), "%.*s", SPAN_FMT(tal->uris[i].text));
		if (!visits[i].reached) {
			check.health = any ? DOCTOR_WARN : DOCTOR_FAIL;
			check.advice =
			    visits[i].mirrored
				? "only its mirror serves: look at DNS and "
				  "firewall"
				: "look at DNS and firewall, or configure a "
				  "mirror";
		}
		doctor_say(c, &check, "%s", visits[i].detail);
	}
}

static void
say_tal(struct doctor_checkup *c, const struct conf_tal *conf, const char *path,
    enum reason reason, const char *detail)
{
	struct doctor_check check = { .name = "trust-anchor",
		.object = conf->name,
		.health = DOCTOR_FAIL,
		.advice = "get the file again from where the trust anchor "
			  "publishes it" };

	if (path == conf->constraints)
		check.advice = "correct the file";
	doctor_say(c, &check, "%s: %s: %s%s%s", path, reason_id(reason),
	    reason_text(reason), detail[0] != '\0' ? ": " : "", detail);
}

/* The file as a span of the arena; false when that has been said. */
static bool
load(struct span *out, struct decode *dec, struct doctor_checkup *c,
    const struct conf *conf, const struct conf_tal *tal, const char *path)
{
	struct buf bytes;
	enum reason reason;

	buf_init(&bytes, FILE_MAX);
	reason = file_load(&bytes, path) ? REASON_OK : R_TA_FILE;
	*out = arena_dup(&c->arena, buf_view(&bytes));
	buf_fini(&bytes);
	if (out->p == NULL)
		c->failed = true;
	else if (reason != REASON_OK)
		say_tal(c, tal, path, reason, "");
	decode_init(dec, &c->arena, &conf->limits, *out);
	return out->p != NULL && reason == REASON_OK;
}

static bool
check_constraints(struct doctor_checkup *c, const struct conf *conf,
    const struct conf_tal *tal)
{
	struct constraints constraints;
	struct decode dec;
	struct span text;
	enum reason reason;
	unsigned line;

	if (tal->constraints == NULL)
		return true;
	if (!load(&text, &dec, c, conf, tal, tal->constraints))
		return false;
	reason = constraints_parse(&constraints, text, &dec, &line);
	if (reason != REASON_OK)
		say_tal(c, tal, tal->constraints, reason, dec.why.detail);
	return reason == REASON_OK;
}

static void
check_tal(struct doctor_checkup *c, const struct conf *conf,
    const struct conf_tal *conf_tal)
{
	struct doctor_check check = { .name = "trust-anchor",
		.object = conf_tal->name };
	struct visit *visits;
	struct decode dec;
	struct tal tal;
	struct span text;
	enum reason reason;

	if (!load(&text, &dec, c, conf, conf_tal, conf_tal->path))
		return;
	reason = tal_parse(&tal, text, &dec);
	if (reason != REASON_OK) {
		say_tal(c, conf_tal, conf_tal->path, reason, dec.why.detail);
		return;
	}
	if (check_constraints(c, conf, conf_tal))
		doctor_say(c, &check, "%s: %zu URI%s%s", conf_tal->path,
		    tal.n_uris, tal.n_uris == 1 ? "" : "s",
		    conf_tal->constraints != NULL ? ", constraints" : "");
	visits = ARENA_ARRAY(&c->arena, tal.n_uris, struct visit);
	if (visits == NULL)
		c->failed = true;
	else if (!conf->offline)
		check_hosts(c, conf, &tal, visits);
}

/* ---- mirrors --------------------------------------------------------- */

static void
check_place(struct doctor_checkup *c, const struct conf *conf,
    const struct conf_place *place)
{
	struct doctor_check check = { .name = "mirror", .object = place->text };
	char detail[160];

	if (conf->offline && !place->is_folder)
		return;
	if (!place_serves(conf, place, detail)) {
		check.health = place->is_folder ? DOCTOR_FAIL : DOCTOR_WARN;
		check.advice = place->is_folder
				   ? "make the folder and fill it, or take it "
				     "out of mirrors"
				   : "look at DNS and firewall, or take it "
				     "out of mirrors";
	}
	doctor_say(c, &check, "%s", detail);
}

static void
check_ca_file(struct doctor_checkup *c, const char *path)
{
	struct doctor_check check = { .name = "ca-file", .object = path };
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	struct buf bytes;

	buf_init(&bytes, FILE_MAX * 16);
	if (file_load(&bytes, path) && bytes.n > 0 &&
	    memmem(bytes.p, bytes.n, begin, sizeof(begin) - 1) != NULL) {
		doctor_say(c, &check, "it holds certificates");
	} else {
		check.health = DOCTOR_FAIL;
		check.advice = "name a file of certificates in PEM";
		doctor_say(c, &check, "no certificate can be read from it");
	}
	buf_fini(&bytes);
}

void
doctor_sources(struct doctor_checkup *c, const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_tals; i++)
		check_tal(c, conf, &conf->tals[i]);
	for (size_t i = 0; i < conf->n_mirrors; i++)
		for (size_t j = 0; j < conf->mirrors[i].n; j++)
			check_place(c, conf, &conf->mirrors[i].to[j]);
	if (conf->ca_file != NULL)
		check_ca_file(c, conf->ca_file);
}
