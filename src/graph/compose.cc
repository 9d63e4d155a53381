#include "graph/compose.h"

#include "graph/fold.h"
#include "graph/kernels.h"

#include <algorithm>
#include <limits>
#include <numeric>

Result<GraphTensor> cast(GraphBuilder& graph, GraphTensor const& tensor, DType dtype)
{
    if (tensor.dtype() == dtype)
        return tensor;
    if (auto const known = tensor.known(); known && known->count() <= 4096)
        return GraphTensor::constant(TRY(known->cast(dtype)));
    auto const to = onnx_data_type(dtype);
    if (!to || is_complex(dtype) || is_complex(tensor.dtype()))
        return unsupported("a conversion from " + std::string(name_of(tensor.dtype())) + " to " + std::string(name_of(dtype)));
    return graph.node("Cast", {tensor}, {dtype, tensor.dims()}, {attribute("to", static_cast<int64_t>(*to))});
}

DType real_dtype(DType complex_dtype)
{
    CHECK(complex_dtype == DType::complex64 || complex_dtype == DType::complex128, "complex numbers of the graph are of one of two dtypes");
    return complex_dtype == DType::complex64 ? DType::float32 : DType::float64;
}

GraphTensor pairs_of(GraphBuilder& graph, GraphTensor const& complex_tensor)
{
    Dims dims = complex_tensor.dims();
    dims.emplace_back(2);
    return GraphTensor::named(graph.name_of(complex_tensor), real_dtype(complex_tensor.dtype()), std::move(dims));
}

GraphTensor complex_of(GraphBuilder& graph, GraphTensor const& pairs)
{
    DType const dtype = pairs.dtype() == DType::float64 ? DType::complex128 : DType::complex64;
    return GraphTensor::named(graph.name_of(pairs), dtype, Dims(pairs.dims().begin(), pairs.dims().end() - 1));
}

namespace {

// The same with the axis of the pairs.
Dims with_pairs(Dims dims)
{
    dims.emplace_back(2);
    return dims;
}

}

GraphTensor reshape(GraphBuilder& graph, GraphTensor const& tensor, Dims dims)
{
    if (dims == tensor.dims())
        return tensor;
    if (is_complex(tensor.dtype()))
        return complex_of(graph, reshape(graph, pairs_of(graph, tensor), with_pairs(std::move(dims))));
    if (auto const known = tensor.known(); known && known_shape(dims) && known->dtype() != DType::string && element_count(*known_shape(dims)) == known->count() && tensor.name() == nullptr && known->count() <= 4096)
        return GraphTensor::constant(known->with_shape(*known_shape(dims)));
    // In ONNX a 0 copies the size at its place and one -1 is what is left; both are only safe where no size is really 0.
    std::vector<Dim> target;
    int open = 0;
    bool zero = false;
    for (size_t i = 0; i < dims.size(); ++i) {
        if (dims[i].known()) {
            zero = zero || dims[i].is(0);
            target.push_back(dims[i]);
        } else if (i < tensor.dims().size() && dims[i] == tensor.dims()[i]) {
            target.emplace_back(0);
        } else {
            ++open;
            target.emplace_back(-1);
        }
    }
    if (open > 1 || zero)
        return graph.node("Reshape", {tensor, GraphTensor::integers(dims)}, {tensor.dtype(), dims}, {attribute("allowzero", int64_t{1})});
    return graph.node("Reshape", {tensor, GraphTensor::integers(target)}, {tensor.dtype(), dims});
}

GraphTensor transpose(GraphBuilder& graph, GraphTensor const& tensor, std::vector<int64_t> permutation)
{
    if (std::is_sorted(permutation.begin(), permutation.end()))
        return tensor;
    if (is_complex(tensor.dtype())) {
        permutation.push_back(tensor.rank());
        return complex_of(graph, transpose(graph, pairs_of(graph, tensor), std::move(permutation)));
    }
    Dims dims;
    for (int64_t const axis : permutation)
        dims.push_back(tensor.dims()[static_cast<size_t>(axis)]);
    return graph.node("Transpose", {tensor}, {tensor.dtype(), std::move(dims)}, {attribute("perm", std::move(permutation))});
}

GraphTensor unsqueeze(GraphBuilder& graph, GraphTensor const& tensor, std::vector<int64_t> axes)
{
    if (axes.empty())
        return tensor;
    Dims dims = tensor.dims();
    for (int64_t const axis : axes)
        dims.insert(dims.begin() + axis, Dim(1));
    if (tensor.is_constant() || tensor.as_dims())
        if (auto const shape = known_shape(dims); shape && tensor.known() && tensor.known()->dtype() != DType::string && tensor.known()->count() <= 4096)
            return GraphTensor::constant(tensor.known()->with_shape(*shape));
    return graph.node("Unsqueeze", {tensor, GraphTensor::constant(Tensor::vector(std::move(axes)))}, {tensor.dtype(), std::move(dims)});
}

