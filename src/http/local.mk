noinst_LIBRARIES += libhttp.a
libhttp_a_SOURCES = %D%/http.h %D%/inside.h %D%/metrics.def %D%/http.c %D%/select.c \
	%D%/delta.c %D%/validity.c %D%/status.c %D%/metrics.c %D%/openapi.c %D%/page.c %D%/lookup.c %D%/compare.c %D%/history.c
libhttp_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
http_libs = libhttp.a $(output_libs) $(policy_libs) $(JANSSON_LIBS)
if HAVE_CMOCKA
check_PROGRAMS += tests/http/test_http
tests_http_test_http_LDADD = $(http_libs) $(CMOCKA_LIBS)
endif
fuzz_programs += tests/fuzz/http_request
tests_fuzz_http_request_LDADD = $(fuzz_main) $(http_libs)
# The page's files, as bytes to include.
page_incs = src/http/index.html.inc src/http/page.css.inc \
	src/http/page.js.inc
BUILT_SOURCES += $(page_incs)
CLEANFILES += $(page_incs)
EXTRA_DIST += tests/http/world.h
EXTRA_DIST += %D%/page/index.html %D%/page/page.css %D%/page/page.js
src/http/libhttp_a-page.$(OBJEXT): $(page_incs)
src/http/index.html.inc: %D%/page/index.html
	$(embed) $(srcdir)/src/http/page/index.html $(embed_to)
src/http/page.css.inc: %D%/page/page.css
	$(embed) $(srcdir)/src/http/page/page.css $(embed_to)
src/http/page.js.inc: %D%/page/page.js
	$(embed) $(srcdir)/src/http/page/page.js $(embed_to)
embed = $(AM_V_GEN)$(MKDIR_P) src/http && od -An -v -tx1
embed_to = | sed 's/ \(..\)/0x\1,/g' > $@.tmp && mv $@.tmp $@
