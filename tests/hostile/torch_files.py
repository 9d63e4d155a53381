"""Checkpoints: the ZIP archive and the stream of pickles that torch.save writes, and claims about tensors that their bytes do not bear out.
Sources: PyTorch torch/serialization.py, torch/_utils.py."""
import struct
import zlib

from opcodes import *
from zips import DEFLATED, Archive, Member

RUN = name("posix", "system")
DATA = struct.pack("<4f", 1, 2, 3, 4)


def storage(key="0", count=4, kind="FloatStorage", location="cpu"):
    return items(text("storage"), name("torch", kind), text(key), text(location), integer(count)) + BINPERSID


def tensor(shape=(4,), stride=None, offset=0, **about):
    if stride is None:
        stride = (1,) * len(shape)
    hooks = call(name("collections", "OrderedDict"))
    return call(name("torch._utils", "_rebuild_tensor_v2"), storage(**about), integer(offset), items(*map(integer, shape)), items(*map(integer, stride)), FALSE, hooks)


def document(value):
    return PROTO2 + value + STOP


def members(value, storages=None, **of_pickle):
    storages = {"0": DATA} if storages is None else storages
    return [Member("m/data.pkl", document(value), **of_pickle), Member("m/byteorder", b"little")] + [Member(f"m/data/{key}", content) for key, content in storages.items()] + [Member("m/version", b"3\n")]


def checkpoint(value, storages=None, **of_pickle):
    return Archive(members(value, storages, **of_pickle)).bytes()


def state(**tensors):
    return dictionary(**tensors)


GOOD = state(w=tensor())


def pickles_inside():
    yield "torch-zip-os-system.pt", checkpoint(payload())
    yield "torch-zip-call-then-pop.pt", checkpoint(payload() + POP + GOOD)
    yield "torch-zip-payload-as-value.pt", checkpoint(state(w=tensor(), note=payload()))
    yield "torch-zip-builtins-eval.pt", checkpoint(state(w=tensor(), note=call(name("builtins", "eval"), text("1"))))
    yield "torch-zip-broken-behind-payload.pt", Archive([Member("m/data.pkl", PROTO2 + payload() + b"\xff"), Member("m/version", b"3\n")]).bytes()
    yield "torch-zip-second-pickle.pt", Archive([Member("m/data.pkl", document(GOOD) + document(payload())), Member("m/data/0", DATA)]).bytes()
    yield "torch-zip-own-class.pt", checkpoint(name("__main__", "Net") + EMPTY_TUPLE + NEWOBJ + dictionary(_modules=EMPTY_DICT, w=tensor()) + BUILD)
    yield "torch-zip-hooks-call.pt", checkpoint(state(w=call(name("torch._utils", "_rebuild_tensor_v2"), storage(), integer(0), items(integer(4)), items(integer(1)), FALSE, payload())))
    yield "torch-zip-type-v2-relay.pt", checkpoint(state(w=call(name("torch._tensor", "_rebuild_from_type_v2"), RUN, name("torch", "Tensor"), items(text(MARKER)), NONE)))
    yield "torch-zip-storage-class-is-a-function.pt", checkpoint(state(w=call(name("torch._utils", "_rebuild_tensor_v2"), items(text("storage"), RUN, text("0"), text("cpu"), integer(4)) + BINPERSID, integer(0), items(integer(4)), items(integer(1)), FALSE, NONE)))
    yield "torch-zip-persistent-id-is-text.pt", checkpoint(text("storage") + BINPERSID)
    yield "torch-zip-global-as-value.pt", checkpoint(state(w=tensor(), f=name("torch._utils", "_rebuild_tensor_v2")))


