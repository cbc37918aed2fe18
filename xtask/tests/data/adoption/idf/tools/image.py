"""Stand-in for esptool's elf2image: an application image of one segment, with checksum and SHA-256."""

import functools
import hashlib
import struct
import sys

data = open(sys.argv[1], "rb").read()
# An ESP32-S3, and a digest at the end.
header = bytearray(24)
header[:4] = b"\xe9\x01\x02\x20"
header[12] = 9
header[23] = 1
image = bytes(header) + struct.pack("<II", 0x3C000020, len(data)) + data
image += bytes(15 - len(image) % 16)
image += bytes([functools.reduce(lambda a, b: a ^ b, data, 0xEF)])
image += hashlib.sha256(image).digest()
open(sys.argv[2], "wb").write(image)
