#!/usr/bin/env python3
"""What users, files, registrars and dying machines can do to the whole program, where no smaller test can show it.

usage: abuse.py [TEST...]

tests/abuse-cases.md says which case each test stands for.
"""
import contextlib
import mmap
import os
import re
import resource
import select
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True # the source tree stays as it is
import lib
from lib import check
import fake
import console
import files
from files import SECONDS, memory, run, write

NOBODY = 65534
LITTLE = 32 << 20


def typing(gw, data):
    """Types much, while what gw prints is read."""
    writer = threading.Thread(target=lambda: (gw.process.stdin.write(data), gw.process.stdin.flush()))
    writer.start()
    while writer.is_alive():
        gw.wait(.1, lambda: not writer.is_alive())


# --- lines ------------------------------------------------------------------------------------------------------


def little():
    """As much memory as a small gw needs, and a few megabytes."""
    resource.setrlimit(resource.RLIMIT_AS, (LITTLE, LITTLE))


def endless_input():
    """L2, L19: standard input is a file of one line of 100 MB, or a device that never ends a line."""
    with files.directory() as d:
        cfg = write(d + '/c', files.port_lines())
        piece = b'x' * (1 << 20)
        with open(d + '/long', 'wb') as f:
            for _ in range(100):
                f.write(piece)
            f.write(b'\nshow version\n')
        for name in (d + '/long', '/dev/zero'):
            with open(name, 'rb') as source:
                p = subprocess.Popen([lib.gw_path(), '-f', cfg], stdin=source, stdout=subprocess.PIPE,
                                     stderr=subprocess.DEVNULL, preexec_fn=None if lib.sanitized() else little)
            try:
                if name == '/dev/zero': # read for ever, and kept nothing of
                    select.select([], [], [], 1)
                    check(p.poll() is None, 'it ended')
                    p.terminate()
                    check(p.wait(SECONDS) in (0, 1), '%s: exit status %s', name, p.returncode)
                    continue
                out, _ = p.communicate(timeout=SECONDS)
                out = out.decode().splitlines()
                check(p.returncode == 1 and out[0].startswith('% Line too long') and out[1].startswith('gw Software'),
                      'exit status %s, %s', p.returncode, out[:3])
            finally:
                p.kill()
                p.wait()
                p.stdout.close()
        # in a configuration: the line is named, the next one is judged
        with open(d + '/long', 'wb') as f:
            for _ in range(60):
                f.write(piece)
            f.write(b'\nhostnam\n')
        r = run('-t', d + '/long')
        check(r.status == 1 and re.findall(r'(?m)^%s:(\d+):' % re.escape(d + '/long'), r.err) == ['1', '2']
              and 'Line too long' in r.err and len(r.err) < 1000, '60 MB in a file\n%s', r)


def a_million_lines():
    """L12, L13: a million comments, or the same command again and again: memory stays as after the first thousand."""
    for more, line, count in (('', b'!\n', 1000000), ('', b'hostname same\n', 150000),
                              ('sip-ua\n', b'registrar 1 ipv4:127.0.0.1:9\n', 50000)):
        with lib.Gw(files.port_lines()) as gw:
            gw.command('enable')
            gw.type('configure terminal', *more.splitlines())
            typing(gw, line * 1000)
            gw.command('', do='do ')
            before = memory(gw.process.pid)
            typing(gw, line * count)
            gw.command('', do='do ', seconds=60)
            grown = memory(gw.process.pid) - before
            check(lib.sanitized() or grown < 512, '%r %d times: %d KiB more', line, count, grown)
            check(gw.close() == 0, 'exit status\n%s', gw.story())
    with files.directory() as d:
        path = write(d + '/c', 'sip-ua\n' + 'retry register 5\n' * 1000000)
        most = LITTLE + os.path.getsize(path)
        r = run('-t', path, seconds=60, preexec=None if lib.sanitized() else lambda: resource.setrlimit(
            resource.RLIMIT_AS, (most, most)))
        check(r.status == 0 and r.err == '', 'a million times in a file\n%s', r)


