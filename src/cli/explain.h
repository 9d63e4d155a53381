#pragma once

#include <span>
#include <string_view>

// One page an error or warning code. Errors of conversion have the number 200 + n of the warning Gn that is about the same.

struct ExplainPage {
    int code; // 107 for HM0107
    std::string_view title;
    std::string_view text; // paragraphs; no last newline
};

std::span<ExplainPage const> explain_pages();
