#!/bin/sh
# The hostile catalogue through the whole program: every named fault at once,
# each in a CA of its own, first met cold and then after a good run; then
# trust anchor locators, rsyncs and trees that no object is to blame for. In
# each case the canary's VRPs are, to the byte, what they are without it.
# doc/conformance.md names these cases. TAP.
set -u
src=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
cairn=${top_builddir:-$src}/cairn
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0
T=$(date +%s) # only a run at the present time leaves anything for the next

canary='ca canary { resources 10.1.0.0/16 2001:db8:1::/48 AS64499
	roa v4 { as 64499 prefix 10.1.0.0/20 maxlen 24 }
	roa v6 { as 64499 prefix 2001:db8:1::/48 } }'
alpha='ta alpha { host rpki.alpha.example module alpha
	resources 10.0.0.0/8 2001:db8::/32 AS64496-AS64511'
# What the cases break, in a repository of its own.
other='ca other { resources 10.2.0.0/16 AS64500 host other.example module other
	roa one { as 64500 prefix 10.2.0.0/20 }
	roa two { as 64500 prefix 10.2.16.0/20 } }'

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
	# What becomes of half a trust anchor that vanishes is another matter.
	printf 'policy: {hold: {for: 0}}\n' >>"$dir/w/cairn.yaml"
}

fresh() {
	rm -rf "$dir/w"
	T=$(date +%s)
}

judge() { # options...: writes $dir/csv and $dir/found
	rm -f "$dir/csv" "$dir/findings"
	"$cairn" validate -c "$dir/w/cairn.yaml" --quiet \
		--output "csv:$dir/csv" --findings "$dir/findings" "$@" \
		>"$dir/said" 2>&1 || return 1
	sed -n 's/.*"reason": *"\([^"]*\)".*"object": *"\([^"]*\)".*"effect": *"\([^"]*\)".*/\2,\1,\3/p' \
		"$dir/findings" | LC_ALL=C sort >"$dir/found"
	[ -z "${CAIRN_PROVOKED:-}" ] ||
		cut -d, -f2 "$dir/found" >>"$CAIRN_PROVOKED/hostile"
	cat "$dir/found" "$dir/csv" >"$dir/said"
}

found() { grep -q ",$1," "$dir/found"; }
# The canary's lines, as in the run where nothing was wrong.
has_canary() {
	grep '^AS64499,' "$dir/csv" | cmp -s - "$dir/canary"
}
# All lines of the others: how many?
others() { [ "$(sed 1d "$dir/csv" | grep -vc '^AS64499,')" -eq "$1" ]; }

echo 1..53

make $T "$alpha $canary }" && judge && grep '^AS64499,' "$dir/csv" \
	>"$dir/canary" && [ "$(wc -l <"$dir/canary")" -eq 2 ] && others 0
ok "the canary alone" $?

# ---- every fault of fault.def ----------------------------------------------

