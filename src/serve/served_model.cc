#include "serve/served_model.h"

ServedModel served_model(std::string name, std::string version, Session session, std::vector<NamedTensor> sample)
{
    ServedModel model{std::move(name), std::move(version), session.inputs(), session.outputs(), nullptr, std::move(sample), [session] { session.stop(); }};
    model.run = [session = std::move(session)](std::span<NamedTensor const> inputs) { return session.run(inputs); };
    return model;
}
