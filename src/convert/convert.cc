#include "convert/convert.h"

#include "convert/conditions.h"
#include "convert/evaluate.h"
#include "convert/flattened.h"
#include "convert/inputs.h"
#include "convert/repetition.h"
#include "simplify/simplify.h"

#include <algorithm>

namespace {

// onnx/onnx docs/Versioning.md: the lowest IR version that an opset goes with.
int64_t ir_version_of(int64_t opset)
{
    if (opset <= 18)
        return 8;
    if (opset <= 20)
        return 9;
    if (opset <= 22)
        return 10;
    if (opset <= 23)
        return 11;
    return opset <= 24 ? 12 : 13;
}

// How a program that keeps state between its calls is to be evaluated.
struct StatePlan {
    enum class Stage : uint8_t { none,
        open, // tensors that the program changes are unknown: does anything depend on them?
        cached, // a cache in the module is filled, and a second call gives the same with it
        carried } stage
        = Stage::none;
    std::set<std::string> open;
    StateForms forms; // of what is carried
    bool first_call = false; // the state is what the file says, and handed on in these forms
    int rounds = 0; // of looking for the forms
    std::optional<Error> cause; // the error where nothing is carried
};

// One evaluation with a given set of pinned axes.
class Attempt {
public:
    Attempt(Program const& program, OperatorTable const& table, ConvertOptions const& options, std::set<PinnedAxis> const& pinned, StatePlan const& plan)
        : program_(program),
          options_(options),
          graph_(options.opset),
          evaluator_(program, table, options, graph_, heap_, plan.open),
          pinned_(pinned),
          plan_(plan)
    {
    }

    Result<ConvertOutcome> run(Function const& method)
    {
        auto result = evaluate(method);
        auto unsupported_operators = evaluator_.unsupported_operators();
        if (!unsupported_operators.empty())
            return ConvertOutcome(UnsupportedProgram{std::move(unsupported_operators)});
        TRY(std::move(result));
        Conversion conversion;
        conversion.model = graph_.finish(options_.method == "forward" ? "model" : options_.method);
        TRY(check_state_unused(conversion.model.graph));
        simplify(conversion.model);
        conversion.model.ir_version = ir_version_of(options_.opset);
        conversion.model.producer_name = "hullmark";
        for (SymbolId id = 0; id < graph_.symbols().count(); ++id)
            if (auto const& symbol = graph_.symbols()[id]; !symbol.range.empty())
                conversion.model.metadata.push_back({"size " + symbol.name, symbol.range});
        conversion.warnings = evaluator_.warnings();
        conversion.assumptions = evaluator_.assumptions();
        note_changes(conversion.assumptions);
        note_conditions(method, conversion);
        conversion.state = std::move(carried_);
        for (auto const& carried : conversion.state)
            conversion.model.metadata.push_back({std::string(state_key_prefix) + carried.input, carried.output});
        for (auto const& [op_type, place] : graph_.narrowed())
            conversion.warnings.push_back({"G11", op_type + " on float64 is computed in float32: ONNX Runtime has no other kernel for it", place});
        conversion.schemas.assign(evaluator_.schemas().begin(), evaluator_.schemas().end());
        return ConvertOutcome(std::move(conversion));
    }

    // Whether the program leaves nothing behind but a full cache, and a second call gives the same with it, whatever its inputs are.
    Result<bool> gives_the_same_with_full_cache(Function const& method)
    {
        auto const arguments = TRY(bind_arguments(method));
        auto const first = TRY(answers_of(method, arguments));
        auto const cached = evaluator_.cached();
        if (!cached || cached->empty() || !evaluator_.unsupported_operators().empty())
            return false;
        auto const second = TRY(answers_of(method, arguments));
        if (auto const later = evaluator_.cached(); !later || later->size() != cached->size() || first.size() != second.size())
            return false;
        for (size_t i = 0; i < first.size(); ++i) {
            if (first[i].dims() != second[i].dims())
                return false;
            add_pair(graph_, first[i], second[i]);
        }
        for (auto const& value : *cached) {
            auto const* const tensor = value.as<TensorReference>();
            if (tensor == nullptr || (*tensor)->cell->generation != 0)
                return false;
            add_cached(graph_, TRY(heap_.read(*tensor)));
        }
        bool const inputs_are_left = std::all_of(input_cells_.begin(), input_cells_.end(), [](auto const& input) { return input.second->generation == 0; });
        return inputs_are_left && repeats_itself(graph_.finish("model"));
    }

