#!/usr/bin/env bash
# Makes what a release ships beside the program, in the folder made beside this
# file: manual pages, completions, and the packages' scripts and settings.
#
#   packaging/make.sh VERSION COMMIT DATE    as main.go has them
set -euo pipefail
cd "$(dirname "$0")/.."
made=packaging/made
rm -rf "$made"
mkdir -p "$made/completions"
go build -trimpath -buildvcs=false -ldflags "-X main.version=$1 -X main.commit=$2 -X main.date=$3" -o "$made/chat" .

"$made/chat" man "$made/man"
gzip --best --no-name "$made"/man/*.1
for shell in bash fish zsh; do
	"$made/chat" completion "$shell" >"$made/completions/chat.$shell"
done
"$made/chat" completion powershell >"$made/completions/chat.ps1"
rm "$made/chat"

# The same list as .env.example, with what is different in a package.
{
	cat <<-'END'
		# Settings of chat, read by the service. Take the # from the lines that you
		# change, then run `systemctl restart chat`. Under systemd the port is that of
		# chat.socket, not HOST and PORT, and DATA_DIR is /var/lib/chat.
	END
	sed '1,/^$/d' .env.example | sed '1i\\'
} >"$made/chat.env"

# An Alpine package holds the time of its scripts.
cp -R packaging/scripts "$made/scripts"
touch -d "$3" "$made"/scripts/*