# What may be said about each: with "fault" or without it.
faults() { # 1: with the faults; 0: the same world, sound
	awk -F '"' -v broken="$1" '
	/^F\(/ && $2 != "file.huge" { # see below
		name = $2; on = $6; i++
		asn = 100000 + i
		ca = name == "manifest.lists-itself" ? "broken" : "f" i
		f = broken ? "fault " name : ""
		roa = "as " asn " prefix 10.2.16.0/20"
		if (on == "ta") {
			tas = tas "ta t" i " { host t" i ".example module t" i \
			    " resources 192.0.2.0/24 AS64497 ca b" i \
			    " { resources inherit roa lost { as " asn \
			    " prefix 192.0.2.0/24 } } " f " }\n"
			next
		}
		printf "ca %s { resources 10.2.0.0/16 AS64500\n", ca
		printf "roa good { as %d prefix 10.2.0.0/20 }\n", asn
		if (on == "manifest" || on == "crl")
			print f
		else if (on == "any" || on == "signed" || on == "roa")
			print "roa bad { " roa " " f " }"
		else if (on == "aspa")
			print "aspa bad { customer 64500 providers 64496 64497 " f " }"
		else if (on == "router")
			print "router bad { as 64500 " f " }"
		else if (on == "prefix-list")
			print "prefix-list bad { as 64500 prefix 10.2.16.0/20 " f " }"
		else if (on == "ca")
			print "ca c" i " { resources 10.2.16.0/20 AS64500 roa lost { " \
			    roa " } " f " }"
		else
			print on " bad { " f " }"
		print "}"
	}
	END { print "}\n" tas }' "$src/src/world/fault.def"
}
is_truth() {
	sed 1d "$dir/w/truth/findings.csv" | LC_ALL=C sort >"$dir/want"
	cmp -s "$dir/want" "$dir/found" && cmp -s "$dir/csv" "$dir/w/truth/vrps.csv"
}

fresh
make $T "$alpha $canary $(faults 1)" && judge
ok "every fault at once, by the whole program" $?
is_truth || { diff "$dir/want" "$dir/found"; diff "$dir/w/truth/vrps.csv" "$dir/csv"; } \
	>"$dir/said" 2>&1
is_truth
ok "each is refused for its own reason, and what is beside it holds" $?
has_canary
ok "the canary is the same" $?
cp "$dir/csv" "$dir/cold"

# RFC 9286 6.6: where the fault fails a point or a trust anchor, what was good
# an hour ago stays in force; where it costs an object, that object is gone.
fresh
make $((T - 1800)) "$alpha $canary $(faults 0)" && judge && is_truth
ok "the same world without faults" $?
cp "$dir/csv" "$dir/sound"
make $T "$alpha $canary $(faults 1)" && judge
awk -F '"' '
	/^F\(/ && $2 != "file.huge" { i++; if ($0 ~ /, (POINT|TRUST_ANCHOR), "/) print "^AS" 100000 + i "," }
	' "$src/src/world/fault.def" >"$dir/kept"
{ cat "$dir/cold"; grep -f "$dir/kept" "$dir/sound"; } | LC_ALL=C sort -u >"$dir/want"
LC_ALL=C sort "$dir/csv" | diff "$dir/want" - >"$dir/said" 2>&1
ok "after a good run: last good points stay, bad objects go" $?
has_canary
ok "the canary is the same" $?

# A fetch leaves out what is larger than any object, so that its point fails.
fresh
make $T "$alpha $canary ca other { resources 10.2.0.0/16 AS64500
	roa one { as 64500 prefix 10.2.0.0/20 fault file.huge } } }" &&
	judge && found limit.size && found point.missing && others 0 && has_canary
ok "file.huge: not fetched, its point fails" $?

# ---- trust anchor locators: TAL1, TAL2 -------------------------------------

fresh
make $T "$alpha $canary } ta bravo { host rpki.bravo.example module bravo
	resources 192.0.2.0/24 AS64497 ca b { resources inherit roa r { as 64497
	prefix 192.0.2.0/24 } } }" && judge && others 1 && has_canary
ok "two trust anchors" $?
cp "$dir/w/tals/bravo.tal" "$dir/bravo"
uri=$(head -n 1 "$dir/bravo")
key=$(sed 1,2d "$dir/bravo")
tal() { # reason or "", what; the locator is in $dir/tal
	cp "$dir/tal" "$dir/w/tals/bravo.tal"
	rm -rf "$dir/w/cache"
	judge && has_canary &&
		if [ -z "$1" ]; then others 1; else found "$1" && others 0; fi
	ok "locator: $2" $?
}
tal_text() { # format, reason or "", what
	printf "$1" "$uri" "$key" >"$dir/tal"
	tal "$2" "$3"
}
tal_text '' tal.no-uri "empty"
tal_text '# a\n# b\n' tal.no-uri "only comments"
tal_text '%s\r\n\r\n%s\r\n' '' "CRLF, as RFC 8630 2.2 allows"
tal_text '\357\273\277%s\n\n%s\n' tal.text "byte order mark"
head -c 10000000 /dev/zero | tr '\0' a >"$dir/tal"
tal ta.file "a line of 10 MB"
tal_text '%s\n%s\n' uri.scheme "no empty line"
tal_text '%s\n\n!%s\n' tal.key "bad base64"
tal_text '%s\n\nMAA=\n' tal.key "base64 of no key"
tal_text 'rsync://h.example/m/../../etc/passwd\n%s\n\n%s\n' uri.path "path goes up"
tal_text 'file:///etc/passwd\n%s\n\n%s\n' uri.scheme "local file"
tal_text 'https://u:p@h.example/ta.cer\n%s\n\n%s\n' uri.syntax "user and password"
{ yes "$uri" | head -n 300; printf '\n%s\n' "$key"; } >"$dir/tal"
tal limit.items "300 URIs"

# ---- rsync: RS1 to RS8 -----------------------------------------------------

# The other's repository by a false rsync; the canary's from its folder.
false_rsync() { # script, limits
	printf '#!/bin/sh\n%s\n' "$1" >"$dir/rsync"
	chmod 700 "$dir/rsync"
	sed -i '/other\.example/d' "$dir/w/cairn.yaml"
	printf 'rsync-command: %s\nlimits: {%s}\n' "$dir/rsync" "$2" \
		>>"$dir/w/cairn.yaml"
}
rsync_cold() { # what, reason, script, limits
	fresh
	make $T "$alpha $canary $other }" && false_rsync "$3" "$4" &&
		judge && found "$2" && others 0 && has_canary
	ok "rsync $1: nothing from it, the canary stays" $?
}
soon='transfer-time: 1'
rsync_cold "drips" fetch.time 'while :; do echo 1; sleep 0.2; done' "$soon"
rsync_cold "hangs, deaf" fetch.time "trap '' TERM INT HUP; sleep 1000" "$soon"
rsync_cold "tells of files without end" fetch.files 'yes x' "$soon"
rsync_cold "sends an endless greeting" fetch.output \
	"tr '\\0' x </dev/zero" "$soon"
rsync_cold "is missing" fetch.start 'exit 127' "$soon"
rsync_cold "is killed" fetch.killed 'kill -9 $$' "$soon"
rsync_cold "brings more files than may be" fetch.files \
	'for i in $(seq 300); do : >$i; done' 'repository-files: 200'
rsync_cold "prints binary" fetch.exit \
	"printf '\\001\\377\\033[2J' >&2; yes | tr -d '\\n' | head -c 5000 >&2
	exit 1" "$soon"
! LC_ALL=C grep -q '[^ -~]' "$dir/findings" &&
	! grep -q '.\{1024\}' "$dir/findings"
ok "what it printed is a short line of plain text" $?
[ -z "$(pgrep -f "$dir/rsync")" ]
ok "no process is left" $?

fresh
make $T "$alpha $canary $other }" && judge && others 2 && cp "$dir/csv" "$dir/sound" &&
	false_rsync 'echo junk >other.mft; mkdir other; echo junk >other/other.mft
	exit 12' "$soon" && judge && found fetch.exit && cmp "$dir/csv" "$dir/sound"
ok "rsync dies in the middle: the old tree is intact" $?

folder=$dir/w/repo/other.example/other
in_folder() { # what, others, reason or "", script run where the other publishes
	fresh
	make $T "$alpha $canary $other }" && (
		cd "$(dirname "$(find "$folder" -name one.roa)")" && eval "$4"
	) && judge && others "$2" && has_canary &&
		{ [ -z "$3" ] || found "$3"; }
	ok "repository: $1" $?
}
in_folder "a link to a file" 0 point.missing 'ln -sf /etc/passwd one.roa'
in_folder "a link to the true file" 0 fetch.file \
	'mv one.roa ../../x; ln -s ../../x one.roa'
in_folder "a link to a device" 0 point.missing 'ln -sf /dev/zero one.roa'
in_folder "a fifo" 0 point.missing 'rm one.roa; mkfifo one.roa'
in_folder "a folder" 0 point.missing 'rm one.roa; mkdir one.roa'
in_folder "a hard link" 2 '' 'ln one.roa x.roa'
in_folder "setuid" 2 '' 'chmod 6755 one.roa'
in_folder "a folder that is a link" 0 point.no-manifest \
	'd=$PWD; mv "$d" "$d.away"; ln -s "$d.away" "$d"'
in_folder "200 folders deep" 2 fetch.depth \
	'mkdir -p $(yes d/ | head -n 200 | tr -d "\n")'
# RS7: a publisher in the middle of writing, and a moment later.
fresh
make $((T - 1800)) "$alpha $canary $other }" && judge && others 2 &&
	roa=$(find "$folder" -name one.roa) && cp "$roa" "$dir/old.roa" &&
	make $T "$alpha $canary ${other%\}} roa three { as 64500 prefix 10.2.32.0/20 } } }" &&
	cp "$roa" "$dir/new.roa" && cp "$dir/old.roa" "$roa" &&
	mkdir "$folder/.~tmp~" && cp "$dir/new.roa" "$folder/.~tmp~/one.roa" &&
	judge && found point.missing && others 2 && has_canary
ok "a new manifest and an old ROA: the last good point" $?
cp "$dir/new.roa" "$roa" && judge && others 3 && has_canary && [ ! -s "$dir/found" ]
ok "and when all is there, the new one" $?

# ---- manifests: MF3, MF6; noise: JU1 ---------------------------------------

fresh
one="$alpha $canary ca other { resources 10.2.0.0/16 AS64500 fault manifest.number-1
	roa one { as 64500 prefix 10.2.0.0/20 }"
make $T "$one } }" && judge && others 1 &&
	make $((T + 60)) "$one roa two { as 64500 prefix 10.2.16.0/20 } } }" &&
	judge && found manifest.reused-number && others 1 && has_canary
ok "the same number, saying something else: the last good point" $?

files() { # limit: the other's manifest has four files, none has more
	fresh
	make $T "$alpha $canary ${other%\}} roa three { as 64500
		prefix 10.2.32.0/20 } } }" &&
		printf 'limits: {manifest-files: %s}\n' "$1" >>"$dir/w/cairn.yaml" &&
		judge
}
files 4 && others 3 && has_canary && [ ! -s "$dir/found" ]
ok "as many files as may be on a manifest" $?
files 3 && found limit.items && others 0 && has_canary
ok "one more: nothing from it" $?

