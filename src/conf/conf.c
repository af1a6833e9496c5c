/* Defaults, files, options, messages. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/set.h"
#include "file/file.h"

#define FILE_MAX    ((size_t)256 * 1024)
#define CONF_MEMORY ((size_t)32 * 1024 * 1024)
#define TREE_MEMORY ((size_t)32 * 1024 * 1024)

const char *
conf_default_file(void)
{
	return CONF_DEFAULT_FILE;
}

void
conf_init(struct conf *out)
{
	*out = (struct conf){
		.cache = CONF_CACHE,
		.rsync_command = "rsync",
		.rrdp_fallback = CONF_FALLBACK_STALE,
		.refresh = 600,
		.max_age = 86400,
		.rtr = { .history = 24,
		    .refresh = 3600,
		    .retry = 600,
		    .expire = 7200 },
	};
	arena_init(&out->arena, CONF_MEMORY);
	limits_init(&out->limits);
	policy_init(&out->policy);
}

void
conf_fini(struct conf *c)
{
	arena_fini(&c->arena);
	*c = (struct conf){ 0 };
}

static void
name_file(struct conf_error *error, const char *name)
{
	(void)snprintf(error->file, sizeof(error->file), "%s", name);
}

/* Each entry of the root, by its row of the table. */
static enum reason
set_entry(struct setting *s, const struct node *entry)
{
	const char *keys[64];
	size_t n, count = 0;
	const struct conf_row *rows = conf_table(&n);

	ASSERT(n <= COUNT(keys));
	for (size_t i = 0; i < n; i++) {
		if (rows[i].key == NULL)
			continue;
		if (span_eq(entry->key->text, span_str(rows[i].key))) {
			s->row = &rows[i];
			return conf_set(s, entry);
		}
		keys[count++] = rows[i].key;
	}
	return conf_unknown(s->error, entry->key, keys, count);
}

enum reason
conf_remember(struct conf *c, struct span text, struct conf_error *error)
{
	struct conf_said *said = ARENA_NEW(&c->arena, struct conf_said);

	if (said != NULL) {
		said->before = c->said;
		said->text = arena_dup(&c->arena, text);
	}
	if (said == NULL || said->text.p == NULL)
		return conf_fail(error, R_LIMIT_MEMORY, 0, "no memory");
	c->said = said;
	return REASON_OK;
}

const char *
conf_folder_of(struct conf *c, const char *name)
{
	const char *slash = strrchr(name, '/');

	if (slash == NULL)
		return "";
	return arena_str(&c->arena, span_of(name, (size_t)(slash - name) + 1));
}

enum reason
conf_parse(struct conf *c, struct span text, const char *name,
    struct conf_error *error)
{
	struct setting s = { .conf = c, .error = error };
	struct arena tree;
	struct node *root;
	enum reason why;

	*error = (struct conf_error){ 0 };
	name_file(error, name);
	arena_init(&tree, TREE_MEMORY);
	c->file = arena_str(&c->arena, span_str(name));
	s.folder = conf_folder_of(c, name);
	if (c->file == NULL || s.folder == NULL)
		why = conf_fail(error, R_LIMIT_MEMORY, 0, "no memory");
	else
		why = node_parse(&root, text, &tree, error);
	if (why == REASON_OK)
		why = conf_remember(c, text, error);
	if (why == REASON_OK && root->kind != NODE_MAP)
		why = conf_fail(error, R_CONF_TYPE, root->line,
		    "keys and values are wanted, such as \"cache: DIR\"");
	for (const struct node *e = why == REASON_OK ? root->first : NULL;
	     e != NULL && why == REASON_OK; e = e->next)
		why = set_entry(&s, e);
	arena_fini(&tree);
	return why;
}

/* A file that is one, that not everybody may write, of a sensible size. */
static enum reason
check_file(int fd, struct conf_error *error)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return conf_fail(error, R_CONF_FILE, 0, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return conf_fail(error, R_CONF_FILE, 0, "not a regular file");
	if ((st.st_mode & S_IWOTH) != 0)
		return conf_fail(error, R_CONF_WRITABLE, 0,
		    "anyone may write this file: chmod o-w");
	if ((uint64_t)st.st_size > FILE_MAX)
		return conf_fail(
		    error, R_CONF_FILE, 0, "larger than %zu bytes", FILE_MAX);
	return REASON_OK;
}

static enum reason
read_file(struct buf *out, int fd, struct conf_error *error)
{
	TRY(check_file(fd, error));
	if (file_read(out, fd))
		return REASON_OK;
	return conf_fail(error, R_CONF_FILE, 0, "%s", strerror(errno));
}

enum reason
conf_read(struct buf *out, const char *path, struct conf_error *error)
{
	enum reason why;
	int fd;

	/* Not to wait for the other end of a FIFO. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return conf_fail(error, R_CONF_FILE, 0, "%s", strerror(errno));
	buf_init(out, FILE_MAX);
	why = read_file(out, fd, error);
	if (why != REASON_OK)
		buf_fini(out);
	(void)close(fd);
	return why;
}

enum reason
conf_load(struct conf *c, const char *path, struct conf_error *error)
{
	struct buf text;
	enum reason why;

	*error = (struct conf_error){ 0 };
	name_file(error, path);
	TRY(conf_read(&text, path, error));
	why = conf_parse(c, buf_view(&text), path, error);
	buf_fini(&text);
	return why;
}

enum reason
conf_option(struct conf *c, const char *option, const char *value,
    struct conf_error *error)
{
	const struct conf_row *row = conf_row_by_option(option);
	struct setting s = {
		.conf = c, .row = row, .folder = "", .error = error
	};
	struct node node = { .kind = NODE_TEXT, .option = true };

	*error = (struct conf_error){ 0 };
	if (row == NULL)
		return conf_fail(
		    error, R_CONF_KEY, 0, "unknown option --%s", option);
	if ((row->argument != NULL) != (value != NULL))
		return conf_fail(error, R_CONF_VALUE, 0, "--%s takes %s%s",
		    option, row->argument != NULL ? "a value: " : "no value",
		    row->argument != NULL ? row->argument : "");
	node.plain = value == NULL;
	node.text = span_str(value != NULL ? value : "true");
	TRY(conf_remember(c, span_str(option), error));
	TRY(conf_remember(c, node.text, error));
	return conf_set(&s, &node);
}

void
conf_error_write(struct buf *out, const struct conf_error *error)
{
	if (error->file[0] != '\0') {
		escape_write(out, span_str(error->file));
		if (error->line > 0)
			buf_printf(out, ":%u", error->line);
		buf_puts(out, ": ");
	}
	buf_puts(out, error->text);
}
