#include "serve/plain_dialect.h"

#include "serve/predict.h"
#include "json/json.h"

namespace {

class PlainCall final : public ServeCall {
public:
    PlainCall(PredictRequest request, ServedModel const& model)
        : request_(std::move(request)),
          model_(model)
    {
    }

    std::span<NamedTensor const> inputs() const override { return request_.inputs; }

    Result<HttpReply> answer(std::span<Tensor const> outputs) const override
    {
        std::vector<std::string> names;
        for (auto const& output : model_.outputs)
            names.push_back(output.name);
        return json_reply(200, TRY(predict_answer(names, outputs, request_.one_row)));
    }

private:
    PredictRequest request_;
    ServedModel const& model_;
};

}

tl::expected<std::unique_ptr<ServeCall>, HttpReply> PlainDialect::read(HttpRequest request, ServedModel const& model) const
{
    auto predict = read_predict_body(request.body, is_json_content(field_of(request.fields, "content-type")), model.inputs);
    if (!predict)
        return tl::unexpected(json_reply(422, predict.error().body()));
    return std::make_unique<PlainCall>(*std::move(predict), model);
}

HttpReply PlainDialect::refusal(int status, std::string_view text) const { return json_reply(status, write_json(Json{{"detail", text}})); }

HttpReply PlainDialect::values_refused() const
{
    BodyFaults faults;
    faults.add_value_error(Json::array({"body"}), "the model cannot process these values", std::nullopt);
    return json_reply(422, faults.body());
}
