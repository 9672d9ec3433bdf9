#!/usr/bin/env bash
# Loads the completions that packages install into their shells, and lets each
# that can be asked complete a line, with the program in PATH.
#
#   .ci/completions.sh ROOT    where a package was unpacked
set -euo pipefail
root=$(cd "$1" && pwd)/usr
PATH=$root/bin:$PATH

complain() {
	echo "completions.sh: $*" >&2
	exit 1
}

# offers SHELL LINES: the levels of a log, which the program itself knows.
offers() {
	local level
	for level in DEBUG INFO WARNING ERROR CRITICAL; do
		grep -qw "$level" <<<"$2" || complain "$1 does not offer $level, but: $2"
	done
}

offers bash "$(bash --norc 2>&1 <<END
. /usr/share/bash-completion/bash_completion
. "$root/share/bash-completion/completions/chat"
complete -p chat >/dev/null || exit
COMP_LINE="chat serve --log-level " COMP_WORDS=(chat serve --log-level "") COMP_CWORD=3 COMP_TYPE=9
COMP_POINT=\${#COMP_LINE}
__start_chat 2>/dev/null # It is asked outside of a completion, and says so.
echo "\${COMPREPLY[@]}"
END
)"
offers fish "$(fish --no-config -c '
	source $argv[1]
	complete -C "chat serve --log-level "' "$root/share/fish/vendor_completions.d/chat.fish" 2>&1)"
# zsh completes at a prompt only: this is whether it finds and reads the file.
found=$(zsh -f 2>&1 <<END
fpath=("$root/share/zsh/site-functions" \$fpath)
autoload -Uz compinit && compinit -D -u && autoload +X _chat && print \$_comps[chat]
END
) || found="$found (it ends with an error)"
[ "$found" = _chat ] || complain "zsh does not take the completion: $found"
