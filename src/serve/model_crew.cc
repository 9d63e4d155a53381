#include "serve/model_crew.h"

#include "http/content_coding.h"
#include "serve/row_batch.h"
#include "tensor/compare.h"

#include <algorithm>

// A job together with its call. Where the rows of the model are not independent, `rows` is 0.
struct ModelCrew::Call {
    ServeJob job;
    std::unique_ptr<ServeCall> call;
    int64_t rows = 0;
};

namespace {

constexpr double most_difference = 1e-5; // of scale, between a row alone and among others
constexpr int most_trials = 5; // of a model whose requests tell nothing of its rows

bool same_answers(std::span<Tensor const> alone, std::span<Tensor const> together)
{
    return std::ranges::equal(alone, together, [](Tensor const& a, Tensor const& b) {
        auto const difference = compare(a, b);
        return difference.same_type && (is_floating(a.dtype()) ? difference.scale_error <= most_difference : difference.mismatched == 0);
    });
}

HttpReply busy(ServeDialect const& dialect)
{
    auto reply = dialect.refusal(503, phrase_of(503));
    reply.fields.push_back({"retry-after", "1"});
    return reply;
}

// What is told of a model that failed: which kind of failure, and nothing of its words.
HttpReply failure_reply(ServeDialect const& dialect, Error const& error)
{
    if (error.reason == Reason::exhausted || error.reason == Reason::unavailable)
        return busy(dialect);
    return error.reason == Reason::malformed ? dialect.values_refused() : dialect.refusal(500, phrase_of(500));
}

}

ModelCrew::ModelCrew(std::span<ServedModel const> models, CrewOptions options)
    : models_(models),
      options_(std::move(options)),
      desks_(models.size())
{
    for (size_t number = 0; number < models.size(); ++number)
        if (options_.most_rows > 1 && has_row_axis(models[number].inputs, models[number].outputs))
            desks_[number].rows = Rows::untried;
    for (uint32_t number = 0; number < options_.threads; ++number)
        threads_.emplace_back([this] { work(); });
}

ModelCrew::~ModelCrew()
{
    std::deque<ServeJob> dropped;
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
        dropped.swap(jobs_);
    }
    changed_.notify_all();
    for (auto& thread : threads_)
        thread.join();
}

bool ModelCrew::full() const
{
    std::lock_guard const lock(mutex_);
    return jobs_.size() >= options_.waiting;
}

bool ModelCrew::push(ServeJob& job)
{
    {
        std::lock_guard const lock(mutex_);
        if (stopping_ || jobs_.size() >= options_.waiting)
            return false;
        jobs_.push_back(std::move(job));
    }
    has_news_ = true;
    return true;
}

void ModelCrew::note_rejection(size_t model)
{
    desks_[model].statistics.change([](ModelStatistics& statistics) { ++statistics.rejected; });
}

uint64_t ModelCrew::waiting(size_t model) const
{
    std::lock_guard const lock(mutex_);
    return static_cast<uint64_t>(std::ranges::count(jobs_, model, &ServeJob::model));
}

void ModelCrew::wake()
{
    if (has_news_.exchange(false))
        changed_.notify_all();
}

void ModelCrew::work()
{
    std::unique_lock lock(mutex_);
    while (true) {
        ++idle_;
        changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        --idle_;
        if (stopping_)
            return;
        auto jobs = take(lock);
        lock.unlock();
        try {
            serve(std::move(jobs));
        } catch (std::exception const&) {
            // No memory: requests that were taken and not answered are told 500 as they go, and the thread lives on.
        }
        lock.lock();
    }
}

// The job that came first, and what can run with it.
std::vector<ServeJob> ModelCrew::take(std::unique_lock<std::mutex>& lock)
{
    std::vector<ServeJob> taken;
    taken.push_back(std::move(jobs_.front()));
    jobs_.pop_front();
    auto const model = taken.front().model;
    if (desks_[model].rows != Rows::independent)
        return taken;
    auto const sharing = idle_ + 1;
    move_jobs_of(model, std::min<size_t>(options_.most_rows, jobs_.size() / sharing + 1), taken);
    auto const until = taken.front().arrived + options_.delay;
    while (taken.size() < options_.most_rows && !stopping_ && Clock::now() < until) {
        changed_.wait_until(lock, until);
        move_jobs_of(model, options_.most_rows, taken);
    }
    return taken;
}

// Until `taken` are `most`.
void ModelCrew::move_jobs_of(size_t model, size_t most, std::vector<ServeJob>& taken)
{
    auto const rest = std::stable_partition(jobs_.begin(), jobs_.end(), [&](ServeJob const& job) { return job.model != model; });
    auto const count = std::min<size_t>(static_cast<size_t>(jobs_.end() - rest), most - std::min(most, taken.size()));
    auto const end = rest + static_cast<ptrdiff_t>(count);
    std::move(rest, end, std::back_inserter(taken));
    jobs_.erase(rest, end);
}

void ModelCrew::serve(std::vector<ServeJob> jobs)
{
    auto calls = read(std::move(jobs));
    std::span<Call> left(calls);
    while (!left.empty()) {
        int64_t rows = left.front().rows;
        auto const joins = [&](Call const& other) {
            if (rows == 0 || other.rows == 0 || rows + other.rows > options_.most_rows || !can_join(left.front().call->inputs(), other.call->inputs()))
                return false;
            rows += other.rows;
            return true;
        };
        auto const rest = std::stable_partition(left.begin() + 1, left.end(), joins);
        auto const together = static_cast<size_t>(rest - left.begin());
        if (together == 1)
            run_alone(left.front());
        else
            run_together(left.first(together));
        left = left.subspan(together);
    }
}

