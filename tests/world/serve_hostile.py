"""Clients of `cairn serve` that mean no good (hostile.md AP1, AP2, RT5), on
loopback; after and during each another client is served within its second.

    serve_hostile.py HTTP-PORT RTR-TLS-PORT HTTPS-PORT PID

Prints TAP lines, without numbers: "ok - what" and "not ok - what". PID is the
supervisor's; the memory of its children is looked at in /proc.
"""
import socket
import ssl
import sys
import time

http, tls, https, supervisor = (int(a) for a in sys.argv[1:5])
HOST = b"Host: localhost\r\n"
MANY = 500


def connect(port=http, timeout=30, me="127.0.0.9"):
    return socket.create_connection(("127.0.0.1", port), timeout=timeout,
                                    source_address=(me, 0))


def answer(request, half_close=False, timeout=30, me="127.0.0.9"):
    """All that comes until the end, or the reset."""
    got = b""
    with connect(timeout=timeout, me=me) as s:
        try:
            s.sendall(request)
            if half_close:
                s.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has heard enough
        try:
            while True:
                more = s.recv(65536)
                if not more:
                    break
                got += more
        except ConnectionError:
            pass
    return got


def status(got):
    return got.split(b" ", 2)[1].decode() if got.startswith(b"HTTP/") else ""


def served():
    """Seconds that somebody else waits for an answer."""
    began = time.monotonic()
    got = answer(b"GET /health HTTP/1.1\r\n" + HOST +
                 b"Connection: close\r\n\r\n", me="127.0.0.1")
    return time.monotonic() - began if status(got) == "200" else 1e9


def is_sanitized():
    with open(f"/proc/{supervisor}/maps") as f:
        return "libasan" in f.read()


def memory():
    """Anonymous KiB of the child that has most."""
    most = 0
    with open(f"/proc/{supervisor}/task/{supervisor}/children") as f:
        children = f.read().split()
    for pid in children:
        try:
            with open(f"/proc/{pid}/status") as f:
                for line in f:
                    if line.startswith("RssAnon:"):
                        most = max(most, int(line.split()[1]))
        except OSError:
            pass
    return most


def check(what, good, why=""):
    if not good:
        print(f"# {why}")
    print(("ok" if good else "not ok") + f" - {what}", flush=True)


def refused(what, request, wanted, **options):
    got = answer(request, **options)
    is_in = status(got) in wanted.split()
    others = served()
    check(f"{what}: {wanted or 'closed'}; others are served",
          is_in or (not got and "closed" in wanted)
          and others < 5, f"{got[:80]!r}, others after {others:.2f} s")


def many(what, port, begin):
    """Half-open clients in hundreds: memory stays, others are served."""
    before = memory()
    clients = []
    for _ in range(MANY):
        try:
            s = connect(port, 5)
            s.sendall(begin)
            clients.append(s)
        except OSError:
            pass
    worst = max(served() for _ in range(5))
    grown = memory() - before
    check(f"{what}: others are served", worst < 5, f"after {worst:.2f} s")
    if not is_sanitized():  # whose shadow is larger
        check(f"{what}: within 64 MiB", grown < 64 << 10, f"{grown} KiB more")
    return clients


def close_all(clients):
    for s in clients:
        s.close()


def are_closed(clients, within):
    """By the other end, each of them, in so many seconds from now."""
    until = time.monotonic() + within
    for s in clients:
        try:
            s.settimeout(max(until - time.monotonic(), 0.01))
            while s.recv(4096):
                pass
        except TimeoutError:
            return False
        except OSError:
            pass  # reset
    return True


def handshakes(what, port):
    """Whole ones, each for nothing."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    done, worst = 0, 0
    for i in range(MANY):
        try:
            with connect(port, 5) as s, context.wrap_socket(s):
                done += 1
        except OSError:
            pass
        if i % 100 == 0:
            worst = max(worst, served())
    check(f"{what}: others are served", done > 0 and worst < 5,
          f"{done} handshakes, others after {worst:.2f} s")


def main():
    get = b"GET /health HTTP/1.1\r\n" + HOST
    refused("an address of 1 MB", b"GET /" + b"a" * 1000000 + b" HTTP/1.1\r\n"
            + HOST + b"\r\n", "400 413 414 431 closed")
    refused("a way up", b"GET /../etc/passwd HTTP/1.1\r\n" + HOST +
            b"Connection: close\r\n\r\n", "400 404")
    refused("a NUL", b"GET /%00 HTTP/1.1\r\n" + HOST +
            b"Connection: close\r\n\r\n", "400 404")
    refused("a million fields", get + b"".join(
        b"X%d: y\r\n" % i for i in range(1000000)) + b"\r\n",
        "400 413 431 closed")
    refused("two lengths", b"POST /validity HTTP/1.1\r\n" + HOST +
            b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\n\r\nGET /health HTTP/1.1\r\n" + HOST + b"\r\n",
            "400 closed", half_close=True)
    for method in "OPTIONS", "TRACE", "CONNECT", "DELETE":
        refused(method, method.encode() + b" / HTTP/1.1\r\n" + HOST +
                b"Connection: close\r\n\r\n", "400 404 405 501 closed")
    refused("HTTP/0.9", b"GET /health\r\n\r\n", "400 closed",
            half_close=True)
    got = answer(b"HEAD /json HTTP/1.1\r\n" + HOST +
                 b"Connection: close\r\n\r\n")
    check("HEAD: without content", status(got) == "200"
          and got.endswith(b"\r\n\r\n"), repr(got[-80:]))
    got = answer(get + b"\r\n" + (get + b"\r\n") * 9998 + get +
                 b"Connection: close\r\n\r\n", timeout=60)
    check("ten thousand requests at once: answered, or closed",
          0 < got.count(b"HTTP/1.1 200") <= 10000, repr(got[:80]))
    check("others are served after it", served() < 5)
    refused("a billion routes", b"POST /validity HTTP/1.1\r\n" + HOST +
            b"Content-Length: 30000000000\r\n\r\n{\"routes\":[",
            "400 413 closed", half_close=True)
    close_all(many("slow requests", http,
                   b"GET /health HTTP/1.1\r\nHost: loc"))
    close_all(many("slow contents", http, b"POST /validity HTTP/1.1\r\n" +
                   HOST + b"Content-Length: 1000000\r\n\r\n{"))
    hello = b"\x16\x03\x01\x02\x00\x01"
    close_all(many("slow handshakes of routers", tls, hello))
    close_all(many("silence for routers' TLS", tls, b""))
    slow = many("slow handshakes for HTTPS", https, hello)
    check("slow handshakes for HTTPS: they end", are_closed(slow, 30))
    close_all(slow)
    handshakes("handshakes of routers", tls)
    handshakes("handshakes for HTTPS", https)


main()
