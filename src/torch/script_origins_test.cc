#include "torch/script_origins.h"

#include "files/mapped.h"
#include "pickle/machine.h"
#include "torch/torchscript.h"

#include <gtest/gtest.h>

namespace {

// What is said of the lines of "first\nsecond\nthird\n": "1 net.py:8", one after the other.
std::string origins(std::string const& stream)
{
    auto const pickle = read_pickle(bytes_of(stream), {});
    EXPECT_TRUE(pickle) << pickle.error().text();
    Program program;
    read_script_origins(pickle->root(), "first\nsecond\nthird\n", 0, program);
    std::string text;
    for (auto const& [place, origin] : program.origins)
        text += std::to_string(place.second) + " " + origin.file + ":" + std::to_string(origin.line) + " ";
    return text;
}

// (offset, ((text, file, first line), start, end), 0)
std::string range(std::string const& offset, std::string const& source, std::string const& start)
{
    return "(I" + offset + "\n(" + source + "I" + start + "\nI9\ntI0\nt";
}
std::string const source = "(Va\\u000ab\\u000ac\nVnet.py\nI7\nt";

TEST(ScriptOrigins, first_place_of_a_line_says_where_it_is_from)
{
    EXPECT_EQ(origins("(" + range("0", source, "0") + range("3", source, "4") + range("8", source, "2") + "t."), "1 net.py:7 2 net.py:8 ");
    std::string const by_table = "(V\nVa\\u000a\nVb\\u000a\nVnet.py\nt"; // "", "a\n", "b\n", "net.py"
    EXPECT_EQ(origins("(VFORMAT_WITH_STRING_TABLE\n" + by_table + "(" + range("13", "((lI1\naI2\naI3\nI7\nt", "2") + "tt."), "3 net.py:8 ");
}

TEST(ScriptOrigins, other_forms_say_nothing)
{
    EXPECT_EQ(origins("N."), "");
    EXPECT_EQ(origins("(" + range("-1", source, "0") + range("400", source, "0") + range("0", source, "-1") + "t."), "");
    EXPECT_EQ(origins("(" + range("0", "(Va\nVnet.py\nI-7\nt", "0") + range("0", "(Va\nV<string>\nI7\nt", "0") + range("0", "(Va\nV\nI7\nt", "0") + range("0", "(I1\nt", "0") + "N(I0\nNt" + "t."), "");
    EXPECT_EQ(origins("(VFORMAT_WITH_STRING_TABLE\n(t(" + range("0", "((lI99\naI0\nI7\nt", "2") + "tt."), "");
}

TEST(ScriptOrigins, of_a_file_name_the_users_lines)
{
    auto mapped = MappedFile::open("tests/data/messages/G01.pt");
    ASSERT_TRUE(mapped);
    auto const file = read_torchscript(mapped->shared());
    ASSERT_TRUE(file) << file.error().text();
    auto const said = file->program.user_text({0, 8});
    ASSERT_TRUE(said);
    EXPECT_TRUE(said->ends_with("messages/make.py:16 (code/__torch__.py:8)")) << *said;
    EXPECT_FALSE(file->program.user_text({0, 1}));
}

}
