#include "pickle/names.h"

#include <gtest/gtest.h>

namespace {

TEST(PickleNames, are_those_of_python_3)
{
    struct Case {
        GlobalNames from;
        GlobalNames to;
    };
    Case const cases[] = {
        {{"__builtin__", "xrange"}, {"builtins", "range"}},
        {{"__builtin__", "eval"}, {"builtins", "eval"}},
        {{"commands", "getoutput"}, {"subprocess", "getoutput"}},
        {{"itertools", "imap"}, {"builtins", "map"}},
        {{"itertools", "chain"}, {"itertools", "chain"}},
        {{"exceptions", "ValueError"}, {"builtins", "ValueError"}},
        {{"exceptions", "StandardError"}, {"builtins", "Exception"}},
        {{"exceptions", "eval"}, {"exceptions", "eval"}}, // no exception: Python finds no such module
        {{"multiprocessing", "ProcessError"}, {"multiprocessing.context", "ProcessError"}},
        {{"urllib2", "anything"}, {"urllib.request", "anything"}},
        {{"xmlrpclib", "anything"}, {"xmlrpc.client", "anything"}},
        {{"zzz", "anything"}, {"zzz", "anything"}},
        {{"os", "system"}, {"os", "system"}},
    };
    for (auto const& c : cases) {
        auto const names = python3_names(c.from);
        EXPECT_EQ(names.module, c.to.module) << c.from.module << c.from.name;
        EXPECT_EQ(names.name, c.to.name) << c.from.module << c.from.name;
    }
}

}
