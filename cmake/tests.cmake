# The modules' tests, then the tests of the built program.
include(cmake/module_tests.cmake)

add_executable(instructions tests/instructions.cc)  # run by tests/test_instructions.py
set_target_properties(instructions PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
target_link_libraries(instructions PRIVATE shortlist)

find_program(PYTEST NAMES pytest-3 pytest)
file(GLOB program_tests CONFIGURE_DEPENDS tests/test_*.py)
foreach(test ${program_tests})
  cmake_path(GET test STEM name)
  add_test(NAME ${name} COMMAND ${PYTEST} -q -rs -p no:cacheprovider ${test} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES ENVIRONMENT "SHORTLIST=$<TARGET_FILE:shortlist_program>" TIMEOUT 1200)
endforeach()
# Tests of the Python package, by the Python that it is built for.
if(SHORTLIST_PYTHON)
  file(GLOB python_tests CONFIGURE_DEPENDS tests/python/test_*.py)
  foreach(test ${python_tests})
    cmake_path(GET test STEM name)
    string(REPLACE test_ python_ name ${name})
    add_test(NAME ${name} COMMAND ${Python_EXECUTABLE} -m pytest -q -rs -p no:cacheprovider ${test}
             WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES ENVIRONMENT "PYTHONPATH=${CMAKE_BINARY_DIR}/python" LABELS python TIMEOUT 1200)
  endforeach()
  # pytest's code for a file whose library is not installed.
  set_tests_properties(python_keras_parity PROPERTIES SKIP_RETURN_CODE 5)
  set_tests_properties(python_wheel PROPERTIES LABELS "python;slow")
endif()
# Tests of the web page in Chromium.
add_test(NAME page COMMAND ${CMAKE_SOURCE_DIR}/dev test-page)
set_tests_properties(page PROPERTIES ENVIRONMENT "SHORTLIST=$<TARGET_FILE:shortlist_program>;SHORTLIST_PAGE=${SHORTLIST_HAS_PAGE}"
                                     SKIP_RETURN_CODE 77 TIMEOUT 600 LABELS slow)
# Valgrind does not run programs built with a sanitizer.
if(SHORTLIST_SANITIZE OR SHORTLIST_SANITIZE_THREADS)
  set_tests_properties(test_instructions PROPERTIES DISABLED TRUE)
endif()
# Too slow for a check. test_install's own project is also built without sanitizers.
set_tests_properties(test_arguments test_bundle_json test_damage test_evaluation test_import test_init_real_data
                     test_init_trains test_install test_large_data test_lists test_readme test_seen_items test_serve_limits test_signals test_table_notation test_tables
                     test_weights
                     PROPERTIES LABELS slow)
