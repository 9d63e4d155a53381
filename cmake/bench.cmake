# Programs that measure: `cmake --build build/release --target bench_conformance`. Not part of what is installed or tested.
add_program(bench_conformance MAIN bench/conformance.cc NEEDS base tensor onnx files arrays program torch runtime convert verify)
set_target_properties(bench_conformance PROPERTIES EXCLUDE_FROM_ALL ON)
