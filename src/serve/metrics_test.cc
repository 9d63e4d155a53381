#include "serve/metrics.h"

#include <gtest/gtest.h>

namespace {

TEST(Metrics, tell_what_happened_to_each_model)
{
    ServedModel const model{"a\"b\\", "3", {}, {}, nullptr, {}};
    ModelMetrics metrics{&model, {}, 2};
    auto& statistics = metrics.statistics;
    statistics.success.add(std::chrono::microseconds(300));
    statistics.latency.add(std::chrono::microseconds(300));
    statistics.success.add(std::chrono::minutes(1));
    statistics.latency.add(std::chrono::minutes(1));
    statistics.rejected = 4;
    statistics.rows = 6;
    statistics.batches[3].add(std::chrono::milliseconds(1));
    statistics.batches[3].add(std::chrono::milliseconds(1));
    statistics.batches[5'000].add(std::chrono::milliseconds(1));
    auto const text = metrics_text({&metrics, 1}, "1.2.3");
    for (auto const* line : {
             "hullmark_info{version=\"1.2.3\"} 1",
             R"(hullmark_requests_total{model="a\"b\\",version="3",outcome="success"} 2)",
             R"(hullmark_requests_total{model="a\"b\\",version="3",outcome="rejected"} 4)",
             R"(hullmark_request_seconds_bucket{model="a\"b\\",version="3",le="0.00025"} 0)",
             R"(hullmark_request_seconds_bucket{model="a\"b\\",version="3",le="0.0005"} 1)",
             R"(hullmark_request_seconds_bucket{model="a\"b\\",version="3",le="30"} 1)",
             R"(hullmark_request_seconds_bucket{model="a\"b\\",version="3",le="+Inf"} 2)",
             R"(hullmark_request_seconds_count{model="a\"b\\",version="3"} 2)",
             R"(hullmark_request_seconds_sum{model="a\"b\\",version="3"} 60.0003)",
             R"(hullmark_batch_rows_bucket{model="a\"b\\",version="3",le="2"} 0)",
             R"(hullmark_batch_rows_bucket{model="a\"b\\",version="3",le="4"} 2)",
             R"(hullmark_batch_rows_bucket{model="a\"b\\",version="3",le="+Inf"} 3)",
             R"(hullmark_batch_rows_sum{model="a\"b\\",version="3"} 5006)",
             R"(hullmark_waiting_requests{model="a\"b\\",version="3"} 2)",
             R"(nv_inference_request_failure{model="a\"b\\",version="3",reason="REJECTED"} 4)",
             R"(nv_inference_count{model="a\"b\\",version="3"} 6)",
         })
        EXPECT_NE(("\n" + text).find(std::string("\n") + line + "\n"), std::string::npos) << line << "\n"
                                                                                          << text;
}

}
