#!/usr/bin/env python3
"""gw in pipes, with files that are not as they should be, and when it is told to end.

usage: files.py [TEST...]

Exit statuses, `gw -t`, saving (modes, links, full and read-only disks, SIGKILL), broken startup files, lines of
any size, readers that do not read, signals, and that no password shows anywhere.
"""
import contextlib
import ctypes
import os
import random
import re
import resource
import select
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True # the source tree stays as it is
import lib
from lib import check
import fake

SECONDS = 15 # for whatever has to happen
KILLS = 200
TICKS = os.sysconf('SC_CLK_TCK')

# --- mounts ---------------------------------------------------------------------------------------------------

CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
libc = ctypes.CDLL(None, use_errno=True)
own_mounts = False


def enter_mounts():
    """Moves this process to mounts of its own. False: not possible here."""
    uid, gid = os.getuid(), os.getgid()
    if uid != 0 or libc.unshare(CLONE_NEWNS) != 0:
        if libc.unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0:
            return False
        try:
            for name, text in (('setgroups', 'deny'), ('uid_map', '0 %d 1' % uid), ('gid_map', '0 %d 1' % gid)):
                with open('/proc/self/' + name, 'w') as f:
                    f.write(text)
        except OSError:
            return False
    return libc.mount(b'none', b'/', None, MS_REC | MS_PRIVATE, None) == 0


def mount(what, where, kind, flags, options=''):
    if not own_mounts:
        raise lib.Skip('no mount namespace allowed here')
    if libc.mount(what.encode(), where.encode(), kind.encode() if kind else None, flags, options.encode()) != 0:
        raise lib.Skip('mount %s: %s' % (where, os.strerror(ctypes.get_errno())))


@contextlib.contextmanager
def directory(options=None):
    """A directory; with options: a small file system of its own."""
    path = tempfile.mkdtemp(prefix='gw-e2e.')
    try:
        if options:
            mount('tmpfs', path, 'tmpfs', 0, options)
        yield path
    finally:
        if own_mounts:
            while libc.umount2(path.encode(), 2) == 0: # MNT_DETACH
                pass
        lib.shutil.rmtree(path, ignore_errors=True)


# --- running --------------------------------------------------------------------------------------------------


class Result:
    def __init__(self, status, out, err, seconds):
        self.status, self.out, self.err, self.seconds = status, out, err, seconds

    def __str__(self):
        return 'status %s after %.1f s\nstdout: %s\nstderr: %s' % (
            self.status, self.seconds, self.out[-1500:], self.err[-1500:])


