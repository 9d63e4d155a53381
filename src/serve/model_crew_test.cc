#include "serve/model_crew.h"

#include "serve/plain_dialect.h"

#include <gtest/gtest.h>

#include <future>

namespace {

using Clock = std::chrono::steady_clock;

// A model whose runs wait for a word, and are counted by their rows.
class Watched {
public:
    enum class Kind : uint8_t { doubles,
        subtracts_mean,
        fails_on_many };

    explicit Watched(Kind kind)
        : kind_(kind)
    {
    }

    ServedModel model()
    {
        std::vector<SessionDim> const rows{{std::nullopt, "batch"}, {std::nullopt, "n"}};
        return {"m", "", {{"x", "tensor", DType::float32, rows}}, {{"y", "tensor", DType::float32, rows}}, [this](std::span<NamedTensor const> inputs) { return run(inputs.front().tensor); }, {}};
    }

    void hold() { held_ = true; }
    void let_go()
    {
        held_ = false;
        held_.notify_all();
    }
    std::vector<int64_t> rows_of_runs() const
    {
        std::lock_guard const lock(mutex_);
        return rows_;
    }

private:
    Result<std::vector<Tensor>> run(Tensor const& x)
    {
        {
            std::lock_guard const lock(mutex_);
            rows_.push_back(x.shape().front());
        }
        held_.wait(true);
        if (kind_ == Kind::fails_on_many && x.shape().front() > 2)
            return malformed("too many");
        double mean = 0;
        for (uint64_t index = 0; index < x.count(); ++index)
            mean += x.number_at(index) / static_cast<double>(x.count());
        std::vector<float> elements;
        for (uint64_t index = 0; index < x.count(); ++index)
            elements.push_back(static_cast<float>(kind_ == Kind::subtracts_mean ? x.number_at(index) - mean : 2 * x.number_at(index)));
        return std::vector<Tensor>{Tensor::of<float>(DType::float32, x.shape(), std::move(elements))};
    }

    Kind kind_;
    std::atomic<bool> held_ = false;
    mutable std::mutex mutex_;
    std::vector<int64_t> rows_;
};

// A crew of one thread for one model, and those that ask it.
class Asked {
public:
    explicit Asked(Watched& watched, uint32_t most_rows = 64)
        : models_{watched.model()},
          crew_(models_, CrewOptions{.threads = 1, .waiting = 100, .most_rows = most_rows})
    {
    }

