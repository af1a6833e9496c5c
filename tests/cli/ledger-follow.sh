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
