#!/usr/bin/env python3
"""Configurations that are tried: what a replacement sends, and what a reload leaves.

usage: replace.py [TEST...]
"""
import os
import signal
import sys

sys.dont_write_bytecode = True # the source tree stays as it is
import fake
import lib
from lib import check

SECONDS = 60
PEERS = 1000


def config(port, registrar, changed=None, more=''):
    return ('voice service voip\n sip\n  listen-port non-secure %d\nsip-ua\n'
            ' authentication username alice password 0 secret1 realm example.com\n' % port + registrar.line(1) + more
            + ''.join('dial-peer voice %d pots\n destination-pattern %d\n' % (
                n, (200000 if n == changed else 100000) + n) for n in range(1, PEERS + 1)))


def write(gw, name, text):
    with open(os.path.join(gw.dir, name), 'w') as f:
        f.write(text)


def nobody_else(r, seen):
    """Of what came since then, all concerns the one dial peer."""
    others = {m.get('to') for m, _ in r.seen[seen:] if '100500@' not in m.get('to') and '200500@' not in m.get('to')}
    check(not others, '%d others were touched: %s', len(others), sorted(others)[:3])


def one_of_a_thousand():
    """One dial peer differs: its old number leaves, its new one registers, nobody else hears of it."""
    with fake.Registrar() as r:
        port = lib.port()
        with lib.Gw(config(port, r)) as gw:
            check(r.until(SECONDS, lambda: len(r.numbers()) == PEERS, gw), 'not all registered: %d\n%s',
                  len(r.numbers()), gw.story())
            gw.command('enable')
            write(gw, 'next', config(port, r, changed=500))
            seen = len(r.seen)
            got = gw.command('configure replace flash:next list force', 30)
            check('Total number of passes: 1' in got and 'Rollback Done' in got, 'it says %s', got)
            check('no dial-peer voice 500' not in got and ' no destination-pattern 100500' in got
                  and ' destination-pattern 200500' in got, 'the list: %s', got)
            check(len(got) < 20, 'more lines than changes: %s', got)
            check(r.until(SECONDS, lambda: '200500' in r.numbers() and '100500' in r.numbers('left'), gw),
                  'the changed number\n%s', gw.story())
            gw.command('show version') # whatever else was to be sent is out
            nobody_else(r, seen)
            # the same once more: nothing at all
            seen = len(r.seen)
            got = gw.command('configure replace flash:next force', 30)
            check('Total number of passes: 0' in got, 'it says %s', got)
            # taken back: again one
            got = gw.command('configure replace nvram:startup-config force time 1', 30)
            check('Total number of passes: 1' in got, 'it says %s', got)
            got = gw.command('configure revert now', 30)
            check('Rollback Done' in got, 'it says %s', got)
            check('200500' in ' '.join(gw.command('show running-config dial-peer voice 500')), 'not reverted')
            # a file with one wrong line: all stays
            before = gw.command('show running-config | count .')
            write(gw, 'wrong', config(port, r, changed=600) + 'nonsense\n')
            got = gw.command('configure replace flash:wrong force', 30)
            check(any(x.startswith('flash:wrong:') for x in got) and any(x.startswith('% ') for x in got), 'said: %s', got)
            check(gw.command('show running-config | count .') == before, 'something changed')
            nobody_else(r, seen)
            check(gw.close(30) == 1, 'exit status')


def reload_comes_back():
    """The same process: it un-registers, ends, and registers with what was saved."""
    with fake.Registrar() as r:
        with lib.Gw(fake.config(lib.port(), r)) as gw:
            check(r.until(SECONDS, lambda: r.numbers() == ['1001'], gw), 'not registered\n%s', gw.story())
            pid = gw.process.pid
            gw.command('enable')
            gw.command('write memory')
            seen = len(r.seen)
            gw.type('reload')
            check(r.until(SECONDS, lambda: '1001' in r.numbers('left')
                          and any(v == 'ok' and '1001@' in m.get('to') for m, v in r.seen[seen:]), gw),
                  'it does not come back\n%s', gw.story())
            check(gw.alive() and gw.process.pid == pid, 'another process')
            check(gw.command('show version'), 'no console\n%s', gw.story())
            check(gw.close() == 0, 'exit status\n%s', gw.story())


def told_to_end_while_it_reloads():
    """SIGTERM during the farewell of a reload: it ends and does not come back."""
    with fake.Registrar() as r:
        with lib.Gw(fake.config(lib.port(), r)) as gw:
            check(r.until(SECONDS, lambda: r.numbers() == ['1001'], gw), 'not registered\n%s', gw.story())
            gw.command('enable')
            gw.command('write memory')
            r.mute = True
            gw.type('reload')
            check(r.until(SECONDS, lambda: r.numbers('mute') == ['1001'], gw), 'no farewell\n%s', gw.story())
            gw.process.send_signal(signal.SIGTERM)
            check(gw.ended() is not None, 'it lives on\n%s', gw.story())


if __name__ == '__main__':
    sys.exit(lib.run_tests([one_of_a_thousand, reload_comes_back, told_to_end_while_it_reloads], sys.argv[1:]))
