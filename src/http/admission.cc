#include "http/admission.h"

#include <fmt/format.h>

#include <algorithm>
#include <sys/random.h>

namespace {

std::string_view without_port(std::string_view host)
{
    if (host.starts_with('['))
        return host.substr(0, host.find(']') + 1);
    return host.substr(0, host.find(':'));
}

bool names_allowed_host(std::string_view host, std::vector<std::string> const& allowed)
{
    return std::ranges::any_of(allowed, [&](auto const& name) { return equal_without_case(without_port(host), name); });
}

// A page of another site that has its name point here carries that name in Host; one that just calls us carries it in Origin.
bool comes_from_allowed_host(HttpRequest const& request, std::vector<std::string> const& allowed)
{
    if (allowed.empty())
        return true;
    if (!names_allowed_host(field_of(request.fields, "host").value_or(""), allowed))
        return false;
    auto const origin = field_of(request.fields, "origin");
    if (!origin)
        return true;
    auto const scheme_end = origin->find("://");
    return scheme_end != std::string_view::npos && names_allowed_host(origin->substr(scheme_end + 3), allowed);
}

HttpReply with_field(HttpReply reply, std::string name, std::string value)
{
    reply.fields.push_back({std::move(name), std::move(value)});
    return reply;
}

}

HttpJudgement judge_request(HttpRequestHead& head, HttpRouteTable const& routes, HttpRules const& rules)
{
    auto& request = head.request;
    auto const refusal = [&](int status) { return routes.refusal(request.path, {status, phrase_of(status)}); };
    if (!comes_from_allowed_host(request, rules.allowed_hosts))
        return {nullptr, refusal(403)};
    auto match = routes.match(request.method, request.path);
    if (!match.route && match.allow.empty())
        return {nullptr, refusal(404)};
    if (!match.route)
        return {nullptr, with_field(refusal(405), "allow", match.allow)};
    request.arguments = std::move(match.arguments);
    HttpRoute const& route = *match.route;
    if (rules.keys && route.access == HttpAccess::key_holder && !rules.keys->admit(field_of(request.fields, "authorization").value_or("")))
        return {&route, with_field(refusal(401), "www-authenticate", "Bearer")};
    if (head.content_length > std::min(route.body_bytes, rules.body_bytes))
        return {&route, refusal(413)};
    return {&route, route.gate ? route.gate(request) : std::nullopt};
}

bool ClientCounts::enter(std::string const& client)
{
    std::lock_guard const lock(mutex_);
    auto& count = counts_[client];
    if (count >= most_)
        return false;
    ++count;
    return true;
}

void ClientCounts::leave(std::string const& client)
{
    std::lock_guard const lock(mutex_);
    auto const found = counts_.find(client);
    if (found != counts_.end() && --found->second == 0)
        counts_.erase(found);
}

std::string RequestIds::next()
{
    if (used_ == numbers_.size()) {
        [[maybe_unused]] auto const count = ::getrandom(numbers_.data(), sizeof numbers_, GRND_NONBLOCK); // an id that repeats does no harm
        used_ = 0;
    }
    return fmt::format("{:016x}", numbers_[used_++]);
}
