#!/bin/sh
# Usage: what is wrong is said in a line or two, and exits with 2.
. "${top_srcdir:?}/tests/cli/tap.sh"

status "nothing said" 2 "$cairn"
check "commands are listed" grep -q '^  validate ' err
status "unknown command" 2 "$cairn" valdiate
check "the nearest is told" grep -q 'did you mean "validate"' err
status "version" 0 "$cairn" --version
check "name and number" grep -qE '^cairn [0-9]+\.[0-9]+\.[0-9]+$' out
status "help" 0 "$cairn" help
for command in validate show doctor demo help; do
	status "help $command" 0 "$cairn" help $command
	check "usage of $command" grep -q "^usage: cairn $command" out
	cp out help
	status "$command --help" 0 "$cairn" $command --help
	check "the same by --help" cmp out help
done
status "help of nothing known" 2 "$cairn" help xyzzy
status "control characters are not echoed" 2 "$cairn" "$(printf 'a\033[31m')"
check "but escaped" grep -q 'x1[bB]' err

# One line each: what was typed, and what is said.
while IFS='|' read -r line says; do
	# shellcheck disable=SC2086
	status "$line" 2 "$cairn" $line
	check "says $says" grep -qF -- "$says" err
	check "one line" [ "$(wc -l <err)" -eq 1 ]
done <<'END'
validate --jbos 3|no option --jbos: did you mean --jobs?
validate --zzzzzzzz|no option --zzzzzzzz
validate --jobs|--jobs needs a value: N
validate --jobs 0|--jobs: 0 is not between 1 and 256
validate --jobs=x|--jobs: a whole number is wanted
validate --offline=1|--offline takes no value
validate -x|no option -x
validate extra|what is "extra" for?
validate --at yesterday|--at: a time is wanted
validate --ledger x|x: No such file
validate --policy x|x: No such file
validate --tal none.tal|none.tal: No such file
validate --output xml --tal x|no output format "xml"
validate --output cvs --tal x|did you mean "csv"?
validate --output csv json --tal x|two outputs to standard output
validate --json --output csv --tal x|two outputs to standard output
validate --mirror x --tal x|FROM=TO is wanted
validate -c none.yaml|none.yaml: No such file
-c none.yaml validate|none.yaml: No such file
-q --jobs 0 validate|--jobs: 0 is not between 1 and 256
show|which file?
doctor extra|what is "extra" for?
doctor --jsno|did you mean --json?
doctor --tal none.tal|none.tal: No such file
show --at x a|--at: a time is wanted
demo|which folder?
demo a b|one folder only
demo --cas 0 a|--cas: a number from 1
demo --seed x a|--seed: a number is wanted
help validate b|one command at a time
END

mkdir own && echo 'jobs: 2' >own/cairn.yaml
status "a demonstration over what is no such" 1 "$cairn" demo own
check "it says so" grep -q 'own: has a cairn.yaml' err
check "nothing is touched" [ "$(ls own) $(cat own/cairn.yaml)" = \
	"cairn.yaml jobs: 2" ]

# What nobody can read is not said to have been done. (Of a minimal chroot's
# /dev not everything is there.)
"$cairn" demo world -q
keys=world/ledger.keys
for line in help version "help validate" "show --help" "demo more" \
	"show world/tals/alpha.tal" "doctor --offline --json -c world/cairn.yaml" \
	"validate -c world/cairn.yaml" "why -c world/cairn.yaml 10.1.0.0/20" \
	"compare -c world/cairn.yaml" "ledger log world/ledger --keys $keys" \
	"ledger emit world/ledger --keys $keys" \
	"ledger audit world/ledger --keys $keys"; do
	[ -c /dev/full ] || continue
	# shellcheck disable=SC2086
	status "$line, disk full" 1 sh -c '"$0" "$@" >/dev/full' "$cairn" $line
	check "why" grep -q 'standard output: No space left on device' err
done

status "no server there" 1 "$cairn" rtr 127.0.0.1:1
check "which" grep -q '127.0.0.1 port 1: server cannot be reached' err

printf 'jobs: 2\ncahce: /x\n' >bad.yaml
status "bad configuration" 2 "$cairn" validate -c bad.yaml
check "file, line, nearest key" grep -qF \
	'bad.yaml:2: unknown key "cahce": did you mean "cache"?' err
printf 'outputs: [{format: csv, path: one},\n{format: jsno, path: two}]\n' >bad.yaml
status "bad format in the configuration" 2 "$cairn" validate -c bad.yaml
check "file, line, nearest format" grep -qF \
	'bad.yaml:2: no output format "jsno": did you mean "json"?' err
chmod o+w bad.yaml
status "world-writable configuration" 2 "$cairn" validate -c bad.yaml
check "it is said" grep -q 'anyone may write' err
plan
