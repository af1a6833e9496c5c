#!/bin/sh
# The installed header, the shared library, and the example on the
# demonstration: only what the header says is in the library, and it finds what
# cairn validate does.
. "${top_srcdir:?}/tests/cli/tap.sh"
header=$source/include/cairn/cairn.h
cc=${CC:-cc} cxx=${CXX:-c++}

printf '#include <cairn/cairn.h>\n#include <cairn/cairn.h>\n' >alone.c
cp alone.c alone.cc
check "header alone, C11" $cc -std=c11 -pedantic -Wall -Wextra -Werror \
	-fsyntax-only -I"$source/include" alone.c
if command -v $cxx >/dev/null; then
	check "header alone, C++" $cxx -std=c++11 -pedantic -Wall -Wextra \
		-Werror -fsyntax-only -I"$source/include" alone.cc
fi
# A name and its bracket, not in a comment.
sed 's,/\*.*\*/,,; /^ \*/d; /^#/d' "$header" |
	grep -oE '\bcairn_[a-z0-9_]+\(' | tr -d '(' | LC_ALL=C sort -u >promised
check "functions are promised" [ "$(wc -l <promised)" -ge 30 ]
while read -r name; do
	check "$name is in the manual" grep -qE "^\.(Fn|Fo) $name( |\$)" \
		"$source/doc/man/libcairn.3"
done <promised

lib=${top_builddir:?}/.libs/libcairn.so.0
if [ ! -e "$lib" ]; then
	n=$((n + 1))
	echo "ok $n # SKIP configured with --disable-library"
	plan
	exit 0
fi
nm -D --defined-only "$lib" | sed -n 's/.* [A-Z] //p' | LC_ALL=C sort >exported
check "exported is what is promised, and nothing else" diff promised exported
check "soname" sh -c 'readelf -d "$1" | grep -q "SONAME.*\[libcairn.so.0\]"' \
	sh "$lib"
nm -D --undefined-only "$lib" | sed 's/.* //; s/@.*//' >used
check "uses the C library" grep -qx memcmp used
check "no files, sockets, processes, clock, environment" sh -c '! grep -xE \
	"(f?open(at|64|dir)?|read|f?write|socket|connect|send.*|recv.*|bind|fork|exec.*|getenv|setenv|(clock_get|gettimeof)?(time|day)|printf|puts|exit|_exit|setlocale)" \
	used'

export PKG_CONFIG_PATH="$top_builddir/src/lib"
check "pkg-config: version" [ "cairn $(pkg-config --modversion cairn)" = \
	"$("$cairn" --version | head -1)" ]
check "pkg-config: links" sh -c 'pkg-config --libs cairn | grep -q -- -lcairn'

status "demonstration" 0 "$cairn" demo world
at=$(date +%s)
example() {
	"$top_builddir/doc/examples/origins" world/repo "$at" world/tals/*.tal "$@"
}
status "example" 0 example
mv out all
mv err refused
sed 1d world/truth/vrps.csv | cut -d, -f1-4 >truth
check "VRPs are the truth" diff truth all
check "there are some" [ "$(wc -l <truth)" -gt 20 ]
sed 1d world/truth/findings.csv | while IFS=, read -r object reason effect; do
	[ "$effect" = trust-anchor ] || [ "$reason" = point.no-manifest ] ||
		grep -q "^$object: $reason" refused || echo "$object $reason"
done >unsaid
check "what is broken is said" [ ! -s unsaid ]
sed 's/^/# /' unsaid

# A route of each kind, of the first VRP there is.
IFS=, read -r as prefix max anchor <all
status "a route" 0 example -- "${as#AS}" "$prefix"
check "valid" grep -qx valid out
check "and why" grep -qx "$as,$prefix,$max,$anchor" out
status "of another AS" 0 example -- 64496 "$prefix"
check "invalid" grep -qx invalid out
status "that nobody spoke of" 0 example -- "${as#AS}" 203.0.113.0/32
check "not found" grep -qx "not found" out
status "that is none" 1 example -- 1 10.0.0.1/8

# As installed, unless a sanitizer's run time would have to be linked too.
if ! grep -q '^__[au]b\{0,1\}san' used; then
	check "install" make -s -C "$top_builddir" DESTDIR="$folder/root" \
		install-libLTLIBRARIES install-cairnincludeHEADERS \
		install-nodist_pkgconfigDATA
	pc=$(find root -name cairn.pc)
	check "cairn.pc" [ -s "$pc" ]
	check "example against it" sh -c 'PKG_CONFIG_PATH=$(dirname "$1") \
		PKG_CONFIG_SYSROOT_DIR=$2/root; export PKG_CONFIG_PATH \
		PKG_CONFIG_SYSROOT_DIR; '"$cc"' -std=c11 -pedantic -Wall \
		-Wextra -Werror -o example "$3" $(pkg-config --cflags --libs \
		cairn)' sh "$pc" "$folder" "$source/doc/examples/origins.c"
	LD_LIBRARY_PATH=$(dirname "$(find "$folder/root" -name libcairn.so.0)")
	export LD_LIBRARY_PATH
	status "runs" 0 ./example world/repo "$at" world/tals/*.tal
	check "the same" diff all out
fi
plan