def archives():
    good = members(GOOD)
    other = Member("m/data.pkl", document(payload()))
    yield "torch-zip-duplicate-data-pkl.pt", Archive(good + [other]).bytes()
    yield "torch-zip-two-folders.pt", Archive(good + [Member("n/data.pkl", document(payload()))]).bytes()
    yield "torch-zip-local-name-differs.pt", Archive([Member("m/data.pkl", document(GOOD), local_name="m/evil.pkl")] + good[1:]).bytes()
    yield "torch-zip-local-method-differs.pt", Archive([Member("m/data.pkl", document(GOOD), local_method=DEFLATED)] + good[1:]).bytes()
    yield "torch-zip-local-size-differs.pt", Archive([Member("m/data.pkl", document(GOOD), local_bytes=3)] + good[1:]).bytes()
    for bit in (0, 5, 6, 13):
        yield f"torch-zip-flag-bit-{bit}.pt", Archive([Member("m/data.pkl", document(GOOD), flags=1 << bit)] + good[1:]).bytes()
    yield "torch-zip-local-flags-differ.pt", Archive([Member("m/data.pkl", document(GOOD), local_flags=1)] + good[1:]).bytes()
    yield "torch-zip-bad-crc-of-pickle.pt", Archive([Member("m/data.pkl", document(GOOD), crc=0x12345678)] + good[1:]).bytes()
    yield "torch-zip-local-crc-differs.pt", Archive([Member("m/data.pkl", document(GOOD), local_crc=0x12345678)] + good[1:]).bytes()
    yield "torch-zip-version-9.9.pt", Archive([Member("m/data.pkl", document(GOOD), version=99)] + good[1:]).bytes()
    yield "torch-zip-symlink-attribute.pt", Archive([Member("m/data.pkl", document(GOOD), attributes=0o120777 << 16)] + good[1:]).bytes()
    yield "torch-zip-upper-case-pickle.pt", Archive([Member("m/DATA.PKL", document(payload()))] + good[1:]).bytes()
    yield "torch-zip-no-pickle.pt", Archive(good[1:]).bytes()
    yield "torch-zip-without-folder.pt", Archive([Member("data.pkl", document(payload())), Member("data/0", DATA)]).bytes()
    yield "torch-zip-pickle-in-stranger.pt", Archive(good + [Member("m/extra.pkl", document(payload()))]).bytes()
    yield "torch-zip-hidden-member.pt", Archive(good, hidden=[other]).bytes()
    yield "torch-zip-trailing-junk.pt", Archive(good, trailing=b"junk" * 25).bytes()
    yield "torch-zip-trailing-pickle.pt", Archive(good, trailing=document(payload())).bytes()
    yield "torch-zip-comment.pt", Archive(good, comment=document(payload())).bytes()
    yield "torch-zip-prefix.pt", Archive(good, prefix=b"GIF89a  ").bytes()
    yield "torch-zip-prefix-moved.pt", Archive(good, prefix=b"GIF89a  ", moved=-8).bytes()
    yield "torch-zip-pickle-in-front.pt", Archive(good, prefix=document(payload())).bytes()
    yield "torch-zip-gap.pt", Archive(good, gap=document(payload())).bytes()
    yield "torch-zip-padding-holds-pickle.pt", Archive([Member("m/data.pkl", document(GOOD), local_extra=b"FB" + struct.pack("<H", 12) + b"\x80\x02cos\nsyste")] + good[1:]).bytes()
    yield "torch-zip-deflated-bomb.pt", Archive([Member("m/data.pkl", document(state(w=tensor(shape=(700_000,), count=700_000)))), Member("m/data/0", b"\0" * 2_800_000, method=DEFLATED)]).bytes()
    yield "torch-zip-claims-4-gb.pt", Archive([Member("m/data.pkl", document(state(w=tensor(shape=(2**30,), count=2**30)))), Member("m/data/0", b"\0" * 40, method=DEFLATED, stated_bytes=2**32 - 4)]).bytes()
    yield "torch-zip-byteorder-middle.pt", Archive([good[0], Member("m/byteorder", b"middle"), *good[2:]]).bytes()
    yield "torch-zip-packages.pt", Archive(good + [Member("m/.data/extern_modules", b"os\n"), Member("m/net.py", b"import os")]).bytes()


