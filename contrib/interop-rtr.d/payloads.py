#!/usr/bin/env python3
"""What an RTR cache on 127.0.0.1 announces in version 2, one PDU a line, in
hexadecimal: payloads.py PORT."""
import socket
import struct
import sys

link = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
link.sendall(struct.pack("!BBHI", 2, 2, 0, 8))
link = link.makefile("rb")
while True:
    head = link.read(8)
    version, kind, _, length = struct.unpack("!BBHI", head)
    body = link.read(length - 8)
    if kind == 7:
        break
    if version != 2 or kind not in (0, 3, 4, 6, 9, 11):
        sys.exit("version %d, PDU %d" % (version, kind))
    if kind > 3:
        print((head + body).hex())
