#include "operators/formula.h"

Formula Formula::with(char const* op_type, Formula const& right, std::optional<DType> result) const
{
    if (!value_ || !right.value_)
        return value_ ? right : *this;
    return Formula(*graph_, binary(*graph_, op_type, *value_, *right.value_, result));
}

Formula Formula::with(char const* op_type, double right, std::optional<DType> result) const
{
    return value_ ? with(op_type, Formula(*graph_, number(value_->dtype(), right)), result) : *this;
}

Formula Formula::from(char const* op_type, double left) const
{
    return value_ ? Formula(*graph_, number(value_->dtype(), left)).with(op_type, *this) : *this;
}

Formula Formula::through(char const* op_type) const { return value_ ? Formula(*graph_, unary(*graph_, op_type, *value_)) : *this; }

Formula Formula::to(DType dtype) const { return value_ ? Formula(*graph_, cast(*graph_, *value_, dtype)) : *this; }

Formula Formula::reduced(char const* op_type, std::vector<int64_t> axes, bool keep) const
{
    return value_ ? Formula(*graph_, reduce(*graph_, op_type, *value_, std::move(axes), keep)) : *this;
}

Formula Formula::with_axis(int64_t axis) const { return value_ ? Formula(*graph_, unsqueeze(*graph_, *value_, {axis})) : *this; }

Formula chosen(Formula const& condition, Formula const& yes, Formula const& no)
{
    for (auto const* each : {&condition, &yes, &no})
        if (!each->value_)
            return *each;
    return Formula(*condition.graph_, where(*condition.graph_, *condition.value_, *yes.value_, *no.value_));
}

Formula chosen(Formula const& condition, Formula const& yes, double no)
{
    return yes.value_ ? chosen(condition, yes, Formula(*yes.graph_, number(yes.value_->dtype(), no))) : yes;
}
