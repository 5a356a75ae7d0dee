#!/usr/bin/env python3
"""make bench: CPU and memory of gw for first registrations, challenge included, at 600 and 6,000.

Kamailio (Debian's package) is six registrars with digest authentication on loopback, in a network of its own.
Each run starts gw with N / 6 endpoints, waits for the N log lines of success, and reads gw's own CPU time from
/proc. What a start with the same configuration and no registrar costs is measured too and taken off: left is the
cost of N registrations, two requests and two answers each. Nothing here passes or fails; compare figures of one
run only.

usage: registrations.py [--counts 600,6000] [--rounds 3]        environment: GW
"""
import argparse
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PORTS_PY = HERE.parent / 'kamailio' / 'ports.py'
sys.path.insert(0, str(HERE.parent / 'e2e'))
import netns

PORTS = range(16061, 16067)


def configuration(path, endpoints, registrars):
    with open(path, 'w') as f:
        f.write('voice service voip\n sip\n  listen-port non-secure 16060\n')
        for i in range(endpoints):
            f.write('dial-peer voice %d pots\n destination-pattern 9%07d\n' % (i + 1, i))
            f.write(' authentication username 9%07d password 0 bench-password\n' % i)
        f.write('sip-ua\n')
        if registrars:
            for i, port in enumerate(PORTS):
                f.write(' registrar %d ipv4:127.0.0.1:%d expires 3600\n' % (i + 1, port))


def usage(pid):
    cpu = int(open('/proc/%d/schedstat' % pid).read().split()[0]) / 1e9
    status = open('/proc/%d/status' % pid).read()
    rss = {k: int(v) for k, v in re.findall(r'(VmRSS|VmHWM):\s+(\d+)', status)}
    return cpu, rss['VmRSS'], rss['VmHWM']


def run(gw, config, count):
    """CPU seconds, wall seconds, RSS and peak RSS in KiB when `count` registrations are up."""
    start = time.monotonic()
    p = subprocess.Popen([gw, '-D', '-f', config, '-s', str(config) + '.sock'], stderr=subprocess.PIPE, text=True)
    done = 0
    try:
        if count == 0:
            # Loaded and idle: it used no CPU time for a while.
            last = -1.0
            while time.monotonic() < start + 1 or (now := usage(p.pid)[0]) - last > .0002:
                last = usage(p.pid)[0]
                time.sleep(.3)
                if p.poll() is not None:
                    raise SystemExit('gw ended: ' + p.stderr.read())
        while done < count:
            line = p.stderr.readline()
            if not line:
                raise SystemExit('gw ended early')
            done += 'Registration Success' in line
            if 'Registration failed' in line or time.monotonic() - start > 600:
                raise SystemExit('no success: ' + line)
        return (*usage(p.pid), time.monotonic() - start)
    finally:
        p.send_signal(signal.SIGKILL)
        p.wait()


def main():
    ap = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    ap.add_argument('--counts', default='600,6000')
    ap.add_argument('--rounds', type=int, default=3)
    a = ap.parse_args()
    gw = os.path.abspath(os.environ.get('GW', 'gw/gw'))
    os.environ['PATH'] += ':/usr/sbin'
    netns.enter()
    with tempfile.TemporaryDirectory(prefix='gw-bench.') as d:
        print('%10s %14s %14s %12s %12s %10s' %
              ('N', 'CPU us/reg', 'min..max', 'KiB settled', 'KiB peak', 'seconds'))
        for count in map(int, a.counts.split(',')):
            costs, sizes, peaks, walls = [], [], [], []
            configuration(d + '/full.cfg', count // 6, True)
            configuration(d + '/empty.cfg', count // 6, False)
            for _ in range(a.rounds):
                kamailio = subprocess.Popen(
                    ['kamailio', '-DD', '-E', '-f', HERE / 'kamailio.cfg', '-Y', d, '-w', d, '-m', '256', '-M', '16'],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                try:
                    subprocess.run([sys.executable, PORTS_PY, 'answer', '15'] +
                                   ['127.0.0.1:%d' % p for p in PORTS], check=True)
                    base = run(gw, d + '/empty.cfg', 0)
                    full = run(gw, d + '/full.cfg', count)
                finally:
                    kamailio.terminate()
                    kamailio.wait()
                costs.append((full[0] - base[0]) / count * 1e6)
                sizes.append((full[1] - base[1]) / count)
                peaks.append((full[2] - base[1]) / count)
                walls.append(full[3])
            print('%10d %14.1f %6.1f..%6.1f %12.2f %12.2f %10.1f' %
                  (count, statistics.median(costs), min(costs), max(costs), statistics.median(sizes),
                   statistics.median(peaks), statistics.median(walls)), flush=True)


if __name__ == '__main__':
    main()
