#include "files/spool.h"

#include "files/packed.h"
#include "files/test_folder.h"

#include <unistd.h>

namespace {

TEST(Spool, keeps_little_in_memory_and_much_in_a_file_without_a_name)
{
    TestFolder const folder;
    for (size_t const bytes : {size_t{0}, size_t{5}, most_spooled_in_memory, most_spooled_in_memory + 1, 2 * most_spooled_in_memory}) {
        std::string text(bytes, 'x');
        if (bytes != 0)
            text.back() = 'y';
        PiecewiseStream stream(text, 1'000'000);
        auto const spooled = spool(stream, folder.path());
        ASSERT_TRUE(spooled.has_value());
        EXPECT_TRUE(text_of(spooled->bytes()) == text) << bytes;
        EXPECT_TRUE(folder.names().empty());
    }
}

TEST(NamelessFile, is_written_by_whoever_has_it_and_read_whole)
{
    TestFolder const folder;
    auto file = NamelessFile::create(folder.path());
    ASSERT_TRUE(file.has_value());
    EXPECT_TRUE(folder.names().empty());
    EXPECT_EQ(file->map({})->size(), 0u);
    ASSERT_TRUE(file->add(bytes_of("hello")).has_value());
    ASSERT_EQ(::write(file->descriptor(), " you", 4), 4);
    auto const moved = *std::move(file);
    EXPECT_EQ(text_of(moved.map({})->bytes()), "hello you");
    EXPECT_EQ(moved.map({.bytes = 4}).error().reason, Reason::exhausted);
    EXPECT_EQ(NamelessFile::create("/no/such/folder").error().reason, Reason::missing);
}

TEST(Spool, keeps_within_its_limit)
{
    TestFolder const folder;
    PiecewiseStream stream("hello", 1);
    EXPECT_EQ(spool(stream, folder.path(), {.unpacked_bytes = 4}).error().reason, Reason::exhausted);
}

TEST(Spool, says_why_there_is_no_room)
{
    std::string const text(most_spooled_in_memory + 1, 'x');
    PiecewiseStream one(text, 1u << 20);
    auto const nowhere = spool(one, "/no/such/folder");
    ASSERT_FALSE(nowhere.has_value());
    EXPECT_EQ(nowhere.error().reason, Reason::missing);
    PiecewiseStream two(text, 1u << 20);
    EXPECT_NE(spool(two, "/proc").error().text().find("a temporary file in /proc"), std::string::npos);
}

TEST(Spool, fails_as_its_stream_does)
{
    TestFolder const folder;
    Decompressor decompressor(Compression::zlib, SharedBytes::take(std::string("\x78\x9C\xFF\xFF\xFF\xFF")));
    EXPECT_EQ(spool(decompressor, folder.path()).error().reason, Reason::malformed);
}

}
