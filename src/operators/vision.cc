#include "operators/families.h"
#include "operators/formula.h"

#include <algorithm>

// Operators of torchvision (torchvision/csrc/ops/cpu): boxes, and features sampled in them.

namespace {

// Boxes by falling score, each kept that overlaps none of those before it by more than the threshold.
Result<Value> nms(Operation& op)
{
    auto const boxes = TRY(cast(op.graph, TRY(op.tensor("dets")), DType::float32));
    auto const scores = TRY(cast(op.graph, TRY(op.tensor("scores")), DType::float32));
    if (boxes.rank() != 2 || scores.rank() != 1)
        return malformed("boxes of rank " + std::to_string(boxes.rank()) + " and scores of rank " + std::to_string(scores.rank()));
    auto const threshold = static_cast<float>(TRY(op.floating("iou_threshold")));
    auto const boxes_of_one = unsqueeze(op.graph, boxes, {0});
    auto const scores_of_one = unsqueeze(op.graph, scores, {0, 1});
    auto const most = GraphTensor::integers({count_of(scores.dims())});
    auto const least_overlap = GraphTensor::constant(Tensor::of<float>(DType::float32, {1}, {threshold}));
    auto const found = op.graph.node("NonMaxSuppression", {boxes_of_one, scores_of_one, most, least_overlap}, {DType::int64, {Dim(0), Dim(3)}});
    auto const kept = found.with_dims({op.graph.size_of(*found.name(), 0), Dim(3)});
    return op.result(select(op.graph, kept, 1, 2));
}

struct Regions {
    GraphTensor boxes; // [regions, 4]
    GraphTensor images; // int64 [regions]
};

// A region is the number of its image and its corners.
Result<Regions> regions_of(Operation& op, DType dtype)
{
    auto const rois = TRY(cast(op.graph, TRY(op.tensor("rois")), dtype));
    if (rois.rank() != 2)
        return malformed("regions of rank " + std::to_string(rois.rank()));
    TRY(require_equal(op.graph, rois.dims()[1], 5, "numbers that say what a region is"));
    auto const images = TRY(cast(op.graph, select(op.graph, rois, 1, 0), DType::int64));
    return Regions{slice(op.graph, rois, 1, 1, 5), images};
}

Result<Value> roi_align(Operation& op)
{
    auto const input = TRY(op.tensor("input"));
    if (input.rank() != 4)
        return malformed("regions of a tensor of rank " + std::to_string(input.rank()));
    auto const [boxes, images] = TRY(regions_of(op, input.dtype()));
    auto const height = TRY(op.number("pooled_height"));
    auto const width = TRY(op.number("pooled_width"));
    auto const scale = static_cast<float>(TRY(op.floating("spatial_scale")));
    bool const aligned = TRY(op.boolean("aligned"));
    Attributes attributes{attribute("coordinate_transformation_mode", std::string(aligned ? "half_pixel" : "output_half_pixel")), attribute("mode", std::string("avg")), attribute("output_height", height), attribute("output_width", width),
        attribute("sampling_ratio", std::max<int64_t>(TRY(op.number("sampling_ratio")), 0)), attribute("spatial_scale", scale)};
    if (op.graph.opset() >= 22)
        return unsupported("roi_align in opset 22 and later, which ONNX Runtime does not run").hint("convert to opset 21 or lower");
    GraphType const type{input.dtype(), {boxes.dims()[0], input.dims()[1], Dim(height), Dim(width)}};
    return op.result(computed(op.graph, "RoiAlign", {&input, &boxes, &images}, type, std::move(attributes)));
}

// The places of the largest elements, which only training asks for, are not given.
Result<Value> roi_pool(Operation& op)
{
    auto const input = TRY(cast(op.graph, TRY(op.tensor("input")), DType::float32));
    if (input.rank() != 4)
        return malformed("regions of a tensor of rank " + std::to_string(input.rank()));
    auto const rois = TRY(cast(op.graph, TRY(op.tensor("rois")), DType::float32));
    if (rois.rank() != 2)
        return malformed("regions of rank " + std::to_string(rois.rank()));
    if (op.graph.opset() >= 22)
        return unsupported("roi_pool in opset 22 and later, which ONNX Runtime does not run").hint("convert to opset 21 or lower");
    auto const height = TRY(op.number("pooled_height"));
    auto const width = TRY(op.number("pooled_width"));
    auto const scale = static_cast<float>(TRY(op.floating("spatial_scale")));
    GraphType const type{DType::float32, {rois.dims()[0], input.dims()[1], Dim(height), Dim(width)}};
    auto const pooled = op.graph.node("MaxRoiPool", {input, rois}, type, {attribute("pooled_shape", std::vector<int64_t>{height, width}), attribute("spatial_scale", scale)});
    return tuple_of({op.result(TRY(cast(op.graph, pooled, TRY(op.tensor("input")).dtype()))), Value{PoisonValue{}}});
}

// ---- convolutions whose kernels reach where offsets say -------------------------------------------------------------------------

struct Axis {
    int64_t kernel = 0;
    int64_t stride = 1;
    int64_t padding = 0;
    int64_t dilation = 1;
    Dim input;
    Dim output;
};

Result<Axis> axis_of(Operation& op, std::string const& letter, Dim const& input, Dim const& kernel, Dim const& output)
{
    Axis axis;
    axis.kernel = TRY(need_number(op.graph, kernel, "the size of a kernel"));
    axis.stride = TRY(op.number("stride_" + letter));
    axis.padding = TRY(op.number("pad_" + letter));
    axis.dilation = TRY(op.number("dilation_" + letter));
    axis.input = input;
    axis.output = output;
    return axis;
}

// Where the taps of the kernel start along an axis, before offsets: [taps, 1, 1] + [1, output] turned to that axis.
Formula starts(GraphBuilder& graph, Axis const& axis, Dims const& taps, Dims const& along, std::vector<float> places)
{
    auto const count = static_cast<int64_t>(places.size());
    auto const of_taps = GraphTensor::constant(Tensor::of<float>(DType::float32, {count}, std::move(places)));
    auto const steps = cast(graph, counted(graph, 0, axis.output, Dim(axis.stride)), DType::float32);
    return Formula(graph, reshape(graph, of_taps, taps)) + Formula(graph, steps ? reshape(graph, *steps, along) : of_taps);
}

// A place on an axis as GridSample counts them: -1 is the outer edge of the first element, 1 that of the last.
Result<GraphTensor> grid_place(GraphBuilder& graph, Formula const& place, Dim const& size)
{
    auto const length = TRY(cast(graph, GraphTensor::integer(size), DType::float32));
    return ((place * 2.0 + 1.0) / Formula(graph, length) - 1.0).tensor();
}

Result<Value> deform_conv2d(Operation& op)
{
    GraphBuilder& graph = op.graph;
    auto const input = TRY(op.tensor("input"));
    auto const weight = TRY(op.tensor("weight"));
    auto const offset = TRY(op.tensor("offset"));
    if (input.rank() != 4 || weight.rank() != 4 || offset.rank() != 4)
        return malformed("a deformable convolution of a tensor of rank " + std::to_string(input.rank()));
    if (input.dtype() != DType::float32)
        return unsupported("a deformable convolution of " + std::string(name_of(input.dtype())));
    auto const rows = TRY(axis_of(op, "h", input.dims()[2], weight.dims()[2], offset.dims()[2]));
    auto const columns = TRY(axis_of(op, "w", input.dims()[3], weight.dims()[3], offset.dims()[3]));
    auto const groups = TRY(op.number("offset_groups"));
    auto const channels = TRY(need_number(graph, input.dims()[1], "the channels of a deformable convolution"));
    int64_t const taps = rows.kernel * columns.kernel;
    if (groups <= 0 || channels % groups != 0 || taps <= 0)
        return malformed("offsets in " + std::to_string(groups) + " groups of " + std::to_string(channels) + " channels");
    Dim const batch = input.dims()[0];
    std::vector<float> row_places;
    std::vector<float> column_places;
    for (int64_t i = 0; i < taps; ++i) {
        row_places.push_back(static_cast<float>(i / columns.kernel * rows.dilation - rows.padding));
        column_places.push_back(static_cast<float>(i % columns.kernel * columns.dilation - columns.padding));
    }
    auto const first_rows = starts(graph, rows, {Dim(taps), Dim(1), Dim(1)}, {rows.output, Dim(1)}, std::move(row_places));
    auto const first_columns = starts(graph, columns, {Dim(taps), Dim(1), Dim(1)}, {Dim(1), columns.output}, std::move(column_places));
    auto const offsets = reshape(graph, offset, {batch, Dim(groups), Dim(taps), Dim(2), rows.output, columns.output});
    bool const masked = TRY(op.boolean("use_mask"));
    auto const mask = masked ? reshape(graph, TRY(op.tensor("mask")), {batch, Dim(groups), Dim(taps), rows.output, columns.output}) : offsets;
    std::vector<GraphTensor> sampled;
    for (int64_t group = 0; group < groups; ++group) {
        auto const own = select(graph, offsets, 1, group);
        auto const y = TRY(grid_place(graph, Formula(graph, select(graph, own, 2, 0)) + first_rows, rows.input));
        auto const x = TRY(grid_place(graph, Formula(graph, select(graph, own, 2, 1)) + first_columns, columns.input));
        auto const grid = reshape(graph, concat(graph, {unsqueeze(graph, x, {4}), unsqueeze(graph, y, {4})}, 4), {batch, Dim(taps) * rows.output, columns.output, Dim(2)});
        int64_t const width = channels / groups;
        auto const part = slice(graph, input, 1, group * width, (group + 1) * width);
        std::string const mode = graph.opset() >= 20 ? "linear" : "bilinear";
        auto const taken = graph.node("GridSample", {part, grid}, {DType::float32, {batch, Dim(width), Dim(taps) * rows.output, columns.output}}, {attribute("align_corners", int64_t{0}), attribute("mode", mode), attribute("padding_mode", std::string("zeros"))});
        auto result = reshape(graph, taken, {batch, Dim(width), Dim(taps), rows.output, columns.output});
        if (masked)
            result = TRY(binary(graph, "Mul", result, unsqueeze(graph, select(graph, mask, 1, group), {1})));
        sampled.push_back(result);
    }
    auto const all = reshape(graph, groups == 1 ? sampled[0] : concat(graph, sampled, 1), {batch, Dim(channels * taps), rows.output, columns.output});
    auto const flat_weight = reshape(graph, weight, {weight.dims()[0], weight.dims()[1] * Dim(taps), Dim(1), Dim(1)});
    auto const ones = op.list_of({Dim(1), Dim(1)});
    auto const zeros = op.list_of({Dim(0), Dim(0)});
    return op.call("aten::conv2d", {op.result(all), op.result(flat_weight), op.argument("bias"), ones, zeros, ones, op.argument("groups")});
}

constexpr OperatorRow rows[] = {
    {"torchvision::nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor", nms},
    {"torchvision::roi_align(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width, int sampling_ratio, bool aligned) -> Tensor", roi_align},
    {"torchvision::roi_pool(Tensor input, Tensor rois, float spatial_scale, int pooled_height, int pooled_width) -> (Tensor, Tensor)", roi_pool},
    {"torchvision::deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, int groups, int offset_groups, bool use_mask) -> Tensor", deform_conv2d},
};

}

std::span<OperatorRow const> vision_operators() { return rows; }
