#include "registry/test_registry.h"

namespace {

// "set alias champion 1>2" a line.
std::string moves_text(std::vector<RegistryMove> const& moves)
{
    std::string text;
    for (auto const& move : moves)
        text += std::to_string(move.at_ms) + " " + move.action + " " + move.subject + " " + move.name + " " + move.before + ">" + move.after + "\n";
    return text;
}

TEST_F(RegistryTest, every_move_is_in_the_history)
{
    auto registry = open();
    publish_some(registry, 2);
    ASSERT_TRUE(registry.publish(new_version("digits", "model 3", {"champion"}), Unverified::refused, at(10)));
    ASSERT_TRUE(registry.set_alias("digits", "champion", 1, at(11, "too slow")));
    ASSERT_TRUE(registry.set_alias("digits", "champion", 1, at(12))) << "points there already: no move";
    ASSERT_TRUE(registry.set_stage("digits", 1, "Production", OtherVersions::keep, at(13)));
    ASSERT_TRUE(registry.set_stage("digits", 2, "Production", OtherVersions::archive, at(14)));
    ASSERT_TRUE(registry.delete_version("digits", 1, at(15)));
    ASSERT_TRUE(registry.restore_version("digits", 1, at(16)));
    ASSERT_TRUE(registry.remove_alias("digits", "nobody", at(17))) << "not there: no move";
    auto const moves = registry.history("digits");
    ASSERT_TRUE(moves) << moves.error().text();
    EXPECT_EQ(moves_text(*moves), "10 set alias champion >3\n"
                                  "11 set alias champion 3>1\n"
                                  "13 stage version 1 None>Production\n"
                                  "14 stage version 2 None>Production\n"
                                  "14 stage version 1 Production>Archived\n"
                                  "15 remove alias champion 1>\n"
                                  "15 stage version 1 Archived>None\n"
                                  "15 delete version 1 live>deleted\n"
                                  "16 restore version 1 deleted>live\n");
    EXPECT_EQ((*moves)[1].who, "ada");
    EXPECT_EQ((*moves)[1].why, "too slow");
    EXPECT_EQ(faults(), "");
}

TEST_F(RegistryTest, promoting_with_archive_leaves_one_in_production_whoever_promotes_at_once)
{
    {
        auto registry = open();
        publish_some(registry, 8);
    }
    EXPECT_TRUE(in_processes(8, [&](int i) {
        auto registry = Registry::open(folder, RegistryAccess::existing);
        return registry && registry->set_stage("digits", i + 1, "Production", OtherVersions::archive, at(100 + i));
    }));
    auto registry = open();
    int in_production = 0;
    auto const versions = *registry.versions("digits");
    for (auto const& version : versions)
        in_production += version.stage == "Production";
    EXPECT_EQ(in_production, 1);
    EXPECT_EQ(registry.set_stage("digits", 1, "Archived", OtherVersions::archive, at(1)).error().reason, Reason::usage);
    EXPECT_EQ(registry.set_stage("digits", 1, "Live", OtherVersions::keep, at(1)).error().reason, Reason::usage);
    EXPECT_EQ(faults(), "");
}

TEST_F(RegistryTest, a_deleted_version_keeps_its_number_and_its_files)
{
    auto registry = open();
    publish_some(registry, 2);
    ASSERT_TRUE(registry.set_alias("digits", "champion", 2, at(3)));
    ASSERT_TRUE(registry.delete_version("digits", 2, at(4)));
    EXPECT_EQ(registry.versions("digits")->size(), 1u);
    EXPECT_EQ(registry.model("digits")->versions, 1);
    EXPECT_EQ(registry.model("digits")->latest, 1);
    EXPECT_TRUE(registry.model("digits")->aliases.empty());
    EXPECT_EQ(registry.version("digits", 2)->version.deleted_ms, 4);
    EXPECT_EQ(registry.set_alias("digits", "champion", 2, at(5)).error().reason, Reason::missing);
    EXPECT_EQ(registry.delete_version("digits", 2, at(5)).error().reason, Reason::missing);
    EXPECT_EQ(registry.collect_garbage(INT64_MAX)->objects, 0u);
    EXPECT_EQ(registry.publish(new_version("digits", "model 3"), Unverified::refused, at(6))->number, 3);
    ASSERT_TRUE(registry.restore_version("digits", 2, at(7)));
    EXPECT_EQ(failure_text(registry.restore_version("digits", 2, at(7))), "conflict: the version is not deleted, models:/digits/2");
    EXPECT_EQ(text_of(registry.read_file("digits", 2, "model.onnx")->bytes()), "model 2");
    EXPECT_EQ(faults(), "");
}

class RollbackTest : public RegistryTest {
protected:
    // Versions 1 to 5; champion pointed to 1 at 10, 2 at 20, 3 at 30, 4 at 40.
    Registry with_history()
    {
        auto registry = open();
        publish_some(registry, 5);
        for (int64_t number = 1; number <= 4; ++number)
            EXPECT_TRUE(registry.set_alias("digits", "champion", number, at(number * 10)));
        return registry;
    }

