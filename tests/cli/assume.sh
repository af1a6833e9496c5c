#!/bin/sh
# cairn compare --assume: what if? And then it is done, with the real commands.
. "${top_srcdir:?}/tests/cli/tap.sh"
compare() {
	"$cairn" compare -c world/cairn.yaml "$@"
}
validate() {
	"$cairn" validate -c world/cairn.yaml -q
}
# What the second side says, as a list.
said() {
	sed -nE 's/^(agree,""|[a-z]*,"assumed"),"([^"]*)".*/\2/p' |
		LC_ALL=C sort -u
}
foretell() { # name, file
	status "what if: $1" 0 compare --assume "$2" --csv
	said <out >foretold
}
comes_true() { # name
	status "$1" 0 validate
	status "$1: what is heard" 0 compare --between view view --csv
	said <out >heard
	check "$1: as foretold" cmp foretold heard
}

status "demonstration" 0 "$cairn" demo world -q
# The log alone says what it holds: nobody cosigns here what is appended.
sed '/^    witnesses:/,/^    sources:/{/^    sources:/!d}' world/cairn.yaml >c
sed 's/^    sources:/    witnesses: {quorum: 0}\n&/' c >world/cairn.yaml
status "validate" 0 validate
status "nothing" 0 compare --between view view --csv
said <out >before
check "something is heard" [ "$(wc -l <before)" -gt 50 ]

grep -vE '^(quorum|witness)' world/ledger.keys >alone.keys
echo 'quorum 0' >>alone.keys
cp alone.keys world/ledger.keys

# ---- what CAs say
cat >if.yaml <<-'end'
	add:
	- roa: {prefix: 10.16.192.0/20, asn: 64999}
	- aspa: {customer: 4200000001, providers: [64500, 64501]}
	remove:
	- roa: {prefix: 10.1.16.0/20, max-length: 24, asn: 4200000001}
	- ca: rsync://rpki.alpha.example/alpha/north/north-d.cer
end
status "what if" 0 compare --assume if.yaml
check "the sides are named" grep -qx 'view and assumed' out
check "what would come" grep -q 'assumed: 10.16.192.0/20 AS64999; silent' out
check "what would go, and why" grep -q 'view: 10.19.0.0/24 AS4200000040; chain' out
check "nothing is gone before it came" sh -c '! grep -q "assumed:.*gone" out'
status "as JSON" 0 compare --assume if.yaml --json
check "it is JSON" sh -c 'python3 -m json.tool <out >/dev/null || ! command -v python3'
printf '10.19.0.0/24,AS4200000040\n10.16.192.0/20,AS64999\n10.16.0.0/18,AS4200000010\n' >routes
status "what it does to routes" 0 compare --assume if.yaml --routes routes
check "one loses its ROA" grep -q '10.19.0.0/24 .*AS4200000040' out
check "one gets one" grep -q '10.16.192.0/20 .*AS64999' out
check "one stays" sh -c '! grep -q "10.16.0.0/18 .*AS4200000010.*valid" out'
status "tolerance" 1 compare --assume if.yaml --tolerance 3
status "the view is what it was" 0 compare --between view view --csv
said <out >after
check "nothing was done" cmp before after

# ---- the ledger, by its holders' own statements
echo 'add: []' >none.yaml
foretell "nothing" none.yaml
check "is what is" cmp before foretold
cd world || exit 1
status "a statement" 0 "$cairn" holder authorize --as holders/canary \
	roa AS4200000007 10.1.64.0/20 -o one.stmt
status "another" 0 "$cairn" holder authorize --as holders/canary \
	roa AS4200000008 10.1.80.0/20 -o two.stmt
cd .. || exit 1
echo 'add: [{statement: two.stmt}]' >world/two.yaml
status "not before the first" 1 compare --assume world/two.yaml
provokes statement.sequence
echo 'add: [{statement: one.stmt}, {statement: {file: two.stmt, ledger: demo}}]
mode: union' >world/if.yaml
foretell "two statements, and another mode" world/if.yaml
check "they are there" [ "$(grep -cE '10.1.(64|80).0/20' foretold)" -eq 2 ]
status "appended" 0 "$cairn" ledger append world/ledger world/one.stmt \
	world/two.stmt --log-key world/ledger.key
