#include "cli/options.h"
#include "cli/scan_worker.h"
#include "cli/verbs.h"
#include "process/outside.h"
#include "publish/models.h"
#include "publish/words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace {

enum class Need : uint8_t { must,
    may };

struct Finding {
    std::string name;
    bool is_there = false;
    Need need = Need::must;
    std::string detail; // where and which, or why not
    std::string wanted_for;
    std::string command; // that brings it; empty where it is there
};

Finding look_for_onnxruntime(World const& world)
{
    Finding finding{"ONNX Runtime", false, Need::must, "", "convert with a check, verify, predict, serve", ""};
    auto const runtime = open_runtime(world);
    if (!runtime) {
        finding.detail = runtime.error().text();
        finding.command = "./setup in the folder of the sources, or HULLMARK_ONNXRUNTIME=/path/to/libonnxruntime.so";
        return finding;
    }
    finding.is_there = true;
    finding.detail = fmt::format("{} in {}; loads opset {} and older; runs on {}", runtime->version(), runtime->library(), runtime->highest_opset(), fmt::join(runtime->providers(), ", "));
    return finding;
}

Finding look_for_python(World const& world)
{
    std::string const place = find_program("python3", world.search_path).string();
    return {"python3", !place.empty(), Need::may, place.empty() ? "not on the PATH" : place, "holding a conversion against PyTorch itself, where that is installed in it", place.empty() ? "apt-get install python3" : ""};
}

Finding look_at_registry(std::string const& place)
{
    Finding finding{"registry", true, Need::may, "", "publish, list, show, pull", ""};
    std::error_code ignored;
    if (!std::filesystem::exists(place, ignored)) {
        finding.detail = place + " is not there yet; the first publish makes it";
        return finding;
    }
    auto registry = open_registry(place, RegistryAccess::existing);
    auto const models = registry ? registry->models() : Result<std::vector<RegisteredModel>>(tl::unexpected(registry.error()));
    finding.is_there = models.has_value();
    finding.detail = models ? fmt::format("{} in {}", count_text(models->size(), "model"), place) : models.error().text();
    if (!models)
        finding.command = "another folder: --registry DIR or HULLMARK_REGISTRY=DIR";
    return finding;
}

Finding look_at_disk(std::string const& place)
{
    std::error_code error;
    auto folder = std::filesystem::absolute(place, error).lexically_normal();
    while (!std::filesystem::exists(folder, error) && folder.has_relative_path())
        folder = folder.parent_path();
    auto const space = std::filesystem::space(folder, error);
    Finding finding{"disk", !error && access(folder.c_str(), W_OK) == 0, Need::may, "", "publish", ""};
    finding.detail = error ? error.message() : fmt::format("{} free in {}{}", bytes_text(space.available), folder.string(), finding.is_there ? "" : ", which cannot be written to");
    if (!finding.is_there)
        finding.command = "another folder: --registry DIR or HULLMARK_REGISTRY=DIR";
    return finding;
}

Finding look_at_sandbox(World const& world)
{
    ScanTask const task{{}, world.temporary_folder};
    auto const sandbox = ScanReader(task, world).sandbox();
    Finding finding{"sandbox", sandbox && sandbox->is_whole(), sandbox ? Need::may : Need::must, sandbox ? sandbox->text() : sandbox.error().text(), "scan: files are read by a process that can do nothing else", ""};
    if (!finding.is_there)
        finding.command = sandbox ? "Linux 5.13 or newer with landlock, in a container that does not forbid it" : "a system that lets this program start itself again";
    return finding;
}

Result<Answer> doctor(Invocation const& given, Desk& desk)
{
    std::string const place = desk.registry(given);
    std::vector<Finding> const findings{look_for_onnxruntime(desk.world), look_for_python(desk.world), look_at_sandbox(desk.world), look_at_registry(place), look_at_disk(place)};
    Answer answer;
    answer.document = {{"version", hullmark_version}, {"program", desk.world.program.string()}, {"checks", Json::array()}};
    std::vector<std::vector<std::string>> rows{{"", "hullmark", std::string(hullmark_version) + ", " + desk.world.program.string()}};
    bool all_there = true;
    for (auto const& finding : findings) {
        all_there = all_there && (finding.is_there || finding.need == Need::may);
        answer.document["checks"].push_back({{"name", finding.name}, {"ok", finding.is_there}, {"needed", finding.need == Need::must}, {"detail", finding.detail}, {"for", finding.wanted_for}, {"command", finding.command}});
        rows.push_back({finding.is_there ? "ok" : finding.need == Need::must ? "MISSING"
                                                                             : "absent",
            finding.name, finding.detail});
        if (!finding.is_there) {
            rows.push_back({"", "", "wanted for: " + finding.wanted_for});
            rows.push_back({"", "", "to get it: " + finding.command});
        }
    }
    answer.document["ok"] = all_there;
    answer.text = printable(table_text(rows));
    answer.exit_code = all_there ? 0 : row_of(Reason::no).exit_code;
    return answer;
}

}

Command doctor_command() { return {"doctor", "says what is installed, and what is missing for what", "hullmark doctor", {}, {registry_option()}, doctor}; }
