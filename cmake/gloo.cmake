# The module that connects ranks by Gloo, libshortlist_gloo.so: a library of its own, so that the program runs
# where Gloo is not installed. Gloo has no package file and no version, so we ask whether its interface is the
# one that we know.
if(SHORTLIST_GLOO STREQUAL "OFF" OR SHORTLIST_PORTABLE OR CMAKE_CROSSCOMPILING)
  return()
endif()
find_library(GLOO_LIBRARY gloo)
find_path(GLOO_INCLUDE_DIR gloo/rendezvous/context.h)
if(GLOO_LIBRARY AND GLOO_INCLUDE_DIR)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_LIBRARIES ${GLOO_LIBRARY})
  set(CMAKE_REQUIRED_INCLUDES ${GLOO_INCLUDE_DIR})
  check_cxx_source_compiles("
    #include <gloo/rendezvous/context.h>
    #include <gloo/transport/tcp/device.h>
    int main() {
      gloo::rendezvous::Store* store = nullptr;
      std::shared_ptr<gloo::transport::Device> device;
      gloo::rendezvous::Context(0, 1).connectFullMesh(*store, device);
    }" SHORTLIST_KNOWS_GLOO)
endif()
if(NOT SHORTLIST_KNOWS_GLOO)
  if(SHORTLIST_GLOO STREQUAL "ON")
    message(FATAL_ERROR "SHORTLIST_GLOO is ON, but Gloo is missing or too new (Debian: apt install libgloo-dev)")
  endif()
  message(STATUS "Gloo was not found: the program is built for one rank only (Debian: apt install libgloo-dev)")
  return()
endif()
file(GLOB gloo_sources CONFIGURE_DEPENDS shortlist/ranks/gloo/*.cc)
add_library(shortlist_gloo MODULE ${gloo_sources})
target_include_directories(shortlist_gloo PRIVATE ${CMAKE_SOURCE_DIR})
target_include_directories(shortlist_gloo SYSTEM PRIVATE ${GLOO_INCLUDE_DIR})
target_link_libraries(shortlist_gloo PRIVATE ${GLOO_LIBRARY} Threads::Threads)
# Next to the program, which looks for it there.
set_target_properties(shortlist_gloo PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR} CXX_VISIBILITY_PRESET hidden)
