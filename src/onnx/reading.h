#pragma once

#include "base/limits.h"
#include "onnx/model.h"
#include "onnx/place.h"
#include "onnx/wire.h"

#include <algorithm>
#include <cstring>

// The reader behind read.h. One method a message of onnx.proto; each appends to what is there already, so that joined
// occurrences come out right. Methods recurse under a counted depth.

// Elements of a tensor as they were found, before they become `raw`.
struct OnnxTensorData {
    std::optional<Bytes> raw;
    std::vector<Bytes> fixed; // runs of float_data or double_data
    std::vector<uint64_t> varints; // of int32_data, int64_data or uint64_data
    uint32_t field = 0; // the typed field that was seen, 0 for none
    uint64_t location = 0;
    std::vector<OnnxProperty> external;
    std::string external_fields; // the same, verbatim
};

// An attribute's values as they were found, before the one that counts is chosen.
struct OnnxAttributeParts;

class OnnxReader {
public:
    OnnxReader(SharedBytes file, Limits const& limits)
        : file_(std::move(file)),
          limits_(limits)
    {
    }

    Result<OnnxModel> model();
    Result<OnnxTensor> tensor();

private:
    // Each of these reads one message; `depth` is how many messages are open around it, itself included.
    Result<void> model(MessagePieces pieces, unsigned depth, OnnxModel& out);
    Result<void> graph(MessagePieces pieces, unsigned depth, OnnxGraph& out);
    Result<void> node(MessagePieces pieces, unsigned depth, OnnxNode& out);
    Result<void> attribute(MessagePieces pieces, unsigned depth, OnnxAttribute& out);
    Result<void> tensor(MessagePieces pieces, unsigned depth, OnnxTensor& out);
    Result<void> sparse_tensor(MessagePieces pieces, unsigned depth, OnnxSparseTensor& out);
    Result<void> value_info(MessagePieces pieces, unsigned depth, OnnxValueInfo& out);
    Result<void> type(MessagePieces pieces, unsigned depth, OnnxType& out);
    Result<bool> type_fields(MessagePieces pieces, unsigned depth, OnnxType& out);
    Result<void> other_type(WireField const& field, unsigned depth);
    Result<void> tensor_type(MessagePieces pieces, unsigned depth, OnnxType& out);
    Result<void> shape(MessagePieces pieces, unsigned depth, OnnxType& out);
    Result<void> dim(MessagePieces pieces, unsigned depth, OnnxDim& out);
    Result<void> opset(MessagePieces pieces, unsigned depth, OnnxOpset& out);
    Result<void> property(MessagePieces pieces, unsigned depth, OnnxProperty& out);
    Result<void> function(MessagePieces pieces, unsigned depth, OnnxFunction& out);
    Result<void> training(MessagePieces pieces, unsigned depth, OnnxTraining& out);

    Result<void> attribute_field(WireField const& field, unsigned depth, OnnxAttribute& out, OnnxAttributeParts& parts);
    Result<void> tensor_field(WireField const& field, unsigned depth, OnnxTensor& out, OnnxTensorData& data);
    Result<void> add_varint_data(char const* name, WireField const& field, OnnxTensorData& data);
    Result<void> add_fixed_data(char const* name, WireField const& field, WireType unpacked, OnnxTensorData& data);
    Result<void> add_external_data(WireField const& field, unsigned depth, OnnxTensorData& data);
    Result<void> finish_tensor(OnnxTensor& out, OnnxTensorData& data);
    Result<SharedBytes> fixed_elements(std::vector<Bytes> const& runs);

    // Fields of one value, named for the path of a failure.
    Result<void> text(char const* name, WireField const& field, std::string& out);
    Result<void> texts(char const* name, WireField const& field, std::vector<std::string>& out);
    Result<void> integer(char const* name, WireField const& field, int64_t& out);
    Result<void> enumeration(char const* name, WireField const& field, int32_t& out);
    Result<void> integers(char const* name, WireField const& field, std::vector<int64_t>& out);
    Result<void> floats(char const* name, WireField const& field, std::vector<float>& out);

    template <typename Message>
    using Method = Result<void> (OnnxReader::*)(MessagePieces, unsigned, Message&);
    // A submessage joined to what is there.
    template <typename Message>
    Result<void> single(char const* name, WireField const& field, unsigned depth, Message& out, Method<Message> method);
    // One more submessage of a repeated field.
    template <typename Message>
    Result<void> repeated(char const* name, WireField const& field, unsigned depth, std::vector<Message>& out, Method<Message> method);
    // Calls `visit` for each field of a message.
    template <typename Visit>
    Result<void> each_field(MessagePieces pieces, unsigned depth, Visit visit);

    Result<void> wants(WireField const& field, WireType type) const;
    Result<void> count_step();
    Result<void> count(uint64_t& counter, char const* what);
    Result<void> spend_decoded(uint64_t bytes);
    SharedBytes part_of_file(Bytes bytes) const { return file_.part(static_cast<size_t>(bytes.data() - file_.bytes().data()), bytes.size()); }

    SharedBytes file_;
    Limits limits_;
    uint64_t steps_ = 0;
    uint64_t nodes_ = 0;
    uint64_t tensors_ = 0;
    uint64_t attributes_ = 0;
    uint64_t values_ = 0;
    uint64_t dims_ = 0;
    uint64_t decoded_bytes_ = 0;
    uint64_t elements_ = 0;
};

template <typename Message>
Result<void> OnnxReader::single(char const* name, WireField const& field, unsigned depth, Message& out, Method<Message> method)
{
    auto result = wants(field, WireType::delimited);
    if (result)
        result = (this->*method)(MessagePieces(&field.bytes, 1), depth + 1, out);
    return in_field(name, std::move(result));
}

template <typename Message>
Result<void> OnnxReader::repeated(char const* name, WireField const& field, unsigned depth, std::vector<Message>& out, Method<Message> method)
{
    size_t const index = out.size();
    auto result = wants(field, WireType::delimited);
    if (result)
        result = (this->*method)(MessagePieces(&field.bytes, 1), depth + 1, out.emplace_back());
    return in_item(name, index, std::move(result));
}

template <typename Visit>
Result<void> OnnxReader::each_field(MessagePieces pieces, unsigned depth, Visit visit)
{
    unsigned const deepest = std::min(limits_.depth, 100u);
    for (Bytes const piece : pieces) {
        if (depth > deepest)
            return exhausted("messages are nested deeper than " + std::to_string(deepest)).at("byte " + std::to_string(piece.data() - file_.bytes().data()));
        WireCursor cursor(piece, file_.bytes().data());
        while (!cursor.at_end()) {
            WireField const field = TRY(cursor.next());
            Result<void> result = count_step();
            if (result)
                result = visit(field);
            if (!result) {
                auto& where = result.error().where;
                // A failure of this very field has at most a path yet.
                if (where.empty() || !where.front().starts_with("byte "))
                    where.insert(where.begin(), "byte " + std::to_string(field.offset));
                return result;
            }
        }
    }
    return {};
}
