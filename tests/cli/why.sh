#!/bin/sh
# cairn why on the demonstration: from the view that validate published.
. "${top_srcdir:?}/tests/cli/tap.sh"
why() {
	"$cairn" why -c world/cairn.yaml "$@"
}

status "demonstration" 0 "$cairn" demo world
status "before any run" 1 why 192.0.2.0/24
provokes view.missing
status "validate" 0 "$cairn" validate -c world/cairn.yaml -q \
	--output csv:vrps.csv --findings findings
check "a view is published" [ -s world/cache/view/current ]

# Each VRP of the truth is valid for its own AS, and comes from an object.
sed 1d vrps.csv | grep -v '^AS0,' >some
while IFS=, read -r asn prefix _ ta; do
	why "$prefix" "$asn" >out
	grep -q "^$prefix $asn: valid" out && grep -qE \
		"(trust-anchor $ta: rsync|ledger $ta: ledger:$ta/)" out &&
		grep -qE "anchor rsync://|holder .*, entry" out ||
		echo "$prefix $asn"
done <some >wrong
check "$(wc -l <some) VRPs are valid" [ ! -s wrong ]

IFS=, read -r asn prefix _ ta <some
status "another AS" 0 why "$prefix" AS65551
check "is invalid" grep -q ': invalid' out
check "it says what would change that" grep -q 'not found if ' out
status "what nobody holds" 0 why 240.0.0.0/8 1
check "is not found" grep -q ': not-found' out
status "any AS" 0 why "$prefix"
check "is valid for some" grep -q "^$prefix: valid" out
status "JSON" 0 why --json "$prefix" "$asn"
check "it is JSON" sh -c 'python3 -m json.tool <out >/dev/null || ! command -v python3'
check "with chain" grep -q '"chain": \[' out
status "one address" 0 why 240.0.0.1
status "IPv6" 0 why 2001:db8::1
# A refused object of the same CA is told of.
overclaimed=$(sed -nE 's/.*"reason":"roa.maxlength".*"point":"([^"]*)".*/\1/p' \
	findings | head -1)
check "there is a refused ROA" [ -n "$overclaimed" ]
sed 1d vrps.csv | while IFS=, read -r asn prefix _; do
	why "$prefix" "$asn" >out
	! grep -q 'roa.maxlength' out || echo "$prefix"
done >near
check "refused objects nearby are told of" [ -s near ]

for wrong in "" "10.0.0.1/8" "10.0.0.0/33" "nonsense" "10.0.0.0/8 AS-1" \
	"10.0.0.0/8 1 2" "10.0.0.0/8 --at never"; do
	status "usage: $wrong" 2 why $wrong
done

# A ROA less: history says when and why; then --at gives it back.
# The last one of alpha, which no ledger has.
IFS=, read -r asn prefix _ ta <<-end
	$(grep ',alpha$' some | tail -1)
end
then=$(date -u +%Y-%m-%dT%H:%M:%SZ)
sleep 2
status "one trust anchor less" 0 "$cairn" validate --cache world/cache \
	--offline -q --tal $(ls world/tals/*.tal | grep -v "/$ta.tal")
status "now" 0 why "$prefix" "$asn"
check "it is gone" grep -qE ': (not-found|invalid)' out
status "then" 0 why --at "$then" "$prefix" "$asn"
check "it was there" grep -q ': valid' out
status "history" 0 why --history "$prefix" "$asn"
check "says when it went and why" grep -q " removed $prefix.*: unconfigured" out
status "of what never changed" 0 why --history 240.0.0.0/8
check "that is said, and of what time" grep -qx 'no change since 20.*Z' out
status "history as JSON" 0 why --history --json "$prefix" "$asn"
check "with the cause" grep -q '"cause": "unconfigured"' out
status "before all" 1 why --at 2001-01-01T00:00:00Z "$prefix"
provokes view.past
status "--at another time publishes nothing" 0 "$cairn" validate -q \
	--cache world/cache --tal world/tals/*.tal --offline \
	--at "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
status "still" 0 why "$prefix" "$asn"
check "it is gone" grep -qE ': (not-found|invalid)' out

bend world/cache/view/current 20
status "a damaged view" 1 why "$prefix"
provokes view.damaged
status "is replaced by the next run" 0 "$cairn" validate \
	-c world/cairn.yaml -q --offline --output csv:vrps.csv
status "and read" 0 why "$prefix" "$asn"
check "valid" grep -q ': valid' out
plan
