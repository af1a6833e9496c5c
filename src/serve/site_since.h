/* Private to the room. */
#ifndef CAIRN_SERVE_SITE_SINCE_H
#define CAIRN_SERVE_SITE_SINCE_H

#include "http/http.h"

/* Complete it: from `from` to the view. False: not all of that is known. In
 * the arena. */
bool site_since(struct http_changes *, const struct view *, const char *folder,
    struct arena *) MUST_CHECK;

#endif
