# For wheels: links what is not on every Linux system into the program and the extension, and asks for nothing
# newer than glibc 2.28, though the system that builds has a newer one. SHORTLIST_PORTABLE is the folder with
# the sources of fmt, highway and prometheus-cpp, which Debian has only as shared libraries: ./dev wheel.
if(NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  message(FATAL_ERROR "SHORTLIST_PORTABLE knows the symbols of glibc for x86_64 alone, not for ${CMAKE_SYSTEM_PROCESSOR}")
endif()

file(GLOB portable_sources ${SHORTLIST_PORTABLE}/fmt/src/format.cc ${SHORTLIST_PORTABLE}/prometheus-cpp/core/src/*.cc
     ${SHORTLIST_PORTABLE}/prometheus-cpp/core/src/detail/*.cc ${SHORTLIST_PORTABLE}/highway/hwy/targets.cc
     ${SHORTLIST_PORTABLE}/highway/hwy/aligned_allocator.cc)
add_library(portable STATIC ${portable_sources})
set(portable_file ${CMAKE_BINARY_DIR}/portable/libportable.a)
set_target_properties(portable PROPERTIES ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/portable POSITION_INDEPENDENT_CODE ON)
target_compile_options(portable PRIVATE -w)
target_include_directories(portable PRIVATE ${SHORTLIST_PORTABLE}/prometheus-cpp/core/include)

# Links files instead of the shared library that an imported target names. Its headers and definitions stay, so
# our objects are the same as those of other builds.
function(link_instead target)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    set_property(TARGET ${target} PROPERTY INTERFACE_LINK_LIBRARIES ${ARGN})
    return()
  endif()
  get_target_property(configurations ${target} IMPORTED_CONFIGURATIONS)
  foreach(configuration ${configurations})
    set_property(TARGET ${target} PROPERTY IMPORTED_LOCATION_${configuration} ${ARGN})
  endforeach()
  set_property(TARGET ${target} PROPERTY IMPORTED_LOCATION ${ARGN})
endfunction()
foreach(name utf8proc png16 z ssl crypto)
  find_library(static_${name} lib${name}.a REQUIRED)
endforeach()
foreach(target fmt::fmt PkgConfig::hwy prometheus-cpp::core)
  link_instead(${target} ${portable_file})
endforeach()
link_instead(PkgConfig::utf8proc ${static_utf8proc})
link_instead(PNG::PNG ${static_png16})
link_instead(ZLIB::ZLIB ${static_z})
link_instead(OpenSSL::SSL ${static_ssl})
link_instead(OpenSSL::Crypto ${static_crypto})

# References to the functions listed in old_symbols.S go to the versions named there, and those to functions
# that older systems lack go to ours in missing_symbols.cc.
set(portable_folder ${CMAKE_SOURCE_DIR}/cmake/portable)
file(STRINGS ${portable_folder}/old_symbols.S wrapped REGEX "^old ")
file(STRINGS ${portable_folder}/missing_symbols.cc missing REGEX "__wrap_[a-z0-9_]+\\(")
set(portable_options -static-libstdc++ -Wl,--exclude-libs,ALL -Wl,--wrap=stderr)
foreach(line ${wrapped} ${missing})
  string(REGEX REPLACE "^(old |.*__wrap_)([a-z0-9_]+).*" "-Wl,--wrap=\\2" option "${line}")
  list(APPEND portable_options ${option})
endforeach()
# Parts of libc.so.6 since glibc 2.34, libraries of their own before.
list(APPEND portable_options -Wl,--push-state,--no-as-needed -l:libpthread.so.0 -l:libdl.so.2 -Wl,--pop-state)

function(make_portable target)
  target_sources(${target} PRIVATE ${portable_folder}/old_symbols.S ${portable_folder}/missing_symbols.cc)
  target_link_options(${target} PRIVATE ${portable_options})
  add_dependencies(${target} portable)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    target_sources(${target} PRIVATE ${portable_folder}/program_start.cc)
    target_link_options(${target} PRIVATE -Wl,--wrap=__libc_start_main)
  endif()
endfunction()

# The wheel has the terms of what it links: Debian's files, of the same versions.
foreach(name agg boost1.81 cli11 fmt hwy png ssl stdc++-12 tomlplusplus utf8proc)
  install(FILES /usr/share/doc/lib${name}-dev/copyright DESTINATION shortlist/licenses RENAME ${name}.txt
          COMPONENT python EXCLUDE_FROM_ALL)
endforeach()
foreach(name prometheus-cpp-dev nlohmann-json3-dev zlib1g-dev)
  install(FILES /usr/share/doc/${name}/copyright DESTINATION shortlist/licenses RENAME ${name}.txt
          COMPONENT python EXCLUDE_FROM_ALL)
endforeach()
install(FILES ${CMAKE_SOURCE_DIR}/cmake/portable/duckdb_license.txt DESTINATION shortlist/licenses RENAME duckdb.txt
        COMPONENT python EXCLUDE_FROM_ALL)
