#include "tests/check.h"

#include "tlog/tlog.h"

/* The example of golang.org/x/mod/sumdb/note. */
#define PETER                                                                \
	"PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx0" \
	"9iUvxdXHKDFz"
#define PETER_PUBLIC \
	"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define PETER_NOTE                                                            \
	"If you think cryptography is the answer to your problem,\n"          \
	"then you don't know what your problem is.\n"                         \
	"\n"                                                                  \
	"\xe2\x80\x94 PeterNeumann "                                          \
	"x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvq" \
	"fqdngotpRZb6KE6RyyBwJnAM=\n"

static void
test_there_and_back(void **state)
{
	struct span text = SPAN(PETER_NOTE);
	struct note_secret s;
	struct vkey k;
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	assert_int_equal(note_secret_parse(&s, SPAN(PETER)), REASON_OK);
	note_secret_write(&out, &s);
	assert_true(span_eq(buf_view(&out), SPAN(PETER)));
	buf_reset(&out);
	note_secret_vkey(&k, &s);
	vkey_write(&out, &k);
	assert_true(span_eq(buf_view(&out), SPAN(PETER_PUBLIC)));
	buf_reset(&out);
	/* Up to the empty line. */
	while (text.n > 0 &&
	       (text.p[text.n - 1] != '\n' || text.p[text.n] != '\n'))
		text.n--;
	assert_int_equal(note_sign(&out, &s, text), REASON_OK);
	assert_true(span_eq(buf_view(&out), SPAN(PETER_NOTE)));
	buf_fini(&out);
	note_secret_fini(&s);
}

static void
test_none(void **state)
{
	static const struct {
		const char *what, *text;
	} none[] = {
		{ "nothing", "" },
		{ "a public key", PETER_PUBLIC },
		{ "a line end", PETER "\n" },
		{ "another id",
		    "PRIVATE+KEY+PeterNeumann+c74f20a4+AYEKFALVFGyNhPJEMzD1QIDr"
		    "+Y7hfZx09iUvxdXHKDFz" },
		{ "another name",
		    "PRIVATE+KEY+Peter+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx"
		    "09iUvxdXHKDFz" },
		{ "no name",
		    "PRIVATE+KEY++c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUv"
		    "xdXHKDFz" },
		{ "a witness's",
		    "PRIVATE+KEY+PeterNeumann+c74f20a3+BIEKFALVFGyNhPJEMzD1QIDr"
		    "+Y7hfZx09iUvxdXHKDFz" },
		{ "too short", "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALV" },
		{ "no key", "PRIVATE+KEY+PeterNeumann+c74f20a3" },
	};
	struct note_secret s;

	(void)state;
	for (size_t i = 0; i < COUNT(none); i++) {
		CHECK_REASON(none[i].what,
		    note_secret_parse(&s, span_str(none[i].text)),
		    R_NOTE_SECRET);
		CHECK(none[i].what, s.secret == NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
