#!/bin/sh
# After a package was installed or upgraded. A new one starts nothing: its
# owner sets it up first. An upgrade replaces a running server, whose port stays
# open meanwhile.
set -e
[ -d /run/systemd/system ] || exit 0
systemctl daemon-reload
systemctl try-restart chat.service
# Debian's says "configure OLD-VERSION", an RPM's how many will be installed.
case ${1:-}:${2:-} in
configure: | 1:*)
	echo "chat: write your settings into /etc/chat/chat.env, then run:"
	echo "  systemctl enable --now chat.socket chat.service"
	echo "  journalctl -u chat -n 20    # shows the link that sets up your authenticator"
	;;
esac
