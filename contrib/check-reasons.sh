#!/bin/sh
# Fail for every reason of reason.def that no test provoked: a check that
# nothing has ever failed is not known to work. Tests write down what they
# provoke through tests/check.h; this runs after all of them. TAP.
set -eu
cd "${top_srcdir:-$(dirname "$0")/..}"
provoked=${CAIRN_PROVOKED:-tests/provoked}
echo 1..1
if [ -z "$(ls "$provoked" 2>/dev/null)" ]; then
	echo "ok 1 - every reason is provoked # SKIP no test has run"
	exit 0
fi
missing=$(sed -n 's/^R([A-Z0-9_]*, [A-Z]*, "\([^"]*\)".*/\1/p' src/base/reason.def |
	LC_ALL=C sort | {
		seen=$(mktemp); trap 'rm -f "$seen"' EXIT
		cat "$provoked"/* | LC_ALL=C sort -u >"$seen"
		LC_ALL=C comm -23 - "$seen"
	})
if [ -z "$missing" ]; then
	echo "ok 1 - every reason is provoked"
else
	printf '%s\n' "$missing" | sed 's/^/# never provoked: /'
	echo "not ok 1 - every reason is provoked"
fi
