#include "pickle/array_types.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace {

constexpr int most_depth = 32; // of structures in structures
constexpr uint64_t most_parts = 100'000; // fields and sub-arrays of one dtype: shared ones would unfold without end
constexpr int64_t flag_of_objects = 1; // NPY_ITEM_HASOBJECT
constexpr size_t most_dimensions = 64;

struct TypeCode {
    char letter = 0;
    uint64_t number = 0;
};

// "f8", "U10", "O": one letter and a number.
std::optional<TypeCode> parse_code(std::string_view text)
{
    TypeCode code;
    if (text.empty() || std::string_view("biufcmMOSUV").find(text[0]) == std::string_view::npos)
        return std::nullopt;
    code.letter = text[0];
    text.remove_prefix(1);
    if (text.empty() && code.letter == 'O')
        return code;
    auto const parsed = std::from_chars(text.data(), text.data() + text.size(), code.number);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || code.number > INT32_MAX / 4)
        return std::nullopt;
    return code;
}

bool is_number_size(TypeCode code)
{
    switch (code.letter) {
    case 'b':
        return code.number == 1;
    case 'i':
    case 'u':
        return code.number == 1 || code.number == 2 || code.number == 4 || code.number == 8;
    case 'f':
        return code.number == 2 || code.number == 4 || code.number == 8 || code.number == 10 || code.number == 12 || code.number == 16;
    case 'c':
        return code.number == 8 || code.number == 16 || code.number == 20 || code.number == 24 || code.number == 32;
    default: // times
        return code.number == 8;
    }
}

std::optional<uint64_t> product_of(std::span<uint64_t const> factors)
{
    if (std::find(factors.begin(), factors.end(), 0) != factors.end())
        return 0;
    uint64_t product = 1;
    for (uint64_t const factor : factors)
        if (__builtin_mul_overflow(product, factor, &product) || product > INT64_MAX)
            return std::nullopt;
    return product;
}

// Sizes of a tuple of integers, or of one integer alone.
std::optional<std::vector<uint64_t>> sizes_of(PickleValue shape)
{
    std::vector<uint64_t> sizes;
    auto const add = [&](PickleValue size) {
        auto const number = size.integer();
        if (number && *number >= 0)
            sizes.push_back(static_cast<uint64_t>(*number));
        return number && *number >= 0;
    };
    if (shape.is(NodeKind::integer))
        return add(shape) ? std::optional(std::move(sizes)) : std::nullopt;
    if (!shape.is(NodeKind::tuple) || shape.size() > most_dimensions)
        return std::nullopt;
    for (size_t index = 0; index < shape.size(); ++index)
        if (!add(shape.item(index)))
            return std::nullopt;
    return sizes;
}

class TypeReader {
public:
    Result<ArrayType> read(PickleValue dtype, int depth);

private:
    // The tuple that BUILD gave: version, byte order, sub-array, names, fields, size of an element, alignment, flags.
    struct State {
        PickleValue subarray;
        PickleValue names;
        PickleValue fields;
        std::optional<int64_t> item_bytes;
        std::optional<int64_t> flags;
    };
    Result<State> state_of(PickleValue state);
    Result<ArrayType> read_structure(State const& state, uint64_t item_bytes, int depth);
    Result<ArrayType> read_subarray(PickleValue subarray, int depth);

    uint64_t parts_ = 0;
};

Result<TypeReader::State> TypeReader::state_of(PickleValue state)
{
    if (!state.is(NodeKind::tuple) || state.size() < 7 || state.size() > 9)
        return malformed("a numpy.dtype whose state is not a tuple of 7 to 9 values");
    auto const version = state.item(0).integer();
    auto const order = state.item(1).text();
    if (!version || *version < 1 || *version > 4)
        return malformed("a numpy.dtype of a version that is not 1 to 4");
    if (!order || order->size() != 1 || std::string_view("<>|=").find(*order) == std::string_view::npos)
        return malformed("a numpy.dtype whose byte order is none");
    bool const has_flags = state.size() > 7;
    return State{state.item(2), state.item(3), state.item(4), state.item(5).integer(), has_flags ? state.item(7).integer() : 0};
}

