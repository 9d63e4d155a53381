#include "torch/operator_rules.h"

#include <gtest/gtest.h>

TEST(OperatorRules, allow_what_computes_by_name_alone)
{
    for (char const* const name : {"aten::conv2d", "aten::add_", "aten::__getitem__", "aten::_cat", "prim::NumToTensor", "prim::RaiseException", "prims::convert_element_type", "quantized::linear_dynamic", "quantized_decomposed::quantize_per_tensor", "prepacked::conv2d_clamp_run", "cuda::synchronize", "torchvision::nms", "torchvision::deform_conv2d", "image::decode_png", "torchaudio::rnnt_loss"})
        EXPECT_FALSE(judge_operator(name)) << name;
}

TEST(OperatorRules, say_what_others_do)
{
    struct Row {
        char const* name;
        char const* code;
    };
    for (auto const& row : {Row{"aten::save", "writes-files"}, Row{"aten::from_file", "writes-files"}, Row{"image::read_file", "writes-files"}, Row{"debugprims::load_tensor", "writes-files"}, Row{"prim::PythonOp", "custom-code"},
             Row{"prim::rpc_async", "custom-code"}, Row{"c10d::send", "custom-code"}, Row{"_c10d_functional::all_reduce", "custom-code"}, Row{"inductor::_reinterpret_tensor", "custom-code"}, Row{"mkldnn::data_ptr", "custom-code"},
             Row{"aten::frobnicate", "custom-code"}, Row{"aten::", "custom-code"}, Row{"aten", "custom-code"}, Row{"", "custom-code"}, Row{"mine::relu", "custom-code"}, Row{"::relu", "custom-code"}, Row{"aten::add relu", "custom-code"}}) {
        auto const judged = judge_operator(row.name);
        ASSERT_TRUE(judged) << row.name;
        EXPECT_EQ(judged->code, row.code) << row.name;
    }
}
