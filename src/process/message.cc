#include "process/message.h"

namespace {

constexpr size_t most_places = 10'000; // of one failure

}

std::string bytes_of_error(Error const& error)
{
    MessageWriter writer;
    writer.number(static_cast<uint8_t>(error.reason)).short_text(error.what).short_text(error.hint).number(static_cast<int32_t>(error.code));
    size_t const places = std::min(error.where.size(), most_places);
    writer.count(places);
    for (size_t index = 0; index < places; ++index)
        writer.short_text(error.where[index]);
    return writer.take();
}

Result<Error> parse_error(std::string_view bytes)
{
    MessageReader reader(bytes);
    auto const reason = TRY(reader.number<uint8_t>());
    if (reason >= reason_table.size())
        return malformed("a reason that there is not");
    Error error{static_cast<Reason>(reason), {}, {}, {}, 0};
    error.what = TRY(reader.short_text());
    error.hint = TRY(reader.short_text());
    error.code = TRY(reader.number<int32_t>());
    error.where = TRY(reader.short_texts(most_places));
    TRY(reader.end());
    return error;
}
