#include "program/text.h"

#include <charconv>
#include <set>

namespace {

constexpr size_t shown_items = 16;
constexpr int shown_depth = 3;

std::string number_text(double number)
{
    char text[32];
    std::string result(text, std::to_chars(text, text + sizeof text, number).ptr);
    return result.find_first_of(".en") == std::string::npos ? result + "." : result;
}

std::string quoted(std::string_view text)
{
    std::string result = "\"";
    for (char const c : text) {
        if (c == '"' || c == '\\')
            result += std::string{'\\', c};
        else if (c == '\n')
            result += "\\n";
        else
            result += c;
    }
    return result + "\"";
}

std::string value_text(ProgramValue const& value, int depth);

template <typename Items, typename Text>
std::string items_text(Items const& items, Text text)
{
    std::string result;
    for (size_t index = 0; index < items.size() && index < shown_items; ++index)
        result += (index == 0 ? "" : ", ") + text(items[index]);
    return items.size() > shown_items ? result + ", ..." : result;
}

struct ValueText {
    int depth;

    std::string operator()(ProgramNone) const { return "None"; }
    std::string operator()(bool value) const { return value ? "True" : "False"; }
    std::string operator()(int64_t value) const { return std::to_string(value); }
    std::string operator()(double value) const { return number_text(value); }
    std::string operator()(std::complex<double> value) const { return "(" + number_text(value.real()) + ", " + number_text(value.imag()) + "j)"; }
    std::string operator()(std::string const& value) const { return quoted(value); }
    std::string operator()(ProgramDevice const& value) const { return "device(" + value.text + ")"; }
    std::string operator()(std::shared_ptr<ProgramTensor const> const& tensor) const
    {
        return std::string(name_of(tensor->values.dtype())) + text_of(tensor->values.shape());
    }
    std::string operator()(std::shared_ptr<ProgramQuantisedTensor const> const& tensor) const
    {
        return std::string(name_of(tensor->stored.values.dtype())) + text_of(tensor->stored.values.shape()) + (tensor->axis ? " by channel" : " by tensor");
    }
    std::string operator()(std::shared_ptr<ProgramList> const& list) const { return "[" + inner(list->items) + "]"; }
    std::string operator()(std::shared_ptr<ProgramTuple> const& tuple) const { return "(" + inner(tuple->items) + (tuple->items.size() == 1 ? ",)" : ")"); }
    std::string operator()(std::shared_ptr<ProgramDict> const& dict) const
    {
        return "{" + (depth >= shown_depth ? "..." : items_text(dict->items, [&](auto const& item) { return value_text(item.first, depth + 1) + ": " + value_text(item.second, depth + 1); })) + "}";
    }
    std::string operator()(std::shared_ptr<ProgramObject> const& object) const { return "object of " + object->class_name; }

    std::string inner(std::vector<ProgramValue> const& items) const
    {
        return depth >= shown_depth ? "..." : items_text(items, [&](ProgramValue const& item) { return value_text(item, depth + 1); });
    }
};

std::string value_text(ProgramValue const& value, int depth) { return std::visit(ValueText{depth}, value.value); }

class FunctionText {
public:
    explicit FunctionText(Function const& function)
        : names_(function.value_count)
    {
        std::set<std::string_view> taken;
        for (size_t id = 0; id < names_.size(); ++id) {
            std::string_view const name = id < function.value_names.size() ? std::string_view(function.value_names[id]) : std::string_view();
            if (name.empty())
                names_[id] = "%" + std::to_string(id);
            else
                names_[id] = "%" + std::string(name) + (taken.insert(name).second ? "" : "." + std::to_string(id));
        }
        text_ = function.name + "(";
        for (size_t index = 0; index < function.parameters.size(); ++index)
            text_ += (index == 0 ? "" : ", ") + parameter_text(function.parameters[index]);
        text_ += ") -> " + function.return_type.text() + ":\n";
        add_block(function.body, 1, "return");
    }

    std::string take() { return std::move(text_); }

private:
    std::string name(ValueId id) const { return id < names_.size() ? names_[id] : "%?" + std::to_string(id); }

    std::string parameter_text(Parameter const& parameter) const
    {
        std::string sizes;
        if (parameter.tensor)
            for (auto const& size : parameter.tensor->sizes)
                sizes += (sizes.empty() ? "" : ", ") + size.text();
        std::string const tensor = parameter.tensor ? " " + std::string(name_of(parameter.tensor->dtype)) + "[" + sizes + "]" : "";
        return name(parameter.value) + ": " + parameter.type.text() + tensor + (parameter.default_value ? " = " + text_of(*parameter.default_value) : "");
    }

    std::string names(std::vector<ValueId> const& ids) const
    {
        std::string result;
        for (size_t index = 0; index < ids.size(); ++index)
            result += (index == 0 ? "" : ", ") + name(ids[index]);
        return result;
    }

    void add_block(Block const& block, size_t level, char const* last)
    {
        if (level > program_depth + 1) {
            add_line(level, "...");
            return;
        }
        for (auto const& call : block.calls)
            add_call(call, level);
        add_line(level, std::string(last) + (block.results.empty() ? "" : " ") + names(block.results));
    }

    void add_call(Call const& call, size_t level)
    {
        if (call.target == "prim::Constant" && call.results.size() == 1 && call.results[0] < names_.size()) {
            names_[call.results[0]] = text_of(call.literal);
            return;
        }
        std::string line = call.results.empty() ? "" : names(call.results) + " = ";
        line += call.target;
        std::string const type = call.type.text();
        if (!call.name.empty() || !type.empty())
            line += "[" + call.name + type + "]";
        line += "(";
        for (size_t index = 0; index < call.arguments.size(); ++index) {
            auto const& argument = call.arguments[index];
            line += (index == 0 ? "" : ", ") + (argument.name.empty() ? "" : argument.name + "=") + name(argument.value);
        }
        add_line(level, line + ")");
        for (size_t index = 0; index < call.blocks.size(); ++index) {
            auto const& block = call.blocks[index];
            bool const is_if = call.target == "prim::If";
            add_line(level + 1, is_if ? (index == 0 ? "then:" : "else:") : "block(" + names(block.parameters) + "):");
            add_block(block, level + 2, "give");
        }
    }

    void add_line(size_t level, std::string const& line) { text_ += std::string(2 * level, ' ') + line + "\n"; }

    std::vector<std::string> names_;
    std::string text_;
};

}

std::string text_of(ProgramValue const& value) { return value_text(value, 0); }
std::string text_of(Function const& function, Program const&) { return FunctionText(function).take(); }