GraphTensor squeeze(GraphBuilder& graph, GraphTensor const& tensor, std::vector<int64_t> axes)
{
    if (axes.empty())
        return tensor;
    Dims dims;
    for (int64_t axis = 0; axis < tensor.rank(); ++axis)
        if (std::find(axes.begin(), axes.end(), axis) == axes.end())
            dims.push_back(tensor.dims()[static_cast<size_t>(axis)]);
    if (dims.empty() && tensor.as_dims() && tensor.as_dims()->size() == 1)
        return GraphTensor::integer((*tensor.as_dims())[0]);
    return graph.node("Squeeze", {tensor, GraphTensor::constant(Tensor::vector(std::move(axes)))}, {tensor.dtype(), std::move(dims)});
}

GraphTensor expand(GraphBuilder& graph, GraphTensor const& tensor, Dims dims)
{
    if (dims == tensor.dims())
        return tensor;
    if (is_complex(tensor.dtype()) && tensor.rank() > 0)
        return complex_of(graph, expand(graph, pairs_of(graph, tensor), with_pairs(std::move(dims))));
    // ONNX Expand broadcasts both ways: a 1 keeps the tensor's own size.
    std::vector<Dim> target = dims;
    size_t const added = dims.size() - tensor.dims().size();
    for (size_t i = 0; i < tensor.dims().size(); ++i)
        if (tensor.dims()[i] == dims[added + i])
            target[added + i] = 1;
    return graph.node("Expand", {tensor, GraphTensor::integers(std::move(target))}, {tensor.dtype(), std::move(dims)});
}

GraphTensor concat(GraphBuilder& graph, std::vector<GraphTensor> const& tensors, int64_t axis)
{
    if (tensors.size() == 1)
        return tensors[0];
    Dims dims = tensors[0].dims();
    auto const place = static_cast<size_t>(axis);
    for (size_t i = 1; i < tensors.size(); ++i) {
        dims[place] = dims[place] + tensors[i].dims()[place];
        for (size_t other = 0; other < dims.size(); ++other)
            if (other != place && !dims[other].known())
                dims[other] = tensors[i].dims()[other];
    }
    bool integers = axis == 0 && tensors[0].rank() == 1;
    std::vector<Dim> values;
    for (auto const& tensor : tensors) {
        auto const part = tensor.as_dims();
        integers = integers && part.has_value();
        if (integers)
            values.insert(values.end(), part->begin(), part->end());
    }
    if (integers)
        return GraphTensor::integers(std::move(values));
    return graph.node("Concat", tensors, {tensors[0].dtype(), std::move(dims)}, {attribute("axis", axis)});
}

GraphTensor slice(GraphBuilder& graph, GraphTensor const& tensor, int64_t axis, Dim const& start, Dim const& end, int64_t step)
{
    auto const place = static_cast<size_t>(axis);
    if (start.is(0) && end == tensor.dims()[place] && step == 1)
        return tensor;
    Dims dims = tensor.dims();
    dims[place] = graph.symbols().derived(IntegerOperation::floor_divide, end - start + Dim(step - 1), Dim(step));
    if (auto const values = tensor.as_dims(); values && start.known() && end.known()) {
        std::vector<Dim> kept;
        for (int64_t i = *start.known(); i < *end.known(); i += step)
            kept.push_back((*values)[static_cast<size_t>(i)]);
        return GraphTensor::integers(std::move(kept));
    }
    Dim const last = end == tensor.dims()[place] ? Dim(std::numeric_limits<int64_t>::max()) : end;
    return graph.node("Slice", {tensor, GraphTensor::integers({start}), GraphTensor::integers({last}), GraphTensor::integers({axis}), GraphTensor::integers({step})}, {tensor.dtype(), std::move(dims)});
}

GraphTensor select(GraphBuilder& graph, GraphTensor const& tensor, int64_t axis, Dim const& index)
{
    if (auto const values = tensor.as_dims(); values && tensor.rank() == 1 && index.known()) {
        int64_t const size = static_cast<int64_t>(values->size());
        int64_t const place = *index.known() < 0 ? *index.known() + size : *index.known();
        if (place >= 0 && place < size)
            return GraphTensor::integer((*values)[static_cast<size_t>(place)]);
    }
    return gather(graph, tensor, GraphTensor::integer(index), axis);
}