def many_peers():
    """L12: what 200,000 dial peers cost grows with their number and no faster; the time limit is the assertion."""
    with files.directory() as d:
        count, most = 200000, 100 << 20
        path = write(d + '/c', ''.join('dial-peer voice %d pots\n port 0/%d\n' % (i, i) for i in range(1, count + 1)))
        r = run('-t', path, seconds=60, preexec=None if lib.sanitized() else lambda: resource.setrlimit(
            resource.RLIMIT_AS, (most, most)))
        check(r.status == 0 and r.err == '', 'refused\n%s', r)


def bytes_typed_on_a_terminal():
    """L5, L7: bytes that are no text, and controls dressed as text, on a terminal: the editor lives, and nothing that
    drives a terminal is stored or shown."""
    with console.Terminal() as t:
        t.enable()
        t.command('configure terminal', 'Router(config)#')
        t.command('dial-peer voice 1 pots', 'Router(config-dial-peer)#')
        for typed in (b'\xc3\x28', b'\xff\xfe', b'\xed\xa0\x80', b'\xc0\xaf', b'\xf4\x90\x80\x80', b'\xc2\x9b2J', b'\x9b2J',
                      bytes(range(0x80, 0x100))):
            t.keys(b'description x' + typed + b'y\r')
            t.keys(b'description x' + typed + console.LEFT * 3 + b'\x7f\x01\x05\x17\x15\r')
            t.command('do show running-config', 'Router(config-dial-peer)#')
            check(t.gw.poll() is None, 'gw died of %r', typed)
        shown = re.search(r'.{0,20}[\x80-\x9f]', t.raw.decode('utf-8', 'replace'))
        check(not shown, 'a control was shown: %r', shown)
        t.command('description known again', 'Router(config-dial-peer)#')
        check(' description known again' in t.command('do show running-config', 'Router(config-dial-peer)#'), 'not stored')


def utf_8_everywhere():
    """L6: names and passwords beyond ASCII: the same bytes in the file, on the screen and in the digest."""
    password, user, description = 'p\u00e4ssw\u00f6rt\u20ac', 'j\u00fcrgen', 'B\u00fcro \u00e4\u20ac\U0001f4de'
    wire = lambda s: s.encode().decode('latin-1')
    with fake.Registrar(accounts={wire(user): wire(password)}) as r:
        text = 'no service password-encryption\n' + fake.config(lib.port(), r, user=user, password=password) + (
            'dial-peer voice 1 pots\n description %s\n' % description)
        saved = None
        for _ in range(2): # as written by hand, as written by gw
            r.seen.clear()
            with lib.Gw(text) as gw:
                check(r.until(SECONDS, lambda: r.numbers() == ['1001'], gw), 'not registered: %s\n%s',
                      [(v, m.get('authorization')) for m, v in r.seen], gw.story())
                gw.command('enable')
                shown = gw.command('show running-config')
                check(' description ' + description in shown, 'shown: %s', shown)
                check(any(' username %s password 0 %s ' % (user, password) in x for x in shown), 'shown: %s', shown)
                check('[OK]' in gw.command('write memory'), 'saving')
                text = files.read(gw.file).decode()
                check(saved in (None, text), 'saving once more changes the file')
                saved = text
                check(gw.close() == 0, 'exit status')


# --- files ------------------------------------------------------------------------------------------------------


def exits_and_commands_in_files():
    """L16, L18: `exit` in a startup file closes no console; a file cannot load files, so none loads itself."""
    with files.directory() as d:
        cfg = write(d + '/c', files.port_lines() + 'exit\n' * 50 + 'end\nexit\n')
        r = run('-f', cfg, input='show version\n' + 'enable\nconfigure terminal\n' + 'end\n' * 50 + 'show version\n')
        check(r.status == 0 and r.out.count('gw Software') == 2, 'exits\n%s', r)
        own = d + '/own'
        write(own, 'hostname before\ncopy %s running-config\ndo copy %s running-config\n' % (own, own))
        r = run('-f', cfg, input='enable\ncopy %s running-config\nshow running-config\n' % own)
        check(r.status == 1 and own + ':2:' in r.out and own + ':3:' in r.out and 'hostname before' not in r.out,
              'a file that copies itself\n%s', r)
        r = run('-t', own)
        check(r.status == 1 and re.findall(r'own:(\d+):', r.err) == ['2', '3'], 'as startup file\n%s', r)


