#!/bin/sh
# cairn compare on the demonstration: worlds, modes, past views, files, routes.
. "${top_srcdir:?}/tests/cli/tap.sh"
compare() {
	"$cairn" compare -c world/cairn.yaml "$@"
}

status "demonstration" 0 "$cairn" demo world
status "validate" 0 "$cairn" validate -c world/cairn.yaml -q \
	--output csv:vrps.csv json:vrps.json csvcompat:compat.csv \
	csvext:ext.csv jsonext:ext.json ndjson:all.ndjson ccr:all.ccr
status "the two worlds" 0 compare
check "with totals" grep -q '^agree  *both ' out
check "and why not by the other" grep -q '^Why not by the other' out
status "as JSON" 0 compare --json
check "it is JSON" sh -c 'python3 -m json.tool <out >/dev/null || ! command -v python3'
status "as CSV" 0 compare --csv
check "with its header" grep -q '^class,side,payload,rival,cause' out
status "as a page" 0 compare --html
check "a whole one" sh -c 'head -1 out | grep -q "<!doctype html>" && tail -1 out | grep -q "</html>"'
check "of when" grep -q ">As of 20..-.*Z<" out
check "causes in words" grep -q ">unclaimed: nobody holds" out
check "with pictures" grep -q '<svg' out
check "and nothing from elsewhere" sh -c '! grep -qE "(src|href)=|@import|url\(" out'

status "the view with itself" 0 compare --between view view --tolerance 0
# With what it says itself, in each format, of all that the format can say.
for file in vrps.csv compat.csv ext.csv vrps.json ext.json all.ndjson \
	all.ccr; do
	status "the view is $file" 0 compare --between view $file --tolerance 0
	status "$file is the view" 0 compare --between $file view --tolerance 0
	status "$file with itself" 0 compare --between $file $file \
		--tolerance 0
done
status "csv says VRPs alone" 0 compare --between view vrps.csv
check "and that is told" grep -qx 'of what both can say: VRPs' out
status "json says all" 0 compare --between view vrps.json --json
check "all kinds" sh -c "tr -d ' \n' <out | grep -q '\"kinds\":\[\"vrp\",\"aspa\",\"router-key\"\]'"
check "ASPAs among them" grep -q '"aspas": \[' vrps.json
status "csv says VRPs alone" 0 compare --between view vrps.csv --html
check "the page tells it" grep -qF 'Of what both can say: VRPs.' out
status "csv and ccr" 0 compare --between vrps.csv all.ccr --tolerance 0
sed '/"routerKeys"/,/^  \]/{/{/d}' vrps.json >keyless.json
status "router keys count" 1 compare --between keyless.json all.ccr \
	--tolerance 0
head -c 1000 all.ccr >cut.ccr
status "a cut ccr" 1 compare --between view cut.ccr
provokes der.truncated
status "two files, no cache" 0 "$cairn" compare --cache none \
	--between vrps.csv vrps.json --tolerance 0
status "legacy-only with union" 0 compare --between legacy-only union
status "union with itself" 0 compare --between union union --tolerance 0
sed 2,4d vrps.csv >less.csv
status "three fewer" 1 compare --between vrps.csv less.csv --tolerance 2
status "are tolerated" 0 compare --between vrps.csv less.csv --tolerance 3
status "so is a share" 0 compare --between vrps.csv less.csv --tolerance 10%
status "not so a smaller one" 1 compare --between less.csv vrps.csv \
	--tolerance 1%
status "a past view" 0 compare --between view "$(date -u +%s)" --tolerance 0
status "before all" 1 compare --between view 2001-01-01T00:00:00Z
provokes view.past

# Each VRP as a route: valid by the list it is on.
sed 1d vrps.csv | grep -v '^AS0,' | sed -E 's/^(AS[0-9]+),([^,]*),.*/\2,\1/' >routes
status "routes" 0 compare --between vrps.csv less.csv --routes routes
check "all valid by the first" sh -c '! grep -qE "^  (invalid|not-found) *by vrps.csv" out'
check "three are not by the second" grep -q '^routes that differ' out
status "routes from a pipe" 0 sh -c '"$@" <routes' sh "$cairn" compare \
	-c world/cairn.yaml --routes -
echo junk >junk
status "what is no table" 1 compare --routes junk
provokes table.line
printf '\0\0\0\0\0\015\0\02\0\0\0\05abc' >cut.mrt
status "MRT cut short" 1 compare --routes cut.mrt
provokes table.mrt
status "no such file" 1 compare --routes none
status "a side that is nothing" 1 compare --between view none
status "one side" 2 compare --between view
status "three sides" 2 compare --between view view view
status "a tolerance that is none" 2 compare --tolerance many
# The configuration's policy: rules and exceptions with it.
cp world/cairn.yaml world/wish.yaml
cat >>world/wish.yaml <<-'end'
	policy: {rules: [{asns: [65000], action: reject}]}
	slurm: [none.json]
end
echo '{"slurmVersion": 1, "validationOutputFilters": {"prefixFilters":
	[{"asn": 65001}], "bgpsecFilters": []}, "locallyAddedAssertions":
	{"prefixAssertions": [{"asn": 64512, "prefix": "240.0.0.0/8"}],
	"bgpsecAssertions": []}}' >world/none.json
wish() {
	"$cairn" compare -c world/wish.yaml "$@"
}
status "the view as it would be configured now" 0 wish --between view policy \
	--csv
