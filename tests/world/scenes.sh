#!/bin/sh
# Scenes for the whole program: what needs more than one run, a budget, or the
# walk over many points. Each begins with a description, and ends with what
# the outputs say. TAP.
set -u
src=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
cairn=${top_builddir:-$src}/cairn
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0
T=$(date +%s) # only a run at the present time leaves anything for the next

canary='ca canary { resources 10.1.0.0/16 AS64499
	roa v4 { as 64499 prefix 10.1.0.0/20 maxlen 24 } }'
alpha='ta alpha { host rpki.alpha.example module alpha
	resources 10.0.0.0/8 AS64496-AS64511'
broken='ca broken { resources 10.2.0.0/16 AS64500
	roa one { as 64500 prefix 10.2.0.0/20 }'

ok() { # what, status: one more line
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $n - $1"
	else
		sed 's/^/# /' "$dir/said" 2>/dev/null | head -20
		echo "not ok $n - $1"
	fi
}

make() { # time, description: writes $dir/w, keeping its cache
	printf '%s\n' "$2" >"$dir/world"
	rm -rf "$dir/w/repo" "$dir/w/tals" "$dir/w/truth"
	"$cairn" demo "$dir/w" --world "$dir/world" --at "$1" --seed 7 \
		--quiet >"$dir/said" 2>&1
}

fresh() { rm -rf "$dir/w"; }

judge() { # options...: writes $dir/csv and $dir/found
	rm -f "$dir/csv" "$dir/findings"
	"$cairn" validate -c "$dir/w/cairn.yaml" --quiet \
		--output "csv:$dir/csv" --findings "$dir/findings" "$@" \
		>"$dir/said" 2>&1 || return 1
	sed -n 's/.*"reason": *"\([^"]*\)".*"object": *"\([^"]*\)".*"effect": *"\([^"]*\)".*/\2,\1,\3/p' \
		"$dir/findings" | LC_ALL=C sort >"$dir/found"
	[ -z "${CAIRN_PROVOKED:-}" ] ||
		cut -d, -f2 "$dir/found" >>"$CAIRN_PROVOKED/scenes"
	cat "$dir/found" "$dir/csv" >"$dir/said"
}

# Are VRPs and findings the truth beside the world?
is_truth() {
	sed 1d "$dir/w/truth/findings.csv" | LC_ALL=C sort |
		cmp -s - "$dir/found" && cmp -s "$dir/csv" "$dir/w/truth/view.csv"
}
vrps() { sed 1d "$dir/csv" | grep -c .; }
has_canary() { grep -qx 'AS64499,10.1.0.0/20,24,alpha' "$dir/csv"; }
found() { grep -q ",$1," "$dir/found"; }

echo 1..27

# 1-4: the demonstration
"$cairn" demo "$dir/w" --at $T --quiet >"$dir/said" 2>&1 &&
	judge && is_truth
ok "the demonstration: VRPs and findings are the truth to the byte" $?
cp "$dir/csv" "$dir/first"
judge --no-memo --jobs 1 --offline && cmp -s "$dir/csv" "$dir/first"
ok "the same from the cache alone" $?
"$cairn" demo "$dir/again" --at $T --quiet >"$dir/said" 2>&1 &&
	diff -r "$dir/again/repo" "$dir/w/repo" >"$dir/said" 2>&1
ok "the same time and seed give the same bytes" $?
"$cairn" demo "$dir/other" --at $T --seed 1 --quiet >"$dir/said" 2>&1 &&
	! diff -rq "$dir/other/tals" "$dir/again/tals" >/dev/null
ok "another seed gives other keys" $?

# 5-9: RFC 9286 6, RFC 9981: what was once good
make_old() { fresh && make $T "$alpha $canary $broken } }" && judge; }
make_old && make $((T - 3600)) "$alpha $canary $broken } }" && judge &&
	found manifest.replay && [ "$(vrps)" -eq 2 ]
ok "an old manifest once more: the last good one stays in force" $?
make_old && make $((T + 60)) "$alpha $canary $broken fault manifest.number-1 } }" &&
	judge && found manifest.number && [ "$(vrps)" -eq 2 ]
ok "a lower number, newer: the last good one stays in force" $?
make_old && make $((T - 3600)) "$alpha $canary $broken fault manifest.number-max } }" &&
	judge && found manifest.time && [ "$(vrps)" -eq 2 ]
ok "a higher number, older: the last good one stays in force" $?
make_old && make $((T + 60)) "$alpha $canary $broken roa two { as 64500
	prefix 10.2.16.0/20 fault file.missing } } }" &&
	judge && found point.missing && [ "$(vrps)" -eq 2 ]
ok "a file is withheld: the last good point stays in force" $?
judge --at $((T + 8 * 86400)) --offline; [ ! -s "$dir/csv" ] || [ "$(vrps)" -eq 0 ]
ok "but not beyond its time" $?

