#!/usr/bin/env python3
"""gw's console on a terminal: keys, help, history, log lines above a typed line, passwords, resize, the end.

usage: console.py [TEST...]

A small terminal (Screen) takes what gw writes, so that the tests see what a user would see.
"""
import errno
import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time

sys.dont_write_bytecode = True # the source tree stays as it is
import lib
from lib import check
import fake

SECONDS = 15 # for whatever has to appear
TICKS = os.sysconf('SC_CLK_TCK')
LEFT, RIGHT, UP, DOWN = b'\x1b[D', b'\x1b[C', b'\x1b[A', b'\x1b[B'


class Screen:
    """As much of a terminal as libedit uses: rows of text, a cursor. The top row goes when the bottom is full."""

    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.text = [[]]
        self.y = self.x = 0
        self.rest = ''
        self.bells = 0

    def take(self, text):
        text = self.rest + text
        self.rest = ''
        i = 0
        while i < len(text):
            c = text[i]
            if c == '\x1b':
                m = re.compile(r'\x1b(?:\[([0-9;?]*)([@-~])|([^[]))').match(text, i)
                if not m:
                    self.rest = text[i:]
                    return
                if m[2]:
                    self.control(m[2], int(m[1]) if m[1].isdigit() else None)
                i = m.end()
                continue
            i += 1
            if c == '\r':
                self.x = 0
            elif c == '\n':
                self.down()
            elif c == '\b':
                self.x = max(0, min(self.x, self.columns - 1) - 1)
            elif c == '\a':
                self.bells += 1
            else:
                self.put(c)

    def down(self):
        self.y += 1
        if self.y == len(self.text):
            self.text.append([])

    def put(self, c):
        if self.x >= self.columns:
            self.x = 0
            self.down()
        row = self.text[self.y]
        row += ' ' * (self.x + 1 - len(row))
        row[self.x] = c
        self.x += 1

    def control(self, final, n):
        row = self.text[self.y]
        top = max(0, len(self.text) - self.rows)
        if final == 'A':
            self.y = max(top, self.y - (n or 1))
        elif final == 'B':
            self.y = min(len(self.text) - 1, self.y + (n or 1))
        elif final == 'C':
            self.x = min(self.columns - 1, self.x + (n or 1))
        elif final == 'D':
            self.x = max(0, self.x - (n or 1))
        elif final == 'G':
            self.x = (n or 1) - 1
        elif final == 'H':
            self.y, self.x = top, 0
        elif final == 'K':
            del row[self.x:]
        elif final == 'J':
            if n == 2:
                top = self.y
                self.text[self.y] = []
            else:
                del row[self.x:]
            del self.text[self.y + 1:]
        elif final == 'P':
            del row[self.x:self.x + (n or 1)]
        elif final == '@':
            row[self.x:self.x] = ' ' * (n or 1)

    def lines(self):
        return [''.join(row).rstrip() for row in self.text]


