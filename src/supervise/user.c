/* Root is for low ports and for whoever starts daemons; not for this work. */
#include <sys/prctl.h>
#include <sys/stat.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "supervise/supervise.h"

static bool
own_cache(const struct conf *conf, const struct passwd *user)
{
	/* One that is there is whose it is: nothing of it is given away. */
	return mkdir(conf->cache, 0750) == 0
		   ? chown(conf->cache, user->pw_uid, user->pw_gid) == 0
		   : errno == EEXIST;
}

enum reason
supervise_become_user(const struct conf *conf, struct fault *why)
{
	const struct passwd *user;

	if (conf->user == NULL)
		return REASON_OK;
	errno = 0;
	user = getpwnam(conf->user);
	if (user == NULL)
		return fault_say(why, R_RUN_USER, NULL, "%s: %s", conf->user,
		    errno == 0 ? "there is no such user" : strerror(errno));
	if (geteuid() != 0)
		return REASON_OK; /* it is what it is */
	if (!own_cache(conf, user))
		return fault_say(why, R_RUN_USER, NULL, "%s: %s", conf->cache,
		    strerror(errno));
	if (initgroups(user->pw_name, user->pw_gid) != 0 ||
	    setresgid(user->pw_gid, user->pw_gid, user->pw_gid) != 0 ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0)
		return fault_say(why, R_RUN_USER, NULL, "%s: %s", conf->user,
		    strerror(errno));
	/* The kernel has made /proc/self root's: workers offer themselves
	 * there to the out-of-memory killer. */
	(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	return REASON_OK;
}