# 10-11: RFC 9981: the last number there is
fresh
make $T "$alpha $canary $broken fault manifest.number-max } }" && judge &&
	make $((T + 60)) "$alpha $canary $broken } }" && judge &&
	found manifest.number && [ "$(vrps)" -eq 2 ]
ok "after the largest number no other is larger" $?
make $((T + 120)) "$alpha $canary $broken manifest fresh roa two { as 64500
	prefix 10.2.16.0/20 } } }" &&
	judge && is_truth && [ "$(vrps)" -eq 3 ]
ok "a manifest of another name starts anew" $?

# 12-14: the shape of the tree
fresh
make $T "$alpha $canary $broken copy loop { of broken resources 10.2.0.0/16
	AS64500 } copy up { of alpha resources 10.2.0.0/16 AS64500 } } }" &&
	judge && has_canary && [ "$(vrps)" -eq 2 ] && found tree.loop
ok "loops: to oneself and to the trust anchor" $?
fresh
deep=$(awk 'BEGIN { for (i = 1; i <= 40; i++)
	printf "ca d%d { resources inherit roa r { as 64500 prefix 10.2.%d.0/24 }\n", i, i
	for (i = 1; i <= 40; i++) printf "}" }')
make $T "$alpha $canary $deep }" && judge && has_canary &&
	found tree.depth && [ "$(vrps)" -ge 31 ] && [ "$(vrps)" -le 34 ]
ok "40 deep: what is within 32 holds" $?
fresh
pairs=$(awk 'BEGIN { for (i = 1; i <= 31; i++)
	printf "ca p%d { resources inherit roa r { as 64500 prefix 10.2.%d.0/24 }\n", i, i
	for (i = 31; i >= 2; i--) printf "} copy again%d { of p%d resources inherit }\n", i, i
	print "}" }')
make $T "$alpha $canary $pairs }" && timeout 60 true && judge &&
	has_canary && [ "$(vrps)" -eq 32 ]
ok "two certificates at each of 31 levels: each point once" $?

# 15: hostile.md finding 7
fresh
make $T "$alpha copy athief { of canary resources 10.3.0.0/16 }
	ca long { resources inherit ca longer { resources inherit $canary } } }" &&
	judge && has_canary && is_truth
ok "a thief of key and place, by a shorter path, changes nothing" $?

# 16-18: what runs leave
fresh
make $T "$alpha $canary $broken } }" && judge &&
	make $((T + 60)) "$alpha $canary ca broken { resources 10.2.0.0/16 AS64500
	fault file.revoked roa one { as 64500 prefix 10.2.0.0/20 } } }" &&
	judge && found path.revoked && [ "$(vrps)" -eq 1 ] && has_canary
ok "a CA is revoked: gone at once, the others stay" $?
fresh
make $T "$alpha $canary } ta bravo { host rpki.bravo.example module bravo
	resources 192.0.2.0/24 AS64497 fault ta.key }" && judge && has_canary &&
	[ "$(vrps)" -eq 1 ] && found ta.key
ok "a trust anchor with another key: the others run" $?
! "$cairn" validate -c "$dir/w/cairn.yaml" --at $T --quiet --strict \
	>"$dir/said" 2>&1
ok "--strict says so" $?

# 19-23: budgets. The canary comes first in the fixed order of blame.
limited() { # limits: into the configuration just made
	printf 'limits: {%s}\n' "$1" >>"$dir/w/cairn.yaml"
}
hosts=$(awk 'BEGIN { for (i = 1; i <= 6; i++)
	printf "ca h%d { resources 10.2.%d.0/24 AS64500 host h%d.example module h%d roa r { as 64500 prefix 10.2.%d.0/24 } }\n", i, i, i, i, i }')
budget() { # limits, reason
	fresh
	make "$T" "$alpha $canary ca greedy { resources inherit $hosts } }" &&
		limited "$1" && judge && found "$2" && has_canary
	ok "$1: the canary stays" $?
}
budget 'ta-cas: 4' tree.cas
budget 'ta-objects: 20, manifest-files: 8' tree.objects
budget 'ta-repositories: 3' tree.repositories
budget 'ca-repositories: 3' tree.child-repositories
budget 'depth-max: 1' tree.depth

# 24-27: what is not there
fresh
make "$T" "$alpha $canary $broken fault manifest.missing } }" && judge &&
	found point.no-manifest && has_canary && [ "$(vrps)" -eq 1 ]
ok "no manifest: the point is empty, the others stay" $?
bravo='ta bravo { host rpki.bravo.example module bravo resources 192.0.2.0/24 }'
make "$T" "$alpha $canary } $bravo" && judge --offline && has_canary &&
	found ta.fetch
ok "a trust anchor never seen, without network" $?
mkdir "$dir/w/tals/charlie.tal" && judge --offline && has_canary &&
	found ta.file
ok "a locator that is a folder" $?
rm -rf "$dir/w/tals"
! judge >/dev/null 2>&1 && [ ! -e "$dir/csv" ]
ok "no locators: nothing is written" $?
