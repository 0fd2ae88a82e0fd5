# Headers, static library, CMake package, program, and the DuckDB library that it opens at run time.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
install(TARGETS shortlist EXPORT shortlist-targets)
if(TARGET shortlist_program)
  install(TARGETS shortlist_program)
endif()
