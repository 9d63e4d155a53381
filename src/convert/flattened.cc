#include "convert/flattened.h"

#include "graph/open_list.h"

namespace {

class Flattener {
public:
    Flattener(Heap& heap, std::set<size_t>* untyped)
        : heap_(heap),
          untyped_(untyped)
    {
    }

    Result<void> add(Value const& value, int depth = 0)
    {
        if (depth > deepest || tensors.size() > most_tensors)
            return exhausted("the program returns more than " + std::to_string(most_tensors) + " tensors, or nests them more than " + std::to_string(deepest) + " deep");
        if (auto const* tensor = value.as<TensorReference>()) {
            tensors.push_back(TRY(heap_.read(*tensor)));
            if (is_complex(tensors.back().dtype()))
                return unsupported("the program returns complex numbers, which ONNX Runtime does not have").hint("return torch.view_as_real(...) of them");
        } else if (auto const* dim = value.as<Dim>())
            tensors.push_back(GraphTensor::integer(*dim));
        else if (auto const* flag = value.as<bool>())
            tensors.push_back(GraphTensor::constant(Tensor::scalar(*flag)));
        else if (auto const* number = value.as<double>())
            tensors.push_back(GraphTensor::constant(Tensor::scalar(*number)));
        else if (auto const* unshaped = value.as<UnshapedTensor>(); unshaped != nullptr && untyped_ != nullptr) {
            untyped_->insert(tensors.size());
            tensors.push_back(GraphTensor::named(unshaped->name, DType::float32, {}));
        } else if (auto const* unknown = value.as<UnknownFloat>())
            tensors.push_back(unknown->tensor);
        else if (auto const* unknown_flag = value.as<UnknownBool>())
            tensors.push_back(unknown_flag->tensor);
        else if (auto const* list = value.as<std::shared_ptr<ListValue>>(); list != nullptr && !(*list)->uncertain)
            return add_list(**list, depth);
        else if (auto const* tuple = value.as<std::shared_ptr<TupleValue>>())
            for (auto const& item : (*tuple)->items)
                TRY(add(item, depth + 1));
        else if (auto const* dict = value.as<std::shared_ptr<DictValue>>())
            for (auto const& item : (*dict)->items)
                TRY(add(item.second, depth + 1));
        else if (auto const* object = value.as<std::shared_ptr<ObjectValue>>())
            for (auto const& item : (*object)->attributes)
                TRY(add(item.second, depth + 1));
        else if (value.is<PoisonValue>())
            return unsupported("the program returns a result that cannot be converted: of an operator that is converted in its other results alone");
        else if (!value.is<NoneValue>())
            return unsupported("the program returns a " + kind_of(value));
        return {};
    }

    std::vector<GraphTensor> tensors;

private:
    static constexpr int deepest = 50;
    static constexpr size_t most_tensors = 100'000;

    Result<void> add_list(ListValue const& list, int depth)
    {
        for (auto const& item : list.items)
            TRY(add(item, depth + 1));
        if (list.open && list.open->kind != OpenList::Kind::tensors)
            return unsupported("the program returns numbers in a list whose length depends on data").hint("return torch.tensor(the list)");
        if (list.open) // a sequence
            tensors.push_back(list.open->held);
        return {};
    }

    Heap& heap_;
    std::set<size_t>* untyped_;
};

}

Result<std::vector<GraphTensor>> flattened(Heap& heap, Value const& result, std::set<size_t>* untyped)
{
    Flattener flattener(heap, untyped);
    TRY(flattener.add(result));
    return flattener.tensors;
}