    bool leaves_a_cache() const
    {
        auto const cached = evaluator_.cached();
        return cached && !cached->empty();
    }

    std::set<std::string> changed_tensors() const { return evaluator_.changed_tensors(); }
    // What the call left behind for the next one, in forms of its own.
    Result<StateForms> left_forms() const
    {
        StateForms forms;
        for (auto const& [place, value] : TRY(evaluator_.left_state()))
            forms.emplace(place, TRY(state_form_of(place.path, value, input_symbols_)));
        return forms;
    }
    // Wider forms, where those of the plan did not hold what was left.
    std::optional<StateForms> const& wider_forms() const { return wider_forms_; }
    // Whether the call began with what the forms hold; of a first call.
    bool begins_like_later_calls() const { return begins_like_later_calls_; }

    // The axes that this attempt wants as numbers; empty where none of them may be pinned.
    std::set<PinnedAxis> pins_wanted() const
    {
        std::set<PinnedAxis> wanted;
        for (SymbolId const id : graph_.pins_wanted())
            add_axes_of(graph_.symbols()[id], wanted);
        return wanted;
    }

    // All axes that could be pinned.
    std::set<PinnedAxis> pins_possible() const
    {
        std::set<PinnedAxis> possible;
        for (SymbolId id = 0; id < graph_.symbols().count(); ++id)
            add_axes_of(graph_.symbols()[id], possible);
        return possible;
    }

private:
    // What the module holds from call to call may change, as long as nothing that the program gives depends on it.
    Result<void> check_state_unused(OnnxGraph const& graph) const
    {
        std::string used;
        for (auto const& path : plan_.open)
            if (uses(graph, open_state_name(path)))
                used += (used.empty() ? "" : ", ") + path;
        return used.empty() ? Result<void>() : Result<void>(state_is_kept(used));
    }

