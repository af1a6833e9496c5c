/*
 * NAME.holder: which ledger, which keys, whose id. Lines of a word and what
 * belongs to it; '#' begins a comment.
 *
 *	id HEX		of the holder
 *	key BASE64	SubjectPublicKeyInfo of NAME.pem
 *	next HEX	SHA-256 of that of NAME.next.pem
 *	ledger PLACE	folder or URL
 *	keys FILE	whose signatures count for it
 *	successions FILE
 *	seen N HEX	size and root of the ledger when it was last looked at
 *	said HEX FILE	a statement that was signed, until it is in the ledger
 *
 * Paths are relative to the file's folder.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/holder.h"
#include "file/file.h"

#define FILE_MAX ((size_t)1 << 20)
#define ENDING   ".holder"

int
holder_path(char out[HOLDER_PATH], const struct holder *h, const char *ending)
{
	if (snprintf(out, HOLDER_PATH, "%s%s", h->file.name, ending) >=
	    HOLDER_PATH)
		return usage_error(h->self, "name too long");
	return STATUS_DONE;
}

/* ---- which one ------------------------------------------------------- */

/* The only one of them in this folder. */
static int
file_guess(struct holder *h)
{
	const struct dirent *entry;
	DIR *folder = opendir(".");
	size_t found = 0;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		struct span name = span_str(entry->d_name);

		if (!span_ends(name, SPAN(ENDING)) ||
		    name.n == sizeof(ENDING) - 1)
			continue;
		found++;
		h->as = arena_str(
		    &h->arena, span_of(name.p, name.n - (sizeof(ENDING) - 1)));
	}
	if (folder != NULL)
		(void)closedir(folder);
	if (found == 0)
		return usage_error(h->self,
		    "no holder in this folder: \"cairn holder new NAME\" makes "
		    "one, --as NAME names one elsewhere");
	if (found > 1)
		return usage_error(h->self,
		    "several holders in this folder: --as NAME says which");
	return h->as != NULL
		   ? STATUS_DONE
		   : failure(h->self, "%s", reason_text(R_LIMIT_MEMORY));
}

int
holder_file_find(struct holder *h)
{
	int status = h->as == NULL ? file_guess(h) : STATUS_DONE;
	struct span name = span_str(h->as != NULL ? h->as : "");

	if (status != STATUS_DONE)
		return status;
	if (span_ends(name, SPAN(ENDING))) /* completed by a shell */
		h->as = arena_str(
		    &h->arena, span_of(name.p, name.n - (sizeof(ENDING) - 1)));
	if (h->as == NULL)
		return failure(h->self, "%s", reason_text(R_LIMIT_MEMORY));
	status = holder_file_read(&h->file, h, h->as);
	if (status != STATUS_DONE)
		return status;
	if (h->ledger == NULL)
		h->ledger = h->file.ledger;
	if (h->keys == NULL)
		h->keys = h->file.keys;
	if (h->successions == NULL)
		h->successions = h->file.successions;
	return STATUS_DONE;
}

/* ---- reading --------------------------------------------------------- */

static struct span
word_take(struct span *rest)
{
	struct span word;

	while (rest->n > 0 && rest->p[0] == ' ')
		*rest = span_of(rest->p + 1, rest->n - 1);
	word = span_of(rest->p, 0);
	while (word.n < rest->n && rest->p[word.n] != ' ')
		word.n++;
	*rest = span_of(rest->p + word.n, rest->n - word.n);
	if (rest->n > 0)
		*rest = span_of(rest->p + 1, rest->n - 1);
	return word;
}

static bool
base64_take(struct span *out, struct holder *h, struct span text)
{
	struct buf raw;

	buf_init(&raw, FILE_MAX);
	*out = base64_parse(&raw, text, false)
		   ? arena_dup(&h->arena, buf_view(&raw))
		   : span_of(NULL, 0);
	buf_fini(&raw);
	return out->p != NULL;
}

/* How many bytes of the name are its folder, with the slash. */
static size_t
folder_length(const struct holder_file *f)
{
	const char *slash = strrchr(f->name, '/');

	return slash == NULL ? 0 : (size_t)(slash - f->name) + 1;
}

static bool
is_relative(struct span path)
{
	return path.n > 0 && path.p[0] != '/' &&
	       memmem(path.p, path.n, "://", 3) == NULL;
}

/* As it is from here. */
static const char *
path_take(const struct holder_file *f, struct holder *h, struct span path)
{
	char text[2 * HOLDER_PATH];
	int n = snprintf(text, sizeof(text), "%.*s%.*s",
	    is_relative(path) ? (int)folder_length(f) : 0, f->name,
	    SPAN_FMT(path));

	return n > 0 && (size_t)n < sizeof(text)
		   ? arena_str(&h->arena, span_str(text))
		   : NULL;
}

static bool
said_take(struct holder_file *f, struct holder *h, struct span rest)
{
	struct span id = word_take(&rest);
	struct holder_said said = { .path = path_take(f, h, rest) };

	return said.path != NULL && rest.n > 0 &&
	       hex_parse(said.id.b, sizeof(said.id.b), id) &&
	       vec_push(&f->said, said);
}

