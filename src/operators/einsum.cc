#include "operators/families.h"

#include <algorithm>
#include <cctype>
#include <map>

// einsum (aten/src/ATen/native/Linear.cpp): ellipses get letters, sizes of 1 that are broadcast lose theirs, then it is ONNX's.

namespace {

struct Term {
    std::string labels; // one a dimension; an ellipsis is '.' until it gets letters
};

struct Equation {
    std::vector<Term> inputs;
    Term output;
    bool output_given = false;
};

Result<Term> read_term(std::string_view text)
{
    Term term;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '.') {
            if (text.substr(i, 3) != "..." || term.labels.find('.') != std::string::npos)
                return malformed("einsum has a dot that is not part of one ellipsis");
            i += 2;
            term.labels += '.';
        } else if (std::isalpha(static_cast<unsigned char>(text[i])) != 0) {
            term.labels += text[i];
        } else {
            return malformed(std::string("einsum has the label ") + text[i]);
        }
    }
    return term;
}

// PyTorch lets blanks stand anywhere.
Result<Equation> read_equation(std::string text)
{
    std::erase(text, ' ');
    Equation equation;
    auto const arrow = text.find("->");
    std::string const left = text.substr(0, arrow);
    size_t start = 0;
    for (size_t comma = left.find(','); comma != std::string::npos; comma = left.find(',', start)) {
        equation.inputs.push_back(TRY(read_term(left.substr(start, comma - start))));
        start = comma + 1;
    }
    equation.inputs.push_back(TRY(read_term(left.substr(start))));
    if (arrow != std::string::npos) {
        equation.output_given = true;
        equation.output = TRY(read_term(text.substr(arrow + 2)));
    }
    return equation;
}

std::string free_letters(Equation const& equation)
{
    std::string all;
    for (auto const& term : equation.inputs)
        all += term.labels;
    std::string letters;
    for (char letter = 'A'; letter <= 'z'; ++letter)
        if (std::isalpha(static_cast<unsigned char>(letter)) != 0 && all.find(letter) == std::string::npos)
            letters += letter;
    return letters;
}

// Each ellipsis becomes letters, the last ones of `letters`, as many as the tensor has dimensions left.
Result<void> name_ellipses(Equation& equation, std::vector<GraphTensor> const& tensors)
{
    std::string letters = free_letters(equation);
    size_t most = 0;
    for (size_t i = 0; i < tensors.size(); ++i) {
        auto const& labels = equation.inputs[i].labels;
        bool const open = labels.find('.') != std::string::npos;
        size_t const rank = tensors[i].dims().size();
        if (open ? labels.size() - 1 > rank : labels.size() != rank)
            return malformed("einsum term " + labels + " for a tensor of rank " + std::to_string(rank));
        if (open)
            most = std::max(most, rank - (labels.size() - 1));
    }
    if (most > letters.size())
        return unsupported("einsum with more dimensions than there are letters");
    letters = letters.substr(0, most);
    for (size_t i = 0; i < tensors.size(); ++i)
        if (auto const dot = equation.inputs[i].labels.find('.'); dot != std::string::npos) {
            auto& labels = equation.inputs[i].labels;
            labels.replace(dot, 1, letters.substr(most - (tensors[i].dims().size() - (labels.size() - 1))));
        }
    if (!equation.output_given) { // the ellipsis, then what occurs once, in the order of letters
        std::string all;
        for (auto const& term : equation.inputs)
            all += term.labels;
        equation.output.labels = letters;
        for (char letter = 'A'; letter <= 'z'; ++letter)
            if (std::count(all.begin(), all.end(), letter) == 1 && letters.find(letter) == std::string::npos)
                equation.output.labels += letter;
    } else if (auto const dot = equation.output.labels.find('.'); dot != std::string::npos) {
        equation.output.labels.replace(dot, 1, letters);
    }
    return {};
}

// The size of each label: of sizes that are broadcast the one that is not 1.
Result<std::map<char, Dim>> label_sizes(GraphBuilder& graph, Equation const& equation, std::vector<GraphTensor> const& tensors)
{
    std::map<char, Dim> sizes;
    for (size_t i = 0; i < tensors.size(); ++i)
        for (size_t axis = 0; axis < equation.inputs[i].labels.size(); ++axis) {
            Dim const& size = tensors[i].dims()[axis];
            auto const [place, added] = sizes.try_emplace(equation.inputs[i].labels[axis], size);
            if (added || size.is(1))
                continue;
            if (place->second.is(1))
                place->second = size;
            else
                TRY(require_equal(graph, place->second, size, "where einsum names one label"));
        }
    return sizes;
}

// A size of 1 under a label that is larger elsewhere adds nothing: the axis is dropped.
GraphTensor without_broadcast_axes(GraphBuilder& graph, GraphTensor const& tensor, Term& term, std::map<char, Dim> const& sizes)
{
    std::vector<int64_t> dropped;
    std::string kept;
    for (size_t axis = 0; axis < term.labels.size(); ++axis) {
        if (tensor.dims()[axis].is(1) && !sizes.at(term.labels[axis]).is(1))
            dropped.push_back(static_cast<int64_t>(axis));
        else
            kept += term.labels[axis];
    }
    term.labels = kept;
    return squeeze(graph, tensor, dropped);
}

Result<Value> einsum(Operation& op)
{
    auto tensors = TRY(op.tensors("tensors"));
    auto equation = TRY(read_equation(TRY(op.text("equation"))));
    if (equation.inputs.size() != tensors.size())
        return malformed("einsum names " + std::to_string(equation.inputs.size()) + " operands of " + std::to_string(tensors.size()));
    DType const dtype = tensors[0].dtype();
    for (auto const& tensor : tensors)
        if (tensor.dtype() != dtype || is_complex(dtype) || dtype == DType::boolean)
            return unsupported("einsum of " + std::string(name_of(tensor.dtype())));
    TRY(name_ellipses(equation, tensors));
    auto const sizes = TRY(label_sizes(op.graph, equation, tensors));
    Dims dims;
    for (char const label : equation.output.labels) {
        if (!sizes.contains(label))
            return malformed(std::string("einsum names the label ") + label + " in its result alone");
        if (std::count(equation.output.labels.begin(), equation.output.labels.end(), label) > 1)
            return malformed(std::string("einsum names the label ") + label + " twice in its result");
        dims.push_back(sizes.at(label));
    }
    // One operand alone is summed, and sums of whole numbers are int64.
    bool const sums_alone = tensors.size() == 1 && !is_floating(dtype) && equation.output.labels.size() < sizes.size();
    if (sums_alone)
        tensors[0] = TRY(cast(op.graph, tensors[0], DType::int64));
    std::string text;
    for (size_t i = 0; i < tensors.size(); ++i) {
        tensors[i] = without_broadcast_axes(op.graph, tensors[i], equation.inputs[i], sizes);
        text += (i > 0 ? "," : "") + equation.inputs[i].labels;
    }
    std::vector<GraphTensor const*> inputs;
    for (auto const& tensor : tensors)
        inputs.push_back(&tensor);
    return op.result(computed(op.graph, "Einsum", inputs, {sums_alone ? DType::int64 : dtype, std::move(dims)}, {attribute("equation", text + "->" + equation.output.labels)}));
}

constexpr OperatorRow rows[] = {
    {"aten::einsum(str equation, Tensor[] tensors, *, int[]? path=None) -> Tensor", einsum},
};

}

std::span<OperatorRow const> einsum_operators() { return rows; }
