"""Writes a certificate bundle as gen_crt_bundle.py of ESP-IDF does: PEM on stdin, `v1` (to 5.3) or `v2` (from 5.4 on) on stdout."""

import base64
import re
import struct
import sys


def value(data, at):
    """Begin and end of the contents of the DER value at `at`."""
    length, begin = data[at + 1], at + 2
    if length & 0x80:
        begin += length & 0x7F
        length = int.from_bytes(data[at + 2 : begin], "big")
    return begin, begin + length


def parts(data):
    """The values in a DER value."""
    at, end = value(data, 0)
    found = []
    while at < end:
        _, after = value(data, at)
        found.append(data[at:after])
        at = after
    return found


def name_and_key(certificate):
    fields = parts(parts(certificate)[0])
    if fields[0][0] == 0xA0:  # the version
        fields = fields[1:]
    return fields[4], fields[5]


blocks = re.findall("-----BEGIN CERTIFICATE-----(.*?)-----END", sys.stdin.read(), re.S)
entries = sorted(name_and_key(base64.b64decode(block)) for block in blocks)
if sys.argv[1] == "v1":
    bundle = struct.pack(">H", len(entries))
    for name, key in entries:
        bundle += struct.pack(">HH", len(name), len(key)) + name + key
else:
    offsets, body = [], b""
    for name, key in entries:
        offsets.append(4 * len(entries) + len(body))
        body += struct.pack("<HH", len(name), len(key)) + name + key
    bundle = b"".join(struct.pack("<L", offset) for offset in offsets) + body
sys.stdout.buffer.write(bundle)
