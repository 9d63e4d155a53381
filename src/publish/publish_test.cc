#include "publish/publish.h"

#include "arrays/npz.h"
#include "files/atomic.h"
#include "publish/models.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <unistd.h>

namespace {

class Quiet : public Progress {
public:
    std::vector<std::string> steps;
    void begin(std::string_view step, std::string_view) override { steps.emplace_back(step); }
    void end(std::string_view) override {}
    void warn(std::string_view, std::string_view, std::string_view) override {}
};

// A folder for one test, and the world around it; the clock stands still.
class Publishing : public testing::Test {
protected:
    Publishing()
        : folder_(std::filesystem::temp_directory_path() / ("hullmark-publish-" + std::to_string(::getpid())))
    {
        std::filesystem::create_directories(folder_);
        world_.user = [] { return "tester"; };
        world_.program = "/proc/self/exe";
        world_.reads_here = true;
        world_.now_ms = [] { return int64_t{1'700'000'000'000}; };
        world_.elapsed_ms = [] { return int64_t{0}; };
        world_.stop_asked = [this] { return questions_++ == stop_at_; };
    }
    ~Publishing() override { std::filesystem::remove_all(folder_); }

    PublishRequest digits()
    {
        PublishRequest request;
        request.file = "examples/digits/digits.pt";
        request.name = "digits";
        request.registry = (folder_ / "registry").string();
        std::vector<std::string> const paths{"examples/digits/sample.npz"};
        auto const samples = read_sample_files(paths);
        EXPECT_TRUE(samples);
        request.conversion.samples = *samples;
        request.evidence.samples = *samples;
        return request;
    }

    Result<Published> publish_now(PublishRequest const& request)
    {
        questions_ = 0;
        progress_.steps.clear();
        Trail trail;
        return publish(request, world_, progress_, trail);
    }

    size_t count_versions()
    {
        if (!std::filesystem::exists(folder_ / "registry"))
            return 0;
        auto registry = open_registry((folder_ / "registry").string(), RegistryAccess::existing);
        auto const versions = registry ? registry->versions("digits") : Result<std::vector<ModelVersion>>(tl::unexpected(registry.error()));
        return versions ? versions->size() : 0;
    }

    bool has_runtime() const { return open_runtime(world_).has_value(); }

    std::filesystem::path folder_;
    World world_;
    Quiet progress_;
    int questions_ = 0;
    int stop_at_ = -1;
};

TEST_F(Publishing, tells_the_story_in_its_order)
{
    if (!has_runtime())
        GTEST_SKIP() << "ONNX Runtime is not there";
    auto const published = publish_now(digits());
    ASSERT_TRUE(published) << published.error().text();
    EXPECT_EQ(published->version.number, 1);
    EXPECT_TRUE(published->report && published->report->passed);
    EXPECT_EQ(progress_.steps, (std::vector<std::string>{"read", "convert", "verify", "package", "publish"}));
    EXPECT_EQ(count_versions(), 1u);
}

TEST_F(Publishing, that_is_stopped_between_any_two_steps_leaves_no_version)
{
    if (!has_runtime())
        GTEST_SKIP() << "ONNX Runtime is not there";
    auto const request = digits();
    for (stop_at_ = 0; stop_at_ < 5; ++stop_at_) {
        auto const published = publish_now(request);
        ASSERT_FALSE(published) << stop_at_;
        EXPECT_EQ(published.error().reason, Reason::cancelled) << stop_at_;
        EXPECT_EQ(count_versions(), 0u) << stop_at_;
    }
    EXPECT_TRUE(publish_now(request)) << "nobody is asked after the fifth step began";
}

TEST_F(Publishing, needs_evidence_or_a_word)
{
    auto request = digits();
    request.evidence.is_wanted = false;
    auto const refused = publish_now(request);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::no);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "registry"));
    request.unverified = Unverified::allowed;
    auto const published = publish_now(request);
    ASSERT_TRUE(published) << published.error().text();
    EXPECT_FALSE(published->report);
    auto const model = find_model("models:/digits/1", request.registry);
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ(demand_evidence(*model).error().reason, Reason::no);
}

TEST_F(Publishing, checks_names_before_anything_is_read)
{
    auto request = digits();
    request.file = "nowhere.pt";
    request.aliases = {"latest"};
    EXPECT_EQ(publish_now(request).error().reason, Reason::usage);
    request.aliases = {};
    EXPECT_EQ(publish_now(request).error().reason, Reason::missing);
}

TEST_F(Publishing, refuses_weights_that_were_changed)
{
    auto const file = MappedFile::open("examples/digits/digits.pt");
    ASSERT_TRUE(file);
    std::string bytes(text_of(file->bytes()));
    bytes[200] ^= 1; // within the first tensor
    auto request = digits();
    request.file = (folder_ / "changed.pt").string();
    ASSERT_TRUE(write_file_durably(request.file, bytes_of(bytes)));
    auto const published = publish_now(request);
    ASSERT_FALSE(published);
    EXPECT_EQ(published.error().reason, Reason::malformed) << published.error().text();
}

// Names of a sample's arrays -> how many inputs a program's sample has, and the first of them.
TEST_F(Publishing, tells_inputs_of_a_sample_from_its_answers)
{
    auto const source = open_source("examples/digits/digits.pt");
    ASSERT_TRUE(source);
    auto const script = read_program_source(*source);
    ASSERT_TRUE(script);
    auto const scan = Tensor::of<float>(DType::float32, {1, 1, 8, 8}, std::vector<float>(64));
    auto const answer = Tensor::of<float>(DType::float32, {1, 10}, std::vector<float>(10));
    struct Row {
        char const* name;
        std::vector<NamedTensor> entries;
        bool fits;
    };
    Row const rows[] = {
        {"numbered", {{"i0", scan}, {"o0", answer}}, true},
        {"by the input's name", {{"scan", scan}, {"o0", answer}}, true},
        {"by the output's name", {{"scan", scan}, {"output", answer}}, true},
        {"in order", {{"arr_0", scan}}, true},
        {"meta does not count", {{"i0", scan}, {"meta", answer}}, true},
        {"one too many", {{"arr_0", scan}, {"arr_1", scan}}, false},
        {"nothing", {}, false},
    };
    for (auto const& row : rows) {
        auto const specifications = specifications_of({"sample.npz", row.entries}, [&](size_t count) { return input_names_of(script->program, "forward", count); }, {});
        EXPECT_EQ(specifications.has_value(), row.fits) << row.name;
        if (specifications) {
            EXPECT_EQ(specifications->front().axes.size(), 4u) << row.name;
        }
    }
}

}