// Calls of the jobs that are worth running; the others are answered.
std::vector<ModelCrew::Call> ModelCrew::read(std::vector<ServeJob> jobs)
{
    std::vector<Call> calls;
    auto const now = Clock::now();
    for (auto& job : jobs) {
        auto& desk = desks_[job.model];
        bool const expired = now >= job.end;
        desk.statistics.change([&](ModelStatistics& statistics) {
            statistics.queue.add(now - job.arrived);
            statistics.expired += expired;
        });
        if (expired)
            continue;
        auto call = read(job);
        if (!call) {
            desk.statistics.change([&](ModelStatistics& statistics) { statistics.refused.add(Clock::now() - job.arrived); });
            job.reply(std::move(call.error()));
            continue;
        }
        int64_t const rows = desk.rows == Rows::independent ? rows_of((*call)->inputs()) : 0;
        calls.push_back({std::move(job), *std::move(call), rows});
    }
    return calls;
}

tl::expected<std::unique_ptr<ServeCall>, HttpReply> ModelCrew::read(ServeJob& job) const
{
    auto const coding = field_of(job.request.fields, "content-encoding");
    if (coding) {
        auto body = decoded_body(std::move(job.request.body), *coding, options_.body_bytes);
        if (!body)
            return tl::unexpected(job.dialect->refusal(body.error().status, body.error().text));
        job.request.body = *std::move(body);
    }
    job.accept_encoding = field_of(job.request.fields, "accept-encoding").value_or("");
    job.id = job.request.id;
    return job.dialect->read(std::move(job.request), models_[job.model]);
}

void ModelCrew::run_together(std::span<Call> calls)
{
    std::vector<std::span<NamedTensor const>> inputs;
    std::vector<int64_t> counts;
    int64_t rows = 0;
    for (auto const& call : calls) {
        inputs.push_back(call.call->inputs());
        counts.push_back(call.rows);
        rows += call.rows;
    }
    auto const outputs = run(calls.front().job.model, join_rows(inputs), rows);
    auto const parts = outputs ? split_rows(*outputs, counts) : Result<std::vector<std::vector<Tensor>>>(tl::unexpected(outputs.error()));
    for (size_t number = 0; number < calls.size(); ++number) {
        if (parts)
            finish(calls[number], (*parts)[number]);
        else
            run_alone(calls[number]); // one of them may be at fault, and the others are not
    }
}

void ModelCrew::run_alone(Call& call)
{
    auto const rows = call.rows > 0 ? call.rows : 1;
    auto const outputs = run(call.job.model, call.call->inputs(), rows);
    if (!outputs)
        return fail(call, outputs.error());
    finish(call, *outputs);
    try_rows(call, *outputs);
}

// Once a model: whether two different rows give together what each gives alone. Values that the model does not take tell nothing of its rows.
void ModelCrew::try_rows(Call const& call, std::span<Tensor const> outputs)
{
    auto const number = call.job.model;
    auto untried = Rows::untried;
    if (!desks_[number].rows.compare_exchange_strong(untried, Rows::being_tried))
        return;
    auto const& model = models_[number];
    auto const inputs = call.call->inputs();
    auto const others = varied_rows(inputs);
    int64_t const count = rows_of(inputs);
    if (!others || count == 0)
        return decide_rows(number, Rows::untried);
    auto const other_outputs = model.run(*others);
    if (!other_outputs)
        return decide_rows(number, Rows::untried);
    std::span<NamedTensor const> const both[] = {inputs, *others};
    auto const together = model.run(join_rows(both));
    int64_t const counts[] = {count, count};
    auto const parts = together ? split_rows(*together, counts) : Result<std::vector<std::vector<Tensor>>>(tl::unexpected(together.error()));
    bool const independent = parts && same_answers(outputs, (*parts)[0]) && same_answers(*other_outputs, (*parts)[1]);
    decide_rows(number, independent ? Rows::independent : Rows::apart);
}

void ModelCrew::decide_rows(size_t model, Rows rows)
{
    auto& desk = desks_[model];
    bool const again = rows == Rows::untried && ++desk.trials < most_trials;
    desk.rows = rows == Rows::untried && !again ? Rows::apart : rows;
}

Result<std::vector<Tensor>> ModelCrew::run(size_t model, std::span<NamedTensor const> inputs, int64_t rows)
{
    auto const begun = Clock::now();
    auto outputs = models_[model].run(inputs);
    auto const taken = Clock::now() - begun;
    desks_[model].statistics.change([&](ModelStatistics& statistics) {
        statistics.compute.add(taken);
        statistics.batches[rows].add(taken);
    });
    return outputs;
}

void ModelCrew::finish(Call& call, std::span<Tensor const> outputs)
{
    auto reply = call.call->answer(outputs);
    if (!reply)
        return fail(call, reply.error());
    auto const now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    desks_[call.job.model].statistics.change([&](ModelStatistics& statistics) {
        statistics.success.add(Clock::now() - call.job.arrived);
        statistics.latency.add(Clock::now() - call.job.arrived);
        statistics.rows += static_cast<uint64_t>(std::max<int64_t>(1, call.rows));
        statistics.last_inference_ms = now_ms;
    });
    encode_reply(*reply, call.job.accept_encoding);
    call.job.reply(*std::move(reply));
}

void ModelCrew::fail(Call& call, Error const& error)
{
    desks_[call.job.model].statistics.change([&](ModelStatistics& statistics) { statistics.failed.add(Clock::now() - call.job.arrived); });
    if (options_.tell_failure)
        options_.tell_failure(call.job.id, error);
    call.job.reply(failure_reply(*call.job.dialect, error));
}
