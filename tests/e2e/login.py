#!/usr/bin/env python3
"""Who gets in at a running gw, what is asked, what the log says of it, and where no password is ever seen.

usage: login.py [TEST...]
"""
import contextlib
import glob
import os
import pwd
import re
import sys
import time

sys.dont_write_bytecode = True # the source tree stays as it is
import lib
from lib import check
import attach
import fake
from attach import SECONDS, Service

NOBODY, NOBODYS_GROUP = 65534, 65533
WHO = {'user': NOBODY, 'group': NOBODYS_GROUP, 'extra_groups': []}
ACCOUNTS = """!
enable secret Sesame-enable
username alice privilege 15 secret Sesame-alice
username bob secret Sesame-bob
username carl privilege 1 password 0 Sesame-carl
line vty 0 4
 login local
!
"""


def service(more):
    """A gw whose socket is there for NOBODYS_GROUP."""
    gw = Service(fake.config(lib.port(), numbers=()) + more)
    if os.geteuid() == 0:
        os.chmod(gw.dir, 0o755)
        os.chown(gw.socket, 0, NOBODYS_GROUP)
    return gw


def nobody():
    """The name of a Linux user who is not trusted."""
    if os.geteuid() != 0:
        raise lib.Skip('root alone can be somebody else')
    try:
        return pwd.getpwuid(NOBODY).pw_name
    except KeyError:
        raise lib.Skip('no user %d here' % NOBODY) from None


def login(t, user, password):
    t.shows('Username:')
    t.shows('Password:', user.encode() + b'\r')
    t.keys(password.encode() + b'\r')


def logged(gw, pattern):
    return gw.wait(SECONDS, lambda: [x for x in gw.log.all if re.search(pattern, x)])


def no_secret(gw, *texts):
    """Nothing that was typed or configured as a password shows in the log, in show, or in the texts."""
    shown = '\n'.join(gw.show('show running-config') + gw.show('show logging') + gw.show('show users') +
                      gw.show('show history') + gw.show('show login'))
    for text in (shown, '\n'.join(gw.log.all), *texts):
        check('Sesame' not in text, 'a password shows: %s', text)


def local_users():
    with service(ACCOUNTS) as gw:
        for user, password, prompt in ('alice', 'Sesame-alice', 'Router#'), ('BOB', 'Sesame-bob', 'Router>'), (
                'carl', 'Sesame-carl', 'Router>'):
            with gw.terminal() as t:
                login(t, user, password)
                t.shows(prompt)
                rows = t.command('show users', prompt)
                check([x for x in rows if x.startswith('*') and ' %s ' % user.lower() in x], 'rows: %s', rows)
                check(logged(gw, r'%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success \[user: ' + user.lower() +
                             r'\] \[Source: pts/\d+\] \[localport: 0\] at \d\d:\d\d:\d\d '), 'log: %s', gw.log.all)
                check(b'Sesame' not in t.raw, 'a password shows: %r', t.raw)
        no_secret(gw)


def three_failures():
    """And whatever was wrong looks alike, also to who counts the time."""
    users = 'alice', 'carl', 'nosuch'
    with service(ACCOUNTS) as gw, gw.terminal() as a, gw.terminal() as b, gw.terminal() as c:
        for n in range(3):
            begin = time.monotonic()
            for t, user in zip((a, b, c), users):
                login(t, user, 'Sesame-wrong')
            for t in a, b, c:
                check(t.wait(lambda: t.raw.count(b'% Login invalid') == n + 1), 'failure %d: %s', n, t.story())
                check(time.monotonic() - begin > .9, 'answered at once') # gw counts whole milliseconds
        for t in a, b, c:
            check(t.ended() == 0, 'it goes on: %s', t.story())
        screens = [t.raw.replace(user.encode(), b'USER') for t, user in zip((a, b, c), users)]
        check(screens[0] == screens[1] == screens[2], 'differs: %s', screens)
        for user in users:
            check(len(logged(gw, r'%SEC_LOGIN-4-LOGIN_FAILED: Login failed \[user: ' + user + r'\] ')) == 3, 'log: %s',
                  gw.log.all)
        no_secret(gw, screens[0].decode())


def enable():
    with service(ACCOUNTS) as gw, gw.terminal() as t:
        login(t, 'bob', 'Sesame-bob')
        t.shows('Router>')
        check('% Invalid input' in '\n'.join(t.command('configure terminal', 'Router>')), '%s', t.story())
        for n in range(3):
            t.keys(b'enable\r' if n == 0 else b'')
            check(t.wait(lambda: t.row() == 'Password:' and t.raw.count(b'Password:') == n + 2), '%s', t.story())
            t.keys(b'Sesame-wrong\r')
        check(t.wait(lambda: t.row() == 'Router>' and '% Bad secrets' in t.screen.lines()), '%s', t.story())
        t.shows('Password:', b'enable\r')
        t.shows('Router#', b'Sesame-enable\r')
        check(len(logged(gw, r'%SYS-5-PRIV_AUTH_FAIL: .* level 15 failed by bob on vty0')) == 3, 'log: %s', gw.log.all)
        check(logged(gw, r'%SYS-5-PRIV_AUTH_PASS: Privilege level set to 15 by bob on vty0'), 'log: %s', gw.log.all)
        t.command('configure terminal', 'Router(config)#')
        t.command('end')
        check(logged(gw, r'%SYS-5-CONFIG_I: Configured from console by bob on vty0'), 'log: %s', gw.log.all)
        check(b'Sesame' not in t.raw, 'a password shows: %r', t.raw)
        no_secret(gw)