def unreadable_as_nobody():
    """L19, F4: a file without read permission, and a directory where nobody may write, for one who is not root."""
    if os.getuid() != 0:
        raise lib.Skip('only root can become somebody else; files.py has these for the others')
    with lib.gw_for_everybody(), files.directory() as d:
        os.chmod(d, 0o755)
        cfg, hidden = write(d + '/c', files.port_lines(), 0o644), write(d + '/hidden', 'hostname x\n', 0)

        def as_nobody():
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        for args in ('-t', hidden), ('-f', hidden):
            r = run(*args, preexec=as_nobody, seconds=5)
            check(r.status == 1 and 'Permission denied' in r.err and len(r.err.splitlines()) == 1, '%s\n%s', args, r)
        r = run('-f', cfg, preexec=as_nobody, input='enable\nwrite memory\ncopy %s running-config\ncopy running-config %s/new\n'
                'show version\n' % (hidden, d))
        check(r.status == 1 and r.out.count('% Error') == 3 and r.out.count('Permission denied') == 3
              and 'gw Software' in r.out, 'saving\n%s', r)
        check(sorted(os.listdir(d)) == ['c', 'hidden'], 'left: %s', os.listdir(d))


def synced_before_said():
    """F2: the file is on the disk before it gets its name, the name before the user is told."""
    if not shutil.which('strace'):
        raise lib.Skip('strace is not installed')
    with files.directory() as d:
        path, trace = write(d + '/c', files.port_lines()), d + '.trace'
        try:
            p = subprocess.run(
                ['strace', '-f', '-o', trace, '-e', 'trace=openat,write,fsync,rename,renameat,renameat2', lib.gw_path(),
                 '-f', path], input=b'enable\nwrite memory\n', capture_output=True, timeout=60,
                env={**os.environ, 'ASAN_OPTIONS': 'detect_leaks=0'})
            text = files.read(trace).decode('utf-8', 'replace') if os.path.exists(trace) else ''
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(trace)
        if 'write(' not in text:
            raise lib.Skip('strace cannot trace here: %s' % p.stderr.decode()[-200:].strip())
        # by descriptors: whoever is not root sees no names, since gw gives its memory to nobody
        m = re.search(r'openat\([^\n]*O_CREAT\|O_EXCL[^\n]*, 0600\) += (?P<file>\d+)\n.*?write\((?P=file),.*?'
                      r'fsync\((?P=file)\) += 0.*?rename\w*\([^\n]*\) += 0.*?'
                      r'openat\([^\n]*O_DIRECTORY[^\n]*\) += (?P<dir>\d+)\n.*?fsync\((?P=dir)\) += 0.*?write\(1,', text, re.S)
        check(m and text[:m.end()].count('write(1,') == 1, 'not in this order:\n%s', text[-3000:])
        check(p.stdout.endswith(b'[OK]\n'), 'not saved: %s', p.stdout)


