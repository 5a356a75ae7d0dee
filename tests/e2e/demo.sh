#!/bin/sh
# make demo without a terminal: ends with status 0, all registrations up, and leaves nothing behind.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/usr/local/sbin
PYTHONDONTWRITEBYTECODE=1
export PATH PYTHONDONTWRITEBYTECODE
for program in kamailio python3; do
	command -v "$program" >/dev/null || {
		echo "SKIP: $program is not installed (./bootstrap installs it)"
		exit 77
	}
done

TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/gw-demo-test.XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 1' HUP INT TERM

srcdir=${srcdir:-$here/../..} python3 "$here/netns.py" sh "$here/../demo.sh" </dev/null

left=$(ls -A "$TMPDIR")
[ -z "$left" ] || {
	echo "left behind: $left"
	exit 1
}
for p in /proc/[0-9]*; do
	line=$({ tr '\0' ' ' <"$p/cmdline"; } 2>/dev/null || :) # it may have ended by now
	case $line in
	*"$TMPDIR/"*)
		echo "still running: $line"
		exit 1
		;;
	esac
done
