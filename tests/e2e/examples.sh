#!/bin/sh
# Every file of examples/ is good: gw -t finds no error in it, and warns of nothing but the wildcard that
# demo.cfg explains.
set -eu
srcdir=${srcdir:-$(dirname "$0")/../..}
bad=0
for f in "$srcdir"/examples/*.cfg; do
	if said=$("${GW:-gw/gw}" -t "$f" 2>&1) && ! echo "$said" | grep -v -e 'warning: dial peer 9 does not register' -e ': 0 errors, 1 warning in ' | grep -q .; then
		echo "PASS: $f"
	else
		echo "FAIL: $f: $said"
		bad=1
	fi
done
exit $bad
