#!/usr/bin/env python3
"""Ten attached consoles paste 10,000 lines each while a registration is refreshed every second or so: all lines are
kept, no refresh is late.

usage: GW=gw/gw consoles.py
"""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'e2e'))
import attach
import lib


def ten_thousand_each():
    attach.paste(10, 10000)


if __name__ == '__main__':
    sys.exit(lib.run_tests((ten_thousand_each,)))
