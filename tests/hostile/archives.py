"""Archives that write where they should not, that hide what they hold, or that grow without end: tar, zip, 7z, and one in the other.
Sources: POSIX.1-2017 pax, GNU tar manual, PKWARE APPNOTE 6.3.10, 7zFormat.txt of the LZMA SDK."""
import bz2
import lzma
import struct
import zlib

from arrays import about, npy
from joblibs import gzipped, zstd
from opcodes import *
from torch_files import GOOD, MAGIC, checkpoint, document, legacy, tar_header, tensor
from zips import DEFLATED, Archive, Member, zip64_end

ATTACK = PROTO2 + payload() + STOP
NOTE = b"hello\n"
END = b"\0" * 1024


def entry(path, content=b"", kind=b"0", link=b""):
    path = path.encode() if isinstance(path, str) else path
    return tar_header(path, len(content), kind, link) + content + b"\0" * (-len(content) % 512)


def tar(*entries):
    return b"".join(entries) + END


def pax(**records):
    lines = b""
    for key, value in records.items():
        line = b" " + key.encode() + b"=" + value + b"\n"
        size = len(line) + 2
        lines += b"%d" % size + line
    return entry("pax", lines, b"x")


def tar_names():
    for word, path in {
        "dotdot": "../hullmark-was-here",
        "inner-dotdot": "a/../../hullmark-was-here",
        "absolute": "/proc/hullmark-was-here",
        "backslash": "a\\..\\..\\hullmark-was-here",
        "drive": "C:hullmark-was-here",
        "empty": "",
        "newline": "model\n.pkl",
        "escape": "\x1b[2Jmodel",
        "reserved": "CON",
        "reserved-with-extension": "nul.txt",
        "trailing-dot": "model.txt.",
    }.items():
        yield f"tar-name-{word}.tar", tar(entry(path, NOTE))
    yield "tar-name-not-utf8.tar", tar(entry(b"caf\xe9", NOTE))
    yield "tar-name-by-pax-dotdot.tar", tar(pax(path=b"../hullmark-was-here"), entry("model.txt", NOTE))
    yield "tar-name-by-gnu-dotdot.tar", tar(entry("././@LongLink", b"../hullmark-was-here\0", b"L"), entry("model.txt", NOTE))
    yield "tar-name-by-prefix-dotdot.tar", tar(with_prefix(b"hullmark-was-here", b"..", NOTE))
    yield "tar-names-clash-by-case.tar", tar(entry("model.txt", NOTE), entry("MODEL.TXT", b"other\n"))
    yield "tar-names-clash-by-unicode.tar", tar(entry("caf\u00e9.txt", NOTE), entry("cafe\u0301.txt", b"other\n"))
    yield "tar-names-twice.tar", tar(entry("model.txt", NOTE), entry("model.txt", b"other\n"))
    yield "tar-file-and-folder.tar", tar(entry("model", NOTE), entry("model/a.txt", NOTE))


def with_prefix(path, prefix, content):
    header = bytearray(tar_header(path, len(content)))
    header[345:345 + len(prefix)] = prefix
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + content + b"\0" * (-len(content) % 512)


def tar_kinds():
    yield "tar-symlink-absolute.tar", tar(entry("link", b"", b"2", b"/etc/hostname"))
    yield "tar-symlink-dotdot.tar", tar(entry("link", b"", b"2", b"../../hullmark-was-here"))
    yield "tar-symlink-then-write.tar", tar(entry("link", b"", b"2", b".."), entry("link/hullmark-was-here", NOTE))
    yield "tar-symlink-to-symlink.tar", tar(entry("a", b"", b"2", b"."), entry("a/b", b"", b"2", b".."), entry("a/b/hullmark-was-here", NOTE))
    yield "tar-symlink-to-itself.tar", tar(entry("link", b"", b"2", b"link"))
    yield "tar-hard-link-outside.tar", tar(entry("link", b"", b"1", b"/etc/hostname"))
    yield "tar-hard-link-to-symlink.tar", tar(entry("a", b"", b"2", b"/etc/hostname"), entry("b", b"", b"1", b"a"))
    yield "tar-character-device.tar", tar(entry("zero", b"", b"3"))
    yield "tar-block-device.tar", tar(entry("disk", b"", b"4"))
    yield "tar-fifo.tar", tar(entry("pipe", b"", b"6"))
    yield "tar-unknown-kind.tar", tar(entry("what", NOTE, b"Z"))
    yield "tar-folder-with-content.tar", tar(entry("folder/", NOTE, b"5"))
    yield "tar-sparse.tar", tar(entry("sparse", NOTE, b"S"))