Result<ArrayType> TypeReader::read_subarray(PickleValue subarray, int depth)
{
    if (!subarray.is(NodeKind::tuple) || subarray.size() != 2)
        return malformed("a numpy.dtype whose sub-array is not a type and a shape");
    auto sizes = sizes_of(subarray.item(1));
    if (!sizes)
        return malformed("a numpy.dtype whose sub-array has no shape");
    ArrayType type = TRY(read(subarray.item(0), depth + 1));
    sizes->push_back(type.item_bytes);
    auto const bytes = product_of(*sizes);
    if (!bytes)
        return malformed("a numpy.dtype whose sub-array is beyond 2^63 bytes");
    type.item_bytes = *bytes;
    return type;
}

Result<ArrayType> TypeReader::read_structure(State const& state, uint64_t item_bytes, int depth)
{
    auto const pairs = state.fields.pairs();
    if (!state.names.is(NodeKind::tuple) || !state.fields.is(NodeKind::dict))
        return malformed("a numpy.dtype with fields, not in a tuple of names and a dict");
    ArrayType structure{item_bytes, false};
    std::vector<std::string_view> keys;
    for (auto const& [key, value] : pairs) {
        keys.push_back(state.fields.other(key).text().value_or(""));
        auto const field = state.fields.other(value);
        if (!field.is(NodeKind::tuple) || field.size() < 2 || field.size() > 3)
            return malformed("a numpy.dtype whose field is not a type and an offset");
        auto const offset = field.item(1).integer();
        auto const type = TRY(read(field.item(0), depth + 1));
        if (!offset || *offset < 0 || type.item_bytes > item_bytes || static_cast<uint64_t>(*offset) > item_bytes - type.item_bytes)
            return malformed("a numpy.dtype whose field lies outside of its " + std::to_string(item_bytes) + " bytes");
        structure.has_objects = structure.has_objects || type.has_objects;
    }
    std::sort(keys.begin(), keys.end());
    for (size_t index = 0; index < state.names.size(); ++index) {
        auto const name = state.names.item(index).text();
        if (!name || !std::binary_search(keys.begin(), keys.end(), *name))
            return malformed("a numpy.dtype with a name that has no field");
    }
    return structure;
}

Result<ArrayType> TypeReader::read(PickleValue dtype, int depth)
{
    if (depth > most_depth || ++parts_ > most_parts)
        return malformed("a numpy.dtype of too many parts");
    auto const arguments = dtype.arguments();
    if (dtype.is_call_of("numpy._core._internal", "_convert_to_stringdtype_kwargs") && !dtype.state())
        return ArrayType{16, true}; // texts of any length, which numpy pickles as objects
    if (!dtype.is_call_of("numpy", "dtype") || dtype.call_kind() != CallKind::reduce || !arguments->is(NodeKind::tuple) || arguments->size() == 0)
        return malformed("wanted a numpy.dtype, found a " + std::string(name_of(dtype.kind())));
    auto const spelled = arguments->item(0).text();
    auto const code = spelled ? parse_code(*spelled) : std::nullopt;
    if (!code)
        return malformed("a numpy.dtype of an unknown kind");
    bool const is_object = code->letter == 'O';
    bool const is_flexible = code->letter == 'S' || code->letter == 'U' || code->letter == 'V';
    if (!is_object && !is_flexible && !is_number_size(*code))
        return malformed("a numpy.dtype of an unknown size");
    ArrayType type{is_object ? 8 : code->letter == 'U' ? code->number * 4
                                                       : code->number,
        is_object};
    if (!dtype.state())
        return type;

    State const state = TRY(state_of(*dtype.state()));
    if (is_flexible) { // of these numpy takes the size from the state
        if (!state.item_bytes || *state.item_bytes < 0 || static_cast<uint64_t>(*state.item_bytes) != type.item_bytes)
            return malformed("a numpy.dtype of two sizes");
    }
    if (!state.subarray.is_none() || !state.fields.is_none() || !state.names.is_none()) {
        if (code->letter != 'V' || (!state.subarray.is_none() && !state.fields.is_none()))
            return malformed("a numpy.dtype with parts, which a \"" + std::string(*spelled) + "\" has not");
        auto const parts = state.subarray.is_none() ? TRY(read_structure(state, type.item_bytes, depth)) : TRY(read_subarray(state.subarray, depth));
        if (parts.item_bytes != type.item_bytes)
            return malformed("a numpy.dtype of two sizes");
        type = parts;
    }
    bool const flagged = state.flags && (*state.flags & flag_of_objects) != 0;
    if (!state.flags || flagged != type.has_objects)
        return malformed("a numpy.dtype whose flags and parts disagree about objects");
    return type;
}

