#!/usr/bin/env python3
"""Every case of abuse-cases.md is there, once and in order; every test it names exists, runs, and carries the number."""
import os
import re
import sys

HERE = os.path.join(os.environ.get('srcdir', '.'), 'tests')
CASES = ['%s%d' % (kind, i) for kind, n in (('L', 20), ('V', 18), ('F', 18), ('C', 9)) for i in range(1, n + 1)]


def read(name):
    with open(os.path.join(HERE, os.path.relpath(name, 'tests'))) as f:
        return f.read()


def numbers(text):
    """The cases that a comment names, `L8-L16` for all of these."""
    named = set()
    for kind, first, _, last in re.findall(r'\b([LVFC])(\d+)(-\1(\d+))?\b', text):
        named.update('%s%d' % (kind, i) for i in range(int(first), int(last or first) + 1))
    return named


def in_c(text, test):
    m = re.search(r'((?:/\*(?:(?!\*/).)*\*/\n)*)START_TEST\(%s\)' % test, text, re.S)
    return (m and re.search(r'tcase_add\w*\([^;]*\b%s\b' % test, text)) and m[1]


def in_python(text, test):
    m = re.search(r'(?m)^def %s\(\):(.*\n(?:    """(?:(?!""").|\n)*""")?)' % test, text)
    return (m and re.search(r'(?s)\nTESTS = \([^)]*\b%s\b' % test, text)) and m[1]


def main():
    problems, seen = [], []
    for line in read('tests/abuse-cases.md').splitlines():
        m = re.match(r'\| ([LVFC]\d+) \|(.+)\|(.+)\|(.*)\|$', line)
        if not m:
            continue
        case, tests = m[1], re.findall(r'`(tests/[^`:]+):([^`]+)`', m[3])
        seen.append(case)
        if not tests:
            problems.append('%s has no test' % case)
        for name, test in tests:
            try:
                text = read(name)
            except OSError as e:
                problems.append('%s: %s' % (case, e))
                continue
            if name.endswith('.txt'):
                if test not in text:
                    problems.append('%s: %s has no %r' % (case, name, test))
                continue
            comment = (in_c if name.endswith('.c') else in_python)(text, test)
            if not comment and comment != '':
                problems.append('%s: %s runs no %s' % (case, name, test))
            elif case not in numbers(comment):
                problems.append('%s: not named at %s in %s' % (case, test, name))
    if seen != CASES:
        problems.append('not all cases once and in order: %s' % (sorted(set(CASES) ^ set(seen)) or seen))
    print('\n'.join(problems + ['%d cases' % len(seen)]))
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
