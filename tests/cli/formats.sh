#!/bin/sh
# Each format is read by a program that it is for, and says there what csv
# says; what says the same stays the same file.
. "${top_srcdir:?}/tests/cli/tap.sh"
PATH=$PATH:/work/tools/bin:/usr/sbin:/sbin
validate() {
	"$cairn" validate -q -c world/cairn.yaml "$@"
}
# parsed PROGRAM NAME COMMAND...: check, where the program is there.
parsed() {
	if command -v "$1" >/dev/null; then
		shift
		check "$@"
	else
		n=$((n + 1))
		echo "ok $n - $2 # SKIP no $1"
	fi
}
same() {
	LC_ALL=C sort "$1" | LC_ALL=C diff - "$2"
}

status "demonstration" 0 "$cairn" demo world
# Without its ledger, which the readers here know nothing of.
sed -i '/^ledgers:/,/sources:/d' world/cairn.yaml
formats="csv csvcompat csvext json jsonext ndjson slurm slurm2 openbgpd bird
	bird1 bird2 rpsl ccr summary"
status "all formats" 0 validate --output \
	$(for format in $formats; do echo "$format:$format"; done)
"$cairn" help validate |
	sed -n '/^FORMAT is one of$/,$s/^  \([a-z0-9]*\) .*/\1/p' >has
check "no other is without a check" [ "$(echo $formats)" = \
	"$(echo $(cat has))" ]
# "192.0.2.0/24 24 64500", sorted: what all are compared with.
sed '1d; s/^AS//' csv | awk -F, '{ print $2, $3, $1 }' | LC_ALL=C sort >vrps
check "there are VRPs of both families" [ "$(grep -c : vrps)" -gt 5 -a \
	"$(grep -vc : vrps)" -gt 50 ]

# ---- JSON
jq_vrps() { # format, filter: an array of prefix, length, AS for each VRP
	jq -r "$2 | @tsv" "$1" | tr '\t' ' ' | sed 's/ AS/ /' >"$1.vrps" &&
		same "$1.vrps" vrps
}
for format in json jsonext; do
	parsed jq "$format: VRPs" jq_vrps $format \
		'.roas[] | [.prefix, .maxLength, .asn]'
	parsed jq "$format: ASPAs" jq -e '.aspas | length > 0' $format
	parsed jq "$format: router keys" jq -e '.routerKeys | length > 0' \
		$format
done
parsed jq "ndjson: VRPs" jq_vrps ndjson 'select(.kind == "vrp") |
	[.prefix, .max_length, .asn]'
parsed jq "ndjson: as many ASPAs as in json" [ \
	"$(jq -r 'select(.kind == "aspa") | .customer' ndjson | wc -l)" -eq \
	"$(jq '.aspas | length' json)" ]
parsed jq "ndjson: as many router keys" [ \
	"$(jq -r 'select(.kind == "router_key") | .spki' ndjson | wc -l)" -eq \
	"$(jq '.routerKeys | length' json)" ]
parsed jq "ndjson: chains lead to trust anchors" jq -es 'all(.[].origins[];
	(.chain | length) > 0 and
	all(.chain[]; .hash | test("^[0-9a-f]{64}$")) and
	(.chain[-1].uri | test("\\.cer$")))' ndjson
parsed jq "ndjson: expires with its last origin" jq -es 'all(.[];
	.expires == ([.origins[].expires] | max))' ndjson
parsed jq "ndjson: an origin with its certificate or before" jq -es '
	all(.[].origins[]; .expires == ([.not_after, .stale, .chain_until] |
	min))' ndjson