class Terminal:
    """gw on a terminal of its own."""

    def __init__(self, config=None, size=(24, 80), term='xterm', args=(), command=None, env=None):
        """command: what to run instead of gw with a configuration file."""
        self.port = lib.port()
        self.gw = None
        self.dir = lib.tempfile.mkdtemp(prefix='gw-e2e.')
        self.file = os.path.join(self.dir, 'startup-config')
        with open(self.file, 'w') as f:
            f.write(fake.config(self.port, numbers=()) if config is None else config)
        self.screen = Screen(*size)
        self.raw = b''
        self.master, slave = os.openpty()
        os.set_blocking(self.master, False)
        self.resize(*size)
        env = {**{k: v for k, v in os.environ.items() if k not in ('TERM', 'SSH_CONNECTION')}, **(env or {})}
        if term is not None:
            env['TERM'] = term
        self.gw = subprocess.Popen(
            command or [lib.gw_path(), '-f', self.file, *args], stdin=slave, stdout=slave, stderr=slave, env=env, cwd=self.dir,
            preexec_fn=lambda: (os.setsid(), fcntl.ioctl(0, termios.TIOCSCTTY, 0)))
        self.name = os.ttyname(slave)
        os.close(slave)
        self.open = True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.gw.poll() is None:
            self.gw.kill()
        self.gw.wait()
        self.hang_up()
        lib.shutil.rmtree(self.dir, ignore_errors=True)

    def hang_up(self):
        if self.master >= 0:
            os.close(self.master)
        self.master, self.open = -1, False

    def resize(self, rows, columns):
        self.screen.rows, self.screen.columns = max(rows, 1), columns if columns > 1 else 80
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))

    def read(self):
        """Takes what is there."""
        while self.open:
            try:
                data = os.read(self.master, 65536)
            except BlockingIOError:
                return
            except OSError as e:
                check(e.errno == errno.EIO, 'reading the terminal: %s', e)
                data = b''
            if not data:
                self.open = False
            self.raw += data
            self.screen.take(data.decode('utf-8', 'replace'))

    def wait(self, condition, seconds=SECONDS):
        """Reads until condition() holds (its value is returned) or the time is over (None)."""
        end = time.monotonic() + seconds
        while True:
            self.read()
            got = condition()
            left = end - time.monotonic()
            if got or left <= 0 or not self.open:
                return got
            select.select([self.master], [], [], left)

    def keys(self, data):
        """Types, however slowly gw takes it."""
        while data:
            select.select([self.master], [self.master], [])
            self.read()
            try:
                data = data[os.write(self.master, data):]
            except BlockingIOError:
                pass

    def row(self):
        """The row of the cursor."""
        return self.screen.lines()[self.screen.y]

    def shows(self, row, keys=None):
        """Types, then waits until the row of the cursor is this one."""
        if keys is not None:
            self.keys(keys)
        check(self.wait(lambda: self.row() == row), 'after %r: the row is %r, not %r\n%s', keys, self.row(), row,
              self.story())

    def above(self, n=1):
        return self.screen.lines()[self.screen.y - n]

    def command(self, line, prompt='Router#'):
        """Types a line; what it printed."""
        start = self.screen.y
        self.keys(line.encode() + b'\r')
        check(self.wait(lambda: self.screen.y > start and self.row() == prompt), 'no prompt %r after %r\n%s', prompt,
              line, self.story())
        return self.screen.lines()[start + 1:self.screen.y]

    def enable(self):
        self.shows('Router>')
        self.command('enable')

    def ended(self, seconds=SECONDS):
        self.wait(lambda: not self.open, seconds)
        try:
            return self.gw.wait(seconds)
        except subprocess.TimeoutExpired:
            raise lib.Failure('gw did not end\n' + self.story()) from None

    def stopped(self):
        """Types `exit`; the exit status."""
        self.keys(b'exit\r')
        return self.ended()

    def story(self):
        self.read()
        return '--- exit status %s; the screen:\n%s\n--- the last bytes: %r' % (
            self.gw.poll(), '\n'.join(self.screen.lines()[-30:]), self.raw[-300:])


def ticks(pid):
    with open('/proc/%d/stat' % pid) as f:
        fields = f.read().rsplit(')', 1)[1].split()
    return int(fields[11]) + int(fields[12])


def idle(pid, seconds=2):
    """CPU seconds used while nothing happens. The time is the measure here; nothing can be waited for."""
    before = ticks(pid)
    select.select([], [], [], seconds)
    return (ticks(pid) - before) / TICKS


# --- keys -------------------------------------------------------------------------------------------------------


def prompt_once():
    with Terminal() as t:
        t.shows('Router>')
        t.command('enable')
        check(t.raw.count(b'Router>') == 1 and t.raw.count(b'Router#') == 1, 'prompts: %r', t.raw)
        check(t.command('show clock')[0].endswith('20%s' % time.strftime('%y')), 'no clock:\n%s', t.story())
        y = t.screen.y
        t.keys(b'\r')
        check(t.wait(lambda: t.screen.y == y + 1 and t.row() == 'Router#'), 'an empty line: %s', t.story())
        check(t.stopped() == 0, 'exit status')


def tab():
    with Terminal() as t:
        t.enable()
        t.shows('Router#sh', b'sh')
        t.keys(b'\t')
        t.shows('Router#show')
        check(t.above() == 'Router#sh', 'the line as typed does not stand above:\n%s', t.story())
        t.shows('Router#show v', b'v')
        t.keys(b'ers\t\r')
        check(t.wait(lambda: any(x.startswith('gw Software') for x in t.screen.lines())), 'not run: %s', t.story())
        t.shows('Router#')
        bells = t.screen.bells
        t.keys(b'show s\t')
        check(t.wait(lambda: t.screen.bells > bells), 'no bell when two words fit')
        t.shows('Router#show s')
        t.shows('Router#show sx', b'x')
        t.keys(b'\x15qqq\t')
        check(t.wait(lambda: t.screen.bells > bells + 1), 'no bell when nothing fits')
        t.shows('Router#qqq')


