#!/usr/bin/env bash
# Prints what CHANGELOG.md says about a version, for the page of its release.
#
#   .ci/notes.sh v1.2.3
set -euo pipefail
cd "$(dirname "$0")/.."
notes=$(awk -v head="## ${1#v}" '/^## / { inside = ($0 == head || index($0, head " ") == 1); next } inside' CHANGELOG.md)
[ -n "$notes" ] || {
	echo "notes.sh: CHANGELOG.md has no section \"## ${1#v}\": call Unreleased that" >&2
	exit 1
}
echo "$notes"
