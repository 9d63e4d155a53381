#include "pickle/array_types.h"
#include "pickle/stack_machine.h"

#include <algorithm>

// What joblib writes behind the BUILD of an array's wrapper: the array itself.

Result<void> StackMachine::inline_array(NodeId wrapper)
{
    // joblib reads past its unpickler, which holds a frame's bytes already: inside of one it would read what comes after the frame.
    if (frame_end_ != no_frame && input_.position() < frame_end_)
        return broken("the data of an array inside a frame");
    check_frame();
    auto const described = joblib_array_of(value(wrapper));
    if (!described)
        return broken(described.error().what);
    pickle_.arrays.push_back({wrapper, input_.position(), described->data_bytes, {}, {}});
    if (described->type.has_objects)
        return array_objects(pickle_.arrays.back());
    return array_data(pickle_.arrays.back(), described->is_padded);
}

Result<void> StackMachine::array_data(InlineArray& array, bool is_padded)
{
    if (is_padded) {
        auto const padding = TRY(take(TRY(take_number<uint8_t>())));
        if (std::any_of(padding.begin(), padding.end(), [](std::byte byte) { return byte != std::byte{0xff}; }))
            report("padding", "bytes before the data of an array that joblib does not write");
    }
    array.offset = input_.position();
    array.bytes = TRY(take_constant(array.length)).bytes;
    return {};
}

Result<void> StackMachine::array_objects(InlineArray& array)
{
    PickleOptions options = options_;
    options.arrays_inline = false; // joblib reads this one with Python's own unpickler
    options.most_kept = kept_left_;
    StackMachine machine(input_, options);
    auto ran = within("the objects of the array at byte " + std::to_string(array.offset), machine.run());
    kept_left_ = machine.kept_left_;
    array.nested = std::make_unique<Pickle>(machine.take_pickle());
    array.length = input_.position() - array.offset;
    return ran;
}
