#!/usr/bin/env bash
# Gathers the licences of all that is inside a released program: the modules
# that it is built from on any system, Go itself, and the Socket.IO client that
# the page loads. A release ships them.
#
#   .ci/licences.sh           write THIRD_PARTY_LICENSES
#   .ci/licences.sh --check   fail unless the committed file says the same
#
# A module without a licence, or with one that asks more than to be named, is an
# error: somebody has to read it first.
set -euo pipefail
cd "$(dirname "$0")/.."
target=THIRD_PARTY_LICENSES
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

complain() {
	echo "licences.sh: $*" >&2
	exit 1
}

# modules prints path, version and folder of each module that is built in.
modules() {
	for system in linux darwin windows freebsd; do
		GOOS=$system CGO_ENABLED=0 go list -deps \
			-f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}' .
	done | sort -u
}

# kind names the licence in a file, by a sentence that only it has.
kind() {
	if grep -qiE 'GNU (LESSER |AFFERO )?GENERAL PUBLIC LICENSE' "$1"; then
		echo GPL
	elif grep -q 'Apache License' "$1"; then
		echo Apache-2.0
	elif grep -q 'Permission is hereby granted, free of charge' "$1"; then
		echo MIT
	elif grep -q 'Redistribution and use in source and binary forms' "$1"; then
		echo BSD
	elif grep -q 'Permission to use, copy, modify, and distribute this software' "$1"; then
		echo ISC
	fi
}

# shelf NAME FOLDER writes the licence, and the notice that some ask to pass on.
shelf() {
	local found= file licence
	for file in "$2"/LICENSE* "$2"/LICENCE* "$2"/COPYING* "$2"/NOTICE*; do
		[ -f "$file" ] || continue
		case $(basename "$file") in
		NOTICE*) licence=notice ;;
		*)
			licence=$(kind "$file")
			case $licence in
			"") complain "nobody has read $(basename "$file") of $1" ;;
			GPL) complain "$1 is under the GPL" ;;
			esac
			found=yes
			;;
		esac
		printf '%s\n%s (%s)\n%s\n\n' "$(printf '=%.0s' {1..78})" "$1" "$licence" "$(printf '=%.0s' {1..78})"
		tr -d '\r' <"$file"
		echo
	done
	[ -n "$found" ] || complain "$1 has no licence"
}

{
	echo "chat is made with the work of others, each under the licence that follows."
	echo
	# Not its version: the file would be stale with each toolchain.
	shelf "The Go programming language and its standard library" "$(go env GOROOT)"
	shelf "$(sed -n 's/^package *//p' ui/static/vendor/VERSION.txt)" ui/static/vendor
	list=$(modules)
	while read -r path version folder; do
		shelf "$path $version" "$folder"
	done <<<"$list"
} >"$fresh/$target"

if [ "${1:-}" = --check ]; then
	cmp "$fresh/$target" "$target" || complain "$target is stale: run .ci/licences.sh"
else
	cp "$fresh/$target" "$target"
fi
