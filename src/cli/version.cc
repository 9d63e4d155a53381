#include "cli/verbs.h"

char const* const hullmark_version = HULLMARK_VERSION;

namespace {

Result<Answer> version(Invocation const&, Desk&)
{
    return Answer{{{"version", hullmark_version}}, std::string("hullmark ") + hullmark_version + "\n", 0};
}

}

Command version_command() { return {"version", "prints the program's version", "hullmark version", {}, {}, version}; }