def question_mark():
    with Terminal(size=(50, 80)) as t: # one page
        t.enable()
        t.keys(b'?')
        check(t.wait(lambda: 'Exec commands:' in t.screen.lines() and t.row() == 'Router#'), 'on an empty line:\n%s',
              t.story())
        check('?' not in t.row(), 'the ? stays in the line')
        t.keys(b'wr?')
        check(t.wait(lambda: t.row() == 'Router#wr' and 'write' in t.screen.lines()), 'behind a word:\n%s', t.story())
        t.keys(b'\x15show sip-ua ?')
        check(t.wait(lambda: t.row() == 'Router#show sip-ua' and any(
            x.startswith('  register ') for x in t.screen.lines())), 'behind a blank:\n%s', t.story())
        t.keys(b'timers\r')
        check(t.wait(lambda: any(x.startswith('SIP UA Timer') for x in t.screen.lines())), 'the line goes on:\n%s',
              t.story())


def question_mark_as_it_is(): # V3
    """^V ? is a question mark, and each half may come alone."""
    with Terminal() as t:
        t.enable()
        t.command('configure terminal', 'Router(config)#')
        t.command('dial-peer voice 1 pots', 'Router(config-dial-peer)#')
        t.shows('Router(config-dial-peer)#description why', b'description why\x16')
        t.shows('Router(config-dial-peer)#description why?', b'?')
        t.command('', 'Router(config-dial-peer)#')
        check(' description why?' in t.command('do show running-config', 'Router(config-dial-peer)#'),
              'not stored:\n%s', t.story())


def editing(): # L3
    with Terminal() as t:
        t.enable()
        t.keys(b'how clock')
        t.shows('Router#how clock')
        t.shows('Router#show clock', b'\x01s') # ^A
        t.shows('Router#show clockx', b'\x05x') # ^E
        t.shows('Router#show clock', b'\x7f') # Backspace
        t.shows('Router#show cloc', b'\x08')
        t.shows('Router#show', b'\x17') # ^W
        t.shows('Router#show ver', b'ver')
        t.shows('Router#show vr', LEFT + b'\x7f')
        t.shows('Router#show ver', b'e')
        t.shows('Router#show ve', b'\x04') # ^D: what the cursor stands on
        t.shows('Router#', b'\x15') # ^U
        t.shows('Router#abc', b'abc')
        t.shows('Router#', b'\x18') # ^X
        t.shows('Router#aXb', b'ab' + LEFT + b'X')
        t.shows('Router#aXYb', b'Y')
        t.shows('Router#aXYbZ', RIGHT + b'Z')
        t.shows('Router#', b'\x15')
        t.keys(b'\x1b')
        t.keys(b'[')
        t.shows('Router#show', b'Dshow') # one key in three pieces
        t.shows('Router#shxow', LEFT + b'\x1bODx')
        t.keys(b'\x05\xc3')
        t.shows('Router#shxow\u00e4', b'\xa4') # one character in two pieces
        t.shows('Router#wo', b'\x05\x15show clock' + LEFT * 6 + b'\x15' + b'\x7fwo\x0b') # ^U and ^X: what stands before
        t.shows('Router#two', b'\x15three' + LEFT * 2 + b'\x18\x0btwo')
        t.shows('Router#two?\\', b'\x1bq?\x1bQ\\')
        t.shows('Router#atwo?b', b'\x7f\x1b[1~a\x1b[4~b') # keys that not every terminal is described with
        t.shows('Router#two?b', b'\x1b[7~\x1b[3~\x1b[8~')
        t.shows('Router#two?bc', b'\x1b[15~\x1b[200~\x1b[1;5Cc') # F5, the beginning of a paste, Control-Right
        t.shows('Router#two?bc9d', b'\x1b99d') # no count: the first key is none, the second itself


