#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts test cases in a JUnit file that ctest wrote: count_tests.py FILE prints "passed failed".

A ctest test is one Catch2 program with many cases; its closing lines say how many. A program without such lines counts
as one, and so does one that failed without saying why (a crash, a timeout)."""

import re
import sys
import xml.etree.ElementTree as xml


def cases(output, good):
    passed = failed = 0
    for match in re.finditer(r"All tests passed \(.* in (\d+) test cases?\)", output):
        passed += int(match[1])
    for line in re.findall(r"^test cases:.*$", output, re.MULTILINE):
        for number, word in re.findall(r"(\d+) (passed|failed)", line):
            if word == "passed":
                passed += int(number)
            else:
                failed += int(number)
    if good:
        return passed or 1, 0
    return passed, failed or 1


def main():
    try:
        suite = xml.parse(sys.argv[1]).getroot()
    except (OSError, xml.ParseError) as error:
        sys.exit(f"no test results: {error}")
    passed = failed = 0
    for test in suite.iter("testcase"):
        if test.get("status") == "notrun" or test.find("skipped") is not None:
            if "SKIP" in (test.findtext("system-out") or ""):
                continue
            failed += 1  # registered, but its program was not built
            continue
        good, bad = cases(test.findtext("system-out") or "", test.find("failure") is None)
        passed += good
        failed += bad
    print(passed, failed)


main()
