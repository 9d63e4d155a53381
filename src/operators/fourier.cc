#include "operators/fourier.h"

#include "operators/complex_numbers.h"
#include "operators/families.h"
#include "operators/promotion.h"

#include <numeric>

// Fourier transforms (aten/src/ATen/native/SpectralOps.cpp).

namespace {

Dim size_at(GraphTensor const& tensor, int64_t axis) { return tensor.dims()[static_cast<size_t>(axis)]; }

Dim half_and_one(GraphBuilder& graph, Dim const& size) { return graph.symbols().derived(IntegerOperation::floor_divide, size, 2) + 1; }

// The node on pairs [..., 2] or real numbers [..., 1]; the inverse divides by the size.
Result<GraphTensor> dft(GraphBuilder& graph, GraphTensor const& given, int64_t axis, bool inverse, bool one_sided)
{
    DType const dtype = fourier_dtype(given.dtype(), size_at(given, axis));
    auto const x = TRY(cast(graph, given, dtype));
    Dims dims = x.dims();
    dims.back() = 2;
    if (one_sided)
        dims[static_cast<size_t>(axis)] = half_and_one(graph, dims[static_cast<size_t>(axis)]);
    Attributes attributes;
    if (inverse)
        attributes.push_back(attribute("inverse", int64_t{1}));
    if (one_sided)
        attributes.push_back(attribute("onesided", int64_t{1}));
    static constexpr int64_t first_opset_with_axis_input = 20;
    auto const place = GraphTensor::integer(axis);
    std::vector<GraphTensor const*> inputs{&x};
    if (graph.opset() >= first_opset_with_axis_input)
        inputs.insert(inputs.end(), {nullptr, &place});
    else
        attributes.push_back(attribute("axis", axis));
    return cast(graph, graph.node("DFT", inputs, {dtype, std::move(dims)}, std::move(attributes)), given.dtype());
}

// Pairs times or divided by the count of elements (or its root), as wanted beside what the nodes have done.
Result<GraphTensor> scaled(GraphBuilder& graph, GraphTensor const& pairs, Dim const& count, bool inverse, FourierScale scale)
{
    bool const done = inverse ? scale == FourierScale::by_count : scale == FourierScale::none;
    if (done)
        return pairs;
    Formula const elements(graph, cast(graph, GraphTensor::integer(count), pairs.dtype()));
    auto const factor = scale == FourierScale::by_root ? elements.sqrt() : elements;
    Formula const x(graph, pairs);
    return (inverse ? x * factor : x / factor).tensor();
}

Dim count_along(GraphTensor const& tensor, std::vector<int64_t> const& axes)
{
    Dim count = 1;
    for (int64_t const axis : axes)
        count = count * size_at(tensor, axis);
    return count;
}

// ---- arguments --------------------------------------------------------------------------------------------------------------

Result<FourierScale> scale_of_norm(Operation& op, bool inverse)
{
    auto const norm = op.has("norm") ? TRY(op.text("norm")) : std::string("backward");
    if (norm == "ortho")
        return FourierScale::by_root;
    if (norm != "backward" && norm != "forward")
        return malformed("a Fourier transform with the norm " + norm);
    return (norm == "forward") == inverse ? FourierScale::none : FourierScale::by_count;
}

Result<FourierScale> scale_of_number(Operation& op)
{
    auto const given = TRY(op.number("normalization"));
    if (given < 0 || given > 2)
        return malformed("a Fourier transform with the normalisation " + std::to_string(given));
    return static_cast<FourierScale>(given);
}

// Cut, or filled up with zeros, to `size` along an axis.
Result<GraphTensor> resized(GraphBuilder& graph, GraphTensor const& tensor, int64_t axis, Dim const& size)
{
    Dim const present = size_at(tensor, axis);
    if (present == size)
        return tensor;
    if (!present.known() || !size.known())
        return unsupported("a Fourier transform of another size than the tensor's, where one of them is symbolic");
    if (*size.known() <= 0)
        return malformed("a Fourier transform of size " + std::to_string(*size.known()));
    if (*size.known() < *present.known())
        return slice(graph, tensor, axis, 0, size);
    bool const complex = is_complex(tensor.dtype());
    auto const plain = complex ? pairs_of(graph, tensor) : tensor;
    Dims missing = plain.dims();
    missing[static_cast<size_t>(axis)] = size - present;
    auto const longer = concat(graph, {plain, filled(graph, number(plain.dtype(), 0.0), missing)}, axis);
    return complex ? complex_of(graph, longer) : longer;
}

// Integers become float32; half precision has no transform on a CPU.
Result<GraphTensor> transformable(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    DType const dtype = floating_for(self.dtype());
    if (dtype == DType::float16 || dtype == DType::bfloat16)
        return unsupported("a Fourier transform of " + std::string(name_of(dtype)));
    return cast(op.graph, self, dtype);
}

struct Plan {
    GraphTensor tensor; // of the sizes that are transformed
    std::vector<int64_t> axes;
    std::optional<Dim> last_size; // as given
};

Result<Plan> plan_of_one(Operation& op)
{
    Plan plan;
    plan.tensor = TRY(transformable(op));
    if (plan.tensor.rank() == 0)
        return malformed("a Fourier transform of a tensor of rank 0");
    plan.axes = {TRY(op.axis("dim", plan.tensor.rank()))};
    if (op.has("n"))
        plan.last_size = TRY(op.integer("n"));
    return plan;
}

// The axes and sizes of transforms over several: without axes the last ones that have sizes, or all.
Result<Plan> plan_of_many(Operation& op)
{
    Plan plan;
    plan.tensor = TRY(transformable(op));
    int64_t const rank = plan.tensor.rank();
    std::vector<Dim> sizes;
    if (op.has("s"))
        sizes = TRY(op.integers("s"));
    if (op.has("dim")) {
        for (int64_t const axis : TRY(op.numbers("dim")))
            plan.axes.push_back(TRY(wrapped_axis(axis, rank)));
    } else {
        plan.axes.resize(op.has("s") ? std::min(sizes.size(), static_cast<size_t>(rank)) : static_cast<size_t>(rank));
        std::iota(plan.axes.begin(), plan.axes.end(), rank - static_cast<int64_t>(plan.axes.size()));
    }
    if (plan.axes.empty() || (op.has("s") && sizes.size() != plan.axes.size()))
        return malformed("a Fourier transform over " + std::to_string(plan.axes.size()) + " axes of " + std::to_string(sizes.size()) + " sizes");
    for (size_t i = 0; i < sizes.size(); ++i) {
        if (sizes[i].is(-1))
            continue;
        if (i + 1 == sizes.size())
            plan.last_size = sizes[i];
        else
            plan.tensor = TRY(resized(op.graph, plan.tensor, plan.axes[i], sizes[i]));
    }
    return plan;
}

Result<GraphTensor> as_complex(GraphBuilder& graph, GraphTensor const& tensor)
{
    if (is_complex(tensor.dtype()))
        return tensor;
    return complex_from(graph, parts_of(graph, tensor));
}

// ---- rules ------------------------------------------------------------------------------------------------------------------

using PlanRule = Result<Plan> (*)(Operation&);

template <PlanRule plan_of, bool inverse>
Result<Value> to_complex(Operation& op) // fft, ifft and those of several axes
{
    auto plan = TRY(plan_of(op));
    if (plan.last_size)
        plan.tensor = TRY(resized(op.graph, plan.tensor, plan.axes.back(), *plan.last_size));
    auto const scale = TRY(scale_of_norm(op, inverse));
    if (!inverse && !is_complex(plan.tensor.dtype()))
        return op.result(TRY(transform_of_real(op.graph, plan.tensor, plan.axes, false, scale)));
    return op.result(TRY(complex_transform(op.graph, TRY(as_complex(op.graph, plan.tensor)), plan.axes, inverse, scale)));
}

template <PlanRule plan_of>
Result<Value> of_real(Operation& op) // rfft
{
    auto plan = TRY(plan_of(op));
    if (is_complex(plan.tensor.dtype()))
        return malformed("rfft of complex numbers");
    if (plan.last_size)
        plan.tensor = TRY(resized(op.graph, plan.tensor, plan.axes.back(), *plan.last_size));
    auto const scale = TRY(scale_of_norm(op, false));
    return op.result(TRY(transform_of_real(op.graph, plan.tensor, plan.axes, true, scale)));
}

template <PlanRule plan_of>
Result<Value> to_real(Operation& op) // irfft
{
    auto plan = TRY(plan_of(op));
    Dim const size = plan.last_size ? *plan.last_size : (size_at(plan.tensor, plan.axes.back()) - 1) * 2;
    plan.tensor = TRY(as_complex(op.graph, TRY(resized(op.graph, plan.tensor, plan.axes.back(), half_and_one(op.graph, size)))));
    auto const scale = TRY(scale_of_norm(op, true));
    return op.result(TRY(inverse_to_real(op.graph, plan.tensor, plan.axes, size, scale)));
}

Result<std::vector<int64_t>> axes_in_order_given(Operation& op, GraphTensor const& self)
{
    auto axes = TRY(op.numbers("dim"));
    for (auto& axis : axes)
        axis = TRY(wrapped_axis(axis, self.rank()));
    if (axes.empty())
        return unsupported("a Fourier transform over no axes");
    return axes;
}

Result<Value> core_of_real(Operation& op)
{
    auto const self = TRY(transformable(op));
    auto const axes = TRY(axes_in_order_given(op, self));
    auto const scale = TRY(scale_of_number(op));
    return op.result(TRY(transform_of_real(op.graph, self, axes, TRY(op.boolean("onesided")), scale)));
}

Result<Value> core_of_complex(Operation& op)
{
    auto const self = TRY(transformable(op));
    auto const axes = TRY(axes_in_order_given(op, self));
    auto const scale = TRY(scale_of_number(op));
    return op.result(TRY(complex_transform(op.graph, self, axes, !TRY(op.boolean("forward")), scale)));
}

Result<Value> core_to_real(Operation& op)
{
    auto const self = TRY(transformable(op));
    auto const axes = TRY(axes_in_order_given(op, self));
    auto const scale = TRY(scale_of_number(op));
    return op.result(TRY(inverse_to_real(op.graph, self, axes, TRY(op.integer("last_dim_size")), scale)));
}

// Halves swapped, so that the frequency 0 stands in the middle, or back.
template <bool back>
Result<Value> shifted(Operation& op)
{
    auto tensor = TRY(op.tensor("self"));
    for (int64_t const axis : TRY(op.axes("dim", tensor.rank()))) {
        Dim const size = size_at(tensor, axis);
        Dim const half = op.graph.symbols().derived(IntegerOperation::floor_divide, size, 2);
        Dim const start = back ? half : size - half;
        tensor = concat(op.graph, {slice(op.graph, tensor, axis, start, size), slice(op.graph, tensor, axis, 0, start)}, axis);
    }
    return op.result(tensor);
}

Result<Value> complex_of_parts(Operation& op)
{
    auto const real = TRY(op.tensor("real"));
    auto const imaginary = TRY(op.tensor("imag"));
    if (real.dtype() != imaginary.dtype() || (real.dtype() != DType::float32 && real.dtype() != DType::float64))
        return malformed("complex numbers of " + std::string(name_of(real.dtype())) + " and " + std::string(name_of(imaginary.dtype())));
    return op.result(TRY(complex_from(op.graph, {Formula(op.graph, real), Formula(op.graph, imaginary)})));
}

Result<Value> complex_of_polar(Operation& op)
{
    Formula const length(op.graph, TRY(op.tensor("abs")));
    Formula const angle(op.graph, TRY(op.tensor("angle")));
    return op.result(TRY(complex_from(op.graph, {length * angle.through("Cos"), length * angle.through("Sin")})));
}

Result<Value> view_as_complex(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (self.rank() == 0 || (self.dtype() != DType::float32 && self.dtype() != DType::float64))
        return malformed("view_as_complex of " + std::string(name_of(self.dtype())) + " of rank " + std::to_string(self.rank()));
    TRY(require_equal(op.graph, self.dims().back(), 2, "where pairs are seen as complex numbers"));
    return op.result(complex_of(op.graph, self));
}

Result<Value> same(Operation& op) { return op.argument("self"); } // of real numbers

constexpr OperatorRow rows[] = {
    {"aten::fft_fft(Tensor self, int? n=None, int dim=-1, str? norm=None) -> Tensor", to_complex<plan_of_one, false>},
    {"aten::fft_ifft(Tensor self, int? n=None, int dim=-1, str? norm=None) -> Tensor", to_complex<plan_of_one, true>},
    {"aten::fft_rfft(Tensor self, int? n=None, int dim=-1, str? norm=None) -> Tensor", of_real<plan_of_one>},
    {"aten::fft_irfft(Tensor self, int? n=None, int dim=-1, str? norm=None) -> Tensor", to_real<plan_of_one>},
    {"aten::fft_fft2(Tensor self, int[1]? s=None, int[1] dim=[-2,-1], str? norm=None) -> Tensor", to_complex<plan_of_many, false>},
    {"aten::fft_ifft2(Tensor self, int[1]? s=None, int[1] dim=[-2,-1], str? norm=None) -> Tensor", to_complex<plan_of_many, true>},
    {"aten::fft_rfft2(Tensor self, int[1]? s=None, int[1] dim=[-2,-1], str? norm=None) -> Tensor", of_real<plan_of_many>},
    {"aten::fft_irfft2(Tensor self, int[1]? s=None, int[1] dim=[-2,-1], str? norm=None) -> Tensor", to_real<plan_of_many>},
    {"aten::fft_fftn(Tensor self, int[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor", to_complex<plan_of_many, false>},
    {"aten::fft_ifftn(Tensor self, int[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor", to_complex<plan_of_many, true>},
    {"aten::fft_rfftn(Tensor self, int[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor", of_real<plan_of_many>},
    {"aten::fft_irfftn(Tensor self, int[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor", to_real<plan_of_many>},
    {"aten::_fft_r2c(Tensor self, int[] dim, int normalization, bool onesided) -> Tensor", core_of_real},
    {"aten::_fft_c2c(Tensor self, int[] dim, int normalization, bool forward) -> Tensor", core_of_complex},
    {"aten::_fft_c2r(Tensor self, int[] dim, int normalization, int last_dim_size) -> Tensor", core_to_real},
    {"aten::fft_fftshift(Tensor self, int[1]? dim=None) -> Tensor", shifted<false>},
    {"aten::fft_ifftshift(Tensor self, int[1]? dim=None) -> Tensor", shifted<true>},
    {"aten::complex(Tensor real, Tensor imag) -> Tensor", complex_of_parts},
    {"aten::polar(Tensor abs, Tensor angle) -> Tensor", complex_of_polar},
    {"aten::view_as_complex(Tensor self) -> Tensor", view_as_complex},
    {"aten::real(Tensor self) -> Tensor", same},
    {"aten::conj(Tensor self) -> Tensor", same},
    {"aten::conj_physical(Tensor self) -> Tensor", same},
    {"aten::resolve_conj(Tensor self) -> Tensor", same},
    {"aten::resolve_neg(Tensor self) -> Tensor", same},
};

}

