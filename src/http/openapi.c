/* The description of all paths, made of the table that serves them. */
#include "config.h"

#include <string.h>

#include "http/inside.h"

static void
emit_parameter(struct emit *e, const struct http_parameter *p)
{
	bool in_path = p->name[0] == '{';
	size_t n = strlen(p->name);

	emit_object(e, NULL);
	emit_span(e, "name",
	    in_path ? span_of(p->name + 1, n - 2) : span_of(p->name, n));
	emit_str(e, "in", in_path ? "path" : "query");
	emit_bool(e, "required", p->required);
	emit_str(e, "description", p->text);
	emit_object(e, "schema");
	emit_str(e, "type", "string");
	if (p->pattern != NULL)
		emit_str(e, "pattern", p->pattern);
	emit_end(e);
	emit_end(e);
}

static void
emit_content(struct emit *e, const char *type)
{
	struct buf key;

	buf_init(&key, 256);
	buf_puts(&key, type);
	buf_byte(&key, '\0');
	emit_object(e, "content");
	emit_object(e, key.failed ? type : (const char *)key.p);
	emit_object(e, "schema");
	emit_str(e, "type", strcmp(type, HTTP_JSON) == 0 ? "object" : "string");
	emit_end(e);
	emit_end(e);
	emit_end(e);
	buf_fini(&key);
}

static void
emit_response(
    struct emit *e, const char *status, const char *text, const char *type)
{
	emit_object(e, status);
	emit_str(e, "description", text);
	if (type != NULL)
		emit_content(e, type);
	emit_end(e);
}

static void
emit_responses(struct emit *e, const char *type, const char *text)
{
	emit_object(e, "responses");
	emit_response(e, "200", text, type);
	emit_response(e, "304", "as you have it", NULL);
	emit_response(e, "400", "a parameter is wrong", HTTP_JSON);
	emit_response(e, "404", "nothing of this name", HTTP_JSON);
	emit_response(e, "405", "another method", HTTP_JSON);
	emit_response(e, "413", "too much at once", HTTP_JSON);
	emit_response(e, "421", "asked by a name that is not ours", HTTP_JSON);
	emit_response(e, "503", "not now", HTTP_JSON);
	emit_end(e);
}

/* {"routes": [{"asn": ..., "prefix": ...}]} */
static void
emit_routes(struct emit *e)
{
	static const struct http_parameter members[] = {
		{ "asn", "", HTTP_ASN, true },
		{ "prefix", "", HTTP_PREFIX, true },
	};

	emit_object(e, "schema");
	emit_str(e, "type", "object");
	emit_array(e, "required");
	emit_str(e, NULL, "routes");
	emit_end(e);
	emit_object(e, "properties");
	emit_object(e, "routes");
	emit_str(e, "type", "array");
	emit_uint(e, "maxItems", HTTP_ROUTES_MAX);
	emit_object(e, "items");
	emit_str(e, "type", "object");
	emit_array(e, "required");
	for (size_t i = 0; i < COUNT(members); i++)
		emit_str(e, NULL, members[i].name);
	emit_end(e);
	emit_object(e, "properties");
	for (size_t i = 0; i < COUNT(members); i++) {
		emit_object(e, members[i].name);
		emit_str(e, "type", "string");
		emit_str(e, "pattern", members[i].pattern);
		emit_end(e);
	}
	emit_end(e);
	emit_end(e);
	emit_end(e);
	emit_end(e);
	emit_end(e);
}

static void
emit_body(struct emit *e)
{
	emit_object(e, "requestBody");
	emit_bool(e, "required", true);
	emit_object(e, "content");
	emit_object(e, HTTP_JSON);
	emit_routes(e);
	emit_end(e);
	emit_end(e);
	emit_end(e);
}

static void
emit_operation(struct emit *e, const struct http_row *row, bool post)
{
	emit_object(e, post ? "post" : "get");
	emit_str(e, "summary", row->text);
	if (post)
		emit_body(e);
	emit_array(e, "parameters");
	for (size_t i = 0; !post && i < COUNT(row->parameters) &&
			   row->parameters[i].name != NULL;
	     i++)
		emit_parameter(e, &row->parameters[i]);
	emit_end(e);
	emit_responses(e, row->type, row->text);
	emit_end(e);
}

static void
emit_row(struct emit *e, const struct http_row *row)
{
	struct buf path;

	buf_init(&path, 512);
	buf_puts(&path, row->path);
	for (size_t i = 0; i < COUNT(row->parameters); i++) {
		const char *name = row->parameters[i].name;

		if (name == NULL || name[0] != '{')
			continue;
		if (i > 0)
			buf_byte(&path, '/');
		buf_puts(&path, name);
	}
	buf_byte(&path, '\0');
	emit_object(e, path.failed ? row->path : (const char *)path.p);
	buf_fini(&path);
	emit_operation(e, row, false);
	if (row->post)
		emit_operation(e, row, true);
	emit_end(e);
}

static void
emit_formats(struct emit *e)
{
	static const struct http_parameter selectors[] = {
		{ "select-asn", "payloads of this AS number", HTTP_ASN, false },
		{ "select-prefix", "VRPs that cover this prefix", HTTP_PREFIX,
		    false },
		{ "include", "more-specifics: also VRPs that it covers",
		    "^more-specifics$", false },
		{ "exclude", "routeOrigins, routerKeys or aspas",
		    "^(routeOrigins|routerKeys|aspas)$", false },
	};
	size_t n;
	const struct output_format *formats = output_table(&n);

	for (size_t i = 0; i < n; i++) {
		char path[40];

		(void)snprintf(path, sizeof(path), "/%s", formats[i].name);
		emit_object(e, path);
		emit_object(e, "get");
		emit_str(e, "summary", formats[i].text);
		emit_array(e, "parameters");
		for (size_t j = 0; j < COUNT(selectors); j++)
			emit_parameter(e, &selectors[j]);
		emit_end(e);
		emit_responses(e, http_format_type(formats[i].name),
		    "the payloads of the view");
		emit_end(e);
		emit_end(e);
	}
}

void
answer_openapi(struct http_call *call)
{
	size_t n;
	const struct http_row *rows = http_rows(&n);
	struct emit e;

	emit_init(&e, &call->out->body, EMIT_JSON);
	emit_object(&e, NULL);
	emit_str(&e, "openapi", "3.0.3");
	emit_object(&e, "info");
	emit_str(&e, "title", "Cairn");
	emit_str(&e, "version", PACKAGE_VERSION);
	emit_str(&e, "description",
	    "What routers hear, why, and how the validator is. Read-only.");
	emit_end(&e);
	emit_object(&e, "paths");
	for (size_t i = 0; i < n; i++)
		emit_row(&e, &rows[i]);
	emit_formats(&e);
	emit_end(&e);
	emit_end(&e);
}
