#!/bin/sh
# From nothing to a VRP, as a new user; then a log that shows two histories,
# and what the operator does about it.
. "${top_srcdir:?}/tests/cli/tap.sh"

now=$(date +%s)
tick() { # folder, time
	"$cairn" ledger tick "$1" --log-key key --holder-key key.holder.pem \
		--time "$2" >/dev/null
}
"$cairn" ledger init log --origin example.net/log --new-key key \
	--challenge 0 --time $((now - 100)) >keys
vkey=$(sed -n 's/^log //p' keys)
cat >one.yaml <<END
name: one
origin: example.net/log
key: $vkey
witnesses: {quorum: 0}
sources: [log]
END
validate() { "$cairn" validate --cache cache "$@"; }
status "a genesis" 0 validate --ledger one.yaml --output csv:out.csv
check "its size" grep -q 'size 1, .* accepted from ' out
check "no payloads" [ "$(wc -l <out.csv)" -eq 1 ]
status "the same" 0 validate --ledger one.yaml --json
check "is the same" grep -q '"decision": "same"' out
check "with one request" grep -q '"requests": 1,' out
status "a ledger that is not there" 2 validate --ledger none.yaml
status "a tick" 0 tick log $((now - 50))
cp -r log fork
tick log $((now - 40)) && tick fork $((now - 39))
status "more" 0 validate --ledger one.yaml --json
check "it was new" grep -q '"new_entries": 2,' out

# What the state said is kept for the time for which it is true.
"$cairn" ledger init timed --origin example.net/timed --new-key timed.key \
	--challenge 0 --time $((now - 100)) >timed.keys
"$cairn" holder new alice --ledger timed --keys timed.keys --no-passphrase >/dev/null
until=$((now + 3600))
for what in enroll "claim 192.0.2.0/24" "authorize roa AS64500 192.0.2.0/24" \
	"authorize roa AS64501 192.0.2.0/24 --until $until"; do
	"$cairn" holder $what --submit --log-key timed.key >/dev/null 2>&1
done
"$cairn" ledger tick timed --log-key timed.key --holder-key timed.key.holder.pem \
	--time "$now" >/dev/null
