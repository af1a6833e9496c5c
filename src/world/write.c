/* Write a whole world, and what stands beside its objects. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "world/tree.h"

static enum reason
trouble(const struct world_writer *w, const char *path)
{
	return fault_say(
	    w->why, R_WORLD_WRITE, NULL, "%s: %s", path, strerror(errno));
}

/* Make the folders above a file. */
static enum reason
make_folders(const struct world_writer *w, char *path)
{
	for (char *c = path + 1; *c != 0; c++) {
		if (*c != '/')
			continue;
		*c = 0;
		if (mkdir(path, 0777) == -1 && errno != EEXIST)
			return trouble(w, path);
		*c = '/';
	}
	return REASON_OK;
}

static bool
write_all(int fd, struct span bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = span_of(bytes.p + n, bytes.n - (size_t)n);
	}
	return true;
}

static enum reason
put(const struct world_writer *w, const char *path, int flag, struct span bytes)
{
	char full[4096];
	int fd, n = snprintf(full, sizeof(full), "%s/%s", w->dir, path);
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | flag;
	bool ok;

	if (n < 0 || (size_t)n >= sizeof(full)) {
		errno = ENAMETOOLONG;
		return trouble(w, path);
	}
	fd = open(full, flags, 0666);
	if (fd == -1 && errno == ENOENT) {
		TRY(make_folders(w, full));
		fd = open(full, flags, 0666);
	}
	if (fd == -1)
		return trouble(w, full);
	ok = write_all(fd, bytes);
	if (close(fd) == -1 || !ok)
		return trouble(w, full);
	return REASON_OK;
}

enum reason
world_put(const struct world_writer *w, const char *path, struct span bytes)
{
	TRY(put(w, path, O_TRUNC, bytes));
	if (w->rrdp == NULL)
		return REASON_OK;
	return world_rrdp_note(w->rrdp, path, bytes);
}

enum reason
world_append(const struct world_writer *w, const char *path, struct span bytes)
{
	return put(w, path, O_APPEND, bytes);
}

static enum reason
put_buf(const struct world_writer *w, const char *path, struct buf *b)
{
	enum reason r =
	    b->failed ? R_LIMIT_MEMORY : world_put(w, path, buf_view(b));

	buf_fini(b);
	return r;
}

/* Is this the first CA on its module? */
static bool
is_first(const struct world *world, const struct world_ca *ca)
{
	for (const struct world_ca *c = world->cas; c != ca; c = c->next)
		if (strcmp(c->module, ca->module) == 0)
			return false;
	return true;
}

static const char readme[] =
    "A small Internet made by `cairn demo`: nothing in it is real.\n"
    "\n"
    "    cairn -c cairn.yaml validate\n"
    "\n"
    "judges it from the folders below repo/, without any network. truth/\n"
    "says what must come out: vrps.csv, aspas.csv, router-keys.csv of the\n"
    "registries, view.csv with what the ledger adds, and findings.csv, the\n"
    "broken things and why they must be refused.\n"
    "world.txt is the description all of it was made from.\n"
    "\n"
    "    CAIRN_WORLD=$PWD rsync --daemon --no-detach --config=rsyncd.conf\n"
    "\n"
    "serves the same folders as the hosts in them would, and whatever\n"
    "serves rrdp/, if it is there, by HTTPS does so by RRDP.\n"
    "\n";

static const char ledger_readme[] =
    "Beside them, ledger/ is the log of a ledger with its witnesses:\n"
    "\n"
    "    cairn ledger log ledger --keys ledger.keys\n"
    "    cairn ledger emit ledger --keys ledger.keys\n"
    "    cairn holder status --as holders/canary\n"
    "\n"
    "truth/ledger.csv is what it emits, ledger-log.csv what becomes of each\n"
    "entry, compare.csv where it agrees with the registries and where not.\n"
    "holders/ has the keys of those who speak in it, keys/ those of the CAs\n"
    "that attest their claims: speak yourself.\n"
    "\n";

enum reason
world_write_setting(const struct world_writer *w)
{
	char now[32];
	struct buf yaml, rsync, text;
	enum reason r = REASON_OK;

	buf_init(&yaml, 16 << 20);
	buf_init(&rsync, 16 << 20);
	buf_init(&text, 65536);
	time_write(now, sizeof(now), w->at);
	buf_puts(&text, readme);
	if (w->world->ledger != NULL)
		buf_puts(&text, ledger_readme);
	buf_printf(&text, "Made for %s, with seed %llu.\n", now,
	    (unsigned long long)w->seed);
	buf_puts(&yaml, "# Made by `cairn demo`: validates this folder.\n"
			"cache: cache\n"
			"trust-anchors: [tals]\n");
	if (w->world->ledger != NULL) {
		buf_puts(&yaml, "ledgers:\n  - ");
		r = world_ledger_setting(&yaml, w, "    ");
	}
	buf_puts(&yaml, "mirrors:\n");
	buf_puts(&rsync, "use chroot = no\nread only = yes\n");
	for (const struct world_ca *ca = w->world->cas; ca != NULL;
	     ca = ca->next) {
		if (!is_first(w->world, ca))
			continue;
		buf_printf(&yaml,
		    "  - {from: \"rsync://%s/%s/\", to: [\"repo/%s/%s\"]}\n",
		    ca->host, ca->module, ca->host, ca->module);
		if (w->world->rrdp != NULL)
			buf_printf(&yaml,
			    "  - {from: \"%s%s/%s/\", to: [\"rrdp/%s/%s\"]}\n",
			    w->world->rrdp, ca->host, ca->module, ca->host,
			    ca->module);
		buf_printf(&rsync,
		    "\n[%s]\n\tpath = %%CAIRN_WORLD%%/repo/%s/%s\n", ca->module,
		    ca->host, ca->module);
	}
	if (r == REASON_OK)
		r = put_buf(w, "cairn.yaml", &yaml);
	else
		buf_fini(&yaml);
	if (r == REASON_OK)
		r = world_put(w, "world.txt", w->world->text);
	if (r == REASON_OK)
		r = put_buf(w, "README", &text);
	else
		buf_fini(&text);
	if (r == REASON_OK)
		return put_buf(w, "rsyncd.conf", &rsync);
	buf_fini(&rsync);
	return r;
}

static enum reason
write_all_of(const struct world_writer *w)
{
	for (const struct world_ca *ca = w->world->cas; ca != NULL;
	     ca = ca->next) {
		if (ca->parent == NULL)
			TRY(world_write_ta(w, ca));
		TRY(world_write_point(w, ca));
	}
	if (w->rrdp != NULL)
		TRY(world_rrdp_write(w));
	TRY(world_write_truth(w));
	TRY(world_write_ledger(w));
	return world_write_setting(w);
}

enum reason
world_write(const struct world *world, const char *dir, int64_t at,
    uint64_t seed, struct fault *why)
{
	struct world_writer w = { world, dir, at, seed, why, NULL };
	enum reason r = REASON_OK;

	fault_init(why, world->text);
	if (world->rrdp != NULL) {
		w.rrdp = world_rrdp_new();
		if (w.rrdp == NULL)
			r = R_LIMIT_MEMORY;
	}
	if (r == REASON_OK)
		r = write_all_of(&w);
	world_rrdp_free(w.rrdp);
	return r != REASON_OK ? fault_at(why, r, NULL) : r;
}
