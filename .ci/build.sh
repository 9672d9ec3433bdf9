#!/usr/bin/env bash
# Builds the program for every system that it is released for, without cgo, and
# vets the files that only one of the other systems compiles.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0
for system in linux darwin windows; do
	for machine in amd64 arm64; do
		echo "$system/$machine"
		GOOS=$system GOARCH=$machine go build -o /dev/null .
	done
	[ "$system" = linux ] || GOOS=$system GOARCH=amd64 go vet ./...
done
