#!/usr/bin/env python3
"""An HTTPS server on loopback that does what tests/fetch/test_https.c asks.

server.py DIR: makes certificates in DIR with openssl(1), serves the files of
DIR/www under /www/, misbehaves under the other names below, and prints one
line of ports:  good hung self-signed expired wrong-name old-tls silent proxy plain
long-chain
It ends when its standard input does.
"""
import email.utils
import gzip
import hashlib
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
import zlib

top = sys.argv[1]
touched = threading.Event()   # something connected to the silent port
proxied = threading.Event()   # something came through the proxy
open_now = 0
open_most = 0
lock = threading.Lock()


def openssl(*args):
    subprocess.run(["openssl", *args], cwd=top, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_certificates():
    with open(os.path.join(top, "ext"), "w") as f:
        f.write("subjectAltName=DNS:localhost\n")
    with open(os.path.join(top, "ext-wrong"), "w") as f:
        f.write("subjectAltName=DNS:other.example\n")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem",
            "-subj", "/CN=test root", "-days", "2")
    openssl("req", "-x509", *key, "-keyout", "self.key", "-out", "self.pem",
            "-subj", "/CN=localhost", "-days", "2",
            "-addext", "subjectAltName=DNS:localhost")
    openssl("req", *key, "-keyout", "good.key", "-out", "good.csr",
            "-subj", "/CN=localhost")
    for name, ext, days in (("good", "ext", "2"), ("wrong", "ext-wrong", "2"),
                            ("expired", "ext", "-1")):
        openssl("x509", "-req", "-in", "good.csr", "-CA", "ca.pem", "-CAkey",
                "ca.key", "-CAcreateserial", "-days", days, "-extfile", ext,
                "-out", name + ".pem")
    # The same again and again: 1 MB of certificates above the server's own.
    with open(os.path.join(top, "ca.pem")) as f:
        ca = f.read()
    with open(os.path.join(top, "good.pem")) as f:
        good = f.read()
    with open(os.path.join(top, "chain.pem"), "w") as f:
        f.write(good + ca * (1_000_000 // len(ssl.PEM_cert_to_DER_cert(ca)) + 1))


def answer(status, headers, body=b""):
    lines = ["HTTP/1.1 " + status] + headers + ["", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def plain(body, *more):
    return answer("200 OK", ["Content-Length: %d" % len(body), *more], body)


def serve_file(request, path, pack):
    try:
        with open(os.path.join(top, "www", path), "rb") as f:
            body = f.read()
    except OSError:
        return answer("404 Not Found", ["Content-Length: 0"])
    tag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
    headers = ["ETag: " + tag, "Last-Modified: Sat, 21 Nov 2026 00:00:00 GMT"]
    if ("if-none-match: " + tag) in request.lower():
        return answer("304 Not Modified", headers)
    if pack and "accept-encoding: gzip" in request.lower():
        body = gzip.compress(body)
        headers.append("Content-Encoding: gzip")
    return plain(body, *headers)


def zeros(n, wbits):
    z = zlib.compressobj(9, zlib.DEFLATED, wbits)
    out = [z.compress(bytes(1 << 20)) for _ in range(n)]
    return b"".join(out) + z.flush()


BOMB = zeros(256, 31)


def drip(c):
    c.sendall(answer("200 OK", ["Content-Length: 100000"]))
    while True:
        c.sendall(b"x")
        time.sleep(0.1)


def idle(c):
    c.sendall(answer("200 OK", ["Content-Length: 100000"], bytes(5000)))
    time.sleep(60)


def endless(c):
    c.sendall(answer("200 OK", ["Transfer-Encoding: chunked"]))
    while True:
        c.sendall(b"10000\r\n" + bytes(0x10000) + b"\r\n")


def header_lines(c):
    c.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        c.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")


def header_line(c):
    c.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        c.sendall(b"x" * 10000)


def interim(c):
    while True:
        c.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")


def redirect(to):
    return answer("302 Found", ["Location: " + to, "Content-Length: 0"])


def take_post(c, request, data):
    """What was posted; and what came after it."""
    n = int(re.search(r"(?i)content-length: (\d+)", request).group(1))
    while len(data) < n:
        data += c.recv(65536)
    return data[:n], data[n:]


def handle(c, request, ports, posted=b""):
    path = request.split(" ")[1]
    if path == "/echo":
        c.sendall(plain(posted))
        return
    if path == "/conflict":
        c.sendall(answer("409 Conflict", ["Content-Length: 3"], b"17\n"))
        return
    if path.startswith("/www/"):
        c.sendall(serve_file(request, path[5:], False))
    elif path.startswith("/gz/"):
        c.sendall(serve_file(request, path[4:], True))
    elif path.startswith("/slow/"):
        global open_now, open_most
        with lock:
            open_now += 1
            open_most = max(open_most, open_now)
        time.sleep(0.3)
        with lock:
            open_now -= 1
        c.sendall(plain(b"x" * 200))
    elif path == "/most":
        c.sendall(plain(str(open_most).encode() * 200))
    elif path == "/proxied":
        c.sendall(plain(b"y" if proxied.is_set() else b"n"))
    elif path == "/touched":
        c.sendall(plain(b"y" if touched.is_set() else b"n"))
    elif path in LIVE:
        LIVE[path](c)
    else:
        c.sendall(FIXED(ports).get(path, answer("404 Not Found", [])))


LIVE = {"/drip": drip, "/idle": idle, "/endless": endless,
        "/header-lines": header_lines, "/header-line": header_line,
        "/interim": interim, "/never": lambda c: time.sleep(60),
        "/nothing": lambda c: None,
        "/half": lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nX: ")}


def FIXED(ports):
    good, silent = ports["good"], ports["silent"]
    gz = "Content-Encoding: gzip"
    small = gzip.compress(b"x" * 300)
    return {
        "/ok": plain(b"x" * 300),
        "/ok-chunked": answer("200 OK", ["Transfer-Encoding: chunked"],
                              b"12c\r\n" + b"x" * 300 + b"\r\n0\r\n\r\n"),
        "/ok-interim": answer("103 Early Hints", ["X: y"]) + plain(b"x" * 300),
        "/hop1": redirect("/ok"),
        "/hop2": redirect("https://localhost:%d/hop1" % good),
        "/hop3": redirect("/hop2"),
        "/loop": redirect("/loop"),
        "/nowhere": answer("302 Found", ["Content-Length: 0"]),
        "/to-port": redirect("https://localhost:%d/" % silent),
        "/to-address": redirect("https://127.0.0.1:%d/" % silent),
        "/to-ssh": redirect("https://127.0.0.1:22/"),
        "/to-http": redirect("http://localhost:%d/" % silent),
        "/to-https": redirect("https://localhost:%d/ok" % good),
        "/to-file": redirect("file:///etc/passwd"),
        "/to-query": redirect("/ok?x=1"),
        "/to-user": redirect("https://a:b@localhost:%d/ok" % good),
        "/chunk-huge": answer("200 OK", ["Transfer-Encoding: chunked"],
                              b"ffffffffffffffff\r\nxxxx"),
        "/chunk-minus": answer("200 OK", ["Transfer-Encoding: chunked"],
                               b"-1\r\nxxxx\r\n0\r\n\r\n"),
        "/chunk-short": answer("200 OK", ["Transfer-Encoding: chunked"],
                               b"100\r\nxxxx"),
        "/both": answer("200 OK", ["Content-Length: 300",
                                   "Transfer-Encoding: chunked"],
                        b"12c\r\n" + b"x" * 300 + b"\r\n0\r\n\r\n"),
        "/length-twice": answer("200 OK", ["Content-Length: 300",
                                           "Content-Length: 200"], b"x" * 300),
        "/length-minus": answer("200 OK", ["Content-Length: -1"], b"x" * 300),
        "/length-huge": answer("200 OK", ["Content-Length: 18446744073709551615"],
                               b"x" * 300),
        "/length-more": answer("200 OK", ["Content-Length: 400"], b"x" * 300),
        "/length-large": answer("200 OK", ["Content-Length: 90000000"], b"x"),
        "/304": answer("304 Not Modified", []),
        "/empty": plain(b""),
        "/204": answer("204 No Content", []),
        "/206": answer("206 Partial Content", [
            "Content-Range: bytes 0-299/1000", "Content-Length: 300"],
            b"x" * 300),
        "/404": answer("404 Not Found", ["Content-Length: 300"], b"x" * 300),
        "/503-day": answer("503 Service Unavailable", [
            "Retry-After: 86400", "Content-Length: 0"]),
        "/429-minus": answer("429 Too Many Requests", [
            "Retry-After: -1", "Content-Length: 0"]),
        "/503-9999": answer("503 Service Unavailable", [
            "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT",
            "Content-Length: 0"]),
        "/503-minute": answer("503 Service Unavailable", [
            "Retry-After: 60", "Content-Length: 0"]),
        "/not-http": b"SSH-2.0-OpenSSH_9.2\r\n",
        "/09": b"x" * 300,
        "/bomb": plain(BOMB, gz),
        "/nested": plain(gzip.compress(small), "Content-Encoding: gzip, gzip"),
        "/nested2": plain(gzip.compress(small), gz, gz),
        "/cut-gzip": plain(gzip.compress(
            b"<!--" + os.urandom(2000).hex().encode())[:-20], gz),
        "/not-gzip": plain(b"x" * 300, gz),
        "/deflate": plain(zlib.compress(b"x" * 300),
                          "Content-Encoding: deflate"),
        "/br": plain(b"x" * 300, "Content-Encoding: br"),
        "/gzip-unasked": plain(small, gz),
    }


def talk(raw, context, ports):
    try:
        raw.settimeout(60)
        with (context.wrap_socket(raw, server_side=True)
              if context else raw) as c:
            data = b""
            while True:
                while b"\r\n\r\n" not in data:
                    more = c.recv(65536)
                    if not more:
                        return
                    data += more
                request, data = data.split(b"\r\n\r\n", 1)
                request = request.decode("latin-1")
                posted = b""
                if request.startswith("POST"):
                    posted, data = take_post(c, request, data)
                handle(c, request, ports, posted)
                if not request.split(" ")[1].startswith(
                        ("/www", "/gz", "/slow", "/echo")):
                    return
    except OSError:
        pass


def pump(a, b):
    try:
        while True:
            data = a.recv(65536)
            if not data:
                break
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def proxy(c):
    request = b""
    while b"\r\n\r\n" not in request:
        request += c.recv(65536)
    method, target, _ = request.decode("latin-1").split(" ", 2)
    if method != "CONNECT":
        c.sendall(answer("405 Method Not Allowed", []))
        return
    proxied.set()
    to = socket.create_connection(("127.0.0.1", int(target.split(":")[1])))
    c.sendall(answer("200 OK", ["X-Proxy: " + "x" * 1000]))
    threading.Thread(target=pump, args=(to, c), daemon=True).start()
    pump(c, to)


def listen():
    s = socket.create_server(("127.0.0.1", 0), backlog=128)
    return s, s.getsockname()[1]


def loop(s, work):
    while True:
        c, _ = s.accept()
        threading.Thread(target=work, args=(c,), daemon=True).start()


def context(cert, key, old=False):
    x = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    x.load_cert_chain(os.path.join(top, cert), os.path.join(top, key))
    if old:
        x.set_ciphers("ALL:@SECLEVEL=0")
        x.minimum_version = ssl.TLSVersion.TLSv1
        x.maximum_version = ssl.TLSVersion.TLSv1
    return x


def main():
    make_certificates()
    names = ["good", "hung", "self", "expired", "wrong", "old", "silent",
             "proxy", "plain", "chain"]
    listeners, ports = {}, {}
    for name in names:
        listeners[name], ports[name] = listen()
    contexts = {"good": context("good.pem", "good.key"),
                "self": context("self.pem", "self.key"),
                "expired": context("expired.pem", "good.key"),
                "wrong": context("wrong.pem", "good.key"),
                "old": context("good.pem", "good.key", True),
                "chain": context("chain.pem", "good.key"),
                "plain": None}

    def hang(c):
        time.sleep(60)

    def touch(c):
        touched.set()

    for name in names:
        if name in contexts:
            work = (lambda x: lambda c: talk(c, x, ports))(contexts[name])
        else:
            work = {"hung": hang, "silent": touch, "proxy": proxy}[name]
        threading.Thread(target=loop, args=(listeners[name], work),
                         daemon=True).start()
    print(" ".join(str(ports[name]) for name in names), flush=True)
    sys.stdin.read()


main()
