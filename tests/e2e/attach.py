#!/usr/bin/env python3
"""Consoles attached to a running gw: several at once, commands of scripts, pages, who may, who hangs, who dies.

usage: attach.py [TEST...]
"""
import os
import re
import select
import signal
import socket
import stat
import struct
import subprocess
import sys
import time

sys.dont_write_bytecode = True # the source tree stays as it is
import lib
from lib import check
import console
import fake

SECONDS = 15
UP = console.UP


class Service(lib.Gw):
    """A gw -D with a socket of its own."""

    def __init__(self, config=None, args=('-D',)):
        super().__init__(fake.config(lib.port(), numbers=()) if config is None else config,
                         ('-s', '{dir}/gw.sock', *args))
        self.socket = os.path.join(self.dir, 'gw.sock')
        check(self.wait(SECONDS, lambda: self.listens() or not self.alive()) and self.alive(), 'does not listen\n%s',
              self.story())

    def wait(self, seconds, condition):
        """As that of Gw, also for what shows in no descriptor."""
        end = time.monotonic() + seconds
        while True:
            got = super().wait(.02, condition)
            if got or time.monotonic() > end:
                return got

    def listens(self):
        with socket.socket(socket.AF_UNIX) as s:
            try:
                s.connect(self.socket)
            except OSError:
                return False
        return True

    def run(self, *commands, stdin=None, **more):
        """gw -c, or gw -a with lines."""
        args = [x for c in commands for x in ('-c', c)] or ['-a']
        return subprocess.run([lib.gw_path(), *args, '-s', self.socket], input=stdin, capture_output=True, text=True,
                              timeout=60, **more)

    def show(self, command):
        got = self.run(command)
        check(got.returncode == 0, '%s: %s', command, got)
        return got.stdout.splitlines()

    def terminal(self, **more):
        return console.Terminal(command=[lib.gw_path(), '-a', '-s', self.socket], **more)


def peers(count):
    return ''.join('dial-peer voice %d pots\n description number %d of the peers\n destination-pattern 2%05d\n'
                   ' no sip-register\n!\n' % (i + 1, i, i) for i in range(count))


# --- several --------------------------------------------------------------------------------------------------------


def several_consoles():
    """Each has its own mode, history, length and line."""
    with Service() as gw, gw.terminal() as a, gw.terminal(env={'SSH_CONNECTION': '192.0.2.7 1 192.0.2.1 22'}) as b, \
            gw.terminal() as c:
        for t in (a, b, c):
            t.enable()
        a.command('configure terminal', 'Router(config)#')
        a.command('sip-ua', 'Router(config-sip-ua)#')
        b.command('terminal length 0')
        check('Length: 24 lines, Width: 80 columns' in c.command('show terminal'), 'c: %s', c.story())
        check('Length: 0 lines, Width: 80 columns' in b.command('show terminal'), 'b: %s', b.story())
        a.shows('Router(config-sip-ua)#sip-ua', UP)
        b.shows('Router#show terminal', UP)
        b.shows('Router#terminal length 0', UP)
        b.shows('Router#', b'\x15')
        rows = c.command('show users')
        check(rows[0] == '    Line       User       Host(s)              Idle       Location', 'header %r', rows[0])
        marks = sorted(re.match(r'(.)  (\d) vty (\d) +(\S+) +idle +\d\d:\d\d:\d\d( +\S+)?', x).group(1, 2, 3)
                       for x in rows[1:])
        check([x[0] for x in marks].count('*') == 1 and {x[2] for x in marks} == {'0', '1', '2'}, 'rows %s', rows)
        check(sum('192.0.2.7' in x for x in rows) == 1 and sum('pts/' in x for x in rows) == 2, 'rows %s', rows)
        a.shows('other#', b'\x15hostname other\x1a') # ^Z runs the line, then leaves
        check(a.above().startswith('Router(config-sip-ua)#hostname other'), 'a: %s', a.story())


def vanished_mode():
    """One removes what the other is editing."""
    with Service() as gw, gw.terminal() as a:
        a.enable()
        a.command('configure terminal', 'Router(config)#')
        a.command('dial-peer voice 7 pots', 'Router(config-dial-peer)#')
        check(gw.run('configure terminal', 'no dial-peer voice 7 pots').returncode == 0, 'not removed')
        a.keys(b'description gone\r')
        check(a.wait(lambda: a.row() == 'Router(config)#' and any(x.startswith('%') for x in a.screen.lines())),
              'not refused: %s', a.story())


def who_configured():
    with Service() as gw:
        got = gw.run('configure terminal', 'hostname abc', env={**os.environ, 'SSH_CONNECTION': '2001:db8::7 1 x 22'})
        check(got.returncode == 0, '%s', got)
        name = subprocess.run(['id', '-un'], capture_output=True, text=True).stdout.strip()
        line = gw.wait(SECONDS, lambda: [x for x in gw.log.all if 'SYS-5-CONFIG_I' in x])
        check(line and line[0].endswith('Configured from console by %s on vty0 (2001:db8::7)' % name), 'log: %s',
              gw.log.all) # though it went without `end`
        with gw.terminal() as t:
            t.shows('abc>')
            t.keys(b'enable\rconfigure terminal\rhostname x\r')
            t.shows('x(config)#')
        check(gw.wait(SECONDS, lambda: [x for x in gw.log.all if re.search(
            r'SYS-5-CONFIG_I: .* by %s on vty0 \(pts/\d+\)$' % name, x)]), 'log: %s', gw.log.all)