    static bool uses(OnnxGraph const& graph, std::string const& name)
    {
        return std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](OnnxNode const& node) {
            bool const is_input = std::find(node.inputs.begin(), node.inputs.end(), name) != node.inputs.end();
            return is_input || std::any_of(node.attributes.begin(), node.attributes.end(), [&](OnnxAttribute const& attribute) {
                auto const* const inner = std::get_if<std::shared_ptr<OnnxGraph>>(&attribute.value);
                return inner != nullptr && uses(**inner, name);
            });
        });
    }

    // What the program changes beside what it gives.
    void note_changes(std::vector<std::string>& assumptions) const
    {
        for (auto const& path : plan_.open)
            assumptions.push_back(path + " is not carried from call to call: the program changes it, and gives nothing that depends on it");
        for (auto const& [name, cell] : input_cells_)
            if (cell->base.name() == nullptr || *cell->base.name() != name)
                assumptions.push_back(name + " is left as it is given: the program writes into this input");
    }

    // What held when the program was made, and is not checked by the model. Where sizes had to be equal to something, a number follows
    // from the example's.
    static void note_conditions(Function const& method, Conversion& conversion)
    {
        for (auto const& condition : method.conditions) {
            if (follows_from_sizes(condition, method))
                continue;
            std::string const said = "the program was exported for inputs where " + condition;
            if (condition.find(".size()") != condition.npos && condition.find("==") != condition.npos)
                conversion.warnings.push_back({"G06", said + ": other sizes give wrong numbers", ""});
            else
                conversion.assumptions.push_back(said);
        }
    }

    bool is_pinned() const
    {
        auto const possible = pins_possible();
        return std::includes(pinned_.begin(), pinned_.end(), possible.begin(), possible.end());
    }

    void add_axes_of(Symbol const& symbol, std::set<PinnedAxis>& axes) const
    {
        if (!std::holds_alternative<InputAxis>(symbol.meaning) || symbol.named_by_user || !symbol.example)
            return;
        auto const& axis = std::get<InputAxis>(symbol.meaning);
        // All inputs that share the symbol have its size.
        for (auto const& [name, dims] : input_dims_)
            for (size_t i = 0; i < dims.size(); ++i)
                if (auto const id = dims[i].single_symbol(); id && graph_.symbols()[*id].name == symbol.name)
                    axes.insert({name, static_cast<int64_t>(i)});
        axes.insert({axis.input, axis.axis});
    }

    // The module, set up, and the inputs.
    Result<std::vector<Value>> bind_arguments(Function const& method)
    {
        auto const inputs = TRY(bind_inputs(program_, method, options_, pinned_, graph_, heap_));
        note_inputs(inputs);
        input_symbols_ = static_cast<SymbolId>(graph_.symbols().count());
        if (plan_.stage == StatePlan::Stage::carried && !plan_.first_call)
            begin_with_state();
        std::vector<Value> all{evaluator_.module()};
        TRY(evaluator_.set_up_objects());
        if (plan_.first_call)
            note_first_state(all[0]);
        all.insert(all.end(), inputs.begin(), inputs.end());
        return all;
    }

    Result<std::vector<GraphTensor>> answers_of(Function const& method, std::vector<Value> const& arguments)
    {
        auto const result = TRY(evaluator_.call(method, arguments, {}));
        return flattened(heap_, result);
    }

    Result<void> evaluate(Function const& method)
    {
        auto const arguments = TRY(bind_arguments(method));
        auto const result = TRY(evaluator_.call(method, arguments, {}));
        if (plan_.stage == StatePlan::Stage::carried)
            TRY(settle_forms());
        else
            TRY(evaluator_.check_no_state(plan_.stage == StatePlan::Stage::cached));
        std::set<size_t> untyped;
        auto const outputs = TRY(flattened(heap_, result, &untyped));
        bool const sequences = std::any_of(outputs.begin(), outputs.end(), [](GraphTensor const& output) { return output.is_sequence(); });
        if (sequences && !is_pinned()) // with numbers for sizes it may be an output for each tensor
            return unsupported("the program returns a list whose length depends on sizes of its inputs");
        if (outputs.empty())
            return unsupported("the program returns no tensor");
        if (!options_.output_names.empty() && options_.output_names.size() != outputs.size())
            return bad_usage("--output-names gives " + std::to_string(options_.output_names.size()) + " names for " + std::to_string(outputs.size()) + " outputs");
        for (size_t i = 0; i < outputs.size(); ++i) {
            std::string const name = !options_.output_names.empty() ? options_.output_names[i] : outputs.size() == 1 ? "output"
                                                                                                                     : "output_" + std::to_string(i);
            if (!onnx_data_type(outputs[i].dtype()))
                return unsupported("output " + name + " of dtype " + std::string(name_of(outputs[i].dtype())));
            if (untyped.contains(i))
                graph_.add_untyped_output(name, *outputs[i].name());
            else
                graph_.add_output(name, outputs[i]);
        }
        return hand_on_state();
    }

    // --- What is carried from call to call. ---

    void begin_with_state()
    {
        StateValues begun;
        for (auto const& [place, form] : plan_.forms)
            begun.emplace(place, begin_with(form, place.path, graph_, heap_, carried_));
        evaluator_.begin_with(std::move(begun));
    }

    void note_first_state(Value const& module)
    {
        begins_like_later_calls_ = true;
        for (auto const& [place, form] : plan_.forms) {
            auto const* begun = part_of(module, place.path);
            bool const is_held = begun != nullptr && holds(form, *begun);
            begins_like_later_calls_ = begins_like_later_calls_ && is_held;
            add_carried(form, place.path, is_held ? begun : nullptr, carried_);
        }
    }

    Result<void> settle_forms()
    {
        StateForms forms = plan_.forms;
        bool changed = false;
        for (auto const& [place, value] : TRY(evaluator_.left_state())) {
            auto const known = forms.find(place);
            if (known == forms.end())
                forms.emplace(place, TRY(state_form_of(place.path, value, input_symbols_)));
            changed = known == forms.end() || TRY(widen(known->second, place.path, value, input_symbols_)) || changed;
        }
        if (!changed)
            return {};
        wider_forms_ = std::move(forms);
        return unsupported("what the program keeps from call to call changes its form");
    }

    Result<void> hand_on_state()
    {
        if (plan_.stage != StatePlan::Stage::carried)
            return {};
        std::vector<GraphTensor> tensors;
        auto const left = TRY(evaluator_.left_state());
        Value const module = evaluator_.module();
        for (auto const& [place, form] : plan_.forms) {
            auto const found = left.find(place);
            // A first call may leave what it had not to keep: it wrote it before it read it, or did nothing to it.
            auto const* value = found != left.end() ? &found->second : part_of(module, place.path);
            if (value == nullptr || !holds(form, *value))
                return unsupported("the first call of the program keeps other state than later ones");
            TRY(tensors_of(form, *value, graph_, heap_, tensors));
        }
        CHECK(tensors.size() == carried_.size(), "what a call begins with it leaves to the next");
        for (size_t i = 0; i < tensors.size(); ++i) {
            carried_[i].output = carried_[i].input + "_next";
            graph_.add_output(carried_[i].output, tensors[i]);
        }
        return {};
    }

    void note_inputs(std::vector<Value> const& arguments)
    {
        for (auto const& argument : arguments) {
            if (auto const* tensor = argument.as<TensorReference>(); tensor != nullptr && (*tensor)->seen.name() != nullptr) {
                input_dims_.emplace_back(*(*tensor)->seen.name(), (*tensor)->seen.dims());
                input_cells_.emplace_back(*(*tensor)->seen.name(), (*tensor)->cell);
            } else if (auto const* list = argument.as<std::shared_ptr<ListValue>>())
                note_inputs((*list)->items);
            else if (auto const* tuple = argument.as<std::shared_ptr<TupleValue>>())
                note_inputs((*tuple)->items);
        }
    }

    Program const& program_;
    ConvertOptions const& options_;
    GraphBuilder graph_;
    Heap heap_;
    Evaluator evaluator_;
    std::set<PinnedAxis> const& pinned_;
    StatePlan const& plan_;
    SymbolId input_symbols_ = 0; // how many there were once the inputs were made
    std::vector<CarriedTensor> carried_;
    std::optional<StateForms> wider_forms_;
    bool begins_like_later_calls_ = false;
    std::vector<std::pair<std::string, Dims>> input_dims_;
    std::vector<std::pair<std::string, std::shared_ptr<StorageCell>>> input_cells_;
};

