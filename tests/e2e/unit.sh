#!/bin/sh
# gw.service means something to systemd and leaves the service few rights; the user and the directories that it
# needs are made. Skipped where systemd-analyze is not there.
set -u
systemd=$(cd "${BUILD:-.}" && pwd)/systemd
gw=${GW:-gw/gw}
for tool in systemd-analyze systemd-sysusers systemd-tmpfiles; do
	if ! command -v $tool >/dev/null; then
		echo "SKIP: $tool is not installed (Debian: systemd)"
		exit 77
	fi
done
for f in gw.service sysusers.d/gw.conf tmpfiles.d/gw.conf; do
	if [ ! -e "$systemd/$f" ]; then
		echo "$systemd/$f: missing (set BUILD)"
		exit 99
	fi
done
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
bad=0

# $1: what holds; the rest: the command that proves it.
holds() {
	what=$1
	shift
	if "$@" >"$work/said" 2>&1; then
		echo "PASS: $what"
	else
		echo "FAIL: $what"
		cat "$work/said"
		bad=1
	fi
}

# The program is not installed yet, nor is its manual.
sed "s|^ExecStart=[^ ]*|ExecStart=$gw|" "$systemd/gw.service" >"$work/gw.service"
verify() {
	systemd-analyze verify --man=no "$work/gw.service" && ! grep -q . "$work/said"
}
if systemd-analyze verify --man=no /dev/null 2>&1 | grep -q 'Failed to .*manager'; then
	echo "SKIP: systemd-analyze verify does not work here"
else
	holds "the unit is well-formed" verify
fi
holds "no path is left open" sh -c "! grep -n '@[a-z]*@\|\${' '$systemd/gw.service' '$systemd/sysusers.d/gw.conf' '$systemd/tmpfiles.d/gw.conf'"
holds "it leaves few rights" systemd-analyze security --offline=true --threshold=18 "$work/gw.service"
# `show clock detail`
reads_clock() {
	grep -q '^SystemCallFilter=.*\<clock_adjtime\>' "$systemd/gw.service" && ! grep '^ProtectClock=yes' "$systemd/gw.service"
}
holds "it may read whether the clock follows NTP" reads_clock

mkdir "$work/root" "$work/root/etc"
holds "the user is made" systemd-sysusers --root="$work/root" "$systemd/sysusers.d/gw.conf"
holds "it has no shell and no password" grep -Eq '^gw:x:[0-9]+:[0-9]+:SIP gateway:/.*/lib/gw:/[a-z/]*nologin$' "$work/root/etc/passwd"
holds "the group is made" grep -q '^gw:' "$work/root/etc/group"
if [ "$(id -u)" -eq 0 ]; then
	holds "the directories are made" systemd-tmpfiles --root="$work/root" --create "$systemd/tmpfiles.d/gw.conf"
	uid=$(sed -n 's/^gw:x:\([0-9]*\):\([0-9]*\):.*/\1:\2/p' "$work/root/etc/passwd")
	while read -r _ path mode _; do
		holds "$path" test "$(stat -c '%u:%g 0%a' "$work/root$path")" = "$uid $mode"
	done <<-END
		$(grep '^d ' "$systemd/tmpfiles.d/gw.conf")
	END
fi
exit $bad
