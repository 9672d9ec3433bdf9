#!/usr/bin/env bash
# Builds the program without cgo and vets what only those systems compile.
#
#   .ci/build.sh          for Linux, macOS and Windows, as every change must pass;
#                         package.sh finds in the cache what was compiled here
#   .ci/build.sh --all    for every system and processor there is, as the weekly run
#                         must pass; on some an int has 32 bits
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
targets="linux/amd64 darwin/arm64 windows/amd64" vetted=windows/amd64
if [ "${1:-}" = --all ]; then
	targets="linux/amd64 linux/arm64 linux/arm darwin/amd64 darwin/arm64 windows/amd64 windows/arm64 freebsd/amd64 freebsd/arm64"
	vetted=$targets
fi
for target in $targets; do
	echo "$target"
	GOOS=${target%/*} GOARCH=${target#*/} go build -trimpath -o /dev/null .
done
for target in $vetted; do
	GOOS=${target%/*} GOARCH=${target#*/} go vet ./...
done
