#!/usr/bin/env python3
"""gw's log lines at syslog servers: RFC 5424 over UDP and TCP, servers that come, go and do not read; rsyslogd.

usage: syslog.py [TEST...]
"""
import contextlib
import datetime
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True # the source tree stays as it is
import lib
from lib import check

SECONDS = 15 # for whatever has to arrive
LOCAL5, NOTICE, INFO, ERROR = 21, 5, 6, 3

# RFC 5424 6: the header with one blank between its fields, each printable ASCII within its bounds.
MESSAGE = re.compile(
    rb'<(0|[1-9]\d{0,2})>1 '
    rb'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}(?:Z|[+-]\d\d:\d\d)) '
    rb'([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) (-)(?: (.*))?', re.S)
BOM = b'\xef\xbb\xbf'


class Message:
    def __init__(self, raw):
        m = MESSAGE.fullmatch(raw)
        check(m, 'not RFC 5424: %r', raw)
        check(len(raw) <= 2048, '%d bytes: %r', len(raw), raw)
        pri = int(m[1])
        check(pri <= 191, 'PRI %d', pri)
        self.facility, self.severity = divmod(pri, 8)
        self.time = datetime.datetime.fromisoformat(m[2].decode().replace('Z', '+00:00'))
        self.host, self.app, self.pid, self.id = (x.decode() for x in m.groups()[2:6])
        text = m[8] or b''
        check(text.isascii() or text.startswith(BOM), 'UTF-8 without its mark: %r', raw)
        self.text = text[len(BOM) if text.startswith(BOM) else 0:].decode('utf-8')


class Server:
    """A syslog server on one port of loopback; keeps what came."""

    def __init__(self, tcp, number):
        self.port, self.tcp = number, tcp
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(('127.0.0.1', number))
        if tcp:
            self.socket.listen()
        self.connection, self.rest = None, b''
        self.messages = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hang_up()
        self.socket.close()

    def hang_up(self):
        if self.connection:
            self.connection.close()
        self.connection, self.rest = None, b''

    def take(self):
        """What one ready socket has."""
        if not self.tcp:
            self.messages.append(Message(self.socket.recv(65536)))
        elif not self.connection:
            self.connection = self.socket.accept()[0]
        else:
            data = self.connection.recv(65536)
            if not data:
                check(not self.rest, 'the stream ends within a message: %r', self.rest)
                self.hang_up()
            self.rest += data
            while m := re.match(rb'([1-9]\d*) ', self.rest): # RFC 6587 3.4.1
                end = m.end() + int(m[1])
                if len(self.rest) < end:
                    break
                self.messages.append(Message(self.rest[m.end():end]))
                self.rest = self.rest[end:]
            check(not self.rest or self.rest[:1].isdigit(), 'no octet count: %r', self.rest[:80])

    def wait(self, condition, seconds=SECONDS, gw=None):
        """Takes messages until the condition holds; its value, or None when the time is over."""
        end = time.monotonic() + seconds
        while not (got := condition()):
            left = end - time.monotonic()
            if left <= 0:
                return None
            if gw:
                gw.out.read()
                gw.log.read()
            if select.select([self.connection or self.socket], [], [], min(left, .2))[0]:
                self.take()
        return got

    def find(self, text, seconds=SECONDS, gw=None):
        """The first message with text in it."""
        return self.wait(lambda: next((m for m in self.messages if text in m.text), None), seconds, gw)

    def texts(self):
        return [m.text for m in self.messages]


def config(*servers, more=''):
    """Startup configuration. A wrong line in more is refused and logged."""
    return '\n'.join([
        'hostname gw7', 'logging facility local5',
        *('logging host 127.0.0.1 transport %s port %d' % ('tcp' if s.tcp else 'udp', s.port) for s in servers),
        more, 'voice service voip', ' sip', '  bind all source-interface lo', '  listen-port non-secure %d' % lib.port(),
        'end', ''])


def configure(gw, *lines):
    gw.type('enable', 'configure terminal', *lines)
    gw.command('end')


def say(gw, number):
    """Makes gw log a line that names the number: a server comes and goes."""
    configure(gw, 'logging host 127.0.0.9 transport udp port %d' % number, 'no logging host 127.0.0.9')
    return 'port %d stopped' % number


def privileged(gw):
    gw.command('enable')
    return gw


