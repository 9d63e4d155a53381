#include "operators/families.h"
#include "operators/formula.h"
#include "operators/products.h"

#include <cmath>
#include <limits>

// Attention as scaled dot products (aten/src/ATen/native/transformers/attention.cpp).

namespace {

// What a masked score becomes: the lowest finite number, whose exponential beside any other score is 0.
double lowest(DType dtype)
{
    switch (dtype) {
    case DType::float16:
        return -65504;
    case DType::float64:
        return std::numeric_limits<double>::lowest();
    case DType::bfloat16:
        return -3.3895313892515355e38;
    default:
        return static_cast<double>(std::numeric_limits<float>::lowest());
    }
}

// ---- scaled dot products ----------------------------------------------------------------------------------------------------

struct DotProducts {
    GraphTensor query; // [..., L, E]
    GraphTensor key; // [..., S, E]
    GraphTensor value; // [..., S, V]
    std::optional<GraphTensor> mask; // bool (true: takes part) or added to the scores; broadcast to [..., L, S]
    bool causal = false;
    GraphTensor scale; // rank 0
    std::optional<float> known_scale;
};

Result<void> take_scale(Operation& op, DotProducts& products)
{
    DType const dtype = products.query.dtype();
    if (op.has("scale")) {
        products.known_scale = static_cast<float>(TRY(op.floating("scale")));
        products.scale = TRY(op.scalar("scale", dtype));
        return {};
    }
    Dim const size = products.query.dims().back();
    if (auto const number_of = size.known()) {
        double const scale = 1 / std::sqrt(static_cast<double>(*number_of));
        products.known_scale = static_cast<float>(scale);
        products.scale = number(dtype, scale);
        return {};
    }
    auto const width = TRY(cast(op.graph, GraphTensor::integer(size), dtype));
    products.scale = TRY((1.0 / Formula(op.graph, width).sqrt()).tensor());
    return {};
}

Result<void> check_products(GraphBuilder& graph, DotProducts const& products)
{
    for (auto const* tensor : {&products.query, &products.key, &products.value})
        if (tensor->rank() < 2 || tensor->dtype() != products.query.dtype() || !is_floating(tensor->dtype()))
            return malformed("attention on " + std::string(name_of(tensor->dtype())) + " of rank " + std::to_string(tensor->rank()));
    auto const last_but_one = [](GraphTensor const& tensor) { return tensor.dims()[tensor.dims().size() - 2]; };
    TRY(require_equal(graph, products.query.dims().back(), products.key.dims().back(), "where attention compares queries and keys"));
    return require_equal(graph, last_but_one(products.key), last_but_one(products.value), "where attention takes its values");
}

// The arguments of the operators that compute softmax(q k^T * scale + mask) v.
Result<DotProducts> dot_products(Operation& op, std::string_view mask_name)
{
    DotProducts products;
    products.query = TRY(op.tensor("query"));
    products.key = TRY(op.tensor("key"));
    products.value = TRY(op.tensor("value"));
    TRY(check_products(op.graph, products));
    TRY(take_scale(op, products));
    products.causal = TRY(op.boolean("is_causal"));
    if (op.has(mask_name)) {
        products.mask = TRY(op.tensor(mask_name));
        if (products.causal)
            return malformed("attention has a mask and is causal as well").code(program_raises_code);
        if (products.mask->dtype() != DType::boolean)
            products.mask = TRY(cast(op.graph, *products.mask, products.query.dtype()));
    }
    if (TRY(op.floating("dropout_p")) > 0)
        warn_of_training(op, "dropout of attention");
    return products;
}

// Each head of keys or values as often as queries share it: [..., heads, S, E].
Result<GraphTensor> shared_heads(GraphBuilder& graph, GraphTensor const& tensor, Dim const& heads)
{
    auto const place = tensor.dims().size() - 3;
    if (tensor.dims().size() < 3)
        return malformed("attention in groups without an axis of heads");
    Dim const own = tensor.dims()[place];
    if (own == heads)
        return tensor;
    auto const shares = TRY(need_number(graph, heads, "the number of heads")) / std::max<int64_t>(TRY(need_number(graph, own, "the number of heads")), 1);
    TRY(require_equal(graph, own * shares, heads, "where heads share keys"));
    Dims dims = tensor.dims();
    dims.insert(dims.begin() + static_cast<int64_t>(place) + 1, shares);
    auto const repeated = expand(graph, unsqueeze(graph, tensor, {static_cast<int64_t>(place) + 1}), dims);
    Dims joined = tensor.dims();
    joined[place] = heads;
    return reshape(graph, repeated, joined);
}

Result<void> share_heads(GraphBuilder& graph, DotProducts& products)
{
    if (products.query.rank() < 3)
        return malformed("attention in groups without an axis of heads");
    Dim const heads = products.query.dims()[products.query.dims().size() - 3];
    products.key = TRY(shared_heads(graph, products.key, heads));
    products.value = TRY(shared_heads(graph, products.value, heads));
    return {};
}

Result<GraphTensor> scores_of(GraphBuilder& graph, DotProducts const& products)
{
    auto const scaled_query = TRY(binary(graph, "Mul", products.query, products.scale));
    return matrix_product(graph, scaled_query, matrices_turned(graph, products.key));
}

// True where a query may look: at its own place and before.
Result<GraphTensor> causal_mask(GraphBuilder& graph, Dim const& queries, Dim const& keys)
{
    auto const rows = unsqueeze(graph, counted(graph, 0, queries, 1), {1});
    return binary(graph, "GreaterOrEqual", rows, unsqueeze(graph, counted(graph, 0, keys, 1), {0}), DType::boolean);
}

// Softmax of scores under the mask; a row that is masked as a whole gives zeros.
Result<GraphTensor> probabilities(GraphBuilder& graph, DotProducts const& products, GraphTensor const& scores)
{
    DType const dtype = scores.dtype();
    auto const& dims = scores.dims();
    if (products.causal) {
        auto const mask = TRY(causal_mask(graph, dims[dims.size() - 2], dims.back()));
        return softmax_over_last(graph, TRY(where(graph, mask, scores, number(dtype, lowest(dtype)))));
    }
    if (!products.mask)
        return softmax_over_last(graph, scores);
    if (products.mask->dtype() == DType::boolean) {
        auto const likely = softmax_over_last(graph, TRY(where(graph, *products.mask, scores, number(dtype, lowest(dtype)))));
        return where(graph, *products.mask, likely, number(dtype, 0.0));
    }
    auto const masked = TRY(binary(graph, "Add", scores, *products.mask));
    auto const likely = softmax_over_last(graph, masked);
    auto const known = products.mask->known();
    bool finite = known.has_value();
    for (uint64_t i = 0; finite && i < known->count(); ++i)
        finite = std::isfinite(known->number_at(i));
    if (finite)
        return likely;
    auto const nothing = equal(Formula(graph, masked).reduced("ReduceMax", {masked.rank() - 1}, true), -std::numeric_limits<double>::infinity());
    return chosen(!nothing, Formula(graph, likely), 0.0).tensor();
}

// Batches are not broadcast by ONNX's node, nor are the last two axes of its mask.
bool fits_node(DotProducts const& products)
{
    auto const same = [&](GraphTensor const& tensor, size_t axis) { return tensor.dims()[axis] == products.query.dims()[axis]; };
    if (!same(products.key, 0) || !same(products.value, 0))
        return false;
    if (!products.mask)
        return true;
    auto const& mask = products.mask->dims();
    return mask.size() >= 2 && mask.size() <= 4 && mask.back() == products.key.dims()[2] && mask[mask.size() - 2] == products.query.dims()[2];
}

// ONNX's own node, where it has one: it shares heads by itself, and gives zeros for rows without a key as PyTorch does.
std::optional<GraphTensor> attention_node(GraphBuilder& graph, DotProducts const& products)
{
    static constexpr int64_t first_opset = 23;
    bool const fits = graph.opset() >= first_opset && products.known_scale && products.query.rank() == 4 && products.key.rank() == 4 && products.value.rank() == 4;
    if (!fits || products.query.dtype() != DType::float32 || !fits_node(products))
        return std::nullopt;
    Dims dims = products.query.dims();
    dims[3] = products.value.dims()[3];
    std::vector<GraphTensor const*> inputs{&products.query, &products.key, &products.value};
    if (products.mask)
        inputs.push_back(&*products.mask);
    Attributes attributes{attribute("scale", *products.known_scale)};
    if (products.causal)
        attributes.push_back(attribute("is_causal", int64_t{1}));
    return graph.node("Attention", inputs, {DType::float32, std::move(dims)}, std::move(attributes));
}

struct Attended {
    GraphTensor output;
    GraphTensor likely;
    GraphTensor scores;
};

Result<Attended> attended(GraphBuilder& graph, DotProducts const& products)
{
    Attended result;
    result.scores = TRY(scores_of(graph, products));
    result.likely = TRY(probabilities(graph, products, result.scores));
    result.output = TRY(matrix_product(graph, result.likely, products.value));
    return result;
}

Result<Value> scaled_dot_product_attention(Operation& op)
{
    auto products = TRY(dot_products(op, "attn_mask"));
    bool const groups = TRY(op.boolean("enable_gqa"));
    auto const heads = [](GraphTensor const& tensor) { return tensor.dims()[static_cast<size_t>(std::max<int64_t>(tensor.rank() - 3, 0))]; };
    if (groups || (heads(products.query) == heads(products.key) && heads(products.query) == heads(products.value)))
        if (auto const node = attention_node(op.graph, products))
            return op.result(*node);
    if (groups)
        TRY(share_heads(op.graph, products));
    return op.result(TRY(attended(op.graph, products)).output);
}

// Output and log(sum(exp(scores))).
Result<Value> flash_attention(Operation& op)
{
    auto products = TRY(dot_products(op, "attn_mask"));
    if (products.mask && products.mask->dtype() == DType::boolean)
        return malformed("flash attention with a mask of truths");
    TRY(share_heads(op.graph, products));
    auto const parts = TRY(attended(op.graph, products));
    auto const node = attention_node(op.graph, products);
    GraphTensor masked = parts.scores;
    if (products.causal) {
        auto const mask = TRY(causal_mask(op.graph, masked.dims()[masked.dims().size() - 2], masked.dims().back()));
        masked = TRY(where(op.graph, mask, masked, number(masked.dtype(), lowest(masked.dtype()))));
    } else if (products.mask) {
        masked = TRY(binary(op.graph, "Add", masked, *products.mask));
    }
    return op.results({node ? *node : parts.output, reduce(op.graph, "ReduceLogSumExp", masked, {masked.rank() - 1}, false)});
}

Result<Value> attention_by_parts(Operation& op) // output and probabilities
{
    auto products = TRY(dot_products(op, "attn_mask"));
    if (products.mask) // of any dtype it is added: scaled_dot_product_attention has made numbers of truths before
        products.mask = TRY(cast(op.graph, *products.mask, products.query.dtype()));
    if (op.has("dropout_mask"))
        return unsupported("attention with a mask of what is dropped");
    if (TRY(op.boolean("enable_gqa")))
        TRY(share_heads(op.graph, products));
    auto const parts = TRY(attended(op.graph, products));
    return op.results({parts.output, parts.likely});
}

// Softmax whose rows of -infinity alone give zeros.
Result<Value> safe_softmax(Operation& op)
{
    auto const self = TRY(op.tensor("self"));
    auto const x = TRY(cast(op.graph, self, TRY(op.dtype("dtype", self.dtype()))));
    auto const axis = TRY(op.axis("dim", x.rank()));
    if (x.rank() == 0)
        return unsupported("_safe_softmax of a tensor of rank 0");
    auto const nothing = equal(Formula(op.graph, x).reduced("ReduceMax", {axis}, true), -std::numeric_limits<double>::infinity());
    Formula const likely(op.graph, unary(op.graph, "Softmax", x, {attribute("axis", axis)}));
    return op.result(TRY(chosen(!nothing, likely, 0.0).tensor()));
}

constexpr OperatorRow rows[] = {
    {"aten::scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float dropout_p=0.0, bool is_causal=False, *, float? scale=None, bool enable_gqa=False) -> Tensor", scaled_dot_product_attention},
    {"aten::_scaled_dot_product_flash_attention_for_cpu(Tensor query, Tensor key, Tensor value, float dropout_p=0.0, bool is_causal=False, *, Tensor? attn_mask=None, float? scale=None) -> (Tensor output, Tensor logsumexp)", flash_attention},
    {"aten::_scaled_dot_product_attention_math(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float dropout_p=0.0, bool is_causal=False, Tensor? dropout_mask=None, *, float? scale=None, bool enable_gqa=False) -> (Tensor, Tensor)", attention_by_parts},
    {"aten::_safe_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", safe_softmax},
};

}

std::span<OperatorRow const> attention_operators() { return rows; }
