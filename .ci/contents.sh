#!/usr/bin/env bash
# Looks into what a release has made: each archive and each package is unpacked
# as its own system does it, and has the program, its manual, its completions,
# its service, its settings and the licences. The program of each package for
# this machine is that of the archive, byte for byte, so that what package.sh
# tries is what they all install.
#
#   .ci/contents.sh DIST PLACE    PLACE is an empty folder for what is unpacked
set -euo pipefail
dist=$(cd "$1" && pwd)
place=$(cd "$2" && pwd)

complain() {
	echo "contents.sh: $*" >&2
	exit 1
}

# has ROOT FILE...: each is there, and is not empty.
has() {
	local root=$1 file
	shift
	for file; do
		[ -s "$root/$file" ] || complain "$root has no $file"
	done
}

# mode FILE WANT
mode() {
	local got
	got=$(stat -c %a "$1" 2>/dev/null || stat -f %Lp "$1")
	[ "$got" = "$2" ] || complain "$1 has mode $got, want $2"
}

manual() { # ROOT FOLDER: a page for each command, which man reads without complaint
	local pages=("$1/$2"/chat*.1.gz) page said
	[ "${#pages[@]}" -gt 10 ] || complain "$1 has ${#pages[@]} pages in $2"
	for page in "${pages[@]}"; do
		said=$(gunzip -c "$page" | mandoc -T lint -W warning 2>&1) || complain "the page $page is wrong: ${said:0:1000}"
	done
}

# built PROGRAM SYSTEM: for that system and of this version, without cgo and
# without the paths of the machine that built it.
built() {
	local says arm=
	says=$(go version -m "$1")
	case $2 in *v[67]) arm=${2##*v} ;; esac
	for setting in -trimpath=true CGO_ENABLED=0 "GOOS=${2%_*}" "GOARCH=$(sed 's/.*_//; s/v[67]$//' <<<"$2")" ${arm:+"GOARM=$arm"}; do
		grep -qw -- "$setting" <<<"$says" || complain "$1 is not built with $setting"
	done
	grep -qaF "v$version" "$1" || complain "$1 is not of v$version"
}

# agent PLIST: launchd is told to run a program, when somebody logs in.
agent() {
	/usr/bin/python3 -c '
import plistlib, sys
agent = plistlib.load(open(sys.argv[1], "rb"))
assert agent["Label"] == "chat" and agent["ProgramArguments"][1:] == ["serve"] and agent["RunAtLoad"] is True, agent
' "$1" || complain "$1 is no agent"
}

version=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).version' "$dist/metadata.json")
archives=0
for archive in "$dist"/*.tar.gz "$dist"/*.zip; do
	root=$place/$(basename "$archive")
	mkdir "$root"
	case $archive in
	*.zip) unzip -q "$archive" -d "$root" && program=chat.exe ;;
	*) tar -xzf "$archive" -C "$root" && program=chat ;;
	esac
	has "$root" "$program" LICENSE THIRD_PARTY_LICENSES README.md CHANGELOG.md .env.example \
		completions/chat.{bash,zsh,fish,ps1} services/chat.{service,socket,env,plist}
	manual "$root" man
	agent "$root/services/chat.plist"
	name=$(basename "$archive")
	name=${name#"chat_${version}_"} name=${name%.zip}
	built "$root/$program" "${name%.tar.gz}"
	archives=$((archives + 1))
done
[ "$archives" -ge 2 ] || complain "there are $archives archives, want one of each kind"

# installed ROOT: what every Linux package brings.
installed() {
	has "$1" usr/bin/chat etc/chat/chat.env usr/share/doc/chat/{copyright,THIRD_PARTY_LICENSES,README.md,CHANGELOG.md} \
		usr/share/bash-completion/completions/chat usr/share/fish/vendor_completions.d/chat.fish usr/share/zsh/site-functions/_chat
	mode "$1/usr/bin/chat" 755
	mode "$1/etc/chat/chat.env" 600
	! grep -q '^[^#]' "$1/etc/chat/chat.env" || complain "the settings of $1 are not all comments"
	manual "$1" usr/share/man/man1
}

units() { has "$1" usr/lib/systemd/system/chat.{service,socket}; }

# same NAME SYSTEM ROOT: the program is that of the archive.
same() {
	cmp "$place/$(basename "$dist"/chat_*_"$1".tar.gz)/chat" "$2/usr/bin/chat" || complain "$2 has another program than the archive"
}

# right WHAT VERSION: as the kind of package writes it.
right() {
	[ "${2%%[~_-]*}" = "${version%%-*}" ] || complain "$1 says that it is version $2, want $version"
}

packages=0
for package in "$dist"/chat_*.{deb,rpm,apk}; do
	root=$place/$(basename "$package")
	system=$(basename "${package%.*}")
	system=${system#chat_*_}
	mkdir "$root" "$root.control"
	case $package in
	*.deb)
		(cd "$root.control" && ar x "$package" && tar -xzf control.tar.gz && tar -xzf data.tar.gz -C "$root")
		right "$package" "$(sed -n 's/^Version: //p' "$root.control/control")"
		grep -qx /etc/chat/chat.env "$root.control/conffiles" || complain "$package would overwrite /etc/chat/chat.env"
		units "$root"
		;;
	*.rpm)
		rpm -K "$package" >"$place/said" || complain "$(cat "$place/said")"
		rpm2archive - <"$package" | tar -xzf - -C "$root"
		right "$package" "$(rpm -qp --qf '%{VERSION}' "$package")"
		rpm -qp --qf '[%{FILENAMES} %{FILEFLAGS:fflags}\n]' "$package" | grep -x '/etc/chat/chat.env cn' >/dev/null ||
			complain "$package would overwrite /etc/chat/chat.env" # c: configuration, n: noreplace
		for script in PREIN POSTIN PREUN POSTUN; do
			rpm -qp --qf "%{$script}" "$package" | sed 's/^(none)$//' >"$root.control/p$script"
		done
		units "$root"
		;;
	*.apk)
		# Three archives in one: a package without a signature has two. apk itself
		# leaves what is below /etc as its owner has changed it.
		tar -xzf "$package" -C "$root" 2>"$place/said" || complain "unpacking $package: $(cat "$place/said")"
		mv "$root"/.p* "$root"/.PKGINFO "$root.control"
		right "$package" "$(sed -n 's/^pkgver = //p' "$root.control/.PKGINFO")"
		has "$root" etc/init.d/chat
		mode "$root/etc/init.d/chat" 755
		sh -n "$root/etc/init.d/chat"
		;;
	esac
	for script in "$root.control"/{p,.p}*; do
		[ ! -f "$script" ] || sh -n "$script"
	done
	installed "$root"
	same "$system" "$root"
	packages=$((packages + 1))
done
[ "$packages" -ge 3 ] || complain "there are $packages packages, want one of each kind"

for bom in "$dist"/*.cdx.json; do
	node -e '
		const bom = JSON.parse(require("fs").readFileSync(process.argv[1]));
		if (bom.bomFormat !== "CycloneDX" || !bom.components.some((c) => c.name === "github.com/coder/websocket")) throw new Error("no list of modules");
	' "$bom"
done
echo "$archives archives and $packages packages have inside what they should"
