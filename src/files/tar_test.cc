#include "files/tar.h"

#include "files/packed.h"

#include <cstdio>
#include <functional>

namespace {

std::string zeros(size_t count) { return std::string(count, '\0'); }

std::string octal(uint64_t number, int digits)
{
    char text[32];
    std::snprintf(text, sizeof text, "%0*llo", digits, static_cast<unsigned long long>(number));
    return text;
}

void put(std::string& block, size_t place, std::string const& text) { block.replace(place, text.size(), text); }

void sum_up(std::string& block)
{
    put(block, 148, std::string(8, ' '));
    uint64_t sum = 0;
    for (unsigned char const byte : block)
        sum += byte;
    put(block, 148, octal(sum, 6) + zeros(1) + " ");
}

// A ustar header; `change` may do to it what it likes before it is summed up.
std::string header(std::string const& name, char type, uint64_t size, std::function<void(std::string&)> change = {})
{
    std::string block(512, '\0');
    put(block, 0, name);
    put(block, 100, "0000644");
    put(block, 108, "0000000");
    put(block, 116, "0000000");
    put(block, 124, octal(size, 11));
    put(block, 136, "00000000000");
    block[156] = type;
    put(block, 257, std::string("ustar\0"
                                "00",
                        8));
    if (change)
        change(block);
    sum_up(block);
    return block;
}

std::string padded(std::string const& content) { return content + zeros((512 - content.size() % 512) % 512); }
std::string file(std::string const& name, std::string const& content, std::function<void(std::string&)> change = {}) { return header(name, '0', content.size(), std::move(change)) + padded(content); }
std::string before(char type, std::string const& content) { return header("././@LongLink", type, content.size()) + padded(content); }
std::string const end = zeros(1024);

std::string record(std::string const& key, std::string const& value)
{
    size_t length = key.size() + value.size() + 3;
    size_t whole = length + std::to_string(length).size();
    whole = length + std::to_string(whole).size();
    return std::to_string(whole) + " " + key + "=" + value + "\n";
}

std::string pax(std::string const& key, std::string const& value) { return before('x', record(key, value)); }

void set_gnu(std::string& block) { put(block, 257, std::string("ustar  \0", 8)); }

std::string members_of(TarReader reader, bool in_place)
{
    constexpr std::string_view kinds = "fdhls";
    std::string text;
    std::string broken;
    while (true) {
        auto const member = reader.next();
        if (!member) {
            EXPECT_EQ(reader.next().error().text(), member.error().text());
            broken = "error: " + member.error().text();
            break;
        }
        if (!*member)
            break;
        text += std::string(1, kinds[static_cast<size_t>((*member)->type)]) + " " + (*member)->name + (*member)->link_name + "=";
        if (in_place) {
            text += text_of(reader.content_in_place()->bytes());
        } else {
            Result<Bytes> piece = reader.content().next();
            for (; piece && !piece->empty(); piece = reader.content().next())
                text += text_of(*piece);
        }
        text += "\n";
    }
    for (auto const& finding : reader.findings())
        text += "! " + finding.code + " " + finding.entry + "\n";
    for (auto const& note : reader.notes())
        text += "? " + note.code + " " + note.entry + "\n";
    return text + broken;
}

std::string answer(std::string const& archive, Limits const& limits = {}) { return members_of(TarReader(SharedBytes::take(std::string(archive)), limits), true); }
std::string answer_in_pieces(std::string const& archive, size_t piece) { return members_of(TarReader(std::make_unique<PiecewiseStream>(archive, piece)), false); }

struct Case {
    char const* name;
    std::string archive;
    std::string answer;
};

std::string const long_name = std::string(120, 'n');

std::vector<Case> const cases{
    {"an archive of nothing", end, ""},
    {"files", file("a", "hello") + file("b", "") + file("c", std::string(512, 'c')) + end, "f a=hello\nf b=\nf c=" + std::string(512, 'c') + "\n"},
    {"the rest of the last record is zeros", file("a", "hello") + end + zeros(8192), "f a=hello\n"},
    {"directories", header("d/", '5', 0) + header("e", '5', 0) + header("f/", '0', 0) + header("g/", '\0', 0) + end, "d d=\nd e=\nd f=\nd g=\n"},
    {"the folder itself", header("./", '5', 0) + header(".", '5', 0) + file("./a", "x") + end, "d =\nd .=\nf a=x\n"},
    {"a directory twice", header("d/", '5', 0) + header("d/", '5', 0) + end, "d d=\nd d=\n"},
    {"a prefix", file("b", "x", [](auto& block) { put(block, 345, "a"); }) + end, "f a/b=x\n"},
    {"a contiguous file is a file", header("a", '7', 0) + end, "f a=\n"},
    {"an old file", header("a", '\0', 1, [](auto& block) { put(block, 257, zeros(8)); }) + padded("x") + end, "f a=x\n"},
    {"GNU's long name", before('L', long_name + zeros(1)) + file("short", "x", set_gnu) + end, "f " + long_name + "=x\n"},
    {"GNU's long name of a link", before('K', long_name + zeros(1)) + header("l", '2', 0, set_gnu) + end, "l l" + long_name + "=\n! link l\n"},
    {"pax's long name", pax("path", long_name) + file("short", "x") + end, "f " + long_name + "=x\n"},
    {"pax's long name of a link", pax("linkpath", long_name) + header("l", '2', 0) + end, "l l" + long_name + "=\n! link l\n"},
    {"pax says much", before('x', record("mtime", "1.5") + record("comment", "a=b") + record("SCHILY.xattr.user.x", "y")) + file("a", "x") + end, "f a=x\n"},
    {"pax for all may say little", before('g', record("comment", "0123")) + file("a", "x") + end, "f a=x\n"},
    {"GNU's large numbers", file("a", "hello", [](auto& block) { put(block, 124, "\x80" + zeros(10) + "\5"); put(block, 136, std::string(12, '\xFF')); }) + end, "f a=hello\n"},
    {"numbers padded by spaces", file("a", "hello", [](auto& block) { put(block, 124, "         5 \0"); }) + end, "f a=hello\n"},
    {"no numbers at all", header("a", '5', 0, [](auto& block) { put(block, 100, zeros(48)); }) + end, "d a=\n"},

    {"names that leave", file("../a", "x") + end, "f ../a=x\n! unsafe-name ../a\n"},
    {"names from the root", file("/a", "x") + end, "f /a=x\n! unsafe-name /a\n"},
    {"names that hide in a prefix", file("a", "x", [](auto& block) { put(block, 345, "/etc"); }) + end, "f /etc/a=x\n! unsafe-name /etc/a\n"},
    {"names of no text", file("\xFF", "x") + end, "f \xFF=x\n! unsafe-name \xFF\n"},
    {"no name", file("", "x") + end, "f =x\n! unsafe-name \n"},
    {"a NUL in pax's name", pax("path", std::string("a\0b", 3)) + file("a", "x") + end, std::string("f a\0b=x\n! unsafe-name a\0b\n", 26)},
    {"hard links", header("a", '1', 0, [](auto& block) { put(block, 157, "b"); }) + end, "h ab=\n! link a\n"},
    {"devices and FIFOs", header("a", '3', 0) + header("b", '4', 0) + header("c", '6', 0) + end, "s a=\ns b=\ns c=\n! special-file a\n! special-file b\n! special-file c\n"},
    {"one name twice", file("a", "1") + file("./a", "2") + end, "f a=1\nf a=2\n! duplicate-name a\n"},
    {"a file in place of a directory", header("a/", '5', 0) + file("a", "2") + end, "d a=\nf a=2\n! duplicate-name a\n"},
    {"unknown kinds", header("a", 'q', 1) + padded("x") + end, "f a=x\n! tar-type a\n"},
    {"a prefix that only some readers see", file("a", "x", [](auto& block) { set_gnu(block); put(block, 345, "b"); }) + end, "f a=x\n! tar-header a\n"},
    {"an unknown form", file("a", "x", [](auto& block) { put(block, 257, "posix"); }) + end, "f a=x\n! tar-header a\n"},
    {"bytes in the padding", header("a", '0', 1) + "x" + "y" + zeros(510) + end, "f a=x\n! padding a\n"},
    {"members behind the end", file("a", "x") + end + file("b", "y"), "f a=x\n! trailing-bytes \n"},
    {"members behind one block of zeros", file("a", "x") + zeros(512) + file("b", "y") + end, "f a=x\n! trailing-bytes \n"},
    {"bytes behind the end", file("a", "x") + end + "junk", "f a=x\n! trailing-bytes \n"},
    {"names that clash", file("a/B", "x") + file("A/b", "y") + file("\xC3\xA9", "") + file("e\xCC\x81", "") + end, "f a/B=x\nf A/b=y\nf \xC3\xA9=\nf e\xCC\x81=\n? name-clash A/b\n? name-clash e\xCC\x81\n"},
    {"names that Windows keeps", file("a/NUL.txt", "") + file("com1", "") + file("com0", "") + file("console", "") + file("b./a", "") + header("aux/", '5', 0) + end, "f a/NUL.txt=\nf com1=\nf com0=\nf console=\nf b./a=\nd aux=\n? reserved-name a/NUL.txt\n? reserved-name com1\n? reserved-name b./a\n? reserved-name aux\n"},

    {"nothing", "", "error: cut short: the blocks of zeros at its end are not there, byte 0"},
    {"no end", file("a", "x"), "f a=x\nerror: cut short: the blocks of zeros at its end are not there, byte 1024"},
    {"half an end", file("a", "x") + zeros(512), "f a=x\nerror: cut short: one block of zeros ends it, wanted two, byte 1536"},
    {"a wrong checksum", file("a", "x") + std::string(512, 'x'), "f a=x\nerror: a header whose checksum is wrong, byte 1024"},
    {"a negative size", header("a", '0', 0, [](auto& block) { put(block, 124, std::string(12, '\xFF')); }) + end, "error: a negative size, byte 0"},
    {"an enormous size", header("a", '0', 0, [](auto& block) { put(block, 124, "\x80" + std::string(11, '\x7F')); }) + end, "error: a number beyond all sizes, field \"size\", byte 0"},
    {"a very large size", header("a", '0', 0, [](auto& block) { put(block, 124, "\x80" + zeros(3) + "\x7F" + zeros(7)); }) + end, "error: a size of 9151314442816847872 bytes, header at byte 0"},
    {"a size with a sign", header("a", '0', 0, [](auto& block) { put(block, 124, "-0000000001"); }) + end, "error: something else than octal digits, field \"size\", byte 0"},
    {"a size with an underscore", header("a", '0', 0, [](auto& block) { put(block, 124, "0000000_001"); }) + end, "error: something else than octal digits, field \"size\", byte 0"},
    {"a size behind a NUL", header("a", '0', 0, [](auto& block) { put(block, 124, zeros(1) + "0000000001"); }) + end, "error: something else than octal digits, field \"size\", byte 0"},
    {"a time that is none", header("a", '0', 0, [](auto& block) { put(block, 136, "yesterday"); }) + end, "error: something else than octal digits, field \"time\", byte 0"},
    {"a directory with content", header("a/", '5', 1) + padded("x") + end, "error: what is no file has 1 bytes of content, which some readers take for the next members, header at byte 0"},
    {"a link with content", header("a", '1', 1) + padded("x") + end, "error: what is no file has 1 bytes of content, which some readers take for the next members, header at byte 0"},
    {"GNU's sparse files", header("a", 'S', 0) + end, "error: a sparse member: readers fill its holes, or do not, header at byte 0"},
    {"pax's sparse files", pax("GNU.sparse.major", "1") + file("a", "") + end, "error: a sparse member: readers fill its holes, or do not, header at byte 0"},
    {"several volumes", header("a", 'M', 0) + end, "error: a member of the kind 'M', as only incremental, divided or Solaris archives have them, header at byte 0"},
    {"two long names", before('L', "a") + before('L', "b") + file("c", "") + end, "error: two long names for one member, header at byte 1024"},
    {"a long name of two kinds", before('L', "a") + pax("path", "b") + file("c", "") + end, "error: two long names for one member, header at byte 1024"},
    {"two long names of links", before('K', "a") + pax("linkpath", "b") + file("c", "") + end, "error: two long names of links for one member, header at byte 1024"},
    {"two pax sizes", pax("size", "0") + pax("size", "0") + file("c", "") + end, "error: two pax sizes for one member, header at byte 1024"},
    {"a long name that goes on", before('L', std::string("a\0b", 3)) + file("c", "") + end, "error: a long name goes on behind its end, header at byte 0"},
    {"a long name for nothing", before('L', "a") + end, "error: a long name or pax header without a member, byte 1024"},
    {"a long name of a megabyte", header("", 'L', 2u << 20) + end, "error: a long name or pax header of 2097152 bytes, the limit is 1048576, header at byte 0"},
    {"bytes behind a long name", header("", 'L', 1) + "ab" + zeros(510) + end, "error: bytes other than zeros fill up the last block of a long name or pax header, header at byte 0"},
    {"one name for all", before('g', record("path", "a")) + file("b", "") + end, "error: a pax header that names or sizes all members at once, header at byte 0"},
    {"two sizes", pax("size", "2") + file("a", "x") + end, "error: a size of 1 in its header, of 2 in its pax header, header at byte 1024"},
    {"a pax size that needs none", pax("size", "1") + header("a", '0', 0) + padded("x") + end, "error: a size of 0 in its header, of 1 in its pax header, header at byte 1024"},
    {"one size twice", pax("size", "1") + file("a", "x") + end, "f a=x\n"},
    {"a pax size that is none", pax("size", "-1") + file("a", "x") + end, "error: the pax record \"size\" is no whole number, header at byte 0"},
    {"a pax record twice", before('x', record("path", "a") + record("path", "b")) + file("c", "") + end, "error: the pax record \"path\" stands twice, header at byte 0"},
    {"a pax record of another length", before('x', "99 path=a\n") + file("c", "") + end, "error: a pax record that does not have the length it states, header at byte 0"},
    {"a pax record without a key", before('x', "6 =ab\n") + file("c", "") + end, "error: a pax record without a key, header at byte 0"},
    {"a file beyond the end", header("a", '0', 600) + zeros(512), "error: cut short: 600 bytes wanted, 512 left, header at byte 0"},
};

TEST(Tar, answers)
{
    for (auto const& c : cases)
        EXPECT_EQ(answer(c.archive), c.answer) << c.name;
}

TEST(Tar, does_not_care_how_its_bytes_come)
{
    for (auto const& c : cases)
        for (size_t const piece : {size_t{100}, size_t{512}, size_t{5000}}) {
            auto const streamed = answer_in_pieces(c.archive, piece);
            auto const cut = std::string(c.name) == "a file beyond the end"; // a stream cannot know before
            EXPECT_EQ(streamed, cut ? "f a=" + zeros(512) + "\nerror: cut short: 88 more bytes wanted, byte 1024, member a" : c.answer) << c.name;
        }
}

TEST(Tar, is_told_by_its_checksum)
{
    EXPECT_TRUE(is_tar(bytes_of(file("a", "x"))));
    EXPECT_FALSE(is_tar(bytes_of(zeros(512))));
    EXPECT_FALSE(is_tar(bytes_of(std::string(512, 'x'))));
    EXPECT_FALSE(is_tar(bytes_of(file("a", "x").substr(0, 511))));
}

TEST(Tar, keeps_within_its_limits)
{
    auto const two = file("a", "") + file("b", "") + end;
    EXPECT_EQ(answer(two, {.entries = 1}), "f a=\nerror: more than the limit of 1 members, header at byte 512");
    EXPECT_EQ(answer(before('L', long_name) + two, {.document_bytes = 100}), "error: the members' names have more than the limit of 100 bytes, header at byte 1024");
    EXPECT_EQ(answer(before('g', "") + before('g', "") + end, {.entries = 1}), "error: more than the limit of 1 members");
}

TEST(Tar, gives_the_archives_own_bytes)
{
    auto const archive = SharedBytes::take(file("a", "hello") + end);
    TarReader reader(archive);
    ASSERT_TRUE(reader.next()->has_value());
    EXPECT_EQ(reader.content_in_place()->bytes().data(), archive.bytes().data() + 512);
    TarReader streamed(std::make_unique<SharedByteStream>(archive));
    ASSERT_TRUE(streamed.next()->has_value());
    EXPECT_EQ(streamed.content_in_place(), std::nullopt);
    EXPECT_FALSE(streamed.next()->has_value());
}

std::string everything() { return pax("path", "dir/long") + file("a", "hello") + before('L', "other") + file("b", std::string(700, 'b'), set_gnu) + header("d/", '5', 0) + end; }

TEST(Tar, is_malformed_wherever_it_is_cut)
{
    auto const archive = everything();
    for (size_t length = 0; length < archive.size(); ++length) {
        EXPECT_NE(answer(archive.substr(0, length)).find("error: "), std::string::npos) << length;
        EXPECT_NE(answer_in_pieces(archive.substr(0, length), 1000).find("error: "), std::string::npos) << length;
    }
}

TEST(Tar, notices_every_changed_byte)
{
    auto const archive = everything();
    auto const right = answer(archive);
    for (size_t place = 0; place < archive.size(); ++place)
        for (int bit = 0; bit < 8; ++bit) {
            auto changed = archive;
            changed[place] = static_cast<char>(changed[place] ^ 1 << bit);
            // In a checksum a space, NUL or 0 may stand for another; behind the second block of zeros nothing is left.
            bool const in_checksum = place % 512 >= 148 && place % 512 < 156;
            EXPECT_TRUE(in_checksum || answer(changed) != right) << place << " " << bit;
        }
}

TEST(Tar, with_many_members_takes_no_time)
{
    std::string archive;
    for (int index = 0; index < 100'000; ++index)
        archive += header("folder/" + std::to_string(index), '0', 0);
    TarReader reader(SharedBytes::take(archive + end));
    int count = 0;
    while (*reader.next())
        ++count;
    EXPECT_EQ(count, 100'000);
    EXPECT_TRUE(reader.findings().empty());
    EXPECT_TRUE(reader.notes().empty());
}

}
