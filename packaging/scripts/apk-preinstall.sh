#!/bin/sh
# Before the package of Alpine is installed or upgraded: OpenRC has no users
# that exist only while a service runs.
addgroup -S chat 2>/dev/null || true
adduser -S -D -H -h /var/lib/chat -s /sbin/nologin -G chat -g chat chat 2>/dev/null || true
