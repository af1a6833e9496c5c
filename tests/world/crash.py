"""Kill a run, or one of its processes, at random moments; then look.

    crash.py CAIRN DIR KILLS SEED

DIR holds a world `w`, made by `cairn demo`. It is had by rsync from a daemon
on this machine. After each kill the next run must end with the truth, and the
daemon must send nothing that had come whole before. Says what it did; exits 1
at the first thing that is wrong.
"""
import glob, hashlib, os, random, re, shutil, signal, socket, subprocess
import sys, time

cairn, top, kills, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
chance = random.Random(seed)
w = top + "/w"
cache, csv, log = top + "/cache", top + "/csv", top + "/rsyncd.log"


def port_of():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def daemon(port):
    conf = open(w + "/rsyncd.conf").read().replace("%CAIRN_WORLD%", w)
    with open(top + "/rsyncd.conf", "w") as f:
        f.write("log file = %s\ntransfer logging = yes\nlog format = %%o %%P/%%f\n"
                "uid = 0\ngid = 0\n%s" % (log, conf))
    p = subprocess.Popen(["rsync", "--daemon", "--no-detach", "--address", "127.0.0.1",
                          "--port", str(port), "--config", top + "/rsyncd.conf"],
                         stdin=subprocess.DEVNULL)
    for _ in range(100):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return p
        time.sleep(0.05)
    sys.exit("no rsync daemon")


def configure(port):
    text = open(w + "/cairn.yaml").read()
    text = re.sub(r'\["repo/[^/"]+/([^"]+)"\]',
                  r'["rsync://127.0.0.1:%d/\1/"]' % port, text)
    text = text.replace("cache: cache", "cache: " + cache)
    with open(w + "/by-rsync.yaml", "w") as f:
        f.write(text)


def command():
    return [cairn, "validate", "-c", w + "/by-rsync.yaml", "--quiet", "--jobs",
            "2", "--output", "csv:" + csv, "--findings", top + "/findings"]


def make(at):
    for d in ("repo", "tals", "truth"):
        shutil.rmtree(w + "/" + d, ignore_errors=True)
    subprocess.run([cairn, "demo", w, "--cas", "40", "--at", str(at), "--quiet"],
                   check=True)
    configure(port)


def children(pid):
    found = []
    for task in glob.glob("/proc/%d/task/*/children" % pid):
        try:
            for c in open(task).read().split():
                found += [int(c)] + children(int(c))
        except OSError:
            pass
    return found


def kind(pid, run):
    try:
        name = open("/proc/%d/comm" % pid).read().strip()
        parent = int(open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError):
        return None
    if name == "rsync":
        return "rsync"
    return "zygote" if parent == run else "worker"


def kill_one(p, what):
    """True: somebody of that kind was there to be killed."""
    end = time.time() + 2
    while time.time() < end and p.poll() is None:
        for pid in [p.pid] if what == "run" else children(p.pid):
            if what == "run" or kind(pid, p.pid) == what:
                try:
                    os.kill(pid, signal.SIGKILL)
                    return True
                except ProcessLookupError:
                    pass
        time.sleep(0.001)
    return False


def had():
    """The bytes that came whole."""
    names = {}
    for path in glob.glob(cache + "/rsync/**/*", recursive=True):
        if os.path.isfile(path):
            names.setdefault(hashlib.sha256(open(path, "rb").read()).digest(), path)
    return names


def sent(since):
    with open(log) as f:
        f.seek(since)
        return [line.split("send ", 1)[1].strip() for line in f if " send " in line]


def fail(text):
    print("killed %s: %s (seed %d)" % (what, text, seed))
    sys.exit(1)


port = port_of()
now = int(time.time())
os.makedirs(w, exist_ok=True)
make(now - 3600)
server = daemon(port)
count = {}
try:
    begun = time.time()
    subprocess.run(command(), check=True)
    took = time.time() - begun
    for i in range(kills):
        what = ("run", "worker", "zygote", "rsync")[i % 4]
        if chance.random() < 0.5:
            shutil.rmtree(cache)
        else:
            make(now - 3600 + 20 * (i + 1))
        if os.path.exists(csv):
            os.remove(csv)
        before = None
        p = subprocess.Popen(command(), stderr=subprocess.DEVNULL)
        # rsync is there at the beginning only
        time.sleep(chance.random() * took * (0.2 if what == "rsync" else 0.9))
        if kill_one(p, what):
            count[what] = count.get(what, 0) + 1
        status = p.wait()
        if what != "run" and status != 0:
            fail("the run ended with %d" % status)
        time.sleep(0.05)  # rsync notices that nobody listens
        whole, since = had(), os.path.getsize(log)
        r = subprocess.run(command(), stderr=subprocess.PIPE)
        if r.returncode != 0:
            fail("the next run ended with %d: %s" % (r.returncode, r.stderr.decode()))
        if open(csv, "rb").read() != open(w + "/truth/vrps.csv", "rb").read():
            fail("the next run is not right")
        for path in sent(since):
            module, name = path.split("/")[-2:]
            if name == module + ".cer":
                continue  # of a trust anchor: had as a file, and not kept
            try:
                got = hashlib.sha256(open(path, "rb").read()).digest()
            except OSError:
                fail("the daemon's log names %s" % path)
            if got in whole:
                fail("%s was sent again" % path)
finally:
    server.terminate()
print(", ".join("%d %s" % (n, k) for k, n in sorted(count.items())))
if kills >= 16 and len(count) < 4:
    sys.exit("not every kind of process was met")
