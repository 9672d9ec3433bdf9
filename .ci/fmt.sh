#!/usr/bin/env bash
# Fails if a Go file is not in the form of gofmt -s, and names it.
set -euo pipefail
cd "$(dirname "$0")/.."
crooked=$(gofmt -s -l -- *.go auth chat cmd ui)
[ -z "$crooked" ] || {
	echo "gofmt -s -w" $crooked
	exit 1
}
