#include "registry/test_registry.h"

namespace {

namespace fs = std::filesystem;

TEST_F(RegistryTest, is_made_by_the_first_writer_and_by_nobody_else)
{
    EXPECT_EQ(failure_text(Registry::open(folder, RegistryAccess::existing)), "missing: there is no registry here, " + folder);
    EXPECT_FALSE(fs::exists(folder));
    open();
    EXPECT_EQ(text_in(folder + "/format"), "hullmark-registry 1\n");
    open(RegistryAccess::existing);
    EXPECT_EQ(faults(), "");
}

TEST_F(RegistryTest, does_not_move_into_a_folder_that_is_something_else)
{
    fs::create_directory(folder);
    overwrite(folder + "/thesis.tex", "x");
    EXPECT_EQ(failure_text(Registry::open(folder, RegistryAccess::create)), "refused: the folder is not empty and is no registry, " + folder);
    EXPECT_EQ(failure_text(Registry::open(folder, RegistryAccess::existing)), "missing: there is no registry here, " + folder);
    EXPECT_EQ(failure_text(Registry::open(folder + "/thesis.tex", RegistryAccess::create)).substr(0, 9), "conflict:");
    overwrite(folder + "/format", "hullmark-registry 2\n");
    EXPECT_EQ(failure_text(Registry::open(folder, RegistryAccess::create)), "unsupported: the registry has another format than this program knows (hullmark-registry 1), " + folder + "/format");
    overwrite(folder + "/format", "");
    EXPECT_EQ(Registry::open(folder, RegistryAccess::create).error().reason, Reason::unavailable);
}

TEST_F(RegistryTest, does_not_start_anew_beside_the_objects_of_a_lost_database)
{
    {
        auto registry = open();
        publish_some(registry, 1);
    }
    fs::remove(folder + "/registry.db");
    EXPECT_EQ(failure_text(Registry::open(folder, RegistryAccess::create)), "unavailable: the registry is damaged: its database is gone, " + folder + "/registry.db");
}

TEST_F(RegistryTest, shows_what_was_published)
{
    auto registry = open();
    NewVersion version = new_version("digits", "model", {"champion", "beta"});
    version.source_digest = Digest::of(bytes_of("digits.pt"));
    version.description = "reads digits";
    version.documents = {{"report", R"({"passed": true})"}, {"evidence", "[]"}};
    version.tags = {{"team", "vision"}, {"data", "scans"}};
    auto const published = registry.publish(version, Unverified::refused, at(1000));
    ASSERT_TRUE(published) << published.error().text();
    EXPECT_EQ(published->number, 1);

    auto const details = registry.version("digits", 1);
    ASSERT_TRUE(details) << details.error().text();
    EXPECT_EQ(details->version.kind, "onnx");
    EXPECT_EQ(details->version.digest, published->digest);
    EXPECT_EQ(details->version.source_digest, version.source_digest);
    EXPECT_TRUE(details->version.verified);
    EXPECT_EQ(details->version.stage, "None");
    EXPECT_EQ(details->version.description, "reads digits");
    EXPECT_EQ(details->version.created_ms, 1000);
    EXPECT_EQ(details->version.created_by, "ada");
    EXPECT_EQ(details->version.deleted_ms, std::nullopt);
    EXPECT_EQ(details->version.aliases, (std::vector<std::string>{"beta", "champion"}));
    ASSERT_EQ(details->files.size(), 2u);
    EXPECT_EQ(details->files[0].path, "data/labels.txt");
    EXPECT_EQ(details->files[1].path, "model.onnx");
    EXPECT_EQ(details->files[1].size, 5u);
    ASSERT_EQ(details->tags.size(), 2u);
    EXPECT_EQ(details->tags[0].key, "data");
    ASSERT_EQ(details->documents.size(), 2u);
    EXPECT_EQ(details->documents[1].json, R"({"passed": true})");

    auto const models = registry.models();
    ASSERT_EQ(models->size(), 1u);
    EXPECT_EQ(models->front().latest, 1);
    EXPECT_EQ(models->front().versions, 1);
    EXPECT_EQ(models->front().aliases.size(), 2u);
    EXPECT_EQ(text_of(registry.read_file("digits", 1, "model.onnx")->bytes()), "model");
}

TEST_F(RegistryTest, the_digest_of_a_version_is_that_of_its_list_of_files)
{
    auto registry = open();
    auto const published = registry.publish(new_version("digits", "model"), Unverified::refused, at(1));
    std::string const list = Digest::of(bytes_of("zero\none\n")).hex() + "  9  data/labels.txt\n" + Digest::of(bytes_of("model")).hex() + "  5  model.onnx\n";
    EXPECT_EQ(published->digest, Digest::of(bytes_of(list)));
    EXPECT_EQ(registry.publish(new_version("other", "model"), Unverified::refused, at(2))->digest, published->digest);
}

TEST_F(RegistryTest, publishing_equal_bytes_makes_a_new_version_and_no_new_object)
{
    auto registry = open();
    for (int64_t number = 1; number <= 3; ++number)
        EXPECT_EQ(registry.publish(new_version("digits", "same"), Unverified::refused, at(1))->number, number);
    EXPECT_EQ(registry.check(CheckDepth::sizes)->objects, 2u);
    EXPECT_EQ(registry.versions("digits")->size(), 3u);
    EXPECT_EQ(registry.versions("digits")->front().number, 3);
}

TEST_F(RegistryTest, wants_evidence_unless_told_otherwise)
{
    auto registry = open();
    NewVersion version = new_version("digits", "model");
    version.verified = false;
    auto const refused = registry.publish(version, Unverified::refused, at(1));
    EXPECT_EQ(refused.error().reason, Reason::no);
    EXPECT_TRUE(registry.models()->empty());
    EXPECT_EQ(registry.check(CheckDepth::sizes)->objects, 0u) << "nothing is stored for it";
    ASSERT_TRUE(registry.publish(version, Unverified::allowed, at(1)));
    EXPECT_FALSE(registry.version("digits", 1)->version.verified);
}

struct RefusedVersion {
    char const* name;
    std::function<void(NewVersion&)> change;
    std::string answer;
};

TEST_F(RegistryTest, refuses_what_it_could_not_give_back)
{
    auto const file = [](std::string const& path) { return new_file(path, "x"); };
    RefusedVersion const cases[] = {
        {"a name with a slash", [](NewVersion& v) { v.name = "a/b"; }, "usage: the name of a model has no `/` and no `:`, found \"a/b\""},
        {"no files", [](NewVersion& v) { v.files.clear(); }, "usage: a version needs at least one file"},
        {"a path that climbs", [&](NewVersion& v) { v.files = {file("../x")}; }, "usage: the path of a file is relative and in normal form, found \"../x\""},
        {"a path twice", [&](NewVersion& v) { v.files = {file("x"), file("x")}; }, "usage: the file \"x\" stands in the version twice"},
        {"a file that is a folder too", [&](NewVersion& v) { v.files = {file("x/y/z"), file("x-"), file("x/y")}; }, "usage: the file \"x/y\" would also be the folder of \"x/y/z\""},
        {"latest as an alias", [](NewVersion& v) { v.aliases = {"latest"}; }, "usage: `latest` always means the newest version and cannot be an alias"},
        {"a tag without a key", [](NewVersion& v) { v.tags = {{"", "x"}}; }, "usage: the key of a tag has 1 to 250 bytes, found 0"},
        {"bytes that are no text", [](NewVersion& v) { v.description = "\xFF"; }, "usage: the description is text in UTF-8 without NUL"},
        {"a digest that is another's", [&](NewVersion& v) { v.files = {{"m", SharedBytes::take(std::string("new")), Digest::of(bytes_of("old"))}}; },
            "refused: the file has changed while it was being published: its SHA-256 is " + Digest::of(bytes_of("new")).hex() + ", wanted " + Digest::of(bytes_of("old")).hex() + ", m"},
    };
    auto registry = open();
    for (auto const& c : cases) {
        NewVersion version = new_version("digits", "model");
        c.change(version);
        EXPECT_EQ(failure_text(registry.publish(version, Unverified::refused, at(1))), c.answer) << c.name;
    }
    EXPECT_TRUE(registry.models()->empty());
    EXPECT_EQ(registry.publish(new_version("digits", "model"), Unverified::refused, at(1))->number, 1) << "no number was used up";
}

TEST_F(RegistryTest, keeps_odd_names_apart)
{
    auto registry = open();
    std::vector<std::string> const names = {"digits", "Digits", "it's \"100%\"", "a\\b", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x9A\xA2", "'; DROP TABLE model; --", std::string(300, 'n')};
    for (auto const& name : names)
        EXPECT_EQ(registry.publish(new_version(name, name), Unverified::refused, at(1))->number, 1) << name;
    for (auto const& name : names)
        EXPECT_EQ(text_of(registry.read_file(name, 1, "model.onnx")->bytes()), name);
    EXPECT_EQ(registry.models()->size(), names.size());
}

TEST_F(RegistryTest, resolves_references)
{
    auto registry = open();
    publish_some(registry, 4);
    ASSERT_TRUE(registry.set_alias("digits", "champion", 2, at(10)));
    ASSERT_TRUE(registry.set_stage("digits", 1, "production", OtherVersions::keep, at(11)));
    ASSERT_TRUE(registry.set_stage("digits", 3, "Production", OtherVersions::keep, at(12)));
    ASSERT_TRUE(registry.delete_version("digits", 4, at(13)));
    std::pair<char const*, char const*> const cases[] = {
        {"models:/digits/2", "2"},
        {"models:/digits@champion", "2"},
        {"models:/digits/Production", "3"},
        {"models:/digits/None", "2"},
        {"models:/digits/latest", "3"},
        {"models:/digits/Staging", "missing: the model \"digits\" has no version in the stage Staging | `hullmark list digits` shows its versions"},
        {"models:/digits/4", "missing: version 4 of the model \"digits\" is deleted | `hullmark list digits` shows its versions"},
        {"models:/digits/5", "missing: the model \"digits\" has no version 5 | `hullmark list digits` shows its versions"},
        {"models:/digits@champoin", "missing: the model \"digits\" has no alias \"champoin\" | its aliases are: champion"},
        {"models:/digtis/1", "missing: there is no model \"digtis\" | did you mean \"digits\"?"},
        {"models:/resnet/1", "missing: there is no model \"resnet\" | `hullmark list` shows the models"},
    };
    for (auto const& [reference, answer] : cases) {
        auto const number = registry.resolve(*parse_model_reference(reference));
        EXPECT_EQ(number ? std::to_string(*number) : advice_text(number), answer) << reference;
    }
}

TEST_F(RegistryTest, an_empty_registry_says_what_to_do_first)
{
    auto registry = open();
    EXPECT_EQ(advice_text(registry.resolve(*parse_model_reference("models:/digits/1"))),
        "missing: there is no model \"digits\" | the registry has no models yet; `hullmark publish FILE --name NAME` puts one there");
}

TEST_F(RegistryTest, keeps_tags_of_models_and_versions)
{
    auto registry = open();
    publish_some(registry, 1);
    ASSERT_TRUE(registry.set_model_tag("digits", {"task", "vision"}));
    ASSERT_TRUE(registry.set_model_tag("digits", {"task", "images"}));
    ASSERT_TRUE(registry.set_version_tag("digits", 1, {"epoch", "7"}));
    EXPECT_EQ(registry.model_tags("digits")->front().value, "images");
    EXPECT_EQ(registry.version("digits", 1)->tags.front().value, "7");
    ASSERT_TRUE(registry.remove_model_tag("digits", "task"));
    ASSERT_TRUE(registry.remove_version_tag("digits", 1, "epoch"));
    ASSERT_TRUE(registry.remove_version_tag("digits", 1, "epoch")) << "what is not there is removed already";
    EXPECT_TRUE(registry.model_tags("digits")->empty());
    EXPECT_TRUE(registry.version("digits", 1)->tags.empty());
    EXPECT_EQ(registry.set_version_tag("digits", 2, {"epoch", "7"}).error().reason, Reason::missing);
}

TEST_F(RegistryTest, pulls_all_files_of_a_version)
{
    auto registry = open();
    publish_some(registry, 1);
    for (std::string const target : {"/out", "/deep/er/out/", "/empty"}) {
        if (target == "/empty")
            fs::create_directory(directory + target);
        auto const pulled = registry.pull("digits", 1, directory + target);
        ASSERT_TRUE(pulled) << pulled.error().text();
        EXPECT_EQ(pulled->size(), 2u);
        EXPECT_EQ(text_in(directory + target + "/model.onnx"), "model 1");
        EXPECT_EQ(text_in(directory + target + "/data/labels.txt"), "zero\none\n");
    }
    EXPECT_EQ(failure_text(registry.pull("digits", 1, directory + "/out")), "conflict: something is there already, " + directory + "/out");
    overwrite(directory + "/file", "x");
    EXPECT_EQ(registry.pull("digits", 1, directory + "/file").error().reason, Reason::conflict);
    EXPECT_EQ(registry.pull("digits", 2, directory + "/two").error().reason, Reason::missing);
    EXPECT_FALSE(fs::exists(directory + "/two"));
}

}
