#include "scan/finding.h"

#include <algorithm>

namespace {

constexpr auto danger = Severity::danger;
constexpr auto unreadable = Severity::unreadable;
constexpr auto note = Severity::note;

constexpr FindingRow rows[] = {
    // pickles: what the names do
    {"would-call", 301, danger, true, "loading the file calls a function", R"(A pickle is a small program: it names functions and calls them while it is read. This one calls something that is not on the list of
harmless names (docs/allowed-names.md). The message shows the whole call; nothing of it was run.

What to do: do not load the file. If you know the function and trust who made the file, load it where nothing can be lost and save its
tensors as safetensors: `hullmark convert FILE -o OUT.safetensors` does so without calling anything.)"},
    {"would-import", 302, danger, true, "loading the file imports a name", R"(The file names a function or class that is not on the list of harmless names, without calling it at that place. Importing a module runs
its code, and a function that was stored as an attribute can be called by a later instruction of the pickle.)"},
    {"needs-your-code", 303, danger, true, "the file needs a class that is not in it", R"(An object of a class of yours, or of a package that hullmark does not know, stands in the file. Loading it imports that class and runs
its code, so nobody can say from the file alone what happens.

What to do: save what does not need the class: a state dict (`torch.save(model.state_dict(), FILE)`), the traced or scripted module, or
plain arrays. `hullmark convert FILE -o OUT.safetensors` takes the tensors out of it without running the class.)"},
    {"misused", 304, danger, true, "a known name is used as no pickler uses it", R"(The name is on the list of harmless names, but it is called with other arguments, filled, or stored in a way that the program which writes
such files never does. That is how attacks reach harmful functions through harmless ones.)"},
    {"persistent-id", 305, danger, false, "a reference that is no storage of a torch file", R"(Pickles of PyTorch refer to their storages by persistent ids of one form. This one has another form, or stands in a file that has no
storages: what a loader does with it is up to the loader.)"},
    {"computed-name", 306, danger, true, "the name to import is computed", R"(The module or function to import is the result of a call, so it is known only once that call was made. No pickler writes this.)"},
    {"extension", 307, danger, true, "a name that the file does not say", R"(The pickle uses a code of copyreg's extension registry: which function it stands for depends on the program that loads the file.)"},
    {"build", 308, danger, true, "an instruction that changes what is no object", R"(BUILD gives an object its state. Here it changes a function, a class or a plain value, or changes one object twice, which runs code of
the object on data of the file's choosing.)"},
    {"nested-pickle", 309, danger, true, "a pickle stands in the data", R"(Bytes or text inside the file are a pickle themselves, which calls something when somebody unpickles it. Data that is never loaded does
no harm, but no honest model needs it.)"},
    {"native-code", 310, danger, true, "compiled code", R"(A compiled program or library is in the file, or is the file: ELF, PE or Mach-O. Whoever loads the model with the program that wrote
it loads this code too.)"},
    // pickles: bytes that readers understand differently
    {"frame", 320, danger, false, "frames that readers understand differently", R"(Python has two unpicklers, one in C and one in Python. Where a frame ends in the middle of an instruction, begins inside another or is longer
than the file, the two read different instructions from the same bytes.)"},
    {"number", 321, danger, false, "a number that readers understand differently", R"(A number is written in a way that no pickler writes ("0x10", " 10 ", "1_0"), and Python's two unpicklers disagree about it.)"},
    {"name", 322, danger, false, "a name that readers understand differently", R"(The name of a module or function is empty or holds white space or control characters.)"},
    {"memo", 323, danger, false, "a memo that no pickler writes", R"(Values are remembered under numbers that no pickler gives: far beyond the number of values, or again and again.)"},
    {"arguments", 324, danger, false, "arguments that are no tuple", R"(A call is given something else than a tuple of arguments: one unpickler refuses it, the other may unpack it.)"},
    {"protocol", 325, danger, false, "the protocol changes in the middle", R"(The PROTO instruction stands once, at the beginning, in everything that picklers write. Later ones change how names are read.)"},
    {"stack", 326, danger, false, "values are left over", R"(The pickle ends with values or marks on its stack: something was built, and perhaps called, that is no part of the result.)"},
    {"buffer", 327, danger, false, "a buffer from outside", R"(The pickle wants bytes that are not in the file: whoever loads it must bring them.)"},
    {"key", 330, danger, false, "a key that cannot be one", R"(A list, dict or set stands as the key of a dict or the element of a set, which Python cannot do: one unpickler stops here.)"},
    {"padding", 331, danger, false, "filling that is not what it should be", R"(Bytes that only fill a gap, before an array or behind a member of an archive, hold something else than the writer puts there.)"},
    {"target", 332, danger, true, "an instruction that fills what cannot be filled", R"(An instruction puts items into something that is neither a list, a dict nor a set: that calls a method of it.)"},
    {"duplicate-key", 328, danger, false, "a key stands twice", R"(The same key stands twice in one dict: readers may take the first or the last value.)"},
    {"trailing-bytes", 329, danger, false, "bytes that belong to nothing", R"(Something follows the end of the file's own structure. Such bytes are how a second file is hidden behind a first one.)"},
    // archives
    {"crc", 340, danger, false, "the checksum of code or of a pickle is wrong", R"(The archive says another CRC than the bytes have. Some readers stop there and others read on, so that a scanner may see nothing where a
loader runs something. Damage on the way looks the same: get the file again.)"},
    {"storage-crc", 341, note, false, "the checksum of a tensor is wrong", R"(The bytes of a tensor changed since they were written, or PyTorch was told to write no checksums. Nothing runs because of it, but the
numbers may be others than those that were saved. Of an ONNX model it is the SHA-1 that the model states of the file with its weights.)"},
    {"stranger", 342, note, false, "a member that this kind of file does not have", R"(The archive holds a file that the program which writes this kind of archive does not put there. It was judged by itself.)"},
    {"archive", 343, danger, false, "an archive that readers understand differently", R"(The records of the archive contradict each other, or bytes of it belong to no member: two programs would see other members in it. The
message begins with the word for what is wrong.)"},
    {"no-crc", 344, note, false, "the archive has no checksums", R"(PyTorch was told to write no checksums: damage to the file cannot be seen.)"},
    // TorchScript, exported programs
    {"writes-files", 350, danger, true, "the code reads or writes files", R"(The program in the archive uses an operator that reads or writes files (aten::save, aten::from_file). PyTorch runs it when the module is
loaded or called.)"},
    {"custom-code", 351, danger, true, "the code needs operators or classes of a library", R"(The program uses operators or classes that PyTorch does not have: whoever loads it must load a library that has them.)"},
    {"package-code", 357, danger, true, "a package of Python code", R"(The archive was written by torch.package and holds Python modules: whoever loads something from it runs them. What to do: load it where
nothing can be lost, and save the state dict, or the module with torch.jit.save.)"},
    {"pickle", 352, danger, false, "a pickle that no TorchScript file has", R"(A pickle inside of the archive has instructions or names that torch.jit.save never writes.)"},
    {"expression", 355, danger, true, "an expression outside of its grammar", R"(A size in an exported program is written as an expression, and torch.export.load gives it to Python's eval. This one is no expression of
sizes.)"},
    {"pickle-inside", 356, note, false, "a part that is loaded as a pickle", R"(A part of the archive is given to an unpickler, whatever it holds. It was judged as one.)"},
    {"hooks", 353, note, false, "hooks are left out", R"(The module has hooks, which conversion leaves out.)"},
    {"version", 354, note, false, "an unknown version", R"(The archive was written by a newer PyTorch than hullmark knows: some operators may mean something else.)"},
    // ONNX and folders
    {"custom-domain", 360, danger, true, "operators of a library", R"(The model uses operators of a domain that is not built into ONNX Runtime: whoever runs the model must load a library that has them.)"},
    {"external-data", 361, danger, false, "weights outside of the model's folder", R"(The model names a file for its weights that is not a plain file of its own folder: an absolute path, a path with "..", a link, a file with
another name elsewhere, a device. Loading the model would read that file.)"},
    {"protobuf", 364, danger, false, "an ONNX model that readers understand differently", R"(A single field stands twice, a field that ONNX does not have, a number is beyond its type, text is no text, or a tensor says two things
about where its data is. Readers of ONNX take such bytes differently, so that one may see another model than the next.)"},
    {"names-code", 362, danger, true, "a configuration names code", R"(A configuration in the folder (auto_map, loader_module, modules.json) names a Python module that the model's loader would import and run.)"},
    {"code-file", 363, note, false, "a program lies beside the models", R"(A Python file, shell script or shared library lies in the folder. No configuration names it, so no model loader runs it.)"},
    // in general
    {"not-judged-yet", 370, danger, false, "a format that hullmark cannot judge yet", R"(hullmark knows what kind of file this is and cannot yet prove it harmless, so it does not call it safe.)"},
    {"two-formats", 371, danger, true, "the file is two things at once", R"(The same bytes are read as one format by one program and as another by the next. An honest writer does not make such files.)"},
    {"refused", 372, danger, false, "not allowed", R"(The file was understood, and it is built in a way that no honest writer uses: the message says how.)"},
    {"malformed", 380, unreadable, false, "damaged or cut short", R"(The bytes break the rules of their own format. Get the file again from where it came from. Whatever a loader would have run before it
came to the damage is among the findings.)"},
    {"limit", 381, unreadable, false, "beyond a limit", R"(The file is deeper, longer or unpacks to more than hullmark lets a file, so that a hostile one cannot use up the machine.)"},
    {"unknown-format", 382, unreadable, false, "data of no known format", R"(The file is binary data that hullmark does not recognise.)"},
    {"missing-file", 383, unreadable, false, "a file that the model needs is not there", R"(The model names a file beside it, and that file is not there or cannot be read.)"},
    {"no-permission", 384, unreadable, false, "not permitted to read", R"(The system does not let this user read the file or folder.)"},
    {"not-a-file", 385, unreadable, false, "no regular file", R"(The path is a pipe, a socket, a device or a link that leads nowhere or out of the folder: it was not opened.)"},
    {"changed", 386, unreadable, false, "the file changed while it was read", R"(Somebody wrote to the file during the scan. Run it again when nobody does.)"},
    {"reader-failed", 387, unreadable, false, "the reader failed", R"(The process that read the file ended before it gave an answer. That is a fault of hullmark, or of the machine's memory; please report it.)"},
};

}

std::string_view name_of(Severity severity)
{
    switch (severity) {
    case Severity::danger:
        return "danger";
    case Severity::unreadable:
        return "unreadable";
    case Severity::note:
        return "note";
    }
    return "";
}

std::span<FindingRow const> finding_table() { return rows; }

FindingRow const* finding_row(std::string_view word)
{
    auto const row = std::find_if(std::begin(rows), std::end(rows), [&](FindingRow const& candidate) { return candidate.word == word; });
    return row == std::end(rows) ? nullptr : row;
}

std::string text_of(ScanFinding const& finding)
{
    std::string text = finding.word + ": " + finding.message;
    for (auto const& place : finding.where)
        text += " (" + place + ")";
    return text;
}
