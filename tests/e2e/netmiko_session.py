#!/usr/bin/env python3
"""What a script does to a router through netmiko's cisco_ios driver, done to gw; ssh.py runs it.

usage: netmiko_session.py PORT USER KEY ENABLE-SECRET COUNT
"""
import sys

from netmiko import ConnectHandler

port, user, key, secret, count = sys.argv[1:]
device = ConnectHandler(device_type='cisco_ios', host='127.0.0.1', port=int(port), username=user, use_keys=True,
                        key_file=key, allow_agent=False, secret=secret)


def check(condition, what, got=''):
    if not condition:
        sys.exit('%s: %r' % (what, got))


check(device.find_prompt() == 'gw1>', 'prompt at first', device.find_prompt())
check(not device.check_enable_mode(), 'privileged without a password')
device.enable()
check(device.find_prompt() == 'gw1#', 'prompt after enable', device.find_prompt())
version = device.send_command('show version')
check(' uptime is ' in version and 'More' not in version, 'show version', version)
running = device.send_command('show running-config')
check(running.count('dial-peer voice ') == 300 and running.rstrip().endswith('end'), 'show running-config', running[-400:])

output = device.send_config_set([x for n in range(1, int(count) + 1) for x in
                                 ('dial-peer voice %d pots' % n, 'description set by netmiko %d' % n)])
check('% ' not in output, 'configuration set', output)
check(not device.check_config_mode(), 'still in configuration')
running = device.send_command('show running-config | include netmiko')
check(len(running.split('\n')) == int(count), 'lines set', running)
output = device.send_config_set(['sip-ua', 'retry regster 3'])
check("Invalid input detected at '^' marker" in output, 'a wrong line', output)
output = device.send_command_expect('show running-config | section sip-ua')
check('retry' not in output, 'the wrong line is in', output)
output = device.save_config()
check('[OK]' in output, 'save', output)
output = device.send_command('copy running-config startup-config', expect_string=r'\]\?')
output += device.send_command('\n', expect_string=r'#')
check('[OK]' in output, 'copy', output)
device.exit_enable_mode()
check(device.find_prompt() == 'gw1>', 'prompt after disable', device.find_prompt())
device.disconnect()
print('netmiko: all done')
