#!/bin/bash
# CASES.md B05, full disk: setup-totp and rotate-secret on a disk that has no
# byte left must fail, leave the old secret or none, and work again once there
# is room. And F06: a server whose log is on such a disk goes on, says so once,
# and logs again once there is room, in whole lines. And A11: a guess that cannot
# be counted is not looked at. It needs root, for a small file system of its own,
# oathtool and curl, so CI does not run it.
#
#   go build -o /tmp/chat . && sudo cmd/testdata/fulldisk.sh /tmp/chat
set -u
chat=$(realpath "${1:?usage: fulldisk.sh BINARY}")
[ "$(id -u)" = 0 ] || { echo "fulldisk.sh: it must be run by root" >&2; exit 2; }

disk=$(mktemp -d)
mount -t tmpfs -o size=64k,mode=700 tmpfs "$disk" || exit 2
trap 'umount "$disk"; rmdir "$disk"; rm -f "$log"' EXIT
log=$(mktemp)
data=$disk/chat
secret=$data/secret.json
failed=0

fill() { dd if=/dev/zero of="$disk/fill" bs=1k 2>/dev/null; sync; }
free() { rm -f "$disk/fill"; }

# enrol COMMAND... answers the question for the first code.
enrol() {
	coproc CHAT { exec "$chat" "$@" --force --data-dir "$data" 2>"$log"; }
	local pid=$CHAT_PID in=${CHAT[1]} line
	while read -r line <&"${CHAT[0]}"; do
		case $line in
		"or type the secret in: "*)
			oathtool --totp -b "${line#*: }" >&"$in"
			break ;;
		esac
	done 2>/dev/null
	wait "$pid"
}

# expect CODE WHAT: the exit code of the last command, and no more than one line.
expect() {
	local got=$? last
	last=$(tail -n1 "$log")
	if [ "$got" = "$1" ]; then
		echo "ok    $2: exit $got: ${last:0:150}"
	else
		echo "FAIL  $2: exit $got, want $1: $(cat "$log")"
		failed=1
	fi
}

holds() { # WHAT FILE: the secret is that file, byte for byte, or there is none
	if { [ -z "$2" ] && [ ! -e "$secret" ]; } || { [ -n "$2" ] && cmp -s "$secret" "$2"; }; then
		echo "ok    $1"
	else
		echo "FAIL  $1"
		failed=1
	fi
}

mkdir -m 700 "$data"
fill
enrol setup-totp; expect 1 "setup-totp on a full disk"
holds "there is no secret" ""
free
enrol setup-totp; expect 0 "setup-totp with room again"
old=$(mktemp)
cp "$secret" "$old"
fill
enrol rotate-secret --yes; expect 1 "rotate-secret on a full disk"
holds "the old secret is whole" "$old"
"$chat" doctor --port 0 --data-dir "$data" >"$log" 2>&1; grep -q '^ok    secret' "$log"; expect 0 "the doctor finds it whole"
free
enrol rotate-secret --yes; expect 0 "rotate-secret with room again"
! cmp -s "$secret" "$old"; expect 0 "there is a new secret"
rm -f "$old"

# The server with its counters. It is a proxy that makes up who guesses.
home=$(mktemp -d)
true >"$home/out"
DATA_DIR=$data PORT=0 LOG_FILE=off "$chat" serve --trusted-proxies 127.0.0.1 >"$home/out" 2>"$log" &
server=$!
until base=$(sed -n 's/^ *Local *//p' "$home/out") && [ -n "$base" ]; do sleep 0.1; done
guess() { # N: another address for each
	curl -s -o "$home/answer" -w '%{http_code}' -H "Origin: $base" -H "X-Forwarded-For: 10.0.$1.1" -d code=12345 -d code2=12345 "$base/auth"
}
[ "$(guess 1)" = 401 ]; expect 0 "a wrong guess is answered"
fill
for n in {2..20}; do answer=$(guess "$n"); done
[ "$answer" = 503 ]; expect 0 "on a full disk it is not looked at: $answer"
free
[ "$(guess 21)" = 401 ]; expect 0 "with room again it is"
kill -9 "$server"; wait "$server" 2>/dev/null
DATA_DIR=$data PORT=0 LOG_FILE=off "$chat" serve >"$home/out" 2>"$log" &
server=$!
until grep -q 'Ctrl-C' "$home/out"; do sleep 0.1; done
! grep -q 'state file' "$log"; expect 0 "after SIGKILL the state is whole"
kill "$server"; wait "$server"; expect 0 "the server stops in good order"
rm -rf "$home"

# The log alone is on the disk.
home=$(mktemp -d)
true >"$home/out"
DATA_DIR=$home/data PORT=0 LOG_FILE=$disk/log/chat.log "$chat" serve >"$home/out" 2>"$log" &
server=$!
until base=$(sed -n 's/^ *Local *//p' "$home/out") && [ -n "$base" ]; do sleep 0.1; done
attempt() { curl -s -o "$home/answer" -w '%{http_code}' -H "Origin: $base" -d code=12345 "$base/auth"; }
attempt >/dev/null
fill
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do answer=$(attempt); done
[ "$answer" = 303 ]; expect 0 "a login is answered with its log on a full disk"
[ "$(grep -c 'the log file cannot be written to' "$log")" = 1 ]; expect 0 "the operator is told once"
free
attempt >/dev/null
kill "$server"; wait "$server"; expect 0 "the server stops in good order"
python3 -c 'import json, sys; lines = [json.loads(l) for l in open(sys.argv[1])]
sys.exit(not any(l["msg"] == "records lost" for l in lines))' "$disk/log/chat.log"; expect 0 "the log is whole lines, and says what is lost"
rm -rf "$home"
exit "$failed"
