#!/bin/sh
# What a run leaves when it is killed, when there is no room, when nothing may
# be written, when bits have flipped; and that the result depends on none of
# what may differ between two runs. TAP.
#
# CAIRN_KILLS says how many kills (default: 8; a hundred take some minutes).
set -u
src=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
cairn=${top_builddir:-$src}/cairn
case $cairn in /*) ;; *) cairn=$PWD/$cairn ;; esac
dir=$(mktemp -d) || exit 1
chmod 755 "$dir"
mounted=''
clean() {
	[ -z "$mounted" ] || umount "$dir/disk"
	rm -rf "$dir"
}
trap clean EXIT
n=0
T=$(date +%s)

ok() { # what, status
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $n - $1"
	else
		sed 's/^/# /' "$dir/said" 2>/dev/null | head -20
		echo "not ok $n - $1"
	fi
}
skip() { # how many, what, why
	for _ in $(seq "$1"); do
		n=$((n + 1))
		echo "ok $n - $2 # SKIP $3"
	done
}
make() {
	rm -rf "$dir/w/repo" "$dir/w/tals" "$dir/w/truth"
	"$cairn" demo "$dir/w" --cas 40 --at "$1" --quiet >"$dir/said" 2>&1
}
judge() { # options...: writes $dir/csv, $dir/all and $dir/findings
	"$cairn" validate -c "$dir/w/cairn.yaml" --cache "$cache" --quiet \
		--output "csv:$dir/csv" --output "csvext:$dir/all" \
		--findings "$dir/findings" "$@" >"$dir/said" 2>&1
}
is_truth() { cmp -s "$dir/csv" "$dir/w/truth/vrps.csv"; }
keep() { cat "$dir/csv" "$dir/all" "$dir/findings" >"$dir/$1"; }
same() { cat "$dir/csv" "$dir/all" "$dir/findings" | cmp -s - "$dir/first"; }

echo 1..23
cache=$dir/w/cache
make "$T" && judge && is_truth
ok "a first run is right" $?
keep first

# ---- where it is
cache="$dir/a cache, größer als \"eins\""
judge && same
ok "in a folder with such a name: the same bytes" $?
judge && same
ok "and when nothing changed" $?
cache=$dir/w/cache

# ---- what may differ and must not show
judge --no-memo --offline --jobs 1 && same
ok "one worker, anew: the same bytes" $?
judge --no-memo --offline --jobs 8 && same
ok "eight workers, anew: the same bytes" $?
judge --offline && same
ok "from what was kept: the same bytes" $?
cache=$dir/shuffled
sed '/^  - {from/!d' "$dir/w/cairn.yaml" | shuf >"$dir/mirrors"
cp "$dir/w/cairn.yaml" "$dir/ordered"
{
	sed '/^  - {from/d' "$dir/ordered" | sed "/^mirrors:/r $dir/mirrors"
} >"$dir/w/cairn.yaml"
judge && same
ok "from an empty cache, in another order: the same bytes" $?
cp "$dir/ordered" "$dir/w/cairn.yaml"

# ---- kills
kills() { # rsync or rrdp, what it takes
	if ! command -v "$2" >/dev/null || ! command -v python3 >/dev/null; then
		skip 1 "killed, by $1" "needs $2 and python3"
		return
	fi
	python3 "$src/tests/world/crash.py" "$cairn" "$dir/$1" \
		"${CAIRN_KILLS:-8}" "$T" "$1" >"$dir/said" 2>&1
	ok "killed at random moments, by $1: $(tail -1 "$dir/said")" $?
}
kills rsync rsync
kills rrdp openssl

# ---- no room
cache=$dir/full
judge && is_truth && keep first
make $((T + 60))
cp "$dir/csv" "$dir/before"
had=$(stat -c %s "$cache/store/data.mdb")
(
	ulimit -f $((had / 1024 + 8)) 2>/dev/null || exit 99
	judge
)
status=$?
[ $status -ne 0 ] && [ $status -ne 99 ] && grep -qE 'store\.(full|io)' "$dir/said"
ok "no room: it says so" $?
cmp -s "$dir/csv" "$dir/before"
ok "and leaves the outputs" $?
judge && is_truth
ok "with room again: right" $?


# ---- no memory
cp "$dir/csv" "$dir/before"
make $((T + 70))
if (ulimit -v 4000000 && "$cairn" --version >"$dir/said" 2>&1); then
	bad=0
	for kib in 50000 500000 1500000 3000000; do
		(ulimit -v $kib && judge) && bad=1
		grep -qE 'limit.memory|run.worker' "$dir/said" || bad=1
		cmp -s "$dir/csv" "$dir/before" || bad=1
	done
	ok "no memory: each time it says so, and leaves the outputs" $bad
	judge && is_truth
	ok "with memory again: right" $?
else
	skip 2 "no memory" "a sanitizer needs more than that"
fi

cache=$dir/disk/cache
mkdir "$dir/disk"
if mount -t tmpfs -o size=300k,mode=755 tmpfs "$dir/disk" 2>/dev/null; then
	mounted=yes
	cp "$dir/csv" "$dir/before"
	! judge && grep -q 'store.full' "$dir/said" &&
		cmp -s "$dir/csv" "$dir/before"
	ok "a full disk: it says so, and leaves the outputs" $?
	mount -o remount,size=64m "$dir/disk" && judge && is_truth
	ok "a larger one: right" $?
	mount -o remount,ro "$dir/disk"
	! judge && grep -q 'store.denied' "$dir/said" &&
		cmp -s "$dir/csv" "$dir/before"
	ok "a disk that may only be read: it says so, and leaves the outputs" $?
	mount -o remount,rw "$dir/disk" && judge && is_truth
	ok "and written again: right" $?
	umount "$dir/disk" && mounted=''

	# Room for bytes, but not for files: from the first one on.
	mount -t tmpfs -o nr_inodes=2,mode=755 tmpfs "$dir/disk" && mounted=yes
	bad=0
	for files in 2 3 4 5 6 7 8; do
		mount -o remount,nr_inodes=$files "$dir/disk"
		judge && bad=1
		grep -q 'No space left on device' "$dir/said" || bad=1
		cmp -s "$dir/csv" "$dir/before" || bad=1
	done
	ok "no room for files: each time it says so, and leaves the outputs" $bad
	mount -o remount,nr_inodes=1000 "$dir/disk" && judge && is_truth
	ok "room for them: right" $?
	umount "$dir/disk" && mounted=''
else
	skip 6 "a full disk, one that may only be read" "may not mount"
fi

# ---- a slow one: what touches a file takes a millisecond longer
cache=$dir/slow
if strace -o /dev/null true 2>/dev/null; then
	slow='%file,fsync,fdatasync,msync,pwrite64,pwritev,getdents64,ftruncate'
	cat >"$dir/slowly" <<-SH
	#!/bin/sh
	# Looking for leaks takes what strace does.
	ASAN_OPTIONS=detect_leaks=0 exec strace -o "$dir/calls" \
		-e trace=$slow -e inject=$slow:delay_enter=1000 "$cairn" "\$@"
	SH
	chmod +x "$dir/slowly"
	(cairn=$dir/slowly && judge) && is_truth &&
		[ "$(grep -c DELAYED "$dir/calls")" -gt 500 ]
	ok "a slow disk: right" $?
else
	skip 1 "a slow disk" "needs strace, and may not be traced itself"
fi

# ---- flipped bits, in what was stored of each kind
cache=$dir/flipped
judge && is_truth
python3 - "$cache/store/data.mdb" "$dir/w/repo" <<'PY' >"$dir/said" 2>&1
import os, sys
store = bytearray(open(sys.argv[1], "rb").read())
flipped = 0
for folder, _, files in os.walk(sys.argv[2]):
    for name in sorted(files)[::3]:
        bytes_ = open(os.path.join(folder, name), "rb").read()
        at = store.find(bytes_[100:140])  # in an object, or a memo's certificate
        while at > 0:
            store[at + 20] ^= 0x10
            flipped += 1
            at = store.find(bytes_[100:140], at + 1)
        at = store.find(b"/" + name.encode())  # the name of one
        if at > 0:
            store[at + 1] ^= 0x01
            flipped += 1
assert flipped > 100, flipped
open(sys.argv[1], "wb").write(store)
PY
# A folder that has not changed for a while is not read again: then the first
# run finds the damage in what it needs, says so, and the next has everything.
"$cairn" validate -c "$dir/w/cairn.yaml" --cache "$cache" --no-memo \
	>"$dir/long" 2>&1
status=$?
judge --no-memo && judge && is_truth &&
	{ [ $status -eq 0 ] || grep -q 'store was damaged' "$dir/long"; }
ok "flipped bits: it says so, and has them again" $?
judge --no-memo --offline && is_truth && ! [ -s "$dir/findings" ]
ok "and whole in the store" $?