def file_replaced_while_used():
    """F5: somebody else replaces and removes the file all the time: what is read is one of the texts, what is
    written is whole."""
    texts = [(files.port_lines() + files.LARGE + 'hostname %s\n' % n).encode() for n in ('one', 'two')]
    with lib.Gw(texts[0].decode()) as gw:
        path, other = gw.dir + '/shared', gw.dir + '/next'
        done = threading.Event()
        gw.command('enable')
        gw.command('write memory')
        sizes = ['%d bytes' % n for n in (len(texts[0]), len(files.read(gw.file)))]

        def replace():
            i = 0
            while not done.is_set():
                write(other, texts[i % 2])
                os.replace(other, path)
                i += 1
                if i % 5 == 0:
                    with contextlib.suppress(FileNotFoundError):
                        os.unlink(path)
        write(path, texts[0])
        t = threading.Thread(target=replace)
        t.start()
        try:
            for _ in range(60):
                got = gw.command('copy shared running-config')
                check(len(got) == 1 and (got[0].partition(' copied')[0] in sizes or 'No such file' in got[0]), 'reading: %s',
                      got)
                got = gw.command('copy running-config shared')
                check('[OK]' in got, 'writing: %s', got)
        finally:
            done.set()
            t.join()
        for name in ('startup-config', 'shared'): # gone: made anew, readable by the owner only
            with contextlib.suppress(FileNotFoundError):
                os.unlink(gw.dir + '/' + name)
        check('[OK]' in gw.command('write memory') and '[OK]' in gw.command('copy running-config shared'), 'saving')
        check(files.read(gw.file) == files.read(path) and files.mode_of(gw.file) == 0o600, 'not what was saved')
        check(sorted(x for x in os.listdir(gw.dir) if x != 'next') == ['shared', 'startup-config'], 'left: %s',
              os.listdir(gw.dir))
        check(gw.close() in (0, 1), 'exit status')


def two_programs_save_one_file():
    """F10: two gateways write the same file at the same time: it is always one of the two, whole."""
    with files.directory() as d, contextlib.ExitStack() as stack:
        path, texts = d + '/shared', set()
        gateways = [stack.enter_context(lib.Gw(files.port_lines() + files.LARGE + 'hostname %s\n' % n)) for n in ('one', 'two')]
        for gw in gateways:
            gw.command('enable')
            check('[OK]' in gw.command('copy running-config ' + path), 'saving')
            texts.add(files.read(path))
        for gw in gateways:
            gw.process.stdin.write(b'copy running-config %s\n' % path.encode() * 100)
            gw.process.stdin.flush()
        for _ in range(200):
            check(files.read(path) in texts, 'neither of the two')
        for gw in gateways:
            gw.command('')
            check(gw.out.all.count('[OK]') == 101, 'not every one was saved\n%s', gw.story())
            check(gw.close() == 0, 'exit status')
        check(files.read(path) in texts and os.listdir(d) == ['shared'], 'left: %s', os.listdir(d))


# --- the wire ---------------------------------------------------------------------------------------------------

HEADERS = {'via', 'max-forwards', 'from', 'to', 'call-id', 'cseq', 'contact', 'expires', 'user-agent', 'content-length',
           'authorization', 'proxy-authorization', 'supported', 'allow', 'route', 'require'}
PARAMETERS = {'username', 'realm', 'nonce', 'uri', 'response', 'algorithm', 'cnonce', 'opaque', 'qop', 'nc', '_q'}


def judge_wire(registrar, what):
    """Every request is made of the lines and parameters that gw writes, and of no others."""
    for m, _ in registrar.seen:
        head = m.raw.partition('\r\n\r\n')[0]
        lines = head.split('\r\n')
        check(not re.search(r'[\r\n\0]', ''.join(lines)), '%s: a bare line end\n%r', what, head)
        names = [x.partition(':')[0].strip().lower() for x in lines[1:]]
        check(set(names) <= HEADERS, '%s: headers %s', what, set(names) - HEADERS)
        for one in ('from', 'to', 'call-id', 'cseq', 'contact', 'expires', 'max-forwards'):
            check(names.count(one) == 1, '%s: %d times %s', what, names.count(one), one)
        for name in ('authorization', 'proxy-authorization'):
            for value in m.all(name):
                # what is left outside of quotes is a list of known parameters
                bare = re.sub(r'"(?:\\.|[^"\\])*"', 'Q', value)
                keys = [x.strip().partition('=')[0].lower() for x in bare.partition(' ')[2].split(',')]
                check(set(keys) <= PARAMETERS and len(keys) == len(set(keys)), '%s: %s', what, value)


