#include "graph/value.h"

Value* ObjectValue::find(std::string_view name)
{
    for (auto& [key, value] : attributes)
        if (key == name)
            return &value;
    return nullptr;
}

Value none() { return Value{NoneValue{}}; }
Value tuple_of(std::vector<Value> items) { return Value{std::make_shared<TupleValue>(TupleValue{std::move(items)})}; }

namespace {

struct KindName {
    std::string operator()(NoneValue const&) const { return "None"; }
    std::string operator()(bool) const { return "bool"; }
    std::string operator()(Dim const&) const { return "int"; }
    std::string operator()(double) const { return "float"; }
    std::string operator()(std::complex<double> const&) const { return "complex"; }
    std::string operator()(std::string const&) const { return "str"; }
    std::string operator()(DeviceValue const&) const { return "Device"; }
    std::string operator()(TensorReference const&) const { return "Tensor"; }
    std::string operator()(UnknownFloat const&) const { return "float that depends on data"; }
    std::string operator()(UnknownBool const&) const { return "bool that depends on data"; }
    std::string operator()(std::shared_ptr<ListValue> const& list) const
    {
        return list->uncertain ? "List that may have been changed" : list->open ? "List whose length depends on data"
                                                                                : "List of " + std::to_string(list->items.size());
    }
    std::string operator()(std::shared_ptr<TupleValue> const& tuple) const { return "Tuple of " + std::to_string(tuple->items.size()); }
    std::string operator()(std::shared_ptr<DictValue> const& dict) const { return "Dict of " + std::to_string(dict->items.size()); }
    std::string operator()(std::shared_ptr<ObjectValue> const& object) const { return object->class_name; }
    std::string operator()(PoisonValue const&) const { return "result of an unsupported operator"; }
    std::string operator()(UninitialisedValue const&) const { return "uninitialised value"; }
    std::string operator()(UnshapedTensor const& tensor) const { return "Tensor of unknown shape, the result of " + tensor.origin; }
    std::string operator()(OptionalValue const& optional) const { return "None or " + kind_of(*optional.inner) + ", as data decides"; }
};

}

std::string kind_of(Value const& value) { return std::visit(KindName{}, value.held); }
