#!/usr/bin/env python3
"""Two BGP neighbours of OpenBGPD, and what it should think of their routes.

announce SPEAKER PORT <VRPS	opens a session from the speaker's address and
				announces until it is ended
expect VRPS NOW			"PREFIX AS STATE" for all announcements made of
				the file VRPS, where the file NOW is in force

VRPS: lines "PREFIX-MAXLEN AS". Speaker 2 announces each at its maximum length
by its AS; speaker 3 the same by an AS that nobody authorized, and each one bit
longer than allowed by its AS. Nobody can announce as AS 0.
"""
import ipaddress
import socket
import struct
import sys

STRANGER = 65551
HOLD = 30  # seconds
NEXT_HOP = {4: "192.0.2.1", 6: "2001:db8::1"}


def vrps(lines):
    for line in lines:
        prefix, asn = line.split()
        prefix, longest = prefix.rsplit("-", 1)
        yield ipaddress.ip_network(prefix), int(longest), int(asn)


def at(prefix, length):
    return ipaddress.ip_network((prefix.network_address, length))


def routes(speaker, all_vrps):
    said = {}
    for prefix, longest, asn in sorted(all_vrps, key=str):
        exact = at(prefix, longest)
        if speaker == 3:
            said.setdefault(exact, STRANGER)
        if asn == 0:
            continue
        if speaker == 2:
            said.setdefault(exact, asn)
        elif longest < prefix.max_prefixlen:
            said.setdefault(at(prefix, longest + 1), asn)
    return said


def state(route, asn, all_vrps):  # RFC 6811 2
    found = "N"
    for prefix, longest, origin in all_vrps:
        if prefix.version != route.version or not route.subnet_of(prefix):
            continue
        if origin == asn and origin != 0 and route.prefixlen <= longest:
            return "V"
        found = "!"
    return found


# RFC 4271, RFC 4760, RFC 6793
def message(kind, body):
    return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body


def hello(asn, speaker):
    can = b"".join(
        bytes([code, len(value)]) + value
        for code, value in (
            (1, b"\0\1\0\1"),
            (1, b"\0\2\0\1"),
            (65, struct.pack("!I", asn)),
        )
    )
    can = bytes([2, len(can)]) + can
    identity = bytes([192, 0, 2, speaker])
    return message(
        1, struct.pack("!BHH", 4, asn, HOLD) + identity + bytes([len(can)]) + can
    )


def attribute(flags, code, value):
    return bytes([flags, code, len(value)]) + value


def update(own, route, origin):
    path = attribute(0x40, 1, b"\0") + attribute(
        0x40, 2, struct.pack("!BBII", 2, 2, own, origin)
    )
    size = (route.prefixlen + 7) // 8
    nlri = bytes([route.prefixlen]) + route.network_address.packed[:size]
    hop = ipaddress.ip_address(NEXT_HOP[route.version]).packed
    if route.version == 4:
        path += attribute(0x40, 3, hop)
    else:
        path += attribute(
            0x80, 14, b"\0\2\1" + bytes([len(hop)]) + hop + b"\0" + nlri
        )
        nlri = b""
    return message(2, b"\0\0" + struct.pack("!H", len(path)) + path + nlri)


def announce(speaker, port):
    own = 65000 + speaker
    link = socket.create_connection(
        ("127.0.0.1", port), source_address=("127.0.0.%d" % speaker, 0)
    )
    link.sendall(hello(own, speaker) + message(4, b""))
    said = routes(speaker, list(vrps(sys.stdin)))
    for route, origin in said.items():
        link.sendall(update(own, route, origin))
    link.settimeout(HOLD / 3)
    while True:
        try:
            if not link.recv(4096):
                return
        except TimeoutError:
            pass
        link.sendall(message(4, b""))


def main():
    if sys.argv[1] == "announce":
        announce(int(sys.argv[2]), int(sys.argv[3]))
        return
    with open(sys.argv[2]) as first, open(sys.argv[3]) as now:
        then, force = list(vrps(first)), list(vrps(now))
    for speaker in (2, 3):
        for route, origin in routes(speaker, then).items():
            print(route, origin, state(route, origin, force))


main()
