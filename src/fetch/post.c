/* One small POST, to an address that the operator wrote down. */
#include <curl/curl.h>
#include <stdio.h>

#include "fetch/fetch.h"

static size_t
swallow(char *bytes, size_t size, size_t n, void *ctx)
{
	(void)bytes, (void)ctx;
	return size * n;
}

static bool
set_up(CURL *easy, struct curl_slist *headers, const struct fetch_post *p)
{
#define SET(option, value) \
	(curl_easy_setopt(easy, CURLOPT_##option, (value)) == CURLE_OK)
	return SET(URL, p->url) && SET(PROTOCOLS_STR, "http,https") &&
	       SET(POSTFIELDS, (const char *)p->body.p) &&
	       SET(POSTFIELDSIZE, (long)p->body.n) &&
	       SET(HTTPHEADER, headers) && SET(NOSIGNAL, 1L) &&
	       SET(TIMEOUT, (long)p->timeout_s) && SET(USERAGENT, p->agent) &&
	       SET(WRITEFUNCTION, swallow) && SET(NOPROXY, "") &&
	       SET(PROXY, p->proxy != NULL ? p->proxy : "") &&
	       (p->ca_file == NULL || SET(CAINFO, p->ca_file));
#undef SET
}

enum reason
fetch_post(const struct fetch_post *p, struct fault *why)
{
	struct curl_slist *headers =
	    curl_slist_append(NULL, "Content-Type: application/json");
	CURL *easy = curl_easy_init();
	enum reason r = R_LIMIT_MEMORY;
	CURLcode code;
	long status = 0;

	if (easy != NULL && headers != NULL && set_up(easy, headers, p)) {
		code = curl_easy_perform(easy);
		(void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
		r = code != CURLE_OK ? fault_say(why, R_FETCH_CONNECT, NULL,
					   "%s", curl_easy_strerror(code))
		    : status < 200 || status > 299
			? fault_say(
			      why, R_FETCH_HTTP_STATUS, NULL, "%ld", status)
			: REASON_OK;
	}
	curl_easy_cleanup(easy);
	curl_slist_free_all(headers);
	return r;
}
