"""What the end-to-end tests share: gw in a directory of its own, ports, events with deadlines.

Nothing here sleeps: whoever waits, waits for a pipe, a socket or a process, and never for longer than said.
"""
import contextlib
import os
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
TOP = os.path.dirname(TESTS)
DATA = os.path.join(TESTS, 'data')
sys.path.insert(0, os.path.join(DATA, 'registrars'))

for _name in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(_name, lambda *_: sys.exit(1)) # through all that cleans up

SKIP = 77
READY = 'show version | count ^.no-such-line.$' # answered by one line that nothing else prints
READY_ANSWER = re.compile(r'^Number of lines which match regexp\s*=\s*0$')


class Failure(Exception):
    """A check that did not hold; the text is for the reader of the test log."""


def check(condition, text, *args):
    if not condition:
        raise Failure(text % args if args else text)


def sanitized():
    """A build with ASan keeps what was freed for a while: how much memory it has says nothing."""
    with open(gw_path(), 'rb') as f:
        return b'__asan_init' in f.read()


def skip(reason):
    print('SKIP: ' + reason)
    sys.exit(SKIP)


def gw_path():
    path = os.environ.get('GW', os.path.join('gw', 'gw'))
    if not os.access(path, os.X_OK):
        print('%s: no such program (set GW)' % path)
        sys.exit(99)
    return os.path.abspath(path)


@contextlib.contextmanager
def gw_for_everybody():
    """In here gw is a copy that every user may run: the tree may stand where only its owner gets."""
    before, path = os.environ.get('GW'), gw_path()
    with tempfile.TemporaryDirectory(prefix='gw-e2e.') as d:
        os.chmod(d, 0o755)
        os.environ['GW'] = shutil.copy(path, d)
        os.chmod(os.environ['GW'], 0o755)
        try:
            yield
        finally:
            if before is None:
                del os.environ['GW']
            else:
                os.environ['GW'] = before


def need(*programs):
    for p in programs:
        if not shutil.which(p, path=os.environ.get('PATH', '') + ':/usr/sbin:/usr/local/sbin'):
            skip('%s is not installed (./bootstrap installs it)' % p)


# --- ports ----------------------------------------------------------------------------------------------------

_given = set()


def port(ip='127.0.0.1'):
    """A port that is free on UDP and TCP, below the range that the kernel gives away by itself."""
    for _ in range(2000):
        n = random.randrange(17000, 31000)
        if n in _given:
            continue
        try:
            with contextlib.ExitStack() as stack:
                for address in (ip, '0.0.0.0'):
                    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                        with socket.socket(socket.AF_INET, kind) as s:
                            s.bind((address, n))
        except OSError:
            continue
        _given.add(n)
        return n
    raise Failure('no free port found')


# --- processes ------------------------------------------------------------------------------------------------


class Lines:
    """The lines a descriptor delivers, as they come; keeps all of them."""

    def __init__(self, fd):
        self.fd = fd
        self.all = []
        self.part = b''
        self.open = True
        os.set_blocking(fd, False)

    def read(self):
        """Takes what is there."""
        while self.open:
            try:
                data = os.read(self.fd, 65536)
            except BlockingIOError:
                return
            if not data:
                self.open = False
                data = b'\n' if self.part else b''
            lines = (self.part + data).split(b'\n')
            self.part = lines.pop()
            self.all += [x.decode('utf-8', 'replace').rstrip('\r') for x in lines]


