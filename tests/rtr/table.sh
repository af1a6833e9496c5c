#!/bin/sh
# The rows of doc/rtr.md and those of test_rtr.c are the same. TAP.
set -eu
cd "${top_srcdir:-.}"
echo 1..1
sed -n '/^static const struct row rows/,/^};/p' tests/rtr/test_rtr.c |
	sed -n 's/^\t*{ "\([^"]*\)",.*/\1/p' > "${TMPDIR:-/tmp}/rtr-code.$$"
sed -n '/^| case /,$s/^| \([^|]*[^ |]\) |.*/\1/p' doc/rtr.md |
	sed 1d | grep -v '^---' > "${TMPDIR:-/tmp}/rtr-doc.$$"
if [ -s "${TMPDIR:-/tmp}/rtr-code.$$" ] &&
    diff "${TMPDIR:-/tmp}/rtr-code.$$" "${TMPDIR:-/tmp}/rtr-doc.$$" | sed 's/^/# /' |
    { ! grep .; }; then
	echo "ok 1 - doc/rtr.md has the rows of test_rtr.c"
else
	echo "not ok 1 - doc/rtr.md has the rows of test_rtr.c"
fi
rm -f "${TMPDIR:-/tmp}/rtr-code.$$" "${TMPDIR:-/tmp}/rtr-doc.$$"
