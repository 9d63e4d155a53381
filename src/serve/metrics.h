#pragma once

#include "serve/served_model.h"
#include "serve/statistics.h"

#include <cstdint>
#include <span>
#include <string>

// Statistics as Prometheus reads them, under our own names and under those of Triton Inference Server, which dashboards know.
// Source: Prometheus exposition format, text version 0.0.4; Triton's document of its metrics.

struct ModelMetrics {
    ServedModel const* model = nullptr;
    ModelStatistics statistics;
    uint64_t waiting = 0; // requests that no thread has taken yet
};

inline constexpr char const* metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

std::string metrics_text(std::span<ModelMetrics const> models, std::string const& program_version);
