#include "operators/complex_numbers.h"
#include "operators/families.h"
#include "operators/fourier.h"

#include <cmath>
#include <numbers>

// Spectrograms and the way back (aten/src/ATen/native/SpectralOps.cpp).

namespace {

// What a transform of overlapping frames is done with.
struct Frames {
    int64_t size = 0; // n_fft
    int64_t step = 0; // hop_length
    GraphTensor window; // [size]
    bool normalized = false;
    bool one_sided = true;
};

// A window that is shorter than the frames stands in their middle.
Result<GraphTensor> window_of(Operation& op, int64_t size, DType dtype)
{
    auto const length = op.has("win_length") ? TRY(op.number("win_length")) : size;
    if (length <= 0 || length > size)
        return malformed("a window of " + std::to_string(length) + " in frames of " + std::to_string(size));
    auto window = filled(op.graph, number(dtype, 1.0), {length});
    if (op.has("window"))
        window = TRY(cast(op.graph, TRY(op.tensor("window")), dtype));
    if (window.rank() != 1)
        return malformed("a window of rank " + std::to_string(window.rank()));
    TRY(require_equal(op.graph, window.dims()[0], length, "where frames are weighted by a window"));
    int64_t const before = (size - length) / 2;
    if (length == size)
        return window;
    auto const zeros = [&](int64_t count) { return filled(op.graph, number(dtype, 0.0), {count}); };
    std::vector<GraphTensor> parts;
    if (before > 0)
        parts.push_back(zeros(before));
    parts.push_back(window);
    parts.push_back(zeros(size - length - before));
    return concat(op.graph, parts, 0);
}

Result<Frames> frames_of(Operation& op, DType dtype)
{
    Frames frames;
    frames.size = TRY(op.number("n_fft"));
    static constexpr int64_t largest = 1 << 20;
    if (frames.size <= 0 || frames.size > largest)
        return malformed("frames of " + std::to_string(frames.size));
    frames.step = op.has("hop_length") ? TRY(op.number("hop_length")) : frames.size / 4;
    if (frames.step <= 0)
        return malformed("frames that are " + std::to_string(frames.step) + " apart");
    frames.window = TRY(window_of(op, frames.size, dtype));
    frames.normalized = TRY(op.boolean("normalized"));
    frames.one_sided = !op.has("onesided") || TRY(op.boolean("onesided"));
    return frames;
}

// ---- forwards -----------------------------------------------------------------------------------------------------------------

// Half a frame on each side of the last axis, as torch.nn.functional.pad fills it.
Result<GraphTensor> centered(GraphBuilder& graph, GraphTensor const& signal, int64_t half, std::string const& mode)
{
    std::string const name = mode == "replicate" ? "edge" : mode;
    if (name != "reflect" && name != "edge" && name != "constant")
        return unsupported("frames centred with padding of the mode " + mode);
    std::vector<int64_t> pads(static_cast<size_t>(2 * signal.rank()), 0);
    pads[static_cast<size_t>(signal.rank() - 1)] = half;
    pads.back() = half;
    Dims dims = signal.dims();
    dims.back() = dims.back() + 2 * half;
    return graph.node("Pad", {signal, GraphTensor::constant(Tensor::vector(std::move(pads)))}, {signal.dtype(), std::move(dims)}, {attribute("mode", name)});
}

Result<Value> spectrogram(Operation& op, GraphTensor const& given)
{
    GraphBuilder& graph = op.graph;
    if (is_complex(given.dtype()))
        return unsupported("stft of complex numbers");
    if ((given.rank() != 1 && given.rank() != 2) || (given.dtype() != DType::float32 && given.dtype() != DType::float64))
        return malformed("stft of " + std::string(name_of(given.dtype())) + " of rank " + std::to_string(given.rank()));
    if (op.has("align_to_window") && TRY(op.boolean("align_to_window")))
        return unsupported("stft whose frames are aligned to their window");
    DType const dtype = given.dtype();
    auto const frames = TRY(frames_of(op, dtype));
    DType const wide = fourier_dtype(dtype, frames.size);
    auto const batch = given.rank() == 1 ? unsqueeze(graph, given, {0}) : given;
    auto const signal = unsqueeze(graph, TRY(cast(graph, batch, wide)), {2});
    auto const window = TRY(cast(graph, frames.window, wide));
    Dim const count = graph.symbols().derived(IntegerOperation::floor_divide, batch.dims()[1] - frames.size, frames.step) + 1;
    Dim const frequencies = frames.one_sided ? frames.size / 2 + 1 : frames.size;
    auto const step = GraphTensor::integer(frames.step);
    auto const spectrum = graph.node("STFT", {signal, step, window}, {wide, {batch.dims()[0], count, frequencies, 2}}, {attribute("onesided", static_cast<int64_t>(frames.one_sided))});
    auto pairs = transpose(graph, TRY(cast(graph, spectrum, dtype)), {0, 2, 1, 3});
    if (frames.normalized)
        pairs = TRY((Formula(graph, pairs) * (1 / std::sqrt(static_cast<double>(frames.size)))).tensor());
    if (given.rank() == 1)
        pairs = squeeze(graph, pairs, {0});
    bool const complex = op.has("return_complex") && TRY(op.boolean("return_complex"));
    return op.result(complex ? complex_of(graph, pairs) : pairs);
}

Result<Value> stft(Operation& op) { return spectrogram(op, TRY(op.tensor("self"))); }

Result<Value> stft_centered(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    if (!TRY(op.boolean("center")))
        return spectrogram(op, self);
    auto const half = TRY(op.number("n_fft")) / 2;
    return spectrogram(op, TRY(centered(op.graph, self, half, TRY(op.text("pad_mode")))));
}

// ---- and back -----------------------------------------------------------------------------------------------------------------

// What each part of a spectrum's frame adds to the samples: [frequencies * 2, 1, size], real parts before imaginary ones.
Tensor inverse_basis(Frames const& frames, DType dtype)
{
    int64_t const size = frames.size;
    int64_t const frequencies = frames.one_sided ? size / 2 + 1 : size;
    double const scale = frames.normalized ? 1 / std::sqrt(static_cast<double>(size)) : 1 / static_cast<double>(size);
    std::vector<double> basis(static_cast<size_t>(2 * frequencies * size));
    for (int64_t k = 0; k < frequencies; ++k) {
        bool const mirrored = frames.one_sided && k != 0 && 2 * k != size; // stands for its conjugate as well
        for (int64_t t = 0; t < size; ++t) {
            double const angle = 2 * std::numbers::pi * static_cast<double>(k * t % size) / static_cast<double>(size);
            basis[static_cast<size_t>(k * size + t)] = std::cos(angle) * scale * (mirrored ? 2 : 1);
            basis[static_cast<size_t>((frequencies + k) * size + t)] = -std::sin(angle) * scale * (mirrored ? 2 : 1);
        }
    }
    auto result = Tensor::of<double>(DType::float64, {2 * frequencies, 1, size}, std::move(basis)).cast(dtype);
    CHECK(result.has_value(), "the basis is of a floating dtype");
    return *std::move(result);
}

// Frames added where they overlap: columns [B, n, T] times a kernel [n, 1, size].
GraphTensor overlapped(GraphBuilder& graph, GraphTensor const& columns, GraphTensor const& kernel, Frames const& frames)
{
    Dim const length = (columns.dims()[2] - 1) * frames.step + frames.size;
    return computed(graph, "ConvTranspose", {&columns, &kernel}, {columns.dtype(), {columns.dims()[0], 1, length}}, {attribute("strides", std::vector<int64_t>{frames.step})});
}

// Samples from `start` on, `length` of them; zeros where there are no more.
Result<GraphTensor> cut(GraphBuilder& graph, GraphTensor const& samples, Dim const& start, Dim const& end)
{
    Dim const present = samples.dims().back();
    if (present.known() && end.known() && *end.known() > *present.known()) {
        Dims missing = samples.dims();
        missing.back() = end - present;
        return slice(graph, concat(graph, {samples, filled(graph, number(samples.dtype(), 0.0), missing)}, samples.rank() - 1), samples.rank() - 1, start, end);
    }
    if (!(end == present) && !(present.known() && end.known()) && !graph.symbols().not_negative_unless_empty(present - end))
        return unsupported("istft to a length that may be more than there is");
    return slice(graph, samples, samples.rank() - 1, start, end);
}

Result<Value> istft(Operation& op)
{
    GraphBuilder& graph = op.graph;
    auto const self = TRY(op.tensor("self"));
    if (TRY(op.boolean("return_complex")))
        return unsupported("istft to complex numbers");
    auto pairs = is_complex(self.dtype()) ? pairs_of(graph, self) : self;
    bool const single = pairs.rank() == 3;
    if (single)
        pairs = unsqueeze(graph, pairs, {0});
    if (pairs.rank() != 4 || (pairs.dtype() != DType::float32 && pairs.dtype() != DType::float64))
        return malformed("istft of " + std::string(name_of(self.dtype())) + " of rank " + std::to_string(self.rank()));
    DType const dtype = pairs.dtype();
    auto frames = TRY(frames_of(op, dtype));
    static constexpr int64_t largest_basis = 4096;
    if (frames.size > largest_basis)
        return unsupported("istft of frames of " + std::to_string(frames.size) + ", at most " + std::to_string(largest_basis));
    frames.one_sided = op.has("onesided") ? frames.one_sided : !pairs.dims()[1].is(frames.size);
    Dim const frequencies = frames.one_sided ? frames.size / 2 + 1 : frames.size;
    TRY(require_equal(graph, pairs.dims()[1], frequencies, "where a spectrum is turned back"));
    Dims const& dims = pairs.dims();
    auto const columns = reshape(graph, transpose(graph, pairs, {0, 3, 1, 2}), {dims[0], frequencies * 2, dims[2]});
    auto const window = reshape(graph, frames.window, {1, 1, frames.size});
    auto const kernel = TRY(binary(graph, "Mul", GraphTensor::constant(inverse_basis(frames, dtype)), window));
    auto const sums = overlapped(graph, columns, kernel, frames);
    auto const ones = filled(graph, number(dtype, 1.0), {1, 1, dims[2]});
    auto const envelope = overlapped(graph, ones, TRY(binary(graph, "Mul", window, window)), frames);
    Dim const total = sums.dims()[2];
    Dim const start = TRY(op.boolean("center")) ? frames.size / 2 : 0;
    Dim const end = op.has("length") ? start + TRY(op.integer("length")) : total - start;
    auto const flat = [&](GraphTensor const& tensor) { return reshape(graph, tensor, {tensor.dims()[0], tensor.dims()[2]}); };
    Dim const reach = total.known() && end.known() && *end.known() > *total.known() ? total : end;
    auto const samples = TRY(cut(graph, flat(sums), start, reach));
    auto const weights = TRY(cut(graph, flat(envelope), start, reach));
    auto result = TRY(binary(graph, "Div", samples, weights));
    if (!(reach == end))
        result = TRY(cut(graph, result, 0, end - start));
    return op.result(single ? squeeze(graph, result, {0}) : result);
}

constexpr OperatorRow rows[] = {
    {"aten::stft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool normalized=False, bool? onesided=None, bool? return_complex=None, bool? align_to_window=None) -> Tensor", stft},
    {"aten::stft.center(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, str pad_mode='reflect', bool normalized=False, bool? onesided=None, bool? return_complex=None, bool? align_to_window=None) -> Tensor", stft_centered},
    {"aten::istft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, bool normalized=False, bool? onesided=None, int? length=None, bool return_complex=False) -> Tensor", istft},
};

}

std::span<OperatorRow const> short_time_fourier_operators() { return rows; }
