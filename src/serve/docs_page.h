#pragma once

#include <string>
#include <string_view>

// The page at /docs: reads /openapi.json, shows each model with a form that sends a sample to it, and the answer.
//
// Promises: one document without anything from elsewhere; works under the policy that docs_policy() gives, in light and dark, with a
// keyboard and a screen reader; asks for a key only where the server does.

std::string_view docs_page();
// The Content-Security-Policy under which the page runs and nothing else does: its own script and style by digest, requests to
// this server only. Source: Content Security Policy Level 3.
std::string docs_policy();
