# Tests that are of no single module: the layout itself, and the behaviours of the command line (one a file).
add_test(NAME architecture.doors COMMAND ${CMAKE_COMMAND} -D SOURCE=${CMAKE_SOURCE_DIR} -D BUILD=${CMAKE_BINARY_DIR} -P ${CMAKE_SOURCE_DIR}/tests/architecture/doors.cmake)
add_test(NAME architecture.text COMMAND ${CMAKE_SOURCE_DIR}/tests/architecture/text.sh ${CMAKE_SOURCE_DIR})

if(TARGET hullmark)
    file(GLOB behaviours CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/cli/*.sh)
    foreach(behaviour IN LISTS behaviours)
        get_filename_component(name ${behaviour} NAME_WE)
        add_test(NAME cli.${name} COMMAND ${CMAKE_SOURCE_DIR}/tests/cli/run $<TARGET_FILE:hullmark> ${behaviour})
        set_tests_properties(cli.${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
    endforeach()
    # Some 500 files named by their attack, each through inspect, convert and publish under limits.
    add_test(NAME hostile.files COMMAND ${CMAKE_SOURCE_DIR}/tests/hostile/run.sh $<TARGET_FILE:hullmark>)
    set_tests_properties(hostile.files PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)
endif()

# libonnx judges what onnx/ reads and writes, where it is installed (libonnx-dev, libonnx-testdata, libprotobuf-dev). Its own
# CMake package would bring a target of the name onnx. Shared libraries by their whole names: libonnx brings the shared
# protobuf, and a second one from the archive would declare every message twice, which aborts.
find_library(LIBONNX libonnx.so)
find_library(LIBONNX_PROTO libonnx_proto.so)
find_library(LIBPROTOBUF libprotobuf.so)
if(LIBONNX AND LIBONNX_PROTO AND LIBPROTOBUF)
    add_program(libonnx_test MAIN tests/judges/libonnx_test.cc NEEDS base tensor onnx LIBRARIES ${LIBONNX} ${LIBONNX_PROTO} ${LIBPROTOBUF} GTest::gtest_main)
    target_compile_definitions(libonnx_test PRIVATE ONNX_NAMESPACE=onnx ONNX_ML=1)
    add_test(NAME judge.libonnx COMMAND libonnx_test)
endif()

# ONNX Runtime judges the same on the models of libonnx-testdata; skips where either is missing.
add_program(onnxruntime_test MAIN tests/judges/onnxruntime_test.cc NEEDS base tensor onnx files runtime LIBRARIES GTest::gtest_main)
add_test(NAME judge.onnxruntime COMMAND onnxruntime_test)

# A publish is killed at every system call, and each system call fails once: minutes of work, so by name only
# (ctest -C faults -R faults), where strace is there.
add_program(publish_once MAIN tests/faults/publish_once.cc NEEDS base registry)
foreach(fault kill errors)
    add_test(NAME faults.publish_${fault} CONFIGURATIONS faults COMMAND ${CMAKE_SOURCE_DIR}/tests/faults/publish_${fault}.sh $<TARGET_FILE:publish_once>)
    set_tests_properties(faults.publish_${fault} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 1800)
endforeach()

# Tells tests/judges/pickle_machines.py what the pickle machine makes of a pickle.
add_program(pickle_judge MAIN tests/judges/pickle_judge.cc NEEDS base pickle)
