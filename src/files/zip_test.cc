#include "files/zip.h"

#include "files/mapped.h"
#include "files/packed.h"
#include "files/test_folder.h"

#include <functional>

namespace {

template <typename Number>
std::string raw(Number number) { return {reinterpret_cast<char const*>(&number), sizeof number}; }
std::string u16(uint64_t number) { return raw(static_cast<uint16_t>(number)); }
std::string u32(uint64_t number) { return raw(static_cast<uint32_t>(number)); }
std::string u64(uint64_t number) { return raw(number); }

uint32_t crc_of(std::string const& text) { return static_cast<uint32_t>(crc32(0, reinterpret_cast<Bytef const*>(text.data()), static_cast<uInt>(text.size()))); }

// One member, every field of which a test may set apart from the others.
struct Member {
    std::string name, local_name, packed, before, extra, local_extra, descriptor, comment;
    uint64_t flags = 0, local_flags = 0, method = 0, local_method = 0, crc = 0, local_crc = 0;
    uint64_t packed_bytes = 0, unpacked_bytes = 0, local_packed_bytes = 0, local_unpacked_bytes = 0;
    uint64_t version = 20, attributes = 0;
    int64_t offset_error = 0;
};

Member member(std::string name, std::string content)
{
    Member m;
    m.name = m.local_name = std::move(name);
    m.crc = m.local_crc = crc_of(content);
    m.packed_bytes = m.unpacked_bytes = m.local_packed_bytes = m.local_unpacked_bytes = content.size();
    m.packed = std::move(content);
    return m;
}

Member packed_member(std::string name, std::string const& content, uint64_t method, std::string packed)
{
    Member m = member(std::move(name), content);
    m.packed = std::move(packed);
    m.packed_bytes = m.local_packed_bytes = m.packed.size();
    m.method = m.local_method = method;
    return m;
}

Member deflated_member(std::string name, std::string const& content) { return packed_member(std::move(name), content, 8, deflated(content, -MAX_WBITS)); }

// The properties and the content of the format "lzma alone", under ZIP's own header.
Member lzma_member(std::string name, std::string const& content)
{
    auto const alone = packed_by(Compression::lzma, content);
    return packed_member(std::move(name), content, 14, std::string("\x09\x04\5\0", 4) + alone.substr(0, 5) + alone.substr(13));
}

// As torch.save writes it: sizes and CRC behind the content, padding in the local extra field.
Member torch_member(std::string name, std::string content)
{
    Member m = member(std::move(name), std::move(content));
    m.flags = m.local_flags = 0x808;
    m.local_crc = m.local_packed_bytes = m.local_unpacked_bytes = 0;
    m.local_extra = "FB" + u16(5) + "ZZZZZ";
    m.descriptor = "PK\7\10" + u32(m.crc) + u32(m.packed_bytes) + u32(m.unpacked_bytes);
    return m;
}

struct Archive {
    std::vector<Member> members;
    std::string before_directory = {}, after_directory = {}, after_end = {};
    bool zip64 = false;
    uint64_t count_error = 0, zip64_count_error = 0, offset_error = 0, disk = 0, zip64_length = 44, locator_error = 0, comment_bytes = 0, zip64_disk = 0, locator_disk = 0;
    bool saturated = false;
};

std::string spelled(Archive const& archive)
{
    std::string file, directory;
    for (auto const& m : archive.members) {
        file += m.before;
        uint64_t const offset = file.size() + static_cast<uint64_t>(m.offset_error);
        file += "PK\3\4" + u16(m.version) + u16(m.local_flags) + u16(m.local_method) + u32(0) + u32(m.local_crc) + u32(m.local_packed_bytes) + u32(m.local_unpacked_bytes);
        file += u16(m.local_name.size()) + u16(m.local_extra.size()) + m.local_name + m.local_extra + m.packed + m.descriptor;
        directory += "PK\1\2" + u16(20) + u16(m.version) + u16(m.flags) + u16(m.method) + u32(0) + u32(m.crc) + u32(m.packed_bytes) + u32(m.unpacked_bytes);
        directory += u16(m.name.size()) + u16(m.extra.size()) + u16(m.comment.size()) + u16(0) + u16(0) + u32(m.attributes) + u32(offset) + m.name + m.extra + m.comment;
    }
    file += archive.before_directory;
    uint64_t const offset = file.size() + archive.offset_error;
    uint64_t const count = archive.members.size();
    file += directory + archive.after_directory;
    if (archive.zip64) {
        uint64_t const end = file.size() + archive.locator_error;
        file += "PK\6\6" + u64(archive.zip64_length) + u16(45) + u16(45) + u32(archive.zip64_disk) + u32(0) + u64(count + archive.zip64_count_error) + u64(count + archive.zip64_count_error) + u64(directory.size()) + u64(offset);
        file += "PK\6\7" + u32(archive.locator_disk) + u64(end) + u32(1);
    }
    file += "PK\5\6" + u16(archive.disk) + u16(0) + u16(count + archive.count_error) + u16(count + archive.count_error) + u32(archive.saturated ? 0xFFFFFFFF : directory.size()) + u32(archive.saturated ? 0xFFFFFFFF : offset) + u16(archive.comment_bytes);
    return file + archive.after_end;
}

std::string answer(SharedBytes file, Limits const& limits = {})
{
    auto const archive = ZipArchive::read(std::move(file), limits);
    if (!archive)
        return "error: " + archive.error().text();
    std::string text;
    for (auto const& entry : archive->entries()) {
        auto const content = archive->checked_content(entry);
        text += entry.name + ": " + (content ? std::string(text_of(content->bytes().first(std::min<size_t>(content->size(), 20)))) : "error: " + content.error().text()) + "\n";
    }
    for (auto const& finding : archive->findings())
        text += "! " + finding.code + " " + finding.entry + "\n";
    for (auto const& note : archive->notes())
        text += "? " + note.code + " " + note.entry + "\n";
    return text;
}

std::string answer(std::string file, Limits const& limits = {}) { return answer(SharedBytes::take(std::move(file)), limits); }

Archive two() { return {.members = {member("m/a", "hello"), deflated_member("m/b", std::string(5000, 'b'))}}; }
Archive one(Member m) { return {.members = {std::move(m)}}; }
// A plain member, changed.
Archive changed(std::function<void(Member&)> change, Member m = member("m/a", "hello"))
{
    change(m);
    return one(std::move(m));
}
Archive altered(std::function<void(Archive&)> change, Archive archive = two())
{
    change(archive);
    return archive;
}

struct Case {
    char const* name;
    Archive archive;
    std::string answer;
};

std::string const two_answer = "m/a: hello\nm/b: bbbbbbbbbbbbbbbbbbbb\n";

std::vector<Case> const cases{
    {"an empty archive is an archive", {}, ""},
    {"stored and deflated members are read", two(), two_answer},
    {"torch's descriptors and padding are nothing remarkable", one(torch_member("m/data.pkl", "pickle")), "m/data.pkl: pickle\n"},
    {"torch always adds the zip64 records", altered([](auto& a) { a.zip64 = true; }), two_answer},
    {"the small end record may leave its numbers to the zip64 one", altered([](auto& a) { a.zip64 = true, a.count_error = 0xFFFF - 2; }), two_answer},
    {"all numbers may stand in the zip64 record", altered([](auto& a) { a.zip64 = a.saturated = true; }), two_answer},
    {"a local zip64 field may hold any of the numbers, or none", changed([](auto& m) { m.local_unpacked_bytes = 0xFFFFFFFF, m.local_extra = u16(1) + u16(32) + u64(5000) + u64(m.packed_bytes) + u64(0) + u64(0); }, deflated_member("m/a", std::string(5000, 'b'))), "m/a: bbbbbbbbbbbbbbbbbbbb\n"},
    {"a local zip64 field may hold the offset", altered([](auto& a) { a.members[1].local_extra = u16(1) + u16(8) + u64(38); }), two_answer},
    {"padding may be zeros", changed([](auto& m) { m.local_extra = "FB" + u16(3) + std::string(3, '\0'); }), "m/a: hello\n"},
    {"a descriptor may be of 64 bits", changed([](auto& m) { m.descriptor = "PK\7\10" + u32(m.crc) + u64(5) + u64(5); }, torch_member("a", "hello")), "a: hello\n"},
    {"a descriptor may have no signature", changed([](auto& m) { m.descriptor = m.descriptor.substr(4); }, torch_member("a", "hello")), "a: hello\n"},
    {"numpy states sizes in a local zip64 field", changed([](auto& m) { m.local_packed_bytes = m.local_unpacked_bytes = 0xFFFFFFFF, m.local_extra = u16(1) + u16(16) + u64(5) + u64(5); }), "m/a: hello\n"},
    {"saturated numbers stand in the zip64 field", changed([](auto& m) { m.packed_bytes = m.unpacked_bytes = 0xFFFFFFFF, m.extra = u16(1) + u16(16) + u64(5) + u64(5); }), "m/a: hello\n"},
    {"times are no secret", changed([](auto& m) { m.extra = m.local_extra = "UT" + u16(5) + "\1abcd"; }), "m/a: hello\n"},
    {"a directory is a member without content", one(member("m/", "")), "m/: \n"},
    {"a directory may say that it is deflated", changed([](auto& m) { m.method = m.local_method = 8; }, member("m/", "")), "m/: \n"},
    {"nothing may be deflated", one(deflated_member("m/a", "")), "m/a: \n"},
    {"a name may be UTF-8 where it says so", changed([](auto& m) { m.name = m.local_name = "\xC3\xA9", m.flags = m.local_flags = 0x800; }), "\xC3\xA9: hello\n"},
    {"a wrong CRC is seen when it is asked for", changed([](auto& m) { m.crc = m.local_crc = 1; }), "m/a: error: the CRC of its content is not the one that the archive states: the member was damaged or changed, member m/a\n"},
    {"other methods are listed", changed([](auto& m) { m.method = m.local_method = 99; }), "m/a: error: compressed by method 99, can be read: stored (0), deflate (8), bzip2 (12), lzma (14) and zstd (93), member m/a\n"},
    {"Python packs with bzip2", one(packed_member("a", "hello", 12, packed_by(Compression::bzip2, "hello"))), "a: hello\n"},
    {"Python packs with lzma", one(lzma_member("a", "hello")), "a: hello\n"},
    {"Python packs with zstd", one(packed_member("a", "hello", 93, packed_by(Compression::zstd, "hello"))), "a: hello\n"},
    {"zeros may pack to almost nothing", one(packed_member("a", std::string(1u << 20, '\0'), 93, packed_by(Compression::zstd, std::string(1u << 20, '\0')))), "a: " + std::string(20, '\0') + "\n"},
    {"lzma has its header", changed([](auto& m) { m.packed[2] = 6; }, lzma_member("a", "hello")), "a: error: lzma properties of 6 bytes, wanted 5, member a\n"},
    {"lzma has its properties", changed([](auto& m) { m.packed[4] = '\xFF'; }, lzma_member("a", "hello")), "a: error: the compressed data is damaged: it does not begin as it must, member a\n"},
    {"lzma is not cut short", changed([](auto& m) { m.packed.resize(3), m.packed_bytes = m.local_packed_bytes = 3; }, lzma_member("a", "hello")), "a: error: cut short: 2 bytes wanted, 1 left, byte 2, member a\n"},
    {"lzma has a version", changed([](auto& m) { m.packed.resize(1), m.packed_bytes = m.local_packed_bytes = 1; }, lzma_member("a", "hello")), "a: error: cut short: 2 bytes wanted, 1 left, byte 0, member a\n"},
    {"lzma has all its properties", changed([](auto& m) { m.packed.resize(8), m.packed_bytes = m.local_packed_bytes = 8; }, lzma_member("a", "hello")), "a: error: cut short: 5 bytes wanted, 4 left, byte 4, member a\n"},
    {"damage is told", changed([](auto& m) { m.packed[0] = '\xFF'; }, deflated_member("a", "hello")), "a: error: the compressed data is damaged: invalid block type, after 0 unpacked bytes, member a\n"},

    {"a local name that differs is a finding", changed([](auto& m) { m.local_name = "m/c"; }), "m/a: hello\n! local-name m/a\n"},
    {"a local method that differs is a finding", changed([](auto& m) { m.local_method = 8; }), "m/a: hello\n! local-method m/a\n"},
    {"local flags that differ are a finding", changed([](auto& m) { m.local_flags = 1; }), "m/a: hello\n! local-flags m/a\n"},
    {"local sizes that differ are a finding", changed([](auto& m) { m.local_packed_bytes = 4; }), "m/a: hello\n! local-size m/a\n"},
    {"local sizes may be left out only with a descriptor", changed([](auto& m) { m.local_packed_bytes = m.local_unpacked_bytes = 0; }), "m/a: hello\n! local-size m/a\n"},
    {"a local CRC that differs is a finding", changed([](auto& m) { m.local_crc = 1; }), "m/a: hello\n! local-crc m/a\n"},
    {"a descriptor that differs is a finding", changed([](auto& m) { m.descriptor[5] ^= 1; }, torch_member("a", "hello")), "a: hello\n! descriptor a\n! gap \n"},
    {"a descriptor that is not there is a finding", changed([](auto& m) { m.descriptor.clear(); }, torch_member("a", "hello")), "a: hello\n! descriptor a\n"},
    {"a local zip64 field that differs is a finding", changed([](auto& m) { m.local_packed_bytes = m.local_unpacked_bytes = 0xFFFFFFFF, m.local_extra = u16(1) + u16(16) + u64(6) + u64(5); }), "m/a: hello\n! local-size m/a\n"},
    {"a local zip64 field that is missing is a finding", changed([](auto& m) { m.local_packed_bytes = 0xFFFFFFFF; }), "m/a: hello\n! local-size m/a\n"},
    {"padding is padding", changed([](auto& m) { m.local_extra = "FB" + u16(3) + "ZaZ"; }), "m/a: hello\n! padding m/a\n"},
    {"an extra field that renames the member is a finding", changed([](auto& m) { m.extra = "up" + u16(3) + "abc"; }), "m/a: hello\n! extra-field m/a\n"},
    {"the mark of a JAR is none", changed([](auto& m) { m.extra = m.local_extra = "\xfe\xca" + u16(0); }), "m/a: hello\n"},
    {"the mark of a JAR holds nothing", changed([](auto& m) { m.extra = "\xfe\xca" + u16(2) + "N."; }), "m/a: hello\n! extra-field m/a\n"},
    {"an extra field that is cut short is a finding", changed([](auto& m) { m.local_extra = "FB" + u16(9) + "ZZ"; }), "m/a: hello\n! extra-field m/a\n"},
    {"many findings of a kind are one", changed([](auto& m) { for (int i = 0; i < 1000; ++i) m.extra += "up" + u16(0); }), "m/a: hello\n! extra-field m/a\n"},
    {"unheard-of flags are a finding", changed([](auto& m) { m.flags = m.local_flags = 1 << 5; }), "m/a: hello\n! flags m/a\n"},
    {"a name beyond ASCII without the mark is a finding", changed([](auto& m) { m.name = m.local_name = "\xC3\xA9"; }), "\xC3\xA9: hello\n! name-encoding \xC3\xA9\n"},
    {"a version of the future is a finding", changed([](auto& m) { m.version = 99; }), "m/a: hello\n! version m/a\n"},
    {"a symbolic link is a finding", changed([](auto& m) { m.attributes = uint64_t{0120777} << 16; }), "m/a: hello\n! link m/a\n"},
    {"a comment is a finding", changed([](auto& m) { m.comment = "psst"; }), "m/a: hello\n! comment m/a\n"},
    {"bytes in front are a finding", altered([](auto& a) { a.members[0].before = "GIF89a"; }), two_answer + "! prefix \n"},
    {"bytes between are a finding", altered([](auto& a) { a.members[1].before = "x"; }), two_answer + "! gap \n"},
    {"bytes before the directory are a finding", altered([](auto& a) { a.before_directory = "x"; }), two_answer + "! gap \n"},
    {"bytes behind are a finding", altered([](auto& a) { a.after_end = "junk"; }), two_answer + "! trailing-bytes \n"},
    {"a comment of the archive is a finding", altered([](auto& a) { a.after_end = "psst", a.comment_bytes = 4; }), two_answer + "! comment \n"},
    {"the longest comment is read", altered([](auto& a) { a.after_end = std::string(65535, 'c'), a.comment_bytes = 65535; }), two_answer + "! comment \n"},
    {"bytes behind a comment are a finding", altered([](auto& a) { a.after_end = "psst!", a.comment_bytes = 4; }), two_answer + "! trailing-bytes \n"},
    {"a comment that is not there is a finding", altered([](auto& a) { a.comment_bytes = 4; }), two_answer + "! trailing-bytes \n"},
    {"an end record inside of a member is no other end", altered([](auto& a) { a.members[0] = member("m/a", "PK\5\6" + std::string(18, '\0')); }), "m/a: PK\5\6" + std::string(16, '\0') + "\nm/b: bbbbbbbbbbbbbbbbbbbb\n"},
    {"devices and FIFOs are a finding", changed([](auto& m) { m.attributes = uint64_t{0020666} << 16; }), "m/a: hello\n! special-file m/a\n"},
    {"files and directories are none", {.members = {changed([](auto& m) { m.attributes = uint64_t{0100644} << 16; }).members[0], changed([](auto& m) { m.attributes = uint64_t{0040755} << 16; }, member("d/", "")).members[0]}}, "m/a: hello\nd/: \n"},
    {"names that clash are noted", {.members = {member("a/DATA.PKL", "1"), member("a/data.pkl", "2"), changed([](auto& m) { m.flags = m.local_flags = 0x800; }, member("\xC3\x89", "")).members[0], changed([](auto& m) { m.flags = m.local_flags = 0x800; }, member("e\xCC\x81", "")).members[0]}}, "a/DATA.PKL: 1\na/data.pkl: 2\n\xC3\x89: \ne\xCC\x81: \n? name-clash a/data.pkl\n? name-clash e\xCC\x81\n"},
    {"names that Windows keeps are noted", {.members = {member("aux.npy", "1"), member("a /b", "2"), member("auxiliary", ""), member("comx", ""), member("com10", ""), member("lpt:", "")}}, "aux.npy: 1\na /b: 2\nauxiliary: \ncomx: \ncom10: \nlpt:: \n? reserved-name aux.npy\n? reserved-name a /b\n"},

    {"encryption is refused", changed([](auto& m) { m.flags = 1; }), "error: the member m/a is encrypted, or says so, byte 38, central directory entry 0"},
    {"a name stands once", {.members = {member("a", "1"), member("a", "2")}}, "error: the member a stands twice in the archive, byte 32"},
    {"members do not overlap", altered([](auto& a) { a.members[1].offset_error = -3; }), "error: its 5 bytes do not fit into the 2 before what comes next, byte 33, member m/a"},
    {"two entries do not share one member", altered([](auto& a) { a.members[1].offset_error = -38; }), "error: cut short: 30 bytes wanted, 0 left, byte 0, local header at byte 0, member m/a"},
    {"a member is not in the directory", altered([](auto& a) { a.members[1].offset_error = 100; }), "error: the member overlaps another or the central directory, byte 138, member m/b"},
    {"names stay inside", one(member("m/../../etc/passwd", "x")), "error: the member's name \"m/../../etc/passwd\" has the component \"..\", byte 49, central directory entry 0"},
    {"names are relative", one(member("/etc/passwd", "x")), "error: the member's name \"/etc/passwd\" is an absolute path, byte 42, central directory entry 0"},
    {"names have no drive", one(member("C:x", "x")), "error: the member's name \"C:x\" is an absolute path, byte 34, central directory entry 0"},
    {"names have no backslash", one(member("..\\x", "x")), "error: the member's name \"..\\x\" holds a backslash, byte 35, central directory entry 0"},
    {"names have no empty components", one(member("a//b", "x")), "error: the member's name \"a//b\" has the component \"\", byte 35, central directory entry 0"},
    {"names have one spelling", one(member("a/./b", "x")), "error: the member's name \"a/./b\" has the component \".\", byte 36, central directory entry 0"},
    {"names have no NUL", one(member(std::string("a\0b", 3), "x")), "error: a member's name holds a control character, byte 34, central directory entry 0"},
    {"names are UTF-8", one(member("\xFF", "x")), "error: a member's name is not valid UTF-8, byte 32, central directory entry 0"},
    {"members have names", one(member("", "x")), "error: a member without a name, byte 31, central directory entry 0"},
    {"stored is stored", changed([](auto& m) { m.unpacked_bytes = 6; }), "error: stored with 5 bytes, but 6 when unpacked, member m/a, central directory entry 0"},
    {"a directory holds nothing", one(member("m/", "x")), "error: a directory that holds 1 bytes, member m/, central directory entry 0"},
    {"several disks are not read", altered([](auto& a) { a.disk = 1; }), "error: unsupported"},
    {"the directory was not moved", altered([](auto& a) { a.after_directory = "x"; }), "error: the central directory is said to end 1 bytes before its end record: something stands in front of the archive or inside of it, byte 193"},
    {"there is one end record", altered([](auto& a) { a.after_end = "PK\5\6" + std::string(18, '\0'), a.comment_bytes = 22; }), "error: another end record has this one as its comment: readers take the one or the other, byte 192"},
    {"the end record is not too far away", altered([](auto& a) { a.after_end = std::string(65536, 'c'); }), "error: not a ZIP archive, or cut short: there is no end record in the last 64 KiB"},
    {"the zip64 record knows no disks", altered([](auto& a) { a.zip64 = true, a.zip64_disk = 1; }), "error: unsupported"},
    {"the zip64 locator knows no disks", altered([](auto& a) { a.zip64 = true, a.locator_disk = 1; }), "error: unsupported"},
    {"the directory fits", altered([](auto& a) { a.offset_error = 10; }), "error: the central directory is said to be at bytes 104 to +98, beyond its end record at 192"},
    {"the directory begins before its end", altered([](auto& a) { a.offset_error = 10'000; }), "error: the central directory is said to be at bytes 10094 to +98, beyond its end record at 192"},
    {"saturated numbers need a zip64 record", altered([](auto& a) { a.saturated = true; }), "error: the central directory is said to be at bytes 4294967295 to +4294967295, beyond its end record at 192"},
    {"bzip2 does not unpack to just anything", changed([](auto& m) { m.unpacked_bytes = 300u << 20; }, packed_member("a", "hello", 12, packed_by(Compression::bzip2, "hello"))), "error: 41 bytes are said to unpack to 314572800, the limit is 400 times, member a, central directory entry 0"},
    {"a name may have a colon", one(member("1:x", "x")), "1:x: x\n"},
    {"a count that the directory cannot hold is refused before it is believed", altered([](auto& a) { a.count_error = 1; }), "error: 3 members cannot fit into a central directory of 98 bytes"},
    {"the directory has no more than it says", altered([](auto& a) { a.count_error = static_cast<uint64_t>(-1); }), "error: 49 bytes follow the last entry of the central directory, byte 143"},
    {"both end records tell one story", altered([](auto& a) { a.zip64 = true, a.zip64_count_error = static_cast<uint64_t>(-1); }), "error: the end record and the zip64 end record name different central directories, byte 192"},
    {"the zip64 record stands before its locator", altered([](auto& a) { a.zip64 = true, a.locator_error = 1; }), "error: the zip64 end record is said to be at byte 193, wanted it right before its locator, byte 248"},
    {"the zip64 record has its one length", altered([](auto& a) { a.zip64 = true, a.zip64_length = 45; }), "error: a zip64 end record of 45 bytes, wanted 44, byte 192"},
    {"a zip64 field holds what is asked of it", changed([](auto& m) { m.extra = u16(1) + u16(8) + u64(5); }), "error: the zip64 field holds 8 bytes that nothing refers to, byte 87, member m/a, central directory entry 0"},
    {"there is one zip64 field", changed([](auto& m) { m.extra = u16(1) + u16(0) + u16(1) + u16(0); }), "error: two zip64 fields, byte 91, member m/a, central directory entry 0"},
    {"what unpacks to more than stated is not unpacked further", changed([](auto& m) { m.unpacked_bytes = m.local_unpacked_bytes = 4999; }, deflated_member("b", std::string(5000, 'b'))), "b: error: unpacks to more than the 4999 bytes stated, member b\n"},
    {"what unpacks to less than stated is damaged", changed([](auto& m) { m.unpacked_bytes = m.local_unpacked_bytes = 5001; }, deflated_member("b", std::string(5000, 'b'))), "b: error: unpacks to 5000 bytes, 5001 are stated, member b\n"},
    {"nothing hides behind a compressed stream", changed([](auto& m) { m.packed += "x", ++m.packed_bytes, ++m.local_packed_bytes; }, deflated_member("b", "bbbb")), "b: error: 1 bytes follow the end of the compressed data, member b\n"},
    {"a compressed stream has an end", changed([](auto& m) { m.packed.pop_back(), --m.packed_bytes, --m.local_packed_bytes; }, deflated_member("b", "bbbb")), "b: error: the compressed data is cut short after 4 unpacked bytes, member b\n"},
    {"an empty stream does not deflate to something", changed([](auto& m) { m.packed.clear(), m.packed_bytes = m.local_packed_bytes = 0; }, deflated_member("b", "bbbb")), "error: 0 bytes are said to unpack to 4, the limit is 400 times, member b, central directory entry 0"},
};

TEST(Zip, answers)
{
    for (auto const& c : cases) {
        if (c.answer == "error: unsupported")
            EXPECT_EQ(ZipArchive::read(SharedBytes::take(spelled(c.archive))).error().reason, Reason::unsupported) << c.name;
        else
            EXPECT_EQ(answer(spelled(c.archive)), c.answer) << c.name;
    }
}

TEST(Zip, limits_are_compared_first_and_told_from_damage)
{
    auto const file = spelled(two());
    EXPECT_EQ(answer(file, {.bytes = 100}), "error: an archive of 214 bytes, the limit is 100");
    EXPECT_EQ(answer(file, {.entries = 1}), "error: 2 members, the limit is 1");
    EXPECT_EQ(answer(file, {.unpacked_bytes = 5004}), "error: the members unpack to more than the limit of 5004 bytes, member m/b, central directory entry 1");
    EXPECT_EQ(ZipArchive::read(SharedBytes::take(std::string(file)), {.entries = 1}).error().reason, Reason::exhausted);
}

TEST(Zip, has_nothing_before_a_zip64_locator_that_stands_first)
{
    auto const end = "PK\5\6" + std::string(18, '\0');
    EXPECT_EQ(answer("PK\6\7" + u32(0) + u64(0) + u32(1) + end), "error: the zip64 end record is said to be at byte 0, wanted it right before its locator, byte 0");
    EXPECT_EQ(answer(std::string(56, 'x') + "PK\6\7" + u32(0) + u64(0) + u32(1) + end), "error: no zip64 end record where its locator points, byte 0");
    auto const named = ZipArchive::read(SharedBytes::take(spelled(changed([](auto& m) { m.crc = m.local_crc = 1; }))));
    EXPECT_EQ(named->checked_content("m/a").error().reason, Reason::malformed);
    EXPECT_EQ(text_of(ZipArchive::read(SharedBytes::take(spelled(two())))->checked_content("m/a")->bytes()), "hello");
}

TEST(Zip, members_are_read_piece_by_piece_too)
{
    std::string const text(1'000'000, 'b');
    Archive const archive{.members = {member("stored", text), deflated_member("deflated", text), lzma_member("lzma", text), packed_member("bzip2", text, 12, packed_by(Compression::bzip2, text)), packed_member("zstd", text, 93, packed_by(Compression::zstd, text)), member("d/", "")}};
    auto const read = ZipArchive::read(SharedBytes::take(spelled(archive)));
    for (auto const& entry : read->entries())
        for (auto const crc : {ZipCrc::ignored, ZipCrc::compared}) {
            auto const stream = read->open(entry, crc);
            std::string found;
            for (auto piece = (*stream)->next(); piece && !piece->empty(); piece = (*stream)->next())
                found += text_of(*piece);
            EXPECT_TRUE(found == (entry.is_directory() ? "" : text)) << entry.name;
            EXPECT_TRUE((*stream)->next()->empty());
        }
}

TEST(Zip, streams_of_damaged_members_fail_at_their_end)
{
    auto const wrong_crc = ZipArchive::read(SharedBytes::take(spelled(changed([](auto& m) { m.crc = m.local_crc = 1; }))));
    auto const checked = wrong_crc->open(wrong_crc->entries()[0], ZipCrc::compared);
    EXPECT_EQ(text_of(*(*checked)->next()), "hello");
    EXPECT_EQ((*checked)->next().error().reason, Reason::malformed);
    EXPECT_EQ((*checked)->next().error().reason, Reason::malformed);
    auto const damaged = ZipArchive::read(SharedBytes::take(spelled(changed([](auto& m) { m.packed[0] = '\xFF'; }, deflated_member("a", "hello")))));
    auto const stream = damaged->open(damaged->entries()[0], ZipCrc::compared);
    EXPECT_EQ((*stream)->next().error().reason, Reason::malformed);
    EXPECT_EQ((*stream)->next().error().reason, Reason::malformed);
    auto const unknown = ZipArchive::read(SharedBytes::take(spelled(changed([](auto& m) { m.method = m.local_method = 99; }))));
    EXPECT_EQ(unknown->open(unknown->entries()[0], ZipCrc::ignored).error().reason, Reason::unsupported);
}

TEST(Zip, claims_of_huge_sizes_cost_nothing)
{
    auto m = deflated_member("b", std::string(1000, 'b'));
    m.packed += std::string(1 << 20, 'x');
    m.packed_bytes = m.local_packed_bytes = m.packed.size();
    m.unpacked_bytes = m.local_unpacked_bytes = 1u << 30;
    EXPECT_EQ(answer(spelled(one(m))), "error: 1048587 bytes are said to unpack to 1073741824, the limit is 400 times, member b, central directory entry 0");
    m.unpacked_bytes = m.local_unpacked_bytes = 60u << 20; // free of the ratio
    EXPECT_EQ(answer(spelled(one(m))), "b: error: unpacks to 1000 bytes, 62914560 are stated, member b\n");
}

Archive everything() { return {.members = {torch_member("m/data.pkl", "pickle"), deflated_member("m/b", "bbbbbbbbb"), member("m/c", "c")}, .zip64 = true}; }

TEST(Zip, is_refused_wherever_it_is_cut)
{
    auto const file = spelled(everything());
    ASSERT_FALSE(answer(file).starts_with("error: "));
    for (size_t length = 0; length < file.size(); ++length)
        EXPECT_TRUE(answer(file.substr(0, length)).starts_with("error: ")) << length;
}

// Every byte counts but for dates and the version that wrote it: changed, it gives an error, a finding or another name.
TEST(Zip, notices_almost_any_changed_byte)
{
    auto const file = spelled(everything());
    auto const right = answer(file);
    size_t unnoticed = 0;
    for (size_t place = 0; place < file.size(); ++place)
        for (int bit = 0; bit < 8; ++bit) {
            std::string other = file;
            other[place] = static_cast<char>(other[place] ^ 1 << bit);
            unnoticed += answer(other) == right;
        }
    // For three members: local version and date 6 bytes, central made-by, version and date 8, both attributes 6; versions and disks at the end.
    EXPECT_LE(unnoticed, 8u * (3 * (6 + 8 + 6) + 8));
}

// Of members that are far apart only the headers are read, and not from the mapping.
TEST(Zip, is_read_from_a_file_as_from_memory)
{
    TestFolder const folder;
    std::string const weights(1'000'000, 'w');
    auto const long_name = [](auto& m) { m.name = m.local_name = std::string(400, 'n'); };
    auto const said_otherwise = [](auto& m) { m.local_name = "x"; };
    for (auto const& members : {
             std::vector{torch_member("m/data.pkl", "pickle"), torch_member("m/data/0", weights), torch_member("m/data/1", weights)},
             std::vector{changed(long_name).members[0], torch_member("m/data/0", weights)},
             std::vector{torch_member("m/data/0", weights), changed(said_otherwise).members[0]},
             std::vector{torch_member("m/data/0", weights), changed([](auto& m) { m.before = "gap"; }).members[0]},
         }) {
        auto const file = spelled({.members = members});
        folder.put("model", file);
        auto const mapped = MappedFile::open(folder / "model");
        ASSERT_TRUE(mapped);
        EXPECT_EQ(answer(mapped->shared()), answer(file));
    }
}

std::string joined(std::vector<SharedBytes> const& parts)
{
    std::string text;
    for (auto const& part : parts)
        text += text_of(part.bytes());
    return text;
}

TEST(ZipWriter, writes_what_the_reader_finds_nothing_about)
{
    ZipWriter writer;
    ASSERT_TRUE(writer.add("one.npy", {SharedBytes::take(std::string("hel")), SharedBytes(), SharedBytes::take(std::string("lo")), SharedBytes()}));
    ASSERT_TRUE(writer.add("\xC3\xA9", {}));
    EXPECT_EQ(writer.add("one.npy", {}).error().text(), "the member one.npy is in the archive already");
    EXPECT_EQ(writer.add("../x", {}).error().reason, Reason::refused);
    auto const file = joined(std::move(writer).finish());
    EXPECT_EQ(answer(file), "one.npy: hello\n\xC3\xA9: \n");
    auto const archive = ZipArchive::read(SharedBytes::take(std::string(file)));
    for (auto const& entry : archive->entries())
        EXPECT_EQ(entry.data_offset % ZipWriter::alignment, 0u);
    EXPECT_EQ(archive->find("one.npy"), &archive->entries()[0]);
    EXPECT_EQ(archive->find("two.npy"), nullptr);
    EXPECT_EQ(archive->find("\xFF"), nullptr);
    EXPECT_EQ(archive->checked_content("two.npy").error().reason, Reason::missing);
}

TEST(ZipWriter, writes_more_members_than_16_bits_count)
{
    ZipWriter writer;
    for (int i = 0; i < 70'000; ++i)
        ASSERT_TRUE(writer.add(std::to_string(i), {}));
    auto const archive = ZipArchive::read(SharedBytes::take(joined(std::move(writer).finish())));
    ASSERT_TRUE(archive.has_value()) << archive.error().text();
    EXPECT_EQ(archive->entries().size(), 70'000u);
    EXPECT_TRUE(archive->findings().empty());
}

}
