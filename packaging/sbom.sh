#!/usr/bin/env bash
# Writes which modules a built program holds, as CycloneDX, the same bytes each
# time: the tool notes the time of the day, which becomes that of the commit.
#
#   packaging/sbom.sh PROGRAM DOCUMENT VERSION DATE
set -euo pipefail
go run github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.9.0 bin \
	-json -noserial -std -version "v$3" -output "$2" "$1"
sed -i.old "s/\"timestamp\": \"[^\"]*\"/\"timestamp\": \"$4\"/" "$2"
rm "$2.old"