    static std::string answer(Result<int64_t> const& result) { return result ? std::to_string(*result) : failure_text(result); }
};

TEST_F(RollbackTest, goes_back_step_by_step_and_not_to_and_fro)
{
    auto registry = with_history();
    for (auto const* expected : {"3", "2", "1", "conflict: there is no earlier version to go back to, alias \"champion\" of \"digits\""})
        EXPECT_EQ(answer(registry.roll_back("digits", "champion", OneStepBack{}, at(50))), expected);
    EXPECT_EQ(*registry.resolve(*parse_model_reference("models:/digits@champion")), 1);
    ASSERT_TRUE(registry.set_alias("digits", "champion", 5, at(60)));
    EXPECT_EQ(answer(registry.roll_back("digits", "champion", OneStepBack{}, at(70))), "1");
    EXPECT_EQ(registry.history("digits")->back().action, "rollback");
    EXPECT_EQ(faults(), "");
}

TEST_F(RollbackTest, goes_past_deleted_versions)
{
    auto registry = with_history();
    ASSERT_TRUE(registry.delete_version("digits", 3, at(50)));
    EXPECT_EQ(answer(registry.roll_back("digits", "champion", OneStepBack{}, at(60))), "2");
}

TEST_F(RollbackTest, brings_back_an_alias_that_went_with_its_version)
{
    auto registry = with_history();
    ASSERT_TRUE(registry.delete_version("digits", 4, at(50)));
    EXPECT_EQ(answer(registry.roll_back("digits", "champion", OneStepBack{}, at(60))), "3");
    ASSERT_TRUE(registry.remove_alias("digits", "champion", at(70)));
    EXPECT_EQ(answer(registry.roll_back("digits", "champion", OneStepBack{}, at(80))), "3") << "where it was when it was removed";
}

TEST_F(RollbackTest, goes_to_a_version_or_a_time_of_its_history)
{
    auto registry = with_history();
    EXPECT_EQ(answer(registry.roll_back("digits", "champion", BackToVersion{2}, at(50))), "2");
    EXPECT_EQ(answer(registry.roll_back("digits", "champion", BackToTime{35}, at(60))), "3");
    EXPECT_EQ(answer(registry.roll_back("digits", "champion", BackToTime{30}, at(60))), "3");
    EXPECT_EQ(answer(registry.roll_back("digits", "champion", BackToVersion{5}, at(50))), "conflict: it never pointed to version 5, alias \"champion\" of \"digits\"");
    EXPECT_EQ(answer(registry.roll_back("digits", "champion", BackToTime{9}, at(50))), "conflict: it pointed to nothing at that time, alias \"champion\" of \"digits\"");
    EXPECT_EQ(answer(registry.roll_back("digits", "beta", OneStepBack{}, at(50))), "missing: the model \"digits\" never had an alias \"beta\"");
    ASSERT_TRUE(registry.delete_version("digits", 1, at(70)));
    EXPECT_EQ(answer(registry.roll_back("digits", "champion", BackToTime{15}, at(80))), "missing: version 1 of the model \"digits\" is deleted, alias \"champion\" of \"digits\"");
    EXPECT_EQ(faults(), "");
}

}
