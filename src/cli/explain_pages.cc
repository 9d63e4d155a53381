#include "cli/explain.h"

namespace {

constexpr ExplainPage pages[] = {
    {1, "a check ran and said no", R"(The command did what it was asked to, and the outcome is no: a model's numbers differ, or there is no evidence for them.
Nothing was written or published. The places under the message say what differed. Exit status 1.)"},
    {2, "the command line is wrong", R"(A verb or option does not exist, a value has the wrong form, or something that is needed was not given.
`hullmark VERB --help` tells what a verb takes. Exit status 2.)"},
    {3, "the input is malformed", R"(The bytes break the rules of their own format: a file that was cut short, changed on the way, or never was what it claims to be.
The places under the message say where: a byte, a member of an archive, a node of a graph.

What to do: get the file again from where it came from and compare sizes or digests (`sha256sum FILE`); `--sha256 HEX` makes
every command refuse another file. If Python reads the file without complaint, please report it as a fault of hullmark. Exit status 3.)"},
    {4, "refused", R"(The input was understood, and it is not allowed: a path that leaves its folder, a pickle inside of an array, a link where a file
must be, an address that others can reach without a key. The message names the rule. Exit status 3.)"},
    {5, "not supported", R"(The input was understood, and hullmark cannot do this with it (yet). The message says what exactly, the hint what can be done
instead. `hullmark inspect FILE` describes many files that cannot be converted. Exit status 3.)"},
    {6, "not permitted", R"(The system does not let this user read or write there, or use that port. Look at the owner and the permissions of the path and of
the folders above it. Exit status 4.)"},
    {7, "missing", R"(A file, a model, a version, a library or a program is not there. `hullmark list` names the models of a registry,
`hullmark doctor` says which libraries are found and how to get those that are not. Exit status 5.)"},
    {8, "not available", R"(Something outside of the program did not do its part: a disk that is full, read-only or failing, a stored object that is damaged,
a port that is in use. What was there before is as it was; nothing is half-written. Free or repair it, then run the same command again.
Exit status 6.)"},
    {9, "in conflict", R"(Somebody else holds it, or it is there already: a folder that is not empty, a registry that is locked. Choose another name, or wait
and run the same command again. Exit status 6.)"},
    {10, "beyond a limit", R"(The input follows the rules but is larger, deeper or longer than hullmark lets an input be, so that a hostile file cannot use up
the machine. Exit status 6.)"},
    {11, "too late", R"(A deadline passed before the work was done. Exit status 6.)"},
    {12, "stopped", R"(Ctrl-C or SIGTERM. The program ends between two steps; temporary files are removed and nothing is half-written. A second Ctrl-C
ends it at once. Exit status 130.)"},
    {101, "the model's numbers are not those that were recorded", R"(ONNX Runtime ran the model, and an answer differs from the recorded one by more than is allowed: for floats
max|a-b| / max(1, max|a|) must not pass --atol (1e-5), everything else must be equal. An answer that is zero throughout shows nothing
and does not pass either.

What to do:
  the report (--json) names each output and how far it is off;
  see whether the sample was recorded from this very file, in eval() mode, on a CPU and in float32;
  warnings G07, G10 and G11 explain differences: dropout, random numbers, other precision;
  `--atol 1e-4` allows more, and the report says so; `convert --no-verify` writes the model regardless.
A difference without such a reason is a fault of hullmark: please report it.)"},
    {102, "no evidence", R"(Nothing shows that the model's numbers are right: no recorded answers, and nothing to hold it against. A version or package without
evidence is neither published nor served unless that is asked for.

Record a sample once, where the model was trained:
  numpy.savez("sample.npz", i0=x.numpy(), o0=model(x).detach().numpy())
and give it with --sample sample.npz. Or hold the model against itself, a batch against single rows: --against self --random 1.
--allow-unverified goes on without.)"},
    {103, "not proved harmless", R"(The file holds something that no honest writer leaves behind: a pickle that would call what has no place in it, bytes hidden from one
reader and shown to another. hullmark runs nothing of a file, so reading it did no harm, but what other programs would do with it is
not known to be harmless, and it is not published.

`hullmark inspect FILE` lists what was found. Save the model again with a current PyTorch, from a source that you trust.)"},
    {107, "another digest than the one that was asked for", R"(--sha256 names the file that was meant, and the bytes that were about to be read have another digest. Nothing of them was used.
Get the file again from where the digest came from; if it still differs, one of the two is not what it claims to be.)"},
    {110, "a pickle inside of an array", R"(A NumPy file of Python objects is a pickle with an array's header, and whoever loads it runs what the pickle says. It is not loaded.
Save plain numbers: numpy.save(FILE, array.astype("float32"), allow_pickle=False).)"},
    {201, "G01: a branch that depends on data", R"(The model decides by a tensor's value which way to go. In scripted models this becomes an ONNX If, and the warning names the line:
both ways are in the graph, so give samples that take each. A traced model has only the way that its example took; script it instead.)"},
    {202, "G02: a number that depends on data", R"(A tensor's value was turned into a Python number (item(), int(t)), and the number is needed while the graph is built: as a shape,
an axis, a list's length. ONNX needs to know it then. The line that needs it stands under the message.

What to do: keep it a tensor (`x[:, :1].squeeze(1)` instead of an axis from item()), index with a tensor, or make the number an argument
of forward() and give it in the sample; --number-inputs makes it an input of the model.)"},
    {203, "G03: an operator without a rule", R"(hullmark does not know how to write these operators in ONNX. All of them are listed at once, with the lines that call them and how
often; `known:` names an operator of like spelling that it does know.

What to do:
  replace the call by operators that are known (docs/operators.md lists them), or report the operator;
  an operator of a library of its own has no ONNX form: --allow-custom keeps mylib::foo as the node foo of the domain mylib, tensors
  as inputs and constants as attributes. Whoever runs the model then needs that library, so ONNX Runtime alone cannot check it.
  What such an operator gives stands in exported programs; of a TorchScript file say it: --custom-result 'mylib::foo:float32[batch,16]'.)"},
    {204, "G04: how a resize finds its scale", R"(interpolate() was called with recompute_scale_factor. PyTorch then rounds the output's size
and computes the scale anew from both sizes; the graph does the same: its Resize is given sizes. Where a size times the factor is not whole,
the numbers are others than those of the factor itself.

Nothing is wrong. If the program that is to use the model resizes by the factor, leave recompute_scale_factor out and script again.)"},
    {205, "G05: a size that the model fixes", R"(A size that should have stayed open is used as a fixed number: the model works for the sample's size alone. The warning names the axis
and the line. As a warning, the axis has become a number in the graph; where you named the axis yourself (--dynamic), it is an error.

Compute with x.size(0) instead of a number, or use -1 in view() and reshape(), and export again.)"},
    {206, "G06: a size that tracing baked in", R"(A traced file holds the sizes of its example as plain numbers, so this axis cannot vary. Script the model (torch.jit.script), or trace
it with the batch that you will serve.)"},
    {207, "G07: training mode", R"(The module was saved in training mode: dropout would drop and batch norm would change its statistics with every run. Dropout is converted
as in eval mode. Batch norm normalises by the batch that it is given, as the program says; its running statistics are not kept. Call
model.eval() before the model is scripted, traced or exported.)"},
    {208, "G08: weights without a graph", R"(A state dict or checkpoint holds the weights, not what is computed with them: that stands in Python code, which is not in the file.

What can be done:
  where the model was made, save its graph: torch.jit.script(model.eval()).save("model.pt"), then convert that;
  keep the weights in a form that nothing can run: `hullmark convert FILE -o weights.safetensors`;
  `hullmark inspect FILE` lists the tensors and whatever config the checkpoint carries.)"},
    {209, "G09: a pickled module", R"(torch.save(model) writes the module's attributes and the names of its Python classes. The code itself is not in the file; a loader imports
it and runs it. hullmark does not, so there is no graph.

Save torch.jit.script(model.eval()) instead, or take the weights: `hullmark convert FILE -o weights.safetensors`.)"},
    {210, "G10: random numbers", R"(The model draws random numbers, so two runs never agree and recorded answers cannot be compared.
The warning names the operator and the line.

If that is dropout or noise of training, call model.eval() before the model is scripted, traced or exported. If the numbers are meant, make them
an argument of forward(): then the model is the same at every run.)"},
    {211, "G11: precision", R"(Something is computed in another precision than in PyTorch: float64, half precision or quantised numbers were cast. The warning says
what, where, and which error to expect.

What to do: convert the model to float32 before it is saved (model.float()), and record the sample's answers from that; or accept the error
with `--atol 1e-4`.)"},
    {212, "G12: an assertion that fails, or was left out", R"(A branch that only raises an error is left out, and the report lists the assumption. As an error: for these inputs the program itself
raises, so there is nothing to convert. Look at the sample's shapes.)"},
    {213, "G13: the opset is too old for an operator", R"(The operator exists in newer versions of ONNX only. Convert with the --opset that the hint names; `hullmark doctor` says how new a model
your ONNX Runtime loads. The line that calls it stands with it.)"},
    {214, "G14: native code or unknown names in the archive", R"(The archive holds compiled code, or a pickle that names what is not known. It is listed and never loaded; what
is converted is the program beside it. An archive of compiled code alone has nothing to convert.

What to do: `hullmark scan FILE` tells what the code would do where. Save the program itself, without what was compiled:
torch.export.save(torch.export.export(model, inputs), "model.pt2") or torch.jit.script(model).save("model.pt").)"},
    {215, "A branch or loop on data gives two kinds of things", R"(What a branch on data gives one way is not what it gives the other: a tensor of another rank or dtype, a number here and None there. A
result of an ONNX If or Loop has one type.

Give both ways tensors of the same rank and dtype (unsqueeze, to()), or take the branch out of forward().)"},
    {216, "State that a program keeps between its calls", R"(The module changes what its next call reads: a recurrent state, a cache, a counter. A model of ONNX keeps nothing, so that becomes
inputs and outputs of it: hand each output NAME_next of one call to the input NAME of the next; a first call takes zeros, or nothing where
the model holds another first value. `state` in the JSON answer lists the pairs.

It is refused where the state changes its shape from call to call, where it is a dict or an object, where a list of the module grows, where
one memory is kept at several places and written to, and where the first call does other things than a later one that begins with zeros.
Then give the state to forward() as an argument and return the new one, and script or export the module again.)"},
};

}

std::span<ExplainPage const> explain_pages() { return pages; }
