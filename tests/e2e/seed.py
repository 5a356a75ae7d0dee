#!/usr/bin/env python3
"""The examples of Cisco's chapter "Configuring Multiple Registrars on SIP Trunks", typed as printed there.

Every line goes into gw's piped console after the few that the chapter leaves to the reader (names without a
name server, numbers of dial peers, gw's own port). Two registrars written here stand for example1.com and
example2.com; what counts is what they see on the wire: every endpoint at both, To user = number, each
challenge answered by the account of its realm.

The chapter's addresses need port 5060 and 1.1.1.1, so the test moves into a network of its own; where the
kernel allows none it uses 127.x addresses and leaves 1.1.1.1 out.
"""
import os
import re
import select
import socket
import sys
import threading
import time

sys.dont_write_bytecode = True # the source tree stays as it is
import lib
import netns
from lib import check

import sipmsg # lib has set the path

WIRE = 10 # seconds until everything typed must have shown on the wire
OWN_PORT = 15060


class Registrar:
    """A registrar with a realm for each number (realms: number -> realm, '*' -> the rest)."""

    def __init__(self, ip, realms, accounts):
        self.ip, self.realms, self.accounts = ip, realms, accounts
        self.seen = [] # (Msg, verdict): 'plain', 'ok', 'wrong', 'left'
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((ip, 5060))
        self.socket.setblocking(False)

    def close(self):
        self.socket.close()

    def realm(self, number):
        return self.realms.get(number, self.realms.get('*'))

    def serve(self):
        while True:
            try:
                raw, source = self.socket.recvfrom(65536)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            m = sipmsg.Msg(raw)
            if m.method == 'REGISTER':
                self.register(m, source)

    def register(self, m, source):
        number = user_of(m.get('to'))
        realm = self.realm(number)
        extra = []
        value = m.get('authorization')
        if not value:
            verdict = 'plain'
        else:
            p = sipmsg.authparams(value)
            password = self.accounts.get((realm, p.get('username')))
            right = p.get('realm') == realm and password and all(sipmsg.verify(m, p['username'], password))
            verdict = 'ok' if right else 'wrong'
        if verdict == 'ok':
            code, phrase = 200, 'OK'
            extra = ['Contact: %s;expires=%s' % (m.get('contact').split(';expires')[0], m.get('expires', '60'))]
            if m.get('expires') == '0':
                verdict, extra = 'left', []
        else:
            code, phrase = 401, 'Unauthorized'
            extra = ['WWW-Authenticate: Digest realm="%s", nonce="n%d", algorithm=MD5, qop="auth"' % (
                realm, len(self.seen))]
        self.seen.append((m, verdict))
        answer = ['SIP/2.0 %d %s' % (code, phrase)] + ['Via: ' + v for v in m.all('via')] + [
            'From: ' + m.get('from'), 'To: %s;tag=r%d' % (m.get('to'), len(self.seen)),
            'Call-ID: ' + m.get('call-id'), 'CSeq: ' + m.get('cseq')] + extra + ['Content-Length: 0', '', '']
        self.socket.sendto('\r\n'.join(answer).encode('latin-1'), source)

    def users(self, number):
        """Who answered the challenges for this number, in order."""
        return [sipmsg.authparams(m.get('authorization'))['username']
                for m, verdict in self.seen if user_of(m.get('to')) == number and verdict in ('ok', 'wrong')]

    def numbers(self):
        return sorted({user_of(m.get('to')) for m, verdict in self.seen if verdict == 'ok'})


def user_of(header):
    m = re.search(r'sips?:([^@>;]+)@', header)
    return m[1] if m else None