def tensors():
    yield "torch-storage-beyond-record.pt", checkpoint(state(w=tensor(shape=(1000,), count=1000)))
    yield "torch-storage-count-lies.pt", checkpoint(state(w=tensor(shape=(4,), count=2**40)))
    yield "torch-storage-count-negative.pt", checkpoint(state(w=tensor(count=-4)))
    yield "torch-storage-count-2-63.pt", checkpoint(state(w=tensor(count=2**63)))
    yield "torch-storage-missing.pt", checkpoint(state(w=tensor(key="7")))
    yield "torch-storage-key-dotdot.pt", checkpoint(state(w=tensor(key="../data.pkl", count=1)))
    yield "torch-storage-two-dtypes.pt", checkpoint(state(w=tensor(), v=tensor(kind="DoubleStorage", count=2, shape=(2,))))
    yield "torch-storage-device-script.pt", checkpoint(state(w=tensor(location="cuda:99999999999999999999")))
    yield "torch-shape-negative.pt", checkpoint(state(w=tensor(shape=(-4,))))
    yield "torch-shape-2-63.pt", checkpoint(state(w=tensor(shape=(2**63 - 1,))))
    yield "torch-shape-overflow.pt", checkpoint(state(w=tensor(shape=(2**32, 2**32), stride=(0, 0))))
    yield "torch-shape-overflow-to-zero.pt", checkpoint(state(w=tensor(shape=(2**32, 2**32, 0), stride=(0, 0, 0))))
    yield "torch-shape-of-300-axes.pt", checkpoint(state(w=tensor(shape=(1,) * 300)))
    yield "torch-shape-and-stride-differ.pt", checkpoint(state(w=tensor(shape=(2, 2), stride=(1,))))
    yield "torch-stride-negative.pt", checkpoint(state(w=tensor(stride=(-1,), offset=3)))
    yield "torch-stride-2-62.pt", checkpoint(state(w=tensor(shape=(2, 2), stride=(2**62, 2**62))))
    yield "torch-stride-beyond-storage.pt", checkpoint(state(w=tensor(stride=(2,))))
    yield "torch-expanded-to-4-tb.pt", checkpoint(state(w=tensor(shape=(2**40,), stride=(0,))))
    yield "torch-expanded-a-thousand-times.pt", checkpoint(EMPTY_DICT + MARK + b"".join(text(f"w{i}") + (tensor(shape=(2**28,), stride=(0,)) + put(0) if i == 0 else get(0)) for i in range(200)) + SETITEMS)
    yield "torch-offset-negative.pt", checkpoint(state(w=tensor(offset=-1)))
    yield "torch-offset-beyond.pt", checkpoint(state(w=tensor(offset=1)))
    yield "torch-offset-2-63.pt", checkpoint(state(w=tensor(offset=2**63 - 1)))
    yield "torch-offset-is-text.pt", checkpoint(state(w=call(name("torch._utils", "_rebuild_tensor_v2"), storage(), text("0"), items(integer(4)), items(integer(1)), FALSE, NONE)))
    yield "torch-shape-is-a-dict.pt", checkpoint(state(w=call(name("torch._utils", "_rebuild_tensor_v2"), storage(), integer(0), EMPTY_DICT, EMPTY_DICT, FALSE, NONE)))
    yield "torch-rebuild-without-arguments.pt", checkpoint(state(w=call(name("torch._utils", "_rebuild_tensor_v2"))))
    yield "torch-parameter-of-parameter.pt", checkpoint(state(w=call(name("torch._utils", "_rebuild_parameter"), text("no tensor"), FALSE, NONE)))
    yield "torch-sparse-indices-beyond.pt", checkpoint(state(w=call(name("torch._utils", "_rebuild_sparse_tensor"), name("torch", "sparse_coo"), items(tensor(shape=(1, 2), stride=(2, 1), kind="LongStorage", count=2), tensor(shape=(2,), key="1"), items(integer(3)), FALSE))), {"0": struct.pack("<2q", 2**60, -5), "1": DATA})
    yield "torch-tensor-name-dotdot.pt", checkpoint(EMPTY_DICT + text("../../hullmark-was-here") + tensor() + SETITEM)
    yield "torch-tensor-name-newline.pt", checkpoint(EMPTY_DICT + text("a\nb\x1b[31m\0") + tensor() + SETITEM)
    yield "torch-tensor-names-clash.pt", checkpoint(dictionary(**{"a.b": tensor(), "a": dictionary(b=tensor())}))
    yield "torch-tensor-name-metadata.pt", checkpoint(EMPTY_DICT + text("__metadata__") + tensor() + SETITEM)
    yield "torch-tensor-name-empty.pt", checkpoint(EMPTY_DICT + text("") + tensor() + SETITEM)
    yield "torch-tensor-name-not-unicode.pt", checkpoint(EMPTY_DICT + b"X\x03\x00\x00\x00\xed\xa0\x80" + tensor() + SETITEM)


