#!/usr/bin/env python3
"""Serve a folder by HTTPS: https.py FOLDER CERT KEY PORT-FILE [PORT [LOG]]

On loopback, at some port, unless said; the port is written to PORT-FILE. An
ETag is the hash of what is there, so that no two versions look the same within
one second. LOG gets a line for each answer. Ends when its standard input does.
"""
import hashlib
import http.server
import os
import ssl
import sys
import threading

top, cert, key, port_file = sys.argv[1:5]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"", tag=None):
        self.send_response(status)
        if tag:
            self.send_header("ETag", tag)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if log:
            log.write("%d %d %s\n" % (status, len(body), self.path))

    def do_GET(self):
        path = os.path.normpath(self.path.lstrip("/"))
        try:
            with open(os.path.join(top, path), "rb") as f:
                body = f.read()
        except OSError:
            self.answer(404)
            return
        tag = '"' + hashlib.sha256(body).hexdigest() + '"'
        if self.headers.get("If-None-Match") == tag:
            self.answer(304, tag=tag)
        else:
            self.answer(200, body, tag)

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def get_request(self):
        raw, address = self.socket.accept()
        raw.settimeout(30)
        return context.wrap_socket(raw, server_side=True,
                                   do_handshake_on_connect=False), address

    def handle_error(self, request, address):
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
port = int(sys.argv[5]) if len(sys.argv) > 5 else 0
log = open(sys.argv[6], "w", buffering=1) if len(sys.argv) > 6 else None
server = Server(("127.0.0.1", port), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
with open(port_file + ".new", "w") as f:
    f.write("%d\n" % server.server_address[1])
os.rename(port_file + ".new", port_file)
sys.stdin.read()