def tar_lies():
    good = tar(entry("note.txt", NOTE))
    yield "tar-wrong-checksum.tar", good[:148] + b"000000\0 " + good[156:]
    yield "tar-size-not-octal.tar", good[:124] + b"99999999999\0" + good[136:]
    yield "tar-size-negative.tar", relabelled(good, b"\xff" * 12)
    yield "tar-size-2-63.tar", relabelled(good, b"\x80\0\0\0" + struct.pack(">Q", 2**63 - 1))
    yield "tar-size-beyond-end.tar", tar_header(b"big", 10**6) + b"x" * 512
    yield "tar-pax-size-lies.tar", tar(pax(size=b"99999999999999999999"), entry("note.txt", NOTE))
    yield "tar-pax-length-lies.tar", tar(entry("pax", b"999999 path=x\n", b"x"), entry("note.txt", NOTE))
    yield "tar-pax-only.tar", tar(pax(path=b"x"))
    yield "tar-no-end.tar", entry("note.txt", NOTE)
    yield "tar-cut.tar", tar(entry("pickle.pkl", ATTACK))[:600]
    yield "tar-trailing-pickle.tar", good + ATTACK
    yield "tar-second-archive.tar", good + tar(entry("second.pkl", ATTACK))
    yield "tar-hidden-between.tar", entry("note.txt", NOTE) + b"\0" * 512 + entry("hidden.pkl", ATTACK) + END
    yield "tar-in-padding.tar", tar_header(b"note.txt", 6) + NOTE + ATTACK + b"\0" * (506 - len(ATTACK)) + END
    yield "tar-old-form.tar", tar(old_form(b"model.pkl", ATTACK))


def relabelled(archive, size):
    header = archive[:124] + size + archive[136:148] + b" " * 8 + archive[156:512]
    return header[:148] + b"%06o\0 " % sum(header) + header[156:] + archive[512:]


def old_form(path, content):
    header = path.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % len(content) + b"00000000000\0" + b" " * 8 + b"\0" * 101
    header = header.ljust(512, b"\0")
    return header[:148] + b"%06o\0 " % sum(header) + header[156:] + content + b"\0" * (-len(content) % 512)


