#include "serve/predict.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

SessionDim size(int64_t number) { return {number, {}}; }
SessionDim symbol(std::string name) { return {std::nullopt, std::move(name)}; }
SessionValue value(std::string name, DType dtype, std::optional<std::vector<SessionDim>> dims) { return {std::move(name), "tensor", dtype, std::move(dims)}; }

using Values = std::vector<SessionValue>;
Values const row_of_two{value("x", DType::float32, std::vector{symbol("batch"), size(2)})};
Values const any_row{value("x", DType::float32, std::vector{symbol("batch"), symbol("n")})};
Values const picture{value("image", DType::float32, std::vector{symbol("batch"), size(1), size(2), size(2)})};
Values const list_of(DType dtype) { return {value("x", dtype, std::vector{symbol("n")})}; }
Values const two{value("a", DType::float32, std::vector{symbol("n"), size(1)}), value("b", DType::int64, std::vector{symbol("n")})};

// The tensors that were read, "x float32[1, 2] 1 2 (one row)", or the answer of 422 without its frame.
std::string answer(std::string_view body, Values const& inputs, bool json = true)
{
    auto const request = read_predict_body(body, json, inputs);
    if (!request) {
        auto const text = request.error().body();
        return text.substr(10, text.size() - 11);
    }
    std::string text;
    for (auto const& [name, tensor] : request->inputs) {
        text += (text.empty() ? "" : "; ") + name + " " + std::string(name_of(tensor.dtype())) + text_of(tensor.shape());
        for (uint64_t index = 0; index < tensor.count(); ++index)
            text += tensor.dtype() == DType::string ? " '" + tensor.strings()[index] + "'" : " " + (is_floating(tensor.dtype()) ? write_json(tensor.number_at(index)) : std::to_string(tensor.integer_at(index)));
    }
    return text + (request->one_row ? " (one row)" : "");
}

struct Case {
    char const* name;
    std::string body;
    Values inputs;
    std::string answer;
};

TEST(PredictBody, is_read_as_rows_or_as_one)
{
    Case const cases[] = {
        {"one row", R"({"input":[1,2.5]})", row_of_two, "x float32[1, 2] 1.0 2.5 (one row)"},
        {"two rows", R"({"input":[[1,2],[3,4]]})", row_of_two, "x float32[2, 2] 1.0 2.0 3.0 4.0"},
        {"unknown members are ignored", R"({"more":{"x":[1]},"input":[1,2]})", row_of_two, "x float32[1, 2] 1.0 2.0 (one row)"},
        {"one picture", R"({"input":[[[1,2],[3,4]]]})", picture, "image float32[1, 1, 2, 2] 1.0 2.0 3.0 4.0 (one row)"},
        {"pictures", R"({"input":[[[[1,2],[3,4]]]]})", picture, "image float32[1, 1, 2, 2] 1.0 2.0 3.0 4.0"},
        {"a plain number is a row of one", R"({"input":3})", list_of(DType::float32), "x float32[1] 3.0 (one row)"},
        {"an input without axes", R"({"input":3})", {value("x", DType::int64, std::vector<SessionDim>())}, "x int64[] 3"},
        {"an input of unknown rank", R"({"input":[[1],[2]]})", {value("x", DType::int64, std::nullopt)}, "x int64[2, 1] 1 2"},
        {"the input by its name", R"({"input":{"x":[1,2]}})", row_of_two, "x float32[1, 2] 1.0 2.0 (one row)"},
        {"several by name", R"({"b":[7],"a":[[1]]})", two, "a float32[1, 1] 1.0; b int64[1] 7"},
        {"several by name under input", R"({"input":{"b":7,"a":[1]}})", two, "a float32[1, 1] 1.0; b int64[1] 7 (one row)"},
        {"what pydantic takes for a float", R"({"input":[true,"1.5"]})", row_of_two, "x float32[1, 2] 1.0 1.5 (one row)"},
        {"what pydantic takes for an integer", R"({"input":[1.0,true,"-3"]})", list_of(DType::int8), "x int8[3] 1 1 -3"},
        {"booleans", R"({"input":[true,false]})", list_of(DType::boolean), "x bool[2] 1 0"},
        {"texts", R"({"input":["a","\u00e9"]})", list_of(DType::string), "x string[2] 'a' '\xc3\xa9'"},
        {"a text is a row of one", R"({"input":"a"})", list_of(DType::string), "x string[1] 'a' (one row)"},
        {"64 bits", R"({"input":[9223372036854775807,-9223372036854775808]})", list_of(DType::int64), "x int64[2] 9223372036854775807 -9223372036854775808"},
        {"unsigned 64 bits", R"({"input":[18446744073709551615]})", list_of(DType::uint64), "x uint64[1] -1"},
        {"half floats", R"({"input":[0.1]})", list_of(DType::float16), "x float16[1] 0.0999755859375"},
    };
    for (auto const& c : cases)
        EXPECT_EQ(answer(c.body, c.inputs), c.answer) << c.name;
}

