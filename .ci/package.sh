#!/usr/bin/env bash
# Makes a release and publishes nothing: the configuration is checked, the
# program is built and packed twice, and both times must give the same bytes.
# Then the Debian package is unpacked into a folder and used.
#
#   .ci/package.sh          for Linux on amd64, as every change must pass
#   .ci/package.sh --all    for every system
#
# Signing, images and the package managers' repositories are the business of
# .github/workflows/release.yml alone: they need keys.
set -euo pipefail
cd "$(dirname "$0")/.."
skip=publish,sign,docker
if [ "${1:-}" != --all ]; then
	export FIRST_ONLY=true
	skip=$skip,winget,scoop,homebrew,nix,aur
fi
place=$(mktemp -d)
server=
clean() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	wait
	rm -rf "$place"
}
trap clean EXIT

complain() {
	echo "package.sh: $*" >&2
	exit 1
}

# release NAME makes one in a clone of that name, since the folder must not
# matter either.
release() {
	git clone -q . "$place/$1"
	(cd "$place/$1" && goreleaser release --snapshot --clean --skip="$skip")
}

goreleaser() { go run github.com/goreleaser/goreleaser/v2@v2.15.1 "$@"; }

goreleaser check
release first
release second
diff "$place"/{first,second}/dist/checksums.txt || complain "a second run gave other bytes"
cd "$place/first"
echo "both runs gave the same $(wc -l <dist/checksums.txt) files"

for archive in dist/*.tar.gz; do
	tar -tzf "$archive" >"$place/list"
	for file in chat LICENSE THIRD_PARTY_LICENSES README.md man/chat-serve.1.gz completions/chat.zsh services/chat.service; do
		grep -qxF "$file" "$place/list" || complain "$archive has no $file"
	done
done

# What a Debian package has inside is the same on each system that can unpack it.
deb=$(echo dist/chat_*_linux_amd64.deb)
cp "$deb" "$place/chat.deb"
(cd "$place" && ar x chat.deb && mkdir control root && tar -xzf control.tar.gz -C control && tar -xzf data.tar.gz -C root)
root=$place/root
grep -qx '/etc/chat/chat.env' "$place/control/conffiles" || complain "$deb would overwrite /etc/chat/chat.env"
for file in etc/chat/chat.env usr/share/man/man1/chat.1.gz usr/share/bash-completion/completions/chat usr/share/doc/chat/copyright; do
	[ -f "$root/$file" ] || complain "$deb has no $file"
done
for script in "$place"/control/p*; do
	sh -n "$script"
done
node -e '
	const bom = JSON.parse(require("fs").readFileSync(process.argv[1]));
	if (bom.bomFormat !== "CycloneDX" || !bom.components.some((c) => c.name === "github.com/coder/websocket")) throw new Error("no list of modules");
' dist/chat_*_linux_amd64.cdx.json

if [ "$(uname -sm)" = "Linux x86_64" ]; then
	chat=$root/usr/bin/chat
	"$chat" version --json | node -e '
		const [got, commit] = [JSON.parse(require("fs").readFileSync(0)), process.argv[1]];
		const { version } = JSON.parse(require("fs").readFileSync("dist/metadata.json"));
		if (got.version !== "v" + version || got.commit !== commit) throw new Error(JSON.stringify(got) + ` is not v${version} of ${commit}`);
	' "$(git rev-parse HEAD)"
	PORT=0 DATA_DIR=$place/data "$chat" serve >"$place/out" 2>"$place/log" </dev/null &
	server=$!
	address=
	until [ -n "$address" ]; do
		kill -0 "$server" 2>/dev/null || complain "the program of $deb ended: $(cat "$place/log")"
		sleep 0.1
		address=$(sed -n 's/^ *Local *//p' "$place/out")
	done
	node -e 'fetch(process.argv[1] + "/health").then((r) => { if (!r.ok) throw new Error(r.status) })' "$address"
	echo "the program of the package serves"
fi

# Where systemd is, it reads the units, and says how much the service may do:
# 2.0 of 10 is the most.
if command -v systemd-analyze >/dev/null && systemd-analyze --version | awk 'NR == 1 { exit $2 < 250 }'; then
	mkdir "$place/units"
	cp "$root"/usr/lib/systemd/system/* "$place/units"
	sed -i "s|^ExecStart=|&$root|" "$place/units/chat.service" # It looks for the program.
	said=$(systemd-analyze verify --man=no "$place"/units/chat.* 2>&1) || complain "systemd refuses the units: $said"
	[ -z "$said" ] || complain "systemd says of the units: $said"
	systemd-analyze security --offline=true --threshold=20 --no-pager "$place/units/chat.service" | tail -1
fi
