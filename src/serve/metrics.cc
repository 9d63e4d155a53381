#include "serve/metrics.h"

#include <fmt/format.h>

namespace {

std::string label_text(std::string_view value)
{
    std::string text;
    for (char const byte : value) {
        if (byte == '\\' || byte == '"')
            text += '\\';
        if (byte == '\n')
            text += "\\n";
        else
            text += byte;
    }
    return text;
}

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }
int64_t microseconds(std::chrono::nanoseconds time) { return std::chrono::duration_cast<std::chrono::microseconds>(time).count(); }

// One metric of all models: its head, then a line for each.
class MetricsWriter {
public:
    explicit MetricsWriter(std::span<ModelMetrics const> models)
        : models_(models)
    {
    }

    void begin(char const* name, char const* type, char const* meaning)
    {
        name_ = name;
        text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, meaning, name, type);
    }
    // `labels` begin with a comma.
    template <typename Number>
    void line(ModelMetrics const& of, std::string_view suffix, std::string_view labels, Number number)
    {
        text_ += fmt::format("{}{}{{model=\"{}\",version=\"{}\"{}}} {}\n", name_, suffix, label_text(of.model->name), label_text(of.model->version_text()), labels, number);
    }
    template <typename Number>
    void one_each(char const* name, char const* type, char const* meaning, Number const& number)
    {
        begin(name, type, meaning);
        for (auto const& of : models_)
            line(of, "", "", number(of));
    }
    std::span<ModelMetrics const> models() const { return models_; }
    void add(std::string_view text) { text_ += text; }
    std::string take() { return std::move(text_); }

private:
    std::span<ModelMetrics const> models_;
    std::string name_;
    std::string text_;
};

void write_requests(MetricsWriter& writer)
{
    writer.begin("hullmark_requests_total", "counter", "Requests by what came of them.");
    for (auto const& of : writer.models()) {
        auto const& statistics = of.statistics;
        writer.line(of, "", ",outcome=\"success\"", statistics.success.count);
        writer.line(of, "", ",outcome=\"refused\"", statistics.refused.count);
        writer.line(of, "", ",outcome=\"failed\"", statistics.failed.count);
        writer.line(of, "", ",outcome=\"rejected\"", statistics.rejected);
        writer.line(of, "", ",outcome=\"expired\"", statistics.expired);
    }
}

void write_latency(MetricsWriter& writer)
{
    writer.begin("hullmark_request_seconds", "histogram", "Time from the arrival of a successful request to its answer.");
    for (auto const& of : writer.models()) {
        auto const& buckets = of.statistics.latency.buckets;
        uint64_t sum = 0;
        for (size_t bucket = 0; bucket < LatencyHistogram::limits.size(); ++bucket) {
            sum += buckets[bucket];
            writer.line(of, "_bucket", fmt::format(",le=\"{}\"", seconds(LatencyHistogram::limits[bucket])), sum);
        }
        writer.line(of, "_bucket", ",le=\"+Inf\"", sum + buckets.back());
        writer.line(of, "_sum", "", seconds(of.statistics.success.time));
        writer.line(of, "_count", "", sum + buckets.back());
    }
}

void write_batches(MetricsWriter& writer)
{
    writer.begin("hullmark_batch_rows", "histogram", "Rows of the model's runs.");
    for (auto const& of : writer.models()) {
        uint64_t runs = 0;
        uint64_t rows = 0;
        auto batch = of.statistics.batches.begin();
        for (int64_t limit = 1; limit <= 1'024; limit *= 2) {
            for (; batch != of.statistics.batches.end() && batch->first <= limit; ++batch) {
                runs += batch->second.count;
                rows += batch->second.count * static_cast<uint64_t>(batch->first);
            }
            writer.line(of, "_bucket", fmt::format(",le=\"{}\"", limit), runs);
        }
        for (; batch != of.statistics.batches.end(); ++batch) {
            runs += batch->second.count;
            rows += batch->second.count * static_cast<uint64_t>(batch->first);
        }
        writer.line(of, "_bucket", ",le=\"+Inf\"", runs);
        writer.line(of, "_sum", "", rows);
        writer.line(of, "_count", "", runs);
    }
}

void write_times(MetricsWriter& writer)
{
    writer.one_each("hullmark_queue_seconds_total", "counter", "Time that requests waited for a thread.", [](ModelMetrics const& of) { return seconds(of.statistics.queue.time); });
    writer.one_each("hullmark_compute_seconds_total", "counter", "Time that the model ran.", [](ModelMetrics const& of) { return seconds(of.statistics.compute.time); });
    writer.one_each("hullmark_waiting_requests", "gauge", "Requests that no thread has taken yet.", [](ModelMetrics const& of) { return of.waiting; });
}

void write_triton_failures(MetricsWriter& writer)
{
    writer.begin("nv_inference_request_failure", "counter", "Number of failed inference requests.");
    for (auto const& of : writer.models()) {
        writer.line(of, "", ",reason=\"OTHER\"", of.statistics.refused.count);
        writer.line(of, "", ",reason=\"BACKEND\"", of.statistics.failed.count);
        writer.line(of, "", ",reason=\"REJECTED\"", of.statistics.rejected);
        writer.line(of, "", ",reason=\"CANCELED\"", of.statistics.expired);
    }
}

void write_triton(MetricsWriter& writer)
{
    writer.one_each("nv_inference_request_success", "counter", "Number of successful inference requests.", [](ModelMetrics const& of) { return of.statistics.success.count; });
    write_triton_failures(writer);
    writer.one_each("nv_inference_count", "counter", "Number of inferences performed, rows counted.", [](ModelMetrics const& of) { return of.statistics.rows; });
    writer.one_each("nv_inference_exec_count", "counter", "Number of runs of the model.", [](ModelMetrics const& of) { return of.statistics.compute.count; });
    writer.one_each("nv_inference_pending_request_count", "gauge", "Number of requests that wait.", [](ModelMetrics const& of) { return of.waiting; });
    writer.one_each("nv_inference_request_duration_us", "counter", "Cumulative duration of requests.", [](ModelMetrics const& of) { return microseconds(of.statistics.success.time); });
    writer.one_each("nv_inference_queue_duration_us", "counter", "Cumulative duration of waiting.", [](ModelMetrics const& of) { return microseconds(of.statistics.queue.time); });
    writer.one_each("nv_inference_compute_infer_duration_us", "counter", "Cumulative duration of runs.", [](ModelMetrics const& of) { return microseconds(of.statistics.compute.time); });
}

}

std::string metrics_text(std::span<ModelMetrics const> models, std::string const& program_version)
{
    MetricsWriter writer(models);
    writer.add(fmt::format("# HELP hullmark_info The program that answers.\n# TYPE hullmark_info gauge\nhullmark_info{{version=\"{}\"}} 1\n", label_text(program_version)));
    write_requests(writer);
    write_latency(writer);
    write_batches(writer);
    write_times(writer);
    write_triton(writer);
    return writer.take();
}
