#!/bin/sh
# cairn ledger prove and check-proof: what is proved offline, and to whom.
. "${top_srcdir:?}/tests/cli/tap.sh"
wild=$source/tests/wild/ledger

log=$wild/mixed-120
now=$(cat "$log/now")
mkdir away # another machine: keys and the proof, nothing else
cp "$log/keys" away/
# Each VRP of the vectors: kind,asn,prefix,maxlen,...
n_vrps=0
grep '^roa,[1-9]' "$log/expected-emit.csv" | sort -u -t, -k 2,3 | head -5 >vrps
while IFS=, read -r kind as prefix maxlen rest; do
	status "prove $prefix $as" 0 "$cairn" ledger prove "$log" "$prefix" \
		"$as" --now "$now"
	mv out away/p
	cd away || exit 1
	status "check it" 0 "$cairn" ledger check-proof p --keys keys --now "$now"
	check "it says what" grep -q "$kind,$as,$prefix,$maxlen" out
	check "it says from what" grep -q "$(cat "$log/expected-digest")" out
	mv out ../out err .. 2>/dev/null
	cd ..
	n_vrps=$((n_vrps + 1))
done <vrps
check "there are some" [ $n_vrps -ge 3 ]
IFS=, read -r kind as prefix maxlen rest <vrps
status "JSON" 0 "$cairn" ledger check-proof away/p --keys away/keys --now "$now" --json
check "it is" python3 -c '
import json
p = json.load(open("out"))
assert p["size"] == 120 and len(p["payloads"]) >= 1, p'

status "a route nobody authorized" 1 "$cairn" ledger prove "$log" "$prefix" \
	AS4200000000 --now "$now"
provokes proof.route
check "no proof" [ ! -s out ]
status "another's policy" 1 "$cairn" ledger check-proof away/p \
	--keys "$wild/hostile-400/keys" --now "$now"
provokes checkpoint.unsigned
sed 's/^quorum .*/quorum 3/' away/keys >stricter
if ! cmp -s away/keys stricter && [ "$(grep -c ^witness stricter)" -ge 3 ]; then
	status "a stricter policy" 1 "$cairn" ledger check-proof away/p \
		--keys stricter --now "$now"
fi
status "a clock behind it" 1 "$cairn" ledger check-proof away/p --keys away/keys \
	--now 1000
provokes checkpoint.time-ahead
status "when nothing is emitted any more" 1 "$cairn" ledger prove "$log" \
	"$prefix" AS64496 --now 99999999999

# Bent, and its checksum made anew by whoever bends it.
cat >bend.py <<'END'
import hashlib, sys
p = bytearray(open("away/p", "rb").read())
what = sys.argv[1]
if what == "entry": p[-100] ^= 1
if what == "less": del p[-60:-32]
if what == "route": p = p.replace(b" AS", b" AS1", 1)
if what == "note": i = p.index(b"\n120\n"); p[i + 8] ^= 1
if what != "sum": p[-32:] = hashlib.sha256(p[:-32]).digest()
else: p[-1] ^= 1
open("bent", "wb").write(p)
END
for what in entry:log.root less:proof.syntax route:proof.route \
	note:note.signature sum:proof.checksum; do
	python3 bend.py "${what%:*}"
	status "bent: ${what%:*}" 1 "$cairn" ledger check-proof bent \
		--keys away/keys --now "$now"
	provokes "${what#*:}"
done
echo nonsense >none
status "no proof" 1 "$cairn" ledger check-proof none --keys away/keys
provokes proof.syntax

# A claim that came too late is in the log as well: it is rejected in the
# proof, as it is in the log.
log=$wild/hostile-400
status "under the rules of the log" 1 "$cairn" ledger prove "$log" \
	203.0.113.0/24 AS1 --now "$(cat "$log/now")"

status "no keys" 2 "$cairn" ledger check-proof away/p
status "no file" 2 "$cairn" ledger check-proof nothing --keys away/keys
status "no route" 2 "$cairn" ledger prove "$log" "$prefix"
status "no prefix" 2 "$cairn" ledger prove "$log" 192.0.2.1/24 AS1
status "no AS" 2 "$cairn" ledger prove "$log" "$prefix" ASX
status "two routes" 2 "$cairn" ledger prove "$log" "$prefix" AS1 AS2
plan