// Where FastAPI has an answer, it is FastAPI's to the letter.
TEST(PredictBody, is_refused_as_FastAPI_does)
{
    std::string const no_object = R"("msg":"Input should be a valid dictionary or object to extract fields from")";
    std::string const wants_list = R"("msg":"Input should be a valid list")";
    Case const cases[] = {
        {"no input", "{}", row_of_two, R"([{"type":"missing","loc":["body","input"],"msg":"Field required","input":{}}])"},
        {"no body", "", row_of_two, R"([{"type":"missing","loc":["body"],"msg":"Field required","input":null}])"},
        {"two bad elements", R"({"input":["a",1,null]})", any_row,
            R"([{"type":"float_parsing","loc":["body","input",0],"msg":"Input should be a valid number, unable to parse string as a number","input":"a"},{"type":"float_type","loc":["body","input",2],"msg":"Input should be a valid number","input":null}])"},
        {"a list where a number is wanted", R"({"input":[[1]]})", list_of(DType::float32), R"([{"type":"float_type","loc":["body","input",0],"msg":"Input should be a valid number","input":[1]}])"},
        {"a text where a list is wanted", R"({"input":"x"})", row_of_two, R"([{"type":"list_type","loc":["body","input"],)" + wants_list + R"(,"input":"x"}])"},
        {"null where a list is wanted", R"({"input":null})", row_of_two, R"([{"type":"list_type","loc":["body","input"],)" + wants_list + R"(,"input":null}])"},
        {"no object", "[1]", row_of_two, R"([{"type":"model_attributes_type","loc":["body"],)" + no_object + R"(,"input":[1]}])"},
        {"no JSON", R"({"input":[1,)", row_of_two, R"([{"type":"json_invalid","loc":["body",12],"msg":"JSON decode error","input":{},"ctx":{"error":"Expecting value"}}])"},
        {"several are missing", R"({"c":1})", two,
            R"([{"type":"missing","loc":["body","a"],"msg":"Field required","input":{"c":1}},{"type":"missing","loc":["body","b"],"msg":"Field required","input":{"c":1}}])"},
        {"an element of the second row", R"({"input":[[1,2],[3,{}]]})", row_of_two, R"([{"type":"float_type","loc":["body","input",1,1],"msg":"Input should be a valid number","input":{}}])"},
        {"a number beside a row", R"({"input":[[1,2],3]})", row_of_two, R"([{"type":"list_type","loc":["body","input",1],)" + wants_list + R"(,"input":3}])"},
        {"a fraction for an integer", R"({"input":[1.5]})", list_of(DType::int64),
            R"([{"type":"int_from_float","loc":["body","input",0],"msg":"Input should be a valid integer, got a number with a fractional part","input":1.5}])"},
        {"a text for an integer", R"({"input":["1.5"]})", list_of(DType::int64),
            R"([{"type":"int_parsing","loc":["body","input",0],"msg":"Input should be a valid integer, unable to parse string as an integer","input":"1.5"}])"},
        {"too large for its type", R"({"input":[300]})", list_of(DType::int8), R"([{"type":"less_than_equal","loc":["body","input",0],"msg":"Input should be less than or equal to 127","input":300,"ctx":{"le":127}}])"},
        {"too small for its type", R"({"input":[-1]})", list_of(DType::uint64), R"([{"type":"greater_than_equal","loc":["body","input",0],"msg":"Input should be greater than or equal to 0","input":-1,"ctx":{"ge":0}}])"},
        {"a number for a boolean", R"({"input":[1]})", list_of(DType::boolean), R"([{"type":"bool_type","loc":["body","input",0],"msg":"Input should be a valid boolean","input":1}])"},
        {"a number for a text", R"({"input":[1]})", list_of(DType::string), R"([{"type":"string_type","loc":["body","input",0],"msg":"Input should be a valid string","input":1}])"},
        {"a text that is not finite", R"({"input":["nan",0]})", row_of_two, R"([{"type":"finite_number","loc":["body","input",0],"msg":"Input should be a finite number","input":"nan"}])"},
    };
    for (auto const& c : cases)
        EXPECT_EQ(answer(c.body, c.inputs), c.answer) << c.name;
    EXPECT_EQ(answer(R"({"input":[1,2]})", row_of_two, false), R"([{"type":"model_attributes_type","loc":["body"],)" + no_object + R"(,"input":"{\"input\":[1,2]}"}])");
    EXPECT_EQ(answer("\xff", row_of_two, false), R"([{"type":"model_attributes_type","loc":["body"],)" + no_object + ",\"input\":\"\xef\xbf\xbd\"}]");
}

