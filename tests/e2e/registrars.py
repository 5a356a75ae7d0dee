#!/usr/bin/env python3
"""gw against the registrars of tests/data/registrars: one way to behave each, all at the same time.

usage: registrars.py [SCENARIO...]

Judges what stands in the message logs by the checks of cases.tsv and by "What no scenario excuses" of the
README there. Each scenario has ports of its own; the whole takes as long as the longest.
"""
import collections
import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True # the source tree stays as it is
import lib
import netns
from lib import check

PEERS = os.path.join(lib.DATA, 'registrars')
import sipmsg # of PEERS; lib has set the path

USER, PASSWORD, NUMBER = 'alice', 'secret', '1001'

# Scenarios that are not run, and why.
LEFT_OUT = {}


class Scenario:
    def __init__(self, name, kind, transport, seconds, expires, option, checks):
        self.name, self.kind, self.transport = name, kind, transport
        self.seconds, self.expires, self.option = float(seconds), int(expires), option
        self.checks = [c.partition('=')[::2] for c in checks.split() if c != '-']
        self.problems, self.skipped = [], None
        self.registrars, self.end, self.gw = [], None, None

    def start(self, directory):
        self.dir = os.path.join(directory, self.name)
        os.mkdir(self.dir)
        self.port, self.second, local = lib.port(), lib.port(), lib.port()
        self.logs = [self.serve(self.name, self.port)]
        if self.option == 'second':
            self.logs.append(self.serve('plain-200', self.second))
        self.config = (
            'voice service voip\n sip\n  listen-port non-secure %d\nsip-ua\n'
            ' credentials number %s username %s password 0 %s realm example.com\n'
            ' registrar 1 ipv4:127.0.0.1:%d expires %d%s\n' % (
                local, NUMBER, USER, PASSWORD, self.port, self.expires, ' tcp' if self.transport == 'tcp' else ''))

    def serve(self, name, port):
        log = os.path.join(self.dir, name + '.log')
        with open(os.path.join(self.dir, name + '.out'), 'wb') as out:
            if self.kind == 'peer' and name == self.name:
                self.serving(out, port, [
                    sys.executable, os.path.join(PEERS, 'peer.py'), name, '--port', str(port), '--log', log,
                    '--life', str(self.seconds + 30)])
            else:
                self.serving(out, port, [
                    'sipp', '-sf', os.path.join(PEERS, name + '.xml'), '-i', '127.0.0.1', '-p', str(port),
                    '-t', 't1' if self.transport == 'tcp' else 'u1', '-cp', str(lib.port()), '-aa',
                    '-deadcall_wait', '0', '-nostdin', '-trace_msg', '-message_file', log, '-s', str(self.second)])
        return log

    def serving(self, out, port, command):
        self.registrars.append((port, subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.dir, env={
                **os.environ, 'TERM': 'dumb', 'PYTHONDONTWRITEBYTECODE': '1'})))

    def serves(self):
        """Whether every registrar of this scenario has its socket."""
        for port, process in self.registrars:
            if self.name == 'unreachable':
                continue
            if process.poll() is not None:
                with open(os.path.join(self.dir, self.name + '.out'), errors='replace') as f:
                    self.problems.append('the registrar ended at once: ' + f.read()[-400:])
                return True
            if not bound(port, self.transport):
                return False
        return True

    def begin(self):
        if self.problems:
            return
        self.gw = lib.Gw(self.config, name='gw/' + self.name)
        self.end = time.monotonic() + self.seconds
        self.until = time.time() + self.seconds

    def step(self):
        """Reads what gw says; true while there is something to watch."""
        if self.gw is None or self.end is None:
            return False
        self.gw.out.read()
        self.gw.log.read()
        if not self.gw.alive():
            self.problems.append('gw died')
        if self.problems or time.monotonic() >= self.end:
            self.end = None
            return False
        return True

    def finish(self):
        """Asks gw once more, ends everything, judges. What gw sends when it leaves is not judged."""
        if self.gw is None:
            return
        try:
            if not self.problems:
                self.gw.command('enable')
                self.gw.command('show sip-ua register status')
                self.gw.command('show sip-ua register why ' + NUMBER)
                status = self.gw.close(15)
                check(status == 0, 'gw left with status %d', status)
            self.judge()
        except lib.Failure as e:
            self.problems.append(str(e))
        if self.name == 'unreachable' and self.registrars[0][1].poll() is not None:
            self.skipped = 'nobody watched: that needs the right to open raw sockets; gw lived'
        if self.problems:
            self.problems.append(self.gw.story())

    def kill(self):
        if self.gw is not None:
            self.gw.kill()
        for _, p in self.registrars:
            if p.poll() is None:
                p.send_signal(signal.SIGKILL)
            p.wait()

    # --- the judge ----------------------------------------------------------------------------------------------

    def judge(self):
        log = sorted((e for path in self.logs for e in sipmsg.readlog(path)), key=lambda e: e[0])
        log = [e for e in log if e[0] <= self.until]
        opened = sum(1 for e in log if e[1] == 'received' and e[2].method == 'CONNECT')
        taken = [(t, m) for t, way, m, _ in log if way == 'received' and m.method == 'REGISTER']
        given = [(t, m) for t, way, m, _ in log if way == 'sent' and m.is_resp and m.cseq[1] == 'REGISTER']
        answers = [m for _, way, m, _ in log if way == 'received' and m.is_resp]

        first = collections.OrderedDict() # branch -> first REGISTER of the transaction
        for t, m in taken:
            first.setdefault(m.branch, (t, m))
        credentials = [m for _, m in first.values() if m.get('authorization') or m.get('proxy-authorization')]
        oks = [(t, m) for t, m in given if 200 <= m.code < 300]
        ok_cseqs = {(m.get('call-id'), m.cseq[0]) for _, m in oks} # copies of one answer count once
        if self.name != 'unreachable': # somebody may not have been allowed to watch
            check(taken or opened, 'no REGISTER came at all')

        self.every_time(taken, first, credentials)
        last = {}
        if credentials:
            m = credentials[-1]
            last = sipmsg.authparams(m.get('authorization') or m.get('proxy-authorization'))
        for name, value in self.checks:
            if name == 'reg_ok':
                check(oks, 'never registered')
            elif name == 'min_ok':
                check(len(ok_cseqs) >= int(value), 'registered %d times, not %s', len(ok_cseqs), value)
            elif name == 'auth_valid':
                check(credentials, 'no credentials came')
                for m in credentials:
                    check(all(sipmsg.verify(m, USER, PASSWORD)), 'a wrong digest:\n%s', m.raw)
            elif name == 'no_creds':
                check(not credentials, 'credentials sent: %s', credentials[:1] and credentials[0].raw)
            elif name == 'creds_max':
                check(len(credentials) <= int(value), '%d credentials, %s allowed', len(credentials), value)
            elif name == 'max_tx':
                check(len(first) <= int(value), '%d transactions, %s allowed', len(first), value)
            elif name == 'max_pkt':
                check(len(taken) <= int(value), '%d packets, %s allowed', len(taken), value)
            elif name == 'max_conn':
                check(opened <= int(value), '%d connections, %s allowed', opened, value)
            elif name == 'alg':
                check(last.get('algorithm', 'MD5').upper() == value, 'algorithm %r', last.get('algorithm'))
            elif name == 'qop':
                check(last.get('qop', 'none') == value, 'qop %r, not %s', last.get('qop'), value)
            elif name in ('realm', 'opaque'):
                check(last.get(name) == value, '%s %r, not %s', name, last.get(name), value)
            elif name == 'expires_ge':
                asked = [int(x) for _, m in taken for x in [m.get('expires')] + re.findall(
                    r'expires=(\d+)', m.get('contact')) if x.isdigit()]
                check(max(asked, default=0) >= int(value), 'asked for %s s at most', max(asked, default=0))
            elif name == 'refresh_within':
                low, _, high = value.partition('-')
                check(oks, 'never registered')
                at = oks[0][0]
                later = [t - at for t, _ in first.values() if t > at]
                check(later, 'no refresh within the time watched')
                check(float(low) <= later[0] <= float(high), 'refresh after %.1f s, not %s', later[0], value)
            elif name == 'gap_ge':
                times = [t for t, _ in first.values()]
                check(len(times) >= 2, 'no second attempt')
                check(times[1] - given[0][0] >= float(value), 'only %.1f s pause', times[1] - given[0][0])
            elif name == 'retrans_ge':
                most = max(collections.Counter(m.branch for _, m in taken).values()) - 1
                check(most >= int(value), '%d retransmissions', most)
            elif name == 'ans':
                method, _, codes = value.partition(':')
                got = [m.code for m in answers if m.cseq[1] == method]
                check(got, 'no answer to %s', method)
                check(all(str(c) in codes.split(',') for c in got), '%s answered %s', method, got)
                if method == 'OPTIONS' and '200' in codes:
                    check(all(m.get('allow') for m in answers if m.cseq[1] == method), 'no Allow in a 200 to OPTIONS')
            elif name == 'ans_min':
                method, _, n = value.partition(':')
                got = [m for m in answers if m.cseq[1] == method]
                check(len(got) >= int(n), '%d answers to %s', len(got), method)
            elif name == 'no_ans':
                check(not answers, 'answers sent: %s', [m.first for m in answers])
            elif name == 'no_route':
                check(not any(m.get('route') for _, m in taken), 'a REGISTER carries Route')
            else:
                raise lib.Failure('cases.tsv has a check that nobody knows: ' + name)

    def every_time(self, taken, first, credentials):
        """What no scenario excuses."""
        seen_cseq, used = {}, set()
        for _, m in taken:
            branch = m.branch
            check(branch.startswith('z9hG4bK'), 'branch %r', branch)
            check('@' not in m.ruri, 'user part in the Request-URI %s', m.ruri)
            check(not re.search(r';\s*tag\s*=', m.get('to')), 'tag in To: %s', m.get('to'))
            check(m.get('max-forwards').isdigit(), 'no Max-Forwards')
            check(PASSWORD not in m.raw, 'the password went out in clear')
            check(re.search(r'sips?:%s@' % NUMBER, m.get('to')), 'To is %s', m.get('to'))
            one = first[branch][1]
            check(m.get('cseq') == one.get('cseq') and m.get('call-id') == one.get('call-id'),
                  'branch %s is used for two requests', branch)
        for branch, (_, m) in first.items():
            call, n = m.get('call-id'), m.cseq[0]
            check(n > seen_cseq.get(call, -1), 'CSeq %d after %d', n, seen_cseq.get(call, -1))
            seen_cseq[call] = n
        check(len(seen_cseq) <= 1, 'more than one Call-ID: %s', list(seen_cseq))
        for m in credentials:
            for v in m.all('authorization') + m.all('proxy-authorization'):
                p = sipmsg.authparams(v)
                if 'nc' in p:
                    key = (p.get('nonce'), p.get('cnonce'), p['nc'])
                    check(key not in used, '(nonce, cnonce, nc) used twice: %s', key)
                    used.add(key)


