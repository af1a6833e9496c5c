#!/bin/sh
# cairn compare on the demonstration: worlds, modes, past views, files, routes.
. "${top_srcdir:?}/tests/cli/tap.sh"
compare() {
	"$cairn" compare -c world/cairn.yaml "$@"
}

status "demonstration" 0 "$cairn" demo world
status "validate" 0 "$cairn" validate -c world/cairn.yaml -q \
	--output csv:vrps.csv json:vrps.json csvcompat:compat.csv
status "the two worlds" 0 compare
check "with totals" grep -q '^agree  *both ' out
check "and why not by the other" grep -q '^Why not by the other' out
status "as JSON" 0 compare --json
check "it is JSON" sh -c 'python3 -m json.tool <out >/dev/null || ! command -v python3'
status "as CSV" 0 compare --csv
check "with its header" grep -q '^class,side,payload,rival,cause' out
status "as a page" 0 compare --html
check "a whole one" sh -c 'head -1 out | grep -q "<!doctype html>" && tail -1 out | grep -q "</html>"'
check "with pictures" grep -q '<svg' out
check "and nothing from elsewhere" sh -c '! grep -qE "(src|href)=|@import|url\(" out'

status "the view with itself" 0 compare --between view view --tolerance 0
for file in vrps.csv vrps.json compat.csv; do
	status "the view with $file" 0 compare --between view $file --json
	check "its VRPs are the same" [ "$(grep -c '"kind": "vrp"' out)" -eq 0 ]
	status "a file with itself" 0 compare --between $file $file \
		--tolerance 0
done
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
status "no view" 1 "$cairn" compare --cache none
provokes view.missing
plan