std::string value_error(std::string const& location, std::string const& text, std::string const& input)
{
    return R"([{"type":"value_error","loc":)" + location + R"(,"msg":"Value error, )" + text + "\"" + (input.empty() ? "" : ",\"input\":" + input) + "}]";
}

TEST(PredictBody, is_refused_where_the_model_cannot_take_it)
{
    std::string const at = R"(["body","input"])";
    Case const cases[] = {
        {"a row too short", R"({"input":[1]})", row_of_two, value_error(at, "found one row of shape [1], wanted float32[batch, 2]", "[1]")},
        {"rows too long", R"({"input":[[1,2,3]]})", row_of_two, value_error(at, "found rows of shape [1, 3], wanted float32[batch, 2]", "[[1,2,3]]")},
        {"ragged rows", R"({"input":[[1,2],[3]]})", row_of_two, value_error(R"(["body","input",1])", "a list of 1 beside a list of 2: lists of one level must be of equal length", "[3]")},
        {"an empty list", R"({"input":[]})", row_of_two, value_error(at, "an empty list, where at least one value was wanted", "[]")},
        {"an empty row", R"({"input":[[]]})", any_row, value_error(R"(["body","input",0])", "an empty list, where at least one value was wanted", "[]")},
        {"too few levels", R"({"input":[1,2]})", picture, value_error(at, "a list of 1 level, wanted 4 for rows of float32[batch, 1, 2, 2], or 3 for one row", "[1,2]")},
        {"NaN", R"({"input":[NaN,1]})", row_of_two, value_error(at, "NaN and Infinity are no numbers of JSON", "")},
        {"beyond float32", R"({"input":[1e39,1]})", row_of_two, value_error(R"(["body","input",0])", "1e+39 is beyond the range of float32", "1e+39")},
        {"beyond float16", R"({"input":[65520]})", list_of(DType::float16), value_error(R"(["body","input",0])", "65520 is beyond the range of float16", "65520")},
        {"sizes that disagree", R"({"a":[[1],[2]],"b":[1]})", two, value_error(R"(["body","b"])", "n is 1 here and 2 in a", "")},
        {"a row beside rows", R"({"a":[1],"b":[1]})", two, value_error(R"(["body"])", "one input is one row and another is several: give all of them with their batch axis, or none", "")},
        {"a key twice", R"({"input":[1,2],"input":[3,4]})", row_of_two,
            R"([{"type":"json_invalid","loc":["body",0],"msg":"JSON decode error","input":{},"ctx":{"error":"the key \"input\" stands twice in one object"}}])"},
        {"too deep", "{\"input\":" + std::string(40, '[') + std::string(40, ']') + "}", row_of_two,
            R"([{"type":"json_invalid","loc":["body",0],"msg":"JSON decode error","input":{},"ctx":{"error":"JSON is nested deeper than the limit of 32"}}])"},
        {"no UTF-8", "{\"input\":\"\xff\"}", row_of_two, R"([{"type":"json_invalid","loc":["body",0],"msg":"JSON decode error","input":{},"ctx":{"error":"the body is not UTF-8"}}])"},
    };
    for (auto const& c : cases)
        EXPECT_EQ(answer(c.body, c.inputs), c.answer) << c.name;
}