for format in slurm slurm2; do
	parsed jq "$format: VRPs" jq_vrps $format '
		.locallyAddedAssertions.prefixAssertions[] | [.prefix,
		.maxPrefixLength // (.prefix | split("/")[1] | tonumber), .asn]'
	parsed jq "$format: router keys, as in json" [ \
		"$(jq -r '.locallyAddedAssertions.bgpsecAssertions[].routerPublicKey' \
			$format)" = "$(jq -r '.routerKeys[].routerPublicKey' json)" ]
done
parsed jq "slurm: version 1, without ASPAs" jq -e '.slurmVersion == 1 and
	(.locallyAddedAssertions | has("aspaAssertions") | not)' slurm
parsed jq "slurm2: version 2, ASPAs as in json" [ "$(jq -c '
	.locallyAddedAssertions.aspaAssertions[] | [.customerAsn,
	.providerAsns[]]' slurm2)" = "$(jq -c '.aspas[] | [.customer,
	.providers[]] | map(ltrimstr("AS") | tonumber)' json)" ]

# ---- CCR: another reader of DER, and the hashes it finds
cat >read-ccr.py <<'end'
import hashlib, ipaddress, json, sys
def parts(b):
    while b:
        tag, n, at = b[0], b[1], 2
        if n >= 0x80:
            at = 2 + (n & 0x7F)
            n = int.from_bytes(b[2:at], "big")
        yield tag, b[at:at + n], b[:at + n]
        b = b[at + n:]
number = lambda b: int.from_bytes(b, "big")
(_, info, _), = parts(open(sys.argv[1], "rb").read())
(_, oid, _), (_, content, _) = parts(info)
assert oid.hex() == "2a864886f70d0109100136"
(_, content, _), = parts(content)
out = {"vrps": [], "aspas": [], "keys": []}
for tag, state, _ in parts(content):
    if tag & 0xA0 != 0xA0:
        continue
    (_, state, _), = parts(state)
    (_, entries, whole), (_, digest, _) = parts(state)
    assert hashlib.sha256(whole).digest() == digest
    last = -1
    for _, entry, _ in parts(entries):
        (_, asn, _), (_, items, _) = parts(entry)
        assert number(asn) > last
        last = number(asn)
        if tag == 0xA3:
            out["aspas"].append(
                ["AS%d" % last] + ["AS%d" % number(p) for _, p, _ in parts(items)])
        elif tag == 0xA5:
            for _, key, _ in parts(items):
                (_, ski, _), _ = parts(key)
                out["keys"].append(["AS%d" % last, ski.hex().upper()])
        else:
            for _, block, _ in parts(items):
                (_, afi, _), (_, addresses, _) = parts(block)
                for _, address, _ in parts(addresses):
                    (_, bits, _), *most = parts(address)
                    size = 4 if afi == b"\0\1" else 16
                    n = 8 * (len(bits) - 1) - bits[0]
                    a = ipaddress.ip_address(bits[1:].ljust(size, b"\0"))
                    out["vrps"].append(
                        "%s/%d %d %d" % (a, n, number(most[0][1]) if most else n, last))
json.dump(out, sys.stdout)
end
parsed python3 "ccr: DER with right hashes" \
	sh -c 'python3 read-ccr.py ccr >ccr.json'
parsed jq "ccr: VRPs" [ "$(jq -r '.vrps[]' ccr.json | LC_ALL=C sort |
	cksum)" = "$(cksum <vrps)" ]
parsed jq "ccr: ASPAs as in json" [ "$(jq -c '.aspas[]' ccr.json)" = \
	"$(jq -c '.aspas[] | [.customer, .providers[]]' json)" ]
parsed jq "ccr: router keys as in json" [ \
	"$(jq -c '.keys[]' ccr.json | sort)" = \
	"$(jq -c '.routerKeys[] | [.asn, .SKI]' json | sort)" ]

# ---- OpenBGPD
bgpd_vrps() {
	{
		printf 'AS 64500\nrouter-id 192.0.2.1\n'
		cat openbgpd
	} >bgpd.conf && chmod 600 bgpd.conf &&
		bgpd -nv -f bgpd.conf >bgpd.out &&
		sed -n '/^roa-set/,/^}/s/ source-as / /p' bgpd.out |
		awk '{ split($1, p, "/")
			print $1, $2 == "maxlen" ? $3 : p[2], $NF }' >bgpd.vrps &&
		same bgpd.vrps vrps
}
parsed bgpd "openbgpd: bgpd reads it" bgpd_vrps

# ---- BIRD
serve() { # configuration: BIRD runs with it until ask has asked
	rm -f bird.ctl
	bird -f -c "$1" -s bird.ctl -P bird.pid 2>bird.err &
	server=$!
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ -S bird.ctl ] && birdc -s bird.ctl show status >/dev/null &&
			break
		sleep 0.1
	done
}
ask() { # tables...: all their routes as prefix, length, AS
	for table; do
		birdc -r -s bird.ctl show route table "$table"
	done | sed -nE 's,^([0-9a-f.:]+/[0-9]+)-([0-9]+) AS([0-9]+) .*,\1 \2 \3,p'
	kill "$server"
	wait "$server" 2>/dev/null
}
bird_vrps() {
	printf 'router id 192.0.2.1;\ninclude "bird";\n' >bird.conf &&
		bird -p -c bird.conf && serve bird.conf &&
		ask ROAS4 ROAS6 >bird.vrps && same bird.vrps vrps
}
bird2_vrps() {
	grep : bird2 >six
	grep -v : bird2 >four
	cat >bird2.conf <<'EOF'
router id 192.0.2.1;
roa4 table r4;
roa6 table r6;
protocol static {
	roa4 { table r4; };
	include "four";
}
protocol static {
	roa6 { table r6; };
	include "six";
}
EOF
	bird -p -c bird2.conf && serve bird2.conf &&
		ask r4 r6 >bird2.vrps && same bird2.vrps vrps
}
parsed birdc "bird: BIRD serves what it says" bird_vrps
parsed birdc "bird2: so it does, one family at a time" bird2_vrps
sed 's/^roa /route /' bird1 >bird1.as2
check "bird1: the same lines" cmp bird1.as2 bird2

