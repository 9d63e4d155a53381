#pragma once

#include "serve/dialect.h"
#include "serve/statistics.h"

#include <span>
#include <string>

// The Open Inference Protocol v2 over REST (oip_request.h) and what surrounds it: descriptions of server and models, their statistics.
// Sources: Open Inference Protocol specification; Triton Inference Server's documents of its extensions.
//
// Promises: every answer that is not 200 is a JSON object with a text under "error".

class OipDialect final : public ServeDialect {
public:
    tl::expected<std::unique_ptr<ServeCall>, HttpReply> read(HttpRequest request, ServedModel const& model) const override;
    HttpReply refusal(int status, std::string_view text) const override;
    HttpReply values_refused() const override;
};

// {"error": text}, cut where it is long.
HttpReply oip_error(int status, std::string_view text);

// GET /v2
std::string oip_server_metadata(std::string const& version);
// GET /v2/models/NAME
std::string oip_model_metadata(ServedModel const& model);
// GET /v2/models/NAME/config
std::string oip_model_config(ServedModel const& model);
// POST /v2/repository/index
std::string oip_repository_index(std::span<ServedModel const> models);
// GET /v2/models/stats: of each model, in order.
std::string oip_statistics(std::span<ServedModel const> models, std::span<ModelStatistics const> statistics);
