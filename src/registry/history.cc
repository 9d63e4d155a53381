#include "registry/registry.h"
#include "registry/rows.h"
#include "registry/text.h"

#include <algorithm>
#include <charconv>

// The history, and the way back along it.

namespace {

Result<std::vector<RegistryMove>> read_moves(Database& database, ModelRow const& model)
{
    auto const rows = TRY((database.query<int64_t, std::string, std::string, std::string, std::string, std::string, std::string, std::string>(
        "SELECT at_ms, who, why, action, subject, name, before, after FROM history WHERE model = $1 ORDER BY move", {model.id})));
    std::vector<RegistryMove> moves;
    for (auto const& [at_ms, who, why, action, subject, name, before, after] : rows)
        moves.push_back({at_ms, who, why, action, subject, name, before, after});
    return moves;
}

// The versions that an alias pointed to, oldest first, as they are stepped back through: a rollback takes off what it undid.
std::vector<int64_t> alias_trail(std::vector<RegistryMove> const& moves)
{
    std::vector<int64_t> trail;
    for (auto const& move : moves) {
        int64_t number = 0;
        std::from_chars(move.after.data(), move.after.data() + move.after.size(), number);
        if (number == 0)
            continue; // removed
        auto const earlier = std::find(trail.rbegin(), trail.rend(), number);
        if (move.action == "rollback" && earlier != trail.rend())
            trail.erase(earlier.base(), trail.end());
        else if (trail.empty() || trail.back() != number)
            trail.push_back(number);
    }
    return trail;
}

// Where the rolled back alias is to point.
class WayBack {
public:
    WayBack(Database& database, ModelRow const& model, std::vector<RegistryMove> moves, std::optional<int64_t> now)
        : database_(database),
          model_(model),
          moves_(std::move(moves)),
          trail_(alias_trail(moves_)),
          now_(now)
    {
    }

    Result<int64_t> operator()(OneStepBack) const
    {
        for (auto number = trail_.rbegin(); number != trail_.rend(); ++number)
            if (*number != now_ && require_live_version(database_, model_, *number))
                return *number;
        return conflict("there is no earlier version to go back to").hint("`hullmark history " + model_.name + "` shows where it pointed");
    }

    Result<int64_t> operator()(BackToVersion target) const
    {
        bool const was_there = std::any_of(moves_.begin(), moves_.end(), [&](auto const& move) { return move.after == std::to_string(target.number); });
        if (!was_there)
            return conflict("it never pointed to version " + std::to_string(target.number)).hint("`hullmark promote " + place_of(model_.name, target.number) + " --alias ALIAS` points it there");
        TRY(require_live_version(database_, model_, target.number));
        return target.number;
    }

    Result<int64_t> operator()(BackToTime target) const
    {
        auto const last = std::find_if(moves_.rbegin(), moves_.rend(), [&](auto const& move) { return move.at_ms <= target.at_ms; });
        if (last == moves_.rend() || last->after.empty())
            return conflict("it pointed to nothing at that time").hint("`hullmark history " + model_.name + "` shows where it pointed");
        return (*this)(BackToVersion{alias_trail({*last}).front()});
    }

private:
    Database& database_;
    ModelRow model_;
    std::vector<RegistryMove> moves_; // of the alias alone, oldest first
    std::vector<int64_t> trail_;
    std::optional<int64_t> now_;
};

}

Result<std::vector<RegistryMove>> Registry::history(std::string const& name)
{
    auto const transaction = TRY(database_->begin(DatabaseWork::reading));
    ModelRow const model = TRY(find_model_row(*database_, name));
    return read_moves(*database_, model);
}

Result<int64_t> Registry::roll_back(std::string const& name, std::string const& alias, RollbackTarget const& target, RegistryActor const& actor)
{
    TRY(check_alias(alias));
    auto transaction = TRY(database_->begin(DatabaseWork::writing));
    ModelRow const model = TRY(find_model_row(*database_, name));
    auto moves = TRY(read_moves(*database_, model));
    std::erase_if(moves, [&](auto const& move) { return move.subject != "alias" || move.name != alias; });
    if (moves.empty())
        return missing("the model " + quoted_text(name) + " never had an alias " + quoted_text(alias));
    auto const now = TRY(alias_target(*database_, model, alias));
    int64_t const number = TRY(within("alias " + quoted_text(alias) + " of " + quoted_text(name), std::visit(WayBack(*database_, model, std::move(moves), now), target)));
    TRY(move_alias(*database_, model, alias, number, "rollback", actor));
    TRY(transaction.commit());
    return number;
}
