#!/bin/sh
# What Tab offers behind gw in bash.
set -u
if ! command -v bash >/dev/null; then
	echo "SKIP: bash is not installed"
	exit 77
fi
srcdir=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd) || exit 99
gw=${GW:-$PWD/gw/gw}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/sites" && touch "$work/site.cfg" "$work/with blank.cfg" "$work/gw.sock" || exit 99
cd "$work" || exit 99
cat >check.bash <<'END'
bad=0
# $1: what is expected, sorted, with bars between; the rest: the words of the line, Tab behind the last one.
offers() {
	local expected=$1 got
	shift
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
	_gw gw "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	got=$(printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | paste -sd '|')
	if [ "$got" = "$expected" ]; then
		echo "PASS: $*"
	else
		echo "FAIL: $*: '$got' instead of '$expected'"
		bad=1
	fi
}
. "$1/completion/gw"
[[ $(complete -p gw) = *' -F _gw gw' ]] || { echo "FAIL: not registered for gw"; bad=1; }
offers '--attach|--command|--core|--daemon|--file|--help|--socket|--strict|--test|--version|--warnings|-D|-V|-a|-c|-f|-h|-s|-t' gw ''
offers '--socket|--strict' gw --s
offers '--version' gw -D --v
offers 'site.cfg|sites' gw -f si
offers 'site.cfg|sites' gw -D --file si
offers 'site.cfg|sites' gw --file = si
offers 'gw.sock|site.cfg|sites|with blank.cfg' gw -t ''
offers 'gw.sock' gw -a --socket gw
offers 'gw.sock|site.cfg|sites|with blank.cfg' gw --socket =
offers 'with blank.cfg' gw -t with
offers '' gw -c ''
offers '' gw --command sh
offers '' gw --command = sh
offers '-c' gw -c 'show version' -c
offers '' gw nothing
[ -s "$2" ] || { echo "FAIL: gw --help names no option"; bad=1; }
. "$2"
exit $bad
END
# The file names of this directory would be seen too.
mv check.bash "$work/../${work##*/}.bash" && trap 'rm -rf "$work" "$work.bash" "$work.options"' EXIT
# Whatever gw has is offered.
"$gw" --help | grep -Eo -- '(^|[ [,])--?[A-Za-z]+' | grep -Eo -- '-.*' | sort -u |
	sed "s/.*/offers '&' gw &/" >"$work.options"
bash --norc "$work.bash" "$srcdir" "$work.options"
