#include "cli/checkpoint_json.h"

#include <cmath>

namespace {

// The reader nests no deeper than its own limit.
struct Converter {
    using Answer = std::optional<Json>;

    Answer operator()(CheckpointNone const&) const { return Json(nullptr); }
    Answer operator()(bool value) const { return Json(value); }
    Answer operator()(int64_t value) const { return Json(value); }
    Answer operator()(CheckpointBigInteger const& value) const { return Json(value.decimal); }
    Answer operator()(double value) const
    {
        if (std::isfinite(value))
            return Json(value);
        return Json(std::isnan(value) ? "nan" : value > 0 ? "inf"
                                                          : "-inf");
    }
    Answer operator()(std::complex<double> value) const { return Json(std::to_string(value.real()) + (value.imag() < 0 ? "" : "+") + std::to_string(value.imag()) + "j"); }
    Answer operator()(std::string const& value) const { return Json(value); }
    Answer operator()(CheckpointBytes const& value) const { return Json(std::to_string(value.bytes.size()) + " bytes"); }
    Answer operator()(CheckpointTensorIndex const&) const { return std::nullopt; }
    Answer operator()(CheckpointName const& value) const { return Json(value.name); }
    Answer operator()(CheckpointSequence const& value) const
    {
        Json items = Json::array();
        for (auto const& item : value.items)
            if (auto json = json_without_tensors(item))
                items.push_back(std::move(*json));
        return items.empty() && !value.items.empty() ? std::nullopt : Answer(std::move(items));
    }
    Answer operator()(CheckpointDict const& value) const { return members(value.items); }
    Answer operator()(CheckpointObject const& value) const
    {
        auto attributes = members(value.attributes);
        Json object{{"class", value.class_name}};
        CheckpointSequence const arguments{SequenceKind::list, value.arguments};
        if (auto const json = (*this)(arguments); json && !value.arguments.empty())
            object["arguments"] = *json;
        if (attributes)
            object.update(*attributes);
        return object;
    }

    static Answer members(std::vector<std::pair<CheckpointValue, CheckpointValue>> const& items)
    {
        Json object = Json::object();
        for (auto const& [key, item] : items)
            if (auto json = json_without_tensors(item)) {
                auto const* name = std::get_if<std::string>(&key.value);
                object[name != nullptr ? *name : write_json(json_without_tensors(key).value_or(Json("tensor")))] = std::move(*json);
            }
        return object.empty() && !items.empty() ? std::nullopt : Answer(std::move(object));
    }
};

}

std::optional<Json> json_without_tensors(CheckpointValue const& value) { return std::visit(Converter(), value.value); }