class Hostile(fake.Registrar):
    """Challenges with this, whatever comes."""

    def __init__(self, challenge):
        self.challenge = challenge
        super().__init__()

    def answer(self, m, source):
        self.seen.append((m, 'wrong'))
        lines = ['SIP/2.0 401 Unauthorized'] + ['Via: ' + v for v in m.all('via')] + [
            'From: ' + m.get('from'), 'To: %s;tag=r' % m.get('to'), 'Call-ID: ' + m.get('call-id'),
            'CSeq: ' + m.get('cseq'), 'WWW-Authenticate: ' + self.challenge, 'Content-Length: 0', '', '']
        self.socket.sendto('\r\n'.join(lines).encode('latin-1'), source)


EVIL = 'X-Evil: 1'
CHALLENGES = [
    'Digest realm="a\r\n %s\r\n", nonce="n", qop="auth"' % EVIL, # folded inside quotes
    'Digest realm="a\r\n%s\r\n", nonce="n"' % EVIL, 'Digest realm="a", nonce="n\r\n\t%s", algorithm=MD5' % EVIL,
    'Digest realm="a", nonce="n", opaque="o\r\n %s"' % EVIL, 'Digest realm="a\r%s", nonce="n"' % EVIL,
    'Digest realm="a\n%s", nonce="n"' % EVIL, 'Digest realm="a\\\r\n %s", nonce="n"' % EVIL,
    'Digest realm="a\\", evil=\\"1", nonce="n\\", evil=\\"2", opaque="\\", evil=\\"3", qop="auth"',
    'Digest realm="a\\\\", evil="1", nonce="n"', 'Digest realm=a;evil=1, nonce=n',
    'Digest realm="a", nonce="n", qop="auth,evil=1", algorithm="MD5,evil=1"',
    'Digest realm="a", nonce="n", algorithm=MD5\\,evil', 'Digest realm="%0d%0aX-Evil:%201", nonce="%0d%0aX-Evil:%201"',
    'Digest realm="a\x01\x7f", nonce="\x1b[2J", opaque="\0"', 'Digest realm="' + 'a' * 30000 + '", nonce="n"',
    'Digest realm="' + '\\"' * 2000 + '", nonce="' + '\\\\' * 2000 + '"', 'Digest realm="\xff\xc2\x9b", nonce="\xe2"',
    'Digest realm="a", nonce="n", evil="1", response="2", username="3", uri="4", cnonce="5", nc=6']


def challenges_inject_nothing():
    """V15: whatever stands in realm, nonce, opaque: what gw sends is its own headers and parameters."""
    with contextlib.ExitStack() as stack:
        running = []
        for i in range(0, len(CHALLENGES), 6):
            hostile = [stack.enter_context(Hostile(c)) for c in CHALLENGES[i:i + 6]]
            text = fake.config(lib.port(), *hostile, numbers=()) + (
                ' credentials number 1001 username alice password 0 secret1\n'
                ' authentication username alice password 0 secret1\n')
            running.append((stack.enter_context(lib.Gw(text)), hostile))
        answered = 0
        for gw, hostile in running:
            check(hostile[0].until(SECONDS, lambda: all(r.seen for r in hostile), gw), 'no REGISTER\n%s', gw.story())
        for gw, hostile in running:
            hostile[0].until(1.5, lambda: all(len(r.seen) > 1 for r in hostile), gw)
            gw.command('enable')
            for line in ('show sip-ua register status', 'show sip-ua register why 1001', 'show logging'):
                for x in gw.command(line):
                    check(not re.search(r'[\x00-\x08\x0b-\x1f\x7f-\x9f]', x), '%s shows %r', line, x)
            check(not any(re.search(r'[\x00-\x08\x0b-\x1f\x7f-\x9f]', x) for x in gw.log.all), 'the log: %s', gw.log.all)
            gw.process.kill()
        for gw, hostile in running:
            for r in hostile:
                judge_wire(r, r.challenge[:200])
                answered += len(r.seen) > 1
        print('  %d of %d challenges were answered' % (answered, len(CHALLENGES)))
        check(answered >= 5, 'only %d were answered: it proves nothing', answered)


