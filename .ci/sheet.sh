#!/usr/bin/env bash
# Puts the pictures that the tests took of every state of the pages on one sheet,
# contact-sheet.png in the same folder, for people to look at. A state of which
# there is no picture is a failure.
set -euo pipefail
cd "$1"

states="
setup-stranger-390-light setup-claim-390-dark setup-enrol-1280-light setup-wrong-390-light
login-390-light login-wrong-390-dark login-throttled-390-light login-step-up-390-dark
home-1280-light home-320-dark home-network-390-light home-visited-1280-dark home-forgotten-390-light
room-empty-1280-light room-empty-390-dark no-script-room-390-light
busy-1920-light busy-1280-dark busy-768-light busy-390-dark busy-320-light busy-top-1280-light busy-top-390-dark
long-room-begin-1280-light typing-1280-light typing-390-dark people-390-light people-320-dark
changes-1280-light reacting-390-light reacting-by-name-1280-dark replying-390-dark editing-1280-light
deleting-390-light completing-1280-light titling-1280-dark touched-390-dark hover-1280-light
dropping-1280-light preview-390-light preview-three-1280-dark preview-refused-320-light
uploading-1280-light upload-failed-390-dark picture-failed-1280-light lightbox-1280-light lightbox-390-dark
sending-1280-light sending-390-dark failed-text-390-light pill-1280-light pill-390-dark unread-1280-dark unread-390-light
preview-full-1280-light preview-full-390-dark preview-full-844-light long-message-acts-390-light long-message-reacting-1280-dark
busy-768-dark busy-1920-dark side-1280-light name-refused-1280-light
forced-colours-room-1280-light forced-colours-search-1280-light
room-offline-390-light reconnecting-1280-dark offline-page-390-light notify-denied-1280-light
search-1280-light help-390-dark hostile-1280-light hostile-pictures-390-dark
es-login-three-390 es-empty-1280 es-home-390 es-help-320
error-401-1280-light error-403-1280-dark error-404-390-light error-410-1280-light error-413-1280-dark
error-429-1280-light error-500-1280-dark error-503-390-dark
error-401-print error-403-print error-404-print error-429-print error-500-print error-503-print
error-404-landscape-844-dark login-landscape-844-light
"

browser=
for name in chromium chromium-browser google-chrome google-chrome-stable "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
	[ -n "$browser" ] || browser=$(command -v "$name" || true)
done
[ -n "$browser" ] || { echo "sheet: there is no Chromium or Chrome: run .ci/setup" >&2; exit 1; }

page=$(mktemp "$PWD/sheet.XXXXXX.html")
trap 'rm -f "$page"' EXIT
{
	echo '<!doctype html><meta charset="utf-8"><style>
		body { margin: 24px; display: flex; flex-wrap: wrap; gap: 20px; background: #9a9a94; font: 14px/1.5 sans-serif; }
		figure { margin: 0; } img { display: block; height: 400px; border-radius: 6px; }
	</style>'
	missing=
	for state in $states; do
		[ -s "$state.png" ] || missing="$missing $state"
		echo "<figure><img src=\"$state.png\" alt=\"\"><figcaption>$state</figcaption></figure>"
	done
	[ -z "$missing" ] || { echo "sheet: there is no picture of$missing" >&2; exit 1; }
} >"$page"

sandbox=
[ "$(id -u)" != 0 ] || sandbox=--no-sandbox # it refuses one for root
"$browser" --headless $sandbox --disable-gpu --hide-scrollbars --allow-file-access-from-files \
	--window-size=2400,9000 --screenshot="$PWD/contact-sheet.png" "file://$page" >/dev/null 2>&1
[ -s contact-sheet.png ] || { echo "sheet: the browser made no picture" >&2; exit 1; }
