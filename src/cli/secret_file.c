/* Files of private keys, and the passphrases that open them. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "cli/secret_file.h"
#include "file/file.h"

#define PATH_SIZE 4096

void
passphrase_init(struct passphrase *p, const struct command *self)
{
	*p = (struct passphrase){ .self = self, .fd = -1 };
	buf_init(&p->text, SECRET_FILE);
}

static void
wipe(struct buf *b)
{
	if (b->n > 0)
		crypt_wipe(b->p, b->n);
	b->n = 0;
}

void
passphrase_fini(struct passphrase *p)
{
	wipe(&p->text);
	buf_fini(&p->text);
}

struct span
passphrase_text(const struct passphrase *p)
{
	struct span s = buf_view(&p->text);
	const uint8_t *end = s.n == 0 ? NULL : memchr(s.p, '\n', s.n);

	return end == NULL ? s : span_of(s.p, (size_t)(end - s.p));
}

/* ---- where it comes from --------------------------------------------- */

/* Up to the end of a line or of the file. */
static bool
line_read(struct buf *out, int fd)
{
	char c = 0;
	ssize_t n;

	while (c != '\n') {
		n = read(fd, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			break;
		buf_byte(out, (uint8_t)c);
	}
	crypt_wipe(&c, 1);
	return !out->failed;
}

/* A line; or not, since one of the signals came. */
static bool
line_await(struct buf *out, int fd, const sigset_t *signals)
{
	int caught = signalfd(-1, signals, SFD_CLOEXEC);
	struct pollfd on[2] = { { .fd = fd, .events = POLLIN },
		{ .fd = caught, .events = POLLIN } };
	bool good = caught >= 0;

	while (good && poll(on, 2, -1) < 0)
		good = errno == EINTR;
	good = good && on[1].revents == 0 && line_read(out, fd);
	if (caught >= 0)
		(void)close(caught);
	return good;
}

/* Who ends it at the prompt gets the terminal back as it was. */
static bool
terminal_read(struct buf *out, const char *prompt)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios before, quiet;
	struct sigaction was;
	sigset_t signals, mask;
	bool good;

	if (fd < 0)
		return false;
	(void)sigemptyset(&signals);
	for (size_t i = 0; i < COUNT(ends); i++)
		if (sigaction(ends[i], NULL, &was) == 0 &&
		    was.sa_handler != SIG_IGN)
			(void)sigaddset(&signals, ends[i]);
	(void)sigprocmask(SIG_BLOCK, &signals, &mask);
	good = tcgetattr(fd, &before) == 0;
	if (good) {
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		good = tcsetattr(fd, TCSAFLUSH, &quiet) == 0 &&
		       dprintf(fd, "%s", prompt) > 0 &&
		       line_await(out, fd, &signals);
		(void)tcsetattr(fd, TCSAFLUSH, &before);
		(void)dprintf(fd, "\n");
	}
	(void)close(fd);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	return good;
}

