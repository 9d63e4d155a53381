#include "torch/exported_program.h"

#include "program/check.h"
#include "torch/exported_lowering.h"
#include "torch/exported_model.h"
#include "torch/storage.h"

namespace {

// Every exported program was written under this version of the operators (ExportedProgram.opset_version).
constexpr int64_t operator_version = 10;

Result<void> add_tensors(std::vector<CheckpointTensor> const& tensors, std::string const& prefix, ProgramObject& module, Limits const& limits)
{
    for (auto const& [name, tensor] : tensors) {
        auto program = std::make_shared<ProgramTensor>(TRY(within(name, program_tensor(tensor, limits))));
        module.attributes.emplace_back(prefix + name, ProgramValue{std::shared_ptr<ProgramTensor const>(std::move(program))});
    }
    return {};
}

}

Result<Program> lower_exported_program(ExportedProgramFile const& file, Limits const& limits)
{
    if (file.models.empty())
        return unsupported("an archive of compiled code alone: it holds no graph");
    Program program;
    program.module = std::make_shared<ProgramObject>();
    program.module->class_name = exported_class;
    bool const is_alone = file.models.size() == 1;
    for (auto const& model : file.models) {
        std::string const prefix = is_alone ? "" : model.name + ".";
        TRY(add_tensors(model.weights, prefix, *program.module, limits));
        TRY(add_tensors(model.constants, prefix, *program.module, limits));
    }
    program.operator_version = operator_version;
    ClassType type;
    type.name = exported_class;
    type.kind = ClassKind::module;
    ExportedPlaces places(program);
    for (auto const& model : file.models) {
        std::string const name = is_alone ? "forward" : model.name;
        ExportedLowering lowering(model.document->json, model.document->member, is_alone ? "" : model.name + ".", *program.module, places, limits);
        auto function = TRY(within(model.document->member, lowering.lower(name)));
        type.methods.emplace(name, std::move(function));
    }
    program.classes.emplace(type.name, std::move(type));
    TRY(check_program(program));
    return program;
}
