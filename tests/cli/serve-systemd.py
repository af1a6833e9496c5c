"""What systemd does for a service, for the tests: listening sockets passed
(sd_listen_fds), a socket that hears what is told (sd_notify), a watchdog.

	serve-systemd.py LOG ADDRESS:PORT... -- COMMAND...

Each notice becomes a line of LOG. On SIGHUP, SIGUSR1 and SIGTERM the command
gets it. Ends as the command does."""
import os
import signal
import socket
import sys
import threading

log, rest = sys.argv[1], sys.argv[2:]
cut = rest.index("--")
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
name = "cairn-test-%d" % os.getpid()
notify.bind("\0" + name)
listeners = []
for address in rest[:cut]:
    host, port = address.rsplit(":", 1)
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((host, int(port)))
    s.listen(16)
    listeners.append(s)

# The sockets become 3, 4 ... in the child, whatever they are here.
fds = [os.dup2(s.fileno(), 50 + i) for i, s in enumerate(listeners)]
pid = os.fork()
if pid == 0:
    for i, fd in enumerate(fds):
        os.dup2(fd, 3 + i)
        os.set_inheritable(3 + i, True)
    os.closerange(50, 50 + len(fds))
    os.environ.update(
        LISTEN_FDS=str(len(fds)), LISTEN_PID=str(os.getpid()),
        NOTIFY_SOCKET="@" + name,
        WATCHDOG_USEC="900000", WATCHDOG_PID=str(os.getpid()))
    os.execvp(rest[cut + 1], rest[cut + 1:])
for s in listeners:
    s.close()
for fd in fds:
    os.close(fd)
for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGTERM):
    signal.signal(number, lambda n, frame: os.kill(pid, n))


def hear():
    with open(log, "a", buffering=1) as out:
        while True:
            out.write(notify.recv(4096).decode().replace("\n", " ") + "\n")


threading.Thread(target=hear, daemon=True).start()
while True:
    try:
        _, status = os.waitpid(pid, 0)
        break
    except InterruptedError:
        pass
sys.exit(os.waitstatus_to_exitcode(status))
