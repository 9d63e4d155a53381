#include "torch/exported_tree.h"

#include <algorithm>
#include <set>

namespace {

Json const* member_of(Json const& object, char const* key)
{
    auto const found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() ? &*found : nullptr;
}

std::string text_in(Json const* value) { return value != nullptr && value->is_string() ? value->get<std::string>() : std::string(); }

// Texts stay what they are; numbers and the like are named as they are written.
std::string key_text(Json const& key) { return key.is_string() ? key.get<std::string>() : write_json(key); }

class TreePaths {
public:
    TreePaths(Json const& graph_module, Limits const& limits)
        : fields_(member_of(graph_module, "treespec_namedtuple_fields")),
          limits_(limits)
    {
    }

    // False where the form is not understood.
    bool add(Json const& node, std::string const& path)
    {
        auto const* const children = member_of(node, "children_spec");
        auto const* const type = member_of(node, "type");
        if (children == nullptr || !children->is_array() || type == nullptr || paths_.size() > limits_.entries)
            return false;
        if (type->is_null()) {
            paths_.push_back(path);
            return true;
        }
        auto const names = child_names(type->is_string() ? type->get<std::string>() : "", text_in(member_of(node, "context")), children->size());
        for (size_t i = 0; i < children->size(); ++i)
            if (!add((*children)[i], path + "." + (names.size() == children->size() ? names[i] : std::to_string(i))))
                return false;
        return true;
    }

    std::vector<std::string> const& paths() const { return paths_; }

private:
    // Keys and fields stand in the context, which is JSON once more: ["a", "b"] of a dict, [["a", "b"], [none...]] of a data class; of a
    // named tuple it is the class, whose fields stand elsewhere. Empty where children have no names.
    std::vector<std::string> child_names(std::string const& type, std::string const& context, size_t count) const
    {
        std::vector<std::string> names;
        auto const add_all = [&](Json const& keys) {
            if (keys.is_array())
                for (auto const& key : keys)
                    names.push_back(key_text(key));
        };
        if (type == "collections.namedtuple") {
            if (fields_ != nullptr)
                if (auto const* const fields = member_of(*fields_, context.c_str()); fields != nullptr && member_of(*fields, "field_names") != nullptr)
                    add_all(*member_of(*fields, "field_names"));
            return names;
        }
        if (type == "builtins.tuple" || type == "builtins.list")
            return names;
        auto const parsed = read_json(context, request_json_depth, limits_);
        if (!parsed)
            return names;
        if (auto const* const keys = member_of(*parsed, "dict_context")) // a defaultdict
            add_all(*keys);
        else if (parsed->is_array() && parsed->size() == 2 && (*parsed)[0].is_array() && (*parsed)[0].size() == count && (*parsed)[1].is_array())
            add_all((*parsed)[0]);
        else
            add_all(*parsed);
        return names;
    }

    Json const* fields_;
    Limits const& limits_;
    std::vector<std::string> paths_;
};

// The first argument's children are the positional arguments, the second's those by keyword, in the order of forward_arg_names.
bool add_arguments(Json const& tree, std::vector<std::string> const& names, TreePaths& paths)
{
    auto const* const children = member_of(tree, "children_spec");
    if (children == nullptr || !children->is_array() || children->size() != 2)
        return false;
    size_t next = 0;
    for (auto const& part : *children) {
        auto const* const arguments = member_of(part, "children_spec");
        if (arguments == nullptr || !arguments->is_array())
            return false;
        for (auto const& argument : *arguments) {
            if (next == names.size() || !paths.add(argument, names[next]))
                return false;
            ++next;
        }
    }
    return true;
}

}

std::vector<std::string> exported_input_paths(Json const& graph_module, size_t count, Limits const& limits)
{
    auto const* const calls = member_of(graph_module, "module_call_graph");
    if (calls == nullptr || !calls->is_array() || calls->empty())
        return {};
    auto const* const signature = member_of((*calls)[0], "signature");
    auto const* const names = signature == nullptr ? nullptr : member_of(*signature, "forward_arg_names");
    if (names == nullptr || !names->is_array() || !std::all_of(names->begin(), names->end(), [](Json const& name) { return name.is_string(); }))
        return {};
    auto const tree = read_json(text_in(member_of(*signature, "in_spec")), limits);
    TreePaths paths(graph_module, limits);
    if (!tree || !tree->is_array() || tree->size() != 2 || !add_arguments((*tree)[1], names->get<std::vector<std::string>>(), paths))
        return {};
    std::set<std::string> const different(paths.paths().begin(), paths.paths().end());
    return paths.paths().size() == count && different.size() == count ? paths.paths() : std::vector<std::string>();
}
