#include "pickle/graph.h"

#include "pickle/assembler.h"
#include "pickle/machine.h"

#include <gtest/gtest.h>

namespace {

using namespace std::string_literals;

// One value of each kind, in the order of the kinds' names below.
std::string const each_kind = "(N\x88K\1\x8a\x09\0\0\0\0\0\0\0\0\1G\0\0\0\0\0\0\0\0C\1b\x96\1\0\0\0\0\0\0\0a"s + text("t") + ")]}\x8f(\x91" + name("m", "n") + name("m", "n") + ")RK\1Q\x82\1\x97t.";
char const* const kinds[] = {"None", "bool", "int", "int", "float", "bytes", "bytearray", "str", "tuple", "list", "dict", "set", "frozenset", "global", "object", "persistent id", "extension code", "buffer"};

TEST(PickleGraph, answers_questions_of_the_wrong_kind_with_nothing)
{
    auto const pickle = run_pickle(bytes_of(each_kind)).pickle;
    auto const values = pickle.root();
    ASSERT_EQ(values.size(), std::size(kinds));
    for (size_t index = 0; index < values.size(); ++index) {
        auto const value = values.item(index);
        auto const is = [&](auto... wanted) { return (value.is(wanted) || ...); };
        EXPECT_EQ(name_of(value.kind()), kinds[index]);
        EXPECT_EQ(value.is_none(), index == 0);
        EXPECT_EQ(value.boolean().has_value(), is(NodeKind::boolean)) << index;
        EXPECT_EQ(value.integer().has_value(), is(NodeKind::integer)) << index;
        EXPECT_EQ(value.real().has_value(), is(NodeKind::real)) << index;
        EXPECT_EQ(value.text().has_value(), is(NodeKind::text)) << index;
        EXPECT_EQ(value.bytes().has_value(), is(NodeKind::bytes, NodeKind::byte_array, NodeKind::big_integer)) << index;
        EXPECT_EQ(value.full_length() != 0, is(NodeKind::bytes, NodeKind::byte_array, NodeKind::big_integer, NodeKind::text)) << index;
        EXPECT_FALSE(value.is_cut());
        EXPECT_EQ(value.size(), 0);
        EXPECT_TRUE(value.pairs().empty());
        EXPECT_FALSE(value.find("t"));
        EXPECT_EQ(value.module().has_value() && value.name().has_value(), is(NodeKind::global)) << index;
        EXPECT_EQ(value.is_global("m", "n"), is(NodeKind::global)) << index;
        EXPECT_EQ(value.callable() && value.arguments() && value.call_kind(), is(NodeKind::object)) << index;
        EXPECT_EQ(value.call_kind().has_value(), is(NodeKind::object)) << index;
        EXPECT_FALSE(value.keyword_arguments());
        EXPECT_FALSE(value.state());
        EXPECT_EQ(value.is_call_of("m", "n"), is(NodeKind::object)) << index;
        EXPECT_EQ(value.qualified_name(), is(NodeKind::object, NodeKind::global) ? "m.n" : "");
        EXPECT_EQ(value.persistent_id().has_value(), is(NodeKind::persistent_id)) << index;
        EXPECT_EQ(value.number().has_value(), is(NodeKind::extension, NodeKind::buffer)) << index;
    }
    EXPECT_EQ(name_of(static_cast<NodeKind>(200)), "");
}

TEST(PickleGraph, tells_what_objects_were_filled_with)
{
    auto const pickle = run_pickle(bytes_of(name("m", "n") + ")}\x92(K\1K\2e(" + text("k") + "K\3uN\x85"
                                                                                             "b."))
                            .pickle;
    auto const object = pickle.root();
    EXPECT_EQ(object.size(), 2);
    EXPECT_EQ(object.find("k")->integer(), 3);
    EXPECT_TRUE(object.keyword_arguments()->is(NodeKind::dict));
    EXPECT_EQ(object.state()->size(), 1);
    EXPECT_EQ(object.call_kind(), CallKind::newobj_ex);
}

TEST(PickleGraph, keeps_copies_of_every_size)
{
    PickleGraph graph;
    EXPECT_TRUE(graph.keep({}).empty());
    std::vector<std::pair<std::string, Bytes>> kept;
    for (size_t size : {1, 4'000, 4'000, 5'000, 4'000, 4'000, 100, 20'000, 3}) {
        std::string text(size, static_cast<char>('a' + kept.size()));
        Bytes const copy = graph.keep(bytes_of(text));
        kept.emplace_back(std::move(text), copy);
    }
    for (auto const& [text, copy] : kept)
        EXPECT_EQ(text_of(copy), text);
}

TEST(PickleGraph, is_read_whole_or_not_at_all)
{
    EXPECT_EQ(read_pickle(bytes_of("K\5."))->root().integer(), 5);
    EXPECT_EQ(read_pickle(bytes_of("K")).error().reason, Reason::malformed);
}

TEST(PickleGraph, findings_of_two_are_those_of_one_after_the_other)
{
    PickleFindings first;
    first.add("one", 1, "message");
    PickleFindings second;
    second.add("two", 2, "message");
    second.left_out = 3;
    first.add(second);
    EXPECT_EQ(first.list[1].code, "two");
    EXPECT_EQ(first.left_out, 3);
    EXPECT_FALSE(first.empty());
}

}