# ---- RPSL: paragraphs of "name: value"
awk 'BEGIN { RS = ""; FS = "\n" }
	NF != 7 { exit 1 }
	{ split($1, a, " "); split($2, b, "AS"); print a[1], a[2], b[2] }
	END { print NR >"rpsl.n" }' rpsl >rpsl.routes
check "rpsl: an object for each VRP" [ "$(cat rpsl.n)" -eq \
	"$(wc -l <vrps)" ]
awk '{ print ($1 ~ /:/ ? "route6:" : "route:"), $1, $3 }' vrps |
	LC_ALL=C sort >routes
check "rpsl: their families, prefixes and ASes" same rpsl.routes routes

# ---- csv
tr -d '"' <csvcompat >unquoted
check "csvcompat: csv with quotes" cmp unquoted csv
awk -F, 'NR > 1 { sub("AS", "", $2); print $3, $4, $2 }' csvext >csvext.vrps
check "csvext: the same VRPs" same csvext.vrps vrps

# ---- Routinator, given our SLURM file and nothing else, says the same in its
# formats of the same names, to the byte but for who says it (a local
# exception has no trust anchor), and for the order of router keys.
mkdir none routinator
routinator_says() { # format
	timeout 60 routinator --repository-dir routinator --no-rir-tals \
		--extra-tals-dir none --exceptions slurm --enable-bgpsec \
		vrps --noupdate -f "$1" -o "theirs.$1"
}
for format in openbgpd bird1 bird2; do
	parsed routinator "Routinator reads slurm: $format" \
		routinator_says $format
	parsed routinator "$format: its bytes" cmp theirs.$format $format
done
times='s/^\(created\|last-modified\): .*/\1/; s/^source: .*/source/'
parsed routinator "Routinator reads slurm: rpsl" routinator_says rpsl
sed "$times" rpsl >rpsl.untimed
[ ! -e theirs.rpsl ] || sed "$times" theirs.rpsl >theirs.untimed
parsed routinator "rpsl: its bytes but times and sources" \
	cmp theirs.untimed rpsl.untimed
unsaid='s/"comment": ".*"/"comment"/; s/"ta": ".*"/"ta"/'
for format in slurm csv json; do
	parsed routinator "Routinator reads slurm: $format" \
		routinator_says $format
	[ -e theirs.$format ] || continue
	for file in theirs.$format $format; do
		sed "$unsaid; s/^\(AS.*,\).*/\1/" $file |
			sed '/"routerKeys\|"bgpsecAssertions/,$d
				/"generated/d' >$file.unsaid
	done
	check "$format: its bytes but who says so" \
		cmp theirs.$format.unsaid $format.unsaid
done
keys='[.locallyAddedAssertions.bgpsecAssertions[] | del(.comment)] | sort'
[ ! -e theirs.slurm ] || jq "$keys" theirs.slurm >theirs.keys
jq "$keys" slurm >keys
parsed routinator "slurm: its router keys" cmp theirs.keys keys

# ---- What says the same is not written: a minute later, only formats that
# tell the time of evaluation are new.
timed="json jsonext rpsl summary ccr"
mkdir then
later=$(date -u -d '+1 minute' +%Y-%m-%dT%H:%M:%SZ)
for format in csv csvcompat csvext ndjson slurm slurm2 openbgpd bird bird1 \
	bird2 $timed; do
	cp "$format" then/
	touch -d 2020-01-01 "$format"
done
stat -c '%n %Y %i' csv csvcompat csvext ndjson slurm slurm2 openbgpd bird \
	bird1 bird2 >before
status "all formats, a minute later" 0 validate --offline --at "$later" \
	--output csv:csv csvcompat:csvcompat csvext:csvext json:json \
	jsonext:jsonext ndjson:ndjson slurm:slurm slurm2:slurm2 \
	openbgpd:openbgpd bird:bird bird1:bird1 bird2:bird2 rpsl:rpsl \
	summary:summary ccr:ccr
stat -c '%n %Y %i' csv csvcompat csvext ndjson slurm slurm2 openbgpd bird \
	bird1 bird2 >after
check "what says the same keeps its time and its file" diff before after
for format in $timed; do
	check "$format: has the new time" [ "$(date -r $format +%Y)" -gt 2020 ]
	check "$format: and another content" [ \
		"$(cmp $format then/$format | wc -l)" -eq 1 ]
done

# ---- Another VRP, another number: a filter that names it is run anew.
number() {
	sed -n 's/^define force_roa_table_update = //p' "$1"
}
status "of one trust anchor" 0 "$cairn" validate -q --tal \
	world/tals/bravo.tal --cache world/cache --offline --output bird:bravo
check "bird: another number" [ "$(number bravo)" != "$(number bird)" ]
plan
