#!/bin/sh
# cairn view on the demonstration: what was published is what a run wrote.
. "${top_srcdir:?}/tests/cli/tap.sh"
view() {
	"$cairn" view -c world/cairn.yaml "$@"
}

status "demonstration" 0 "$cairn" demo world -q
status "no view yet" 1 view
provokes view.missing
status "validate" 0 "$cairn" validate -c world/cairn.yaml -q
for format in csv csvcompat csvext json jsonext slurm openbgpd bird rpsl \
	summary ndjson ccr; do
	status "$format, by a run" 0 "$cairn" validate -c world/cairn.yaml -q \
		--output "$format:then.$format"
	status "$format, of what it published" 0 view --output "$format:$format"
	check "the same" sh -c "sed '/[gG]enerated/d' then.$format >a;
		sed '/[gG]enerated/d' $format | cmp a -"
done
then=$("$cairn" why -c world/cairn.yaml --json 10.0.0.0/8 |
	sed -n 's/^ *"published_at": "\(.*\)",*$/\1/p' | head -n 1)
rm world/tals/alpha.tal
status "a trust anchor less" 0 "$cairn" validate -c world/cairn.yaml -q \
	--output csv:now.csv
status "now" 0 view
check "is less" sh -c 'cmp now.csv out && ! cmp -s then.csv out'
status "then" 0 view --at "$then"
check "was more" cmp then.csv out
status "then, in another format" 0 view --at "$then" --output json:json
check "the same payloads" "$cairn" compare --cache none \
	--between then.json json --tolerance 0
status "long ago" 1 view --at 1000
provokes view.past
status "no time" 2 view --at then
status "no format" 2 view --output xml
status "no path" 2 view --output csv:
status "an operand" 2 view csv
status "nowhere to write" 1 view --output csv:/nonexistent/x
provokes output.write
plan
