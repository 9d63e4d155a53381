#include "pickle/rules.h"

std::set<std::string, std::less<>> blamed_names(Pickle const& pickle, PickleFindings const& findings)
{
    std::set<uint64_t> offsets;
    for (auto const& finding : findings.list)
        offsets.insert(finding.offset);
    std::set<std::string, std::less<>> names;
    for (NodeId id = 0; id < pickle.graph.size() && !offsets.empty(); ++id)
        if (auto const value = pickle.graph.value(id); offsets.contains(value.offset()) || (value.state() && offsets.contains(value.state()->offset())))
            if (auto name = value.qualified_name(); !name.empty())
                names.insert(std::move(name));
    return names;
}