def zip_more():
    note = Member("note.txt", NOTE)
    yield "zip-names-clash-by-case.zip", Archive([note, Member("NOTE.TXT", b"other")]).bytes()
    yield "zip-names-clash-by-unicode.zip", Archive([Member("caf\u00e9.txt", NOTE, flags=0x800), Member("cafe\u0301.txt", b"other", flags=0x800)]).bytes()
    yield "zip-name-reserved.zip", Archive([Member("CON", NOTE)]).bytes()
    yield "zip-name-reserved-with-extension.zip", Archive([Member("aux.txt", NOTE)]).bytes()
    yield "zip-file-and-folder.zip", Archive([Member("model", NOTE), Member("model/a.txt", NOTE)]).bytes()
    yield "zip-symlink-then-write.zip", Archive([Member("link", b"..", attributes=0o120777 << 16), Member("link/hullmark-was-here", NOTE)]).bytes()
    yield "zip-fifo.zip", Archive([Member("pipe", b"", attributes=0o010644 << 16)]).bytes()
    yield "zip-device.zip", Archive([Member("zero", b"", attributes=0o020644 << 16)]).bytes()
    yield "zip-gap-holds-pickle.zip", Archive([note], gap=ATTACK).bytes()
    yield "zip-comment-holds-pickle.zip", Archive([note], comment=ATTACK).bytes()
    yield "zip-hidden-member.zip", Archive([note], hidden=[Member("hidden.pkl", ATTACK)]).bytes()
    yield "zip-extra-holds-pickle.zip", Archive([Member("note.txt", NOTE, local_extra=b"\xfe\xca" + struct.pack("<H", len(ATTACK)) + ATTACK)]).bytes()
    yield "zip-checkpoint-inside.zip", Archive([Member("model.pt", checkpoint(payload()), method=DEFLATED)]).bytes()
    yield "zip-tar-inside.zip", Archive([Member("model.tar", tar(entry("model.pkl", ATTACK)), method=DEFLATED)]).bytes()
    yield "zip-gzip-inside.zip", Archive([Member("model.pkl.gz", gzipped(ATTACK))]).bytes()
    yield "zip-joblib-inside.zip", Archive([Member("model.joblib", zlib.compress(ATTACK))]).bytes()
    yield "zip-npy-inside.zip", Archive([Member("a.dat", npy(about("'|O'", "(1,)"), ATTACK))]).bytes()
    deep = Archive([Member("data.pkl", ATTACK)]).bytes()
    for _ in range(20):
        deep = Archive([Member("inner.zip", deep, method=DEFLATED)]).bytes()
    yield "zip-20-deep.zip", deep
    kernel = Member("kernel", b"\0" * 1_000_000, method=DEFLATED)
    archive = Archive([])
    body, directory = archive.local(kernel), archive.central(kernel, 0) * 40
    yield "zip-bomb-of-overlaps.zip", body + directory + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 40, 40, len(directory), len(body), 0)
    inner = Archive([Member("zeros", b"\0" * 2_000_000, method=DEFLATED)]).bytes()
    middle = Archive([Member(f"{i}.zip", inner, method=DEFLATED) for i in range(10)]).bytes()
    yield "zip-bomb-nested.zip", Archive([Member(f"{i}.zip", middle, method=DEFLATED) for i in range(10)]).bytes()
    evil, good = Member("model.pkl", ATTACK), Member("model.pkl", document(EMPTY_DICT))
    body = Archive([good])
    first = body.local(good)
    second = body.local(evil)
    directory = body.central(good, 0)
    other = body.central(evil, len(first))
    where = len(first) + len(second) + len(directory) + len(other)
    record = zip64_end(1, len(other), len(first) + len(second) + len(directory), where)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(directory), len(first) + len(second), 0)
    yield "zip64-names-other-directory.zip", first + second + directory + other + record + end


def tar_models():
    attack = checkpoint(payload())
    for word, wrap in {"": bytes, ".gz": gzipped, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstd}.items():
        yield f"tar-pickle-inside.tar{word}", wrap(tar(entry("model/data.bin", ATTACK)))
        yield f"tar-checkpoint-inside.tar{word}", wrap(tar(entry("model/weights", attack)))
        yield f"tar-zip-inside.tar{word}", wrap(tar(entry("a.zip", Archive([Member("b.pkl", ATTACK)]).bytes())))
    deep = tar(entry("model.pkl", ATTACK))
    for _ in range(20):
        deep = gzipped(tar(entry("inner.tar.gz", deep)))
    yield "tar-20-deep.tar.gz", deep


def torch_tar(storages=None, tensors=None, pickle=None, more=()):
    """The container of PyTorch 0.1.1: three members, each a stream of pickles."""
    key = integer(1)
    storages = document(integer(1)) + document(items(key, text("cpu"), name("torch", "FloatStorage"))) + struct.pack("<q", 4) + b"\0" * 16 + document(EMPTY_LIST) if storages is None else storages
    tensors = document(integer(0)) if tensors is None else tensors
    pickle = document(EMPTY_DICT) if pickle is None else pickle
    return tar(*more, entry("storages", storages), entry("tensors", tensors), entry("pickle", pickle))