GraphTensor gather(GraphBuilder& graph, GraphTensor const& tensor, GraphTensor const& index, int64_t axis)
{
    Dims dims = tensor.dims();
    dims.erase(dims.begin() + axis);
    dims.insert(dims.begin() + axis, index.dims().begin(), index.dims().end());
    return graph.node("Gather", {tensor, index}, {tensor.dtype(), std::move(dims)}, {attribute("axis", axis)});
}

GraphTensor reduce(GraphBuilder& graph, std::string const& op_type, GraphTensor const& tensor, std::vector<int64_t> axes, bool keep)
{
    if (axes.empty() && tensor.rank() > 0) {
        axes.resize(static_cast<size_t>(tensor.rank()));
        std::iota(axes.begin(), axes.end(), 0);
    }
    if (axes.empty()) // rank 0: the reduction over no axis at all
        return op_type == "ReduceL2" || op_type == "ReduceL1" ? unary(graph, "Abs", tensor) : tensor;
    Dims dims;
    for (int64_t axis = 0; axis < tensor.rank(); ++axis) {
        bool const reduced = std::find(axes.begin(), axes.end(), axis) != axes.end();
        if (!reduced)
            dims.push_back(tensor.dims()[static_cast<size_t>(axis)]);
        else if (keep)
            dims.emplace_back(1);
    }
    GraphType type{tensor.dtype(), std::move(dims)};
    auto const keep_dims = attribute("keepdims", static_cast<int64_t>(keep));
    GraphTensor const taken = GraphTensor::constant(Tensor::vector(axes));
    if (graph.opset() >= 18 || op_type == "ReduceSum")
        return computed(graph, op_type, {&tensor, &taken}, std::move(type), {keep_dims});
    return computed(graph, op_type, {&tensor}, std::move(type), {attribute("axes", std::move(axes)), keep_dims});
}

GraphTensor computed(GraphBuilder& graph, std::string const& op_type, std::vector<GraphTensor const*> inputs, GraphType result, Attributes attributes, std::optional<DType> of)
{
    DType const dtype = of.value_or(inputs[0]->dtype());
    DType const wanted = kernel_dtype(op_type, dtype, graph.opset());
    if (wanted == dtype)
        return graph.node(op_type, inputs, std::move(result), std::move(attributes));
    if (dtype == DType::float64)
        graph.note_narrowed(op_type);
    auto const converted = [&](GraphTensor const& tensor, DType to) {
        auto answer = cast(graph, tensor, to);
        CHECK(answer.has_value(), "a dtype with a kernel of another is real");
        return *std::move(answer);
    };
    std::vector<GraphTensor> owned(inputs.size());
    for (size_t i = 0; i < inputs.size(); ++i)
        if (inputs[i] != nullptr && inputs[i]->dtype() == dtype) {
            owned[i] = converted(*inputs[i], wanted);
            inputs[i] = &owned[i];
        }
    DType const given_back = result.dtype;
    if (result.dtype == dtype)
        result.dtype = wanted;
    return converted(graph.node(op_type, inputs, std::move(result), std::move(attributes)), given_back);
}

Result<GraphTensor> binary(GraphBuilder& graph, std::string const& op_type, GraphTensor const& left, GraphTensor const& right, std::optional<DType> result_dtype)
{
    CHECK(left.dtype() == right.dtype(), "both sides of an element-wise operator have one dtype");
    if (auto known = folded(op_type, left, right))
        return *std::move(known);
    Dims dims = TRY(broadcast(graph, left.dims(), right.dims()));
    return computed(graph, op_type, {&left, &right}, {result_dtype.value_or(left.dtype()), std::move(dims)});
}

GraphTensor unary(GraphBuilder& graph, std::string const& op_type, GraphTensor const& tensor, Attributes attributes)
{
    if (auto known = attributes.empty() ? folded(op_type, tensor) : std::nullopt)
        return *std::move(known);
    return computed(graph, op_type, {&tensor}, {tensor.dtype(), tensor.dims()}, std::move(attributes));
}

