#!/usr/bin/env bash
# Runs every fuzz target of the module with so many inputs, one target at a time:
# a fuzz run takes all cores. A crash leaves its input in testdata/fuzz of its
# package.
#
#   .ci/fuzz.sh [COUNT]    inputs for each target: 5000x, or a time such as 10m
#
# They are counted because Go 1.26 may call a run failed whose time is over
# (go.dev/issue/75804, mended in Go 1.27). An input that is new is made smaller a
# hundred times at most, or that alone could take a minute.
set -euo pipefail
cd "$(dirname "$0")/.."
count=0
while IFS=: read -r file name; do
	echo "$(dirname "$file") $name"
	go test -run '^$' -fuzz "^$name\$" -fuzztime "${1:-5000x}" -fuzzminimizetime 100x "./$(dirname "$file")"
	count=$((count + 1))
done < <(grep -rHoE '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' auth chat cmd ui | sed 's/func //')
[ "$count" -gt 0 ] || {
	echo "found no fuzz target" >&2
	exit 1
}
