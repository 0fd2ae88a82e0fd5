# The Python package: shortlist/python/*.cc become the extension shortlist._core. `python` builds all that the
# wheel consists of besides python/shortlist/: the extension with its stub, the program and DuckDB's library.
find_package(Python 3.10 REQUIRED COMPONENTS Interpreter Development.Module OPTIONAL_COMPONENTS Development.SABIModule)
execute_process(COMMAND ${Python_EXECUTABLE} -m nanobind --cmake_dir
                OUTPUT_STRIP_TRAILING_WHITESPACE OUTPUT_VARIABLE nanobind_ROOT COMMAND_ERROR_IS_FATAL ANY)
find_package(nanobind CONFIG REQUIRED)

file(GLOB python_sources CONFIGURE_DEPENDS shortlist/python/*.cc)
# With the stable ABI from CPython 3.12 on, and one extension per version before.
nanobind_add_module(_core STABLE_ABI NB_STATIC ${python_sources})
target_link_libraries(_core PRIVATE shortlist_server)
target_compile_definitions(_core PRIVATE SHORTLIST_VERSION="${PROJECT_VERSION}")
set_target_properties(_core PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/extension)
nanobind_add_stub(_core_stub MODULE _core OUTPUT ${CMAKE_BINARY_DIR}/extension/_core.pyi
                  PATTERN_FILE ${CMAKE_SOURCE_DIR}/shortlist/python/stub_patterns.txt
                  PYTHON_PATH ${CMAKE_BINARY_DIR}/extension DEPENDS _core)
add_custom_target(python DEPENDS _core _core_stub shortlist_program)

install(TARGETS _core LIBRARY DESTINATION shortlist COMPONENT python EXCLUDE_FROM_ALL)
install(FILES ${CMAKE_BINARY_DIR}/extension/_core.pyi DESTINATION shortlist COMPONENT python EXCLUDE_FROM_ALL)
# Both the extension and the program look for DuckDB's library next to themselves.
install(PROGRAMS $<TARGET_FILE:shortlist_program> DESTINATION shortlist COMPONENT python EXCLUDE_FROM_ALL)
install(FILES ${SHORTLIST_DUCKDB_DIR}/libduckdb.so DESTINATION shortlist COMPONENT python EXCLUDE_FROM_ALL)