Result<GraphTensor> where(GraphBuilder& graph, GraphTensor const& condition, GraphTensor const& left, GraphTensor const& right)
{
    CHECK(left.dtype() == right.dtype() && condition.dtype() == DType::boolean, "Where chooses between tensors of one dtype");
    Dims const both = TRY(broadcast(graph, left.dims(), right.dims()));
    Dims dims = TRY(broadcast(graph, condition.dims(), both));
    if (left.dtype() == DType::boolean) { // no kernel, and the condition is of the same dtype
        auto const chosen_left = TRY(binary(graph, "And", condition, left));
        auto const chosen_right = TRY(binary(graph, "And", unary(graph, "Not", condition), right));
        return binary(graph, "Or", chosen_left, chosen_right);
    }
    return computed(graph, "Where", {&condition, &left, &right}, {left.dtype(), std::move(dims)}, {}, left.dtype());
}

GraphTensor number(DType dtype, double value)
{
    auto converted = Tensor::scalar(value).cast(dtype);
    CHECK(converted.has_value(), "a number has a real dtype");
    return GraphTensor::constant(*std::move(converted));
}

GraphTensor number(DType dtype, int64_t value)
{
    if (dtype == DType::int64)
        return GraphTensor::integer(value);
    auto converted = Tensor::scalar(value).cast(dtype);
    CHECK(converted.has_value(), "a number has a real dtype");
    return GraphTensor::constant(*std::move(converted));
}

GraphTensor filled(GraphBuilder& graph, GraphTensor const& scalar, Dims dims)
{
    auto const known = scalar.known();
    if (!known || known->dtype() == DType::string)
        return expand(graph, scalar, std::move(dims));
    if (dims.empty())
        return scalar;
    DType const dtype = scalar.dtype();
    return graph.node("ConstantOfShape", {GraphTensor::integers(dims)}, {dtype, dims}, {attribute("value", known->with_shape({1}))});
}

GraphTensor counted(GraphBuilder& graph, Dim const& start, Dim const& count, Dim const& step)
{
    static constexpr int64_t most_written_out = 4096;
    if (start.known() && step.known() && count.known() && *count.known() <= most_written_out) {
        std::vector<Dim> values;
        for (int64_t i = 0; i < *count.known(); ++i)
            values.push_back(start + Dim(i) * step);
        return GraphTensor::integers(std::move(values));
    }
    return graph.node("Range", {GraphTensor::integer(start), GraphTensor::integer(start + count * step), GraphTensor::integer(step)}, {DType::int64, {count}});
}

Result<void> require_equal(GraphBuilder& graph, Dim const& left, Dim const& right, std::string const& what)
{
    if (left == right)
        return {};
    auto const& symbols = graph.symbols();
    if (left.known() && right.known())
        return malformed("sizes do not fit: " + symbols.text_of(left) + " and " + symbols.text_of(right) + " " + what);
    if (!left.known() && !right.known())
        return {}; // two sizes of inputs: the runtime compares them
    Dim const& open = left.known() ? right : left;
    if (symbols.roots_of(open).empty())
        return {}; // depends on data: the runtime compares it
    graph.want_pinned(open);
    return unsupported("the size " + symbols.text_of(open) + " would have to be " + std::to_string(left.known() ? *left.known() : *right.known()) + " " + what).code(size_is_fixed_code);
}

Result<Dims> broadcast(GraphBuilder& graph, Dims const& left, Dims const& right)
{
    Dims dims;
    size_t const rank = std::max(left.size(), right.size());
    for (size_t i = 0; i < rank; ++i) {
        Dim const a = i + left.size() < rank ? Dim(1) : left[i + left.size() - rank];
        Dim const b = i + right.size() < rank ? Dim(1) : right[i + right.size() - rank];
        if (a == b || b.is(1)) {
            dims.push_back(a);
        } else if (a.is(1)) {
            dims.push_back(b);
        } else if (!a.known() && !b.known()) {
            dims.push_back(graph.symbols().derived(IntegerOperation::maximum, a, b));
        } else {
            TRY(within("broadcast", require_equal(graph, a, b, "to be broadcast")));
            dims.push_back(a.known() ? a : b);
        }
    }
    return dims;
}

Result<int64_t> need_number(GraphBuilder& graph, Dim const& dim, std::string const& what)
{
    if (auto const number = dim.known())
        return *number;
    if (graph.symbols().roots_of(dim).empty())
        return unsupported(what + " must be a number, and here it depends on data (" + graph.symbols().text_of(dim) + ")").code(depends_on_data_code);
    graph.want_pinned(dim);
    return unsupported(what + " must be a number, and here it is the size " + graph.symbols().text_of(dim)).code(size_is_fixed_code);
}

Result<Shape> need_numbers(GraphBuilder& graph, Dims const& dims, std::string const& what)
{
    Shape shape;
    for (auto const& dim : dims)
        shape.push_back(TRY(need_number(graph, dim, what)));
    return shape;
}