    std::future<std::string> ask(std::string const& body, std::chrono::milliseconds patience = std::chrono::minutes(1))
    {
        auto answer = std::make_shared<std::promise<std::string>>();
        auto future = answer->get_future();
        HttpRequest request;
        request.body = R"({"input":)" + body + "}";
        ServeJob job{0, &dialect_, std::move(request), HttpCompletion([answer](HttpReply reply) { answer->set_value(std::to_string(reply.status) + " " + reply.body); }), {}, {}, Clock::now(), Clock::now() + patience};
        EXPECT_TRUE(crew_.push(job));
        crew_.wake();
        return future;
    }
    ModelStatistics statistics() const { return crew_.statistics(0); }

private:
    std::vector<ServedModel> models_;
    PlainDialect dialect_;
    ModelCrew crew_;
};

// Asks for [[1,2]], and waits until nothing of it runs any more: the next answer comes after the trial of the rows.
void warm_up(Asked& asked)
{
    EXPECT_EQ(asked.ask("[1,2]").get(), R"(200 {"prediction":[2.0,4.0]})");
    EXPECT_EQ(asked.ask("[1,2]").get(), R"(200 {"prediction":[2.0,4.0]})");
}

TEST(ModelCrew, runs_together_what_waits)
{
    Watched watched(Watched::Kind::doubles);
    Asked asked(watched);
    warm_up(asked);
    watched.hold();
    auto first = asked.ask("[1,2]");
    while (watched.rows_of_runs().size() < 5) // two requests, and two runs of the trial
        std::this_thread::yield();
    std::vector<std::future<std::string>> others;
    for (int number = 0; number < 5; ++number)
        others.push_back(asked.ask("[[" + std::to_string(number) + ",0],[7,8]]"));
    auto wider = asked.ask("[1,2,3]"); // cannot stand in one tensor with the others
    watched.let_go();
    EXPECT_EQ(first.get(), R"(200 {"prediction":[2.0,4.0]})");
    for (int number = 0; number < 5; ++number)
        EXPECT_EQ(others[static_cast<size_t>(number)].get(), R"(200 {"prediction":[[)" + std::to_string(2 * number) + R"(.0,0.0],[14.0,16.0]]})");
    EXPECT_EQ(wider.get(), R"(200 {"prediction":[2.0,4.0,6.0]})");
    EXPECT_EQ(watched.rows_of_runs(), (std::vector<int64_t>{1, 1, 2, 1, 1, 10, 1}));
    EXPECT_EQ(asked.statistics().rows, 14u);
    EXPECT_EQ(asked.statistics().success.count, 9u);
}

TEST(ModelCrew, splits_no_request_and_passes_no_limit_of_rows)
{
    Watched watched(Watched::Kind::doubles);
    Asked asked(watched, 3);
    warm_up(asked);
    watched.hold();
    auto first = asked.ask("[1,2]");
    while (watched.rows_of_runs().size() < 5)
        std::this_thread::yield();
    std::vector<std::future<std::string>> others;
    for (auto const* body : {"[[1,1],[2,2]]", "[[3,3],[4,4]]", "[5,5]", "[[1,1],[2,2],[3,3],[4,4],[5,5]]"})
        others.push_back(asked.ask(body));
    watched.let_go();
    for (auto& other : others)
        EXPECT_EQ(other.get().substr(0, 4), "200 ");
    auto const runs = watched.rows_of_runs();
    EXPECT_EQ(std::vector<int64_t>(runs.begin() + 5, runs.end()), (std::vector<int64_t>{3, 2, 5}));
}

TEST(ModelCrew, runs_alone_where_rows_have_to_do_with_each_other)
{
    Watched watched(Watched::Kind::subtracts_mean);
    Asked asked(watched);
    EXPECT_EQ(asked.ask("[1,3]").get(), R"(200 {"prediction":[-1.0,1.0]})");
    EXPECT_EQ(asked.ask("[1,3]").get(), R"(200 {"prediction":[-1.0,1.0]})");
    std::vector<std::future<std::string>> many;
    watched.hold();
    for (int number = 0; number < 6; ++number)
        many.push_back(asked.ask("[" + std::to_string(10 * number) + "," + std::to_string(10 * number + 2) + "]"));
    watched.let_go();
    for (auto& one : many)
        EXPECT_EQ(one.get(), R"(200 {"prediction":[-1.0,1.0]})");
    EXPECT_EQ(asked.statistics().batches.rbegin()->first, 1);
}

TEST(ModelCrew, answers_each_where_all_together_fail)
{
    Watched watched(Watched::Kind::fails_on_many);
    Asked asked(watched);
    warm_up(asked);
    watched.hold();
    std::vector<std::future<std::string>> many;
    for (int number = 0; number < 4; ++number)
        many.push_back(asked.ask("[1,2]"));
    auto wrong = asked.ask("[[1,2],[3,4],[5,6]]");
    watched.let_go();
    for (auto& one : many)
        EXPECT_EQ(one.get(), R"(200 {"prediction":[2.0,4.0]})");
    EXPECT_EQ(wrong.get().substr(0, 4), "422 ");
    EXPECT_EQ(asked.statistics().failed.count, 1u);
}

TEST(ModelCrew, does_not_run_what_nobody_waits_for)
{
    Watched watched(Watched::Kind::doubles);
    Asked asked(watched);
    EXPECT_EQ(asked.ask("[1,2]", std::chrono::milliseconds(-1)).get().substr(0, 4), "500 "); // dropped; the server has told 504 by then
    EXPECT_TRUE(watched.rows_of_runs().empty());
    EXPECT_EQ(asked.statistics().expired, 1u);
}

}
