# Sourced by the scripts beside it: runs checks one after the other, each with
# one line that tells how it went and how long it took.
#
#   step NAME COMMAND...   run it; show what it printed only if it failed
#   show NAME COMMAND...   run it; show what it prints
#   begin NAME COMMAND...  run it beside the next ones, when they leave it the processor
#   join                   wait for what was begun, and report it as step does; it
#                          took no longer than it says, which is until now
#   finish                 say how many passed and failed; exit 1 if any failed
#
# A check that fails does not stop the others: one run shows all that is wrong.

. .ci/node.sh

passed=0 failed=0
place=$(mktemp -d) output=$place/output
begun=() # PROCESS START NAME, of each
trap 'leave' EXIT

leave() {
	local one
	for one in ${begun[@]+"${begun[@]}"}; do # bash 3 calls an empty list unset
		kill "${one%% *}" 2>/dev/null || true
	done
	rm -rf "$place"
}

step() {
	local name=$1 from=$SECONDS
	shift
	if "$@" >"$output" 2>&1 </dev/null; then
		report ok "$from" "$name"
	else
		report FAIL "$from" "$name"
		cat "$output"
	fi
}

show() {
	local name=$1 from=$SECONDS
	shift
	if "$@" </dev/null; then
		report ok "$from" "$name"
	else
		report FAIL "$from" "$name"
	fi
}

begin() {
	local name=$1
	shift
	nice -n 19 "$@" >"$place/begun.${#begun[@]}" 2>&1 </dev/null &
	begun+=("$! $SECONDS $name")
}

join() {
	local i process from name
	for i in ${begun[@]+"${!begun[@]}"}; do
		read -r process from name <<<"${begun[i]}"
		if wait "$process"; then
			report ok "$from" "$name"
		else
			report FAIL "$from" "$name"
			cat "$place/begun.$i"
		fi
	done
	begun=()
}

report() {
	printf '%-4s %4ds  %s\n' "$1" "$((SECONDS - $2))" "$3"
	if [ "$1" = ok ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
}

finish() {
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}
