#include "scan/judgement.h"

#include "foreign/foreign.h"

// Programs, formats that have a name and no reader here, and bytes of no format at all.

void judge_source(Judgement& judgement)
{
    if (judgement.options().in_folder && !judgement.is_inside())
        judgement.add("code-file", "source code beside the models; nothing in the folder names it as code to run");
}

void judge_unknown(Judgement& judgement, SharedBytes const& file)
{
    auto const format = foreign_format_of(file.bytes());
    if (!format)
        return judgement.add("unknown-format", std::to_string(file.size()) + " bytes of binary data that fit no known format");
    std::string const name(format->name);
    switch (format->nature) {
    case ForeignNature::data:
        return judgement.skip();
    case ForeignNature::model:
    case ForeignNature::archive:
        return judgement.add("not-judged-yet", name + ": hullmark names this format and cannot judge it yet");
    case ForeignNature::program:
        break;
    }
    if (!judgement.options().in_folder || judgement.is_inside())
        return judgement.add("native-code", name);
    judgement.skip();
    judgement.add("code-file", name + " beside the models; nothing in the folder names it as code to run");
}
