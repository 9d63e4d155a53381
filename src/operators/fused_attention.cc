#include "operators/families.h"
#include "operators/formula.h"
#include "operators/normalise.h"
#include "operators/products.h"

#include <cmath>
#include <limits>

// The fused layers that PyTorch's fast path leaves in a trace (aten/src/ATen/native/transformers/attention.cpp, transformer.cpp).

namespace {

// ---- heads ------------------------------------------------------------------------------------------------------------------

// [B, T, heads * d] -> [B, heads, T, d]
Result<GraphTensor> split_heads(GraphBuilder& graph, GraphTensor const& tensor, int64_t heads)
{
    if (tensor.rank() != 3 || heads <= 0)
        return malformed("heads of a tensor of rank " + std::to_string(tensor.rank()));
    Dim const size = graph.symbols().derived(IntegerOperation::floor_divide, tensor.dims()[2], heads);
    TRY(require_equal(graph, size * heads, tensor.dims()[2], "where attention is split into heads"));
    return transpose(graph, reshape(graph, tensor, {tensor.dims()[0], tensor.dims()[1], heads, size}), {0, 2, 1, 3});
}

struct Heads {
    GraphTensor query; // [B, heads, T, d], times 1 / sqrt d
    GraphTensor key;
    GraphTensor value;
};

Result<Heads> heads_of(GraphBuilder& graph, GraphTensor const& query, GraphTensor const& key, GraphTensor const& value, int64_t heads)
{
    Heads result;
    result.query = TRY(split_heads(graph, query, heads));
    result.key = TRY(split_heads(graph, key, heads));
    result.value = TRY(split_heads(graph, value, heads));
    auto const size = TRY(need_number(graph, result.query.dims()[3], "the size of a head"));
    result.query = TRY((Formula(graph, result.query) / std::sqrt(static_cast<double>(size))).tensor());
    return result;
}

// The third of [3 * n, ...] that counts `which`.
GraphTensor third(GraphBuilder& graph, GraphTensor const& tensor, int64_t axis, int64_t which)
{
    Dim const part = graph.symbols().derived(IntegerOperation::floor_divide, tensor.dims()[static_cast<size_t>(axis)], 3);
    return slice(graph, tensor, axis, part * which, part * (which + 1));
}

Result<Value> transform_bias_rescale_qkv(Operation& op)
{
    auto const given = TRY(op.tensor("qkv"));
    if (given.rank() != 3)
        return malformed("queries, keys and values of rank " + std::to_string(given.rank()));
    auto const all = TRY(binary(op.graph, "Add", given, TRY(op.tensor("qkv_bias"))));
    auto const heads = TRY(op.number("num_heads"));
    auto const result = TRY(heads_of(op.graph, third(op.graph, all, 2, 0), third(op.graph, all, 2, 1), third(op.graph, all, 2, 2), heads));
    return op.results({result.query, result.key, result.value});
}

// What a fused layer of attention has, beside its mask.
struct FusedAttention {
    GraphTensor query; // [B, T, D]
    GraphTensor key;
    GraphTensor value;
    int64_t heads = 1;
};

bool same_value(GraphTensor const& left, GraphTensor const& right) { return left.name() != nullptr && right.name() != nullptr && *left.name() == *right.name(); }

Result<Heads> projected(Operation& op, FusedAttention const& fused)
{
    GraphBuilder& graph = op.graph;
    auto const weight = TRY(op.tensor("qkv_weight"));
    auto const bias = TRY(op.tensor("qkv_bias"));
    if (weight.rank() != 2 || bias.rank() != 1)
        return malformed("attention with weights of rank " + std::to_string(weight.rank()));
    if (same_value(fused.query, fused.key) && same_value(fused.query, fused.value)) {
        auto const all = TRY(linear_of(graph, fused.query, weight, bias));
        return heads_of(graph, third(graph, all, 2, 0), third(graph, all, 2, 1), third(graph, all, 2, 2), fused.heads);
    }
    auto const part = [&](GraphTensor const& tensor, int64_t which) { return linear_of(graph, tensor, third(graph, weight, 0, which), third(graph, bias, 0, which)); };
    auto const query = TRY(part(fused.query, 0));
    auto const key = TRY(part(fused.key, 1));
    return heads_of(graph, query, key, TRY(part(fused.value, 2)), fused.heads);
}

// Here true means that a key is left out; `mask_type` says how the mask's axes lie: 0 [L, S], 1 [B, S], 2 as the scores.
Result<GraphTensor> left_out(Operation& op, GraphTensor const& scores)
{
    auto mask = TRY(cast(op.graph, TRY(op.tensor("mask")), DType::boolean));
    auto const type = op.has("mask_type") ? TRY(op.number("mask_type")) : int64_t{2};
    if (type == 1 && mask.rank() == 2)
        mask = unsqueeze(op.graph, mask, {1, 2});
    else if (mask.rank() != (type == 0 ? 2 : scores.rank()))
        return malformed("a mask of rank " + std::to_string(mask.rank()) + " and type " + std::to_string(type));
    return mask;
}

struct FusedResult {
    GraphTensor output; // [B, T, D]
    GraphTensor likely; // [B, heads, T, S]
};

Result<FusedResult> fused_attention(Operation& op, FusedAttention const& fused)
{
    GraphBuilder& graph = op.graph;
    auto const heads = TRY(projected(op, fused));
    auto scores = TRY(matrix_product(graph, heads.query, matrices_turned(graph, heads.key)));
    if (op.has("mask")) // rows without a key give NaN
        scores = TRY(where(graph, TRY(left_out(op, scores)), number(scores.dtype(), -std::numeric_limits<double>::infinity()), scores));
    FusedResult result;
    result.likely = softmax_over_last(graph, scores);
    auto const joined = transpose(graph, TRY(matrix_product(graph, result.likely, heads.value)), {0, 2, 1, 3});
    auto const flat = reshape(graph, joined, {joined.dims()[0], joined.dims()[1], joined.dims()[2] * joined.dims()[3]});
    auto const weight = TRY(op.tensor("proj_weight"));
    result.output = TRY(linear_of(graph, flat, weight, TRY(op.tensor("proj_bias"))));
    return result;
}

Result<Value> native_multi_head_attention(Operation& op)
{
    FusedAttention fused;
    fused.query = TRY(op.tensor("query"));
    fused.key = TRY(op.tensor("key"));
    fused.value = TRY(op.tensor("value"));
    fused.heads = TRY(op.number("num_head"));
    auto const result = TRY(fused_attention(op, fused));
    std::vector<Value> items{op.result(result.output)};
    if (!TRY(op.boolean("need_weights")))
        items.push_back(none());
    else if (TRY(op.boolean("average_attn_weights")))
        items.push_back(op.result(reduce(op.graph, "ReduceMean", result.likely, {1}, false)));
    else
        items.push_back(op.result(result.likely));
    return tuple_of(std::move(items));
}

// ---- encoder layers -----------------------------------------------------------------------------------------------------------

Result<GraphTensor> encoder_norm(Operation& op, GraphTensor const& x, std::string_view weight_name, std::string_view bias_name)
{
    ScaleAndShift affine;
    affine.scale = TRY(op.tensor(weight_name));
    affine.shift = TRY(op.tensor(bias_name));
    return layer_normalised(op.graph, x, x.rank() - 1, affine, TRY(op.floating("eps")));
}

Result<GraphTensor> encoder_feed_forward(Operation& op, GraphTensor const& x)
{
    GraphBuilder& graph = op.graph;
    auto const first_weight = TRY(op.tensor("ffn_weight_1"));
    auto inner = TRY(linear_of(graph, x, first_weight, TRY(op.tensor("ffn_bias_1"))));
    if (TRY(op.boolean("use_gelu"))) {
        Formula const y(graph, inner);
        inner = TRY((y * ((y / std::sqrt(2.0)).through("Erf") + 1.0) * 0.5).tensor());
    } else {
        inner = unary(graph, "Relu", inner);
    }
    auto const second_weight = TRY(op.tensor("ffn_weight_2"));
    return linear_of(graph, inner, second_weight, TRY(op.tensor("ffn_bias_2")));
}

Result<Value> transformer_encoder_layer(Operation& op)
{
    GraphBuilder& graph = op.graph;
    auto const source = TRY(op.tensor("src"));
    bool const norm_first = TRY(op.boolean("norm_first"));
    auto const first_norm = [&](GraphTensor const& x) { return encoder_norm(op, x, "norm_weight_1", "norm_bias_1"); };
    auto const second_norm = [&](GraphTensor const& x) { return encoder_norm(op, x, "norm_weight_2", "norm_bias_2"); };
    auto const input = norm_first ? TRY(first_norm(source)) : source;
    auto const heads = TRY(op.number("num_heads"));
    FusedAttention const fused{input, input, input, heads};
    auto x = TRY(binary(graph, "Add", TRY(fused_attention(op, fused)).output, source));
    if (!norm_first)
        x = TRY(first_norm(x));
    auto const before = x;
    if (norm_first)
        x = TRY(second_norm(x));
    x = TRY(binary(graph, "Add", TRY(encoder_feed_forward(op, x)), before));
    return op.result(norm_first ? x : TRY(second_norm(x)));
}

constexpr OperatorRow rows[] = {
    {"aten::_transform_bias_rescale_qkv(Tensor qkv, Tensor qkv_bias, int num_heads) -> (Tensor, Tensor, Tensor)", transform_bias_rescale_qkv},
    {"aten::_native_multi_head_attention(Tensor query, Tensor key, Tensor value, int embed_dim, int num_head, Tensor qkv_weight, Tensor qkv_bias, Tensor proj_weight, Tensor proj_bias, Tensor? mask=None, bool need_weights=True, bool average_attn_weights=True, int? mask_type=None) -> (Tensor, Tensor)", native_multi_head_attention},
    {"aten::_transformer_encoder_layer_fwd(Tensor src, int embed_dim, int num_heads, Tensor qkv_weight, Tensor qkv_bias, Tensor proj_weight, Tensor proj_bias, bool use_gelu, bool norm_first, float eps, Tensor norm_weight_1, Tensor norm_bias_1, Tensor norm_weight_2, Tensor norm_bias_2, Tensor ffn_weight_1, Tensor ffn_bias_1, Tensor ffn_weight_2, Tensor ffn_bias_2, Tensor? mask=None, int? mask_type=None) -> Tensor", transformer_encoder_layer},
};

}

std::span<OperatorRow const> fused_attention_operators() { return rows; }