def trees():
    yield "torch-value-in-itself.pt", checkpoint(EMPTY_DICT + put(0) + text("self") + get(0) + SETITEM)
    doubling = EMPTY_LIST + put(0) + POP
    for level in range(60):
        doubling += EMPTY_LIST + MARK + get(level) + get(level) + APPENDS + put(level + 1) + POP
    yield "torch-billion-laughs.pt", checkpoint(doubling + dictionary(w=tensor(), config=get(60)))
    doubling = EMPTY_DICT + text("w") + tensor() + SETITEM + put(0) + POP
    for level in range(40):
        doubling += EMPTY_DICT + MARK + text("a") + get(level) + text("b") + get(level) + SETITEMS + put(level + 1) + POP
    yield "torch-billion-tensors.pt", checkpoint(doubling + get(40))
    yield "torch-nested-lists.pt", checkpoint(dictionary(w=tensor(), deep=EMPTY_LIST * 700 + APPEND * 699))
    yield "torch-huge-integer.pt", checkpoint(dictionary(w=tensor(), n=b"\x8a\xff" + b"\x7f" * 255))
    yield "torch-not-a-number.pt", checkpoint(dictionary(w=tensor(), nan=b"G\x7f\xf8" + b"\0" * 6, inf=b"G\xff\xf0" + b"\0" * 6))


MAGIC = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."


def legacy(value, system=None, keys=None, storages=None, protocol=1001):
    system = dictionary(protocol_version=integer(1001), little_endian=TRUE) if system is None else system
    keys = EMPTY_LIST + text("0") + APPEND if keys is None else keys
    storages = struct.pack("<q", 4) + DATA if storages is None else storages
    value = value.replace(FIVE, SIX)
    return MAGIC + document(integer(protocol)) + document(system) + document(value) + document(keys) + storages


# A legacy storage id has a sixth item, the view.
FIVE = integer(4) + TUPLE + BINPERSID
SIX = integer(4) + NONE + TUPLE + BINPERSID


def streams():
    yield "torch-legacy-payload-in-object.pt", legacy(payload())
    yield "torch-legacy-payload-in-system.pt", legacy(GOOD, system=payload())
    yield "torch-legacy-payload-in-keys.pt", legacy(GOOD, keys=payload())
    yield "torch-legacy-payload-in-protocol.pt", MAGIC + document(payload()) + document(EMPTY_DICT)
    yield "torch-legacy-payload-behind.pt", legacy(GOOD) + document(payload())
    yield "torch-legacy-module-source.pt", legacy(state(w=items(text("module"), name("__main__", "Net"), text("net.py"), text("import os")) + BINPERSID + EMPTY_TUPLE + NEWOBJ))
    yield "torch-legacy-storage-of-2-62.pt", legacy(GOOD, storages=struct.pack("<q", 2**62) + DATA)
    yield "torch-legacy-storage-negative.pt", legacy(GOOD, storages=struct.pack("<q", -1) + DATA)
    yield "torch-legacy-storage-shorter.pt", legacy(GOOD, storages=struct.pack("<q", 1) + DATA)
    yield "torch-legacy-no-storages.pt", legacy(GOOD, storages=b"")
    yield "torch-legacy-key-unknown.pt", legacy(GOOD, keys=EMPTY_LIST + text("9") + APPEND)
    yield "torch-legacy-key-twice.pt", legacy(GOOD, keys=EMPTY_LIST + text("0") + APPEND + text("0") + APPEND, storages=(struct.pack("<q", 4) + DATA) * 2)
    yield "torch-legacy-keys-in-themselves.pt", legacy(GOOD, keys=EMPTY_LIST + put(0) + get(0) + APPEND)
    yield "torch-legacy-other-protocol.pt", legacy(GOOD, protocol=1002)
    yield "torch-legacy-magic-only.pt", MAGIC


def tar_header(path, size, kind=b"0", link=b""):
    header = path.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % size + b"00000000000\0" + b" " * 8 + kind + link.ljust(100, b"\0") + b"ustar\00000"
    header = header.ljust(512, b"\0")
    return header[:148] + b"%06o\0 " % sum(header) + header[156:]


def tars():
    attack = document(payload())
    yield "torch-tar-payload.pt", tar_header(b"pickle", len(attack)) + attack.ljust(512, b"\0") + b"\0" * 1024
    yield "tar-hard-link.tar", tar_header(b"link", 0, b"1", b"../../etc/passwd") + b"\0" * 1024
    yield "tar-claims-8-gb.tar", tar_header(b"big", 8**11 - 1) + b"\0" * 512
    yield "compressed-payload.pkl.gz", b"\x1f\x8b\x08\0\0\0\0\0\2\xff" + zlib.compress(attack, 9)[2:-4] + struct.pack("<II", zlib.crc32(attack), len(attack))
    yield "compressed-payload.joblib", zlib.compress(attack)


def cases():
    for family in (pickles_inside, archives, tensors, trees, streams, tars):
        yield from family()
