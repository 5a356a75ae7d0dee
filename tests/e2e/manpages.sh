#!/bin/sh
# The manual pages are well-formed, and name every option of `gw --help`.
set -u
srcdir=${srcdir:-$(dirname "$0")/../..}
if ! command -v man >/dev/null || ! command -v troff >/dev/null; then
	echo "SKIP: man is not installed (Debian: man-db, groff-base)"
	exit 77
fi
bad=0
for page in "$srcdir/doc/gw.1" "$srcdir/doc/gw.cfg.5" "${BUILD:-.}/doc/gw-commands.7"; do
	said=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null) || said="$said (status $?)"
	if [ -z "$said" ]; then
		echo "PASS: $page"
	else
		echo "FAIL: $page: $said"
		bad=1
	fi
done
text=$(MANWIDTH=120 man -E ascii -l "$srcdir/doc/gw.1" | sed 's/.\x08//g')
for option in $("${GW:-gw/gw}" --help | grep -Eo -- '(^|[ [,])--?[A-Za-z]+' | grep -Eo -- '-.*' | sort -u); do
	if ! echo "$text" | grep -Eq -- "(^|[ [,])$option([] ,=]|\$)"; then
		echo "FAIL: gw(1) does not know $option"
		bad=1
	fi
done
# gw.cfg(5) shows what gw says.
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
gw=$(readlink -f "${GW:-gw/gw}")
printf 'hostname a\n!\n!\nnum-exp 1 2\n foo\n' >"$work/site.cfg"
(cd "$work" && "$gw" -t site.cfg 2>&1) | grep '^site.cfg:[0-9]' >"$work/said"
grep -o '^\.Dl site\.cfg:.*' "$srcdir/doc/gw.cfg.5" | sed 's/^\.Dl //' | diff - "$work/said" || {
	echo "FAIL: gw.cfg(5) shows other errors than gw"
	bad=1
}
exit $bad
