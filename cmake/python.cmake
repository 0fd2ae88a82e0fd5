# The Python package. shortlist/python/*.cc are the extension shortlist._core. The target `python` builds the
# whole package in python/shortlist of the build folder, where it can be used without an installation.
find_package(Python 3.10 REQUIRED COMPONENTS Interpreter Development.Module OPTIONAL_COMPONENTS Development.SABIModule)
execute_process(COMMAND ${Python_EXECUTABLE} -m nanobind --cmake_dir
                OUTPUT_STRIP_TRAILING_WHITESPACE OUTPUT_VARIABLE nanobind_ROOT COMMAND_ERROR_IS_FATAL ANY)
find_package(nanobind CONFIG REQUIRED)
set(SHORTLIST_PYTHON_PACKAGE ${CMAKE_BINARY_DIR}/python/shortlist)

file(GLOB python_sources CONFIGURE_DEPENDS shortlist/python/*.cc)
# CPython 3.12 and later share one extension, by the stable ABI. Each earlier version needs its own.
nanobind_add_module(_core STABLE_ABI NB_STATIC ${python_sources})
target_link_libraries(_core PRIVATE shortlist_server)
# Only the module's entry is visible, so that no other extension in the process meets our libraries.
target_link_options(_core PRIVATE -Wl,--exclude-libs,ALL)
target_compile_definitions(_core PRIVATE SHORTLIST_VERSION="${PROJECT_VERSION}")
set_target_properties(_core PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${SHORTLIST_PYTHON_PACKAGE})
nanobind_add_stub(_core_stub MODULE _core OUTPUT ${SHORTLIST_PYTHON_PACKAGE}/_core.pyi
                  PATTERN_FILE ${CMAKE_SOURCE_DIR}/shortlist/python/stub_patterns.txt
                  PYTHON_PATH ${SHORTLIST_PYTHON_PACKAGE} DEPENDS _core)
if(SHORTLIST_PORTABLE)
  make_portable(_core)
  file(GLOB nanobind_license ${nanobind_ROOT}/../../nanobind-*.dist-info/licenses/LICENSE)
  install(FILES ${nanobind_license} DESTINATION shortlist/licenses RENAME nanobind.txt COMPONENT python EXCLUDE_FROM_ALL)
endif()
add_custom_target(python DEPENDS _core _core_stub shortlist_program)
if(TARGET shortlist_gloo)
  add_dependencies(python shortlist_gloo)
  install(TARGETS shortlist_gloo LIBRARY DESTINATION shortlist COMPONENT python EXCLUDE_FROM_ALL)
endif()

# The rest of the package: links to its Python files, to the program and to DuckDB's library, which the
# extension and the program look for next to themselves.
file(GLOB python_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/python/shortlist/[!_]* ${CMAKE_SOURCE_DIR}/python/shortlist/_[!_]*
     ${CMAKE_SOURCE_DIR}/python/shortlist/__init__.py)
file(MAKE_DIRECTORY ${SHORTLIST_PYTHON_PACKAGE})
foreach(file ${python_files} ${SHORTLIST_DUCKDB_DIR}/libduckdb.so ${CMAKE_BINARY_DIR}/shortlist)
  cmake_path(GET file FILENAME name)
  file(CREATE_LINK ${file} ${SHORTLIST_PYTHON_PACKAGE}/${name} SYMBOLIC)
endforeach()

# What a wheel has besides python/shortlist/.
install(TARGETS _core LIBRARY DESTINATION shortlist COMPONENT python EXCLUDE_FROM_ALL)
install(FILES ${SHORTLIST_PYTHON_PACKAGE}/_core.pyi DESTINATION shortlist COMPONENT python EXCLUDE_FROM_ALL)
install(TARGETS shortlist_program RUNTIME DESTINATION shortlist COMPONENT python EXCLUDE_FROM_ALL)
install(FILES ${SHORTLIST_DUCKDB_DIR}/libduckdb.so DESTINATION shortlist COMPONENT python EXCLUDE_FROM_ALL)
