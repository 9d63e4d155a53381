#pragma once

#include "serve/dialect.h"

// The plain dialect (predict.h) as one of the server's. Refusals are FastAPI's: {"detail": ...}.
class PlainDialect final : public ServeDialect {
public:
    tl::expected<std::unique_ptr<ServeCall>, HttpReply> read(HttpRequest request, ServedModel const& model) const override;
    HttpReply refusal(int status, std::string_view text) const override;
    HttpReply values_refused() const override;
};
