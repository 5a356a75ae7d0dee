#!/bin/sh
# Every file of examples/ is good: gw -t finds no error in it, and warns of nothing but the wildcard that
# demo.cfg explains. So are the default configuration, the one in its comments, and the one in gw.cfg(5).
set -eu
srcdir=${srcdir:-$(dirname "$0")/../..}
bad=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
default=$srcdir/debian/startup-config
sed -n 's/^! \(.*\)/\1/p' "$default" | sed -n '/^dial-peer/,$p' >"$work/default, uncommented"
sed -n '/^\.Bd/,/^\.Ed/{/^\./d;p;}' "$srcdir/doc/gw.cfg.5" >"$work/gw.cfg.5"
grep -q '^sip-ua$' "$work/default, uncommented" && grep -q '^sip-ua$' "$work/gw.cfg.5"
for f in "$srcdir"/examples/*.cfg "$default" "$work"/*; do
	if said=$("${GW:-gw/gw}" -t "$f" 2>&1) && ! echo "$said" | grep -v -e 'warning: dial peer 9 does not register' -e ': 0 errors, 1 warning in ' | grep -q .; then
		echo "PASS: $f"
	else
		echo "FAIL: $f: $said"
		bad=1
	fi
done
exit $bad
