#include "tests/check.h"

#include "tests/fetch/files.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypt/crypt.h"

int
file_new(void)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

int
file_of(struct span bytes)
{
	int fd = file_new();

	assert_int_equal(write(fd, bytes.p, bytes.n), (ssize_t)bytes.n);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

struct span
file_map(int fd)
{
	struct stat st;
	void *p;

	assert_int_equal(fstat(fd, &st), 0);
	if (st.st_size == 0)
		return SPAN("");
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	assert_true(p != MAP_FAILED);
	return span_of(p, (size_t)st.st_size);
}

void
file_unmap(struct span map)
{
	if (map.n > 0)
		assert_int_equal(munmap((void *)(uintptr_t)map.p, map.n), 0);
}

void
take_file(struct taken *out, enum rrdp_kind kind, struct span file,
    bool is_gzip, const struct limits *limits)
{
	struct rrdp_spool ask = { .kind = kind,
		.is_gzip = is_gzip,
		.bytes_max = kind == RRDP_NOTIFICATION
				 ? limits->notification_bytes
				 : limits->repository_bytes,
		.body = file_of(file),
		.bytes = file_new(),
		.index = file_new() };

	rrdp_spool(&ask, limits);
	assert_int_equal(close(ask.body), 0);
	out->bytes = ask.bytes;
	out->index = ask.index;
	out->bytes_map = file_map(ask.bytes);
	out->view =
	    (struct rrdp_index){ file_map(ask.index), out->bytes_map, limits };
	out->reason = rrdp_index_check(&out->end, &out->detail, &out->view);
}

void
taken_fini(struct taken *t)
{
	file_unmap(t->bytes_map);
	file_unmap(t->view.rest);
	(void)close(t->bytes);
	(void)close(t->index);
}

static void
object(uint8_t out[120], unsigned number)
{
	memset(out, (int)(number & 0xff), 120);
	(void)snprintf((char *)out, 120, "object %u", number);
}

void
put_object(struct buf *out, unsigned number)
{
	uint8_t bytes[120];

	object(bytes, number);
	base64_write(out, SPAN_OF(bytes));
}

struct digest
object_hash(unsigned number)
{
	uint8_t bytes[120];

	object(bytes, number);
	return hash_of(SPAN_OF(bytes));
}

struct digest
hash_of(struct span bytes)
{
	struct digest d;

	crypt_sha256(d.b, bytes);
	return d;
}

void
put_hash(struct buf *out, const struct digest *d)
{
	char hex[65];

	hex_write(hex, SPAN_OF(*d));
	buf_puts(out, hex);
}

void
put_words(struct buf *b, const char *element, const char *session,
    uint64_t serial, const char *words)
{
	struct digest old;

	buf_printf(b,
	    "<%s xmlns=\"" SPACE "\" version=\"1\" session_id=\"%s"
	    "\" serial=\"%llu\">\n",
	    element, session, (unsigned long long)serial);
	for (const char *w = words; *w != '\0'; w += strcspn(w, " ")) {
		w += strspn(w, " ");
		old = object_hash((unsigned)(w[2] - '0'));
		buf_printf(b, "<%s uri=\"" OBJ "%c.roa\"",
		    *w == '-' ? "withdraw" : "publish", w[1]);
		if (*w != '+') {
			buf_puts(b, " hash=\"");
			put_hash(b, &old);
			buf_puts(b, "\"");
		}
		if (*w == '-') {
			buf_puts(b, "/>");
			continue;
		}
		buf_puts(b, ">");
		put_object(b, (unsigned)(w[*w == '~' ? 3 : 2] - '0'));
		buf_puts(b, "</publish>\n");
	}
	buf_printf(b, "</%s>", element);
}
