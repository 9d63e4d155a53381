# Programs that measure: `cmake --build build/release --target bench_conformance`. Not part of what is installed or tested.
add_program(bench_conformance MAIN bench/conformance.cc NEEDS base tensor onnx files arrays program torch runtime convert verify)
target_include_directories(bench_conformance PRIVATE ${CMAKE_SOURCE_DIR})
set_target_properties(bench_conformance PROPERTIES EXCLUDE_FROM_ALL ON)

add_program(bench_checkpoint MAIN bench/checkpoint.cc NEEDS base files tensor torch)
target_include_directories(bench_checkpoint PRIVATE ${CMAKE_SOURCE_DIR})
set_target_properties(bench_checkpoint PROPERTIES EXCLUDE_FROM_ALL ON)