class Gw:
    """A gw with its piped console. `config` is the text of its startup configuration; {dir} in args its directory."""

    def __init__(self, config='', args=(), name='gw', env=None):
        self.dir = tempfile.mkdtemp(prefix='gw-e2e.')
        if '-D' in args and '-s' not in args: # the usual socket may be somebody's
            args = (*args, '-s', '{dir}/gw.sock')
        self.file = os.path.join(self.dir, 'startup-config')
        self.name = name
        with open(self.file, 'w') as f:
            f.write(config)
        os.chmod(self.file, 0o600)
        self.process = subprocess.Popen(
            [gw_path(), '-f', self.file, *(x.replace('{dir}', self.dir) for x in args)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=self.dir, env={**os.environ, **(env or {})})
        self.out = Lines(self.process.stdout.fileno())
        self.log = Lines(self.process.stderr.fileno())
        self.typed = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def alive(self):
        return self.process.poll() is None

    def wait(self, seconds, condition):
        """Reads until the condition holds (its value is returned) or the time is over (None)."""
        end = time.monotonic() + seconds
        while True:
            self.out.read()
            self.log.read()
            got = condition()
            if got:
                return got
            fds = [x.fd for x in (self.out, self.log) if x.open]
            left = end - time.monotonic()
            if left <= 0 or not fds:
                return None
            select.select(fds, [], [], left)

    def type(self, *lines):
        """Types lines; what they print is in .out as it comes."""
        for line in lines:
            self.typed.append(line)
            try:
                self.process.stdin.write(line.encode() + b'\n')
                self.process.stdin.flush()
            except BrokenPipeError:
                raise Failure('%s is gone; it typed %r last\n%s' % (self.name, line, self.story())) from None

    def command(self, line, seconds=10, do=''):
        """Types one line and returns the lines it printed. do='do ' in a configuration mode."""
        start = len(self.out.all)
        self.type(line, do + READY)

        def end():
            for i in range(start, len(self.out.all)):
                if READY_ANSWER.match(self.out.all[i]):
                    return [i]
            return None
        at = self.wait(seconds, end)
        check(at, '%s: no answer to %r within %d s\n%s', self.name, line, seconds, self.story())
        return self.out.all[start:at[0]]

    def until(self, line, seconds, condition, every=.1):
        """Types the command again and again until condition(lines) holds; the last lines otherwise."""
        end = time.monotonic() + seconds
        while True:
            got = self.command(line)
            if condition(got) or time.monotonic() > end:
                return got
            self.wait(every, lambda: not self.alive())

    def close(self, seconds=8):
        """End of input; the exit status."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        return self.ended(seconds)

    def ended(self, seconds=8):
        self.wait(seconds, lambda: not self.out.open and not self.log.open)
        try:
            return self.process.wait(1)
        except subprocess.TimeoutExpired:
            raise Failure('%s did not end within %d s\n%s' % (self.name, seconds, self.story())) from None

    def kill(self):
        if self.alive():
            self.process.kill()
        self.process.wait()
        for f in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(BrokenPipeError):
                f.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def story(self, tail=40):
        """What happened, for a failure's text."""
        self.out.read()
        self.log.read()
        status = self.process.poll()
        return '\n'.join(
            ['--- %s: exit status %s; typed: %s' % (self.name, status, '; '.join(self.typed[-12:]))]
            + ['stdout: ' + x for x in self.out.all[-tail:]] + ['stderr: ' + x for x in self.log.all[-tail:]])


# --- what `show` prints -----------------------------------------------------------------------------------------


def registrations(lines):
    """`show sip-ua register status` -> [(registrar index or None, number, peer, expires, 'yes'|'no')]."""
    rows, index = [], None
    for line in lines:
        if m := re.match(r'-+ Registrar-Index\s+(\d+) -+$', line):
            index = int(m[1])
        elif m := re.match(r'(\S+)\s+(-?\d+)\s+(\d+)\s+(yes|no)\b', line):
            rows.append((index, m[1], int(m[2]), int(m[3]), m[4]))
    return rows


def all_registered(lines, count):
    rows = registrations(lines)
    return len(rows) == count and all(r[4] == 'yes' for r in rows)


# --- tests --------------------------------------------------------------------------------------------------------


class Skip(Exception):
    """What this one test needs is not here; the text says what."""


def run_tests(tests, wanted=()):
    """Runs the functions (those named, or all), says how each went; the exit status."""
    unknown = set(wanted) - {t.__name__ for t in tests}
    if unknown:
        print('no such test: ' + ' '.join(sorted(unknown)))
        return 99
    failed = 0
    for test in tests:
        if wanted and test.__name__ not in wanted:
            continue
        begin = time.monotonic()
        try:
            test()
            print('PASS: %s (%.1f s)' % (test.__name__, time.monotonic() - begin), flush=True)
        except Skip as e:
            print('SKIP: %s, %s' % (test.__name__, e), flush=True)
        except Failure as e:
            failed += 1
            print('FAIL: %s\n  %s' % (test.__name__, str(e).replace('\n', '\n  ')), flush=True)
    print('%d tests failed' % failed)
    return 1 if failed else 0


def run_on_terminals(tests, wanted=()):
    """run_tests for those that need terminals."""
    gw_path()
    try:
        for fd in os.openpty():
            os.close(fd)
    except OSError as e:
        skip('no terminal to be had: %s' % e.strerror)
    return run_tests(tests, wanted)
