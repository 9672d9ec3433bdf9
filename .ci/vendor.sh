#!/bin/sh
# Copies the official Socket.IO client, as published, into ui/static/vendor.
#
#   .ci/vendor.sh           install the pinned version and copy it
#   .ci/vendor.sh --check   fail unless the committed files equal the published ones
#
# The version is pinned in package.json and by checksum in package-lock.json.
set -eu
cd "$(dirname "$0")"
target=../ui/static/vendor

[ -d node_modules/socket.io-client ] || npm ci --no-audit --no-fund --silent
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

version=$(node -p "require('./package.json').devDependencies['socket.io-client']")
installed=$(node -p "require('./node_modules/socket.io-client/package.json').version")
if [ "$version" != "$installed" ]; then
	echo "vendor.sh: socket.io-client $installed is installed, $version is pinned: run npm ci in .ci" >&2
	exit 1
fi

file=socket.io.esm.min.js
cp "node_modules/socket.io-client/dist/$file" "$fresh/$file"
cp node_modules/socket.io-client/LICENSE "$fresh/LICENSE.txt"
sum=$(sha256sum "$fresh/$file" | cut -d' ' -f1)
cat >"$fresh/VERSION.txt" <<END
package  socket.io-client $version
file     dist/$file, unchanged
sha256   $sum
licence  MIT, see LICENSE.txt
END

status=0
for name in "$file" LICENSE.txt VERSION.txt; do
	if [ "${1:-}" = --check ]; then
		cmp "$fresh/$name" "$target/$name" || status=1
	else
		mkdir -p "$target"
		cp "$fresh/$name" "$target/$name"
	fi
done
[ "$status" = 0 ] || echo "vendor.sh: ui/static/vendor differs from what was published: run .ci/vendor.sh" >&2
exit "$status"
