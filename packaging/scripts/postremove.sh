#!/bin/sh
# After a package was removed. What people said and the secret stay in
# /var/lib/chat until their owner removes them.
set -e
[ ! -d /run/systemd/system ] || systemctl daemon-reload
