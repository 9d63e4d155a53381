#include "serve/oip_request.h"

#include "serve/oip_dialect.h"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace std::string_literals;

SessionValue value(std::string name, DType dtype, std::vector<SessionDim> dims) { return {std::move(name), "tensor", dtype, std::move(dims)}; }

ServedModel one_input(DType dtype = DType::float32)
{
    std::vector<SessionDim> const rows{{std::nullopt, "batch"}, {2, ""}};
    return {"m", "", {value("x", dtype, rows)}, {value("y", dtype, rows), value("z", dtype, rows)}, nullptr, {}};
}

ServedModel two_inputs()
{
    SessionDim const batch{std::nullopt, "batch"};
    return {"two", "3", {value("a", DType::float32, {batch}), value("b", DType::int8, {batch})}, {value("y", DType::float32, {batch})}, nullptr, {}};
}

Result<OipRequest> read(std::string body, ServedModel const& model, std::optional<uint64_t> json_bytes = {}) { return read_oip_request(SharedBytes::take(std::move(body)), json_bytes, model); }

std::string error_of(std::string const& body, ServedModel const& model, std::optional<uint64_t> json_bytes = {})
{
    auto const request = read(body, model, json_bytes);
    return request ? "read" : request.error().what;
}

// The members of the only input of one_input(), after its name.
std::string with_x(std::string const& members) { return R"({"inputs":[{"name":"x",)" + members + "}]}"; }

TEST(OipRequest, reads_lists_flat_and_nested)
{
    auto const model = one_input();
    for (auto const* members : {
             R"("shape":[2,2],"datatype":"FP32","data":[1,2.5,-3e0,4])",
             R"("shape":[2,2],"datatype":"FP32","data":[[1,2.5],[-3,4]])",
             R"("data":[[1,2.5],[-3,4]],"shape":[2,2],"datatype":"FP32")", // the numbers before what they are
             R"( "datatype" : "FP32" , "shape" : [ 2 , 2 ] , "more" : { } , "data" : [ [ 1 , 2.5 ] , [ -3 , 4 ] ] )",
         }) {
        auto const request = read(with_x(members), model);
        ASSERT_TRUE(request.has_value()) << members << ": " << request.error().what;
        auto const& tensor = request->inputs[0].tensor;
        EXPECT_EQ(tensor.shape(), (Shape{2, 2}));
        EXPECT_EQ(tensor.number_at(1), 2.5);
        EXPECT_EQ(tensor.number_at(2), -3);
        EXPECT_EQ(request->outputs.size(), 2u);
        EXPECT_FALSE(request->outputs[0].binary);
        EXPECT_FALSE(request->id.has_value());
    }
}

TEST(OipRequest, reads_what_is_not_finite)
{
    auto const request = read(with_x(R"("shape":[2,2],"datatype":"FP32","data":[NaN,Infinity,-Infinity,0])"), one_input());
    ASSERT_TRUE(request.has_value());
    EXPECT_TRUE(std::isnan(request->inputs[0].tensor.number_at(0)));
    EXPECT_EQ(request->inputs[0].tensor.number_at(1), HUGE_VAL);
    EXPECT_EQ(request->inputs[0].tensor.number_at(2), -HUGE_VAL);
}

TEST(OipRequest, reads_elements_of_every_type)
{
    struct Case {
        DType dtype;
        char const* name;
        char const* data;
        bool is_read;
    };
    Case const cases[] = {
        {DType::boolean, "BOOL", "[true,false]", true},
        {DType::boolean, "BOOL", "[1,0]", false},
        {DType::int8, "INT8", "[-128,127]", true},
        {DType::int8, "INT8", "[-129,127]", false},
        {DType::int8, "INT8", "[300,0]", false},
        {DType::uint8, "UINT8", "[0,255]", true},
        {DType::uint8, "UINT8", "[-1,0]", false},
        {DType::int16, "INT16", "[-32768,32767]", true},
        {DType::uint16, "UINT16", "[0,65535]", true},
        {DType::int32, "INT32", "[-2147483648,2147483647]", true},
        {DType::int32, "INT32", "[2147483648,0]", false},
        {DType::uint32, "UINT32", "[0,4294967295]", true},
        {DType::int64, "INT64", "[-9223372036854775808,9223372036854775807]", true},
        {DType::int64, "INT64", "[9223372036854775808,0]", false},
        {DType::uint64, "UINT64", "[0,18446744073709551615]", true},
        {DType::int64, "INT64", "[1.5,0]", false},
        {DType::int64, "INT64", "[1.0,0]", false},
        {DType::int64, "INT64", "[\"1\",0]", false},
        {DType::float64, "FP64", "[1e308,1]", true},
        {DType::float64, "FP64", "[1e309,1]", false},
        {DType::float32, "FP32", "[1e39,1]", false},
        {DType::float32, "FP32", "[true,1]", false},
        {DType::float32, "FP32", "[null,1]", false},
        {DType::float32, "FP32", "[\"1\",1]", false},
        {DType::string, "BYTES", "[\"a\",\"\\u00e9\"]", true},
        {DType::string, "BYTES", "[\"a\",1]", false},
        {DType::float16, "FP16", "[1,2]", false},
        {DType::bfloat16, "BF16", "[1,2]", false},
    };
    for (auto const& c : cases) {
        auto const error = error_of(with_x(R"("shape":[1,2],"datatype":")"s + c.name + R"(","data":)" + c.data), one_input(c.dtype));
        if (c.dtype == DType::float16 || c.dtype == DType::bfloat16)
            EXPECT_NE(error.find("binary"), std::string::npos) << error;
        else
            EXPECT_EQ(error == "read", c.is_read) << c.name << " " << c.data << ": " << error;
    }
}

