#include "onnx/reading.h"

Result<void> OnnxReader::value_info(MessagePieces pieces, unsigned depth, OnnxValueInfo& out)
{
    TRY(count(values_, "values"));
    std::vector<Bytes> type_pieces;
    TRY(each_field(pieces, depth, [&](WireField const& field) -> Result<void> {
        switch (field.number) {
        case 1:
            return text("name", field, out.name);
        case 2:
            type_pieces.push_back(field.bytes);
            return in_field("type", wants(field, WireType::delimited));
        case 3:
            return text("doc_string", field, out.doc_string);
        default:
            out.unknown_fields += text_of(field.whole);
            return {};
        }
    }));
    return in_field("type", type(type_pieces, depth + 1, out.type));
}

Result<void> OnnxReader::type(MessagePieces pieces, unsigned depth, OnnxType& out)
{
    bool const other = TRY(type_fields(pieces, depth, out));
    if (!other)
        return {};
    out = {};
    for (Bytes const piece : pieces)
        out.other += text_of(piece);
    return {};
}

// Whether the type is something else than a dense tensor.
Result<bool> OnnxReader::type_fields(MessagePieces pieces, unsigned depth, OnnxType& out)
{
    uint32_t kind = 0;
    TRY(each_field(pieces, depth, [&](WireField const& field) -> Result<void> {
        switch (field.number) {
        case 1: // tensor
        case 4: // sequence
        case 5: // map
        case 7: // opaque
        case 8: // sparse tensor
        case 9: // optional
            if (kind != 0 && kind != field.number)
                return malformed("a type of two kinds, fields " + std::to_string(kind) + " and " + std::to_string(field.number));
            kind = field.number;
            if (kind == 1)
                return single("tensor_type", field, depth, out, &OnnxReader::tensor_type);
            return other_type(field, depth);
        default:
            out.unknown_fields += text_of(field.whole);
            return {};
        }
    }));
    return kind > 1;
}

// Looks through a type that is kept in its serialised form: what is inside must be well formed and not too deep.
Result<void> OnnxReader::other_type(WireField const& field, unsigned depth)
{
    TRY(wants(field, WireType::delimited));
    OnnxType unused;
    if (field.number == 7)
        return {};
    if (field.number == 8)
        return single("sparse_tensor_type", field, depth, unused, &OnnxReader::tensor_type);
    uint32_t const nested = field.number == 5 ? 2 : 1;
    return each_field(MessagePieces(&field.bytes, 1), depth + 1, [&](WireField const& inner) -> Result<void> {
        if (inner.number != nested)
            return {};
        TRY(wants(inner, WireType::delimited));
        OnnxType element;
        TRY(in_field("elem_type", type_fields(MessagePieces(&inner.bytes, 1), depth + 2, element)));
        return {};
    });
}

Result<void> OnnxReader::tensor_type(MessagePieces pieces, unsigned depth, OnnxType& out)
{
    return each_field(pieces, depth, [&](WireField const& field) -> Result<void> {
        switch (field.number) {
        case 1:
            return enumeration("elem_type", field, out.element_type);
        case 2:
            if (!out.shape)
                out.shape.emplace();
            return single("shape", field, depth, out, &OnnxReader::shape);
        default:
            out.tensor_unknown_fields += text_of(field.whole);
            return {};
        }
    });
}

Result<void> OnnxReader::shape(MessagePieces pieces, unsigned depth, OnnxType& out)
{
    return each_field(pieces, depth, [&](WireField const& field) -> Result<void> {
        if (field.number == 1)
            return repeated("dim", field, depth, *out.shape, &OnnxReader::dim);
        out.shape_unknown_fields += text_of(field.whole);
        return {};
    });
}

Result<void> OnnxReader::dim(MessagePieces pieces, unsigned depth, OnnxDim& out)
{
    TRY(count(dims_, "dims"));
    return each_field(pieces, depth, [&](WireField const& field) -> Result<void> {
        switch (field.number) {
        case 1: // of the two, the last one counts
            out.parameter.clear();
            return integer("dim_value", field, out.value.emplace());
        case 2:
            out.value.reset();
            return text("dim_param", field, out.parameter);
        default:
            out.unknown_fields += text_of(field.whole);
            return {};
        }
    });
}
