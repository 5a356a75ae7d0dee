#!/usr/bin/env python3
"""The gw side of `make demo`: starts GW with CONFIG, shows the registrations come up.

usage: demo_console.py CONFIG COUNT

On a terminal gw's console appears, the first commands are typed for the user, then the keyboard is his until
he leaves. Without a terminal everything is piped, and the exit status is 0 only if all COUNT registrations
came up within 20 s and gw left in good order.
"""
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import tty

sys.dont_write_bytecode = True # the source tree stays as it is
import lib

SECONDS = 20
TABLE = 'show sip-ua register status'


def piped(config, count):
    with open(config) as f:
        text = f.read()
    with lib.Gw(text) as gw:
        gw.command('enable')
        gw.command('terminal length 0')
        table = gw.until(TABLE, SECONDS, lambda t: lib.all_registered(t, count))
        rows = lib.registrations(table)
        print('gw#' + TABLE)
        print('\n'.join(table))
        why = 'show sip-ua register why 1003'
        print('gw#' + why)
        print('\n'.join(gw.command(why)))
        missing = [r for r in rows if r[4] != 'yes']
        for number in sorted({r[1] for r in missing}):
            why = 'show sip-ua register why ' + number
            print('gw#' + why)
            print('\n'.join(gw.command(why)))
        log = list(gw.log.all)
        status = gw.close()
        up = len(rows) - len(missing)
        good = up == count and len(rows) == count and status == 0
        if not good:
            print('\n'.join(log[-40:]), file=sys.stderr)
        print('demo: %d of %d registrations up, gw left with status %d' % (up, count, status))
        return 0 if good else 1


class Terminal:
    """gw on a terminal of its own, joined to ours."""

    def __init__(self, config):
        self.master, slave = os.openpty()
        self.size()
        self.gw = subprocess.Popen(
            [lib.gw_path(), '-f', config], stdin=slave, stdout=slave, stderr=slave, close_fds=True,
            preexec_fn=lambda: (os.setsid(), fcntl.ioctl(0, termios.TIOCSCTTY, 0)))
        os.close(slave)
        self.seen = b''

    def size(self, *_):
        got = fcntl.ioctl(1, termios.TIOCGWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
        if got[:4] != b'\0\0\0\0':
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, got)

    def relay(self, seconds, condition, keyboard=False):
        """Passes on what gw writes (and what the user types) until the condition holds. False: gw is gone."""
        end = None if seconds is None else time.monotonic() + seconds
        while not condition(self.seen):
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                break
            for fd in select.select([self.master] + ([0] if keyboard else []), [], [], left)[0]:
                try:
                    data = os.read(fd, 65536)
                except OSError:
                    data = b''
                if fd == 0 and data:
                    os.write(self.master, data)
                elif fd == 0:
                    keyboard = False
                    os.write(self.master, b'\x04')
                elif not data:
                    return False
                else:
                    os.write(1, data)
                    self.seen += data
                    self.seen = self.seen[-200000:]
        return True

    def type(self, line, prompt=rb'[\w.-]+[>#]\s*(\x1b\[[0-9;?]*[a-zA-Z]|\r)*$'):
        """Types a line and waits for the next prompt; what came in between."""
        self.seen = b''
        os.write(self.master, line.encode() + b'\r')
        self.relay(10, lambda seen: b'\n' in seen and re.search(prompt, seen))
        return re.sub(r'\x1b\[[0-9;?]*[a-zA-Z]', '', self.seen.decode('utf-8', 'replace')).splitlines()


def terminal(config, count):
    saved = termios.tcgetattr(0)
    t = Terminal(config)
    signal.signal(signal.SIGWINCH, t.size)
    try:
        tty.setraw(0)
        t.relay(5, lambda seen: re.search(rb'[>#]\s*(\x1b\[[0-9;?]*[a-zA-Z]|\r)*$', seen))
        t.type('enable')
        t.type('terminal length 0')
        end = time.monotonic() + SECONDS
        while not lib.all_registered(t.type(TABLE), count) and time.monotonic() < end:
            if not t.relay(1, lambda seen: t.gw.poll() is not None):
                break
        t.relay(None, lambda seen: False, keyboard=True)
        return t.gw.wait()
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, saved)
        if t.gw.poll() is None:
            t.gw.terminate()
            t.gw.wait()


def main(config, count):
    if os.isatty(0) and os.isatty(1):
        return terminal(config, int(count))
    return piped(config, int(count))


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