TEST(PredictBody, is_answered_shortly_however_much_is_wrong_with_it)
{
    std::string body = "{\"input\":[null";
    for (int number = 0; number < 100'000; ++number)
        body += ",null";
    EXPECT_LT(answer(body + "]}", any_row).size(), 200'000u);
    EXPECT_LT(answer("{\"x\":\"" + std::string(1 << 20, 'a') + "\"}", any_row).size(), 200u);
}

TEST(PredictBody, survives_every_cut_and_any_byte_being_any_other)
{
    std::string const body = R"({"input":[[1,-2.5e3],[true,"\u00e9"]],"b":null})";
    for (size_t length = 0; length < body.size(); ++length)
        EXPECT_TRUE(answer(body.substr(0, length), row_of_two).starts_with("[{")) << length;
    for (size_t place = 0; place < body.size(); ++place)
        for (int byte = 0; byte < 256; ++byte) {
            std::string changed = body;
            changed[place] = static_cast<char>(byte);
            answer(changed, row_of_two);
        }
}

TEST(PredictBody, is_JSON_by_its_content_type)
{
    EXPECT_TRUE(is_json_content(std::nullopt));
    for (auto const* type : {"application/json", "Application/JSON; charset=utf-8", "application/vnd.x+json"})
        EXPECT_TRUE(is_json_content(type)) << type;
    for (auto const* type : {"", "text/json", "application/x-www-form-urlencoded", "application/jsonp"})
        EXPECT_FALSE(is_json_content(type)) << type;
}

Tensor floats(Shape shape, std::vector<float> elements) { return Tensor::of<float>(DType::float32, std::move(shape), std::move(elements)); }

std::string prediction(std::vector<Tensor> const& outputs, bool one_row)
{
    std::vector<std::string> names;
    for (size_t number = 0; number < outputs.size(); ++number)
        names.push_back("y" + std::to_string(number));
    auto const text = predict_answer(names, outputs, one_row);
    return text ? *text : "error: " + text.error().text();
}

TEST(PredictAnswer, keeps_the_batch_axis_of_rows_and_drops_that_of_one)
{
    EXPECT_EQ(prediction({floats({1, 2}, {1, 2})}, true), R"({"prediction":[1.0,2.0]})");
    EXPECT_EQ(prediction({floats({1, 2}, {1, 2})}, false), R"({"prediction":[[1.0,2.0]]})");
    EXPECT_EQ(prediction({floats({1, 1}, {-7.057915F})}, true), R"({"prediction":-7.057915210723877})");
    EXPECT_EQ(prediction({floats({2, 1}, {1, 2})}, false), R"({"prediction":[[1.0],[2.0]]})");
    EXPECT_EQ(prediction({floats({1}, {3})}, true), R"({"prediction":3.0})");
    EXPECT_EQ(prediction({floats({}, {3})}, true), R"({"prediction":3.0})");
    EXPECT_EQ(prediction({floats({2, 1}, {1, 2})}, true), R"({"prediction":[[1.0],[2.0]]})");
    EXPECT_EQ(prediction({floats({0, 3}, {})}, false), R"({"prediction":[]})");
    EXPECT_EQ(prediction({floats({1, 1}, {1}), Tensor::vector({4})}, true), R"({"prediction":{"y0":1.0,"y1":4}})");
}

TEST(PredictAnswer, says_every_type_exactly)
{
    EXPECT_EQ(prediction({floats({4}, {0.1F, 1e30F, -0.0F, 16777216})}, false), R"({"prediction":[0.10000000149011612,1.0000000150474662e+30,-0.0,16777216.0]})");
    EXPECT_EQ(prediction({Tensor::of<double>(DType::float64, {1}, {0.1})}, false), R"({"prediction":[0.1]})");
    EXPECT_EQ(prediction({Tensor::of<uint16_t>(DType::float16, {1}, {0x3555})}, false), R"({"prediction":[0.333251953125]})");
    EXPECT_EQ(prediction({Tensor::of<uint64_t>(DType::uint64, {1}, {~uint64_t{0}})}, false), R"({"prediction":[18446744073709551615]})");
    EXPECT_EQ(prediction({Tensor::of<uint8_t>(DType::boolean, {2}, {1, 0})}, false), R"({"prediction":[true,false]})");
    EXPECT_EQ(prediction({Tensor::create_strings({1}, {"a\"\xff"}).value()}, false), "{\"prediction\":[\"a\\\"\xef\xbf\xbd\"]}");
    EXPECT_EQ(prediction({floats({1}, {std::nanf("")})}, false), "error: the model's answer holds NaN or Infinity, which JSON cannot say, output y0");
}

TEST(PredictExample, is_one_row_of_the_sample)
{
    EXPECT_EQ(predict_example(std::vector<NamedTensor>{{"x", floats({2, 2}, {1, 2, 3, 4})}}, row_of_two, 1'000), R"({"input": [1.0,2.0]})");
    EXPECT_EQ(predict_example(std::vector<NamedTensor>{{"x", floats({2, 2}, {1, 2, 3, 4})}}, row_of_two, 5), std::nullopt);
    EXPECT_EQ(predict_example(std::vector<NamedTensor>{}, row_of_two, 1'000), std::nullopt);
    Values const fixed{value("x", DType::float32, std::vector{size(2), size(1)})};
    EXPECT_EQ(predict_example(std::vector<NamedTensor>{{"x", floats({2, 1}, {1, 2})}}, fixed, 1'000), R"({"input": [[1.0],[2.0]]})");
    Values const text = list_of(DType::string);
    EXPECT_EQ(predict_example(std::vector<NamedTensor>{{"x", Tensor::create_strings({2}, {"a", "b"}).value()}}, text, 1'000), R"({"input": "a"})");
}

// The short way of plain_numbers.h and the long one.
TEST(Predict, comes_to_one_answer_by_both_ways)
{
    auto const told = [](tl::expected<PredictRequest, BodyFaults> const& request) {
        if (!request)
            return request.error().body();
        auto const& tensor = request->inputs[0].tensor;
        return text_of(tensor.shape()) + (request->one_row ? " one row " : " ") + std::string(text_of(tensor.bytes()));
    };
    SessionDim const rows{std::nullopt, "n"};
    for (auto const dtype : {DType::float32, DType::float64})
        for (auto const& dims : {std::vector<SessionDim>{rows, {2, ""}}, std::vector<SessionDim>{rows}, std::vector<SessionDim>{}, std::vector<SessionDim>{rows, {std::nullopt, "a"}, {2, ""}}})
            for (auto const* input : {"[1,2]", "[[1,2],[3,4]]", "[[1,2],[3]]", "[ 1.5 , -0 ]", "[-0.0,1e400]", "[1e39,1]", "[NaN,1]", "[]", "[[]]", "[[],[]]", "[1,2,3]", "[true,2]", "[\"1\",2]", "1", "[1,[2]]", "[[[1,2]]]",
                     "[[[[1,2]]]]", "[1,2],\"input\":[3,4]", "[1,2],\"more\":1", "[1,2]]", "[1,2", "[1 2]", "[01,2]", "[1,2,]", "[18446744073709551616,9007199254740993]", "[0.1,0.2]", "null", "[null,1]"}) {
                std::vector<SessionValue> const inputs{{"x", "tensor", dtype, dims}};
                std::string const body = std::string("{\"input\":") + input + "}";
                EXPECT_EQ(told(read_predict_body(body, true, inputs)), told(read_predict_document(body, true, inputs))) << body << " for " << text_of(inputs[0]);
            }
}

}
