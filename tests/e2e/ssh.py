#!/usr/bin/env python3
"""gw behind ssh, as operators and their tools use it: an sshd on the loopback whose only command is `gw -a`.

usage: ssh.py [TEST...]

The clients are real: OpenSSH with and without a terminal, netmiko's cisco_ios driver, an expect script.
"""
import fcntl
import getpass
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
import time

sys.dont_write_bytecode = True # the source tree stays as it is
import lib
from lib import check

SECONDS = 30
USER = getpass.getuser()


class Site:
    """A gw that serves, and an sshd that hands its users to it."""

    def __init__(self, config=''):
        self.dir = lib.tempfile.mkdtemp(prefix='gw-ssh.')
        self.sip, self.port = lib.port(), lib.port()
        self.socket = os.path.join(self.dir, 'gw.sock')
        self.startup = os.path.join(self.dir, 'startup-config')
        self.processes = []
        self.write('startup-config', 'hostname gw1\nvoice service voip\n sip\n  listen-port non-secure %d\n%s' %
                   (self.sip, config))
        os.chmod(self.startup, 0o600)

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, 'w') as f:
            f.write(text)
        return path

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        self.log = open(os.path.join(self.dir, 'gw.log'), 'wb')
        self.processes.append(subprocess.Popen([lib.gw_path(), '-D', '-f', self.startup, '-s', self.socket],
                                               stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log))
        if os.geteuid() == 0:
            os.makedirs('/run/sshd', mode=0o755, exist_ok=True) # sshd wants it, its package makes it at boot
        for key in ('host', 'user'):
            subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', os.path.join(self.dir, key)], check=True)
        shutil.copy(os.path.join(self.dir, 'user.pub'), os.path.join(self.dir, 'authorized'))
        config = self.write('sshd_config', '''
ListenAddress 127.0.0.1
Port %d
HostKey %s/host
PidFile none
AuthorizedKeysFile %s/authorized
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
UsePAM no
PrintMotd no
PrintLastLog no
AllowTcpForwarding no
ForceCommand %s -a -s %s
''' % (self.port, self.dir, self.dir, lib.gw_path(), self.socket))
        self.processes.append(subprocess.Popen([shutil.which('sshd', path='/usr/sbin:/usr/local/sbin:/sbin'), '-D', '-e', '-f',
                                                config], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log))
        self.until(lambda: os.path.exists(self.socket), 'gw does not serve')
        self.until(lambda: self.run('exit\n', check_status=False).returncode == 0, 'no ssh session')

    def until(self, condition, text):
        end = time.monotonic() + SECONDS
        while not condition():
            check(time.monotonic() < end and self.processes[0].poll() is None, '%s\n%s', text, self.story())
            select.select([], [], [], .05)

    def story(self):
        with open(os.path.join(self.dir, 'gw.log'), errors='replace') as f:
            return f.read()[-4000:]

    def __exit__(self, *_):
        for p in self.processes:
            p.terminate()
        for p in self.processes:
            try:
                p.wait(10)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    def ssh(self, *args):
        return ['ssh', '-F', 'none', '-i', os.path.join(self.dir, 'user'), '-p', str(self.port), '-o', 'BatchMode=yes',
                '-o', 'IdentitiesOnly=yes', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o',
                'LogLevel=ERROR', *args, USER + '@127.0.0.1']

    def run(self, text='', *args, command=(), env=None, check_status=True):
        """ssh without a terminal: lines in, text out."""
        p = subprocess.run(self.ssh('-T', *args) + list(command), input=text, capture_output=True, text=True,
                           timeout=SECONDS, env={**os.environ, **(env or {})})
        if check_status:
            check(p.returncode in (0, 1), 'ssh ended with %d\n%s%s', p.returncode, p.stderr, self.story())
        return p

    def terminal(self, term='xterm', rows=24, columns=80):
        return Terminal(self, term, rows, columns)


class Terminal:
    """ssh with a terminal, here a pseudo one."""

    def __init__(self, site, term, rows, columns):
        self.site = site
        self.text = ''
        pid, fd = pty.fork()
        if pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
                argv = site.ssh('-tt')
                os.execvpe(argv[0], argv, {**os.environ, 'TERM': term})
            finally:
                os._exit(127)
        self.pid, self.fd = pid, fd

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.fd)
        os.waitpid(self.pid, 0)

    def type(self, text):
        os.write(self.fd, text.encode())

    def expect(self, pattern):
        """Reads until the pattern is there; what came up to its end."""
        end = time.monotonic() + SECONDS
        while True:
            m = re.search(pattern, self.text)
            if m:
                got, self.text = self.text[:m.end()], self.text[m.end():]
                return got
            left = end - time.monotonic()
            check(left > 0 and select.select([self.fd], [], [], left)[0], '%r did not come; there is %r\n%s', pattern,
                  self.text[-600:], self.site.story())
            try:
                self.text += os.read(self.fd, 65536).decode('utf-8', 'replace')
            except OSError:
                raise lib.Failure('ssh ended; %r did not come; there is %r' % (pattern, self.text[-600:])) from None


PEERS = ''.join('dial-peer voice %d pots\n destination-pattern %d\n no sip-register\n' % (n, 5000 + n) for n in range(1, 301))
DESCRIBED = 40 # netmiko waits after each line


