#include "torch/exported_signature.h"

#include "torch/exported_model.h"
#include "torch/exported_sizes.h"
#include "torch/exported_tree.h"

namespace {

Result<ExportedInput> read_input(Json const& spec)
{
    auto const [kind, value] = TRY(exported_union(spec));
    ExportedInput input;
    if (kind == "user_input") {
        auto const argument = TRY(exported_union(*TRY(json_object(*value, "arg"))));
        if (argument.kind.starts_with("as_sym_"))
            input.name = TRY(json_text(*argument.value, "as_name"));
        else if (argument.kind == "as_tensor" || argument.kind == "as_custom_obj")
            input.name = TRY(json_text(*argument.value, "name"));
        else {
            input.kind = ExportedInputKind::constant; // before there was constant_input
            input.value = TRY(json_object(*value, "arg"));
        }
        if (argument.kind == "as_custom_obj")
            input.kind = ExportedInputKind::custom_object;
        return input;
    }
    if (kind == "constant_input") {
        input.kind = ExportedInputKind::constant;
        input.name = TRY(json_text(*value, "name"));
        input.value = TRY(json_object(*value, "value"));
        return input;
    }
    input.name = TRY(json_text(*TRY(json_object(*value, "arg")), "name"));
    if (kind == "parameter") {
        input.kind = ExportedInputKind::parameter;
        input.path = TRY(json_text(*value, "parameter_name"));
    } else if (kind == "buffer") {
        input.kind = ExportedInputKind::buffer;
        input.path = TRY(json_text(*value, "buffer_name"));
    } else if (kind == "tensor_constant") {
        input.kind = ExportedInputKind::tensor_constant;
        input.path = TRY(json_text(*value, "tensor_constant_name"));
    } else if (kind == "custom_obj") {
        input.kind = ExportedInputKind::custom_object;
        input.path = TRY(json_text(*value, "custom_obj_name"));
    } else if (kind == "token") {
        input.kind = ExportedInputKind::token;
    } else {
        return unsupported("an input of the kind " + kind);
    }
    return input;
}

Result<ExportedOutput> read_output(Json const& spec)
{
    auto const [kind, value] = TRY(exported_union(spec));
    ExportedOutput output;
    if (kind == "buffer_mutation") {
        output.kind = ExportedOutputKind::buffer_mutation;
        output.target = TRY(json_text(*value, "buffer_name"));
    } else if (kind == "parameter_mutation") {
        output.kind = ExportedOutputKind::buffer_mutation;
        output.target = TRY(json_text(*value, "parameter_name"));
    } else if (kind == "user_input_mutation") {
        output.kind = ExportedOutputKind::input_mutation;
        output.target = TRY(json_text(*value, "user_input_name"));
    } else if (kind == "token") {
        output.kind = ExportedOutputKind::token;
    } else if (kind.starts_with("gradient_")) {
        output.kind = ExportedOutputKind::gradient;
    } else if (kind != "user_output" && kind != "loss_output") {
        return unsupported("an output of the kind " + kind);
    }
    return output;
}

// Ranges also stand under derived sizes, "2*s40 + 1": those follow from their symbols.
Result<std::vector<ProgramSymbol>> read_symbols(Json const& document)
{
    std::vector<ProgramSymbol> symbols;
    auto const ranges = document.find("range_constraints");
    if (ranges == document.end() || !ranges->is_object())
        return symbols;
    for (auto const& [name, range] : ranges->items()) {
        ProgramSymbol symbol{name, std::nullopt, std::nullopt};
        for (auto const& [key, bound] : {std::pair{"min_val", &symbol.least}, std::pair{"max_val", &symbol.most}})
            if (range.is_object() && range.contains(key) && range[key].is_number_integer())
                *bound = range[key].get<int64_t>();
        symbols.push_back(std::move(symbol));
    }
    return symbols;
}

std::vector<std::string> read_conditions(Json const& document)
{
    constexpr size_t most = 1'000;
    std::vector<std::string> conditions;
    auto const guards = document.find("guards_code");
    if (guards != document.end() && guards->is_array())
        for (auto const& guard : *guards)
            if (guard.is_string() && conditions.size() < most)
                conditions.push_back(guard.get<std::string>());
    return conditions;
}

Result<ProgramSize> read_size(Json const& size, Limits const& limits)
{
    auto const [kind, value] = TRY(exported_union(size));
    ProgramSize result;
    if (kind == "as_int") {
        result.number = TRY(json_integer(size, "as_int"));
        if (result.number < 0)
            return malformed("a size of " + std::to_string(result.number));
        return result;
    }
    if (kind != "as_expr")
        return malformed("a size that is " + kind);
    result = TRY(read_size_expression(TRY(json_text(*value, "expr_str")), limits));
    if (auto const hint = value->find("hint"); hint != value->end() && hint->is_object() && hint->contains("as_int"))
        result.example = TRY(json_integer(*hint, "as_int"));
    return result;
}

}

Result<ExportedUnion> exported_union(Json const& value)
{
    if (!value.is_object() || value.size() != 1)
        return malformed("found " + std::string(value.is_object() ? std::to_string(value.size()) + " members" : json_kind(value)) + ", wanted an object with one member");
    return ExportedUnion{value.begin().key(), &value.begin().value()};
}

Result<ProgramTensorType> exported_tensor_type(Json const& graph, std::string const& name, Limits const& limits)
{
    auto const* const meta = TRY(json_object(*TRY(json_object(graph, "tensor_values")), name));
    ProgramTensorType type;
    auto const dtype = exported_dtype(TRY(within(name, json_integer(*meta, "dtype"))));
    if (!dtype)
        return malformed("a tensor of an element type that is not known").at(name);
    type.dtype = *dtype;
    for (auto const& size : *TRY(within(name, json_array(*meta, "sizes"))))
        type.sizes.push_back(TRY(within(name, read_size(size, limits))));
    Shape known;
    for (auto const& size : type.sizes)
        if (size.kind == ProgramSize::Kind::number)
            known.push_back(size.number);
    if (!element_count(known) || !bytes_of_elements(type.dtype, *element_count(known)))
        return malformed("a tensor with sizes " + text_of(known) + ", which has more bytes than can be counted").at(name);
    return type;
}

Result<ExportedSignature> read_exported_signature(Json const& document, Limits const& limits)
{
    auto const* const module = TRY(json_object(document, "graph_module"));
    auto const* const specs = TRY(json_object(*module, "signature"));
    ExportedSignature signature;
    for (auto const& spec : *TRY(json_array(*specs, "input_specs")))
        signature.inputs.push_back(TRY(within("input " + std::to_string(signature.inputs.size()), read_input(spec))));
    for (auto const& spec : *TRY(json_array(*specs, "output_specs")))
        signature.outputs.push_back(TRY(within("output " + std::to_string(signature.outputs.size()), read_output(spec))));
    signature.symbols = TRY(read_symbols(document));
    signature.conditions = read_conditions(document);
    size_t count = 0;
    for (auto const& input : signature.inputs)
        count += input.kind == ExportedInputKind::user || input.kind == ExportedInputKind::constant;
    auto const paths = exported_input_paths(*module, count, limits);
    size_t next = 0;
    for (auto& input : signature.inputs)
        if (input.kind == ExportedInputKind::user || input.kind == ExportedInputKind::constant) {
            input.path = paths.empty() ? input.name : paths[next];
            ++next;
        }
    return signature;
}
