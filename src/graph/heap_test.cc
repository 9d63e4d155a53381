#include "graph/heap.h"

#include "graph/compose.h"

#include <gtest/gtest.h>

namespace {

// A heap over int64 vectors, whose values are known at every step.
struct Memory {
    GraphBuilder graph{17};
    Heap heap;

    static GraphTensor numbers(std::vector<int64_t> const& values) { return GraphTensor::integers(std::vector<Dim>(values.begin(), values.end())); }
    TensorReference tensor(std::vector<int64_t> const& values) { return heap.tensor(numbers(values)); }

    // [start, end) of `of`.
    TensorReference part(TensorReference const& of, int64_t start, int64_t end)
    {
        ViewStep step{
            [this, start, end](GraphTensor const& base) -> Result<GraphTensor> { return slice(graph, base, 0, start, end); },
            [this, start, end](GraphTensor const& base, GraphTensor const& changed) -> Result<GraphTensor> {
                return concat(graph, {slice(graph, base, 0, 0, start), changed, slice(graph, base, 0, end, base.dims()[0])}, 0);
            },
        };
        auto value = *step.take(*heap.read(of));
        return heap.view(of, std::move(step), std::move(value), true);
    }

    std::vector<int64_t> values(TensorReference const& of)
    {
        std::vector<int64_t> result;
        auto const dims = heap.read(of)->as_dims();
        for (auto const& dim : *dims)
            result.push_back(dim.known().value_or(-999));
        return result;
    }
    void write(TensorReference const& to, std::vector<int64_t> const& given) { ASSERT_TRUE(heap.write(to, numbers(given))); }
};

using Numbers = std::vector<int64_t>;

TEST(Heap, a_write_into_a_view_is_seen_by_all_views)
{
    Memory m;
    auto const base = m.tensor({1, 2, 3, 4, 5});
    auto const middle = m.part(base, 1, 4);
    auto const inner = m.part(middle, 1, 3);
    m.write(inner, {30, 40});
    EXPECT_EQ(m.values(base), (Numbers{1, 2, 30, 40, 5}));
    EXPECT_EQ(m.values(middle), (Numbers{2, 30, 40}));
    m.write(base, {9, 8, 7, 6, 5});
    EXPECT_EQ(m.values(inner), (Numbers{7, 6}));
    EXPECT_EQ(m.values(middle), (Numbers{8, 7, 6}));
}

TEST(Heap, closing_a_journal_puts_everything_back)
{
    Memory m;
    auto const base = m.tensor({1, 2, 3});
    auto const view = m.part(base, 0, 2);
    auto const list_value = m.heap.list_of({Value{Dim(1)}});
    auto const list = *list_value.as<std::shared_ptr<ListValue>>();
    m.heap.open_journal();
    m.write(view, {7, 8});
    EXPECT_EQ(m.values(base), (Numbers{7, 8, 3}));
    m.heap.will_change(list);
    list->items.push_back(Value{Dim(2)});
    auto changes = m.heap.close_journal();
    EXPECT_EQ(m.values(base), (Numbers{1, 2, 3}));
    EXPECT_EQ(m.values(view), (Numbers{1, 2}));
    EXPECT_EQ(list->items.size(), 1);
    ASSERT_EQ(changes.cells.size(), 1);
    ASSERT_EQ(changes.lists.size(), 1);
    EXPECT_EQ(changes.lists[0].second.items.size(), 2);
    m.heap.apply(std::move(changes));
    EXPECT_EQ(m.values(view), (Numbers{7, 8}));
    EXPECT_EQ(list->items.size(), 2);
}

TEST(Heap, what_is_made_in_a_journal_is_no_change_of_it)
{
    Memory m;
    m.heap.open_journal();
    auto const made = m.tensor({1, 2});
    m.write(made, {3, 4});
    auto const changes = m.heap.close_journal();
    EXPECT_TRUE(changes.cells.empty());
    EXPECT_EQ(m.values(made), (Numbers{3, 4}));
}

TEST(Heap, nested_journals_hand_their_changes_outwards)
{
    Memory m;
    auto const base = m.tensor({1, 2});
    m.heap.open_journal();
    m.write(base, {3, 4});
    m.heap.open_journal();
    m.write(base, {5, 6});
    auto inner = m.heap.close_journal();
    EXPECT_EQ(m.values(base), (Numbers{3, 4}));
    m.heap.apply(std::move(inner));
    EXPECT_EQ(m.values(base), (Numbers{5, 6}));
    auto const outer = m.heap.close_journal();
    EXPECT_EQ(m.values(base), (Numbers{1, 2}));
    ASSERT_EQ(outer.cells.size(), 1);
    EXPECT_EQ((*outer.cells[0].second.as_dims())[0], Dim(5));
}

TEST(Heap, a_view_read_in_a_journal_is_read_anew_after_it)
{
    Memory m;
    auto const base = m.tensor({1, 2});
    auto const view = m.part(base, 0, 1);
    m.write(base, {3, 4});
    m.heap.open_journal();
    EXPECT_EQ(m.values(view), (Numbers{3}));
    m.write(base, {5, 6});
    EXPECT_EQ(m.values(view), (Numbers{5}));
    m.heap.close_journal();
    EXPECT_EQ(m.values(view), (Numbers{3}));
}

TEST(Heap, a_write_that_cannot_be_put_back_fails)
{
    Memory m;
    auto const base = m.tensor({1, 2});
    ViewStep const step{
        [](GraphTensor const& value) -> Result<GraphTensor> { return value; },
        [](GraphTensor const&, GraphTensor const&) -> Result<GraphTensor> { return unsupported("no way back"); },
    };
    auto const view = m.heap.view(base, step, *m.heap.read(base), false);
    EXPECT_FALSE(m.heap.write(view, Memory::numbers({3, 4})));
    EXPECT_EQ(m.values(base), (Numbers{1, 2}));
}

}