def keys_in_pieces():
    """The beginning of a key is no reason to stand still: the network goes on, the rest may come later."""
    with fake.Registrar(mute=True) as r, Terminal(fake.config(lib.port(), r)) as t:
        t.enable()
        check(r.until(SECONDS, lambda: r.seen), 'no REGISTER')
        for part in (b'\x1b', b'\x1b[', b'\x16', b'\xc3'):
            t.keys(part)
            seen = len(r.seen)
            check(r.until(10, lambda: len(r.seen) > seen), 'nothing is sent after %r\n%s', part, t.story())
            r.speak() if part == b'\xc3' else None
            t.keys({b'\x1b': b'[D', b'\x1b[': b'D', b'\x16': b'a', b'\xc3': b'\xa4'}[part])
        check(t.wait(lambda: t.row().startswith('Router#a')), 'typed: %s', t.story())


def history():
    with Terminal() as t:
        t.enable()
        t.command('show clock')
        t.command('show debugging')
        t.shows('Router#show debugging', UP)
        t.shows('Router#show clock', UP)
        t.shows('Router#show debugging', DOWN)
        t.shows('Router#show clock', b'\x10') # ^P
        t.shows('Router#show debugging', b'\x0e') # ^N
        t.shows('Router#', DOWN)
        t.shows('Router#show debugging', b'\x15' + UP)
        t.keys(b'\r')
        t.shows('Router#')
        t.shows('Router#show debugging', UP) # from the last line again
        t.shows('Router#', b'\x15')


SECRETS = (
    'credentials number 1 username u password Zecret1 realm r',
    'credentials number 2 username u p Zecret2 realm r',
    'authentication username u password 0 Zecret3 realm r',
    'au u u pa Zecret4 realm r',
    'cre n 3 u u pass Zecret5 realm r',
    'credentials number 1 username u passwort Zecret6 realm r', # refused
    'enable secret Zecret7',
    'enable sec 0 Zecret8',
    'credentials number 1 username u Zecret9 password', # refused
)


def history_without_passwords(): # F9, C4
    with Terminal() as t:
        t.enable()
        t.command('configure terminal', 'Router(config)#')
        t.command('sip-ua', 'Router(config-sip-ua)#')
        for line in SECRETS:
            start = t.screen.y
            t.keys(line.encode() + b'\r')
            check(t.wait(lambda: t.screen.y > start and re.fullmatch(r'Router\(config(-sip-ua)?\)#', t.row())),
                  'no prompt after %r\n%s', line, t.story())
            if t.row() == 'Router(config)#':
                t.command('sip-ua', 'Router(config-sip-ua)#')
        came = set()
        for _ in range(len(SECRETS) + 5):
            before = len(t.raw)
            t.keys(UP)
            t.wait(lambda: len(t.raw) > before)
            check('ecret' not in t.row(), 'history: %r', t.row())
            came.add(t.row())
        check('Router(config-sip-ua)#sip-ua' in came, 'the history is empty: %s', came)


def control_c_and_z(): # L3, C8
    with Terminal() as t:
        t.enable()
        t.command('configure terminal', 'Router(config)#')
        t.command('sip-ua', 'Router(config-sip-ua)#')
        t.shows('Router(config-sip-ua)#registrar 1 ipv4:192.0.2.9', b'registrar 1 ipv4:192.0.2.9')
        t.shows('Router#', b'\x03')
        check('sip-ua' not in t.command('show running-config'), '^C carried the line out:\n%s', t.story())
        t.command('configure terminal', 'Router(config)#')
        t.command('dial-peer voice 7 pots', 'Router(config-dial-peer)#')
        t.shows('Router#', b'description by control z\x1a')
        check(' description by control z' in t.command('show running-config'), '^Z lost the line:\n%s', t.story())
        t.command('configure terminal', 'Router(config)#')
        t.shows('Router#', b'\x1a')
        t.shows('Router#half', b'half')
        t.shows('Router#', b'\x03')
        check(t.above() == 'Router#half', '^C leaves the line on the screen:\n%s', t.story())
        t.shows('Router#', b'\x1a')
        check(t.stopped() == 0, 'exit status: ^C is no refused line')


