#!/usr/bin/env bash
# Passes the tests, all of them, on a machine with nothing but Go: it installs
# what is missing first (see setup). The tag e2e adds the tests that need
# Chromium, redis-server or Node.js; each test starts and stops its own.
#
# Pictures of every page are kept in the folder CHAT_SCREENSHOTS, or a new one.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/steps.sh

.ci/setup
. .ci/node.sh
export CHAT_SCREENSHOTS=${CHAT_SCREENSHOTS:-$(mktemp -d "${TMPDIR:-/tmp}/chat-screenshots.XXXXXX")}

# Those in a browser run beside all others, which wait most of the time. Their
# program is linked first, so that nothing is compiled twice.
go_test() {
	local place browser status=0
	place=$(mktemp -d)
	go test -race -tags e2e -c -o "$place/cmd.test" ./cmd || return 1
	(cd cmd && exec "$place/cmd.test" -test.timeout 30m -test.run '^TestBrowser') >"$place/said" 2>&1 &
	browser=$!
	go test -race -timeout 30m -tags e2e -skip '^TestBrowser' ./... || status=1
	wait "$browser" || status=1
	echo "in a browser:"
	cat "$place/said"
	rm -rf "$place"
	return "$status"
}

step "go vet" go vet -tags e2e ./...
show "go test" go_test
step "tests of the page's modules" node --test ui/test/*.js
step "types of the page's modules" .ci/node_modules/.bin/tsc -p .ci
step "types of the service worker" .ci/node_modules/.bin/tsc -p .ci/tsconfig.worker.json
step "a sheet of all pictures" .ci/sheet.sh "$CHAT_SCREENSHOTS"
echo "screenshots: $CHAT_SCREENSHOTS"
finish