def run(*args, input='', seconds=SECONDS, preexec=None, cwd=None, env=None):
    """Runs gw to its end."""
    begin = time.monotonic()
    p = subprocess.Popen([lib.gw_path(), *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, preexec_fn=preexec, cwd=cwd, env=env)
    try:
        out, err = p.communicate(input if isinstance(input, bytes) else input.encode(), timeout=seconds)
    except subprocess.TimeoutExpired:
        p.kill()
        out, err = p.communicate()
        raise lib.Failure('gw %s did not end within %d s\n%s\n%s' % (
            ' '.join(args), seconds, out[-1000:], err[-1000:])) from None
    return Result(p.returncode, out.decode('utf-8', 'replace'), err.decode('utf-8', 'replace'),
                  time.monotonic() - begin)


def port_lines():
    return 'voice service voip\n sip\n  listen-port non-secure %d\n' % lib.port()


def write(path, text, mode=0o600):
    with open(path, 'wb') as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    os.chmod(path, mode)
    return path


def read(path):
    with open(path, 'rb') as f:
        return f.read()


def only(path):
    """The directory of path holds nothing else."""
    names = os.listdir(os.path.dirname(path))
    check(names == [os.path.basename(path)], 'left in the directory: %s', names)


def mode_of(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


SAVE = 'enable\nconfigure terminal\nhostname new\nend\nwrite memory\n'


def cpu(pid):
    with open('/proc/%d/stat' % pid) as f:
        fields = f.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid):
    """The most it ever had, in KiB."""
    with open('/proc/%d/status' % pid) as f:
        return int(re.search(r'VmHWM:\s+(\d+)', f.read())[1])


# --- status and -t ----------------------------------------------------------------------------------------------


def exit_status():
    with directory() as d:
        cfg = write(d + '/c', port_lines())
        for args, input, status in (
                (['-f', cfg], 'enable\nshow version\n', 0), (['-f', cfg], '', 0),
                (['-f', cfg], 'enable\nshow nonsense\nshow version\n', 1),
                (['-f', cfg], 'enable\nconfigure terminal\nsip-ua\nregistrar 9 dns:a.example\n', 1),
                (['--no-such-option'], '', 2), (['-f'], '', 2), (['-f', cfg, 'more'], '', 2), (['--help'], '', 0),
                (['--version'], '', 0), (['-f', d + '/missing'], '', 1), (['-t', cfg], '', 0),
                (['-t', d + '/missing'], '', 1)):
            r = run(*args, input=input)
            check(r.status == status, 'gw %s: not %d\n%s', ' '.join(args), status, r)
        with open('/dev/full', 'w') as full:
            check(subprocess.run([lib.gw_path(), '--version'], stdout=full).returncode == 1, '--version on a full disk')
        r = run('-f', cfg, input='enable\nshow version\n')
        check(r.out.startswith('gw Software') and '>' not in r.out and '#' not in r.out, 'a prompt in a pipe\n%s', r)
        r = run('-f', cfg, input='enable\nexit\nshow version\n')
        check(r.status == 0 and 'gw Software' not in r.out, '`exit` does not end it\n%s', r)


def test_option(): # L19
    with directory() as d:
        bad = write(d + '/bad.cfg', (
            'hostname ok\nhostnam\xe9 x\n!\nsip-ua\n registrar 7 dns:a.example\n registrar 1 ipv4:256.1.1.1\n'
            ' registrar 2 dns:b.example expires\n nonsense here\n'
            ' credentials number 1 username u password 7 Zecret realm r\n credentials number 2 usrname u password Zecret\n'
            'dial-peer voice 0 pots\nip host a.example 10.0.0.1\nhostname 0bad\n').encode())
        r = run('-t', bad)
        check(r.status == 1 and r.out == '', 'status, or something on stdout\n%s', r)
        numbers = [(int(m[1]), int(m[2]))
                   for m in re.finditer(r'(?m)^%s:(\d+):(\d+): (?!warning)' % re.escape(bad), r.err)]
        places = [(2, 1), (5, 12), (6, 14), (7, 2), (8, 2), (9, 45), (10, 23), (11, 17), (13, 10)]
        check(numbers == places, 'places reported: %s\n%s', numbers, r)
        check('Zecret' not in r.err, 'a password in the report\n%s', r)
        good = write(d + '/good.cfg', 'hostname ok\nspanning-tree mode pvst\n')
        r = run('-t', good)
        check(r.status == 0 and r.out == '' and all(
            re.match(re.escape(good) + r':2:1: warning: |.*: 0 errors, 1 warning in 2 lines$', x)
            for x in r.err.splitlines()), 'a good file\n%s', r)
        check(run('-t', good, '--warnings=error').status == 1, 'a warning is an error when told so')
        check(bad + ': 9 errors, 0 warnings in 13 lines' in run('-t', bad).err, 'no sum')
        fine = write(d + '/fine.cfg', 'hostname ok\nenable secret 0 Zecret\n')
        r = run('-t', fine, '--warnings=error')
        check(r.status == 0 and r.out + r.err == '', 'nothing to say, but\n%s', r)
        r = run('-t', good, bad, '-t', fine, '-t', d + '/none', '-', input='hostname 9\n')
        check(r.status == 1 and all(x in r.err for x in (
            good + ':2:1: warning: ', bad + ':13:10: ', d + '/none: ', '\n-:1:10: ', '\n-: 1 error, 0 warnings in 1 line\n')),
              'several files\n%s', r)
        r = run('-t', '-', input='hostname ok\n')
        check(r.status == 0 and r.err == '', 'standard input\n%s', r)
        for args in (['--warnings=error'], ['--warnings=none', '-t', fine], ['-t']):
            r = run(*args)
            check(r.status == 2 and r.out == '' and 'gw' in r.err, '%s: wrong usage\n%s', args, r)
        for name in unreadable(d):
            r = run('-t', name, seconds=5)
            check(r.status == 1 and r.out == '' and len(r.err.splitlines()) == 1, '-t %s\n%s', name, r)


def unreadable(d):
    """Names that are no configuration file."""
    os.mkfifo(d + '/fifo')
    os.mkdir(d + '/directory')
    os.symlink('nowhere', d + '/dangling')
    os.symlink('loop', d + '/loop')
    names = [d + '/fifo', d + '/directory', d + '/dangling', d + '/loop', d + '/none', d + '/none/none', '/dev/full',
             '/dev/zero', '/dev/null', d + '/' + 'x' * 300, '']
    if os.getuid() != 0:
        names.append(write(d + '/unreadable', 'hostname x\n', 0))
    return names


def startup_files_that_are_none(): # L19, F7
    with directory() as d:
        for name in unreadable(d):
            r = run('-f', name, seconds=5)
            check(r.status == 1, '-f %r\n%s', name, r)
            check(r.seconds < 2, '-f %r: took %.1f s', name, r.seconds)
            check(r.out == '' and len(r.err.splitlines()) == 1 and name in r.err, '-f %r: not one clear line\n%s',
                  name, r)
        cfg = write(d + '/c', port_lines())
        for name in (d + '/fifo', d + '/directory', '/dev/full', '/dev/zero', d + '/none/x', d + '/loop'):
            r = run('-f', cfg, input='enable\ncopy running-config %s\ncopy %s running-config\nshow version\n' % (
                name, name), seconds=5)
            check(r.status == 1 and r.out.count('% ') >= 2 and 'gw Software' in r.out, 'copy with %s\n%s', name, r)
        check(stat.S_ISFIFO(os.lstat(d + '/fifo').st_mode) and stat.S_ISCHR(os.stat('/dev/full').st_mode)
              and os.path.isdir(d + '/directory'), 'something was renamed over')


# --- saving -----------------------------------------------------------------------------------------------------


def modes_and_links(): # F7, F8
    with directory() as d:
        os.mkdir(d + '/a')
        path = write(d + '/a/c', port_lines(), 0o600)
        r = run('-f', path, input=SAVE + 'copy running-config %s/new\n' % d, preexec=lambda: os.umask(0))
        check(r.status == 0 and r.out.count('[OK]') == 2, 'saving\n%s', r)
        check(mode_of(path) == 0o600 and mode_of(d + '/new') == 0o600, 'modes %o, %o', mode_of(path), mode_of(d + '/new'))
        check(b'hostname new' in read(path), 'not written')
        only(path)
        for before, after in ((0o400, 0o400), (0o666, 0o600), (0o640, 0o600), (0o200, 0o200)):
            if os.getuid() != 0 and before in (0o400, 0o200):
                continue
            write(path, port_lines(), before)
            r = run('-f', path, input=SAVE)
            if before == 0o400 and r.status == 1: # read-only: somebody means it
                check(b'hostname' not in read(path), 'half refused\n%s', r)
                continue
            check(r.status == 0, 'mode %o\n%s', before, r)
            check(mode_of(path) == after, 'mode %o became %o', before, mode_of(path))
        write(path, port_lines())
        os.symlink('a/c', d + '/link')
        r = run('-f', d + '/link', input=SAVE)
        check(r.status == 0 and os.path.islink(d + '/link') and b'hostname new' in read(path), 'through a link\n%s', r)
        only(path)
        # another name of the same file keeps the old text: the file is replaced, not changed
        os.link(path, d + '/hard')
        r = run('-f', path, input=SAVE.replace('new', 'newer'))
        check(r.status == 0 and b'newer' in read(path) and b'newer' not in read(d + '/hard'), 'hard link\n%s', r)
        # no moment at which others may read: watched from outside while it is written again and again
        worst = [0]
        done = threading.Event()

        def watch():
            while not done.is_set():
                for name in os.listdir(d + '/a'):
                    with contextlib.suppress(OSError):
                        worst[0] |= mode_of(d + '/a/' + name)
        t = threading.Thread(target=watch)
        t.start()
        try:
            run('-f', path, input='enable\n' + 'write memory\n' * 100, preexec=lambda: os.umask(0))
        finally:
            done.set()
            t.join()
        check(worst[0] & 0o077 == 0, 'mode %o was seen', worst[0])
        for _ in range(2): # write, load, write
            text = read(path)
            check(run('-f', path, input='enable\nwrite memory\n').status == 0 and read(path) == text,
                  'saving once more changes the file')


LARGE = ''.join('ip host host%d.example 10.1.%d.%d\n' % (i, i // 250, i % 250) for i in range(600))


def cannot_save(path, preexec=None):
    """Saving fails: said, status 1, the old file as it was, nothing left behind, the running one untouched."""
    old = read(path)
    r = run('-f', path, input='enable\nconfigure terminal\nhostname new\n%send\nwrite memory\n'
            'show running-config | include hostname\n' % LARGE, preexec=preexec)
    check(r.status == 1, 'status\n%s', r)
    check('% Error: ' in r.out and '[OK]' not in r.out, 'not said\n%s', r)
    check('hostname new' in r.out.split('% Error')[1], 'the running configuration\n%s', r)
    check(read(path) == old, 'the old file changed\n%s', r)
    only(path)


def disk_full(): # F3
    with directory('size=12k,mode=700') as d:
        cannot_save(write(d + '/c', port_lines()))


def file_size_limit(): # F3
    with directory() as d:
        cannot_save(write(d + '/c', port_lines()),
                    preexec=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))


def read_only_file_system(): # F4
    with directory('size=1m,mode=700') as d:
        path = write(d + '/c', port_lines())
        mount('none', d, None, MS_REMOUNT | MS_RDONLY, 'size=1m')
        cannot_save(path)


def read_only_file(): # F4
    with directory() as d:
        path = write(d + '/c', port_lines())
        mount(path, path, None, MS_BIND)
        mount('none', path, None, MS_BIND | MS_REMOUNT | MS_RDONLY)
        cannot_save(path)


def read_only_directory(): # F4
    if os.getuid() == 0:
        raise lib.Skip('root may write there; read_only_file_system stands for it')
    with directory() as d:
        path = write(d + '/c', port_lines())
        os.chmod(d, 0o500)
        try:
            cannot_save(path)
        finally:
            os.chmod(d, 0o700)


def directory_vanishes(): # F6
    with directory() as d:
        os.mkdir(d + '/a')
        write(d + '/a/c', port_lines())
        with lib.Gw(port_lines()) as gw:
            gw.command('enable')
            check(any('% Error' in x for x in gw.command('copy running-config %s/b/c' % d)), 'no error\n%s', gw.story())
            lib.shutil.rmtree(gw.dir)
            check(any('% Error' in x for x in gw.command('write memory')), 'no error\n%s', gw.story())
            check(gw.close() == 1, 'exit status')


def killed_while_saving(): # F1
    """SIGKILL at any instant: the file is one of the two, whole, and loads."""
    with directory() as d:
        path = d + '/c'
        base = port_lines() + LARGE
        texts = []
        for name in ('one', 'two'):
            write(path, base + 'hostname %s\n' % name)
            check(run('-f', path, input='enable\nwrite memory\n').status == 0, 'saving')
            texts.append(read(path))
        seen, written = [0, 0], 0
        script = ('enable\n' + ''.join('configure terminal\nhostname %s\nend\nwrite memory\n' % n for n in (
            'one', 'two')) * 200).encode()
        chance = random.Random(os.getpid())
        for _ in range(KILLS):
            p = subprocess.Popen([lib.gw_path(), '-f', path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, bufsize=0)
            try:
                os.set_blocking(p.stdin.fileno(), False)
                p.stdin.write(script)
                if chance.random() < .9:
                    select.select([p.stdout], [], [], SECONDS) # it saves now
                select.select([], [], [], chance.random() * .02) # the random instant
                p.kill()
                p.wait()
                written += p.stdout.read().count(b'[OK]')
            finally:
                p.stdin.close()
                p.stdout.close()
            text = read(path)
            check(text in texts, 'neither old nor new: %d bytes, %d and %d are right\n%r', len(text), len(texts[0]),
                  len(texts[1]), text[-200:])
            seen[texts.index(text)] += 1
        check(min(seen) > 0, 'it was never written: %s', seen)
        r = run('-t', path)
        check(r.status == 0 and r.err == '', 'does not load\n%s', r)
        left = [x for x in os.listdir(d) if x != 'c']
        check(all(mode_of(d + '/' + x) == 0o600 for x in left), 'left-overs that others can read')
        print('  %d kills, %d saved before, %d of them left a temporary file' % (KILLS, written, len(left)))


# --- startup ----------------------------------------------------------------------------------------------------


def broken_startup_file(): # F14
    with fake.Registrar() as r:
        lines = fake.config(lib.port(), r).splitlines()
        broken = lines[:3] + ['nonsense one'] + lines[3:] + [' registrar 9 dns:x.example', 'dial-peer voice 5 pots',
                                                             ' destination-pattern [', 'hostname good']
        numbers = [i + 1 for i, x in enumerate(broken) if re.search(r'nonsense|registrar 9|pattern \[', x)]
        with lib.Gw('\n'.join(broken) + '\n') as gw:
            check(r.until(SECONDS, lambda: r.numbers() == ['1001'], gw), 'the good lines do not act\n%s', gw.story())
            gw.command('enable')
            shown = gw.command('show logging')
            for n in numbers:
                where = '%s:%d:' % (gw.file, n)
                check(any(where in x for x in gw.log.all), 'line %d is not in the log\n%s', n, gw.story())
                check(any(where in x for x in shown), 'line %d is not in show logging\n%s', n, '\n'.join(shown))
            check(sum(gw.file + ':' in x for x in gw.log.all) == len(numbers), 'more lines\n%s', gw.story())
            text = read(gw.file)
            got = gw.command('write memory')
            check(all(any('%s:%d:' % (gw.file, n) in x for x in got) for n in numbers), 'not named: %s', got)
            check(read(gw.file) == text and '[OK]' not in got, 'saved all the same: %s', got)
            got = gw.command('copy running-config %s/elsewhere' % gw.dir)
            check('[OK]' in got, 'copy elsewhere: %s', got)
            check(gw.close() == 1, 'exit status after a refused `write memory`')
        with directory() as d:
            path = write(d + '/c', '\n'.join(broken) + '\n')
            got = run('-f', path, '--strict')
            check(got.status == 1 and got.seconds < 3, 'starts with --strict\n%s', got)
            check(all('%s:%d:' % (path, n) in got.err for n in numbers), 'not named\n%s', got)
            got = run('-f', path, '-D', '-s', d + '/gw.sock', '--strict')
            check(got.status == 1, 'starts with -D --strict\n%s', got)


def port_in_use(): # F12
    with fake.Registrar() as r:
        text = fake.config(lib.port(), r)
        own = re.search(r'non-secure (\d+)', text)[1]
        with lib.Gw(text) as gw:
            check(r.until(SECONDS, lambda: r.numbers() == ['1001'], gw), 'not registered\n%s', gw.story())
            seen = len(r.seen)
            for args in (), ('-D', '-s', gw.dir + '/gw.sock'):
                got = run('-f', gw.file, *args, seconds=5)
                check(got.status == 1, 'the second instance\n%s', got)
                check(own in got.err and re.search(r'address|\d+\.\d+\.\d+\.\d+', got.err) and 'listen-port' in got.err
                      and gw.file in got.err, 'what it says\n%s', got)
            gw.command('enable')
            table = gw.command('show sip-ua register status')
            check(lib.all_registered(table, 1) and len(r.seen) == seen, 'the first was disturbed\n%s', gw.story())
            gw.command('clear sip-ua register')
            check(r.until(SECONDS, lambda: len(r.seen) > seen, gw), 'the first sends no more\n%s', gw.story())
            check(gw.close() == 0, 'exit status')


def copy_all_or_nothing():
    with lib.Gw(port_lines() + 'hostname before\n') as gw:
        write(gw.dir + '/bad', 'hostname half\nsip-ua\n registrar 1 ipv4:127.0.0.1:9\nnonsense\n')
        write(gw.dir + '/good', 'hostname after\nip host a.example 10.0.0.1\n')
        write(gw.dir + '/cut', 'hostname half\nip host b.example 10.0.0.2\nhostname') # no last word
        gw.command('enable')
        before = gw.command('show running-config')
        for name, line in (('bad', 4), ('cut', 3)):
            got = gw.command('copy %s running-config' % name)
            check(any(re.match(r'%s:%d:\d+: ' % (name, line), x) for x in got), '%s: the line is not named: %s', name, got)
            check(gw.command('show running-config') == before, '%s: something was changed\n%s', name, gw.story())
        gw.command('copy good running-config')
        after = gw.command('show running-config')
        check('hostname after' in after and 'ip host a.example 10.0.0.1' in after, 'not loaded: %s', after)
        gw.command('copy good running-config')
        check(gw.command('show running-config') == after, 'loading once more changes something')
        check(gw.close() == 1, 'exit status')


# --- lines ------------------------------------------------------------------------------------------------------


def cut_and_foreign_lines(): # L4, L5, L8, L9, L10, L11, L20
    """Closed in the middle of a line, CRLF, NUL, control bytes, no last newline: from a pipe and from a file."""
    with directory() as d:
        cfg = write(d + '/c', port_lines())
        r = run('-f', cfg, input='enable\nshow version')
        check(r.status == 0 and 'gw Software' in r.out, 'the last line has no line feed\n%s', r)
        r = run('-f', cfg, input='enable\r\nconfigure terminal\r\nhostname crlf\r\nend\r\nwrite memory\r\n')
        check(r.status == 0 and b'hostname crlf\n' in read(cfg), 'CRLF\n%s', r)
        r = run('-f', cfg, input=b'enable\nconfigure terminal\nhostname a\0b\nend\nhostname \x01\nshow running-config\n')
        check(r.status == 1 and 'NUL' in r.out and 'hostname crlf' in r.out and '\x01' not in r.out and '\0' not in r.out,
              'NUL and control bytes\n%s', r)
        for line in (b'\xc3\x28', b'\xff', b'\xed\xa0\x80', b'\xc0\xaf', '\u00e4\u20ac'.encode()):
            write(cfg, port_lines().encode() + b'dial-peer voice 1 pots\n description ' + line + b'\n')
            r = run('-f', cfg, input='enable\nwrite memory\n')
            check(r.status in (0, 1) and (r.status == 1 or b' description ' + line + b'\n' in read(cfg)),
                  'description %r\n%s', line, r)
        for name, text, status, want in (
                ('crlf', port_lines().replace('\n', '\r\n') + 'hostname x\r\n', 0, ''), ('no end', 'hostname x', 0, ''),
                ('empty', '', 0, ''), ('!', '!', 0, ''), ('blank', '\n\n \n', 0, ''), ('nul', 'hostname a\0b\n', 1, 'NUL'),
                ('cr only', 'hostname x\rhostname y\r', 1, 'CR'), ('utf-8', '\ufeffhostname x\n', 0, ''),
                ('utf-16', '\ufeffhostname x\n'.encode('utf-16-le'), 1, 'UTF-16'),
                ('esc', 'hostname x\x1b[2J\n', 1, ':1:11: ')):
            r = run('-t', write(d + '/t', text))
            check(r.status == status and want in r.err and '\x1b' not in r.err, '%s\n%s', name, r)


def lines_from_a_file():
    """A regular file as standard input is read like a pipe; nothing on standard error."""
    with directory() as d:
        socket = os.path.join(d, 'socket')
        lines = write(os.path.join(d, 'lines'), 'show version | include uptime\n' * 500)
        with lib.Gw(port_lines(), args=('-s', socket)) as gw:
            gw.command('show version')
            for how in ('-a', '-s', socket), ('-f', write(os.path.join(d, 'config'), port_lines())):
                with open(lines) as f:
                    got = subprocess.run([lib.gw_path(), *how], stdin=f, capture_output=True, text=True, timeout=SECONDS)
                check(got.returncode == 0 and got.stdout.count('uptime is') == 500, '%s: status %d, %d lines', how[0],
                      got.returncode, got.stdout.count('\n'))
                check('failed' not in got.stderr, '%s: %s', how[0], got.stderr[-300:])


def huge_lines(): # L2, L12
    """1 MB and 100 MB without line feed: refused, memory stays, the next line works."""
    for size in (1 << 20, (1 << 20) + 1, 100 << 20):
        with lib.Gw(port_lines()) as gw:
            gw.command('enable')
            before = memory(gw.process.pid)
            piece = b'x' * 65536
            left = size
            while left > 0:
                os.write(gw.process.stdin.fileno(), piece[:min(left, len(piece))])
                left -= len(piece)
                gw.out.read()
            gw.command('')
            got = [x[:200] for x in gw.out.all]
            check(sum(x.startswith('% Line too long') for x in got) == 1 and len(got) < 5, '%d bytes: %s', size, got)
            check(gw.command('show version')[0].startswith('gw Software'), 'the next line')
            more = memory(gw.process.pid) - before
            check(lib.sanitized() or more < 12 << 10, '%d bytes: %d KiB more', size, more)
            check(gw.close() == 1, 'exit status')
    with directory() as d: # and after it a long paste of short lines: no slower than without
        cfg = write(d + '/c', port_lines())
        text = b'x' * (1 << 20) + b'\n' + b'!\n' * 300000 + b'show version\n'
        r = run('-f', cfg, input=text, seconds=120)
        check(r.status == 1 and 'gw Software' in r.out and r.seconds < (100 if lib.sanitized() else 10), 'a paste behind a long line\n%s', r)
        write(cfg, port_lines() + 'hostname ' + 'x' * (1 << 20) + '\nip host a.example 10.0.0.1\n')
        r = run('-t', cfg)
        check(r.status == 1 and ':4:1: Line too long' in r.err and len(r.err) < 1000, '1 MB in a file\n%s', r)
        with open(cfg, 'wb') as f:
            f.truncate(100 << 20)
        r = run('-f', cfg, seconds=10)
        check(r.status == 1 and len(r.err.splitlines()) == 1, 'a file of 100 MB\n%s', r)
        for text in (b'!\n' * 1000000, b'hostname a\n' * 300000):
            r = run('-t', write(cfg, text), seconds=120)
            check(r.status == 0 and r.seconds < (100 if lib.sanitized() else 10), 'many lines\n%s', r)


# --- readers and writers ------------------------------------------------------------------------------------------


def nobody_reads(): # F18
    """stdout, or stderr, is full and nobody reads: registrations go on, nothing spins; later all of stdout comes."""
    many = ''.join('bogus line %d %s\n' % (i, 'x' * 90) for i in range(3000)) # fills the log at once
    shows = 400
    with contextlib.ExitStack() as stack:
        started = []
        for args, more, typed in (
                ((), '', b'enable\ndebug ccsip messages\n' + b'show sip-ua statistics\n' * shows),
                ((), many, b'enable\ndebug ccsip messages\n'), (('-D',), many, b'')):
            r = stack.enter_context(fake.Registrar(grant=2))
            gw = stack.enter_context(lib.Gw(more + fake.config(lib.port(), r), args))
            os.write(gw.process.stdin.fileno(), typed)
            started.append((gw, r))
        for gw, r in started:
            check(r.until(SECONDS, lambda: len(r.seen) >= 2), 'a reader that does not read stops the work')
        before, begin = [cpu(gw.process.pid) for gw, _ in started], time.monotonic()
        seen = [len(r.seen) for _, r in started]
        for (gw, r), n in zip(started, seen):
            check(r.until(SECONDS, lambda: len(r.seen) >= n + 2), 'a reader that does not read stops the work')
        for (gw, r), b in zip(started, before):
            used = (cpu(gw.process.pid) - b) / (time.monotonic() - begin)
            check(used < .1, 'busy: %.2f', used)
        gw = started[0][0]
        check(gw.wait(SECONDS, lambda: sum('Register unanswered' in x for x in gw.out.all) == shows),
              'output is lost: %d', sum('Register unanswered' in x for x in gw.out.all))
        check(gw.close() == 0, 'exit status')
        for gw, _ in started[1:]:
            gw.process.send_signal(signal.SIGTERM)
            check(gw.process.wait(SECONDS) == 0, 'exit status %s', gw.process.returncode)
            gw.log.read()
            check(all(re.match(r'\w{3} [ \d]\d \d\d:|<\d>', x) for x in gw.log.all if 'bogus' in x), 'lines are torn')


def reader_gone(): # F16
    """The reader of stdout, then of stderr, goes away."""
    with fake.Registrar() as r, lib.Gw(fake.config(lib.port(), r)) as gw:
        check(r.until(SECONDS, lambda: r.numbers() == ['1001'], gw), 'not registered')
        gw.process.stdout.close()
        gw.out.open = False
        os.write(gw.process.stdin.fileno(), b'show version\n')
        status = gw.process.wait(SECONDS)
        check(status == 0, 'exit status %s', status)
        check(r.until(2, lambda: r.numbers('left') == ['1001']), 'not un-registered')
    with fake.Registrar() as r, lib.Gw(fake.config(lib.port(), r)) as gw:
        gw.process.stderr.close()
        gw.log.open = False
        check(r.until(SECONDS, lambda: r.numbers() == ['1001']), 'not registered')
        gw.command('enable')
        gw.type('configure terminal')
        gw.command('end') # is logged
        check(gw.command('show version')[0].startswith('gw Software'), 'no answer')
        gw.process.stdin.close()
        check(gw.process.wait(SECONDS) == 0, 'exit status %s', gw.process.returncode)


def few_descriptors(): # F16
    """ulimit -n 16: commands may fail with a message, gw lives."""
    with contextlib.ExitStack() as stack:
        registrars = [stack.enter_context(fake.Registrar()) for _ in range(4)]
        d = stack.enter_context(directory())
        text = fake.config(lib.port(), *registrars) + (
            ' registrar 5 dns:no-such-name.invalid\n registrar 6 ipv4:127.0.0.1:9 tcp\nip name-server 127.0.0.1\n')
        path = write(d + '/c', text)
        for limit in (16, 12, 10, 8, 6, 5): # with fewer the libraries are not found
            p = subprocess.Popen(
                [lib.gw_path(), '-f', path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)))
            try:
                out, err = p.communicate(
                    b'enable\nwrite memory\nshow sip-ua register status\nshow version\ncopy running-config ' +
                    d.encode() + b'/copy\n', timeout=12)
            except subprocess.TimeoutExpired:
                p.kill()
                p.communicate()
                raise lib.Failure('%d descriptors: does not end' % limit) from None
            check(p.returncode in (0, 1), '%d descriptors: exit status %s\n%s', limit, p.returncode, err.decode()[-800:])
            if limit == 16:
                check(b'gw Software' in out, '%d descriptors\n%s\n%s', limit, out.decode()[-800:], err.decode()[-800:])
            elif b'gw Software' not in out:
                check(err.strip(), '%d descriptors: ends without a word', limit)


# --- the end ----------------------------------------------------------------------------------------------------


def six_mute_registrars(): # F17
    with contextlib.ExitStack() as stack:
        registrars = [stack.enter_context(fake.Registrar()) for _ in range(6)]
        gateways = []
        for i, args in enumerate(((), ('-D',), ('-D',))):
            gw = stack.enter_context(lib.Gw(fake.config(
                lib.port(), *registrars, numbers=['%d%03d' % (i + 1, n) for n in range(20)]), args))
            gateways.append(gw)
        check(registrars[0].until(SECONDS, lambda: all(len(r.numbers()) == 60 for r in registrars), *gateways),
              'not registered: %s', [len(r.numbers()) for r in registrars])
        for r in registrars:
            r.mute = True
        begin = time.monotonic()
        for gw in gateways:
            gw.process.send_signal(signal.SIGTERM)
        check(registrars[0].until(4, lambda: all(any(
            v == 'mute' and m.get('expires') == '0' for m, v in r.seen) for r in registrars), *gateways),
            'nothing is un-registered')
        twice = gateways[2]
        twice.process.send_signal(signal.SIGTERM)
        again = time.monotonic()
        status = twice.ended(2)
        check(time.monotonic() - again < 1, 'the second signal: ended after %.1f s', time.monotonic() - again)
        check(status in (0, 1), 'the second signal: status %s', status)
        for gw in gateways[:2]:
            check(gw.ended(8) == 0, 'exit status')
            took = time.monotonic() - begin
            check(took < 6.5, 'ended after %.1f s', took)


def service_un_registers(): # L20, F17
    for how in (signal.SIGTERM, signal.SIGINT):
        with contextlib.ExitStack() as stack:
            registrars = [stack.enter_context(fake.Registrar(accounts={'alice': 'secret1'})) for _ in range(2)]
            numbers = ['%d' % n for n in range(1001, 1021)]
            gw = stack.enter_context(lib.Gw(fake.config(lib.port(), *registrars, numbers=numbers), ('-D',)))
            check(registrars[0].until(SECONDS, lambda: all(r.numbers() == numbers for r in registrars), gw),
                  'not registered\n%s', gw.story())
            gw.process.send_signal(signal.SIGHUP)
            check(gw.process.stdin.close() is None and not gw.wait(.5, lambda: not gw.alive()),
                  'a service ends with its input, or by SIGHUP')
            begin = time.monotonic()
            gw.process.send_signal(how)
            check(gw.ended() == 0, 'exit status')
            check(time.monotonic() - begin < 3, 'took %.1f s', time.monotonic() - begin)
            for r in registrars:
                check(r.numbers('left') == numbers, 'un-registered: %s', r.numbers('left'))
                check(all(m.get('expires') == '0' for m, v in r.seen if v == 'left'), 'Expires')


def signal_and_end_of_input(): # F17
    """End of input while SIGTERM is being served is no second signal: everything is still un-registered."""
    with fake.Registrar() as r, lib.Gw(fake.config(lib.port(), r)) as gw:
        check(r.until(SECONDS, lambda: r.numbers() == ['1001'], gw), 'not registered')
        r.mute = True
        gw.process.send_signal(signal.SIGTERM)
        check(r.until(3, lambda: r.waiting, gw), 'nothing is un-registered')
        gw.process.stdin.close()
        gw.wait(1, lambda: not gw.alive())
        check(gw.alive(), 'ended at once')
        r.speak()
        check(gw.ended(3) == 0, 'exit status')


# --- secrets ----------------------------------------------------------------------------------------------------

SHOWS = (
    'show running-config', 'show startup-config', 'show version', 'show logging', 'show debugging', 'show clock',
    'show sip-ua register status', 'show sip-ua register why 1001', 'show sip-ua register why 1002',
    'show sip-ua status', 'show sip-ua timers', 'show sip-ua retry', 'show sip-ua statistics',
    'show dial-peer voice', 'show dial-peer voice summary', 'show dial-peer voice 5', 'show running-config | json',
    'show running-config | include secret', 'show running-config | section sip-ua')


def no_password_shows(): # F9
    with fake.Registrar(accounts={'alice': 'Zecret1', 'bob': 'Zecret2'}) as r:
        text = fake.config(lib.port(), r, password='Zecret1') + (
            ' authentication username carol password Zecret3 realm other.example\nenable secret Zecret4\n'
            'dial-peer voice 5 pots\n destination-pattern 1002\n'
            ' authentication username bob password Zecret2 realm example.com\n'
            'username admin password 0 Zecret5\n'
            'sip-ua\n credentials number 7 username u password Zecreta relm r\n')
        with lib.Gw(text) as gw:
            gw.command('enable')
            gw.command('debug ccsip messages')
            gw.command('clear sip-ua register')
            check(r.until(SECONDS, lambda: r.numbers() == ['1001', '1002'], gw), 'not registered\n%s', gw.story())
            gw.until('show sip-ua register status', SECONDS, lambda t: lib.all_registered(t, 2))
            seen = len(r.seen)
            gw.command('clear sip-ua register')
            check(r.until(SECONDS, lambda: len(r.seen) >= seen + 2, gw), 'not registered again: %d, then %d', seen,
                  len(r.seen))
            for line in ('configure terminal', 'sip-ua', 'credentials number 8 username u password 0 Zecretb realm r',
                         'credentials number 8 username u password 7 Zecretc realm r',
                         'credentials number 8 username u pasword Zecretd realm r', 'end'):
                gw.type(line)
            leaks = {}
            for line in SHOWS:
                for x in gw.command(line):
                    if 'Zecret' in x and not ('startup' in line):
                        leaks[line] = x
            startup = [x for x in gw.command('show startup-config') if 'Zecret' in x]
            for name in ('cmdline', 'environ'):
                with contextlib.suppress(PermissionError):
                    check(b'Zecret' not in read('/proc/%d/%s' % (gw.process.pid, name)), 'in %s', name)
            check(any('REGISTER sip:' in x for x in gw.log.all), 'debug shows no message\n%s', gw.story())
            for x in gw.log.all:
                if 'Zecret' in x:
                    leaks['log'] = x
                m = re.search(r'(response|cnonce)="?([^",*]+)', x)
                if m:
                    leaks['debug ' + m[1]] = x
            check(not leaks, 'shown:\n%s', '\n'.join('%s: %s' % i for i in leaks.items()))
            check(not startup, 'show startup-config:\n%s', '\n'.join(startup))
            gw.close()


def no_core(): # F9
    """A crash leaves no image of the memory."""
    def crash(command, **more):
        p = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (
                                 resource.RLIM_INFINITY, resource.RLIM_INFINITY)), **more)
        try:
            p.stdin.write(b'show version\n')
            p.stdin.flush()
            select.select([p.stdout], [], [], SECONDS)
            os.kill(p.pid, signal.SIGSEGV)
            _, status = os.waitpid(p.pid, 0)
            p.returncode = -os.WTERMSIG(status)
        finally:
            p.stdin.close()
            p.stdout.close()
        return os.WCOREDUMP(status)

    with directory() as d:
        try:
            if not crash(['cat'], cwd=d):
                raise lib.Skip('the system writes no cores at all')
        except (ValueError, subprocess.SubprocessError):
            raise lib.Skip('the limit on cores cannot be raised') from None
        for name in os.listdir(d):
            os.unlink(d + '/' + name)
        check(not crash([lib.gw_path(), '-f', write(d + '/c', port_lines())], cwd=d), 'a core was written')
        only(d + '/c')