SMUGGLED = (
    'credentials number 2001%0d%0aX-Evil:%201 username a password secret1 realm example.com',
    'credentials number 2002\rX-Evil: username a password secret1 realm example.com',
    'credentials number 2003;evil=1 username a password secret1 realm example.com',
    'credentials number 2004>;evil=1 username a password secret1 realm example.com',
    'credentials number 2005@evil username a password secret1 realm example.com',
    'credentials number 2006 username a",evil="1 password secret1 realm example.com',
    'credentials number 2007 username a%0d%0aX-Evil:%201 password secret1 realm example.com',
    'credentials number 2008 username a\\ password secret1 realm example.com',
    'credentials number 2009 username a\x01b password secret1 realm example.com',
    'credentials username "2010,evil=1 password secret1 realm example.com',
    'credentials username <sip:2011@evil> password secret1 realm example.com',
    'credentials username 2012\r\n password secret1 realm example.com',
    'localhost dns:evil;x=1', 'localhost dns:evil%0d%0aX-Evil:1', 'localhost dns:evil>', 'localhost dns:a b',
    'registrar 2 dns:evil;lr', 'registrar 2 ipv4:127.0.0.1:9;evil=1', 'registrar 2 dns:evil%0d%0aX-Evil:1',
)


def configuration_injects_nothing():
    """V15: numbers, names and realms that try to be headers: refused, or sent as what they are."""
    with fake.Registrar(accounts={'nobody': 'x'}) as r, lib.Gw(fake.config(lib.port(), r)) as gw:
        gw.command('enable')
        gw.type('configure terminal', 'sip-ua')
        for line in SMUGGLED:
            gw.process.stdin.write(line.encode('latin-1') + b'\nsip-ua\n')
        gw.type('voice service voip', 'sip', *(x for x in SMUGGLED if x.startswith('localhost')), 'end')
        check(r.until(SECONDS, lambda: len(r.seen) > 8, gw),
              'no REGISTER\n%s', gw.story())
        r.until(1.5, lambda: False, gw)
        judge_wire(r, 'configuration')
        for m, _ in r.seen: # whatever a number holds, it stays within the user part
            check(re.fullmatch(r'<sip:[\w%;=,-]+@127\.0\.0\.1>', m.get('to')), 'To: %s', m.get('to'))
        gw.process.kill()


def taken_away():
    """V17: what is taken away is un-registered once with the account it had, and late answers change nothing."""
    account = {'alice': 'secret1'}

    def left(r, n):
        return len([1 for _, v in r.seen if v == 'left']) >= n

    with contextlib.ExitStack() as stack:
        a, b = (stack.enter_context(fake.Registrar(accounts=account)) for _ in range(2))
        gw = stack.enter_context(lib.Gw(fake.config(lib.port(), a, b, numbers=('1001', '1002'))))
        check(a.until(SECONDS, lambda: all(r.numbers() == ['1001', '1002'] for r in (a, b)), gw), 'not registered')
        gw.command('enable')
        gw.type('configure terminal', 'sip-ua')
        # one number, everywhere
        gw.type('no credentials number 1001 realm example.com')
        check(a.until(SECONDS, lambda: left(a, 1) and left(b, 1), gw), 'not un-registered\n%s', gw.story())
        # one registrar, all numbers that are left
        gw.type('no registrar 2')
        check(b.until(SECONDS, lambda: left(b, 2), gw), 'not un-registered\n%s', gw.story())
        gw.type('exit', 'no sip-ua')
        check(a.until(SECONDS, lambda: left(a, 2), gw), 'not un-registered\n%s', gw.story())
        seen = len(a.seen), len(b.seen)
        a.until(1, lambda: False, gw)
        check((len(a.seen), len(b.seen)) == seen, 'something is sent afterwards')
        for r in (a, b):
            check(r.numbers('left') == ['1001', '1002'] and sum(v == 'left' for _, v in r.seen) == 2, 'not once each: %s',
                  [(v, m.get('to')) for m, v in r.seen])
            check(not r.numbers('wrong'), 'with another account')
        check(not lib.registrations(gw.command('do show sip-ua register status', do='do ')), 'forgotten it is not')
        check(gw.close() == 0, 'exit status')
    with fake.Registrar(mute=True) as r, lib.Gw(fake.config(lib.port(), r)) as gw: # in flight
        check(r.until(SECONDS, lambda: r.waiting, gw), 'no REGISTER')
        gw.command('enable')
        gw.type('configure terminal', 'sip-ua', 'no registrar 1')
        gw.command('', do='do ')
        r.speak() # too late
        r.until(3, lambda: r.seen[-1][0].get('expires') == '0' and r.seen[-1][1] == 'left', gw)
        check(r.seen[-1][0].get('expires') == '0' or r.numbers() == [], 'the registrar keeps a binding: %s',
              [(v, m.get('expires')) for m, v in r.seen])
        seen = len(r.seen)
        r.until(1, lambda: False, gw)
        check(len(r.seen) == seen, 'something is sent afterwards')
        check(not lib.registrations(gw.command('do show sip-ua register status', do='do ')), 'a late answer made a row')
        check(not any('Registration Success' in x for x in gw.log.all), 'a late answer counted\n%s', gw.story())
        check(gw.close() == 0, 'exit status')


