#!/usr/bin/env bash
# Builds the program for every system that it is released for, without cgo, and
# vets the files that only one of the other systems compiles. arm stands for
# the processors on which an int has 32 bits. package.sh finds in the cache what
# was compiled here.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
for target in linux/{amd64,arm64,arm} darwin/{amd64,arm64} windows/{amd64,arm64} freebsd/amd64; do
	echo "$target"
	GOOS=${target%/*} GOARCH=${target#*/} go build -trimpath -o /dev/null .
done
for target in linux/arm {darwin,windows,freebsd}/amd64; do
	GOOS=${target%/*} GOARCH=${target#*/} go vet ./...
done
