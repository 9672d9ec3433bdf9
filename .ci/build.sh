#!/usr/bin/env bash
# Builds the program without cgo for each system that it is released for, and vets
# the files that only one of the other systems compiles. The processors are
# different ones: arm stands for those on which an int has 32 bits. package.sh
# finds in the cache what was compiled here; with --all, which the forge runs each
# week, it builds for every pair.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
for target in linux/{amd64,arm} darwin/arm64 windows/amd64 freebsd/amd64; do
	echo "$target"
	GOOS=${target%/*} GOARCH=${target#*/} go build -trimpath -o /dev/null .
	[ "$target" = linux/amd64 ] || GOOS=${target%/*} GOARCH=${target#*/} go vet ./...
done
