#!/usr/bin/env bash
# Builds the images with buildah, the one from the source and the one of a
# release, and uses each as its users do: it has the program and nothing else,
# serves as its own user from a volume that was not there before, is healthy, and
# says goodbye when it is stopped. compose.yaml is read by the library of the
# Compose Specification.
#
# Nothing is pulled: for the base image stands one of the same name, made of the
# Go and the certificates of this machine.
#
#   .ci/image.sh PROGRAM    what a release has built for Linux on this processor
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")/.."
place=$(mktemp -d)
server=

complain() {
	echo "image.sh: $*" >&2
	exit 1
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

image() { as_root buildah --storage-driver vfs --root "$place/root" --runroot "$place/run" "$@"; }

clean() {
	[ -z "$server" ] || as_root kill "$server" 2>/dev/null || true
	wait
	image rm --all >/dev/null 2>&1 || true
	as_root rm -rf "$place"
}
trap clean EXIT

# stand_in makes the base image, which brings a shell, certificates and Go.
stand_in() {
	local name=$1 root
	image from --name base scratch >/dev/null
	root=$(image mount base)
	as_root mkdir -p "$root"/{bin,tmp,root,etc/ssl/certs,usr/local/go}
	as_root cp "$(command -v busybox)" "$root/bin/busybox"
	for tool in sh mkdir; do as_root ln -s busybox "$root/bin/$tool"; done
	as_root cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
	image config --env PATH=/usr/local/go/bin:/bin --env GOPATH=/go --env GOCACHE=/root/.cache/go-build --env GOTOOLCHAIN=local base
	image commit -q base "docker.io/library/$name" >/dev/null
	image rm base >/dev/null
}

build() { image build --isolation chroot --pull-never --format docker "$@" >"$place/said" 2>&1 || complain "$(cat "$place/said")"; }

# has IMAGE: what it says of how it is to be run.
has() {
	image inspect --type image "$1" | node -e '
		const { User, Volumes, ExposedPorts, Entrypoint, Cmd, Healthcheck } = JSON.parse(require("fs").readFileSync(0)).Docker.config;
		require("assert").deepStrictEqual([User, Volumes, ExposedPorts, Entrypoint, Cmd, Healthcheck.Test], [
			"65532:65532", { "/data": {} }, { "5000/tcp": {} }, ["/chat"], ["serve"], ["CMD", "/chat", "health"],
		]);
	' || complain "$1 is not run as it should"
}

# innermost PID: the program that those which started each other have started.
innermost() {
	local pid=$1 child
	while child=$(pgrep -P "$pid"); do pid=$child; done
	echo "$pid"
}

# use IMAGE VERSION
use() {
	local container root inside
	has "$1"
	container=$(image from --pull-never "$1")
	root=$(image mount "$container")
	inside=$(as_root find "$root" -type f -printf '%P %m\n' | sort | paste -sd,)
	[ "$inside" = "LICENSE 644,THIRD_PARTY_LICENSES 644,chat 755,etc/ssl/certs/ca-certificates.crt 644" ] || complain "$1 has inside $inside"
	run() { image run --isolation chroot --env PORT=0 "$container" -- /chat "$@"; }
	run version --json >"$place/version"
	grep -q "\"version\": *\"$2\"" "$place/version" || complain "$1 is $(cat "$place/version"), want $2"

	: >"$place/out"
	run serve >"$place/out" 2>"$place/log" </dev/null &
	server=$!
	until grep -q '"msg":"serving"' "$place/out"; do # The log, as the image says.
		kill -0 "$server" 2>/dev/null || complain "$1 ended: $(cat "$place/out" "$place/log")"
		sleep 0.1
	done
	run health --ready || complain "$1 is not well"
	inside=$(as_root find "$place/root" -name serve.lock -printf '%u:%g %m\n')
	[ "$inside" = "65532:65532 600" ] || complain "what $1 keeps is $inside"
	as_root kill "$(innermost "$server")"
	wait "$server" || complain "$1 ended with $?: $(cat "$place/out" "$place/log")"
	server=
	grep -q '"msg":"stopped"' "$place/out" || complain "$1 says no goodbye: $(cat "$place/out")"
	echo "$1: $(as_root stat -c %s "$root/chat") bytes, serves, is well, and stops"
	image rm "$container" >/dev/null
}

go run github.com/compose-spec/compose-go/v2/cmd@v2.16.2 compose.yaml >"$place/said" 2>&1 || complain "compose.yaml: $(cat "$place/said")"
stand_in golang:1.26-alpine

build -v "$(go env GOROOT):/usr/local/go:ro" -v "$(go env GOMODCACHE):/go/pkg/mod" -v "$(go env GOCACHE):/root/.cache/go-build" \
	--build-arg VERSION=v0.0.1 --tag chat-of-source .
[ "$(id -u)" = 0 ] || sudo chown -R "$(id -u)" "$(go env GOMODCACHE)" "$(go env GOCACHE)"
use localhost/chat-of-source v0.0.1

# A release has the program of each platform in a folder of its own.
mkdir -p "$place/release/linux/this"
cp "$program" "$place/release/linux/this/chat"
cp LICENSE THIRD_PARTY_LICENSES "$place/release"
build --file packaging/docker/Dockerfile --build-arg TARGETPLATFORM=linux/this --tag chat-of-release "$place/release"
use localhost/chat-of-release "$("$program" version --json | sed -n 's/.*"version": *"\([^"]*\)".*/\1/p')"