# --- scripts --------------------------------------------------------------------------------------------------------


def exit_status():
    with Service() as gw:
        got = gw.run('configure terminal', 'hostname abc', 'do show running-config | include hostname')
        check(got.returncode == 0 and got.stdout.endswith('\nhostname abc\n') and not got.stderr, '%s', got)
        got = gw.run('show clok', 'show clock')
        check(got.returncode == 1 and '% Invalid input' in got.stdout and 'UTC' in got.stdout, '%s', got)
        got = gw.run('show running-config')
        check(got.returncode == 0 and ' --More-- ' not in got.stdout and '\b' not in got.stdout, '%s', got)
        check(gw.run('show version\nshow clok').returncode == 1, 'two lines in one')
        got = gw.run(stdin='enable\nshow users\nexit\n')
        check(got.returncode == 0 and got.stdout.startswith('    Line '), '%s', got)
        check(gw.run(stdin='enable\nnonsense\n').returncode == 1, 'a refused line')
        check(gw.run(stdin='').returncode == 0, 'no line')
        check(gw.run('', '!').returncode == 0, 'empty lines')
        check(gw.run('exit', 'show clok').returncode == 0, 'nothing runs behind exit')
        got = gw.run(stdin='x' * 300000 + '\nshow clock\n')
        check(got.returncode == 1 and got.stdout.count('% Line too long: 300000 bytes') == 1, '%s', got.stdout[:300])
        for more in ('-D', '-t', 'x'), ('-f', 'x'), ('--strict',):
            got = subprocess.run([lib.gw_path(), '-a', *more], capture_output=True, text=True)
            check(got.returncode == 2 and got.stderr, '-a with %s: %s', more, got)
        p = subprocess.Popen([lib.gw_path(), '-a', '-s', gw.socket], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        p.stdin.write(b'show clock\n')
        p.stdin.flush()
        check(p.stdout.readline(), 'no answer')
        p.send_signal(signal.SIGINT)
        check(p.wait(SECONDS) == 1, 'interrupted: %s', p.returncode)
        p.stdin.close()
        p.stdout.close()
        # a reader that goes: no error, no hanging
        p = subprocess.Popen([lib.gw_path(), '-s', gw.socket, '-c', 'show version', '-c', 'show running-config'],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        p.stdout.close()
        check(p.wait(SECONDS) == 0, 'closed output')
        p.stderr.close()


def cannot_attach():
    with Service() as gw:
        def status(path, text, **more):
            got = subprocess.run([lib.gw_path(), '-a', '-s', path], capture_output=True, text=True,
                                 stdin=subprocess.DEVNULL, **more)
            check(got.returncode == 2 and got.stderr.startswith('gw: cannot attach to ' + path)
                  and text in got.stderr and got.stderr.count('\n') == 1 and not got.stdout, '%s: %s', path, got)
        status(os.path.join(gw.dir, 'none'), 'no gw is running there')
        status(os.path.join(gw.dir, 'no/where'), 'no gw is running there')
        status(gw.file, 'no gw is running there')
        status('/' + 'x' * 200, 'more than 107 characters')
        check(stat.S_IMODE(os.stat(gw.socket).st_mode) == 0o660, 'mode %o', os.stat(gw.socket).st_mode)
        if os.geteuid() == 0:
            os.chmod(gw.dir, 0o755)
            status(gw.socket, 'permission denied: be root or in group root', user=65534, group=65534,
                   extra_groups=[])
            os.chown(gw.socket, 0, 65533)
            got = gw.run('show users', user=65534, group=65533, extra_groups=[])
            check(got.returncode == 0 and ' nobody ' in got.stdout, 'the group may: %s', got)
            got = gw.run('show users', user=64321, group=65533, extra_groups=[])
            check(got.returncode == 0 and ' uid64321 ' in got.stdout, 'a user without a name: %s', got)
        name = os.path.join(gw.dir, 'dead')
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(name)
        status(name, 'no gw is running there')


def no_answer():
    """A service that says nothing can be left with ^C; one that is gone at once is an error too."""
    with lib.tempfile.TemporaryDirectory() as d, socket.socket(socket.AF_UNIX) as s:
        name = d + '/mute'
        s.bind(name)
        s.listen(1)
        s.settimeout(SECONDS)
        with console.Terminal(command=[lib.gw_path(), '-a', '-s', name]) as t:
            peer = s.accept()[0]
            check(peer.recv(65536), 'no HELLO')
            t.keys(b'typed ahead\x03')
            check(t.ended() == 2 and b'no answer yet' in t.raw, '^C: %s', t.story())
            peer.close()
        with console.Terminal(command=[lib.gw_path(), '-a', '-s', name]) as t:
            s.accept()[0].close()
            check(t.ended() == 2 and b'the gateway is gone' in t.raw, 'gone: %s', t.story())


def shell():
    """gwsh: the shell of an account."""
    with Service() as gw:
        name = os.path.join(gw.dir, 'gwsh')
        os.symlink(lib.gw_path(), name)
        got = subprocess.run([name, '-s', gw.socket, '-c', 'show users'], capture_output=True, text=True)
        check(got.returncode == 0 and '*' in got.stdout, '%s', got)
        # No way around `enable` for those who have no other shell, and none through what sshd was asked to run.
        got = subprocess.run([name, '-s', gw.socket, '-c', 'show running-config'], capture_output=True, text=True)
        check(got.returncode == 1 and 'Invalid input' in got.stdout, 'privileged without enable: %s', got)
        for asked, status, text in ('show users', 0, '*'), ('show running-config', 1, 'Invalid input'):
            got = subprocess.run([lib.gw_path(), '-a', '-s', gw.socket], capture_output=True, text=True,
                                 env={**os.environ, 'SSH_ORIGINAL_COMMAND': asked})
            check(got.returncode == status and text in got.stdout, '%s: %s', asked, got)
        for argv0 in 'gwsh', '-gwsh', '/usr/bin/gwsh':
            got = subprocess.run([argv0, '-s', gw.socket], executable=lib.gw_path(), input='show users\n',
                                 capture_output=True, text=True)
            check(got.returncode == 0 and '*' in got.stdout, '%s: %s', argv0, got)
        with console.Terminal(command=[name, '-s', gw.socket]) as t:
            t.enable()
            t.shows('Router(config)#', b'configure terminal\r')
            t.keys(b'end\rexit\r')
            check(t.ended() == 0, 'exit status')


# --- the terminal ---------------------------------------------------------------------------------------------------


def keys_through_the_socket():
    """Help, Tab, ^C and ^Z as at the console of the process."""
    with Service() as gw, gw.terminal() as t:
        t.enable()
        t.keys(b'sh\t')
        t.shows('Router#show')
        check(t.above() == 'Router#sh', 'Tab: %s', t.story())
        bells = t.screen.bells
        t.keys(b'zz\t')
        check(t.wait(lambda: t.screen.bells > bells and t.row() == 'Router#show zz'), 'no bell: %s', t.story())
        t.keys(b'\x15show sip-ua ?')
        check(t.wait(lambda: t.row() == 'Router#show sip-ua' and any(
            x.startswith('  register ') for x in t.screen.lines())), 'help: %s', t.story())
        t.shows('Router#', b'\x03')
        t.keys(b'configure terminal\rsip-ua\rregistrar 1 ipv4:192.0.2.9\x03')
        t.shows('Router#')
        check('sip-ua' not in t.command('show running-config | include sip-ua'), '^C ran the line')
        t.keys(b'sh\tver\t\rshow cl\t\r') # typed ahead, with keys that wait for an answer
        check(t.wait(lambda: any(x.startswith('gw Software') for x in t.screen.lines()) and t.row() == 'Router#'
                     and re.search(r'UTC|\d\d:\d\d:\d\d\.\d{3} ', t.above())), 'typed ahead: %s', t.story())
        t.keys(b'disable\rexit\r')
        check(t.ended() == 0, 'exit status')


def pages():
    with Service(fake.config(lib.port(), numbers=()) + '!\n' + peers(100)) as gw, gw.terminal(size=(10, 80)) as t:
        more = ' --More--'

        def page(key, lines):
            start = t.screen.y
            t.keys(key)
            check(t.wait(lambda: t.row() == more and t.screen.y - start == lines), 'after %r: %d lines\n%s', key,
                  t.screen.y - start, t.story())
            check(more not in t.screen.lines()[:-1], 'a --More-- stays: %s', t.story())

        t.enable()
        page(b'show running-config\r', 10)
        page(b' ', 9)
        page(b'\r', 1)
        page(b'\r', 1)
        page(b' ', 9)
        t.shows('Router#', b'q')
        for key in b'n', b'\x03', b'\x1b[A':
            page(b'show running-config\r', 10)
            t.shows('Router#', key)
        page(b'show running-config\r', 10)
        t.shows('/', b'/')
        t.keys(b'voice 50 pots\r')
        check(t.wait(lambda: t.row() == more), 'search: %s', t.story())
        check(t.screen.lines()[-11:-9] == ['filtering...', 'dial-peer voice 50 pots'], 'search: %s', t.story())
        t.keys(b'+')
        t.shows('+')
        t.keys(b'voice 7[0-9] pots\r')
        check(t.wait(lambda: t.row() == more and t.above() == 'dial-peer voice 78 pots'), 'include: %s', t.story())
        t.shows('Router#', b'\r')
        check(t.above() == 'dial-peer voice 79 pots', 'the last line: %s', t.story())
        page(b'show running-config\r', 10)
        t.shows('-', b'-')
        t.shows('Router#', b'\x03') # no search after all
        check('(config)' not in t.screen.lines()[-1], '^C')
        # lengths: by command, of the window, none
        t.command('terminal length 4')
        page(b'show running-config\r', 4)
        t.shows('Router#', b'q')
        t.command('terminal length 0')
        got = t.command('show running-config')
        check(got[-1] == 'end' and more not in got, 'length 0: %s', got[-3:])
        t.command('terminal no length')
        page(b'show running-config\r', 10)
        t.shows('Router#', b'q')
        t.resize(16, 80)
        t.wait(lambda: False, .05)
        page(b'show running-config\r', 16)
        t.shows('Router#', b'q')
        # help is paged as well, and the line is still there
        t.resize(6, 80)
        t.wait(lambda: False, .05)
        page(b'show ?', 6)
        t.shows('Router#show', b'q')
        t.shows('Router#', b'\x15')
        # no pages without a terminal
        t.command('terminal width 20')
        t.command('terminal length 5')
        got = t.screen.y
        t.keys(b'show users\r') # its lines take several rows of 20 columns
        check(t.wait(lambda: t.row() == more), 'width: %s', t.story())
        t.shows('Router#', b'q')


def interrupted_output():
    """^C stops what is being printed at once, and nothing else stood still (abuse case C6)."""
    with fake.Registrar(grant=2) as r, Service(fake.config(lib.port(), r) + '!\n' + peers(10000)) as gw, \
            gw.terminal() as t:
        t.enable()
        t.keys(b'show running-config\r')
        check(t.wait(lambda: t.row() == ' --More--'), 'no page: %s', t.story())
        seen = len(r.seen)
        check(r.until(SECONDS, lambda: len(r.seen) > seen), 'registrations stand still')
        t.shows('Router#', b'q')
        t.command('terminal length 0')
        start, begin = len(t.raw), time.monotonic()
        t.keys(b'show running-config\r')
        check(t.wait(lambda: len(t.raw) > start + 1000), 'nothing printed')
        t.keys(b'\x03')
        t.shows('Router#')
        check(time.monotonic() - begin < 5 and not t.screen.lines()[t.screen.y - 1].startswith('end'), '%.1f s',
              time.monotonic() - begin)


def sizes_and_terminals():
    with Service() as gw:
        for size in ((24, 0), (0, 0), (24, 1), (1, 80), (24, 511), (24, 512), (24, 513), (24, 2000), (24, 2001)):
            with gw.terminal(size=size) as t:
                t.keys(b'enable\rterminal length 0\rterminal width 511\rshow terminal\rshow version\rexit\r')
                check(t.ended() == 0 and b'gw Software' in t.raw and b'Width: 511 columns' in t.raw, '%s: %s', size,
                      t.story())
        for term in ('dumb', 'vt100', 'xterm', None, '', 'no-such-terminal'):
            with gw.terminal(term=term) as t:
                t.keys(b'enable\rshow versiox\x7fn\rshow sip-ua ti\t\r')
                check(t.wait(lambda: b'gw Software' in t.raw and b'SIP UA Timer' in t.raw.replace(b'\r', b'')),
                      'TERM=%r\n%s', term, t.story())
                if term == 'dumb':
                    check(b'\x1b' not in t.raw, 'escape sequences: %r', t.raw)
                t.keys(b'q\rexit\r')
                check(t.ended() == 0, 'TERM=%r: exit status', term)
        for width in 0, 1, 80, 511, 512:
            got = gw.run(stdin='terminal width %d\nshow terminal\n' % width)
            check(got.returncode == 0 and 'Width: %d columns' % width in got.stdout, 'width %d: %s', width, got)
        check(gw.run(stdin='terminal width 513\n').returncode == 1, 'width 513')


def passwords():
    with Service(fake.config(lib.port(), numbers=()) + '!\nenable secret Sesame9\n') as gw, gw.terminal() as t:
        t.shows('Router>')
        t.shows('Password:', b'enable\r')
        t.shows('Router#', b'Sesame9\r')
        t.command('configure terminal', 'Router(config)#')
        t.command('enable secret Sesame8', 'Router(config)#')
        t.command('ip host a.example 192.0.2.1', 'Router(config)#')
        t.shows('Router(config)#ip host a.example 192.0.2.1', UP)
        t.keys(UP * 5)
        t.shows('Router#', b'\x15\x1a')
        history = t.command('show history')
        check(history == ['  enable', '  configure terminal', '  show history'] or
              history == ['  configure terminal', '  show history'], 'history: %s', history)
        check(b'esame9' not in t.raw and t.raw.count(b'esame8') == 1, 'a password shows: %r', t.raw)
        check(gw.run('show history').stdout == '', 'a script has a history')
        gw.wait(.1, lambda: False)
        check('esame' not in '\n'.join(gw.log.all) and 'esame' not in '\n'.join(gw.show('show logging')), 'logged')


def logins():
    """What the line demands is asked through the socket; root is asked for nothing that he cannot type."""
    more = ('!\nusername alice privilege 15 secret Sesame7\nline vty 0 99\n login local\n exec-timeout 0 2\n'
            ' length 7\n width 100\n history size 4\n!\n')
    with Service(fake.config(lib.port(), numbers=()) + more) as gw, gw.terminal() as t:
        t.shows('Username:')
        t.keys(b'alice\r')
        t.shows('Password:')
        t.keys(b'Sesame6\r')
        check(t.wait(lambda: '% Login invalid' in t.screen.lines() and t.row() == 'Username:'), 'not refused: %s',
              t.story())
        # typed ahead, while the password is checked
        t.keys(b'alice\rSesame7\rterminal length 0\rshow terminal\r')
        check(t.wait(lambda: t.row() == 'Router#' and 'Length: 0 lines, Width: 100 columns' in t.screen.lines()),
              'not let in: %s', t.story())
        check(b'esame' not in t.raw, 'a password shows')
        check('History is enabled, history size is 4.' in t.screen.lines(), 'line: %s', t.story())
        check(t.ended() == 1 and b'The exec-timeout of this line has passed' in t.raw, 'the time: %s', t.story())
        check(gw.run('show clock').returncode == 0, 'root runs a command')
        if os.geteuid() == 0:
            os.chmod(gw.dir, 0o755)
            os.chown(gw.socket, 0, 65533)
            who = {'user': 65534, 'group': 65533, 'extra_groups': []}
            for got in gw.run('show clock', **who), gw.run(stdin='show clock\n', **who):
                check(got.returncode == 2 and got.stdout.startswith('% A login is configured') and
                      'not logged in' in got.stderr and 'UTC' not in got.stdout, 'nobody got in: %s', got)


def histories():
    with Service() as gw, gw.terminal() as t:
        t.enable()
        for i in range(12):
            t.command('show sip-ua timers | count %d' % i)
        check(len(t.command('show history')) == 10, 'ten lines: %s', t.story())
        t.command('terminal history size 3')
        check(len(t.command('show history')) == 3, 'three: %s', t.story())
        t.keys(UP * 8)
        t.shows('Router#show history')
        t.shows('Router#', b'\x15')
        t.command('terminal no history')
        check(t.command('show history') == [], 'none: %s', t.story())
        bells = t.screen.bells
        t.keys(UP)
        check(t.wait(lambda: t.screen.bells > bells) and t.row() == 'Router#', 'kept: %s', t.story())
        t.command('terminal history')
        t.command('show clock')
        t.command('configure terminal', 'Router(config)#')
        t.command('sip-ua', 'Router(config-sip-ua)#')
        t.shows('Router(config-sip-ua)#sip-ua', UP)
        t.shows('Router(config-sip-ua)#sip-ua', UP) # nothing of EXEC
        t.shows('Router(config-sip-ua)#', b'\x15')
        t.shows('Router#', b'\x1a')
        t.shows('Router#configure terminal', UP)
        t.shows('Router#show clock', UP)


# --- the log --------------------------------------------------------------------------------------------------------


def monitor_and_debug():
    """Each console sees of the log what it has asked for."""
    with fake.Registrar(mute=True) as r, Service(fake.config(lib.port(), r)) as gw, gw.terminal() as a, \
            gw.terminal() as b, gw.terminal() as c:
        for t in (a, b, c):
            t.enable()
            t.command('terminal length 0')
        a.command('terminal monitor')
        b.keys(b'debug ccsip messages\r') # REGISTERs may be traced at once
        check(b.wait(lambda: 'SIP Call messages tracing is enabled' in b.screen.lines()), 'b: %s', b.story())
        check(c.command('show debugging') == [], 'c: %s', c.story())
        a.keys(b'show half')
        r.speak()
        check(a.wait(lambda: 'Registration Success' in '\n'.join(a.screen.lines()) and a.row() == 'Router#show half'),
              'a sees no log: %s', a.story())
        c.command('clear sip-ua register')
        check(b.wait(lambda: b'REGISTER sip:' in b.raw and b'SIP/2.0 200' in b.raw), 'b sees no trace: %s', b.story())
        check(b'REGISTER sip:' not in a.raw and b'ccsipDisplayMsg' not in c.raw and b'Success' not in c.raw
              and b'Success' not in b.raw, 'more than was asked for\n%s\n%s', a.story(), c.story())
        check('REGISTER sip:' in '\n'.join(gw.show('show logging')), 'the buffer has no trace')
        gw.wait(.05, lambda: False)
        check('ccsipDisplayMsg' not in '\n'.join(gw.log.all), 'the service log has the trace')
        a.keys(b'\x15undebug all\r')
        check(a.wait(lambda: b'All possible debugging' in a.raw), 'a: %s', a.story())
        b.keys(b'show debugging\r')
        check(b.wait(lambda: 'CCSIP SPI: SIP Call Message tracing is enabled' in b.screen.lines()), 'b: %s', b.story())
        b.hang_up() # a console that goes takes its debugging with it
        check(gw.wait(SECONDS, lambda: len(gw.show('show users')) == 4), 'b is still there')
        gw.show('clear logging')
        before = len(r.seen)
        gw.show('clear sip-ua register')
        check(r.until(SECONDS, lambda: len(r.seen) > before), 'no REGISTER')
        check('ccsipDisplayMsg' not in '\n'.join(gw.show('show logging')), 'traced for nobody')


# --- who hangs, who dies ----------------------------------------------------------------------------------------------


def stopped_client():
    """A client that is stopped with much to read delays nobody."""
    with fake.Registrar(grant=2) as r, Service(fake.config(lib.port(), r) + '!\n' + peers(10000)) as gw:
        p = subprocess.Popen([lib.gw_path(), '-a', '-s', gw.socket], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        p.stdin.write(b'show version\n')
        p.stdin.flush()
        check(select.select([p.stdout], [], [], SECONDS)[0], 'no answer')
        os.kill(p.pid, signal.SIGSTOP)
        p.stdin.write(b'enable\nshow running-config\nshow running-config\n')
        p.stdin.flush()
        os.kill(p.pid, signal.SIGCONT)
        gw.wait(.3, lambda: False)
        os.kill(p.pid, signal.SIGSTOP)
        try:
            seen, begin = len(r.seen), time.monotonic()
            check(r.until(SECONDS, lambda: len(r.seen) >= seen + 3), 'no refresh')
            for _ in range(20):
                gw.show('show clock')
            check(time.monotonic() - begin < 10, 'late')
            check(console.idle(gw.process.pid, 1) < .1, 'busy')
        finally:
            os.kill(p.pid, signal.SIGCONT)
        p.stdin.close()
        text = p.stdout.read()
        check(p.wait(SECONDS) == 0 and text.count(b'\nend\n') == 2 and text.count(b'\ndial-peer voice ') == 20000,
              'lost: %d, %d', text.count(b'\nend\n'), text.count(b'\ndial-peer voice '))
        p.stdout.close()
        p.stderr.close()


def client_dies():
    with Service() as gw:
        for how in (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP):
            with gw.terminal() as t:
                t.enable()
                t.command('configure terminal', 'Router(config)#')
                t.gw.send_signal(how)
                check(t.ended() != 0, 'exit status after %s', how)
            check(gw.wait(SECONDS, lambda: len(gw.show('show users')) == 2), 'still there: %s', gw.show('show users'))
        with gw.terminal() as t:
            t.enable()
            t.keys(b'show half')
            t.hang_up()
            check(t.gw.wait(SECONDS) is not None, 'lives on')
        check(gw.wait(SECONDS, lambda: len(gw.show('show users')) == 2), 'still there')


def service_ends():
    with Service() as gw, gw.terminal() as t:
        t.enable()
        p = subprocess.Popen([lib.gw_path(), '-a', '-s', gw.socket], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
        p.stdin.write('show clock\n')
        p.stdin.flush()
        p.stdout.readline()
        t.keys(b'half a li')
        t.shows('Router#half a li')
        gw.process.terminate()
        check(gw.ended() == 0, 'service: %s', gw.story())
        check(t.ended() == 1 and t.above(2) == 'Router#half a li' and t.above().endswith('the gateway is ending'),
              'terminal: %s', t.story())
        err = p.communicate()[1]
        check(p.returncode == 1 and 'the gateway is ending' in err, 'pipe: %s %s', p.returncode, err)
        check(not os.path.exists(gw.socket), 'the socket is left')
    with Service() as gw, gw.terminal() as t:
        t.enable()
        gw.process.kill()
        check(t.ended() == 1 and b'the gateway is gone' in t.raw, 'killed: %s', t.story())


def reload():
    """Whoever reloads is told by the end of the console; the others by a message; then all may come again."""
    with Service() as gw, gw.terminal() as t, gw.terminal() as other:
        t.enable()
        other.enable()
        t.shows('Proceed with reload? [confirm]', b'reload\r')
        t.keys(b'\r')
        check(t.ended() == 0 and other.ended() == 1, 'exit status: %s %s', t.story(), other.story())
        check(gw.wait(SECONDS, gw.listens) and len(gw.show('show users')) == 2, 'not again')
        check(gw.run('reload').returncode == 0, 'a script that reloads')
        check(gw.wait(SECONDS, gw.listens) and gw.alive(), 'not again')


def stale_and_second():
    with Service() as gw:
        second = subprocess.run([lib.gw_path(), '-D', '-f', gw.file, '-s', gw.socket], capture_output=True, text=True,
                                timeout=SECONDS)
        check(second.returncode == 1 and gw.socket + ': another gw is running there' in second.stderr
              and 'gw -a -s' in second.stderr, 'second: %s', second)
        check(gw.show('show clock'), 'the first is disturbed')
        taken = os.path.join(gw.dir, 'file')
        with open(taken, 'w') as f:
            f.write('precious')
        got = subprocess.run([lib.gw_path(), '-f', gw.file, '-s', taken], capture_output=True, text=True,
                             stdin=subprocess.DEVNULL)
        check(got.returncode == 1 and 'is no socket' in got.stderr and open(taken).read() == 'precious', '%s', got)
        got = subprocess.run([lib.gw_path(), '-f', gw.file, '-s', gw.dir + '/no/where'], capture_output=True,
                             text=True, stdin=subprocess.DEVNULL)
        check(got.returncode == 1 and 'No such file' in got.stderr, '%s', got)
        # left by one that was killed: replaced; and what took its place stays
        gw.process.kill()
        gw.process.wait()
        check(os.path.exists(gw.socket), 'no stale socket')
        old = os.umask(0)
        try:
            p = subprocess.Popen([lib.gw_path(), '-D', '-f', gw.file, '-s', gw.socket], stderr=subprocess.PIPE)
        finally:
            os.umask(old)
        check(gw.wait(SECONDS, gw.listens), 'not replaced')
        check(stat.S_IMODE(os.stat(gw.socket).st_mode) == 0o660, 'mode')
        os.unlink(gw.socket)
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(gw.socket)
        p.terminate()
        check(p.wait(SECONDS) == 0 and os.path.exists(gw.socket), 'the socket of another is removed')
        p.stderr.close()


def foreground():
    """The console of the process and attached ones at the same time."""
    with Service(args=()) as gw:
        gw.type('enable', 'show users')
        check(gw.wait(SECONDS, lambda: [x for x in gw.out.all if x.startswith('*  0 con 0')]), 'con 0: %s', gw.story())
        rows = gw.show('show users')
        check(len(rows) == 3 and rows[1].startswith('   0 con 0') and rows[2].startswith('*  1 vty 0'), '%s', rows)
        check(gw.close() == 0, 'exit status')


# --- hostile --------------------------------------------------------------------------------------------------------


def frame(kind, payload=b''):
    return struct.pack('>IB', len(payload), kind) + payload


def hello(version=1, command=0, terminal=0, names=(b'', b'', b'')):
    return frame(1, struct.pack('>IBBII', version, command, terminal, 24, 80)
                 + b''.join(struct.pack('>I', len(x)) + x for x in names))


def connect(gw):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(SECONDS)
    s.connect(gw.socket)
    return s


def rest(s):
    got = b''
    while True:
        try:
            piece = s.recv(65536)
        except ConnectionResetError:
            return got
        if not piece:
            return got
        got += piece


def hostile():
    with Service() as gw:
        for data in (b'GET / HTTP/1.0\r\n\r\n', frame(2, b'show version'), frame(1, b''), frame(64, b'x'), frame(0),
                     b'\xff\xff\xff\xff\x01', hello(names=(b'a', b'b', b'\xff' * 70000))[:70], frame(1, b'x' * 65536)):
            with connect(gw) as s:
                s.sendall(data)
                s.shutdown(socket.SHUT_WR)
                rest(s)
        for second in (hello(), frame(2, b''), frame(2, struct.pack('>II', 5, 9) + b'x'), frame(65, b''), frame(7)):
            with connect(gw) as s:
                s.sendall(hello() + second)
                s.shutdown(socket.SHUT_WR)
                rest(s)
        with connect(gw) as s:
            s.sendall(hello(version=9))
            check(b'another version' in rest(s), 'version')
        with connect(gw) as s: # names that drive a terminal
            s.sendall(hello(names=(b'\x1b[2J', b'a b\n* 9 con 0', b'\xff\x1b]0;x\a')) + frame(2, struct.pack(
                '>II', 10, 10) + b'show users'))
            s.sendall(frame(9))
            got = rest(s)
            check(b'\\xff\\x1b]0;x\\x07' in got and b'\x1b' not in got, 'not escaped: %r', got)
        with connect(gw) as s: # a line of which only a part is sent
            s.sendall(hello() + frame(2, struct.pack('>II', 100000, 5) + b'hello') + frame(9))
            check(b'Line too long: 100000' in rest(s), 'long line')
        check(len(gw.show('show users')) == 2, 'somebody is still there: %s', gw.show('show users'))


def nobody_home():
    """Connections that say nothing are bounded in number and time, and keep nobody out for long."""
    with Service() as gw:
        begin = time.monotonic()
        silent = [connect(gw) for _ in range(40)]
        ended = [s for s in silent if select.select([s], [], [], .2)[0]]
        check(len(ended) >= 20, 'only %d of 40 were sent away', len(ended))
        check(gw.show('show clock') and time.monotonic() - begin < 4, 'they keep out who does say something')
        got = [rest(s) for s in silent]
        check(time.monotonic() - begin < 10 and not any(got), '%.1f s', time.monotonic() - begin)
        check(gw.show('show clock'), 'nobody gets in')
        for s in silent:
            s.close()


def a_hundred_consoles():
    with Service() as gw:
        all_lines = []
        for i in range(100):
            s = connect(gw)
            s.sendall(hello(terminal=1))
            check(s.recv(65536), 'no. %d gets no answer', i)
            all_lines.append(s)
        got = gw.run('show clock')
        check(got.returncode == 2 and 'all lines are in use' in got.stderr, '%s', got)
        all_lines.pop(41).close()
        check(gw.wait(SECONDS, lambda: gw.run('show clock').returncode == 0), 'the free line is not given')
        rows = gw.show('show users')
        check(len(rows) == 101 and rows[42].startswith('* 42 vty 41 '), 'the lowest free line: %s', rows[40:44])
        for s in all_lines:
            s.close()


def lines_for_root():
    """Whoever may attach cannot take all lines: root still gets in, and clears one."""
    if os.geteuid() != 0:
        return
    with Service() as gw:
        os.chmod(gw.dir, 0o755)
        os.chown(gw.socket, 0, 65533)
        all_lines = []
        os.setegid(65533)
        os.seteuid(65534)
        try:
            for i in range(96):
                s = connect(gw)
                s.sendall(hello(command=i % 2, terminal=1))
                check((b'all lines are in use' in s.recv(65536)) == (i == 95), 'no. %d', i)
                all_lines.append(s)
        finally:
            os.seteuid(0)
            os.setegid(0)
        rows = gw.show('show users')
        check(len(rows) == 97 and rows[-1].startswith('* 96 vty 95 '), '%s', rows[-3:])
        gw.show('clear line vty 7')
        check(rest(all_lines[7]).find(b'The line was cleared') > 0, 'not cleared')
        for s in all_lines:
            s.close()


def clear_line():
    with Service() as gw, gw.terminal() as t, gw.terminal() as other:
        t.enable()
        other.enable()
        mine = [x for x in t.command('show users') if x.startswith('*')][0].split()
        line = [x for x in t.command('show users') if ' vty ' in x and not x.startswith('*')][0].split()
        t.shows('[confirm]', b'clear line vty %s\r' % line[2].encode())
        t.shows('Router#', b'n')
        check(other.command('show clock'), 'cleared though not confirmed')
        t.shows('[confirm]', b'clear line %s\r' % line[0].encode())
        t.shows('Router#', b'\r')
        check(t.above() == ' [OK]', '%s', t.story())
        check(other.ended() == 1 and b'The line was cleared' in other.raw, 'other: %s', other.story())
        check(t.command('clear line ' + mine[1]) == ['% Not allowed to clear current line'], '%s', t.story())
        check(t.command('clear line 77') == ["% Nobody is on line 77: 'show users' lists those in use"], '%s',
              t.story())


# --- much -----------------------------------------------------------------------------------------------------------


def paste(consoles=10):
    """Ten consoles paste while registrations run: no line lost, no registration late."""
    grant, numbers, lines = 5, tuple(str(1000 + i) for i in range(20)), 1000 if lib.sanitized() else 10000
    with fake.Registrar(grant=grant) as r, Service(fake.config(lib.port(), r, numbers=numbers)) as gw, \
            lib.contextlib.ExitStack() as stack:
        check(r.until(SECONDS, lambda: len(r.numbers()) == 20, gw), 'not registered')
        begin = time.monotonic()
        clients = []
        for n in range(consoles):
            f = stack.enter_context(lib.tempfile.TemporaryFile())
            f.write(('enable\nconfigure terminal\n' + ''.join(
                'ip host h%d-%d.example 10.%d.%d.%d\n' % (n, i, n, i // 250, i % 250 + 1) for i in range(lines))
                + 'end\n').encode())
            f.seek(0)
            clients.append(subprocess.Popen([lib.gw_path(), '-a', '-s', gw.socket], stdin=f,
                                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
        check(gw.wait(600, lambda: all(c.poll() is not None for c in clients)), 'not done: %s', gw.story())
        took = time.monotonic() - begin
        check(r.until(grant, lambda: len(r.seen) >= 40), 'no refresh')
        for c in clients:
            text = c.stdout.read()
            check(c.returncode == 0 and b'%' not in text, 'refused: %s', text[:300])
            c.stdout.close()
        got = gw.show('show running-config | count ^ip host h')
        check(got == ['Number of lines which match regexp = %d' % (consoles * lines)], 'stored: %s', got)
        print('  %d lines from each of %d consoles: %.1f s; longest time between two REGISTER of a number: %.1f s' % (
            lines, consoles, took, late(r, grant)))


def late(r, grant):
    """Each number is registered again before what was granted is over."""
    last, worst = {}, 0
    with r.changed:
        for (m, _), when in zip(r.seen, r.times):
            number = m.get('to')
            worst = max(worst, when - last.get(number, when))
            last[number] = when
    now = time.monotonic()
    worst = max([worst] + [now - x for x in last.values()])
    check(len(last) == 20 and worst < grant, '%d numbers; a refresh came after %.2f s of %d', len(last), worst, grant)
    return worst


TESTS = (
    several_consoles, vanished_mode, who_configured, exit_status, cannot_attach, no_answer, shell,
    keys_through_the_socket, pages, interrupted_output, sizes_and_terminals, passwords, logins, histories,
    monitor_and_debug, stopped_client, client_dies, service_ends, reload, stale_and_second, foreground, hostile, nobody_home,
    a_hundred_consoles, lines_for_root, clear_line, paste)


if __name__ == '__main__':
    with lib.gw_for_everybody():
        sys.exit(lib.run_on_terminals(TESTS, sys.argv[1:]))