def time_passes():
    """Who is in and does nothing. (Who is asked and says nothing has 30 s: check_console.)"""
    with service(ACCOUNTS + 'line vty 0 4\n exec-timeout 0 2\n!\n') as gw, gw.terminal() as t:
        login(t, 'bob', 'Sesame-bob')
        t.shows('Router>')
        check(t.ended() == 1 and b'The exec-timeout of this line has passed' in t.raw, '%s', t.story())


def known_by_the_kernel():
    """A Linux user whose name is a username is not asked; he has that level, also with gw -c."""
    name = nobody()
    with service(ACCOUNTS + 'username %s privilege 1\n' % name) as gw:
        got = gw.run(stdin='show privilege\nconfigure terminal\n', **WHO)
        check(got.returncode == 1 and 'Current privilege level is 1\n' in got.stdout and '% Invalid input' in got.stdout,
              '%s', got)
        got = gw.run('show privilege', **WHO)
        check(got.returncode == 0 and got.stdout == 'Current privilege level is 1\n', '%s', got)
        for command in 'configure terminal', 'write memory', 'reload', 'show running-config', 'enable', 'do show version':
            got = gw.run(command, **WHO)
            check(got.returncode == 1 and got.stdout.lstrip().startswith(('%', '^', 'Translating')), '%s: %s', command, got)
        check(gw.run('configure terminal', 'username %s privilege 15' % name).returncode == 0, 'root configures')
        got = gw.run('configure terminal', 'hostname other', 'end', **WHO)
        check(got.returncode == 0, '%s', got)
        check(logged(gw, 'CONFIG_I: .* by %s on vty0' % name), 'log: %s', gw.log.all)


def strangers():
    """Whom the socket admits and nobody knows: asked, or turned away where nobody can be asked; on every line."""
    nobody()
    with service(ACCOUNTS) as gw:
        busy = []
        for _ in range(6): # more than lines were named
            s = attach.connect(gw)
            s.sendall(attach.hello(terminal=1))
            check(answers(s, b'Username: '), 'line %d asks for nothing', len(busy))
            busy.append(s)
        for got in gw.run('show clock', **WHO), gw.run(stdin='show clock\n', **WHO):
            check(got.returncode == 2 and got.stdout.startswith('% A login is configured') and 'UTC' not in got.stdout,
                  'got in: %s', got)
        for s in busy:
            s.close()


def answers(s, text):
    got = b''
    s.settimeout(SECONDS)
    with contextlib.suppress(TimeoutError):
        while text not in got:
            more = s.recv(65536)
            if not more:
                break
            got += more
    return text in got


def hanging_up():
    """Guesses that hang up before they are answered count, and begin the quiet time."""
    with service(ACCOUNTS + 'login delay 10\nlogin block-for 600 attempts 3 within 60\n') as gw:
        for n in range(3):
            with gw.terminal() as t:
                login(t, 'alice', 'Sesame-wrong')
                t.wait(lambda: t.raw.endswith(b'\r\n'), 1)
            check(gw.wait(SECONDS, lambda: len([x for x in gw.log.all if 'LOGIN_FAILED' in x]) == n + 1), 'not counted: %s',
                  gw.log.all)
        check(logged(gw, '%SEC_LOGIN-1-QUIET_MODE_ON: '), 'log: %s', gw.log.all)
        with gw.terminal() as t:
            check(t.ended() == 2 and b'% Too many failed logins' in t.raw and b'Username' not in t.raw and
                  b': not logged in\r\n' in t.raw, '%s', t.story())
        no_secret(gw)


def helpers(gw):
    """The processes that check a password: their ids."""
    found = []
    for path in glob.glob('/proc/[0-9]*/stat'):
        try:
            with open(path) as f:
                fields = f.read().rsplit(')', 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == gw.process.pid:
            found.append(os.path.dirname(path))
    return found


def checks_leave_nothing():
    """The process that checks has nothing of gw's and no password in what others can read, and is gone behind it."""
    with service(ACCOUNTS) as gw, gw.terminal() as t:
        t.shows('Username:')
        fds = len(os.listdir('/proc/%d/fd' % gw.process.pid))
        login(t, 'alice', 'Sesame-wrong')
        seen, nice = set(), set()

        def look():
            for path in helpers(gw):
                try:
                    nice.add(os.getpriority(os.PRIO_PROCESS, int(os.path.basename(path))))
                    with open(path + '/cmdline', 'rb') as f, open(path + '/environ', 'rb') as e:
                        seen.add((f.read(), e.read()))
                except OSError:
                    pass
            return t.raw.count(b'% Login invalid') or None
        end = time.monotonic() + SECONDS
        while not look() and time.monotonic() < end:
            t.wait(lambda: False, .001)
        check(seen, 'no process was seen')
        check(max(nice) > os.getpriority(os.PRIO_PROCESS, gw.process.pid), 'takes the time of calls: %s', nice)
        for command, environment in seen:
            check(b'Sesame' not in command and b'Sesame' not in environment, 'in ps: %s', seen)
            check(command in (b'', b'gw\0--verify\0') or command.startswith(lib.gw_path().encode()), 'is: %s', seen)
        check(not helpers(gw), 'left: %s', helpers(gw))
        check(len(os.listdir('/proc/%d/fd' % gw.process.pid)) == fds, 'descriptors left')


TESTS = (local_users, three_failures, enable, time_passes, known_by_the_kernel, strangers, hanging_up, checks_leave_nothing)


def main(wanted):
    lib.gw_path()
    try:
        for fd in os.openpty():
            os.close(fd)
    except OSError as e:
        lib.skip('no terminal to be had: %s' % e.strerror)
    with lib.gw_for_everybody():
        return lib.run_tests(TESTS, wanted)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
