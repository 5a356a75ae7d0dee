#!/bin/sh
# The folders are layers: gw > cli > ua > dialpeer > conf > base. A folder includes headers of itself and of those
# below it; cli/ sees ua/ through ua/status.h only. Foreign headers have one home, clock and chance too.
cd "${srcdir:-.}" || exit 1
bad=$(
	below=
	for folder in base conf dialpeer ua cli gw; do
		below="$below $folder"
		grep -Hn '^#include "' "$folder"/*.[ch] | while IFS= read -r line; do
			header=${line#*\"}
			case "$below " in
			*" ${header%%/*} "*) ;;
			*) echo "$line: $folder/ must not include it" ;;
			esac
		done
	done
	grep -Hn '^#include "ua/' cli/*.[ch] | grep -v '"ua/status.h"'
	grep -Hn '^#include <histedit' -r base conf dialpeer ua cli gw | grep -v '^gw/terminal.c:'
	grep -Hn '^#include <sofia-sip' -r base conf dialpeer ua cli gw | grep -Ev '^(ua/sip[^:]*|gw/loop.c):'
	grep -Hn '^#include <ares' -r base conf dialpeer ua cli gw | grep -v '^ua/dns[^:]*:'
	grep -Hn '^#include <\(openssl\|crypt\.h\)' -r base conf dialpeer ua cli gw | grep -Ev '^(conf/secret|ua/digest|ua/ident)\.c:'
	grep -Hn '^#include <security/' -r base conf dialpeer ua cli gw | grep -v '^gw/verify_main.c:'
	grep -HnwE '(clock_gettime|gettimeofday|time|getrandom|rand|random) ?\(' -r base conf dialpeer cli ua gw --include='*.c' |
		grep -Ev '^(gw/loop\.c|ua/dns[^:]*|ua/sip[^:]*):'
)
if [ -n "$bad" ]; then
	echo "$bad"
	exit 1
fi
