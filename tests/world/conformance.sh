#!/bin/sh
# doc/conformance.md against the fixtures it names: each is there, each fault
# has the outcome the table gives it, and no row and no fault is left out. TAP.
set -eu
cd "${top_srcdir:-$(dirname "$0")/../..}"
doc=doc/conformance.md faults=src/world/fault.def
rows='TAL1 TAL2 TAL3 TAL4 RS1 RS2 RS3 RS4 RS5 RS6 RS7 RS8 HT1 HT2 HT3 HT4 HT5
HT6 HT8 HT9 HT10 HT11 RR1 RR3 RR4 RR5 RR7 RR8 RR9 RR11 RR12 RR13 RR14 RR15
RR16 DE1 DE2 DE3 DE4 CM1
CM2 CM3 CM5 X1 X2 X4 X7 X8 X9 X10 X11 TR1 TR3 TR4 TR5 MF1 MF2 MF3 MF5 MF6 CR1
CR2 RO1 RO2 RO3 RO4 AS1 SL1 SL2 TK1 JU1 LE1 LE3 LE4 LE5 LE7 LE8 LE10 LE12 LE14
RT1 RT3 RT5 AP1 AP2 AP3 CF1
LO1 LO3 LO4 LO5 LO6 LO7 LO8 LO9'
n=0
result() { # name, what is wrong
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		printf '%s\n' "$2" | sed 's/^/# /'
		echo "not ok $n - $1"
	fi
}
# row, a tab, fixture, a tab, outcome: a line for each fixture.
fixtures() {
	awk -F ' [|] ' '/^[|] [A-Z]+[0-9]+ [|]/ {
		sub(/^[|] /, "", $1); sub(/ [|]$/, "", $4)
		k = split($3, part, "`")
		if (k < 3)
			print $1 "\t\t" $4
		for (i = 2; i < k; i += 2)
			print $1 "\t" part[i] "\t" $4
	}' "$doc"
}
tab=$(printf '\t')

echo 1..4
result "every row of the catalogue is there" "$(for row in $rows; do
	grep -q "^| $row |" "$doc" || echo "$row"
done)"
result "every fixture is there" "$(fixtures | while IFS="$tab" read -r row what out; do
	case $what in
	'fault '*) grep -qF "F(\"${what#fault }\"," "$faults" || echo "$row: $what" ;;
	*': '*) grep -qF -- "${what#*: }" "${what%%: *}" || echo "$row: $what" ;;
	*) echo "$row: no fixture" ;;
	esac
done 2>&1)"
result "every fault has the outcome of its line" "$(fixtures | awk -F "$tab" '
	NR == FNR {
		if (match($0, /, (OBJECT|POINT|TRUST_ANCHOR|WARNING), "[^"]*"\)$/)) {
			split($0, part, "\"")
			effect = substr($0, RSTART + 2)
			sub(/,.*/, "", effect)
			is["fault " part[2]] = effect
		}
		next
	}
	!($2 in is) { next }
	is[$2] == "OBJECT" && $3 ~ /^O/ { next }
	is[$2] == "POINT" && $3 ~ /^P/ { next }
	is[$2] == "WARNING" && $3 ~ /^W/ { next }
	is[$2] == "TRUST_ANCHOR" && $3 ~ /^(R|TA rejected)/ { next }
	{ print $1 ": " $2 ": " is[$2] ", not " $3 }' "$faults" -)"
result "no fault is left out" "$(sed -n 's/^F("\([^"]*\)".*/\1/p' "$faults" |
	while read -r name; do
		grep -q "[\`]fault $name[\`]\|: $name:" "$doc" || echo "$name"
	done)"
