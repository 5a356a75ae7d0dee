#!/usr/bin/env python3
"""The master key of type 6 passwords: where it is kept, what a restart finds, and what is said when it is not there.

usage: masterkey.py [TEST...]
"""
import contextlib
import os
import resource
import stat
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True # the source tree stays as it is
import lib
from lib import check
import fake

KEY, OTHER_KEY = 'first-Hush-key', 'second-Hush-key'
STATUS = 'show sip-ua register status'
SECONDS = 15


class Site:
    """A directory with a startup configuration, the key beside it, and a registrar that knows alice."""

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        self.dir = self.stack.enter_context(tempfile.TemporaryDirectory(prefix='gw-e2e.'))
        self.registrar = self.stack.enter_context(fake.Registrar(accounts={'alice': 'secret1'}))
        self.file = os.path.join(self.dir, 'site.cfg')
        self.key = os.path.join(self.dir, '.site.cfg.master-key')
        with open(self.file, 'w') as f:
            f.write(fake.config(lib.port(), self.registrar))
        return self

    def __exit__(self, *_):
        self.stack.close()

    def gw(self, *args):
        return lib.Gw(args=['-f', self.file, *args])

    def text(self, path=None):
        with open(path or self.file) as f:
            return f.read()

    def registers(self, gw):
        got = gw.until(STATUS, SECONDS, lambda lines: lib.all_registered(lines, 1))
        check(lib.all_registered(got, 1), 'not registered:\n%s\n%s', '\n'.join(got), gw.story())

    def prepared(self):
        """Passwords are type 6 in the startup configuration, and KEY is the master key."""
        with self.gw() as gw:
            gw.type('enable', 'configure terminal', 'password encryption aes',
                    'key config-key password-encrypt ' + KEY, 'end')
            gw.command('write memory')
            self.registers(gw)
            check(gw.close() == 0, 'refused:\n%s', gw.story())
            return gw.story(1000)


def hush(text, where):
    check('Hush' not in text and 'secret1' not in text, 'a secret stands in %s:\n%s', where, text)


def the_key_stands_in_a_file_of_its_own():
    with Site() as site:
        story = site.prepared()
        hush('\n'.join(x for x in story.split('\n') if not x.startswith('---')), 'output or log')
        hush(site.text(), 'the startup configuration')
        check(' password 6 ' in site.text(), 'no type 6 in\n%s', site.text())
        check(site.text(site.key) == KEY + '\n', 'the key file is %r', site.text(site.key))
        check(stat.S_IMODE(os.stat(site.key).st_mode) == 0o600, 'mode of the key file is not 0600')
        check(sorted(os.listdir(site.dir)) == ['.site.cfg.master-key', 'site.cfg'], 'left over: %s',
              os.listdir(site.dir))


def no_command_for_files_gets_at_the_key():
    with Site() as site:
        site.prepared()
        with site.gw() as gw:
            os.symlink(site.key, os.path.join(site.dir, 'link'))
            gw.type('enable')
            for name in site.key, 'link', 'flash:link', site.dir + '/./.site.cfg.master-key':
                for line in ('more %s', 'copy %s running-config', 'copy %s flash:copied', 'copy running-config %s',
                             'configure replace %s force', 'show archive config differences %s ' + site.file,
                             'show version | redirect %s', 'show version | append %s', 'show version | tee %s',
                             'delete /force %s'):
                    got = '\n'.join(gw.command(line % name))
                    check('it holds the master key' in got, '%s: %s', line % name, got)
            listed = gw.command('dir ' + site.dir)
            check(any('site.cfg' in x for x in listed) and not any('master-key' in x for x in listed), 'dir: %s', listed)
            hush(gw.story(1000), 'what was printed')
            check(site.text(site.key) == KEY + '\n', 'the key file is %r', site.text(site.key))
            check('copied' not in os.listdir(site.dir), 'it was copied')


def a_restart_registers_with_type_6():
    with Site() as site:
        site.prepared()
        with site.gw('--strict') as gw:
            gw.type('enable')
            site.registers(gw)
            check(not any('master' in x or 'warning' in x for x in gw.log.all), 'something is said:\n%s', gw.story())


def without_the_key_the_session_waits_until_it_is_typed():
    with Site() as site:
        site.prepared()
        os.unlink(site.key)
        with site.gw() as gw:
            gw.type('enable')
            got = gw.until('show sip-ua register why 1001', SECONDS, lambda lines: any('master key' in x for x in lines))
            check(any('key config-key password-encrypt' in x for x in got), 'the state does not say why:\n%s\n%s', '\n'.join(got),
                  gw.story())
            check(sum('no master key' in x and "'key config-key" in x for x in gw.log.all) == 1,
                  'not said once:\n%s', gw.story())
            gw.type('configure terminal', 'key config-key password-encrypt wrong-Hush-key', 'end')
            got = gw.command('show logging')
            check(any('1 need another' in x for x in got), 'a wrong key is not noticed:\n%s', '\n'.join(got))
            gw.type('configure terminal', 'key config-key password-encrypt ' + KEY, 'end')
            site.registers(gw)