cat >timed.yaml <<END
name: timed
origin: example.net/timed
key: $(sed -n 's/^log //p' timed.keys)
witnesses: {quorum: 0}
sources: [timed]
END
echo 'mode: union
ledger: {minimum-level: self-asserted}' >policy.yaml
timed() { # OPTION...: what there is, one word a VRP
	"$cairn" validate --cache timed.cache --ledger timed.yaml \
		--policy policy.yaml --output csv "$@" >csv 2>csv.err
	sed -n 's/^\(AS[0-9]*\),.*/\1/p' csv | tr '\n' ' '
}
check "two VRPs" [ "$(timed)" = "AS64500 AS64501 " ]
said=$(echo timed.cache/ledgers/*.said)
check "what it says is kept" [ -s "$said" ]
cp "$said" kept.said
for how in "" --no-memo --offline; do
	check "the same $how" [ "$(timed $how)" = "AS64500 AS64501 " ]
	cp csv csv.memo
	check "at the end of one $how" \
		[ "$(timed --at $((until - 1)) $how)" = "AS64500 AS64501 " ]
	check "after it $how" [ "$(timed --at $until $how)" = "AS64500 " ]
	check "before it was made $how" \
		[ "$(timed --at $((now - 1)) $how)" = "AS64500 AS64501 " ]
	check "which leaves no trace $how" cmp "$said" kept.said
done
# Nothing is new: the view goes out as it was, and all that is told of it.
work() { # what the run did, of what it said
	python3 -c 'import json
d = json.load(open("csv"))
l = d["ledgers"][0]
print(l["decision"], l["holders"], l["holdings"], l["applied"], l["vrps"],
    d["vrps"], l["ledger_time"])'
}
said_by() {
	"$cairn" validate --cache timed.cache --ledger timed.yaml \
		--policy policy.yaml --json "$@" >csv 2>csv.err
}
if command -v python3 >/dev/null; then
	said_by && work >first && said_by && work >second
	check "the same run again" cmp first second
	said_by --no-memo && work >third
	check "as from the state" cmp first third
	cp "$said" kept.said
	size=$(wc -c <"$said")
	bend "$said" $((size - 9))
	said_by --policy policy.yaml && work >fourth
	check "the body is not read" cmp first fourth
	for as in 64500 64501; do
		cp policy.yaml policy.kept
		echo "rules: [{asns: [$as], action: reject, why: no}]" >>policy.yaml
		left=$(timed)
		check "rules of a file, with AS$as, count at once" [ "$left" = "AS$((129001 - as)) " ]
		mv policy.kept policy.yaml
	done
	echo '# other' >>policy.yaml
	said_by && work >fifth
	check "where it is, and is bent, the state is" cmp first fifth
	check "and it is made anew" [ "$(timed --at $((until - 1)))" = "AS64500 AS64501 " ]
	cp "$said" kept.said
fi
mv timed.cache/ledgers/*.?.* state
check "it is all that is wanted" [ "$(timed)" = "AS64500 AS64501 " ]
check "also with --at" [ "$(timed --at $((until - 1)))" = "AS64500 AS64501 " ]
mv timed timed.gone
check "after it, the entries kept are replayed" [ "$(timed --at "$until")" = "AS64500 " ]
rm timed.cache/ledgers/*.entries
check "but not without them" [ -z "$(timed --at "$until")" ]
mv timed.gone timed
check "nor with one that is bent" bend "$said" 700
check "which is made anew" [ "$(timed)" = "AS64500 AS64501 " ]
check "as it was but for the time" [ "$(wc -c <"$said")" = "$(wc -c <kept.said)" ]

# Two histories.
sed 's/\[log\]/[log, fork]/' one.yaml >two.yaml
status "a split view" 0 validate --ledger two.yaml --findings findings
check "frozen" grep -q '^  frozen: checkpoint.split-view: ' out
evidence=$(sed -n 's/.*evidence: \(.*\)/\1/p' out)
check "the evidence is there" [ -f "$evidence" ]
check "both notes are in it" [ "$(grep -c '^example.net/log$' "$evidence")" = 2 ]
check "a finding names it" grep -q "split-view.*$evidence.*\"effect\":\"ledger\"" \
	findings
status "--strict" 3 validate --ledger one.yaml --strict
check "still frozen" grep -q ledger.frozen out
clear="$cairn ledger clear --cache cache"
status "clear unread" 2 $clear one --ledger one.yaml
check "it says how" grep -q -- --evidence-read err
status "clear nothing" 2 $clear --evidence-read --ledger one.yaml
status "clear two" 2 $clear one two --evidence-read --ledger one.yaml
status "clear one of no name" 2 $clear two --evidence-read --ledger one.yaml
provokes ledger.unknown
status "clear" 0 $clear one --evidence-read --ledger one.yaml
status "and it goes on" 0 validate --ledger one.yaml --strict
check "with what was accepted" grep -q 'size 3, .* same' out
status "the other log, alone" 0 validate --ledger two.yaml
check "frozen again" grep -q frozen out
rm -r log && mv fork log
status "clear and begin anew" 0 $clear one --evidence-read --restart \
	--ledger one.yaml
status "the other history" 0 validate --ledger one.yaml --strict
check "from its beginning" grep -q 'size 3, .* accepted' out
cat >cairn.yaml <<END
cache: cache
trust-anchors: []
ledgers: [{name: one, origin: example.net/log, key: '$vkey',
  witnesses: {quorum: 0}, sources: [log]}]
END
status "by a configuration" 0 "$cairn" validate -c cairn.yaml
check "the same" grep -q 'size 3, .* same' out
status "clear by a configuration" 0 "$cairn" ledger clear one \
	--evidence-read -c cairn.yaml
plan
