#!/bin/sh
# Before a package is removed, but not before it is upgraded.
set -e
[ -d /run/systemd/system ] || exit 0
case ${1:-} in
remove | 0) systemctl disable --now chat.socket chat.service ;;
esac
