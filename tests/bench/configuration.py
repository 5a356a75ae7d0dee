#!/usr/bin/env python3
"""make bench: CPU per configuration line, loaded from a file and typed, among 1,000, 10,000 and 60,000 dial peers.

A typed line is a transaction of its own, a file is one; both must cost the same however many peers there are. The
last column is a single changed line among all of them: 20,000 typed lines that change one peer, after the rest.
Nothing here passes or fails; compare figures of one run only.

usage: configuration.py [--counts 1000,10000,60000] [--rounds 3]        environment: GW
"""
import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'e2e'))
import netns

CHANGES = 20000


def peers(n):
    return ''.join('dial-peer voice %d pots\n destination-pattern 9%07d\n authentication username u%07d password 7 '
                   '0822455D0A16\n' % (i + 1, i, i) for i in range(n))


def cpu(command, stdin=None):
    """User and system seconds of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    ap = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    ap.add_argument('--counts', default='1000,10000,60000')
    ap.add_argument('--rounds', type=int, default=3)
    a = ap.parse_args()
    gw = os.path.abspath(os.environ.get('GW', 'gw/gw'))
    netns.enter()
    print('%10s %16s %16s %24s' % ('peers', 'file us/line', 'typed us/line', 'one changed line, us'))
    with tempfile.TemporaryDirectory(prefix='gw-bench.') as d:
        port = 'voice service voip\n sip\n  listen-port non-secure 16070\n'
        open(d + '/empty.cfg', 'w').write(port)
        for n in map(int, a.counts.split(',')):
            open(d + '/full.cfg', 'w').write(port + peers(n))
            open(d + '/typed', 'w').write('enable\nconfigure terminal\n' + peers(n))
            change = 'enable\nconfigure terminal\ndial-peer voice %d pots\n' % (n // 2)
            open(d + '/changes', 'w').write(change + 'preference 3\npreference 4\n' * (CHANGES // 2))
            file, typed, one = [], [], []
            for _ in range(a.rounds):
                empty = cpu([gw, '-t', d + '/empty.cfg'])
                file.append((cpu([gw, '-t', d + '/full.cfg']) - empty) / (3 * n) * 1e6)
                typed.append((cpu([gw, '-f', d + '/empty.cfg'], open(d + '/typed')) - empty) / (3 * n) * 1e6)
                loaded = cpu([gw, '-f', d + '/full.cfg'], subprocess.DEVNULL)
                changed = cpu([gw, '-f', d + '/full.cfg'], open(d + '/changes'))
                one.append((changed - loaded) / CHANGES * 1e6)
            print('%10d %16.2f %16.2f %24.2f' % tuple([n] + [statistics.median(x) for x in (file, typed, one)]), flush=True)


if __name__ == '__main__':
    main()