fresh
noise=$(yes 'this is noise, not DER. ' | head -n 20 | tr -d '\n')
make $T "$alpha $canary ca other { resources 10.2.0.0/16 AS64500
	roa one { as 64500 prefix 10.2.0.0/20 }
	$(for type in roa cer asa tak gbr spl sig xyz; do
		echo "file noise.$type { text \"$type: $noise\" }"
	done) file empty.roa { } } }" && judge && others 1 && has_canary &&
	[ "$(grep -c ',object$' "$dir/found")" -ge 8 ] &&
	! grep -q '\.xyz' "$dir/found"
ok "noise of every type: refused by itself, an unknown type ignored" $?

# ---- trees and payloads: TR3, RO3, RO4, AS1 --------------------------------

fresh
children=$(awk 'BEGIN { for (i = 1; i <= 200; i++)
	printf "ca d%d { resources 10.2.0.0/16 host d%d.other.example module d%d roa r { as 64500 prefix 10.2.0.0/20 } }\n", i, i, i }')
begun=$(date +%s)
make $T "$alpha $canary ca other { resources 10.2.0.0/16 AS64500 $children } }" &&
	false_rsync 'sleep 1000' 'transfer-time: 1, ca-repositories: 20' && judge &&
	found tree.child-repositories && found fetch.time && others 0 && has_canary &&
	[ $(($(date +%s) - begun)) -lt 60 ]