/* The command's first line; its standard input and error are ours. */
static bool
command_read(struct buf *out, const char *command)
{
	int pipe_fd[2], state = -1;
	bool good;
	pid_t pid;

	if (pipe2(pipe_fd, O_CLOEXEC) != 0)
		return false;
	pid = fork();
	if (pid == 0) {
		if (dup2(pipe_fd[1], STDOUT_FILENO) >= 0)
			(void)execl(
			    "/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	(void)close(pipe_fd[1]);
	good = pid > 0 && line_read(out, pipe_fd[0]);
	(void)close(pipe_fd[0]);
	while (pid > 0 && waitpid(pid, &state, 0) < 0 && errno == EINTR)
		continue;
	errno = EIO;
	return good && state == 0;
}

static bool
same_again(struct passphrase *p)
{
	struct buf again;
	struct span s;
	bool same;

	buf_init(&again, SECRET_FILE);
	same = terminal_read(&again, "The same again: ");
	s = buf_view(&again);
	same = same && span_eq(s, buf_view(&p->text));
	wipe(&again);
	buf_fini(&again);
	return same;
}

static int
terminal_ask(struct passphrase *p, const char *what, bool twice)
{
	char prompt[PATH_SIZE + 64];

	(void)snprintf(prompt, sizeof(prompt),
	    "%sassphrase for %s: ", twice ? "New p" : "P", what);
	if (!terminal_read(&p->text, prompt))
		return usage_error(p->self,
		    "no terminal to ask for a passphrase: --passphrase-fd N or "
		    "--passphrase-command CMD");
	if (twice && !same_again(p))
		return usage_error(p->self, "that was not the same");
	return STATUS_DONE;
}

int
passphrase_ask(struct passphrase *p, const char *what, bool twice)
{
	int status = STATUS_DONE;

	if (p->none || p->asked)
		return STATUS_DONE;
	if (p->command != NULL) {
		if (!command_read(&p->text, p->command))
			status = usage_error(
			    p->self, "--passphrase-command: it failed");
	} else if (p->fd >= 0) {
		if (!line_read(&p->text, p->fd))
			status = usage_error(p->self, "--passphrase-fd %d: %s",
			    p->fd, strerror(errno));
	} else {
		status = terminal_ask(p, what, twice);
	}
	if (status == STATUS_DONE && passphrase_text(p).n == 0)
		status = usage_error(p->self, "no passphrase%s",
		    twice ? ": --no-passphrase leaves keys readable" : "");
	p->asked = status == STATUS_DONE;
	return status;
}

/* ---- keys ------------------------------------------------------------ */

int
folder_sync(const struct command *self, const char *path)
{
	return file_sync_folder(AT_FDCWD, path)
		   ? STATUS_DONE
		   : failure(self, "%s: %s", path, strerror(errno));
}

bool
secret_bytes_read(const struct command *self, struct buf *out, const char *path)
{
	struct stat st;

	if (!cli_read(out, path))
		return false;
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & S_IROTH) != 0)
		(void)failure(self,
		    "warning: %s: anyone may read this file: chmod o-r", path);
	return true;
}

int
secret_bytes_make(const struct command *self, const char *path, struct buf *b)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool good = fd >= 0 && !b->failed && file_write(fd, buf_view(b)) &&
		    fsync(fd) == 0;
	int saved = errno;

	if (fd >= 0)
		good = close(fd) == 0 && good;
	if (fd >= 0 && !good)
		(void)unlink(path);
	wipe(b);
	return good ? folder_sync(self, path)
		    : failure(self, "%s: %s", path, strerror(saved));
}

int
secret_file_make(
    struct passphrase *p, const char *path, const struct crypt_secret *secret)
{
	int status = passphrase_ask(p, path, true);
	struct buf text;
	enum reason why;

	if (status != STATUS_DONE)
		return status;
	buf_init(&text, SECRET_FILE);
	why = crypt_secret_write_pem(
	    &text, secret, p->none ? span_of(NULL, 0) : passphrase_text(p));
	status = why == REASON_OK ? secret_bytes_make(p->self, path, &text)
				  : failure(p->self, "%s: %s: %s", path,
					reason_id(why), reason_text(why));
	wipe(&text);
	buf_fini(&text);
	return status;
}

static bool
is_encrypted(struct span text)
{
	static const char mark[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----";

	return text.n > 0 &&
	       memmem(text.p, text.n, mark, sizeof(mark) - 1) != NULL;
}

int
secret_file_read(
    struct crypt_secret **out, struct passphrase *p, const char *path)
{
	struct buf text;
	enum reason why = REASON_OK;
	int status = STATUS_DONE;

	*out = NULL;
	buf_init(&text, SECRET_FILE);
	if (!secret_bytes_read(p->self, &text, path))
		status = usage_error(p->self, "%s: %s", path, strerror(errno));
	if (status == STATUS_DONE && is_encrypted(buf_view(&text)))
		status = passphrase_ask(p, path, false);
	if (status == STATUS_DONE)
		why = crypt_secret_read_pem(
		    out, buf_view(&text), passphrase_text(p));
	if (why != REASON_OK)
		status = usage_error(p->self, "%s: %s: %s", path,
		    reason_id(why), reason_text(why));
	wipe(&text);
	buf_fini(&text);
	return status;
}