def torch_tars():
    attack = document(payload())
    yield "torch-tar-payload-in-pickle.pt", torch_tar(pickle=attack)
    yield "torch-tar-payload-in-storages-count.pt", torch_tar(storages=attack)
    yield "torch-tar-payload-in-storages.pt", torch_tar(storages=document(integer(1)) + attack)
    yield "torch-tar-payload-in-views.pt", torch_tar(storages=document(integer(0)) + attack)
    yield "torch-tar-payload-in-tensors-count.pt", torch_tar(tensors=attack)
    yield "torch-tar-payload-in-tensors.pt", torch_tar(tensors=document(integer(1)) + attack)
    yield "torch-tar-harmless.pt", torch_tar()
    yield "torch-tar-more-members.pt", torch_tar(more=[entry("other.pkl", attack)])
    yield "torch-tar-symlink.pt", torch_tar(more=[entry("hullmark", b"", b"2", b"/")])


def seven_zip(name_of_member, content):
    """One stored file."""
    def counted(value):
        return bytes([value]) if value < 128 else bytes([0x80 | value >> 8, value & 0xFF])

    encoded = name_of_member.encode("utf-16-le") + b"\0\0"
    streams = b"\x04\x06\x00\x01\x09" + counted(len(content)) + b"\x00" + b"\x07\x0b\x01\x00\x01\x01\x00\x0c" + counted(len(content)) + b"\x0a\x01" + struct.pack("<I", zlib.crc32(content)) + b"\x00" + b"\x08\x00" + b"\x00"
    files = b"\x05\x01\x11" + counted(len(encoded) + 1) + b"\x00" + encoded + b"\x00"
    header = b"\x01" + streams + files + b"\x00"
    start = struct.pack("<QQI", len(content), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(start)) + start + content + header


def others():
    yield "7z-pickle-inside.7z", seven_zip("data.pkl", ATTACK)
    yield "7z-pickle-inside.pt", seven_zip("data.pkl", ATTACK)
    yield "7z-cut.7z", seven_zip("data.pkl", ATTACK)[:40]
    yield "rar-pickle-inside.rar", b"Rar!\x1a\x07\x01\x00" + ATTACK
    yield "cpio-pickle-inside.cpio", b"070701" + b"00000001" * 13 + b"data.pkl\0\0" + ATTACK
    yield "ar-pickle-inside.a", b"!<arch>\n" + b"data.pkl/       0           0     0     644     " + b"%-10d`\n" % len(ATTACK) + ATTACK


def bombs():
    zeros = b"\0" * 100_000_000
    once = gzipped(zeros)
    twice = gzipped(once)
    yield "bomb-gzip-twice.gz", twice
    yield "bomb-gzip-thrice.gz", gzipped(gzipped(gzipped(zeros)))
    yield "bomb.bz2", bz2.compress(zeros)
    yield "bomb.tar.bz2", bz2.compress(tar_header(b"zeros", 100_000_000 - 100_000_000 % 512) + zeros[: 100_000_000 - 100_000_000 % 512] + END)
    yield "bomb.zst", b"\x28\xb5\x2f\xfd\0\x58" + b"".join(struct.pack("<I", 131072 << 3 | 1 << 1)[:3] + b"\0" for _ in range(800)) + struct.pack("<I", 1)[:3]
    yield "bomb-pickle.pkl.bz2", bz2.compress(PROTO4 + b"\x8e" + struct.pack("<Q", len(zeros)) + zeros + STOP)
    yield "bomb-npz.npz", Archive([Member("a.npy", b"\x93NUMPY\1\0\x46\0" + b"{'descr': '<f4', 'fortran_order': False, 'shape': (700000,), }".ljust(69) + b"\n" + b"\0" * 2_800_000, method=DEFLATED)]).bytes()
    yield "bomb-xz-dictionary-4-gb.xz", dictionary_of_4_gb()
    yield "bomb-lzma-claims-2-63.lzma", b"\x5d\0\0\0\x04" + struct.pack("<Q", 2**63 - 1) + b"\0" * 20
    yield "bomb-many-tiny-members.zip", Archive([Member(f"{i:x}") for i in range(40)]).bytes()


def dictionary_of_4_gb():
    """An xz stream whose block says that it needs a dictionary of 4 GiB."""
    flags = b"\0\1"
    stream = b"\xfd7zXZ\0" + flags + struct.pack("<I", zlib.crc32(flags))
    block = b"\x02\x00\x21\x01\x28\x00\x00\x00"
    return stream + block + struct.pack("<I", zlib.crc32(block)) + b"\x01\0\0x\0"


