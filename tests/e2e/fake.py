"""A registrar that a test holds in its hand: it answers when told to and remembers what came."""
import os
import re
import select
import socket
import threading
import time

import lib
import sipmsg # lib has set the path


class Registrar:
    """UDP on 127.0.0.1. mute: takes and does not answer. accounts: user -> password; None: whoever comes is taken."""

    def __init__(self, mute=False, realm='example.com', accounts=None, grant=None):
        self.mute, self.realm, self.accounts, self.grant = mute, realm, accounts, grant
        self.seen = [] # (Msg, 'mute', 'plain', 'ok', 'wrong' or 'left')
        self.times = [] # when each came
        self.waiting = {} # Call-ID and CSeq -> (Msg, source) that was not answered
        self.port = lib.port()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(('127.0.0.1', self.port))
        self.socket.setblocking(False)
        self.changed = threading.Condition()
        self.pipe = os.pipe()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.pipe[1])
        self.thread.join()
        os.close(self.pipe[0])
        self.socket.close()

    def line(self, index, more=''):
        return ' registrar %d ipv4:127.0.0.1:%d%s\n' % (index, self.port, more)

    def serve(self):
        while True:
            ready = select.select([self.pipe[0], self.socket], [], [])[0]
            if self.pipe[0] in ready:
                return
            with self.changed:
                self.take_all()
                self.changed.notify_all()

    def take_all(self):
        while True:
            try:
                raw, source = self.socket.recvfrom(65536)
            except BlockingIOError:
                return
            except ConnectionRefusedError:
                continue
            m = sipmsg.Msg(raw)
            if m.method != 'REGISTER':
                continue
            self.times.append(time.monotonic())
            if self.mute:
                self.seen.append((m, 'mute'))
                self.waiting[m.get('call-id'), m.cseq] = (m, source)
            else:
                self.answer(m, source)

    def verdict(self, m):
        if self.accounts is None:
            return 'ok'
        if not m.get('authorization'):
            return 'plain'
        password = self.accounts.get(sipmsg.authparams(m.get('authorization')).get('username'))
        return 'ok' if password and all(sipmsg.verify(m, sipmsg.authparams(m.get('authorization'))['username'],
                                                      password)) else 'wrong'

    def answer(self, m, source):
        verdict, extra = self.verdict(m), []
        if verdict == 'ok':
            expires = m.get('expires', '3600')
            code, phrase = 200, 'OK'
            if expires == '0':
                verdict = 'left'
            else:
                extra = ['Contact: %s;expires=%s' % (m.get('contact').split(';expires')[0], self.grant or expires)]
        else:
            code, phrase = 401, 'Unauthorized'
            extra = ['WWW-Authenticate: Digest realm="%s", nonce="n%d", algorithm=MD5, qop="auth"' % (
                self.realm, len(self.seen))]
        self.seen.append((m, verdict))
        lines = ['SIP/2.0 %d %s' % (code, phrase)] + ['Via: ' + v for v in m.all('via')] + [
            'From: ' + m.get('from'), 'To: %s;tag=r%d' % (m.get('to'), len(self.seen)),
            'Call-ID: ' + m.get('call-id'), 'CSeq: ' + m.get('cseq')] + extra + ['Content-Length: 0', '', '']
        self.socket.sendto('\r\n'.join(lines).encode('latin-1'), source)

    def speak(self):
        """No longer mute; what waits is answered now."""
        with self.changed:
            self.mute = False
            for m, source in self.waiting.values():
                self.answer(m, source)
            self.waiting.clear()
            self.changed.notify_all()

    def until(self, seconds, condition, *gateways):
        """Waits until condition() holds (its value) or the time is over (None); reads what these gws print."""
        end = time.monotonic() + seconds
        while True:
            for gw in gateways:
                gw.out.read()
                gw.log.read()
            with self.changed:
                got = condition()
                left = end - time.monotonic()
                if got or left <= 0:
                    return got
                self.changed.wait(min(left, .1) if gateways else left)

    def numbers(self, verdict='ok'):
        return sorted({re.search(r'sips?:([^@>;]+)@', m.get('to'))[1] for m, v in self.seen if v == verdict})


def config(own_port, *registrars, numbers=('1001',), user='alice', password='secret1', more=''):
    """Text of a configuration: these numbers at these registrars."""
    return (
        'voice service voip\n sip\n  listen-port non-secure %d\nsip-ua\n' % own_port
        + ''.join(' credentials number %s username %s password 0 %s realm example.com\n' % (n, user, password)
                  for n in numbers)
        + ''.join(r.line(i + 1, more) for i, r in enumerate(registrars)))