def wide():
    """Lines longer than the terminal is wide, edited at both ends."""
    with Terminal(size=(24, 40)) as t:
        t.enable()
        t.command('configure terminal', 'Router(config)#')
        t.command('dial-peer voice 1 pots', 'Router(config-dial-peer)#')
        text = ''.join('%03d ' % i for i in range(50)).strip()
        whole = 'Router(config-dial-peer)#description ' + text + ' end'
        t.keys(b'escription ' + text.encode())
        t.keys(b'\x01d\x05 end')
        check(t.wait(lambda: ''.join(x.ljust(40) for x in t.screen.lines()).rstrip().endswith(whole)),
              'not whole:\n%s', t.story())
        t.command('', 'Router(config-dial-peer)#')
        t.command('end')
        t.wait(lambda: False, .01)
        t.resize(24, 400)
        check(' description %s end' % text in t.command('show running-config'), 'not stored:\n%s', t.story())


def too_long():
    """One line of 300,000 characters: refused whole, at once, and the next one works."""
    with Terminal() as t:
        t.enable()
        begin = time.monotonic()
        t.keys(b'x' * 300000 + b'\r')
        check(t.wait(lambda: any(x.startswith('% Line too long') for x in t.screen.lines()), 30), 'not refused:\n%s',
              t.story())
        t.shows('Router#')
        check(time.monotonic() - begin < 20, 'took %.0f s', time.monotonic() - begin)
        t.command('show clock')
        check(t.stopped() == 1, 'exit status after a refused line')