def torch_zips():
    """The tricks of ZIP archives, this time with a payload, so that what the loader does shows."""
    evil, good = document(payload()), document(GOOD)
    rest = [Member("m/byteorder", b"little"), Member("m/data/0", b"\0" * 16), Member("m/version", b"3\n")]

    def around(word, first, **about):
        return f"torch-zip-evil-{word}.pt", Archive([first, *rest], **about).bytes()

    data = "m/data.pkl"
    yield around("plain", Member(data, evil))
    yield around("deflated", Member(data, evil, method=DEFLATED))
    yield around("bad-crc", Member(data, evil, crc=1))
    yield around("version-9.9", Member(data, evil, version=99))
    yield around("local-name-differs", Member(data, evil, local_name="m/good.pkl"))
    yield around("local-method-differs", Member(data, evil, local_method=DEFLATED))
    yield around("local-size-differs", Member(data, evil, local_bytes=1))
    yield around("local-crc-differs", Member(data, evil, local_crc=1))
    yield around("symlink-attribute", Member(data, evil, attributes=0o120777 << 16))
    yield around("upper-case", Member("m/DATA.PKL", evil))
    yield around("trailing-junk", Member(data, evil), trailing=b"junk" * 25)
    yield around("trailing-70-kb", Member(data, evil), comment=b"c" * 1000, trailing=b"\0" * 1500)
    yield around("prefix", Member(data, evil), prefix=b"GIF89a  ")
    yield around("prefix-moved", Member(data, evil), prefix=b"GIF89a  ", moved=-8)
    yield around("no-folder", Member("data.pkl", evil))
    yield around("deep-folder", Member("a/b/c/data.pkl", evil))
    yield around("backslash", Member("m\\data.pkl", evil))
    yield around("folder-dotdot", Member("../data.pkl", evil))
    for bit in (0, 3, 5, 6, 11, 13):
        yield around(f"flag-bit-{bit}", Member(data, evil, flags=1 << bit))
    yield "torch-zip-evil-duplicate-first.pt", Archive([Member(data, evil), Member(data, good), *rest]).bytes()
    yield "torch-zip-evil-duplicate-second.pt", Archive([Member(data, good), Member(data, evil), *rest]).bytes()
    yield "torch-zip-evil-case-differs.pt", Archive([Member(data, good), Member("m/Data.pkl", evil), *rest]).bytes()
    archive = Archive([])
    members = [Member(data, good), *rest]
    others_of = [Member(data, evil), *rest]
    body, first, second = b"", b"", b""
    for member in members:
        first += archive.central(member, len(body))
        body += archive.local(member)
    for member in others_of:
        second += archive.central(member, len(body))
        body += archive.local(member)
    where = len(body) + len(first) + len(second)
    record = zip64_end(len(others_of), len(second), len(body) + len(first), where)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, len(members), len(members), len(first), len(body), 0)
    yield "torch-zip-evil-zip64-directory.pt", body + first + second + record + end
    end64 = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, len(others_of), len(others_of), len(second), len(body) + len(first), 0)
    record = zip64_end(len(members), len(first), len(body), where)
    yield "torch-zip-evil-classic-directory.pt", body + first + second + record + end64
    yield "torch-legacy-payload-in-magic.pt", PROTO2 + payload() + POP + MAGIC[2:] + legacy(GOOD)[len(MAGIC):]
    yield "torch-legacy-payload-in-protocol-number.pt", MAGIC + document(payload() + POP + integer(1001)) + legacy(GOOD)[len(MAGIC) + len(document(integer(1001))):]
    yield "torch-legacy-payload-in-all.pt", MAGIC + document(payload()) * 4
    yield "torch-legacy-payload-between-storages.pt", legacy(GOOD)[:-24] + document(payload()) + legacy(GOOD)[-24:]


def cases():
    for family in (tar_names, tar_kinds, tar_lies, zip_more, tar_models, torch_tars, others, bombs, torch_zips):
        yield from family()
