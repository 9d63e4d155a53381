#include "graph/kernels.h"

#include <algorithm>
#include <initializer_list>
#include <string>

namespace {

struct Kernels {
    std::string_view op_types; // between blanks
    std::initializer_list<DType> dtypes; // float32 and float16 besides
    int64_t last_opset = 1'000; // from the next one on, only float32 and float16
};

using enum DType;

// Operators that are not named here take all numbers.
Kernels const kernels[] = {
    {" Abs Sign ", {uint8, int8, int16, int32, int64, float64}},
    {" Neg ", {int8, int16, int32, int64, float64}},
    {" Floor Ceil Round Exp Log Sqrt Reciprocal Sin Cos Tanh Sigmoid Softmax LogSoftmax IsNaN IsInf ", {float64}},
    {" Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Erf Softsign Softplus Elu Selu Celu Mish HardSwish HardSigmoid Gelu ", {}},
    {" LeakyRelu PRelu ", {float64}, 20},
    {" Relu ", {int8, int32, float64}},
    {" Add Sub Mul Div Mod Less LessOrEqual Greater GreaterOrEqual ", {uint8, int8, int16, int32, int64, float64}},
    {" Equal ", {boolean, uint8, int8, int16, int32, int64, float64}},
    {" And Or Xor Not ", {boolean}},
    {" BitwiseAnd BitwiseOr BitwiseXor BitwiseNot ", {uint8, int8, int16, int32, int64}},
    {" Pow ReduceSum ReduceMean ReduceProd ReduceL1 ReduceL2 ReduceLogSumExp ReduceSumSquare CumSum MatMul Einsum ", {int32, int64, float64}},
    {" Max Min Where ReduceMax ReduceMin ArgMax ArgMin ", {uint8, int8, int32, int64, float64}},
    {" Clip ", {uint8, int8, int32, int64, float64}},
    {" Gemm ", {float64}},
    {" Det ", {}},
    {" Conv ConvTranspose AveragePool GlobalMaxPool GlobalAveragePool ", {}},
    {" MaxPool ", {uint8, int8, float64}},
    {" Resize ", {uint8, int8, int32}},
    {" GridSample MaxRoiPool NonMaxSuppression ", {}},
    {" RoiAlign ", {float64}},
    {" Pad ", {boolean, uint8, int8, int32, int64, float64}},
    {" TopK ", {uint8, int8, int16, int32, int64, float64}},
    {" Unique ", {int8, int64, float64}},
    {" Trilu ", {boolean, int32, int64, float64}},
};

bool has_kernel(Kernels const& row, DType dtype, int64_t opset)
{
    if (dtype == float32 || dtype == float16)
        return true;
    return opset <= row.last_opset && std::find(row.dtypes.begin(), row.dtypes.end(), dtype) != row.dtypes.end();
}

}

DType kernel_dtype(std::string_view op_type, DType dtype, int64_t opset)
{
    std::string const word = " " + std::string(op_type) + " ";
    for (auto const& row : kernels) {
        if (row.op_types.find(word) == std::string_view::npos)
            continue;
        if (dtype == bfloat16 || (op_type == "IsInf" && dtype == float16 && opset < 20))
            return float32;
        if (has_kernel(row, dtype, opset))
            return dtype;
        if (is_floating(dtype))
            return float32;
        bool const small = bits_of(dtype) < 32 || (bits_of(dtype) == 32 && is_signed_integer(dtype));
        return small && has_kernel(row, int32, opset) ? int32 : has_kernel(row, int64, opset) ? int64
                                                                                              : dtype;
    }
    return dtype;
}
