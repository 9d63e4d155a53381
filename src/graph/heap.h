#pragma once

#include "base/result.h"
#include "graph/value.h"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

// Memory of the evaluated program: tensors that share storage, and lists, dicts and objects that are shared by reference.
//
// A tensor is a storage cell and the steps that lead from the cell's base value to the view. Writing into a view computes the
// new view and puts it back through the inverse of each step, so that every other view of the cell sees the change when it is
// read next: the way PyTorch's functionalisation does it (aten/src/ATen/FunctionalTensorWrapper.cpp).
//
// A journal remembers what changes while one branch is evaluated, so that the other starts from the same state and both can be merged.

// Rows of an embedding that were shortened. Shortened again they stay as they are, so that no later call differs where nothing but
// these rows is read.
struct ShortRows {
    double most = 0; // their greatest length
    double norm_type = 2;
    TensorReference indices;
    uint64_t generation = 0; // of the indices
};

struct StorageCell {
    GraphTensor base;
    uint64_t generation = 0;
    uint64_t born_in = 0;
    bool was_read = false;
    // Its change is no state that a next call would see: it was written as a whole before anything read it, or the same change again
    // leaves it as it is.
    bool settled = false;
    std::optional<ShortRows> short_rows{}; // settled, until other rows are read
    // After a branch on data a tensor may be one of several: a write to it may be one to any of these, and the other way round.
    std::vector<std::shared_ptr<StorageCell>> may_be{};
    std::vector<std::weak_ptr<StorageCell>> may_be_this{};
    bool uncertain = false; // a cell was written that may or may not be this one: nothing can be read any more
    std::string frozen{}; // why it cannot be written any more; empty: it can
};

struct ViewStep {
    // The view of a base value.
    std::function<Result<GraphTensor>(GraphTensor const& base)> take;
    // The base value after the view of it became `changed` (same dtype and sizes as `take` gives).
    std::function<Result<GraphTensor>(GraphTensor const& base, GraphTensor const& changed)> put;
};

// The grid of a quantised tensor: an element is a whole number q that stands for (q - zero_point) * scale. In the graph a quantised
// tensor is the float32 tensor of what its elements stand for.
struct QuantisedGrid {
    int64_t scalar_type = 0; // c10's number: 12 qint8, 13 quint8, 14 qint32
    std::vector<double> scales; // one, or one for each index of `axis`; finite and more than 0
    std::vector<int64_t> zero_points; // as many
    std::optional<int64_t> axis;
};

struct TensorView {
    std::shared_ptr<StorageCell> cell;
    std::vector<std::shared_ptr<ViewStep const>> steps;
    GraphTensor seen; // the view's value at `generation`
    uint64_t generation = 0;
    bool contiguous = true; // known to be row-major without gaps: decides whether reshape() aliases or copies
    bool wrapped_number = false; // made from a number of the program: takes part in type promotion as a number does
    std::shared_ptr<QuantisedGrid const> grid{}; // of a quantised tensor
};

// What one branch changed: each thing with what it became. Order is that of the first change. Things that were made in the
// branch are not among them: nothing outside of it knows them.
struct Changes {
    std::vector<std::pair<std::shared_ptr<StorageCell>, GraphTensor>> cells;
    std::vector<std::pair<std::shared_ptr<ListValue>, ListValue>> lists;
    std::vector<std::pair<std::shared_ptr<DictValue>, DictValue>> dicts;
    std::vector<std::pair<std::shared_ptr<ObjectValue>, ObjectValue>> objects;
    std::vector<std::shared_ptr<StorageCell>> uncertain; // what a write may or may not have changed
};

class Heap {
public:
    Heap() = default;
    Heap(Heap const&) = delete;
    Heap& operator=(Heap const&) = delete;
    ~Heap();

    // A tensor with storage of its own.
    TensorReference tensor(GraphTensor value);
    // A tensor that is one of those in `cells`, or a copy: what a branch chose, or a view that PyTorch copies where it must.
    TensorReference one_of(GraphTensor value, std::vector<std::shared_ptr<StorageCell>> cells);
    // The same view of the same storage, whose value is taken anew when it is read.
    static TensorReference unread(TensorReference const& of);
    // A view of `of`; `value` is what the step takes from its present value.
    TensorReference view(TensorReference const& of, ViewStep step, GraphTensor value, bool contiguous);

