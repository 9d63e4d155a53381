#include "pickle/input.h"

#include "pickle/assembler.h"
#include "pickle/machine.h"
#include "pickle/render.h"

#include <gtest/gtest.h>

namespace {

using namespace std::string_literals;

// Pieces of one buffer, which is overwritten each time: what was to stay and did not is seen.
class Pieces : public ByteStream {
public:
    Pieces(std::string text, size_t piece)
        : text_(std::move(text)),
          piece_(piece)
    {
    }
    Result<Bytes> next() override
    {
        if (at_ == text_.size() && fails_)
            return malformed("broken stream");
        std::fill(buffer_.begin(), buffer_.end(), '?');
        buffer_ = text_.substr(at_, piece_);
        at_ += buffer_.size();
        return bytes_of(buffer_);
    }
    Pieces& then_fail()
    {
        fails_ = true;
        return *this;
    }

private:
    std::string text_;
    size_t piece_;
    size_t at_ = 0;
    bool fails_ = false;
    std::string buffer_;
};

// `count` zeros after a beginning, without holding them.
class Zeros : public ByteStream {
public:
    Zeros(std::string head, uint64_t count)
        : head_(std::move(head)),
          left_(count)
    {
    }
    Result<Bytes> next() override
    {
        if (!head_.empty()) {
            given_ = std::exchange(head_, {});
            return bytes_of(given_);
        }
        size_t const count = std::min<uint64_t>(left_, zeros_.size());
        left_ -= count;
        return bytes_of(zeros_).first(count);
    }

private:
    std::string head_;
    std::string given_;
    std::string const zeros_ = std::string(1 << 20, '\0');
    uint64_t left_;
};

TEST(PickleInput, takes_across_pieces)
{
    Pieces stream("0123456789", 3);
    PickleInput input(stream);
    EXPECT_FALSE(input.stays());
    EXPECT_EQ(text_of(*input.take(2)), "01");
    EXPECT_EQ(text_of(*input.take(5)), "23456");
    EXPECT_EQ(input.position(), 7);
    EXPECT_EQ(text_of(*input.take_some(100)), "78");
    EXPECT_FALSE(*input.at_end());
    EXPECT_EQ(text_of(*input.take(5)), "9");
    EXPECT_TRUE(*input.at_end());
    EXPECT_TRUE(input.take_some(1)->empty());
    EXPECT_EQ(input.position(), 10);
}

TEST(PickleInput, takes_lines_in_memory_and_across_pieces)
{
    std::string const text = "ab\n\nlong line\nrest";
    for (size_t piece = 0; piece < 20; ++piece) {
        Pieces stream(text, piece);
        PickleInput pieces(stream);
        PickleInput memory(bytes_of(text));
        PickleInput& input = piece == 0 ? memory : pieces;
        EXPECT_EQ(input.take_line(100)->text, "ab");
        auto const empty = *input.take_line(100);
        EXPECT_EQ(empty.text, "");
        EXPECT_EQ(empty.last, 0);
        auto const line = *input.take_line(4);
        EXPECT_EQ(line.text, piece == 0 ? "long line" : "long") << piece;
        EXPECT_EQ(line.length, 9);
        EXPECT_EQ(line.last, 'e');
        EXPECT_EQ(input.position(), 14);
        EXPECT_FALSE(input.take_line(100)->is_ended);
    }
}

TEST(PickleInput, passes_the_failures_of_its_stream_on)
{
    for (std::string const bytes : {"", "U\5abc", "U\5", "S'abc", "X\1"}) {
        Pieces stream(bytes, 2);
        auto const run = run_pickle(stream.then_fail());
        ASSERT_TRUE(run.error);
        EXPECT_EQ(run.error->what, "broken stream") << bytes;
    }
    Pieces stream("", 1);
    PickleInput input(stream.then_fail());
    EXPECT_FALSE(input.at_end());
}

TEST(PickleInput, refuses_more_than_its_limit)
{
    Limits limits;
    limits.bytes = 4;
    Pieces stream("NNNNN.", 2);
    PickleOptions options;
    options.limits = limits;
    EXPECT_EQ(run_pickle(stream, options).error->text(), "a stream of more than 4 bytes, which is the limit");
}

TEST(PickleInput, holds_one_pickle_after_the_other)
{
    std::string const bytes = proto(2) + text("first") + "." + proto(4) + "\x95\2\0\0\0\0\0\0\0K\7."s + "rest";
    for (size_t piece = 1; piece < 10; ++piece) {
        Pieces stream(bytes, piece);
        PickleInput input(stream);
        EXPECT_EQ(text_of(run_pickle(input).pickle.root()), "'first'");
        auto const second = run_pickle(input);
        EXPECT_EQ(text_of(second.pickle.root()), "7");
        EXPECT_EQ(second.pickle.start, 13);
        EXPECT_EQ(second.pickle.end, bytes.size() - 4);
        EXPECT_FALSE(*input.at_end());
        EXPECT_EQ(text_of(*input.take(4)), "rest");
        EXPECT_TRUE(*input.at_end());
    }
}

TEST(PickleStreams, cut_what_is_too_long_to_keep)
{
    std::string const long_text(1'000, 'x');
    std::string const bytes = "(" + text(long_text) + "B" + raw_number(uint32_t{1'000}) + long_text + "V" + long_text + "\nS'" + long_text + "'\nT" + raw_number(int32_t{1'000}) + long_text
        + "\x8b" + raw_number(int32_t{1'000}) + long_text + text("short") + "t.";
    PickleOptions options;
    options.most_kept_each = 300;
    options.most_kept = 1'300;
    Pieces stream(bytes, 77);
    auto const run = run_pickle(stream, options);
    ASSERT_FALSE(run.error) << run.error->text();
    auto const values = run.pickle.root();
    ASSERT_EQ(values.size(), 7);
    size_t const kept[] = {300, 300, 300, 299, 100, 0, 5};
    for (size_t index = 0; index < 7; ++index) {
        auto const value = values.item(index);
        EXPECT_EQ(value.text() ? value.text()->size() : value.bytes()->size(), kept[index]) << index;
        EXPECT_EQ(value.is_cut(), index < 6) << index;
        EXPECT_EQ(value.full_length(), index == 6 ? 5 : index == 3 ? 1'002
                                                                   : 1'000)
            << index;
    }
    EXPECT_EQ(values.full_length(), 0);
    EXPECT_FALSE(values.is_cut());
}

TEST(PickleStreams, cut_text_between_characters_and_check_all_of_it)
{
    std::string euros;
    for (int index = 0; index < 200; ++index)
        euros += "\xe2\x82\xac";
    PickleOptions options;
    options.most_kept_each = 299;
    for (size_t piece = 1; piece < 10; ++piece) {
        Pieces stream(text(euros) + ".", piece);
        auto const run = run_pickle(stream, options);
        ASSERT_FALSE(run.error);
        EXPECT_EQ(*run.pickle.root().text(), euros.substr(0, 297));
        for (std::string const bad : {"\xff", "\xe2\x82", "\xe2\x28"}) {
            Pieces broken(text(euros + bad) + ".", piece);
            EXPECT_EQ(run_pickle(broken, options).error->text(), "BINUNICODE: not UTF-8, byte 0");
        }
        Pieces python2("T" + raw_number(int32_t{600}) + euros + ".", piece);
        EXPECT_EQ(*run_pickle(python2, options).pickle.root().text(), euros.substr(0, 297));
    }
}

TEST(PickleStreams, check_text_that_is_kept_and_text_that_is_not)
{
    PickleOptions options;
    options.most_kept_each = 300;
    for (auto const& [bad, name] : std::initializer_list<std::pair<std::string, char const*>>{
             {"\xff" + std::string(999, 'x'), "in what is kept"},
             {std::string(400, 'x') + "\xff" + std::string(600, 'x'), "behind it, with more to come"},
         }) {
        Pieces stream(text(bad) + ".", 50);
        EXPECT_EQ(run_pickle(stream, options).error->text(), "BINUNICODE: not UTF-8, byte 0") << name;
    }
}

TEST(PickleStreams, cut_lines_of_text_before_an_escape)
{
    PickleOptions options;
    options.most_kept_each = 300;
    std::string const x(280, 'x');
    struct Case {
        char const* name;
        std::string line;
        std::string kept;
    };
    for (auto const& c : {
             Case{"a line that is kept whole", "a\\u00e9", "a\xc3\xa9"},
             Case{"a long one without an escape", std::string(400, 'x'), std::string(300, 'x')},
             Case{"an escape that the cut goes through", x + std::string(15, 'y') + "\\u00e9\\u00e9" + x, x + std::string(15, 'y')},
             Case{"an escape well before it", x + "\\u00e9" + std::string(400, 'y'), x + "\xc3\xa9" + std::string(14, 'y')},
             Case{"backslashes that reach back farther than an escape is long", x + "\\\\\\\\\\\\\\\\\\\\\\\\" + x, x},
         }) {
        Pieces stream("V" + c.line + "\n.", 64);
        auto const run = run_pickle(stream, options);
        ASSERT_FALSE(run.error) << c.name << ": " << run.error->text();
        EXPECT_EQ(*run.pickle.root().text(), c.kept) << c.name;
    }
}

TEST(PickleStreams, read_no_number_whose_line_is_too_long)
{
    PickleOptions options;
    options.most_kept_each = 300;
    Pieces stream("I" + std::string(301, '7') + "\n.", 64);
    EXPECT_EQ(run_pickle(stream, options).error->text(), "INT: a line of 301 bytes, the limit is 300, byte 0");
}

TEST(PickleStreams, do_not_know_a_name_that_was_cut)
{
    PickleOptions options;
    options.most_kept_each = 300;
    Pieces stream(text(std::string(1'000, 'm')) + text("f") + "\x93.", 100);
    auto const run = run_pickle(stream, options);
    EXPECT_EQ(text_of(run.pickle.root()), "?.f");
    EXPECT_EQ(run.pickle.findings.list[0].code, "computed-name");
    Pieces lines("c" + std::string(1'000, 'm') + "\nf\n.", 100);
    EXPECT_EQ(run_pickle(lines, options).error->text(), "GLOBAL: a name of 1000 bytes, the limit is 300, byte 0");
}

TEST(PickleStreams, skip_gigabytes_in_no_memory)
{
    Zeros stream("\x8e" + raw_number(uint64_t{1} << 34), uint64_t{1} << 33);
    auto const run = run_pickle(stream);
    EXPECT_EQ(run.error->text(), "BINBYTES8: cut short: 17179869184 bytes wanted, 8589934592 left, byte 0");
}

}
