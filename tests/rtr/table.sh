#!/bin/sh
# The rows of doc/rtr.md and those of the tests are the same. TAP.
set -eu
cd "${top_srcdir:-.}"
echo 1..1
rows=$(mktemp -d)
trap 'rm -rf "$rows"' EXIT
for test in test_rtr test_payloads; do
	sed -n '/struct row rows/,/^\t*};/p' tests/rtr/$test.c |
		sed -n 's/^\t*{ "\([^"]*\)",.*/\1/p'
done >"$rows/code"
awk -F ' *[|] *' '
	!/^\|/ { inside = 0 }
	inside && !/^\|---/ { print $2 }
	/^\| case / { inside = 1 }' doc/rtr.md >"$rows/doc"
if [ -s "$rows/code" ] &&
    diff "$rows/code" "$rows/doc" | sed 's/^/# /' | { ! grep .; }; then
	echo "ok 1 - doc/rtr.md has the rows of the tests"
else
	echo "not ok 1 - doc/rtr.md has the rows of the tests"
fi
