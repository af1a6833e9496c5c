#!/bin/sh
# The ledger of the demonstration: that what was written means what its
# description says, by the replay, which had no part in writing it.
. "${top_srcdir:?}/tests/cli/tap.sh"

at=$(date +%s)
status "the demonstration" 0 "$cairn" demo demo --at "$at" --seed 7 --quiet
ledger() { # command
	job=$1
	shift
	"$cairn" ledger "$job" demo/ledger --keys demo/ledger.keys --now "$at" "$@"
}
status "its log" 0 ledger log
cut -f 1,5 out | tr '\t' , >verdicts
sed 1d demo/truth/ledger-log.csv | cut -d , -f 1,3 >wanted
check "each entry's verdict is the described one" cmp verdicts wanted
[ -z "${CAIRN_PROVOKED:-}" ] || cut -d , -f 2 verdicts | grep -v applied |
	sed 's/^/statement./' >>"$CAIRN_PROVOKED/world-ledger"
check "150 statements, or more" [ "$(wc -l <verdicts)" -ge 150 ]
for reason in $(sed -nE 's/^R\(STATEMENT_.*"statement\.([a-z-]+)".*/\1/p' \
	"$source/src/base/reason.def"); do
	check "$reason is in it" grep -q ",$reason\$" verdicts
done
for fault in $(sed -nE 's/^L\("([a-z-]+)".*/\1/p' \
	"$source/src/world/ledger.def"); do
	check "fault $fault is in it" grep -q "fault $fault\b" demo/world.txt
	check "fault $fault is told of" grep -q "^| \`$fault\` |" \
		"$source/doc/world.md"
done
status "what it emits" 0 ledger emit
check "is the described" cmp out demo/truth/ledger.csv
check "both levels" sh -c 'cut -d , -f 8 out | sort -u | tr "\n" " " |
	grep -q "0 1"'
for class in agreement legacy-only ledger-only conflict-as conflict-maxlen \
	contested young; do
	check "compare: $class is in it" grep -q "^$class," \
		demo/truth/compare.csv
done
sed 1d demo/truth/vrps.csv | cut -d , -f 1-3 | LC_ALL=C sort >legacy
awk -F , '$2 != "ledger" && NR > 1 { print $3 "," $4 "," $5 }' \
	demo/truth/compare.csv | LC_ALL=C sort >compared
check "compare: each VRP of the registries is in it" cmp legacy compared
awk -F , '$1 == "roa" { print "AS" $2 "," $3 "," $4 }' demo/truth/ledger.csv |
	LC_ALL=C sort >emitted
awk -F , '$2 != "legacy" && $1 != "contested" && $1 != "young" && NR > 1 {
	print $3 "," $4 "," $5 }' demo/truth/compare.csv |
	LC_ALL=C sort >compared
check "compare: each VRP of the ledger is in it" cmp emitted compared
check "contested and young are not emitted" sh -c '
	grep -E "^(contested|young),ledger" demo/truth/compare.csv |
	cut -d , -f 3-5 | grep -Fxf - emitted | grep -q . && exit 1 || exit 0'

status "the state" 0 ledger state
for kind in authorize endorse hold holder lease name offer rdns service; do
	check "$kind is in the state" grep -q "^$kind " out
done
check "something is contested" grep -q " contested " out
check "two witnesses are the quorum" grep -qx "quorum 2" demo/ledger.keys
sed 's/^quorum 2/quorum 0/; /^witness/d' demo/ledger.keys >alone
status "the log's own key alone" 0 "$cairn" ledger digest demo/ledger \
	--keys alone --now "$at"
grep -v '^— witness.south' demo/ledger/checkpoint >one
status "a witness is missing" 1 ledger digest --checkpoint one

status "the same seed" 0 "$cairn" demo again --at "$at" --seed 7 --quiet
check "the same bytes" diff -r demo again
status "another" 0 "$cairn" demo other --at "$at" --seed 8 --quiet
check "another ledger" sh -c '! cmp -s demo/ledger/checkpoint other/ledger/checkpoint'

# Whoever likes can speak in it.
holder() { "$cairn" holder "$@" --now "$at"; }
status "status" 0 holder status --as demo/holders/canary
check "its name" grep -q "label: canary-net" out
check "its lease" sh -c 'sed -n "/^leases_out:/,/^offers_in:/p" out |
	grep -q "(hosting)"'
status "a statement" 0 holder authorize roa AS4200000002 10.1.200.0/24 \
	--as demo/holders/canary -o roa
status "the log takes it" 0 "$cairn" ledger append demo/ledger \
	--log-key demo/ledger.key roa
status "after a recovery" 0 holder name garage-net --as other/holders/garage \
	--dry-run
status "after a rotation" 0 holder name campus-net --as other/holders/campus \
	--dry-run
# Evidence by a CA's key.
ta=other/repo/rpki.charlie.example/charlie
status "attest what is nobody's" 0 holder claim 192.168.48.0/20 AS65130 \
	--as other/holders/charlie-isp --evidence $ta/charlie.cer \
	$ta/charlie/charlie-d.cer --ca-key other/keys/charlie-d.pem -o claim
status "show" 0 "$cairn" show claim
check "its evidence holds" grep -q evidence_verified out
status "more than the CA has" 1 holder claim 10.200.0.0/16 \
	--as other/holders/charlie-isp --evidence $ta/charlie.cer \
	$ta/charlie/charlie-d.cer --ca-key other/keys/charlie-d.pem --dry-run
check "it says why, and what to look at" grep -q "statement.evidence.*anchor" err
status "another's key" 2 holder claim 192.168.48.0/20 \
	--as other/holders/charlie-isp --evidence $ta/charlie.cer \
	$ta/charlie/charlie-d.cer --ca-key other/keys/charlie-a.pem --dry-run
check "it says so" grep -q "not the one of the last certificate" err
status "half of it" 2 holder claim 192.168.48.0/20 \
	--as other/holders/charlie-isp --ca-key other/keys/charlie-d.pem
status "the file to list" 0 holder binding 192.168.48.0/20 \
	--as other/holders/charlie-isp -o binding.der
check "its hash" [ "$(sha256sum <binding.der | cut -c1-64)" = "$(cat out)" ]
plan
