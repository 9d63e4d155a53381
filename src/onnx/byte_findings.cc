#include "onnx/findings.h"

#include "base/utf8.h"
#include "onnx/schema.h"
#include "onnx/wire.h"

#include <algorithm>

namespace {

constexpr size_t most_findings = 1'000;
constexpr size_t deepest = 100; // protobuf's own bound

// A message that is being gone through.
struct OpenMessage {
    OnnxMessage message;
    WireCursor cursor;
    uint32_t seen = 0; // single fields, a bit for each number
    bool has_external_data = false;
    uint64_t data_location = 0;
    size_t offset;
};

class ByteWalk {
public:
    ByteWalk(Bytes file, Limits const& limits)
        : file_(file),
          limits_(limits)
    {
        open(OnnxMessage::model, file);
    }

    std::vector<OnnxFinding> find() &&
    {
        uint64_t steps = 0;
        while (!stack_.empty() && found_.size() < most_findings) {
            if (stack_.back().cursor.at_end()) {
                close();
                continue;
            }
            auto const field = stack_.back().cursor.next();
            if (!field || ++steps > limits_.steps)
                break;
            visit(*field);
        }
        return std::move(found_);
    }

private:
    void add(std::string message, size_t offset) { found_.push_back({"protobuf", std::move(message), "byte " + std::to_string(offset)}); }

    void open(OnnxMessage message, Bytes bytes)
    {
        if (message != OnnxMessage::none && stack_.size() < deepest)
            stack_.push_back({message, WireCursor(bytes, file_.data()), 0, false, 0, static_cast<size_t>(bytes.data() - file_.data())});
    }

    void close()
    {
        auto const& last = stack_.back();
        if (last.has_external_data && last.data_location == 0)
            add("a TensorProto names external data and says that its data is here", last.offset);
        stack_.pop_back();
    }

    void visit(WireField const& field)
    {
        auto& current = stack_.back();
        auto const fields = fields_of(current.message);
        auto const row = std::ranges::find(fields, field.number, &OnnxField::number);
        if (row == fields.end())
            return add("field " + std::to_string(field.number) + " in a " + std::string(name_of(current.message)) + ", which has no such field", field.offset);
        std::string const name = std::string(name_of(current.message)) + "." + std::string(row->name);
        note_repetition(*row, field, name);
        if (row->form == OnnxFieldForm::int32 && field.type == WireType::varint && static_cast<int64_t>(field.value) != static_cast<int32_t>(field.value))
            add(name + " is " + std::to_string(field.value) + ", beyond 32 bits: readers take a part of it", field.offset);
        if (row->is_text() && !is_utf8(text_of(field.bytes)))
            add(name + " is not UTF-8", field.offset);
        if (current.message == OnnxMessage::tensor) {
            current.has_external_data = current.has_external_data || field.number == 13;
            current.data_location = field.number == 14 ? field.value : current.data_location;
        }
        if (field.type == WireType::delimited)
            open(row->message, field.bytes); // `current` is gone then
    }

    void note_repetition(OnnxField const& row, WireField const& field, std::string const& name)
    {
        if (row.is_repeated())
            return;
        uint32_t const bit = uint32_t{1} << (row.group != 0 ? row.group : row.number);
        auto& seen = stack_.back().seen;
        if (seen & bit)
            add(name + (row.group != 0 ? " stands beside another of its kind: the last counts" : row.form == OnnxFieldForm::message ? " stands here twice: readers join the two or take the last"
                                                                                                                                    : " stands here twice: readers take the first or the last"),
                field.offset);
        seen |= bit;
    }

    Bytes file_;
    Limits limits_;
    std::vector<OpenMessage> stack_;
    std::vector<OnnxFinding> found_;
};

}

std::vector<OnnxFinding> findings_of_bytes(Bytes file, Limits const& limits) { return ByteWalk(file, limits).find(); }
