#!/bin/sh
# The manual says what the program takes, and generated texts are current.
. "${top_srcdir:?}/tests/cli/tap.sh"
man=$source/doc/man

if command -v mandoc >/dev/null; then
	for page in "$man"/*.[135]; do
		check "mandoc: $(basename "$page")" mandoc -T lint -W warning \
			"$page"
	done
fi
for page in "$man"/*.[135]; do
	for section in "EXIT STATUS" FILES "SECURITY CONSIDERATIONS" \
		STANDARDS; do
		check "$(basename "$page"): $section" \
			grep -qx "\.Sh $section" "$page"
	done
done

# Every command, job and option is in its manual, and no other.
"$cairn" --complete >commands
check "commands are listed" [ "$(wc -l <commands)" -ge 6 ]
check "help: 80 columns" [ "$("$cairn" help | wc -L)" -le 80 ]
while read -r command; do
	[ "$command" != help ] || continue
	page=$man/cairn-$command.1
	check "$command has a manual" [ -e "$page" ]
	check "$command is in cairn(1)" grep -qx "\.It Cm $command" \
		"$man/cairn.1"
	"$cairn" help "$command" >help
	"$cairn" --complete "$command" | grep -v '^--' >jobs
	"$cairn" --complete "$command" | grep '^--' >options
	while read -r job; do
		check "$command: $job is in its manual" \
			grep -qE "^\.(It Cm|Nm cairn Cm $command) $job( |\$)" "$page"
		"$cairn" --complete "$command" "$job" | grep '^--' >>options
		"$cairn" help "$command" "$job" >>help
	done <jobs
	check "help $command: 80 columns" [ "$(wc -L <help)" -le 80 ]
	sort -u options | sed 's/^--//' >has
	while read -r option; do
		check "$command: --$option is in its manual" grep -qE \
			"^\.It (Fl [a-zA-Z] , )?Fl -$option( |\$)" "$page"
	done <has
	sed -nE 's/^\.It (Fl [a-zA-Z] , )?Fl -([a-z0-9-]+).*/\2/p' "$page" | sort -u >told
	while read -r option; do
		check "$command: --$option of the manual exists" \
			grep -qx -- "$option" has
	done <told
done <commands

# Every format.
"$cairn" help validate | sed -n '/^FORMAT is one of$/,$s/^  \([a-z0-9]*\) .*/\1/p' \
	>formats
check "formats are listed" [ "$(wc -l <formats)" -ge 14 ]
while read -r format; do
	check "format $format is in the manual" grep -qx "\.It Cm $format" \
		"$man/cairn-validate.1"
done <formats

# Every key and limit: the rows of the tables.
table=$source/src/conf/table.c
for key in $(sed -nE 's/.*\.key = "([a-z-]+)".*/\1/p' "$table"); do
	check "key $key is in the manual" grep -qE "^\.It Cm $key :" \
		"$man/cairn.yaml.5"
	check "key $key is in the example" grep -qE "^$key:" \
		"$source/etc/cairn.yaml"
done
check "gen-docs" "$source/contrib/gen-docs" "$folder"
for text in reasons.md limits.md metrics.md man/cairn.yaml.5; do
	check "doc/$text is current: run contrib/gen-docs" \
		cmp "$text" "$source/doc/$text"
	check "doc/$text is not empty" grep -q . "$text"
done
check "a limit in the manual" grep -q '^\.It Cm depth-max : Ar certificates' \
	man/cairn.yaml.5
plan
