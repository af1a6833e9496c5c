"""Kill a run, or one of its processes, at random moments; then look.

    crash.py CAIRN DIR KILLS SEED rsync|rrdp

In DIR a world is made and served on this machine, by rsync or by HTTPS. After
each kill nobody may be left over; where it was not the run itself, that run
must still end with the truth; and the next run must, and have brought nothing
that was stored before. Says what it did; exits 1 at the first thing that is
wrong.
"""
import ctypes, glob, hashlib, json, os, random, re, shutil, signal, socket
import subprocess, sys, time

cairn, top, kills, seed, way = sys.argv[1:6]
kills, seed = int(kills), int(seed)
chance = random.Random(seed)
w = top + "/w"
cache, csv, log = top + "/cache", top + "/csv", top + "/log"
KINDS = {
    "rsync": ["cairn", "cairn-zygote", "cairn-worker", "rsync"],
    "rrdp": ["cairn", "cairn-zygote", "cairn-worker", "cairn-net", "cairn-boxes",
             "cairn-box", "cairn-check"],
}[way]


# ---- who serves it


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(port):
    for _ in range(200):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("no server")


class Rsync:
    demo = ["--cas", "40"]

    def start(self):
        self.port = free_port()
        make(now - 3600)
        conf = open(w + "/rsyncd.conf").read().replace("%CAIRN_WORLD%", w)
        with open(top + "/rsyncd.conf", "w") as f:
            f.write("log file = %s\ntransfer logging = yes\nlog format = %%o %%P/%%f\n"
                    "uid = 0\ngid = 0\n%s" % (log, conf))
        self.process = subprocess.Popen(
            ["rsync", "--daemon", "--no-detach", "--address", "127.0.0.1", "--port",
             str(self.port), "--config", top + "/rsyncd.conf"], stdin=subprocess.DEVNULL)
        wait_for(self.port)

    def configure(self):
        text = open(w + "/cairn.yaml").read()
        text = re.sub(r'\["repo/[^/"]+/([^"]+)"\]',
                      r'["rsync://127.0.0.1:%d/\1/"]' % self.port, text)
        text = text.replace("cache: cache", "cache: " + cache)
        with open(w + "/by-rsync.yaml", "w") as f:
            f.write(text)

    def source(self):
        return ["-c", w + "/by-rsync.yaml"]

    def before_next(self):
        """The bytes that came whole."""
        self.whole = set()
        self.since = os.path.getsize(log)
        for path in glob.glob(cache + "/rsync/**/*", recursive=True):
            if os.path.isfile(path):
                self.whole.add(hashlib.sha256(open(path, "rb").read()).digest())

    def refetched(self, report):
        with open(log) as f:
            f.seek(self.since)
            paths = [l.split("send ", 1)[1].strip() for l in f if " send " in l]
        for path in paths:
            module, name = path.split("/")[-2:]
            if name == module + ".cer":
                continue  # of a trust anchor: had as a file, and not kept
            if hashlib.sha256(open(path, "rb").read()).digest() in self.whole:
                return path


class Rrdp:
    demo = ["--cas", "150"]

    def start(self):
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        subprocess.run(["openssl", "req", "-x509", *key, "-keyout", "key.pem", "-out",
                        "ca.pem", "-subj", "/CN=localhost", "-days", "2", "-addext",
                        "subjectAltName=DNS:localhost"],
                       cwd=top, check=True, stderr=subprocess.DEVNULL)
        self.port = free_port()
        make(now - 3600)
        self.process = subprocess.Popen(
            [sys.executable, os.path.dirname(os.path.abspath(__file__)) + "/https.py",
             w + "/rrdp", top + "/ca.pem", top + "/key.pem", top + "/port",
             str(self.port), log], stdin=subprocess.PIPE)
        wait_for(self.port)

    def configure(self):
        pass

    def source(self):
        return ["--tal", *glob.glob(w + "/tals/*.tal"), "--cache", cache, "--ca-file",
                top + "/ca.pem", "--rsync-command", "/bin/false"]

    def before_next(self):
        self.since = os.path.getsize(log)

    def refetched(self, report):
        """Files that the summary does not know of; objects that were there."""
        files = 0
        for r in report["repositories"]:
            if r["state"] != "fresh" or r["files"] != r["new_objects"]:
                return json.dumps(r)
            files += r["deltas"] + (r["rrdp"] == "snapshot")
        with open(log) as f:
            f.seek(self.since)
            lines = [l for l in f if re.search("(snapshot|delta).*xml$", l)]
        if len(lines) != files:
            return "%d files, not %d: %s" % (len(lines), files, "".join(lines))


