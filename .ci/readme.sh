#!/usr/bin/env bash
# Holds the README to its word. The command that it gives to run the program
# starts it in a fresh clone with an empty home, and the one that it gives to
# pass the tests is the one that run calls.
set -euo pipefail
cd "$(dirname "$0")/.."
serve='go run . serve'
test=.ci/test.sh

complain() {
	echo "readme.sh: $*" >&2
	exit 1
}

for command in "$serve" "$test"; do
	grep -qxF "$command" README.md || complain "README.md has no line that is \`$command\`"
done
grep -qE " $test\$" .ci/run || complain ".ci/run does not call $test"

place=$(mktemp -d)
server=
clean() {
	[ -z "$server" ] || kill -- "-$server" 2>/dev/null || true
	wait
	chmod -R u+w "$place" # Go's module cache is read-only
	rm -rf "$place"
}
trap clean EXIT
git clone -q . "$place/chat"
mkdir "$place/home"
cd "$place/chat"

set -m # a process group of its own: go run does not pass a signal on
env -u GOPATH -u GOMODCACHE -u GOCACHE -u GOENV -u XDG_CACHE_HOME -u XDG_CONFIG_HOME -u XDG_DATA_HOME \
	HOME="$place/home" PORT=0 $serve >"$place/out" 2>"$place/log" </dev/null &
server=$!
set +m

address=
until [ -n "$address" ]; do
	kill -0 "$server" 2>/dev/null || complain "\`$serve\` ended: $(cat "$place/log")"
	sleep 0.1
	address=$(sed -n 's/^ *Local *//p' "$place/out")
done
node -e '
	fetch(process.argv[1] + "/health").then((r) => r.json()).then((answer) => {
		if (answer.status !== "healthy") throw new Error(JSON.stringify(answer));
	})' "$address"
echo "healthy after ${SECONDS}s, from an empty module and build cache"