    // The tensor becomes another view, for all who hold it: what transpose_() does. Fails with unsupported in a branch or loop on
    // data, and where views of the tensor or of what it becomes may differ from these.
    Result<void> turn_into(TensorReference const& tensor, TensorReference const& other);

    // Lists, dicts and objects that the program may change later.
    Value list_of(std::vector<Value> items);
    Value integers_of(std::vector<Dim> const& dims);
    Value dict_of(std::vector<std::pair<Value, Value>> items);
    Value object_of(std::string class_name);
    // A list that is one of `others`, as data decides.
    Value one_of_lists(ListValue contents, std::vector<std::shared_ptr<ListValue>> const& others);
    // True where the program piled up more than a conversion may hold.
    bool overfull() const { return items_made_ > most_items_made; }
    // Counts what a container grew by.
    void note_growth(size_t items) { items_made_ += items; }
    static constexpr uint64_t most_items_made = 4'000'000;

    // Fails with unsupported where a write may or may not have changed the tensor.
    Result<GraphTensor> read(TensorReference const& tensor);
    // The tensor takes a new value of the same dtype and sizes; all views of its storage see it.
    Result<void> write(TensorReference const& tensor, GraphTensor value);

    // To be called before a list, dict or object is changed. Fails with unsupported where it is not known which list that is.
    Result<void> will_change(std::shared_ptr<ListValue> const& list);
    void will_change(std::shared_ptr<DictValue> const& dict);
    void will_change(std::shared_ptr<ObjectValue> const& object);

    void open_journal();
    // Ends the journal: everything it saw changing is as it was when it was opened; the changes are returned.
    Changes close_journal();
    // Makes the changes again: the branch turned out to be the only way.
    void apply(Changes changes);
    // Sets a cell as a whole: the merged value after both branches.
    void set_cell(std::shared_ptr<StorageCell> const& cell, GraphTensor value);
    // The contents of a list as a whole, likewise.
    void set_list(std::shared_ptr<ListValue> const& list, ListValue contents);
    // What it holds cannot be told any more.
    void set_uncertain(std::shared_ptr<StorageCell> const& cell);
    // The number of the next journal: what is made from then on has it or a higher one in `born_in`.
    uint64_t next_journal() const { return last_journal_ + 1; }
    // Makes tensors in a value, and in what was changed since the journal was opened, be what they are now, so that they can be told
    // after the journal is closed. Containers that were there before are not gone into.
    Result<void> settle(Value& value);
    Result<void> settle_changes();

private:
    struct Journal {
        uint64_t number = 0; // counts up: what has this or a higher one was made after the journal was opened
        std::vector<TensorReference> refreshed; // views whose value was computed again: in a graph that ends with the journal
        std::vector<std::pair<std::shared_ptr<StorageCell>, GraphTensor>> cells; // the old values
        std::vector<std::pair<std::shared_ptr<ListValue>, ListValue>> lists;
        std::vector<std::pair<std::shared_ptr<DictValue>, DictValue>> dicts;
        std::vector<std::pair<std::shared_ptr<ObjectValue>, ObjectValue>> objects;
        std::vector<std::shared_ptr<StorageCell>> uncertain;
    };
    Result<void> settle(Value& value, std::set<void const*>& seen, int depth);
    void make_uncertain(std::shared_ptr<StorageCell> const& written);
    uint64_t present_journal() const { return journals_.empty() ? 0 : journals_.back().number; }

    std::vector<Journal> journals_;
    uint64_t last_journal_ = 0;
    // All that was made stays until the end: nothing is taken down item by item, however deep it nests.
    std::vector<std::shared_ptr<ListValue>> lists_;
    std::vector<std::shared_ptr<DictValue>> dicts_;
    std::vector<std::shared_ptr<ObjectValue>> objects_;
    uint64_t items_made_ = 0;
};
