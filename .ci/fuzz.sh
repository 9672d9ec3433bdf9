#!/usr/bin/env bash
# Runs every fuzz target of the module with so many inputs, one target at a time:
# a fuzz run takes all cores. A crash leaves its input in testdata/fuzz of its
# package.
#
#   .ci/fuzz.sh [COUNT]    inputs for each target: 5000x, or a time such as 10m
#
# They are counted because Go 1.26 may call a run failed whose time is over
# (go.dev/issue/75804, mended in Go 1.27). An input that is new is made smaller a
# hundred times at most, or that alone could take a minute. The program of a package
# is linked once: `go test` would do so for each of its targets.
set -euo pipefail
cd "$(dirname "$0")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

# fuzz FOLDER NAME... runs those targets of a package.
fuzz() {
	local folder=$1 found name
	shift
	found=$(go env GOCACHE)/fuzz/$(go list "./$folder") # where go test keeps what it finds
	go test -c -fuzz . -o "$place/fuzz.test" "./$folder"
	for name in "$@"; do
		echo "$folder $name"
		(cd "$folder" && "$place/fuzz.test" -test.run '^$' -test.fuzz "^$name\$" -test.fuzztime "$inputs" \
			-test.fuzzminimizetime 100x -test.fuzzcachedir "$found")
	done
}

inputs=${1:-5000x}
count=0
for folder in $(grep -rlE '^func Fuzz' --include='*_test.go' auth chat cmd ui | xargs -n1 dirname | sort -u); do
	names=$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$folder"/*_test.go | sed 's/func //')
	fuzz "$folder" $names
	count=$((count + $(wc -w <<<"$names")))
done
[ "$count" -gt 0 ] || {
	echo "found no fuzz target" >&2
	exit 1
}
echo "$count targets"