def make(at):
    for d in ("repo", "tals", "truth"):
        shutil.rmtree(w + "/" + d, ignore_errors=True)
    rrdp = ["--rrdp", "https://localhost:%d/" % server.port] if way == "rrdp" else []
    subprocess.run([cairn, "demo", w, *server.demo, *rrdp, "--at", str(at), "--quiet"],
                   check=True)
    server.configure()


# ---- runs


def command():
    return [cairn, "validate", *server.source(), "--json", "--jobs", "2", "--output",
            "csv:" + csv, "--findings", top + "/findings"]


def is_truth():
    return os.path.exists(csv) and \
        open(csv, "rb").read() == open(w + "/truth/vrps.csv", "rb").read()


def children(pid):
    found = []
    for task in glob.glob("/proc/%d/task/*/children" % pid):
        try:
            found += map(int, open(task).read().split())
        except OSError:
            pass
    return found


def below(pid):
    return [p for c in children(pid) for p in [c] + below(c)]


def name_of(pid):
    try:
        return open("/proc/%d/comm" % pid).read().strip()
    except OSError:
        return ""


def kill_one(p, what):
    """True: somebody of that kind was there to be killed."""
    end = time.time() + 2
    while time.time() < end and p.poll() is None:
        for pid in [p.pid] if what == "cairn" else below(p.pid):
            if what == "cairn" or name_of(pid) == what:
                try:
                    os.kill(pid, signal.SIGKILL)
                    return True
                except ProcessLookupError:
                    pass
    return False


def leftovers():
    """Who lost its parent has become our child: all are to end by themselves."""
    end = time.time() + 5
    while True:
        left = [c for c in children(os.getpid()) if c not in served]
        for c in left:
            try:
                os.waitpid(c, os.WNOHANG)
            except ChildProcessError:
                pass
        if not left or time.time() > end:
            return [name_of(c) for c in left]
        time.sleep(0.002)


def fail(text):
    print("killed %s: %s (seed %d)" % (what, text, seed))
    sys.exit(1)


now = int(time.time())
os.makedirs(w + "/rrdp", exist_ok=True)
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
server = {"rsync": Rsync, "rrdp": Rrdp}[way]()
server.start()
served = children(os.getpid())
count = {}
try:
    what = "nobody"
    begun = time.time()
    subprocess.run(command(), check=True, stdout=subprocess.DEVNULL)
    took = time.time() - begun
    if not is_truth():
        fail("a first run is not right")
    for i in range(kills):
        what = KINDS[i % len(KINDS)]
        if what == "cairn-check":
            # Looks at a store that no run has left in good order.
            shutil.copy(cache + "/store/data.mdb", cache + "/store/copy")
            os.rename(cache + "/store/copy", cache + "/store/data.mdb")
        elif chance.random() < 0.5:
            shutil.rmtree(cache)
        else:
            make(now - 3600 + 20 * (i + 1))
        if os.path.exists(csv):
            os.remove(csv)
        p = subprocess.Popen(command(), stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        # These are there at the beginning only.
        soon = what in ("rsync", "cairn-net", "cairn-boxes")
        if what not in ("cairn-box", "cairn-check"):
            time.sleep(chance.random() * took * (0.2 if soon else 0.9))
        if kill_one(p, what):
            count[what] = count.get(what, 0) + 1
        status = p.wait()
        if what != "cairn" and status != 0:
            fail("the run ended with %d" % status)
        if what not in ("cairn", "rsync") and not is_truth():
            fail("the run is not right")
        left = leftovers()
        if left:
            fail("left over: %s" % " ".join(left))
        server.before_next()
        r = subprocess.run(command(), capture_output=True)
        if r.returncode != 0:
            fail("the next run ended with %d: %s" % (r.returncode, r.stderr.decode()))
        if not is_truth():
            fail("the next run is not right")
        again = server.refetched(json.loads(r.stdout))
        if again:
            fail("came again: %s" % again)
finally:
    server.process.terminate()
print(", ".join("%d %s" % (n, k) for k, n in sorted(count.items())))
missed = [k for k in KINDS if k not in count]
if kills >= 4 * len(KINDS) and missed:
    sys.exit("not met: " + " ".join(missed))