def messages_have_what_rfc_5424_wants(tcp=False):
    with Server(tcp, lib.port()) as s, lib.Gw(config(s, more='hostname Z\u00fcrich')) as gw:
        m = s.find('started', gw=gw)
        check(m, 'nothing came\n%s', gw.story())
        check((m.facility, m.severity, m.host, m.app, m.pid, m.id) ==
              (LOCAL5, INFO, 'gw7', 'gw', str(gw.process.pid), 'LOGGINGHOST_STARTSTOP'), 'header: %s', vars(m))
        check(m.text == '%%SYS-6-LOGGINGHOST_STARTSTOP: Logging to host 127.0.0.1 port %d started - CLI initiated' % s.port,
              'text: %r', m.text)
        age = datetime.datetime.now(datetime.timezone.utc) - m.time
        check(abs(age.total_seconds()) < 60, 'time stamp %s', m.time)
        m = s.find('Z\u00fcrich', gw=gw)
        check(m and m.severity == ERROR and m.id == 'CFG_REFUSED', 'UTF-8: %s', s.texts())


def messages_over_tcp_are_counted():
    messages_have_what_rfc_5424_wants(tcp=True)


def settings_act_at_once():
    with Server(False, lib.port()) as s, privileged(lib.Gw(config(s))) as gw:
        check(s.find(say(gw, 1), gw=gw), 'not sent\n%s', gw.story())
        configure(gw, 'logging origin-id string edge-1', 'logging facility daemon')
        m = s.find(say(gw, 2), gw=gw)
        check(m and (m.host, m.facility) == ('edge-1', 3), 'origin-id, facility: %s', m and vars(m))
        configure(gw, 'logging origin-id ip')
        m = s.find(say(gw, 3), gw=gw)
        check(m and m.host == '127.0.0.1', 'origin-id ip: %s', m and vars(m))
        for number, (off, on) in enumerate((('logging trap notifications', 'logging trap informational'),
                                            ('no logging trap', 'default logging trap'), ('no logging on', 'logging on'))):
            configure(gw, off)
            silent = say(gw, 10 + number)
            configure(gw, on)
            check(s.find(say(gw, 20 + number), gw=gw), '%s: nothing any more\n%s', on, gw.story())
            check(not any(silent in x for x in s.texts()), '%s: sent all the same', off)
        configure(gw, 'no logging host 127.0.0.1')
        silent = say(gw, 30)
        check(gw.close() == 0, 'exit status')
        check(not s.find(silent, .3), 'sent to a server that was removed')


def a_name_is_looked_up():
    with Server(False, lib.port()) as s:
        more = 'ip host log.example 127.0.0.1\nlogging host log.example transport udp port %d' % s.port
        with privileged(lib.Gw(config(more=more))) as gw:
            check(s.find('Logging to host log.example', gw=gw), 'nothing came\n%s', gw.story())
            shown = gw.command('show logging')
            check(any('Logging to log.example  (udp port %d' % s.port in x for x in shown), '%s', shown)


def a_udp_server_that_was_not_there_gets_what_comes_later():
    number = lib.port()
    with privileged(lib.Gw(config(more='logging host 127.0.0.1 transport udp port %d' % number))) as gw:
        say(gw, 1)
        say(gw, 2)
        with Server(False, number) as s:
            check(s.find(say(gw, 3), gw=gw), 'nothing came\n%s', gw.story())


def a_tcp_server_that_comes_back_gets_everything():
    number = lib.port()
    with privileged(lib.Gw(config(more='logging host 127.0.0.1 transport tcp port %d' % number))) as gw:
        first = say(gw, 1)
        with Server(True, number) as s:
            check(s.find(first, gw=gw), 'what was logged before did not come\n%s', gw.story())
            s.hang_up()
            gw.until('show logging', SECONDS, lambda got: any('link down' in x for x in got))
            wanted = [say(gw, n) for n in range(2, 12)]
            check(s.find(wanted[-1], gw=gw), 'not after the reconnection\n%s', gw.story())
            got = [m for m in s.texts() if 'stopped' in m]
            check([x for x in got if any(w in x for w in wanted)] == got[1:] and len(got) == 11,
                  'lost, twice or out of order: %s', got)
            gw.until('show logging', SECONDS, lambda got: any('link up' in x for x in got))


def a_tcp_server_that_does_not_read_delays_nothing():
    lines = 20000 # more than gw keeps
    with Server(True, lib.port()) as s:
        s.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        more = '\n'.join('wrong%05d' % n for n in range(lines))
        with privileged(lib.Gw(config(s, more=more))) as gw:
            shown = gw.until('show logging | include message lines', SECONDS,
                             lambda got: any('dropped: ' in x for x in got))
            dropped = [int(m[1]) for x in shown if (m := re.match(r' *(\d+) message lines dropped:', x))]
            check(dropped and 0 < dropped[0] < lines, 'nothing is said of lost lines: %s', shown)
            begin = time.monotonic()
            gw.command('show clock')
            check(time.monotonic() - begin < 2, 'the console waits')
            # Once it reads, what was kept comes in order, and what comes now.
            check(s.find('wrong00000', gw=gw), 'the oldest did not come\n%s', gw.story())
            check(s.find(say(gw, 1), gw=gw), 'nothing new came')
            numbers = [int(m[1]) for x in s.texts() if (m := re.search(r"wrong(\d{5})", x))]
            check(numbers == sorted(numbers) and len(numbers) > 1000, 'out of order')