def clock_jumps():
    """F15: the wall clock goes a day back or a year ahead: refreshes and retransmissions keep their pace."""
    if lib.sanitized():
        raise lib.Skip('a sanitizer will be loaded first')
    with files.directory() as d, contextlib.ExitStack() as stack:
        source = os.path.join(lib.HERE, 'wall_clock.c')
        compiler = os.environ.get('CC', 'cc').split()
        if not shutil.which(compiler[0]):
            raise lib.Skip('no compiler')
        subprocess.run([*compiler, '-shared', '-fPIC', '-o', d + '/wall_clock.so', source], check=True)
        running = []
        for seconds in (-86400, 365 * 86400):
            write('%s/%d' % (d, seconds), struct.pack('l', 0))
            good, mute = stack.enter_context(fake.Registrar(grant=2)), stack.enter_context(fake.Registrar(mute=True))
            gw = stack.enter_context(lib.Gw(fake.config(lib.port(), good, mute), env={
                'LD_PRELOAD': d + '/wall_clock.so', 'WALL_CLOCK': '%s/%d' % (d, seconds)}))
            running.append((seconds, gw, good, mute))
        for _, gw, good, mute in running:
            check(good.until(SECONDS, lambda: good.seen and mute.seen, gw), 'no REGISTER')
        for seconds, gw, _, _ in running:
            gw.command('enable')
            before = gw.command('show clock')[0]
            with open('%s/%d' % (d, seconds), 'r+b') as f:
                m = mmap.mmap(f.fileno(), 0)
                m[:] = struct.pack('l', seconds)
                m.close()
            check(gw.command('show clock')[0].split()[2:] != before.split()[2:], 'the clock did not move')
        counts = [(len(good.seen), len(mute.seen)) for _, _, good, mute in running]
        for (seconds, gw, good, mute), (g, m) in zip(running, counts):
            check(good.until(10, lambda: len(good.seen) >= g + 2, gw), '%d s: no refresh any more', seconds)
            check(good.until(10, lambda: len(mute.seen) >= m + 2, gw), '%d s: no retransmission any more', seconds)
        for (seconds, gw, good, mute), (g, m) in zip(running, counts):
            check(len(good.seen) - g <= 8 and len(mute.seen) - m <= 10, '%d s: a storm: %d, %d', seconds,
                  len(good.seen) - g, len(mute.seen) - m)
            gw.process.kill()


# --- the machine ------------------------------------------------------------------------------------------------


