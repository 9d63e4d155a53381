#include "http/admission.h"
#include "http/routes.h"

#include <gtest/gtest.h>

namespace {

void answer_nothing(HttpRequest, HttpCompletion reply) { reply({204, {}, {}}); }

HttpRouteTable const table({
    {"GET", "/health", 0, HttpAccess::anyone, false, answer_nothing},
    {"GET", "/models/{name}", 0, HttpAccess::key_holder, false, answer_nothing},
    {"POST", "/models/{name}", 100, HttpAccess::key_holder, true, answer_nothing},
    {"POST", "/full", 100, HttpAccess::anyone, false, answer_nothing, [](HttpRequest const&) { return std::optional(text_reply(503, "later")); }},
});

std::string text_of(HttpRouteMatch const& match)
{
    if (!match.route)
        return match.allow.empty() ? "404" : "405 " + match.allow;
    std::string text = match.route->method + " " + match.route->path;
    for (auto const& argument : match.arguments)
        text += " " + argument.name + "=" + argument.value;
    return text;
}

TEST(HttpRouteTable, answers_what_it_holds_and_nothing_else)
{
    struct Case {
        char const* method;
        char const* path;
        char const* answer;
    };
    Case const cases[] = {
        {"GET", "/health", "GET /health"},
        {"HEAD", "/health", "GET /health"},
        {"POST", "/health", "405 GET, HEAD"},
        {"get", "/health", "405 GET, HEAD"},
        {"GET", "/health/", "404"},
        {"GET", "/", "404"},
        {"GET", "//health", "404"},
        {"GET", "/models/a b", "GET /models/{name} name=a b"},
        {"POST", "/models/a", "POST /models/{name} name=a"},
        {"DELETE", "/models/a", "405 GET, HEAD, POST"},
        {"GET", "/models/", "404"},
        {"GET", "/models/a/b", "404"},
        {"GET", "/models", "404"},
    };
    for (auto const& c : cases)
        EXPECT_EQ(text_of(table.match(c.method, c.path)), c.answer) << c.method << " " << c.path;
}

std::string const key = "0123456789abcdef0123456789abcdef";

int judged(std::string method, std::string path, HttpFields fields, HttpRules const& rules, uint64_t length = 0)
{
    HttpRequestHead head;
    head.request.method = std::move(method);
    head.request.path = std::move(path);
    head.request.fields = std::move(fields);
    head.content_length = length;
    auto const judgement = judge_request(head, table, rules);
    return judgement.refusal ? judgement.refusal->status : 0;
}

// Every route, with every method, with and without a key: only what the table says passes.
TEST(HttpRouteTable, is_judged_for_every_route_and_method)
{
    HttpRules const rules{{}, HttpKeys::parse(key + "\n").value(), 1'000};
    HttpFields const with_key{{"Authorization", "Bearer " + key}};
    for (std::string const path : {"/health", "/models/a", "/full"})
        for (std::string const method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "X"}) {
            bool const reads = method == "GET" || method == "HEAD";
            int const wanted = path == "/health" ? (reads ? 0 : 405) : path == "/models/a" ? (reads || method == "POST" ? 0 : 405)
                                                                                           : (method == "POST" ? 503 : 405);
            EXPECT_EQ(judged(method, path, with_key, rules), wanted) << method << " " << path;
            EXPECT_EQ(judged(method, path, {}, rules), path == "/models/a" && wanted == 0 ? 401 : wanted) << method << " " << path;
        }
}

TEST(HttpRouteTable, judges_lengths_before_bodies)
{
    HttpRules const rules{{}, std::nullopt, 1'000};
    EXPECT_EQ(judged("POST", "/models/a", {}, rules, 100), 0);
    EXPECT_EQ(judged("POST", "/models/a", {}, rules, 101), 413);
    EXPECT_EQ(judged("GET", "/health", {}, rules, 1), 413);
    EXPECT_EQ(judged("POST", "/models/a", {}, {{}, std::nullopt, 50}, 51), 413);
}

TEST(HttpRouteTable, keeps_other_names_and_pages_from_loopback)
{
    HttpRules const rules{{"localhost", "127.0.0.1", "[::1]"}, std::nullopt, 1'000};
    struct Case {
        char const* host;
        char const* origin;
        int status;
    };
    Case const cases[] = {
        {"localhost", nullptr, 0},
        {"LOCALHOST:80", nullptr, 0},
        {"[::1]:80", "http://[::1]:80", 0},
        {"127.0.0.1:80", "http://127.0.0.1:80", 0},
        {"evil.example", nullptr, 403},
        {"localhost.evil.example", nullptr, 403},
        {"127.0.0.1.evil.example:80", nullptr, 403},
        {"localhost", "https://evil.example", 403},
        {"localhost", "null", 403},
        {"localhost", "localhost", 403},
    };
    for (auto const& c : cases) {
        HttpFields fields{{"Host", c.host}};
        if (c.origin)
            fields.push_back({"Origin", c.origin});
        EXPECT_EQ(judged("GET", "/health", fields, rules), c.status) << c.host << " " << (c.origin ? c.origin : "");
    }
}

TEST(HttpKeys, admit_only_what_they_hold)
{
    auto const keys = HttpKeys::parse("# of the lab\n\n" + key + "\r\nanother-key-of-20-chars").value();
    EXPECT_TRUE(keys.admit("Bearer " + key));
    EXPECT_TRUE(keys.admit("bearer another-key-of-20-chars"));
    for (std::string const& shown : std::vector<std::string>{"", "Bearer", "Bearer ", "Basic " + key, "Bearer  " + key, "Bearer " + key + " ", "Bearer # of the lab", key})
        EXPECT_FALSE(keys.admit(shown)) << shown;
    EXPECT_EQ(HttpKeys::parse("# none\n").error().text(), "no key: one key a line was wanted");
    EXPECT_EQ(HttpKeys::parse(key + "\nshort").error().text(), "a key that is not 16 to 512 visible characters, line 2");
}

}