DType fourier_dtype(DType real, Dim const& size)
{
    auto const known = size.known();
    bool const power_of_2 = known && *known > 0 && (*known & (*known - 1)) == 0;
    return power_of_2 ? real : DType::float64;
}

Result<GraphTensor> complex_transform(GraphBuilder& graph, GraphTensor const& tensor, std::vector<int64_t> const& axes, bool inverse, FourierScale scale)
{
    auto pairs = pairs_of(graph, tensor);
    for (int64_t const axis : axes)
        pairs = TRY(dft(graph, pairs, axis, inverse, false));
    return complex_of(graph, TRY(scaled(graph, pairs, count_along(tensor, axes), inverse, scale)));
}

Result<GraphTensor> transform_of_real(GraphBuilder& graph, GraphTensor const& tensor, std::vector<int64_t> const& axes, bool one_sided, FourierScale scale)
{
    auto pairs = TRY(dft(graph, unsqueeze(graph, tensor, {tensor.rank()}), axes.back(), false, one_sided));
    for (size_t i = 0; i + 1 < axes.size(); ++i)
        pairs = TRY(dft(graph, pairs, axes[i], false, false));
    return complex_of(graph, TRY(scaled(graph, pairs, count_along(tensor, axes), false, scale)));
}

Result<GraphTensor> inverse_to_real(GraphBuilder& graph, GraphTensor const& tensor, std::vector<int64_t> const& axes, Dim const& size, FourierScale scale)
{
    int64_t const last = axes.back();
    Dim const half = half_and_one(graph, size);
    TRY(require_equal(graph, size_at(tensor, last), half, "where frequencies are turned back"));
    auto half_pairs = pairs_of(graph, tensor);
    for (size_t i = 0; i + 1 < axes.size(); ++i)
        half_pairs = TRY(dft(graph, half_pairs, axes[i], true, false));
    // The other half are conjugates, backwards.
    auto const places = counted(graph, size - half, size - half, -1);
    auto const mirrored = conjugate(graph, complex_of(graph, gather(graph, half_pairs, places, last)));
    auto const other_pairs = pairs_of(graph, TRY(mirrored));
    auto const whole = concat(graph, {half_pairs, other_pairs}, last);
    auto const pairs = TRY(dft(graph, whole, last, true, false));
    auto const real = select(graph, pairs, tensor.rank(), 0);
    return scaled(graph, real, count_along(real, axes), true, scale);
}

std::span<OperatorRow const> fourier_operators() { return rows; }