echo 'policy: {mode: union}' >>world/cairn.yaml
comes_true "statements"
status "said twice" 1 compare --assume world/if.yaml
provokes statement.sequence
entry=$("$cairn" ledger log world/ledger --keys world/ledger.keys |
	tail -1 | cut -f1)
echo "remove: [{entry: {number: $entry}}]" >if.yaml
foretell "the last is withdrawn" if.yaml
check "it goes" sh -c '! grep -q 10.1.80.0/20 foretold'
cd world || exit 1
id=$("$cairn" ledger log ledger --keys ledger.keys | tail -1 | cut -f2)
status "withdrawn" 0 "$cairn" holder withdraw --as holders/canary "$id" \
	-o gone.stmt
cd .. || exit 1
status "appended" 0 "$cairn" ledger append world/ledger world/gone.stmt \
	--log-key world/ledger.key
comes_true "withdrawn"

# ---- a claim, and what rests on it; a name
log() { # what awk prints of its lines
	"$cairn" ledger log world/ledger --keys world/ledger.keys | awk "$@"
}
for entry in $(log '$4 == "claim" && $5 == "applied" { print $1 }'); do
	echo "remove: [{entry: {number: $entry}}]" >if.yaml
	compare --assume if.yaml --csv >claim 2>>refused
	! grep -q '^[a-z]*,"view",.*,"demo","ledger:' claim || break
done
check "a claim is released: what rests on it goes" \
	grep -q '^[a-z]*,"view",.*,"demo","ledger:' claim
check "not when it is leased out" grep -q 'statement.leased: .*: entry' refused
id=$(log '$4 == "name" && $5 == "applied" { print $2; exit }')
echo "remove: [{statement: $id}]" >if.yaml
status "a name is withdrawn" 0 compare --assume if.yaml
echo "remove: [{statement: ${id%?}}]" >if.yaml
status "half an id" 2 compare --assume if.yaml
check "is none" grep -q '64 hex digits' err

# ---- the configuration
echo 'remove: [{trust-anchor: charlie}]' >if.yaml
foretell "without a trust anchor" if.yaml
rm world/tals/charlie.tal
comes_true "without it"
echo '{"slurmVersion": 1, "validationOutputFilters": {"prefixFilters":
	[{"asn": 65001}], "bgpsecFilters": []}, "locallyAddedAssertions":
	{"prefixAssertions": [{"asn": 64512, "prefix": "240.0.0.0/8"}],
	"bgpsecAssertions": []}}' >world/s.json
echo 'slurm: [world/s.json]
policy: {mode: ledger-first, rules: [{asns: [65000], action: reject}]}' >if.yaml
foretell "rules and exceptions" if.yaml
sed -i '/^policy:/d' world/cairn.yaml
echo 'policy: {mode: ledger-first, rules: [{asns: [65000], action: reject}]}
slurm: [s.json]' >>world/cairn.yaml
comes_true "rules and exceptions"
echo 'remove: [{ledger: demo}]' >if.yaml
foretell "without the ledger" if.yaml
sed -i '/^ledgers:/,/^mirrors:/{/^mirrors:/!d}' world/cairn.yaml
comes_true "without it"

# ---- what cannot be assumed
status "no file" 2 compare --assume nowhere.yaml
provokes conf.file
echo 'remove: [{roa: {prefix: 10.0.0.0/8}}]' >if.yaml
status "half a ROA" 2 compare --assume if.yaml
provokes conf.value
check "it says where" grep -q 'if.yaml:1: asn' err
echo 'remove: [{trust-anchor: charlie}]' >if.yaml
status "what is not configured" 2 compare --assume if.yaml
echo 'remove: [{roa: {prefix: 10.0.0.0/8, asn: 1}}]' >if.yaml
status "what is not there" 1 compare --assume if.yaml
provokes assume.nothing
check "it says what" grep -q 'if.yaml: line 1: 10.0.0.0/8 AS1' err
echo 'add: [{roa: {prefix: 203.0.113.0/24, asn: 1}}]' >if.yaml
status "what nobody could issue" 1 compare --assume if.yaml
provokes assume.holder
echo 'add: [{statement: world/one.stmt}]' >if.yaml
status "a statement for no ledger" 1 compare --assume if.yaml
provokes assume.ledger
status "assumed what?" 2 compare --between view assumed
check "it asks" grep -q -- '--assume what' err
status "no store" 1 "$cairn" compare -c world/cairn.yaml --cache none \
	--assume none.yaml
check "none was made" [ ! -e none ]
plan