Result<Function const*> find_method(Program const& program, std::string const& name)
{
    if (!program.module)
        return malformed("the file holds no module");
    if (auto const* method = program.method(program.module->class_name, name))
        return method;
    // The first of several forms, as nn.LSTM has them.
    if (auto const* method = name == "forward" ? program.method(program.module->class_name, "forward__0") : nullptr)
        return method;
    std::string known;
    if (auto const type = program.classes.find(program.module->class_name); type != program.classes.end())
        for (auto const& [method_name, method] : type->second.methods)
            known += (known.empty() ? "" : ", ") + method_name;
    return missing("the module has no method " + name).hint(known.empty() ? "it has no methods at all" : "choose one with --method: " + known);
}

std::string text_of_axes(std::set<PinnedAxis> const& axes)
{
    std::string text;
    for (auto const& axis : axes)
        text += (text.empty() ? "axis " : ", axis ") + std::to_string(axis.axis) + " of " + axis.input;
    return text;
}

ConversionWarning warning_of_pin(Program const& program, std::set<PinnedAxis> const& axes, Error const& cause)
{
    ConversionWarning warning;
    warning.code = program.traced && cause.what.starts_with("the size") ? "G06" : "G05";
    warning.message = text_of_axes(axes) + (axes.size() == 1 ? " has" : " have") + " the sample's size for good: " + cause.what;
    warning.where = cause.where.empty() ? "" : cause.where.back();
    return warning;
}

// What a failed attempt teaches about state; false where it teaches nothing and the program is to be evaluated as it is.
bool learn_state(Attempt const& attempt, Error const& error, StatePlan& plan)
{
    using Stage = StatePlan::Stage;
    static constexpr int most_rounds = 8;
    if (plan.stage == Stage::carried) {
        if (!attempt.wider_forms() || ++plan.rounds > most_rounds)
            return false;
        plan.forms = *attempt.wider_forms();
        return true;
    }
    if (error.code != keeps_state_code)
        return false;
    if (plan.stage == Stage::none) {
        plan.cause = error;
        plan.open = attempt.changed_tensors();
        if (auto forms = attempt.left_forms())
            plan.forms = *std::move(forms);
        else
            plan.cause->what += ", and it cannot be carried as inputs and outputs: " + forms.error().what;
        if (!plan.open.empty()) {
            plan.stage = Stage::open;
            return true;
        }
    }
    plan.open.clear();
    plan.stage = Stage::carried;
    return !plan.forms.empty();
}

}

