# table.py make N VRPS: a table of N routes, for mrt, beside that many VRPs.
# table.py judge: the RFC 6811 state of each of its routes, from scratch.
# Files in the working folder: vrps.csv, paths, verdicts. Deterministic.
import ipaddress
import random
import sys


def text(version, bits, length):
    size = 32 if version == 4 else 128
    return "%s/%d" % (ipaddress.ip_address(bits << (size - length))
                      if version == 4 else
                      ipaddress.IPv6Address(bits << (size - length)), length)


def make(n_routes, n_vrps):
    r = random.Random(7)
    vrps = set()
    while len(vrps) < n_vrps:
        if r.random() < 0.75:
            length = r.choice((16, 18, 19, 20, 21, 22, 22, 23, 24, 24, 24))
            bits = r.randrange(1 << (length - 1)) + (1 << (length - 5))
            most = min(24, length + r.choice((0, 0, 0, 2, 8)))
            vrps.add((4, bits % (1 << length), length, most,
                      1 + r.randrange(70000)))
        else:
            length = r.choice((29, 32, 32, 36, 40, 44, 48, 48))
            bits = (1 << (length - 3)) + r.randrange(1 << (length - 6))
            most = min(64, length + r.choice((0, 0, 0, 4, 16)))
            vrps.add((6, bits, length, most, 1 + r.randrange(70000)))
    vrps = sorted(vrps)
    with open("vrps.csv", "w") as f:
        f.write("ASN,IP Prefix,Max Length,Trust Anchor\n")
        for version, bits, length, most, asn in vrps:
            f.write("AS%d,%s,%d,t\n" % (asn, text(version, bits, length), most))
    routes = set()
    while len(routes) < n_routes:
        version, bits, length, most, asn = vrps[r.randrange(len(vrps))]
        limit = 24 if version == 4 else 64
        if r.random() < 0.3:  # a more specific one, some too long
            more = min(limit, length + r.randrange(1, 9)) - length
            bits, length = bits << more | r.randrange(1 << more), length + more
        if r.random() < 0.15:  # another origin
            asn = 1 + r.randrange(70000)
        if r.random() < 0.2:  # somewhere else
            bits = bits ^ 1 << r.randrange(min(length, 12))
        routes.add((version, bits, length, asn))
    with open("paths", "w") as f:
        for version, bits, length, asn in sorted(routes):
            path = "64496,%d,%s%d" % (
                64500 + r.randrange(9), "%d," % asn * r.randrange(3), asn)
            prefix = text(version, bits, length)
            f.write("%s %s 0\n" % (prefix, path))
            if r.random() < 0.1:
                f.write("%s 4200000000,%d 1\n" % (prefix, asn))


def judge():
    table = {}
    with open("vrps.csv") as f:
        next(f)
        for line in f:
            asn, prefix, most, _ = line.split(",")
            net = ipaddress.ip_network(prefix)
            size = net.max_prefixlen
            key = size, net.prefixlen, int(net.network_address) >> (
                size - net.prefixlen)
            table.setdefault(key, []).append((int(asn[2:]), int(most)))
    seen = set()
    with open("paths") as f, open("verdicts", "w") as out:
        for line in f:
            prefix, path, _ = line.split()
            asn = int(path.split(",")[-1])
            if (prefix, asn) in seen:
                continue
            seen.add((prefix, asn))
            net = ipaddress.ip_network(prefix)
            size, length = net.max_prefixlen, net.prefixlen
            address = int(net.network_address)
            state = "not-found"
            for n in range(length + 1):
                for a, most in table.get(
                        (size, n, address >> (size - n)), ()):
                    if a == asn and most >= length:
                        state = "valid"
                    elif state == "not-found":
                        state = "invalid"
            out.write("%s AS%d %s\n" % (prefix, asn, state))


if sys.argv[1] == "make":
    make(int(sys.argv[2]), int(sys.argv[3]))
else:
    judge()
