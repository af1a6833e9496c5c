#!/bin/sh
# The two worlds of the demonstration side by side: what compare says of each
# payload, against the designed class and cause; every mode of policy, against
# its ground truth. Neither is derived from what the program does: classes are
# from truth/compare.csv, causes from the table designed.csv beside this file,
# modes from the truth of both worlds and the few exceptions named here.
. "${top_srcdir:?}/tests/cli/tap.sh"

status "demonstration" 0 "$cairn" demo world
status "validate" 0 "$cairn" validate -c world/cairn.yaml -q

# ---- compare ----------------------------------------------------------------
status "compare" 0 "$cairn" compare -c world/cairn.yaml --csv
sed 1d out | grep -v '^agree' | cut -d, -f1-5 | tr -d '"' |
	LC_ALL=C sort >differ
grep -v '^#' "$source/tests/world/designed.csv" | LC_ALL=C sort >designed
check "each difference has the designed cause" diff designed differ

# The same VRPs as the description of the world says, in the same classes.
# Its classes: agreement, {legacy,ledger}-only, conflict-{as,maxlen}, and what
# of the ledger is contested or young.
awk -F, 'NR > 1 {
	class = $1
	sub(/^agreement$/, "agree", class)
	sub(/^(legacy|ledger)-only$/, "only", class)
	sub(/^conflict-.*/, "conflict", class)
	split($4, p, "/")
	text = $4 ($5 > p[2] ? "-" $5 : "") " " $3
	# What the ledger does not emit yet is not said by it.
	if (class == "contested" || class == "young") {
		if ($2 == "ledger")
			next
		class = "unsettled"
	}
	print class "," $2 "," text
}' world/truth/compare.csv | LC_ALL=C sort >truth
sed 1d out | cut -d, -f1-3 | tr -d '"' | grep -vE ',(ASPA|router key)' |
	sed 's/^agree,[a-z]*,/agree,both,/' | LC_ALL=C sort >compared
check "each VRP is in its designed class" diff truth compared
check "all classes are there" [ "$(cut -d, -f1 compared | uniq | wc -l)" -eq 4 ]

# Exchanged sides say the same.
status "the other way round" 0 "$cairn" compare -c world/cairn.yaml --csv \
	--between ledger legacy
sed 1d out | grep -v '^agree' | cut -d, -f1-5 | tr -d '"' |
	LC_ALL=C sort >exchanged
check "the same differences" diff differ exchanged

# ---- modes ------------------------------------------------------------------
sed 1d world/truth/vrps.csv | cut -d, -f1-3 | LC_ALL=C sort -u >legacy
emitted() { # LEVEL: what the ledger emits of that level and above
	awk -F, -v least="$1" '$1 == "roa" && $8 >= least {
		print "AS" $2 "," $3 "," $4 }' world/truth/ledger.csv |
		LC_ALL=C sort -u
}
# A claim on a member's space that the member knows nothing of.
squat="AS666,192.168.56.0/24,24"
# Half of it is contested; the other half is charlie-isp's in the ledger, which
# has not authorized it there.
contested="AS65102,192.168.32.0/20,20"
truth_of() { # MODE
	case $1 in
	legacy-only) cat legacy ;;
	ledger-only) cat ledger ;;
	union) LC_ALL=C sort -u legacy ledger ;;
	agreement) LC_ALL=C comm -12 legacy ledger ;;
	legacy-first) LC_ALL=C sort -u legacy ledger | grep -vx "$squat" ;;
	ledger-first) LC_ALL=C sort -u legacy ledger | grep -vx "$contested" ;;
	esac
}
for level in attested self-asserted; do
	case $level in
	attested) emitted 1 >ledger ;;
	self-asserted) emitted 0 >ledger ;;
	esac
	for mode in legacy-only ledger-only legacy-first ledger-first union \
		agreement; do
		cp world/cairn.yaml world/mode.yaml
		printf 'policy: {mode: %s, ledger: {minimum-level: %s}}\n' \
			$mode $level >>world/mode.yaml
		status "$mode, $level" 0 "$cairn" validate -c world/mode.yaml \
			-q --offline --output csv:mode.csv
		sed 1d mode.csv | cut -d, -f1-3 | LC_ALL=C sort -u >said
		truth_of $mode | LC_ALL=C sort >wanted
		check "is its ground truth, of $(wc -l <wanted) VRPs" \
			diff wanted said
	done
done
# Without ledgers at all legacy-only is the same to the byte.
sed -i 's/mode: .*/mode: legacy-only}/' world/mode.yaml
sed '/^ledgers:/,/sources:/d' world/cairn.yaml >world/none.yaml
at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
for file in mode none; do
	status "$file at one time" 0 "$cairn" validate -c world/$file.yaml -q \
		--offline --at "$at" --output csv:$file.csv json:$file.json \
		jsonext:$file.jsonext slurm2:$file.slurm
done
for format in csv json jsonext slurm; do
	check "$format is the same without ledgers" cmp mode.$format none.$format
done
check "the exceptions are real" sh -c \
	'grep -qx "$1" legacy && grep -qx "$2" ledger' sh "$contested" "$squat"

# ---- names -----------------------------------------------------------------
# A holder may have several, and a rule may say any of them.
status "another name" 0 "$cairn" holder name canary-two \
	--as world/holders/canary -o two
status "the log takes it" 0 "$cairn" ledger append world/ledger \
	--log-key world/ledger.key two
sed -i 's/quorum: [0-9]*/quorum: 0/' world/cairn.yaml
by_name() { # NAME: how many VRPs a rule about it takes away
	cp world/cairn.yaml world/name.yaml
	printf 'policy: {mode: union, rules: [%s]}\n' \
		"{holders: [$1], action: reject}" >>world/name.yaml
	"$cairn" validate -c world/name.yaml -q --json \
		--output csv:name.csv >name.json &&
		tr -d ' \n' <name.json | sed -n 's/.*"rule":\([0-9]*\).*/\1/p'
}
first=$(by_name canary-net)
check "the first name" [ "${first:-0}" -gt 0 ]
check "the second does the same" [ "$(by_name canary-two)" = "$first" ]
check "no other does" [ "$(by_name canary)" = 0 ]

# And services in several regions. (The witnesses are asleep.)
sed -i 's/^quorum .*/quorum 0/' world/ledger.keys
status "two regions" 0 "$cairn" holder service \
	mirror@XA=https://one.example/ mirror@XB=https://two.example/ \
	--as world/holders/canary -o regions
status "the log takes them" 0 "$cairn" ledger append world/ledger \
	--log-key world/ledger.key regions
by_region() { # NAME: how many VRPs a rule about it takes away
	cp world/cairn.yaml world/region.yaml
	printf 'policy: {mode: union, rules: [%s]}\n' \
		"{regions: [$1], action: reject}" >>world/region.yaml
	"$cairn" validate -c world/region.yaml -q --json \
		--output csv:region.csv >region.json &&
		tr -d ' \n' <region.json | sed -n 's/.*"rule":\([0-9]*\).*/\1/p'
}
check "the first region" [ "$(by_region XA)" = "$first" ]
check "the second does the same" [ "$(by_region XB)" = "$first" ]
plan