# --- much of it -------------------------------------------------------------------------------------------------


def ten_thousand_toggles(): # V18
    with fake.Registrar() as r, lib.Gw(fake.config(lib.port(), r)) as gw:
        check(r.until(SECONDS, lambda: r.numbers() == ['1001'], gw), 'not registered')
        gw.command('enable')
        start, before = memory(gw.process.pid), len(r.seen)
        text = 'configure terminal\nsip-ua\n' + ('no registrar 1\n' + r.line(1)) * 5000 + 'end\n'
        pid = gw.process.pid
        writer = threading.Thread(target=lambda: (gw.process.stdin.write(text.encode()), gw.process.stdin.flush()))
        writer.start()
        check(gw.wait(30, lambda: not writer.is_alive()) or not writer.is_alive(), 'it does not take the lines')
        writer.join()
        table = gw.until('show sip-ua register status', SECONDS, lambda t: lib.all_registered(t, 1))
        check(lib.all_registered(table, 1), 'not the last state\n%s', gw.story())
        check(lib.all_registered(gw.until('show sip-ua register status', 1, lambda t: False), 1), 'it does not stay')
        sent = len(r.seen) - before
        last = [m.get('expires') for m, _ in r.seen][-1]
        print('  10000 toggles: %d requests, %d KiB more' % (sent, memory(pid) - start))
        check(last != '0', 'the last request un-registers')
        check(sent <= 10000, '%d requests', sent)
        check(lib.sanitized() or memory(pid) - start < 8 << 10, '%d KiB more', memory(pid) - start)
        check(gw.close() == 0, 'exit status')
    with fake.Registrar(mute=True) as r, lib.Gw(fake.config(lib.port(), r)) as gw: # and nobody answers
        gw.command('enable')
        text = 'configure terminal\nsip-ua\n' + ('no registrar 1\n' + r.line(1)) * 5000 + 'end\n'
        gw.process.stdin.write(text.encode())
        gw.process.stdin.flush()
        table = gw.command('show running-config | include registrar')
        check(table[1:] == [r.line(1, ' expires 3600').rstrip()], 'not the last state: %s', table)
        print('  and to a mute registrar: %d requests' % len(r.seen))
        check(len(r.seen) < 1000, '%d requests', len(r.seen))


TESTS = (
    exit_status, test_option, startup_files_that_are_none, modes_and_links, disk_full, file_size_limit,
    read_only_file_system, read_only_file, read_only_directory, directory_vanishes, killed_while_saving,
    broken_startup_file, port_in_use, copy_all_or_nothing, cut_and_foreign_lines, lines_from_a_file, huge_lines, nobody_reads,
    reader_gone, few_descriptors, six_mute_registrars, service_un_registers, signal_and_end_of_input,
    no_password_shows, no_core, ten_thousand_toggles)


def main(wanted):
    global own_mounts
    lib.gw_path()
    own_mounts = enter_mounts()
    return lib.run_tests(TESTS, wanted)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
