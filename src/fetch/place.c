/*
 * A place with files. Paths are made of numbers, by room tlog; a folder's own
 * folders may be links, its files may not.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fetch/fetch.h"
#include "file/file.h"

#define EXPECTED      8 /* files on their way at once */
#define PATH_MAX_SIZE 128

/* A file that was asked for before it was wanted. */
struct expected {
	char path[PATH_MAX_SIZE], *url;
	struct web_file file;
};

struct place {
	struct web *web; /* NULL: a folder */
	int folder;
	char *base; /* URL, with a '/' at its end */
	char detail[160];
	uint64_t requests;
	bool is_stranger, is_local; /* of whoever announced it */
	struct expected expected[EXPECTED];
	size_t next; /* of expected to be used again */
};

bool
place_is_web(const char *text)
{
	return span_starts(span_str(text), SPAN("http://")) ||
	       span_starts(span_str(text), SPAN("https://"));
}

static enum reason
folder_open(struct place *p, const char *text, struct fault *why)
{
	static const char scheme[] = "file://";
	const char *path = text;

	if (strncmp(path, scheme, sizeof(scheme) - 1) == 0)
		path += sizeof(scheme) - 1;
	p->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return p->folder >= 0 ? REASON_OK
			      : fault_say(why, R_FETCH_FOLDER, NULL, "%s: %s",
				    path, strerror(errno));
}

static enum reason
base_make(struct place *p, const char *text)
{
	size_t n = strlen(text);
	bool slash = n > 0 && text[n - 1] == '/';

	p->base = base_alloc(n + 2);
	if (p->base == NULL)
		return R_LIMIT_MEMORY;
	(void)snprintf(p->base, n + 2, "%s%s", text, slash ? "" : "/");
	return REASON_OK;
}

enum reason
place_open(
    struct place **out, const char *text, struct web *web, struct fault *why)
{
	struct place *p = base_alloc(sizeof(*p));
	enum reason r;

	if (p == NULL)
		return fault_at(why, R_LIMIT_MEMORY, NULL);
	p->folder = -1;
	if (place_is_web(text)) {
		ASSERT(web != NULL);
		p->web = web;
		r = base_make(p, text);
	} else {
		r = folder_open(p, text, why);
	}
	if (r != REASON_OK) {
		place_close(p);
		return r;
	}
	*out = p;
	return REASON_OK;
}

static void
expected_end(struct place *p, struct expected *e)
{
	if (e->file.id != 0)
		web_drop(p->web, &e->file);
	base_free(e->url);
	*e = (struct expected){ .url = NULL };
}

void
place_close(struct place *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < EXPECTED; i++)
		expected_end(p, &p->expected[i]);
	if (p->folder >= 0)
		(void)close(p->folder);
	base_free(p->base);
	base_free(p);
}

const char *
place_detail(const struct place *p)
{
	return p->detail;
}

void
place_announced(struct place *p, bool local_allowed)
{
	p->is_stranger = true;
	p->is_local = local_allowed;
}

uint64_t
place_requests(const struct place *p)
{
	return p->requests;
}

/* ---- a folder -------------------------------------------------------- */

static enum reason
whole_read(struct buf *out, int fd)
{
	return file_read(out, fd) ? REASON_OK
	       : out->failed      ? R_FETCH_HTTP_SIZE
				  : R_FETCH_FILE;
}

static enum reason
folder_get(struct place *p, struct buf *out, const char *path)
{
	struct stat st;
	enum reason why;
	int fd = openat(p->folder, path,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

	if (fd < 0) {
		(void)snprintf(p->detail, sizeof(p->detail), "%.100s: %s", path,
		    strerror(errno));
		return errno == ENOENT ? R_LOG_MISSING : R_FETCH_FILE;
	}
	why = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? whole_read(out, fd)
							 : R_FETCH_FILE;
	if (why != REASON_OK)
		(void)snprintf(p->detail, sizeof(p->detail), "%.100s", path);
	(void)close(fd);
	return why;
}

/* ---- below a URL ----------------------------------------------------- */

static struct expected *
expected_find(struct place *p, const char *path)
{
	for (size_t i = 0; i < EXPECTED; i++)
		if (p->expected[i].url != NULL &&
		    strcmp(p->expected[i].path, path) == 0)
			return &p->expected[i];
	return NULL;
}

/* NULL: no memory. The oldest that nobody came for makes room. */
static struct expected *
ask(struct place *p, const char *path, uint64_t bytes_max, const char *etag)
{
	struct expected *e = &p->expected[p->next];
	size_t n = strlen(p->base) + strlen(path) + 1;

	ASSERT(strlen(path) < sizeof(e->path));
	expected_end(p, e);
	e->url = base_alloc(n);
	if (e->url == NULL)
		return NULL;
	p->next = (p->next + 1) % EXPECTED;
	(void)snprintf(e->url, n, "%s%s", p->base, path);
	(void)snprintf(e->path, sizeof(e->path), "%s", path);
	e->file.url = e->url;
	e->file.bytes_max = bytes_max;
	e->file.is_stranger = p->is_stranger;
	e->file.is_local = p->is_local;
	(void)snprintf(e->file.etag, sizeof(e->file.etag), "%s", etag);
	web_start(p->web, &e->file);
	p->requests++;
	return e;
}

static enum reason
web_reason(const struct web_file *f)
{
	return f->reason == R_FETCH_HTTP_STATUS &&
		       (f->status == 404 || f->status == 410)
		   ? R_LOG_MISSING
		   : f->reason;
}

static enum reason
web_take(struct place *p, struct expected *e, struct buf *out)
{
	enum reason r = web_wait(p->web, &e->file, out);

	if (r != REASON_OK)
		(void)snprintf(p->detail, sizeof(p->detail), "%.80s: %.70s",
		    e->path, e->file.detail);
	return web_reason(&e->file);
}

/* As large as a bundle may be; the cap of who takes it binds then. */
#define EXPECTED_MAX ((uint64_t)17 << 20)

void
place_expect_if(struct place *p, const char *path, const char *etag)
{
	if (p->web != NULL && expected_find(p, path) == NULL)
		(void)!ask(p, path, EXPECTED_MAX, etag);
}

void
place_expect(struct place *p, const char *path)
{
	place_expect_if(p, path, "");
}

enum reason
place_get(void *place, struct buf *out, const char *path)
{
	struct place *p = place;
	struct expected *e;
	enum reason r;

	p->detail[0] = '\0';
	if (p->web == NULL) {
		p->requests++;
		return folder_get(p, out, path);
	}
	e = expected_find(p, path);
	if (e == NULL)
		e = ask(p, path, out->cap - out->n, "");
	if (e == NULL)
		return R_LIMIT_MEMORY;
	r = web_take(p, e, out);
	expected_end(p, e);
	return r;
}

enum reason
place_get_if(struct place *p, struct buf *out, const char *path,
    char etag[HTTPS_ETAG], bool *unchanged)
{
	struct expected *e;
	enum reason r;

	*unchanged = false;
	if (p->web == NULL) {
		etag[0] = '\0';
		return place_get(p, out, path);
	}
	p->detail[0] = '\0';
	e = expected_find(p, path);
	if (e == NULL || strcmp(e->file.etag, etag) != 0)
		e = ask(p, path, out->cap - out->n, etag);
	if (e == NULL)
		return R_LIMIT_MEMORY;
	r = web_take(p, e, out);
	*unchanged = r == REASON_OK && e->file.unchanged;
	if (r == REASON_OK && !*unchanged)
		(void)snprintf(etag, HTTPS_ETAG, "%s", e->file.came_etag);
	expected_end(p, e);
	return r;
}
