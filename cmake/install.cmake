# Installs the public headers, static library, CMake package, program, and the DuckDB library that it opens at
# run time.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/shortlist)
install(TARGETS shortlist EXPORT shortlist-targets)
if(TARGET shortlist_program)
  install(TARGETS shortlist_program COMPONENT program)
endif()

# The headers that a program needs to train, load and query a bundle.
set(public_headers
    base/deadline.h base/error.h base/fields.h base/range.h base/value.h table/column.h
    table/column_request.h table/table.h table/table_source.h table/text_value.h features/cell.h
    features/time_form.h config/recommend_config.h model/attribute.h retrieval/explanation.h
    recommend/condition.h recommend/recommend_options.h recommend/recommendation.h
    recommend/recommender.h recommend/record.h recommend/similarity.h recommend/unseen_counts.h
    jobs/train_bundle.h)
foreach(header ${public_headers})
  cmake_path(GET header PARENT_PATH folder)
  install(FILES shortlist/${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/shortlist/${folder})
endforeach()
# The program looks for it in ../lib/shortlist, relative to itself.
install(FILES ${SHORTLIST_DUCKDB_DIR}/libduckdb.so DESTINATION lib/shortlist OPTIONAL COMPONENT program)

if(TARGET shortlist_gloo)
  install(TARGETS shortlist_gloo LIBRARY DESTINATION lib/shortlist COMPONENT program)
endif()

install(EXPORT shortlist-targets NAMESPACE shortlist:: DESTINATION ${package_dir})
configure_package_config_file(cmake/shortlist-config.cmake.in ${CMAKE_BINARY_DIR}/shortlist-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/shortlist-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/shortlist-config.cmake ${CMAKE_BINARY_DIR}/shortlist-config-version.cmake
        DESTINATION ${package_dir})