def little_memory():
    """F16: what does not fit into memory is refused where it is one thing; the file on the disk stays in any case."""
    if lib.sanitized():
        raise lib.Skip('a sanitizer needs terabytes of addresses')
    with files.directory() as d:
        cfg = write(d + '/c', files.port_lines())
        large = write(d + '/large', b'!' + b' ' * (50 << 20) + b'\n')
        many = write(d + '/many', ''.join('dial-peer voice %d pots\n' % (i + 1) for i in range(300000)))
        old = files.read(cfg)
        r = run('-f', cfg, input='enable\ncopy %s running-config\nshow version\n' % large,
                preexec=little)
        check(r.status == 1 and '% Error: ' in r.out and 'Cannot allocate memory' in r.out and 'gw Software' in r.out,
              'a large file\n%s', r)
        r = run('-f', cfg, input='enable\ncopy %s running-config\nwrite memory\n' % many,
                preexec=little)
        check(r.status == -signal.SIGABRT and r.err.endswith('gw: out of memory\n'), 'a large configuration\n%s', r)
        check(files.read(cfg) == old and sorted(os.listdir(d)) == ['c', 'large', 'many'], 'files changed')


# --- the console ------------------------------------------------------------------------------------------------


def history_is_bounded():
    """C4: ten thousands of lines leave a short history in memory, and none in any file."""
    with files.directory() as home:
        os.environ['HOME'], before = home, os.environ.get('HOME')
        try:
            with console.Terminal() as t:
                t.enable()

                def lines(first, count):
                    t.keys(b''.join(b'show clock | include %d\r' % i for i in range(first, first + count)))
                    t.keys(b'show debugging | count %d\r' % first)
                    check(t.wait(lambda: t.row() == 'Router#' and 'count %d' % first in ''.join(t.screen.lines()[-6:]), 60),
                          'not done\n%s', t.story())
                    del t.screen.text[:-10]
                    t.screen.y = len(t.screen.text) - 1
                lines(100000, 2000)
                size = memory(t.gw.pid)
                lines(200000, 20000)
                check(lib.sanitized() or memory(t.gw.pid) - size < 512, '%d KiB more', memory(t.gw.pid) - size)
                t.shows('Router#show debugging | count 200000', console.UP)
                t.shows('Router#', b'\x15')
                check(t.stopped() == 0, 'exit status')
                check(os.listdir(t.dir) == ['startup-config'], 'left: %s', os.listdir(t.dir))
            check(os.listdir(home) == [], 'left: %s', os.listdir(home))
        finally:
            if before is None:
                del os.environ['HOME']
            else:
                os.environ['HOME'] = before


def control_keys_in_every_mode():
    """C8: ^Z runs what is typed and leaves configuration, ^C throws it away and leaves; in EXEC the line is dropped."""
    modes = (('configure terminal', '(config)', 'hostname'), ('sip-ua', '(config-sip-ua)', ''),
             ('voice service voip', '(conf-voi-serv)', ''), ('sip', '(conf-serv-sip)', ''),
             ('dial-peer voice 7 pots', '(config-dial-peer)', ''), ('interface Loopback0', '(config-if)', ''))
    with console.Terminal() as t:
        t.shows('Router>')
        for key in (b'\x03', b'\x1a'):
            t.shows('Router>half', b'half')
            t.shows('Router>', key + (b'\x15' if key == b'\x1a' else b''))
        t.command('enable')
        for name, prompt, _ in modes:
            way = ['configure terminal'] + ([] if name == 'configure terminal' else [name])
            if name == 'sip':
                way.insert(1, 'voice service voip')
            for key, typed in ((b'\x1a', b''), (b'\x03', b''), (b'\x03', b'no hostn')):
                for line in way:
                    last = '(config)' if line == 'configure terminal' else dict((m[0], m[1]) for m in modes)[line]
                    t.command(line, 'Router%s#' % last)
                t.shows(('Router%s#%s' % (prompt, typed.decode())).rstrip(), typed)
                t.shows('Router#', key)
        check('hostname' not in ''.join(t.command('show running-config')), '^C ran a line')


TESTS = (
    endless_input, a_million_lines, many_peers, bytes_typed_on_a_terminal, utf_8_everywhere, exits_and_commands_in_files,
    unreadable_as_nobody, synced_before_said, file_replaced_while_used, two_programs_save_one_file,
    challenges_inject_nothing, configuration_injects_nothing, taken_away, clock_jumps, little_memory, history_is_bounded,
    control_keys_in_every_mode)


def main(wanted):
    lib.gw_path()
    return lib.run_tests(TESTS, wanted)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
