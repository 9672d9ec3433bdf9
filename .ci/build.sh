#!/usr/bin/env bash
# Builds the program without cgo for Linux, macOS and Windows, and vets what only
# Windows compiles and what depends on the width of an int. The processors are
# different ones: arm stands for those on which an int has 32 bits. package.sh
# finds in the cache what was compiled here; with --all, which the forge runs each
# week, it builds for every system and processor there is.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
for target in linux/{amd64,arm} darwin/arm64 windows/amd64; do
	echo "$target"
	GOOS=${target%/*} GOARCH=${target#*/} go build -trimpath -o /dev/null .
done
for target in linux/arm windows/amd64; do
	GOOS=${target%/*} GOARCH=${target#*/} go vet ./...
done
