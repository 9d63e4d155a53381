#include "files/compression.h"

#include "files/packed.h"

namespace {

// What comes out, and how it ends.
struct Answer {
    std::string text;
    std::string end; // the error, or "left over N" where anything is
};

Answer drained(Decompressor& decompressor)
{
    Answer answer;
    while (true) {
        auto const piece = decompressor.next();
        if (!piece) {
            EXPECT_EQ(decompressor.next().error().text(), piece.error().text());
            return {answer.text, piece.error().text()};
        }
        if (piece->empty())
            break;
        answer.text += text_of(*piece);
    }
    EXPECT_TRUE(decompressor.next()->empty());
    auto const left = decompressor.left_over();
    if (left->bytes != 0)
        answer.end = "left over " + std::to_string(left->bytes) + " from " + std::to_string(decompressor.packed_bytes()) + ": " + left->head;
    EXPECT_EQ(decompressor.unpacked_bytes(), answer.text.size());
    return answer;
}

Answer unpacked(Compression compression, std::string packed, Limits const& limits = {})
{
    Decompressor decompressor(compression, SharedBytes::take(std::move(packed)), limits);
    return drained(decompressor);
}

// Something that packs well, and badly.
std::string sample(size_t bytes)
{
    std::string text;
    uint32_t state = 1;
    while (text.size() < bytes) {
        state = state * 1664525u + 1013904223u;
        text += std::to_string(state >> 8) + " hullmark ";
    }
    text.resize(bytes);
    return text;
}

TEST(Compression, gives_what_was_packed)
{
    for (auto const compression : all_compressions)
        for (size_t const bytes : {size_t{0}, size_t{1}, size_t{1000}, Decompressor::piece_bytes, size_t{1} << 21}) {
            auto const text = sample(bytes);
            auto const packed = packed_by(compression, text);
            auto const whole = unpacked(compression, packed);
            EXPECT_EQ(whole.end, "") << name_of(compression);
            EXPECT_TRUE(whole.text == text) << name_of(compression) << " " << bytes;
            EXPECT_EQ(compression_of(bytes_of(packed)), compression) << name_of(compression) << " " << bytes;
        }
}

TEST(Compression, does_not_care_how_the_packed_bytes_come)
{
    auto const text = sample(300'000);
    for (auto const compression : all_compressions) {
        auto const packed = packed_by(compression, text) + (compression == Compression::zlib ? "" : packed_by(compression, "more"));
        for (size_t const piece : {size_t{1}, size_t{7}, size_t{4096}}) {
            Decompressor decompressor(compression, std::make_unique<PiecewiseStream>(packed, piece));
            auto const answer = drained(decompressor);
            EXPECT_EQ(answer.end, "") << name_of(compression) << piece;
            EXPECT_TRUE(answer.text == text + (compression == Compression::zlib ? "" : "more")) << name_of(compression) << piece;
            EXPECT_EQ(decompressor.packed_bytes(), packed.size());
        }
    }
}

TEST(Compression, may_lie_in_one_another)
{
    std::string packed = "hello";
    std::unique_ptr<ByteStream> stream;
    for (auto const compression : all_compressions)
        packed = packed_by(compression, packed);
    stream = std::make_unique<SharedByteStream>(SharedBytes::take(packed));
    for (int index = 6; index >= 0; --index)
        stream = std::make_unique<Decompressor>(all_compressions[index], std::move(stream));
    EXPECT_EQ(text_of(*stream->next()), "hello");
    EXPECT_TRUE(stream->next()->empty());
}

struct LeftOverCase {
    char const* name;
    Compression compression;
    std::string behind;
    std::string text;
    std::string end;
};

std::string zeros(size_t count) { return std::string(count, '\0'); }

TEST(Compression, tells_what_follows_its_last_member)
{
    std::string const xz = packed_by(Compression::xz, "b");
    std::vector<LeftOverCase> const cases{
        {"a zlib stream stands alone", Compression::zlib, packed_by(Compression::zlib, "b"), "a", "left over 9 from 9: " + packed_by(Compression::zlib, "b")},
        {"gzip members follow one another", Compression::gzip, packed_by(Compression::gzip, "b"), "ab", ""},
        {"zeros may stand behind gzip", Compression::gzip, zeros(5), "a", ""},
        {"zeros may stand between gzip members", Compression::gzip, zeros(5) + packed_by(Compression::gzip, "b"), "ab", ""},
        {"junk behind gzip is left over", Compression::gzip, "junk", "a", "left over 4 from 21: junk"},
        {"junk behind gzip's zeros is left over", Compression::gzip, zeros(3) + "junk", "a", "left over 4 from 24: junk"},
        {"a gzip member that is cut short is no junk", Compression::gzip, "\x1F\x8B", "a", "cut short after 1 unpacked bytes, packed byte 23, gzip data"},
        {"bzip2 streams follow one another", Compression::bzip2, packed_by(Compression::bzip2, "b"), "ab", ""},
        {"junk behind bzip2 is left over", Compression::bzip2, "BZh9junk", "a", "left over 8 from 37: BZh9junk"},
        {"zeros behind bzip2 are left over", Compression::bzip2, zeros(1), "a", "left over 1 from 37: " + zeros(1)},
        {"xz streams follow one another", Compression::xz, xz, "ab", ""},
        {"xz streams are padded in fours", Compression::xz, zeros(8) + xz, "ab", ""},
        {"xz may end with padding in fours", Compression::xz, zeros(4), "a", ""},
        {"other padding behind xz is left over", Compression::xz, zeros(3), "a", "left over 3 from 60: " + zeros(3)},
        {"other padding between xz streams is left over", Compression::xz, zeros(3) + xz, "a", "left over " + std::to_string(3 + xz.size()) + " from 60: " + zeros(3) + xz},
        {"junk behind padding of xz is left over with it", Compression::xz, zeros(4) + "junk", "a", "left over 8 from 60: " + zeros(4) + "junk"},
        {"lzma is not xz", Compression::xz, packed_by(Compression::lzma, "b"), "a", "left over " + std::to_string(packed_by(Compression::lzma, "b").size()) + " from 60: " + packed_by(Compression::lzma, "b")},
        {"lzma members follow one another", Compression::lzma, packed_by(Compression::lzma, "b"), "ab", ""},
        {"junk behind lzma is left over", Compression::lzma, "junk", "a", "left over 4 from " + std::to_string(packed_by(Compression::lzma, "a").size()) + ": junk"},
        {"lz4 frames follow one another", Compression::lz4, packed_by(Compression::lz4, "b"), "ab", ""},
        {"junk behind lz4 is left over", Compression::lz4, "junk", "a", "left over 4 from " + std::to_string(packed_by(Compression::lz4, "a").size()) + ": junk"},
        {"zstd frames follow one another", Compression::zstd, packed_by(Compression::zstd, "b"), "ab", ""},
        {"junk behind zstd is left over", Compression::zstd, "junk", "a", "left over 4 from " + std::to_string(packed_by(Compression::zstd, "a").size()) + ": junk"},
        {"one byte is junk enough", Compression::zstd, "j", "a", "left over 1 from " + std::to_string(packed_by(Compression::zstd, "a").size()) + ": j"},
    };
    for (auto const& c : cases)
        for (size_t const piece : {size_t{1}, size_t{1000}}) {
            Decompressor decompressor(c.compression, std::make_unique<PiecewiseStream>(packed_by(c.compression, "a") + c.behind, piece));
            auto const answer = drained(decompressor);
            EXPECT_EQ(answer.text, c.text) << c.name;
            EXPECT_EQ(answer.end, c.end) << c.name;
        }
}

TEST(Compression, counts_what_frames_to_skip_hold)
{
    std::string const frame = "\x5A\x2A\x4D\x18" + std::string("\4\0\0\0", 4) + "evil";
    for (auto const compression : {Compression::lz4, Compression::zstd}) {
        auto const packed = frame + packed_by(compression, "a") + frame + packed_by(compression, "b") + frame;
        EXPECT_EQ(compression_of(bytes_of(packed)), compression);
        Decompressor decompressor(compression, SharedBytes::take(packed));
        EXPECT_EQ(drained(decompressor).text, "ab");
        EXPECT_EQ(decompressor.skipped_bytes(), 3 * frame.size());
    }
    EXPECT_EQ(compression_of(bytes_of(frame)), Compression::zstd);
}

TEST(Compression, is_malformed_wherever_it_is_cut)
{
    auto const text = sample(3000);
    for (auto const compression : all_compressions) {
        auto const packed = packed_by(compression, text);
        for (size_t length = 0; length < packed.size(); ++length) {
            auto const answer = unpacked(compression, packed.substr(0, length));
            EXPECT_NE(answer.end, "") << name_of(compression) << length;
            EXPECT_FALSE(answer.end.starts_with("left over")) << name_of(compression) << length;
            EXPECT_TRUE(text.starts_with(answer.text));
        }
    }
}

// Each format here has a checksum of its content: what comes out is right or there is an error.
TEST(Compression, notices_changed_bytes)
{
    auto const text = sample(300);
    for (auto const compression : all_compressions) {
        if (compression == Compression::lzma)
            continue; // has none
        auto const packed = packed_by(compression, text);
        for (size_t place = 0; place < packed.size(); ++place)
            for (int bit = 0; bit < 8; ++bit) {
                auto changed = packed;
                changed[place] = static_cast<char>(changed[place] ^ 1 << bit);
                auto const answer = unpacked(compression, changed);
                EXPECT_TRUE(answer.text == text || !answer.end.empty()) << name_of(compression) << " " << place << " " << bit;
            }
    }
}

TEST(Compression, gives_what_stands_before_the_damage)
{
    auto const text = sample(1u << 20);
    for (auto const compression : all_compressions) {
        auto packed = packed_by(compression, text);
        for (size_t place = packed.size() - packed.size() / 4; place < packed.size(); ++place)
            packed[place] = static_cast<char>(place * 7);
        auto const answer = unpacked(compression, packed);
        EXPECT_NE(answer.end, "") << name_of(compression);
        EXPECT_GT(answer.text.size(), text.size() / 4) << name_of(compression);
        EXPECT_TRUE(answer.text.starts_with(text.substr(0, text.size() / 4))) << name_of(compression);
    }
}

TEST(Compression, keeps_within_its_limits)
{
    for (auto const compression : all_compressions) {
        auto const packed = packed_by(compression, std::string(100'000, 'a'));
        EXPECT_EQ(unpacked(compression, packed, {.unpacked_bytes = 100'000}).end, "") << name_of(compression);
        Decompressor decompressor(compression, SharedBytes::take(packed), {.unpacked_bytes = 99'999});
        EXPECT_EQ(decompressor.next().error().reason, Reason::exhausted) << name_of(compression);
    }
    auto const zeros_packed = packed_by(Compression::zstd, std::string(300u << 20, '\0'));
    Decompressor decompressor(Compression::zstd, SharedBytes::take(zeros_packed));
    Result<Bytes> piece;
    do
        piece = decompressor.next();
    while (piece && !piece->empty());
    ASSERT_FALSE(piece.has_value());
    EXPECT_EQ(piece.error().reason, Reason::exhausted);
    EXPECT_GT(decompressor.unpacked_bytes(), Decompressor::bytes_free_of_ratio);
}

TEST(Compression, takes_no_history_beyond_its_limit)
{
    lzma_options_lzma options;
    lzma_lzma_preset(&options, 1);
    std::string packed = packed_by(Compression::lzma, "hello");
    packed[4] = '\x20'; // a dictionary of 512 MiB
    Decompressor lzma(Compression::lzma, SharedBytes::take(packed));
    EXPECT_EQ(lzma.next().error().reason, Reason::exhausted);
    // A window of 2^31 bytes: exponent 21 over 2^10, no content size.
    std::string const frame = std::string("\x28\xB5\x2F\xFD\x00", 5) + std::string(1, static_cast<char>(21 << 3)) + std::string("\1\0\0", 3);
    Decompressor zstd(Compression::zstd, SharedBytes::take(frame));
    EXPECT_EQ(zstd.next().error().reason, Reason::exhausted);
}

struct HeadCase {
    char const* name;
    std::string head;
    std::optional<Compression> compression;
};

TEST(Compression, is_told_by_its_first_bytes)
{
    std::vector<HeadCase> cases{
        {"nothing", "", std::nullopt},
        {"a pickle", "\x80\x04\x95", std::nullopt},
        {"a zip", "PK\3\4", std::nullopt},
        {"a word with the two bytes of zlib", "x^2 + y^2 = z^2", std::nullopt},
        {"another such word", "hClass Foo", std::nullopt},
        {"zlib that needs a dictionary", "\x78\xBB\1\2\3\4", std::nullopt},
        {"damaged zlib is zlib", "\x78\x9C\xFF\xFF\xFF\xFF", Compression::zlib},
        {"text that begins as bzip2", "BZh9 is a format", std::nullopt},
        {"bzip2 of nothing", "BZh9\x17rE8P\x90", Compression::bzip2},
        {"half a signature of xz", "\xFD"
                                   "7z",
            std::nullopt},
        {"] and zeros", std::string("]\0\0\0\0\0\0\0\0\0\0\0\0\0", 14), std::nullopt},
        {"lzma with a dictionary of no round size", std::string("]\0\0\x11\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0", 14), std::nullopt},
        {"lzma with a dictionary and a half", std::string("]\0\0\x30\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0", 14), Compression::lzma},
        {"lzma of an impossible size", std::string("]\0\0\x10\0\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0", 14), std::nullopt},
        {"lzma that begins with no range coder", std::string("]\0\0\x10\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\1", 14), std::nullopt},
        {"lz4 of the old form", "\2\x21\x4C\x18", std::nullopt},
    };
    for (auto const& c : cases)
        EXPECT_EQ(compression_of(bytes_of(c.head)), c.compression) << c.name;
    for (int level = 0; level <= 9; ++level)
        for (int window = 9; window <= 15; ++window)
            EXPECT_EQ(compression_of(bytes_of(deflated(sample(2000), window, level)).first(512)), Compression::zlib) << level << " " << window;
    for (unsigned preset = 0; preset <= 9; ++preset)
        EXPECT_EQ(compression_of(bytes_of(packed_by_lzma("x", true, preset))), Compression::lzma) << preset;
}

}
