#include "torch/numpy_values.h"

#include "pickle/plain.h"

#include <array>

namespace {

struct NumpyCode {
    std::string_view code;
    DType dtype;
};

constexpr std::array<NumpyCode, 14> codes{{
    {"f4", DType::float32},
    {"f8", DType::float64},
    {"f2", DType::float16},
    {"i1", DType::int8},
    {"i2", DType::int16},
    {"i4", DType::int32},
    {"i8", DType::int64},
    {"u1", DType::uint8},
    {"u2", DType::uint16},
    {"u4", DType::uint32},
    {"u8", DType::uint64},
    {"b1", DType::boolean},
    {"c8", DType::complex64},
    {"c16", DType::complex128},
}};

struct NumpyType {
    DType dtype = DType::float32;
    bool is_big_endian = false;
};

bool is_multiarray(PickleValue value, std::string_view name) { return value.is_call_of("numpy.core.multiarray", name) || value.is_call_of("numpy._core.multiarray", name); }

Failure broken(PickleValue value, std::string what) { return malformed(std::move(what)).at("byte " + std::to_string(value.offset())); }

// dtype(code, align, copy), with the state (version, byte order, ...).
Result<NumpyType> read_type(PickleValue value)
{
    if (!value.is_call_of("numpy", "dtype") || value.arguments()->size() == 0)
        return unsupported("a numpy array of what is no plain type").at("byte " + std::to_string(value.offset()));
    auto const argument = value.arguments()->item(0).text();
    if (!argument)
        return unsupported("a numpy array of records").at("byte " + std::to_string(value.offset()));
    auto code = *argument;
    NumpyType type;
    if (code.starts_with('<') || code.starts_with('>') || code.starts_with('|')) {
        type.is_big_endian = code.starts_with('>');
        code.remove_prefix(1);
    }
    if (auto const state = value.state(); state && state->size() >= 2)
        type.is_big_endian = state->item(1).text() == ">";
    for (auto const& row : codes)
        if (row.code == code) {
            type.dtype = row.dtype;
            return type;
        }
    return unsupported("numpy elements of type " + std::string(code.substr(0, 20))).at("byte " + std::to_string(value.offset()));
}

// The same bytes, alive as long as the pickle is.
SharedBytes anchored(SharedBytes const& bytes, SharedBytes const& pickle) { return bytes.owner() ? bytes : SharedBytes(bytes.bytes(), pickle.owner()); }

// Column-major strides.
std::vector<int64_t> fortran_strides(Shape const& shape)
{
    std::vector<int64_t> strides(shape.size(), 1);
    for (size_t axis = 1; axis < shape.size(); ++axis)
        strides[axis] = strides[axis - 1] * std::max<int64_t>(shape[axis - 1], 1);
    return strides;
}

Result<TorchTensor> make_array(PickleValue place, PickleValue type, Shape shape, bool is_fortran, PickleValue data, SharedBytes const& pickle)
{
    auto const [dtype, is_big_endian] = TRY(read_type(type));
    auto const bytes = bytes_in(data);
    if (!bytes)
        return unsupported("a numpy array whose data is a " + std::string(name_of(data.kind()))).at("byte " + std::to_string(place.offset()));
    auto const count = element_count(shape);
    auto const wanted = count ? bytes_of_elements(dtype, *count) : std::nullopt;
    if (!wanted || *wanted != bytes->size())
        return broken(place, "a numpy array of shape " + text_of(shape) + " and type " + std::string(name_of(dtype)) + " with " + std::to_string(bytes->size()) + " bytes");
    TorchTensor tensor;
    tensor.dtype = dtype;
    tensor.is_big_endian = is_big_endian;
    tensor.strides = is_fortran ? fortran_strides(shape) : contiguous_strides(shape);
    tensor.shape = std::move(shape);
    tensor.storage_bytes = anchored(*bytes, pickle);
    TRY(check_view(tensor.shape, tensor.strides, 0, *count));
    return tensor;
}

// BUILD gives (version, shape, dtype, is Fortran order, data); before version 1 there was none.
Result<TorchTensor> read_reconstructed(PickleValue value, SharedBytes const& pickle)
{
    auto const state = value.state();
    if (!state || !state->is(NodeKind::tuple) || state->size() < 4 || state->size() > 5)
        return broken(value, "a numpy array without its state");
    size_t const first = state->size() - 4;
    auto shape = integers_in(state->item(first));
    if (!shape)
        return broken(value, "a numpy array's shape is not integers");
    auto const order = state->item(first + 2);
    bool const is_fortran = order.boolean() == true || order.integer().value_or(0) != 0;
    return make_array(value, state->item(first + 1), *std::move(shape), is_fortran, state->item(first + 3), pickle);
}

// _frombuffer(buffer, dtype, shape, order)
Result<TorchTensor> read_buffer(PickleValue value, SharedBytes const& pickle)
{
    auto const arguments = *value.arguments();
    auto shape = arguments.size() == 4 ? integers_in(arguments.item(2)) : std::nullopt;
    if (!shape)
        return broken(value, "a numpy array that is not (buffer, dtype, shape, order)");
    return make_array(value, arguments.item(1), *std::move(shape), arguments.item(3).text() == "F", arguments.item(0), pickle);
}

bool is_buffer_call(PickleValue value) { return value.is_call_of("numpy._core.numeric", "_frombuffer") || value.is_call_of("numpy.core.numeric", "_frombuffer"); }

}

bool is_numpy_call(PickleValue value) { return is_multiarray(value, "_reconstruct") || is_multiarray(value, "scalar") || is_buffer_call(value); }

Result<TorchTensor> read_numpy_value(PickleValue value, SharedBytes const& pickle, uint64_t storage)
{
    auto const arguments = *value.arguments();
    if (is_multiarray(value, "scalar") && arguments.size() != 2)
        return broken(value, "a numpy scalar that is not (dtype, data)");
    auto tensor = TRY(is_multiarray(value, "scalar") ? make_array(value, arguments.item(0), {}, false, arguments.item(1), pickle)
            : is_buffer_call(value)                  ? read_buffer(value, pickle)
                                                     : read_reconstructed(value, pickle));
    tensor.storage = storage;
    return tensor;
}
