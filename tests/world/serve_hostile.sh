#!/bin/sh
# `cairn serve` among clients that mean no good: serve_hostile.py. TAP.
. "${top_srcdir:?}/tests/cli/tap.sh"

command -v python3 >/dev/null || skip_all "no python3"
command -v openssl >/dev/null || skip_all "no openssl"
pid=
trap 'kill -9 $pid 2>/dev/null; rm -rf "$folder"' EXIT
ports=$(python3 -c 'import socket
all = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(s.getsockname()[1] for s in all))')
set -- $ports
http=$1 tls=$2 https=$3

status "demonstration" 0 "$cairn" demo -q world
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
	-keyout key.pem -out own.pem -subj /CN=localhost >/dev/null 2>&1
cat >>world/cairn.yaml <<-END
	http: {listen: ["127.0.0.1:$http"], tls: {listen: ["127.0.0.1:$https"],
	  certificate: $folder/own.pem, key: $folder/key.pem}}
	rtr: {listen: [], tls: {listen: ["127.0.0.1:$tls"],
	  certificate: $folder/own.pem, key: $folder/key.pem}}
END
"$cairn" serve -c world/cairn.yaml 2>serve.log &
pid=$!
ready() {
	python3 -c 'import sys, urllib.request as u
u.urlopen("http://127.0.0.1:%s/health" % sys.argv[1]).read()' "$http"
}
i=0
until ready >/dev/null 2>&1; do
	i=$((i + 1))
	[ $i -lt 600 ] && kill -0 $pid 2>/dev/null || break
	sleep 0.1
done
check "it serves" ready
python3 "$source/tests/world/serve_hostile.py" "$http" "$tls" "$https" $pid >said 2>&1
ended=$?
while read -r line; do
	case $line in
	ok*) n=$((n + 1)); echo "ok $n${line#ok}" ;;
	'not ok'*) n=$((n + 1)); echo "not ok $n${line#not ok}" ;;
	*) echo "# $line" ;;
	esac
done <said
check "to the end" [ $ended -eq 0 ]
check "nothing of it died" sh -c '! grep -iE "died|killed|signal" serve.log'
plan
