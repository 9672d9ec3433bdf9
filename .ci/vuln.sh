#!/usr/bin/env bash
# Looks for known vulnerabilities that the code can reach. Where a copy of the
# database lies beside the clone it is used, so that it works without a network.
set -euo pipefail
cd "$(dirname "$0")/.."
copy=../shared/vulndb.tgz
set --
if [ -f "$copy" ]; then
	unpacked=$(mktemp -d)
	trap 'rm -rf "$unpacked"' EXIT
	tar -xzf "$copy" -C "$unpacked"
	set -- -db "file://$unpacked/vdb"
fi
go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 "$@" -test -tags e2e ./...