static bool
seen_take(struct holder_file *f, struct span rest)
{
	return decimal_parse(&f->seen.size, word_take(&rest), INT64_MAX) &&
	       hex_parse(f->seen.root.b, sizeof(f->seen.root.b), rest);
}

static bool
line_take(struct holder_file *f, struct holder *h, struct span line)
{
	struct span word = word_take(&line);
	const struct {
		struct span word;
		const char **to;
	} texts[] = {
		{ SPAN("ledger"), &f->ledger },
		{ SPAN("keys"), &f->keys },
		{ SPAN("successions"), &f->successions },
	};

	if (word.n == 0 || word.p[0] == '#')
		return true;
	if (span_eq(word, SPAN("id")))
		return hex_parse(f->id.b, sizeof(f->id.b), line);
	if (span_eq(word, SPAN("next")))
		return hex_parse(f->next.b, sizeof(f->next.b), line);
	if (span_eq(word, SPAN("key")))
		return base64_take(&f->spki, h, line);
	if (span_eq(word, SPAN("seen")))
		return seen_take(f, line);
	if (span_eq(word, SPAN("said")))
		return said_take(f, h, line);
	for (size_t i = 0; i < COUNT(texts); i++)
		if (span_eq(word, texts[i].word)) {
			*texts[i].to = path_take(f, h, line);
			return *texts[i].to != NULL;
		}
	return false;
}

static int
text_take(
    struct holder_file *f, struct holder *h, const char *path, struct span text)
{
	for (unsigned line = 1; text.n > 0; line++) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t n = end == NULL ? text.n : (size_t)(end - text.p);

		if (!line_take(f, h, span_of(text.p, n)))
			return usage_error(h->self,
			    "%s:%u: not a line of a holder's file", path, line);
		n += end != NULL;
		text = span_of(text.p + n, text.n - n);
	}
	return f->spki.n > 0
		   ? STATUS_DONE
		   : usage_error(h->self, "%s: it names no key", path);
}

int
holder_file_read(struct holder_file *out, struct holder *h, const char *name)
{
	char path[HOLDER_PATH];
	struct buf text;
	int status;

	*out = (struct holder_file){ .name = name };
	if (snprintf(path, sizeof(path), "%s" ENDING, name) >=
	    (int)sizeof(path))
		return usage_error(h->self, "name too long");
	buf_init(&text, FILE_MAX);
	status = cli_read(&text, path)
		     ? text_take(out, h, path, buf_view(&text))
		     : usage_error(h->self, "%s: %s", path, strerror(errno));
	buf_fini(&text);
	return status;
}

/* ---- writing --------------------------------------------------------- */

/* As it is from the file's folder: below it without it, elsewhere in full. */
static void
path_write(struct buf *b, const struct holder_file *f, const char *path)
{
	const size_t n = folder_length(f);
	char full[PATH_MAX];

	if (n > 0 && is_relative(span_str(path))) {
		if (strncmp(path, f->name, n) == 0)
			path += n;
		else if (realpath(path, full) != NULL)
			path = full;
	}
	buf_puts(b, path);
	buf_byte(b, '\n');
}

static void
file_text(struct buf *b, const struct holder_file *f)
{
	const struct {
		const char *word, *path;
	} paths[] = { { "ledger", f->ledger }, { "keys", f->keys },
		{ "successions", f->successions } };
	char hex[65];

	buf_puts(b, "# A holder of cairn's ledger: nothing in here is secret.\n"
		    "# The keys are in files of the same name: .pem, and "
		    ".next.pem, which is to be\n# kept apart.\n");
	hex_write(hex, SPAN_OF(f->id.b));
	buf_printf(b, "id %s\nkey ", hex);
	base64_write(b, f->spki);
	hex_write(hex, SPAN_OF(f->next.b));
	buf_printf(b, "\nnext %s\n", hex);
	for (size_t i = 0; i < COUNT(paths); i++)
		if (paths[i].path != NULL) {
			buf_printf(b, "%s ", paths[i].word);
			path_write(b, f, paths[i].path);
		}
	if (f->seen.size > 0) {
		hex_write(hex, SPAN_OF(f->seen.root.b));
		buf_printf(b, "seen %" PRIu64 " %s\n", f->seen.size, hex);
	}
	for (size_t i = 0; i < f->said.n; i++) {
		hex_write(hex, SPAN_OF(f->said.v[i].id.b));
		buf_printf(b, "said %s ", hex);
		path_write(b, f, f->said.v[i].path);
	}
}

int
holder_file_write(struct holder *h)
{
	char path[HOLDER_PATH];
	struct buf text;
	int status = holder_path(path, h, ENDING);

	if (status != STATUS_DONE)
		return status;
	buf_init(&text, FILE_MAX);
	file_text(&text, &h->file);
	if (text.failed)
		errno = EFBIG;
	if (text.failed || !file_replace(AT_FDCWD, path, buf_view(&text), 0666))
		status = failure(h->self, "%s: %s", path, strerror(errno));
	buf_fini(&text);
	return status;
}
