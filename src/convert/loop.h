#pragma once

#include "convert/changed_things.h"

#include <functional>
#include <vector>

// A loop whose rounds depend on data, as ONNX Loop. Its body is evaluated until it is known what changes from round to round:
// what does not stays known and is no part of what the loop carries.
class LoopOnData {
public:
    // One round: its number and what is carried, to [whether to go on, what is carried...]. May be called several times.
    using Body = std::function<Result<std::vector<Value>>(Dim const& round, std::vector<Value> const& carried)>;

    LoopOnData(GraphBuilder& graph, Heap& heap, Body body)
        : graph_(graph),
          heap_(heap),
          joiner_(graph, heap),
          body_(std::move(body))
    {
    }

    // What is carried after at most `trips` rounds; the first has the number `first_round`. `condition` (a bool or one that depends on
    // data) says whether there is a first round at all. Nothing is changed where it fails.
    Result<std::vector<Value>> run(Dim const& trips, Dim const& first_round, Value const& condition, std::vector<Value> const& initial);

private:
    struct Round {
        std::vector<GraphTensor> inputs; // number, condition, what is carried
        std::vector<Value> entry;
        std::vector<Value> results;
        Changes changes;
        std::unique_ptr<GraphScope> scope;
    };
    Result<Round> evaluate_round(Dim const& first_round);
    Result<std::vector<Value>> write_node(Dim const& trips, Value const& condition, std::vector<Value> const& initial, Round round);

    GraphBuilder& graph_;
    Heap& heap_;
    FormJoiner joiner_;
    Body body_;
    std::vector<ValueForm> forms_;
    ChangedThings things_;
};