def bound(port, transport):
    """Whether somebody has the port, without a packet to it."""
    want = ':%04X ' % port
    with open('/proc/net/' + ('tcp' if transport == 'tcp' else 'udp')) as f:
        return any(want in line.split(' rem')[0] for line in f)


def cases():
    with open(os.path.join(PEERS, 'cases.tsv')) as f:
        return [Scenario(*line.rstrip('\n').split('\t')) for line in f if not line.startswith('#')]


def main(names):
    lib.need('sipp')
    netns.enter() # quiet ports, and raw sockets without root
    known = {s.name for s in cases()}
    check(set(names) <= known, 'no such scenario: %s', ' '.join(set(names) - known))
    check(set(LEFT_OUT) <= known, 'left out, but not in cases.tsv: %s', ' '.join(set(LEFT_OUT) - known))
    running = [s for s in cases() if (s.name in names if names else s.name not in LEFT_OUT)]
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix='gw-e2e.'))
        for s in running:
            stack.callback(s.kill)
            s.start(directory)
        end = time.monotonic() + 30
        waiting = running
        while waiting := [s for s in waiting if not s.serves()]:
            check(time.monotonic() < end, 'no socket of the registrar: %s', ' '.join(s.name for s in waiting))
            select.select([], [], [], .05)
        for s in running:
            s.begin()
        watched = running
        while watched := [s for s in watched if s.step() or s.finish()]:
            fds = [x.fd for s in watched for x in (s.gw.out, s.gw.log) if x.open]
            left = min(s.end for s in watched) - time.monotonic()
            select.select(fds, [], [], max(0, min(left, 1)))
    failed = 0
    for s in running:
        if s.problems:
            failed += 1
            print('FAIL: %s\n  %s' % (s.name, '\n'.join(s.problems).replace('\n', '\n  ')))
        else:
            print('%s: %s%s' % ('SKIP' if s.skipped else 'PASS', s.name, ', ' + s.skipped if s.skipped else ''))
    for name, why in [] if names else sorted(LEFT_OUT.items()):
        print('LEFT OUT: %s, %s' % (name, why))
    print('%d of %d scenarios failed' % (failed, len(running)))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