constexpr std::array<std::string_view, 2> wrapper_modules{"joblib.numpy_pickle", "sklearn.externals.joblib.numpy_pickle"};

bool is_wrapper_class(PickleValue value)
{
    return value.name() == "NumpyArrayWrapper" && std::find(wrapper_modules.begin(), wrapper_modules.end(), *value.module()) != wrapper_modules.end();
}

}

Result<ArrayType> array_type_of(PickleValue dtype) { return TypeReader().read(dtype, 0); }

bool is_joblib_wrapper(PickleValue value)
{
    if (!value.is(NodeKind::object))
        return false;
    if (is_wrapper_class(*value.callable()))
        return true;
    // Protocols 0 and 1: copyreg._reconstructor(class, object, None).
    auto const arguments = *value.arguments();
    return value.is_call_of("copyreg", "_reconstructor") && arguments.size() != 0 && is_wrapper_class(arguments.item(0));
}

Result<JoblibArray> joblib_array_of(PickleValue wrapper)
{
    static constexpr std::array<std::string_view, 6> attributes{"subclass", "shape", "order", "dtype", "allow_mmap", "numpy_array_alignment_bytes"};
    auto const state = wrapper.state();
    if (!state || !state->is(NodeKind::dict) || state->pairs().size() > attributes.size())
        return malformed("a NumpyArrayWrapper whose attributes are not a dict of 5 or 6");
    for (auto const& [key, value] : state->pairs()) {
        auto const name = state->other(key).text();
        if (!name || std::find(attributes.begin(), attributes.end(), *name) == attributes.end())
            return malformed("a NumpyArrayWrapper with an attribute that no joblib writes");
    }
    auto const subclass = state->find("subclass");
    auto const shape = state->find("shape");
    auto const order = state->find("order");
    auto const dtype = state->find("dtype");
    if (!subclass || !shape || !order || !dtype || !state->find("allow_mmap"))
        return malformed("a NumpyArrayWrapper without subclass, shape, order, dtype or allow_mmap");
    auto sizes = shape->is(NodeKind::tuple) ? sizes_of(*shape) : std::nullopt;
    if (!sizes)
        return malformed("a NumpyArrayWrapper whose shape is not a tuple of sizes");
    if (order->text() != "C" && order->text() != "F")
        return malformed("a NumpyArrayWrapper whose order is neither C nor F");
    auto const alignment = state->find("numpy_array_alignment_bytes");
    if (alignment && !alignment->is_none() && !alignment->is(NodeKind::integer))
        return malformed("a NumpyArrayWrapper whose alignment is no integer");

    ArrayType const type = TRY(array_type_of(*dtype));
    JoblibArray array{*dtype, *subclass, type, *sizes, order->text() == "F", alignment && !alignment->is_none(), 0};
    sizes->push_back(type.item_bytes);
    auto const bytes = product_of(*sizes);
    if (!bytes)
        return malformed("a NumpyArrayWrapper of more than 2^63 bytes");
    array.data_bytes = type.has_objects ? 0 : *bytes;
    return array;
}