check "a rule takes away" grep -q ' AS65000".*"policy","rule"' out
check "a filter takes away" grep -q ' AS65001".*"policy","slurm"' out
check "an assertion adds" grep -q '"policy","240.0.0.0/8 AS64512"' out
check "nothing else" [ "$(sed 1d out | grep -v '^agree' |
	grep -cvE ' AS(65000|65001|64512)[":]')" -eq 0 ]
status "as configured before" 0 compare --between view policy --tolerance 0
status "a mode leaves the rules" 0 wish --between policy legacy-first \
	--tolerance 0
status "validate with the wish" 0 "$cairn" validate -c world/wish.yaml -q \
	--offline --output csv:wish.csv
status "is what was foretold" 0 wish --between wish.csv policy --tolerance 0
status "and what is heard now" 0 wish --between view policy --tolerance 0
status "validate without" 0 "$cairn" validate -c world/cairn.yaml -q --offline
echo 'policy: {mode: union, rules: [{asns: [65000], action: reject}]}' >p.yaml
status "a file of policy" 0 compare --between view p.yaml --csv
check "its rule" grep -q ' AS65000".*"policy","rule"' out
status "in text" 0 compare --between view p.yaml
check "which rule" grep -q ' AS65000; policy (rule 1)$' out
status "in JSON" 0 compare --between view p.yaml --json
check "which rule" grep -q '"rule": 1' out
echo 'policy: {mode: onion}' >wrong.yaml
status "a wrong one" 2 compare --between view wrong.yaml
provokes conf.value
# What another validator lists was never here, and so is not gone.
sed 's/^\(AS[0-9]*\),[^,]*,[0-9]*,/\1,198.19.0.0\/16,16,/;2q' vrps.csv >alien.csv
status "a list of strange things" 0 compare --between alien.csv view --csv
check "nobody has that space" grep -q \
	'^only,"alien.csv","198.19.0.0/16 .*","","uncertified"' out

# Two times: what is only in the earlier one went, what is only in the later
# one came, whichever is named first; of the past no more is said than is kept.
time=$(date +%s)
publish() { # MINUTES ROAS: and when that was published
	cat >small.txt <<-end
		ta one { host one.example module one
		resources 10.0.0.0/8 AS64500
		ca holder { resources 10.0.0.0/12 AS64500 reissued $1
		$2 } }
	end
	rm -rf small/repo
	"$cairn" demo small --world small.txt --at "$time" --quiet
	"$cairn" validate -c small/cairn.yaml -q
	"$cairn" why -c small/cairn.yaml 10.0.0.0/8 --json |
		sed -n 's/^ *"published_at": "\(.*\)",*$/\1/p' | head -n 1
}
roa() { # N WHAT...
	echo "roa r$1 { as 64500 prefix 10.0.$1.0/24 $2 }"
}
one=$(publish 0 "$(roa 1) $(roa 2) $(roa 3)")
two=$(publish 1 "$(roa 1) $(roa 2 'fault file.withdrawn') $(roa 3) $(roa 4)")
three=$(publish 2 "$(roa 1) $(roa 3 'prefix 10.0.6.0/24') $(roa 4) $(roa 5)")
check "three times" [ -n "$one" -a -n "$two" -a -n "$three" ]
why() { # A B: what each says alone, and why not the other
	"$cairn" compare -c small/cairn.yaml --between "$1" "$2" --csv |
		awk -F '","|,"' -v a="$1" '!/^agree|^class/ {
			print ($2 == a ? "a " : "b ") $3 " " $5 }' >"$3"
}
said() { # WHAT...: on lines
	printf '10.0.%s\n' "$@" | sort
}
why "$one" view a-b
why view "$one" b-a
said "2.0/24 AS64500 gone" "4.0/24 AS64500 published" \
	"5.0/24 AS64500 published" "6.0/24 AS64500 replaced" >wanted
for way in a-b b-a; do
	check "then and now, $way" sh -c "cut -c 3- $way | sort | cmp - wanted"
done
check "what went was said then" grep -q '^a 10.0.2.0/24' a-b
check "also the other way round" grep -q '^b 10.0.2.0/24' b-a
why "$one" "$two" a-b
why "$two" "$one" b-a
said "2.0/24 AS64500 unknown" "4.0/24 AS64500 published" >wanted
for way in a-b b-a; do
	check "two times, $way" sh -c "cut -c 3- $way | sort | cmp - wanted"
done
why "$three" "$three" same
check "a time and itself" sh -c '! [ -s same ]'
at() { # TIME SIDE SIDE
	time=$1
	shift
	"$cairn" compare -c small/cairn.yaml --at "$time" --between "$@"
}
status "the worlds of then" 0 at "$one" view legacy --tolerance 0 --csv
check "all three" [ "$(grep -c ^agree out)" -eq 3 ]
status "and of now" 0 at "$three" view legacy --tolerance 0 --csv
check "five" [ "$(grep -c ^agree out)" -eq 5 ]
status "what the ledger did not say then" 0 at "$one" legacy ledger --csv
check "nobody knows why" [ "$(grep -c '^only,"legacy",.*,"","unknown"' out)" -eq 3 ]
status "no policy of then" 2 at "$one" view union
status "but of now" 0 at "$three" view union
status "long before" 1 at 1000 legacy ledger
status "at no time" 2 at then legacy ledger
status "no view" 1 "$cairn" compare --cache none
provokes view.missing
plan
