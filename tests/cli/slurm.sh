#!/bin/sh
# cairn slurm, and what SLURM files do to outputs, on the demonstration.
. "${top_srcdir:?}/tests/cli/tap.sh"
file() { # NAME FILTERS ASSERTIONS
	cat >"$1" <<END
{"slurmVersion": 1,
 "validationOutputFilters": {"prefixFilters": [$2], "bgpsecFilters": []},
 "locallyAddedAssertions": {"prefixAssertions": [$3], "bgpsecAssertions": []}}
END
}
run() {
	"$cairn" validate -c world/cairn.yaml -q "$@"
}

status "demonstration" 0 "$cairn" demo world
status "validate" 0 run --output csv:before.csv
IFS=, read -r asn prefix _ ta <<END
$(sed -n 2p before.csv)
END
file good.json "{\"prefix\": \"$prefix\", \"comment\": \"ours\"}" \
	'{"asn": 64999, "prefix": "198.18.0.0/15", "maxPrefixLength": 24}'
file none.json '{"asn": 4294967000}'
file known.json '{"asn": 4294967000}' "{\"asn\": ${asn#AS}, \"prefix\": \"$prefix\"}"

status "lint" 0 "$cairn" slurm -c world/cairn.yaml good.json none.json
check "what a filter removes" grep -qE \
	"^good.json:2: removes VRPs within $prefix: [1-9]" out
check "what removes nothing" grep -qx \
	'none.json:2: removes VRPs of AS4294967000: 0' out
check "what is added" grep -qx \
	'good.json:3: adds 198.18.0.0/15-24 AS64999' out
status "lint alone" 0 "$cairn" slurm -c world/cairn.yaml known.json
check "what is known" grep -qE ': adds .*: there without it$' out
status "lint without a view" 0 "$cairn" slurm --cache nowhere good.json
check "it says so" grep -q 'no view yet' out
status "lint as JSON" 0 "$cairn" slurm --json -c world/cairn.yaml good.json
check "it is JSON" sh -c 'python3 -m json.tool <out >/dev/null || ! command -v python3'
check "with hits" grep -q '"hits": [1-9]' out

status "validate with it" 0 run --slurm good.json --output csv:after.csv \
	--output ndjson:after.ndjson
status "and the summary" 0 "$cairn" validate -c world/cairn.yaml --offline \
	--slurm good.json --output csv:again.csv
check "says what was filtered" grep -qE '^ +[1-9][0-9]*  left out: filtered by SLURM' out
status "and as JSON" 0 "$cairn" validate -c world/cairn.yaml --offline --json \
	--slurm good.json --output csv:again.csv
check "says it too" grep -qE '"slurm": [1-9]' out
check "and what was asserted" grep -q '"asserted": 1,' out
check "the filtered is gone" sh -c "! grep -q '^AS[0-9]*,$prefix,' after.csv"
check "the asserted is there" grep -qx \
	'AS64999,198.18.0.0/15,24,slurm:good' after.csv
check "nothing else changed" [ "$(grep -v ",$prefix,\|/15,24,slurm" after.csv | grep -cvxFf before.csv)" = 0 ]
status "lint after it" 0 "$cairn" slurm -c world/cairn.yaml good.json
check "it sees what was there before" grep -qE \
	"^good.json:2: removes VRPs within $prefix: [1-9]" out

# On an earlier view, too: on what was found then, before its exceptions.
cp out newest
then=$("$cairn" why -c world/cairn.yaml --json "$prefix" |
	sed -n 's/^ *"published_at": "\(.*\)",*$/\1/p' | head -n 1)
mv "world/repo/rpki.$ta.example" away
rm -rf world/cache/store
status "its repository goes" 0 run --release "$ta" --output csv:gone.csv
status "lint" 0 "$cairn" slurm -c world/cairn.yaml good.json
check "it would remove less" sh -c "! cmp -s newest out"
status "lint on what was there" 0 "$cairn" slurm -c world/cairn.yaml \
	--at "$then" good.json
check "it would have" cmp newest out
status "lint long ago" 1 "$cairn" slurm -c world/cairn.yaml --at 1000 good.json
check "that is not kept" grep -q view.past err
status "lint at no time" 2 "$cairn" slurm -c world/cairn.yaml --at then good.json
mv away "world/repo/rpki.$ta.example"
status "its repository is back" 0 run --slurm good.json --output csv:after.csv

# What is wrong stops a run before it begins.
printf '{"slurmVersion": 1,\n "slurmVersion": 1}' >twice.json
status "a wrong file" 1 "$cairn" slurm -c world/cairn.yaml good.json twice.json
check "file, line, path" grep -q 'twice.json:2: slurmVersion: ' err
status "a run with it" 2 run --slurm twice.json --output csv:after.csv
check "says so too" grep -q 'twice.json:2: slurmVersion: ' err
check "outputs are as they were" grep -q slurm:good after.csv
# Two files about one prefix: the set is refused (RFC 8416 4.2).
status "two files that overlap" 1 "$cairn" slurm -c world/cairn.yaml \
	good.json known.json
check "both places are told" grep -q \
	"slurm.overlap: known.json:3: $prefix is what good.json:2 is about" err
provokes slurm.overlap
status "a run with them" 2 run --slurm good.json known.json \
	--output csv:after.csv
check "outputs are as they were, too" grep -q slurm:good after.csv
status "no file" 1 "$cairn" slurm nowhere.json
check "is told" grep -q 'nowhere.json: No such file' err
provokes slurm.file
truncate -s 1G huge.json
status "one of 1 GB" 1 "$cairn" slurm huge.json
check "is not read" grep -q 'limit.size: huge.json' err
status "not even one" 2 "$cairn" slurm
plan