def lines_without_a_terminal():
    with Site() as site:
        p = site.run('enable\nconfigure terminal\nhostname other\nend\nshow running-config | include hostname\n')
        check('hostname other' in p.stdout, 'no such line in %r', p.stdout)
        check(p.returncode == 0, 'status %d', p.returncode)
        check('#' not in p.stdout and '\x1b' not in p.stdout, 'a prompt without a terminal: %r', p.stdout)
        p = site.run('enable\nsho verison\n')
        check(p.returncode == 1, 'a refused line, but status %d', p.returncode)


def one_command():
    with Site() as site:
        p = site.run(command=['show version'])
        check(' uptime is ' in p.stdout and p.returncode == 0, 'status %d, %r', p.returncode, p.stdout)


def every_terminal_pages():
    with Site(PEERS) as site:
        for term in ('dumb', 'vt100', 'xterm', 'no-such-terminal'):
            with site.terminal(term) as t:
                t.expect(r'gw1>')
                t.type('enable\r')
                t.expect(r'gw1#')
                t.type('show running-config\r')
                first = t.expect(r' --More-- ')
                check(first.count('\n') <= 26, '%s: %d lines before the first pause', term, first.count('\n'))
                t.type(' ')
                t.expect(r' --More-- ')
                t.type('q')
                t.expect(r'gw1#')
                t.type('terminal length 0\r')
                t.expect(r'gw1#')
                t.type('show running-config\r')
                whole = t.expect(r'\nend\r?\n')
                check('More' not in whole and whole.count('dial-peer voice') == 300, '%s: pages, or lines are missing', term)
                t.expect(r'gw1#')
                t.type('exit\r')


def every_width():
    with Site() as site:
        for columns in (0, 1, 2, 79, 511, 512, 700):
            with site.terminal('vt100', 24, columns) as t:
                t.expect('>')
                t.type('terminal length 0\r')
                t.expect('>')
                t.type('show version | include uptime\r')
                t.expect('(?s)u\\s*p\\s*t\\s*i\\s*m\\s*e.*>')
                t.type('exit\r')
        with site.terminal() as t:
            t.expect('gw1>')
            for width in (0, 511, 512):
                t.type('terminal width %d\r' % width)
                t.expect('gw1>')
            t.type('terminal width 513\r')
            t.expect(r'Invalid input')


def netmiko():
    for python in (sys.executable, '/usr/bin/python3'):
        if subprocess.run([python, '-c', 'import netmiko'], capture_output=True).returncode == 0:
            break
    else:
        raise lib.Skip('netmiko is not installed (Debian: python3-netmiko)')
    with Site(PEERS + 'enable secret 0 enable-me-1\n') as site:
        p = subprocess.run([python, os.path.join(lib.HERE, 'netmiko_session.py'), str(site.port), USER,
                            os.path.join(site.dir, 'user'), 'enable-me-1', str(DESCRIBED)], capture_output=True, text=True, timeout=180)
        check(p.returncode == 0, 'the netmiko session failed\n%s%s%s', p.stdout, p.stderr, site.story())
        with open(site.startup) as f:
            saved = f.read()
        check('description set by netmiko %d\n' % DESCRIBED in saved, 'not saved: %r', saved[-300:])


def expect_script():
    if not shutil.which('expect'):
        raise lib.Skip('expect is not installed (Debian: expect)')
    with Site('enable secret 0 enable-me-1\n') as site:
        script = site.write('script.exp', '''
set timeout %d
proc want {text} {
	expect {
		-exact $text { return }
		timeout { puts "\\nno '$text'"; exit 2 }
		eof { puts "\\nthe end instead of '$text'"; exit 3 }
	}
}
spawn %s
foreach {prompt line} {
	gw1> enable
	"Password: " wrong
	"Password: " enable-me-1
	gw1# "configure terminal"
	(config)# sip-ua
	(config-sip-ua)# "retry register 4"
	(config-sip-ua)# \\032
	gw1# "copy running-config startup-config"
	startup-config]? ""
	[OK] ""
	gw1# exit
} {
	want [subst -nocommands -novariables $prompt]
	send "[subst -nocommands -novariables $line]\\r"
}
expect {
	eof { exit 0 }
	timeout { exit 4 }
}
''' % (SECONDS, ' '.join(site.ssh('-tt'))))
        p = subprocess.run(['expect', '-f', script], capture_output=True, text=True, timeout=120,
                           env={**os.environ, 'TERM': 'vt100'})
        check(p.returncode == 0, 'expect ended with %d\n%s', p.returncode, p.stdout)
        with open(site.startup) as f:
            check(' retry register 4\n' in f.read(), 'not saved')


if __name__ == '__main__':
    for program in ('ssh', 'ssh-keygen', 'sshd'):
        if not shutil.which(program, path=os.environ.get('PATH', '') + ':/usr/sbin:/sbin'):
            lib.skip('%s is not installed (Debian: openssh-client, openssh-server)' % program)
    sys.exit(lib.run_tests([lines_without_a_terminal, one_command, every_terminal_pages, every_width, netmiko, expect_script],
                           sys.argv[1:]))
