#!/usr/bin/env python3
"""Seeds of the fuzz targets: seeds.py FOLDER (tests/fuzz/corpus)."""
import os
import struct
import sys


def pdu(version, kind, field, body=b""):
    return struct.pack(">BBHI", version, kind, field, 8 + len(body)) + body


def prefix(version, flags, length, most, addr, asn):
    kind = 4 if len(addr) == 4 else 6
    return pdu(version, kind, 0, bytes((flags, length, most, 0)) + addr +
               struct.pack(">I", asn))


def end(version, session, serial):
    body = struct.pack(">I", serial)
    if version:
        body += struct.pack(">III", 3600, 600, 7200)
    return pdu(version, 7, session, body)


def session_seeds():
    for v in range(4):
        reset = pdu(v, 2, 0)
        serial = pdu(v, 1, v + 1, struct.pack(">I", 2))
        yield f"reset-{v}", bytes((2,)) + reset
        yield f"serial-{v}", bytes((2,)) + serial + reset
        yield f"max-{v}", bytes((v,)) + pdu(2, 2, 0) + reset
        yield f"error-{v}", bytes((2,)) + pdu(v, 10, 0, bytes(8))
    yield "flap", bytes((2,)) + pdu(0, 2, 0) + pdu(1, 2, 0)
    yield "future", bytes((2,)) + pdu(2, 1, 3, b"\x80\0\0\2")
    yield "length", bytes((2,)) + b"\2\2\0\0\xff\xff\xff\xff"
    yield "type", bytes((2,)) + pdu(2, 255, 0, bytes(30))


def client_seeds():
    v4, v6 = bytes((10, 0, 0, 0)), bytes.fromhex("20010db8") + bytes(12)
    for v in range(3):
        start = pdu(v, 3, 9)
        some = prefix(v, 1, 8, 24, v4, 64500) + prefix(v, 1, 32, 48, v6, 1)
        gone = prefix(v, 0, 8, 24, v4, 64500)
        if v > 0:
            some += pdu(v, 9, 0x100, b"s" * 20 + b"\0\0\0\1key")
        if v > 1:
            some += pdu(v, 11, 0x100, struct.pack(">III", 5, 6, 7))
            gone += pdu(v, 11, 0, struct.pack(">I", 5))
        yield f"answer-{v}", (bytes((v,)) + start + some + end(v, 9, 1) +
                              pdu(v, 0, 9, b"\0\0\0\2") + start + gone +
                              end(v, 9, 2))
        yield f"reset-{v}", (bytes((v,)) + start + end(v, 9, 1) +
                             pdu(v, 8, 0) + start + some + end(v, 10, 1))
    yield "report", bytes((2,)) + pdu(2, 10, 2, bytes(7) + b"\3no!")
    yield "downgrade", bytes((2,)) + pdu(1, 10, 4, bytes(8)) + pdu(1, 3, 9)


for name, seeds in ("rtr_session", session_seeds), ("rtr_client", client_seeds):
    folder = os.path.join(sys.argv[1], name)
    os.makedirs(folder, exist_ok=True)
    for seed, data in seeds():
        with open(os.path.join(folder, seed), "wb") as f:
            f.write(data)
