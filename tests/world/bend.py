#!/usr/bin/env python3
"""Bend one module of a world's RRDP: bend.py FOLDER HOW [ARGUMENT]

  delta		another last delta, under its right new hash: RFC 9697
  snapshot	a snapshot cut short
  lie		the notification has another hash of the snapshot
  publish FILE	the snapshot also publishes URI and bytes of FILE, its first
		line and the rest
"""
import base64
import hashlib
import os
import re
import sys

folder, how = sys.argv[1:3]
path = os.path.join(folder, "notification.xml")
with open(path) as f:
    text = f.read()


def named(kind):
    """The URI's file, and its hash, of the first of that kind."""
    m = re.search(r'uri="[^"]*?([^/"]*/[0-9]+/%s\.xml)" hash="(\w+)"' % kind,
                  text)
    return os.path.join(folder, m.group(1)), m.group(2)


def replace(kind, change):
    global text
    name, old = named(kind)
    with open(name, "rb") as f:
        body = change(f.read())
    with open(name, "wb") as f:
        f.write(body)
    text = text.replace(old, hashlib.sha256(body).hexdigest())


def publish(body):
    with open(sys.argv[3], "rb") as f:
        uri, rest = f.read().split(b"\n", 1)
    return body.replace(b"</snapshot>", b'<publish uri="' + uri + b'">' +
                        base64.b64encode(rest) + b"</publish>\n</snapshot>")


if how == "delta":
    replace("delta", lambda b: b.replace(b"</delta>", b"\n</delta>"))
elif how == "snapshot":
    replace("snapshot", lambda b: b[:len(b) // 2])
elif how == "publish":
    replace("snapshot", publish)
else:
    text = text.replace(named("snapshot")[1], "0" * 64)
with open(path, "w") as f:
    f.write(text)
