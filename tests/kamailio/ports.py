#!/usr/bin/env python3
"""SIP sockets (UDP) of a test: are they free, and does somebody answer there?

usage: ports.py free ADDRESS:PORT...             exit status 1 names those in use
       ports.py answer SECONDS ADDRESS:PORT...   waits until each answers an OPTIONS; status 1 names the mute ones
"""
import select
import socket
import sys
import time


def split(text):
    host, _, port = text.rpartition(':')
    return host, int(port)


def busy(address):
    """Why the address cannot be used, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.bind(address)
        except OSError as e:
            return e.strerror
    return None


def mute(addresses, seconds):
    """Those addresses that did not answer within so many seconds."""
    left, end, n = {}, time.monotonic() + seconds, 0
    for host, port in addresses:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.connect((host, port))
        left[s] = (host, port)
    while left and time.monotonic() < end:
        n += 1
        for s, (host, port) in left.items():
            ours = '%s:%d' % s.getsockname()
            try:
                s.send((
                    'OPTIONS sip:%s:%d SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKping%d\r\nMax-Forwards: 70\r\n'
                    'From: <sip:ping@%s>;tag=ping\r\nTo: <sip:%s:%d>\r\nCall-ID: ping%d\r\nCSeq: %d OPTIONS\r\n'
                    'Content-Length: 0\r\n\r\n' % (host, port, ours, n, ours, host, port, port, n)).encode())
            except ConnectionRefusedError:
                pass
        again = time.monotonic() + .05
        while left and (wait := again - time.monotonic()) > 0:
            for s in select.select(list(left), [], [], wait)[0]:
                try:
                    if s.recv(65536).startswith(b'SIP/2.0 '):
                        left.pop(s)
                        s.close()
                except ConnectionRefusedError:
                    pass
    return list(left.values())


def main(argv):
    if len(argv) >= 2 and argv[0] == 'free':
        bad = [(a, busy(split(a))) for a in argv[1:]]
        bad = ['%s: %s' % (a, why) for a, why in bad if why]
    elif len(argv) >= 3 and argv[0] == 'answer':
        bad = ['%s:%d: no answer' % a for a in mute([split(a) for a in argv[2:]], float(argv[1]))]
    else:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    for line in bad:
        print(line, file=sys.stderr)
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
