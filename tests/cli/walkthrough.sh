#!/bin/sh
# The walk-through of README.md, as it stands there: from nothing to a VRP, by
# one's own word and by a CA's.
. "${top_srcdir:?}/tests/cli/tap.sh"

mkdir bin && ln -s "$(cd "$(dirname "$cairn")" && pwd)/cairn" bin/cairn
PATH=$PWD/bin:$PATH
# Each block after the remark that says so, in a file of its own.
awk '/^<!-- tests\/cli\/walkthrough.sh runs this/ { n++; wait = 1; next }
	wait && /^```sh$/ { on = 1; wait = 0; next }
	/^```$/ { on = 0 }
	on { print >("walk." n) }' "$source/README.md"
check "two of them" [ "$(ls walk.* | tr '\n' ' ')" = "walk.1 walk.2 " ]
for i in 1 2; do
	commands=$(grep -cE '^(cairn|cat) ' walk.$i)
	check "walk $i: ten commands or fewer ($commands)" [ "$commands" -le 10 ]
	mkdir $i
	status "walk $i" 0 sh -ec "cd $i; . ../walk.$i"
	mv out out.$i
done
check "the VRP of walk 1" grep -qx 'AS64500,192.0.2.0/24,24,mine' out.1
check "and no other" [ "$(grep -c '^AS[0-9]' out.1)" = 1 ]
check "the VRP of walk 2" grep -qx 'AS65130,192.168.56.0/24,24,attested' out.2
check "beside those of the registries" \
	grep -qx 'AS65130,192.168.48.0/24,24,charlie' out.2
check "it is attested" sh -c 'cairn ledger emit 2/attested \
	--keys 2/attested.keys | grep -q "^roa,65130,192.168.56.0/24,24,.*,1,"'
plan
