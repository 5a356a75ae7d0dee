#!/usr/bin/env python3
"""gw -D under a service manager: readiness, watchdog, reload, end, as sd_notify(3) has it.

usage: service.py [TEST...]

The test is the service manager: it owns the socket that gw is told of.
"""
import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True # the source tree stays as it is
import lib
from lib import check

SECONDS = 15 # for whatever has to happen


class Manager:
    """A notification socket, and gw -D that knows of it."""

    def __init__(self, abstract=False, env=None, config='', before=lambda manager: None):
        self.dir = tempfile.mkdtemp(prefix='gw-e2e.')
        self.name = '@gw-e2e-%d' % os.getpid() if abstract else os.path.join(self.dir, 'notify')
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.name.replace('@', '\0') if abstract else self.name)
        self.socket.settimeout(SECONDS)
        before(self)
        self.log = open(os.path.join(self.dir, 'log'), 'w+b')
        file = os.path.join(self.dir, 'startup-config')
        with open(file, 'w') as f:
            f.write('voice service voip\n sip\n  listen-port non-secure %d\n%s' % (lib.port(), config))
        self.process = subprocess.Popen(
            [lib.gw_path(), '-D', '-f', file, '-s', os.path.join(self.dir, 'gw.sock')], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=self.log, env={**os.environ, 'NOTIFY_SOCKET': self.name, **(env or {})}, cwd=self.dir)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.socket.close()
        self.log.close()
        lib.shutil.rmtree(self.dir, ignore_errors=True)

    def next(self, seconds=SECONDS):
        """The next message; None: none came."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(4096).decode()
        except (socket.timeout, BlockingIOError):
            return None

    def expect(self, text):
        got = self.next()
        check(got == text, 'expected %r, got %r\n%s', text, got, self.story())

    def story(self):
        self.log.seek(0)
        return self.log.read().decode('utf-8', 'replace')

    def ended(self):
        """The exit status."""
        try:
            return self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            raise lib.Failure('it did not end\n' + self.story()) from None

    def until(self, condition, text):
        end = time.monotonic() + SECONDS
        while not condition():
            check(time.monotonic() < end and self.process.poll() is None, '%s\n%s', text, self.story())
            select.select([], [], [], .02)

    def running(self):
        """Waits until gw takes signals: blocked, they come to its loop."""
        def taken():
            with open('/proc/%d/status' % self.process.pid) as f:
                return any(x.startswith('SigBlk:') and int(x.split()[1], 16) & 1 << signal.SIGTERM - 1 for x in f)
        self.until(taken, 'it does not run')

    def wakes(self):
        """How often it wakes within a second. The time is the measure here; nothing can be waited for."""
        def count():
            with open('/proc/%d/status' % self.process.pid) as f:
                return next(int(x.split()[1]) for x in f if x.startswith('voluntary_ctxt_switches:'))
        before = count()
        select.select([], [], [], 1)
        return count() - before

    def end(self):
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.expect('STOPPING=1')
        status = self.ended()
        check(status == 0, 'exit status %d\n%s', status, self.story())
        check(time.monotonic() - begin < 5.5, 'it took %.1f s to end', time.monotonic() - begin)


def ready_and_end():
    for abstract in False, True:
        with Manager(abstract) as m:
            m.expect('READY=1')
            m.end()


def ends_in_time_with_a_dead_registrar():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(('127.0.0.1', 0))
        config = ('dial-peer voice 1 pots\n destination-pattern 1001\n'
                  'sip-ua\n registrar 1 ipv4:127.0.0.1:%d\n' % mute.getsockname()[1])
        with Manager(config=config) as m:
            m.expect('READY=1')
            mute.settimeout(SECONDS)
            check(mute.recv(4096).startswith(b'REGISTER '), 'no REGISTER')
            m.end()


def told_to_end_while_it_starts():
    for _ in range(30):
        with Manager() as m:
            m.running()
            m.process.send_signal(signal.SIGTERM)
            status = m.ended()
            check(status == 0, 'exit status %r\n%s', status, m.story())


def ready_means_that_the_port_is_open():
    port = lib.port()
    with Manager(config='  listen-port non-secure %d\n' % port) as m:
        m.expect('READY=1')
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
            s.settimeout(SECONDS)
            s.connect(('127.0.0.1', port))
        m.end()


def not_ready_when_it_cannot_start():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        port = lib.port()
        taken.bind(('0.0.0.0', port))
        with Manager(config='  listen-port non-secure %d\n' % port) as m:
            check(m.ended() == 1, 'exit status %r', m.process.returncode)
            got = m.next(0)
            check(got is None, 'it said %r', got)


def reload_changes_nothing():
    with Manager() as m:
        m.expect('READY=1')
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        m.process.send_signal(signal.SIGHUP)
        got = m.next() or ''
        check(got.startswith('RELOADING=1\nMONOTONIC_USEC='), 'got %r', got)
        said = int(got.split('=')[-1])
        check(before <= said <= before + SECONDS * 1000000, '%d is not the time, %d was', said, before)
        m.expect('READY=1')
        check('%SYS-5-SIGHUP: ' in m.story(), 'no word in the log:\n%s', m.story())
        m.end()


def watchdog():
    every = .2
    usec = str(int(every * 2e6))
    with Manager(env={'WATCHDOG_USEC': usec}) as m:
        m.expect('READY=1')
        m.expect('WATCHDOG=1')
        begin = time.monotonic()
        for _ in range(5):
            m.expect('WATCHDOG=1')
        took = time.monotonic() - begin
        check(took > every * 4, 'five signs of life within %.3f s', took)
        # A process that hangs gives none.
        m.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, m.process.pid, os.WSTOPPED | os.WNOWAIT)
        while m.next(0):
            pass
        got = m.next(every * 4)
        check(got is None, 'a stopped process said %r', got)
        m.process.send_signal(signal.SIGCONT)
        m.expect('WATCHDOG=1')
        m.process.send_signal(signal.SIGTERM)
        while (got := m.next()) == 'WATCHDOG=1':
            pass
        check(got == 'STOPPING=1', 'got %r', got)
        check(m.ended() == 0, 'exit status %r', m.process.returncode)


def watchdog_of_another_process():
    for env in {'WATCHDOG_USEC': '2000', 'WATCHDOG_PID': '1'}, {'WATCHDOG_USEC': 'soon'}, {'WATCHDOG_USEC': '0'}:
        with Manager(env=env) as m:
            m.expect('READY=1')
            got = m.next(.3)
            check(got is None, '%r: it said %r', env, got)
            m.end()


def a_manager_that_is_busy():
    """A full socket delays nothing, and READY=1 comes when there is room."""
    def fill(m):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    s.sendto(b'full', m.name)

    with Manager(before=fill) as m:
        m.running()

        def serves():
            m.process.send_signal(signal.SIGHUP)
            return '%SYS-5-SIGHUP: ' in m.story()
        m.until(serves, 'it does not serve meanwhile')
        got = 'full'
        while got == 'full' or got and got.startswith('RELOADING=1'):
            got = m.next()
        check(got == 'READY=1', 'got %r', got)
        m.end()


def a_manager_that_is_gone():
    for name in '/nowhere/notify', 'vsock:2:1', '@', '/' + 'x' * 200:
        with Manager(env={'NOTIFY_SOCKET': name}) as m:
            m.until(lambda: 'cannot be told' in m.story(), '%r: nothing said' % name)
            m.running()
            check(m.wakes() < 5, '%r: it tries again and again', name)
            m.process.send_signal(signal.SIGTERM)
            check(m.ended() == 0, '%r: exit status %r', name, m.process.returncode)
            check(m.story().count('cannot be told') == 1, '%r: said more than once:\n%s', name, m.story())


def severities_for_the_journal_only():
    """Standard error, here a pipe, begins its lines with their severity when it is the journal, whoever says so."""
    number = lib.port()
    forged = b'OPTIONS sip:gw@127.0.0.1 SIP/2.0\r\nSubject: x\r\n\r\n<0>forged\n<0>once more\r\n'
    for mine in True, False:
        with contextlib.ExitStack() as stack:
            s = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            file = stack.enter_context(tempfile.NamedTemporaryFile('w', prefix='gw-e2e.'))
            file.write('voice service voip\n sip\n  listen-port non-secure %d\n' % number)
            file.flush()
            read, write = os.pipe()
            stack.callback(os.close, read)
            st = os.fstat(write)
            p = subprocess.Popen(
                [lib.gw_path(), '-f', file.name], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=write,
                env={**os.environ, 'JOURNAL_STREAM': '%d:%d' % (st.st_dev, st.st_ino + (not mine))})
            stack.callback(p.wait)
            stack.callback(p.kill)
            stack.enter_context(p.stdin)
            os.close(write)
            p.stdin.write(b'enable\ndebug ccsip messages\n')
            p.stdin.flush()
            got, end = b'', time.monotonic() + SECONDS
            while b'once more\n' not in got:
                check(time.monotonic() < end, 'no trace: %r', got)
                s.sendto(forged, ('127.0.0.1', number))
                if select.select([read], [], [], .2)[0]:
                    got += os.read(read, 65536)
            lines = [x for x in got.split(b'\n')[:-1] if x]
            check(any(x.endswith(b'<0>forged') for x in lines), 'no trace: %r', lines)
            for x in lines:
                check(re.match(rb'<[3-7]>', x) if mine else x.startswith(b'<0>') or x[:1] != b'<',
                      '%s: %r', 'no severity of ours' if mine else 'not the journal', x)


if __name__ == '__main__':
    sys.exit(lib.run_tests([ready_and_end, ends_in_time_with_a_dead_registrar, told_to_end_while_it_starts,
                            ready_means_that_the_port_is_open, not_ready_when_it_cannot_start, reload_changes_nothing,
                            watchdog, watchdog_of_another_process, a_manager_that_is_busy, a_manager_that_is_gone,
                            severities_for_the_journal_only],
                           sys.argv[1:]))
