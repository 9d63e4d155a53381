#include "publish/world.h"

Result<void> check_stop(World const& world)
{
    if (world.stop_asked())
        return cancelled("stopped on request").hint("nothing is half-written: run the same command again");
    return {};
}

Result<Runtime> open_runtime(World const& world)
{
    RuntimeOptions options;
    options.library = world.onnxruntime;
    options.program_folder = world.program.parent_path().string();
    auto runtime = Runtime::open(options);
    if (!runtime && runtime.error().hint.empty())
        runtime.error().hint = "`hullmark doctor` says where it is looked for and how to get it";
    return runtime;
}
