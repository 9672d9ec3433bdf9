#!/usr/bin/env bash
# Makes a release and publishes nothing: the configuration is checked, the
# program is built and packed twice, and both times must give the same bytes.
# Then the packages are unpacked into folders, looked into, and used; the entries
# for package managers are read; and the images are built, and used as well.
#
#   .ci/package.sh          for Linux and Windows on amd64, as every change must pass
#   .ci/package.sh --all    for every system, as the weekly run must pass
#   .ci/package.sh --tool   compile what makes releases and do no more, which takes
#                           longer than all the rest
#
# Signing and pushing are the business of .github/workflows/release.yml alone:
# they need keys.
set -euo pipefail
cd "$(dirname "$0")/.."
goreleaser() { go run github.com/goreleaser/goreleaser/v2@v2.15.1 "$@"; }
if [ "${1:-}" = --tool ]; then
	goreleaser --version
	exit
fi
systems=10
if [ "${1:-}" != --all ]; then
	export FIRST_ONLY=true
	systems=2
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
# matter either. It is of the same commit, whoever commits meanwhile.
commit=$(git rev-parse HEAD)
release() {
	git clone -q . "$place/$1"
	git -C "$place/$1" checkout -q --detach "$commit"
	(cd "$place/$1" && goreleaser release --snapshot --clean --skip=publish,sign,docker)
}

# entries NAME prints those for package managers, which checksums.txt leaves out.
# winget's tells the day, and has its programs in the order in which they were
# packed, which is not always the same.
entries() {
	local file
	cd "$place/$1/dist"
	for file in $(find homebrew scoop winget aur nix -type f | sort); do
		echo "$file"
		grep -v '^ReleaseDate:' "$file" | sort
	done
}

.ci/setup packages
goreleaser check
from=$SECONDS
release first
echo "the first run took $((SECONDS - from))s"
release second
diff "$place"/{first,second}/dist/checksums.txt || complain "a second run gave other bytes"
cd "$place/first"
echo "both runs gave the same $(wc -l <dist/checksums.txt) files:"
(cd dist && wc -c $(sed 's/^[0-9a-f]* *//' checksums.txt)) # in bytes

[ "$(grep -cE '\.(tar\.gz|zip)$' dist/checksums.txt)" = "$systems" ] || complain "there is not an archive for each of $systems systems"

mkdir "$place/inside"
.ci/contents.sh dist "$place/inside"
root=$place/inside/$(basename dist/chat_*_linux_amd64.deb)
version=$(node -p 'JSON.parse(require("fs").readFileSync("dist/metadata.json")).version')

if [ "$(uname -sm)" = "Linux x86_64" ]; then
	chat=$root/usr/bin/chat
	"$chat" version --json | node -e '
		const [got, version, commit] = [JSON.parse(require("fs").readFileSync(0)), ...process.argv.slice(1)];
		if (got.version !== "v" + version || got.commit !== commit) throw new Error(JSON.stringify(got) + ` is not v${version} of ${commit}`);
	' "$version" "$(git rev-parse HEAD)"
	.ci/completions.sh "$root"
	PORT=0 DATA_DIR=$place/data "$chat" serve >"$place/out" 2>"$place/log" </dev/null &
	server=$!
	address=
	until [ -n "$address" ]; do
		kill -0 "$server" 2>/dev/null || complain "the program of the package ended: $(cat "$place/log")"
		sleep 0.1
		address=$(sed -n 's/^ *Local *//p' "$place/out")
	done
	node -e 'fetch(process.argv[1] + "/health").then((r) => { if (!r.ok) throw new Error(r.status) })' "$address"
	echo "the program of the package serves"
	.ci/image.sh "$chat"
fi

if [ "$(uname)" = Linux ]; then
	diff <(entries first) <(entries second) || complain "a second run gave other entries for package managers"
	mkdir "$place/managers"
	.ci/managers.rb dist "$place/managers"

	# systemd reads the units, and says how much the service may do: 2.0 of 10 is
	# the most.
	mkdir "$place/units"
	cp "$root"/usr/lib/systemd/system/* "$place/units"
	sed -i "s|^ExecStart=|&$root|" "$place/units/chat.service" # It looks for the program.
	said=$(systemd-analyze verify --man=no "$place"/units/chat.* 2>&1) || complain "systemd refuses the units: $said"
	[ -z "$said" ] || complain "systemd says of the units: $said"
	systemd-analyze security --offline=true --threshold=20 --no-pager "$place/units/chat.service" | tail -1
fi