Result<std::vector<std::string>> input_names_of(Program const& program, std::string const& method, size_t array_count)
{
    auto const* function = TRY(find_method(program, method));
    return input_paths(program, *function, array_count);
}

namespace {

bool is_zero(Tensor const& tensor)
{
    auto const bytes = tensor.bytes();
    return std::all_of(bytes.begin(), bytes.end(), [](auto const byte) { return byte == std::byte{0}; });
}

// Zeros are what a caller begins with; all else stands in the model.
void add_initial_values(Conversion& conversion)
{
    for (auto const& carried : conversion.state)
        if (carried.initial && !is_zero(*carried.initial))
            conversion.model.graph.initializers.push_back(onnx_tensor(*carried.initial, carried.input));
}

// How the first call begins; where that is not as later calls do, its model is put beside the other, to be compared with it.
Result<void> add_first_call(Conversion& conversion, Attempt& attempt, Function const& method)
{
    auto first = TRY(attempt.run(method));
    auto* const converted = std::get_if<Conversion>(&first);
    if (converted == nullptr || converted->state.size() != conversion.state.size())
        return unsupported("the first call of the program keeps other state than later ones");
    for (size_t i = 0; i < conversion.state.size(); ++i)
        conversion.state[i].initial = converted->state[i].initial;
    if (!attempt.begins_like_later_calls()) {
        conversion.first_call = std::move(converted->model);
        conversion.assumptions.push_back("a first call gives what a later call gives that begins with zeros: seen on the samples and on random inputs, not proved");
    }
    add_initial_values(conversion);
    return {};
}

}

Result<ConvertOutcome> convert(Program const& program, ConvertOptions const& options)
{
    if (options.opset < oldest_opset || options.opset > newest_opset)
        return bad_usage("opset " + std::to_string(options.opset) + " is outside of " + std::to_string(oldest_opset) + " to " + std::to_string(newest_opset));
    auto const* method = TRY(find_method(program, options.method));
    ConvertOptions complete = options;
    if (complete.inputs.empty())
        complete.inputs = inputs_of_file(program, options.method);
    OperatorTable const table;
    std::set<PinnedAxis> pinned;
    std::vector<ConversionWarning> pin_warnings;
    StatePlan plan;
    for (;;) {
        Attempt attempt(program, table, complete, pinned, plan);
        auto outcome = attempt.run(*method);
        if (outcome) {
            auto* const conversion = std::get_if<Conversion>(&*outcome);
            if (conversion != nullptr && plan.stage == StatePlan::Stage::carried) {
                StatePlan first = plan;
                first.first_call = true;
                Attempt first_call(program, table, complete, pinned, first);
                if (auto const added = add_first_call(*conversion, first_call, *method); !added)
                    return tl::unexpected(*plan.cause);
            }
            if (conversion != nullptr)
                conversion->warnings.insert(conversion->warnings.begin(), pin_warnings.begin(), pin_warnings.end());
            return outcome;
        }
        if (outcome.error().code == keeps_state_code && plan.stage == StatePlan::Stage::none && attempt.leaves_a_cache()) {
            Attempt twice(program, table, complete, pinned, plan);
            if (auto const same = twice.gives_the_same_with_full_cache(*method); same && *same) {
                plan.stage = StatePlan::Stage::cached;
                continue;
            }
        }
        if (learn_state(attempt, outcome.error(), plan))
            continue;
        // Sizes that the program fixes become numbers; where it is not said which, all that may.
        auto wanted = outcome.error().code == size_is_fixed_code ? attempt.pins_wanted() : std::set<PinnedAxis>();
        if (wanted.empty() && outcome.error().code != keeps_state_code && (outcome.error().reason == Reason::unsupported || outcome.error().reason == Reason::malformed))
            wanted = attempt.pins_possible();
        std::erase_if(wanted, [&](PinnedAxis const& axis) { return pinned.contains(axis); });
        if (wanted.empty() && plan.stage == StatePlan::Stage::carried && !plan.forms.empty())
            plan.cause->what += ", and it cannot be carried as inputs and outputs: " + outcome.error().what;
        if (wanted.empty())
            return plan.cause ? Result<ConvertOutcome>(tl::unexpected(*plan.cause)) : outcome;
        pin_warnings.push_back(warning_of_pin(program, wanted, outcome.error()));
        pinned.insert(wanted.begin(), wanted.end());
        plan = {};
    }
}