TEST(OipRequest, says_what_is_wrong_and_with_which_input)
{
    std::string const good = R"("shape":[1,2],"datatype":"FP32","data":[1,2])";
    struct Case {
        std::string body;
        char const* error;
    };
    Case const cases[] = {
        {"", "the body is no JSON that this protocol knows: wanted an object at byte 0"},
        {"[]", "the body is no JSON that this protocol knows: wanted an object at byte 0"},
        {"{}", "the body has no 'inputs'"},
        {R"({"inputs":[]})", "expected 1 inputs but got 0 inputs for model 'm'. Got input(s) [], but missing required input(s) ['x']. Please provide all required input(s)."},
        {R"({"inputs":[{}]})", "an input has no 'name'"},
        {R"({"inputs":[{"name":1}]})", "the body is no JSON that this protocol knows: wanted a text at byte 19"},
        {R"({"inputs":[{"name":"x"}]})", "input 'x' for model 'm': it has no 'datatype'"},
        {R"({"inputs":[{"name":"nope",)" + good + "}]}", "unexpected inference input 'nope' for model 'm'"},
        {R"({"inputs":[{"name":"x",)" + good + R"(},{"name":"x",)" + good + "}]}", "expected 1 inputs but got more for model 'm'"},
        {with_x(good) + " x", "the body is no JSON that this protocol knows: wanted the end of the body at byte 71"},
        {with_x(good + R"(,"data":[1,2])"), "a member of the body stands twice"},
        {with_x(R"("shape":[1,2],"datatype":"INT64","data":[1,2])"), "inference input 'x' data-type is 'INT64', but model 'm' expects 'FP32'"},
        {with_x(R"("shape":[1,2],"datatype":"FLOAT","data":[1,2])"), "the datatype of an input is none of the protocol's"},
        {with_x(R"("shape":[1,3],"datatype":"FP32","data":[1,2,3])"), "unexpected shape for input 'x' for model 'm'. Expected [-1,2], got [1,3]."},
        {with_x(R"("shape":[2],"datatype":"FP32","data":[1,2])"), "unexpected shape for input 'x' for model 'm'. Expected [-1,2], got [2]."},
        {with_x(R"("shape":[-1,2],"datatype":"FP32","data":[1,2])"), "the shape of an input is not a list of sizes"},
        {with_x(R"("shape":[1000000000,2],"datatype":"FP32","data":[1])"), "input 'x' for model 'm': its data has 1 elements, and its shape [1000000000,2] holds 2000000000"},
        {with_x(R"("shape":[4611686018427387904,2],"datatype":"FP32","data":[1])"), "input 'x' for model 'm': its shape has a negative size or is too large"},
        {with_x(R"("shape":[1,2],"datatype":"FP32","data":[1])"), "input 'x' for model 'm': its data has 1 elements, and its shape [1,2] holds 2"},
        {with_x(R"("shape":[1,2],"datatype":"FP32","data":[1,2,3])"), "input 'x' for model 'm': its data has 3 elements, and its shape [1,2] holds 2"},
        {with_x(R"("shape":[2,2],"datatype":"FP32","data":[[1,2,3],[4]])"), "input 'x' for model 'm': its data has a list of 3 where its shape says 2"},
        {with_x(R"("shape":[1,2],"datatype":"FP32","data":[[[1,2]]])"), "input 'x' for model 'm': its data is nested deeper than its shape"},
        {with_x(R"("shape":[1,2],"datatype":"FP32","data":[1,"a"])"), "input 'x' for model 'm': element 1 of its data is not a number"},
        {with_x(R"("shape":[1,2],"datatype":"FP32","data":1)"), "input 'x' for model 'm': its data is not a list, or not a whole one"},
        {with_x(R"("shape":[1,2],"datatype":"FP32","data":[1,2)"), "input 'x' for model 'm': its data is not a list, or not a whole one"},
        {with_x(R"("shape":[1,2],"datatype":"FP32")"), "input 'x' for model 'm': it has neither 'data' nor 'binary_data_size'"},
        {R"({"outputs":[{"name":"nope"}],)" + with_x(good).substr(1), "unexpected inference output 'nope' for model 'm'"},
        {R"({"outputs":[{"name":"y"},{"name":"y"}],)" + with_x(good).substr(1), "output 'y' already exists in request"},
        {R"({"outputs":[{"name":"y","parameters":{"classification":2}}],)" + with_x(good).substr(1), "the parameter 'classification' is not supported"},
        {R"({"outputs":[{"name":"y","parameters":{"binary_data":1}}],)" + with_x(good).substr(1), "the parameter 'binary_data' is not true or false"},
        {R"({"id":7,)" + with_x(good).substr(1), "the body is no JSON that this protocol knows: wanted a text at byte 6"},
        {R"({"parameters":[],)" + with_x(good).substr(1), "'parameters' is not an object"},
        {R"({"more":)" + std::string(100'000, '[') + "}", "the body is no JSON that this protocol knows: wanted a value at byte 40"},
    };
    for (auto const& c : cases)
        EXPECT_EQ(error_of(c.body, one_input()), c.error) << c.body.substr(0, 200);
}

TEST(OipRequest, compares_sizes_of_one_symbol)
{
    std::string const body = R"({"inputs":[{"name":"b","shape":[2],"datatype":"INT8","data":[1,2]},{"name":"a","shape":[3],"datatype":"FP32","data":[1,2,3]}]})";
    EXPECT_EQ(error_of(body, two_inputs()), "unexpected shape for input 'b' for model 'two': batch is 2 here and 3 in a");
    EXPECT_EQ(error_of(R"({"inputs":[{"name":"a","shape":[1],"datatype":"FP32","data":[1]}]})", two_inputs()),
        "expected 2 inputs but got 1 inputs for model 'two'. Got input(s) ['a'], but missing required input(s) ['b']. Please provide all required input(s).");
}

TEST(OipRequest, takes_bytes_behind_the_JSON_in_the_order_of_the_inputs)
{
    std::string const json = R"({"id":"7","parameters":{"binary_data_output":true,"priority":1},"inputs":[{"name":"b","shape":[2],"datatype":"INT8","parameters":{"binary_data_size":2}},)"
                             R"({"name":"a","shape":[2],"datatype":"FP32","parameters":{"binary_data_size":8}}],"outputs":[{"name":"y"}]})";
    std::string const bytes = "\x01\xff\0\0\x80\x3f\0\0\0\x40"s;
    auto const request = read(json + bytes, two_inputs(), json.size());
    ASSERT_TRUE(request.has_value()) << request.error().what;
    EXPECT_EQ(request->id, "7");
    EXPECT_EQ(request->inputs[0].name, "a");
    EXPECT_EQ(request->inputs[0].tensor.number_at(1), 2);
    EXPECT_EQ(request->inputs[1].tensor.integer_at(1), -1);
    EXPECT_TRUE(request->outputs[0].binary);
    EXPECT_EQ(error_of(json + bytes + "x", two_inputs(), json.size()), "unexpected additional input data for model 'two'");
    EXPECT_EQ(error_of(json + bytes.substr(1), two_inputs(), json.size()), "unexpected size for input 'a', expecting 1 additional bytes for model 'two'");
}

TEST(OipRequest, takes_texts_and_booleans_as_bytes)
{
    std::string const head = R"({"inputs":[{"name":"x","shape":[1,2],"datatype":")";
    auto const texts = [&](std::string const& bytes) {
        auto const json = head + R"(BYTES","parameters":{"binary_data_size":)" + std::to_string(bytes.size()) + "}}]}";
        return error_of(json + bytes, one_input(DType::string), json.size());
    };
    EXPECT_EQ(texts("\x02\0\0\0ab\0\0\0\0"s), "read");
    EXPECT_EQ(texts("\x02\0\0\0ab\x01\0\0\0"s), "input 'x' for model 'm': its data ends within a text");
    EXPECT_EQ(texts("\xff\xff\xff\xff"s + "abcd"), "input 'x' for model 'm': its data ends within a text");
    EXPECT_EQ(texts("\x02\0\0\0ab\0\0\0\0c"s), "input 'x' for model 'm': its data has 1 bytes more than its shape holds texts");
    auto const json = head + R"(BOOL","parameters":{"binary_data_size":2}}]})";
    EXPECT_EQ(error_of(json + "\x01\x02", one_input(DType::boolean), json.size()), "input 'x' for model 'm': its data holds a byte that is neither 0 nor 1 where booleans are wanted");
}

TEST(OipRequest, takes_a_raw_body_for_the_only_input)
{
    auto const request = read(std::string(16, '\0'), one_input(), 0);
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->inputs[0].tensor.shape(), (Shape{2, 2}));
    EXPECT_TRUE(request->outputs[1].binary);
    EXPECT_EQ(error_of(std::string(9, '\0'), one_input(), 0), "unexpected size for input 'x': 9 bytes, wanted a multiple of 8");
    EXPECT_EQ(error_of("\x01\0\0\0a"s, one_input(DType::string), 0), "a raw request holds one text, and input 'x' is [-1,2]");
    EXPECT_EQ(error_of(std::string(8, '\0'), two_inputs(), 0), "a raw request needs a model with one input, and model 'two' has 2");
}

TEST(OipRequest, holds_the_length_of_the_JSON_against_the_body)
{
    EXPECT_EQ(read_oip_header_length("12", 12).value_or(0), 12u);
    for (auto const* text : {"13", "-1", "", "1x", "99999999999999999999", " 1", "1.0"})
        EXPECT_FALSE(read_oip_header_length(text, 12).has_value()) << text;
}

}