ok "200 children, each with a dead repository" $?

fresh
make $T "$alpha $canary ca other { resources 10.2.0.0/16 AS64500 roa many { as 64500
	$(awk 'BEGIN { for (i = 0; i < 65536; i++)
		printf "prefix 10.2.%d.%d/32\n", i / 256, i % 256 }') } } }" &&
	judge && others 65536 && has_canary && [ ! -s "$dir/found" ]
ok "a ROA of 65,536 addresses" $?

fresh
make $T "$alpha $canary ca other { resources 10.2.0.0/16 AS64500
	$(awk 'BEGIN { for (i = 0; i < 200; i++) {
		printf "roa r%d { as 64500\n", i
		for (k = 0; k < 500; k++) print "prefix 10.2.0.0/20"
		print "}" } }') } }" &&
	judge && others 1 && has_canary && [ ! -s "$dir/found" ]
ok "one VRP 100,000 times, in 200 ROAs: one line" $?

aspas() { # limit
	fresh
	make $T "$alpha $canary
		ca one { resources AS64500 aspa a { customer 64500 providers 64496 64497 } }
		ca two { resources AS64500-AS64501
			aspa a { customer 64500 providers 64498 64501 }
			aspa b { customer 64501 providers 64496 64497 64498 } } }" &&
		printf 'limits: {aspa-merged: %s}\n' "$1" >>"$dir/w/cairn.yaml" &&
		judge --output "json:$dir/json" && has_canary
}
aspas 4 && [ ! -s "$dir/found" ] && grep -q '"AS64500"' "$dir/json"
ok "ASPAs of one customer, as many providers as may be" $?
aspas 3 && found policy.aspa-providers && ! grep -q '"customer[^,]*64500' "$dir/json" &&
	grep -q '"customer[^,]*64501' "$dir/json"
ok "one more: the customer is dropped, the others stay" $?

# A locator that only names a place by https, of a host that is none: whatever
# this machine's resolver says of that.
fresh
make $T "$alpha $canary }" &&
	sed '1,/^$/d' "$dir/w/tals/alpha.tal" >"$dir/key" &&
	{ echo 'https://elsewhere.invalid/x.cer'; echo; cat "$dir/key"; } \
		>"$dir/w/tals/delta.tal" &&
	judge && grep -q 'fetch\.[a-z]*".*elsewhere.*trust-anchor' "$dir/findings" &&
	has_canary
ok "a locator of https alone: that trust anchor failed, others run" $?
