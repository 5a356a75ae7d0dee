#!/bin/sh
# make demo: Kamailio as six registrars with six realms on 127.0.0.1, and gw with examples/demo.cfg.
#
# On a terminal it leaves the user in gw's console; Kamailio ends when he leaves. Without a terminal it prints
# the table and exits 0 only if every registration is up. Nothing stays behind: no process, no file.
# Environment: GW, the program (default ./gw/gw); srcdir, the source tree.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
srcdir=$(cd "${srcdir:-$here/..}" && pwd)
kamailio_dir=$srcdir/tests/kamailio
table=$kamailio_dir/demo.tab
GW=${GW:-./gw/gw}
export GW
PATH=$PATH:/usr/sbin:/usr/local/sbin
PYTHONDONTWRITEBYTECODE=1
export PATH PYTHONDONTWRITEBYTECODE

fail() {
	echo "demo: $*" >&2
	exit 1
}

[ -x "$GW" ] || fail "$GW is not there; run make first"
for program in kamailio python3; do
	command -v "$program" >/dev/null || fail "$program is not installed; run ./bootstrap"
done

dir=
pids=
cleanup() {
	status=$?
	trap - EXIT
	trap '' HUP INT TERM
	for pid in $pids; do
		kill "$pid" 2>/dev/null || :
	done
	for pid in $pids; do
		wait "$pid" 2>/dev/null || :
	done
	[ -z "$dir" ] || rm -rf "$dir"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
dir=$(mktemp -d "${TMPDIR:-/tmp}/gw-demo.XXXXXX")

registrars=$(awk '$1 == "registrar" { print $2 ":" $3 }' "$table")
local_port=$(awk '$1 == "listen-port" { print $3 }' "$srcdir/examples/demo.cfg")
# shellcheck disable=SC2086 # a list of words
python3 "$kamailio_dir/ports.py" free $registrars "127.0.0.1:$local_port" 2>"$dir/busy" ||
	fail "port in use: $(paste -sd ';' "$dir/busy"). Is another demo running?"

# shellcheck disable=SC2013
for algorithm in $(awk '$1 == "registrar" { print $5 }' "$table" | sort -u); do
	"$kamailio_dir/config" "$table" "$algorithm" >"$dir/$algorithm.cfg"
	mkdir "$dir/$algorithm"
	kamailio -DD -E -f "$dir/$algorithm.cfg" -Y "$dir/$algorithm" -w "$dir/$algorithm" -m 16 -M 4 \
		</dev/null >"$dir/$algorithm.log" 2>&1 &
	pids="$pids $!"
done
# shellcheck disable=SC2086
python3 "$kamailio_dir/ports.py" answer 15 $registrars || {
	tail -n 5 "$dir"/*.log >&2
	fail "Kamailio did not come up"
}
# shellcheck disable=SC2086
echo "demo: Kamailio is up as $(echo "$registrars" | wc -l) registrars:" $registrars

numbers=$(awk '$1 == "account" { print $3 }' "$table" | sort -u | wc -l)
count=$((numbers * $(echo "$registrars" | wc -l)))
# gw gets a copy, so that `write memory` in the demo's console does not touch the example.
cp "$srcdir/examples/demo.cfg" "$dir/demo.cfg"
chmod 600 "$dir/demo.cfg"
if [ -t 0 ] && [ -t 1 ]; then
	echo "demo: this is gw's console; leave it with exit or Ctrl-D"
	python3 "$srcdir/tests/e2e/demo_console.py" "$dir/demo.cfg" "$count" || exit $?
else
	# In the background, so that a signal to this script ends the wait at once.
	python3 "$srcdir/tests/e2e/demo_console.py" "$dir/demo.cfg" "$count" </dev/null &
	pids="$! $pids"
	wait $! || {
		grep -h ' came as ' "$dir"/*.log >&2 || :
		exit 1
	}
fi
