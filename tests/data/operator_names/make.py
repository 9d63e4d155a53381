"""The operators that only compute: python make.py src/torch/operator_names.inc

Lines of `namespace name name...`, overloads left out: what the installed torch registers, but for the namespaces and names below, and what
earlier releases, torchvision and torchaudio had or have besides. An operator that is not in the file is code of somebody else.
"""

import re
import sys
import textwrap

import torch
import torch.ao.quantization.fx._decomposed  # registers quantized_decomposed::
import torch.onnx.ops  # registers onnx::

# Operators that talk to other processes (c10d, fsdp, symm_mem), that take sizes and addresses on trust (inductor), that only stand in
# programs while PyTorch runs them (static_runtime), and that are made for tests and debuggers have no place in a file.
NAMESPACES = (
    "aten prim prims quantized _quantized quantized_decomposed sparse mkl mkldnn mkldnn_prepacked onednn onnx profiler quantization rngprims export"
).split()

LEFT_OUT = re.compile(
    r"aten::(from_file|save|_test_.*|_foobar|_cufft_set_.*)"  # files; made for tests; settings of the process
    r"|mkldnn::data_ptr"  # an address
    r"|prims::inductor_.*"
    # Python code that is not in the file, calls to other machines, and what PyTorch's own passes put into a graph.
    r"|prim::(PythonOp|IgnoredPythonOp|rpc_.*|profile.*|BailOut|BailoutTemplate|DifferentiableGraph|FallbackGraph|FusionGroup|StaticSubgraph|StaticRuntimeCopyOuts"
    r"|TensorExpr.*|oneDNNFusion.*|TypeCheck|RequiresGradCheck|Guard)"
)

# In releases from 1.0 on, and in builds for other devices.
EARLIER = {
    "aten": """_addr _addr_ _arange _argmax _argmin _baddbmm_mkl_ _bmm _cat _cumprod _cumsum _fft_with_size _index_copy_ _inverse_helper _linalg_qr_helper
        _lu_solve_helper _max _min _mode _multinomial_alias_draw _multinomial_alias_setup _s_where _sobol_engine_ff _sobol_engine_initialize_state
        _sobol_engine_scramble _solve_helper _std _sum _svd_helper _symeig_helper _triangular_solve_helper _unique_dim _var _weight_norm_cuda_interface
        align_as align_tensors align_to eig fft ifft irfft is_autocast_xla_enabled list_with_default lshift lstsq matrix_rank max_values min_values
        native_clone native_pow native_tensor native_zero refine_names rename rename_ requires_grad rfft rshift set_quantizer_ solve symeig
        thnn_conv2d_forward thnn_conv_depthwise2d thnn_conv_depthwise2d_forward""",
    "prim": "is_ort list dict shape is_none",
    "quantized": "conv conv_transpose elu_",
    "cuda": """_current_device _maybe_set_device _set_device current_device current_stream default_stream device_index set_device set_stream
        stream synchronize""",
    "metal_prepack": "conv2d_prepack conv2d_run linear_prepack linear_run",
    "prepacked": """conv2d_clamp_prepack conv2d_clamp_run conv2d_transpose_clamp_prepack conv2d_transpose_clamp_run linear_clamp_prepack
        linear_clamp_run unpack_prepacked_sizes_conv2d unpack_prepacked_sizes_linear""",
    "vulkan_prepack": """create_batchnorm_context create_conv1d_context create_conv2d_context create_gru_context create_layernorm_context
        create_linear_context create_lstm_context create_qconv2d_context create_tconv2d_context run_batchnorm_context run_conv1d_context
        run_conv2d_context run_gru_context run_layernorm_context run_linear_context run_lstm_context run_qconv2d_context run_tconv2d_context""",
    # torchvision/csrc/ops and torchvision/csrc/io/image, without read_file and write_file
    "torchvision": """nms roi_align _roi_align_backward roi_pool _roi_pool_backward ps_roi_align _ps_roi_align_backward ps_roi_pool _ps_roi_pool_backward
        deform_conv2d _deform_conv2d_backward _new_empty_tensor_op _cuda_version _interpolate_bilinear2d_aa _interpolate_bicubic2d_aa
        _interpolate_linear_aa""",
    "image": "decode_gif decode_image decode_jpeg decode_jpegs_cuda decode_jpeg_cuda decode_png decode_webp encode_jpeg encode_jpegs_cuda encode_png",
    # torchaudio/csrc, without what opens files
    "torchaudio": """_lfilter _lfilter_core_loop _overdrive_core_loop _simulate_rir _ray_tracing _make_rir_filter _build_irs forced_align rnnt_loss
        rnnt_loss_alphas rnnt_loss_betas rnnt_loss_forward sox_effects_apply_effects_tensor""",
}


def main(path):
    names = {}
    for schema in torch._C._jit_get_all_schemas():
        namespace, name = schema.name.split("::", 1)
        if namespace in NAMESPACES and not LEFT_OUT.fullmatch(schema.name):
            names.setdefault(namespace, set()).add(name)
    for namespace, more in EARLIER.items():
        names.setdefault(namespace, set()).update(more.split())
    lines = ["// Made by tests/data/operator_names/make.py.", 'R"(']
    for namespace in sorted(names):
        for line in textwrap.wrap(" ".join(sorted(names[namespace])), 140, break_on_hyphens=False):
            lines.append(f"{namespace} {line}")
    lines.append(')"')
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")


main(sys.argv[1])
