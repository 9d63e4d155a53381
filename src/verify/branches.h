#pragma once

#include "onnx/model.h"
#include "runtime/runtime.h"

#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

// Which branches of a model's If nodes are taken. Private to the module.

// Where an If's condition can be seen: the output of the watched copy that carries it as 0 or 1, or -1 where the If was not reached.
struct WatchedBranch {
    std::string name; // of the If node, with its doc string
    std::string output;
};

// Places of If nodes in a BranchWatch, and whether the condition was true there.
using TakenBranches = std::set<std::pair<size_t, bool>>;

// A copy of the model that has the conditions of its If nodes, nested ones too, as further outputs. If nodes within loops and
// functions are not seen.
class BranchWatch {
public:
    // Null where there is no If to watch.
    static Result<std::shared_ptr<BranchWatch const>> create(Runtime const& runtime, OnnxModel const& model, SessionOptions const& options);

    // What one run took, added to `taken`.
    Result<void> observe(std::span<NamedTensor const> inputs, TakenBranches& taken) const;
    // "sign (net.py:7): else branch" for each branch of an If that was reached and never went there, in the model's order.
    std::vector<std::string> not_taken(TakenBranches const& taken) const;

    explicit BranchWatch(Session session, std::vector<WatchedBranch> watched)
        : session_(std::move(session)),
          watched_(std::move(watched))
    {
    }

private:
    Session session_;
    std::vector<WatchedBranch> watched_;
};
