"""ZIP archives with every knob that an honest writer does not turn. Source: PKWARE APPNOTE 6.3.10."""
import struct
import zlib
from dataclasses import dataclass, field

from opcodes import EMPTY_DICT, PROTO2, STOP, payload

DEFLATED = 8


@dataclass
class Member:
    name: str
    content: bytes = b""
    method: int = 0
    flags: int = 0
    version: int = 0
    attributes: int = 0
    crc: int = None
    stated_packed: int = None  # in both headers
    stated_bytes: int = None
    local_name: str = None
    local_flags: int = None
    local_method: int = None
    local_crc: int = None
    local_bytes: int = None
    local_extra: bytes = b""
    extra: bytes = b""
    comment: bytes = b""
    offset: int = None  # of the local header, as the directory states it

    def packed(self):
        if self.method != DEFLATED:
            return self.content
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(self.content) + packer.flush()


@dataclass
class Archive:
    members: list
    prefix: bytes = b""
    gap: bytes = b""
    trailing: bytes = b""
    comment: bytes = b""
    count: int = None
    directory_bytes: int = None
    directory_offset: int = None
    moved: int = 0  # added to all offsets, as for bytes in front
    descriptor: bool = False
    zip64: bytes = b""
    hidden: list = field(default_factory=list)  # members with a local header only

    def local(self, member):
        packed = member.packed()
        crc = zlib.crc32(member.content) if member.crc is None else member.crc
        name = (member.local_name or member.name).encode("utf-8", "surrogateescape")
        sizes = (len(packed) if member.stated_packed is None else member.stated_packed, len(member.content) if member.stated_bytes is None else member.stated_bytes)
        if member.local_bytes is not None:
            sizes = (member.local_bytes, member.local_bytes)
        flags = member.flags if member.local_flags is None else member.local_flags
        method = member.method if member.local_method is None else member.local_method
        local_crc = crc if member.local_crc is None else member.local_crc
        header = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", member.version, flags, method, 0, 33, local_crc, *(size & 0xFFFFFFFF for size in sizes), len(name), len(member.local_extra))
        return header + name + member.local_extra + packed

    def central(self, member, offset):
        packed = member.packed()
        crc = zlib.crc32(member.content) if member.crc is None else member.crc
        name = member.name.encode("utf-8", "surrogateescape")
        sizes = (len(packed) if member.stated_packed is None else member.stated_packed, len(member.content) if member.stated_bytes is None else member.stated_bytes)
        offset = offset if member.offset is None else member.offset
        header = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 0, member.version, member.flags, member.method, 0, 33, crc, *(size & 0xFFFFFFFF for size in sizes), len(name), len(member.extra), len(member.comment), 0, 0, member.attributes, offset)
        return header + name + member.extra + member.comment

    def bytes(self):
        body = self.prefix
        directory = b""
        for member in self.members:
            directory += self.central(member, len(body) + self.moved)
            body += self.local(member) + self.gap
        for member in self.hidden:
            body += self.local(member)
        offset = len(body) + self.moved if self.directory_offset is None else self.directory_offset
        size = len(directory) if self.directory_bytes is None else self.directory_bytes
        count = len(self.members) if self.count is None else self.count
        end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count & 0xFFFF, count & 0xFFFF, size & 0xFFFFFFFF, offset & 0xFFFFFFFF, len(self.comment))
        return body + directory + self.zip64 + end + self.comment + self.trailing


def zip64_end(count, size, offset, where, version=45):
    record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, version, version, 0, 0, count, count, size, offset)
    return record + struct.pack("<4sIQI", b"PK\6\7", 0, where, 1)


def names():
    for word, path in {
        "dotdot": "../hullmark-was-here",
        "inner-dotdot": "a/../../hullmark-was-here",
        "absolute": "/tmp/hullmark-was-here",
        "backslash": "a\\..\\hullmark-was-here",
        "drive": "C:hullmark-was-here",
        "nul": "model.txt\0.pkl",
        "newline": "model\nPK.pkl",
        "empty": "",
        "dot": "a/./b",
        "double-slash": "a//b",
        "not-utf8": "caf\udce9",
        "escape": "\x1b[2Jmodel",
    }.items():
        yield f"zip-name-{word}.zip", Archive([Member(path, b"x")]).bytes()


def structure():
    note = Member("note.txt", b"hello")
    yield "zip-symlink-member.zip", Archive([Member("link", b"/etc/passwd", attributes=0o120777 << 16), Member("link/x", b"y")]).bytes()
    yield "zip-duplicate-names.zip", Archive([note, Member("note.txt", b"other")]).bytes()
    yield "zip-overlapping-members.zip", Archive([note] + [Member(f"n{i}", b"hello", offset=0) for i in range(20)]).bytes()
    yield "zip-offset-beyond-file.zip", Archive([Member("note.txt", b"x", offset=2**31)]).bytes()
    yield "zip-directory-beyond-file.zip", Archive([note], directory_offset=2**31).bytes()
    yield "zip-directory-too-long.zip", Archive([note], directory_bytes=2**31).bytes()
    yield "zip-count-65535.zip", Archive([note], count=65535).bytes()
    yield "zip-encrypted.zip", Archive([Member("note.txt", b"x", flags=1)]).bytes()
    yield "zip-unknown-method.zip", Archive([Member("note.txt", b"x", method=99)]).bytes()
    yield "zip-claims-1-tb.zip", Archive([Member("bomb", b"x" * 20, method=DEFLATED, stated_bytes=2**32 - 2)]).bytes()
    yield "zip-deflate-bomb.zip", Archive([Member("bomb", b"\0" * 3_000_000, method=DEFLATED)]).bytes()
    whole = Archive([note]).bytes()
    yield "zip-end-record-twice.zip", whole + b"PK\5\6" + b"\0" * 18
    yield "zip-several-disks.zip", whole[:-18] + b"\1\0\1\0" + whole[-14:]
    base = Archive([note])
    body = base.local(note)
    size = len(base.central(note, 0))
    where = len(body) + size
    yield "zip64-lies.zip", Archive([note], zip64=zip64_end(1, size, 0, where)).bytes()
    yield "zip64-count-2-63.zip", Archive([note], count=0xFFFF, zip64=zip64_end(2**63, size, len(body), where)).bytes()
    yield "zip64-locator-to-nowhere.zip", Archive([note], zip64=zip64_end(1, size, len(body), 2**63)).bytes()
    yield "zip-mark-of-a-jar.zip", Archive([Member("note.txt", b"x", extra=b"\xfe\xca\0\0")]).bytes()
    yield "zip64-extra-cut.zip", Archive([Member("note.txt", b"x", stated_bytes=0xFFFFFFFF, stated_packed=0xFFFFFFFF, extra=b"\1\0\x20\0\1")]).bytes()
    yield "zip64-member-of-2-63.zip", Archive([Member("note.txt", b"x", stated_bytes=0xFFFFFFFF, stated_packed=0xFFFFFFFF, extra=struct.pack("<HHQQ", 1, 16, 2**63, 2**63))]).bytes()
    yield "zip-name-of-900-folders.zip", Archive([Member("a/" * 900 + "x", b"")]).bytes()
    yield "zip-only-end-record.zip", b"PK\5\6" + b"\0" * 18
    yield "zip-local-header-only.zip", body
    yield "zip-pickle-under-another-name.zip", Archive([Member("model/weights.bin", PROTO2 + payload() + STOP)]).bytes()
    yield "zip-in-zip.zip", Archive([Member("inner.zip", Archive([Member("data.pkl", PROTO2 + payload() + STOP)]).bytes())]).bytes()


def cases():
    yield from names()
    yield from structure()