def cpu(gw):
    with open('/proc/%d/stat' % gw.process.pid) as f:
        fields = f.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def a_tcp_server_that_talks_costs_little():
    with Server(True, lib.port()) as s, privileged(lib.Gw(config(s))) as gw:
        check(s.find('started', gw=gw), 'nothing came\n%s', gw.story())
        before, noise = cpu(gw), b'x' * (1 << 20)
        s.connection.settimeout(SECONDS)
        for _ in range(500):
            s.connection.sendall(noise)
        check(s.find(say(gw, 1), gw=gw), 'nothing came any more\n%s', gw.story())
        check(cpu(gw) - before < .25, '%.2f s for 500 MB', cpu(gw) - before)


def a_tcp_server_that_goes_without_a_word_is_missed():
    """A connection that rests has the kernel's timer for signs of life. To wait for it would take minutes."""
    with Server(True, lib.port()) as s, privileged(lib.Gw(config(s))) as gw:
        check(s.find('started', gw=gw), 'nothing came\n%s', gw.story())

        def timers():
            with open('/proc/net/tcp') as f:
                rows = [x.split() for x in f]
            return {x[5].split(':')[0] for x in rows if x[2].endswith(':%04X' % s.port) and x[3] == '01'}
        check(s.wait(lambda: timers() == {'02'}, gw=gw), 'timers: %s', timers())


RSYSLOG = '''
global(workDirectory="{dir}")
module(load="imudp") module(load="imtcp")
input(type="imudp" address="127.0.0.1" port="{udp}")
input(type="imtcp" address="127.0.0.1" port="{tcp}")
template(name="fields" type="string"
  string="%inputname%|%protocol-version%|%hostname%|%app-name%|%procid%|%msgid%|%syslogfacility-text%|%syslogseverity-text%|%msg%\\n")
action(type="omfile" file="{dir}/log" template="fields")
'''


def rsyslogd_understands_it():
    program = shutil.which('rsyslogd', path=os.environ.get('PATH', '') + ':/usr/sbin')
    if not program:
        raise lib.Skip('rsyslogd is not installed (package rsyslog)')
    with contextlib.ExitStack() as stack:
        d = tempfile.mkdtemp(prefix='gw-e2e.')
        stack.callback(shutil.rmtree, d, ignore_errors=True)
        udp, tcp = lib.port(), lib.port()
        with open(d + '/conf', 'w') as f:
            f.write(RSYSLOG.format(dir=d, udp=udp, tcp=tcp))
        p = subprocess.Popen([program, '-n', '-f', d + '/conf', '-i', d + '/pid'], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
        stack.callback(p.wait)
        stack.callback(p.kill)
        more = 'logging host 127.0.0.1 transport udp port %d\nlogging host 127.0.0.1 transport tcp port %d' % (udp, tcp)
        gw = stack.enter_context(privileged(lib.Gw(config(more=more))))
        up = lambda got: sum('link up' in x for x in got) == 2 # the TCP port answers: rsyslogd runs
        check(up(gw.until('show logging', SECONDS, up)) and p.poll() is None, 'rsyslogd does not run')

        def log():
            with contextlib.suppress(FileNotFoundError), open(d + '/log', encoding='utf-8') as f:
                return f.read().splitlines()
            return []
        want = ['%s|1|gw7|gw|%d|LOGGINGHOST_STARTSTOP|local5|info|%%SYS-6-LOGGINGHOST_STARTSTOP: Logging to host '
                '127.0.0.9 port 77 stopped - CLI initiated' % (x, gw.process.pid) for x in ('imudp', 'imtcp')]
        say(gw, 77)
        end = time.monotonic() + SECONDS
        while not set(want) <= set(log()):
            check(time.monotonic() < end, 'rsyslogd wrote\n%s', '\n'.join(log()))
            gw.wait(.1, lambda: not gw.alive())


TESTS = (messages_have_what_rfc_5424_wants, messages_over_tcp_are_counted, settings_act_at_once, a_name_is_looked_up,
         a_udp_server_that_was_not_there_gets_what_comes_later, a_tcp_server_that_comes_back_gets_everything,
         a_tcp_server_that_does_not_read_delays_nothing, a_tcp_server_that_talks_costs_little,
         a_tcp_server_that_goes_without_a_word_is_missed, rsyslogd_understands_it)

if __name__ == '__main__':
    sys.exit(lib.run_tests(TESTS, sys.argv[1:]))
