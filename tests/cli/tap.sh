# For the shell tests of the program: sourced, not run. Counts its cases, and
# works in a folder of its own.
cairn=${top_builddir:?}/cairn
source=${top_srcdir:?}
n=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# status NAME WANTED COMMAND...: runs it, output in out and err.
status() {
	name=$1 want=$2
	shift 2
	n=$((n + 1))
	"$@" >out 2>err
	got=$?
	if [ $got -eq "$want" ]; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name: exit $got instead of $want"
		sed 's/^/# /' out err | head -20
	fi
}

# check NAME COMMAND...: it succeeds.
check() {
	name=$1
	shift
	n=$((n + 1))
	if "$@" >check.out 2>&1; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' check.out | head -20
	fi
}

# provokes REASON: the last command said so on standard error. For
# contrib/check-reasons.sh, which wants each reason from some test.
provokes() {
	check "it says $1" grep -q "$1" err
	[ -z "${CAIRN_PROVOKED:-}" ] || ! grep -q "$1" err ||
		echo "$1" >>"$CAIRN_PROVOKED/$(basename "$0" .sh)"
}

# bend FILE AT: that byte of it is another, whatever it was (and if none was).
bend() {
	was=$(od -An -tu1 -j "$2" -N 1 "$1" 2>/dev/null)
	# shellcheck disable=SC2059
	printf "\\$(printf %o $((${was:-0} ^ 255)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# reseal FILE SED: the first line of the replayed state in a file, edited, with
# the state's checksum right again.
reseal() {
	from=$(grep -abo 'cairn ledger state ' "$1" | head -1 | cut -d : -f 1)
	head -c "$from" "$1" >reseal.head
	tail -c +$((from + 1)) "$1" | head -c -32 |
		LC_ALL=C sed "1$2" >reseal.body
	openssl dgst -sha256 -binary reseal.body >reseal.sum
	cat reseal.head reseal.body reseal.sum >"$1"
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# After the last one.
plan() {
	echo "1..$n"
}