def a_key_that_others_can_read_is_used_with_a_warning():
    with Site() as site:
        site.prepared()
        os.chmod(site.key, 0o640)
        with site.gw() as gw:
            gw.type('enable')
            site.registers(gw)
            check(any('mode 0640 lets others at the master key' in x for x in gw.log.all), 'no warning:\n%s',
                  gw.story())


def a_broken_key_file_is_not_used():
    for text in ('short\n', '', 'x' * 128, 'with\0nul-in-it\n', 'x' * 100000):
        with Site() as site:
            with open(site.key, 'w') as f:
                f.write(text)
            with site.gw() as gw:
                gw.type('enable')
                site.registers(gw)
                check(any('MASTER_KEY' in x for x in gw.log.all), '%r: nothing is said:\n%s', text[:20], gw.story())


def a_changed_key_opens_what_was_not_saved_since():
    with Site() as site:
        site.prepared()
        before = site.text()
        with site.gw() as gw:
            gw.type('enable', 'configure terminal', 'key config-key password-encrypt in-between-Hush',
                    'key config-key password-encrypt ' + OTHER_KEY, 'end')
            gw.command('show clock')
            gw.process.kill() # no `write memory`
            gw.ended()
        check(site.text() == before, 'the startup configuration changed')
        with site.gw() as gw:
            gw.type('enable')
            site.registers(gw)
            check(not any('master' in x for x in gw.log.all), 'something is said:\n%s', gw.story())
            gw.command('write memory')
        check(site.text(site.key) == OTHER_KEY + '\n', 'the old key stays: %r', site.text(site.key))
        check(site.text() != before, 'the passwords were not encrypted anew')
        with site.gw() as gw:
            gw.type('enable')
            site.registers(gw)


def a_key_that_cannot_be_written_changes_nothing():
    with Site() as site:
        os.mkdir(site.key)
        with site.gw() as gw:
            gw.type('enable', 'configure terminal', 'password encryption aes')
            got = gw.command('key config-key password-encrypt ' + KEY, do='do ')
            check(any('directory' in x for x in got), 'no reason:\n%s', gw.story())
            got = gw.command('do show running-config | include password [67]', do='do ')
            check(all(' password 7 ' in x for x in got) and got, 'changed:\n%s', '\n'.join(got))


def the_check_of_a_file_warns_once():
    with Site() as site:
        site.prepared()
        def run():
            return subprocess.run([lib.gw_path(), '-t', site.file], stderr=subprocess.PIPE, text=True)
        check(run().returncode == 0 and run().stderr == '', 'the key is not used:\n%s', run().stderr)
        os.unlink(site.key)
        text = site.text()
        line = next(x for x in text.split('\n') if 'credentials' in x)
        with open(site.file, 'w') as f:
            f.write(text.replace(line, line + '\n' + line.replace('1001', '1002')))
        check(run().returncode == 0, 'refused:\n%s', run().stderr)
        check(run().stderr.count('no master key') == 1, 'said %d times:\n%s', run().stderr.count('no master key'),
              run().stderr)


def core_limit(gw):
    with open('/proc/%d/limits' % gw.process.pid) as f:
        return next(x for x in f if x.startswith('Max core file size')).split()[4:6]


def memory_leaves_no_core_unless_asked():
    with Site() as site:
        with site.gw() as gw:
            gw.type('enable')
            gw.command('show clock')
            check(core_limit(gw) == ['0', '0'], 'core files of %s', core_limit(gw))
        with site.gw('--core') as gw:
            gw.type('enable')
            gw.command('show clock')
            hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
            want = 'unlimited' if hard == resource.RLIM_INFINITY else str(hard)
            check(core_limit(gw)[1] == want, 'core files of %s, %s inherited', core_limit(gw), want)


TESTS = [the_key_stands_in_a_file_of_its_own, no_command_for_files_gets_at_the_key,
         a_restart_registers_with_type_6,
         without_the_key_the_session_waits_until_it_is_typed, a_key_that_others_can_read_is_used_with_a_warning,
         a_broken_key_file_is_not_used, a_changed_key_opens_what_was_not_saved_since,
         a_key_that_cannot_be_written_changes_nothing, the_check_of_a_file_warns_once,
         memory_leaves_no_core_unless_asked]

sys.exit(lib.run_tests(TESTS, sys.argv[1:]))
