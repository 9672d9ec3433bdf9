#!/bin/bash
# CASES.md B05, full disk: setup-totp and rotate-secret on a disk that has no
# byte left must fail, leave the old secret or none, and work again once there
# is room. It needs root, for a small file system of its own, and oathtool, so
# CI does not run it.
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
exit "$failed"
