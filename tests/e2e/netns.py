#!/usr/bin/env python3
"""A network of one's own: loopback only, every port free, any address there. For tests with fixed ports.

usage: netns.py COMMAND [ARGUMENT...]    runs the command in one; where the kernel allows none, as it is, but one
                                         such command after the other
"""
import ctypes
import fcntl
import os
import socket
import struct
import sys

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFADDR, SIOCSIFFLAGS, SIOCSIFNETMASK = 0x8916, 0x8914, 0x891c
IFF_UP_RUNNING = 0x1 | 0x40


def _address(name, ip):
    return struct.pack('16sHH4s8x', name.encode(), socket.AF_INET, 0, socket.inet_aton(ip))


def enter(addresses=()):
    """Moves this process into a new network with lo and these addresses. False: not possible here."""
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    if uid != 0 or libc.unshare(CLONE_NEWNET) != 0:
        if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
            return False
        try:
            for name, text in (('setgroups', 'deny'), ('uid_map', '0 %d 1' % uid), ('gid_map', '0 %d 1' % gid)):
                with open('/proc/self/' + name, 'w') as f:
                    f.write(text)
        except OSError:
            return False
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack('16sH14x', b'lo', IFF_UP_RUNNING))
            for i, ip in enumerate(addresses):
                fcntl.ioctl(s, SIOCSIFADDR, _address('lo:%d' % (i + 1), ip))
                fcntl.ioctl(s, SIOCSIFNETMASK, _address('lo:%d' % (i + 1), '255.255.255.255'))
    except OSError:
        return False
    return True


if __name__ == '__main__':
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if not enter():
        lock = os.open('/', os.O_RDONLY) # the one thing that all on this machine share, and no file to leave behind
        os.set_inheritable(lock, True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    os.execvp(sys.argv[1], sys.argv[1:])
