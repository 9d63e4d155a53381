#include "http/routes.h"

#include "base/check.h"

#include <fmt/format.h>

#include <set>

namespace {

// Whether `path` has the form of `pattern`; fills `arguments` where it does.
bool fits(std::string_view pattern, std::string_view path, HttpFields& arguments)
{
    arguments.clear();
    while (!pattern.empty() && !path.empty()) {
        pattern.remove_prefix(1); // the slashes
        path.remove_prefix(1);
        auto const wanted = pattern.substr(0, pattern.find('/'));
        auto const found = path.substr(0, path.find('/'));
        if (wanted.starts_with('{')) {
            if (found.empty())
                return false;
            arguments.push_back({std::string(wanted.substr(1, wanted.size() - 2)), std::string(found)});
        } else if (wanted != found) {
            return false;
        }
        pattern.remove_prefix(wanted.size());
        path.remove_prefix(found.size());
    }
    return pattern.empty() && path.empty();
}

}

HttpRouteTable::HttpRouteTable(std::vector<HttpRoute> routes, RefusalForm refusal_form)
    : routes_(std::move(routes)),
      refusal_form_(std::move(refusal_form))
{
    std::set<std::string> seen;
    for (auto const& route : routes_) {
        CHECK(route.path.starts_with('/') && route.handler, "a route has a path and a handler");
        CHECK(seen.insert(route.method + " " + route.path).second, "a method and path stand once in the table");
    }
}

HttpRouteMatch HttpRouteTable::match(std::string_view method, std::string_view path) const
{
    HttpRouteMatch result;
    HttpFields arguments;
    auto const allow = [&](std::string_view name) { result.allow += result.allow.empty() ? std::string(name) : ", " + std::string(name); };
    for (auto const& route : routes_) {
        if (!fits(route.path, path, arguments))
            continue;
        if (route.method == method || (route.method == "GET" && method == "HEAD"))
            return {&route, std::move(arguments), {}};
        allow(route.method);
        if (route.method == "GET")
            allow("HEAD");
    }
    return result;
}

HttpReply HttpRouteTable::refusal(std::string_view path, HttpRefusal refusal) const
{
    if (refusal_form_)
        return refusal_form_(path, refusal);
    return json_reply(refusal.status, fmt::format(R"({{"detail":"{}"}})", refusal.text)); // fixed texts of ours need no escapes
}
