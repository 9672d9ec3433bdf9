#!/usr/bin/env bash
# Runs every fuzz target of the module for a few seconds, one at a time: a fuzz
# run takes all cores. A crash leaves its input in testdata/fuzz of its package.
#
#   .ci/fuzz.sh [TIME]    time for each target, 8s by default
set -euo pipefail
cd "$(dirname "$0")/.."
count=0
while IFS=: read -r file name; do
	echo "$(dirname "$file") $name"
	go test -run '^$' -fuzz "^$name\$" -fuzztime "${1:-8s}" "./$(dirname "$file")"
	count=$((count + 1))
done < <(grep -rHoE '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' auth chat cmd ui | sed 's/func //')
[ "$count" -gt 0 ] || {
	echo "found no fuzz target" >&2
	exit 1
}