class Session:
    """gw with an empty configuration and the registrars around it."""

    def __init__(self, *registrars):
        self.registrars = registrars
        self.exec = True # EXEC, not a configuration mode
        self.changed = threading.Condition()
        self.stop = os.pipe()
        self.server = threading.Thread(target=self.serve, daemon=True)
        self.server.start()
        self.gw = lib.Gw('voice service voip\n sip\n  listen-port non-secure %d\n' % OWN_PORT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.gw.kill()
        os.close(self.stop[1])
        self.server.join()
        os.close(self.stop[0])
        for r in self.registrars:
            r.close()

    def serve(self):
        while True:
            ready = select.select([self.stop[0]] + [r.socket for r in self.registrars], [], [])[0]
            if self.stop[0] in ready:
                return
            with self.changed:
                for r in self.registrars:
                    r.serve()
                self.changed.notify()

    def type(self, text):
        """Types lines; the prompts of the chapter may stand before them, as in its print. What they printed."""
        got = []
        for line in text.strip().splitlines():
            line = re.sub(r'^\s*Router(\([\w-]+\))?[>#]\s*', '', line).strip()
            if line == 'configure terminal':
                self.exec = False
            elif line == 'end':
                self.exec = True
            got += self.gw.command(line, do='' if self.exec else 'do ')
        return got

    def clean(self, text):
        got = self.type(text)
        bad = [x for x in got if '%' in x or '^' in x]
        check(not bad, 'a line of the chapter was refused: %s\n%s', bad, self.gw.story())

    def until(self, condition, seconds=WIRE):
        """Waits until what the registrars saw fulfils the condition."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.gw.alive():
            self.gw.out.read()
            self.gw.log.read()
            with self.changed:
                if self.changed.wait_for(condition, min(.2, max(0, end - time.monotonic()))):
                    break
        with self.changed:
            return condition()

    def both(self, *numbers):
        """Every number at every registrar, nothing wrong on the way, and show says so."""
        want = sorted(numbers)
        self.until(lambda: all(r.numbers() == want for r in self.registrars))
        for r in self.registrars:
            check(r.numbers() == want, '%s registered at %s, not %s\n%s', r.numbers(), r.ip, want, self.gw.story())
            for m, verdict in r.seen:
                check(verdict != 'wrong', 'a wrong answer at %s:\n%s', r.ip, m.raw)
                check(user_of(m.get('to')) == user_of(m.get('from')), 'From and To differ:\n%s', m.raw)
        table = self.gw.until(self.show('register status'), 5, lambda t: lib.all_registered(
            t, len(numbers) * len(self.registrars)))
        check(lib.all_registered(table, len(numbers) * len(self.registrars)), 'show says\n%s', '\n'.join(table))

    def show(self, what):
        if not self.exec:
            self.type('end')
        return 'show sip-ua ' + what

    def answered(self, registrar, number, user):
        got = registrar.users(number)
        check(got == [user], '%s at %s answered as %s, not %s', number, registrar.ip, got, user)

    def leave(self):
        """End of input: every registration is taken back, the status is 0 unless a line was refused."""
        return self.gw.close()


def states(table):
    return [(r[0], r[1], r[4]) for r in lib.registrations(table)]


def names(one, two):
    """What comes before each example: the chapter's registrars have a name server, the test has not."""
    return 'enable\nconfigure terminal\nip host example1.com %s\nip host example2.com %s\nend' % (one, two)


def pots(*numbers):
    return 'configure terminal\n' + ''.join(
        'dial-peer voice %d pots\ndestination-pattern %s\nexit\n' % (i + 1, n) for i, n in enumerate(numbers)) + 'end'


# --- the three examples of the section "Configuration Examples" -----------------------------------------------


def pots_endpoints_at_two_registrars(one, two):
    """One account for all; which password is a matter of the realm, and the endpoints meet all four realms."""
    passwords = {
        ('Realm.example1.com', 'MyUsername'): 'MyPassword1', ('AnotherRealm.example1.com', 'MyUsername'): 'MyPassword2',
        ('Realm.example2.com', 'MyUsername'): 'MyPassword3', ('AnotherRealm.example2.com', 'MyUsername'): 'MyPassword4'}
    a = Registrar(one, {'1001': 'Realm.example1.com', '*': 'AnotherRealm.example1.com'}, passwords)
    b = Registrar(two, {'1001': 'Realm.example2.com', '*': 'AnotherRealm.example2.com'}, passwords)
    with Session(a, b) as s:
        s.clean(names(one, two))
        s.clean(pots('1001', '1002'))
        s.clean('''
            Router> enable
            Router# configure terminal
            Router(config)# sip-ua
            Router(config-sip-ua)# registrar 1 dns:example1.com expires 180
            Router(config-sip-ua)# registrar 2 dns:example2.com expires 360
            Router(config-sip-ua)# authentication username MyUsername password MyPassword1 realm Realm.example1.com
            Router(config-sip-ua)# authentication username MyUsername password MyPassword2 realm AnotherRealm.example1.com
            Router(config-sip-ua)# authentication username MyUsername password MyPassword3 realm Realm.example2.com
            Router(config-sip-ua)# authentication username MyUsername password MyPassword4 realm AnotherRealm.example2.com
        ''')
        s.both('1001', '1002')
        for r, expires in ((a, '180'), (b, '360')):
            check({m.get('expires') for m, _ in r.seen} == {expires}, 'expires at %s', r.ip)
        check(s.leave() == 0, 'exit status')
        for r in (a, b):
            left = sorted(user_of(m.get('to')) for m, verdict in r.seen if verdict == 'left')
            check(left == ['1001', '1002'], 'un-registered at %s: %s', r.ip, left)


def individual_pots_endpoint(one, two):
    """The accounts of a dial peer; the second registrar is 1.1.1.1, as printed."""
    passwords = {('realm1.example.com', 'MyUser'): 'MyPassword', ('Realm2.example.com', 'MyUser'): 'MyPassword2'}
    a = Registrar(one, {'*': 'realm1.example.com'}, passwords)
    b = Registrar('1.1.1.1', {'*': 'Realm2.example.com'}, passwords)
    with Session(a, b) as s:
        s.clean(names(one, two))
        s.clean('configure terminal\ndial-peer voice 3 pots\ndestination-pattern 1003\nend')
        s.clean('''
            Router> enable
            Router# configure terminal
            Router(config)# dial-peer voice 3 pots
            Router(config-dial-peer)# authentication username MyUser password MyPassword realm realm1.example.com
            Router(config-dial-peer)# authentication username MyUser password MyPassword2 realm Realm2.example.com
            Router(config-dial-peer)# exit
            Router(config)# sip-ua
            Router(config-sip-ua)# registrar 1 dns:example1.com expires 180
            Router(config-sip-ua)# registrar 2 ipv4:1.1.1.1 expires 360
        ''')
        s.both('1003')
        check(s.leave() == 0, 'exit status')


def credentials_of_endpoints(one, two):
    """Endpoints without a dial peer; (number, realm) is the key."""
    passwords = {
        ('Realm.example1.com', 'MyUsername'): 'MyPassword',
        ('AnotherRealm.example1.com', 'MyUsername2'): 'MyOtherPassword',
        ('Realm.example1.com', 'TheirUsername'): 'TheirPassword',
        ('AnotherRealm.example1.com', 'TheirUsername2'): 'TheirOtherPassword'}
    a = Registrar(one, {'*': 'Realm.example1.com'}, passwords)
    b = Registrar(two, {'*': 'AnotherRealm.example1.com'}, passwords)
    with Session(a, b) as s:
        s.clean(names(one, two))
        s.clean('''
            Router> enable
            Router# configure terminal
            Router(config)# sip-ua
            Router(config-sip-ua)# credentials number 1111 username MyUsername password MyPassword realm Realm.example1.com
            Router(config-sip-ua)# credentials number 1111 username MyUsername2 password MyOtherPassword realm AnotherRealm.example1.com
            Router(config-sip-ua)# credentials number 2222 username TheirUsername password TheirPassword realm Realm.example1.com
            Router(config-sip-ua)# credentials number 2222 username TheirUsername2 password TheirOtherPassword realm AnotherRealm.example1.com
            Router(config-sip-ua)# registrar 1 dns:example1.com expires 180
            Router(config-sip-ua)# registrar 2 dns:example2.com expires 360
        ''')
        s.both('1111', '2222')
        s.answered(a, '1111', 'MyUsername')
        s.answered(b, '1111', 'MyUsername2')
        s.answered(a, '2222', 'TheirUsername')
        s.answered(b, '2222', 'TheirUsername2')
        check(s.leave() == 0, 'exit status')


# --- the lines of the "Detailed Steps" tables -------------------------------------------------------------------


def steps_registrars_and_global_account(one, two):
    passwords = {(r, 'MyUsername'): 'MyPassword' for r in ('Realm1.example.com', 'Realm2.example.com')}
    a = Registrar(one, {'*': 'Realm1.example.com'}, passwords)
    b = Registrar(two, {'*': 'Realm2.example.com'}, passwords)
    with Session(a, b) as s:
        s.clean(names(one, two))
        s.clean(pots('1001'))
        s.clean('''
            Router> enable
            Router# configure terminal
            Router(config)# sip-ua
            Router(config-sip-ua)# authentication username MyUsername password MyPassword realm Realm1.example.com
            Router(config-sip-ua)# authentication username MyUsername password MyPassword realm Realm2.example.com
            Router(config-sip-ua)# registrar 1 dns:example1.com expires 180
            Router(config-sip-ua)# registrar 2 dns:example2.com expires 60
        ''')
        s.both('1001')
        check(s.leave() == 0, 'exit status')


def steps_type_7_that_is_none(one, two):
    """`password 7 MyPassword` is printed in the chapter, but the text is no type 7 string: refused, as IOS does."""
    with Session() as s:
        s.clean(names(one, two))
        got = s.type('''
            Router> enable
            Router# configure terminal
            Router(config)# dial-peer voice 1 pots
            Router(config-dial-peer)# authentication username MyUser password 7 MyPassword realm Realm1.example.com
            Router(config-dial-peer)# authentication username MyUser password 7 MyPassword realm Realm2.example.com
        ''')
        check(sum(x.startswith('% Invalid encrypted password') for x in got) == 2, 'printed: %s', got)
        s.type('end')
        running = s.gw.command('show running-config')
        check(not any('MyUser' in x for x in running), 'a refused line is configured:\n%s', '\n'.join(running))
        check(s.leave() == 1, 'exit status after refused lines')


def steps_credentials(one, two):
    """Number and realm are the key: the later line replaces the earlier, whatever its user."""
    passwords = {(r, 'AnotherUsername'): 'TheirPassword' for r in ('Realm1.example.com', 'Realm2.example.com')}
    a = Registrar(one, {'*': 'Realm1.example.com'}, passwords)
    b = Registrar(two, {'*': 'Realm2.example.com'}, passwords)
    with Session(a, b) as s:
        s.clean(names(one, two))
        s.type('''
            Router> enable
            Router# configure terminal
            Router(config)# sip-ua
            Router(config-sip-ua)# credentials number 1111 username MyUsername password MyPassword realm Realm1.example.com
            Router(config-sip-ua)# credentials number 1111 username MyUsername password MyPassword realm Realm2.example.com
            Router(config-sip-ua)# credentials number 1111 username AnotherUsername password TheirPassword realm Realm1.example.com
            Router(config-sip-ua)# credentials number 1111 username AnotherUsername password TheirPassword realm Realm2.example.com
            Router(config-sip-ua)# registrar 1 dns:example1.com expires 180
            Router(config-sip-ua)# registrar 2 dns:example2.com expires 60
        ''')
        s.both('1111')
        s.answered(a, '1111', 'AnotherUsername')
        check(s.leave() == 0, 'exit status')


# --- "Determination of Authentication Details" -----------------------------------------------------------------


def resolver_order(one, two):
    """Dial peer, then credentials, then SIP-UA, each by the realm of the challenge."""
    passwords = {
        ('first.example', 'peeruser'): 'peerpassword', ('second.example', 'creduser'): 'credpassword',
        ('third.example', 'globaluser'): 'globalpassword'}
    a = Registrar(one, {'*': 'first.example'}, passwords)
    b = Registrar(two, {'1001': 'second.example', '1002': 'third.example'}, passwords)
    a.accounts[('first.example', 'globaluser')] = 'globalpassword'
    with Session(a, b) as s:
        s.clean(names(one, two))
        s.clean(pots('1001', '1002'))
        s.clean('''
            configure terminal
            dial-peer voice 1 pots
            authentication username peeruser password peerpassword realm first.example
            exit
            sip-ua
            authentication username globaluser password globalpassword realm first.example
            authentication username globaluser password globalpassword realm second.example
            authentication username globaluser password globalpassword realm third.example
            credentials number 1001 username creduser password credpassword realm first.example
            credentials number 1001 username creduser password credpassword realm second.example
            registrar 1 dns:example1.com
            registrar 2 dns:example2.com
        ''')
        s.both('1001', '1002')
        s.answered(a, '1001', 'peeruser')
        s.answered(b, '1001', 'creduser')
        s.answered(a, '1002', 'globaluser')
        s.answered(b, '1002', 'globaluser')
        check(s.leave() == 0, 'exit status')


def unknown_realm(one, two):
    """No account for the realm: the request ends, show says which realm was offered; the other registrar lives."""
    passwords = {('known.example', 'MyUsername'): 'MyPassword'}
    a = Registrar(one, {'*': 'known.example'}, passwords)
    b = Registrar(two, {'*': 'Unheard-Of.example'}, passwords)
    with Session(a, b) as s:
        s.clean(names(one, two))
        s.clean('''
            configure terminal
            sip-ua
            credentials number 1111 username MyUsername password MyPassword realm known.example
            registrar 1 dns:example1.com
            registrar 2 dns:example2.com
        ''')
        check(s.until(lambda: a.numbers() == ['1111'] and b.seen), 'no REGISTER\n%s', s.gw.story())
        s.type('end')
        why = s.gw.until('show sip-ua register why 1111', 5, lambda t: any('Unheard-Of.example' in x for x in t))
        check(any('Unheard-Of.example' in x for x in why), 'why says\n%s', '\n'.join(why))
        want = [(1, '1111', 'yes'), (2, '1111', 'no')]
        table = s.gw.until('show sip-ua register status', 5, lambda t: states(t) == want)
        check(states(table) == want, 'status\n%s', '\n'.join(table))
        s.until(lambda: len(b.seen) > 1, 3)
        check(len(b.seen) == 1, '%d requests to the registrar with the unknown realm', len(b.seen))
        check(not b.users('1111'), 'a credential was sent to it')
        check(s.leave() == 0, 'exit status')


def a_registrar_more_and_one_less(one, two):
    """A new registrar makes all endpoints register there; removing one un-registers there and nowhere else."""
    passwords = {('known.example', 'MyUsername'): 'MyPassword'}
    a = Registrar(one, {'*': 'known.example'}, passwords)
    b = Registrar(two, {'*': 'known.example'}, passwords)
    with Session(a, b) as s:
        s.clean(names(one, two))
        s.clean(pots('1001', '1002'))
        s.clean('configure terminal\nsip-ua\nauthentication username MyUsername password MyPassword realm '
                'known.example\nregistrar 1 dns:example1.com')
        check(s.until(lambda: a.numbers() == ['1001', '1002']), 'first registrar: %s', a.numbers())
        check(not b.seen, 'the second registrar is not configured yet')
        before = len(a.seen)
        s.clean('registrar 2 dns:example2.com')
        check(s.until(lambda: b.numbers() == ['1001', '1002']), 'second registrar: %s', b.numbers())
        s.clean('no registrar 2')
        check(s.until(lambda: sum(v == 'left' for _, v in b.seen) == 2), 'not un-registered at the second')
        check(len(a.seen) == before, 'the first registrar was bothered')
        check(s.leave() == 0, 'exit status')


def listening_moves_in_a_paste(one, two):
    """Another port at run time, in the middle of pasted lines: the other lines act, and everybody registers anew from
    the new port at once."""
    passwords = {('known.example', 'MyUsername'): 'MyPassword'}
    a, b = (Registrar(ip, {'*': 'known.example'}, passwords) for ip in (one, two))
    with Session(a, b) as s:
        s.clean(names(one, two))
        s.clean('configure terminal\nsip-ua\nauthentication username MyUsername password MyPassword realm '
                'known.example\nregistrar 1 dns:example1.com\nregistrar 2 dns:example2.com\nend')
        s.clean(pots('1001', '1002'))
        s.both('1001', '1002')
        new = lib.port()
        lines = ['configure terminal', 'voice service voip', 'sip', 'listen-port non-secure %d' % new]
        for n in range(1003, 1023):
            lines += ['dial-peer voice %d pots' % n, 'destination-pattern %d' % n]
        s.gw.type('\n'.join(lines + ['end']))
        want = [str(n) for n in range(1001, 1023)]

        def moved(r):
            return sorted(user_of(m.get('to')) for m, verdict in r.seen
                          if verdict == 'ok' and ':%d>' % new in m.get('contact')) == want
        check(s.until(lambda: moved(a) and moved(b)), 'from the new port registered %s\n%s', [
            (user_of(m.get('to')), m.get('contact')) for m, verdict in a.seen if verdict == 'ok'], s.gw.story())
        s.both(*want)
        check(s.leave() == 0, 'exit status')


TESTS = (
    pots_endpoints_at_two_registrars, individual_pots_endpoint, credentials_of_endpoints,
    steps_registrars_and_global_account, steps_type_7_that_is_none, steps_credentials, resolver_order, unknown_realm,
    a_registrar_more_and_one_less, listening_moves_in_a_paste)


def main(wanted):
    lib.gw_path()
    alone = netns.enter(['1.1.1.1'])
    net = '127.0.0' if alone else '127.%d.%d' % (1 + os.getpid() % 250, os.getpid() // 250 % 250)
    one, two = net + '.2', net + '.3'
    try:
        Registrar(one, {}, {}).close()
    except OSError as e:
        lib.skip('%s port 5060: %s, and no network namespace allowed' % (one, e.strerror))
    global OWN_PORT
    OWN_PORT = OWN_PORT if alone else lib.port()
    failed = 0
    for test in TESTS:
        if wanted and test.__name__ not in wanted:
            continue
        if test is individual_pots_endpoint and not alone:
            print('SKIP: %s, 1.1.1.1 needs a network namespace' % test.__name__)
            continue
        try:
            test(one, two)
            print('PASS: ' + test.__name__)
        except lib.Failure as e:
            failed += 1
            print('FAIL: %s\n  %s' % (test.__name__, str(e).replace('\n', '\n  ')))
    print('%d tests failed' % failed)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