def log_line_above(): # C9
    for half, size in (('show sip-ua regi', (24, 80)), ('show version | include ' + 'abcdefghi ' * 12, (24, 60))):
        with fake.Registrar(mute=True) as r, Terminal(fake.config(lib.port(), r), size=size) as t:
            t.enable()
            check(r.until(SECONDS, lambda: r.seen), 'no REGISTER')
            whole = ('Router#' + half).rstrip()
            height = -(-len(whole) // size[1])

            def stands():
                return ''.join(x.ljust(size[1]) for x in t.screen.lines()[-height:]).rstrip() == whole

            t.keys(half.rstrip().encode())
            check(t.wait(stands), 'typed:\n%s', t.story())
            t.keys(LEFT * 3)
            r.speak()
            check(t.wait(lambda: 'Registration Success' in ''.join(t.screen.lines()) and stands()),
                  'the typed line is not whole:\n%s', t.story())
            text = '\n'.join(t.screen.lines())
            check(text.count('Router#show') == 1, 'the typed line stands there twice:\n%s', t.story())
            check(t.screen.x == (len(whole) - 3) % size[1], 'the cursor moved to %d\n%s', t.screen.x, t.story())


# --- passwords --------------------------------------------------------------------------------------------------


def with_secret():
    return fake.config(lib.port(), numbers=()) + '!\nenable secret Sesame9\n'


def password_prompt():
    with Terminal(with_secret()) as t:
        t.shows('Router>')
        t.shows('Password:', b'enable\r')
        t.keys(b'Sesamx\x7fe9\r')
        t.shows('Router#')
        check(b'esam' not in t.raw, 'the password was shown: %r', t.raw)
        t.shows('Router#', UP + b'\x15')
        check(b'esam' not in t.raw, 'the password is in the history')
        t.shows('Router>', b'disable\r')
        for key in (b'\x03', b'\x1a'): # ^C, ^Z: back to the prompt, and typing is shown again
            t.shows('Password:', b'enable\r')
            t.shows('Router>', b'half' + key)
            t.shows('Router>show', b'show')
            t.shows('Router>', b'\x15')
        t.shows('Password:', b'enable\r')
        t.shows('Router#', b'wrong\x15S\xc3\xa4\x7fesame' + LEFT + b'9\r') # ^U; keys that have no meaning
        t.shows('Router>', b'disable\r')
        t.keys(b'enable\rSesame9\rshow clock\r') # all at once, as when pasted
        t.shows('Router#')
        check(b'esam' not in t.raw, 'the pasted password was shown: %r', t.raw)
        t.shows('Router>', b'disable\r')
        t.shows('Password:', b'enable\r')
        t.keys(b'\x04')
        check(t.ended() == 0, '^D at the password')


def master_key_prompts():
    with Terminal() as t:
        t.enable()
        t.command('configure terminal', 'Router(config)#')
        t.shows('New key:', b'key config-key password-encrypt\r')
        t.shows('Confirm key:', b'Sesame-key-1\r')
        t.shows('Router(config)#', b'Sesame-key-1\r')
        t.shows('Old key:', b'key config-key password-encrypt\r')
        t.shows('New key:', b'Sesame-key-1\r')
        t.shows('Router(config)#', b'Sesame\x03') # ^C: nothing was changed
        check(b'esam' not in t.raw, 'the key was shown: %r', t.raw)
        t.shows('Old key:', b'key config-key password-encrypt Sesame-key-2\r')
        t.shows('Router(config)#', b'Sesame-key-1\r')
        before = len(t.raw)
        for _ in range(4):
            t.keys(UP)
        t.shows('Router(config)#', b'\x15')
        check(b'esam' not in t.raw[before:], 'the key is in the history')
        t.shows('Continue with master key deletion ? [yes/no]:', b'no key config-key password-encrypt\r')
        t.shows('Router(config)#', b'yes\r')


def the_next_user():
    """Who comes after the time is over finds nothing of the one before: no history, no typed line, no password."""
    more = '!\nline con 0\n exec-timeout 0 2\n password Sesame7\n login\n!\nenable secret Sesame7\n'
    with Terminal(fake.config(lib.port(), numbers=()) + more) as t:
        def over():
            end = len(t.raw)
            check(t.wait(lambda: b'Press RETURN to get started.' in t.raw[end:] and t.row() == ''), 'the time: %s',
                  t.story())

        t.shows('Password:')
        t.shows('Router>', b'Sesame7\r')
        t.keys(b'show clock\rshow half')
        over()
        t.shows('Password:', b'\r')
        t.shows('Router>', b'Sesame7\r')
        t.shows('Password:', b'enable\r')
        t.keys(b'Sesame7')
        over()
        t.shows('Password:', b'\r')
        asked = len(t.raw)
        t.keys(b'\r')
        check(t.wait(lambda: b'Router>' in t.raw[asked:] or b'Password:' in t.raw[asked:]) and t.row() == 'Password:',
              'let in with what was typed before: %s', t.story())
        t.shows('Router>', b'Sesame7\r')
        bells = t.screen.bells
        t.keys(UP)
        check(t.wait(lambda: t.screen.bells > bells or t.row() != 'Router>') and t.row() == 'Router>',
              'the history of another: %s', t.story())


def three_wrong_passwords():
    with Terminal(with_secret()) as t:
        t.shows('Router>')
        t.keys(b'enable\r')
        for _ in range(3):
            t.shows('Password:')
            y = t.screen.y
            t.keys(b'Sesame8\r')
            check(t.wait(lambda: t.screen.y > y), 'no answer\n%s', t.story())
        t.shows('Router>')
        check('% Bad secrets' in t.screen.lines(), 'not said:\n%s', t.story())
        check(t.command('show version', 'Router>'), 'the console does not go on')
        t.shows('Password:', b'enable\r')
        t.shows('Router#', b'Sesame9\r')


def log_line_and_password(): # C9
    with fake.Registrar(mute=True) as r, Terminal(fake.config(lib.port(), r) + '!\nenable secret Sesame9\n') as t:
        t.shows('Router>')
        check(r.until(SECONDS, lambda: r.seen), 'no REGISTER')
        t.shows('Password:', b'enable\rSesa')
        r.speak()
        check(t.wait(lambda: 'Registration Success' in ''.join(t.screen.lines()) and t.row() == 'Password:'),
              'no prompt below the log line:\n%s', t.story())
        t.shows('Router#', b'me9\r')


# --- the terminal -----------------------------------------------------------------------------------------------


def resize(): # C2
    with Terminal() as t:
        t.enable()
        t.shows('Router#show cl', b'show cl')
        for i in range(400):
            t.resize(*((1, 0), (0, 1), (1, 1), (24, 80), (0, 0), (3, 7), (65535, 65535), (500, 200))[i % 8])
            t.read()
        t.resize(24, 80)
        check(t.gw.poll() is None, 'gw died\n%s', t.story())
        t.keys(b'ock\r')
        check(t.wait(lambda: re.search(r'UTC|\d\d:\d\d:\d\d\.\d{3} ', '\n'.join(t.screen.lines()[-5:]))
                     and t.row() == 'Router#'), 'the line is lost:\n%s', t.story())
        # a line that wraps at the new width
        t.resize(24, 30)
        t.shows('Router#', b'\x15')
        t.keys(b'0123456789' * 4)
        check(t.wait(lambda: t.screen.lines()[-2:] == [
            'Router#01234567890123456789012', '34567890123456789']), 'at 30 columns:\n%s', t.story())
    for size in ((1, 0), (0, 0), (1, 1), (1, 2)):
        with Terminal(size=size) as t:
            t.keys(b'enable\rterminal length 0\rshow version\rexit\r')
            check(t.ended() == 0 and b'gw Software' in t.raw, 'size %s\n%s', size, t.story())


def other_terminals(): # C2
    for term in ('dumb', None, '', 'no-such-terminal', 'vt100', 'linux', 'ansi', '../../etc/passwd', 'x' * 5000):
        with Terminal(term=term) as t:
            t.keys(b'enable\r')
            check(t.wait(lambda: b'Router#' in t.raw), 'TERM=%r\n%s', term, t.story())
            t.keys(b'show versiox\x7fn\r')
            check(t.wait(lambda: b'gw Software' in t.raw), 'TERM=%r\n%s', term, t.story())
            if term == 'dumb':
                check(b'\x1b' not in t.raw, 'escape sequences on a dumb terminal: %r', t.raw)
            check(t.stopped() == 0, 'TERM=%r: exit status', term)
    with fake.Registrar(mute=True) as r, Terminal(fake.config(lib.port(), r), term='dumb') as t:
        t.keys(b'enable\rshow ver')
        check(t.wait(lambda: t.row() == 'Router#show ver'), 'typed:\n%s', t.story())
        check(r.until(SECONDS, lambda: r.seen), 'no REGISTER')
        r.speak()
        check(t.wait(lambda: b'Registration Success' in t.raw and t.row() == 'Router#show ver'),
              'a log line on a dumb terminal:\n%s', t.story())
        check(b'\x1b' not in t.raw, 'escape sequences on a dumb terminal: %r', t.raw)


def the_end():
    for keys in (b'\x04', b'exit\r', b'enable\rexit\r', b'logout\r', b'quit\r', b'enable\rconfigure terminal\r\x04'):
        with Terminal() as t:
            t.shows('Router>')
            t.keys(keys)
            check(t.ended() == 0, '%r: exit status %s', keys, t.gw.poll())
    with Terminal() as t: # what the terminal was set to is set again
        before = termios.tcgetattr(t.master)
        t.shows('Router>')
        check(not termios.tcgetattr(t.master)[3] & termios.ECHO, 'no raw mode')
        slave = os.open(t.name, os.O_RDWR | os.O_NOCTTY)
        try:
            t.keys(b'\x04')
            check(t.gw.wait(SECONDS) == 0, 'exit status')
            check(termios.tcgetattr(slave)[:4] == before[:4], 'the terminal stays changed')
        finally:
            os.close(slave)


def hangup(): # L20
    """The terminal goes away: registrations are taken back, then the program ends."""
    with fake.Registrar() as r, Terminal(fake.config(lib.port(), r, numbers=('1001', '1002'))) as t:
        t.enable()
        check(r.until(SECONDS, lambda: r.numbers() == ['1001', '1002']), 'not registered\n%s', t.story())
        check(t.wait(lambda: t.screen.lines().count('') >= 0 and b'Number=1002' in t.raw), 'no log line')
        t.keys(b'show sip-ua stat')
        t.hang_up()
        check(t.gw.wait(SECONDS) == 0, 'exit status %s', t.gw.returncode)
        check(r.until(1, lambda: r.numbers('left') == ['1001', '1002']), 'not un-registered: %s', r.numbers('left'))
    # without the signal, and with much to write
    with Terminal() as t:
        t.enable()
        t.keys(b'show sip-ua statistics\r' * 40)
        t.hang_up()
        check(t.gw.wait(SECONDS) is not None, 'lives on')


def terminal_stopped(): # F18
    """The user stops the output (^S): signalling goes on, nothing spins, nothing is lost."""
    with fake.Registrar(grant=2) as r, Terminal(fake.config(lib.port(), r)) as t:
        t.enable()
        t.command('terminal length 0')
        t.keys(b'\x13')
        t.keys(b'show version\rshow sip-ua statistics\r')
        seen = len(r.seen)
        check(r.until(SECONDS, lambda: len(r.seen) >= seen + 2), 'no refresh while the output stands\n%s', t.story())
        check(idle(t.gw.pid, 1) < .1, 'busy while the output stands')
        t.keys(b'\x11')
        check(t.wait(lambda: b'gw Software' in t.raw and b'Retry Statistics' in t.raw), 'lost:\n%s', t.story())
        t.shows('Router#')


def paste(): # C1
    count = 10000
    with Terminal() as t:
        t.enable()
        t.command('configure terminal', 'Router(config)#')
        begin, before = time.monotonic(), ticks(t.gw.pid)
        t.keys(''.join('ip host h%d.example 10.%d.%d.1\r' % (i, i // 250, i % 250) for i in range(count)).encode()
               + b'end\r')
        check(t.wait(lambda: t.row() == 'Router#', 45), 'not done after %.0f s\n%s', time.monotonic() - begin, t.story())
        used = (ticks(t.gw.pid) - before) / TICKS
        print('  %d lines pasted: %.1f s, gw used %.1f s of CPU' % (count, time.monotonic() - begin, used))
        check(used < 10, 'gw used %.1f s of CPU', used)
        got = t.command('show running-config | count ^ip host')
        check(got == ['Number of lines which match regexp = %d' % count], 'stored: %s', got)
        echoed = [int(x) for x in re.findall(r'\(config\)#ip host h(\d+)\.', '\n'.join(t.screen.lines()))]
        check(echoed == list(range(count)), 'not in order, or not all: %d', len(echoed))


def quiet(): # C3
    """Nothing to do, nothing done."""
    with fake.Registrar() as r, Terminal(fake.config(lib.port(), r)) as t:
        t.enable()
        check(r.until(SECONDS, lambda: r.numbers() == ['1001']), 'not registered')
        check(idle(t.gw.pid) < .1, 'busy at the prompt')
        t.keys(b'half a li')
        check(idle(t.gw.pid, 1) < .1, 'busy with half a line')


class Plain:
    """A gw started by a shell that redirects or closes its standard streams."""

    def __init__(self, stack, registrar, name, redirect):
        self.name = name
        f = stack.enter_context(lib.tempfile.NamedTemporaryFile('w'))
        self.number = '1%03d' % len(name)
        f.write(fake.config(lib.port(), registrar, numbers=(self.number,)))
        f.flush()
        self.process = subprocess.Popen(
            ['sh', '-c', 'exec "$0" -f "$1" ' + redirect, lib.gw_path(), f.name], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(self.kill)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()


def standard_streams(): # C3
    """End of input at once, closed input, closed output, closed log: the documented end, idle until then."""
    with lib.contextlib.ExitStack() as stack:
        r = stack.enter_context(fake.Registrar(mute=True)) # un-registering takes its five seconds: time to look
        ending = [Plain(stack, r, name, redirect) for name, redirect in (
            ('end of input', '</dev/null'), ('closed input', '<&-'), ('closed input and output', '<&- >&-'),
            ('all closed', '<&- >&- 2>&-'), ('a directory', '</'))]
        living = [Plain(stack, r, name, redirect) for name, redirect in (
            ('closed output', '>&-'), ('closed log', '2>&-'), ('input only', '>&- 2>&-'))]
        for p in living:
            p.process.stdin.write(b'enable\nshow version\n')
            p.process.stdin.flush()
            check(r.until(SECONDS, lambda: p.number in r.numbers('mute')), '%s: no REGISTER', p.name)
        before = {p: ticks(p.process.pid) for p in living + ending if p.process.poll() is None}
        select.select([], [], [], 2)
        for p in before:
            if p.process.poll() is None:
                used = (ticks(p.process.pid) - before[p]) / TICKS
                check(used < .1, '%s: busy, %.2f s of CPU in 2 s', p.name, used)
        for p in living:
            check(p.process.poll() is None, '%s: ended with %s', p.name, p.process.returncode)
            p.process.stdin.close()
        for p in ending + living:
            check(p.process.wait(10) == 0, '%s: exit status %s', p.name, p.process.returncode)


TESTS = (
    prompt_once, tab, question_mark, question_mark_as_it_is, editing, keys_in_pieces, history,
    history_without_passwords, control_c_and_z, wide, too_long, log_line_above, password_prompt,
    master_key_prompts, the_next_user, three_wrong_passwords, log_line_and_password, resize, other_terminals, the_end, hangup,
    terminal_stopped, paste, quiet, standard_streams)


if __name__ == '__main__':
    sys.exit(lib.run_on_terminals(TESTS, sys.argv[1:]))
