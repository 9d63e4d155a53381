#include "base/utf8.h"

#include <gtest/gtest.h>

namespace {

TEST(Utf8, is_told_from_other_bytes)
{
    for (std::string_view const text : {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
        EXPECT_TRUE(is_utf8(text)) << text;
    for (std::string_view const text : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF", "\xE2\x82", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"})
        EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
}

TEST(Utf8, of_every_code_point_is_utf8)
{
    for (char32_t code_point = 0; code_point < 0x110010; ++code_point) {
        std::string text;
        bool const exists = code_point <= 0x10FFFF && (code_point < 0xD800 || code_point > 0xDFFF);
        EXPECT_EQ(append_utf8(text, code_point), exists) << static_cast<uint32_t>(code_point);
        EXPECT_EQ(text.empty(), !exists);
        EXPECT_TRUE(is_utf8(text)) << static_cast<uint32_t>(code_point);
    }
}

}

TEST(Utf8, spells_out_what_is_none_or_steers)
{
    EXPECT_EQ(escape_invalid_utf8("a\xffz\n\xc3\xa9"), "a\\xffz\n\xc3\xa9");
    EXPECT_EQ(escape_unprintable("a\n\x1b[31m\t\xff\xc3\xa9"), "a\\n\\x1b[31m\\t\\xff\xc3\xa9");
    EXPECT_EQ(escape_unprintable("x\xe2\x80\xaey\xc2\x85\xf3\xa0\x80\x81"), "x\\u202ey\\x85\\U000e0001");
}
