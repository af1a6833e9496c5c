#!/bin/sh
# The manual says what the program takes, and generated texts are current.
. "${top_srcdir:?}/tests/cli/tap.sh"
man=$source/doc/man

if command -v mandoc >/dev/null; then
	for page in "$man"/*.[15]; do
		check "mandoc: $(basename "$page")" mandoc -T lint -W warning \
			"$page"
	done
fi
for page in "$man"/*.[15]; do
	for section in "EXIT STATUS" FILES "SECURITY CONSIDERATIONS" \
		STANDARDS; do
		check "$(basename "$page"): $section" \
			grep -qx "\.Sh $section" "$page"
	done
done

for command in validate show demo; do
	"$cairn" help $command >help
	for option in $(sed -nE 's/^  (-[a-z],|   ) --([a-z-]+).*/\2/p' help); do
		check "$command: --$option is in its manual" grep -qE \
			"^\.It (Fl [a-z] , )?Fl -$option( |\$)" \
			"$man/cairn-$command.1"
	done
	grep -oE '^\.It (Fl [a-z] , )?Fl -[a-z-]+' "$man/cairn-$command.1" |
		sed 's/.*-\{1\}Fl -//; s/.*Fl -//' >told
	while read -r option; do
		check "$command: --$option of the manual exists" grep -q -- \
			"--$option" help
	done <told
done

# Every key and limit: the rows of the tables.
table=$source/src/conf/table.c
for key in $(sed -nE 's/.*\.key = "([a-z-]+)".*/\1/p' "$table"); do
	check "key $key is in the manual" grep -qE "^\.It Cm $key :" \
		"$man/cairn.yaml.5"
	check "key $key is in the example" grep -qE "^$key:" \
		"$source/etc/cairn.yaml"
done
for key in $(sed -nE 's/.*LATER\("([a-z-]+)".*/\1/p' "$table"); do
	check "key $key is told of" grep -qE "^\.Cm $key( ,)?\$" \
		"$man/cairn.yaml.5"
done
awk -F'"' '/^L\(/ { split($1, p, /, */); print $4, p[2] }' \
	"$source/src/base/limits.def" >limits
while read -r key value; do
	check "limit $key, $value" awk -v key="$key" -v value="$value" '
		$1 == ".It" && $3 == key { found = 1; next }
		found && $1 == ".Pq" { exit $3 == value ? 0 : 1 }
		END { if (!found) exit 1 }' "$man/cairn.yaml.5"
done <limits

check "gen-docs" "$source/contrib/gen-docs" "$folder"
for text in reasons limits; do
	check "doc/$text.md is current: run contrib/gen-docs" \
		cmp "$text.md" "$source/doc/$text.md"
done
plan
